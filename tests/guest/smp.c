/* SPDX-License-Identifier: BSD-2-Clause */
/* Several harts, each with a guest: IPIs in both directions, remote fences that are done when the
 * call returns. With one hart there is nothing to try, and the tests say so. */
#include "csr.h"
#include "env.h"
#include "sbi.h"
#include "test.h"

#define PINGS  5000u /* there and back: 10,000 IPIs */
#define SPINS  50u
#define ROUNDS 25u /* of remote fences */

enum rfence { RF_FENCE_I, RF_SFENCE, RF_SFENCE_ASID, RF_GVMA_VMID, RF_GVMA, RF_VVMA_ASID, RF_VVMA };

/* What a hart is told to do, and what it reports. */
static struct work {
    void (*volatile fn)(struct work *w);
    volatile bool ready, done, failed;
    volatile uint64_t count, cause, seen;
    struct hart *peer;
    uint64_t limit, entry, vsatp, hgatp;
    struct guest guest;
    volatile uint64_t out[2]; /* the guest's: value, count */
} works[MAX_HARTS] __attribute__((aligned(64)));

/* Guests: they run in VS where the image is mapped one to one. */
__asm__(
    ".text\n.balign 64\n"
    "guest_spin:   j guest_spin\n"
    "guest_wait:   wfi\n"
    "              j guest_wait\n"
    "guest_toggle: csrsi sip, 2\n"
    "              csrci sip, 2\n"
    "              j guest_toggle\n"
    "guest_watch:  ld t0, 0(a0)\n"
    "              sd t0, 0(a1)\n"
    "              addi a2, a2, 1\n"
    "              sd a2, 8(a1)\n"
    "              j guest_watch\n"
    "guest_sum:    add a1, a1, a0\n"
    "              sd a1, 0(a2)\n"
    "              ld a1, 0(a2)\n"
    "              addi a0, a0, -1\n"
    "              bnez a0, guest_sum\n"
    "              ecall\n");
extern char guest_spin[], guest_wait[], guest_toggle[], guest_watch[], guest_sum[];

static void worker(void)
{
    struct work *w = &works[me() - harts];
    hart_reset();
    w->ready = true;
    for (;;) {
        while (!w->fn)
            ;
        __asm__ volatile("fence" ::: "memory");
        w->fn(w);
        __asm__ volatile("fence" ::: "memory");
        w->fn = 0;
        w->done = true;
    }
}

/* Starts hart i if it is not running yet. */
static bool start(unsigned i)
{
    static bool started[MAX_HARTS];
    if (i >= harts_count) {
        note("only %u hart(s)", harts_count);
        return false;
    }
    if (!started[i]) {
        long err = hart_start(&harts[i], worker);
        if (err)
            test_fatal("hart %lu: expected HSM to start it, seen error %ld", harts[i].hartid, err);
        started[i] = true;
    }
    uint64_t end = rdtime() + timebase;
    while (!works[i].ready && rdtime() < end)
        ;
    if (!works[i].ready)
        test_fatal("hart %lu: expected it to start, seen nothing", harts[i].hartid);
    return true;
}

static void give(unsigned i, void (*fn)(struct work *w))
{
    works[i].done = works[i].failed = false;
    works[i].count = 0;
    __asm__ volatile("fence" ::: "memory");
    works[i].fn = fn;
}

static void wait_for(unsigned i)
{
    uint64_t end = rdtime() + 10 * timebase;
    while (!works[i].done && !harts[i].failed && rdtime() < end)
        ;
    if (!works[i].done)
        test_fatal("hart %u: expected it to finish, seen %lu steps, last cause 0x%lx", i,
                   works[i].count, works[i].cause);
}

static void install(const struct work *w)
{
    csr_write(vsatp, 0);
    csr_write(hgatp, w->hgatp);
    csr_write(vsatp, w->vsatp);
    csr_write(vstvec, (uint64_t)vs_vector);
    csr_write(hideleg, VS_IRQS);
    csr_write(hie, VS_IRQS);
    fence_all();
}

