/* SPDX-License-Identifier: BSD-2-Clause */
/* cbmc: --unwind 66 --unwindset mem_at.0:3,mem_page_shift.0:6 */
/*
 * The safety rule of the shadow tables: whatever the two stages' leaves are, the shadow leaf made
 * of them grants nothing that one of them refuses, lies in the world's memory with all of its page
 * if the address that was asked for does, and maps every address of its page to where the two
 * stages map it.
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
    unsigned shift;
    bool bare;
};

static struct stage stage_any(void)
{
    static const uint8_t shifts[] = {12, 21, 30, 39, 48};
    struct stage s = {.pte = any_pte(), .shift = shifts[any_below(5)], .bare = any_bool()};
    if (s.bare) {
        return (struct stage){.pte = PTE_BARE, .shift = 48, .bare = true};
    }
    uint64_t low = (UINT64_C(1) << s.shift) - 1;
    if (s.shift != 12) {
        s.pte &= ~(low >> 12 << 10) & ~(UINT64_C(1) << 63);
    } else if (bit(s.pte, 63)) {
        s.pte = with_bits(s.pte, 13, 10, 8); /* Svnapot: 64 KiB */
    }
    s.pte = with_bits(s.pte, 60, 54, 0) | 0x41; /* V, A */
    s.pte &= bit(s.pte, 1) ? ~UINT64_C(0) : ~UINT64_C(4);
    return s;
}

/* What the stage makes of an address. */
static uint64_t output(const struct stage *s, uint64_t address)
{
    uint64_t within = (UINT64_C(1) << (bit(s->pte, 63) ? 16 : s->shift)) - 1;
    return s->bare ? address : (bits(s->pte, 53, 10) << 12 & ~within) | (address & within);
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

static bool in_range(const struct mem_range *r, uint64_t pa, uint64_t size)
{
    return pa >= r->base && pa - r->base < r->size && size <= r->size - (pa - r->base);
}

static bool in_mem(const struct mem *mem, uint64_t pa, uint64_t size)
{
    return (mem->count > 0 && in_range(&mem->range[0], pa, size)) ||
           (mem->count > 1 && in_range(&mem->range[1], pa, size));
}

static void check_leaf(const struct mem *mem, struct xlate x, const struct stage *vs,
                       const struct stage *g, struct shadow_as as, uint64_t va)
{
    bool ours = in_mem(mem, x.pa.a & ~UINT64_C(0xfff), 4096);

    xlate_clip(&x, mem);
    uint64_t leaf = shadow_leaf(&x, as.prv, as.vs_bare, as.hs_mxr);
    uint64_t size = UINT64_C(1) << x.shift, pa = bits(leaf, 53, 10) << 12;
    if (leaf == 0) {
        reached();
        return;
    }
    check_rights(leaf, vs->pte, g->pte, as.vs_bare ? as.prv == PRV_U : bit(vs->pte, 4), as.hs_mxr);
    prove(x.shift >= 12 && x.shift <= vs->shift && x.shift <= g->shift && pa % size == 0);
    prove(ours ? in_mem(mem, pa, size) : x.shift == 12);

    uint64_t other = (va & ~(size - 1)) | (any() & (size - 1)); /* any address of the page */
    prove((pa | (other & (size - 1))) == output(g, output(vs, other)));
    reached();
}

void prove_shadow(void);
void prove_shadow(void)
{
    struct isa isa = isa_any();
    struct mem_range range[2];
    struct mem mem = mem_any(range, &isa);
    struct stage vs = stage_any(), g = stage_any();
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
    check_leaf(&mem, x, &vs, &g, as, va);
}
