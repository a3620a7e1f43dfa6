/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Residency: the S-level CSRs in hardware, and the controls that go with V. scounteren and senvcfg
 * are HS's and VS's alike: they stay where they are.
 */
#include "host/m/firmware.h"
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
    vh->hs.traps = h->mstatus & (STATUS_TVM | STATUS_TW | STATUS_TSR);
    vh->hs.hvip = hart_hvip_writable(h);
    vh->hs.vsstatus = hart_sstatus_writable(h);
    vh->hs.quick = hs_quick(h);
    vh->vs.known = false;
}

/* What HS takes directly. While SPV is set a trap into HS must clear it: the hardware wouldn't, so
 * the model takes all of them. */
static inline uint64_t hs_medeleg(const struct vhart *vh)
{
    const struct hart *h = &vh->h;

    return (h->hstatus & HSTATUS_SPV) ? 0 : vh->hs.medeleg;
}

/* What traps in HS: as the virtual mstatus says; and sret that may enter the guest, or a mode in
 * which a waiting interrupt is taken. In that case every exit looks for it: none is quick but for
 * the time. */
static inline uint64_t hs_traps(struct vhart *vh)
{
    vh->watching = m_may_be_undelegated(&vh->h);
    vh->quick = vh->hs.quick;
    if (unlikely(vh->watching)) {
        vh->quick = vh->quick > QUICK_NONE ? QUICK_TIME : QUICK_NONE;
    }
    return vh->hs.traps | ((vh->h.hstatus & HSTATUS_SPV) || vh->watching ? STATUS_TSR : 0);
}

void m_hs_environment(struct vhart *vh)
{
    hw_write(CSR_medeleg, hs_medeleg(vh));
    hw_clear(CSR_mstatus, STATUS_TVM | STATUS_TW | STATUS_TSR);
    hw_set(CSR_mstatus, hs_traps(vh));
}

static inline __attribute__((always_inline)) void load_hs(struct vhart *vh, uint8_t prv)
{
    struct hart *h = &vh->h;

    if (vh->captured) {
        drivers.external->release(h->hartid);
        vh->captured = false;
    }
    hw_write(CSR_mideleg, vh->hs.mideleg);
    hw_write(CSR_mie, vh->m_irqs | (h->mie & (IRQS_S | BIT(IRQ_LCOFI))));
    if (machine.smaia) {
        hw_write(CSR_mvien, 0);
    }
    hw_write(CSR_mcounteren, vh->hs.mcounteren);
    hw_clear(CSR_mip, IRQS_S);
    hw_set(CSR_mip, h->mip & IRQS_S);
    if (machine.menvcfg) {
        hw_write(CSR_menvcfg, vh->hs.menvcfg);
        if (machine.mstateen) {
            hw_write(CSR_mstateen0, vh->hs.mstateen);
        }
        if (machine.sstc && (h->menvcfg & ENVCFG_STCE)) {
            hw_write(CSR_stimecmp,
                     h->stimecmp);   /* compared anew: QEMU doesn't when STCE is set again */
            h->mip &= ~BIT(IRQ_STI); /* the hardware's again */
        }
    }
    hw_write(CSR_stvec, h->stvec);
    hw_write(CSR_sscratch, h->sscratch);
    hw_write(CSR_sepc, h->sepc);
    hw_write(CSR_scause, h->scause);
    hw_write(CSR_stval, h->stval);
    hw_write(CSR_satp, h->satp);
    hw_write(CSR_medeleg, hs_medeleg(vh));
    hw_write(CSR_mstatus, (h->mstatus & STATUS_S) | hs_traps(vh) | SXL_UXL_64 |
                              FIELD_PUT(STATUS_MPP, (uint64_t)prv));
    hw_write(HW_pmpcfg0, vh->pmpcfg[PMP_HS][0]);
    if (vh->nacl) {
        hw_write(CSR_mtvec, (uintptr_t)m_entry_nacl);
    }
    vh->marker = h->scause;
    vh->resident = RESIDENT_HS;
    if (unlikely(vh->quick > QUICK_NONE)) {
        vh->time_added = vh->time_offset;
    }
    hw_sfence_all();
}

/* With an FS of HS that is off, the guest's is too. */
static uint64_t vs_status(const struct hart *h)
{
    uint64_t s = h->vsstatus & STATUS_S;

    if ((h->mstatus & STATUS_FS) == 0) {
        s &= ~STATUS_FS;
    }
    if ((h->mstatus & STATUS_VS) == 0) {
        s &= ~STATUS_VS;
    }
    return s;
}

static bool vs_bare(const struct hart *h)
{
    return FIELD_GET(ATP_MODE, h->vsatp) == MODE_BARE;
}

