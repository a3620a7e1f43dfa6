/* SPDX-License-Identifier: BSD-2-Clause */
/* 100,000 interrupts of each kind, counted: none is lost, none comes twice. */
#include "dev.h"
#include "low.h"

#define ROUNDS 100000u

static volatile uint64_t taken;
static unsigned context_m;

static void begin(bool (*irq)(struct trap *t), unsigned n)
{
    watchdog_seconds(55);
    irq_off();
    me()->irq = irq;
    taken = 0;
    csr_write(mie, BIT(n) | BIT(IRQ_MTI)); /* the watchdog's */
    irq_on();
}

/* Handlers quiet the line and count; an interrupt more than was raised is one too many. */
static bool soft(struct trap *t)
{
    if (t->mcause != CAUSE_IRQ(IRQ_MSI))
        return false;
    *msip_of(me()->hartid) = 0;
    taken = taken + 1;
    return true;
}

static void msi(void)
{
    if (!dev.msip)
        return;
    volatile uint32_t *msip = msip_of(me()->hartid);
    begin(soft, IRQ_MSI);
    for (unsigned i = 1; i <= ROUNDS; i++) {
        *msip = 1;
        while (taken != i)
            ;
    }
    irq_off();
    check_eq(taken, ROUNDS, "software interrupts");
}

/* The deadline has passed when the handler sets it: it traps again right after mret. */
static bool timer_again(struct trap *t)
{
    taken = taken + 1;
    if (taken < ROUNDS)
        *mtimecmp_of(me()->hartid) = taken;
    else
        timer_clear();
    return t->mcause == CAUSE_IRQ(IRQ_MTI);
}

static void mti_back_to_back(void)
{
    begin(timer_again, IRQ_MTI);
    timer_set(0);
    while (taken < ROUNDS)
        ;
    irq_off();
    check_eq(taken, ROUNDS, "timer interrupts");
    check_bits(csr_read(mip), BIT(IRQ_MTI), 0, "mip afterwards");
}

static bool timer_once(struct trap *t)
{
    taken = taken + 1;
    *mtimecmp_of(me()->hartid) = ~0UL;
    return t->mcause == CAUSE_IRQ(IRQ_MTI);
}

static void mti(void)
{
    volatile uint64_t *cmp = mtimecmp_of(me()->hartid);
    begin(timer_once, IRQ_MTI);
    for (unsigned i = 1; i <= ROUNDS; i++) {
        *cmp = i;
        while (taken != i)
            ;
    }
    irq_off();
    check_eq(taken, ROUNDS, "timer interrupts");
}

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

TESTS("storm", {"msi", "Machine Interrupt Registers", msi}, {"mti", "Machine Timer Registers", mti},
      {"mti_back_to_back", "Machine Timer Registers", mti_back_to_back},
      {"mei", "PLIC: Interrupt Flow", mei}, {"below", "Machine Timer Registers", below});
