/* SPDX-License-Identifier: BSD-2-Clause */
#include "frame.h"
#include "dev.h"
#include "fdt.h"
#include "jump.h"
#include "low.h"

#define WATCHDOG_SECONDS 20
#define MAX_DEPTH        64 /* of handlers in handlers: the stack ends somewhere */

struct hart harts[MAX_HARTS];
volatile unsigned harts_count;
const void *dtb;
uint64_t timebase = 10000000;
bool has_h, has_smaia, has_menvcfg, has_time;
unsigned pmp_count;
bool exact;
uint64_t mideleg_fixed;

static struct jump test_end;
static uint64_t watchdog = ~0UL, own_deadline = ~0UL;

extern void lower_enter(void);
void trap_from_m(void);
void firmware_main(uint64_t hartid, const void *fdt) __attribute__((noreturn));
void secondary_main(void) __attribute__((noreturn));

/* Only the first hart runs tests; another one that fails waits for it to notice. */
void leave_test(void)
{
    if (me() == &harts[0])
        jump_to(&test_end, 1);
    me()->failed = true;
    csr_write(mie, 0);
    for (;;)
        __asm__ volatile("wfi");
}

void test_fatal_trap(const char *what, const struct trap *t)
{
    fail("hart %lu: %s", me()->hartid, what);
    print("#   mcause 0x%lx mtval 0x%lx mepc 0x%lx mstatus 0x%lx mtval2 0x%lx mtinst 0x%lx",
          t->mcause, t->mtval, t->mepc, t->mstatus, t->mtval2, t->mtinst);
    leave_test();
}

static struct trap trap_read(void)
{
    struct trap t = {.mcause = csr_read(mcause),
                     .mtval = csr_read(mtval),
                     .mepc = csr_read(mepc),
                     .mstatus = csr_read(mstatus)};
    if (has_h) {
        t.mtval2 = csr_read(mtval2);
        t.mtinst = csr_read(mtinst);
    }
    return t;
}

void catch_begin(void)
{
    me()->caught = (struct trap){.mcause = CAUSE_NONE};
    catch_on(&me()->catch);
}

uint64_t catch_end(void)
{
    catch_off(&me()->catch);
    return me()->caught.mcause;
}

static void took_exception(struct hart *h, struct trap *t)
{
    if (!h->catch.on)
        test_fatal_trap("a trap in M that no test expects", t);
    if (h->catch.traps++ == 0)
        h->caught = *t;
    if (h->catch.traps > MAX_CAUGHT)
        test_fatal_trap("the same trap again and again", t);
    t->mepc = catch_next(&h->catch, t->mepc);
}

static void timer_program(void)
{
    *mtimecmp_of(me()->hartid) = own_deadline < watchdog ? own_deadline : watchdog;
}

/* The watchdog, or a test's deadline: that is over now. */
static void timer_fired(const struct trap *t)
{
    if (me() == &harts[0] && now() >= watchdog) {
        watchdog = ~0UL;
        timer_clear();
        test_fatal_trap("expected the test to end in time, seen: it hangs here", t);
    }
}

static void took_interrupt(struct hart *h, struct trap *t)
{
    uint64_t n = t->mcause & 63;
    if (n < 16)
        h->irqs[n]++;
    if (n == IRQ_MTI)
        timer_fired(t);
    if (h->irq && h->irq(t))
        return;
    if (n == IRQ_MTI)
        timer_clear();
    else
        test_fatal_trap("an interrupt that no test expects", t);
}

/* Called from trap_entry. */
void trap_from_m(void)
{
    struct hart *h = me();
    struct trap t = trap_read();
    if (h->depth++ >= MAX_DEPTH)
        test_fatal_trap("traps inside the trap handler", &t);
    if (t.mcause & BIT(63))
        took_interrupt(h, &t);
    else
        took_exception(h, &t);
    h->depth--;
    csr_write(mepc, t.mepc);
    csr_write(mstatus, t.mstatus);
}

struct trap lower_run(struct regs *g, enum mode mode)
{
    struct hart *h = me();
    irq_off();
    for (int i = 1; i < 32; i++)
        h->x[i] = g->x[i];
    csr_write(mepc, g->x[0]);
    csr_clear(mstatus, MSTATUS_MPP | (has_h ? MSTATUS_MPV : 0));
    csr_set(mstatus, (mode == MODE_S || mode == MODE_VS ? FIELD_PUT(MSTATUS_MPP, 1) : 0) |
                         (mode == MODE_VS || mode == MODE_VU ? MSTATUS_MPV : 0));
    lower_enter();
    struct trap t = trap_read();
    for (int i = 1; i < 32; i++)
        g->x[i] = h->x[i];
    g->x[0] = t.mepc;
    if (t.mcause == CAUSE_IRQ(IRQ_MTI))
        timer_fired(&t);
    return t;
}

void timer_set(uint64_t deadline)
{
    if (me() == &harts[0]) {
        own_deadline = deadline;
        timer_program();
    } else {
        *mtimecmp_of(me()->hartid) = deadline;
    }
}

void timer_clear(void)
{
    timer_set(~0UL);
}

void watchdog_seconds(unsigned s)
{
    watchdog = now() + timebase * s;
    timer_program();
}

