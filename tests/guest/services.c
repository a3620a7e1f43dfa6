/* SPDX-License-Identifier: BSD-2-Clause */
/* The services of SBI on one hart: timer, console, counters, features, and what bad arguments get.
 */
#include "csr.h"
#include "env.h"
#include "sbi.h"
#include "test.h"

#define ALL (~0UL)

static void registers_kept(void)
{
    uint64_t seen[9];
    __asm__ volatile(
        "li t0, 0x1111\n li t6, 0x2222\n li a2, 0x3333\n li a5, 0x4444\n li s11, 0x6666\n"
        "li a0, 0x10\n li a1, 0x5555\n li a6, 3\n li a7, 0x10\n"
        "ecall\n"
        "sd a0, 0(%0)\n sd a1, 8(%0)\n sd t0, 16(%0)\n sd t6, 24(%0)\n sd a2, 32(%0)\n"
        "sd a5, 40(%0)\n sd s11, 48(%0)\n sd a6, 56(%0)\n sd a7, 64(%0)\n" ::"r"(seen)
        : "t0", "t6", "a0", "a1", "a2", "a5", "a6", "a7", "s11", "memory");
    static const uint64_t want[9] = {0, 1, 0x1111, 0x2222, 0x3333, 0x4444, 0x6666, 3, 0x10};
    static const char *const names[9] = {"a0", "a1", "t0", "t6", "a2", "a5", "s11", "a6", "a7"};
    for (unsigned i = 0; i < 9; i++)
        check_eq(seen[i], want[i], names[i]);
}

static void base(void)
{
    static const uint64_t there[] = {SBI_EXT_BASE, SBI_EXT_TIME, SBI_EXT_IPI, SBI_EXT_RFNC,
                                     SBI_EXT_HSM,  SBI_EXT_SRST, SBI_EXT_DBCN};
    check(CALL(SBI_EXT_BASE, 0).value >= 2u << 24, "at least SBI 2.0");
    for (unsigned i = 0; i < sizeof there / sizeof there[0]; i++) {
        context("extension %lx", there[i]);
        check_eq(sbi_probe(there[i]) != 0, 1, "present");
        check_error(CALL(there[i], 77), SBI_ERR_NOT_SUPPORTED, "an unknown function");
    }
    context("%s", "");
    check_eq(sbi_probe(0x0badbad), 0, "an extension that doesn't exist");
    check_error(CALL(0x0badbad, 0), SBI_ERR_NOT_SUPPORTED, "calling it");
}

/* The timer's interrupt pends whether it is enabled or not, and is taken back by a later deadline.
 */
static void timer(void)
{
    irq_off();
    check_error(sbi_set_timer(0), SBI_SUCCESS, "a deadline that has passed");
    for (unsigned i = 0; i < 1000 && !(csr_read(sip) & BIT(IRQ_STI)); i++)
        ;
    check_bits(csr_read(sip), BIT(IRQ_STI), BIT(IRQ_STI), "sip");
    check_error(sbi_set_timer(ALL), SBI_SUCCESS, "never");
    check_bits(csr_read(sip), BIT(IRQ_STI), 0, "sip, by an infinite deadline");
    uint64_t then = csr_read(time) + timebase / 100;
    sbi_set_timer(then);
    uint64_t pending = csr_read(sip);
    if (csr_read(time) < then) /* a machine under load may be late itself */
        check_bits(pending, BIT(IRQ_STI), 0, "sip, before the deadline");
    while (!(csr_read(sip) & BIT(IRQ_STI)) && csr_read(time) < then + PATIENCE)
        ;
    check(csr_read(time) >= then, "not before its time");
    check(csr_read(time) < then + PATIENCE, "not long after it");
    sbi_set_timer(ALL);
}

static void console(void)
{
    static char text[] = "# console\n";
    struct sbi_ret r = CALL(SBI_EXT_DBCN, 0, sizeof text - 1, (uint64_t)text, 0);
    check_error(r, SBI_SUCCESS, "a write");
    check(r.value > 0 && r.value < sizeof text, "bytes written");
    r = CALL(SBI_EXT_DBCN, 1, 1, (uint64_t)text, 0);
    check_error(r, SBI_SUCCESS, "a read");
    check_eq(r.value, 0, "bytes read without input");
    check_eq((uint64_t)text[0], '#', "memory without input");
    if (exact) /* OpenSBI gives SBI_ERR_FAILED */
        check_error(CALL(SBI_EXT_DBCN, 0, 1, (uint64_t)text, 1), SBI_ERR_INVALID_PARAM,
                    "beyond the address space");
    check_error(CALL(SBI_EXT_DBCN, 2, '#'), SBI_SUCCESS, "one byte");
    check_error(CALL(SBI_EXT_DBCN, 2, '\n'), SBI_SUCCESS, "one byte");
}

