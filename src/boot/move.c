/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/move.h"

#include <string.h>

#include "boot/boot.h"
#include "boot/layout.h"
#include "boot/memory.h"
#include "core/world.h"
#include "drv/drv.h"
#include "host/host.h"
#include "lib/err.h"
#include "lib/log.h"

#define PAGE 0x1000

/* Not in .bss: the copy has it from the original. */
static uint64_t origin __attribute__((section(".data")));

uint64_t move_origin(void)
{
    if (origin == 0) {
        origin = (uintptr_t)image_start;
    }
    return origin;
}

bool move_done(void)
{
    return move_origin() != (uintptr_t)image_start;
}

int move_away(const struct place *p, unsigned harts, uint64_t hartid, void *fdt,
              const uint64_t *info)
{
    uint64_t size = PAGE, used = (uintptr_t)image_end - (uintptr_t)image_start;
    while (size < align_up(used, PAGE) + (uint64_t)harts * HART_AREA) {
        size *= 2; /* one PMP entry */
    }
    uint64_t to = memory_find(p, size, size);
    if (to == 0) {
        log_error(
            "too little memory: no %lu KiB free for Hearth, which the firmware at %lx "
            "wants out of its way",
            (unsigned long)(size >> 10), (unsigned long)move_origin());
        return ERR_NO_MEMORY;
    }
    memcpy((void *)(uintptr_t)to, image_start, (uintptr_t)bss_start - (uintptr_t)image_start);
    boot_move(hartid, fdt, info, to - (uintptr_t)image_start);
}

int move_complete(unsigned others)
{
    uint64_t start = drivers.timer->time();
    uint32_t here;
    while ((here = __atomic_load_n(&boot_arrivals, __ATOMIC_ACQUIRE)) < others) {
        if (drivers.timer->time() - start > world0.timebase) {
            log_error(
                "%u of %u harts don't answer: they would begin in the firmware, outside of "
                "Hearth",
                others - here, others);
            return ERR_MISSING;
        }
        host_relax();
    }
    return 0;
}
