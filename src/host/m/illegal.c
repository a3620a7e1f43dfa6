/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instructions that the hart calls illegal. What a guest and its hypervisor do all the time is
 * answered in place; the rest is decoded and done on the model. m_illegal() and what it ends with
 * are written so that the commonest of them save no register on the stack: each is the last thing
 * that its caller does. A guest's read of the time does not even come here: entry.S.
 */
#include "core/exit.h"
#include "core/nacl.h"
#include "host/m/m.h"

#define last_call __attribute__((noinline))

#define IS_SFENCE_VMA(raw)  (((raw)&0xfe007fff) == 0x12000073)
#define IS_HFENCE_VVMA(raw) (((raw)&0xfe007fff) == 0x22000073)
#define IS_HFENCE_GVMA(raw) (((raw)&0xfe007fff) == 0x62000073)
#define IS_SATP_WRITE(raw)  (((raw)&0xfff07fff) == 0x18001073) /* csrrw with rd = x0 */
#define INSN_SRET           UINT32_C(0x10200073)
#define INSN_WFI            UINT32_C(0x10500073)

/* m_settle(), of which one copy is enough for all that is not so frequent. */
static last_call void settle(struct vhart *vh)
{
    m_settle(vh);
}

/* What is neither in the model nor so frequent. */
static last_call void other(struct vhart *vh, uint32_t raw, uint64_t mstatus)
{
    struct hart *h = &vh->h;

    vh->written = true;
    h->time = host_time();
    m_status_sync(vh, mstatus);
    if (!h->v) {
        m_native_note(vh);
    }
    exit_instruction(vh, raw);
    settle(vh);
}

/* --- CSRs --- */

static inline enum exit_cause csr_exit(const struct hart *h, const struct csr *c)
{
    if (likely(!h->v)) {
        return EXIT_csr_h;
    }
    return c->num == CSR_vsatp ? EXIT_satp : c->num == CSR_time ? EXIT_time : EXIT_csr_vs;
}

/* Does hardware hold it while HS or VS runs? An stimecmp or senvcfg that the hart doesn't have is
 * the model's. */
static inline bool is_resident(const struct csr *c)
{
    if (c->num == CSR_stimecmp) {
        return machine.sstc;
    }
    return c->resident && (c->num != CSR_senvcfg || machine.menvcfg) && c->num != CSR_vstopi;
}

/* The whole of it; old: what was read. */
static last_call void csr_write_in_place(struct vhart *vh, uint32_t raw, const struct csr *c,
                                         uint64_t old)
{
    struct hart *h = &vh->h;
    unsigned funct3 = raw >> 12 & 7, rs1 = raw >> 15 & 31;
    unsigned effect = csr_write(h, c, csr_operate(funct3, old, funct3 & 4 ? rs1 : h->x[rs1]));

    rd_write(vh, raw, old);
    h->pc += 4;
    if (effect) {
        host_effects(vh, effect);
    }
    if (vh->nacl) {
        nacl_written(vh, c, effect);
    }
    settle(vh);
}

/* Made of vsip and vsie, parts of which VS holds in hardware. The model goes on without them: they
 * may change again. */
static __attribute__((noinline)) uint64_t vs_topi(struct hart *h)
{
    uint64_t mie = h->mie, hvip = h->hvip, top;

    m_vs_irqs_unload(h);
    top = hart_vstopi(h);
    h->mie = mie;
    h->hvip = hvip;
    return top;
}

/*
 * A CSR access of HS or VS. To a register that stands in the model: nothing is moved. The same as
 * exec_csr() but for mip, which only M has.
 */
static last_call void csr(struct vhart *vh, uint32_t raw, uint64_t mstatus)
{
    struct hart *h = &vh->h;
    bool writes = (raw >> 12 & 3) == 1 || (raw >> 15 & 31) != 0;
    const struct csr *c;
    uint64_t old;

    if (unlikely(h->prv != PRV_S)) {
        h->scounteren = hw_read(CSR_scounteren); /* what a counter read of U is held against */
    }
    if (unlikely(csr_find(h, raw >> 20, writes, &c) != CSR_OK || is_resident(c))) {
        other(vh, raw, mstatus);
        return;
    }
    vhart_count(vh, csr_exit(h, c));
    if (c->effect & CSR_EFFECT_TRAPPED) {
        m_native_note(vh);
    }
    if (c->read != NULL) {
        h->time = host_time();
        old = unlikely(c->num == CSR_vstopi) && h->v ? vs_topi(h) : c->read(h, c);
    } else {
        old = csr_field_value(h, c);
    }
    if (writes) {
        csr_write_in_place(vh, raw, c, old);
        return;
    }
    rd_write(vh, raw, old);
    h->pc += 4;
}

