/* SPDX-License-Identifier: BSD-2-Clause */
/* What things cost that firmware does, in instructions of the whole machine (instret under QEMU's
 * -icount): each done ROUNDS times in a loop, less the loop. Lines "# cost NAME N". Hearth keeps
 * the limits; the bare machine does anyhow. */
#include "dev.h"
#include "low.h"

#define ROUNDS 1000u
#define MTIMER 0x54494d45UL
#define IPI    0x735049UL
#define RFENCE 0x52464e43UL
#define RDTIME INSN_CSRRS(A0, CSR_TIME, X0)

#define CSR_LIMIT    250
#define SWITCH_LIMIT 1200
#define TIME_LIMIT   100

/* uint64_t cost_NAME(a0 = rounds, a1): the instructions that the loop took. */
#define LOOP(name, body)                                                                           \
    __asm__(".text\n.balign 64\ncost_" #name                                                       \
            ":\n"                                                                                  \
            "    mv t3, a0\n"                                                                      \
            "    csrr t4, instret\n"                                                               \
            "1:\n" body                                                                            \
            "    addi t3, t3, -1\n"                                                                \
            "    bnez t3, 1b\n"                                                                    \
            "    csrr t5, instret\n"                                                               \
            "    sub a0, t5, t4\n"                                                                 \
            "    ret\n");                                                                          \
    uint64_t cost_##name(uint64_t rounds, uint64_t a1)

LOOP(nothing, "");
LOOP(csr_write, "    csrw mscratch, a1\n");
LOOP(csr_read, "    csrr t0, mscratch\n");
LOOP(csr_swap, "    csrrw t0, mscratch, a1\n");
LOOP(mepc_write, "    csrw mepc, a1\n");
LOOP(mstatus_set, "    csrsi mstatus, 2\n    csrci mstatus, 2\n");
LOOP(store, "    sd a1, 0(a1)\n");
LOOP(ecall_m, "    ecall\n");
LOOP(sfence, "    sfence.vma\n");

/* mret to an ECALL in S; its trap, and mret again: mepc and MPP are what they have to be. */
__asm__(
    ".text\n.balign 64\n"
    "cost_switch:\n"
    "    la t0, 2f\n"
    "    csrrw t1, mtvec, t0\n"
    "    la t0, 1f\n"
    "    csrw mepc, t0\n"
    "    mv t3, a0\n"
    "    csrr t4, instret\n"
    "    mret\n"
    ".balign 4\n"
    "1:  ecall\n"
    ".balign 4\n"
    "2:  addi t3, t3, -1\n"
    "    beqz t3, 3f\n"
    "    mret\n"
    "3:  csrr t5, instret\n"
    "    csrw mtvec, t1\n"
    "    sub a0, t5, t4\n"
    "    ret\n");
uint64_t cost_switch(uint64_t rounds, uint64_t a1);

/* MTI: raised by a store to mtimecmp (a1), lowered by one in the handler. */
__asm__(
    ".text\n.balign 64\n"
    "cost_timer:\n"
    "    la t0, 2f\n"
    "    csrrw t1, mtvec, t0\n"
    "    mv t3, a0\n"
    "    li t2, -1\n"
    "    csrr t4, instret\n"
    "1:  sd x0, 0(a1)\n"
    "    nop\n"
    "    addi t3, t3, -1\n"
    "    bnez t3, 1b\n"
    "    csrr t5, instret\n"
    "    csrw mtvec, t1\n"
    "    sub a0, t5, t4\n"
    "    ret\n"
    ".balign 4\n"
    "2:  sd t2, 0(a1)\n"
    "    mret\n");
uint64_t cost_timer(uint64_t rounds, uint64_t a1);

static uint64_t nothing;

/* At most so many; 0: no limit is set. */
static void say(const char *name, uint64_t took, uint64_t limit)
{
    uint64_t each = (took - nothing + ROUNDS / 2) / ROUNDS;
    note("cost %s %lu", name, each);
    context("%s: %lu instructions", name, each);
    check(!limit || each <= limit, "no more than the limit");
}

