/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shadow tables: fills, and faults, of pages whose neighbourhood is known. That is nearly all of
 * them, and most of what guests cost; so it is in one piece, and what it looks at is in few places.
 * Whatever is not in the best of orders is left to the walk and to shadow_fill.c.
 */
#include "core/shadow_private.h"
#include "spec/walk_quick.h"

/* A place of leaves: of entries of 4 KiB; or a leaf that is larger by so many levels. */
#define LARGER 7u

static uintptr_t place_of(const uint64_t *slot, unsigned shift)
{
    return shift == PAGE_SHIFT ? align_down((uintptr_t)slot, PAGE)
                               : (uintptr_t)slot | (shift - PAGE_SHIFT) / LEVEL_BITS;
}

hot_inline uint64_t leaf_read(uintptr_t place, uint64_t addr)
{
    const uint64_t *slot = (const uint64_t *)(place & ~(uintptr_t)LARGER);

    return __atomic_load_n((place & LARGER) == 0 ? &slot[index_at(addr, PAGE_SHIFT)] : slot,
                           __ATOMIC_RELAXED);
}

static bool g_remember(struct shadow *s, uint64_t hgatp, uint64_t gpa, const uint64_t *slot,
                       unsigned shift)
{
    if (gpa >> (PAGE_SHIFT + GPA_PAGE_BITS) != 0) {
        return false;
    }
    *shadow_g_at(s, gpa) = (struct shadow_g){
        .number = gpa >> SHIFT_2M,
        .hgatp = hgatp,
        .slot = place_of(slot, shift),
        .noted = gpa_bit_4k(s, align_down(gpa, MEGAPAGE), gpa_salt(hgatp)).word,
    };
    return true;
}

/* What is known of the 2 MiB around va. */
static cold_path bool near_find(struct shadow *s, struct shadow_near *near, uint64_t va)
{
    struct shadow_root *r = s->current;
    unsigned level = top_shift(r);
    uint64_t *e = top_entry(r, va), *table = NULL;

    if ((uint64_t)sext(va, level + LEVEL_BITS) != va) {
        return false;
    }
    near->owner = (*e & SHARED) != 0 ? r->global : r;
    for (; level != PAGE_SHIFT; e = &table[index_at(va, level)]) {
        if (!is_table(*e)) {
            return false;
        }
        table = table_at(s, *e);
        level -= LEVEL_BITS;
    }
    size_t n = (size_t)(table - s->pool) / ENTRIES;
    struct shadow_node *node = &s->node[n];
    if (node->known != r->generation) {
        return false;
    }
    near->number = va >> SHIFT_2M;
    near->generation = r->generation;
    near->table = table;
    near->lines = &node->lines;
    near->gpa = &s->gpa[n * ENTRIES];
    near->larger = node->vs & LARGER;
    near->vs = (const uint64_t *)(node->vs - near->larger);
    return true;
}

hot_inline bool near_known(const struct shadow *s, const struct shadow_near *near, uint64_t va)
{
    return likely(near->number == va >> SHIFT_2M && near->generation == s->current->generation);
}

hot_inline struct shadow_near *near_at(struct shadow *s, uint64_t va)
{
    return &s->near[(va >> SHIFT_2M) % SHADOW_NEAR];
}

void shadow_remember(struct shadow *s, const struct hart *h, uint64_t va, const struct xlate *x)
{
    struct shadow_node *node;

    if (!h->walk_quick || x->shift != PAGE_SHIFT || x->vs_shift > SHIFT_1G || x->vs_slot == NULL ||
        x->g_slot == NULL || s->filled == NULL) {
        return;
    }
    node = &s->node[(size_t)(s->filled - s->pool) / ENTRIES];
    node->vs = place_of(x->vs_slot, x->vs_shift);
    node->known = s->current->generation;
    s->blind |= !shadow_gpa_used(s, x->vs_at.a, x->vs_at_shift, s->current->salt);
    (void)g_remember(s, h->hgatp, x->gpa.a, x->g_slot, x->g_shift);
    (void)near_find(s, near_at(s, va), va);
}

/*
 * Does a leaf of the guest's that doesn't pass mean a page fault? Of 4 KiB it does without W, for a
 * store (but see exit.c, manages_cache()): whatever else is the matter with it, there is no other
 * fault to raise. Where a larger leaf was there may be a pointer now.
 */
static enum shadow_again not_passed(uint64_t pte, uint64_t ignored, unsigned larger)
{
    if ((pte & PTE_V) == 0) {
        return SHADOW_PAGE_FAULT;
    }
    return larger == 0 && ((pte | ignored) & PTE_W) == 0 ? SHADOW_DENIED : SHADOW_UNKNOWN;
}

