/* SPDX-License-Identifier: BSD-2-Clause */
/* replace: walk_slow:walk_slow_any g_quick:g_quick_any */
/* cbmc: --no-standard-checks --unwind 66 --unwindset vs_quick.0:6 */
/* walk_any.h, the last step: the walk, in both stages Sv39 to Sv57 or bare. */
#include "walk_any.h"

void prove_walk(void);
void prove_walk(void)
{
    struct scene s;
    struct xlate x;

    scene_make(&s);
    s.w.va = any_va();
    if (!walk(&s.h, &s.mem, s.as, s.w.va, &x, &s.fault)) {
        prove(fault_right(&s.w));
        reached();
        return;
    }
    prove_xlate(&s.w, &x);
    reached();
}
