/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts. The M-level ones are Hearth's: the timer is multiplexed among HS's deadline and the
 * guest's, the software interrupt carries requests, and the external one stands for HS's while a
 * guest runs.
 */
#include "host/m/m.h"
#include "core/request.h"
#include "drv/drv.h"

#define NEVER (~UINT64_C(0))
/* How long a change that no trap announces may go unseen, in halvings of a second: HS setting SIE
 * while a VS-level interrupt that it keeps is pending, 122 us. */
#define POLL_UNDELEGATED 13

uint64_t host_mtime(void)
{
    return machine.time_csr ? hw_read(CSR_time) : drivers.timer->time();
}

/* time_csr is false once firmware has moved its time. */
uint64_t host_time(void)
{
    if (likely(machine.time_csr)) {
        return hw_read(CSR_time);
    }
    return drivers.timer->time() + vhart_self()->time_offset;
}

/* When the world's deadline comes in physical time. */
static uint64_t to_mtime(const struct vhart *vh, uint64_t deadline)
{
    if (likely(vh->time_offset == 0) || deadline == NEVER) {
        return deadline;
    }
    uint64_t mtime = host_mtime(), now = mtime + vh->time_offset;
    uint64_t wait = deadline > now ? deadline - now : 0;
    return wait < NEVER - mtime ? mtime + wait : NEVER;
}

static void comparator_set(struct vhart *vh, uint64_t deadline)
{
    deadline = min_u64(deadline, vh->mtip_deadline);
    if (deadline != vh->armed) {
        vh->armed = deadline;
        drivers.timer->set(vh->h.hartid, to_mtime(vh, deadline));
    }
}

static bool hs_has_sstc(const struct vhart *vh)
{
    return machine.sstc && (vh->h.menvcfg & ENVCFG_STCE);
}

/*
 * When the comparator has to fire for HS: at its deadline, or at once if that passed and isn't
 * noted in mip.STIP yet. With Sstc and V = 0 the hardware sees to it.
 */
static inline uint64_t hs_deadline(const struct vhart *vh)
{
    const struct hart *h = &vh->h;

    if ((h->mip & BIT(IRQ_STI)) || (hs_has_sstc(vh) && !h->v)) {
        return NEVER;
    }
    return h->stimecmp;
}

/*
 * The guest's own timer: true if it has come, else *deadline is when it will, in mtime's count. The
 * difference is taken before the offset comes in, so that a count that wraps is what an unsigned
 * compare says.
 */
static inline bool vs_timer_due(const struct hart *h, uint64_t *deadline)
{
    uint64_t guest_now = h->time + h->htimedelta;

    *deadline = NEVER;
    if (!(h->henvcfg & ENVCFG_STCE)) {
        return false;
    }
    if (guest_now >= h->vstimecmp) {
        return true;
    }
    if (h->vstimecmp - guest_now < NEVER - h->time) {
        *deadline = h->time + (h->vstimecmp - guest_now);
    }
    return false;
}

/* A VS-level interrupt that hideleg leaves to HS, pending and enabled. */
uint64_t m_undelegated(const struct hart *h)
{
    return hart_mip(h) & h->mie & ~h->hideleg & IRQS_H;
}

static inline void arm(struct vhart *vh, uint64_t next)
{
    /* An earlier wake-up than needed does no harm and costs less than a write to the device at
     * every switch. */
    if (next < vh->armed || vh->armed <= vh->h.time) {
        comparator_set(vh, next);
    }
}

/* VS resident: its timer has come or not, and is to come then. */
static inline void arm_vs(struct vhart *vh, bool due, uint64_t deadline)
{
    uint64_t next = min_u64(hs_deadline(vh), deadline);

    vh->vs.deadline = due ? 0 : deadline;
    if (vh->captured) {
        next = min_u64(next, vh->h.time + vh->poll);
    }
    arm(vh, next);
}

void m_timer_lower(struct vhart *vh, uint64_t deadline)
{
    if (deadline < vh->armed) {
        comparator_set(vh, deadline);
    }
}

void m_timer_arm(struct vhart *vh)
{
    const struct hart *h = &vh->h;
    uint64_t next = hs_deadline(vh), vs;
    bool due = vs_timer_due(h, &vs);

    if (h->v) {
        arm_vs(vh, due, vs);
        return;
    }
    if (m_may_be_undelegated(h)) {
        next = min_u64(next, vs);
        if (m_undelegated(h)) {
            next = min_u64(next, h->time + (vh->world->timebase >> POLL_UNDELEGATED));
        }
    }
    arm(vh, next);
}