static void setup(void)
{
    watchdog_seconds(18);
    env_set(MODE_SV39, MODE_SV39);
    for (unsigned i = 0; i < MAX_HARTS; i++) {
        works[i].vsatp = pt_atp(&env.vs, 1);
        works[i].hgatp = pt_atp(&env.g, 1);
        works[i].entry = (uint64_t)guest_spin;
    }
}

static long rfence(enum rfence fid, struct hart *h, uint64_t start_addr, uint64_t size, uint64_t id)
{
    return sbi_call6(SBI_EXT_RFNC, fid, 1, h->hartid, start_addr, size, id, 0).error;
}

/* Waits in the guest for an IPI, then hands it on to VS as its own software interrupt. A timer
 * interrupt of HS, after four seconds, ends the waiting. */
static bool receive(struct work *w)
{
    if (me() == &harts[0])
        timer_set(rdtime() + 4 * timebase);
    else
        sbi_set_timer(rdtime() + 4 * timebase);
    w->guest.x[0] = w->entry;
    csr_write(vsstatus, 0);
    struct trap t = guest_run(&w->guest, MODE_VS);
    w->cause = t.scause;
    if (t.scause != CAUSE_IRQ(IRQ_SSI) || !(t.hstatus & HSTATUS_SPV))
        return false;
    csr_clear(sip, BIT(IRQ_SSI));
    csr_write(hvip, BIT(IRQ_VSSI));
    csr_write(vsstatus, SSTATUS_SIE);
    w->guest.x[0] = (uint64_t)guest_spin;
    t = guest_run(&w->guest, MODE_VS);
    csr_write(hvip, 0);
    w->cause = t.scause;
    /* Another IPI may have come in between; that one is for the next call. */
    if (t.scause == CAUSE_IRQ(IRQ_SSI))
        return true;
    return taken_in_vs(&t) && csr_read(vscause) == CAUSE_IRQ(IRQ_SSI);
}

static void ipis(struct work *w, bool first)
{
    uint64_t old = csr_read(sie);
    irq_off();
    install(w);
    csr_write(sie, old | BIT(IRQ_SSI) | BIT(IRQ_STI));
    for (uint64_t i = 0; i < w->limit && !w->failed; i++) {
        if (first)
            sbi_send_ipi(1, w->peer->hartid);
        w->failed = !receive(w);
        if (!first)
            sbi_send_ipi(1, w->peer->hartid);
        w->count++;
    }
    csr_write(sie, old);
    csr_write(sip, 0);
}

static void ipis_second(struct work *w)
{
    ipis(w, false);
}

/* A pair of harts plays ping-pong; a lost IPI ends in the watchdog. */
static void ping_pong(unsigned other, const char *guest, uint64_t n)
{
    struct work *a = &works[0], *b = &works[other];
    a->limit = b->limit = n;
    a->peer = &harts[other];
    b->peer = &harts[0];
    a->entry = b->entry = (uint64_t)guest;
    a->failed = false;
    a->count = 0;
    give(other, ipis_second);
    ipis(a, true);
    wait_for(other);
    check_eq(a->count, n, "IPIs received by the first hart");
    check_eq(b->count, n, "IPIs received by the other hart");
    if (a->failed || b->failed)
        fail("expected an IPI, seen scause 0x%lx and 0x%lx", a->cause, b->cause);
}

static void ipi_ping_pong(void)
{
    setup();
    if (start(1))
        ping_pong(1, guest_wait, PINGS);
}

/* Guests that don't wait but run: QEMU's threads need their time slices for this, so it is short.
 */
static void ipi_spinning(void)
{
    setup();
    if (start(1))
        ping_pong(1, guest_spin, SPINS);
}

/* The guests set and clear their own SSIP all the time meanwhile. */
static void ipi_and_own_ssip(void)
{
    setup();
    if (start(1))
        ping_pong(1, guest_toggle, SPINS);
}

/* The other harts, one after another. */
static void ipi_all_harts(void)
{
    setup();
    for (unsigned i = 1; i < harts_count; i++) {
        context("hart %u", i);
        if (start(i))
            ping_pong(i, guest_wait, 300);
    }
}

