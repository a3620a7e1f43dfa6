/* SPDX-License-Identifier: BSD-2-Clause */
/* The supervisor binary interface, function by function: what each returns, at the edges of its
 * arguments, too. Hart state management has a program of its own. OpenSBI 1.5, on which these run
 * where H is in hardware, follows SBI 2.0 and is laxer; what it does not do is only asked of
 * others. */
#include "csr.h"
#include "env.h"
#include "sbi.h"
#include "test.h"

#define ERR(e)  ((uint64_t)(e))
#define NO_HART 4000UL

static void expect(uint64_t ext, uint64_t fid, uint64_t a0, uint64_t a1, uint64_t a2, long want)
{
    struct sbi_ret r = sbi_call(ext, fid, a0, a1, a2);
    context("EID 0x%lx FID %lu (0x%lx, 0x%lx, 0x%lx)", ext, fid, a0, a1, a2);
    check_eq(ERR(r.error), ERR(want), "error");
    context("%s", "");
}

static void base(void)
{
    static const uint64_t known[] = {SBI_EXT_BASE, SBI_EXT_TIME, SBI_EXT_IPI,  SBI_EXT_RFNC,
                                     SBI_EXT_HSM,  SBI_EXT_SRST, SBI_EXT_DBCN, SBI_EXT_FWFT};
    static const uint64_t unknown[] = {
        0x11, 0x0a, 0x08ffffff, 0x12345678, 0x7fffffff, 0xffffffff80000000UL, ~0UL};
    struct sbi_ret r = sbi_call(SBI_EXT_BASE, 0, 0, 0, 0);
    check_eq(ERR(r.error), 0, "error of get_spec_version");
    check_eq(r.value >> 31, 0, "bits 63 to 31 of the version");
    if (exact)
        check_eq(r.value, 0x03000000, "the version: 3.0");
    for (uint64_t fid = 1; fid < 7; fid++)
        check_eq(ERR(sbi_call(SBI_EXT_BASE, fid, SBI_EXT_BASE, 0, 0).error), 0, "error of BASE");
    for (unsigned i = 0; i < sizeof known / sizeof known[0]; i++) {
        context("EID 0x%lx", known[i]);
        check(sbi_probe(known[i]) != 0, "probe finds it");
        /* No extension has as many functions as that. */
        struct sbi_ret bad = sbi_call(known[i], 0x7fffff, 0, 0, 0);
        check_eq(ERR(bad.error), ERR(SBI_ERR_NOT_SUPPORTED), "error of an unknown function");
    }
    for (unsigned i = 0; i < sizeof unknown / sizeof unknown[0]; i++) {
        context("EID 0x%lx", unknown[i]);
        r = sbi_call(SBI_EXT_BASE, 3, unknown[i], 0, 0);
        check_eq(ERR(r.error), 0, "error of probe");
        check_eq(r.value, 0, "probe's value");
        check_eq(ERR(sbi_call(unknown[i], 0, 0, 0, 0).error), ERR(SBI_ERR_NOT_SUPPORTED),
                 "error of a call");
    }
}

