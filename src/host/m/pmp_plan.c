/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/m/pmp.h"

#define EVERYTHING UINT64_C(0x3fffffffffffff) /* NAPOT over all 56 bits */

static void append(struct pmp_plan *plan, uint64_t cfg, uint64_t addr)
{
    plan->entry[plan->count++] = (struct pmp_entry){.cfg = (uint8_t)cfg, .addr = addr};
}

static bool is_napot(const struct mem_range *r)
{
    return (r->size & (r->size - 1)) == 0 && (r->base & (r->size - 1)) == 0;
}

bool pmp_plan_make(struct pmp_plan *plan, const struct mem_range *closed, unsigned count,
                   const struct mem_range *tables)
{
    plan->count = 0;
    for (unsigned i = 0; i < count; i++) {
        uint64_t rights = &closed[i] == tables ? PMP_R : 0;
        if (plan->count + (is_napot(&closed[i]) ? 1 : 2) >= PMP_ENTRIES) {
            return false;
        }
        if (is_napot(&closed[i])) {
            append(plan, PMP_NAPOT | rights, (closed[i].base >> 2) | ((closed[i].size >> 3) - 1));
        } else {
            append(plan, 0, closed[i].base >> 2); /* only the bottom of the next */
            append(plan, PMP_TOR | rights, (closed[i].base + closed[i].size) >> 2);
        }
    }
    append(plan, PMP_NAPOT | PMP_R | PMP_W | PMP_X, EVERYTHING);
    return true;
}

uint64_t pmp_plan_cfg(const struct pmp_plan *plan)
{
    uint64_t cfg = 0;

    for (unsigned i = 0; i < plan->count; i++) {
        cfg |= (uint64_t)plan->entry[i].cfg << (8 * i);
    }
    return cfg;
}
