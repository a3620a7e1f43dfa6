/* SPDX-License-Identifier: BSD-2-Clause */
/* Several harts by SBI: HSM, IPIs, and remote fences, which are done when the call returns. */
#include "csr.h"
#include "env.h"
#include "insn.h"
#include "sbi.h"
#include "test.h"

#define ALL (~0UL)

/* --- workers: the other harts wait for a job, do it, and say so --- */

static struct worker {
    void (*job)(void);
    uint64_t done; /* jobs finished */
} workers[MAX_HARTS];

/* Sleeps while there is nothing to do, so that few processors under the emulator suffice; but for a
 * hart that takes its interrupts. */
static void worker_rest(void)
{
    if (!(csr_read(sstatus) & SSTATUS_SIE)) {
        __asm__ volatile("wfi");
        csr_clear(sip, BIT(IRQ_SSI));
    }
}

static void worker_main(void)
{
    struct worker *w = &workers[me() - harts];
    csr_write(sie, BIT(IRQ_SSI));
    for (;;) {
        void (*job)(void) = __atomic_load_n(&w->job, __ATOMIC_ACQUIRE);
        if (!job) {
            worker_rest();
            continue;
        }
        __atomic_store_n(&w->job, 0, __ATOMIC_RELAXED);
        job();
        __atomic_fetch_add(&w->done, 1, __ATOMIC_RELEASE);
    }
}

static bool state_reached(unsigned i, uint64_t state)
{
    uint64_t until = csr_read(time) + 3 * timebase;
    while (sbi_hart_status(harts[i].hartid).value != state)
        if (csr_read(time) > until) {
            fail("hart %u is not in state %lu after three seconds", i, state);
            return false;
        }
    return true;
}

static void job_stop(void)
{
    csr_write(satp, 0);
    irq_off();
    csr_write(sie, 0);
    sbi_hart_stop();
    fail("sbi_hart_stop returned");
}

static void job_give(unsigned i, void (*job)(void))
{
    __atomic_store_n(&workers[i].job, job, __ATOMIC_RELEASE);
    sbi_send_ipi(1, harts[i].hartid);
}

static void job_wait(unsigned i, uint64_t done)
{
    while (__atomic_load_n(&workers[i].done, __ATOMIC_ACQUIRE) != done)
        ;
}

/* Gives the job to a worker and waits until it is done. */
static void job_do(unsigned i, void (*job)(void))
{
    uint64_t done = workers[i].done + 1;
    job_give(i, job);
    job_wait(i, done);
}

static void all_do(void (*job)(void))
{
    for (unsigned i = 1; i < harts_count; i++)
        job_do(i, job);
}

static bool workers_start(void)
{
    watchdog_seconds(15);
    if (harts_count < 2) {
        note("one hart: nothing to try");
        return false;
    }
    for (unsigned i = 1; i < harts_count; i++)
        if (sbi_hart_status(harts[i].hartid).value == HSM_STOPPED) {
            workers[i] = (struct worker){0};
            check_eq((uint64_t)hart_start(&harts[i], worker_main), 0, "start");
        }
    for (unsigned i = 1; i < harts_count; i++)
        if (!state_reached(i, HSM_STARTED))
            return false;
    return true;
}

/* --- HSM --- */

static void states(void)
{
    uint64_t entry = (uint64_t)worker_main, own = harts[0].hartid;
    check_eq(sbi_hart_status(own).value, HSM_STARTED, "of the hart that asks");
    check_error(sbi_hart_status(0x12345), SBI_ERR_INVALID_PARAM, "a hart that doesn't exist");
    check_error(sbi_hart_start(0x12345, entry, 0), SBI_ERR_INVALID_PARAM, "starting it");
    check_error(sbi_hart_start(own, entry, 0), SBI_ERR_ALREADY_AVAILABLE, "starting itself");
    for (unsigned i = 1; i < harts_count; i++)
        check_eq(sbi_hart_status(harts[i].hartid).value, HSM_STOPPED,
                 "of a hart nobody has started");
}

static struct {
    uint64_t a0, a1, satp, sstatus, flag;
} entry_seen;
void entry_note(void);
__asm__(
    ".text\n.balign 4\nentry_note:\n"
    "la t0, entry_state\n ld t0, 0(t0)\n sd a0, 0(t0)\n sd a1, 8(t0)\n"
    "csrr t1, satp\n sd t1, 16(t0)\n csrr t1, sstatus\n sd t1, 24(t0)\n"
    "fence rw, rw\n li t1, 1\n sd t1, 32(t0)\n"
    "li a7, 0x48534d\n li a6, 1\n ecall\n 1: j 1b\n"
    ".data\n.balign 8\nentry_state: .dword 0\n.text\n");
