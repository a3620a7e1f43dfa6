/* SPDX-License-Identifier: BSD-2-Clause */
/* A small firmware with an SBI, and S-mode programs on it. The calls that a monitor below may
 * answer by itself (timer, IPI, remote fences) have to agree with what the firmware does with its
 * own mtimecmp and msip. */
#include "dev.h"
#include "low.h"

#define EXT_TIME 0x54494d45UL
#define EXT_IPI  0x735049UL
#define EXT_RFNC 0x52464e43UL
#define EXT_HSM  0x48534dUL
#define NEVER    (~0UL)
#define TICK     2000u /* of the firmware's own, in mtime */

/* --- the firmware --- */

static struct service {
    uint64_t deadline, tick; /* of S; of the firmware itself, NEVER: it has none */
    volatile uint64_t ticks, calls;
    volatile bool ipi, fence;
    uint64_t stack[512] __attribute__((aligned(16)));
} services[2];

static struct service *mine(void)
{
    return &services[me() - harts];
}

static void program(void)
{
    struct service *s = mine();
    timer_set(s->deadline < s->tick ? s->deadline : s->tick);
    csr_set(mie, BIT(IRQ_MTI));
}

static void timer_interrupt(void)
{
    struct service *s = mine();
    uint64_t t = now();
    if (t >= s->deadline) {
        s->deadline = NEVER;
        csr_set(mip, BIT(IRQ_STI));
    }
    if (t >= s->tick) {
        s->ticks = s->ticks + 1;
        s->tick = t + TICK;
    }
    program();
}

static void soft_interrupt(void)
{
    struct service *s = mine();
    *msip_of(me()->hartid) = 0;
    __asm__ volatile("fence" ::: "memory");
    if (s->ipi) {
        s->ipi = false;
        csr_set(mip, BIT(IRQ_SSI));
    }
    if (s->fence) {
        __asm__ volatile("sfence.vma" ::: "memory");
        s->fence = false;
    }
}

/* A remote fence has been done when the call returns. */
static void fence_of(unsigned i)
{
    if (i == me() - harts) {
        __asm__ volatile("sfence.vma" ::: "memory");
        return;
    }
    services[i].fence = true;
    __asm__ volatile("fence" ::: "memory");
    *msip_of(harts[i].hartid) = 1;
    while (services[i].fence) {
        if (csr_read(mip) & BIT(IRQ_MSI))
            soft_interrupt();
    }
}

static void ipi_of(unsigned i)
{
    services[i].ipi = true;
    __asm__ volatile("fence" ::: "memory");
    *msip_of(harts[i].hartid) = 1;
}

static void each_of(uint64_t mask, uint64_t base, void (*fn)(unsigned))
{
    for (unsigned i = 0; i < 2; i++) {
        uint64_t id = harts[i].hartid;
        if (base == NEVER || (id >= base && id - base < 64 && (mask >> (id - base) & 1)))
            fn(i);
    }
}

static void run_s(uint64_t pc, uint64_t a0, uint64_t a1);
static uint64_t start_pc, start_opaque;
static void start_here(void)
{
    run_s(start_pc, me()->hartid, start_opaque);
}

static uint64_t hart_start(uint64_t hartid, uint64_t pc, uint64_t opaque)
{
    if (hartid != harts[1].hartid)
        return (uint64_t)-3;
    start_pc = pc;
    start_opaque = opaque;
    return hart_give(1, start_here) ? 0 : (uint64_t)-6;
}

static void call(struct regs *r)
{
    struct service *s = mine();
    s->calls = s->calls + 1;
    uint64_t a0 = r->x[A0], a1 = r->x[A1];
    r->x[A0] = 0;
    switch (r->x[A7]) {
    case EXT_TIME:
        s->deadline = a0;
        csr_clear(mip, BIT(IRQ_STI));
        program();
        break;
    case EXT_IPI:
        each_of(a0, a1, ipi_of);
        break;
    case EXT_RFNC:
        each_of(a0, a1, fence_of);
        break;
    case EXT_HSM:
        r->x[A0] = hart_start(a0, a1, r->x[A2]);
        break;
    default:
        r->x[A0] = (uint64_t)-2;
        break;
    }
    r->x[0] += 4;
}

