/* SPDX-License-Identifier: BSD-2-Clause */
/* The CLINT: its registers in the widths that it has, from this hart and from others. */
#include "dev.h"
#include "low.h"

static const uint32_t load[] = {INSN_LOAD(4, A1, A0, 0), INSN_LOAD(5, A1, A0, 0),
                                INSN_LOAD(6, A1, A0, 0), INSN_LOAD(3, A1, A0, 0)};
static const uint32_t store[] = {INSN_STORE(0, A1, A0, 0), INSN_STORE(1, A1, A0, 0),
                                 INSN_STORE(2, A1, A0, 0), INSN_STORE(3, A1, A0, 0)};

/* Naturally aligned accesses of all widths; misaligned ones the hart may split. */
static void only_widths(uint64_t addr, unsigned least, unsigned most, uint64_t value)
{
    for (unsigned w = 0; w < 4 && addr % (1u << w) == 0; w++) {
        context("0x%lx, %u bytes", addr, 1u << w);
        bool good = w >= least && w <= most;
        struct trap t = run_insn(MODE_M, load[w], addr, 0);
        check_eq(t.mcause, good ? CAUSE_NONE : CAUSE_LOAD_ACCESS, "cause of a load");
        if (!good)
            check_eq(t.mtval, addr, "mtval of a load");
        t = run_insn(MODE_M, store[w], addr, value);
        check_eq(t.mcause, good ? CAUSE_NONE : CAUSE_STORE_ACCESS, "cause of a store");
        if (!good)
            check_eq(t.mtval, addr, "mtval of a store");
    }
}

static void widths(void)
{
    irq_off();
    csr_write(mie, 0);
    if (dev.msip)
        only_widths(dev.msip + 4 * me()->hartid, 2, 2, 0);
    only_widths((uint64_t)mtimecmp_of(me()->hartid), 2, 3, ~0UL);
    only_widths((uint64_t)mtimecmp_of(me()->hartid) + 4, 2, 2, ~0UL);
    timer_clear();
}

static void msip(void)
{
    if (!dev.msip)
        return;
    irq_off();
    csr_write(mie, 0);
    volatile uint32_t *r = msip_of(me()->hartid);
    static const uint32_t vals[] = {1, 0, ~0u, 0xfffffffeu, 3, 2};
    for (unsigned i = 0; i < 6; i++) {
        context("0x%x", vals[i]);
        *r = vals[i];
        check_eq(*r, vals[i] & 1, "msip");
        check_bits(csr_read(mip), BIT(IRQ_MSI), vals[i] & 1 ? BIT(IRQ_MSI) : 0, "mip");
    }
}

/* What the compiler uses for a flag: an atomic swap. */
static void msip_signed(void)
{
    if (!dev.msip)
        return;
    irq_off();
    csr_write(mie, 0);
    *msip_of(me()->hartid) = 1;
    struct trap t = run_insn(MODE_M, INSN_LOAD(2, A1, A0, 0), (uint64_t)msip_of(me()->hartid), 0);
    check_eq(t.mcause, CAUSE_NONE, "cause of lw");
    check_eq(low.x[A1], 1, "lw");
    *msip_of(me()->hartid) = 0;
}

static void mtimecmp(void)
{
    volatile uint64_t *r = mtimecmp_of(me()->hartid);
    volatile uint32_t *half = (volatile uint32_t *)r;
    static const uint64_t vals[] = {~0UL, 0x7fffffff89abcdefUL, 0xfffffffe00000001UL};
    irq_off();
    csr_write(mie, 0);
    for (unsigned i = 0; i < 3; i++) {
        *r = vals[i];
        check_eq(*r, vals[i], "mtimecmp");
        check_eq(half[0], vals[i] & 0xffffffff, "mtimecmp, lower half");
        check_eq(half[1], vals[i] >> 32, "mtimecmp, upper half");
        check_bits(csr_read(mip), BIT(IRQ_MTI), 0, "mip");
    }
    half[1] = 0x12345678;
    check_eq(*r, 0x1234567800000001UL, "mtimecmp after writing the upper half");
    half[0] = 0x9abcdef0;
    check_eq(*r, 0x123456789abcdef0UL, "mtimecmp after writing the lower half");
    half[1] = 0;
    half[0] = 0;
    check_bits(csr_read(mip), BIT(IRQ_MTI), BIT(IRQ_MTI), "mip once the deadline has passed");
    half[1] = 0xffffffff;
    check_bits(csr_read(mip), BIT(IRQ_MTI), 0, "mip once it lies ahead");
    timer_clear();
}