extern void *entry_state;

/* What a hart finds when it starts, the second time as well. */
static void start_and_stop(void)
{
    if (harts_count < 2)
        return note("one hart: nothing to try");
    watchdog_seconds(15);
    entry_state = &entry_seen;
    for (unsigned round = 0; round < 20; round++) {
        unsigned i = 1 + round % (harts_count - 1);
        uint64_t opaque = 0x1234567800000000UL + round;
        __atomic_store_n(&entry_seen.flag, 0, __ATOMIC_SEQ_CST);
        if (!state_reached(i, HSM_STOPPED))
            return;
        check_error(sbi_hart_start(harts[i].hartid, (uint64_t)entry_note, opaque), SBI_SUCCESS,
                    "start");
        while (!__atomic_load_n(&entry_seen.flag, __ATOMIC_ACQUIRE))
            ;
        check_eq(entry_seen.a0, harts[i].hartid, "a0");
        check_eq(entry_seen.a1, opaque, "a1");
        check_eq(entry_seen.satp, 0, "satp");
        check_bits(entry_seen.sstatus, SSTATUS_SIE, 0, "sstatus");
        state_reached(i, HSM_STOPPED);
    }
}

static void restart(void)
{
    if (!workers_start())
        return;
    check_eq((uint64_t)hart_start(&harts[1], worker_main), (uint64_t)SBI_ERR_ALREADY_AVAILABLE,
             "start it again");
    for (unsigned i = 1; i < harts_count; i++)
        job_give(i, job_stop);
    for (unsigned i = 1; i < harts_count; i++)
        state_reached(i, HSM_STOPPED);
    workers_start();
}

/* --- IPI --- */

static uint64_t ipi_count(unsigned i)
{
    return __atomic_load_n(&harts[i].irqs[IRQ_SSI], __ATOMIC_ACQUIRE);
}

static bool take_ipi(const struct trap *t)
{
    if (t->scause == CAUSE_IRQ(IRQ_SSI))
        csr_clear(sip, BIT(IRQ_SSI));
    return t->scause == CAUSE_IRQ(IRQ_SSI);
}

static void job_listen(void)
{
    me()->irq = take_ipi;
    csr_set(sie, BIT(IRQ_SSI));
    irq_on();
}

static void job_deafen(void)
{
    irq_off();
}

static bool ipi_arrives(unsigned i, uint64_t before)
{
    uint64_t until = csr_read(time) + 3 * timebase;
    while (ipi_count(i) == before)
        if (csr_read(time) > until) {
            fail("no interrupt at hart %u within three seconds", i);
            return false;
        }
    return true;
}

static void ipi_lists(void)
{
    irq_off();
    uint64_t before = ipi_count(1);
    check_error(sbi_send_ipi(0, ALL), SBI_SUCCESS, "to all");
    ipi_arrives(1, before);
    check_bits(csr_read(sip), BIT(IRQ_SSI), BIT(IRQ_SSI), "sip: all are with the sender");
    csr_clear(sip, BIT(IRQ_SSI));
    before = ipi_count(1);
    check_error(sbi_send_ipi(3, 0x12345), SBI_ERR_INVALID_PARAM, "to nobody");
    if (exact) /* OpenSBI wants the base to be a hart */
        check_error(sbi_send_ipi(0, 0x12345), SBI_SUCCESS, "to an empty list");
    check_eq(ipi_count(1), before, "interrupts");
}

static void ipis(void)
{
    if (!workers_start())
        return;
    for (unsigned i = 1; i < harts_count; i++) {
        job_do(i, job_listen);
        for (unsigned round = 0; round < 50; round++) {
            uint64_t before = ipi_count(i);
            check_error(sbi_send_ipi(1, harts[i].hartid), SBI_SUCCESS, "send");
            if (!ipi_arrives(i, before))
                return;
        }
        if (i == 1)
            ipi_lists();
        job_do(i, job_deafen);
    }
}

/* --- RFENCE --- */

/* A page table that all harts use; TEST_VA is frames[0] or frames[1]. */
static uint64_t shared_satp;
static uint64_t seen[MAX_HARTS];

static void job_satp(void)
{
    csr_write(satp, shared_satp);
    __asm__ volatile("sfence.vma" ::: "memory");
}

static void job_bare(void)
{
    csr_write(satp, 0);
    __asm__ volatile("sfence.vma" ::: "memory");
}

static void job_read(void)
{
    seen[me() - harts] = *(volatile uint64_t *)TEST_VA;
}

