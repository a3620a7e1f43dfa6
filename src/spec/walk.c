/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address translation. Each PTE goes through a quick test that only leaves and pointers in the best
 * of orders pass (A and D set, no extension's bits, readable); leaf_check() is the specification's
 * whole answer for the others.
 */
#include "spec/walk_private.h"

/* What has to be clear, besides V set, in a pointer to the next table. */
#define PTE_LEAFLIKE (PTE_RWX | PTE_U | PTE_A | PTE_D | PTE_HIGH)
#define LEVEL_BITS   9u
#define INDEX_MASK   UINT64_C(0xff8) /* of an index already scaled to bytes */
#define G_ROOT_LAST  UINT64_C(0x7ff) /* the G-stage's root has four times the entries */
#define BARE_SHIFT   48u

hot_inline bool fail(const struct walker *w, enum failure f, uint64_t gpa, enum purpose why)
{
    walk_fail(w, f, gpa, why);
    return false;
}

hot_inline bool is_pointer(uint64_t pte)
{
    return (pte & (PTE_LEAFLIKE | PTE_V)) == PTE_V;
}

/* What the address bits of a pointer or of a leaf without high bits say. */
hot_inline uint64_t pte_address(uint64_t pte)
{
    return pte >> 10 << PAGE_SHIFT;
}

/* The quick test of a leaf: these bits, of those that matter, must be set and no others. PTE_HIGH
 * always matters. */
struct quick {
    uint64_t need;
    uint64_t care;
};

#define G_QUICK(bits)                                                                              \
    (struct quick)                                                                                 \
    {                                                                                              \
        (bits) | PTE_V | PTE_R | PTE_U | PTE_A, (bits) | PTE_V | PTE_R | PTE_U | PTE_A | PTE_HIGH  \
    }

hot_inline bool leaf_is_plain(uint64_t pte, struct quick q, unsigned shift)
{
    return (pte & q.care) == q.need && (pte_address(pte) & (BIT(shift) - 1)) == 0;
}

/* The leaf, or what else is not a pointer, that a stage found for addr: the quick test, or all of
 * them. */
hot_inline enum verdict leaf_take(struct walker *w, struct leaf *leaf, uint64_t addr, uint64_t gpa,
                                  struct quick q, enum purpose why)
{
    if (likely(leaf_is_plain(leaf->pte, q, leaf->shift))) {
        leaf->pa = pte_address(leaf->pte) | (addr & (BIT(leaf->shift) - 1));
        return LEAF_OK;
    }
    return leaf_check(w, leaf, addr, gpa, why);
}

/* The G-stage. Remembers the table below the root for the next time: the addresses of one walk lie
 * together. */
hot_inline bool g_stage(struct walker *w, uint64_t gpa, struct quick q, enum purpose why,
                        struct leaf *out)
{
    struct leaf leaf = {.shift = w->g_top};
    uint64_t index = gpa >> leaf.shift;
    uint64_t entry = w->g_root + (index << 3);

    if (likely(index == w->g_index)) {
        leaf.shift -= LEVEL_BITS;
        entry = w->g_table + (gpa >> (leaf.shift - 3) & INDEX_MASK);
    } else if (index > G_ROOT_LAST) {
        return fail(w, FAIL_GUEST_PAGE, gpa, why);
    }
    for (;;) {
        leaf.slot = entry_at(w, entry);
        if (unlikely(leaf.slot == NULL)) {
            return fail(w, FAIL_ACCESS, gpa, why);
        }
        leaf.pte = __atomic_load_n(leaf.slot, __ATOMIC_RELAXED);
        if (is_pointer(leaf.pte) && leaf.shift != PAGE_SHIFT) {
            uint64_t table = pte_address(leaf.pte);
            if (leaf.shift == w->g_top) {
                w->g_index = index;
                w->g_table = table;
            }
            leaf.shift -= LEVEL_BITS;
            entry = table + (gpa >> (leaf.shift - 3) & INDEX_MASK);
            continue;
        }
        enum verdict v = leaf_take(w, &leaf, gpa, gpa, q, why);
        if (likely(v != LEAF_CHANGED)) {
            *out = leaf;
            return v == LEAF_OK;
        }
    }
}

cold_path bool g_translate(struct walker *w, uint64_t gpa, enum purpose why, struct leaf *out)
{
    return g_stage(w, gpa, G_QUICK(why == G_WRITE ? PTE_W | PTE_D : 0), why, out);
}

/* The first stage, from the table at `root`: Sv39, Sv48, Sv57 as top says. */
hot_inline bool first_stage(struct walker *w, uint64_t root, unsigned top, struct quick q,
                            struct leaf *out)
{
    struct leaf leaf = {.shift = top};
    uint64_t table = root;

    for (;;) {
        uint64_t gpa = table + (w->va >> (leaf.shift - 3) & INDEX_MASK);
        struct leaf at = {.pa = gpa};
        if (w->g_top != 0 && !g_stage(w, gpa, G_QUICK(0), G_READ, &at)) {
            return false;
        }
        leaf.slot = entry_at(w, at.pa);
        if (unlikely(leaf.slot == NULL)) {
            return fail(w, FAIL_ACCESS, gpa, FIRST);
        }
        leaf.pte = __atomic_load_n(leaf.slot, __ATOMIC_RELAXED);
        if (is_pointer(leaf.pte) && leaf.shift != PAGE_SHIFT) {
            table = pte_address(leaf.pte);
            leaf.shift -= LEVEL_BITS;
            continue;
        }
        enum verdict v = leaf_take(w, &leaf, w->va, gpa, q, FIRST);
        if (likely(v != LEAF_CHANGED)) {
            *out = leaf;
            return v == LEAF_OK;
        }
    }
}

/* The bits that make a leaf fit for the access at once, U aside. R is asked of all: it rules out W
 * without R. */
hot_inline uint64_t plain_bits(struct access_as as)
{
    static const uint64_t bits[] = {
        [ACCESS_LOAD] = 0,
        [ACCESS_STORE] = PTE_W | PTE_D,
        [ACCESS_FETCH] = PTE_X,
    };
    return PTE_V | PTE_R | PTE_A | bits[as.access] | (as.hlvx ? PTE_X : 0);
}

hot_inline struct quick first_quick(const struct walker *w)
{
    uint64_t status = w->as.v ? w->h->vsstatus : w->h->mstatus;
    uint64_t bits = plain_bits(w->as);
    struct quick q = {.need = bits, .care = bits | PTE_HIGH | PTE_U};

    if (w->as.prv == PRV_U) {
        q.need |= PTE_U;
    } else if ((status & STATUS_SUM) != 0 && w->as.access != ACCESS_FETCH) {
        q.care &= ~PTE_U;
    }
    return q;
}

/* The shift of a root's index by MODE, 0 for Bare; anything above BARE_SHIFT is no mode that there
 * is. */
hot_inline unsigned mode_top(uint64_t atp)
{
    unsigned mode = (unsigned)FIELD_GET(ATP_MODE, atp);
    if (mode == MODE_BARE) {
        return 0;
    }
    return mode >= MODE_SV39 && mode <= MODE_SV57 ? mode * LEVEL_BITS - 42 : 255;
}

hot_inline struct walker walker_make(const struct hart *h, const struct mem *mem,
                                     struct access_as as, uint64_t va, struct trap *fault)
{
    struct walker w = {.h = h, .mem = mem, .fault = fault, .va = va, .as = as, .bias = mem->bias};

    if (likely(mem->count != 0)) {
        w.base = mem->range[0].base;
        w.size = mem->range[0].size;
    }
    if (as.v) {
        w.g_top = mode_top(h->hgatp);
        w.g_root = FIELD_GET(ATP_PPN, h->hgatp) << PAGE_SHIFT & ~UINT64_C(0x3fff);
        w.g_index = ~UINT64_C(0);
    }
    return w;
}

static const struct leaf bare = {.pte = PTE_BARE, .shift = BARE_SHIFT};

hot_inline bool walk_first(struct walker *w, uint64_t atp, struct leaf *out)
{
    unsigned top = mode_top(atp);

    if (top == 0 || w->as.prv == PRV_M) {
        *out = bare;
        out->pa = w->va;
        return true;
    }
    if (unlikely(top > BARE_SHIFT || (uint64_t)sext(w->va, top + LEVEL_BITS) != w->va)) {
        return fail(w, FAIL_PAGE, 0, FIRST);
    }
    return first_stage(w, FIELD_GET(ATP_PPN, atp) << PAGE_SHIFT, top, first_quick(w), out);
}

hot_inline bool walk_final(struct walker *w, uint64_t gpa, struct leaf *out)
{
    if (w->g_top == 0) {
        *out = bare;
        out->pa = gpa;
        return true;
    }
    return g_stage(w, gpa, G_QUICK(plain_bits(w->as)), G_FINAL, out);
}

hot_inline void xlate_set(struct xlate *x, const struct leaf *first, const struct leaf *final)
{
    x->pa.a = final->pa;
    x->gpa.a = first->pa;
    x->vs_pte = first->pte;
    x->g_pte = final->pte;
    x->shift = first->shift < final->shift ? first->shift : final->shift;
    x->vs_shift = (uint8_t)first->shift;
    x->g_shift = (uint8_t) final->shift;
    x->vs_slot = first->slot;
    x->g_slot = final->slot;
}

bool walk(const struct hart *h, const struct mem *mem, struct access_as as, uint64_t va,
          struct xlate *out, struct trap *fault)
{
    struct walker w = walker_make(h, mem, as, va, fault);
    struct leaf first, final;

    if (unlikely(w.g_top > BARE_SHIFT)) {
        return fail(&w, FAIL_GUEST_PAGE, va, G_FINAL);
    }
    if (!walk_first(&w, as.v ? h->vsatp : h->satp, &first) || !walk_final(&w, first.pa, &final)) {
        return false;
    }
    xlate_set(out, &first, &final);
    return true;
}

/* The VS leaf of the page at `pages` from x's: the next entries of its table, or itself if it is a
 * superpage (or bare). */
hot_inline bool neighbour_first(const struct xlate *x, int pages, struct leaf *out)
{
    out->pte = x->vs_pte;
    out->slot = (uint64_t *)(uintptr_t)x->vs_slot;
    out->shift = x->vs_shift;
    out->pa = x->gpa.a + ((uint64_t)(int64_t)pages << PAGE_SHIFT);
    if (x->vs_shift != PAGE_SHIFT) {
        return true;
    }
    out->slot += pages;
    out->pte = __atomic_load_n(out->slot, __ATOMIC_RELAXED);
    out->pa = pte_address(out->pte);
    return (out->pte & (PTE_V | PTE_A | PTE_HIGH)) == (PTE_V | PTE_A) &&
           (out->pte & PTE_RWX) != 0 && (out->pte & (PTE_R | PTE_W)) != PTE_W;
}

/* A G-stage leaf in the table that x's is in. */
hot_inline bool neighbour_in_table(const struct xlate *x, uint64_t gpa, struct leaf *out)
{
    uintptr_t table = align_down((uintptr_t)x->g_slot, BIT(PAGE_SHIFT));

    out->shift = PAGE_SHIFT;
    out->slot = (uint64_t *)(table + (gpa >> (PAGE_SHIFT - 3) & INDEX_MASK));
    out->pte = __atomic_load_n(out->slot, __ATOMIC_RELAXED);
    out->pa = pte_address(out->pte);
    return leaf_is_plain(out->pte, G_QUICK(0), PAGE_SHIFT);
}

/* The G leaf of gpa: x's own, its neighbour in the same table, or what a walk finds. */
hot_inline bool neighbour_final(struct walker *w, const struct xlate *x, uint64_t gpa,
                                struct leaf *out)
{
    uint64_t apart = gpa ^ x->gpa.a;

    if (x->g_slot == NULL || (x->g_shift > PAGE_SHIFT && apart >> x->g_shift == 0)) {
        out->pa = x->pa.a - x->gpa.a + gpa;
        out->pte = x->g_pte;
        out->slot = (uint64_t *)(uintptr_t)x->g_slot;
        out->shift = x->g_shift;
        return true;
    }
    if (x->g_shift == PAGE_SHIFT && apart >> (PAGE_SHIFT + LEVEL_BITS) == 0) {
        return neighbour_in_table(x, gpa, out);
    }
    return g_translate(w, gpa, G_FINAL, out);
}

bool walk_neighbour(const struct hart *h, const struct mem *mem, const struct xlate *x, int pages,
                    struct xlate *out)
{
    static const struct access_as as = {.access = ACCESS_LOAD, .prv = PRV_U, .v = true};
    struct leaf first, final;

    if (!neighbour_first(x, pages, &first)) {
        return false;
    }
    struct trap ignored;
    struct walker w = walker_make(h, mem, as, 0, &ignored);
    w.probe = true;
    if (!neighbour_final(&w, x, first.pa, &final)) {
        return false;
    }
    xlate_set(out, &first, &final);
    return true;
}
