/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shadow tables: fills of pages whose neighbourhood is known. That is nearly all of them, and most
 * of what guests cost; so it is in one piece, and what it looks at is in few places. Whatever is
 * not in the best of orders is left to the walk and to shadow_fill.c.
 */
#include "core/shadow_private.h"
#include "spec/walk_quick.h"

static struct shadow_region *region_at(struct shadow *s, uint64_t va)
{
    return &s->region[(va >> SHIFT_2M) % SHADOW_REGIONS];
}

static struct shadow_pages *pages_at(struct shadow *s, uint64_t gpa)
{
    return &s->g[(gpa >> SHIFT_2M) % SHADOW_REGIONS];
}

void shadow_remember(struct shadow *s, const struct hart *h, uint64_t va, const struct xlate *x)
{
    struct shadow_root *r = s->current;
    struct shadow_region *region = region_at(s, va);
    struct shadow_pages *g = pages_at(s, x->gpa.a);
    uint64_t *table = (uint64_t *)align_down((uintptr_t)s->filled, PAGE);
    const uint64_t *vs = x->vs_slot;

    if (!h->walk_quick || x->shift != PAGE_SHIFT || x->vs_shift > SHIFT_2M || vs == NULL ||
        x->g_slot == NULL || s->filled == NULL) {
        return;
    }
    if (x->vs_shift == PAGE_SHIFT) {
        vs = (const uint64_t *)align_down((uintptr_t)vs, PAGE);
    }
    *region = (struct shadow_region){
        .number = va >> SHIFT_2M,
        .generation = r->generation,
        .g_generation = s->g_generation,
        .table = table,
        .lines = &s->node[(table - s->pool) / ENTRIES].lines,
        .owner = is_shared(r, va) ? r->global : r,
        .vs = vs,
        .vs_shift = x->vs_shift,
    };
    *g = (struct shadow_pages){
        .number = x->gpa.a >> SHIFT_2M,
        .generation = s->g_generation,
        .hgatp = h->hgatp,
        .shift = x->g_shift,
        .g = x->g_shift == PAGE_SHIFT ? (const uint64_t *)align_down((uintptr_t)x->g_slot, PAGE)
                                      : x->g_slot,
    };
}

/* The G-stage's leaf for gpa, if it is known where that lies and it passes. */
hot_inline bool g_leaf(struct shadow *s, uint64_t hgatp, uint64_t gpa, struct test t,
                       struct leaf *leaf)
{
    const struct shadow_pages *g = pages_at(s, gpa);

    if (unlikely(g->number != gpa >> SHIFT_2M || g->generation != s->g_generation ||
                 g->hgatp != hgatp)) {
        return false;
    }
    const uint64_t *slot = g->shift == PAGE_SHIFT ? &g->g[index_at(gpa, PAGE_SHIFT)] : g->g;
    leaf->pte = __atomic_load_n(slot, __ATOMIC_RELAXED);
    return leaf_take(leaf, gpa, t, g->shift);
}

/* What both stages grant, as an entry of 4 KiB. 0: nothing, or not quickly seen. */
hot_inline uint64_t join(const struct shadow_root *r, const struct mem *mem, uint64_t vs_pte,
                         unsigned vs_shift, const struct leaf *g)
{
    uint64_t leaf = leaf_join(vs_pte, g->pte, (r->key.flavour & SHADOW_FLAVOUR_MXR) != 0);

    if (leaf == 0 || g->pa - mem->range[0].base >= mem->range[0].size) {
        return 0;
    }
    return leaf | (vs_pte & PTE_U) |
           FIELD_PUT(PTE_RSW, (uint64_t)(vs_shift == PAGE_SHIFT ? ORIGIN_4K : ORIGIN_2M)) |
           g->pa >> PAGE_SHIFT << 10;
}

/* The other pages of the block of WALK_AROUND: what is there, and needs no other table. A
 * speculative walk: it changes nothing of the guest's, and A is set already. */
hot_inline void around(struct shadow *s, const struct hart *h, const struct mem *mem,
                       const struct shadow_region *region, uint64_t va)
{
    const struct test vs = {PTE_W | PTE_X | PTE_U | PTE_D, LEAF_BITS};
    unsigned first = index_at(va, PAGE_SHIFT) & ~(WALK_AROUND - 1);

    for (unsigned i = first; i < first + WALK_AROUND; i++) {
        uint64_t pte;
        struct leaf g;
        if ((region->table[i] & PTE_V) != 0) {
            continue;
        }
        pte = __atomic_load_n(&region->vs[i], __ATOMIC_RELAXED);
        if (!leaf_passes(pte, vs, PAGE_SHIFT) ||
            ((pte & PTE_G) != 0) != (region->owner != s->current) ||
            !g_leaf(s, h->hgatp, pte_address(pte), g_read, &g)) {
            continue;
        }
        region->table[i] = join(s->current, mem, pte, PAGE_SHIFT, &g);
        shadow_gpa_note(s, region->owner, &region->table[i], pte_address(pte), g.shift);
    }
}

enum shadow_again shadow_again(struct shadow *s, const struct hart *h, const struct mem *mem,
                               struct access_as as, uint64_t va)
{
    const struct shadow_region *region = region_at(s, va);
    struct test g_test = {(PTE_W | PTE_X | PTE_D) & ~access_bits(as), LEAF_BITS};
    unsigned i = index_at(va, PAGE_SHIFT);
    unsigned vs_shift = region->vs_shift;
    struct leaf leaf;

    if (unlikely(region->number != va >> SHIFT_2M || region->generation != s->current->generation ||
                 region->g_generation != s->g_generation)) {
        return SHADOW_UNKNOWN;
    }
    leaf.pte =
        __atomic_load_n(vs_shift == PAGE_SHIFT ? &region->vs[i] : region->vs, __ATOMIC_RELAXED);
    if (!leaf_take(&leaf, va, vs_test(as, g_test.ignored, h->vsstatus), vs_shift) ||
        ((leaf.pte & PTE_G) != 0) != (region->owner != s->current)) {
        return SHADOW_UNKNOWN;
    }
    uint64_t vs_pte = leaf.pte;
    uint64_t gpa = leaf.pa;
    if (!g_leaf(s, h->hgatp, gpa, g_test, &leaf) ||
        unlikely(leaf.shift != PAGE_SHIFT && vs_shift != PAGE_SHIFT)) {
        return SHADOW_UNKNOWN;
    }
    uint64_t new = join(s->current, mem, vs_pte, vs_shift, &leaf);
    if (unlikely(new == 0)) {
        return SHADOW_UNKNOWN;
    }
    uint64_t old = region->table[i];
    region->table[i] = new;
    *region->lines |= BIT(i / 8);
    shadow_gpa_note(s, region->owner, &region->table[i], gpa, leaf.shift);
    s->fills++;
    if (vs_shift == PAGE_SHIFT) { /* in pieces of a superpage it cost more than it saved */
        around(s, h, mem, region, va);
    }
    return (old & PTE_V) != 0 ? SHADOW_REPLACED : SHADOW_FILLED;
}
