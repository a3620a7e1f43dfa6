/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an exit costs, where the hart counts instructions exactly (QEMU's -icount; the limits are
 * not met by H in hardware or emulated at all, they are Hearth's own). And what the shortest ways
 * in and out could get wrong.
 */
#include "csr.h"
#include "env.h"
#include "nacl.h"
#include "test.h"

#define T1           6u
#define T2           7u
#define DELTA        0x123456789000UL
#define RDINSTRET(r) INSN_CSRRS(r, 0xc02u, X0)
#define RDTIME(r)    INSN_CSRRS(r, 0xc01u, X0)

static void guest(void)
{
    irq_off();
    env_set(MODE_SV39, MODE_SV39);
    csr_write(hcounteren, 7);
    csr_write(scounteren, 7);
}

/* Instructions, all modes together, that one of VS takes beyond itself. */
static uint64_t cost(uint32_t insn, uint64_t a0)
{
    const uint32_t code[] = {RDINSTRET(T1), insn, RDINSTRET(T2)};
    struct trap t = run_code(MODE_VS, code, 3, a0, 0);
    check(completed(&t), "the code ends with its ECALL");
    return regs.x[T2] - regs.x[T1] - 2;
}

/* False if the counter is no count of instructions. */
static bool counted(void)
{
    uint64_t nops = cost(INSN_NOP, 0);
    if (nops != 0 || cost(INSN_NOP, 0) != 0)
        note("instret is no exact count here");
    return nops == 0;
}

/* "any general-purpose register": rd is the only one that changes. */
static void time_into_every_register(void)
{
    guest();
    csr_write(htimedelta, DELTA);
    for (unsigned mode = MODE_VU; mode <= MODE_VS; mode += MODE_VS - MODE_VU) {
        for (unsigned rd = 0; rd < 32; rd++) {
            for (unsigned round = 0; round < 2; round++) {
                const uint32_t code[] = {RDTIME(rd)};
                for (unsigned i = 1; i < 32; i++)
                    regs.x[i] = 0x1111 * i;
                context("%s, x%u", name_of(mode), rd);
                uint64_t before = rdtime() + DELTA;
                struct trap t = run_code(mode, code, 1, 0x1111 * A0, 0x1111 * A1);
                uint64_t after = rdtime() + DELTA;
                check(completed(&t), "the code ends with its ECALL");
                for (unsigned i = 1; i < 32; i++)
                    if (i != rd)
                        check_eq(regs.x[i], 0x1111 * i, "another register");
                check(rd == 0 || (regs.x[rd] >= before && regs.x[rd] <= after), "the time");
            }
        }
    }
    csr_write(htimedelta, 0);
}

static void time_read(void)
{
    guest();
    csr_write(htimedelta, DELTA);
    if (counted()) {
        uint64_t n = cost(RDTIME(A0), 0);
        context("%lu instructions", n);
        check(!exact || n <= 100, "at most 100");
    }
    csr_write(htimedelta, 0);
}

/* Of a page that no shadow table has. */
static void sfence(void)
{
    guest();
    vs_map(TEST_VA, frames[0], PTE_FULL, 0);
    if (counted()) {
        uint64_t n = cost(INSN_SFENCE_VMA(A0, X0), TEST_VA);
        context("%lu instructions", n);
        check(!exact || n <= 250, "at most 250");
        n = cost(INSN_SFENCE_VMA(A0, X0), TEST_VA);
        context("the second time: %lu instructions", n);
        check(!exact || n <= 100, "at most 100");
    }
}

static void check_fence(unsigned rs1, unsigned rs2, uint64_t va, uint64_t asid)
{
    const uint32_t insn = INSN_SFENCE_VMA(rs1, rs2);
    uint64_t x[32];
    for (unsigned i = 1; i < 32; i++)
        x[i] = 0x1111 * i;
    x[rs1] = va;
    x[rs2] = asid;
    for (unsigned i = 1; i < 32; i++)
        regs.x[i] = x[i];
    struct trap t = run_code(MODE_VS, &insn, 1, x[A0], x[A1]);
    check(completed(&t), "the code ends with its ECALL");
    for (unsigned i = 1; i < 32; i++)
        check_eq(regs.x[i], x[i], "a register");
}

static uint64_t load(uint64_t va)
{
    struct trap t = run_insn(MODE_VS, INSN_LOAD(3, A0, A0, 0), va, 0);
    check(completed(&t), "the page is there");
    return regs.x[A0];
}

/*
 * Of an address in any register, with an ASID in any or without: what it names goes, whether a
 * shadow table has it or not, and nothing else changes. Not for VU, nor with VTVM. Two pages take
 * turns that are 16 MiB apart: what is known of the one is where that of the other would be.
 */
static void fence_of_every_register(void)
{
    guest();
    uint64_t asid = csr_read(vsatp) >> 44 & 0xffff;
    for (unsigned i = 0; i < 3; i++)
        *(volatile uint64_t *)frames[i] = 100 + i;
    for (unsigned n = 0; n < 31 * 2; n++) {
        unsigned rs1 = 1 + n / 2, rs2 = n % 2 ? 1 + rs1 % 31 : X0;
        uint64_t va = TEST_VA + (n & 2 ? 0x1003000 : 0x3000), other = va ^ 0x1000000;
        context("sfence.vma x%u, x%u", rs1, rs2);
        uint64_t last =
            TEST_VA + 0x40000 + n * 0x1000; /* so that va is not what is expected next */
        vs_map(va, frames[0], PTE_FULL, 0);
        vs_map(last, frames[2], PTE_FULL, 0);
        check_fence(rs1, rs2, va, asid);
        check_eq(load(va), 100, "what the page holds");
        check_eq(load(last), 102, "the page that was used last");
        if (n & 4)
            check_fence(rs1, rs2, other + 0x5000, asid);
        vs_map(va, frames[1], PTE_FULL, 0);
        check_fence(rs1, rs2, va, asid);
        check_eq(load(va), 101, "what the page holds that is mapped now");
    }
    for (unsigned n = 0; n < 2; n++) {
        const uint32_t insn = INSN_SFENCE_VMA(A0, n ? A1 : X0);
        context("%s", n ? "with an ASID" : "of all");
        check_eq(cause_of(MODE_VS, insn, TEST_VA, asid), CAUSE_NONE, "VS");
        check_eq(cause_of(MODE_VU, insn, TEST_VA, asid), CAUSE_VIRTUAL, "VU");
        csr_set(hstatus, HSTATUS_VTVM);
        check_eq(cause_of(MODE_VS, insn, TEST_VA, asid), CAUSE_VIRTUAL, "VS with VTVM");
        csr_clear(hstatus, HSTATUS_VTVM);
    }
}

/* Pages of a region in which one was filled before; that each of them is filled once is seen from
 * what the second access costs. */
static void fill(void)
{
    guest();
    for (unsigned i = 0; i < 8; i++)
        vs_map(TEST_VA + i * 0x10000UL, frames[i], PTE_FULL, 0);
    if (!counted())
        return;
    cost(INSN_LOAD(3, A1, A0, 0), TEST_VA);
    for (unsigned i = 1; i < 8; i++) {
        uint64_t va = TEST_VA + i * 0x10000UL;
        uint64_t n = cost(INSN_LOAD(3, A1, A0, 0), va);
        context("%lu instructions", n);
        check(!exact || n <= 450, "at most 450");
        check_eq(cost(INSN_LOAD(3, A1, A0, 0), va), 0, "the second time");
    }
    for (unsigned i = 0; i < 8; i++) { /* where all is known */
        cost(INSN_SFENCE_VMA(A0, X0), TEST_VA + i * 0x10000UL);
    }
    for (unsigned i = 0; i < 8; i++) {
        uint64_t n = cost(INSN_LOAD(3, A1, A0, 0), TEST_VA + i * 0x10000UL);
        context("again: %lu instructions", n);
        check(!exact || n <= 330, "at most 330");
    }
}

/* A page that is mapped, as Linux does it: the fence of the page that was faulted makes the fault
 * that would come. */
static void ahead(void)
{
    guest();
    vs_map(TEST_VA, frames[0], PTE_FULL, 0);
    if (!counted())
        return;
    cost(INSN_LOAD(3, A1, A0, 0), TEST_VA);
    cost(INSN_SFENCE_VMA(A0, X0), TEST_VA); /* from here on all is known */
    for (unsigned i = 1; i < 4; i++) {
        vs_map(TEST_VA, frames[i], 0, 0);
        cost(INSN_SFENCE_VMA(A0, X0), TEST_VA);
        vs_map(TEST_VA, frames[i], PTE_FULL, 0);
        *(volatile uint64_t *)frames[i] = i;
        uint64_t n = cost(INSN_SFENCE_VMA(A0, X0), TEST_VA);
        context("fence: %lu instructions", n);
        check(!exact || n <= 420, "at most 420");
        check_eq(cost(INSN_LOAD(3, A1, A0, 0), TEST_VA), 0, "the access");
        check_eq(regs.x[A1], i, "and it reaches the page that is mapped now");
    }
}

/* From one address space of the guest's to another that ran lately, and back. */
static void spaces(void)
{
    guest();
    uint64_t vsatp = csr_read(vsatp);
    if (!counted())
        return;
    for (uint64_t i = 0; i < 6; i++) {
        uint64_t n = cost(INSN_CSRRW(X0, CSR_SATP, A0), vsatp | (1 + i % 2) << 44);
        context("ASID %lu: %lu instructions", 1 + i % 2, n);
        check_eq(csr_read(vsatp), vsatp | (1 + i % 2) << 44, "vsatp");
        check(!exact || i < 2 || n <= 380, "at most 380");
        n = cost(INSN_CSRRW(X0, CSR_SATP, A0), vsatp | (1 + i % 2) << 44);
        context("the same again: %lu instructions", n);
        check(!exact || n <= 200, "at most 200");
    }
}

/* Instructions that one of HS takes beyond itself; rd = a0. */
#define cost_hs(insn, operand)                                                                     \
    ({                                                                                             \
        register uint64_t a0_ __asm__("a0") = (operand);                                           \
        uint64_t from_, to_;                                                                       \
        __asm__ volatile("csrr %1, instret\n " insn "\n csrr %2, instret"                          \
                         : "+r"(a0_), "=&r"(from_), "=&r"(to_)::"a1", "a2", "memory");             \
        to_ - from_ - 2;                                                                           \
    })
#define check_cost(insn, operand, most)                                                            \
    do {                                                                                           \
        uint64_t cost_ = cost_hs(insn, operand);                                                   \
        context("%s: %lu instructions", insn, cost_);                                              \
        check(!exact || cost_ <= (most), "at most " #most);                                        \
    } while (0)

/* A trap of HS's own and the sret behind it, which are none of Hearth's. */
#define OWN_TRAP                                                                                   \
    "csrr a1, stvec; la a2, 1f; csrw stvec, a2; ebreak; csrw stvec, a1; j 2f\n"                    \
    ".balign 4\n"                                                                                  \
    "1: csrr a0, sepc; addi a0, a0, 2; csrw sepc, a0; sret\n"                                      \
    "2:"

/* What a hypervisor does for every guest that it enters or leaves. */
static void hypervisor_csrs(void)
{
    guest();
    csr_write(hideleg, 0x444);
    csr_write(htval, 0);
    if (!counted())
        return;
    check_cost("csrr a0, vsie", 0, 60);
    check_cost("csrr a0, vsstatus", 0, 75);
    check_cost("csrr a0, vsepc", 0, 55);
    check_cost("csrw vsepc, a0", 0x1234, 65);
    check_cost("csrw vsie, a0", 0x222, 75);
    check_cost("csrw hvip, a0", 0x40, 70);
    check_cost("csrr a0, hvip", 0, 55);
    check_cost("csrw hvip, a0", 0, 70);
    check_cost("csrw hgatp, a0", csr_read(hgatp), 65);
    check_cost("csrw hedeleg, a0", csr_read(hedeleg), 65);
    uint64_t hstatus = csr_read(hstatus) & ~HSTATUS_SPV;
    struct trap t = run_insn(MODE_VS, INSN_NOP, 0, 0);
    check(completed(&t), "the code ends with its ECALL");
    check_cost("csrrw a0, hstatus, a0", hstatus | HSTATUS_SPV, 85);
    check_cost("csrr a0, htval", 0, 60);
    check_cost("csrr a0, htinst", 0, 60);
    check_cost("csrrw a0, hstatus, a0", hstatus, 85);
    check_cost(OWN_TRAP, 0, 15);
    if (sstc) {
        check_cost("csrr a0, vstimecmp", 0, 55);
        check_cost("csrw vstimecmp, a0", ~0UL, 65);
    }
}

/*
 * From HS into the guest by sync_sret, and back by the guest's ECALL: instructions of neither. HS's
 * registers go with it as the guest's, so that they are what they were behind it.
 */
static uint64_t round_trip(void)
{
    uint64_t n;
    __asm__ volatile(
        ".balign 4\n .option push\n .option norvc\n"
        "li a7, 0x4e41434c\n li a6, 4\n la t1, 1f\n csrrw t1, stvec, t1\n"
        "sd x1, 8(%1)\n sd x2, 16(%1)\n sd x3, 24(%1)\n sd x4, 32(%1)\n"
        "sd x6, 48(%1)\n sd x7, 56(%1)\n sd x8, 64(%1)\n sd x9, 72(%1)\n"
        "sd x10, 80(%1)\n sd x11, 88(%1)\n sd x12, 96(%1)\n sd x13, 104(%1)\n"
        "sd x14, 112(%1)\n sd x15, 120(%1)\n sd x16, 128(%1)\n sd x17, 136(%1)\n"
        "sd x18, 144(%1)\n sd x19, 152(%1)\n sd x20, 160(%1)\n sd x21, 168(%1)\n"
        "sd x22, 176(%1)\n sd x23, 184(%1)\n sd x24, 192(%1)\n sd x25, 200(%1)\n"
        "sd x26, 208(%1)\n sd x27, 216(%1)\n sd x28, 224(%1)\n sd x29, 232(%1)\n"
        "sd x30, 240(%1)\n sd x31, 248(%1)\n"
        "csrr t0, instret\n sd t0, 40(%1)\n ecall\n"
        "1: csrr t2, instret\n csrw stvec, t1\n sub %0, t2, t0\n"
        ".option pop"
        : "=r"(n)
        : "r"(&shm)
        : "t0", "t1", "t2", "a6", "a7", "memory");
    return n - 4; /* what is between the counts, and the guest's ECALL */
}

/* The way that KVM's null hypercall takes. */
static void nacl(void)
{
    static const uint32_t ecall[] = {INSN_ECALL};
    guest();
    if (!counted() || !nacl_begin())
        return;
    run_code(MODE_VS, ecall, 1, 0, 0);
    nacl_run(MODE_VS, code_pc(MODE_VS), HSTATUS_SPVP | HSTATUS_VTW);
    uint64_t own = csr_read(hstatus);
    check_bits(own, HSTATUS_VTW, 0, "hstatus of HS, not the guest's");
    shm.swap = 1;
    for (unsigned i = 0; i < 10; i++) {
        nacl_put(CSR_HVIP, 0); /* each time, as KVM does */
        uint64_t n = round_trip();
        context("%lu instructions", n);
        check_eq(csr_read(scause), CAUSE_ECALL_VS, "scause");
        check_eq(csr_read(sepc), code_pc(MODE_VS), "sepc");
        check_bits(shm.swap_hstatus, HSTATUS_SPV, HSTATUS_SPV, "the trap's hstatus");
        check_eq(csr_read(hstatus), own, "hstatus of HS is its own again");
        check(!exact || n <= 700, "at most 700");
        if (i == 9)
            note("%lu instructions", n);
    }
    shm.swap = 0;
    nacl_end();
}

TESTS("cost",                                                                         /**/
      {"time_into_every_register", "norm:rdtime_op", time_into_every_register},       /**/
      {"time_read", "machine: Zicntr", time_read},                                    /**/
      {"sfence", "supervisor: SFENCE.VMA", sfence},                                   /**/
      {"fence_of_every_register", "supervisor: SFENCE.VMA", fence_of_every_register}, /**/
      {"spaces", "supervisor: satp", spaces},                                         /**/
      {"hypervisor_csrs", "hypervisor: CSRs", hypervisor_csrs},                       /**/
      {"nacl", "Nested: what it is for", nacl},                                       /**/
      {"fill", "hypervisor: Two-Stage Address Translation", fill},                    /**/
      {"ahead", "supervisor: SFENCE.VMA", ahead});
