/* SPDX-License-Identifier: BSD-2-Clause */
/* Firmware above a hypervisor and its guest: who takes what of VS, HS and M, and what it finds. */
#include "dev.h"
#include "low.h"

#define TEST_GPA 0x40000000UL

static bool begin(void)
{
    if (!has_h) {
        note("no H");
        return false;
    }
    irq_off();
    csr_write(mie, 0);
    csr_write(stvec, (uint64_t)vector);
    csr_write(vstvec, (uint64_t)vector);
    low_two_stages();
    return true;
}

static void check_m(const struct trap *t, uint64_t cause, enum mode from)
{
    check_eq(t->mcause, cause, "mcause");
    check_bits(t->mstatus, MSTATUS_MPV, from == MODE_VS || from == MODE_VU ? MSTATUS_MPV : 0,
               "mstatus.MPV");
    check_eq(FIELD_GET(MSTATUS_MPP, t->mstatus), from == MODE_S || from == MODE_VS, "mstatus.MPP");
}

static void check_hs(const struct trap *t, uint64_t cause, enum mode from)
{
    check(taken_in(t, MODE_S), "HS takes it");
    check_eq(csr_read(scause), cause, "scause");
    check_bits(csr_read(hstatus), HSTATUS_SPV, HSTATUS_SPV, "hstatus.SPV");
    check_bits(csr_read(hstatus), HSTATUS_SPVP, from == MODE_VS ? HSTATUS_SPVP : 0, "SPVP");
    check_bits(csr_read(mstatus), MSTATUS_SPP, from == MODE_VS ? MSTATUS_SPP : 0, "SPP");
    check_eq(csr_read(sepc), code_pc(from), "sepc");
}

static void ecalls(void)
{
    if (!begin())
        return;
    struct trap t = run_insn(MODE_VS, INSN_ECALL, 0, 0);
    check_m(&t, CAUSE_ECALL_VS, MODE_VS);
    csr_write(medeleg, BIT(CAUSE_ECALL_VS));
    t = run_insn(MODE_VS, INSN_ECALL, 0, 0);
    check_hs(&t, CAUSE_ECALL_VS, MODE_VS);
    csr_write(medeleg, BIT(CAUSE_ECALL_U));
    t = run_insn(MODE_VU, INSN_ECALL, 0, 0);
    check_hs(&t, CAUSE_ECALL_U, MODE_VU);
    csr_write(hedeleg, BIT(CAUSE_ECALL_U));
    csr_write(medeleg, BIT(CAUSE_ECALL_U));
    t = run_insn(MODE_VU, INSN_ECALL, 0, 0);
    check(taken_in(&t, MODE_VS), "VS takes it");
    check_eq(csr_read(vscause), CAUSE_ECALL_U, "vscause");
    check_eq(csr_read(vsepc), code_pc(MODE_VU), "vsepc");
    csr_write(medeleg, 0);
    t = run_insn(MODE_VU, INSN_ECALL, 0, 0);
    check_m(&t, CAUSE_ECALL_U, MODE_VU);
}

static void page_faults(void)
{
    if (!begin())
        return;
    const uint32_t ld = INSN_LOAD(3, A1, A0, 0);
    struct trap t = run_insn(MODE_VS, ld, TEST_VA, 0);
    check_m(&t, CAUSE_LOAD_PAGE, MODE_VS);
    check_eq(t.mtval, TEST_VA, "mtval");
    check_bits(t.mstatus, MSTATUS_GVA, MSTATUS_GVA, "mstatus.GVA");
    csr_write(medeleg, BIT(CAUSE_LOAD_PAGE));
    t = run_insn(MODE_VS, ld, TEST_VA, 0);
    check_hs(&t, CAUSE_LOAD_PAGE, MODE_VS);
    check_eq(csr_read(stval), TEST_VA, "stval");
    check_bits(csr_read(hstatus), HSTATUS_GVA, HSTATUS_GVA, "hstatus.GVA");
    csr_write(hedeleg, BIT(CAUSE_LOAD_PAGE));
    t = run_insn(MODE_VS, ld, TEST_VA, 0);
    check(taken_in(&t, MODE_VS), "VS takes it");
    check_eq(csr_read(vscause), CAUSE_LOAD_PAGE, "vscause");
    check_eq(csr_read(vstval), TEST_VA, "vstval");
}

