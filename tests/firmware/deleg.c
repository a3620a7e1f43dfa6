/* SPDX-License-Identifier: BSD-2-Clause */
/* Delegation: which exceptions and interrupts S takes by itself, and which come to M. */
#include "dev.h"
#include "low.h"

static const struct {
    uint32_t insn;
    uint64_t cause, tval;
} row[] = {{INSN_EBREAK, CAUSE_BREAKPOINT, ~0UL},
           {0xffffffffu, CAUSE_ILLEGAL, ~0UL},
           {INSN_LOAD(3, A1, A0, 0), CAUSE_LOAD_PAGE, TEST_VA},
           {INSN_STORE(3, A1, A0, 0), CAUSE_STORE_PAGE, TEST_VA}};
#define ROWS (sizeof row / sizeof row[0])

/* S's handler is a row of ECALLs: the trap arrives in M as an ECALL from there. */
static void s_vector(void)
{
    csr_write(stvec, (uint64_t)vector);
}

static void to_s(void)
{
    low_pages();
    s_vector();
    for (unsigned i = 0; i < ROWS; i++) {
        for (enum mode m = MODE_U; m <= MODE_S; m++) {
            context("cause %lu from %s", row[i].cause, mode_name(m));
            csr_write(medeleg, BIT(row[i].cause));
            csr_write(scause, 99);
            struct trap t = run_insn(m, row[i].insn, TEST_VA, 0);
            check(taken_in(&t, MODE_S), "S takes it");
            check_eq(csr_read(scause), row[i].cause, "scause");
            check_eq(csr_read(sepc), code_pc(m), "sepc");
            if (row[i].tval != ~0UL)
                check_eq(csr_read(stval), row[i].tval, "stval");
            check_bits(csr_read(mstatus), MSTATUS_SPP, m == MODE_S ? MSTATUS_SPP : 0, "SPP");
        }
    }
}

static void not_to_s(void)
{
    low_pages();
    s_vector();
    for (unsigned i = 0; i < ROWS; i++) {
        for (enum mode m = MODE_U; m <= MODE_S; m++) {
            context("cause %lu from %s", row[i].cause, mode_name(m));
            csr_write(medeleg, 0xb1ff & ~BIT(row[i].cause));
            csr_write(scause, 99);
            struct trap t = run_insn(m, row[i].insn, TEST_VA, 0);
            check_eq(t.mcause, row[i].cause, "mcause");
            check_eq(csr_read(scause), 99, "scause, which nobody wrote");
        }
    }
}

static void ecalls(void)
{
    s_vector();
    csr_write(medeleg, BIT(CAUSE_ECALL_U));
    struct trap t = run_insn(MODE_U, INSN_ECALL, 0, 0);
    check(taken_in(&t, MODE_S), "S takes an ECALL of U");
    check_eq(csr_read(scause), CAUSE_ECALL_U, "scause");
    t = run_insn(MODE_S, INSN_ECALL, 0, 0);
    check_eq(t.mcause, CAUSE_ECALL_S, "mcause of an ECALL of S");
    check_eq(t.mepc, code_pc(MODE_S), "mepc of an ECALL of S");
}

/* Traps of M are never delegated. */
static void never_from_m(void)
{
    s_vector();
    csr_write(medeleg, ~0UL);
    csr_write(scause, 99);
    check_eq(cause_of(MODE_M, 0xffffffffu, 0, 0), CAUSE_ILLEGAL, "an illegal instruction in M");
    check_eq(cause_of(MODE_M, INSN_LOAD(3, A1, A0, 0), NOWHERE, 0), CAUSE_LOAD_ACCESS,
             "an access fault in M");
    check_eq(csr_read(scause), 99, "scause, which nobody wrote");
}

static bool count_irq(struct trap *t)
{
    csr_clear(mie, BIT(t->mcause & 63));
    return true;
}

/* Pending S interrupts by what M writes to mip. */
static const uint64_t s_irq[] = {IRQ_SSI, IRQ_STI, IRQ_SEI};

