/* SPDX-License-Identifier: BSD-2-Clause */
/* What the drivers share: the rows that drv.c looks through, register access, registers by hart. */
#ifndef DRV_DRIVER_H
#define DRV_DRIVER_H

#include "drv/drv.h"
#include "lib/tree.h"

struct driver {
    const char *const *compatible; /* ends in NULL */
    int (*probe)(const void *fdt, int node);
};

extern const struct driver drv_uart8250, drv_uart_sifive;
extern const struct driver drv_clint, drv_aclint_mswi, drv_aclint_mtimer;
extern const struct driver drv_plic, drv_aplic, drv_imsic;
extern const struct driver drv_test, drv_syscon_poweroff, drv_syscon_reboot, drv_gpio_restart,
    drv_gpio_poweroff;

/* A UART whose registers read as they do at rest, at an address where boards have theirs: only if
 * the tree names none that answers. */
void console_guess(void);
bool uart8250_guess(uintptr_t at, unsigned reg_shift);
bool uart_sifive_guess(uintptr_t at);

/* Registers of a device, one for each hart: of hart `hartid` the register at address at(), 0 if it
 * has none. */
#define SLOTS 64
struct by_hart {
    uint64_t hartid[SLOTS];
    uintptr_t at[SLOTS]; /* 0: free */
};

int by_hart_add(struct by_hart *b, uint64_t hartid, uintptr_t at) must_check;
uintptr_t by_hart_scan(const struct by_hart *b, uint64_t hartid);

static inline uintptr_t by_hart_at(const struct by_hart *b, uint64_t hartid)
{
    unsigned i = hartid % SLOTS;
    return likely(b->hartid[i] == hartid) ? b->at[i] : by_hart_scan(b, hartid);
}

/* answers.S: reads 1 or 4 bytes where perhaps nothing is. False if the bus refuses. Only while
 * booting. */
bool answers_read(uintptr_t at, unsigned width, uint32_t *value) must_check;

/* Entry `index` of reg: there, at least so large and so aligned; it has been said if not. */
int device_reg(const void *fdt, int node, unsigned index, uint64_t size, uint64_t align,
               struct tree_range *reg) must_check;

/* The device's registers at `at` (4-byte aligned) answer; or else it is said that the node's reg
 * doesn't, and ERR_MISSING returned. */
int answers(const void *fdt, int node, uintptr_t at) must_check;

/* Closes registers to everybody else, in whole pages; silently too late if there are too many of
 * them. */
void drv_close(const struct tree_range *r);

/*
 * Notes a device for firmware (drivers.device[]), its registers to be filled in. ERR_RANGE, said,
 * if there are too many.
 */
int device_note(const void *fdt, int node, enum device_kind kind, const struct tree_range *reg,
                struct device **d) must_check;

/* Its next register is this hart's. What is behind the 64th is nobody's. */
void device_register(struct device *d, const struct tree_irq *to);

/* Orders accesses of memory and of devices, all with all. On the development machine registers are
 * memory. */
#ifdef __riscv
static inline void io_fence(void)
{
    __asm__ volatile("fence iorw, iorw" ::: "memory");
}
#else
static inline void io_fence(void)
{
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}
#endif

static inline uint32_t read32(uintptr_t a)
{
    return *(volatile uint32_t *)a;
}

static inline void write32(uintptr_t a, uint32_t v)
{
    *(volatile uint32_t *)a = v;
}

static inline uint64_t read64(uintptr_t a)
{
    return *(volatile uint64_t *)a;
}

static inline void write64(uintptr_t a, uint64_t v)
{
    *(volatile uint64_t *)a = v;
}

#endif