#define ASID 5

static struct sbi_ret sfence(unsigned kind)
{
    switch (kind) {
    case 0:
        return CALL(SBI_EXT_RFNC, 1, 0, ALL, 0, 0);
    case 1:
        return CALL(SBI_EXT_RFNC, 1, 0, ALL, 0, ALL);
    case 2:
        return CALL(SBI_EXT_RFNC, 1, 0, ALL, TEST_VA, PAGE);
    case 3:
        return CALL(SBI_EXT_RFNC, 1, 0, ALL, TEST_VA - 10 * PAGE, 100 * PAGE);
    default:
        return CALL(SBI_EXT_RFNC, 2, 0, ALL, TEST_VA, PAGE, ASID);
    }
}

static void remote_sfence(void)
{
    if (!workers_start())
        return;
    env_set(MODE_SV39, MODE_BARE);
    pt_map(&env.vs, TEST_VA, (uint64_t)frames[0], PTE_FULL, 0);
    uint64_t *pte = pt_entry(&env.vs, TEST_VA, 0);
    shared_satp = pt_atp(&env.vs, ASID);
    *(uint64_t *)frames[0] = 100;
    *(uint64_t *)frames[1] = 101;
    all_do(job_satp);
    for (unsigned round = 0; round < 50; round++) {
        unsigned frame = round & 1;
        __atomic_store_n(pte, pte_make((uint64_t)frames[frame], PTE_FULL), __ATOMIC_RELEASE);
        context("round %u", round);
        check_error(sfence(round % 5), SBI_SUCCESS, "fence");
        all_do(job_read);
        for (unsigned i = 1; i < harts_count; i++)
            check_eq(seen[i], 100 + frame, "what the hart reads");
    }
    all_do(job_bare);
}

static uint32_t patch[16] __attribute__((aligned(64)));

static void job_patch(void)
{
    uint64_t (*f)(void) = (uint64_t(*)(void))(uint64_t)patch;
    seen[me() - harts] = f();
}

static void remote_fence_i(void)
{
    if (!workers_start())
        return;
    patch[1] = INSN_RET;
    for (unsigned round = 0; round < 50; round++) {
        uint32_t li = INSN_I(0x13, 0, A0, X0, round); /* li a0, round */
        __atomic_store_n(&patch[0], li, __ATOMIC_RELEASE);
        check_error(CALL(SBI_EXT_RFNC, 0, 0, ALL), SBI_SUCCESS, "fence");
        all_do(job_patch);
        for (unsigned i = 1; i < harts_count; i++)
            check_eq(seen[i], round, "what the code returns");
    }
}

/* Each hart runs the same guest, which loads from TEST_VA; either stage's leaf changes under it. */
static struct guest guests[MAX_HARTS];
static const uint32_t guest_code[] = {INSN_LOAD(3, A0, A0, 0), INSN_ECALL};
static uint64_t shared_vsatp, shared_hgatp;

static void job_guest_setup(void)
{
    hart_reset();
    csr_write(hgatp, shared_hgatp);
    csr_write(vsatp, shared_vsatp);
    fence_all();
    csr_write(sie, 0); /* or what wakes the hart would come out of the guest */
}

static void job_guest_read(void)
{
    struct guest *g = &guests[me() - harts];
    uint64_t sie = csr_read(sie);
    csr_write(sie, 0);
    g->x[0] = addr_in(MODE_VS, guest_code);
    g->x[A0] = TEST_VA;
    struct trap t = guest_run(g, MODE_VS);
    seen[me() - harts] = t.scause == CAUSE_ECALL_VS ? g->x[A0] : t.scause << 32;
    csr_write(sie, sie | BIT(IRQ_SSI));
}

static void job_guest_end(void)
{
    hart_reset();
}

static struct sbi_ret hfence(bool gstage, unsigned kind)
{
    uint64_t at = gstage ? TEST_GPA : TEST_VA;
    switch (kind) {
    case 0:
        return CALL(SBI_EXT_RFNC, gstage ? 4 : 6, 0, ALL, 0, ALL);
    case 1:
        return CALL(SBI_EXT_RFNC, gstage ? 4 : 6, 0, ALL, at, PAGE);
    case 2:
        return CALL(SBI_EXT_RFNC, gstage ? 4 : 6, 0, ALL, at - 5 * PAGE, 20 * PAGE);
    case 3:
        return CALL(SBI_EXT_RFNC, gstage ? 3 : 5, 0, ALL, at, PAGE, 1); /* VMID 1, or ASID 1 */
    default:
        return CALL(SBI_EXT_RFNC, gstage ? 3 : 5, 0, ALL, at - MEGAPAGE, 3 * MEGAPAGE, 1);
    }
}

