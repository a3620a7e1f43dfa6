/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CSR instructions of HS with every register: what a hypervisor does to H's CSRs and VS's all the
 * time must come out as the same access does by any other road. Whatever takes a short way is to be
 * told from what does not by nothing but its cost (cost.c).
 */
#include "csr.h"
#include "env.h"
#include "sbi.h"
#include "test.h"

/*
 * HS runs one instruction with all its registers from x[] and leaves them there; the harness needs
 * none of them but by sscratch. The instruction may not trap into HS.
 */
extern uint32_t hs_slot;
void hs_run(uint64_t *x);
uint64_t hs_own_sp, *hs_own_x;
__asm__(
    ".section .data\n"
    ".balign 4\n"
    ".option push\n"
    ".option norvc\n"
    ".globl hs_run, hs_slot\n"
    "hs_run:\n"
    "    addi sp, sp, -128\n"
    "    sd ra, 0(sp); sd gp, 8(sp)\n"
    "    sd s0, 16(sp); sd s1, 24(sp); sd s2, 32(sp); sd s3, 40(sp); sd s4, 48(sp)\n"
    "    sd s5, 56(sp); sd s6, 64(sp); sd s7, 72(sp); sd s8, 80(sp); sd s9, 88(sp)\n"
    "    sd s10, 96(sp); sd s11, 104(sp)\n"
    "    la t0, hs_own_sp; sd sp, 0(t0)\n"
    "    la t0, hs_own_x; sd a0, 0(t0)\n"
    "    csrw sscratch, a0\n" /* until the registers are back */
    "    mv x31, a0\n"
    "    .irp n,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,"
    "30,31\n"
    "    ld x\\n, 8 * \\n(x31)\n"
    "    .endr\n"
    "hs_slot: nop\n"
    "    csrrw x31, sscratch, x31\n"
    "    .irp n,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,"
    "30\n"
    "    sd x\\n, 8 * \\n(x31)\n"
    "    .endr\n"
    "    csrr t0, sscratch\n"
    "    sd t0, 8 * 31(x31)\n"
    "    la t0, hs_own_sp; ld sp, 0(t0)\n"
    "    ld ra, 0(sp); ld gp, 8(sp)\n"
    "    ld s0, 16(sp); ld s1, 24(sp); ld s2, 32(sp); ld s3, 40(sp); ld s4, 48(sp)\n"
    "    ld s5, 56(sp); ld s6, 64(sp); ld s7, 72(sp); ld s8, 80(sp); ld s9, 88(sp)\n"
    "    ld s10, 96(sp); ld s11, 104(sp)\n"
    "    addi sp, sp, 128\n"
    "    ret\n"
    ".option pop\n"
    ".text\n");

static uint64_t x[32];

/* Each register with a value of its own, then the instruction. */
static void all_registers(uint32_t insn)
{
    struct hart *own = me();

    hs_slot = insn;
    __asm__ volatile("fence rw, rw; fence.i" ::: "memory");
    hs_run(x);
    __asm__ volatile("mv tp, %0; csrw sscratch, tp" ::"r"(own) : "memory");
}

static void pattern(unsigned changed)
{
    for (unsigned i = 1; i < 32; i++)
        x[i] = 0x0101010101010101UL * i + changed;
}

static void check_others(unsigned changed, unsigned rd)
{
    for (unsigned i = 1; i < 32; i++) {
        if (i != rd)
            check_eq(x[i], 0x0101010101010101UL * i + changed, "another register");
    }
}

/* For the time of a test HS takes no interrupt: there is no stack to take it on. */
static void quiet(void)
{
    irq_off();
    env_set(MODE_SV39, MODE_SV39);
}

static const uint16_t csrs[] = {
    CSR_HSTATUS, CSR_HEDELEG,  CSR_HIDELEG, CSR_HIE,    CSR_HTIMEDELTA, CSR_HCOUNTEREN,
    CSR_HVIP,    CSR_HTVAL,    CSR_HTINST,  CSR_HGATP,  CSR_HENVCFG,    CSR_HIP,
    CSR_HGEIE,   CSR_VSSTATUS, CSR_VSIE,    CSR_VSTVEC, CSR_VSSCRATCH,  CSR_VSEPC,
    CSR_VSCAUSE, CSR_VSTVAL,   CSR_VSIP,    CSR_VSATP,  CSR_VSTIMECMP,
};
#define CSRS (sizeof csrs / sizeof csrs[0])

