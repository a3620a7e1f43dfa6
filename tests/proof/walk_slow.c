/* SPDX-License-Identifier: BSD-2-Clause */
/* replace: g_stage:g_stage_any first_stage:first_stage_any */
/* cbmc: --no-standard-checks --unwind 66 */
/* walk_any.h, the third step: the whole walk, from wherever the quick one gave up. */
#include "walk_any.h"

/* Where to begin; with the first stage's leaf if that is behind. */
static unsigned begin_any(struct scene *s, struct xlate *x)
{
    unsigned shift = PROVING ? (unsigned)any() : any_below(4);
    if (!PROVING && shift == 0) {
        shift = 12 + 9 * any_below(5);
    }
    if (shift == WALK_FINAL) {
        struct leaf first = {.pa = any(), .pte = any_pte(), .shift = 12 + 9 * any_below(5)};
        uint64_t low = BIT(bit(first.pte, 63) ? 16 : first.shift) - 1;
        first.pa = PROVING ? first.pa : (bits(first.pte, 53, 10) << 12 & ~low) | (s->w.va & low);
        first.slot = (uint64_t *)(uintptr_t)(any() & MASK(55, 12));
        if (!PROVING) {
            first.slot += bits(s->w.va, first.shift + 8, first.shift);
        }
        if (stage_mode(&s->w, FIRST) == 0) {
            leaf_bare(&first, s->w.va);
        } else {
            table_note((uintptr_t)first.slot, first.pte);
        }
        xlate_first(x, &first);
    }
    assume(slow_may_begin(&s->w, x, shift));
    return shift;
}

void prove_walk_slow(void);
void prove_walk_slow(void)
{
    struct scene s;
    struct xlate x = {.vs_pte = any()};

    scene_make(&s);
    s.w.va = any_va();
    unsigned shift = begin_any(&s, &x);
    const struct xlate before = x;
    if (!walk_slow(&s.h, &s.mem, s.as, s.w.va, &x, &s.fault, any() & MASK(55, 12), shift)) {
        prove(fault_right(&s.w));
        reached();
        return;
    }
    prove_xlate(&s.w, &x);
    prove(shift != WALK_FINAL || (x.vs_pte == before.vs_pte && x.vs_slot == before.vs_slot &&
                                  x.vs_shift == before.vs_shift && x.gpa.a == before.gpa.a));
    reached();
}
