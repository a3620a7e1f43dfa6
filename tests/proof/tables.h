/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables that may hold anything and change at any moment: walk.c and walk_slow.c with every
 * read of a table giving any value at all. Nothing is read: what matters is where.
 */
#ifndef TESTS_PROOF_TABLES_H
#define TESTS_PROOF_TABLES_H

#include "proof.h"
#include "spec/pmp.h"
#include "spec/walk.h"
#include "words.h"

#define TABLE_READS   80
#define TABLE_CHANGES 1 /* how often an entry changes just before A or D is set in it */

/*
 * What was read: a test keeps all of it. For a proof that would be too much to carry: it picks an
 * entry and a value beforehand, notes whether that is seen, and counts only the cases in which it
 * is asked for just these.
 */
struct table_read {
    uint64_t pa, pte; /* as it was left */
    bool seen;
};

struct table_log {
    const struct mem *mem;
    bool pmp;       /* there is one to be asked, */
    uint64_t asked; /* and this was the last question, */
    bool allowed;   /* and answer */
    bool by_mem_at; /* a proof of what asks mem_at_any() each time: */
    uint64_t found; /* this was there last; */
    unsigned reads, changes;
    struct table_read read[TABLE_READS], watched[2];
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
    if (tables.by_mem_at) {
        return tables.found == pa && pa != 0 && pa % 8 == 0;
    }
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

static inline void table_see(unsigned question, uint64_t pa, uint64_t pte)
{
    struct table_read *w = &tables.watched[question];
    w->seen = w->seen || (w->pa == pa && w->pte == pte);
}

static inline void table_note(uint64_t pa, uint64_t pte)
{
    if (!PROVING) {
        prove(tables.reads < TABLE_READS);
        tables.read[tables.reads++] = (struct table_read){pa, pte, true};
        return;
    }
    table_see(0, pa, pte);
    table_see(1, pa, pte);
}

/* Was that what the entry held once when it was looked at? Each question (0, 1) once. */
static inline bool table_held(unsigned question, const uint64_t *slot, uint64_t pte)
{
    uint64_t pa = (uintptr_t)slot;
    bool held = false;
    if (PROVING) {
        const struct table_read *w = &tables.watched[question];
        assume(w->pa == pa && w->pte == pte);
        return w->seen;
    }
    for (unsigned i = 0; i < tables.reads; i++) {
        held = held || (tables.read[i].pa == pa && tables.read[i].pte == pte);
    }
    return held;
}

static inline uint64_t table_load(const uint64_t *slot)
{
    uint64_t pa = (uintptr_t)slot, pte = any_pte();
    prove(table_is_ours(pa));
    prove(!tables.pmp || (tables.asked == pa && tables.allowed));
    table_note(pa, pte);
    return pte;
}

/* The hart's PMP may let any entry be read, or not: what it says is proved elsewhere. */
static inline bool table_allowed(hpa_t pa, uint64_t len, enum access access, enum prv prv)
{
    prove(len == 8 && access != ACCESS_FETCH && prv == PRV_S);
    tables.asked = pa.a;
    tables.allowed = PROVING ? any_bool() : any_below(32) != 0;
    return tables.allowed;
}

/* For mem_at(), of which prove_mem() says that what it gives is there. No memory is at 0. */
stand_in void *mem_at_any(const struct mem *m, hpa_t pa, uint64_t len)
{
    prove(tables.by_mem_at && len == 8);
    tables.found = any_bool() ? pa.a : 0;
    return tables.found != 0 ? (void *)(uintptr_t)(tables.found + m->bias) : NULL;
}

/* Setting A or D: sometimes the entry is another one by then. */
static inline bool table_swap(uint64_t *slot, uint64_t *old, uint64_t new)
{
    uint64_t pa = (uintptr_t)slot;
    prove(table_is_ours(pa));
    prove(!tables.pmp || (tables.asked == pa && tables.allowed));
    prove((*old & ~UINT64_C(0xc0)) == (new & ~UINT64_C(0xc0)) && (*old & ~new) == 0);
    if (tables.changes < TABLE_CHANGES && any_bool()) {
        tables.changes++;
        return false;
    }
    table_note(pa, new);
    return true;
}

#define __atomic_load_n(slot, order)                               table_load(slot)
#define __atomic_compare_exchange_n(slot, old, new, weak, yes, no) table_swap(slot, old, new)
#define pmp_allows(h, pa, len, access, prv)                        table_allowed(pa, len, access, prv)
#define index_offset                                               index_offset_slow
#include "spec/walk_slow.c"
#undef index_offset
#include "spec/walk.c"
#undef pmp_allows
#undef __atomic_load_n
#undef __atomic_compare_exchange_n

/* Memory that a world may have: one range, or two; whole pages, no overlap, below 2^56. */
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

static inline struct mem mem_any(struct mem_range range[2], const struct isa *isa)
{
    struct mem mem = {.range = range, .count = 1 + any_below(2), .bias = 0};
    range[0] = range_any();
    range[1] = range_any();
    if (!PROVING && any_below(4) != 0) { /* or hardly any random table would lie in it */
        range[0] = (struct mem_range){4096, (UINT64_C(1) << 56) - 4096};
        mem.count = 1;
    }
    assume(mem.count < 2 || range[0].base >= range[1].base + range[1].size ||
           range[1].base >= range[0].base + range[0].size);
    tables = (struct table_log){0};
    for (unsigned i = 0; i < 2; i++) {
        tables.watched[i] = (struct table_read){any(), any(), false};
    }
    tables.pmp = isa->pmp_entries != 0;
    return mem;
}

#endif
