/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Host m: a virtual hart on a hart with M, S and U but no H. Physical S runs HS, S and VS; physical
 * U runs U and VU.
 *
 * Which virtual CSRs stand in the hart's S-level CSRs is vhart.resident. Leaving that set
 * (m_unload) and taking on another (m_load) is what a change of V costs; everything else works on
 * the model or on the resident set in place.
 */
#ifndef HOST_M_M_H
#define HOST_M_M_H

#include "core/world.h"
#include "spec/trap.h"
#include "host/host.h"
#include "host/m/hw.h"
#include "host/m/pmp.h"

/* entry.S */
void m_entry(void);
_Noreturn void m_launch(struct vhart *vh);
_Noreturn void m_resume(struct vhart *vh, const volatile uint64_t *x);
int64_t m_load_half(uint64_t va, uint64_t mstatus_bits);

/* access.S: one access of len bytes; 0, or 1 if the bus refused it. */
int m_mmio_load(uint64_t pa, unsigned len, uint64_t *value);
void m_vector_clear(void);
int m_mmio_store(uint64_t pa, unsigned len, uint64_t value);

/* run.c: what entry.S calls */
void m_trap(struct vhart *vh, uint64_t cause, uint64_t mstatus);
void m_illegal(struct vhart *vh, uint64_t mstatus); /* illegal.c: the same for cause 2 */
/* sfence.vma of VS, vhart.last_raw, which VTVM doesn't forbid; the values of rs1, which is not x0,
 * and rs2. */
void m_sfence(struct vhart *vh, uint64_t va, uint64_t asid);
void m_settle_undelegated(struct vhart *vh); /* V = 0, vhart.watching */
void m_settle_guest(struct vhart *vh);       /* V = 1 */
_Noreturn void m_broken(struct vhart *vh);

/* switch.c */
void m_leave(struct vhart *vh, const struct trap *t); /* VS resident, HS takes it: then HS is */
void m_leave_ecall(struct vhart *vh);                 /* the same for an ECALL of VS: entry.S */
/* HS resident, without NACL: its sret, if it enters the guest as usual. False: nothing done.
 * entry.S */
bool m_enter(struct vhart *vh);
void m_sync_sret(struct vhart *vh); /* NACL's, straight from the trap: entry.S. Does not return */

/* resident.c */
void m_hs_changed(struct vhart *vh); /* menvcfg or what is delegated to HS has */
void m_leave_somehow(struct vhart *vh, const struct trap *t); /* m_leave() in any case */
void m_load(struct vhart *vh); /* loads what h.v says; resident must be NONE */
void m_hs_environment(
    struct vhart *vh); /* what hardware must do while HS runs: again after hstatus changed */
void m_vsatp_changed(struct vhart *vh);          /* VS resident has written it */
static inline void m_vs_forget(struct vhart *vh) /* vhart.vs is of CSRs that have changed */
{
    vh->vs.known = false;
    vh->mie_of = ~UINT64_C(0);
}

/* Notices a trap that the hardware delivered to HS while the model's hstatus.SPV, GVA, htval or
 * htinst were set. */
void m_native_look(struct vhart *vh);
static inline void m_native_note(struct vhart *vh)
{
    const struct hart *h = &vh->h;

    if (unlikely(((h->hstatus & (HSTATUS_SPV | HSTATUS_GVA)) | h->htval | h->htinst) != 0)) {
        m_native_look(vh);
    }
}

/* irq.c */
void m_interrupt(struct vhart *vh, uint64_t cause);
void m_vs_pending(struct vhart *vh); /* VS being loaded: its mip, and the next deadline */
void m_mip_load(struct vhart *vh, uint64_t pending); /* the S bits of mip */
void m_vs_irqs_unload(struct hart *h); /* VS resident: what it has changed of vsie and vsip */
void m_vs_timer(struct vhart *vh);     /* VS resident: VSTIP and the next deadline */
/* host_time(), inline. */
static inline uint64_t m_time(const struct vhart *vh)
{
    return likely(vh->mtime == NULL) ? hw_read(CSR_time) : *vh->mtime + vh->time_offset;
}

