/* SPDX-License-Identifier: BSD-2-Clause */
/* cbmc: --unwind 9 */
/* host: -DVDEV_HARTS=3 -DVPLIC_WORDS=2 -DVPLIC_CONTEXTS=8 */
/*
 * Whose is context n: hart_of(), for any n, and any device's contexts in any order. Nobody's is one
 * that isn't known, and that of a hart that firmware may not interrupt. `vplic` begins here.
 */
#include "proof.h"

#include "vdev/plic.c"

static struct vplic p;

void prove_vplic_context(void);
void prove_vplic_context(void)
{
    uint64_t n = PROVING ? any() : any_below(VPLIC_CONTEXTS + 2);
    unsigned at = any_below(VPLIC_CONTEXTS), slot = any_below(VDEV_HARTS);
    bool m_or_s = any_bool(), s = any_bool();

    for (unsigned i = 0; i < VPLIC_CONTEXTS; i++) {
        p.context[i] = (uint8_t)(any_bool() ? any_below(2 * VDEV_HARTS) : VDEV_NOBODY);
    }
    for (unsigned i = 0; i < VDEV_HARTS; i++) {
        p.hart[i].hart = (uint8_t)(any_bool() ? any_below(VDEV_HARTS) : VDEV_NOBODY);
    }
    p.context[at] = (uint8_t)(2 * slot + m_or_s);
    struct vplic_hart *h = hart_of(&p, n, &s);
    if (n >= VPLIC_CONTEXTS || p.context[n] == VDEV_NOBODY) {
        prove(h == NULL);
    } else if (n == at && p.hart[slot].hart == VDEV_NOBODY) {
        prove(h == NULL);
    } else if (n == at) {
        prove(h == &p.hart[slot] && s == m_or_s);
        reached();
    }
}