/* The timer's part of mip as VS is to see it. */
void m_vs_timer(struct vhart *vh)
{
    struct hart *h = &vh->h;
    uint64_t deadline;
    bool due;

    h->time = host_time();
    due = vs_timer_due(h, &deadline);
    if (((h->hvip & BIT(IRQ_VSTI)) | (due ? BIT(IRQ_VSTI) : 0)) & h->hideleg) {
        hw_set(CSR_mip, BIT(IRQ_STI));
    } else {
        hw_clear(CSR_mip, BIT(IRQ_STI));
    }
    arm_vs(vh, due, deadline);
}

/*
 * SEIP's bit is written only when it changes: QEMU loses a wire that goes up while a hart writes it
 * (docs/limits.md).
 */
void m_mip_load(struct vhart *vh, uint64_t pending)
{
    uint64_t mask = IRQS_S ^ (BIT(IRQ_SEI) & ~(pending ^ vh->seip));

    vh->seip = pending & BIT(IRQ_SEI);
    hw_clear(CSR_mip, mask);
    hw_set(CSR_mip, pending & mask);
}

/* All of mip as VS is to see it, in the physical S bits. */
void m_vs_pending(struct vhart *vh)
{
    struct hart *h = &vh->h;
    uint64_t pending = h->hvip, deadline;
    bool due;

    h->time = host_time();
    due = vs_timer_due(h, &deadline);
    pending |= due ? BIT(IRQ_VSTI) : 0;
    pending = (pending & h->hideleg & IRQS_VS) >> 1;
    if (vh->vs.mvien) { /* else, with AIA, hideleg has no VSEI */
        hw_write(CSR_mvip, pending & BIT(IRQ_SEI));
        pending &= ~BIT(IRQ_SEI);
    }
    m_mip_load(vh, pending);
    arm_vs(vh, due, deadline);
}

/* Without Sstc in hardware STIP is Hearth's to write, whether HS asked by SBI or by an emulated
 * stimecmp. */
void host_timer_set(struct vhart *vh, uint64_t deadline)
{
    vh->h.stimecmp = deadline;
    vh->h.mip &= ~BIT(IRQ_STI);
    if (hs_has_sstc(vh)) {
        hw_write(CSR_stimecmp, deadline);
        return;
    }
    if (vh->resident == RESIDENT_HS) {
        hw_clear(CSR_mip, BIT(IRQ_STI));
    }
    m_timer_lower(vh, deadline);
}

void host_raise_ssip(struct vhart *vh)
{
    if (vh->resident == RESIDENT_HS) {
        hw_set(CSR_mip, BIT(IRQ_SSI));
    } else {
        vh->h.mip |= BIT(IRQ_SSI);
    }
}

static void raise_stip(struct vhart *vh)
{
    vh->h.mip |= BIT(IRQ_STI);
    if (vh->resident == RESIDENT_HS) {
        hw_set(CSR_mip, BIT(IRQ_STI));
    }
}

static void timer_interrupt(struct vhart *vh)
{
    struct hart *h = &vh->h;

    vhart_count(vh, EXIT_irq_timer);
    h->time = host_time();
    if (unlikely(vh->mtip_deadline <= h->time)) {
        host_lines(vh);
    }
    comparator_set(vh, NEVER);
    if (h->stimecmp <= h->time && (h->v || !hs_has_sstc(vh))) {
        raise_stip(vh);
    }
    if (vh->resident == RESIDENT_VS) {
        if (vh->captured) {
            external_capture(vh->plic); /* again: another hart may have changed the enables */
            hw_set(CSR_mie, vh->m_irqs);
        }
        /* VSSIP stands in hardware: only the timer's bit is news here */
        if (hart_mip(h) & h->hideleg & BIT(IRQ_VSTI)) {
            hw_set(CSR_mip, BIT(IRQ_STI));
        }
    }
    m_timer_arm(vh);
}

/* HS's external interrupt, while a guest runs: HS takes it. If HS masks it, it waits for the way
 * back to HS; V = 0 has no business with it. */
static void hs_external(struct vhart *vh, uint64_t line)
{
    const struct trap t = {.cause = CAUSE_INTERRUPT | IRQ_SEI};

    if (vh->h.v && (vh->h.mie & BIT(IRQ_SEI))) {
        host_reflect(vh, &t);
    } else {
        hw_clear(CSR_mie, line);
    }
}

