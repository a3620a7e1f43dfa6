/* SPDX-License-Identifier: BSD-2-Clause */
/* Several harts, each with a guest: IPIs in both directions, tables of their own. With one hart
 * there is nothing to try, and the tests say so. */
#include "csr.h"
#include "env.h"
#include "sbi.h"
#include "test.h"
#include "worker.h"

#define PINGS 5000u /* there and back: 10,000 IPIs */
#define SPINS 50u

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
    worker_install(w);
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
    worker_give(other, ipis_second);
    ipis(a, true);
    worker_wait(other);
    check_eq(a->count, n, "IPIs received by the first hart");
    check_eq(b->count, n, "IPIs received by the other hart");
    if (a->failed || b->failed)
        fail("expected an IPI, seen scause 0x%lx and 0x%lx", a->cause, b->cause);
}

static void ipi_ping_pong(void)
{
    workers_setup();
    if (worker_start(1))
        ping_pong(1, guest_wait, PINGS);
}

/* Guests that don't wait but run: QEMU's threads need their time slices for this, so it is short.
 */
static void ipi_spinning(void)
{
    workers_setup();
    if (worker_start(1))
        ping_pong(1, guest_spin, SPINS);
}

/* The guests set and clear their own SSIP all the time meanwhile. */
static void ipi_and_own_ssip(void)
{
    workers_setup();
    if (worker_start(1))
        ping_pong(1, guest_toggle, SPINS);
}

/* The other harts, one after another. */
static void ipi_all_harts(void)
{
    workers_setup();
    for (unsigned i = 1; i < harts_count; i++) {
        context("hart %u", i);
        if (worker_start(i))
            ping_pong(i, guest_wait, 300);
    }
}

/* Both ends send as fast as they can while the other is in its guest: none may hang. */
static void flood(struct work *w)
{
    uint64_t old = csr_read(sie);
    irq_off();
    worker_install(w);
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
    workers_setup();
    if (!worker_start(1))
        return;
    works[0].limit = works[1].limit = 1000;
    works[0].peer = &harts[1];
    works[1].peer = &harts[0];
    works[0].failed = false;
    worker_give(1, flood);
    flood(&works[0]);
    worker_wait(1);
    csr_write(sip, 0);
    check(!works[0].failed && !works[1].failed, "only software interrupts leave the guests");
    check(works[1].seen > 0, "IPIs arrived at the other hart");
}

/* Every hart with tables of its own under the same VMID, ASID and addresses; all at once. */
static void sum(struct work *w)
{
    irq_off();
    worker_install(w);
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
    workers_setup();
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
        if (worker_start(i))
            worker_give(i, sum);
    }
    works[0].failed = false;
    sum(&works[0]);
    for (unsigned i = 0; i < harts_count; i++) {
        if (i)
            worker_wait(i);
        context("hart %u", i);
        check(!works[i].failed, "the guest's sums are right");
        check_eq(*(uint64_t *)frames[i], 500500, "the frame of its own");
    }
}

TESTS("smp", {"ipi_ping_pong", "SBI: IPI", ipi_ping_pong},
      {"ipi_spinning", "SBI: IPI", ipi_spinning},
      {"ipi_and_own_ssip", "norm:vsip_vsie_ssi", ipi_and_own_ssip},
      {"ipi_all_harts", "SBI: IPI", ipi_all_harts}, {"ipi_flood", "SBI: IPI", ipi_flood},
      {"own_tables", "norm:H_vm_twostage", own_tables});
