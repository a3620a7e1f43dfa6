/* SPDX-License-Identifier: BSD-2-Clause */
/* Remote fences, while a guest on the other hart uses the translation that changes: when the call
 * returns they are done. */
#include "csr.h"
#include "env.h"
#include "sbi.h"
#include "test.h"
#include "worker.h"

#define ROUNDS 25u

enum rfence { RF_FENCE_I, RF_SFENCE, RF_SFENCE_ASID, RF_GVMA_VMID, RF_GVMA, RF_VVMA_ASID, RF_VVMA };

static long rfence(enum rfence fid, struct hart *h, uint64_t start_addr, uint64_t size, uint64_t id)
{
    return sbi_call6(SBI_EXT_RFNC, fid, 1, h->hartid, start_addr, size, id, 0).error;
}

/* The other hart's guest reads TEST_VA over and over, until an IPI stops it. */
static void watch(struct work *w)
{
    irq_off();
    worker_install(w);
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
    uint64_t from = w->out[1], end = rdtime() + PATIENCE;
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

/* level: of what leaves the G-stage is. With some of 1 GiB a fence may well drop it all. */
static void remote_among(unsigned level, enum rfence fid, bool g, bool whole)
{
    workers_setup();
    if (level != 2)
        env_split_g(level);
    if (!worker_start(1))
        return;
    struct work *w = &works[1];
    uint64_t *pte = g ? pt_entry(&env.g, TEST_GPA, 0) : pt_entry(&env.vs, TEST_VA, 0);
    uint64_t flags = g ? PTE_FULL | PTE_U : PTE_FULL + (env.alias >> 12 << 10);
    if (g)
        pt_map(&env.vs, TEST_VA, TEST_GPA, PTE_FULL, 0);
    *(volatile uint64_t *)frames[5] = 999;
    *pte = flags + ((uint64_t)frames[5] >> 12 << 10);
    worker_install(w); /* this hart's hgatp names the VMID of the HFENCE calls */
    w->out[0] = w->out[1] = 0;
    worker_give(1, watch);
    if (!steps(w, 2))
        test_fatal("expected the other guest to run, seen cause 0x%lx", w->cause);
    for (unsigned i = 0; i < ROUNDS; i++) {
        context("call %u, %s among level %u, round %u", (unsigned)fid,
                whole ? "all addresses" : "one page", level, i);
        uint64_t addr = g ? TEST_GPA : TEST_VA;
        change(w, pte, flags, fid, whole ? 0 : addr, whole ? (i & 2 ? ~0UL : 0) : PAGE, i);
    }
    sbi_send_ipi(1, harts[1].hartid);
    worker_wait(1);
    check(!w->failed, "the other guest was left by the IPI");
}

static void remote(enum rfence fid, bool g, bool whole)
{
    for (unsigned level = 0; level < 3; level += 2)
        remote_among(level, fid, g, whole);
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
    workers_setup();
    if (!worker_start(1))
        return;
    struct work *w = &works[1];
    struct pt hs = pt_new(MODE_SV39, false, 0);
    pt_map(&hs, 0x80000000UL, 0x80000000UL, PTE_FULL, 2);
    pt_map(&hs, TEST_VA, (uint64_t)frames[5], PTE_FULL, 0);
    w->vsatp = pt_atp(&hs, 1);
    w->seen = 0;
    w->out[0] = w->out[1] = 0;
    worker_give(1, watch_in_hs);
    if (!steps(w, 2))
        test_fatal("expected the other hart to run, seen it stand still");
    for (unsigned i = 0; i < ROUNDS; i++) {
        context("call %u, round %u", (unsigned)fid, i);
        change(w, pt_entry(&hs, TEST_VA, 0), PTE_FULL, fid, i & 4 ? 0 : TEST_VA, i & 4 ? 0 : PAGE,
               i);
    }
    w->seen = 1;
    worker_wait(1);
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
    worker_install(w);
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
    workers_setup();
    for (unsigned i = 1; i < harts_count; i++) {
        if (!worker_start(i))
            return;
        works[i].peer = &harts[(i + 1) % harts_count];
        works[i].limit = 60;
        worker_give(i, fence_peer);
    }
    works[0].peer = &harts[1 % harts_count];
    works[0].limit = 60;
    works[0].failed = false;
    fence_peer(&works[0]);
    for (unsigned i = 0; i < harts_count; i++) {
        if (i)
            worker_wait(i);
        context("hart %u", i);
        check(!works[i].failed, "all calls and guests worked");
    }
}

/* One call for all harts (mask base -1), and one for a mask of several. */
static void mask_of_all(void)
{
    workers_setup();
    check_eq((uint64_t)sbi_call6(SBI_EXT_RFNC, RF_GVMA, 0, ~0UL, 0, 0, 0, 0).error, 0,
             "error of a fence for all harts");
    uint64_t mask = 0;
    for (unsigned i = 0; i < harts_count; i++)
        mask |= BIT(harts[i].hartid);
    check_eq((uint64_t)sbi_call6(SBI_EXT_RFNC, RF_SFENCE, mask, 0, 0, 0, 0, 0).error, 0,
             "error of a fence for a mask");
}

TESTS("rfence", {"remote_gvma", "SBI: RFENCE", remote_gvma},
      {"remote_gvma_vmid", "SBI: RFENCE", remote_gvma_vmid},
      {"remote_vvma", "SBI: RFENCE", remote_vvma},
      {"remote_vvma_asid", "SBI: RFENCE", remote_vvma_asid},
      {"remote_sfence", "SBI: RFENCE", remote_sfence},
      {"concurrent_fences", "SBI: RFENCE", concurrent_fences},
      {"mask_of_all", "SBI: RFENCE", mask_of_all});
