/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI's nested acceleration: fences by shared memory, and shared memory that holds anything. */
#include "nacl.h"
#include "csr.h"
#include "probe.h"
#include "test.h"

#define VA   TEST_VA
#define GPA  TEST_GPA
#define ASID 1UL
#define VMID 1UL

enum { GVMA, GVMA_ALL, GVMA_VMID, GVMA_VMID_ALL, VVMA, VVMA_ALL, VVMA_ASID, VVMA_ASID_ALL, TYPES };

#define CONFIG(type, order)                                                                        \
    (NACL_PENDING | (uint64_t)(type) << 56 | (uint64_t)(order) << 48 | VMID << 16 | ASID)

static uint64_t reads(uint64_t va)
{
    regs.x[A0] = va;
    uint64_t val = 0;
    struct trap t = probe(MODE_VS, LOAD, va, &val);
    return probe_worked(&t, MODE_VS, LOAD, va) ? val >> 32 : BIT(63) | t.scause;
}

static bool is_gvma(unsigned type)
{
    return type <= GVMA_VMID_ALL;
}

/* The entry's fence makes a change to the page in the middle of its range visible, by sync_hfence
 * or on the way into the guest. */
static void one_fence(unsigned type, unsigned order, unsigned slot, unsigned how)
{
    bool g = is_gvma(type), all = type & 1;
    uint64_t base = (g ? GPA : VA) + (order ? 0 : 5 * PAGE), count = order ? 1 : 3;
    uint64_t page = base + PAGE, alias = g ? 0 : env.alias;
    const struct pt *pt = g ? &env.g : &env.vs;
    unsigned from = 1 + slot % 64, to = 100 + slot;
    pt_map(pt, page, (uint64_t)frames[from] + alias, PTE_FULL | (g ? PTE_U : 0), 0);
    fence_all();
    uint64_t va = g ? VA + (page - GPA) : page;
    context("type %u, order %u, entry %u, way %u", type, order, slot, how);
    check_eq(reads(va), from + 1, "mark read before");
    pt_map(pt, page, (uint64_t)frames[to] + alias, PTE_FULL | (g ? PTE_U : 0), 0);
    shm.hfence[slot].number = all ? 0 : base >> (12 + order);
    shm.hfence[slot].count = all ? 0 : count;
    shm.hfence[slot].config = CONFIG(type, order);
    if (how < 2) {
        check_eq(nacl_call(SYNC_HFENCE, how ? slot : ~0UL, 0, 0), 0, "error of sync_hfence");
    } else {
        nacl_run(MODE_VS, VA - PAGE, 0); /* nothing is mapped there */
    }
    check_eq(shm.hfence[slot].config & NACL_PENDING, 0, "Pending");
    check_eq(reads(va), to + 1, "mark read after");
}

/* level: of what leaves the G-stage is. With some of 1 GiB a fence may well drop it all. */
static void fences_among(unsigned level)
{
    for (unsigned i = 0; i < FRAMES; i++)
        *(uint64_t *)frames[i] = MARK(i + 1);
    env_set(MODE_SV39, MODE_SV39);
    if (level != 2)
        env_split_g(level);
    for (unsigned i = 0; i < 16; i++)
        pt_map(&env.vs, VA + i * PAGE, GPA + i * PAGE, PTE_FULL, 0);
    for (unsigned i = 0; i < 60 * 3; i++) {
        unsigned type = i % TYPES, order = (i / TYPES) % 4 == 3 ? 9 : 0;
        if (!is_gvma(type)) {
            one_fence(type, order, i % 60, i / 60);
            continue;
        }
        for (unsigned k = 0; k < 16; k++) /* VVMA's tests have bent them */
            pt_map(&env.vs, VA + k * PAGE, GPA + k * PAGE, PTE_FULL, 0);
        one_fence(type, order, i % 60, i / 60);
    }
    context("%s", "");
}

static void fences(void)
{
    if (!nacl_begin())
        return;
    for (unsigned level = 0; level < 3; level++)
        fences_among(level);
    check_eq(nacl_call(SYNC_HFENCE, 60, 0, 0), ERR(SBI_ERR_INVALID_PARAM), "error, entry 60");
    nacl_end();
}

/* --- bad content --- */

static uint64_t lcg;
static uint64_t rnd(void)
{
    lcg = lcg * 6364136223846793005UL + 1442695040888963407UL;
    return lcg ^ lcg >> 29;
}

/* Enters with whatever is there; a millisecond later HS's timer ends it at the latest. Only U and
 * VU can be entered, so that nobody makes SBI calls. */
