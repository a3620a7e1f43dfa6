/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an exit costs, where the hart counts instructions exactly (QEMU's -icount; the limits are
 * not met by H in hardware or emulated at all, they are Hearth's own). And what the shortest ways
 * in and out could get wrong.
 */
#include "csr.h"
#include "env.h"
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
}

TESTS("cost",                                                                   /**/
      {"time_into_every_register", "norm:rdtime_op", time_into_every_register}, /**/
      {"time_read", "machine: Zicntr", time_read},                              /**/
      {"sfence", "supervisor: SFENCE.VMA", sfence},                             /**/
      {"fill", "hypervisor: Two-Stage Address Translation", fill});