/* Runs an ECALL with patterns in all registers but those of the call; counts the changed ones. */
uint64_t changed_by_ecall(uint64_t a0, uint64_t a1, uint64_t fid, uint64_t ext);
__asm__(
    ".text\n"
    "changed_by_ecall:\n"
    "    addi sp, sp, -128\n"
    "    sd ra, 0(sp)\n"
    "    sd gp, 8(sp)\n"
    "    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11\n"
    "    sd s\\n, 16 + 8 * \\n(sp)\n"
    "    .endr\n"
    "    mv a6, a2\n"
    "    mv a7, a3\n"
    "    sd a6, 112(sp)\n"
    "    sd a7, 120(sp)\n"
    "    .irp n, 1,3,5,6,7,8,9,12,13,14,15,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
    "    li x\\n, 0x5a00 + \\n\n"
    "    .endr\n"
    "    ecall\n"
    "    li a0, 0\n"
    "    .irp n, 1,3,5,6,7,8,9,12,13,14,15,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n"
    "    li a1, 0x5a00 + \\n\n"
    "    beq a1, x\\n, 1f\n"
    "    addi a0, a0, 1\n"
    "1:\n"
    "    .endr\n"
    "    ld a1, 112(sp)\n"
    "    beq a1, a6, 1f\n"
    "    addi a0, a0, 1\n"
    "1:  ld a1, 120(sp)\n"
    "    beq a1, a7, 1f\n"
    "    addi a0, a0, 1\n"
    "1:  ld ra, 0(sp)\n"
    "    ld gp, 8(sp)\n"
    "    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11\n"
    "    ld s\\n, 16 + 8 * \\n(sp)\n"
    "    .endr\n"
    "    addi sp, sp, 128\n"
    "    ret\n");

/* All registers except a0 and a1 are preserved, by every call, also by those that fail. */
static void registers(void)
{
    static const struct {
        uint64_t ext, fid, a0, a1;
    } calls[] = {
        {SBI_EXT_BASE, 0, 0, 0},      {SBI_EXT_BASE, 3, SBI_EXT_TIME, 0},
        {SBI_EXT_TIME, 0, ~0UL, 0},   {SBI_EXT_IPI, 0, 0, 0},
        {SBI_EXT_RFNC, 0, 1, 0},      {SBI_EXT_RFNC, 1, 1, 0},
        {SBI_EXT_RFNC, 4, 1, 0},      {SBI_EXT_HSM, 2, 0, 0},
        {SBI_EXT_HSM, 2, NO_HART, 0}, {SBI_EXT_DBCN, 0, 0, 0x80200000UL},
        {SBI_EXT_FWFT, 1, 4, 0},      {SBI_EXT_PMU, 0, 0, 0},
        {0x12345678, 0, 0, 0},        {SBI_EXT_SRST, 99, 0, 0},
    };
    irq_off();
    for (unsigned i = 0; i < sizeof calls / sizeof calls[0]; i++) {
        context("EID 0x%lx FID %lu", calls[i].ext, calls[i].fid);
        check_eq(changed_by_ecall(calls[i].a0, calls[i].a1, calls[i].fid, calls[i].ext), 0,
                 "registers changed");
    }
    timer_clear();
}

static void time(void)
{
    irq_off();
    for (unsigned i = 0; i < 4; i++) {
        context("round %u", i);
        check_eq(ERR(sbi_set_timer(0).error), 0, "error, deadline 0");
        check_bits(csr_read(sip), BIT(IRQ_STI), BIT(IRQ_STI), "STIP with the deadline passed");
        check_eq(ERR(sbi_set_timer(~0UL).error), 0, "error, deadline -1");
        check_bits(csr_read(sip), BIT(IRQ_STI), 0, "STIP with the deadline far away");
        uint64_t due = rdtime() + timebase / 1000, end = rdtime() + PATIENCE;
        sbi_set_timer(due);
        while (!(csr_read(sip) & BIT(IRQ_STI)) && rdtime() < end)
            ;
        check(rdtime() >= due, "not before the deadline");
        check_bits(csr_read(sip), BIT(IRQ_STI), BIT(IRQ_STI), "STIP after the deadline");
    }
    timer_clear();
    expect(SBI_EXT_TIME, 1, 0, 0, 0, SBI_ERR_NOT_SUPPORTED);
}