static void enter_garbage(void)
{
    irq_off();
    csr_write(sepc, code_pc(MODE_U));
    csr_clear(sstatus, SSTATUS_SPP);
    timer_set(rdtime() + timebase / 1000);
    csr_set(sie, BIT(IRQ_STI));
    check_eq(ERR(nacl_enter()), 0, "error of sync_sret");
    timer_clear();
    csr_write(hie, 0);
    check_bits(csr_read(hgatp), 3, 0, "the lowest bits of hgatp.PPN");
    check_bits(csr_read(hstatus), HSTATUS_VSXL, csr_read(hstatus) & HSTATUS_VSXL, "VSXL");
}

static void still_works(void)
{
    for (unsigned i = 0; i < NACL_WORDS; i++)
        shm.word[i] = 0;
    check_eq(nacl_call(SYNC_CSR, ~0UL, 0, 0), 0, "error of sync_csr");
    hart_reset();
    irq_off();
    env_set(MODE_SV39, MODE_SV39);
    *(uint64_t *)frames[3] = MARK(77);
    vs_map(VA, frames[3], PTE_FULL, 0);
    check_eq(reads(VA), 77, "mark read by a guest afterwards");
    nacl_check_shown("afterwards");
}

static void garbage(void)
{
    static const uint32_t ecall[] = {INSN_ECALL};
    if (!nacl_begin())
        return;
    watchdog_seconds(30);
    run_code(MODE_U, ecall, 0, 0, 0);
    for (unsigned i = 0; i < 300; i++) {
        for (unsigned n = 0; n < NACL_WORDS; n++)
            shm.word[n] = n % 4 == i % 4 ? rnd() : rnd() & rnd() & rnd();
        for (unsigned n = 0; n < 60 && i % 8; n++)
            shm.hfence[n].config &= ~NACL_PENDING;
        context("round %u", i);
        enter_garbage();
    }
    context("%s", "");
    still_works();
    nacl_end();
}

/* Another hart writes all over it meanwhile. */
static volatile bool stop, running;
static void scribbler(void)
{
    uint64_t v = 1;
    running = true;
    while (!stop) {
        v = v * 6364136223846793005UL + 1442695040888963407UL;
        shm.word[(v >> 33) % NACL_WORDS] = v ^ v >> 31;
    }
    sbi_hart_stop();
    for (;;)
        ;
}

static void hostile(void)
{
    static const uint32_t ecall[] = {INSN_ECALL};
    if (harts_count == 1) {
        note("only 1 hart");
        return;
    }
    if (!nacl_begin())
        return;
    watchdog_seconds(30);
    run_code(MODE_U, ecall, 0, 0, 0);
    stop = running = false;
    check_eq(ERR(hart_start(&harts[1], scribbler)), 0, "error of hart_start");
    while (!running)
        ;
    for (unsigned i = 0; i < 1000; i++) {
        enter_garbage();
        if (i % 16 == 0) {
            nacl_call(SYNC_CSR, ~0UL, 0, 0);
            nacl_call(SYNC_CSR, CSR_HSTATUS + rnd() % 0x80, 0, 0);
            nacl_call(SYNC_HFENCE, ~0UL, 0, 0);
            csr_write(hie, 0);
        }
    }
    stop = true;
    while (sbi_hart_status(harts[1].hartid).value != HSM_STOPPED)
        ;
    still_works();
    nacl_end();
}

/* A hart that stops loses its shared memory. */
static volatile uint64_t answers[2], lives;
static void setter(void)
{
    answers[0] = nacl_call(SYNC_CSR, ~0UL, 0, 0);
    answers[1] = nacl_call(SET_SHMEM, (uint64_t)&shm, 0, 0);
    __asm__ volatile("fence" ::: "memory");
    lives++;
    sbi_hart_stop();
    for (;;)
        ;
}

static void stopped(void)
{
    if (harts_count == 1) {
        note("only 1 hart");
        return;
    }
    if (!nacl_begin())
        return;
    for (unsigned i = 1; i <= 2; i++) {
        uint64_t until = rdtime() + PATIENCE;
        lives = 0;
        check_eq(ERR(hart_start(&harts[1], setter)), 0, "error of hart_start");
        while (!lives && rdtime() < until)
            ;
        check_eq(lives, 1, "the other hart's lives");
        while (sbi_hart_status(harts[1].hartid).value != HSM_STOPPED && rdtime() < until)
            ;
        context("life %u", i);
        check_eq(answers[0], ERR(SBI_ERR_NO_SHMEM), "error of sync_csr at first");
        check_eq(answers[1], 0, "error of set_shmem");
    }
    nacl_end();
}

TESTS("naclmem", {"fences", "Nested: Feature: Synchronize HFENCE", fences},
      {"garbage", "Nested: whatever the shared memory holds", garbage},
      {"hostile", "Nested: whatever the shared memory holds", hostile},
      {"stopped", "HSM: a stopped hart keeps nothing", stopped});
