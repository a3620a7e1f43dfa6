/* SPDX-License-Identifier: BSD-2-Clause */
/* Trap entry, trap return and the choice of an interrupt. Privileged architecture, "Traps", and
 * hypervisor chapter. */
#ifndef SPEC_TRAP_H
#define SPEC_TRAP_H

#include "spec/hart.h"

enum trap_level { TRAP_TO_M, TRAP_TO_HS, TRAP_TO_VS };

/*
 * Bits of an interrupt's cause as hart_interrupt() gives it when mideleg and hideleg don't say
 * where it goes (virtual interrupts of the AIA: mvien, hvien, hvictl): it goes to that level as it
 * is. Never seen in a CSR.
 */
#define CAUSE_TO_VS BIT(62)
#define CAUSE_TO_HS BIT(61)

#define TRAP_CODE(cause) ((cause) & ~(CAUSE_INTERRUPT | CAUSE_TO_VS | CAUSE_TO_HS))

/* Where a trap with this cause (interrupt bit included), taken in the present mode, goes:
 * medeleg/mideleg, hedeleg/hideleg. */
static inline enum trap_level trap_target(const struct hart *h, uint64_t cause)
{
    if (h->prv == PRV_M) {
        return TRAP_TO_M;
    }
    if (unlikely(cause & (CAUSE_TO_VS | CAUSE_TO_HS))) {
        return (cause & CAUSE_TO_VS) ? TRAP_TO_VS : TRAP_TO_HS;
    }
    bool interrupt = (cause & CAUSE_INTERRUPT) != 0;
    uint64_t bit = TRAP_CODE(cause) < 64 ? BIT(TRAP_CODE(cause)) : 0;
    if (((interrupt ? h->mideleg : h->medeleg) & bit) == 0) {
        return TRAP_TO_M;
    }
    return h->v && ((interrupt ? h->hideleg : h->hedeleg) & bit) != 0 ? TRAP_TO_VS : TRAP_TO_HS;
}

/*
 * Takes the trap: h->pc is the interrupted instruction; afterwards pc, prv, v and the CSRs of the
 * level are as the specification says. A VS-level interrupt delegated by hideleg is given with its
 * own cause (2, 6, 10) and appears in vscause as 1, 5, 9. Returns the level that took it.
 */
enum trap_level hart_trap(struct hart *h, const struct trap *t);

/* BASE, or BASE + 4 * cause for an interrupt where MODE is Vectored. */
static inline uint64_t trap_vector(uint64_t tvec, uint64_t cause)
{
    uint64_t base = tvec & ~UINT64_C(3);
    return (tvec & 1) && (cause & CAUSE_INTERRUPT) ? base + 4 * TRAP_CODE(cause) : base;
}

/* SPP, SPIE and SIE after a trap from privilege prv. */
static inline uint64_t status_s_trap(uint64_t status, unsigned prv)
{
    status = FIELD_SET(STATUS_SPIE, status, FIELD_GET(STATUS_SIE, status));
    return FIELD_SET(STATUS_SPP, status & ~STATUS_SIE, prv);
}

/* The part of hart_trap() and that of hart_sret() (V = 0) which hosts do each time that a guest is
 * left or entered. */
static inline void hart_trap_to_hs(struct hart *h, const struct trap *t)
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
    h->pc = trap_vector(h->stvec, h->scause);
}

/* SIE from SPIE, SPIE 1, SPP U. */
static inline uint64_t status_s_return(uint64_t status)
{
    status = FIELD_SET(STATUS_SIE, status, FIELD_GET(STATUS_SPIE, status));
    return (status | STATUS_SPIE) & ~STATUS_SPP;
}

static inline void hart_sret_from_hs(struct hart *h)
{
    h->prv = (uint8_t)FIELD_GET(STATUS_SPP, h->mstatus);
    h->v = (uint8_t)FIELD_GET(HSTATUS_SPV, h->hstatus);
    h->hstatus &= ~HSTATUS_SPV;
    h->mstatus = status_s_return(h->mstatus) & ~STATUS_MPRV;
    h->pc = h->sepc;
}

/* The interrupts pending: mip as M reads it (hip, sip, vsip are views). Looks at h->time. */
uint64_t hart_mip(const struct hart *h);

/* hip: hvip's bits, and the guest's timer. Looks at h->time. */
static inline uint64_t hart_hip(const struct hart *h)
{
    bool timer = (h->henvcfg & ENVCFG_STCE) != 0 && h->time + h->htimedelta >= h->vstimecmp;

    return (h->hvip & IRQS_VS) | (timer ? BIT(IRQ_VSTI) : 0);
}

/*
 * The interrupt that the hart takes now, in the specified order (AIA default priorities; MEI, MSI,
 * MTI, SEI, SSI, STI, SGEI, VSEI, VSSI, VSTI, LCOFI), M before HS before VS. Returns its cause with
 * CAUSE_INTERRUPT (and perhaps a CAUSE_TO_*), to be given to hart_trap() as it is, or 0 if none is
 * to be taken.
 */
uint64_t hart_interrupt(const struct hart *h);

/* Is any interrupt pending and enabled (what ends a WFI), whatever the global enables? Privileged
 * architecture and AIA. */
bool hart_wakes(const struct hart *h);

/* Views of what is pending and enabled: sip, sie, vsip, vsie as they read. */
uint64_t hart_sip(const struct hart *h);
uint64_t hart_sie(const struct hart *h);
uint64_t hart_vsip(const struct hart *h);
uint64_t hart_vsie(const struct hart *h);

/* mtopi, stopi, vstopi of the AIA; without it the same rules with no priorities configured. */
uint64_t hart_mtopi(const struct hart *h);
uint64_t hart_stopi(const struct hart *h);
uint64_t hart_vstopi(const struct hart *h);

/* xRET. The caller has checked that it is legal here. mret in M; sret in HS, M or VS. */
void hart_mret(struct hart *h);
void hart_sret(struct hart *h);

#endif
