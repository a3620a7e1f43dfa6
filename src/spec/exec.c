/* SPDX-License-Identifier: BSD-2-Clause */
/* The privileged instructions: Zicsr, machine and supervisor chapters, Svinval, hypervisor chapter,
 * "Hypervisor Instructions". */
#include "spec/exec.h"

static struct trap trap_insn(uint64_t cause, const struct insn *i)
{
    return (struct trap){.cause = cause, .tval = i->raw};
}

struct trap trap_illegal(const struct insn *i)
{
    return trap_insn(CAUSE_ILLEGAL, i);
}

struct trap trap_virtual(const struct insn *i)
{
    return trap_insn(CAUSE_VIRTUAL_INSTRUCTION, i);
}

static struct exec exec_trap(struct trap t)
{
    return (struct exec){.kind = EXEC_TRAP, .trap = t};
}

/* What stops an instruction that HS-mode could execute: cause 22 in a guest, else 2. */
static struct exec exec_denied(const struct hart *h, const struct insn *i)
{
    return exec_trap(h->v ? trap_virtual(i) : trap_illegal(i));
}

static struct exec exec_illegal(const struct insn *i)
{
    return exec_trap(trap_illegal(i));
}

static struct exec exec_done(struct hart *h, const struct insn *i, enum exec_kind kind)
{
    h->pc += i->length;
    return (struct exec){.kind = (uint8_t)kind};
}

/* funct3: 1 csrrw, 2 csrrs, 3 csrrc; + 4 the immediate forms. */
enum { CSRRW = 1, CSRRS = 2, CSRRC = 3, CSR_IMMEDIATE = 4 };

static __attribute__((noinline)) struct exec exec_csr(struct hart *h, const struct insn *i)
{
    bool immediate = (i->funct3 & CSR_IMMEDIATE) != 0;
    unsigned form = i->funct3 & 3;
    uint64_t operand = immediate ? (uint64_t)i->imm : h->x[i->rs1];
    bool write = form == CSRRW || (immediate ? i->imm != 0 : i->rs1 != 0);
    const struct csr *c;
    enum csr_status status = csr_find(h, i->csr, write, &c);
    if (unlikely(status != CSR_OK)) {
        return exec_trap(status == CSR_STATUS_VIRTUAL ? trap_virtual(i) : trap_illegal(i));
    }
    uint64_t old = 0;
    if (form != CSRRW || i->rd != 0) {
        old = csr_read(h, c);
    }
    unsigned effect = CSR_EFFECT_NONE;
    if (write) {
        uint64_t base = form == CSRRW ? 0 : csr_read_modify(h, c, old);
        effect = csr_write(h, c, form == CSRRC ? base & ~operand : base | operand);
    }
    if (i->rd != 0) {
        h->x[i->rd] = old;
    }
    struct exec done = exec_done(h, i, EXEC_DONE);
    done.csr_effect = effect;
    return done;
}

static struct exec exec_ecall(const struct hart *h)
{
    uint64_t cause = CAUSE_ECALL_U;
    if (h->prv == PRV_M) {
        cause = CAUSE_ECALL_M;
    } else if (h->prv == PRV_S) {
        cause = h->v ? CAUSE_ECALL_VS : CAUSE_ECALL_HS;
    }
    return exec_trap((struct trap){.cause = cause});
}

static struct exec exec_ebreak(const struct hart *h)
{
    return exec_trap((struct trap){.cause = CAUSE_BREAKPOINT, .tval = h->pc, .gva = h->v});
}

static struct exec exec_sret(struct hart *h, const struct insn *i)
{
    uint64_t denied = h->v ? h->hstatus & HSTATUS_VTSR : h->mstatus & STATUS_TSR;
    if (h->prv == PRV_U || (h->prv == PRV_S && denied)) {
        return exec_denied(h, i);
    }
    hart_sret(h);
    return (struct exec){.kind = EXEC_XRET};
}

static struct exec exec_mret(struct hart *h, const struct insn *i)
{
    if (h->prv != PRV_M) {
        return exec_illegal(i);
    }
    hart_mret(h);
    return (struct exec){.kind = EXEC_XRET};
}

/* The time limit after which TW, VTW or U-mode trap is 0. */
static struct exec exec_wfi(struct hart *h, const struct insn *i)
{
    if (h->prv != PRV_M && (h->mstatus & STATUS_TW)) {
        return exec_illegal(i);
    }
    if (h->prv == PRV_U || (h->v && (h->hstatus & HSTATUS_VTW))) {
        return exec_denied(h, i);
    }
    return exec_done(h, i, EXEC_WFI);
}

/* Zawrs: TW and VTW bound it as they do wfi, but it is not U-mode's to be refused. Not waiting at
 * all is legal. */
static struct exec exec_wrs_nto(struct hart *h, const struct insn *i)
{
    if (h->prv != PRV_M && (h->mstatus & STATUS_TW)) {
        return exec_illegal(i);
    }
    if (h->v && (h->hstatus & HSTATUS_VTW)) {
        return exec_denied(h, i);
    }
    return exec_done(h, i, EXEC_WFI);
}