/* Masks and bases that name no hart. */
static void bad_masks(uint64_t ext, uint64_t fid)
{
    expect(ext, fid, 1, NO_HART, 0, SBI_ERR_INVALID_PARAM);
    expect(ext, fid, BIT(63), me()->hartid + 1, 0, SBI_ERR_INVALID_PARAM);
    expect(ext, fid, 1 | BIT(62), me()->hartid, 0, SBI_ERR_INVALID_PARAM);
    expect(ext, fid, 4, ~0UL - 1, 0, SBI_ERR_INVALID_PARAM);
    expect(ext, fid, 0, NO_HART, 0, SBI_SUCCESS);
    expect(ext, fid, 1, me()->hartid, 0, SBI_SUCCESS);
}

static void ipi(void)
{
    irq_off();
    csr_write(sip, 0);
    expect(SBI_EXT_IPI, 0, 0, 0, 0, SBI_SUCCESS);
    check_bits(csr_read(sip), BIT(IRQ_SSI), 0, "SSIP after an IPI to nobody");
    expect(SBI_EXT_IPI, 0, 1, me()->hartid, 0, SBI_SUCCESS);
    uint64_t end = rdtime() + PATIENCE;
    while (!(csr_read(sip) & BIT(IRQ_SSI)) && rdtime() < end)
        ;
    check_bits(csr_read(sip), BIT(IRQ_SSI), BIT(IRQ_SSI), "SSIP after an IPI to this hart");
    csr_write(sip, 0);
    check_bits(csr_read(sip), BIT(IRQ_SSI), 0, "SSIP after clearing it");
    expect(SBI_EXT_IPI, 0, 0x5555, ~0UL, 0, SBI_SUCCESS);
    end = rdtime() + PATIENCE;
    while (!(csr_read(sip) & BIT(IRQ_SSI)) && rdtime() < end)
        ;
    check_bits(csr_read(sip), BIT(IRQ_SSI), BIT(IRQ_SSI), "SSIP after an IPI to all");
    if (exact)
        bad_masks(SBI_EXT_IPI, 0);
    csr_write(sip, 0);
    expect(SBI_EXT_IPI, 1, 0, 0, 0, SBI_ERR_NOT_SUPPORTED);
}

static void rfence(void)
{
    static const uint64_t ranges[][2] = {{0, 0},        {0, ~0UL}, {0x80200000UL, PAGE},
                                         {PAGE, 0},     {1, 1},    {TEST_VA + 7, 3 * PAGE + 5},
                                         {0, 1UL << 40}};
    const uint64_t me_only = me()->hartid;
    for (uint64_t fid = 0; fid < 7; fid++) {
        for (unsigned i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
            struct sbi_ret r =
                sbi_call6(SBI_EXT_RFNC, fid, 1, me_only, ranges[i][0], ranges[i][1], 1, 0);
            context("FID %lu, 0x%lx and 0x%lx bytes", fid, ranges[i][0], ranges[i][1]);
            check_eq(ERR(r.error), 0, "error");
        }
        context("%s", "");
        if (exact)
            bad_masks(SBI_EXT_RFNC, fid);
        /* A range beyond the end of the address space is either the rest of it or an error. */
        struct sbi_ret r = sbi_call6(SBI_EXT_RFNC, fid, 1, me_only, -PAGE, 2 * PAGE, 1, 0);
        context("FID %lu, a range that wraps", fid);
        check(r.error == 0 || r.error == SBI_ERR_INVALID_ADDRESS,
              "SBI_ERR_INVALID_ADDRESS or none");
        context("%s", "");
    }
    expect(SBI_EXT_RFNC, 7, 1, me_only, 0, SBI_ERR_NOT_SUPPORTED);
}