/* --- others --- */

/* rs2's value names an ASID, if there is an rs2. */
static inline uint64_t fenced_asid(const struct hart *h, uint32_t raw, uint64_t value)
{
    return (raw >> 20 & 31) == 0 ? SHADOW_ALL_ASIDS
                                 : FIELD_PUT(SATP_ASID, value & h->isa->asid_mask);
}

static last_call void sfence_all(struct vhart *vh, uint32_t raw)
{
    const struct fence f = {.kind = FENCE_VMA,
                            .all_addresses = true,
                            .all_ids = (raw >> 20 & 31) == 0,
                            .id = vh->h.x[raw >> 20 & 31] & vh->h.isa->asid_mask};

    host_fence_guest(vh, &f, vh->h.hgatp);
}

/* The guest is about to use va, or so it seems. */
static last_call void sfence_ahead(struct vhart *vh, uint64_t va, bool lost)
{
    if (shadow_ahead(&vh->shadow, &vh->h, &vh->world->mem, va) || lost) {
        host_fence_shadow(vh, va);
    }
}

/* asid: as shadow_sfence() has it. */
static last_call void sfence_entries(struct vhart *vh, uint64_t va, uint64_t asid)
{
    bool lost = shadow_sfence(&vh->shadow, va, asid);

    if (shadow_expected(&vh->shadow, va)) {
        sfence_ahead(vh, va, lost);
    } else if (lost) {
        host_fence_shadow(vh, va);
    }
}

static inline void sfence_known(struct vhart *vh, uint64_t va, uint64_t asid)
{
    if (unlikely(!shadow_sfence_idle(&vh->shadow, va))) {
        sfence_entries(vh, va, asid);
    } else if (shadow_expected(&vh->shadow, va)) {
        sfence_ahead(vh, va, false);
    }
}

static last_call void sfence_unknown(struct vhart *vh, uint64_t va, uint64_t asid)
{
    shadow_sfence_find(&vh->shadow, va);
    sfence_known(vh, va, asid);
}

static inline void sfence_address(struct vhart *vh, uint64_t va, uint64_t asid)
{
    vhart_count(vh, EXIT_sfence);
    vh->h.pc += 4;
    if (unlikely(!shadow_sfence_known(&vh->shadow, va))) {
        sfence_unknown(vh, va, asid);
    } else {
        sfence_known(vh, va, asid);
    }
}

void m_sfence(struct vhart *vh, uint64_t va, uint64_t asid)
{
    sfence_address(vh, va, fenced_asid(&vh->h, vh->last_raw, asid));
}

/* sfence.vma of VS, which VTVM doesn't forbid. */
static last_call void sfence(struct vhart *vh, uint32_t raw)
{
    unsigned rs1 = raw >> 15 & 31, rs2 = raw >> 20 & 31;

    if (rs1 != 0) {
        sfence_address(vh, vh->h.x[rs1], fenced_asid(&vh->h, raw, vh->h.x[rs2]));
        return;
    }
    vhart_count(vh, EXIT_sfence);
    vh->h.pc += 4;
    sfence_all(vh, raw);
}

/* hfence.vvma and hfence.gvma of HS, which TVM doesn't forbid. */
static last_call void hfence(struct vhart *vh, uint32_t raw)
{
    struct hart *h = &vh->h;
    unsigned rs1 = raw >> 15 & 31, rs2 = raw >> 20 & 31;
    bool gvma = IS_HFENCE_GVMA(raw);
    struct fence f = {
        .kind = gvma ? FENCE_GVMA : FENCE_VVMA,
        .all_addresses = rs1 == 0,
        .all_ids = rs2 == 0,
        .address = gvma ? h->x[rs1] << 2 : h->x[rs1],
        .id = h->x[rs2] & (gvma ? h->isa->vmid_mask : h->isa->asid_mask),
    };

    vhart_count(vh, EXIT_hfence);
    h->pc += 4;
    host_fence_guest(vh, &f, h->hgatp);
}