/* After a change to hedeleg, hideleg, the counter enables, menvcfg, henvcfg, htimedelta, vsatp or
 * FWFT's delegation. */
static __attribute__((noinline)) void vs_environment(struct vhart *vh)
{
    const struct hart *h = &vh->h;
    struct vs_environment *e = &vh->vs;
    uint64_t irqs = (h->hideleg & IRQS_VS) >> 1;
    uint64_t cbo = ENVCFG_CBIE | ENVCFG_CBCFE | ENVCFG_CBZE;

    e->medeleg = vs_bare(h) ? 0 : h->medeleg & h->hedeleg & machine.medeleg & VS_DIRECT;
    if (!vh->misaligned_delegated) {
        e->medeleg &= ~MISALIGNED;
    }
    /* With mvien sie.SEIE is a bit of its own; the real line is mie.SEIE's and comes to Hearth. */
    e->mideleg = machine.smaia ? irqs & ~BIT(IRQ_SEI) : irqs;
    e->mvien = irqs & BIT(IRQ_SEI);
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
    e->known = true;
}

/* The interrupts of M, HS and VS that may come while VS runs. */
static inline void vs_interrupts(struct vhart *vh)
{
    const struct hart *h = &vh->h;
    uint64_t mie = vh->m_irqs | (h->mie & BIT(IRQ_LCOFI));
    uint64_t sie = (h->mie & h->hideleg & IRQS_VS) >> 1;

    hw_write(CSR_mideleg, vh->vs.mideleg);
    if (machine.smaia) {
        hw_write(CSR_mvien, vh->vs.mvien);
        hw_write(CSR_mie, mie | (h->mie & BIT(IRQ_SEI)));
        hw_write(CSR_sie, sie);
        return;
    }
    if (drivers.external) {
        /* Also while HS masks the line: it isn't the guest's to see in its own SEIP. */
        if (!vh->captured) {
            drivers.external->capture(h->hartid);
            vh->captured = true;
        }
        mie |= h->mie & BIT(IRQ_SEI) ? BIT(IRQ_MEI) : 0;
    }
    hw_write(CSR_mie, mie | sie);
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

static __attribute__((noinline)) void shadow_root_change(struct vhart *vh, uint8_t flavour)
{
    const struct hart *h = &vh->h;

    vh->shadow_key = (struct shadow_key){.hgatp = h->hgatp, .vsatp = h->vsatp, .flavour = flavour};
    vh->shadow_atp = shadow_switch(&vh->shadow, &vh->shadow_key, shadow_mode(h));
}

static inline void shadow_root(struct vhart *vh)
{
    const struct hart *h = &vh->h;
    const struct shadow_key *key = &vh->shadow_key;
    uint8_t flavour = (h->mstatus & STATUS_MXR) ? SHADOW_FLAVOUR_MXR : 0;

    if (unlikely(vs_bare(h)) && h->prv == PRV_U) {
        flavour |= SHADOW_FLAVOUR_USER;
    }
    if (unlikely(key->hgatp != h->hgatp || key->vsatp != h->vsatp || key->flavour != flavour ||
                 !vh->shadow_atp)) {
        shadow_root_change(vh, flavour);
    }
    hw_write(CSR_satp, vh->shadow_atp);
}

static inline __attribute__((always_inline)) void load_vs(struct vhart *vh)
{
    struct hart *h = &vh->h;
    uint64_t traps = STATUS_TVM | (vh->hs.traps & STATUS_TW);

    if (!vh->vs.known) {
        vs_environment(vh);
    }
    hw_write(CSR_medeleg, vh->vs.medeleg);
    hw_write(CSR_mcounteren, vh->vs.mcounteren);
    if (machine.menvcfg) {
        hw_write(CSR_menvcfg, vh->vs.menvcfg);
        if (machine.mstateen) {
            hw_write(CSR_mstateen0, vh->vs.mstateen);
        }
    }
    vs_interrupts(vh);
    if ((h->hstatus & HSTATUS_VTSR) || vs_bare(h)) {
        traps |= STATUS_TSR;
    }
    if (h->hstatus & HSTATUS_VTW) {
        traps |= STATUS_TW;
    }
    hw_write(CSR_stvec, h->vstvec);
    hw_write(CSR_sscratch, h->vsscratch);
    hw_write(CSR_sepc, h->vsepc);
    hw_write(CSR_scause, h->vscause);
    hw_write(CSR_stval, h->vstval);
    hw_write(CSR_mstatus, vs_status(h) | traps | SXL_UXL_64 | FIELD_PUT(STATUS_MPP, h->prv));
    hw_write(HW_pmpcfg0, vh->pmpcfg[PMP_VS][0]);
    if (vh->nacl) {
        hw_write(CSR_mtvec, (uintptr_t)m_entry);
    }
    vh->resident = RESIDENT_VS;
    vh->quick = vh->vs.quick;
    vh->time_added = vh->vs.time_added;
    shadow_root(vh);
    vh->shadow.current->stale = false;
    hw_sfence_all();
    m_vs_pending(vh);
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

/* The bits of mask from hardware. */
static inline void merge(uint64_t *field, uint64_t v, uint64_t mask)
{
    *field ^= (*field ^ v) & mask;
}

static inline __attribute__((always_inline)) void unload_hs(struct vhart *vh)
{
    struct hart *h = &vh->h;
    uint64_t enabled = IRQS_S | BIT(IRQ_LCOFI);

    m_native_note(vh);
    merge(&h->mstatus, hw_read(CSR_mstatus), STATUS_S);
    merge(&h->mie, hw_read(CSR_mie), enabled);
    merge(&h->mip, hw_read(CSR_mip), BIT(IRQ_SSI));
    h->stvec = hw_read(CSR_stvec);
    h->sscratch = hw_read(CSR_sscratch);
    h->sepc = hw_read(CSR_sepc);
    h->scause = hw_read(CSR_scause);
    h->stval = hw_read(CSR_stval);
    h->satp = hw_read(CSR_satp);
    if (machine.sstc && (h->menvcfg & ENVCFG_STCE)) {
        h->stimecmp = hw_read(CSR_stimecmp);
    }
}

/* One of FS and VS: what ran while V = 1 shows in both levels. Whatever the guest's says now, it
 * may have changed the unit's state and set FS since (Linux turns it off on every entry): HS's is
 * dirty (imprecise, as allowed). Where HS's is off, nothing ran: returns 0, else the field. */
static inline uint64_t unit_used(struct hart *h, uint64_t field)
{
    if (!(h->mstatus & field)) {
        return 0;
    }
    h->mstatus |= field | STATUS_SD;
    return field;
}

static inline __attribute__((always_inline)) void unload_vs(struct vhart *vh)
{
    struct hart *h = &vh->h;
    uint64_t status = hw_read(CSR_mstatus);
    uint64_t enabled = h->hideleg & IRQS_VS;
    uint64_t mine = STATUS_S & ~(STATUS_FS | STATUS_VS);

    mine |= unit_used(h, STATUS_FS) | unit_used(h, STATUS_VS);
    merge(&h->vsstatus, status, mine);
    merge(&h->mie, hw_read(CSR_sie) << 1, enabled);
    merge(&h->hvip, hw_read(CSR_mip) << 1, enabled & BIT(IRQ_VSSI));
    h->vstvec = hw_read(CSR_stvec);
    h->vsscratch = hw_read(CSR_sscratch);
    h->vsepc = hw_read(CSR_sepc);
    h->vscause = hw_read(CSR_scause);
    h->vstval = hw_read(CSR_stval);
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

/* Each in one piece, the way out of a guest and the way in, because these two are what costs. */

static inline __attribute__((always_inline)) void leave(struct vhart *vh, const struct trap *t)
{
    unload_vs(vh);
    hart_trap_to_hs(&vh->h, t);
    if (vh->nacl) {
        nacl_trapped(vh, true);
    }
    load_hs(vh, PRV_S);
}

void m_leave(struct vhart *vh, const struct trap *t)
{
    leave(vh, t);
}

void m_leave_ecall(struct vhart *vh)
{
    const struct trap t = {.cause = CAUSE_ECALL_VS};

    vhart_count(vh, EXIT_ecall_vs);
    leave(vh, &t);
    if (unlikely(vh->watching)) {
        m_settle_undelegated(vh);
    }
}

void m_sync_sret(struct vhart *vh)
{
    struct hart *h = &vh->h;

    vhart_count(vh, EXIT_sbi_nacl);
    h->prv = PRV_S;
    unload_hs(vh);
    vh->resident = RESIDENT_NONE;
    nacl_sync_all(vh);
    hart_sret_from_hs(h);
    if (unlikely(!h->v || m_hs_may_interrupt(h))) {
        host_resume(vh, vh->nacl->sret_x);
    }
    load_vs(vh);
    m_resume(vh, vh->nacl->sret_x);
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

    if (was_bare || vs_bare(&vh->h)) {
        vh->vs.known = false; /* the delegations change too */
        host_unload(vh);
        return;
    }
    shadow_root(vh);
    if (vh->shadow.current->stale || machine.asid_mask < 2 * SHADOW_ROOTS - 1) {
        vh->shadow.current->stale = false;
        hw_sfence_all();
    }
}
