/* SPDX-License-Identifier: BSD-2-Clause */
/* proof: src/spec/hart.c */
/* The states that the other proofs begin with are all legal ones: making a state legal twice is
 * the same as once, and the reset states are among them. */
#include "hart_any.h"

void prove_legal(void);
void prove_legal(void)
{
    struct isa isa = isa_any();
    struct hart h = hart_any(&isa);
    prove(hart_is_legal(&h));

    struct hart reset = h;
    hart_reset(&reset, &isa, any());
    prove(hart_is_legal(&reset));
    hart_enter_s(&reset, any() & ~UINT64_C(1), any(), any());
    /* firmware gives away what the hart has */
    isa.mideleg = ~UINT64_C(0);
    prove(hart_is_legal(&reset));
    reached();
}