/* Memory that HS cannot touch isn't touched on its behalf. */
static void firmware_memory(void)
{
    uint64_t own = 0;
    catch_begin();
    own = *(volatile uint64_t *)0x80000000UL;
    if (catch_end() == CAUSE_NONE) {
        note("0x80000000 is open (%lx): not the firmware's", own);
        return;
    }
    check_error(CALL(SBI_EXT_DBCN, 0, 8, 0x80000000UL, 0), SBI_ERR_INVALID_PARAM, "printing it");
    check_error(CALL(SBI_EXT_DBCN, 1, 8, 0x80000000UL, 0), SBI_ERR_INVALID_PARAM,
                "reading into it");
    if (exact && sbi_probe(SBI_EXT_PMU)) /* OpenSBI has no snapshots */
        check_error(CALL(SBI_EXT_PMU, 7, 0x80000000UL, 0, 0), SBI_ERR_INVALID_ADDRESS,
                    "a snapshot in it");
    check_error(CALL(SBI_EXT_HSM, 3, 0x80000000UL, 0x80000000UL, 0), SBI_ERR_INVALID_ADDRESS,
                "resuming in it");
    if (harts_count > 1) {
        check_error(sbi_hart_start(harts[1].hartid, 0x80000000UL, 0), SBI_ERR_INVALID_ADDRESS,
                    "starting in it");
        if (exact) /* OpenSBI would */
            check_error(sbi_hart_start(harts[1].hartid, NOWHERE, 0), SBI_ERR_INVALID_ADDRESS,
                        "starting nowhere");
    }
}

static void reset_arguments(void)
{
    check_error(CALL(SBI_EXT_SRST, 0, 3, 0), SBI_ERR_INVALID_PARAM, "a reserved type");
    check_error(CALL(SBI_EXT_SRST, 0, 0xefffffff, 0), SBI_ERR_INVALID_PARAM, "a reserved type");
    if (exact) { /* OpenSBI takes any reason */
        check_error(CALL(SBI_EXT_SRST, 0, 0, 2), SBI_ERR_INVALID_PARAM, "a reserved reason");
    }
}

/* --- suspend --- */

static struct jump resumed;
static uint64_t resume_a0, resume_a1, resume_satp, resume_sstatus;
char resume_stack[2048] __attribute__((aligned(16)));
void resume_entry(void);
__asm__(
    ".text\n.balign 4\nresume_entry:\n"
    "la tp, harts\nla sp, resume_stack + 2048\nj resume_here\n");

void resume_here(uint64_t a0, uint64_t a1) __attribute__((noreturn));
void resume_here(uint64_t a0, uint64_t a1)
{
    resume_a0 = a0;
    resume_a1 = a1;
    resume_satp = csr_read(satp);
    resume_sstatus = csr_read(sstatus);
    hart_init();
    jump_to(&resumed, 1);
}

#define RETENTIVE     0u
#define NON_RETENTIVE 0x80000000u

static void suspend_retentive(void)
{
    irq_off();
    uint64_t then = csr_read(time) + timebase / 50;
    sbi_set_timer(then);
    csr_write(sie, BIT(IRQ_STI));
    check_error(CALL(SBI_EXT_HSM, 3, RETENTIVE, 0, 0), SBI_SUCCESS, "a retentive suspend");
    check(csr_read(time) >= then, "no wake-up before the interrupt");
    check_bits(csr_read(sip), BIT(IRQ_STI), BIT(IRQ_STI), "sip");
    sbi_set_timer(ALL);
}

