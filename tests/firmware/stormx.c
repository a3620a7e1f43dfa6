/* SPDX-License-Identifier: BSD-2-Clause */
/* 100,000 external interrupts, counted; and S, which works on while M is interrupted over and over.
 */
#include "dev.h"
#include "storm.h"

static unsigned context_m;

static bool external(struct trap *t)
{
    if (t->mcause != CAUSE_IRQ(IRQ_MEI))
        return false;
    uint32_t s = *plic_claim(context_m);
    uart_line(false);
    *plic_claim(context_m) = s;
    if (s == dev.uart_irq)
        taken = taken + 1;
    return true;
}

static void mei(void)
{
    if (!dev.plic)
        return;
    context_m = plic_context(me()->hartid);
    *plic_priority(dev.uart_irq) = 1;
    *plic_threshold(context_m) = 0;
    *plic_enable(context_m, dev.uart_irq) = BIT(dev.uart_irq % 32);
    begin(external, IRQ_MEI);
    for (unsigned i = 1; i <= ROUNDS; i++) {
        uart_line(true);
        while (taken != i)
            ;
    }
    irq_off();
    *plic_enable(context_m, dev.uart_irq) = 0;
    check_eq(taken, ROUNDS, "external interrupts");
}

/* S works on a sum while M's timer interrupts it over and over: the sum is right. */
__asm__(
    ".text\n.balign 4\n"
    "sum_code: add a1, a1, a0\n"
    "    addi a0, a0, -1\n"
    "    bnez a0, sum_code\n"
    "    ecall\n");
extern char sum_code[];

static void below(void)
{
    uint64_t n = 0;
    watchdog_seconds(55);
    irq_off();
    csr_write(mie, BIT(IRQ_MTI));
    low.x[A0] = 1000000;
    low.x[A1] = 0;
    uint64_t pc = (uint64_t)sum_code;
    for (;;) {
        *mtimecmp_of(me()->hartid) = now() + 50;
        struct trap t = run_at(MODE_S, pc);
        if (t.mcause != CAUSE_IRQ(IRQ_MTI)) {
            check_eq(t.mcause, CAUSE_ECALL_S, "mcause in the end");
            break;
        }
        pc = t.mepc;
        n++;
    }
    timer_clear();
    check_eq(low.x[A1], 500000500000UL, "the sum");
    check(n > 0, "S was interrupted");
}

TESTS("stormx", {"mei", "PLIC: Interrupt Flow", mei}, {"below", "Machine Timer Registers", below});
