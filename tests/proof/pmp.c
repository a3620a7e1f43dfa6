/* SPDX-License-Identifier: BSD-2-Clause */
/* proof: src/host/m/pmp_plan.c */
/* cbmc: --unwind 9 */
/*
 * Whatever has to be closed, wherever it lies: if there is a plan, no access of S or U reaches a
 * byte of it (but reads of the shadow tables, where they are to be read), and every other access is
 * let through. Machine chapter, "Physical Memory Protection": "Priority and Matching Logic".
 *
 * In two steps. One range: its entries match an access that touches it, or some of its bytes, and
 * no other; they grant nothing, or R. Many: the plan is the entries of each, one after the other,
 * and then the one that opens everything. So what touches a range is decided by that range's
 * entries, or by an earlier range's, and what touches none by the last entry. (The tests, which
 * have any number of ranges to try, check the whole as well.)
 */
#include "host/m/pmp.h"
#include "proof.h"

#define CLOSED  7 /* MACHINE_CLOSED */
#define PA_BITS 56

struct verdict {
    bool r, w, x;
};

/* Is the byte in a NAPOT range? "yyy...01...1": so many low ones, so large a range. */
static bool napot_has(uint64_t pmpaddr, uint64_t pa)
{
    uint64_t inside = pmpaddr ^ (pmpaddr + 1);
    return ((pa >> 2 ^ pmpaddr) & ~inside) == 0;
}

static bool entry_has(const struct pmp_plan *plan, unsigned i, uint64_t pa)
{
    unsigned a = plan->entry[i].cfg >> 3 & 3;
    uint64_t bottom = i == 0 ? 0 : plan->entry[i - 1].addr << 2;
    switch (a) {
    case 1: /* TOR */
        return pa >= bottom && pa < plan->entry[i].addr << 2;
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
static struct verdict pmp_check(const struct pmp_plan *plan, uint64_t pa, uint64_t last)
{
    for (unsigned i = 0; i < PMP_ENTRIES; i++) {
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

static struct mem_range range_any(void)
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

static struct reach reach_any(const struct mem_range *near)
{
    uint64_t pa = (any_bool() ? near->base + (any() & MASK(20, 0)) - BIT(19) : any()) &
                  (MASK(PA_BITS - 1, 0) - 15);
    return (struct reach){pa, pa + any_below(16)};
}

static bool touches(const struct mem_range *r, struct reach a)
{
    return a.pa < r->base + r->size && a.last >= r->base;
}

static void prove_one(void)
{
    struct mem_range r = range_any();
    bool readable = any_bool();
    struct pmp_plan plan;

    prove(pmp_plan_make(&plan, &r, 1, readable ? &r : NULL));
    struct reach a = reach_any(&r);
    struct verdict v = pmp_check(&plan, a.pa, a.last);
    if (touches(&r, a)) {
        prove(!v.w && !v.x && (!v.r || readable));
        reached();
    } else {
        prove(v.r && v.w && v.x);
        reached();
    }
}

static bool entries_equal(const struct pmp_plan *p, unsigned at, const struct pmp_plan *q,
                          unsigned i)
{
    return p->entry[at].cfg == q->entry[i].cfg && p->entry[at].addr == q->entry[i].addr;
}

/* The plan of many is the plans of each in turn, each without its last entry, and then that. */
static void prove_sequence(const struct pmp_plan *plan, const struct mem_range *closed,
                           unsigned count, unsigned tables)
{
    unsigned at = 0;
    struct pmp_plan one;

    for (unsigned i = 0; i < count; i++) {
        prove(pmp_plan_make(&one, &closed[i], 1, i == tables ? &closed[i] : NULL));
        for (unsigned j = 0; j + 1 < one.count; j++, at++) {
            prove(at < plan->count && entries_equal(plan, at, &one, j));
        }
    }
    prove(pmp_plan_make(&one, closed, 0, NULL));
    prove(one.count == 1 && plan->count == at + 1 && entries_equal(plan, at, &one, 0));
    for (unsigned i = 0; i < PMP_ENTRIES; i++) {
        uint8_t cfg = i < plan->count ? plan->entry[i].cfg : 0;
        prove((pmp_plan_cfg(plan) >> (8 * i) & 0xff) == cfg);
        prove((cfg & 0x80) == 0); /* not locked: M is free of it */
    }
}

static void try_whole(const struct pmp_plan *plan, const struct mem_range *closed, unsigned count,
                      unsigned tables)
{
    struct reach a = reach_any(&closed[0]);
    struct verdict v = pmp_check(plan, a.pa, a.last);
    bool touched = false, readable = false;
    for (unsigned i = 0; i < count; i++) {
        touched = touched || touches(&closed[i], a);
        readable = readable || (i == tables && touches(&closed[i], a));
    }
    prove(touched ? !v.w && !v.x && (!v.r || readable) : v.r && v.w && v.x);
}

void prove_pmp(void);
void prove_pmp(void)
{
    struct mem_range closed[CLOSED];
    unsigned count = any_below(CLOSED + 1);
    unsigned tables = any_below(CLOSED + 1); /* the shadow tables; none if not below count */
    struct pmp_plan plan;

    prove_one();
    for (unsigned i = 0; i < CLOSED; i++) {
        closed[i] = range_any();
    }
    if (!pmp_plan_make(&plan, closed, count, tables < CLOSED ? &closed[tables] : NULL)) {
        reached();
        prove(count > 3); /* three always fit: Hearth, its stacks, the shadow tables */
        return;
    }
    prove(plan.count <= PMP_ENTRIES);
    prove_sequence(&plan, closed, count, tables);
    if (!PROVING) {
        try_whole(&plan, closed, count, tables);
    }
    reached();
}