/* CSRs that a hart may lack; whether it should is for the tests to say. */
static void rest_optional(void)
{
    catch_begin();
    csr_write(0x30a, 0); /* menvcfg */
    csr_write(0x320, 0); /* mcountinhibit */
    csr_write(0x14d, ~0UL);
    csr_write(0x24d, ~0UL);
    catch_end();
    if (!has_h)
        return;
    csr_write(hstatus, 0);
    csr_write(hedeleg, 0);
    csr_write(hideleg, 0);
    csr_write(hvip, 0);
    csr_write(hie, 0);
    csr_write(hgatp, 0);
    csr_write(vsatp, 0);
    csr_write(vsstatus, 0);
    csr_write(vstvec, 0);
    csr_write(hcounteren, 0xffffffff);
    csr_write(htimedelta, 0);
    csr_write(henvcfg, 0);
    __asm__ volatile("hfence.gvma; hfence.vvma" ::: "memory");
}

static void rest_pmp(void)
{
    if (!pmp_count)
        return;
    csr_write(pmpcfg0, 0);
    csr_write(pmpaddr7, ~0UL);
    csr_write(pmpcfg0, (uint64_t)(PMP_NAPOT | PMP_RWX) << 56);
}

/* The state in which each test begins: the lower modes have everything, nothing is delegated. */
void hart_rest(void)
{
    struct hart *h = me();
    csr_write(mie, 0);
    csr_write(mstatus, 0);
    csr_write(mtvec, (uint64_t)trap_entry);
    h->depth = 0;
    h->irq = 0;
    rest_optional();
    rest_pmp();
    csr_write(medeleg, 0);
    csr_write(mideleg, 0);
    csr_write(mip, 0);
    csr_write(mcounteren, 0xffffffff);
    csr_write(scounteren, 0xffffffff);
    csr_write(satp, 0);
    csr_write(stvec, 0);
    __asm__ volatile("sfence.vma" ::: "memory");
    if (dev.msip)
        *msip_of(h->hartid) = 0;
}

static void run_one(const struct test *t)
{
    if (jump_set(&test_end) == 0) {
        hart_rest();
        low_reset();
        own_deadline = ~0UL;
        watchdog_seconds(WATCHDOG_SECONDS);
        csr_write(mie, BIT(IRQ_MTI));
        irq_on();
        t->run();
    }
    irq_off();
}

static bool read_timebase(const struct fdt_prop *p, void *arg)
{
    (void)arg;
    if (p->depth != 2 || !fdt_named(p->path[1], "cpus") ||
        !fdt_named(p->name, "timebase-frequency"))
        return false;
    timebase = fdt_u32(p->data);
    return true;
}

/* Whether reading the CSR is no trap. */
#define HAS(csr)                                                                                   \
    ({                                                                                             \
        catch_begin();                                                                             \
        csr_read(csr);                                                                             \
        catch_end() == CAUSE_NONE;                                                                 \
    })

static unsigned count_pmp(void)
{
    unsigned n = 0;
    catch_begin();
    csr_write(pmpcfg0, 0);
    csr_write(pmpaddr0, ~0UL);
    n += csr_read(pmpaddr0) != 0;
    csr_write(pmpaddr7, ~0UL);
    n += csr_read(pmpaddr7) ? 7 : 0;
    csr_write(pmpaddr15, ~0UL);
    n += csr_read(pmpaddr15) ? 8 : 0;
    return catch_end() == CAUSE_NONE ? n : 0;
}

static bool is_exact(void)
{
    csr_write(mepc, 1);
    csr_write(medeleg, BIT(CAUSE_ECALL_M));
    return !(csr_read(mepc) & 1) || !csr_read(medeleg);
}

void firmware_main(uint64_t hartid, const void *fdt)
{
    (void)hartid;
    dtb = fdt;
    dev_init(fdt);
    fdt_each(fdt, read_timebase, 0);
    has_h = csr_read(misa) & BIT('H' - 'A');
    has_smaia = HAS(0xfb0);   /* mtopi */
    has_menvcfg = HAS(0x30a); /* menvcfg */
    has_time = HAS(time);
    pmp_count = count_pmp();
    exact = is_exact();
    csr_write(mideleg, 0);
    mideleg_fixed = csr_read(mideleg) & S_IRQS;
    harts[0].ready = true;
    dev_finish(tests_run(run_one) != 0);
}

void secondary_main(void)
{
    struct hart *h = me();
    csr_write(mie, BIT(IRQ_MSI));
    h->ready = true;
    for (;;) {
        while (!h->work || !*msip_of(h->hartid))
            __asm__ volatile("wfi");
        hart_rest();
        h->begun++;
        h->work();
        hart_rest();
        csr_write(mie, BIT(IRQ_MSI));
        __asm__ volatile("fence" ::: "memory");
        h->work = 0;
    }
}

bool hart_give(unsigned i, void (*fn)(void))
{
    uint64_t end = now() + PATIENCE;
    while (!harts[i].ready && now() < end)
        ;
    if (!harts[i].ready || harts[i].failed) {
        note("no hart %u", i);
        return false;
    }
    unsigned begun = harts[i].begun;
    __asm__ volatile("fence" ::: "memory");
    harts[i].work = fn;
    __asm__ volatile("fence" ::: "memory");
    *msip_of(harts[i].hartid) = 1;
    while (harts[i].begun == begun) /* until then it clears its msip */
        ;
    return true;
}

void hart_wait(unsigned i)
{
    while (harts[i].work && !harts[i].failed)
        ;
    __asm__ volatile("fence" ::: "memory");
    if (harts[i].failed)
        test_fatal("expected hart %u to finish, seen: it failed", i);
}