/* Both ends send as fast as they can while the other is in its guest: none may hang. */
static void flood(struct work *w)
{
    uint64_t old = csr_read(sie);
    irq_off();
    install(w);
    csr_write(sie, BIT(IRQ_SSI));
    uint64_t got = 0;
    for (uint64_t i = 0; i < w->limit; i++) {
        sbi_send_ipi(1, w->peer->hartid);
        if (csr_read(sip) & BIT(IRQ_SSI)) {
            w->guest.x[0] = (uint64_t)guest_spin;
            struct trap t = guest_run(&w->guest, MODE_VS);
            csr_clear(sip, BIT(IRQ_SSI));
            w->failed |= t.scause != CAUSE_IRQ(IRQ_SSI);
            got++;
        }
        w->count++;
    }
    w->seen = got;
    csr_write(sie, old);
}

static void ipi_flood(void)
{
    setup();
    if (!start(1))
        return;
    works[0].limit = works[1].limit = 1000;
    works[0].peer = &harts[1];
    works[1].peer = &harts[0];
    works[0].failed = false;
    give(1, flood);
    flood(&works[0]);
    wait_for(1);
    csr_write(sip, 0);
    check(!works[0].failed && !works[1].failed, "only software interrupts leave the guests");
    check(works[1].seen > 0, "IPIs arrived at the other hart");
}

/* Every hart with tables of its own under the same VMID, ASID and addresses; all at once. */
static void sum(struct work *w)
{
    irq_off();
    install(w);
    for (unsigned i = 0; i < 50; i++) {
        w->guest.x[0] = (uint64_t)guest_sum;
        w->guest.x[A0] = 1000;
        w->guest.x[A1] = 0;
        w->guest.x[A2] = TEST_VA;
        struct trap t = guest_run(&w->guest, MODE_VS);
        w->cause = t.scause;
        w->failed |= t.scause != CAUSE_ECALL_VS || w->guest.x[A1] != 500500;
        fence_all();
        w->count++;
    }
}

static void own_tables(void)
{
    setup();
    for (unsigned i = 0; i < harts_count; i++) {
        struct pt vs = pt_new(MODE_SV39, false, env.alias), g = pt_new(MODE_SV39, true, 0);
        pt_map(&vs, 0x80000000UL, 0x80000000UL + env.alias, PTE_FULL, 2);
        pt_map(&vs, TEST_VA, TEST_GPA, PTE_FULL, 0);
        pt_map(&g, 0x80000000UL + env.alias, 0x80000000UL, PTE_FULL | PTE_U, 2);
        pt_map(&g, TEST_GPA, (uint64_t)frames[i], PTE_FULL | PTE_U, 0);
        works[i].vsatp = pt_atp(&vs, 1);
        works[i].hgatp = pt_atp(&g, 1);
        *(uint64_t *)frames[i] = 0;
    }
    for (unsigned i = 1; i < harts_count; i++) {
        if (start(i))
            give(i, sum);
    }
    works[0].failed = false;
    sum(&works[0]);
    for (unsigned i = 0; i < harts_count; i++) {
        if (i)
            wait_for(i);
        context("hart %u", i);
        check(!works[i].failed, "the guest's sums are right");
        check_eq(*(uint64_t *)frames[i], 500500, "the frame of its own");
    }
}

/* The other hart's guest reads TEST_VA over and over, until an IPI stops it. */
static void watch(struct work *w)
{
    irq_off();
    install(w);
    csr_write(sip, 0); /* a late IPI of another test */
    csr_write(sie, BIT(IRQ_SSI));
    w->guest.x[0] = (uint64_t)guest_watch;
    w->guest.x[A0] = TEST_VA;
    w->guest.x[A1] = (uint64_t)w->out;
    w->guest.x[A2] = 0;
    w->out[1] = 0;
    struct trap t = guest_run(&w->guest, MODE_VS);
    w->cause = t.scause;
    w->failed = t.scause != CAUSE_IRQ(IRQ_SSI);
    csr_write(sie, 0);
    csr_write(sip, 0);
}

