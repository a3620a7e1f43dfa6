/* SPDX-License-Identifier: BSD-2-Clause */
/* What a hart is doing: HS code, possibly with a guest below it, and the last trap that it saw. */
#ifndef GUEST_HART_H
#define GUEST_HART_H

#include "catch.h"
#include "jump.h"

#include <stdbool.h>
#include <stdint.h>

#define MAX_HARTS  8
#define STACK_SIZE 16384

/* What HS finds in its CSRs after a trap. */
struct trap {
    uint64_t scause, stval, htval, htinst, sepc, hstatus, sstatus;
};

/* Registers of what HS runs below itself; x[0] is its pc. */
struct guest {
    uint64_t x[32];
};

enum mode { MODE_U, MODE_HS, MODE_VU, MODE_VS };

struct hart {
    uint64_t x[32];    /* frame of the trap being handled, or the registers of the running guest */
    uint64_t host[16]; /* callee-saved registers of guest_enter's caller */
    uint64_t in_guest;
    struct trap trap; /* the last trap into HS */
    uint64_t stack_top;
    void (*entry)(void); /* of a secondary hart */
    uint64_t hartid;
    uint64_t depth; /* of trap handling, to notice a trap inside the handler */
    struct catch catch;
    struct trap caught; /* the first HS trap since catch_begin */
    volatile uint64_t irqs[16];
    bool (*irq)(const struct trap *t); /* handles an HS interrupt; false: it was not expected */
    bool guest_sie;                    /* SIE while U runs, so SPIE after its trap; usually true */
    bool failed;                       /* a secondary that met an unexpected trap is parked */
};

extern struct hart harts[MAX_HARTS];

static inline struct hart *me(void)
{
    struct hart *h;
    __asm__("mv %0, tp" : "=r"(h));
    return h;
}

/* Sets stvec and sscratch, no interrupts but the watchdog's. Each hart calls it once. */
void hart_init(void);
/* Brings every CSR that a test may touch back to its resting value; flushes all translations. */
void hart_reset(void);

/* Between these two, an exception in HS is recorded and skipped instead of ending the test. */
void catch_begin(void);
/* The first exception's cause, CAUSE_NONE if there was none; me()->caught has the rest. */
uint64_t catch_end(void);

/* Enters the guest in the given mode (not MODE_HS) and returns at its next trap into HS. Other bits
 * of hstatus and sstatus are as the caller left them. Interrupts for HS are taken in the guest, and
 * after that returned here like every other trap. */
struct trap guest_run(struct guest *g, enum mode mode);

/* Starts a hart by HSM at fn with its own stack; fn must not return. Returns the SBI error. */
long hart_start(struct hart *h, void (*fn)(void));

static inline void irq_off(void)
{
    __asm__ volatile("csrci sstatus, 2" ::: "memory");
}

static inline void irq_on(void)
{
    __asm__ volatile("csrsi sstatus, 2" ::: "memory");
}

#endif
