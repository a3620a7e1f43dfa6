/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a walk promises, whatever the tables hold and however they change under it: it reads no
 * entry outside of the memory that it was given, nor one that the hart's PMP closes (tables.h);
 * and if it finds a translation, then both stages' leaves are legal, grant the access, have A (and
 * D) set as it requires, and the address is what they make of it. Privileged architecture, "Virtual
 * Address Translation Process"; hypervisor chapter, "Two-Stage Address Translation"; Svnapot;
 * Svpbmt.
 *
 * It is proved in steps, of which each takes the ones before for granted and nothing else: in
 * a proof (not in a test) NAME_any stands in for NAME, gives whatever NAME's own proof says that it
 * may give, and states what NAME has to be asked with.
 *
 *   mem         mem_at()
 *   walk_g      g_stage(), on mem_at_any()
 *   walk_first  first_stage(), on g_stage_any() and mem_at_any()
 *   walk_slow   walk_slow(), on first_stage_any() and g_stage_any()
 *   walk_quick  g_quick(), whatever it has remembered
 *   walk        walk(), on g_quick_any() and walk_slow_any()
 */
#ifndef TESTS_PROOF_WALK_ANY_H
#define TESTS_PROOF_WALK_ANY_H

#include "hart_any.h"
#include "tables.h"

struct scene {
    struct isa isa;
    struct hart h;
    struct mem_range range[2];
    struct mem mem;
    struct access_as as;
    struct trap fault;
    struct walker w;
};

static const struct walker *walker_now; /* whose walk g_quick_any() is part of */

static inline struct access_as access_any(void)
{
    struct access_as as = {.access = (uint8_t)any_below(3), .v = any_bool()};
    as.prv = (uint8_t)(as.v || any_below(4) != 0 ? any_below(2) : PRV_M);
    as.hlvx = as.v && as.access == ACCESS_LOAD && any_bool();
    return as;
}

static inline void scene_make(struct scene *s)
{
    s->isa = isa_any();
    if (!PROVING && any_bool()) { /* or no walk would be quick */
        s->isa.pmp_entries = 0;
    }
    s->h = hart_any(&s->isa);
    if (!PROVING) { /* most would be bare */
        s->h.satp |= UINT64_C(0x8) << 60;
        s->h.vsatp |= UINT64_C(0x8) << 60;
        s->h.hgatp |= UINT64_C(0x8) << 60;
        hart_legalize(&s->h);
    }
    s->mem = mem_any(s->range, &s->isa);
    tables.mem = &s->mem;
    s->as = access_any();
    s->w =
        (struct walker){.h = &s->h, .mem = &s->mem, .fault = &s->fault, .as = &s->as, .va = any()};
    walker_now = &s->w;
}

/* In a test addresses that pass more often than not. */
static inline uint64_t any_va(void)
{
    uint64_t a = any();
    return PROVING || any_below(8) == 0 ? a : (uint64_t)sext(a, 39);
}

static inline uint64_t any_gpa(void)
{
    return any() & MASK(PROVING ? 63 : any_below(8) == 0 ? 55 : 40, 0);
}

/* The MODE of the stage for this walk, Bare if there is no such stage. */
static inline unsigned stage_mode(const struct walker *w, enum purpose why)
{
    if (why != FIRST) {
        return w->as->v ? (unsigned)bits(w->h->hgatp, 63, 60) : 0;
    }
    return w->as->prv == 3 ? 0 : (unsigned)bits(w->as->v ? w->h->vsatp : w->h->satp, 63, 60);
}

/* A leaf of either stage that lets the access through, or the read or write of a VS-level table. */
static inline bool leaf_grants(const struct walker *w, enum purpose why, uint64_t pte)
{
    const struct hart *h = w->h;
    bool first = why == FIRST, vs = first && w->as->v, own = first || why == G_FINAL;
    uint64_t status = vs ? h->vsstatus : h->mstatus;
    uint64_t env = vs ? h->henvcfg & h->menvcfg : h->menvcfg;
    bool store = own ? w->as->access == ACCESS_STORE : why == G_WRITE;
    bool execute = own && (w->as->access == ACCESS_FETCH || w->as->hlvx);
    bool r = bit(pte, 1), x = bit(pte, 3), user = bit(pte, 4);
    bool mxr = own && (bit(h->mstatus, 19) || (vs && bit(h->vsstatus, 19)));
    bool pbmt = bits(pte, 62, 61) == 0 || (bit(env, 62) && bits(pte, 62, 61) != 3);
    bool napot = !bit(pte, 63) || (bit(h->isa->ext, EXT_SVNAPOT) && bits(pte, 13, 10) == 8);
    bool sum = bit(status, 18) && w->as->access != ACCESS_FETCH;
    bool mode = !first ? user : w->as->prv == 0 ? user : !user || sum;
    bool kind = store ? bit(pte, 2) && bit(pte, 7) : execute ? x : r || (mxr && x);
    return bit(pte, 0) && (r || !bit(pte, 2)) && bits(pte, 60, 54) == 0 && pbmt && napot && mode &&
           kind && bit(pte, 6);
}