/* Lets the watcher make a few steps; false if it stands still. */
static bool steps(struct work *w, uint64_t n)
{
    uint64_t from = w->out[1], end = rdtime() + 2 * timebase;
    while (w->out[1] < from + n) {
        if (w->done || rdtime() > end)
            return false;
    }
    return true;
}

/* One change: the new entry, the remote fence, poison in the old frame. It must not be read. */
static void change(struct work *w, uint64_t *pte, uint64_t flags, enum rfence fid, uint64_t addr,
                   uint64_t size, unsigned round)
{
    unsigned from = round & 1 ? 6 : 5, to = round & 1 ? 5 : 6;
    volatile uint64_t *old = (uint64_t *)frames[from], *new = (uint64_t *)frames[to];
    *new = 1000 + round;
    __asm__ volatile("fence" ::: "memory");
    *pte = flags + ((uint64_t)frames[to] >> 12 << 10);
    check_eq((uint64_t)rfence(fid, &harts[1], addr, size, 1), 0, "SBI error");
    *old = 0xdead;
    check(steps(w, 2), "the other guest goes on");
    check_eq(w->out[0], 1000 + round, "value that the other guest reads");
}

static void remote(enum rfence fid, bool g, bool whole)
{
    setup();
    if (!start(1))
        return;
    struct work *w = &works[1];
    uint64_t *pte = g ? pt_entry(&env.g, TEST_GPA, 0) : pt_entry(&env.vs, TEST_VA, 0);
    uint64_t flags = g ? PTE_FULL | PTE_U : PTE_FULL + (env.alias >> 12 << 10);
    if (g)
        pt_map(&env.vs, TEST_VA, TEST_GPA, PTE_FULL, 0);
    *(volatile uint64_t *)frames[5] = 999;
    *pte = flags + ((uint64_t)frames[5] >> 12 << 10);
    install(w); /* this hart's hgatp names the VMID of the HFENCE calls */
    w->out[0] = w->out[1] = 0;
    give(1, watch);
    if (!steps(w, 2))
        test_fatal("expected the other guest to run, seen cause 0x%lx", w->cause);
    for (unsigned i = 0; i < ROUNDS; i++) {
        context("call %u, %s, round %u", (unsigned)fid, whole ? "all addresses" : "one page", i);
        uint64_t addr = g ? TEST_GPA : TEST_VA;
        change(w, pte, flags, fid, whole ? 0 : addr, whole ? (i & 2 ? ~0UL : 0) : PAGE, i);
    }
    sbi_send_ipi(1, harts[1].hartid);
    wait_for(1);
    check(!w->failed, "the other guest was left by the IPI");
}

static void remote_gvma(void)
{
    remote(RF_GVMA, true, false);
    remote(RF_GVMA, true, true);
}

static void remote_gvma_vmid(void)
{
    remote(RF_GVMA_VMID, true, false);
    remote(RF_GVMA_VMID, true, true);
}

static void remote_vvma(void)
{
    remote(RF_VVMA, false, false);
    remote(RF_VVMA, false, true);
}

static void remote_vvma_asid(void)
{
    remote(RF_VVMA_ASID, false, false);
    remote(RF_VVMA_ASID, false, true);
}

/* HS's own translation on the other hart. */
static void watch_in_hs(struct work *w)
{
    irq_off();
    csr_write(satp, w->vsatp);
    __asm__ volatile("sfence.vma" ::: "memory");
    w->out[1] = 0;
    while (!w->seen) {
        w->out[0] = *(volatile uint64_t *)TEST_VA;
        w->out[1]++;
    }
    csr_write(satp, 0);
    __asm__ volatile("sfence.vma" ::: "memory");
}