static void dbcn(void)
{
    static char buf[16];
    for (unsigned i = 0; i < 16; i++)
        buf[i] = 'x';
    struct sbi_ret r = sbi_call(SBI_EXT_DBCN, 1, 16, (uint64_t)buf, 0);
    check_eq(ERR(r.error), 0, "error of a read");
    check_eq(r.value, 0, "bytes read, nothing being typed");
    check_eq((uint64_t)buf[0], 'x', "the buffer, untouched");
    r = sbi_call(SBI_EXT_DBCN, 0, 0, (uint64_t)buf, 0);
    check_eq(ERR(r.error), 0, "error of a write of nothing");
    check_eq(r.value, 0, "bytes written");
    r = sbi_call(SBI_EXT_DBCN, 0, 2, (uint64_t) "#\n", 0);
    check_eq(ERR(r.error), 0, "error of a write");
    check(r.value <= 2, "bytes written, at most those given");
    r = sbi_call(SBI_EXT_DBCN, 2, '#', 0, 0);
    check_eq(ERR(r.error), 0, "error of write_byte");
    if (exact) /* OpenSBI leaves a1 alone */
        check_eq(r.value, 0, "value of write_byte");
    sbi_call(SBI_EXT_DBCN, 2, '\n', 0, 0);
    expect(SBI_EXT_DBCN, 0, 1, (uint64_t)buf, 1, exact ? SBI_ERR_INVALID_PARAM : SBI_ERR_FAILED);
    if (exact) {
        expect(SBI_EXT_DBCN, 0, 4, NOWHERE, 0, SBI_ERR_INVALID_PARAM);
        expect(SBI_EXT_DBCN, 1, 4, NOWHERE, 0, SBI_ERR_INVALID_PARAM);
        expect(SBI_EXT_DBCN, 0, ~0UL, (uint64_t)buf, 0, SBI_ERR_INVALID_PARAM);
        expect(SBI_EXT_DBCN, 0, 16, ~0UL - 7, 0, SBI_ERR_INVALID_PARAM);
    }
    expect(SBI_EXT_DBCN, 3, 0, 0, 0, SBI_ERR_NOT_SUPPORTED);
}

/* The console of old: a0 is the result, everything else is preserved, a1 too. */
static void legacy(void)
{
    struct sbi_ret r = sbi_call6(1, 0, '\n', 0x1234, 0, 0, 0, 0);
    check_eq(ERR(r.error), 0, "result of putchar");
    check_eq(r.value, 0x1234, "a1 after putchar");
    r = sbi_call6(2, 0, 0, 0x1234, 0, 0, 0, 0);
    check_eq(ERR(r.error), ~0UL, "result of getchar, nothing being typed");
    check_eq(r.value, 0x1234, "a1 after getchar");
}

static void srst(void)
{
    expect(SBI_EXT_SRST, 0, 3, 0, 0, SBI_ERR_INVALID_PARAM);
    expect(SBI_EXT_SRST, 0, 0xefffffff, 0, 0, SBI_ERR_INVALID_PARAM);
    expect(SBI_EXT_SRST, 1, 0, 0, 0, SBI_ERR_NOT_SUPPORTED);
    if (!exact)
        return;
    expect(SBI_EXT_SRST, 0, 0xf0000000, 0, 0, SBI_ERR_INVALID_PARAM);
    expect(SBI_EXT_SRST, 0, 0, 2, 0, SBI_ERR_INVALID_PARAM);
    expect(SBI_EXT_SRST, 0, 1, 0xdfffffff, 0, SBI_ERR_INVALID_PARAM);
}

static void susp(void)
{
    if (sbi_probe(SBI_EXT_SUSP) == 0) {
        expect(SBI_EXT_SUSP, 0, 0, 0x80200000UL, 0, SBI_ERR_NOT_SUPPORTED);
        return;
    }
    struct sbi_ret r = sbi_call(SBI_EXT_SUSP, 0, 1, 0x80200000UL, 0);
    check(r.error == SBI_ERR_INVALID_PARAM, "SBI_ERR_INVALID_PARAM for a reserved type");
}

