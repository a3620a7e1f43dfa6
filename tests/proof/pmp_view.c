/* SPDX-License-Identifier: BSD-2-Clause */
/* proof: src/host/m/pmp_plan.c src/spec/pmp.c */
/* replace: append:append_seen append_range:append_range_seen around:around_any */
/* replace: is_napot:is_napot_any */
/* cbmc: --unwind 34 --unwindset pmp_plan_view.0:8,pmp_plan_view.1:5,pmp_plan_view.2:4 */
/* cbmc: --unwindset pmp_plan_view.3:17 */
/*
 * The plans of a world with firmware, whatever the virtual PMP holds: each view begins with just
 * the entries that close what is closed, which prove_pmp() says decide every access that touches
 * it; then come the virtual devices, closed to M; what a policy guards, closed to M when it does;
 * then, behind an address of 0 for the first one's bottom, the entries of the virtual PMP as they
 * are, granting what they grant to the view's mode and no more; last all the rest. No entry is
 * locked; all fit. So an access that touches nothing closed is decided as the virtual PMP says.
 *
 * A proof sees what is appended, one after the other; that appending does nothing else says
 * prove_pmp_range(). (The tests, which try single accesses, check the whole: what touches Hearth is
 * refused, and what the virtual PMP refuses is refused in each view.)
 */
#include "hart_any.h"
#include "pmp_check.h"
#include "words.h"

#define CLOSED_MOST  7u
#define TRAPPED_MOST 4u
#define GUARDED_MOST 3u
/* Few of each in a test, or hardly any random plan would fit. */
#define MOST(in_proof, in_test) (PROVING ? (in_proof) : (in_test))

struct scene {
    struct mem_range closed[CLOSED_MOST], trapped[TRAPPED_MOST], guarded[GUARDED_MOST];
    struct pmp_world w;
};

/* any_below(), with the prover told that there are no high bits. */
static unsigned any_few(unsigned most)
{
    unsigned v = PROVING ? (unsigned)any() & 31 : any_below(most + 1);
    assume(v <= most);
    return v;
}

static void scene_make(struct scene *s)
{
    unsigned tables = any_below(CLOSED_MOST + 1);

    for (unsigned i = 0; i < CLOSED_MOST; i++) {
        s->closed[i] = range_any();
    }
    for (unsigned i = 0; i < GUARDED_MOST; i++) {
        s->guarded[i] = range_any();
    }
    for (unsigned i = 0; i < TRAPPED_MOST; i++) {
        s->trapped[i] = range_any();
        s->trapped[i].base &= MASK(40, 0);
        s->trapped[i].size = (s->trapped[i].size & MASK(30, 0)) | (PROVING ? 0 : 0x1000);
        assume(s->trapped[i].size != 0);
    }
    s->w = (struct pmp_world){
        .closed = s->closed,
        .count = any_few(MOST(CLOSED_MOST, 3)),
        .tables = tables < CLOSED_MOST ? &s->closed[tables] : NULL,
        .trapped = s->trapped,
        .trapped_count = any_few(MOST(TRAPPED_MOST, 2)),
        .guarded = s->guarded,
        .guarded_count = any_few(MOST(GUARDED_MOST, 1)),
        .guarding = any_bool(),
        .entries = PROVING || any_below(8) == 0 ? any_few(PMP_MAX) : PMP_MAX,
    };
}

/* What has been appended, and what is to be. */
static struct {
    const struct scene *s;
    const struct hart *h;
    enum pmp_view view;
    unsigned closed, devices, guarded, entries;
    bool device, bottom;                    /* the next is a device's; the bottom is behind */
    struct mem_range around;                /* that device's */
    bool napot[CLOSED_MOST + GUARDED_MOST]; /* ranges for which one entry is enough: whenever */
} seen;

static bool of_m(enum pmp_view view)
{
    return view == PMP_M || view == PMP_MPRV;
}

/* The number of r among the closed, then the guarded. */
static unsigned number_of(const struct mem_range *r)
{
    for (unsigned i = 0; i < CLOSED_MOST; i++) {
        if (r == &seen.s->closed[i]) {
            return i;
        }
    }
    for (unsigned i = 0; i < GUARDED_MOST; i++) {
        if (r == &seen.s->guarded[i]) {
            return CLOSED_MOST + i;
        }
    }
    prove(false);
    return 0;
}

stand_in bool is_napot_any(const struct mem_range *r)
{
    return seen.napot[number_of(r)];
}

stand_in void append_range_seen(struct pmp_plan *plan, const struct mem_range *r, bool closed,
                                uint64_t rights)
{
    const struct pmp_world *w = &seen.s->w;
    unsigned n = number_of(r);

    prove(!seen.bottom);
    if (n < CLOSED_MOST) {
        prove(n == seen.closed++ && n < w->count && seen.devices == 0 && seen.guarded == 0);
        prove(closed && rights == (seen.view == PMP_VS && r == w->tables ? 1 : 0));
    } else {
        n -= CLOSED_MOST;
        prove(n == seen.guarded++ && n < w->guarded_count && seen.closed == w->count);
        prove(seen.devices == w->trapped_count);
        prove(closed == (of_m(seen.view) && w->guarding) && rights == 0);
    }
    plan->count += is_napot_any(r) ? 1 : 2;
}

