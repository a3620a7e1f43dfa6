/* SPDX-License-Identifier: BSD-2-Clause */
/* Every exit ends here: the hot ones are answered in place, the rest goes to core. */
#include "core/exit.h"
#include "core/misaligned.h"
#include "core/nacl.h"
#include "core/request.h"
#include "host/m/m.h"
#include "lib/panic.h"
#include "sbi/sbi.h"

/* A trap that VS takes while it is resident: the same as hart_trap() and a reload, without the
 * reload. */
static void vs_trap_in_place(struct vhart *vh, const struct trap *t)
{
    struct hart *h = &vh->h;
    uint64_t mstatus = hw_read(CSR_mstatus);
    uint64_t status = mstatus & ~(STATUS_SPP | STATUS_SPIE | STATUS_SIE | STATUS_MPP);

    status |= h->prv == PRV_S ? STATUS_SPP : 0;
    status |= mstatus & STATUS_SIE ? STATUS_SPIE : 0;
    hw_write(CSR_mstatus, status | FIELD_PUT(STATUS_MPP, (uint64_t)PRV_S));
    hw_write(CSR_sepc, h->pc);
    hw_write(CSR_scause, t->cause);
    hw_write(CSR_stval, t->tval);
    h->prv = PRV_S;
    h->pc = hw_read(CSR_stvec) & ~UINT64_C(3);
}

void host_reflect(struct vhart *vh, const struct trap *t)
{
    const struct hart *h = &vh->h;

    if (t->cause < 64 && (h->hedeleg & BIT(t->cause)) && vh->resident == RESIDENT_VS &&
        FIELD_GET(ATP_MODE, h->vsatp) != MODE_BARE && trap_target(h, t->cause) == TRAP_TO_VS) {
        vs_trap_in_place(vh, t);
        return;
    }
    if (vh->resident == RESIDENT_VS && trap_target(h, t->cause) == TRAP_TO_HS) {
        m_leave(vh, t);
        return;
    }
    host_unload(vh);
    bool left = h->v;
    if (hart_trap(&vh->h, t) == TRAP_TO_HS && vh->nacl) {
        nacl_trapped(vh, left);
    }
}

/* What a CSR write asks of the hardware. In HS most of it takes effect when the guest is entered.
 */
void host_effects(struct vhart *vh, unsigned effect)
{
    struct hart *h = &vh->h;

    if ((effect & (CSR_EFFECT_ENV | CSR_EFFECT_XLATE | CSR_EFFECT_TIME)) &&
        vh->resident != RESIDENT_VS) {
        m_vs_forget(vh);
    }
    if (vh->resident == RESIDENT_HS) {
        if ((effect & CSR_EFFECT_TRAPPED) || vh->watching != m_may_be_undelegated(h)) {
            vh->marker = hw_read(CSR_scause);
            m_hs_environment(vh);
        }
        if ((effect & CSR_EFFECT_TIME) && !machine.sstc) {
            host_timer_set(vh, h->stimecmp);
        }
    } else if (vh->resident == RESIDENT_VS) {
        if (effect & CSR_EFFECT_XLATE) {
            m_vsatp_changed(vh);
        }
        if (effect & CSR_EFFECT_TIME) {
            m_vs_timer(vh);
        }
    }
}

/* After a fill or a fence that took something away from the current root. */
void host_fence_shadow(struct vhart *vh, uint64_t va)
{
    struct shadow_root *r = vh->shadow.current;

    if (r->stale) {
        r->stale = false;
        hw_sfence_all();
    } else {
        hw_sfence_va(va);
    }
}

void host_fence_guest(struct vhart *vh, const struct fence *f, uint64_t hgatp)
{
    /* While V = 0 there is nothing to do for the TLB: entering the guest fences. */
    if (shadow_fence(&vh->shadow, f, hgatp) && vh->h.v) {
        host_fence_shadow(vh, f->address);
    }
    if (f->kind == FENCE_GVMA && !vh->h.v && vh->shadow.fault_g) {
        shadow_ahead_g(&vh->shadow, &vh->h, &vh->world->mem);
    }
}

/*
 * The instruction at pc, as the interrupted mode fetches it: through the tables in use, with MPRV,
 * and MXR so that X will do. False if it can't be read any more (another hart changed the tables):
 * the guest then simply runs it again.
 */
