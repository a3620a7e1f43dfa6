/* SPDX-License-Identifier: BSD-2-Clause */
#include "pt.h"
#include "csr.h"
#include "check.h"

static uint64_t pool[POOL_SIZE][512] __attribute__((aligned(16384)));
static unsigned pool_next;

static uint64_t *take(unsigned pages)
{
    pool_next = (pool_next + pages - 1) & ~(pages - 1);
    if (pool_next + pages > POOL_SIZE)
        test_fatal("the test's own pool of page tables is too small");
    uint64_t *p = pool[pool_next];
    for (unsigned i = 0; i < 512 * pages; i++)
        p[i] = 0;
    pool_next += pages;
    return p;
}

void pt_reset(void)
{
    pool_next = 0;
}

uint64_t level_size(unsigned level)
{
    return PAGE << (9 * level);
}

uint64_t pte_make(uint64_t pa, uint64_t flags)
{
    return (pa >> 12) << 10 | flags;
}

struct pt pt_new(uint64_t mode, bool gstage, uint64_t bias)
{
    return (struct pt){.root = take(gstage ? 4 : 1),
                       .mode = (unsigned)mode,
                       .levels = (unsigned)(mode - MODE_SV39) + 3,
                       .gstage = gstage,
                       .bias = bias};
}

/* Replaces a leaf, or nothing, by a table that says the same. */
static uint64_t *make_table(const struct pt *pt, uint64_t *pte, unsigned level)
{
    uint64_t *table = take(1);
    uint64_t old = *pte;
    for (uint64_t i = 0; (old & PTE_V) && i < 512; i++)
        table[i] = old + ((i * level_size(level - 1)) >> 12 << 10);
    *pte = pte_make((uint64_t)table + pt->bias, PTE_V);
    return table;
}

uint64_t *pt_entry(const struct pt *pt, uint64_t va, unsigned level)
{
    uint64_t *table = pt->root;
    for (unsigned l = pt->levels - 1;; l--) {
        uint64_t mask = pt->gstage && l == pt->levels - 1 ? 2047 : 511;
        uint64_t *pte = &table[(va >> (12 + 9 * l)) & mask];
        if (l == level)
            return pte;
        if ((*pte & PTE_V) && !(*pte & PTE_RWX))
            table = (uint64_t *)(((*pte >> 10 << 12) & ((1UL << 56) - 1)) - pt->bias);
        else
            table = make_table(pt, pte, l);
    }
}

void pt_map(const struct pt *pt, uint64_t va, uint64_t pa, uint64_t flags, unsigned level)
{
    *pt_entry(pt, va, level) = pte_make(pa, flags);
}

uint64_t pt_atp(const struct pt *pt, uint64_t id)
{
    return FIELD_PUT(ATP_MODE, pt->mode) | id << 44 | ((uint64_t)pt->root + pt->bias) >> 12;
}
