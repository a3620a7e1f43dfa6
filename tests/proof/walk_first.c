/* SPDX-License-Identifier: BSD-2-Clause */
/* replace: g_stage:g_stage_any mem_at:mem_at_any */
/* cbmc: --no-standard-checks --unwind 66 --unwindset first_stage.0:7 */
/* walk_any.h, the second step: the first stage, Sv39 to Sv57, from any table on. */
#include "walk_any.h"

void prove_walk_first(void);
void prove_walk_first(void)
{
    struct scene s;
    struct leaf leaf;
    unsigned shift = 12 + 9 * any_below(5);

    scene_make(&s);
    tables.by_mem_at = PROVING;
    s.w.va = any_va();
    assume(first_may_begin(&s.w, shift));
    if (!first_stage(&s.w, any() & MASK(55, 12), shift, &leaf)) {
        prove(fault_right(&s.w));
        reached();
        return;
    }
    prove_leaf(&s.w, FIRST, s.w.va, &leaf);
    reached();
}
