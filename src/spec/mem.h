/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory that a world owns: what a walk, an HLV or an SBI call may touch on its behalf. */
#ifndef SPEC_MEM_H
#define SPEC_MEM_H

#include "spec/hart.h"

struct mem_range {
    uint64_t base;
    uint64_t size;
};

/*
 * Ranges are whole pages (base and size multiples of 4 KiB) and don't overlap; there is at least
 * one, and the one used most comes first. bias: what to add to a physical address to get a pointer
 * (0 on the machine).
 */
struct mem {
    const struct mem_range *range;
    unsigned count;
    uintptr_t bias;
};

/* A pointer to len bytes at pa, or NULL if they are not all within one range. len > 0. */
static inline void *mem_at(const struct mem *m, hpa_t pa, uint64_t len)
{
    for (unsigned i = 0; i < m->count; i++) {
        uint64_t offset = pa.a - m->range[i].base;
        if (likely(offset < m->range[i].size && len <= m->range[i].size - offset)) {
            return (void *)(uintptr_t)(pa.a + m->bias);
        }
    }
    return NULL;
}

/* The largest page size of tables (log2: shift, or 48, 39, 30, 21, 12 if smaller) with which the
 * page around pa is within one range; 0 if not even 4 KiB are. */
static inline unsigned mem_page_shift(const struct mem *m, hpa_t pa, unsigned shift)
{
    for (; shift >= 12; shift -= 9) {
        uint64_t size = BIT(shift);
        if (mem_at(m, (hpa_t){align_down(pa.a, size)}, size) != NULL) {
            return shift;
        }
    }
    return 0;
}

#endif
