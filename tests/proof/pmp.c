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
#include "pmp_check.h"

#define CLOSED 7 /* MACHINE_CLOSED */

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