/* The two leaves as they change: the guest's page is TEST_GPA or the one after it; TEST_GPA is
 * frame 0 or 1, the one after it 2. */
struct flips {
    uint64_t *vs, *g;
    unsigned page, frame;
};

static void flip(struct flips *f, bool gstage)
{
    if (gstage) {
        f->frame ^= 1;
        __atomic_store_n(f->g, pte_make((uint64_t)frames[f->frame], PTE_FULL | PTE_U),
                         __ATOMIC_RELEASE);
    } else {
        f->page ^= 1;
        __atomic_store_n(f->vs, pte_make(TEST_GPA + f->page * PAGE, PTE_FULL), __ATOMIC_RELEASE);
    }
}

static void remote_hfence(void)
{
    if (!workers_start())
        return;
    env_set(MODE_SV39, MODE_SV39);
    pt_map(&env.vs, TEST_VA, TEST_GPA, PTE_FULL, 0);
    pt_map(&env.g, TEST_GPA, (uint64_t)frames[0], PTE_FULL | PTE_U, 0);
    pt_map(&env.g, TEST_GPA + PAGE, (uint64_t)frames[2], PTE_FULL | PTE_U, 0);
    struct flips f = {.vs = pt_entry(&env.vs, TEST_VA, 0), .g = pt_entry(&env.g, TEST_GPA, 0)};
    shared_vsatp = csr_read(vsatp);
    shared_hgatp = csr_read(hgatp);
    for (unsigned i = 0; i < 3; i++)
        *(uint64_t *)frames[i] = 100 + i;
    for (unsigned i = 1; i < harts_count; i++) {
        job_do(i, job_guest_setup);
        job_wait(i, workers[i].done);
    }
    for (unsigned round = 0; round < 60; round++) {
        bool gstage = round & 1;
        context("round %u", round);
        flip(&f, gstage);
        check_error(hfence(gstage, round / 4 % 5), SBI_SUCCESS, "fence");
        all_do(job_guest_read);
        for (unsigned i = 1; i < harts_count; i++)
            check_eq(seen[i], f.page ? 102 : 100 + f.frame, "what the guest reads");
    }
    all_do(job_guest_end);
}

static void rfence_arguments(void)
{
    for (unsigned fid = 0; fid <= 6; fid++) {
        context("function %u", fid);
        check_error(CALL(SBI_EXT_RFNC, fid, 1, 0x12345, 0, 0), SBI_ERR_INVALID_PARAM,
                    "a hart that doesn't exist");
        check_error(CALL(SBI_EXT_RFNC, fid, 1, harts[0].hartid, 0, ALL), SBI_SUCCESS,
                    "itself alone");
        if (!exact) /* OpenSBI wants the base to be a hart and doesn't look at ranges */
            continue;
        check_error(CALL(SBI_EXT_RFNC, fid, 0, 0x12345, 0, 0), SBI_SUCCESS, "an empty list");
        if (fid > 0)
            check_error(CALL(SBI_EXT_RFNC, fid, 0, ALL, -PAGE, 2 * PAGE), SBI_ERR_INVALID_ADDRESS,
                        "past the end");
    }
    if (!exact)
        return;
    context("%s", "");
    check_error(CALL(SBI_EXT_RFNC, 2, 0, ALL, 0, 0, 1UL << 32), SBI_ERR_INVALID_PARAM,
                "an ASID too large");
    check_error(CALL(SBI_EXT_RFNC, 3, 0, ALL, 0, 0, 1UL << 32), SBI_ERR_INVALID_PARAM,
                "a VMID too large");
}

/* A hart in a retentive suspend wakes by an IPI, and is fenced while it sleeps. */
static void job_sleep(void)
{
    irq_off();
    csr_clear(sip, BIT(IRQ_SSI));
    csr_write(sie, BIT(IRQ_SSI));
    seen[me() - harts] = (uint64_t)CALL(SBI_EXT_HSM, 3, 0, 0, 0).error;
}

/* The IPI that brings the job may come after it has begun, and end the sleep at once: then again.
 */
static bool put_to_sleep(unsigned i, uint64_t *done)
{
    for (unsigned tries = 0; tries < 50; tries++) {
        *done = workers[i].done + 1;
        job_give(i, job_sleep);
        for (uint64_t until = csr_read(time) + timebase / 10; csr_read(time) < until;)
            ;
        if (sbi_hart_status(harts[i].hartid).value == HSM_SUSPENDED)
            return true;
        job_wait(i, *done);
    }
    fail("hart %u doesn't stay suspended", i);
    return false;
}

