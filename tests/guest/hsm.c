/* SPDX-License-Identifier: BSD-2-Clause */
/* Hart state management: start, stop, status, suspend of both kinds. */
#include "csr.h"
#include "env.h"
#include "sbi.h"
#include "test.h"

#define ERR(e)        ((uint64_t)(e))
#define NO_HART       4000UL
#define RETENTIVE     0UL
#define NON_RETENTIVE 0x80000000UL
#define SUSPEND       3UL

/* What a hart finds when it is started or resumed. */
static volatile struct arrival {
    uint64_t a0, a1, satp, sstatus, count;
} arrival;

void arrive(void);
void arrived(uint64_t a0, uint64_t a1, uint64_t satp_value, uint64_t status);
__asm__(
    ".text\n.balign 4\n"
    ".globl arrive\n"
    "arrive:\n"
    "    csrr a2, satp\n"
    "    csrr a3, sstatus\n"
    "    la sp, arrival_stack\n"
    "    li t0, 4096\n"
    "    add sp, sp, t0\n"
    "    j arrived\n"
    ".bss\n.balign 16\n"
    "arrival_stack: .skip 4096\n"
    ".text\n");

/* What the other hart does next; it is given as the opaque word's low bits. */
enum next { STOP, SLEEP, SLEEP_DEEP, STAY };
static volatile uint64_t slept, stay;

static void note_arrival(uint64_t a0, uint64_t a1, uint64_t satp_value, uint64_t status)
{
    arrival.a0 = a0;
    arrival.a1 = a1;
    arrival.satp = satp_value;
    arrival.sstatus = status;
    __asm__ volatile("fence" ::: "memory");
    arrival.count++;
}

/* Runs on the other hart, without a struct hart: nothing here may trap. */
void arrived(uint64_t a0, uint64_t a1, uint64_t satp_value, uint64_t status)
{
    note_arrival(a0, a1, satp_value, status);
    if ((a1 & 3) == SLEEP) {
        csr_write(sie, BIT(IRQ_SSI));
        slept = 1 + ERR(sbi_call(SBI_EXT_HSM, SUSPEND, RETENTIVE, 0, 0).error);
    }
    if ((a1 & 3) == SLEEP_DEEP) {
        csr_write(sie, BIT(IRQ_SSI));
        uint64_t again = (a1 & ~3UL) | STOP;
        slept =
            1 + ERR(sbi_call(SBI_EXT_HSM, SUSPEND, NON_RETENTIVE, (uint64_t)arrive, again).error);
    }
    while ((a1 & 3) == STAY && stay)
        ;
    csr_write(sie, 0);
    csr_write(sip, 0);
    sbi_hart_stop();
    for (;;)
        ;
}

static bool becomes(uint64_t hartid, uint64_t state)
{
    uint64_t end = rdtime() + PATIENCE;
    do {
        struct sbi_ret r = sbi_hart_status(hartid);
        if (r.error == 0 && r.value == state)
            return true;
    } while (rdtime() < end);
    return false;
}

static bool arrives(uint64_t count)
{
    uint64_t end = rdtime() + PATIENCE;
    while (arrival.count < count) {
        if (rdtime() > end)
            return false;
    }
    return true;
}

static void check_arrival(uint64_t hartid, uint64_t opaque)
{
    check_eq(arrival.a0, hartid, "a0");
    check_eq(arrival.a1, opaque, "a1");
    check_eq(arrival.satp, 0, "satp");
    check_bits(arrival.sstatus, SSTATUS_SIE, 0, "sstatus.SIE");
}

static bool alone(void)
{
    if (harts_count == 1)
        note("only 1 hart");
    return harts_count == 1;
}

static void status(void)
{
    struct sbi_ret r = sbi_hart_status(me()->hartid);
    check_eq(ERR(r.error), 0, "error, own hart");
    check_eq(r.value, HSM_STARTED, "state of the own hart");
    for (unsigned i = 1; i < harts_count; i++) {
        r = sbi_hart_status(harts[i].hartid);
        check_eq(ERR(r.error), 0, "error, another hart");
        check_eq(r.value, HSM_STOPPED, "state of another hart");
    }
    check_eq(ERR(sbi_hart_status(NO_HART).error), ERR(SBI_ERR_INVALID_PARAM), "error, no hart");
    check_eq(ERR(sbi_hart_status(~0UL).error), ERR(SBI_ERR_INVALID_PARAM), "error, hart -1");
    check_eq(ERR(sbi_call(SBI_EXT_HSM, 4, 0, 0, 0).error), ERR(SBI_ERR_NOT_SUPPORTED),
             "error of an unknown function");
}

