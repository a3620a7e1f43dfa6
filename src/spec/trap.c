/* SPDX-License-Identifier: BSD-2-Clause */
/* Trap entry: hypervisor chapter, "Trap Entry"; machine chapter, "mstatus", "mtvec", "medeleg and
 * mideleg". */
#include "spec/trap.h"

#define CAUSE_CODE(cause) ((cause) & ~(CAUSE_INTERRUPT | CAUSE_TO_VS | CAUSE_TO_HS))

enum trap_level trap_target(const struct hart *h, uint64_t cause)
{
    if (h->prv == PRV_M) {
        return TRAP_TO_M;
    }
    if (unlikely(cause & (CAUSE_TO_VS | CAUSE_TO_HS))) {
        return (cause & CAUSE_TO_VS) ? TRAP_TO_VS : TRAP_TO_HS;
    }
    bool interrupt = (cause & CAUSE_INTERRUPT) != 0;
    uint64_t bit = CAUSE_CODE(cause) < 64 ? BIT(CAUSE_CODE(cause)) : 0;
    if (((interrupt ? h->mideleg : h->medeleg) & bit) == 0) {
        return TRAP_TO_M;
    }
    return h->v && ((interrupt ? h->hideleg : h->hedeleg) & bit) != 0 ? TRAP_TO_VS : TRAP_TO_HS;
}

/* BASE, or BASE + 4 * cause for an interrupt where MODE is Vectored. */
static uint64_t vector(uint64_t tvec, uint64_t cause)
{
    uint64_t base = tvec & ~UINT64_C(3);
    return (tvec & 1) && (cause & CAUSE_INTERRUPT) ? base + 4 * CAUSE_CODE(cause) : base;
}

/* SPP, SPIE and SIE after a trap from privilege prv. */
static uint64_t status_s_trap(uint64_t status, unsigned prv)
{
    status = FIELD_SET(STATUS_SPIE, status, FIELD_GET(STATUS_SIE, status));
    return FIELD_SET(STATUS_SPP, status & ~STATUS_SIE, prv);
}

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
    h->pc = vector(h->mtvec, t->cause);
}

static void trap_to_hs(struct hart *h, const struct trap *t)
{
    uint64_t s = FIELD_SET(HSTATUS_SPV, h->hstatus, h->v);
    s = FIELD_SET(HSTATUS_GVA, s, t->gva);
    h->hstatus = h->v ? FIELD_SET(HSTATUS_SPVP, s, h->prv) : s;
    h->mstatus = status_s_trap(h->mstatus, h->prv);
    h->sepc = h->pc;
    h->scause = t->cause & ~CAUSE_TO_HS;
    h->stval = t->tval;
    h->htval = t->tval2;
    h->htinst = t->tinst;
    h->prv = PRV_S;
    h->v = 0;
    h->pc = vector(h->stvec, h->scause);
}

/* "hideleg": interrupts 2, 6 and 10 appear to VS-mode as 1, 5 and 9. */
static uint64_t vs_cause(uint64_t cause)
{
    bool vs_level =
        (cause & CAUSE_INTERRUPT) && !(cause & CAUSE_TO_VS) && (BIT(CAUSE_CODE(cause)) & IRQS_VS);
    return vs_level ? cause - 1 : cause & ~CAUSE_TO_VS;
}

static void trap_to_vs(struct hart *h, const struct trap *t)
{
    h->vsstatus = status_s_trap(h->vsstatus, h->prv);
    h->vsepc = h->pc;
    h->vscause = vs_cause(t->cause);
    h->vstval = t->tval;
    h->prv = PRV_S;
    h->pc = vector(h->vstvec, h->vscause);
}

enum trap_level hart_trap(struct hart *h, const struct trap *t)
{
    enum trap_level to = trap_target(h, t->cause);
    switch (to) {
    case TRAP_TO_M:
        trap_to_m(h, t);
        break;
    case TRAP_TO_HS:
        trap_to_hs(h, t);
        break;
    case TRAP_TO_VS:
        trap_to_vs(h, t);
        break;
    }
    return to;
}
