/* SPDX-License-Identifier: BSD-2-Clause */
#include "host/m/pmp.h"

#define EVERYTHING UINT64_C(0x3fffffffffffff) /* NAPOT over all 56 bits */
#define RWX        (PMP_R | PMP_W | PMP_X)
#define WORD       8u /* entries of one pmpcfg */

static void append(struct pmp_plan *plan, uint64_t cfg, uint64_t addr)
{
    plan->entry[plan->count++] = (struct pmp_entry){.cfg = (uint8_t)cfg, .addr = addr};
}

static bool is_napot(const struct mem_range *r)
{
    return (r->size & (r->size - 1)) == 0 && (r->base & (r->size - 1)) == 0;
}

static uint64_t napot(const struct mem_range *r)
{
    return (r->base >> 2) | ((r->size >> 3) - 1);
}

/* One range, no access but `rights`; or, if not closed, as many entries that say nothing. */
static void append_range(struct pmp_plan *plan, const struct mem_range *r, bool closed,
                         uint64_t rights)
{
    if (is_napot(r)) {
        append(plan, closed ? PMP_NAPOT | rights : 0, napot(r));
    } else {
        append(plan, 0, r->base >> 2); /* only the bottom of the next */
        append(plan, closed ? PMP_TOR | rights : 0, (r->base + r->size) >> 2);
    }
}

bool pmp_plan_make(struct pmp_plan *plan, const struct mem_range *closed, unsigned count,
                   const struct mem_range *tables)
{
    plan->count = 0;
    for (unsigned i = 0; i < count; i++) {
        if (plan->count + (is_napot(&closed[i]) ? 1 : 2) >= PMP_ENTRIES) {
            return false;
        }
        append_range(plan, &closed[i], true, &closed[i] == tables ? PMP_R : 0);
    }
    append(plan, PMP_NAPOT | RWX, EVERYTHING);
    return true;
}

/* --- a world with firmware --- */

/* The bottom of the virtual entry 0, should it be TOR; and the last entry. */
#define OVERHEAD 2u

unsigned pmp_plan_room(const struct pmp_world *w)
{
    unsigned used = 0;

    for (unsigned i = 0; i < w->count; i++) {
        used += is_napot(&w->closed[i]) ? 1 : 2;
    }
    used += w->trapped_count;
    for (unsigned i = 0; i < w->guarded_count; i++) {
        used += is_napot(&w->guarded[i]) ? 1 : 2;
    }
    used += OVERHEAD;
    return used < w->entries ? w->entries - used : 0;
}

/* The smallest naturally aligned power of two around r: what is there besides is reached all the
 * same, by replay. */
static struct mem_range around(const struct mem_range *r)
{
    struct mem_range n = {r->base, 0x1000};

    while (align_down(r->base, n.size) + n.size < r->base + r->size) {
        n.size *= 2;
    }
    n.base = align_down(r->base, n.size);
    return n;
}

/*
 * The lock is the virtual hart's, not the hart's. What isn't locked binds M only in that an access
 * must not be half in it. While MPRV bites nothing but fetches are M's own.
 */
static uint64_t virtual_cfg(uint64_t cfg, enum pmp_view view)
{
    bool m = view == PMP_M || view == PMP_MPRV;
    uint64_t rights = m && (cfg & PMP_L) == 0 ? RWX : cfg & RWX;

    if ((cfg & PMP_A) == PMP_OFF) {
        return 0;
    }
    return (cfg & PMP_A) | (view == PMP_MPRV ? rights & PMP_X : rights);
}

static uint64_t last_cfg(const struct hart *h, enum pmp_view view)
{
    switch (view) {
    case PMP_M:
        return PMP_NAPOT | RWX;
    case PMP_MPRV:
        return PMP_NAPOT | PMP_X;
    default:
        return h->isa->pmp_entries == 0 ? PMP_NAPOT | RWX : 0;
    }
}

void pmp_plan_view(struct pmp_plan *plan, const struct pmp_world *w, const struct hart *h,
                   enum pmp_view view)
{
    bool m = view == PMP_M || view == PMP_MPRV;

    plan->count = 0;
    for (unsigned i = 0; i < w->count; i++) {
        bool readable = &w->closed[i] == w->tables && view == PMP_VS;
        append_range(plan, &w->closed[i], true, readable ? PMP_R : 0);
    }
    for (unsigned i = 0; i < w->trapped_count; i++) {
        struct mem_range r = around(&w->trapped[i]);
        append(plan, m ? PMP_NAPOT : 0, napot(&r));
    }
    for (unsigned i = 0; i < w->guarded_count; i++) {
        append_range(plan, &w->guarded[i], m && w->guarding, 0);
    }
    append(plan, 0, 0);
    for (unsigned i = 0; i < h->isa->pmp_entries; i++) {
        append(plan, virtual_cfg(h->pmpcfg[i], view), h->pmpaddr[i]);
    }
    append(plan, last_cfg(h, view), EVERYTHING);
}

uint64_t pmp_plan_cfg_word(const struct pmp_plan *plan, unsigned word)
{
    uint64_t cfg = 0;

    for (unsigned i = word * WORD; i < plan->count && i < (word + 1) * WORD; i++) {
        cfg |= (uint64_t)plan->entry[i].cfg << (8 * (i - word * WORD));
    }
    return cfg;
}

uint64_t pmp_plan_cfg(const struct pmp_plan *plan)
{
    return pmp_plan_cfg_word(plan, 0);
}
