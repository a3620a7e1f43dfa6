/* SPDX-License-Identifier: BSD-2-Clause */
/* Trap entry: hypervisor chapter, "Trap Entry"; machine chapter, "mstatus", "mtvec", "medeleg and
 * mideleg". */
#include "spec/trap.h"

static void trap_to_m(struct hart *h, const struct trap *t)
{
    uint64_t s = FIELD_SET(STATUS_MPIE, h->mstatus, FIELD_GET(STATUS_MIE, h->mstatus));
    s = FIELD_SET(STATUS_MPP, s & ~STATUS_MIE, h->prv);
    s = FIELD_SET(STATUS_MPV, s, h->v);
    h->mstatus = FIELD_SET(STATUS_GVA, s, t->gva);
    h->mepc = h->pc;
    h->mcause = t->cause;
    h->mtval = t->tval;
    h->mtval2 = t->tval2;
    h->mtinst = t->tinst;
    h->prv = PRV_M;
    h->v = 0;
    h->pc = trap_vector(h->mtvec, t->cause);
}

/* "hideleg": interrupts 2, 6 and 10 appear to VS-mode as 1, 5 and 9. */
static uint64_t vs_cause(uint64_t cause)
{
    bool vs_level =
        (cause & CAUSE_INTERRUPT) && !(cause & CAUSE_TO_VS) && (BIT(TRAP_CODE(cause)) & IRQS_VS);
    return vs_level ? cause - 1 : cause & ~CAUSE_TO_VS;
}

static void trap_to_vs(struct hart *h, const struct trap *t)
{
    h->vsstatus = status_s_trap(h->vsstatus, h->prv);
    h->vsepc = h->pc;
    h->vscause = vs_cause(t->cause);
    h->vstval = t->tval;
    h->prv = PRV_S;
    h->pc = trap_vector(h->vstvec, h->vscause);
}

enum trap_level hart_trap(struct hart *h, const struct trap *t)
{
    enum trap_level to = trap_target(h, t->cause);
    switch (to) {
    case TRAP_TO_M:
        trap_to_m(h, t);
        break;
    case TRAP_TO_HS:
        hart_trap_to_hs(h, t);
        break;
    case TRAP_TO_VS:
        trap_to_vs(h, t);
        break;
    }
    return to;
}
