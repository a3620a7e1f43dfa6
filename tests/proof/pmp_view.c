/* SPDX-License-Identifier: BSD-2-Clause */
/* proof: src/host/m/pmp_plan.c src/spec/pmp.c */
/* replace: append:append_seen around:around_any is_napot:is_napot_any */
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
 * It is stated of the entry at any one place of the plan, so that a proof need not carry the
 * others. (The tests, which try single accesses, check the whole as well: what touches Hearth is
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

/* What a proof sees of the plan made last: one entry, and the first two. */
static struct {
    unsigned at;
    struct pmp_entry entry, first[2];
} seen;

stand_in void append_seen(struct pmp_plan *plan, uint64_t cfg, uint64_t addr)
{
    struct pmp_entry e = {(uint8_t)cfg, addr};

    prove(cfg < 0x80); /* no lock; that there is room the count says that it has in the end */
    seen.entry = plan->count == seen.at ? e : seen.entry;
    seen.first[0] = plan->count == 0 ? e : seen.first[0];
    seen.first[1] = plan->count == 1 ? e : seen.first[1];
    plan->count++;
}

/* Whether one entry is enough for a range: it does not matter here when that is so, if it stays so.
 */
static const struct scene *scene;
static bool napot_closed[CLOSED_MOST], napot_guarded[GUARDED_MOST];

stand_in bool is_napot_any(const struct mem_range *r)
{
    for (unsigned i = 0; i < CLOSED_MOST; i++) {
        if (r == &scene->closed[i]) {
            return napot_closed[i];
        }
    }
    for (unsigned i = 0; i < GUARDED_MOST; i++) {
        if (r == &scene->guarded[i]) {
            return napot_guarded[i];
        }
    }
    prove(false);
    return false;
}

/* What is closed for a virtual device: prove_pmp_device() says that it is enough. */
static struct mem_range device_around[TRAPPED_MOST];

stand_in struct mem_range around_any(const struct mem_range *r)
{
    for (unsigned i = 0; i < TRAPPED_MOST; i++) {
        if (r == &scene->trapped[i]) {
            return device_around[i];
        }
    }
    prove(false);
    return *r;
}

/* Is it the address of an entry that closes the device? */
static bool is_around(uint64_t addr, unsigned i)
{
    const struct mem_range *r = PROVING ? &device_around[i] : &scene->trapped[i];

    if (PROVING) {
        return addr == ((r->base >> 2) | ((r->size >> 3) - 1));
    }
    return napot_has(addr, r->base) && napot_has(addr, r->base + r->size - 1);
}

/* The one or two entries that close r alone; how many they are. */
static unsigned alone(const struct mem_range *r, bool readable, struct pmp_entry e[2])
{
    struct pmp_plan plan;

    prove(pmp_plan_make(&plan, r, 1, readable ? r : NULL));
    e[0] = PROVING ? seen.first[0] : plan.entry[0];
    e[1] = PROVING ? seen.first[1] : plan.entry[1];
    return plan.count - 1;
}

static bool is(struct pmp_entry e, uint8_t cfg, uint64_t addr)
{
    return e.cfg == cfg && e.addr == addr;
}

/* An entry of the virtual PMP in a view. Machine chapter, "Locking and Privilege Mode": what isn't
 * locked doesn't bind M. While MPRV bites, nothing but fetches are M's own. */
static void prove_virtual(struct pmp_entry e, uint8_t cfg, uint64_t addr, enum pmp_view view)
{
    bool m = view == PMP_M || view == PMP_MPRV;
    unsigned rights = m && !bit(cfg, 7) ? 7 : cfg & 7u;

    prove(e.addr == addr);
    prove(bits(e.cfg, 4, 3) == bits(cfg, 4, 3));
    if (bits(cfg, 4, 3) != 0) {
        prove(bits(e.cfg, 2, 0) == (view == PMP_MPRV ? rights & 4 : rights));
    }
    reached();
}

/* Whatever stands at place `at` of the plan of `count` entries is what has to be there. */
static void prove_entry(const struct scene *s, const struct hart *h, enum pmp_view view,
                        struct pmp_entry e, unsigned at, unsigned count)
{
    bool m = view == PMP_M || view == PMP_MPRV, guarding = m && s->w.guarding;
    unsigned n, place = 0, entries = h->isa->pmp_entries;
    struct pmp_entry one[2];

    for (unsigned i = 0; i < s->w.count; i++, place += n) {
        n = alone(&s->closed[i], view == PMP_VS && s->w.tables == &s->closed[i], one);
        prove(at != place || is(e, one[0].cfg, one[0].addr));
        prove(at != place + 1 || n == 1 || is(e, one[1].cfg, one[1].addr));
    }
    for (unsigned i = 0; i < s->w.trapped_count; i++, place++) {
        prove(at != place || (e.cfg == (m ? 0x18 : 0) && is_around(e.addr, i)));
    }
    for (unsigned i = 0; i < s->w.guarded_count; i++, place += n) {
        n = alone(&s->guarded[i], false, one);
        prove(at != place || is(e, guarding ? one[0].cfg : 0, one[0].addr));
        prove(at != place + 1 || n == 1 || is(e, guarding ? one[1].cfg : 0, one[1].addr));
    }
    prove(at != place || is(e, 0, 0));
    for (unsigned i = 0; i < entries; i++) {
        if (at == ++place) {
            prove_virtual(e, h->pmpcfg[i], h->pmpaddr[i], view);
        }
    }
    if (at == ++place) { /* whatever lies anywhere below 2^56 */
        prove(napot_has(e.addr, any() & MASK(55, 0)));
        prove(e.cfg == (view == PMP_MPRV ? 0x1c : m || entries == 0 ? 0x1f : 0));
        reached();
    }
    prove(count == place + 1);
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
    enum pmp_view view = (enum pmp_view)any_below(PMP_VIEWS);
    unsigned at = (unsigned)any() % PMP_MAX;

    prove_words();
    scene_make(&s);
    isa.pmp_entries = (uint8_t)any_few(PMP_MAX);
    isa.pmp_grain = 2; /* a larger one is the hardware's, and the virtual PMP's alike */
    scene = &s;
    for (unsigned i = 0; i < TRAPPED_MOST; i++) {
        device_around[i] = (struct mem_range){any(), any()};
    }
    for (unsigned i = 0; i < CLOSED_MOST; i++) {
        napot_closed[i] = any_bool();
        napot_guarded[i % GUARDED_MOST] = any_bool();
    }
    unsigned room = pmp_plan_room(&s.w);
    if (!PROVING) {
        isa.pmp_entries = (uint8_t)(room != 0 ? isa.pmp_entries % (room + 1) : 0);
    }
    assume(isa.pmp_entries <= room && room != 0);
    const struct hart h = hart_any(&isa);
    seen.at = at;
    pmp_plan_view(&plan, &s.w, &h, view);
    prove(plan.count <= s.w.entries);
    at = PROVING ? at : at % plan.count;
    prove_entry(&s, &h, view, PROVING ? seen.entry : plan.entry[at], at, plan.count);
    if (!PROVING) {
        try_access(&s, &h, &plan, view);
    }
}