static void suspend_lossy(void)
{
    irq_off();
    uint64_t then = csr_read(time) + timebase / 50;
    if (jump_set(&resumed) == 0) {
        sbi_set_timer(then);
        csr_write(sie, BIT(IRQ_STI));
        irq_off();
        struct sbi_ret r = CALL(SBI_EXT_HSM, 3, NON_RETENTIVE, (uint64_t)resume_entry, 0xabcdef);
        if (r.error == SBI_ERR_NOT_SUPPORTED && !exact)
            return note("no non-retentive suspend");
        fail("sbi_hart_suspend returned %lx", (uint64_t)r.error);
        return;
    }
    check_eq(resume_a0, me()->hartid, "a0");
    check_eq(resume_a1, 0xabcdef, "a1");
    check_eq(resume_satp, 0, "satp");
    check_bits(resume_sstatus, SSTATUS_SIE, 0, "sstatus");
    check(csr_read(time) >= then, "no wake-up before the interrupt");
    check_eq(sbi_hart_status(me()->hartid).value, HSM_STARTED, "state");
    sbi_set_timer(ALL);
}

static void suspend_arguments(void)
{
    check_error(CALL(SBI_EXT_HSM, 3, 1, 0, 0), SBI_ERR_INVALID_PARAM, "a reserved type");
    check_error(CALL(SBI_EXT_HSM, 3, 0x80000001, 0, 0), SBI_ERR_INVALID_PARAM, "a reserved type");
    if (!exact) /* OpenSBI says of a platform's types that they are not supported, and takes any
                   address */
        return;
    check_error(CALL(SBI_EXT_HSM, 3, 0x10000000, 0, 0), SBI_ERR_INVALID_PARAM, "a platform's type");
    check_error(CALL(SBI_EXT_HSM, 3, NON_RETENTIVE, NOWHERE, 0), SBI_ERR_INVALID_ADDRESS,
                "an address that isn't there");
}

static void system_suspend(void)
{
    if (!sbi_probe(SBI_EXT_SUSP) || !exact) /* OpenSBI needs a wake-up device of the board's */
        return note("no SUSP");
    check_error(CALL(SBI_EXT_SUSP, 0, 1, (uint64_t)resume_entry, 0), SBI_ERR_INVALID_PARAM,
                "a reserved type");
    check_error(CALL(SBI_EXT_SUSP, 0, 0, NOWHERE, 0), SBI_ERR_INVALID_ADDRESS,
                "an address that isn't there");
    irq_off();
    uint64_t then = csr_read(time) + timebase / 50;
    if (jump_set(&resumed) == 0) {
        sbi_set_timer(then);
        csr_write(sie, BIT(IRQ_STI));
        struct sbi_ret r = CALL(SBI_EXT_SUSP, 0, 0, (uint64_t)resume_entry, 0x5a5a);
        fail("sbi_system_suspend returned %lx", (uint64_t)r.error);
        return;
    }
    check_eq(resume_a0, me()->hartid, "a0");
    check_eq(resume_a1, 0x5a5a, "a1");
    check(csr_read(time) >= then, "no wake-up before the interrupt");
    sbi_set_timer(ALL);
}

/* --- PMU --- */

enum { PMU_NUM, PMU_INFO, PMU_CONFIG, PMU_START, PMU_STOP, PMU_FW_READ, PMU_FW_READ_HI, PMU_SHMEM };
#define CLEAR_VALUE   2u
#define RESET         1u
#define SET_INIT      1u
#define TAKE_SNAPSHOT 2u
#define INIT_SNAPSHOT 2u
#define INSTRUCTIONS  2u
/* QEMU counts instructions only with -icount; otherwise instret goes by time. */
#define FAR  (1UL << 50)
#define NEAR (1UL << 40)

static uint64_t counters_mask(void)
{
    uint64_t mask = 0, n = CALL(SBI_EXT_PMU, PMU_NUM).value;
    for (uint64_t i = 0; i < n && i < 64; i++)
        if (CALL(SBI_EXT_PMU, PMU_INFO, i).error == SBI_SUCCESS)
            mask |= BIT(i);
    return mask;
}

static void loop_1000(void)
{
    uint64_t n = 1000;
    __asm__ volatile("1: addi %0, %0, -1\n bnez %0, 1b" : "+r"(n));
}