static void in_m(void)
{
    irq_off();
    csr_write(mie, 0);
    nothing = cost_nothing(ROUNDS, 0);
    say("csr_write", cost_csr_write(ROUNDS, 0), CSR_LIMIT);
    say("csr_read", cost_csr_read(ROUNDS, 0), CSR_LIMIT);
    say("csr_swap", cost_csr_swap(ROUNDS, 0), CSR_LIMIT);
    say("mepc_write", cost_mepc_write(ROUNDS, 0), CSR_LIMIT);
    say("mstatus", (cost_mstatus_set(ROUNDS, 0) + nothing) / 2, CSR_LIMIT);
    say("sfence", cost_sfence(ROUNDS, 0), 0);
    say("mtimecmp_store", cost_store(ROUNDS, (uint64_t)mtimecmp_of(me()->hartid)), 0);
    timer_clear();
}

static void world_switch(void)
{
    irq_off();
    csr_write(mie, 0);
    csr_write(mstatus, FIELD_PUT(MSTATUS_MPP, 1));
    register uint64_t a7 __asm__("a7") = NO_SBI_CALL;
    __asm__ volatile("" ::"r"(a7));
    say("switch", cost_switch(ROUNDS, 0), SWITCH_LIMIT);
}

static void timer(void)
{
    irq_off();
    timer_clear();
    csr_write(mie, BIT(IRQ_MTI));
    irq_on();
    say("timer", cost_timer(ROUNDS, (uint64_t)mtimecmp_of(me()->hartid)), 0);
    irq_off();
    timer_clear();
}

/* S's loop around one instruction; what comes to M is answered as firmware would. */
__asm__(
    ".text\n.balign 64\n"
    "s_loop_call:\n"
    "    mv t3, s2\n"
    "    csrr t4, instret\n"
    "1:  mv a0, s3\n"
    "    mv a1, s4\n"
    "    ecall\n"
    "    addi t3, t3, -1\n"
    "    bnez t3, 1b\n"
    "    csrr t5, instret\n"
    "    ebreak\n"
    ".balign 64\n"
    "s_loop_time:\n"
    "    mv t3, s2\n"
    "    csrr t4, instret\n"
    "1:  csrr a0, time\n"
    "    addi t3, t3, -1\n"
    "    bnez t3, 1b\n"
    "    csrr t5, instret\n"
    "    ebreak\n");
extern char s_loop_call[], s_loop_time[];

static uint64_t asked; /* times that M was */

static void serve(const char *name, const char *pc, uint64_t ext, uint64_t a0, uint64_t a1)
{
    /* Without a time CSR the bare machine asks this program. */
    bool time = pc == s_loop_time && (csr_read(mcounteren) & 2) && (has_time || exact);
    low.x[18] = ROUNDS;
    low.x[19] = a0;
    low.x[20] = a1;
    low.x[A6] = 0;
    low.x[A7] = ext;
    asked = 0;
    struct trap t = run_at(MODE_S, (uint64_t)pc);
    while (t.mcause != CAUSE_BREAKPOINT) {
        asked++;
        if (t.mcause == CAUSE_ILLEGAL)
            low.x[A0] = now();
        else if (ext == MTIMER)
            *mtimecmp_of(me()->hartid) = low.x[A0];
        else if (ext == IPI)
            csr_set(mip, BIT(IRQ_SSI));
        low.x[A0] = 0;
        t = run_at(MODE_S, t.mepc + 4);
    }
    say(name, low.x[30] - low.x[29], time ? TIME_LIMIT : 0);
    note("asked %s %lu", name, asked);
}

static void calls(void)
{
    irq_off();
    csr_write(mie, 0);
    watchdog_seconds(50);
    serve("set_timer", s_loop_call, MTIMER, ~0UL, 0);
    serve("send_ipi", s_loop_call, IPI, 1, me()->hartid);
    serve("remote_fence", s_loop_call, RFENCE, 1, me()->hartid);
    serve("time", s_loop_time, 0, 0, 0);
    csr_write(mcounteren, 5);
    serve("time_denied", s_loop_time, 0, 0, 0);
    csr_write(mcounteren, 7);
    MMIO64(dev.mtime) = now() + 1000; /* from now on time is not the hart's own */
    serve("time_moved", s_loop_time, 0, 0, 0);
    timer_clear();
}

TESTS("cost", {"in_m", "", in_m}, {"world_switch", "", world_switch}, {"timer", "", timer},
      {"calls", "", calls});