static void start_errors(void)
{
    uint64_t entry = (uint64_t)arrive;
    check_eq(ERR(sbi_hart_start(me()->hartid, entry, 0).error), ERR(SBI_ERR_ALREADY_AVAILABLE),
             "error, own hart");
    check_eq(ERR(sbi_hart_start(NO_HART, entry, 0).error), ERR(SBI_ERR_INVALID_PARAM),
             "error, no hart");
    check_eq(ERR(sbi_hart_start(~0UL, entry, 0).error), ERR(SBI_ERR_INVALID_PARAM),
             "error, hart -1");
    if (!exact || harts_count == 1) /* OpenSBI starts harts anywhere */
        return;
    static const uint64_t bad[] = {NOWHERE, 0xfffffffffffff000UL, 1UL << 56};
    for (unsigned i = 0; i < 3; i++) {
        context("start address 0x%lx", bad[i]);
        check_eq(ERR(sbi_hart_start(harts[1].hartid, bad[i], 0).error),
                 ERR(SBI_ERR_INVALID_ADDRESS), "error");
        check_eq(sbi_hart_status(harts[1].hartid).value, HSM_STOPPED, "state");
    }
}

/* Start and stop, over and over, each hart in turn. */
static void start_stop(void)
{
    if (alone())
        return;
    for (uint64_t i = 0; i < 30; i++) {
        uint64_t id = harts[1 + i % (harts_count - 1)].hartid,
                 opaque = 0xfedcba9876543210UL + 4 * i;
        uint64_t count = arrival.count + 1;
        context("round %lu, hart %lu", i, id);
        check_eq(ERR(sbi_hart_start(id, (uint64_t)arrive, opaque).error), 0, "error of start");
        if (!check(arrives(count), "the hart arrives"))
            return;
        check_arrival(id, opaque);
        check(becomes(id, HSM_STOPPED), "the hart is STOPPED after hart_stop");
    }
}

static void started_twice(void)
{
    if (alone())
        return;
    uint64_t id = harts[1].hartid, count = arrival.count + 1;
    stay = 1;
    check_eq(ERR(sbi_hart_start(id, (uint64_t)arrive, STAY).error), 0, "error of start");
    check(arrives(count), "the hart arrives");
    check(becomes(id, HSM_STARTED), "it is STARTED");
    check_eq(ERR(sbi_hart_start(id, (uint64_t)arrive, STAY).error), ERR(SBI_ERR_ALREADY_AVAILABLE),
             "error of a second start");
    stay = 0;
    check(becomes(id, HSM_STOPPED), "it is STOPPED in the end");
    check_eq(arrival.count, count, "arrivals");
}

/* Another hart sleeps, an IPI wakes it: the call returns there. */
static void suspend_retentive(void)
{
    if (alone())
        return;
    for (unsigned i = 0; i < 10; i++) {
        uint64_t id = harts[1].hartid, count = arrival.count + 1;
        context("round %u", i);
        slept = 0;
        check_eq(ERR(sbi_hart_start(id, (uint64_t)arrive, SLEEP).error), 0, "error of start");
        check(arrives(count), "the hart arrives");
        check(becomes(id, HSM_SUSPENDED), "it is SUSPENDED");
        check_eq(slept, 0, "the call has not returned");
        check_eq(ERR(sbi_send_ipi(1, id).error), 0, "error of the IPI");
        check(becomes(id, HSM_STOPPED), "it goes on and stops");
        check_eq(slept, 1, "1 + error of the suspend");
        check_eq(arrival.count, count, "arrivals: it was not started anew");
    }
}