static void guest_page_faults(void)
{
    if (!begin())
        return;
    const uint32_t sd = INSN_STORE(3, A1, A0, 8);
    pt_map(&low_pt, TEST_VA, TEST_GPA, PTE_FULL, 0);
    low_fence();
    struct trap t = run_insn(MODE_VS, sd, TEST_VA, 0);
    check_m(&t, CAUSE_STORE_GUEST, MODE_VS);
    check_eq(t.mtval, TEST_VA + 8, "mtval");
    check_eq(t.mtval2, (TEST_GPA + 8) >> 2, "mtval2");
    check(t.mtinst == 0 || t.mtinst == INSN_TRANSFORM_STORE(sd, 0), "mtinst");
    check_bits(t.mstatus, MSTATUS_GVA, MSTATUS_GVA, "mstatus.GVA");
    csr_write(medeleg, BIT(CAUSE_STORE_GUEST));
    csr_write(mtval2, 0x77);
    t = run_insn(MODE_VS, sd, TEST_VA, 0);
    check_hs(&t, CAUSE_STORE_GUEST, MODE_VS);
    check_eq(csr_read(htval), (TEST_GPA + 8) >> 2, "htval");
    csr_write(medeleg, 0);
    pt_map(&low_g, TEST_GPA, (uint64_t)frames[3], PTE_FULL | PTE_U, 0);
    low_fence();
    t = run_insn(MODE_VS, sd, TEST_VA, 0x1234);
    check(completed(&t), "the store works once it is mapped");
    check_eq(*(uint64_t *)(frames[3] + 8), 0x1234, "memory");
}

static void virtual_instruction(void)
{
    if (!begin())
        return;
    static const uint32_t insns[] = {INSN_CSRRS(A0, CSR_HSTATUS, X0), INSN_CSRRS(A0, CSR_VSATP, X0),
                                     INSN_HFENCE_GVMA(X0, X0), INSN_HLV_D(A0, A1)};
    for (unsigned i = 0; i < 4; i++) {
        context("0x%x", insns[i]);
        csr_write(medeleg, 0);
        struct trap t = run_insn(MODE_VS, insns[i], 0, 0);
        check_m(&t, CAUSE_VIRTUAL, MODE_VS);
        csr_write(medeleg, BIT(CAUSE_VIRTUAL));
        t = run_insn(MODE_VS, insns[i], 0, 0);
        check_hs(&t, CAUSE_VIRTUAL, MODE_VS);
    }
    context("%s", "");
    csr_write(medeleg, BIT(CAUSE_VIRTUAL) | BIT(CAUSE_ILLEGAL));
    struct trap t = run_insn(MODE_VS, INSN_CSRRS(A0, CSR_MSCRATCH, X0), 0, 0);
    check_hs(&t, CAUSE_ILLEGAL, MODE_VS);
    csr_write(hstatus, HSTATUS_VTSR);
    t = run_insn(MODE_VS, INSN_SRET, 0, 0);
    check_hs(&t, CAUSE_VIRTUAL, MODE_VS);
    csr_write(hstatus, HSTATUS_VTVM);
    t = run_insn(MODE_VS, INSN_SFENCE_VMA(X0, X0), 0, 0);
    check_hs(&t, CAUSE_VIRTUAL, MODE_VS);
    csr_write(mstatus, MSTATUS_TSR);
    csr_write(hstatus, 0);
    csr_write(vsepc, code_pc(MODE_VS) + 4);
    csr_write(vsstatus, SSTATUS_SPP);
    csr_write(medeleg, 0);
    t = run_insn(MODE_VS, INSN_SRET, 0, 0);
    if (exact) /* QEMU applies it to VS as well */
        check(completed(&t), "mstatus.TSR is nothing to VS");
}

/* mip and mie show VS's bits; hvip makes them pending, hideleg says who takes them. */
static void interrupts(void)
{
    if (!begin())
        return;
    for (unsigned n = 2; n <= 10; n += 4) {
        context("VS's interrupt %u", n);
        csr_write(hideleg, 0);
        csr_write(hvip, BIT(n));
        check_bits(csr_read(mip), VS_IRQS, BIT(n), "mip");
        csr_write(mie, BIT(n));
        check_bits(csr_read(hie), VS_IRQS, BIT(n), "hie");
        csr_set(mstatus, MSTATUS_SIE);
        struct trap t = run_insn(MODE_VS, INSN_NOP, 0, 0);
        check_hs(&t, CAUSE_IRQ(n), MODE_VS);
        csr_write(hideleg, BIT(n));
        csr_write(vsstatus, SSTATUS_SIE);
        t = run_insn(MODE_VS, INSN_NOP, 0, 0);
        check(taken_in(&t, MODE_VS), "VS takes it");
        check_eq(csr_read(vscause), CAUSE_IRQ(n - 1), "vscause");
        csr_write(vsstatus, 0);
        t = run_insn(MODE_VS, INSN_NOP, 0, 0);
        check(completed(&t), "VS does not take it with SIE clear");
        irq_on();
        irq_off();
        csr_write(hvip, 0);
        csr_write(mie, 0);
    }
}

