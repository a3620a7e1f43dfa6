/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Residency: the S-level CSRs in hardware, and the controls that go with V. scounteren and senvcfg
 * are HS's and VS's alike: they stay where they are.
 */
#include "host/m/firmware.h"
#include "host/m/resident.h"
#include "core/nacl.h"
#include "core/policy.h"
#include "drv/drv.h"

/* The traps that HS takes directly: all that the virtual M delegates, but for what Hearth emulates
 * or has to look at. */
#define HS_NEVER                                                                                   \
    (BIT(CAUSE_ILLEGAL) | BIT(CAUSE_ECALL_HS) | BIT(CAUSE_ECALL_VS) | BIT(CAUSE_ECALL_M))
/* The traps that VS takes directly if hedeleg has them: those in which the hardware can do nothing
 * wrong. */
#define MISALIGNED (BIT(CAUSE_LOAD_MISALIGNED) | BIT(CAUSE_STORE_MISALIGNED))
#define VS_DIRECT                                                                                  \
    (BIT(CAUSE_FETCH_MISALIGNED) | BIT(CAUSE_BREAKPOINT) | BIT(CAUSE_LOAD_MISALIGNED) |            \
     BIT(CAUSE_STORE_MISALIGNED) | BIT(CAUSE_ECALL_U))

/* The accesses of csr_quick.inc that virtual M could forbid to HS: to vstimecmp, hgatp, henvcfg. */
static bool csrs_allowed(const struct hart *h)
{
    return isa_has(h->isa, EXT_H) && isa_has(h->isa, EXT_SSTC) && (h->menvcfg & ENVCFG_STCE) &&
           (h->mcounteren & COUNTEREN_TM) && !(h->mstatus & (STATUS_TVM | STATUS_TSR)) &&
           (!isa_has(h->isa, EXT_SMSTATEEN) || (h->mstateen[0] & STATEEN_ENVCFG));
}

static int8_t hs_quick(const struct hart *h)
{
    if (!machine.time_csr && (h->mcounteren & COUNTEREN_TM) != 0) {
        return csrs_allowed(h) ? QUICK_TIME_AND_CSRS : QUICK_TIME;
    }
    return csrs_allowed(h) ? QUICK_CSRS : QUICK_NONE;
}

/* After a change to the virtual M's delegation, menvcfg or FWFT's. */
void m_hs_changed(struct vhart *vh)
{
    const struct hart *h = &vh->h;
    const struct firmware *f = vh->world->firmware;

    if (f != NULL) {
        bool answers = f->offload || f->policy->call != NULL;
        vh->misaligned_delegated = !answers || (h->medeleg & MISALIGNED) == MISALIGNED;
    }
    vh->hs.medeleg =
        h->medeleg & machine.medeleg & ~HS_NEVER & ~(vh->misaligned_delegated ? 0 : MISALIGNED);
    if (f != NULL) { /* perhaps a virtual device, which the virtual PMP leaves to HS */
        vh->hs.medeleg &= ~(BIT(CAUSE_LOAD_ACCESS) | BIT(CAUSE_STORE_ACCESS));
    }
    vh->hs.mideleg = h->mideleg & machine.mideleg & (IRQS_S | BIT(IRQ_LCOFI));
    vh->hs.mcounteren = machine.time_csr ? h->mcounteren : h->mcounteren & ~COUNTEREN_TM;
    vh->mtime = machine.time_csr ? NULL : drivers.mtime;
    vh->hs.menvcfg = h->menvcfg & machine.menvcfg_mask;
    vh->hs.mstateen = f != NULL ? h->mstateen[0] : ~UINT64_C(0);
    vh->hs.stce = machine.sstc && (h->menvcfg & ENVCFG_STCE);
    vh->hs.traps = SXL_UXL_64 | (h->mstatus & (STATUS_TVM | STATUS_TW | STATUS_TSR));
    vh->hs.hvip = hart_hvip_writable(h);
    vh->hs.vsstatus = hart_sstatus_writable(h);
    vh->hs.quick = hs_quick(h);
    vh->vs.differs = true;
    m_vs_forget(vh);
}

void m_hs_environment(struct vhart *vh)
{
    vh->watching = m_may_be_undelegated(&vh->h);
    m_hs_quick(vh);
    hw_write(CSR_medeleg, m_hs_medeleg(vh));
    hw_clear(CSR_mstatus, STATUS_TVM | STATUS_TW | STATUS_TSR);
    hw_set(CSR_mstatus, m_hs_traps(vh));
}

/* After a change to mie or hideleg. With mvien sie.SEIE is a bit of its own: mie says nothing of
 * VS's. */
