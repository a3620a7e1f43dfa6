/* SPDX-License-Identifier: BSD-2-Clause */
#include "check.h"

#define MAX_LINES 8 /* of diagnosis after the first of a test */

const uint64_t patterns[PATTERNS] = {0UL,
                                     ~0UL,
                                     0x5555555555555555UL,
                                     0xaaaaaaaaaaaaaaaaUL,
                                     0x0123456789abcdefUL,
                                     0xffffffff00000000UL,
                                     0x8000000000000001UL};

static const struct test *current;
static unsigned failures;
static char where[160];

/* Formats what a variadic function was given behind fmt. */
#define FORMAT(text, fmt)                                                                          \
    do {                                                                                           \
        va_list ap;                                                                                \
        va_start(ap, fmt);                                                                         \
        format(text, sizeof(text), fmt, ap);                                                       \
        va_end(ap);                                                                                \
    } while (0)

static void say(const char *fmt, va_list ap)
{
    char line[400];
    int n = format(line, sizeof line - 1, fmt, ap);
    line[n] = '\n';
    console_write(line, (uint64_t)n + 1);
}

void print(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(fmt, ap);
    va_end(ap);
}

void note(const char *fmt, ...)
{
    char text[200];
    FORMAT(text, fmt);
    print("# %s", text);
}

void context(const char *fmt, ...)
{
    FORMAT(where, fmt);
}

static void fail_text(const char *text)
{
    const char *sep = where[0] ? ": " : "";
    if (failures++ == 0)
        print("not ok %s.%s: %s%s%s (%s)", topic, current->name, where, sep, text, current->rule);
    else if (failures <= MAX_LINES)
        print("#   %s%s%s", where, sep, text);
}

void fail(const char *fmt, ...)
{
    char text[200];
    FORMAT(text, fmt);
    fail_text(text);
}

void test_fatal(const char *fmt, ...)
{
    char text[200];
    FORMAT(text, fmt);
    fail_text(text);
    leave_test();
}

bool check(bool good, const char *what)
{
    if (!good)
        fail("expected: %s, seen: not so", what);
    return good;
}

bool check_eq(uint64_t got, uint64_t want, const char *what)
{
    if (got != want)
        fail("%s expected 0x%lx, seen 0x%lx", what, want, got);
    return got == want;
}

bool check_bits(uint64_t got, uint64_t mask, uint64_t want, const char *what)
{
    if ((got & mask) != want)
        fail("%s expected 0x%lx, seen 0x%lx in bits 0x%lx", what, want, got & mask, mask);
    return (got & mask) == want;
}

unsigned tests_run(void (*run_one)(const struct test *t))
{
    unsigned passed = 0;
    for (unsigned i = 0; i < tests_count; i++) {
        current = &tests[i];
        failures = 0;
        where[0] = 0;
        run_one(current);
        if (failures == 0)
            print("ok %s.%s", topic, current->name);
        else if (failures > MAX_LINES)
            print("#   and %u more", failures - MAX_LINES);
        passed += failures == 0;
    }
    print("%u passed, %u failed", passed, tests_count - passed);
    return tests_count - passed;
}
