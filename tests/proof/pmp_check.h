/* SPDX-License-Identifier: BSD-2-Clause */
/* What a hart without PMP locks makes of a plan for S and U, byte by byte; any ranges and accesses.
 * Machine chapter, "Address Matching", "Priority and Matching Logic". */
#ifndef TESTS_PROOF_PMP_CHECK_H
#define TESTS_PROOF_PMP_CHECK_H

#include "host/m/pmp.h"
#include "proof.h"

#define PA_BITS 56

struct verdict {
    bool r, w, x;
};

/* Is the byte in a NAPOT range? "yyy...01...1": so many low ones, so large a range. */
static inline bool napot_has(uint64_t pmpaddr, uint64_t pa)
{
    uint64_t inside = pmpaddr ^ (pmpaddr + 1);
    return ((pa >> 2 ^ pmpaddr) & ~inside) == 0;
}

static inline bool entry_has(const struct pmp_plan *plan, unsigned i, uint64_t pa)
{
    unsigned a = plan->entry[i].cfg >> 3 & 3;
    uint64_t bottom = i == 0 ? 0 : plan->entry[i - 1].addr << 2;
    switch (a) {
    case 1: /* TOR */
        return pa >= bottom && pa < plan->entry[i].addr << 2;
    case 2: /* NA4 */
        return pa >> 2 == plan->entry[i].addr;
    case 3:
        return napot_has(plan->entry[i].addr, pa);
    default:
        return false;
    }
}

/*
 * "The lowest-numbered PMP entry that matches any byte of an access determines whether that access
 * succeeds or fails. This matching PMP entry must match all bytes." Ranges are whole words, so an
 * access that crosses none's edge within a word is all in or all out by its first and last byte,
 * if it is no longer than the smallest range.
 */
static inline struct verdict pmp_check(const struct pmp_plan *plan, uint64_t pa, uint64_t last)
{
    for (unsigned i = 0; i < PMP_MAX; i++) {
        if (i >= plan->count) {
            break;
        }
        bool first_in = entry_has(plan, i, pa), last_in = entry_has(plan, i, last);
        if (first_in != last_in) {
            return (struct verdict){false, false, false};
        }
        if (first_in) {
            uint8_t cfg = plan->entry[i].cfg;
            return (struct verdict){(cfg & 1) != 0, (cfg & 2) != 0, (cfg & 4) != 0};
        }
    }
    return (struct verdict){false, false, false}; /* S and U, some entry implemented */
}

static inline struct mem_range range_any(void)
{
    struct mem_range r;
    if (any_bool()) { /* a naturally aligned power of two */
        r.size = any_power(12, PA_BITS - 1);
        r.base = any() & MASK(PA_BITS - 1, 0) & ~(r.size - 1);
        r.base = r.base == 0 ? r.size : r.base;
    } else {
        r.base = (any() & MASK(PA_BITS - 2, 12)) | BIT(12);
        r.size = (any() & MASK(PA_BITS - 2, 12)) | BIT(12);
    }
    return r;
}

struct reach {
    uint64_t pa, last;
};

static inline struct reach reach_any(const struct mem_range *near)
{
    uint64_t pa = (any_bool() ? near->base + (any() & MASK(20, 0)) - BIT(19) : any()) &
                  (MASK(PA_BITS - 1, 0) - 15);
    return (struct reach){pa, pa + any_below(16)};
}

static inline bool touches(const struct mem_range *r, struct reach a)
{
    return a.pa < r->base + r->size && a.last >= r->base;
}

#endif