/* A cache-block instruction that hardware refused: CMO, "Traps": virtual if menvcfg allows it and
 * henvcfg, or in VU senvcfg, doesn't. */
static struct exec exec_cbo(const struct hart *h, const struct insn *i)
{
    uint64_t enable = i->imm == 0 ? ENVCFG_CBIE : i->imm == 4 ? ENVCFG_CBZE : ENVCFG_CBCFE;

    return h->v && (h->menvcfg & enable) != 0 ? exec_denied(h, i) : exec_illegal(i);
}

static struct exec exec_fence(struct hart *h, const struct insn *i, struct fence f)
{
    struct exec e = exec_done(h, i, EXEC_FENCE);
    f.all_addresses = i->rs1 == 0;
    f.all_ids = i->rs2 == 0;
    f.address = h->x[i->rs1];
    f.id = h->x[i->rs2];
    if (f.kind == FENCE_GVMA) {
        f.address <<= 2;
        f.id &= h->isa->vmid_mask;
    } else {
        f.id &= h->isa->asid_mask;
    }
    e.fence = f;
    return e;
}

/* sfence.vma, sinval.vma: TVM in HS, VTVM in VS. */
static struct exec exec_sfence(struct hart *h, const struct insn *i)
{
    uint64_t denied = h->v ? h->hstatus & HSTATUS_VTVM : h->mstatus & STATUS_TVM;
    if (h->prv == PRV_U || (h->prv == PRV_S && denied)) {
        return exec_denied(h, i);
    }
    return exec_fence(h, i, (struct fence){.kind = FENCE_VMA});
}

/* sfence.w.inval, sfence.inval.ir: neither TVM nor VTVM. */
static struct exec exec_sfence_order(struct hart *h, const struct insn *i)
{
    if (h->prv == PRV_U) {
        return exec_denied(h, i);
    }
    struct exec e = exec_done(h, i, EXEC_FENCE);
    e.fence.kind = FENCE_NONE;
    return e;
}

static struct exec exec_hfence(struct hart *h, const struct insn *i, enum fence_kind kind)
{
    bool tvm = kind == FENCE_GVMA && h->prv == PRV_S && (h->mstatus & STATUS_TVM);
    if (h->v || h->prv == PRV_U || tvm || !isa_has(h->isa, EXT_H)) {
        return exec_denied(h, i);
    }
    return exec_fence(h, i, (struct fence){.kind = (uint8_t)kind});
}

/* HLV, HLVX, HSV: as VS or VU, by SPVP; from U only with HU. */
static struct exec exec_hypervisor_memory(const struct hart *h, const struct insn *i)
{
    if (h->v || (h->prv == PRV_U && !(h->hstatus & HSTATUS_HU)) || !isa_has(h->isa, EXT_H)) {
        return exec_denied(h, i);
    }
    struct exec e = {.kind = EXEC_MEMORY};
    e.as.access = i->op == OP_HSV ? ACCESS_STORE : ACCESS_LOAD;
    e.as.prv = (uint8_t)FIELD_GET(HSTATUS_SPVP, h->hstatus);
    e.as.v = true;
    e.as.hlvx = i->hlvx;
    return e;
}

static bool needs_svinval(unsigned op)
{
    return op == OP_SINVAL_VMA || op == OP_SFENCE_W_INVAL || op == OP_SFENCE_INVAL_IR ||
           op == OP_HINVAL_VVMA || op == OP_HINVAL_GVMA;
}

static struct exec exec_fences(struct hart *h, const struct insn *i)
{
    if (needs_svinval(i->op) && !isa_has(h->isa, EXT_SVINVAL)) {
        return exec_illegal(i);
    }
    switch (i->op) {
    case OP_SFENCE_VMA:
    case OP_SINVAL_VMA:
        return exec_sfence(h, i);
    case OP_SFENCE_W_INVAL:
    case OP_SFENCE_INVAL_IR:
        return exec_sfence_order(h, i);
    case OP_HFENCE_VVMA:
    case OP_HINVAL_VVMA:
        return exec_hfence(h, i, FENCE_VVMA);
    case OP_HFENCE_GVMA:
    case OP_HINVAL_GVMA:
        return exec_hfence(h, i, FENCE_GVMA);
    default:
        return exec_illegal(i);
    }
}

/* What is rare, kept out of the way of what is not. */
static __attribute__((noinline)) struct exec exec_other(struct hart *h, const struct insn *i)
{
    switch (i->op) {
    case OP_ECALL:
        return exec_ecall(h);
    case OP_EBREAK:
        return exec_ebreak(h);
    case OP_MRET:
        return exec_mret(h, i);
    case OP_WFI:
        return exec_wfi(h, i);
    case OP_WRS_NTO:
        return exec_wrs_nto(h, i);
    case OP_CBO:
        return exec_cbo(h, i);
    case OP_HLV:
    case OP_HSV:
        return exec_hypervisor_memory(h, i);
    default:
        return exec_fences(h, i);
    }
}

struct exec hart_exec(struct hart *h, const struct insn *i)
{
    if (likely(i->op == OP_CSR)) {
        return exec_csr(h, i);
    }
    if (i->op == OP_SRET) {
        return exec_sret(h, i);
    }
    return exec_other(h, i);
}
