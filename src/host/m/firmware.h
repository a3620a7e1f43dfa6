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
void m_trap_firmware(struct vhart *vh, uint64_t cause, uint64_t mstatus);
void m_trap_below(struct vhart *vh, uint64_t cause, uint64_t mstatus);

/* resident: NONE to M, M to NONE. */
void m_firmware_load(struct vhart *vh);
void m_firmware_unload(struct vhart *vh);

/* Do loads and stores of virtual M translate and check as those of another mode? */
static inline bool m_mprv(const struct hart *h)
{
    return (h->mstatus & STATUS_MPRV) != 0 && FIELD_GET(STATUS_MPP, h->mstatus) != PRV_M;
}

/* virtual_irq.c: an interrupt that virtual M takes now: taken, by the model. */
void m_firmware_interrupt(struct vhart *vh);
/* Virtual M's wfi: returns when one of its interrupts is pending and enabled. */
void m_firmware_wait(struct vhart *vh);

#endif