/* satp written by VS, which VTVM doesn't forbid: from one address space to another. */
static last_call void satp(struct vhart *vh, uint32_t raw)
{
    vhart_count(vh, EXIT_satp);
    vh->h.pc += 4;
    if (csr_write(&vh->h, csr_row(CSR_vsatp), vh->h.x[raw >> 15 & 31]) != CSR_EFFECT_NONE) {
        m_vsatp_changed(vh);
        if (unlikely(vh->resident == RESIDENT_NONE)) {
            settle(vh);
        }
    }
}

/* wfi of VS, which VTW makes HS's. */
static last_call void wfi_vs(struct vhart *vh, uint32_t raw)
{
    const struct trap t = {.cause = CAUSE_VIRTUAL_INSTRUCTION, .tval = raw};

    vhart_count(vh, EXIT_wfi);
    host_reflect(vh, &t);
    settle(vh);
}

/* sret of VS to VS-mode, which traps only because one to VU-mode might need another shadow root. */
static last_call void sret_vs(struct vhart *vh, uint64_t mstatus)
{
    vhart_count(vh, EXIT_sret_vs);
    hw_write(CSR_mstatus, status_s_return(mstatus)); /* MPP is S already */
    vh->h.pc = hw_read(CSR_sepc);
}

/* sret of HS that entry.S has not done: into the guest, unless hstatus.SPV turns out to be stale.
 */
static last_call void sret_enter(struct vhart *vh)
{
    vhart_count(vh, EXIT_sret_enter);
    host_unload(vh);
    hart_sret(&vh->h);
    m_settle(vh);
}

/* What a guest's kernel does often. Handled? */
static inline bool of_vs(struct vhart *vh, uint32_t raw, uint64_t mstatus)
{
    const struct hart *h = &vh->h;

    if (IS_SFENCE_VMA(raw) && !(h->hstatus & HSTATUS_VTVM)) {
        sfence(vh, raw);
    } else if (IS_SATP_WRITE(raw) && !(h->hstatus & HSTATUS_VTVM)) {
        satp(vh, raw);
    } else if (raw == INSN_WFI && (h->hstatus & HSTATUS_VTW) && !(h->mstatus & STATUS_TW)) {
        wfi_vs(vh, raw);
    } else if (raw == INSN_SRET && (mstatus & STATUS_SPP) && !(h->hstatus & HSTATUS_VTSR)) {
        sret_vs(vh, mstatus);
    } else {
        return false;
    }
    return true;
}

/* What a hypervisor does. */
static inline bool of_hs(struct vhart *vh, uint32_t raw)
{
    const struct hart *h = &vh->h;

    if (raw == INSN_SRET && !(h->mstatus & STATUS_TSR)) {
        sret_enter(vh);
    } else if ((IS_HFENCE_GVMA(raw) || IS_HFENCE_VVMA(raw)) && isa_has(h->isa, EXT_H) &&
               !(h->mstatus & STATUS_TVM)) {
        hfence(vh, raw);
    } else {
        return false;
    }
    return true;
}

static last_call void illegal(struct vhart *vh, uint32_t raw, uint64_t mstatus)
{
    const struct hart *h = &vh->h;

    vh->last_raw = raw;
    vh->last_pc = h->pc;
    if (h->prv == PRV_S && (h->v ? of_vs(vh, raw, mstatus) : of_hs(vh, raw))) {
        return;
    }
    if (IS_CSR(raw)) {
        csr(vh, raw, mstatus);
    } else {
        other(vh, raw, mstatus);
    }
}

static last_call void illegal_fetched(struct vhart *vh, uint64_t mstatus)
{
    uint32_t raw;

    if (host_fetch(vh, &raw)) {
        illegal(vh, raw, mstatus);
    }
}

/*
 * mtval may be zero. And QEMU leaves the last instruction that trapped in it when mret does: what
 * looks like a repetition from another place is looked at.
 */
void m_illegal(struct vhart *vh, uint64_t mstatus)
{
    uint32_t raw = (uint32_t)hw_read(CSR_mtval);

    if (unlikely(raw == 0 || (raw == vh->last_raw && vh->h.pc != vh->last_pc))) {
        illegal_fetched(vh, mstatus);
    } else {
        illegal(vh, raw, mstatus);
    }
}
