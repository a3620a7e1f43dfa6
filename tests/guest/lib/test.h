/* SPDX-License-Identifier: BSD-2-Clause */
/* The runner of S-mode programs: check.h, with a watchdog, and what is known of the machine. */
#ifndef GUEST_TEST_H
#define GUEST_TEST_H

#include "check.h"
#include "hart.h"

void test_fatal_trap(const char *what, const struct trap *t) __attribute__((noreturn));

/* The test's own timer interrupt, on the main hart; the watchdog's deadline stays in force. */
void timer_set(uint64_t deadline);
void timer_clear(void);
/* For the trap code: the timer has fired. Ends the test if it was the watchdog. */
void test_timer_fired(const struct trap *t);
/* More time for this test than the usual five seconds. */
void watchdog_seconds(unsigned s);

extern uint64_t timebase;    /* ticks a second */
extern unsigned harts_count; /* usable harts in the device tree; harts[0] is the boot hart */
extern const void *dtb;
/* False on QEMU's own H, of which some deviations from the specification are known: there the
 * checks that meet one of them are left out, with a comment that names it. OpenSBI, which runs on
 * it, is how it is told. */
extern bool exact;
/* Whether vstimecmp has to be there: an H in hardware may be without Sstc, an emulated one offers
 * it. */
extern bool sstc;

#endif