/* "pa.ppn[i-1:0] = va.vpn[i-1:0]", and no misaligned superpage. */
static inline bool leaf_output(const struct leaf *l, uint64_t in)
{
    uint64_t ppn = bits(l->pte, 53, 10) << 12;
    uint64_t within = (UINT64_C(1) << (bit(l->pte, 63) ? 16 : l->shift)) - 1;
    return (bit(l->pte, 63) ? l->shift == 12 : (ppn & within) == 0) &&
           l->pa == ((ppn & ~within) | (in & within));
}

/* "bits 63:39 must equal bit 38", and so on; the G-stage's are zeros. */
static inline bool address_fits(enum purpose why, unsigned mode, uint64_t in)
{
    uint64_t high = in >> (9 * mode - 34);
    return why == FIRST ? high == 0 || high == ~UINT64_C(0) >> (9 * mode - 34)
                        : in >> (9 * mode - 31) == 0;
}

static inline bool level_is(unsigned mode, unsigned shift)
{
    return shift == 12 || shift == 21 || shift == 30 || (shift == 39 && mode >= 9) ||
           (shift == 48 && mode >= 10);
}

/* What a stage may give as the leaf of `in`. */
static inline bool leaf_right(const struct walker *w, enum purpose why, uint64_t in,
                              const struct leaf *l)
{
    unsigned mode = stage_mode(w, why);
    if (mode == 0) {
        return l->slot == NULL && l->pte == PTE_BARE && l->pa == in && l->shift == 48;
    }
    return l->slot != NULL && level_is(mode, l->shift) && address_fits(why, mode, in) &&
           bits((uintptr_t)l->slot, 11, 3) == (in >> l->shift & 511) &&
           leaf_grants(w, why, l->pte) && leaf_output(l, in);
}

/* A fault is the access's own kind of page fault, access fault or guest-page fault. */
static inline bool fault_right(const struct walker *w)
{
    static const uint8_t page[] = {13, 15, 12}, access[] = {5, 7, 1}, guest[] = {21, 23, 20};
    const struct trap *t = w->fault;
    bool guest_page = w->as->v && t->cause == guest[w->as->access];
    return (t->cause == page[w->as->access] || t->cause == access[w->as->access] || guest_page) &&
           t->tval == w->va && t->gva == w->as->v &&
           (guest_page || (t->tval2 == 0 && t->tinst == 0)) &&
           (t->tinst == 0 || t->tinst == 0x3000 || t->tinst == 0x3020);
}

/* Is it, and was it read there, or left there when A or D was set? */
static inline void prove_leaf(const struct walker *w, enum purpose why, uint64_t in,
                              const struct leaf *l)
{
    prove(leaf_right(w, why, in, l));
    prove(l->slot == NULL || table_held(why == FIRST ? 0 : 1, l->slot, l->pte));
}

/* The two leaves of a translation. */
static inline struct leaf leaf_first(const struct xlate *x)
{
    return (struct leaf){.pa = x->gpa.a,
                         .pte = x->vs_pte,
                         .slot = (uint64_t *)(uintptr_t)x->vs_slot,
                         .shift = x->vs_shift};
}

static inline struct leaf leaf_final(const struct xlate *x)
{
    return (struct leaf){.pa = x->pa.a,
                         .pte = x->g_pte,
                         .slot = (uint64_t *)(uintptr_t)x->g_slot,
                         .shift = x->g_shift};
}

static inline void prove_xlate(const struct walker *w, const struct xlate *x)
{
    struct leaf first = leaf_first(x), final = leaf_final(x);
    prove_leaf(w, FIRST, w->va, &first);
    prove_leaf(w, G_FINAL, x->gpa.a, &final);
    prove(x->shift == (x->vs_shift < x->g_shift ? x->vs_shift : x->g_shift));
}

/* What first_stage() has to be given: a stage that there is, an address that fits, a level of it.
 */
static inline bool first_may_begin(const struct walker *w, unsigned shift)
{
    unsigned mode = stage_mode(w, FIRST);
    return mode != 0 && level_is(mode, shift) && address_fits(FIRST, mode, w->va);
}