/* prove_pmp_range() says that it is enough for the device. */
stand_in struct mem_range around_any(const struct mem_range *r)
{
    prove(!seen.device && r == &seen.s->trapped[seen.devices]);
    seen.device = true;
    seen.around = (struct mem_range){any(), any()};
    return seen.around;
}

/* An entry of the virtual PMP in a view. Machine chapter, "Locking and Privilege Mode": what isn't
 * locked doesn't bind M. While MPRV bites, nothing but fetches are M's own. */
static bool is_virtual(uint8_t cfg, uint64_t addr, uint8_t of_cfg, uint64_t of_addr)
{
    unsigned rights = of_m(seen.view) && !bit(of_cfg, 7) ? 7 : of_cfg & 7u;

    rights = seen.view == PMP_MPRV ? rights & 4 : rights;
    return addr == of_addr && bits(cfg, 4, 3) == bits(of_cfg, 4, 3) &&
           (bits(of_cfg, 4, 3) == 0 || bits(cfg, 2, 0) == rights);
}

/* Whatever lies anywhere below 2^56. */
static bool is_rest(uint8_t cfg, uint64_t addr)
{
    bool open = of_m(seen.view) || seen.h->isa->pmp_entries == 0;
    return napot_has(addr, any() & MASK(55, 0)) && cfg == (seen.view == PMP_MPRV ? 0x1c
                                                           : open                ? 0x1f
                                                                                 : 0);
}

stand_in void append_seen(struct pmp_plan *plan, uint64_t cfg, uint64_t addr)
{
    const struct pmp_world *w = &seen.s->w;
    unsigned virtual = seen.h->isa->pmp_entries;

    plan->count++;
    prove(cfg < 0x80); /* not locked */
    if (seen.device) {
        prove(seen.closed == w->count && seen.guarded == 0 && !seen.bottom);
        prove(cfg == (of_m(seen.view) ? 0x18 : 0));
        prove(addr == ((seen.around.base >> 2) | ((seen.around.size >> 3) - 1))); /* NAPOT */
        seen.device = false;
        seen.devices++;
    } else if (!seen.bottom) {
        prove(seen.closed == w->count && seen.devices == w->trapped_count);
        prove(seen.guarded == w->guarded_count && cfg == 0 && addr == 0);
        seen.bottom = true;
    } else if (seen.entries < PMP_MAX && seen.entries < virtual) {
        unsigned i = seen.entries++;
        prove(is_virtual((uint8_t)cfg, addr, seen.h->pmpcfg[i], seen.h->pmpaddr[i]));
        reached();
    } else {
        prove(seen.entries++ == virtual && is_rest((uint8_t)cfg, addr));
        reached();
    }
}

/* The bytes of the registers are the entries'. */
static void prove_words(void)
{
    struct pmp_plan plan = {.count = any_below(PMP_MAX + 1)};

    for (unsigned i = 0; i < PMP_MAX; i++) {
        plan.entry[i].cfg = (uint8_t)any();
    }
    for (unsigned i = 0; i < PMP_MAX; i++) {
        uint64_t word = pmp_plan_cfg_word(&plan, i / 8);
        prove((word >> (i % 8 * 8) & 0xff) == (i < plan.count ? plan.entry[i].cfg : 0));
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
    unsigned near = any_below(3);
    struct reach a = reach_any(near == 0 ? s->closed : near == 1 ? s->trapped : s->guarded);
    a.pa &= ~UINT64_C(3);
    a.last = a.pa + 3;
    struct verdict v = pmp_check(plan, a.pa, a.last);
    bool m = view == PMP_M || view == PMP_MPRV;
    enum prv prv = m ? PRV_M : PRV_S;

    if (some_touched(s->closed, s->w.count, a)) {
        bool table = view == PMP_VS && s->w.tables != NULL && touches(s->w.tables, a);
        prove(!v.w && !v.x && (!v.r || table));
        return;
    }
    if (m && (some_touched(s->trapped, s->w.trapped_count, a) ||
              (s->w.guarding && some_touched(s->guarded, s->w.guarded_count, a)))) {
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

    prove_words();
    scene_make(&s);
    seen.s = &s;
    seen.view = (enum pmp_view)any_below(PMP_VIEWS);
    for (unsigned i = 0; i < ARRAY_LEN(seen.napot); i++) {
        seen.napot[i] = any_bool();
    }
    isa.pmp_entries = (uint8_t)any_few(PMP_MAX);
    isa.pmp_grain = 2; /* a larger one is the hardware's, and the virtual PMP's alike */
    unsigned room = pmp_plan_room(&s.w);
    if (!PROVING) {
        isa.pmp_entries = (uint8_t)(room != 0 ? isa.pmp_entries % (room + 1) : 0);
    }
    assume(isa.pmp_entries <= room && room != 0);
    const struct hart h = hart_any(&isa);
    seen.h = &h;
    pmp_plan_view(&plan, &s.w, &h, seen.view);
    prove(!PROVING || seen.entries == isa.pmp_entries + 1u);
    prove(plan.count <= s.w.entries);
    reached();
    if (!PROVING) {
        try_access(&s, &h, &plan, seen.view);
    }
}
