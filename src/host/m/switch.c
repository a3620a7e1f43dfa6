/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From HS to its guest and back, as it is nearly always: nothing is pending, the enables, the
 * tables and the guest's environment are those of the last time, and NACL's shared memory asks for
 * nothing but registers. What may be otherwise is looked at first; then all of it is moved without
 * looking again. Whatever isn't so goes the general way (resident.c).
 */
#include "core/nacl_switch.h"
#include "drv/drv.h"
#include "host/m/resident.h"

/* The mip, hvip: nothing that HS or VS is to see. */
static inline bool nothing_pending(const struct hart *h)
{
    return (((hw_read(CSR_mip) | h->mip) & IRQS_S) | h->hvip) == 0;
}

/* --- out of the guest --- */

/* vhart.usual is set: has VS left its enables, and nothing come? */
static inline bool leaves_as_usual(const struct vhart *vh)
{
    return vh->usual && hw_read(CSR_sie) == vh->vs.sie && nothing_pending(&vh->h);
}

static inline __attribute__((always_inline)) void leave(struct vhart *vh, const struct trap *t)
{
    struct hart *h = &vh->h;

    m_vs_status_unload(vh);
    hart_trap_to_hs(h, t);
    if (vh->captured) {
        vplic_release_quick(vh->plic);
        vh->captured = false;
    }
    m_hs_controls(vh, vh->vs.differs);
#define SWAP(hs, vs) h->vs = hw_swap(CSR_##hs, h->hs);
    M_TRAP_CSRS(SWAP)
#undef SWAP
    hw_write(CSR_satp, h->satp);
    if (vh->nacl != NULL) {
        nacl_left(vh, vh->vs.deadline != ~UINT64_C(0) && m_time(vh) >= vh->vs.deadline);
    }
    m_hs_ready(vh, PRV_S);
}

void m_leave(struct vhart *vh, const struct trap *t)
{
    if (likely(leaves_as_usual(vh))) {
        leave(vh, t);
    } else {
        m_leave_somehow(vh, t);
    }
}

static __attribute__((noinline)) void leave_ecall_somehow(struct vhart *vh)
{
    const struct trap t = {.cause = CAUSE_ECALL_VS};

    m_leave_somehow(vh, &t);
    if (vh->watching) {
        m_settle_undelegated(vh);
    }
}

void m_leave_ecall(struct vhart *vh)
{
    const struct trap t = {.cause = CAUSE_ECALL_VS};

    if (!vh->h.v) {
        __builtin_unreachable();
    }
    vhart_count(vh, EXIT_ecall_vs);
    vh->h.prv = PRV_S;
    if (likely(leaves_as_usual(vh))) {
        leave(vh, &t);
    } else {
        leave_ecall_somehow(vh);
    }
}

/* --- into the guest --- */

/* Is vhart.vs known, with the enables, and HS's mie what it was? */
static inline bool environment_known(const struct vhart *vh)
{
    return vh->vs.known && m_enables_known(vh) && hw_read(CSR_mie) == vh->hs.mie && !vh->watching;
}

/* Has HS taken no trap since hstatus, htval and htinst were written, where that matters? */
static inline bool native_known(const struct vhart *vh)
{
    const struct hart *h = &vh->h;

    return ((h->hstatus & (HSTATUS_SPV | HSTATUS_GVA)) | h->htval | h->htinst) == 0 ||
           hw_read(CSR_scause) == vh->marker;
}

/* Is the comparator set, early enough, and not yet due? It is set anew only when it has come. */
static inline bool timer_known(const struct vhart *vh)
{
    uint64_t now = m_time(vh), armed = vh->armed;

    return now < armed && armed <= vh->vs.deadline && armed <= vh->h.stimecmp &&
           armed - now <= vh->poll;
}

/* HS resident. hstatus: with which its sret is to be done. False: nothing has been done. */
static inline bool enters_as_usual(struct vhart *vh, uint64_t hstatus)
{
    struct hart *h = &vh->h;
    uint64_t mstatus = hw_read(CSR_mstatus);
    unsigned prv = (unsigned)FIELD_GET(STATUS_SPP, mstatus);

    if (vh->hs.stce) {
        h->stimecmp = hw_read(CSR_stimecmp);
    }
    return (hstatus & HSTATUS_SPV) && environment_known(vh) && nothing_pending(h) &&
           native_known(vh) && timer_known(vh) &&
           m_shadow_root_known(vh, m_shadow_flavour(h, mstatus, prv)) &&
           (vh->plic == NULL || (vh->plic->alone && vplic_capture_quick(vh->plic)));
}

static inline void enter(struct vhart *vh)
{
    struct hart *h = &vh->h;

    vh->captured = vh->plic != NULL;
    m_hs_status_unload(vh);
    m_vs_controls(vh, vh->vs.differs);
#define SWAP(hs, vs) h->hs = hw_swap(CSR_##hs, h->vs);
    M_TRAP_CSRS(SWAP)
#undef SWAP
    h->satp = hw_swap(CSR_satp, vh->shadow_atp);
    hart_sret_from_hs(h);
    m_vs_ready(vh);
    vh->usual = true;
}

/* Does not return. */
static __attribute__((noinline)) void sync_sret_somehow(struct vhart *vh)
{
    host_unload(vh);
    nacl_sync_all(vh);
    hart_sret_from_hs(&vh->h);
    m_settle(vh);
    m_resume(vh, vh->nacl->sret_x);
}

/* One copy for both. s: NACL's memory, with whose registers the guest is entered, NULL: without. */
static __attribute__((noinline, flatten)) bool sret_enter(struct vhart *vh, uint64_t hstatus,
                                                          volatile struct nacl_shmem *s)
{
    if (unlikely(!enters_as_usual(vh, hstatus))) {
        if (s != NULL) {
            sync_sret_somehow(vh);
        }
        return false;
    }
    if (s != NULL) {
        s->autoswap_hstatus = vh->h.hstatus;
        hart_hstatus_write(&vh->h, hstatus);
    }
    enter(vh);
    if (s != NULL) {
        m_resume(vh, s->sret_x);
    }
    return true;
}

bool m_enter(struct vhart *vh)
{
    return sret_enter(vh, vh->h.hstatus, NULL);
}

void m_sync_sret(struct vhart *vh)
{
    volatile struct nacl_shmem *s = vh->nacl;
    uint64_t hstatus = s->autoswap_hstatus;

    vhart_count(vh, EXIT_sbi_nacl);
    vh->h.prv = PRV_S;
    if (unlikely(nacl_dirty(&vh->h, s) | nacl_pending(s) |
                 !(s->autoswap_flags & NACL_AUTOSWAP_HSTATUS))) {
        sync_sret_somehow(vh);
        return;
    }
    (void)!sret_enter(vh, hstatus, s);
}
