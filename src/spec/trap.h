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

/* Where a trap with this cause (interrupt bit included), taken in the present mode, goes:
 * medeleg/mideleg, hedeleg/hideleg. */
enum trap_level trap_target(const struct hart *h, uint64_t cause);

/*
 * Takes the trap: h->pc is the interrupted instruction; afterwards pc, prv, v and the CSRs of the
 * level are as the specification says. A VS-level interrupt delegated by hideleg is given with its
 * own cause (2, 6, 10) and appears in vscause as 1, 5, 9. Returns the level that took it.
 */
enum trap_level hart_trap(struct hart *h, const struct trap *t);

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
