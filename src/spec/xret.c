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

/* SIE from SPIE, SPIE 1, SPP U. */
static uint64_t status_s_return(uint64_t status)
{
    status = FIELD_SET(STATUS_SIE, status, FIELD_GET(STATUS_SPIE, status));
    return (status | STATUS_SPIE) & ~STATUS_SPP;
}

void hart_sret(struct hart *h)
{
    if (h->v) {
        h->prv = (uint8_t)FIELD_GET(STATUS_SPP, h->vsstatus);
        h->vsstatus = status_s_return(h->vsstatus);
        h->pc = h->vsepc;
    } else {
        h->prv = (uint8_t)FIELD_GET(STATUS_SPP, h->mstatus);
        h->v = (uint8_t)FIELD_GET(HSTATUS_SPV, h->hstatus);
        h->hstatus &= ~HSTATUS_SPV;
        h->mstatus = status_s_return(h->mstatus);
        h->pc = h->sepc;
    }
    h->mstatus &= ~STATUS_MPRV;
}
