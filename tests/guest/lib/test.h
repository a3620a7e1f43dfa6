/* SPDX-License-Identifier: BSD-2-Clause */
/* The runner. A topic defines tests[], tests_count and topic; the library's guest_main runs them,
 * each from the same resting state, and prints
 *     ok <topic>.<name>
 *     not ok <topic>.<name>: what was expected, what was seen (where the rule stands)
 * and in the end `N passed, N failed`. */
#ifndef GUEST_TEST_H
#define GUEST_TEST_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "hart.h"

struct test {
    const char *name;
    const char *rule; /* section or tag of the specification */
    void (*run)(void);
};

extern const char topic[];
extern const struct test tests[];
extern const unsigned tests_count;

#define TESTS(name, ...)                                                                           \
    const char topic[] = name;                                                                     \
    const struct test tests[] = {__VA_ARGS__};                                                     \
    const unsigned tests_count = sizeof(tests) / sizeof(tests[0])

/* Starts a line of diagnosis with these words until the next call; "" for none. */
void context(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Fails the test (which goes on) if got is not want. */
bool check_eq(uint64_t got, uint64_t want, const char *what);
/* The same for the bits of mask. */
bool check_bits(uint64_t got, uint64_t mask, uint64_t want, const char *what);
bool check(bool good, const char *what);
/* Fails the test with a message of its own. */
void fail(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Ends the test at once. */
void test_fatal(const char *fmt, ...) __attribute__((format(printf, 1, 2), noreturn));
void test_fatal_trap(const char *what, const struct trap *t) __attribute__((noreturn));
/* Prints a remark; for what the machine lacks, so that a part of a test has nothing to try. */
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

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

/* snprintf for %s %c %d %u %x with l, and %%. */
int format(char *buf, unsigned size, const char *fmt, va_list ap);

#endif