/*
 * M's line of the interrupt controller: HS's, captured while a guest runs, or firmware's own, which
 * has been made quiet and stands in h.line then. If HS masks its own, firmware's waits with it,
 * until the next poll at most.
 */
static void external_interrupt(struct vhart *vh)
{
    if (vh->world->bus == NULL || (m_lines(vh) & BIT(IRQ_SEI))) {
        hs_external(vh, BIT(IRQ_MEI));
    }
}

void m_interrupt(struct vhart *vh, uint64_t cause)
{
    struct trap t = {.cause = cause};

    switch (cause & ~CAUSE_INTERRUPT) {
    case IRQ_MTI:
        timer_interrupt(vh);
        break;
    case IRQ_MSI:
        vhart_count(vh, EXIT_irq_soft);
        drivers.ipi->clear(vh->h.hartid);
        request_serve(vh);
        break;
    case IRQ_MEI:
        if (drivers.ipi->irq == IRQ_MEI) {
            vhart_count(vh, EXIT_irq_soft);
            drivers.ipi->clear(vh->h.hartid);
            request_serve(vh);
        } else {
            vhart_count(vh, EXIT_irq_external);
        }
        if (drivers.ipi->irq != IRQ_MEI || vh->world->bus != NULL) {
            external_interrupt(vh);
        }
        break;
    case IRQ_SEI:
        vhart_count(vh, EXIT_irq_external);
        hs_external(vh, BIT(IRQ_SEI));
        break;
    default: /* LCOFI while the guest runs */
        host_reflect(vh, &t);
        break;
    }
}

/*
 * The HS-level interrupt to be taken. While V = 1, HS's interrupts are enabled whatever sstatus.SIE
 * says. The external line traps by itself, not so the bit of SEIP that firmware writes. While V = 0
 * the hardware sees to all but the VS-level ones that HS keeps.
 */
bool m_hs_interrupt(struct vhart *vh, struct trap *t)
{
    struct hart *h = &vh->h;
    uint64_t pending = h->v ? h->mip & h->mie & IRQS_S & ~(h->mvien & BIT(IRQ_SEI)) : 0;

    if (unlikely(m_may_be_undelegated(h))) {
        pending |= m_undelegated(h);
    }
    if (!pending) {
        return false;
    }
    static const uint8_t order[] = {IRQ_SEI,  IRQ_SSI,  IRQ_STI, IRQ_SGEI,
                                    IRQ_VSEI, IRQ_VSSI, IRQ_VSTI};
    for (unsigned i = 0; i < ARRAY_LEN(order); i++) {
        if (pending & BIT(order[i])) {
            *t = (struct trap){.cause = CAUSE_INTERRUPT | order[i]};
            break;
        }
    }
    return true;
}

bool host_pending(struct vhart *vh)
{
    struct hart *h = &vh->h;
    bool resident = vh->resident == RESIDENT_HS;
    uint64_t mie = resident ? hw_read(CSR_mie) : h->mie;
    uint64_t mip =
        hw_read(CSR_mip) & (resident ? IRQS_S | BIT(IRQ_LCOFI) : BIT(IRQ_SEI) | BIT(IRQ_LCOFI));

    h->time = host_time();
    mip |= h->mip & (resident ? 0 : IRQS_S);
    mip |= hart_mip(h) & IRQS_H;
    return (mip & ((mie & (IRQS_S | BIT(IRQ_LCOFI))) | (h->mie & IRQS_H))) != 0;
}

void host_ipi(unsigned index)
{
    drivers.ipi->send(vharts[index]->hartid);
}

void host_relax(void)
{
    __asm__ volatile(
        ".4byte 0x0100000f" ::
            : "memory"); /* pause: a fence without meaning to a hart that doesn't know it */
}

/* mie holds what may end the wait: M's own, and what HS has enabled. */
void host_wait(void)
{
    struct vhart *vh = vhart_self();
    uint64_t mip;

    __asm__ volatile("wfi" ::: "memory");
    mip = hw_read(CSR_mip);
    if (mip & BIT(drivers.ipi->irq)) {
        drivers.ipi->clear(vh->h.hartid);
    }
    if (mip & BIT(IRQ_MTI)) {
        timer_interrupt(vh);
    }
    if (mip & vh->m_irqs & BIT(IRQ_MEI)) {
        host_lines(vh);
    }
}
