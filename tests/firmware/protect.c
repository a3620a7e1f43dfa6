/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hearth's policy "protect", from the firmware's side: a small operating system fills all its
 * registers, calls, and looks at them again; the firmware tries meanwhile to see and to change what
 * is not its own. The rules are Hearth's (docs/binding.md), so on the bare machine there is nothing
 * to check.
 */
#include "low.h"

#define OS_BASE 0x80800000UL /* not the firmware's memory */
#define DONE    0x53525354UL /* the operating system ends by SRST, a0 what was not as it left it */
#define ANSWER  0x77UL

/* From a0 = pc until the firmware has handled the call that ends the operating system. */
void guard_enter(uint64_t pc);
extern uint64_t guard_host[18], guard_seen[32], guard_reply[32];
extern const uint32_t os_start[], os_end[];
bool guard_handle(void);

__asm__(
    ".pushsection .text\n"
    ".balign 4\n"
    "guard_enter:\n"
    "  la t0, guard_host\n"
    "  sd ra, 0(t0)\n sd sp, 8(t0)\n sd gp, 16(t0)\n sd tp, 24(t0)\n"
    "  sd s0, 32(t0)\n sd s1, 40(t0)\n sd s2, 48(t0)\n sd s3, 56(t0)\n sd s4, 64(t0)\n"
    "  sd s5, 72(t0)\n sd s6, 80(t0)\n sd s7, 88(t0)\n sd s8, 96(t0)\n sd s9, 104(t0)\n"
    "  sd s10, 112(t0)\n sd s11, 120(t0)\n"
    "  csrr t1, mtvec\n sd t1, 128(t0)\n csrr t1, mscratch\n sd t1, 136(t0)\n"
    "  csrw mepc, a0\n"
    "  la t1, guard_trap\n csrw mtvec, t1\n"
    "  la t1, guard_seen\n csrw mscratch, t1\n"
    "  li t1, 0x1800\n csrc mstatus, t1\n li t1, 0x800\n csrs mstatus, t1\n"
    "  mret\n"
    ".balign 4\n"
    "guard_trap:\n"
    "  csrrw t6, mscratch, t6\n"
    "  .irp n, 1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30\n"
    "  sd x\\n, 8*\\n(t6)\n"
    "  .endr\n"
    "  csrr t0, mscratch\n sd t0, 8*31(t6)\n"
    "  la t0, guard_host\n"
    "  ld sp, 8(t0)\n ld gp, 16(t0)\n ld tp, 24(t0)\n"
    "  ld t1, 128(t0)\n csrw mtvec, t1\n ld t1, 136(t0)\n csrw mscratch, t1\n"
    "  call guard_handle\n"
    "  bnez a0, 1f\n"
    "  la t1, guard_trap\n csrw mtvec, t1\n"
    "  la t1, guard_seen\n csrw mscratch, t1\n"
    "  la t6, guard_reply\n"
    "  .irp n, "
    "1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
    "  ld x\\n, 8*\\n(t6)\n"
    "  .endr\n"
    "  mret\n"
    "1: la t0, guard_host\n"
    "  ld ra, 0(t0)\n ld sp, 8(t0)\n ld gp, 16(t0)\n ld tp, 24(t0)\n"
    "  ld s0, 32(t0)\n ld s1, 40(t0)\n ld s2, 48(t0)\n ld s3, 56(t0)\n ld s4, 64(t0)\n"
    "  ld s5, 72(t0)\n ld s6, 80(t0)\n ld s7, 88(t0)\n ld s8, 96(t0)\n ld s9, 104(t0)\n"
    "  ld s10, 112(t0)\n ld s11, 120(t0)\n"
    "  ret\n"
    /* The operating system: runs anywhere. Register n holds 0x1000 + n. */
    ".balign 8\n"
    ".option push\n .option norelax\n"
    "os_start:\n"
    "  li t0, 0x2222\n csrw sscratch, t0\n csrw sepc, t0\n csrw scause, t0\n"
    "  li t0, 0x42000\n csrs sstatus, t0\n"
    "  .irp n, 1,2,3,4,5,6,7,8,9,11,12,13,14,15,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
    "  li x\\n, 0x1000 + \\n\n"
    "  .endr\n"
    "  .option push\n .option arch, +d\n fmv.d.x f7, s1\n .option pop\n"
    "  li a7, 0x10\n li a6, 3\n li a0, 0x99\n"
    "  ecall\n"
    "  addi a0, a0, -0x77\n" /* ANSWER */
    "  .irp n, 1,2,3,4,8,9,12,13,14,15,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
    "  li t0, 0x1000 + \\n\n xor t0, t0, x\\n\n or a0, a0, t0\n"
    "  .endr\n"
    "  csrr t0, sscratch\n li t1, 0x2222\n xor t0, t0, t1\n or a0, a0, t0\n"
    "  csrr t0, scause\n xor t0, t0, t1\n or a0, a0, t0\n"
    "  .option push\n .option arch, +d\n fmv.x.d t0, f7\n .option pop\n"
    "  xor t0, t0, s1\n or a0, a0, t0\n"
    "  li a7, 0x53525354\n li a6, 0\n"
    "  ecall\n"
    ".balign 4\n"
    "os_end:\n"
    ".option pop\n"
    ".popsection\n");

