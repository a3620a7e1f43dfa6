/* SPDX-License-Identifier: BSD-2-Clause */
/* cbmc: --unwind 66 --unwindset mem_at.0:3 */
/*
 * Fills without a walk, from two leaves that are known: whatever the leaves hold, one that passes
 * the quick test is one that a walk of that access lets through (for a speculative walk: a load of
 * who may), with nothing to set in it; and what is filled is what shadow_leaf() makes of the two
 * (prove_shadow), in the world's memory.
 */
#include "walk_any.h"

#include "spec/walk_quick.h"

/* The accesses that the test is for. */
static bool granted(const struct hart *h, struct access_as as, bool ahead, bool first, uint64_t pte)
{
    if (ahead) {
        as = (struct access_as){.access = ACCESS_LOAD, .v = true};
        as.prv = bit(pte, 4) || !first ? PRV_U : PRV_S;
    }
    const struct walker w = {.h = h, .as = &as};
    return leaf_grants(&w, first ? FIRST : G_FINAL, pte);
}

/* What the leaf, so many levels larger than 4 KiB, makes of the address. */
static bool leads(uint64_t pte, unsigned larger, uint64_t in, uint64_t out)
{
    const struct leaf leaf = {.pa = out, .pte = pte, .shift = 12 + 9 * larger};
    return leaf_output(&leaf, in);
}

static void check_filled(const struct mem *mem, const struct xlate *x, uint64_t leaf, bool mxr)
{
    prove(leaf == shadow_leaf(x, PRV_S, false, mxr));
    prove(x->pa.a - mem->range[0].base < mem->range[0].size);
    reached();
}

void prove_quick(void);
void prove_quick(void)
{
    struct isa isa = isa_any();
    const struct hart h = hart_any(&isa);
    struct mem_range range[2];
    struct mem mem = mem_any(range, &isa);
    unsigned vs_larger = any_below(3), g_larger = vs_larger == 0 ? any_below(5) : 0;
    uint64_t vs_pte = any_pte(), g_pte = any_pte(), va = any() & ~UINT64_C(0xfff);
    struct access_as as = {
        .access = (uint8_t)any_below(3), .prv = (uint8_t)any_below(2), .v = true};
    bool ahead = any_bool(), mxr = bit(h.mstatus, 19);
    uint64_t ignored = (PTE_W | PTE_X | PTE_D) & ~access_bits(as);
    struct test t = ahead ? quick_any : vs_test(as, ignored, h.vsstatus);

    uint64_t gpa = quick_page(vs_pte, va, vs_larger), pa = quick_page(g_pte, gpa, g_larger);
    if (!quick_passes(vs_pte, t) || !quick_passes(g_pte, quick_g_test(t)) || (gpa & 1) != 0 ||
        (pa & 1) != 0) {
        return;
    }
    prove(granted(&h, as, ahead, true, vs_pte) && granted(&h, as, ahead, false, g_pte));
    prove(leads(vs_pte, vs_larger, va, gpa));
    prove(leads(g_pte, g_larger, gpa, pa));
    struct xlate x = {
        .pa.a = pa,
        .vs_pte = vs_pte,
        .g_pte = g_pte,
        .shift = 12,
        .vs_shift = (uint8_t)(12 + 9 * vs_larger),
    };
    uint64_t leaf = quick_leaf(&mem, vs_pte, vs_larger, g_pte, pa);
    if (leaf != 0) {
        check_filled(&mem, &x, leaf, mxr);
    }
}
