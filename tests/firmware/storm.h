/* SPDX-License-Identifier: BSD-2-Clause */
/* How a storm of interrupts begins: each program counts its own in `taken`. */
#ifndef FIRMWARE_STORM_H
#define FIRMWARE_STORM_H

#include "low.h"

#define ROUNDS 100000u

static volatile uint64_t taken;

static void begin(bool (*irq)(struct trap *t), unsigned n)
{
    watchdog_seconds(55);
    irq_off();
    me()->irq = irq;
    taken = 0;
    csr_write(mie, BIT(n) | BIT(IRQ_MTI)); /* the watchdog's */
    irq_on();
}

#endif