/* instret by SBI: found, cleared, started, read as a CSR, stopped, and then it stands still. */
static void instret(void)
{
    if (!sbi_probe(SBI_EXT_PMU))
        return note("no PMU");
    uint64_t mask = counters_mask();
    CALL(SBI_EXT_PMU, PMU_STOP, 0, mask, RESET);
    struct sbi_ret r = CALL(SBI_EXT_PMU, PMU_CONFIG, 0, mask, CLEAR_VALUE, INSTRUCTIONS, 0);
    if (!check_error(r, SBI_SUCCESS, "config_matching"))
        return;
    uint64_t n = r.value;
    check_eq(CALL(SBI_EXT_PMU, PMU_INFO, n).value & 0xfff, 0xc02, "its CSR");
    check_error(CALL(SBI_EXT_PMU, PMU_START, n, 1, SET_INIT, FAR), SBI_SUCCESS, "start");
    uint64_t before = csr_read(instret);
    loop_1000();
    uint64_t counted = csr_read(instret) - before;
    check(before >= FAR && before < FAR + NEAR, "starts where it is told to");
    check(counted >= 2000 && counted < NEAR, "counts");
    check_error(CALL(SBI_EXT_PMU, PMU_START, n, 1, 0, 0), SBI_ERR_ALREADY_STARTED, "start again");
    check_error(CALL(SBI_EXT_PMU, PMU_STOP, n, 1, 0), SBI_SUCCESS, "stop");
    before = csr_read(instret);
    loop_1000();
    check_eq(csr_read(instret), before, "instret, stopped");
    check_error(CALL(SBI_EXT_PMU, PMU_STOP, n, 1, RESET), SBI_ERR_ALREADY_STOPPED, "stop again");
    check_error(CALL(SBI_EXT_PMU, PMU_START, n, 1, 0, 0), SBI_SUCCESS, "start without a value");
    check(csr_read(instret) >= before && csr_read(instret) < before + NEAR,
          "goes on where it stood");
}

static void pmu_snapshot(void)
{
    if (!sbi_probe(SBI_EXT_PMU))
        return note("no PMU");
    uint64_t mask = counters_mask(), *shot = (uint64_t *)frames[0];
    if (!exact)
        return note("left out: OpenSBI may lack it");
    CALL(SBI_EXT_PMU, PMU_STOP, 0, mask, RESET);
    for (unsigned i = 0; i < PAGE / 8; i++)
        shot[i] = 0x77;
    check_error(CALL(SBI_EXT_PMU, PMU_STOP, 2, 1, TAKE_SNAPSHOT), SBI_ERR_NO_SHMEM,
                "a snapshot without memory");
    check_error(CALL(SBI_EXT_PMU, PMU_SHMEM, (uint64_t)shot + 8, 0, 0), SBI_ERR_INVALID_PARAM,
                "crooked memory");
    check_error(CALL(SBI_EXT_PMU, PMU_SHMEM, (uint64_t)shot, 0, 0), SBI_SUCCESS, "memory");
    CALL(SBI_EXT_PMU, PMU_CONFIG, 2, 1, CLEAR_VALUE, INSTRUCTIONS, 0);
    shot[1] = FAR;
    check_error(CALL(SBI_EXT_PMU, PMU_START, 2, 1, INIT_SNAPSHOT), SBI_SUCCESS,
                "start from memory");
    shot[1] = 0;
    loop_1000();
    check_error(CALL(SBI_EXT_PMU, PMU_STOP, 2, 1, TAKE_SNAPSHOT), SBI_SUCCESS, "stop");
    check(shot[1] >= FAR + 2000 && shot[1] < FAR + NEAR, "its value in memory");
    check_eq(shot[1], csr_read(instret), "its value in memory");
    check_eq(shot[2], 0x77, "memory of the next counter");
    check_error(CALL(SBI_EXT_PMU, PMU_SHMEM, ALL, ALL, 0), SBI_SUCCESS, "no memory");
    CALL(SBI_EXT_PMU, PMU_START, 2, 1, 0, 0);
}

static void pmu_firmware(void)
{
    if (!sbi_probe(SBI_EXT_PMU))
        return note("no PMU");
    uint64_t mask = counters_mask();
    struct sbi_ret r = CALL(SBI_EXT_PMU, PMU_CONFIG, 0, mask, CLEAR_VALUE, 0xf0005, 0);
    if (!check_error(r, SBI_SUCCESS, "set_timer events"))
        return;
    uint64_t n = r.value;
    check_error(CALL(SBI_EXT_PMU, PMU_START, n, 1, SET_INIT, 100), SBI_SUCCESS, "start");
    sbi_set_timer(ALL);
    sbi_set_timer(ALL);
    sbi_set_timer(ALL);
    check_eq(CALL(SBI_EXT_PMU, PMU_FW_READ, n).value, 103, "three more");
    check_eq(CALL(SBI_EXT_PMU, PMU_FW_READ_HI, n).value, 0, "high half");
    check_error(CALL(SBI_EXT_PMU, PMU_STOP, n, 1, RESET), SBI_SUCCESS, "stop");
    check_error(CALL(SBI_EXT_PMU, PMU_FW_READ, 0), SBI_ERR_INVALID_PARAM, "a hardware counter");
    check_error(CALL(SBI_EXT_PMU, PMU_FW_READ, 64), SBI_ERR_INVALID_PARAM, "no counter");
}

