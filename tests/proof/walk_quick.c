/* SPDX-License-Identifier: BSD-2-Clause */
/* cbmc: --no-standard-checks --unwind 66 --unwindset g_descend.0:6 */
/* walk_any.h: the quick walk's G-stage, whatever gigapage's table it remembers. */
#include "walk_any.h"

void prove_walk_quick(void);
void prove_walk_quick(void)
{
    struct scene s;
    struct leaf leaf;

    scene_make(&s);
    s.as.v = true;
    s.as.prv &= PRV_S;
    assume(stage_mode(&s.w, G_FINAL) != 0);
    struct hot hot = hot_make(&s.h, &s.mem);
    struct test t = {(PTE_W | PTE_X | PTE_D) & ~access_bits(s.as), LEAF_BITS};
    uint64_t gpa = any_gpa();

    prove(hot_right(&s.w, &hot) && test_right(&s.w, t));
    if (any_bool()) { /* from an address before */
        hot.g_gigapage = PROVING ? any() : gpa >> 30;
        hot.g_table = any() & (PROVING ? ~UINT64_C(0) : MASK(55, 12));
        assume(hot_right(&s.w, &hot));
    }
    t = any_bool() ? t : g_read;
    if (g_quick(&hot, gpa, t, &leaf)) {
        prove_leaf(&s.w, test_purpose(t), gpa, &leaf);
        reached();
    }
    prove(hot_right(&s.w, &hot));
    reached();
}
