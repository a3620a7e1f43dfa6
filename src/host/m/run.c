/* SPDX-License-Identifier: BSD-2-Clause */
/* Every exit ends here: the hot ones are answered in place, the rest goes to core. */
#include "core/exit.h"
#include "core/misaligned.h"
#include "core/nacl.h"
#include "core/request.h"
#include "host/m/m.h"
#include "lib/panic.h"
#include "sbi/sbi.h"

/* The S-level status bits that the model's walks and checks look at, from the hardware's mstatus.
 */
static void status_sync(struct vhart *vh, uint64_t mstatus)
{
    struct hart *h = &vh->h;

    if (h->v) {
        h->vsstatus =
            (h->vsstatus & ~(STATUS_SUM | STATUS_MXR)) | (mstatus & (STATUS_SUM | STATUS_MXR));
    } else {
        h->mstatus =
            (h->mstatus & ~(STATUS_SUM | STATUS_MXR)) | (mstatus & (STATUS_SUM | STATUS_MXR));
    }
}

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

    if (effect & (CSR_EFFECT_ENV | CSR_EFFECT_XLATE | CSR_EFFECT_TIME)) {
        vh->vs.known = vh->vs.known && h->v; /* in VS: m_vsatp_changed() sees to it */
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

static enum exit_cause csr_exit(const struct hart *h, const struct csr *c)
{
    if (!h->v) {
        return EXIT_csr_h;
    }
    return c->num == CSR_vsatp ? EXIT_satp : c->num == CSR_time ? EXIT_time : EXIT_csr_vs;
}

/* Does hardware hold it while HS or VS runs? An stimecmp or senvcfg that the hart doesn't have is
 * the model's. */
static bool is_resident(const struct csr *c)
{
    if (c->num == CSR_stimecmp) {
        return machine.sstc;
    }
    return c->resident && (c->num != CSR_senvcfg || machine.menvcfg);
}

/* What a read or write by this row may look at, brought up to date. */
static void csr_prepare(struct vhart *vh, const struct csr *c)
{
    struct hart *h = &vh->h;

    if (c->read != NULL) {
        h->time = host_time();
    }
    if (unlikely(c->effect & CSR_EFFECT_TRAPPED)) {
        m_native_note(vh);
    }
}

/*
 * A CSR access of HS or VS to a register that stands in the model: nothing is moved. False: not
 * such a one, nothing done. The same as exec_csr() but for mip, which only M has.
 */
static bool csr_in_place(struct vhart *vh, uint32_t raw)
{
    struct hart *h = &vh->h;
    unsigned funct3 = raw >> 12 & 7, rs1 = raw >> 15 & 31;
    bool writes = (funct3 & 3) == 1 || rs1 != 0;
    const struct csr *c;
    uint64_t old;

    if (csr_find(h, raw >> 20, writes, &c) != CSR_OK || is_resident(c)) {
        return false;
    }
    vhart_count(vh, csr_exit(h, c));
    csr_prepare(vh, c);
    old = csr_read(h, c);
    if (writes) {
        unsigned effect = csr_write(h, c, csr_operate(funct3, old, funct3 & 4 ? rs1 : h->x[rs1]));
        if (effect) {
            host_effects(vh, effect);
        }
        if (vh->nacl) {
            nacl_written(vh, c, effect);
        }
    }
    rd_write(vh, raw, old);
    h->pc += 4;
    return true;
}

#define IS_RDTIME(raw)     (((raw) & ~UINT32_C(0xf80)) == 0xc0102073)
#define IS_SFENCE_VMA(raw) (((raw)&0xfe007fff) == 0x12000073)

/* VS reads the time, as it does more often than anything else. */
static void time_read(struct vhart *vh, uint32_t raw)
{
    struct hart *h = &vh->h;

    vhart_count(vh, EXIT_time);
    rd_write(vh, raw, host_time() + h->htimedelta);
    h->pc += 4;
}

/* sfence.vma of VS, which VTVM doesn't forbid. */
static void sfence_vs(struct vhart *vh, uint32_t raw)
{
    struct hart *h = &vh->h;
    unsigned rs1 = raw >> 15 & 31, rs2 = raw >> 20 & 31;
    struct fence f = {
        .kind = FENCE_VMA,
        .all_addresses = rs1 == 0,
        .all_ids = rs2 == 0,
        .address = h->x[rs1],
        .id = h->x[rs2] & h->isa->asid_mask,
    };

    vhart_count(vh, EXIT_sfence);
    host_fence_guest(vh, &f, h->hgatp);
    h->pc += 4;
}

/*
 * mtval may be zero. And QEMU leaves the last instruction that trapped in it when mret does: what
 * looks like a repetition from another place is looked at.
 */
static bool instruction_at(struct vhart *vh, uint32_t *raw)
{
    uint64_t pc = vh->h.pc;

    *raw = (uint32_t)hw_read(CSR_mtval);
    if (unlikely(*raw == 0 || (*raw == vh->last_raw && pc != vh->last_pc)) &&
        !host_fetch(vh, raw)) {
        return false;
    }
    vh->last_raw = *raw;
    vh->last_pc = pc;
    return true;
}

#define INSN_SRET UINT32_C(0x10200073)

/* sret of HS while hstatus.SPV is set: into the guest, unless SPV turns out to be stale. */
static void sret_enter(struct vhart *vh)
{
    vhart_count(vh, EXIT_sret_enter);
    host_unload(vh);
    hart_sret(&vh->h);
}

/* What is neither in the model nor so frequent. */
static __attribute__((noinline)) void illegal_other(struct vhart *vh, uint32_t raw,
                                                    uint64_t mstatus)
{
    struct hart *h = &vh->h;

    vh->written = true;
    h->time = host_time();
    status_sync(vh, mstatus);
    if (!h->v) {
        m_native_note(vh);
    }
    exit_instruction(vh, raw);
}

static void illegal(struct vhart *vh, uint64_t mstatus)
{
    struct hart *h = &vh->h;
    uint32_t raw;

    if (!instruction_at(vh, &raw)) {
        return;
    }
    if (unlikely(h->prv != PRV_S)) {
        h->scounteren = hw_read(CSR_scounteren); /* what a counter read of U is held against */
    }
    if (h->v && IS_RDTIME(raw) && vh->vs.time_read &&
        (h->prv == PRV_S || (h->scounteren & COUNTEREN_TM))) {
        time_read(vh, raw);
    } else if (IS_CSR(raw) && csr_in_place(vh, raw)) {
        return;
    } else if (raw == INSN_SRET && !h->v && h->prv == PRV_S && !(h->mstatus & STATUS_TSR)) {
        sret_enter(vh);
    } else if (h->v && h->prv == PRV_S && IS_SFENCE_VMA(raw) && !(h->hstatus & HSTATUS_VTVM)) {
        sfence_vs(vh, raw);
    } else {
        illegal_other(vh, raw, mstatus);
    }
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

static inline void exception(struct vhart *vh, uint64_t cause, uint64_t mstatus)
{
    static const uint8_t access[] = {[CAUSE_FETCH_PAGE] = ACCESS_FETCH,
                                     [CAUSE_LOAD_PAGE] = ACCESS_LOAD,
                                     [CAUSE_STORE_PAGE] = ACCESS_STORE};

    switch (cause) {
    case CAUSE_ECALL_HS:
        sbi_call(vh);
        break;
    case CAUSE_FETCH_PAGE:
    case CAUSE_LOAD_PAGE:
    case CAUSE_STORE_PAGE:
        if (vh->h.v) {
            status_sync(vh, mstatus);
            exit_guest_fault(vh, access[cause], hw_read(CSR_mtval));
            break;
        }
        reflect_plain(vh, cause);
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
static __attribute__((noinline)) void settle_guest(struct vhart *vh)
{
    struct trap t;

    if (m_hs_interrupt(vh, &t)) {
        host_reflect(vh, &t);
    }
}

/* The end of every exit: interrupts that have come, and what the hardware needs. */
static inline void settle(struct vhart *vh)
{
    if (vh->h.v) {
        if (unlikely(m_hs_may_interrupt(&vh->h))) {
            settle_guest(vh);
        }
    } else if (unlikely(m_may_be_undelegated(&vh->h))) {
        m_settle_undelegated(vh);
    }
    if (unlikely(vh->resident == RESIDENT_NONE)) {
        m_load(vh);
    }
}

void m_settle(struct vhart *vh)
{
    settle(vh);
}

static __attribute__((noinline)) void illegal_exit(struct vhart *vh, uint64_t mstatus)
{
    illegal(vh, mstatus);
    settle(vh);
}

static __attribute__((noinline)) void other_exit(struct vhart *vh, uint64_t cause, uint64_t mstatus)
{
    if ((int64_t)cause < 0) {
        m_interrupt(vh, cause);
    } else {
        exception(vh, cause, mstatus);
    }
    settle(vh);
}

void m_trap(struct vhart *vh, uint64_t cause, uint64_t mstatus)
{
    if (likely(cause == CAUSE_ILLEGAL)) {
        illegal_exit(vh, mstatus);
    } else if (cause == CAUSE_ECALL_HS && vh->h.v) {
        m_leave_ecall(vh);
    } else {
        other_exit(vh, cause, mstatus);
    }
}

void host_resume(struct vhart *vh, const volatile uint64_t *x)
{
    settle(vh);
    m_resume(vh, x);
}

void m_broken(struct vhart *vh)
{
    request_leave(vh);
    panic_registers(vh->h.x, hw_read(CSR_mepc), hw_read(CSR_mcause), hw_read(CSR_mtval));
}
