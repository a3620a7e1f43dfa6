/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The quick walk: two stages, tables in the first range of memory, and PTEs in the best of orders
 * (A and D set, no extension's bits, readable), which is how it nearly always is. It calls nothing
 * and decides nothing but that; whatever else it meets it leaves to walk_slow(), which takes over
 * there. Most of what Hearth does for a guest begins with a walk: it is worth keeping all of this
 * in registers (the disassembly shows it).
 */
#include "spec/walk_quick.h"

/* What the loops look at all the time. */
struct hot {
    uint64_t base, size, bias; /* of mem's first range, or of none */
    uint64_t g_root;
    unsigned g_top;      /* shift of the root's index */
    uint64_t g_gigapage; /* gpa >> 30 of the table remembered, whose index has shift 21: the */
    uint64_t g_table;    /* addresses of one walk lie together */
};

/* The PTE at pa; false if it is not in the first range. */
hot_inline bool pte_read(const struct hot *hot, uint64_t pa, struct leaf *leaf)
{
    if (unlikely(pa - hot->base >= hot->size)) {
        return false;
    }
    leaf->slot = (uint64_t *)(uintptr_t)(pa + hot->bias);
    leaf->pte = __atomic_load_n(leaf->slot, __ATOMIC_RELAXED);
    return true;
}

/*
 * From the G-stage's root down to the table for gpa's gigapage: true, and it is remembered. False
 * if there is something else: *done if it is a leaf that passes.
 */
hot_inline bool g_descend(struct hot *hot, uint64_t gpa, struct test t, struct leaf *leaf,
                          bool *done)
{
    uint64_t entry = hot->g_root + (gpa >> hot->g_top << 3);

    *done = false;
    if (unlikely(gpa >> hot->g_top > G_ROOT_LAST)) {
        return false;
    }
    for (unsigned shift = hot->g_top;;) {
        if (!pte_read(hot, entry, leaf)) {
            return false;
        }
        if (unlikely(!is_pointer(leaf->pte))) {
            *done = leaf_take(leaf, gpa, t, shift);
            return false;
        }
        if (shift == SHIFT_1G) {
            hot->g_gigapage = gpa >> SHIFT_1G;
            hot->g_table = pte_address(leaf->pte);
            return true;
        }
        shift -= LEVEL_BITS;
        entry = pte_address(leaf->pte) + index_offset(gpa, shift);
    }
}

hot_inline bool g_quick(struct hot *hot, uint64_t gpa, struct test t, struct leaf *leaf)
{
    bool done;

    if (unlikely(gpa >> SHIFT_1G != hot->g_gigapage) && !g_descend(hot, gpa, t, leaf, &done)) {
        return done;
    }
    if (!pte_read(hot, hot->g_table + index_offset(gpa, SHIFT_2M), leaf)) {
        return false;
    }
    if (!is_pointer(leaf->pte)) {
        return leaf_take(leaf, gpa, t, SHIFT_2M);
    }
    return pte_read(hot, pte_address(leaf->pte) + index_offset(gpa, PAGE_SHIFT), leaf) &&
           leaf_take(leaf, gpa, t, PAGE_SHIFT);
}

/* The VS-stage. When it fails, *table and *shift are where to go on. */
hot_inline bool vs_quick(struct hot *hot, uint64_t va, uint64_t *table, unsigned *shift,
                         struct test t, struct leaf *leaf)
{
    for (;; *shift -= LEVEL_BITS) {
        struct leaf at;
        if (!g_quick(hot, *table + index_offset(va, *shift), g_read, &at) ||
            !pte_read(hot, at.pa, leaf)) {
            return false;
        }
        if (!is_pointer(leaf->pte) || unlikely(*shift == PAGE_SHIFT)) {
            if (leaf_take(leaf, va, t, *shift)) {
                leaf->at = *table + index_offset(va, *shift);
                leaf->at_shift = at.shift;
                return true;
            }
            *shift = (leaf->pte & PTE_V) == 0 ? WALK_INVALID : *shift;
            return false;
        }
        *table = pte_address(leaf->pte);
    }
}

/* Where the hart's PMP has a say nothing is found, and walk_slow() asks it. */
hot_inline struct hot hot_make(const struct hart *h, const struct mem *mem)
{
    struct hot hot = {
        .bias = mem->bias,
        .g_root = g_root_address(h->hgatp),
        .g_top = mode_top(h->hgatp),
        .g_gigapage = ~UINT64_C(0),
    };
    if (likely(h->walk_quick)) {
        hot.base = mem->range[0].base;
        hot.size = mem->range[0].size;
    }
    return hot;
}

bool walk(const struct hart *h, const struct mem *mem, struct access_as as, uint64_t va,
          struct xlate *out, struct trap *fault)
{
    struct hot hot = hot_make(h, mem);
    unsigned shift = mode_top(h->vsatp);
    uint64_t table = root_address(h->vsatp);
    struct test g = {(PTE_W | PTE_X | PTE_D) & ~access_bits(as), LEAF_BITS};
    struct leaf leaf;

    if (!as.v || hot.g_top - 1 >= BARE_SHIFT || shift > BARE_SHIFT) {
        return walk_slow(h, mem, as, va, out, fault, 0, WALK_START);
    }
    if (shift == 0) {
        leaf_bare(&leaf, va);
    } else if ((uint64_t)sext(va, shift + LEVEL_BITS) != va) {
        return walk_slow(h, mem, as, va, out, fault, 0, WALK_START);
    } else if (!vs_quick(&hot, va, &table, &shift, vs_test(as, g.ignored, h->vsstatus), &leaf)) {
        return walk_slow(h, mem, as, va, out, fault, table, shift);
    }
    xlate_first(out, &leaf);
    if (!g_quick(&hot, leaf.pa, g, &leaf)) {
        return walk_slow(h, mem, as, va, out, fault, 0, WALK_FINAL);
    }
    xlate_final(out, &leaf);
    return true;
}

bool walk_g_quick(const struct hart *h, const struct mem *mem, uint64_t gpa, struct leaf *leaf)
{
    struct hot hot = hot_make(h, mem);

    leaf->slot = NULL;
    return hot.g_top - 1 < BARE_SHIFT && g_quick(&hot, gpa, g_read, leaf);
}

/* What RSW says of a shadow leaf. vsatp Bare is no leaf that a fence could name. */
hot_inline enum leaf_origin origin_of(const struct xlate *x, bool vs_bare)
{
    if (vs_bare || x->vs_shift == PAGE_SHIFT) {
        return ORIGIN_4K;
    }
    return x->vs_shift == SHIFT_2M   ? ORIGIN_2M
           : x->vs_shift == SHIFT_1G ? ORIGIN_1G
                                     : ORIGIN_LARGER;
}

uint64_t shadow_leaf(const struct xlate *x, unsigned prv, bool vs_bare, bool hs_mxr)
{
    uint64_t leaf = leaf_join(x->vs_pte, x->g_pte, hs_mxr);
    bool user = vs_bare ? prv == PRV_U : (x->vs_pte & PTE_U) != 0;

    /* Svpbmt: the VS-stage's memory type overrides the G-stage's unless it is PMA */
    uint64_t pbmt = (x->vs_pte & PTE_PBMT) != 0 ? x->vs_pte & PTE_PBMT : x->g_pte & PTE_PBMT;

    if (leaf == 0) {
        return 0;
    }
    return leaf | pbmt | (user ? PTE_U : 0) | FIELD_PUT(PTE_RSW, origin_of(x, vs_bare)) |
           FIELD_PUT(PTE_PPN, align_down(x->pa.a, BIT(x->shift)) >> PAGE_SHIFT);
}
