/* SPDX-License-Identifier: BSD-2-Clause */
/* Harts that interrupt each other by msip: every one arrives, and once. */
#include "dev.h"
#include "low.h"

#define ROUNDS 100000u /* there and back: 200,000 interrupts */

static volatile uint64_t got[2] __attribute__((aligned(64)));
static volatile bool over;

/* The ball comes: back it goes. got[] counts what each hart has had. */
static bool back(struct trap *t)
{
    struct hart *h = me();
    unsigned i = (unsigned)(h - harts);
    *msip_of(h->hartid) = 0;
    got[i] = got[i] + 1;
    if (i == 1 || got[0] < ROUNDS)
        *msip_of(harts[1 - i].hartid) = 1;
    return t->mcause == CAUSE_IRQ(IRQ_MSI);
}

static void ready(void)
{
    irq_off();
    csr_write(mie, BIT(IRQ_MSI));
    me()->irq = back;
}

static void peer_waiting(void)
{
    ready();
    while (!over) {
        __asm__ volatile("wfi");
        irq_on();
        irq_off();
    }
}

static void one_ball(void)
{
    if (!dev.msip)
        return;
    watchdog_seconds(55);
    got[0] = got[1] = 0;
    over = false;
    if (!hart_give(1, peer_waiting))
        return;
    ready();
    *msip_of(harts[1].hartid) = 1;
    while (got[0] < ROUNDS) {
        __asm__ volatile("wfi");
        irq_on();
        irq_off();
    }
    over = true;
    *msip_of(harts[1].hartid) = 1; /* wakes it */
    hart_wait(1);
    check_eq(got[0], ROUNDS, "times that hart 0 had the ball");
    check(got[1] == ROUNDS || got[1] == ROUNDS + 1, "hart 1 had it as often");
}

/* All harts send to all others; a set bit is one interrupt, however often it is set. */
static volatile uint64_t arrived[MAX_HARTS];
static volatile unsigned senders, comers;

static bool arrive(struct trap *t)
{
    struct hart *h = me();
    *msip_of(h->hartid) = 0;
    arrived[h - harts] = arrived[h - harts] + 1;
    return t->mcause == CAUSE_IRQ(IRQ_MSI);
}

static void send_to_all(void)
{
    irq_off();
    csr_write(mie, BIT(IRQ_MSI));
    me()->irq = arrive;
    irq_on();
    __atomic_fetch_sub(&comers, 1, __ATOMIC_SEQ_CST);
    while (comers)
        ;
    for (unsigned i = 0; i < 5000; i++) {
        for (unsigned k = 0; k < MAX_HARTS; k++) {
            if (harts[k].ready && &harts[k] != me())
                *msip_of(harts[k].hartid) = 1;
        }
    }
    __atomic_fetch_sub(&senders, 1, __ATOMIC_SEQ_CST);
    while (senders)
        ;
    irq_off();
}

static void all_to_all(void)
{
    unsigned n = 1;
    if (!dev.msip)
        return;
    watchdog_seconds(55);
    while (n < MAX_HARTS && harts[n].ready)
        n++;
    senders = comers = n;
    for (unsigned i = 0; i < n; i++)
        arrived[i] = 0;
    for (unsigned i = 1; i < n; i++)
        hart_give(i, send_to_all);
    send_to_all();
    for (unsigned i = 1; i < n; i++)
        hart_wait(i);
    for (unsigned i = 0; i < n && n > 1; i++)
        check(arrived[i] > 0 && arrived[i] <= 5000 * (n - 1) + 1, "interrupts arrive, none twice");
}

TESTS("pingpong", {"one_ball", "Machine Interrupt Registers, msip", one_ball},
      {"all_to_all", "Machine Interrupt Registers, msip", all_to_all});
