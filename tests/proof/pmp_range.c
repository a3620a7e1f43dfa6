/* SPDX-License-Identifier: BSD-2-Clause */
/* cbmc: --unwind 34 */
/*
 * The pieces that plans are made of. Wherever a plan has got to, append_range() adds the one or two
 * entries that a plan of that range alone begins with (or none that match), append() the one, and
 * nothing else changes. And the entry that closes a virtual device to M, wherever its registers lie
 * below 2^41 and whatever their size below 2^31, matches all of them. (What it matches besides is
 * made for the firmware as well.)
 */
#include "pmp_check.h"

#include "host/m/pmp_plan.c"

static struct pmp_plan plan_any(void)
{
    struct pmp_plan p = {.count = any_below(PMP_MAX - 1)};

    for (unsigned i = 0; i < PMP_MAX; i++) {
        p.entry[i] = (struct pmp_entry){(uint8_t)any(), any()};
    }
    return p;
}

static bool same(struct pmp_entry a, struct pmp_entry b)
{
    return a.cfg == b.cfg && a.addr == b.addr;
}

static void prove_range(struct pmp_plan plan)
{
    const struct pmp_plan before = plan;
    struct mem_range r = range_any();
    bool closed = any_bool(), readable = any_bool();
    struct pmp_plan alone;

    prove(pmp_plan_make(&alone, &r, 1, readable ? &r : NULL));
    append_range(&plan, &r, closed, readable ? PMP_R : 0);
    prove(plan.count == before.count + alone.count - 1);
    for (unsigned i = 0; i < PMP_MAX; i++) {
        unsigned n = i - before.count; /* of the range's */
        bool added = i >= before.count && i < plan.count;
        struct pmp_entry e = added ? alone.entry[n & 1] : before.entry[i];
        e.cfg = added && !closed ? 0 : e.cfg;
        prove(same(plan.entry[i], e));
    }
    reached();
}

static void prove_append(struct pmp_plan plan)
{
    const struct pmp_plan before = plan;
    struct pmp_entry e = {(uint8_t)any(), any()};

    append(&plan, e.cfg, e.addr);
    prove(plan.count == before.count + 1);
    for (unsigned i = 0; i < PMP_MAX; i++) {
        prove(same(plan.entry[i], i == before.count ? e : before.entry[i]));
    }
    reached();
}

static void prove_device(void)
{
    struct mem_range device = {.base = any() & MASK(40, 0), .size = any() & MASK(30, 0)};
    uint64_t offset = any();

    device.size |= PROVING ? 0 : 1;
    offset = PROVING ? offset : offset % device.size;
    assume(offset < device.size);
    struct mem_range n = around(&device);
    prove(napot_has(napot(&n), device.base + offset));
    reached();
}

void prove_pmp_range(void);
void prove_pmp_range(void)
{
    struct pmp_plan plan = plan_any();
    unsigned which = any_below(3);

    if (which == 0) {
        prove_range(plan);
    } else if (which == 1) {
        prove_append(plan);
    } else {
        prove_device();
    }
}