/* A programmable counter, if the device tree names one for this event: the DTLB's read misses. */
static void pmu_programmable(void)
{
    if (!sbi_probe(SBI_EXT_PMU))
        return note("no PMU");
    if (!exact)
        return note("left out: OpenSBI prefers a fixed counter that nobody offered");
    uint64_t mask = counters_mask() & ~7UL & 0xffffffff;
    struct sbi_ret r = CALL(SBI_EXT_PMU, PMU_CONFIG, 0, mask, CLEAR_VALUE, INSTRUCTIONS, 0);
    if (r.error)
        r = CALL(SBI_EXT_PMU, PMU_CONFIG, 0, mask, CLEAR_VALUE, 0x10019, 0);
    if (r.error)
        return note("no programmable counter takes it: %lx", (uint64_t)r.error);
    check_error(CALL(SBI_EXT_PMU, PMU_START, r.value, 1, SET_INIT, 0), SBI_SUCCESS, "start");
    fence_all();
    loop_1000();
    check_error(CALL(SBI_EXT_PMU, PMU_STOP, r.value, 1, RESET), SBI_SUCCESS, "stop");
    note("counter %lu", r.value);
}

/* --- FWFT --- */

static void fwft(void)
{
    if (!sbi_probe(SBI_EXT_FWFT))
        return note("no FWFT");
    check_error(CALL(SBI_EXT_FWFT, 0, 6, 0, 0), SBI_ERR_DENIED, "a reserved feature");
    check_error(CALL(SBI_EXT_FWFT, 1, 0x3fffffff), SBI_ERR_DENIED, "a reserved feature");
    check_error(CALL(SBI_EXT_FWFT, 0, FWFT_MISALIGNED_EXC_DELEG, 2, 0), SBI_ERR_INVALID_PARAM,
                "a bad value");
    check_error(CALL(SBI_EXT_FWFT, 0, FWFT_MISALIGNED_EXC_DELEG, 1, 2), SBI_ERR_INVALID_PARAM,
                "a reserved flag");
    check_error(CALL(SBI_EXT_FWFT, 0, FWFT_MISALIGNED_EXC_DELEG, 1, 0), SBI_SUCCESS, "set");
    check_eq(CALL(SBI_EXT_FWFT, 1, FWFT_MISALIGNED_EXC_DELEG).value, 1, "get");
    check_error(CALL(SBI_EXT_FWFT, 0, FWFT_MISALIGNED_EXC_DELEG, 0, 0), SBI_SUCCESS, "set");
    check_eq(CALL(SBI_EXT_FWFT, 1, FWFT_MISALIGNED_EXC_DELEG).value, 0, "get");
}

/* PTE_AD_HW_UPDATING decides whether HS's own page with A clear faults or gets its A set. */
static uint64_t load_with_a_clear(uint64_t *pte)
{
    env_set(MODE_SV39, MODE_BARE);
    pt_map(&env.vs, TEST_VA, (uint64_t)frames[1], (PTE_FULL & ~PTE_A) & ~PTE_D, 0);
    csr_write(satp, pt_atp(&env.vs, 0));
    fence_all();
    catch_begin();
    (void)*(volatile uint64_t *)TEST_VA;
    uint64_t cause = catch_end();
    csr_write(satp, 0);
    fence_all();
    *pte = *pt_entry(&env.vs, TEST_VA, 0);
    return cause;
}

static void fwft_adue(void)
{
    uint64_t pte;
    if (!sbi_probe(SBI_EXT_FWFT) || CALL(SBI_EXT_FWFT, 1, FWFT_PTE_AD_HW_UPDATING).error)
        return note("no PTE_AD_HW_UPDATING");
    check_error(CALL(SBI_EXT_FWFT, 0, FWFT_PTE_AD_HW_UPDATING, 1, 0), SBI_SUCCESS, "on");
    check_eq(load_with_a_clear(&pte), CAUSE_NONE, "a load with A clear, on");
    check_bits(pte, PTE_A, PTE_A, "its PTE");
    check_error(CALL(SBI_EXT_FWFT, 0, FWFT_PTE_AD_HW_UPDATING, 0, 0), SBI_SUCCESS, "off");
    check_eq(load_with_a_clear(&pte), CAUSE_LOAD_PAGE, "a load with A clear, off");
    check_bits(pte, PTE_A, 0, "its PTE");
}