static bool there(unsigned csr)
{
    return csr != CSR_VSTIMECMP || sstc;
}

/* By csrrc with a register: not what a hypervisor does all the time. */
static uint64_t value_of(unsigned csr)
{
    struct trap t = run_insn(MODE_HS, INSN_CSRRC(A0, csr, A1), 0, 0);
    if (!completed(&t))
        test_fatal("CSR 0x%x: expected to be there, seen cause %lu", csr, t.scause);
    return regs.x[A0];
}

static void put(unsigned csr, uint64_t v)
{
    run_insn(MODE_HS, INSN_CSRRW(A0, csr, A1), 0, v);
}

/* A value for it that tells the fields apart and leaves the test alive. */
static uint64_t sample(unsigned csr, unsigned n)
{
    switch (csr) {
    case CSR_HSTATUS:
        return n & 1 ? HSTATUS_SPVP | HSTATUS_VTW : HSTATUS_SPV | HSTATUS_HU;
    case CSR_HENVCFG:
        return n & 1 ? HENVCFG_STCE : 0;
    case CSR_HGATP:
    case CSR_VSATP:
        return FIELD_PUT(ATP_MODE, MODE_SV39) | (0x1230 + 4 * n);
    case CSR_HVIP:
    case CSR_HIE:
    case CSR_VSIE:
    case CSR_HIDELEG:
        return n & 1 ? 0x444 : 0;
    default:
        return n & 1 ? 0x123456789abcdef1UL * n : ~0x123456789abcdef1UL * n;
    }
}

/* "any general-purpose register" */
static void read_into_every_register(void)
{
    quiet();
    csr_write(hideleg, 0x444);
    for (unsigned i = 0; i < CSRS; i++) {
        if (!there(csrs[i]))
            continue;
        uint64_t kept = value_of(csrs[i]);
        put(csrs[i], sample(csrs[i], 1));
        uint64_t value = value_of(csrs[i]);
        for (unsigned rd = 0; rd < 32; rd++) {
            context("CSR 0x%x, x%u", csrs[i], rd);
            pattern(rd);
            all_registers(INSN_CSRRS(rd, csrs[i], X0));
            check_others(rd, rd);
            check(rd == 0 || x[rd] == value, "the value of the CSR");
        }
        put(csrs[i], kept);
    }
}

static void written_from_every_register(void)
{
    quiet();
    csr_write(hideleg, 0x444);
    for (unsigned i = 0; i < CSRS; i++) {
        if (!there(csrs[i]))
            continue;
        uint64_t kept = value_of(csrs[i]);
        for (unsigned rs = 0; rs < 32; rs++) {
            context("CSR 0x%x, x%u", csrs[i], rs);
            uint64_t operand = rs == 0 ? 0 : sample(csrs[i], rs);
            put(csrs[i], sample(csrs[i], rs + 1));
            put(csrs[i], operand);
            uint64_t want = value_of(csrs[i]);
            put(csrs[i], sample(csrs[i], rs + 1));
            for (unsigned again = 0; again < 2; again++) {
                pattern(0);
                x[rs] = operand;
                all_registers(INSN_CSRRW(X0, csrs[i], rs));
                check_others(0, rs);
                check(rs == 0 || x[rs] == operand, "the operand stays");
                check_eq(value_of(csrs[i]), want, "what was written");
            }
        }
        put(csrs[i], kept);
    }
}

/* csrrw with both registers, also the same one: the old value is the one before. */
static void swapped(void)
{
    static const uint16_t some[] = {CSR_HSTATUS, CSR_VSEPC, CSR_HVIP};
    quiet();
    for (unsigned i = 0; i < 3; i++) {
        uint64_t kept = value_of(some[i]);
        for (unsigned n = 0; n < 32 * 32; n++) {
            unsigned rd = n / 32, rs = n % 32;
            context("CSR 0x%x, x%u, x%u", some[i], rd, rs);
            uint64_t operand = rs == 0 ? 0 : sample(some[i], n);
            put(some[i], operand);
            uint64_t want = value_of(some[i]);
            put(some[i], sample(some[i], n + 1));
            uint64_t old = value_of(some[i]);
            pattern(0);
            x[rs] = operand;
            all_registers(INSN_CSRRW(rd, some[i], rs));
            for (unsigned r = 1; r < 32; r++) {
                if (r != rd && r != rs)
                    check_eq(x[r], 0x0101010101010101UL * r, "another register");
            }
            check(rd == 0 || x[rd] == old, "the value before");
            check(rs == 0 || rs == rd || x[rs] == operand, "the operand stays");
            check_eq(value_of(some[i]), want, "what was written");
        }
        put(some[i], kept);
    }
}