uint64_t guard_host[18], guard_seen[32], guard_reply[32];
static uint64_t ended;

static void sees_only_the_call(void)
{
    for (unsigned n = 1; n < 32; n++) {
        uint64_t want = n == A0 ? 0x99 : n == 16 ? 3 : n == 17 ? 0x10 : 0;
        context("x%u", n);
        check_eq(guard_seen[n], want, "what firmware sees of it");
    }
    context("%s", "");
    check_eq(csr_read(mepc), 0, "mepc");
    check_eq(csr_read(sscratch), 0, "sscratch");
    check_eq(csr_read(sepc), 0, "sepc");
    check_eq(csr_read(scause), 0, "scause");
    check_bits(csr_read(mstatus), 0x46122, 0, "FS, SUM, SPP, SPIE and SIE in mstatus");
    csr_set(mstatus, 1UL << 13);
    catch_begin();
    __asm__ volatile(".option push; .option arch, +d; fmv.x.d t0, f7; .option pop" ::: "t0");
    check_eq(catch_end(), CAUSE_ILLEGAL, "reading a float register");
}

static void reaches_no_memory(void)
{
    catch_begin();
    (void)*(volatile uint64_t *)OS_BASE;
    check_eq(catch_end(), CAUSE_LOAD_ACCESS, "loading the operating system's memory");
    catch_begin();
    *(volatile uint64_t *)(OS_BASE + 0x10000) = 1;
    check_eq(catch_end(), CAUSE_STORE_ACCESS, "storing to it");
    catch_begin();
    me()->catch.resume = 0;
    csr_set(mstatus, MSTATUS_MPRV);
    (void)*(volatile uint64_t *)OS_BASE;
    csr_clear(mstatus, MSTATUS_MPRV);
    check_eq(catch_end(), CAUSE_LOAD_ACCESS, "loading it under MPRV");
    catch_begin();
    __asm__ volatile("la t0, 1f; sd t0, %0; jr %1; 1:"
                     : "=m"(me()->catch.resume)
                     : "r"(OS_BASE)
                     : "t0", "memory");
    check_eq(catch_end(), 1, "executing it");
}

static void goes_nowhere_else(void)
{
    uint64_t status = csr_read(mstatus);
    catch_begin();
    __asm__ volatile("la t0, 1f; sd t0, %0; csrw mepc, %1; mret; 1:"
                     : "=m"(me()->catch.resume)
                     : "r"(OS_BASE + 8)
                     : "t0", "memory");
    check_eq(catch_end(), CAUSE_ILLEGAL, "mret to another place");
    csr_write(mstatus, status);
}

/* A trap of the operating system. True: it has ended. */
bool guard_handle(void)
{
    uint64_t status = csr_read(mstatus);
    if (csr_read(mcause) != CAUSE_ECALL_S || guard_seen[17] == DONE) {
        ended = csr_read(mcause) == CAUSE_ECALL_S ? guard_seen[A0] : ~0UL;
        return true;
    }
    sees_only_the_call();
    reaches_no_memory();
    goes_nowhere_else();
    for (unsigned n = 1; n < 32; n++) {
        guard_reply[n] = 0xbad0 + n;
    }
    guard_reply[A0] = ANSWER;
    csr_write(sscratch, 0xbad);
    csr_write(scause, 0xbad);
    csr_write(stvec, OS_BASE + 0x100);
    csr_write(mstatus, status);
    csr_write(mepc, 4);
    return false;
}

static void os_is_its_own(void)
{
    if (!exact)
        return;
    const uint32_t *from = os_start;
    for (volatile uint32_t *to = (volatile uint32_t *)OS_BASE; from < os_end;)
        *to++ = *from++;
    __asm__ volatile("fence.i" ::: "memory");
    csr_write(medeleg, 0);
    csr_write(pmpaddr0, ~0UL >> 10);
    csr_write(pmpcfg0, 0x1f);
    guard_enter(OS_BASE);
    check_eq(ended, 0, "what the operating system finds changed");
}

TESTS("protect", {"os_is_its_own", "policy protect", os_is_its_own});