static void fwft(void)
{
    if (!exact) /* OpenSBI has a draft of it */
        return;
    static const uint64_t reserved[] = {6,          0x3fffffff, 0x40000000, 0x7fffffff,
                                        0x80000000, 0xbfffffff, 0xc0000000, 0xffffffff};
    for (unsigned i = 0; i < 8; i++) {
        expect(SBI_EXT_FWFT, 0, reserved[i], 0, 0, SBI_ERR_DENIED);
        expect(SBI_EXT_FWFT, 1, reserved[i], 0, 0, SBI_ERR_DENIED);
    }
    for (uint64_t f = 0; f < 6; f++) {
        struct sbi_ret get = sbi_call(SBI_EXT_FWFT, 1, f, 0, 0);
        context("feature %lu", f);
        check(get.error == SBI_SUCCESS || get.error == SBI_ERR_NOT_SUPPORTED,
              "get gives a value or SBI_ERR_NOT_SUPPORTED");
        if (get.error) {
            check_eq(get.value, 0, "value with an error");
            expect(SBI_EXT_FWFT, 0, f, 0, 0, SBI_ERR_NOT_SUPPORTED);
            continue;
        }
        expect(SBI_EXT_FWFT, 0, f, get.value, 0, SBI_SUCCESS);
        expect(SBI_EXT_FWFT, 0, f, 99, 0, SBI_ERR_INVALID_PARAM);
        expect(SBI_EXT_FWFT, 0, f, get.value, 2, SBI_ERR_INVALID_PARAM);
        context("feature %lu", f);
        check_eq(sbi_call(SBI_EXT_FWFT, 1, f, 0, 0).value, get.value, "value, unchanged");
    }
    context("%s", "");
    expect(SBI_EXT_FWFT, 2, 0, 0, 0, SBI_ERR_NOT_SUPPORTED);
}

static void fwft_ad(void)
{
    const uint64_t f = FWFT_PTE_AD_HW_UPDATING;
    struct sbi_ret r = sbi_call(SBI_EXT_FWFT, 0, f, 1, 0);
    if (r.error) {
        check_eq(ERR(r.error), ERR(SBI_ERR_NOT_SUPPORTED), "error without Svadu");
        note("no updating of A and D to switch");
        return;
    }
    for (uint64_t v = 0; v < 4; v++) {
        expect(SBI_EXT_FWFT, 0, f, v & 1, 0, SBI_SUCCESS);
        check_eq(sbi_call(SBI_EXT_FWFT, 1, f, 0, 0).value, v & 1, "value read back");
    }
    expect(SBI_EXT_FWFT, 0, f, 0, 0, SBI_SUCCESS);
}

/* The last of FWFT's: the lock holds until the hart is reset. */
static void fwft_lock(void)
{
    const uint64_t f = FWFT_PTE_AD_HW_UPDATING;
    if (!exact || sbi_call(SBI_EXT_FWFT, 0, f, 0, 1).error)
        return;
    expect(SBI_EXT_FWFT, 0, f, 1, 0, SBI_ERR_DENIED_LOCKED);
    check_eq(sbi_call(SBI_EXT_FWFT, 1, f, 0, 0).value, 0, "value, locked");
}

#define PMU_CFG(base, mask, flags, event) sbi_call6(SBI_EXT_PMU, 2, base, mask, flags, event, 0, 0)
#define EVENT_CYCLES                      0x1UL
#define EVENT_INSTRUCTIONS                0x2UL
#define EVENT_FW_SET_TIMER                0xf0005UL

/* Without counters that can be stopped there need not be a PMU. */
static bool no_pmu(void)
{
    if (sbi_probe(SBI_EXT_PMU))
        return false;
    note("no PMU");
    expect(SBI_EXT_PMU, 0, 0, 0, 0, SBI_ERR_NOT_SUPPORTED);
    return true;
}