/* mip.MTIP is set as long as mtime has reached mtimecmp, and not before. */
static void deadline(void)
{
    irq_off();
    csr_write(mie, 0);
    for (unsigned i = 0; i < 20; i++) {
        uint64_t end = now() + 3000 + 500 * i;
        timer_set(end);
        bool early = (csr_read(mip) & BIT(IRQ_MTI)) && now() < end;
        check(!early, "MTIP is clear before the deadline");
        while (!(csr_read(mip) & BIT(IRQ_MTI)))
            ;
        check(now() >= end, "MTIP is set when the deadline has come");
    }
    timer_clear();
}

static void mtime(void)
{
    volatile uint32_t *half = (volatile uint32_t *)dev.mtime;
    uint64_t a = now();
    uint64_t b = half[0] | (uint64_t)half[1] << 32;
    uint64_t c = now();
    check(a <= b && b <= c, "both halves of mtime are its own");
    if (has_time) {
        uint64_t t = csr_read(time);
        check(t >= c && t - c < PATIENCE, "time is mtime");
    }
    for (unsigned i = 0; i < 1000; i++) {
        uint64_t d = now();
        if (!check(d >= c, "mtime never goes back"))
            break;
        c = d;
    }
}

/* A guest below HS sees the moved time, and htimedelta added to it. */
static void guest_time(uint64_t least)
{
    const uint64_t delta = 1UL << 50;
    if (!has_h)
        return;
    csr_write(htimedelta, delta);
    csr_write(hcounteren, COUNTEREN_TM);
    run_insn(MODE_VS, INSN_CSRRS(A0, CSR_TIME, X0), 0, 0);
    check(low.x[A0] - delta >= least && low.x[A0] - delta < least + PATIENCE, "time of VS follows");
    csr_write(htimedelta, 0);
}

/* Writing mtime moves time for all, and deadlines with it. */
static void mtime_write(void)
{
    irq_off();
    csr_write(mie, 0);
    const uint64_t far = 1UL << 40;
    uint64_t before = now();
    MMIO64(dev.mtimecmp + 8 * me()->hartid) = before + far;
    check_bits(csr_read(mip), BIT(IRQ_MTI), 0, "MTIP with the deadline far away");
    MMIO64(dev.mtime) = before + far + 100;
    uint64_t t = now();
    check(t >= before + far + 100 && t < before + far + 100 + PATIENCE, "mtime goes on from there");
    check_bits(csr_read(mip), BIT(IRQ_MTI), BIT(IRQ_MTI), "MTIP once mtime was moved past it");
    if (has_time) {
        t = csr_read(time);
        check(t >= before + far + 100 && t < before + far + 100 + PATIENCE, "time follows");
        run_insn(MODE_S, INSN_CSRRS(A0, CSR_TIME, X0), 0, 0);
        check(low.x[A0] >= before + far + 100 && low.x[A0] < before + far + 100 + PATIENCE,
              "time of S follows");
        guest_time(before + far + 100);
    }
    MMIO64(dev.mtime) = before + 100;
    t = now();
    check(t >= before + 100 && t < before + 100 + PATIENCE, "mtime goes back");
    check_bits(csr_read(mip), BIT(IRQ_MTI), 0, "MTIP once mtime was moved back");
    timer_clear();
}

