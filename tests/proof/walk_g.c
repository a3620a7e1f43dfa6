/* SPDX-License-Identifier: BSD-2-Clause */
/* replace: mem_at:mem_at_any */
/* cbmc: --no-standard-checks --unwind 66 --unwindset g_stage.0:7 */
/* walk_any.h, the first step: the G-stage, Sv39x4 to Sv57x4 or none, for each thing that it is
 * asked for. */
#include "walk_any.h"

static void one_purpose(struct scene *s, uint64_t gpa, enum purpose why)
{
    struct leaf leaf;
    if (!g_stage(&s->w, gpa, why, &leaf)) {
        prove(fault_right(&s->w));
        reached();
        return;
    }
    prove_leaf(&s->w, why, gpa, &leaf);
    reached();
}

void prove_walk_g(void);
void prove_walk_g(void)
{
    struct scene s;
    unsigned which = any_below(3);

    scene_make(&s);
    tables.by_mem_at = PROVING;
    uint64_t gpa = any_gpa();
    if (which == 0) { /* three calls: that g_stage() doesn't call itself is seen by each */
        one_purpose(&s, gpa, G_FINAL);
    } else if (which == 1) {
        one_purpose(&s, gpa, G_READ);
    } else {
        one_purpose(&s, gpa, G_WRITE);
    }
}