static void pmu_info(void)
{
    if (no_pmu())
        return;
    struct sbi_ret n = sbi_call(SBI_EXT_PMU, 0, 0, 0, 0);
    check_eq(ERR(n.error), 0, "error of num_counters");
    check(n.value >= 2 && n.value < 1000, "a sensible number of counters");
    unsigned cycle = 0;
    for (uint64_t i = 0; i < n.value; i++) {
        struct sbi_ret r = sbi_call(SBI_EXT_PMU, 1, i, 0, 0);
        context("counter %lu", i);
        if (r.error == SBI_ERR_INVALID_PARAM) /* a hole, where time would be */
            continue;
        check_eq(ERR(r.error), 0, "error of get_info");
        if (!(r.value >> 63)) {
            uint64_t csr = r.value & 0xfff;
            check(csr >= 0xc00 && csr < 0xc20, "the CSR is a counter's");
            check((r.value >> 12 & 63) < 64, "a width");
            cycle += csr == 0xc00;
        }
    }
    context("%s", "");
    check_eq(cycle, 1, "counters with cycle's CSR");
    expect(SBI_EXT_PMU, 1, n.value, 0, 0, SBI_ERR_INVALID_PARAM);
    expect(SBI_EXT_PMU, 1, ~0UL, 0, 0, SBI_ERR_INVALID_PARAM);
    expect(SBI_EXT_PMU, 99, 0, 0, 0, SBI_ERR_NOT_SUPPORTED);
}

/* The counters that there are; a set with a hole in it would be an error. */
static uint64_t pmu_counters(void)
{
    uint64_t n = sbi_call(SBI_EXT_PMU, 0, 0, 0, 0).value, mask = 0;
    for (uint64_t i = 0; i < n && i < 64; i++) {
        if (sbi_call(SBI_EXT_PMU, 1, i, 0, 0).error == 0)
            mask |= BIT(i);
    }
    return mask;
}

static void pmu_count(uint64_t event)
{
    uint64_t all = pmu_counters();
    struct sbi_ret c = PMU_CFG(0, all, 2, event);
    context("event 0x%lx", event);
    if (c.error) {
        check_eq(ERR(c.error), ERR(SBI_ERR_NOT_SUPPORTED), "error of config_matching");
        note("event 0x%lx can't be counted", event);
        return;
    }
    check(c.value < 64 && (all & BIT(c.value)), "the counter is one of them");
    uint64_t csr = sbi_call(SBI_EXT_PMU, 1, c.value, 0, 0).value;
    bool fw = csr >> 63;
    check_eq(ERR(sbi_call6(SBI_EXT_PMU, 3, c.value, 1, 1, 0, 0, 0).error), 0, "error of start");
    struct sbi_ret again = sbi_call6(SBI_EXT_PMU, 3, c.value, 1, 0, 0, 0, 0);
    if (exact || !fw)
        check_eq(ERR(again.error), ERR(SBI_ERR_ALREADY_STARTED), "error of a second start");
    uint64_t before = 0, after = 0;
    if (!fw)
        hs_csr_read(csr & 0xfff, &before);
    for (unsigned i = 0; i < 5; i++)
        sbi_set_timer(~0UL);
    if (fw)
        after = sbi_call(SBI_EXT_PMU, 5, c.value, 0, 0).value;
    else
        hs_csr_read(csr & 0xfff, &after);
    if (fw)
        check_eq(after - before, 5, "events counted");
    else
        check(after > before, "the counter has moved");
    if (!fw)
        check_eq(ERR(sbi_call(SBI_EXT_PMU, 5, c.value, 0, 0).error), ERR(SBI_ERR_INVALID_PARAM),
                 "error of fw_read of a hardware counter");
    check_eq(ERR(sbi_call(SBI_EXT_PMU, 4, c.value, 1, 1).error), 0, "error of stop");
    if (exact)
        check_eq(ERR(sbi_call(SBI_EXT_PMU, 4, c.value, 1, 0).error), ERR(SBI_ERR_ALREADY_STOPPED),
                 "error of a second stop");
    timer_clear();
}

