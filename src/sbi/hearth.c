/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hearth's own extension, 0x0A484541 (the firmware-specific space, by the implementation id): what
 * the exit counters say.
 *
 * FID 0: number of causes.
 * FID 1: how often cause a0 happened on all harts since boot.
 * FID 2: bytes a1 .. a1 + 7 of the name of cause a0, the first one lowest, zero after its end.
 * SBI_ERR_INVALID_PARAM: there is no such cause. Causes and their order may change from one version
 * to the next: go by name.
 */
#include <string.h>

#include "core/exits.h"
#include "sbi/ext.h"

static uint64_t name_bytes(const char *name, uint64_t offset)
{
    uint64_t left = strlen(name);
    uint64_t bytes = 0;

    if (offset < left) {
        memcpy(&bytes, name + offset, min_u64(left - offset, sizeof(bytes)));
    }
    return bytes;
}

long hearth_call(struct vhart *vh, uint64_t fid, const uint64_t *a, uint64_t *value)
{
    (void)vh;
    if (fid > 2) {
        return SBI_ERR_NOT_SUPPORTED;
    }
    if (fid == 0) {
        *value = EXIT_COUNT;
        return SBI_SUCCESS;
    }
    if (a[0] >= EXIT_COUNT) {
        return SBI_ERR_INVALID_PARAM;
    }
    *value = fid == 1 ? exits_total((unsigned)a[0]) : name_bytes(exits_name((unsigned)a[0]), a[1]);
    return SBI_SUCCESS;
}
