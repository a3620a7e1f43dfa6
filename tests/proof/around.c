/* SPDX-License-Identifier: BSD-2-Clause */
/* cbmc: --no-standard-checks --unwind 66 --unwindset mem_at.0:3,g_descend.0:6,vs_quick.0:6 */
/* cbmc: --unwindset walk_around.0:5 */
/*
 * The neighbours that walk_around() finds, whatever the tables hold: what is read lies in the
 * world's memory, each leaf lies there too and is one that hardware takes as it is, and the G-stage
 * has an entry that grants all that the leaf grants.
 */
#include "hart_any.h"
#include "tables.h"

static bool in_range(const struct mem_range *r, uint64_t pa, uint64_t size)
{
    return pa >= r->base && pa - r->base < r->size && size <= r->size - (pa - r->base);
}

static void check_neighbours(const struct hart *h, const struct mem *mem, const struct xlate *x,
                             struct shadow_as as)
{
    struct neighbour out[WALK_AROUND];
    unsigned wanted = any_below(16), found;

    tables.pmp = false; /* nobody is asked, but nothing is made of what is read: */
    found = walk_around(h, mem, x, as, wanted, out);
    prove(found == 0 || h->isa->pmp_entries == 0);
    prove((found & ~wanted) == 0);
    unsigned i = any_below(WALK_AROUND);
    if ((found >> i & 1) == 0) {
        return;
    }
    uint64_t leaf = out[i].leaf;
    prove(in_range(&mem->range[0], bits(leaf, 53, 10) << 12, 4096));
    prove(bit(leaf, 0) && bit(leaf, 6) && !bit(leaf, 5) && bits(leaf, 60, 54) == 0);
    prove(!bit(leaf, 2) || (bit(leaf, 7) && bit(leaf, 1)));
    prove(bits(h->hgatp, 63, 60) == 0 || table_covered(leaf, as.hs_mxr));
    reached();
}

void prove_around(void);
void prove_around(void)
{
    struct isa isa = isa_any();
    const struct hart h = hart_any(&isa);
    struct mem_range range[2];
    struct mem mem = mem_any(range, &isa);
    bool bare = any_bool();
    uint64_t slot = any() & ~UINT64_C(7);
    struct shadow_as as = {.prv = (uint8_t)any_below(2), .vs_bare = bare, .hs_mxr = any_bool()};
    struct xlate x = {
        .gpa.a = any(),
        .vs_pte = bare ? PTE_BARE : any_pte(),
        .vs_shift = bare ? 48 : 12,
        .vs_slot = bare ? NULL : (const uint64_t *)(uintptr_t)slot,
    };

    tables.mem = &mem;
    if (bare || table_is_ours(slot)) {
        check_neighbours(&h, &mem, &x, as);
    }
}
