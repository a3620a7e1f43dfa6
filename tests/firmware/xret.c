/* SPDX-License-Identifier: BSD-2-Clause */
/* mret and sret, and what M denies to S: TVM, TW, TSR. Waiting for interrupts. */
#include "dev.h"
#include "low.h"

/* uint64_t ret_via(uint64_t mstatus, bool sret): returns from M as the instruction says to an
 * ECALL, and comes back by it; mcause tells which mode that was. uint64_t ret_to_m(uint64_t
 * mstatus): mret to M itself, mstatus as it is then. */
uint64_t ret_via(uint64_t status, bool sret);
uint64_t ret_to_m(uint64_t status);
__asm__(
    ".text\n.balign 4\n"
    "ret_via:\n"
    "    la t0, 2f\n"
    "    csrrw t1, mtvec, t0\n"
    "    la t0, 1f\n"
    "    csrw mepc, t0\n"
    "    csrw sepc, t0\n"
    "    csrw mstatus, a0\n"
    "    bnez a1, 3f\n"
    "    mret\n"
    "3:  sret\n"
    "1:  ecall\n"
    ".balign 4\n"
    "2:  csrw mtvec, t1\n"
    "    csrr a0, mstatus\n"
    "    ret\n"
    "ret_to_m:\n"
    "    la t0, 1f\n"
    "    csrw mepc, t0\n"
    "    csrw mstatus, a0\n"
    "    mret\n"
    "1:  csrr a0, mstatus\n"
    "    csrci mstatus, 8\n"
    "    ret\n");

static uint64_t cause_for(uint64_t mpp)
{
    return mpp == 3 ? CAUSE_ECALL_M : mpp == 1 ? CAUSE_ECALL_S : CAUSE_ECALL_U;
}

static void mret_modes(void)
{
    static const uint64_t mpp[] = {0, 1, 3};
    csr_write(mie, 0);
    for (unsigned i = 0; i < 3; i++) {
        for (unsigned mpie = 0; mpie < 2; mpie++) {
            context("MPP %lu, MPIE %u", mpp[i], mpie);
            uint64_t s = ret_via(FIELD_PUT(MSTATUS_MPP, mpp[i]) | (mpie ? MSTATUS_MPIE : 0), false);
            check_eq(csr_read(mcause), cause_for(mpp[i]), "mcause of the ECALL");
            check_eq(FIELD_GET(MSTATUS_MPP, s), mpp[i], "MPP of the ECALL");
            check_bits(s, MSTATUS_MPIE, mpie ? MSTATUS_MPIE : 0, "MPIE of the ECALL: MIE was that");
        }
    }
}

static void mret_stack(void)
{
    csr_write(mie, 0);
    for (unsigned mpie = 0; mpie < 2; mpie++) {
        context("MPIE %u", mpie);
        uint64_t s = ret_to_m(MSTATUS_MPP | (mpie ? MSTATUS_MPIE : 0));
        check_bits(s, MSTATUS_MPP, 0, "MPP after mret: the least privileged mode");
        check_bits(s, MSTATUS_MPIE, MSTATUS_MPIE, "MPIE after mret");
        check_bits(s, MSTATUS_MIE, mpie ? MSTATUS_MIE : 0, "MIE after mret");
    }
}

static void mret_mprv(void)
{
    if (!has_menvcfg) {
        note("privileged architecture before 1.12");
        return;
    }
    csr_write(mie, 0);
    uint64_t s = ret_via(MSTATUS_MPRV | FIELD_PUT(MSTATUS_MPP, 1), false);
    check_bits(s, MSTATUS_MPRV, 0, "MPRV after mret to S");
    s = ret_via(MSTATUS_MPRV, false);
    check_bits(s, MSTATUS_MPRV, 0, "MPRV after mret to U");
    s = ret_via(MSTATUS_MPRV | MSTATUS_MPP, false);
    check_bits(s, MSTATUS_MPRV, MSTATUS_MPRV, "MPRV after mret to M");
    csr_write(mstatus, 0);
    s = ret_via(MSTATUS_MPRV | MSTATUS_MPP | MSTATUS_SPP, true);
    check_bits(s, MSTATUS_MPRV, 0, "MPRV after sret");
}