/* --- legacy --- */

static void legacy(void)
{
    static uint64_t nobody;
    irq_off();
    check_eq((uint64_t)CALL(4, 0, (uint64_t)&nobody).error, 0, "an IPI to nobody");
    check_bits(csr_read(sip), BIT(IRQ_SSI), 0, "sip");
    csr_set(sip, BIT(IRQ_SSI));
    check((CALL(3, 0).error > 0) || !exact, "clear_ipi: one was pending");
    check_bits(csr_read(sip), BIT(IRQ_SSI), 0, "sip");
    check_eq((uint64_t)CALL(3, 0).error, 0, "clear_ipi: none was pending");
    check_eq((uint64_t)CALL(2, 0).error, ALL, "getchar without input");
}

/* The mask is at a virtual address; a fault in reading it is the caller's, at the ecall. */
static void legacy_fault(void)
{
    catch_begin();
    (void)CALL(4, 0, NOWHERE);
    check_eq(catch_end(), CAUSE_LOAD_ACCESS, "cause");
    check_eq(me()->caught.stval, NOWHERE, "stval");
    check_eq(*(uint32_t *)me()->caught.sepc, INSN_ECALL, "the instruction at sepc");
    env_set(MODE_SV39, MODE_BARE);
    csr_write(satp, pt_atp(&env.vs, 0));
    fence_all();
    catch_begin();
    (void)CALL(4, 0, TEST_VA + 8);
    uint64_t cause = catch_end();
    csr_write(satp, 0);
    fence_all();
    check_eq(cause, CAUSE_LOAD_PAGE, "cause");
    check_eq(me()->caught.stval, TEST_VA + 8, "stval");
}

/* 8 characters of a string, as Hearth's extension hands them out. */
static uint64_t packed(const char *s)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < 8 && s[i]; i++)
        v |= (uint64_t)(uint8_t)s[i] << (8 * i);
    return v;
}

#define HEARTH 0x0a484541u

static void own_counters(void)
{
    if (!exact)
        return note("left out: another firmware");
    uint64_t n = CALL(HEARTH, 0).value, timers = ALL;
    for (uint64_t i = 0; i < n; i++)
        if (CALL(HEARTH, 2, i, 0).value == packed("sbi_timer") &&
            CALL(HEARTH, 2, i, 8).value == packed("r"))
            timers = i;
    if (!check(timers != ALL, "sbi_timer is among them"))
        return;
    uint64_t before = CALL(HEARTH, 1, timers).value;
    sbi_set_timer(ALL);
    check_eq(CALL(HEARTH, 1, timers).value, before + 1, "one more");
    check_error(CALL(HEARTH, 1, n), SBI_ERR_INVALID_PARAM, "no such cause");
}

TESTS("services", {"registers_kept", "SBI: Binary Encoding", registers_kept},
      {"base", "SBI: Base Extension", base}, {"timer", "SBI: Timer Extension", timer},
      {"console", "SBI: Debug Console Extension", console},
      {"firmware_memory", "SBI: Shared memory physical address range parameter", firmware_memory},
      {"reset_arguments", "SBI: System Reset Extension", reset_arguments},
      {"suspend_retentive", "SBI: Hart suspend", suspend_retentive},
      {"suspend_lossy", "SBI: Hart suspend", suspend_lossy},
      {"suspend_arguments", "SBI: Hart suspend", suspend_arguments},
      {"system_suspend", "SBI: System Suspend Extension", system_suspend},
      {"instret", "SBI: Performance Monitoring Unit Extension", instret},
      {"pmu_snapshot", "SBI: Set PMU snapshot shared memory", pmu_snapshot},
      {"pmu_firmware", "SBI: Firmware events", pmu_firmware},
      {"pmu_programmable", "SBI: Hardware events", pmu_programmable},
      {"fwft", "SBI: Firmware Features Extension", fwft},
      {"fwft_adue", "SBI: PTE_AD_HW_UPDATING", fwft_adue},
      {"legacy", "SBI: Legacy Extensions", legacy},
      {"legacy_fault", "SBI: Legacy Extensions", legacy_fault},
      {"own_counters", "docs: Hearth's own SBI extension", own_counters}, );
