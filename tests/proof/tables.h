/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables that may hold anything and change at any moment: walk.c and walk_slow.c with every
 * read of a table giving any value at all. Nothing is read: what matters is where.
 */
#ifndef TESTS_PROOF_TABLES_H
#define TESTS_PROOF_TABLES_H

#include "proof.h"
#include "spec/walk.h"
#include "words.h"

#define TABLE_READS   80
#define TABLE_CHANGES 1 /* how often an entry changes just before A or D is set in it */

struct table_log {
    const struct mem *mem;
    unsigned reads, changes;
    struct table_read {
        uint64_t pa, pte; /* as it was left */
    } read[TABLE_READS];
};
static struct table_log tables;

static inline bool range_holds(const struct mem_range *r, uint64_t pa)
{
    return pa >= r->base && pa - r->base < r->size && r->size - (pa - r->base) >= 8;
}

/* Is the entry in memory that may be looked at? */
static inline bool table_is_ours(uint64_t pa)
{
    bool inside = false;
    for (unsigned i = 0; i < 2; i++) {
        inside = inside || (i < tables.mem->count && range_holds(&tables.mem->range[i], pa));
    }
    return inside && pa % 8 == 0;
}

/* In a test most random words would not be entries. */
static inline uint64_t any_pte(void)
{
    uint64_t pte = any();
    if (PROVING || any_below(4) == 0) {
        return pte;
    }
    pte &= ~(UINT64_C(0x7f) << 54) & (any_below(4) ? ~(UINT64_C(7) << 61) : ~UINT64_C(0));
    if (any_below(2)) { /* a pointer, or a leaf that grants much */
        return (pte & ~UINT64_C(0xfe)) | 1;
    }
    pte |= 0x43 | (any_below(4) ? 0x9e : 0);
    return any_below(2) ? pte & ~(UINT64_C(0x3ffff) << 10) : pte;
}

static inline uint64_t table_load(const uint64_t *slot)
{
    uint64_t pa = (uintptr_t)slot, pte = any_pte();
    prove(table_is_ours(pa));
    prove(tables.reads < TABLE_READS);
    tables.read[tables.reads++] = (struct table_read){pa, pte};
    return pte;
}

/* Setting A or D: sometimes the entry is another one by then. */
static inline bool table_swap(uint64_t *slot, uint64_t *old, uint64_t new)
{
    uint64_t pa = (uintptr_t)slot;
    prove(table_is_ours(pa));
    prove((*old & ~UINT64_C(0xc0)) == (new & ~UINT64_C(0xc0)) && (*old & ~new) == 0);
    if (tables.changes < TABLE_CHANGES && any_bool()) {
        tables.changes++;
        return false;
    }
    prove(tables.reads < TABLE_READS);
    tables.read[tables.reads++] = (struct table_read){pa, new};
    return true;
}

/* Was that what the entry held once when it was looked at? */
static inline bool table_held(const uint64_t *slot, uint64_t pte)
{
    uint64_t pa = (uintptr_t)slot;
    bool held = false;
    for (unsigned i = 0; i < TABLE_READS; i++) {
        held = held || (i < tables.reads && tables.read[i].pa == pa && tables.read[i].pte == pte);
    }
    return held;
}

#define __atomic_load_n(slot, order)                               table_load(slot)
#define __atomic_compare_exchange_n(slot, old, new, weak, yes, no) table_swap(slot, old, new)
#define index_offset                                               index_offset_slow
#include "spec/walk_slow.c"
#undef index_offset
#include "spec/walk.c"
#undef __atomic_load_n
#undef __atomic_compare_exchange_n

/* Memory that a world may have: none, one range, or two; whole pages, no overlap, below 2^56. */
static inline struct mem_range range_any(void)
{
    struct mem_range r = {.base = bits(any(), 43, 0) << 12, .size = bits(any(), 43, 0) << 12};
    if (!PROVING) { /* make it one */
        r.base = (r.base & MASK(54, 12)) + 4096;
        r.size = (r.size & MASK(54, 12)) + 4096;
    }
    assume(r.base != 0 && r.size != 0 && r.base + r.size <= UINT64_C(1) << 56);
    return r;
}

static inline struct mem mem_any(struct mem_range range[2])
{
    struct mem mem = {.range = range, .count = any_below(3), .bias = 0};
    range[0] = range_any();
    range[1] = range_any();
    if (!PROVING && any_below(4) != 0) { /* or hardly any random table would lie in it */
        range[0] = (struct mem_range){4096, (UINT64_C(1) << 56) - 4096};
        mem.count = 1;
    }
    assume(mem.count < 2 || range[0].base >= range[1].base + range[1].size ||
           range[1].base >= range[0].base + range[0].size);
    tables.reads = tables.changes = 0;
    return mem;
}

#endif
