/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What loading and unloading HS and VS are made of: for the general ways (resident.c) and for the
 * usual ones between HS and its guest (switch.c).
 */
#ifndef HOST_M_RESIDENT_H
#define HOST_M_RESIDENT_H

#include "host/m/m.h"

/* resident.c: what the following do when something has changed */
void m_enables_change(struct vhart *vh);
void m_shadow_root_change(struct vhart *vh, uint8_t flavour);

/* What takes turns in the CSRs of S as it is: HS's and VS's. */
#define M_TRAP_CSRS(X)                                                                             \
    X(stvec, vstvec) X(sscratch, vsscratch) X(sepc, vsepc) X(scause, vscause) X(stval, vstval)

/* The bits of mask from hardware. */
static inline void m_merge(uint64_t *field, uint64_t v, uint64_t mask)
{
    *field ^= (*field ^ v) & mask;
}

/* hs.mie, vs.mie and watching are of what is in mie and hideleg. */
static inline bool m_enables_known(const struct vhart *vh)
{
    return vh->mie_of == vh->h.mie;
}

/* --- HS --- */

/* What HS takes directly. While SPV is set a trap into HS must clear it: the hardware wouldn't, so
 * the model takes all of them. */
static inline uint64_t m_hs_medeleg(const struct vhart *vh)
{
    return (vh->h.hstatus & HSTATUS_SPV) ? 0 : vh->hs.medeleg;
}

/* What traps in HS: as the virtual mstatus says; and sret that may enter the guest, or a mode in
 * which a waiting interrupt is taken. */
static inline uint64_t m_hs_traps(const struct vhart *vh)
{
    return vh->hs.traps | ((vh->h.hstatus & HSTATUS_SPV) || vh->watching ? STATUS_TSR : 0);
}

/*
 * What entry.S answers: where every exit looks for a waiting interrupt, none is quick but for the
 * time; nor with NACL's memory, where writes are to be shown.
 */
static inline void m_hs_quick(struct vhart *vh)
{
    vh->quick = vh->hs.quick;
    if (vh->nacl != NULL || unlikely(vh->watching)) {
        vh->quick = vh->quick > QUICK_NONE ? QUICK_TIME : QUICK_NONE;
    }
}

/* menvcfg, mstateen0 and mvien; an stimecmp of hardware's own is compared while HS runs only. */
static inline void m_hs_differences(struct vhart *vh)
{
    struct hart *h = &vh->h;

    if (machine.smaia) {
        hw_write(CSR_mvien, 0);
    }
    if (machine.menvcfg) {
        hw_write(CSR_menvcfg, vh->hs.menvcfg);
        if (machine.mstateen) {
            hw_write(CSR_mstateen0, vh->hs.mstateen);
        }
        if (vh->hs.stce) {
            hw_write(CSR_stimecmp,
                     h->stimecmp);   /* compared anew: QEMU doesn't when STCE is set again */
            h->mip &= ~BIT(IRQ_STI); /* the hardware's again */
        }
    }
}

/* Of what is HS's alone in hardware, to the model. mie's part is merged if it has changed. */
static inline void m_hs_status_unload(struct vhart *vh)
{
    struct hart *h = &vh->h;

    m_merge(&h->mstatus, hw_read(CSR_mstatus), STATUS_S);
    if (vh->hs.stce) {
        h->stimecmp = hw_read(CSR_stimecmp);
    }
}

/* The controls. differs: from what hardware has. */
static inline void m_hs_controls(struct vhart *vh, bool differs)
{
    hw_write(CSR_mideleg, vh->hs.mideleg);
    hw_write(CSR_mie, vh->hs.mie);
    hw_write(CSR_mcounteren, vh->hs.mcounteren);
    if (differs) {
        m_hs_differences(vh);
    }
}

/* What depends on the state itself; the rest of it is loaded. */
static inline void m_hs_ready(struct vhart *vh, uint8_t prv)
{
    const struct hart *h = &vh->h;

    hw_write(CSR_medeleg, m_hs_medeleg(vh));
    hw_write(CSR_mstatus,
             (h->mstatus & STATUS_S) | m_hs_traps(vh) | FIELD_PUT(STATUS_MPP, (uint64_t)prv));
    hw_write(HW_pmpcfg0, vh->pmpcfg[PMP_HS][0]);
    vh->marker = h->scause;
    vh->resident = RESIDENT_HS;
    m_hs_quick(vh);
    if (unlikely(vh->quick > QUICK_NONE)) {
        vh->time_added = vh->time_offset;
    }
    hw_sfence_all();
}

