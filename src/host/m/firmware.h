/* SPDX-License-Identifier: BSD-2-Clause */
/* Virtual M-mode: a world's firmware in physical U, and what is particular to a world that has one.
 */
#ifndef HOST_M_FIRMWARE_H
#define HOST_M_FIRMWARE_H

#include "host/m/m.h"

/* entry.S: mtvec while firmware runs, and while something below it does */
void m_entry_firmware(void);
void m_entry_below(void);

/* What these call. */
void m_trap_firmware(struct vhart *vh, uint64_t cause);
void m_trap_below(struct vhart *vh, uint64_t cause, uint64_t mstatus);

/* What virtual M executes and physical U may not: all of it, the way back included. */
void m_firmware_instruction(struct vhart *vh, uint32_t raw); /* firmware_csr.c */
void m_firmware_other(struct vhart *vh, uint32_t raw);
void m_firmware_settle(struct vhart *vh);       /* the way back */
void m_firmware_status(const struct vhart *vh); /* M resident: FS and VS are in h */

#define last_call __attribute__((noinline))

/* resident: NONE to M, M to NONE. */
void m_firmware_load(struct vhart *vh);
void m_firmware_unload(struct vhart *vh);

/* Do loads and stores of virtual M translate and check as those of another mode? */
static inline bool m_mprv(const struct hart *h)
{
    return (h->mstatus & STATUS_MPRV) != 0 && FIELD_GET(STATUS_MPP, h->mstatus) != PRV_M;
}

/* Interrupts of M's own that are pending and enabled, whatever mstatus.MIE says. */
static inline uint64_t m_firmware_pending(const struct hart *h)
{
    return (h->line | h->mip) & h->mie & ~h->mideleg;
}

/* virtual_irq.c: an interrupt that virtual M takes now: taken, by the model. */
void m_firmware_interrupt(struct vhart *vh);
/* Virtual M's wfi: returns when one of its interrupts is pending and enabled. */
void m_firmware_wait(struct vhart *vh);

#endif