/* Runs the program in S until it executes EBREAK. */
__asm__(".text\n.balign 4\ns_end: ebreak\n");
extern char s_end[];
static void run_s(uint64_t pc, uint64_t a0, uint64_t a1)
{
    struct regs r = {.x = {[0] = pc, [A0] = a0, [A1] = a1, [RA] = (uint64_t)s_end}};
    r.x[SP] = (uint64_t)(mine()->stack + 512);
    csr_write(mideleg, S_IRQS);
    csr_set(mie, BIT(IRQ_MSI));
    program();
    for (;;) {
        struct trap t = lower_run(&r, MODE_S);
        if (t.mcause == CAUSE_ECALL_S)
            call(&r);
        else if (t.mcause == CAUSE_IRQ(IRQ_MTI))
            timer_interrupt();
        else if (t.mcause == CAUSE_IRQ(IRQ_MSI))
            soft_interrupt();
        else if (t.mcause == CAUSE_BREAKPOINT)
            break;
        else
            test_fatal_trap("a trap of S that the firmware does not know", &t);
    }
    csr_write(mie, 0);
}

static bool begin(bool two)
{
    watchdog_seconds(50);
    irq_off();
    csr_write(mie, 0);
    for (unsigned i = 0; i < 2; i++) {
        services[i].deadline = services[i].tick = NEVER;
        services[i].ticks = services[i].calls = 0;
        services[i].ipi = services[i].fence = false;
    }
    uint64_t end = now() + PATIENCE;
    while (two && !harts[1].ready && now() < end)
        ;
    if (two && !harts[1].ready)
        note("one hart");
    return dev.msip && (!two || harts[1].ready);
}

/* --- in S --- */

static long sbi(uint64_t ext, uint64_t fid, uint64_t arg0, uint64_t arg1, uint64_t arg2)
{
    register uint64_t a0 __asm__("a0") = arg0;
    register uint64_t a1 __asm__("a1") = arg1;
    register uint64_t a2 __asm__("a2") = arg2;
    register uint64_t a3 __asm__("a3") = PAGE; /* a fence's size */
    register uint64_t a6 __asm__("a6") = fid;
    register uint64_t a7 __asm__("a7") = ext;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a3), "r"(a6), "r"(a7) : "memory");
    return (long)a0;
}

static volatile struct {
    uint64_t n, early, at_once, errors;
} s_saw;

/* Time as S has it: the CSR, or the device where there is none. */
static uint64_t s_time(void)
{
    return now();
}

static void s_timers(uint64_t rounds)
{
    csr_write(sie, BIT(IRQ_STI));
    for (uint64_t i = 0; i < rounds; i++) {
        uint64_t d = s_time() + 300 + 37 * (i % 50);
        if (sbi(EXT_TIME, 0, d, 0, 0))
            s_saw.errors = s_saw.errors + 1;
        if ((csr_read(sip) & BIT(IRQ_STI)) && s_time() < d)
            s_saw.at_once = s_saw.at_once + 1;
        while (!(csr_read(sip) & BIT(IRQ_STI))) {
            if (i % 3 == 0)
                __asm__ volatile("wfi");
        }
        if (s_time() < d)
            s_saw.early = s_saw.early + 1;
        s_saw.n = s_saw.n + 1;
    }
    sbi(EXT_TIME, 0, NEVER, 0, 0);
    if (csr_read(sip) & BIT(IRQ_STI))
        s_saw.errors = s_saw.errors + 1;
}

static void timers(void)
{
    if (!begin(false))
        return;
    s_saw.n = s_saw.early = s_saw.at_once = s_saw.errors = 0;
    run_s((uint64_t)s_timers, 300, 0);
    check_eq(s_saw.n, 300, "timers that came");
    check_eq(s_saw.early, 0, "timers before their deadline");
    check_eq(s_saw.at_once, 0, "STIP still set behind set_timer");
    check_eq(s_saw.errors, 0, "errors");
}

/* The firmware has a tick of its own on the same comparator: neither loses one. */
static void timers_and_ticks(void)
{
    if (!begin(false))
        return;
    s_saw.n = s_saw.early = s_saw.at_once = s_saw.errors = 0;
    uint64_t began = now();
    services[0].tick = began + TICK;
    run_s((uint64_t)s_timers, 500, 0);
    uint64_t most = (now() - began) / TICK;
    check_eq(s_saw.n, 500, "timers that came");
    check_eq(s_saw.early, 0, "timers before their deadline");
    check_eq(s_saw.errors, 0, "errors");
    check(services[0].ticks > 0 && services[0].ticks <= most, "the firmware's ticks came");
}

/* IPIs between two S, there and back; how many each has had is exact. */
static volatile uint64_t balls[2];
static volatile bool plays; /* hart 1 is in S: from here on no IPI is lost */
static void s_ball(uint64_t other, uint64_t i)
{
    csr_write(sie, BIT(IRQ_SSI));
    while (!plays)
        ;
    while (balls[i] < 2000) {
        if (i == 0)
            sbi(EXT_IPI, 0, 1, other, 0);
        while (!(csr_read(sip) & BIT(IRQ_SSI)))
            ;
        csr_clear(sip, BIT(IRQ_SSI));
        balls[i] = balls[i] + 1;
        if (i == 1)
            sbi(EXT_IPI, 0, 1, other, 0);
    }
}