void m_enables_change(struct vhart *vh)
{
    const struct hart *h = &vh->h;
    uint64_t m = vh->m_irqs | (h->mie & BIT(IRQ_LCOFI)), sei = h->mie & BIT(IRQ_SEI);

    vh->mie_of = h->mie;
    vh->watching = m_may_be_undelegated(h);
    vh->hs.mie = m | (h->mie & IRQS_S);
    vh->vs.sie = (h->mie & h->hideleg & IRQS_VS) >> 1;
    if (machine.smaia) {
        vh->vs.mie = m | sei;
    } else {
        vh->vs.mie = m | vh->vs.sie | (sei && vh->plic != NULL ? BIT(IRQ_MEI) : 0);
    }
}

/* After a change to hedeleg, hideleg, the counter enables, menvcfg, henvcfg, htimedelta, vsatp or
 * FWFT's delegation. */
static __attribute__((noinline)) void vs_environment(struct vhart *vh)
{
    const struct hart *h = &vh->h;
    struct vs_environment *e = &vh->vs;
    uint64_t irqs = (h->hideleg & IRQS_VS) >> 1;
    uint64_t cbo = ENVCFG_CBIE | ENVCFG_CBCFE | ENVCFG_CBZE;

    e->medeleg = m_vs_bare(h) ? 0 : h->medeleg & h->hedeleg & machine.medeleg & VS_DIRECT;
    if (!vh->misaligned_delegated) {
        e->medeleg &= ~MISALIGNED;
    }
    /* With mvien sie.SEIE is a bit of its own; the real line is mie.SEIE's and comes to Hearth. */
    e->mideleg = machine.smaia ? irqs & ~BIT(IRQ_SEI) : irqs;
    e->mvien = machine.smaia ? irqs & BIT(IRQ_SEI) : 0;
    e->mcounteren = h->mcounteren & h->hcounteren;
    e->quick = (e->mcounteren & COUNTEREN_TM) != 0 ? QUICK_TIME : QUICK_NONE;
    e->time_added = h->htimedelta + vh->time_offset;
    if (h->htimedelta != 0 || !machine.time_csr) {
        e->mcounteren &= ~COUNTEREN_TM;
    }
    e->menvcfg =
        h->menvcfg & (h->henvcfg | ~cbo) & machine.menvcfg_mask & ~(ENVCFG_STCE | ENVCFG_ADUE);
    /* What has a VS CSR of its own traps: the hardware knows that of HS alone. */
    e->mstateen = h->hstateen[0] & h->mstateen[0] & (STATEEN_SE | STATEEN_ENVCFG);
    e->differs = machine.smaia || (machine.menvcfg && e->menvcfg != vh->hs.menvcfg) ||
                 ((e->mstateen ^ vh->hs.mstateen) & machine.mstateen) != 0;
    e->traps =
        SXL_UXL_64 | STATUS_TVM | (vh->hs.traps & STATUS_TW) | (m_vs_bare(h) ? STATUS_TSR : 0);
    e->known = true;
}

/*
 * The physical mode of a shadow root: the guest's own. A guest without tables addresses what its
 * G-stage does, two bits more than the mode of that name, all of them positive: the next mode up,
 * as far as the hart has it (core/exit.c sees to the rest).
 */
static unsigned shadow_mode(const struct hart *h)
{
    unsigned mode = (unsigned)FIELD_GET(ATP_MODE, h->vsatp);

    if (mode != MODE_BARE) {
        return mode;
    }
    mode = FIELD_GET(ATP_MODE, h->hgatp) == MODE_SV39 ? MODE_SV48 : MODE_SV57;
    while (!(machine.satp_modes & BIT(mode))) {
        mode--;
    }
    return mode;
}

void m_shadow_root_change(struct vhart *vh, uint8_t flavour)
{
    const struct hart *h = &vh->h;

    vh->shadow_key = (struct shadow_key){.hgatp = h->hgatp, .vsatp = h->vsatp, .flavour = flavour};
    vh->shadow_atp = shadow_switch(&vh->shadow, &vh->shadow_key, shadow_mode(h));
}

static void shadow_root(struct vhart *vh)
{
    uint8_t flavour = m_shadow_flavour(&vh->h, vh->h.mstatus, vh->h.prv);

    if (unlikely(!m_shadow_root_known(vh, flavour))) {
        m_shadow_root_change(vh, flavour);
    }
    hw_write(CSR_satp, vh->shadow_atp);
}

static void load_hs(struct vhart *vh, uint8_t prv)
{
    struct hart *h = &vh->h;

    if (!m_enables_known(vh)) {
        m_enables_change(vh);
    }
    m_hs_controls(vh, true);
    m_mip_load(vh, h->mip & IRQS_S);
    if (vh->captured) {
        external_release(vh->plic);
        vh->captured = false;
    }
#define LOAD(hs, vs) hw_write(CSR_##hs, h->hs);
    M_TRAP_CSRS(LOAD)
#undef LOAD
    hw_write(CSR_satp, h->satp);
    m_hs_ready(vh, prv);
}

