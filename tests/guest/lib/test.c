/* SPDX-License-Identifier: BSD-2-Clause */
#include "test.h"
#include "csr.h"
#include "fdt.h"
#include "sbi.h"

#define MAX_LINES        8 /* of diagnosis after the first of a test */
#define WATCHDOG_SECONDS 5
#define IMPL_OPENSBI     1

uint64_t timebase = 10000000;
unsigned harts_count = 1;
const void *dtb;
bool exact = true;
bool sstc = true;

static const struct test *current;
static unsigned failures;
static char where[160];
static struct jump test_end;
static uint64_t watchdog, own_deadline;

void guest_main(uint64_t hartid, const void *fdt) __attribute__((noreturn));

static void say(const char *fmt, va_list ap)
{
    char line[400];
    int n = format(line, sizeof line - 1, fmt, ap);
    line[n] = '\n';
    sbi_write(line, (uint64_t)n + 1);
}

static void print(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static void print(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    say(fmt, ap);
    va_end(ap);
}

void note(const char *fmt, ...)
{
    char text[200];
    va_list ap;
    va_start(ap, fmt);
    format(text, sizeof text, fmt, ap);
    va_end(ap);
    print("# %s", text);
}

void context(const char *fmt, ...)
{
    va_list ap;
    va_start(ap, fmt);
    format(where, sizeof where, fmt, ap);
    va_end(ap);
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
    va_list ap;
    va_start(ap, fmt);
    format(text, sizeof text, fmt, ap);
    va_end(ap);
    fail_text(text);
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

/* Only the boot hart runs tests; another hart that fails waits for it to notice. */
static void leave_test(void) __attribute__((noreturn));
static void leave_test(void)
{
    if (me() == &harts[0])
        jump_to(&test_end, 1);
    me()->failed = true;
    for (;;)
        __asm__ volatile("wfi");
}

void test_fatal(const char *fmt, ...)
{
    char text[200];
    va_list ap;
    va_start(ap, fmt);
    format(text, sizeof text, fmt, ap);
    va_end(ap);
    fail_text(text);
    leave_test();
}

void test_fatal_trap(const char *what, const struct trap *t)
{
    fail("hart %lu: %s", me()->hartid, what);
    print("#   scause 0x%lx stval 0x%lx htval 0x%lx htinst 0x%lx", t->scause, t->stval, t->htval,
          t->htinst);
    print("#   sepc 0x%lx hstatus 0x%lx sstatus 0x%lx", t->sepc, t->hstatus, t->sstatus);
    leave_test();
}

static void timer_program(void)
{
    sbi_set_timer(own_deadline < watchdog ? own_deadline : watchdog);
}

void timer_set(uint64_t deadline)
{
    own_deadline = deadline;
    timer_program();
}

void timer_clear(void)
{
    timer_set(~0UL);
}

void test_timer_fired(const struct trap *t)
{
    if (me() != &harts[0])
        return;
    if (rdtime() >= watchdog) {
        watchdog = ~0UL;
        timer_clear();
        test_fatal_trap("expected the test to end in time, seen: it hangs here", t);
    }
    timer_clear();
}

void watchdog_seconds(unsigned s)
{
    watchdog = rdtime() + timebase * s;
    timer_program();
}

static void rest(void)
{
    hart_reset();
    where[0] = 0;
    own_deadline = ~0UL;
    watchdog_seconds(WATCHDOG_SECONDS);
    csr_write(sie, BIT(IRQ_STI));
    irq_on();
}

static bool run_one(const struct test *t)
{
    current = t;
    failures = 0;
    if (jump_set(&test_end) == 0) {
        rest();
        t->run();
    }
    irq_off();
    if (failures == 0)
        print("ok %s.%s", topic, t->name);
    else if (failures > MAX_LINES)
        print("#   and %u more", failures - MAX_LINES);
    return failures == 0;
}

static bool read_cpus(const struct fdt_prop *p, void *arg)
{
    uint64_t boot = *(uint64_t *)arg;
    if (p->depth < 2 || !fdt_named(p->path[1], "cpus"))
        return false;
    if (p->depth == 2 && fdt_named(p->name, "timebase-frequency"))
        timebase = fdt_u32(p->data);
    if (p->depth != 3 || !fdt_named(p->path[2], "cpu") || !fdt_named(p->name, "reg"))
        return false;
    uint64_t id = p->len == 8 ? fdt_u64(p->data) : fdt_u32(p->data);
    if (id == boot || harts_count == MAX_HARTS)
        return false;
    /* A hart that HSM does not know (no S-mode, disabled) is none of ours. */
    if (sbi_hart_status(id).error == SBI_SUCCESS)
        harts[harts_count++].hartid = id;
    return false;
}

static bool has_vstimecmp(void)
{
    catch_begin();
    csr_read(vstimecmp);
    return catch_end() == CAUSE_NONE;
}

void guest_main(uint64_t hartid, const void *fdt)
{
    unsigned passed = 0;
    dtb = fdt;
    hart_init();
    exact = sbi_call(SBI_EXT_BASE, 1, 0, 0, 0).value != IMPL_OPENSBI;
    sstc = exact || has_vstimecmp();
    fdt_each(fdt, read_cpus, &hartid);
    for (unsigned i = 0; i < tests_count; i++)
        passed += run_one(&tests[i]);
    print("%u passed, %u failed", passed, tests_count - passed);
    sbi_shutdown(passed != tests_count);
}