static void irq_to_s(void)
{
    s_vector();
    for (unsigned i = 0; i < 3; i++) {
        for (enum mode m = MODE_U; m <= MODE_S; m++) {
            context("interrupt %lu in %s", s_irq[i], mode_name(m));
            csr_write(mideleg, BIT(s_irq[i]));
            csr_write(mie, BIT(s_irq[i]));
            csr_set(mstatus, MSTATUS_SIE);
            csr_write(mip, BIT(s_irq[i]));
            struct trap t = run_insn(m, INSN_NOP, 0, 0);
            check(taken_in(&t, MODE_S), "S takes it at once");
            check_eq(csr_read(scause), CAUSE_IRQ(s_irq[i]), "scause");
            check_eq(csr_read(sepc), code_pc(m), "sepc");
            check_eq(csr_read(stval), 0, "stval");
            csr_write(mip, 0);
            csr_write(mideleg, 0);
        }
    }
}

/* With sstatus.SIE clear S is left alone, U is not. */
static void irq_masked_in_s(void)
{
    s_vector();
    for (unsigned i = 0; i < 3; i++) {
        context("interrupt %lu", s_irq[i]);
        csr_write(mideleg, BIT(s_irq[i]));
        csr_write(mie, BIT(s_irq[i]));
        csr_write(mip, BIT(s_irq[i]));
        csr_clear(mstatus, MSTATUS_SIE);
        check_eq(cause_of(MODE_S, INSN_NOP, 0, 0), CAUSE_NONE, "cause in S with SIE clear");
        struct trap t = run_insn(MODE_U, INSN_NOP, 0, 0);
        check(taken_in(&t, MODE_S), "S takes it from U");
        csr_clear(mstatus, MSTATUS_SIE);
        t = run_insn(MODE_S, INSN_I(OP_SYSTEM, 6, X0, 2, CSR_SSTATUS), 0, 0);
        check(taken_in(&t, MODE_S), "S takes it when it sets SIE");
        check_eq(csr_read(sepc), code_pc(MODE_S) + 4, "sepc: behind the csrsi");
        csr_write(mip, 0);
        csr_write(mie, 0);
        csr_set(mstatus, MSTATUS_SIE);
        csr_write(mip, BIT(s_irq[i]));
        check_eq(cause_of(MODE_U, INSN_NOP, 0, 0), CAUSE_NONE, "cause in U with sie clear");
        t = run_insn(MODE_S, INSN_CSRRS(X0, CSR_SIE, A0), BIT(s_irq[i]), 0);
        check(taken_in(&t, MODE_S), "S takes it when it sets sie");
        csr_write(mip, 0);
    }
}

/* Delegated: M is never interrupted. Not delegated: M takes it, from below whatever MIE is. */
static void irq_to_m(void)
{
    irq_off();
    for (unsigned i = 0; i < 3; i++) {
        context("interrupt %lu", s_irq[i]);
        if (mideleg_fixed & BIT(s_irq[i]))
            continue;
        csr_write(mideleg, 0);
        csr_write(mie, BIT(s_irq[i]));
        csr_write(mip, BIT(s_irq[i]));
        for (enum mode m = MODE_U; m <= MODE_S; m++) {
            csr_set(mstatus, MSTATUS_SIE);
            struct trap t = run_insn(m, INSN_NOP, 0, 0);
            check_eq(t.mcause, CAUSE_IRQ(s_irq[i]), "mcause");
            check_eq(t.mepc, code_pc(m), "mepc");
        }
        me()->irq = count_irq;
        uint64_t n = me()->irqs[s_irq[i]];
        irq_on();
        check_eq(me()->irqs[s_irq[i]], n + 1, "interrupts in M, not delegated");
        csr_write(mideleg, BIT(s_irq[i]));
        csr_write(mie, BIT(s_irq[i]));
        check_eq(me()->irqs[s_irq[i]], n + 1, "interrupts in M, delegated");
        csr_write(mideleg, 0);
        check_eq(me()->irqs[s_irq[i]], n + 2, "interrupts in M, not delegated any more");
        csr_write(mip, 0);
        irq_off();
    }
}