/* What walk_slow() has to be given. */
static inline bool slow_may_begin(const struct walker *w, const struct xlate *out, unsigned shift)
{
    struct leaf first = leaf_first(out);
    if (shift == WALK_FINAL) {
        return w->as->v && leaf_right(w, FIRST, w->va, &first);
    }
    return shift == WALK_START || shift == WALK_INVALID || first_may_begin(w, shift);
}

/* --- in the place of what has been proved --- */

static inline struct leaf leaf_any(const struct walker *w, enum purpose why, uint64_t in)
{
    struct leaf l = {.pa = any(), .pte = any(), .shift = (unsigned)any()};
    l.slot = (uint64_t *)(uintptr_t)any();
    assume(leaf_right(w, why, in, &l));
    if (l.slot != NULL) {
        table_see(why == FIRST ? 0 : 1, (uintptr_t)l.slot, l.pte);
    }
    return l;
}

static inline bool fault_any(const struct walker *w)
{
    *w->fault = (struct trap){any(), any(), any(), any(), any_bool()};
    assume(fault_right(w));
    return false;
}

stand_in bool g_stage_any(const struct walker *w, uint64_t gpa, enum purpose why, struct leaf *leaf)
{
    prove(why != FIRST);
    if (any_bool()) {
        return fault_any(w);
    }
    *leaf = leaf_any(w, why, gpa);
    return true;
}

/* What a walk has in its hands from the beginning, and what it may have remembered. */
static inline bool hot_right(const struct walker *w, const struct hot *hot)
{
    bool ours = hot->base == w->mem->range[0].base && hot->size == w->mem->range[0].size;
    uint64_t giga = hot->g_gigapage;
    return (hot->size == 0 || (ours && w->h->walk_quick)) && hot->bias == w->mem->bias &&
           hot->g_root == bits(w->h->hgatp, 43, 2) << 14 &&
           hot->g_top == 9 * bits(w->h->hgatp, 63, 60) - 42 && bits(hot->g_table, 11, 0) == 0 &&
           (giga == ~UINT64_C(0) || giga >> (hot->g_top - 19) == 0);
}

/* For reading a table of the first stage, or for the access itself. */
static inline enum purpose test_purpose(struct test t)
{
    return t.ignored == g_read.ignored && t.wanted == g_read.wanted ? G_READ : G_FINAL;
}

/* What of a G-stage leaf is not looked at, for the access itself: what it doesn't need. */
static inline bool test_right(const struct walker *w, struct test t)
{
    bool store = w->as->access == ACCESS_STORE,
         execute = w->as->access == ACCESS_FETCH || w->as->hlvx;
    uint64_t needs = store ? 0x84 : execute ? 8 : 0;
    return t.wanted == 0xdf && t.ignored == (UINT64_C(0x8c) & ~needs);
}

stand_in bool g_quick_any(struct hot *hot, uint64_t gpa, struct test t, struct leaf *leaf)
{
    const struct walker *w = walker_now;
    enum purpose why = test_purpose(t);

    prove(stage_mode(w, G_FINAL) != 0 && hot_right(w, hot));
    prove(why == G_READ || test_right(w, t));
    *leaf = (struct leaf){.pa = any(), .pte = any(), .shift = (unsigned)any()};
    if (any_bool()) {
        return false;
    }
    *leaf = leaf_any(w, why, gpa);
    return true;
}

stand_in bool first_stage_any(const struct walker *w, uint64_t table, unsigned shift,
                              struct leaf *leaf)
{
    (void)table;
    prove(first_may_begin(w, shift));
    if (any_bool()) {
        return fault_any(w);
    }
    *leaf = leaf_any(w, FIRST, w->va);
    return true;
}

stand_in bool walk_slow_any(const struct hart *h, const struct mem *mem, struct access_as as,
                            uint64_t va, struct xlate *out, struct trap *fault, uint64_t table,
                            unsigned shift)
{
    const struct walker w = {.h = h, .mem = mem, .fault = fault, .as = &as, .va = va};
    struct leaf leaf;

    (void)table;
    prove(slow_may_begin(&w, out, shift));
    if (any_bool()) {
        return fault_any(&w);
    }
    if (shift != WALK_FINAL) {
        leaf = leaf_any(&w, FIRST, va);
        xlate_first(out, &leaf);
    }
    leaf = leaf_any(&w, G_FINAL, out->gpa.a);
    xlate_final(out, &leaf);
    return true;
}

#endif
