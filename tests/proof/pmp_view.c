/* SPDX-License-Identifier: BSD-2-Clause */
/* proof: src/host/m/pmp_plan.c src/spec/pmp.c */
/* cbmc: --unwind 66 */
/*
 * The plans of a world with firmware, whatever the virtual PMP holds: each view begins with just
 * the entries that close what is closed, which prove_pmp() says decide every access that touches
 * it; then come the virtual devices, closed to M; no entry is locked; all fit. (The tests, which
 * try single accesses, check the whole as well: what touches Hearth is refused, and what the
 * virtual PMP refuses is refused in each view.)
 */
#include "hart_any.h"
#include "pmp_check.h"

#define CLOSED_MOST  4u
#define TRAPPED_MOST 3u

struct scene {
    struct mem_range closed[CLOSED_MOST], trapped[TRAPPED_MOST];
    struct pmp_world w;
};

static void scene_make(struct scene *s)
{
    unsigned tables = any_below(CLOSED_MOST + 1);

    for (unsigned i = 0; i < CLOSED_MOST; i++) {
        s->closed[i] = range_any();
    }
    for (unsigned i = 0; i < TRAPPED_MOST; i++) {
        s->trapped[i] = range_any();
        s->trapped[i].base &= MASK(40, 0);
        s->trapped[i].size &= MASK(30, 0);
        assume(s->trapped[i].size != 0);
    }
    s->w = (struct pmp_world){
        .closed = s->closed,
        .count = any_below(CLOSED_MOST + 1),
        .tables = tables < CLOSED_MOST ? &s->closed[tables] : NULL,
        .trapped = s->trapped,
        .trapped_count = any_below(TRAPPED_MOST + 1),
        .entries = any_below(PMP_MAX + 1),
    };
}

/* The view begins as the plan that closes them all, and nothing else, does; no lock anywhere. */
static void prove_front(const struct scene *s, const struct pmp_plan *plan, enum pmp_view view)
{
    struct pmp_plan alone;
    const struct mem_range *tables = view == PMP_VS ? s->w.tables : NULL;

    if (!pmp_plan_make(&alone, s->closed, s->w.count, tables)) {
        return; /* more than that plan's entries can */
    }
    for (unsigned i = 0; i + 1 < PMP_ENTRIES; i++) {
        if (i + 1 < alone.count) {
            prove(plan->entry[i].cfg == alone.entry[i].cfg);
            prove(plan->entry[i].addr == alone.entry[i].addr);
        }
    }
    for (unsigned i = 0; i < PMP_MAX; i++) {
        uint64_t word = pmp_plan_cfg_word(plan, i / 8);
        uint8_t cfg = i < plan->count ? plan->entry[i].cfg : 0;
        prove((word >> (i % 8 * 8) & 0xff) == cfg && (cfg & 0x80) == 0);
    }
    reached();
}

static bool some_touched(const struct mem_range *r, unsigned count, struct reach a)
{
    bool touched = false;
    for (unsigned i = 0; i < count; i++) {
        touched = touched || touches(&r[i], a);
    }
    return touched;
}

/* One access of a word. */
static void try_access(const struct scene *s, const struct hart *h, const struct pmp_plan *plan,
                       enum pmp_view view)
{
    struct reach a = reach_any(any_bool() ? &s->closed[0] : &s->trapped[0]);
    a.pa &= ~UINT64_C(3);
    a.last = a.pa + 3;
    struct verdict v = pmp_check(plan, a.pa, a.last);
    bool m = view == PMP_M || view == PMP_MPRV;
    enum prv prv = m ? PRV_M : PRV_S;

    if (some_touched(s->closed, s->w.count, a)) {
        bool table = view == PMP_VS && s->w.tables != NULL && touches(s->w.tables, a);
        prove(!v.w && !v.x && (!v.r || table));
        reached();
        return;
    }
    if (m && some_touched(s->trapped, s->w.trapped_count, a)) {
        prove(!v.r && !v.w && !v.x);
        return;
    }
    prove(!v.r || pmp_allows(h, (hpa_t){a.pa}, 4, ACCESS_LOAD, prv));
    prove(!v.w || pmp_allows(h, (hpa_t){a.pa}, 4, ACCESS_STORE, prv));
    prove(!v.x || pmp_allows(h, (hpa_t){a.pa}, 4, ACCESS_FETCH, prv));
    prove(view != PMP_MPRV || (!v.r && !v.w));
}

void prove_pmp_view(void);
void prove_pmp_view(void)
{
    struct isa isa = isa_any();
    struct scene s;
    struct pmp_plan plan;
    enum pmp_view view = (enum pmp_view)any_below(PMP_VIEWS);

    scene_make(&s);
    isa.pmp_grain = 2; /* a larger one is the hardware's, and the virtual PMP's alike */
    unsigned room = pmp_plan_room(&s.w);
    if (!PROVING) {
        isa.pmp_entries = (uint8_t)(room != 0 ? isa.pmp_entries % (room + 1) : 0);
    }
    assume(isa.pmp_entries <= room && room != 0);
    const struct hart h = hart_any(&isa);
    pmp_plan_view(&plan, &s.w, &h, view);
    prove(plan.count <= s.w.entries);
    prove_front(&s, &plan, view);
    if (!PROVING) {
        try_access(&s, &h, &plan, view);
    }
}