/* Writes entry i of near, made from gpa's page. */
hot_inline enum shadow_again write(struct shadow *s, const struct shadow_near *near, unsigned i,
                                   uint64_t leaf, const struct shadow_g *g, uint64_t gpa)
{
    uint64_t *e = &near->table[i];
    uint64_t old = *e;

    *e = leaf;
    *near->lines |= BIT(i / 8);
    if (likely((g->slot & LARGER) == 0)) {
        near->gpa[i] = (uint32_t)(gpa >> PAGE_SHIFT);
        g->noted[gpa >> 18 & 7] |= BIT(gpa >> PAGE_SHIFT & 63);
    } else {
        shadow_gpa_note(s, near->owner, e, gpa, (unsigned)(g->slot & LARGER) * 9 + PAGE_SHIFT);
    }
    return (old & PTE_V) != 0 ? SHADOW_REPLACED : SHADOW_FILLED;
}

/* One page, whose leaves have to pass: t is for the guest's, and but for U for the G-stage's. */
hot_inline enum shadow_again fill_one(struct shadow *s, const struct hart *h, const struct mem *mem,
                                      const struct shadow_near *near, uint64_t va, struct test t)
{
    unsigned i = index_at(va, PAGE_SHIFT), larger = near->larger;
    uint64_t vs_pte = __atomic_load_n(larger == 0 ? &near->vs[i] : near->vs, __ATOMIC_RELAXED);
    uint64_t at = quick_page(vs_pte, va, larger);

    if (unlikely(!quick_passes(vs_pte, t) || (at & 1) != 0 ||
                 ((vs_pte & PTE_G) != 0) != (near->owner != s->current))) {
        return not_passed(vs_pte, t.ignored, larger);
    }
    const struct shadow_g *g = shadow_g_at(s, at);
    s->fault_gpa = at;
    if (unlikely(g->number != at >> SHIFT_2M || g->hgatp != h->hgatp)) {
        return SHADOW_MISSED;
    }
    uint64_t g_pte = leaf_read(g->slot, at);
    uint64_t pa = quick_page(g_pte, at, g->slot & LARGER);
    if (unlikely(!quick_passes(g_pte, quick_g_test(t)) || (pa & 1) != 0 ||
                 (larger != 0 && (g->slot & LARGER) != 0))) {
        return (g_pte & PTE_V) == 0 ? SHADOW_GUEST_PAGE_FAULT : SHADOW_UNKNOWN;
    }
    uint64_t leaf = quick_leaf(mem, vs_pte, larger, g_pte, pa);
    if (unlikely(leaf == 0)) {
        return SHADOW_UNKNOWN;
    }
    return write(s, near, i, leaf, g, at);
}

#define MISSES 2 /* the guest's tables and the G-stage's: another hart may change what is found */

/* Finds what was missed, and tries again. */
static __attribute__((noinline)) enum shadow_again
find(struct shadow *s, const struct hart *h, const struct mem *mem, enum access access, uint64_t va)
{
    struct shadow_near *near = near_at(s, va);
    enum shadow_again done = SHADOW_UNKNOWN;
    uint64_t gpa = s->fault_gpa;
    struct leaf leaf;

    if (!near_known(s, near, va)) {
        if (!near_find(s, near, va)) {
            return SHADOW_UNKNOWN;
        }
    } else if (!walk_g_quick(h, mem, gpa, &leaf)) {
        bool none = leaf.slot != NULL && (leaf.pte & PTE_V) == 0;
        return none ? SHADOW_GUEST_PAGE_FAULT : SHADOW_UNKNOWN;
    } else if (!g_remember(s, h->hgatp, gpa, leaf.slot, leaf.shift)) {
        return SHADOW_UNKNOWN;
    }
    if (s->misses++ < MISSES) {
        done = shadow_again(s, h, mem, access, va);
    }
    s->misses--;
    return done;
}

/* It calls nothing but what it ends with, and so saves no register. */
enum shadow_again shadow_again(struct shadow *s, const struct hart *h, const struct mem *mem,
                               enum access access, uint64_t va)
{
    const struct access_as as = {.access = (uint8_t)access, .prv = h->prv, .v = true};
    uint64_t ignored = (PTE_W | PTE_X | PTE_D) & ~access_bits(as);
    const struct shadow_near *near = near_at(s, va);
    enum shadow_again done = SHADOW_MISSED;

    if (near_known(s, near, va)) {
        done = fill_one(s, h, mem, near, va, vs_test(as, ignored, h->vsstatus));
    }
    return likely(done != SHADOW_MISSED) ? done : find(s, h, mem, access, va);
}

bool shadow_ahead(struct shadow *s, const struct hart *h, const struct mem *mem, uint64_t va)
{
    const struct shadow_near *near = near_at(s, va);

    return near_known(s, near, va) && fill_one(s, h, mem, near, va, quick_any) <= SHADOW_REPLACED;
}

void shadow_ahead_g(struct shadow *s, const struct hart *h, const struct mem *mem)
{
    const struct shadow_key *key = &s->current->key;
    struct leaf leaf;

    if (!s->fault_g || key->hgatp != h->hgatp || key->vsatp != h->vsatp) {
        return;
    }
    s->fault_g = false;
    if (walk_g_quick(h, mem, s->fault_gpa, &leaf) &&
        g_remember(s, h->hgatp, s->fault_gpa, leaf.slot, leaf.shift)) {
        (void)shadow_ahead(s, h, mem, s->expected << PAGE_SHIFT);
    }
}
