/* SPDX-License-Identifier: BSD-2-Clause */
/* The devices that belong to M, as the device tree says: 0 where there is none. */
#ifndef FIRMWARE_DEV_H
#define FIRMWARE_DEV_H

#include <stdbool.h>
#include <stdint.h>

struct devices {
    uint64_t msip;     /* msip of hart 0: 4 bytes a hart */
    uint64_t mtimecmp; /* of hart 0: 8 bytes a hart */
    uint64_t mtime;
    uint64_t plic;
    uint64_t uart;
    bool uart_sifive; /* otherwise a 16550 */
    uint32_t uart_irq;
    uint64_t finisher; /* SiFive's test device */
    uint64_t imsic_m;  /* the M-level files: a page a hart */
    uint64_t aplic_m;  /* the root domain */
};
extern struct devices dev;

/* Reads the tree. */
void dev_init(const void *dtb);
/* PLIC context of the hart in M-mode. */
unsigned plic_context(uint64_t hartid);
/* Ends the machine, or waits for its end. */
void dev_finish(bool failed) __attribute__((noreturn));

#define MMIO8(addr)  (*(volatile uint8_t *)(addr))
#define MMIO16(addr) (*(volatile uint16_t *)(addr))
#define MMIO32(addr) (*(volatile uint32_t *)(addr))
#define MMIO64(addr) (*(volatile uint64_t *)(addr))

static inline volatile uint32_t *msip_of(uint64_t hartid)
{
    return &MMIO32(dev.msip + 4 * hartid);
}

static inline volatile uint64_t *mtimecmp_of(uint64_t hartid)
{
    return &MMIO64(dev.mtimecmp + 8 * hartid);
}

static inline uint64_t now(void)
{
    return MMIO64(dev.mtime);
}

/* The UART's interrupt line, raised by its empty transmitter: on, and off again. */
void uart_line(bool on);

/* PLIC registers */
static inline volatile uint32_t *plic_priority(unsigned source)
{
    return &MMIO32(dev.plic + 4 * source);
}

static inline volatile uint32_t *plic_pending(unsigned source)
{
    return &MMIO32(dev.plic + 0x1000 + 4 * (source / 32));
}

static inline volatile uint32_t *plic_enable(unsigned context, unsigned source)
{
    return &MMIO32(dev.plic + 0x2000 + 0x80 * context + 4 * (source / 32));
}

static inline volatile uint32_t *plic_threshold(unsigned context)
{
    return &MMIO32(dev.plic + 0x200000 + 0x1000 * (uint64_t)context);
}

static inline volatile uint32_t *plic_claim(unsigned context)
{
    return &MMIO32(dev.plic + 0x200004 + 0x1000 * (uint64_t)context);
}

#endif
