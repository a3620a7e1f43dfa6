/* SPDX-License-Identifier: BSD-2-Clause */
/* proof: src/spec/xret.c */
/*
 * mret and sret do what the chapters say, in every state, and nothing else. Machine chapter,
 * "Privilege and Global Interrupt-Enable Stack in mstatus register"; hypervisor chapter, "Trap
 * Return".
 */
#include "hart_any.h"
#include "spec/trap.h"
#include "words.h"

/* "An MRET or SRET instruction is used to return from a trap in M-mode or S-mode respectively." */
static void spec_mret(struct hart *h)
{
    uint64_t mpp = bits(h->mstatus, 12, 11), mpv = bits(h->mstatus, 39, 39);

    h->mstatus = with_bits(h->mstatus, 3, 3, bits(h->mstatus, 7, 7)); /* MIE = MPIE */
    h->mstatus = with_bits(h->mstatus, 7, 7, 1);                      /* MPIE = 1 */
    h->mstatus = with_bits(h->mstatus, 12, 11, 0); /* MPP = least privileged mode */
    h->mstatus = with_bits(h->mstatus, 39, 39, 0); /* MPV = 0 */
    if (mpp != 3) {
        h->mstatus = with_bits(h->mstatus, 17, 17, 0); /* MPRV = 0 */
    }
    h->prv = (uint8_t)mpp;
    h->v = mpp == 3 ? 0 : (uint8_t)mpv;
    h->pc = h->mepc;
}

static void spec_sret(struct hart *h)
{
    uint64_t *status = h->v ? &h->vsstatus : &h->mstatus;
    uint64_t spp = bits(*status, 8, 8), spv = bits(h->hstatus, 7, 7);

    h->pc = h->v ? h->vsepc : h->sepc;
    *status = with_bits(*status, 1, 1, bits(*status, 5, 5)); /* SIE = SPIE */
    *status = with_bits(*status, 5, 5, 1);                   /* SPIE = 1 */
    *status = with_bits(*status, 8, 8, 0);                   /* SPP = U */
    if (!h->v) {
        h->hstatus = with_bits(h->hstatus, 7, 7, 0); /* SPV = 0 */
        h->v = (uint8_t)spv;
    }
    h->mstatus = with_bits(h->mstatus, 17, 17, 0); /* MPRV = 0: the new mode is not M */
    h->prv = (uint8_t)spp;
}

void prove_xret(void);
void prove_xret(void)
{
    struct isa isa = isa_any();
    struct hart h = hart_any(&isa), expected;

    if (any_bool()) {
        h.prv = PRV_M;
        h.v = 0;
        expected = h;
        spec_mret(&expected);
        hart_mret(&h);
        reached();
    } else {
        h.prv = any_bool() ? PRV_S : PRV_M;
        h.v = h.prv == PRV_S && bit(isa.ext, EXT_H) && any_bool();
        expected = h;
        spec_sret(&expected);
        hart_sret(&h);
        reached();
    }
    prove(hart_equal(&h, &expected));
    prove(hart_is_legal(&h));
}