static void s_ball_1(uint64_t hartid, uint64_t other)
{
    (void)hartid;
    plays = true;
    s_ball(other, 1);
}

static void ipis(void)
{
    if (!begin(true))
        return;
    balls[0] = balls[1] = 0;
    plays = false;
    start_pc = (uint64_t)s_ball_1;
    start_opaque = harts[0].hartid;
    hart_give(1, start_here);
    run_s((uint64_t)s_ball, harts[1].hartid, 0);
    hart_wait(1);
    check_eq(balls[0], 2000, "IPIs at hart 0");
    check_eq(balls[1], 2000, "IPIs at hart 1");
}

/* HSM: S starts the other hart, which finds its id and the opaque value, in S, with SIE clear. */
static volatile uint64_t started[3];
static void s_started(uint64_t hartid, uint64_t opaque)
{
    started[0] = hartid;
    started[1] = opaque;
    started[2] = csr_read(sstatus);
}

static void s_starts(uint64_t target)
{
    if (sbi(EXT_HSM, 0, target, (uint64_t)s_started, 0x123456789UL))
        s_saw.errors = s_saw.errors + 1;
    if (sbi(EXT_HSM, 0, 77, (uint64_t)s_started, 0) != -3)
        s_saw.errors = s_saw.errors + 1;
}

static void starts(void)
{
    if (!begin(true))
        return;
    for (unsigned i = 0; i < 50; i++) {
        started[0] = NEVER;
        s_saw.errors = 0;
        run_s((uint64_t)s_starts, harts[1].hartid, 0);
        hart_wait(1);
        check_eq(s_saw.errors, 0, "errors");
        check_eq(started[0], harts[1].hartid, "a0 of the started hart");
        check_eq(started[1], 0x123456789UL, "a1 of the started hart");
        check_bits(started[2], SSTATUS_SIE, 0, "SIE of the started hart");
    }
}

/* Remote fences: when the call has returned, the other hart sees the new page only. */
static volatile uint64_t watched, passes;
static volatile bool stop;

static void s_watch(uint64_t hartid, uint64_t own)
{
    (void)hartid;
    csr_write(satp, pt_atp(&low_pt, 0));
    __asm__ volatile("sfence.vma" ::: "memory");
    while (!stop) {
        watched = *(volatile uint64_t *)TEST_VA;
        passes = passes + 1;
        if (passes % 64 == 0) /* it asks for fences as well, at the same time */
            sbi(EXT_RFNC, 1, 1, own, 0);
    }
    csr_write(satp, 0);
    __asm__ volatile("sfence.vma" ::: "memory");
}

static void s_remaps(uint64_t target)
{
    for (uint64_t i = 1; i <= 300; i++) {
        unsigned f = 8 + i % 16;
        *(volatile uint64_t *)frames[f] = i;
        *pt_entry(&low_pt, TEST_VA, 0) = pte_make((uint64_t)frames[f], PTE_FULL);
        __asm__ volatile("fence" ::: "memory");
        if (sbi(EXT_RFNC, 1, 1, target, TEST_VA))
            s_saw.errors = s_saw.errors + 1;
        uint64_t from = passes;
        while (passes < from + 2)
            ;
        if (watched != i)
            s_saw.early = s_saw.early + 1;
        s_saw.n = i;
    }
    stop = true;
}

static void fences(void)
{
    if (!begin(true))
        return;
    low_pages();
    csr_write(satp, 0);
    pt_map(&low_pt, TEST_VA, (uint64_t)frames[8], PTE_FULL, 0);
    s_saw.n = s_saw.early = s_saw.errors = 0;
    passes = 0;
    stop = false;
    start_pc = (uint64_t)s_watch;
    start_opaque = harts[0].hartid;
    hart_give(1, start_here);
    uint64_t end = now() + timebase;
    while (!passes && now() < end)
        ;
    run_s((uint64_t)s_remaps, harts[1].hartid, 0);
    while (harts[1].work && !harts[1].failed) { /* it may be asking for a last fence */
        if (csr_read(mip) & BIT(IRQ_MSI))
            soft_interrupt();
    }
    hart_wait(1);
    check_eq(s_saw.n, 300, "pages remapped");
    check_eq(s_saw.early, 0, "pages that the other hart still saw after the fence");
    check_eq(s_saw.errors, 0, "errors");
}

TESTS("msbi", {"timers", "SBI: set_timer", timers},
      {"timers_and_ticks", "SBI: set_timer", timers_and_ticks}, {"ipis", "SBI: send_ipi", ipis},
      {"starts", "SBI: hart_start", starts}, {"fences", "SBI: remote_sfence_vma", fences});
