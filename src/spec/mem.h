/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory that a world owns: what a walk, an HLV or an SBI call may touch on its behalf. */
#ifndef SPEC_MEM_H
#define SPEC_MEM_H

#include "spec/hart.h"

struct mem_range {
    uint64_t base;
    uint64_t size;
};

/* Ranges don't overlap. bias: what to add to a physical address to get a pointer (0 on the machine). */
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

#endif