/* S sends itself SSIP, and clears it; the others it can't write. */
static void s_writes_sip(void)
{
    csr_write(mideleg, S_IRQS);
    check_eq(cause_of(MODE_S, INSN_CSRRS(X0, CSR_SIP, A0), S_IRQS, 0), CAUSE_NONE, "csrs sip");
    check_bits(csr_read(mip), S_IRQS, BIT(IRQ_SSI), "mip after S has set sip's bits");
    csr_write(mip, S_IRQS);
    cause_of(MODE_S, INSN_CSRRC(X0, CSR_SIP, A0), S_IRQS, 0);
    check_bits(csr_read(mip), S_IRQS, BIT(IRQ_STI) | BIT(IRQ_SEI), "mip after S has cleared them");
    csr_write(mip, 0);
}

/* SEI before SSI before STI, in S. */
static void order_in_s(void)
{
    static const uint64_t order[] = {IRQ_SEI, IRQ_SSI, IRQ_STI};
    s_vector();
    csr_write(mideleg, S_IRQS);
    csr_set(mstatus, MSTATUS_SIE);
    csr_write(mip, S_IRQS);
    csr_write(mie, S_IRQS);
    for (unsigned i = 0; i < 3; i++) {
        csr_set(mstatus, MSTATUS_SIE);
        struct trap t = run_insn(MODE_S, INSN_NOP, 0, 0);
        check(taken_in(&t, MODE_S), "S takes one");
        if (has_smaia) /* without it QEMU takes the lowest number first, below any M-mode */
            check_eq(csr_read(scause), CAUSE_IRQ(order[i]), "scause");
        csr_clear(mie, BIT(csr_read(scause) & 63));
    }
    csr_write(mip, 0);
}

static void vectored_in_s(void)
{
    csr_write(stvec, (uint64_t)vector | 1);
    csr_write(mideleg, S_IRQS);
    csr_write(medeleg, BIT(CAUSE_ILLEGAL));
    for (unsigned i = 0; i < 3; i++) {
        csr_write(mip, BIT(s_irq[i]));
        csr_write(mie, BIT(s_irq[i]));
        csr_set(mstatus, MSTATUS_SIE);
        struct trap t = run_insn(MODE_S, INSN_NOP, 0, 0);
        check(taken_in(&t, MODE_S), "S takes it");
        check_eq(vector_entry(&t), s_irq[i], "entry");
        csr_write(mip, 0);
    }
    struct trap t = run_insn(MODE_U, 0xffffffffu, 0, 0);
    check(taken_in(&t, MODE_S), "S takes an exception");
    check_eq(vector_entry(&t), 0, "entry of an exception");
}

/* M's own interrupts come to M from below, whatever MIE and SIE are. */
static void m_irq_from_below(void)
{
    if (!dev.msip)
        return;
    irq_off();
    s_vector();
    csr_write(mideleg, ~0UL);
    for (enum mode m = MODE_U; m <= MODE_S; m++) {
        context("from %s", mode_name(m));
        csr_write(mie, BIT(IRQ_MSI));
        *msip_of(me()->hartid) = 1;
        struct trap t = run_insn(m, INSN_NOP, 0, 0);
        check_eq(t.mcause, CAUSE_IRQ(IRQ_MSI), "mcause");
        check_eq(t.mepc, code_pc(m), "mepc");
        check_eq(t.mtval, 0, "mtval");
        *msip_of(me()->hartid) = 0;
        check_eq(cause_of(m, INSN_NOP, 0, 0), CAUSE_NONE, "cause once it is cleared");
    }
}

TESTS("deleg", {"to_s", "Machine Trap Delegation", to_s},
      {"not_to_s", "Machine Trap Delegation", not_to_s},
      {"ecalls", "Machine Trap Delegation", ecalls},
      {"never_from_m", "Machine Trap Delegation", never_from_m},
      {"irq_to_s", "Machine Trap Delegation", irq_to_s},
      {"irq_masked_in_s", "Supervisor Status", irq_masked_in_s},
      {"irq_to_m", "Machine Trap Delegation", irq_to_m},
      {"s_writes_sip", "Supervisor Interrupt Registers", s_writes_sip},
      {"order_in_s", "Supervisor Interrupt Registers", order_in_s},
      {"vectored_in_s", "Supervisor Trap Vector", vectored_in_s},
      {"m_irq_from_below", "Machine Interrupt Registers", m_irq_from_below});