static void mtime_halves(void)
{
    irq_off();
    csr_write(mie, 0);
    uint64_t before = now();
    MMIO32(dev.mtime + 4) = 0x77;
    check_eq(now() >> 32, 0x77, "mtime, upper half written");
    MMIO32(dev.mtime) = 0x1000;
    uint64_t t = now();
    check(t >= 0x7700001000UL && t < 0x7700001000UL + PATIENCE, "mtime, lower half written");
    MMIO64(dev.mtime) = before;
    t = now();
    check(t >= before && t < before + PATIENCE, "mtime, both written");
}

/* Another hart's registers: this one writes, that one is interrupted. */
static volatile bool stop;
static volatile uint64_t got_msi, got_mti;

static bool other_irq(struct trap *t)
{
    if (t->mcause == CAUSE_IRQ(IRQ_MSI)) {
        *msip_of(me()->hartid) = 0;
        got_msi = got_msi + 1;
    } else {
        *mtimecmp_of(me()->hartid) = ~0UL;
        got_mti = got_mti + 1;
    }
    return true;
}

static void other(void)
{
    me()->irq = other_irq;
    *mtimecmp_of(me()->hartid) = ~0UL;
    csr_write(mie, BIT(IRQ_MSI) | BIT(IRQ_MTI));
    irq_on();
    me()->irqs[0] = 1; /* it listens */
    while (!stop)
        ;
    irq_off();
}

static void wait_for(volatile uint64_t *what, uint64_t val)
{
    uint64_t end = now() + PATIENCE;
    while (*what != val && now() < end)
        ;
    check_eq(*what, val, "interrupts on the other hart");
}

static void from_others(void)
{
    if (!dev.msip)
        return;
    watchdog_seconds(30);
    stop = false;
    got_msi = got_mti = 0;
    harts[1].irqs[0] = 0;
    if (!hart_give(1, other))
        return;
    wait_for(&harts[1].irqs[0], 1);
    uint64_t id = harts[1].hartid;
    for (unsigned i = 1; i <= 100; i++) {
        *msip_of(id) = 1;
        wait_for(&got_msi, i);
        *mtimecmp_of(id) = i & 1 ? 0 : now() + 20;
        wait_for(&got_mti, i);
    }
    check_eq(*msip_of(id), 0, "its msip");
    check_eq(*mtimecmp_of(id), ~0UL, "its mtimecmp");
    stop = true;
    hart_wait(1);
}

/* It belongs to M, which hands it down by PMP or not at all; with all open S sees the same values.
 */
static void from_s(void)
{
    irq_off();
    csr_write(mie, 0);
    struct trap t = run_insn(MODE_S, INSN_LOAD(3, A1, A0, 0), dev.mtime, 0);
    check_eq(t.mcause, CAUSE_ECALL_S, "cause of a load of mtime in S");
    check(now() - low.x[A1] < PATIENCE, "mtime, as S sees it");
    if (dev.msip) {
        run_insn(MODE_S, INSN_STORE(2, A1, A0, 0), (uint64_t)msip_of(me()->hartid), 1);
        check_bits(csr_read(mip), BIT(IRQ_MSI), BIT(IRQ_MSI), "mip after S has set msip");
        run_insn(MODE_S, INSN_STORE(2, A1, A0, 0), (uint64_t)msip_of(me()->hartid), 0);
        check_bits(csr_read(mip), BIT(IRQ_MSI), 0, "mip after S has cleared msip");
    }
}

TESTS("mclint", {"widths", "ACLINT", widths}, {"msip", "ACLINT: MSWI", msip},
      {"msip_signed", "ACLINT: MSWI", msip_signed}, {"mtimecmp", "ACLINT: MTIMER", mtimecmp},
      {"deadline", "Machine Timer Registers", deadline},
      {"mtime", "Machine Timer Registers", mtime},
      {"mtime_write", "Machine Timer Registers", mtime_write},
      {"mtime_halves", "Machine Timer Registers", mtime_halves},
      {"from_others", "ACLINT", from_others}, {"from_s", "ACLINT", from_s});