static void load_vs(struct vhart *vh)
{
    struct hart *h = &vh->h;

    if (!vh->vs.known) {
        vs_environment(vh);
    }
    if (!m_enables_known(vh)) {
        m_enables_change(vh);
    }
    if (vh->plic != NULL && !vh->captured) {
        /* Also while HS masks the line: it isn't the guest's to see in its own SEIP. */
        external_capture(vh->plic);
        vh->captured = true;
    }
    m_vs_controls(vh, true);
#define LOAD(hs, vs) hw_write(CSR_##hs, h->vs);
    M_TRAP_CSRS(LOAD)
#undef LOAD
    shadow_root(vh);
    m_vs_ready(vh);
    m_vs_pending(vh);
    vh->usual = false;
}

void m_load(struct vhart *vh)
{
    if (vh->h.v) {
        load_vs(vh);
    } else if (unlikely(vh->h.prv == PRV_M)) {
        m_firmware_load(vh);
    } else {
        load_hs(vh, vh->h.prv);
    }
}

static void unload_hs(struct vhart *vh)
{
    struct hart *h = &vh->h;

    m_native_note(vh);
    m_hs_status_unload(vh);
    m_merge(&h->mie, hw_read(CSR_mie), IRQS_S | BIT(IRQ_LCOFI));
    m_merge(&h->mip, hw_read(CSR_mip), BIT(IRQ_SSI));
#define UNLOAD(hs, vs) h->hs = hw_read(CSR_##hs);
    M_TRAP_CSRS(UNLOAD)
#undef UNLOAD
    h->satp = hw_read(CSR_satp);
}

void m_vs_irqs_unload(struct hart *h)
{
    m_merge(&h->mie, hw_read(CSR_sie) << 1, h->hideleg & IRQS_VS);
    m_merge(&h->hvip, hw_read(CSR_mip) << 1, h->hideleg & BIT(IRQ_VSSI));
}

static void unload_vs(struct vhart *vh)
{
    struct hart *h = &vh->h;

    m_vs_status_unload(vh);
    m_vs_irqs_unload(h);
    if (vh->vs.mvien) {
        hw_write(CSR_mvip, 0);
    }
#define UNLOAD(hs, vs) h->vs = hw_read(CSR_##hs);
    M_TRAP_CSRS(UNLOAD)
#undef UNLOAD
}

void host_unload(struct vhart *vh)
{
    if (vh->resident == RESIDENT_HS) {
        unload_hs(vh);
    } else if (vh->resident == RESIDENT_VS) {
        unload_vs(vh);
    } else if (vh->resident == RESIDENT_M) {
        m_firmware_unload(vh);
    }
    vh->resident = RESIDENT_NONE;
}

void m_leave_somehow(struct vhart *vh, const struct trap *t)
{
    unload_vs(vh);
    hart_trap_to_hs(&vh->h, t);
    if (vh->nacl != NULL) {
        nacl_trapped(vh, true);
    }
    load_hs(vh, PRV_S);
}

/*
 * HS's own traps go straight to HS, where the hardware knows no hstatus, htval and htinst. While
 * one of them isn't zero, scause tells whether that has happened: the marker is what scause was
 * when they were last written. With SPV set only an interrupt can have got there
 * (m_hs_environment).
 */
void m_native_look(struct vhart *vh)
{
    struct hart *h = &vh->h;
    uint64_t scause;

    scause = hw_read(CSR_scause);
    if (scause == vh->marker || ((h->hstatus & HSTATUS_SPV) && !(scause & CAUSE_INTERRUPT))) {
        return;
    }
    h->hstatus &= ~(HSTATUS_SPV | HSTATUS_GVA);
    h->htval = 0;
    h->htinst = 0;
    m_hs_environment(vh);
    if (vh->nacl) {
        nacl_show(vh);
    }
}

/* Between two address spaces of the guest the roots' ASIDs keep the TLB's entries apart, if the
 * hart has enough of them. */
void m_vsatp_changed(struct vhart *vh)
{
    bool was_bare = FIELD_GET(ATP_MODE, vh->shadow_key.vsatp) == MODE_BARE;

    if (was_bare || m_vs_bare(&vh->h)) {
        m_vs_forget(vh); /* the delegations change too */
        host_unload(vh);
        return;
    }
    shadow_root(vh);
    if (vh->shadow.current->stale || machine.asid_mask < 2 * SHADOW_ROOTS - 1) {
        vh->shadow.current->stale = false;
        hw_sfence_all();
    }
}