static void sret_in_m(void)
{
    csr_write(mie, 0);
    for (unsigned spp = 0; spp < 2; spp++) {
        for (unsigned spie = 0; spie < 2; spie++) {
            context("SPP %u, SPIE %u", spp, spie);
            uint64_t s = ret_via((spp ? MSTATUS_SPP : 0) | (spie ? MSTATUS_SPIE : 0) | MSTATUS_TSR |
                                     (spie ? 0 : MSTATUS_SIE),
                                 true);
            check_eq(csr_read(mcause), cause_for(spp), "mcause of the ECALL");
            check_bits(s, MSTATUS_SPP, 0, "SPP afterwards");
            check_bits(s, MSTATUS_SPIE, MSTATUS_SPIE, "SPIE afterwards");
            check_bits(s, MSTATUS_SIE, spie ? MSTATUS_SIE : 0, "SIE afterwards");
        }
    }
}

/* With H: MPV and SPV say whether it goes to VS and VU. */
static void virtual_modes(void)
{
    if (!has_h)
        return;
    csr_write(mie, 0);
    for (uint64_t p = 0; p < 2; p++) {
        context("to %s", p ? "VS" : "VU");
        uint64_t s = ret_via(MSTATUS_MPV | FIELD_PUT(MSTATUS_MPP, p), false);
        check_eq(csr_read(mcause), p ? CAUSE_ECALL_VS : CAUSE_ECALL_U, "mcause, by mret");
        check_bits(s, MSTATUS_MPV, MSTATUS_MPV, "MPV, by mret");
        csr_write(hstatus, HSTATUS_SPV);
        s = ret_via(p ? MSTATUS_SPP : 0, true);
        check_eq(csr_read(mcause), p ? CAUSE_ECALL_VS : CAUSE_ECALL_U, "mcause, by sret");
        check_bits(s, MSTATUS_MPV, MSTATUS_MPV, "MPV, by sret");
        check_bits(csr_read(hstatus), HSTATUS_SPV, 0, "SPV after sret");
        csr_write(hstatus, 0);
    }
    uint64_t s = ret_via(MSTATUS_MPV | MSTATUS_MPP, false);
    check_eq(csr_read(mcause), CAUSE_ECALL_M, "mcause: MPV is nothing with MPP = M");
    check_bits(s, MSTATUS_MPV, 0, "MPV of an ECALL of M");
}

static void not_below(void)
{
    check_eq(cause_of(MODE_S, INSN_MRET, 0, 0), CAUSE_ILLEGAL, "mret in S");
    check_eq(cause_of(MODE_U, INSN_MRET, 0, 0), CAUSE_ILLEGAL, "mret in U");
    check_eq(cause_of(MODE_U, INSN_SRET, 0, 0), CAUSE_ILLEGAL, "sret in U");
    check_eq(cause_of(MODE_U, INSN_SFENCE_VMA(X0, X0), 0, 0), CAUSE_ILLEGAL, "sfence.vma in U");
    check_eq(cause_of(MODE_M, INSN_SFENCE_VMA(X0, X0), 0, 0), CAUSE_NONE, "sfence.vma in M");
    check_eq(cause_of(MODE_M, INSN_SFENCE_VMA(A0, A1), 0, 1), CAUSE_NONE, "sfence.vma a0, a1 in M");
}

static void tsr(void)
{
    for (unsigned on = 0; on < 2; on++) {
        csr_write(mstatus, (on ? MSTATUS_TSR : 0) | MSTATUS_SPP);
        csr_write(sepc, code_pc(MODE_S) + 4);
        context("TSR %u", on);
        struct trap t = run_insn(MODE_S, INSN_SRET, 0, 0);
        check_eq(t.mcause, on ? CAUSE_ILLEGAL : CAUSE_ECALL_S, "mcause of sret in S");
        check_eq(t.mepc, code_pc(MODE_S) + (on ? 0 : 4), "mepc of sret in S");
    }
}

static void tvm(void)
{
    static const uint32_t insns[] = {INSN_CSRRS(A0, CSR_SATP, X0), INSN_CSRRW(X0, CSR_SATP, X0),
                                     INSN_SFENCE_VMA(X0, X0), INSN_SFENCE_VMA(A0, A1)};
    for (unsigned on = 0; on < 2; on++) {
        csr_write(mstatus, on ? MSTATUS_TVM : 0);
        for (unsigned i = 0; i < 4; i++) {
            context("TVM %u, 0x%x", on, insns[i]);
            check_eq(cause_of(MODE_S, insns[i], 0, 0), on ? CAUSE_ILLEGAL : CAUSE_NONE, "in S");
            check_eq(cause_of(MODE_M, insns[i], 0, 0), CAUSE_NONE, "in M");
        }
        if (has_h)
            check_eq(cause_of(MODE_S, INSN_CSRRS(A0, CSR_HGATP, X0), 0, 0),
                     on ? CAUSE_ILLEGAL : CAUSE_NONE, "hgatp in S");
    }
}