/* Those of HS that M makes pending: taken before the guest does anything, whatever sstatus.SIE
 * says. */
static void hs_interrupts(void)
{
    if (!begin())
        return;
    csr_write(mideleg, S_IRQS);
    for (unsigned n = IRQ_SSI; n <= IRQ_SEI; n += IRQ_STI - IRQ_SSI) {
        for (enum mode m = MODE_VU; m <= MODE_VS; m++) {
            context("HS's interrupt %u, from %s", n, mode_name(m));
            csr_write(mip, BIT(n));
            csr_write(mie, BIT(n));
            struct trap t = run_insn(m, INSN_NOP, 0, 0);
            check_hs(&t, CAUSE_IRQ(n), m);
            csr_write(mie, 0);
            t = run_insn(m, INSN_NOP, 0, 0);
            check(completed(&t), "not taken while mie has it clear");
            csr_write(mip, 0);
        }
    }
}

static void m_interrupts(void)
{
    if (!begin())
        return;
    for (enum mode m = MODE_VU; m <= MODE_VS; m++) {
        context("from %s", mode_name(m));
        csr_write(mie, BIT(IRQ_MTI));
        timer_set(0);
        struct trap t = run_insn(m, INSN_I(0x13u, 0, A0, A0, 1), 1, 0);
        check_m(&t, CAUSE_IRQ(IRQ_MTI), m);
        check_bits(t.mstatus, MSTATUS_GVA, 0, "mstatus.GVA");
        check_eq(t.mepc, code_pc(m), "mepc");
        timer_clear();
        t = run_at(m, t.mepc);
        check(completed(&t), "it goes on");
        check_eq(low.x[A0], 2, "a0");
        timer_set(now() + timebase / 1000);
        static const uint32_t loop[] = {0x0000006f}; /* j . */
        t = run_code(m, loop, 1, 0, 0);
        check_m(&t, CAUSE_IRQ(IRQ_MTI), m);
        check_eq(t.mepc, code_pc(m), "mepc in the loop");
        timer_clear();
    }
}

/* HS enters its guest by sret, and M never hears of it. */
static void hs_enters(void)
{
    if (!begin())
        return;
    csr_write(hstatus, HSTATUS_SPV);
    csr_write(sepc, code_pc(MODE_VS) + 4);
    csr_set(mstatus, MSTATUS_SPP);
    struct trap t = run_insn(MODE_S, INSN_SRET, 0, 0);
    check_m(&t, CAUSE_ECALL_VS, MODE_VS);
    check_eq(t.mepc, code_pc(MODE_VS) + 4, "mepc");
    csr_write(hstatus, HSTATUS_SPV);
    csr_write(sepc, code_pc(MODE_VU) + 4);
    csr_clear(mstatus, MSTATUS_SPP);
    t = run_insn(MODE_S, INSN_SRET, 0, 0);
    check_m(&t, CAUSE_ECALL_U, MODE_VU);
    csr_write(hstatus, HSTATUS_SPV);
    csr_set(mstatus, MSTATUS_SPP | MSTATUS_TSR);
    csr_write(sepc, code_pc(MODE_VS) + 4);
    t = run_insn(MODE_S, INSN_SRET, 0, 0);
    check_m(&t, CAUSE_ILLEGAL, MODE_S);
}

static void hs_loads(void)
{
    if (!begin())
        return;
    pt_map(&low_pt, TEST_VA, TEST_GPA, PTE_FULL, 0);
    pt_map(&low_g, TEST_GPA, (uint64_t)frames[3], PTE_FULL | PTE_U, 0);
    low_fence();
    *(uint64_t *)frames[3] = 0x1122334455667788UL;
    csr_write(hstatus, HSTATUS_SPVP);
    struct trap t = run_insn(MODE_S, INSN_HLV_D(A1, A0), TEST_VA, 0);
    check(completed(&t), "hlv.d in HS");
    check_eq(low.x[A1], 0x1122334455667788UL, "hlv.d");
    t = run_insn(MODE_S, INSN_HLV_D(A1, A0), TEST_VA + PAGE, 0);
    check_m(&t, CAUSE_LOAD_PAGE, MODE_S);
    check_eq(t.mtval, TEST_VA + PAGE, "mtval");
    if (exact) /* QEMU sets GVA for what V was */
        check_bits(t.mstatus, MSTATUS_GVA, MSTATUS_GVA, "mstatus.GVA");
}