bool host_fetch(struct vhart *vh, uint32_t *raw)
{
    int64_t low = m_load_half(vh->h.pc, STATUS_MPRV | STATUS_MXR);
    int64_t high = 0;

    if (low < 0) {
        return false;
    }
    if ((low & 3) == 3) {
        high = m_load_half(vh->h.pc + 2, STATUS_MPRV | STATUS_MXR);
        if (high < 0) {
            return false;
        }
    }
    *raw = (uint32_t)low | (uint32_t)high << 16;
    return true;
}

static void reflect_plain(struct vhart *vh, uint64_t cause)
{
    struct trap t = {.cause = cause, .tval = hw_read(CSR_mtval), .gva = vh->h.v};

    if (cause == CAUSE_ECALL_U) {
        t.tval = 0;
        t.gva = false;
    }
    vhart_count(vh, EXIT_other);
    host_reflect(vh, &t);
}

static void misaligned(struct vhart *vh, uint64_t cause)
{
    struct trap t = {.cause = cause, .tval = hw_read(CSR_mtval), .gva = vh->h.v};

    if (vh->misaligned_delegated) {
        host_reflect(vh, &t);
    } else {
        vh->written = true;
        misaligned_access(vh, &t);
    }
}

static inline void exception(struct vhart *vh, uint64_t cause)
{
    switch (cause) {
    case CAUSE_ECALL_HS:
        sbi_call(vh);
        break;
    case CAUSE_LOAD_MISALIGNED:
    case CAUSE_STORE_MISALIGNED:
        misaligned(vh, cause);
        break;
    default:
        reflect_plain(vh, cause);
        break;
    }
}

/* V = 0: a VS-level interrupt that HS keeps for itself. The hardware can't hold it back until HS
 * enables it, so it is looked for. */
__attribute__((noinline)) void m_settle_undelegated(struct vhart *vh)
{
    struct hart *h = &vh->h;
    struct trap t;
    bool enabled = h->prv == PRV_U;

    if (h->prv == PRV_M) {
        return;
    }
    if (vh->resident == RESIDENT_HS) {
        enabled = enabled || (hw_read(CSR_mstatus) & STATUS_SIE);
    } else {
        enabled = enabled || (h->mstatus & STATUS_SIE);
    }
    h->time = host_time();
    if (enabled && m_undelegated(h) && m_hs_interrupt(vh, &t)) {
        host_reflect(vh, &t);
    }
    m_timer_arm(vh);
}

/* An interrupt that HS takes while the guest runs. */
__attribute__((noinline)) void m_settle_guest(struct vhart *vh)
{
    struct trap t;

    if (m_hs_interrupt(vh, &t)) {
        host_reflect(vh, &t);
    }
}

static __attribute__((noinline)) void other_exit(struct vhart *vh, uint64_t cause)
{
    if ((int64_t)cause < 0) {
        m_interrupt(vh, cause);
    } else {
        exception(vh, cause);
    }
    m_settle(vh);
}

static __attribute__((noinline)) void guest_fault(struct vhart *vh, uint64_t cause,
                                                  uint64_t mstatus)
{
    enum access access = cause == CAUSE_STORE_PAGE  ? ACCESS_STORE
                         : cause == CAUSE_LOAD_PAGE ? ACCESS_LOAD
                                                    : ACCESS_FETCH;

    vh->h.vsstatus = m_status_synced(vh->h.vsstatus, mstatus);
    if (!exit_guest_fault(vh, access, hw_read(CSR_mtval))) {
        m_settle(vh);
    }
}

static bool is_page_fault(uint64_t cause)
{
    return cause - CAUSE_FETCH_PAGE <= CAUSE_STORE_PAGE - CAUSE_FETCH_PAGE; /* 14 is reserved */
}

void m_trap(struct vhart *vh, uint64_t cause, uint64_t mstatus)
{
    if (likely(cause == CAUSE_ILLEGAL)) {
        m_illegal(vh, mstatus);
    } else if (cause == CAUSE_ECALL_HS && vh->h.v) { /* below firmware; else from entry.S */
        m_leave_ecall(vh);
    } else if (is_page_fault(cause) && vh->h.v) {
        guest_fault(vh, cause, mstatus);
    } else {
        other_exit(vh, cause);
    }
}

void host_resume(struct vhart *vh, const volatile uint64_t *x)
{
    m_settle(vh);
    m_resume(vh, x);
}

void m_broken(struct vhart *vh)
{
    request_leave(vh);
    panic_registers(vh->h.x, hw_read(CSR_mepc), hw_read(CSR_mcause), hw_read(CSR_mtval));
}
