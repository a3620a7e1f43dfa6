/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The physical devices that Hearth itself uses, found in the device tree. Each driver is one file with a const row {compatible
 * list, probe}; probe reads the node, refuses what it doesn't understand (negative enum err), and fills in its ops.
 */
#ifndef DRV_DRV_H
#define DRV_DRV_H

#include "lib/bits.h"

struct console_ops {
    void (*put)(char c);
    int (*get)(void); /* -1: nothing there */
};

enum reset_kind { RESET_SHUTDOWN, RESET_COLD, RESET_WARM };
struct reset_ops {
    bool (*can)(enum reset_kind kind);
    void (*reset)(enum reset_kind kind, bool failure); /* does not return if can(kind) */
};

/* Harts are named by hart id; what a driver needs to find registers by hart is prepared in probe (interrupts-extended). */
struct ipi_ops {
    void (*send)(uint64_t hartid);
    void (*clear)(uint64_t hartid);
};
struct timer_ops {
    uint64_t (*time)(void);                        /* mtime by MMIO */
    void (*set)(uint64_t hartid, uint64_t deadline); /* mtimecmp; ~0: never */
};

/*
 * External interrupts of HS while a guest runs, on machines with a PLIC and without AIA: capture(hartid) makes the M context of the
 * hart see what its S context sees and closes the S context (threshold), release(hartid) undoes it. NULL where there is none.
 */
struct external_ops {
    void (*capture)(uint64_t hartid);
    void (*release)(uint64_t hartid);
};

struct drivers {
    const struct console_ops *console;
    const struct reset_ops *reset;
    const struct ipi_ops *ipi;
    const struct timer_ops *timer;
    const struct external_ops *external; /* may be NULL */
};
extern struct drivers drivers;

/* Probes every enabled node of the tree. Returns 0 or a negative enum err with a line on the console if one can be found. */
int drv_probe(const void *fdt) must_check;

#endif
