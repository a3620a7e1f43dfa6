/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The physical devices that Hearth itself uses, found in the device tree. Each driver is one file
 * with const rows {compatible, probe}; probe reads the node, refuses what it doesn't understand
 * (negative enum err), and fills in its part of `drivers`.
 */
#ifndef DRV_DRV_H
#define DRV_DRV_H

#include "lib/bits.h"
#include "lib/lock.h"
#include "spec/mem.h"
#include "vdev/plic.h"

struct console_ops {
    void (*put)(char c);
    int (*get)(void); /* -1: nothing there */
};

enum reset_kind { RESET_SHUTDOWN, RESET_COLD, RESET_WARM };
struct reset_ops {
    bool (*can)(enum reset_kind kind);
    void (*reset)(enum reset_kind kind, bool failure); /* does not return if can(kind) */
};

/*
 * Harts are named by hart id; what a driver needs to find registers by hart is prepared in probe
 * (interrupts-extended). init is for each hart itself, before it may be sent anything. The
 * interrupt arrives as `irq` of M: IRQ_MSI, or IRQ_MEI with an IMSIC.
 */
struct ipi_ops {
    void (*init)(void); /* may be NULL */
    void (*send)(uint64_t hartid);
    void (*clear)(uint64_t hartid); /* this hart's */
    unsigned irq;
};
/* This hart's physical M-level interrupt file, besides IPIs. */
struct msi_ops {
    void (*init)(void);      /* lets every identity in */
    unsigned (*claim)(void); /* one that arrived, no longer pending; 0: none */
    unsigned reserved;       /* the identity of IPIs: claim() does not give it */
};
struct timer_ops {
    uint64_t (*time)(void);                          /* mtime by MMIO */
    void (*set)(uint64_t hartid, uint64_t deadline); /* mtimecmp; ~0: never */
};

#define DRV_CLOSED 8

/*
 * A device of M-level that Hearth keeps for itself and that firmware in a virtual M-mode gets a
 * virtual one of: where, and whose its registers are.
 */
enum device_kind { DEVICE_MSWI, DEVICE_MTIME, DEVICE_MTIMER, DEVICE_IMSIC, DEVICE_APLIC };
#define NO_HART (~UINT64_C(0))
struct device {
    enum device_kind kind;
    struct mem_range range;
    unsigned registers;
    uint64_t hartid[64]; /* of register n; NO_HART: of none that is known */
    uint64_t stride;     /* IMSIC: of the pages, a register each */
    unsigned identities; /* IMSIC: the highest */
    unsigned sources, children;
    bool msi; /* APLIC: delivers by MSI; registers are IMSIC pages then, and IDCs otherwise */
};
#define DRV_DEVICES 8

/* A PLIC: its model, which is where Hearth's own use of the M contexts is too. */
struct plic {
    struct lock lock; /* protects the model, where a hart is not alone */
    struct vplic model;
    struct mem_range range;
    unsigned harts;
    uint64_t hartid[VDEV_HARTS]; /* by slot of the model */
};
#define DRV_PLICS 2

static inline struct plic *plic_of(const struct vplic_hart *h)
{
    return (struct plic *)((uintptr_t)h->plic - offsetof(struct plic, model));
}

struct drivers {
    const struct console_ops *console; /* NULL: none found */
    const struct reset_ops *reset;     /* NULL: none found */
    const struct ipi_ops *ipi;         /* never NULL after drv_probe() */
    const struct timer_ops *timer;     /* never NULL after drv_probe() */
    const volatile uint64_t *mtime;    /* the register that timer->time() reads */
    const struct msi_ops *msi;         /* NULL: no M-level IMSIC */

    struct mem_range closed[DRV_CLOSED]; /* registers that only Hearth may touch, each a naturally
                                            aligned power of two */
    unsigned closed_count;
    struct device device[DRV_DEVICES];
    unsigned device_count;
    struct plic *plic[DRV_PLICS];
    unsigned plics;
};
extern struct drivers drivers;

/*
 * First of all: finds the console (stdout-path, else the first UART, else one that looks like a
 * UART where boards have theirs) and opens the log to it, then the way out of the machine. Never
 * fails. The tree need not be whole, only its header; NULL: none.
 */
void drv_early(const void *fdt);

/*
 * External interrupts of HS while a guest runs, on machines with a PLIC and without AIA:
 * external_capture() makes the M context of the hart see what its S context sees and closes the S
 * context (threshold), external_release() undoes it. Only by the hart itself. Capturing again takes
 * up what has changed in the enables. external_of(): what it is done with; NULL if no PLIC knows
 * the hart.
 */
struct vplic_hart *external_of(uint64_t hartid);
void external_capture(struct vplic_hart *h);
void external_release(struct vplic_hart *h);

/* mip.MEIP: this hart's wire from the PLIC or APLIC, after what was written to that. */
bool external_line(void) must_check;

/* Probes every enabled node of the tree. Returns 0 or a negative enum err, having said what is
 * wrong. */
int drv_probe(const void *fdt) must_check;

/* The end of a boot that can't go on: out of the machine with a failure code if it has a way, or
 * waits for ever. */
_Noreturn void drv_fail(void);

#endif