/* Counters in VS: mcounteren decides first (illegal), then hcounteren (virtual). */
static void counters(void)
{
    if (!begin())
        return;
    for (unsigned n = 0; n < 3; n++) {
        uint32_t insn = INSN_CSRRS(A0, 0xc00 + n, X0);
        context("counter %u", n);
        csr_write(mcounteren, 7);
        csr_write(hcounteren, 7);
        check_eq(cause_of(MODE_VS, insn, 0, 0), CAUSE_NONE, "cause, both set");
        csr_write(hcounteren, 7 & ~BIT(n));
        check_eq(cause_of(MODE_VS, insn, 0, 0), CAUSE_VIRTUAL, "cause, hcounteren clear");
        csr_write(mcounteren, 7 & ~BIT(n));
        check_eq(cause_of(MODE_VS, insn, 0, 0), CAUSE_ILLEGAL, "cause, both clear");
        csr_write(hcounteren, 7);
        check_eq(cause_of(MODE_VS, insn, 0, 0), CAUSE_ILLEGAL, "cause, mcounteren clear");
        check_eq(cause_of(MODE_S, insn, 0, 0), CAUSE_ILLEGAL, "cause in HS, mcounteren clear");
    }
    csr_write(mcounteren, 7);
    csr_write(htimedelta, 1UL << 40);
    uint64_t t = now();
    run_insn(MODE_VS, INSN_CSRRS(A0, CSR_TIME, X0), 0, 0);
    check(low.x[A0] - (t + (1UL << 40)) < timebase, "time of VS, htimedelta ahead");
}

/* The PMP is asked after both stages. */
static void pmp(void)
{
    if (!begin() || pmp_count < 8)
        return;
    pt_map(&low_pt, TEST_VA, TEST_GPA, PTE_FULL, 0);
    pt_map(&low_g, TEST_GPA, (uint64_t)frames[3], PTE_FULL | PTE_U, 0);
    csr_write(pmpaddr0, (uint64_t)frames[3] >> 2 | 511);
    csr_write(pmpcfg0, (csr_read(pmpcfg0) & ~0xffUL) | PMP_NAPOT | PMP_R);
    low_fence();
    struct trap t = run_insn(MODE_VS, INSN_LOAD(3, A1, A0, 0), TEST_VA, 0);
    check(completed(&t), "a load that the PMP allows");
    t = run_insn(MODE_VS, INSN_STORE(3, A1, A0, 0), TEST_VA, 0);
    check_m(&t, CAUSE_STORE_ACCESS, MODE_VS);
    check_eq(t.mtval, TEST_VA, "mtval");
    csr_write(pmpcfg0, (csr_read(pmpcfg0) & ~0xffUL) | PMP_NAPOT | PMP_RWX);
    low_fence();
    t = run_insn(MODE_VS, INSN_STORE(3, A1, A0, 0), TEST_VA, 0);
    check(completed(&t), "a store once the PMP allows it");
    csr_write(pmpcfg0, (csr_read(pmpcfg0) & ~0xffUL) | PMP_NAPOT);
    low_fence();
    t = run_insn(MODE_VS, INSN_LOAD(3, A1, A0, 0), TEST_VA, 0);
    check_m(&t, CAUSE_LOAD_ACCESS, MODE_VS);
}

/* What M changes counts from its mret on. */
static void changes(void)
{
    if (!begin())
        return;
    const uint32_t sd = INSN_STORE(3, A1, A0, 0);
    pt_map(&low_pt, TEST_VA, TEST_GPA, PTE_FULL, 0);
    for (uint64_t i = 1; i <= 50; i++) {
        pt_map(&low_g, TEST_GPA, (uint64_t)frames[i % 8], PTE_FULL | PTE_U, 0);
        low_fence();
        run_insn(MODE_VS, sd, TEST_VA, i);
        if (!check_eq(*(uint64_t *)frames[i % 8], i, "the frame that the G-stage names"))
            break;
        csr_write(medeleg, i & 1 ? BIT(CAUSE_ECALL_VS) : 0);
        struct trap t = run_insn(MODE_VS, INSN_ECALL, 0, 0);
        check_eq(t.mcause, i & 1 ? CAUSE_ECALL_S : CAUSE_ECALL_VS, "mcause as medeleg says");
    }
}

TESTS("mhyp", {"ecalls", "norm:H_medeleg", ecalls}, {"page_faults", "norm:H_hedeleg", page_faults},
      {"guest_page_faults", "Machine Second Trap Value", guest_page_faults},
      {"virtual_instruction", "norm:virtual_instruction", virtual_instruction},
      {"interrupts", "norm:H_hideleg", interrupts},
      {"hs_interrupts", "norm:H_mideleg", hs_interrupts}, /**/
      {"m_interrupts", "Machine Status in H", m_interrupts},
      {"hs_enters", "Trap Return", hs_enters}, {"hs_loads", "Hypervisor Load and Store", hs_loads},
      {"counters", "Hypervisor Counter-Enable", counters},
      {"pmp", "Two-Stage Address Translation", pmp},
      {"changes", "Memory-Management Fences", changes});
