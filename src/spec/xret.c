/* SPDX-License-Identifier: BSD-2-Clause */
/* Trap return: hypervisor chapter, "Trap Return"; machine chapter, "Privilege and Global
 * Interrupt-Enable Stack". */
#include "spec/trap.h"

void hart_mret(struct hart *h)
{
    unsigned mpp = (unsigned)FIELD_GET(STATUS_MPP, h->mstatus);
    unsigned mpv = (unsigned)FIELD_GET(STATUS_MPV, h->mstatus);
    uint64_t s = FIELD_SET(STATUS_MIE, h->mstatus, FIELD_GET(STATUS_MPIE, h->mstatus));
    s = (s | STATUS_MPIE) & ~(STATUS_MPP | STATUS_MPV);
    h->mstatus = mpp == PRV_M ? s : s & ~STATUS_MPRV;
    h->prv = (uint8_t)mpp;
    h->v = mpp != PRV_M && mpv;
    h->pc = h->mepc;
}

void hart_sret(struct hart *h)
{
    if (h->v) {
        h->prv = (uint8_t)FIELD_GET(STATUS_SPP, h->vsstatus);
        h->vsstatus = status_s_return(h->vsstatus);
        h->pc = h->vsepc;
    } else {
        hart_sret_from_hs(h);
    }
    h->mstatus &= ~STATUS_MPRV;
}