static void remote_hs(enum rfence fid)
{
    setup();
    if (!start(1))
        return;
    struct work *w = &works[1];
    struct pt hs = pt_new(MODE_SV39, false, 0);
    pt_map(&hs, 0x80000000UL, 0x80000000UL, PTE_FULL, 2);
    pt_map(&hs, TEST_VA, (uint64_t)frames[5], PTE_FULL, 0);
    w->vsatp = pt_atp(&hs, 1);
    w->seen = 0;
    w->out[0] = w->out[1] = 0;
    give(1, watch_in_hs);
    if (!steps(w, 2))
        test_fatal("expected the other hart to run, seen it stand still");
    for (unsigned i = 0; i < ROUNDS; i++) {
        context("call %u, round %u", (unsigned)fid, i);
        change(w, pt_entry(&hs, TEST_VA, 0), PTE_FULL, fid, i & 4 ? 0 : TEST_VA, i & 4 ? 0 : PAGE,
               i);
    }
    w->seen = 1;
    wait_for(1);
}

static void remote_sfence(void)
{
    remote_hs(RF_SFENCE);
    remote_hs(RF_SFENCE_ASID);
}

/* Two harts fence each other at the same time: no deadlock. */
static void fence_peer(struct work *w)
{
    static const enum rfence all[] = {RF_FENCE_I, RF_SFENCE,    RF_SFENCE_ASID, RF_GVMA_VMID,
                                      RF_GVMA,    RF_VVMA_ASID, RF_VVMA};
    irq_off();
    install(w);
    for (uint64_t i = 0; i < w->limit; i++) {
        w->failed |= rfence(all[i % 7], w->peer, 0, i & 8 ? PAGE : 0, 1) != 0;
        w->guest.x[0] = (uint64_t)guest_sum;
        w->guest.x[A0] = 3;
        w->guest.x[A1] = 0;
        w->guest.x[A2] = (uint64_t)w->out;
        struct trap t = guest_run(&w->guest, MODE_VS);
        w->failed |= t.scause != CAUSE_ECALL_VS || w->guest.x[A1] != 6;
        w->count++;
    }
}

static void concurrent_fences(void)
{
    setup();
    for (unsigned i = 1; i < harts_count; i++) {
        if (!start(i))
            return;
        works[i].peer = &harts[(i + 1) % harts_count];
        works[i].limit = 60;
        give(i, fence_peer);
    }
    works[0].peer = &harts[1 % harts_count];
    works[0].limit = 60;
    works[0].failed = false;
    fence_peer(&works[0]);
    for (unsigned i = 0; i < harts_count; i++) {
        if (i)
            wait_for(i);
        context("hart %u", i);
        check(!works[i].failed, "all calls and guests worked");
    }
}

/* One call for all harts (mask base -1), and one for a mask of several. */
static void mask_of_all(void)
{
    setup();
    check_eq((uint64_t)sbi_call6(SBI_EXT_RFNC, RF_GVMA, 0, ~0UL, 0, 0, 0, 0).error, 0,
             "error of a fence for all harts");
    uint64_t mask = 0;
    for (unsigned i = 0; i < harts_count; i++)
        mask |= BIT(harts[i].hartid);
    check_eq((uint64_t)sbi_call6(SBI_EXT_RFNC, RF_SFENCE, mask, 0, 0, 0, 0, 0).error, 0,
             "error of a fence for a mask");
}

TESTS("smp",                                        /**/
      {"ipi_ping_pong", "SBI: IPI", ipi_ping_pong}, /**/
      {"ipi_spinning", "SBI: IPI", ipi_spinning},
      {"ipi_and_own_ssip", "norm:vsip_vsie_ssi", ipi_and_own_ssip}, /**/
      {"ipi_all_harts", "SBI: IPI", ipi_all_harts},                 /**/
      {"ipi_flood", "SBI: IPI", ipi_flood},                         /**/
      {"own_tables", "norm:H_vm_twostage", own_tables},             /**/
      {"remote_gvma", "SBI: RFENCE", remote_gvma},                  /**/
      {"remote_gvma_vmid", "SBI: RFENCE", remote_gvma_vmid},        /**/
      {"remote_vvma", "SBI: RFENCE", remote_vvma},                  /**/
      {"remote_vvma_asid", "SBI: RFENCE", remote_vvma_asid},        /**/
      {"remote_sfence", "SBI: RFENCE", remote_sfence},              /**/
      {"concurrent_fences", "SBI: RFENCE", concurrent_fences},      /**/
      {"mask_of_all", "SBI: RFENCE", mask_of_all});
