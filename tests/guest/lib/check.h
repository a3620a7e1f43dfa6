/* SPDX-License-Identifier: BSD-2-Clause */
/* The runner, whatever mode the programs run in. A topic defines tests[], tests_count and topic;
 * the frame's main runs them, each from the same resting state, and prints
 *     ok <topic>.<name>
 *     not ok <topic>.<name>: what was expected, what was seen (where the rule stands)
 * and in the end `N passed, N failed`. */
#ifndef GUEST_CHECK_H
#define GUEST_CHECK_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

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
/* Prints a remark; for what the machine lacks, so that a part of a test has nothing to try. */
void note(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* Prints a line. */
void print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Values that a field of 64 bits should hold, and one of fewer should not. */
#define PATTERNS 7
extern const uint64_t patterns[PATTERNS];

/* How long another hart, a timer or a wire is waited for: the machine's host may have other work.
 */
#define PATIENCE (10 * timebase)

/* Runs all tests, each by run_one() (which calls t->run from the resting state and comes back when
 * it is over), prints the verdicts and the closing line. Returns how many failed. */
unsigned tests_run(void (*run_one)(const struct test *t));

/* What the frame offers: the console, and the way out of a test that can't go on. */
void console_write(const char *s, uint64_t len);
void leave_test(void) __attribute__((noreturn));

/* snprintf for %s %c %d %u %x with l, and %%. */
int format(char *buf, unsigned size, const char *fmt, va_list ap);

#endif
