/* SPDX-License-Identifier: BSD-2-Clause */
/* Shadow tables: what a fault puts into them. */
#include "core/shadow_private.h"

/* log2 of the guest's leaf that a shadow leaf stems from. */
static unsigned origin_shift(uint64_t leaf)
{
    static const uint8_t shift[] = {
        [ORIGIN_4K] = 12, [ORIGIN_2M] = 21, [ORIGIN_1G] = 30, [ORIGIN_LARGER] = 63};
    return shift[FIELD_GET(PTE_RSW, leaf)];
}

struct place {
    uint32_t node;
    unsigned index;
};

/*
 * Where the leaf of size 1 << shift for va goes, with the tables on the way: node NIL if there were
 * none left. A superpage leaf on the way is dropped for a table: *lost.
 */
static struct place place_for(struct shadow *s, struct shadow_root *r, uint64_t va, unsigned shift,
                              unsigned origin, bool *lost)
{
    uint32_t n = r->node;

    for (unsigned level = top_shift(r); level != shift; level -= 9) {
        unsigned i = index_at(va, level);
        uint64_t *e = &table_of(s, n)[i];
        if (unlikely(!is_table(*e))) {
            uint32_t below = shadow_take(s);
            if (below == NIL) {
                return (struct place){NIL, 0};
            }
            shadow_link(s, r, below);
            *lost |= (*e & PTE_V) != 0;
            *e = pointer_to(s, below);
            s->node[n].lines |= BIT(i / 8);
        }
        if (unlikely(origin >= level)) {
            *e |= SPLIT;
        }
        n = node_of(s, *e);
    }
    return (struct place){n, index_at(va, shift)};
}

/* The same, making room until it can be done: by other roots first, by this one's own nodes last.
 */
static struct place place_surely(struct shadow *s, struct shadow_root *r, uint64_t va,
                                 unsigned shift, unsigned origin, bool *lost)
{
    struct place at = place_for(s, r, va, shift, origin, lost);

    while (unlikely(at.node == NIL)) {
        if (!shadow_recycle(s)) {
            shadow_root_empty(s, r);
            s->recycled++;
            *lost = true;
        }
        at = place_for(s, r, va, shift, origin, lost);
    }
    return at;
}

static bool addressable(const struct shadow_root *r, uint64_t va)
{
    return (uint64_t)sext(va, top_shift(r) + 9) == va;
}

bool shadow_fill(struct shadow *s, uint64_t va, uint64_t leaf, unsigned shift)
{
    struct shadow_root *r = s->current;
    unsigned origin = origin_shift(leaf);
    bool lost = false;

    if (unlikely(!addressable(r, va) || s->pages < SHADOW_PAGES_MIN)) {
        return false;
    }
    for (; shift > top_shift(r); shift -= 9) { /* the part of it around va that the mode has */
        leaf += FIELD_PUT(PTE_PPN, (uint64_t)index_at(va, shift - 9) << (shift - 9 - PAGE_SHIFT));
    }
    struct place at = place_surely(s, r, va, shift, origin, &lost);
    uint64_t *e = &table_of(s, at.node)[at.index];
    uint64_t old = *e;
    if (unlikely(is_table(old))) {
        shadow_free_tables(s, r, old, shift);
        r->stale = true;
    }
    *e = leaf;
    s->node[at.node].lines |= BIT(at.index / 8);
    s->near[index_of(s, r)] |= shift > 21 || origin > 21 ? ~UINT64_C(0) : near_bit(va);
    r->blind = true;
    s->fills++;
    return lost || (old & PTE_V) != 0;
}

bool shadow_map(struct shadow *s, uint64_t va, const struct xlate *x, uint64_t leaf)
{
    struct shadow_root *r = s->current;
    bool blind = r->blind;
    bool fence = shadow_fill(s, va, leaf, x->shift);

    r->blind = blind;
    shadow_gpa_note(s, r, x);
    return fence;
}

/* The table that holds va's 4 KiB entry in the current root, or NIL. */
static uint32_t leaf_table(const struct shadow *s, const struct shadow_root *r, uint64_t va)
{
    uint32_t n = r->node;

    for (unsigned level = top_shift(r); level != PAGE_SHIFT; level -= 9) {
        uint64_t pte = table_of(s, n)[index_at(va, level)];
        if (!is_table(pte)) {
            return NIL;
        }
        n = node_of(s, pte);
    }
    return n;
}

unsigned shadow_fill_around(struct shadow *s, const struct hart *h, const struct mem *mem,
                            uint64_t va, const struct xlate *x)
{
    struct shadow_root *r = s->current;
    uint32_t n = x->shift == PAGE_SHIFT && addressable(r, va) ? leaf_table(s, r, va) : NIL;
    unsigned here = index_at(va, PAGE_SHIFT);
    unsigned first = here - here % SHADOW_AROUND;
    unsigned prv = (r->key.flavour & SHADOW_FLAVOUR_USER) != 0 ? PRV_U : PRV_S;
    bool bare = FIELD_GET(ATP_MODE, r->key.vsatp) == MODE_BARE;
    unsigned filled = 0;

    if (n == NIL) {
        return 0;
    }
    for (unsigned i = first; i < first + SHADOW_AROUND; i++) {
        uint64_t *e = &table_of(s, n)[i];
        struct xlate near;
        if ((*e & PTE_V) != 0 || !walk_neighbour(h, mem, x, (int)i - (int)here, &near) ||
            mem_at(mem, (hpa_t){align_down(near.pa.a, PAGE)}, PAGE) == NULL) {
            continue;
        }
        near.shift = PAGE_SHIFT;
        *e = shadow_leaf(&near, prv, bare, (r->key.flavour & SHADOW_FLAVOUR_MXR) != 0);
        shadow_gpa_note(s, r, &near);
        filled += *e != 0;
    }
    s->node[n].lines |= BIT(first / 8);
    return filled;
}