static void pmu(void)
{
    if (no_pmu())
        return;
    irq_off();
    uint64_t all = pmu_counters();
    for (uint64_t i = 0; i < 64; i++) { /* some run from the start */
        if (all & BIT(i))
            sbi_call(SBI_EXT_PMU, 4, i, 1, 1);
    }
    pmu_count(EVENT_CYCLES);
    pmu_count(EVENT_INSTRUCTIONS);
    pmu_count(EVENT_FW_SET_TIMER);
}

static void pmu_bad(void)
{
    if (no_pmu())
        return;
    uint64_t n = sbi_call(SBI_EXT_PMU, 0, 0, 0, 0).value;
    expect(SBI_EXT_PMU, 5, n, 0, 0, SBI_ERR_INVALID_PARAM);
    if (exact)
        expect(SBI_EXT_PMU, 6, n, 0, 0, SBI_ERR_INVALID_PARAM);
    expect(SBI_EXT_PMU, 3, n, 1, 0, SBI_ERR_INVALID_PARAM);
    expect(SBI_EXT_PMU, 4, n, 1, 0, SBI_ERR_INVALID_PARAM);
    context("config_matching");
    check_eq(ERR(PMU_CFG(n, 1, 0, EVENT_CYCLES).error), ERR(SBI_ERR_INVALID_PARAM),
             "error of a counter that is not there");
    if (!exact)
        return;
    check_eq(ERR(PMU_CFG(0, 1, BIT(8), EVENT_CYCLES).error), ERR(SBI_ERR_INVALID_PARAM),
             "error of a reserved flag");
    check_eq(ERR(PMU_CFG(0, 1, 0, 0x0).error), ERR(SBI_ERR_NOT_SUPPORTED), "error of no event");
    expect(SBI_EXT_PMU, 3, 0, 1, BIT(2), SBI_ERR_INVALID_PARAM);
    expect(SBI_EXT_PMU, 4, 0, 1, BIT(2), SBI_ERR_INVALID_PARAM);
}

/* VS's ECALL is HS's business: no call of VS or VU is answered by the firmware. */
static void not_for_guests(void)
{
    env_set(MODE_BARE, MODE_SV39);
    for (enum mode mode = MODE_U; mode <= MODE_VS; mode++) {
        if (mode == MODE_HS)
            continue;
        regs.x[A6] = 0;
        regs.x[A7] = SBI_EXT_BASE;
        struct trap t = run_insn(mode, INSN_ECALL, 77, 78);
        context("%s", name_of(mode));
        check_eq(t.scause, mode == MODE_VS ? CAUSE_ECALL_VS : CAUSE_ECALL_U, "scause");
        check_eq(t.sepc, code_pc(mode), "sepc");
        check_eq(regs.x[A0], 77, "a0");
        check_eq(regs.x[A1], 78, "a1");
    }
}

TESTS("sbi",                                            /**/
      {"base", "SBI: BASE", base},                      /**/
      {"registers", "SBI: Binary Encoding", registers}, /**/
      {"time", "SBI: TIME", time},                      /**/
      {"ipi", "SBI: IPI", ipi},                         /**/
      {"rfence", "SBI: RFENCE", rfence},                /**/
      {"dbcn", "SBI: DBCN", dbcn},                      /**/
      {"legacy", "SBI: Legacy", legacy},                /**/
      {"srst", "SBI: SRST", srst},                      /**/
      {"susp", "SBI: SUSP", susp},                      /**/
      {"fwft", "SBI: FWFT", fwft},                      /**/
      {"fwft_ad", "SBI: FWFT", fwft_ad},                /**/
      {"fwft_lock", "SBI: FWFT", fwft_lock},            /**/
      {"pmu_info", "SBI: PMU", pmu_info},               /**/
      {"pmu", "SBI: PMU", pmu},                         /**/
      {"pmu_bad", "SBI: PMU", pmu_bad},                 /**/
      {"not_for_guests", "norm:H_cause_ecall", not_for_guests});