/* --- VS --- */

static inline bool m_vs_bare(const struct hart *h)
{
    return FIELD_GET(ATP_MODE, h->vsatp) == MODE_BARE;
}

/* The fields of a guest's sstatus that count: with an FS of HS that is off, the guest's is too. */
static inline uint64_t m_vs_status_mask(const struct hart *h)
{
    uint64_t fs = (h->mstatus & STATUS_FS) ? STATUS_FS : 0;
    uint64_t vs = (h->mstatus & STATUS_VS) ? STATUS_VS : 0;

    return (STATUS_S & ~(STATUS_FS | STATUS_VS)) | fs | vs;
}

/*
 * FS and VS: what ran while V = 1 shows in both levels. Whatever the guest's says now, it may have
 * changed the unit's state and set FS since (Linux turns it off on every entry): HS's is dirty
 * (imprecise, as allowed). Where HS's is off, nothing ran.
 */
static inline void m_vs_status_unload(struct vhart *vh)
{
    struct hart *h = &vh->h;

    m_merge(&h->vsstatus, hw_read(CSR_mstatus), vh->vs.status_mask);
    h->mstatus |= vh->vs.status_mask & (STATUS_FS | STATUS_VS);
}

static inline void m_vs_differences(const struct vhart *vh)
{
    if (machine.menvcfg) {
        hw_write(CSR_menvcfg, vh->vs.menvcfg);
        if (machine.mstateen) {
            hw_write(CSR_mstateen0, vh->vs.mstateen);
        }
        hw_clear(CSR_mip, BIT(IRQ_STI));
    }
    if (machine.smaia) {
        hw_write(CSR_mvien, vh->vs.mvien);
        hw_write(CSR_sie, vh->vs.sie);
    }
}

static inline void m_vs_controls(const struct vhart *vh, bool differs)
{
    hw_write(CSR_medeleg, vh->vs.medeleg);
    hw_write(CSR_mideleg, vh->vs.mideleg);
    hw_write(CSR_mie, vh->vs.mie);
    hw_write(CSR_mcounteren, vh->vs.mcounteren);
    if (differs) {
        m_vs_differences(vh);
    }
}

/* Is shadow_atp the table to be used? mstatus: HS's; prv: the guest's. */
static inline uint8_t m_shadow_flavour(const struct hart *h, uint64_t mstatus, unsigned prv)
{
    uint8_t flavour = (mstatus & STATUS_MXR) ? SHADOW_FLAVOUR_MXR : 0;

    return flavour | (unlikely(m_vs_bare(h)) && prv == PRV_U ? SHADOW_FLAVOUR_USER : 0);
}

static inline bool m_shadow_root_known(const struct vhart *vh, uint8_t flavour)
{
    const struct hart *h = &vh->h;
    const struct shadow_key *key = &vh->shadow_key;

    return key->hgatp == h->hgatp && key->vsatp == h->vsatp && key->flavour == flavour &&
           vh->shadow_atp != 0;
}

_Static_assert(HSTATUS_VTSR == STATUS_TSR && HSTATUS_VTW == STATUS_TW, "hstatus has them there");

/* What depends on the state itself; the rest of it, and satp, is loaded. */
static inline void m_vs_ready(struct vhart *vh)
{
    const struct hart *h = &vh->h;

    vh->vs.status_mask = m_vs_status_mask(h);
    hw_write(CSR_mstatus, (h->vsstatus & vh->vs.status_mask) | vh->vs.traps |
                              (h->hstatus & (HSTATUS_VTSR | HSTATUS_VTW)) |
                              FIELD_PUT(STATUS_MPP, (uint64_t)h->prv));
    hw_write(HW_pmpcfg0, vh->pmpcfg[PMP_VS][0]);
    vh->resident = RESIDENT_VS;
    vh->quick = vh->vs.quick;
    vh->time_added = vh->vs.time_added;
    vh->shadow.current->stale = false;
    hw_sfence_all();
}

#endif