/* Non-retentive: it goes on at the address given. */
static void suspend_non_retentive(void)
{
    if (alone())
        return;
    for (uint64_t i = 0; i < 10; i++) {
        uint64_t id = harts[1].hartid, count = arrival.count + 1, opaque = 0x7700 + 4 * i;
        context("round %lu", i);
        slept = 0;
        check_eq(ERR(sbi_hart_start(id, (uint64_t)arrive, opaque | SLEEP_DEEP).error), 0,
                 "error of start");
        check(arrives(count), "the hart arrives");
        check(becomes(id, HSM_SUSPENDED), "it is SUSPENDED");
        check_eq(ERR(sbi_send_ipi(1, id).error), 0, "error of the IPI");
        check(arrives(count + 1), "it arrives again");
        check_arrival(id, opaque | STOP);
        check(becomes(id, HSM_STOPPED), "it stops");
        check_eq(slept, 0, "the call did not return");
    }
}

/* The own hart, woken by the timer; its registers, H's among them, are what they were. */
static void suspend_self(void)
{
    irq_off();
    env_set(MODE_SV39, MODE_SV39);
    uint64_t hg = csr_read(hgatp), vs = csr_read(vsatp);
    csr_write(vsscratch, 0x1234567812345678UL);
    csr_write(sscratch, (uint64_t)me());
    csr_write(htimedelta, 77);
    csr_write(hideleg, BIT(IRQ_VSEI));
    for (unsigned i = 0; i < 5; i++) {
        uint64_t due = rdtime() + timebase / 1000;
        timer_set(due);
        struct sbi_ret r = sbi_call(SBI_EXT_HSM, SUSPEND, RETENTIVE, 0, 0);
        context("round %u", i);
        check_eq(ERR(r.error), 0, "error");
        check(rdtime() >= due, "not before the deadline");
        check_eq(csr_read(hgatp), hg, "hgatp");
        check_eq(csr_read(vsatp), vs, "vsatp");
        check_eq(csr_read(vsscratch), 0x1234567812345678UL, "vsscratch");
        check_eq(csr_read(sscratch), (uint64_t)me(), "sscratch");
        check_eq(csr_read(htimedelta), 77, "htimedelta");
        check_eq(csr_read(hideleg), BIT(IRQ_VSEI), "hideleg");
        timer_clear();
    }
    csr_write(htimedelta, 0);
}

static void suspend_errors(void)
{
    static const uint64_t reserved[] = {1, 0x0fffffff, 0x80000001UL, 0x8fffffffUL};
    irq_off();
    timer_set(0); /* should one of them be taken for good, it wakes at once */
    for (unsigned i = 0; i < 4; i++) {
        struct sbi_ret r = sbi_call(SBI_EXT_HSM, SUSPEND, reserved[i], (uint64_t)arrive, 0);
        context("type 0x%lx", reserved[i]);
        check_eq(ERR(r.error), ERR(SBI_ERR_INVALID_PARAM), "error");
    }
    static const uint64_t platform[] = {0x10000000, 0x7fffffff, 0x90000000UL, 0xffffffffUL};
    for (unsigned i = 0; i < 4 && exact; i++) {
        struct sbi_ret r = sbi_call(SBI_EXT_HSM, SUSPEND, platform[i], (uint64_t)arrive, 0);
        context("type 0x%lx", platform[i]);
        check_eq(ERR(r.error), ERR(SBI_ERR_INVALID_PARAM), "error");
    }
    if (exact) {
        struct sbi_ret r = sbi_call(SBI_EXT_HSM, SUSPEND, NON_RETENTIVE, NOWHERE, 0);
        context("resume address nowhere");
        check_eq(ERR(r.error), ERR(SBI_ERR_INVALID_ADDRESS), "error");
    }
    timer_clear();
}

TESTS("hsm",                                                        /**/
      {"status", "SBI: HSM status", status},                        /**/
      {"start_errors", "SBI: HSM start", start_errors},             /**/
      {"start_stop", "SBI: HSM start", start_stop},                 /**/
      {"started_twice", "SBI: HSM start", started_twice},           /**/
      {"suspend_retentive", "SBI: HSM suspend", suspend_retentive}, /**/
      {"suspend_non_retentive", "SBI: HSM suspend", suspend_non_retentive},
      {"suspend_self", "SBI: HSM suspend", suspend_self}, /**/
      {"suspend_errors", "SBI: HSM suspend", suspend_errors});