static void sleepers(void)
{
    uint64_t done;
    if (!workers_start())
        return;
    for (unsigned i = 1; i < harts_count; i++) {
        if (!put_to_sleep(i, &done))
            return;
        check_error(CALL(SBI_EXT_RFNC, 1, 0, ALL, 0, ALL), SBI_SUCCESS, "fence");
        if (!exact) { /* OpenSBI wakes by the fence */
            job_wait(i, done);
            continue;
        }
        check_eq(sbi_hart_status(harts[i].hartid).value, HSM_SUSPENDED, "sleeps on");
        seen[i] = 99;
        check_error(sbi_send_ipi(1, harts[i].hartid), SBI_SUCCESS, "an IPI");
        job_wait(i, done);
        check_eq(seen[i], 0, "what the suspend returned");
        check_eq(sbi_hart_status(harts[i].hartid).value, HSM_STARTED, "state");
    }
}

/* --- all at once --- */

static unsigned storm_over;

/* Fences of every kind to all, while the others do the same and interrupt each other. */
static void storm(void)
{
    uint64_t n = (uint64_t)(me() - harts);
    for (unsigned round = 0; round < 70; round++) {
        uint64_t kind = (round + n) % 7, all = round % 3;
        struct sbi_ret r =
            CALL(SBI_EXT_RFNC, kind, 0, ALL, all ? 0 : TEST_VA, all ? ALL : PAGE * 3, 1);
        if (r.error)
            fail("fence %lu: %lx", kind, (uint64_t)r.error);
        sbi_send_ipi(1, harts[(n + 1) % harts_count].hartid);
    }
    __atomic_fetch_add(&storm_over, 1, __ATOMIC_RELEASE);
}

static void storms(void)
{
    uint64_t before[MAX_HARTS];
    if (!workers_start())
        return;
    storm_over = 0;
    watchdog_seconds(30);
    all_do(job_listen);
    job_listen();
    for (unsigned i = 0; i < harts_count; i++)
        before[i] = ipi_count(i);
    for (unsigned i = 1; i < harts_count; i++)
        job_give(i, storm);
    storm();
    while (__atomic_load_n(&storm_over, __ATOMIC_ACQUIRE) != harts_count)
        ;
    for (unsigned i = 0; i < harts_count; i++)
        ipi_arrives(i, before[i]);
    all_do(job_deafen);
    job_deafen();
    csr_clear(sie, BIT(IRQ_SSI));
}

/* Harts that come and go while another fences them. */
static void storm_of_starts(void)
{
    if (!workers_start())
        return;
    watchdog_seconds(30);
    for (unsigned round = 0; round < 20; round++) {
        for (unsigned i = 1; i < harts_count; i++) {
            job_give(i, job_stop);
            check_error(CALL(SBI_EXT_RFNC, round % 7, 0, ALL, 0, ALL, 1), SBI_SUCCESS, "fence");
        }
        for (unsigned i = 1; i < harts_count; i++) {
            while (sbi_hart_status(harts[i].hartid).value != HSM_STOPPED)
                check_error(CALL(SBI_EXT_RFNC, 1, 0, ALL, 0, ALL), SBI_SUCCESS, "fence");
            workers[i] = (struct worker){0};
            check_eq((uint64_t)hart_start(&harts[i], worker_main), 0, "start");
            check_error(CALL(SBI_EXT_RFNC, round % 7, 0, ALL, TEST_VA, PAGE, 1), SBI_SUCCESS,
                        "fence");
        }
    }
    for (unsigned i = 1; i < harts_count; i++)
        state_reached(i, HSM_STARTED);
}

TESTS("remote", {"states", "SBI: Hart State Management Extension", states},
      {"start_and_stop", "SBI: HSM Hart Start Register State", start_and_stop},
      {"restart", "SBI: Hart State Management Extension", restart},
      {"ipis", "SBI: IPI Extension", ipis},
      {"remote_sfence", "SBI: Remote SFENCE.VMA", remote_sfence},
      {"remote_fence_i", "SBI: Remote FENCE.I", remote_fence_i},
      {"remote_hfence", "SBI: Remote HFENCE.GVMA, HFENCE.VVMA", remote_hfence},
      {"rfence_arguments", "SBI: RFENCE Extension", rfence_arguments},
      {"sleepers", "SBI: Hart suspend", sleepers}, {"storms", "SBI: RFENCE Extension", storms},
      {"storm_of_starts", "SBI: HSM, RFENCE", storm_of_starts}, );
