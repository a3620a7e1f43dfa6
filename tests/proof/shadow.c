/* SPDX-License-Identifier: BSD-2-Clause */
/* cbmc: --unwind 66 --unwindset one_pair.0:6,prove_shadow.0:8,prove_shadow.1:8 */
/*
 * The safety rule of the shadow tables: whatever the two stages' leaves are, the shadow leaf made
 * of them grants nothing that one of them refuses, and maps every address of its page to where the
 * two stages map it, for each size that it may be given; prove_mem() says that xlate_clip() gives
 * it one with which all of the page lies in the world's memory, if the address that was asked for
 * does. (The tests check both together.)
 *
 * A translation is any that prove_walk() says a walk may give.
 */
#include "hart_any.h"
#include "tables.h"

/* shadow_leaf()'s arguments, besides the two stages. */
struct shadow_as {
    uint8_t prv;
    bool vs_bare;
    bool hs_mxr;
};

struct stage {
    uint64_t pte;
    unsigned shift;  /* of the level */
    unsigned within; /* so many bits of an address stay: more with Svnapot */
    bool bare;
};

/* The sizes a stage's leaf can have; a proof has a constant of them in each case. */
static const struct stage kinds[] = {
    {.shift = 12, .within = 12},
    {.shift = 12, .within = 16},
    {.shift = 21, .within = 21},
    {.shift = 30, .within = 30},
    {.shift = 39, .within = 39},
    {.shift = 48, .within = 48},
    {.shift = 48, .within = 64, .bare = true, .pte = PTE_BARE},
};
#define KINDS ARRAY_LEN(kinds)

static struct stage stage_any(unsigned kind)
{
    struct stage s = kinds[kind];
    if (s.bare) {
        return s;
    }
    s.pte = any_pte() & ~(UINT64_C(1) << 63 | (MASK(s.within - 1, 0) >> 12 << 10));
    s.pte |= s.within == 16 ? UINT64_C(1) << 63 | 8 << 10 : 0; /* Svnapot: 64 KiB */
    s.pte = with_bits(s.pte, 60, 54, 0) | 0x41;                /* V, A */
    s.pte &= bit(s.pte, 1) ? ~UINT64_C(0) : ~UINT64_C(4);
    return s;
}

/* What the stage makes of an address. */
static uint64_t output(const struct stage *s, uint64_t address)
{
    uint64_t low = MASK(s->within - 1, 0);
    return s->bare ? address : (bits(s->pte, 53, 10) << 12 & ~low) | (address & low);
}

/* Loads, stores and fetches that a leaf lets through; mxr: X stands for R. */
static bool loads(uint64_t pte, bool mxr)
{
    return bit(pte, 1) || (mxr && bit(pte, 3));
}

static bool stores(uint64_t pte)
{
    return bit(pte, 2) && bit(pte, 7);
}

/* The leaf grants no more than both, to the same modes; it is one that hardware takes as it is. */
static void check_rights(uint64_t leaf, uint64_t vs_pte, uint64_t g_pte, bool user, bool mxr)
{
    prove(bit(leaf, 0) && bit(leaf, 6) && bits(leaf, 60, 54) == 0 && !bit(leaf, 63));
    prove(!bit(leaf, 5) && bit(leaf, 4) == user);
    prove(!bit(leaf, 1) || (loads(vs_pte, mxr) && loads(g_pte, mxr)));
    prove(!bit(leaf, 2) || (stores(vs_pte) && stores(g_pte) && bit(leaf, 7) && bit(leaf, 1)));
    prove(!bit(leaf, 3) || (bit(vs_pte, 3) && bit(g_pte, 3)));
    prove(bit(leaf, 1) || bit(leaf, 3));
    uint64_t pbmt = bits(vs_pte, 62, 61) != 0 ? bits(vs_pte, 62, 61) : bits(g_pte, 62, 61);
    prove(bits(leaf, 62, 61) == pbmt);
}

/* The leaf for a page of x.shift. */
static void check_leaf(struct xlate x, const struct stage *vs, const struct stage *g,
                       struct shadow_as as, uint64_t va)
{
    uint64_t leaf = shadow_leaf(&x, as.prv, as.vs_bare, as.hs_mxr);
    uint64_t low = MASK(x.shift - 1, 0), pa = bits(leaf, 53, 10) << 12;
    if (leaf == 0) {
        reached();
        return;
    }
    check_rights(leaf, vs->pte, g->pte, as.vs_bare ? as.prv == PRV_U : bit(vs->pte, 4), as.hs_mxr);
    prove((pa & low) == 0);
    uint64_t other = (va & ~low) | (any() & low); /* any address of the page */
    prove((pa | (other & low)) == output(g, output(vs, other)));
    reached();
}

static bool in_range(const struct mem_range *r, uint64_t pa, uint64_t size)
{
    return pa >= r->base && pa - r->base < r->size && size <= r->size - (pa - r->base);
}

static bool in_mem(const struct mem *mem, uint64_t pa, uint64_t size)
{
    return in_range(&mem->range[0], pa, size) ||
           (mem->count > 1 && in_range(&mem->range[1], pa, size));
}

/* As the shadow tables' fill does it. */
static void try_clipped(struct xlate x, const struct stage *vs, const struct stage *g,
                        struct shadow_as as, uint64_t va)
{
    struct isa isa = isa_any();
    struct mem_range range[2];
    struct mem mem = mem_any(range, &isa);
    bool ours = in_mem(&mem, x.pa.a & ~UINT64_C(0xfff), 4096);

    xlate_clip(&x, &mem);
    uint64_t size = UINT64_C(1) << x.shift;
    prove(ours ? in_mem(&mem, x.pa.a & ~(size - 1), size) : x.shift == 12);
    check_leaf(x, vs, g, as, va);
}

static void one_pair(unsigned vs_kind, unsigned g_kind)
{
    struct stage vs = stage_any(vs_kind), g = stage_any(g_kind);
    uint64_t va = any();
    struct shadow_as as = {.prv = (uint8_t)any_below(2), .vs_bare = vs.bare, .hs_mxr = any_bool()};
    struct xlate x = {
        .gpa.a = output(&vs, va),
        .vs_pte = vs.pte,
        .g_pte = g.pte,
        .vs_shift = (uint8_t)vs.shift,
        .g_shift = (uint8_t)g.shift,
        .shift = vs.shift < g.shift ? vs.shift : g.shift,
    };
    x.pa.a = output(&g, x.gpa.a);
    assume(x.pa.a >> 56 == 0); /* it is memory or a device: exit.c, may_reach() */
    if (!PROVING) {
        try_clipped(x, &vs, &g, as, va);
    }
    unsigned size = any_below(5);
    for (unsigned i = 0; i < 5 && 12 + 9 * i <= x.shift; i++) {
        struct xlate smaller = x;
        smaller.shift = 12 + 9 * i;
        if (i == size) {
            check_leaf(smaller, &vs, &g, as, va);
        }
    }
}

void prove_shadow(void);
void prove_shadow(void)
{
    unsigned which = any_below(KINDS * KINDS);

    for (unsigned vs = 0; vs < KINDS; vs++) {
        for (unsigned g = 0; g < KINDS; g++) {
            if (which == vs * KINDS + g) {
                one_pair(vs, g);
            }
        }
    }
}