/* How long a change that another hart makes to this one's PLIC enables may go unseen: 1/256 s. */
#define POLL_EXTERNAL 8
/* May HS have VS-level interrupts that hideleg leaves to it? Asked at every return. */
static inline bool m_may_be_undelegated(const struct hart *h)
{
    return (h->mie & ~h->hideleg & IRQS_H) != 0;
}
/* Anything for m_hs_interrupt() to look at, while V = 1? */
static inline bool m_hs_may_interrupt(const struct hart *h)
{
    return ((h->mip & h->mie & IRQS_S) | (h->mie & ~h->hideleg & IRQS_H)) != 0;
}
uint64_t m_undelegated(
    const struct hart *h); /* VS-level interrupts that hideleg leaves to HS, pending and enabled */
void m_timer_arm(struct vhart *vh); /* the earliest deadline into the comparator */
bool m_hs_interrupt(struct vhart *vh, struct trap *t); /* V = 1: does HS take one now? */

void m_timer_lower(struct vhart *vh, uint64_t deadline); /* if that is earlier */

uint64_t m_lines(struct vhart *vh); /* lines.c: host_lines(), and which wires are up */

/* The end of every exit that may have changed something: interrupts that have come, and what the
 * hardware needs. */
static inline void m_settle(struct vhart *vh)
{
    if (vh->h.v) {
        if (unlikely(m_hs_may_interrupt(&vh->h))) {
            m_settle_guest(vh);
        }
    } else if (unlikely(m_may_be_undelegated(&vh->h))) {
        m_settle_undelegated(vh);
    }
    if (unlikely(vh->resident == RESIDENT_NONE)) {
        m_load(vh);
    }
}

/* The S-level status bits that the model's walks and checks look at, from the hardware's mstatus.
 */
static inline uint64_t m_status_synced(uint64_t status, uint64_t mstatus)
{
    return status ^ ((status ^ mstatus) & (STATUS_SUM | STATUS_MXR));
}

static inline void m_status_sync(struct vhart *vh, uint64_t mstatus)
{
    struct hart *h = &vh->h;
    uint64_t *status = h->v ? &h->vsstatus : &h->mstatus;

    *status = m_status_synced(*status, mstatus);
}

/* pmp.c */
void m_pmp_setup(struct vhart *vh);    /* vhart.pmpcfg[]: [PMP_VS] lets the tables be read */
unsigned m_pmp_room(void);             /* entries left for a virtual PMP */
void m_pmp_changed(struct vhart *vh);  /* the virtual PMP has */
void m_pmp_firmware(struct vhart *vh); /* M is being loaded */
void m_pmp_below(struct vhart *vh);    /* M is being left: but for pmpcfg0, which follows */
/* M resident, and MPRV or MPP may have changed. */
void m_pmp_follow(struct vhart *vh);

/* Of a CSR instruction emulated in place: what is to be written; and rd. */
static inline uint64_t csr_operate(unsigned funct3, uint64_t old, uint64_t operand)
{
    return (funct3 & 2) == 0 ? operand : (funct3 & 1) == 0 ? old | operand : old & ~operand;
}

static inline void rd_write(struct vhart *vh, uint32_t raw, uint64_t value)
{
    const uint32_t preserved = 0x0ffc0308; /* gp, s0 to s11: entry.S, `preserved` */
    unsigned rd = raw >> 7 & 31;

    vh->h.x[rd] = value;
    vh->h.x[0] = 0;
    vh->written = preserved >> rd & 1;
}

#define IS_CSR(raw) (((raw)&0x7f) == 0x73 && ((raw)&0x3000) != 0)

#define SXL_UXL_64 (FIELD_PUT(STATUS_UXL, UXL_64) | FIELD_PUT(STATUS_SXL, UXL_64))

/* The bits of mstatus that belong to the S-level set. */
#define STATUS_S                                                                                   \
    (STATUS_SIE | STATUS_SPIE | STATUS_SPP | STATUS_VS | STATUS_FS | STATUS_XS | STATUS_SUM |      \
     STATUS_MXR | STATUS_UBE)

#endif
