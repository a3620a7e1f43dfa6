/* SPDX-License-Identifier: BSD-2-Clause */
#include "test.h"
#include "csr.h"
#include "fdt.h"
#include "sbi.h"

#define WATCHDOG_SECONDS 20
#define IMPL_OPENSBI     1

uint64_t timebase = 10000000;
unsigned harts_count = 1;
const void *dtb;
bool exact = true;
bool sstc = true;

static struct jump test_end;
static uint64_t watchdog, own_deadline;

void guest_main(uint64_t hartid, const void *fdt) __attribute__((noreturn));

void console_write(const char *s, uint64_t len)
{
    sbi_write(s, len);
}

/* Only the boot hart runs tests; another hart that fails waits for it to notice. */
void leave_test(void)
{
    if (me() == &harts[0])
        jump_to(&test_end, 1);
    me()->failed = true;
    for (;;)
        __asm__ volatile("wfi");
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
    own_deadline = ~0UL;
    watchdog_seconds(WATCHDOG_SECONDS);
    csr_write(sie, BIT(IRQ_STI));
    irq_on();
}

static void run_one(const struct test *t)
{
    if (jump_set(&test_end) == 0) {
        rest();
        t->run();
    }
    irq_off();
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
    dtb = fdt;
    hart_init();
    exact = sbi_call(SBI_EXT_BASE, 1, 0, 0, 0).value != IMPL_OPENSBI;
    sstc = exact || has_vstimecmp();
    fdt_each(fdt, read_cpus, &hartid);
    sbi_shutdown(tests_run(run_one) != 0);
}