/* The same instruction again, at the same place and at others, with nothing in between. */
static void repeated(void)
{
    const uint32_t code[] = {
        INSN_CSRRS(A0, CSR_VSEPC, X0), INSN_CSRRS(A0, CSR_VSEPC, X0), INSN_CSRRW(X0, CSR_VSEPC, A1),
        INSN_CSRRW(X0, CSR_VSEPC, A1), INSN_CSRRS(A0, CSR_VSEPC, X0), INSN_CSRRS(A0, CSR_VSEPC, X0),
    };
    quiet();
    for (unsigned i = 0; i < 4; i++) {
        run_code(MODE_HS, code, 6, 0, 0x1110 * i);
        check_eq(regs.x[A0], 0x1110 * i, "vsepc");
    }
}

/* An instruction that traps otherwise, behind one of these: it is not taken for the same again. */
static void not_again(void)
{
    static const uint32_t others[] = {INSN_MRET, INSN_CSRRW(A0, 0x300, A1), 0};
    quiet();
    csr_write(vsepc, 0x1110);
    for (unsigned i = 0; i < 3; i++) {
        const uint32_t code[] = {INSN_CSRRS(A0, CSR_VSEPC, X0), others[i]};
        struct trap t = run_code(MODE_HS, code, others[i] == 0 ? 1 : 2, 0, 0);
        context("instruction 0x%x", others[i]);
        check_eq(t.scause, others[i] == 0 ? CAUSE_NONE : CAUSE_ILLEGAL, "scause");
        if (exact) /* QEMU leaves the last instruction that trapped there when mret does */
            check(t.scause == CAUSE_NONE || t.stval == 0 || t.stval == others[i], "stval");
        check_eq(regs.x[A0], 0x1110, "vsepc");
    }
}

void guest_enter(void);

/* sret with hstatus as it is, to an ECALL; nothing else of it is written. */
static struct trap enter(void)
{
    struct hart *h = me();
    csr_write(sepc, addr_in(MODE_VS, vs_vector));
    csr_set(sstatus, SSTATUS_SPP);
    guest_enter();
    return h->trap;
}

/* hstatus by csrw and csrrw: SPV says where sret goes, and a trap in HS clears it. */
static void hstatus_written(void)
{
    quiet();
    for (unsigned i = 0; i < 8; i++) {
        uint64_t v = csr_read(hstatus) & ~(HSTATUS_SPV | HSTATUS_SPVP);
        uint64_t old;
        context("round %u", i);
        csr_write(hstatus, v ^ HSTATUS_HU);
        csr_write(hstatus, v);
        if (i & 2)
            csr_write(hstatus, v | HSTATUS_SPV);
        else
            __asm__ volatile("csrrw %0, hstatus, %1" : "=r"(old) : "r"(v | HSTATUS_SPV));
        if (i & 1) {
            check_eq(cause_of(MODE_HS, INSN_EBREAK, 0, 0), CAUSE_BREAKPOINT, "cause");
            check_eq(me()->caught.hstatus & HSTATUS_SPV, 0, "SPV after a trap of HS");
            csr_write(hstatus, v | HSTATUS_SPV);
        }
        struct trap t = enter();
        check_eq(t.scause, CAUSE_ECALL_VS, "scause");
        check_eq(t.sepc, addr_in(MODE_VS, vs_vector), "sepc");
        check_bits(t.hstatus, HSTATUS_SPV | HSTATUS_SPVP, HSTATUS_SPV | HSTATUS_SPVP, "hstatus");
        csr_write(hstatus, v);
        check_eq(cause_of(MODE_HS, INSN_EBREAK, 0, 0), CAUSE_BREAKPOINT, "cause");
        check_eq(me()->caught.hstatus & HSTATUS_SPV, 0, "SPV after HS");
    }
}

/* "htval is written with zero" by a trap that is not of a guest: also one that Hearth doesn't see.
 */
