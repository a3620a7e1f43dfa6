/* SPDX-License-Identifier: BSD-2-Clause */
/* Source of the block: OpenSBI's interface fw_dynamic, version 2 (its docs/firmware/fw_dynamic.md).
 */
#include "boot/load.h"

#include <string.h>

#include "boot/layout.h"

enum { INFO_VERSION = 2, INFO_OPTIONS = 0 };

void load_firmware(const struct firmware_asked *asked, const struct next *next, uint64_t boot_hart,
                   uint64_t info, uint64_t fdt, struct firmware *fw)
{
    uint64_t block[] = {INFO_MAGIC, INFO_VERSION, next->pc, next->mode, INFO_OPTIONS, boot_hart};
    uint8_t *to = (uint8_t *)(uintptr_t)asked->load;
    memmove(to, (const void *)(uintptr_t)asked->file.base, asked->file.size);
    memset(to + asked->file.size, 0, asked->size - asked->file.size);
    memcpy((void *)(uintptr_t)info, block, sizeof(block));
    *fw = (struct firmware){
        .entry = asked->load,
        .base = asked->load,
        .size = asked->size,
        .fdt = fdt,
        .info = info,
        .offload = asked->offload,
        .policy = asked->policy,
    };
}
