/* SPDX-License-Identifier: BSD-2-Clause */
#include "worker.h"
#include "csr.h"
#include "env.h"
#include "test.h"

struct work works[MAX_HARTS] __attribute__((aligned(64)));

/* Guests: they run in VS where the image is mapped one to one. */
__asm__(
    ".text\n.balign 64\n"
    ".globl guest_spin, guest_wait, guest_toggle, guest_watch, guest_sum\n"
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
bool worker_start(unsigned i)
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
    uint64_t end = rdtime() + PATIENCE;
    while (!works[i].ready && rdtime() < end)
        ;
    if (!works[i].ready)
        test_fatal("hart %lu: expected it to start, seen nothing", harts[i].hartid);
    return true;
}

void worker_give(unsigned i, void (*fn)(struct work *w))
{
    works[i].done = works[i].failed = false;
    works[i].count = 0;
    __asm__ volatile("fence" ::: "memory");
    works[i].fn = fn;
}

void worker_wait(unsigned i)
{
    uint64_t end = rdtime() + 10 * timebase;
    while (!works[i].done && !harts[i].failed && rdtime() < end)
        ;
    if (!works[i].done)
        test_fatal("hart %u: expected it to finish, seen %lu steps, last cause 0x%lx", i,
                   works[i].count, works[i].cause);
}

void worker_install(const struct work *w)
{
    csr_write(vsatp, 0);
    csr_write(hgatp, w->hgatp);
    csr_write(vsatp, w->vsatp);
    csr_write(vstvec, (uint64_t)vs_vector);
    csr_write(hideleg, VS_IRQS);
    csr_write(hie, VS_IRQS);
    fence_all();
}

void workers_setup(void)
{
    watchdog_seconds(18);
    env_set(MODE_SV39, MODE_SV39);
    for (unsigned i = 0; i < MAX_HARTS; i++) {
        works[i].vsatp = pt_atp(&env.vs, 1);
        works[i].hgatp = pt_atp(&env.g, 1);
        works[i].entry = (uint64_t)guest_spin;
    }
}
