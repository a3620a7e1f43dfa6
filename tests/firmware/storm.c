/* SPDX-License-Identifier: BSD-2-Clause */
/* 100,000 interrupts of each kind, counted: none is lost, none comes twice. */
#include "dev.h"
#include "storm.h"

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

TESTS("storm", {"msi", "Machine Interrupt Registers", msi}, {"mti", "Machine Timer Registers", mti},
      {"mti_back_to_back", "Machine Timer Registers", mti_back_to_back});
