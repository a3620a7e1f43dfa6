/* SPDX-License-Identifier: BSD-2-Clause */
/* What a hart in M-mode is doing: its own traps, what it runs in lower modes, the other harts. */
#ifndef FIRMWARE_FRAME_H
#define FIRMWARE_FRAME_H

#include "catch.h"
#include "check.h"
#include "mcsr.h"

#define MAX_HARTS  8
#define STACK_SIZE 16384

/* What M finds in its CSRs after a trap. mtval2 and mtinst are 0 on a hart without H. */
struct trap {
    uint64_t mcause, mtval, mepc, mstatus, mtval2, mtinst;
};

/* Registers of what M runs below itself; x[0] is its pc. */
struct regs {
    uint64_t x[32];
};

enum mode { MODE_U, MODE_S, MODE_VU, MODE_VS, MODE_M };

struct hart {
    uint64_t x[32];    /* registers of the lower mode */
    uint64_t host[16]; /* callee-saved registers of lower_enter's caller, and its mtvec */
    uint64_t stack_top;
    uint64_t hartid;
    uint64_t depth; /* of M's traps inside M's handler */
    struct catch catch;
    struct trap caught; /* the first M exception since catch_begin */
    volatile uint64_t irqs[16];
    bool (*irq)(struct trap *t); /* handles an M interrupt; false: nobody expected it */
    volatile bool ready, failed;
    volatile unsigned begun; /* works that it has begun */
    void (*volatile work)(void);
};

extern struct hart harts[MAX_HARTS];
extern volatile unsigned harts_count; /* that have come; harts[0] runs the tests */
extern const void *dtb;
extern uint64_t timebase; /* ticks a second */
extern bool has_h, has_smaia, has_menvcfg, has_time;
extern unsigned pmp_count; /* entries that hold something */
/* S's interrupts that mideleg can't keep from S: read-only one, which is allowed. */
extern uint64_t mideleg_fixed;
/* False on QEMU's own M-mode, of which some deviations from the specification are known: there the
 * checks that meet one of them are left out, with a comment that names it. It is told by two of
 * them: mepc[0] and medeleg[11] can be set. */
extern bool exact;

static inline struct hart *me(void)
{
    struct hart *h;
    __asm__("mv %0, tp" : "=r"(h));
    return h;
}

static inline void irq_on(void)
{
    csr_set(mstatus, MSTATUS_MIE);
}

static inline void irq_off(void)
{
    csr_clear(mstatus, MSTATUS_MIE);
}

/* Between these two, an exception in M is recorded and skipped instead of ending the test. */
void catch_begin(void);
/* The first exception's cause, CAUSE_NONE if there was none; me()->caught has the rest. */
uint64_t catch_end(void);

/* Enters the mode (not MODE_M) and returns at the next trap into M. Other bits of mstatus are as
 * the caller left them, MIE comes back clear. */
void hart_rest(void);
struct trap lower_run(struct regs *g, enum mode mode);

/* Ends the test with what the trap was. */
void test_fatal_trap(const char *what, const struct trap *t) __attribute__((noreturn));

/* The test's own deadline for this hart's MTI; the watchdog's stays in force. */
void timer_set(uint64_t deadline);
void timer_clear(void);
/* More time for this test than the usual five seconds. */
void watchdog_seconds(unsigned s);

/* Lets hart i (not 0) run fn; false, with a remark, if there is no such hart. */
bool hart_give(unsigned i, void (*fn)(void));
/* Waits until it has. */
void hart_wait(unsigned i);

#endif
