/* SPDX-License-Identifier: BSD-2-Clause */
/* Shadow tables: what a fault puts into them. */
#include "core/shadow_private.h"

/* log2 of the guest's leaf that a shadow leaf stems from; for ORIGIN_LARGER more than any. */
static inline unsigned origin_shift(uint64_t leaf)
{
    unsigned origin = (unsigned)FIELD_GET(PTE_RSW, leaf);
    return origin == ORIGIN_LARGER ? 63 : PAGE_SHIFT + 9 * origin;
}

/*
 * The table for va's entry of size 1 << shift, with the tables on the way: NIL if there were none
 * left. A superpage leaf on the way is dropped for a table: *lost.
 */
static uint32_t table_make(struct shadow *s, struct shadow_root *r, uint64_t va, unsigned shift,
                           unsigned origin, bool *lost)
{
    uint32_t n = r->node;

    for (unsigned level = top_shift(r); level != shift; level -= 9) {
        unsigned i = index_at(va, level);
        uint64_t *e = &table_of(s, n)[i];
        if (!is_table(*e)) {
            uint32_t below = shadow_take(s);
            if (below == NIL) {
                return NIL;
            }
            shadow_link(s, r, below);
            *lost |= (*e & PTE_V) != 0;
            *e = pointer_to(s, below);
            s->node[n].lines |= BIT(i / 8);
        }
        if (origin >= level) {
            *e |= SPLIT;
        }
        n = node_of(s, *e);
    }
    return n;
}

/* The same, making room until it can be done: by other roots first; by those of the current one and
 * its global one last, of which r is one. */
static cold_path uint32_t table_surely(struct shadow *s, struct shadow_root *r, uint64_t va,
                                       unsigned shift, unsigned origin, bool *lost)
{
    uint32_t n;

    while ((n = table_make(s, r, va, shift, origin, lost)) == NIL) {
        if (!shadow_recycle(s)) {
            shadow_root_empty(s, s->current);
            if (s->current->global != NULL) {
                shadow_root_empty(s, s->current->global);
            }
            s->recycled++;
            *lost = true;
        }
    }
    return n;
}

/* va's entry of 4 KiB if all of the way to it is there (and it is no piece of something larger than
 * the way knows of), or NULL. */
static inline uint64_t *entry_find(const struct shadow *s, const struct shadow_root *r, uint64_t va,
                                   unsigned origin)
{
    uint64_t *e = top_entry(r, va);

    for (unsigned level = top_shift(r); level != PAGE_SHIFT;) {
        uint64_t pte = *e;
        if (unlikely(!is_table(pte) || (origin >= level && (pte & SPLIT) == 0))) {
            return NULL;
        }
        level -= 9;
        e = &table_at(s, pte)[index_at(va, level)];
    }
    return e;
}

static bool addressable(const struct shadow_root *r, uint64_t va)
{
    return (uint64_t)sext(va, top_shift(r) + 9) == va;
}

/* Writes entry e of root r. Returns what was there. */
static inline uint64_t entry_set(struct shadow *s, struct shadow_root *r, uint64_t *e,
                                 uint64_t leaf)
{
    uint64_t offset = (uintptr_t)e - (uintptr_t)s->pool;
    uint64_t old = *e;

    *e = leaf;
    s->node[offset >> PAGE_SHIFT].lines |= BIT(offset >> 6 & 63);
    s->filled = e;
    busy_note(s, r);
    s->fills++;
    return old;
}

/* A fill that needs more than to write an entry: tables, or the place of one. */
static cold_path bool fill_slow(struct shadow *s, struct shadow_root *r, uint64_t va, uint64_t leaf,
                                unsigned shift)
{
    bool lost = false;

    if (!addressable(r, va) || s->pages < SHADOW_PAGES_MIN) {
        return false;
    }
    for (; shift > top_shift(r); shift -= 9) { /* the part of it around va that the mode has */
        leaf += FIELD_PUT(PTE_PPN, (uint64_t)index_at(va, shift - 9) << (shift - 9 - PAGE_SHIFT));
    }
    uint32_t n = table_surely(s, r, va, shift, origin_shift(leaf), &lost);
    uint64_t old = entry_set(s, r, &table_of(s, n)[index_at(va, shift)], leaf);
    if (shift == PAGE_SHIFT && origin_shift(leaf) <= 21) {
        shadow_fenced_forget(s, va); /* a table for this, or for nothing yet */
    } else {
        shadow_tables_changed(s);
    }
    if (is_table(old)) {
        shadow_free_tables(s, r, old, shift);
        s->current->stale = true; /* r or not: it shares this */
    }
    return lost || (old & PTE_V) != 0;
}

static __attribute__((noinline)) bool fill(struct shadow *s, struct shadow_root *r, uint64_t va,
                                           uint64_t leaf, unsigned shift)
{
    uint64_t *e = NULL;

    if (addressable(r, va) && shift == PAGE_SHIFT) {
        e = entry_find(s, r, va, origin_shift(leaf));
    }
    if (e == NULL) {
        return fill_slow(s, r, va, leaf, shift);
    }
    return (entry_set(s, r, e, leaf) & PTE_V) != 0;
}

/* Makes r's top entry for va its own, if it is a shared one. True if it was. */
static bool unshare(struct shadow *s, struct shadow_root *r, uint64_t va)
{
    if (!addressable(r, va) || !is_shared(r, va)) {
        return false;
    }
    *top_entry(r, va) = 0;
    r->stale = true;
    shadow_tables_changed(s);
    return true;
}

bool shadow_fill(struct shadow *s, uint64_t va, uint64_t leaf, unsigned shift)
{
    struct shadow_root *r = s->current;
    bool lost = unshare(s, r, va);

    lost |= fill(s, r, va, leaf, shift);
    r->blind = s->blind = true;
    return lost;
}

static inline void gpa_note_filled(struct shadow *s, struct shadow_root *r, const struct xlate *x)
{
    if (likely(s->filled != NULL)) {
        shadow_gpa_note(s, r, s->filled, x->gpa.a, x->g_shift);
    }
}

/*
 * The first global translation in a region that r has nothing of yet: into the global root, and r
 * shares. All else makes the region r's own, or leaves it so.
 */
static cold_path bool map_apart(struct shadow *s, struct shadow_root *r, uint64_t va,
                                const struct xlate *x, uint64_t leaf, bool global)
{
    struct shadow_root *in = r;
    bool fence = unshare(s, r, va);

    if (global && *top_entry(r, va) == 0 && addressable(r, va)) {
        shadow_global_find(s, r, true);
        in = r->global != NULL ? r->global : r;
    }
    fence |= fill(s, in, va, leaf, x->shift);
    gpa_note_filled(s, in, x);
    if (in != r) {
        shadow_share(s, r, va);
    }
    return fence;
}

bool shadow_map(struct shadow *s, uint64_t va, const struct xlate *x, uint64_t leaf)
{
    struct shadow_root *r = s->current;
    bool global = (x->vs_pte & PTE_G) != 0 && x->vs_shift < r->share_below;
    bool shared = is_shared(r, va);

    s->filled = NULL;
    if (unlikely(global != shared)) {
        return map_apart(s, r, va, x, leaf, global);
    }
    r = shared ? r->global : r;
    bool fence = fill(s, r, va, leaf, x->shift);
    gpa_note_filled(s, r, x);
    return fence;
}