/* With TW a wfi in S is illegal if it does not end at once; one with something to wake it may. */
static void tw(void)
{
    csr_write(mstatus, MSTATUS_TW);
    check_eq(cause_of(MODE_S, INSN_WFI, 0, 0), CAUSE_ILLEGAL, "wfi in S, TW set");
    check_eq(cause_of(MODE_U, INSN_WFI, 0, 0), CAUSE_ILLEGAL, "wfi in U, TW set");
    csr_write(mideleg, BIT(IRQ_SSI));
    csr_write(mie, BIT(IRQ_SSI));
    csr_write(mip, BIT(IRQ_SSI));
    csr_write(mstatus, 0);
    check_eq(cause_of(MODE_S, INSN_WFI, 0, 0), CAUSE_NONE, "wfi in S, TW clear, SSIP pending");
    csr_write(mstatus, MSTATUS_TW);
    check_eq(cause_of(MODE_M, INSN_WFI, 0, 0), CAUSE_NONE, "wfi in M, TW set");
    csr_write(mip, 0);
}

/* wfi ends by what mie lets through, whether MIE lets it in or not. */
static void wfi_wakes(void)
{
    irq_off();
    csr_write(mie, BIT(IRQ_MTI));
    for (unsigned i = 0; i < 5; i++) {
        uint64_t end = now() + timebase / 500;
        timer_set(end);
        while (!(csr_read(mip) & BIT(IRQ_MTI)))
            __asm__ volatile("wfi");
        check(now() >= end, "the timer is pending when it is time");
        check(now() < end + timebase, "wfi ends when the timer is pending");
    }
    timer_clear();
    csr_write(mie, BIT(IRQ_SSI));
    csr_write(mip, BIT(IRQ_SSI));
    __asm__ volatile("wfi");
    csr_write(mip, 0);
}

/* wfi with MIE set: the interrupt is taken, mepc is behind the wfi. */
static uint64_t irq_mepc;
static bool note_mepc(struct trap *t)
{
    irq_mepc = t->mepc;
    timer_clear();
    return true;
}

static void wfi_and_irq(void)
{
    me()->irq = note_mepc;
    csr_write(mie, BIT(IRQ_MTI));
    irq_on();
    for (unsigned i = 0; i < 20; i++) {
        irq_mepc = 0;
        uint64_t at;
        timer_set(now() + timebase / 1000);
        __asm__ volatile(
            ".option push\n.option norvc\n"
            "la %0, 1f\n1: wfi\n.option pop"
            : "=r"(at)::"memory");
        if (irq_mepc)
            break;
    }
    check(irq_mepc != 0, "an interrupt while waiting");
}

/* S waits; M's timer interrupt comes from there. */
static void wfi_in_s(void)
{
    csr_write(mie, BIT(IRQ_MTI));
    timer_set(now() + timebase / 500);
    static const uint32_t loop[] = {INSN_WFI, 0xffdff06f}; /* j back */
    struct trap t = run_code(MODE_S, loop, 2, 0, 0);
    check_eq(t.mcause, CAUSE_IRQ(IRQ_MTI), "mcause");
    check(t.mepc - code_pc(MODE_S) <= 4, "mepc: in the loop");
    timer_clear();
}

TESTS("xret", {"mret_modes", "Trap-Return Instructions", mret_modes},
      {"mret_stack", "Privilege and Global Interrupt-Enable Stack", mret_stack},
      {"mret_mprv", "Memory Privilege", mret_mprv},
      {"sret_in_m", "Trap-Return Instructions", sret_in_m},
      {"virtual_modes", "norm:mret_v", virtual_modes},
      {"not_below", "Trap-Return Instructions", not_below}, {"tsr", "Virtualization Support", tsr},
      {"tvm", "Virtualization Support", tvm}, {"tw", "Virtualization Support", tw},
      {"wfi_wakes", "Wait for Interrupt", wfi_wakes},
      {"wfi_and_irq", "Wait for Interrupt", wfi_and_irq},
      {"wfi_in_s", "Wait for Interrupt", wfi_in_s});