static void cleared_by_a_trap(void)
{
    quiet();
    for (unsigned i = 0; i < 4; i++) {
        csr_write(htval, 0x123);
        csr_write(htinst, 0x3);
        csr_write(hstatus, csr_read(hstatus) | HSTATUS_GVA);
        check_eq(csr_read(htval), 0x123, "htval");
        check_eq(cause_of(MODE_HS, i & 1 ? INSN_EBREAK : INSN_MRET, 0, 0),
                 i & 1 ? CAUSE_BREAKPOINT : CAUSE_ILLEGAL, "cause");
        check_eq(me()->caught.htval, 0, "htval found by the handler");
        check_eq(me()->caught.htinst, 0, "htinst found by the handler");
        check_eq(me()->caught.hstatus & HSTATUS_GVA, 0, "GVA found by the handler");
        check_eq(csr_read(htval), 0, "htval");
    }
}

/* The same where nothing has looked since the trap: the old value is what the trap left. */
static void cleared_unseen(void)
{
    quiet();
    for (unsigned i = 0; i < 4; i++) {
        uint64_t v = csr_read(hstatus) & ~(HSTATUS_SPV | HSTATUS_GVA), old;
        csr_write(scause, CAUSE_ILLEGAL); /* another one: docs/limits.md */
        csr_write(hstatus, v ^ HSTATUS_HU);
        csr_write(hstatus, v | HSTATUS_GVA);
        check_eq(csr_read(hstatus), v | HSTATUS_GVA, "hstatus");
        __asm__ volatile(
            "csrr a0, stvec; la a1, 1f; csrw stvec, a1; ebreak; j 2f\n"
            ".balign 4\n"
            "1: csrr a1, sepc; addi a1, a1, 2; csrw sepc, a1; sret\n"
            "2: csrw stvec, a0; csrrw %0, hstatus, %1"
            : "=&r"(old)
            : "r"(v)
            : "a0", "a1", "memory");
        check_eq(old, v, "hstatus after the trap");
    }
}

/* Every trap is counted, once. */
static void counted(void)
{
    quiet();
    if (!sbi_probe(SBI_EXT_HEARTH))
        return;
    uint64_t none = sbi_traps_counted();
    none = sbi_traps_counted() - none;
    uint64_t before = sbi_traps_counted();
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t v = csr_read(hvip);
        csr_write(hvip, v);
    }
    uint64_t seen = sbi_traps_counted() - before - none;
    check(seen >= 2000 && seen < 2010, "2000 accesses are as many traps");
}

/* What is HS's alone, from below it, straight after HS has done the same. */
static void forbidden_below(void)
{
    quiet();
    for (unsigned i = 0; i < CSRS; i++) {
        if (!there(csrs[i]))
            continue;
        const uint32_t insns[] = {INSN_CSRRS(A0, csrs[i], X0), INSN_CSRRW(X0, csrs[i], A0),
                                  INSN_CSRRW(A1, csrs[i], A0)};
        uint64_t kept = value_of(csrs[i]);
        for (unsigned n = 0; n < 3; n++) {
            context("CSR 0x%x, form %u", csrs[i], n);
            check_eq(cause_of(MODE_HS, insns[n], kept, 0), CAUSE_NONE, "cause in HS");
            check_eq(cause_of(MODE_U, insns[n], 0, 0), CAUSE_ILLEGAL, "cause in U");
            check_eq(cause_of(MODE_VS, insns[n], 0, 0), CAUSE_VIRTUAL, "cause in VS");
            check_eq(cause_of(MODE_VU, insns[n], 0, 0), CAUSE_VIRTUAL, "cause in VU");
            check_eq(value_of(csrs[i]) & ~(HSTATUS_SPV | HSTATUS_SPVP),
                     kept & ~(HSTATUS_SPV | HSTATUS_SPVP), "it stays as it was");
        }
    }
}

TESTS("csrreg",                                                                     /**/
      {"read_into_every_register", "zicsr: CSRRS", read_into_every_register},       /**/
      {"written_from_every_register", "zicsr: CSRRW", written_from_every_register}, /**/
      {"swapped", "zicsr: CSRRW", swapped},                                         /**/
      {"repeated", "zicsr: CSRRW", repeated},                                       /**/
      {"not_again", "machine: mtval", not_again},                                   /**/
      {"hstatus_written", "norm:sret_hs_op", hstatus_written},                      /**/
      {"cleared_by_a_trap", "norm:htval_val", cleared_by_a_trap},                   /**/
      {"cleared_unseen", "norm:hstatus_gva_op", cleared_unseen},                    /**/
      {"counted", "Hearth: exits", counted},                                        /**/
      {"forbidden_below", "norm:H_csrs_hs_not_vs", forbidden_below});
