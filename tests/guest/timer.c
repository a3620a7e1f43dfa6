/* SPDX-License-Identifier: BSD-2-Clause */
/* vstimecmp and htimedelta, HS's timer beside VS's, and guests that are interrupted all the time.
 */
#include "csr.h"
#include "env.h"
#include "test.h"

#define MS (timebase / 1000)

/* SIE stays clear in HS: a deadline that passed before the guest is entered would be lost. */
static void guest_env(void)
{
    irq_off();
    env_set(MODE_BARE, MODE_SV39);
    vs_vector_set(1);
    csr_write(henvcfg, HENVCFG_STCE);
    csr_write(hideleg, VS_IRQS);
    csr_write(hie, VS_IRQS);
}

static bool no_sstc(void)
{
    if (!sstc)
        note("no Sstc");
    return !sstc;
}

/* "Guaranteed to be reflected eventually, but not necessarily immediately": a while is allowed. */
static bool vstip_becomes(bool want)
{
    uint64_t end = rdtime() + PATIENCE;
    do {
        if (((csr_read(hip) >> IRQ_VSTI) & 1) == want)
            return true;
    } while (rdtime() < end);
    return false;
}

/* time + htimedelta >= vstimecmp, unsigned, modulo 2^64; also while V is 0. */
static void compare(void)
{
    if (no_sstc())
        return;
    const uint64_t far = 1UL << 50;
    guest_env();
    uint64_t now = rdtime();
    const struct {
        uint64_t delta, cmp;
        bool pending;
    } rows[] = {
        {0, 0, true},
        {0, now, true},
        {0, now + far, false},
        {0, ~0UL, false},
        {far, now + far, true},
        {far, now + 2 * far, false},
        {far, far, true},
        {-now - far, 0, true},               /* the sum is huge */
        {-now - far, ~0UL - far / 2, false}, /* some 2^49 ticks before the top */
        {-now - far, -far, true},            /* just reached */
        {-now, far, false},                  /* the sum is small: it has wrapped */
        {-now, 0, true},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        context("htimedelta 0x%lx, vstimecmp 0x%lx, time about 0x%lx", rows[i].delta, rows[i].cmp,
                now);
        csr_write(htimedelta, rows[i].delta);
        csr_write(vstimecmp, rows[i].cmp);
        check(vstip_becomes(rows[i].pending), rows[i].pending ? "VSTIP is set" : "VSTIP is clear");
        check_bits(csr_read(vsip), BIT(IRQ_STI), rows[i].pending ? BIT(IRQ_STI) : 0, "vsip");
    }
    csr_write(htimedelta, 0);
}

/* hip.VSTIP is the or of hvip's and the timer's. */
static void ored(void)
{
    if (no_sstc())
        return;
    guest_env();
    for (unsigned i = 0; i < 4; i++) {
        csr_write(hvip, i & 1 ? BIT(IRQ_VSTI) : 0);
        csr_write(vstimecmp, i & 2 ? 0 : ~0UL);
        context("hvip %u, timer %u", i & 1, i >> 1);
        check(vstip_becomes(i != 0), "VSTIP is the or");
        check_bits(csr_read(hvip), BIT(IRQ_VSTI), i & 1 ? BIT(IRQ_VSTI) : 0, "hvip");
    }
    csr_write(hvip, 0);
    csr_write(vstimecmp, ~0UL);
}

/* STCE clear: as if vstimecmp were not there. */
static void stce(void)
{
    if (no_sstc())
        return;
    guest_env();
    csr_write(vstimecmp, 0);
    check(vstip_becomes(true), "VSTIP is set with STCE");
    csr_write(henvcfg, 0);
    if (exact) /* QEMU leaves it set */
        check(vstip_becomes(false), "VSTIP is clear without STCE");
    csr_write(henvcfg, HENVCFG_STCE);
    check(vstip_becomes(true), "VSTIP is set with STCE again");
    csr_write(vstimecmp, ~0UL);
    check(vstip_becomes(false), "VSTIP is clear with vstimecmp far away");
}

/* time read in VS and VU is HS's plus htimedelta. */
static void guest_time(void)
{
    static const uint64_t deltas[] = {0, 1UL << 40, -(1UL << 30), 1UL << 63, ~0UL};
    guest_env();
    for (unsigned i = 0; i < 10; i++) {
        enum mode mode = i & 1 ? MODE_VS : MODE_VU;
        uint64_t delta = deltas[i / 2];
        csr_write(htimedelta, delta);
        uint64_t before = rdtime();
        struct trap t = run_insn(mode, INSN_CSRRS(A0, CSR_TIME, X0), 0, 0);
        uint64_t after = rdtime(), seen = regs.x[A0] - delta;
        context("%s, htimedelta 0x%lx", name_of(mode), delta);
        check(completed(&t), "reading time works");
        check(seen >= before && seen <= after, "time lies between HS's readings, plus htimedelta");
    }
    csr_write(htimedelta, 0);
}

/* VS arms its timer and spins: it takes interrupt 5, not before the deadline. */
static void vs_timer(void)
{
    if (no_sstc())
        return;
    static const uint32_t code[] = {INSN_CSRRW(X0, CSR_STIMECMP, A0), 0x0000006f /* j . */};
    guest_env();
    for (unsigned i = 0; i < 8; i++) {
        uint64_t delta = i & 4 ? 1UL << 44 : 0, due = rdtime() + MS;
        enum mode mode = MODE_VS;
        csr_write(htimedelta, delta);
        csr_write(vsstatus, SSTATUS_SIE);
        struct trap t = run_code(mode, code, 2, due + delta, 0);
        uint64_t now = rdtime();
        context("round %u", i);
        if (!check(taken_in_vs(&t), "VS takes it"))
            fail("seen scause 0x%lx at 0x%lx", t.scause, t.sepc);
        check_eq(csr_read(vscause), CAUSE_IRQ(IRQ_STI), "vscause");
        check_eq(csr_read(vsepc), code_pc(mode) + 4, "vsepc");
        check_eq(vs_vector_entry(&t), IRQ_STI, "entry of vstvec");
        check(now >= due, "not before the deadline");
        check(now < due + PATIENCE, "soon after it");
        csr_write(vstimecmp, ~0UL);
    }
    csr_write(htimedelta, 0);
}

/* Undelegated, or armed from HS, with V=0 or 1: interrupt 6 for HS. */
static volatile uint64_t hs_cause;
static bool on_vsti(const struct trap *t)
{
    if (t->scause != CAUSE_IRQ(IRQ_VSTI))
        return false;
    hs_cause = t->scause;
    csr_write(vstimecmp, ~0UL);
    return true;
}

static void not_delegated(void)
{
    if (no_sstc())
        return;
    static const uint32_t spin = 0x0000006f;
    guest_env();
    csr_write(hideleg, 0);
    csr_write(vstimecmp, rdtime() + MS);
    struct trap t = run_insn(MODE_VS, spin, 0, 0);
    check_eq(t.scause, CAUSE_IRQ(IRQ_VSTI), "scause in VS");
    csr_write(vstimecmp, ~0UL);
    me()->irq = on_vsti;
    hs_cause = 0;
    csr_write(vstimecmp, rdtime() + MS);
    irq_on();
    uint64_t end = rdtime() + PATIENCE;
    while (!hs_cause && rdtime() < end)
        ;
    irq_off();
    check_eq(hs_cause, CAUSE_IRQ(IRQ_VSTI), "scause in HS");
    csr_write(vstimecmp, ~0UL);
}

/* VS's deadline passes while HS runs: pending, untaken, and taken on the next entry. */
static void passes_in_hs(void)
{
    if (no_sstc())
        return;
    guest_env();
    csr_write(vsstatus, SSTATUS_SIE);
    for (unsigned i = 0; i < 4; i++) {
        csr_write(vstimecmp, rdtime() + MS);
        uint64_t end = rdtime() + 2 * MS;
        while (rdtime() < end)
            ;
        struct trap t = run_insn(i & 1 ? MODE_U : MODE_HS, INSN_NOP, 0, 0);
        context("round %u", i);
        check(completed(&t), "neither HS nor U takes it");
        check(vstip_becomes(true), "VSTIP is set");
        t = run_insn(MODE_VS, INSN_NOP, 0, 0);
        check(taken_in_vs(&t), "VS takes it on entry");
        check_eq(csr_read(vscause), CAUSE_IRQ(IRQ_STI), "vscause");
        csr_write(vstimecmp, ~0UL);
        csr_write(vsstatus, SSTATUS_SIE);
    }
}

/* HS's timer stops VS whatever VS masks, and is not VS's. */
static void hs_timer_in_vs(void)
{
    static const uint32_t spin = 0x0000006f;
    guest_env();
    for (unsigned i = 0; i < 8; i++) {
        enum mode mode = i & 1 ? MODE_VS : MODE_VU;
        csr_write(vsstatus, i & 2 ? SSTATUS_SIE : 0);
        csr_write(vscause, 0);
        uint64_t due = rdtime() + MS;
        timer_set(due);
        struct trap t = run_insn(mode, spin, 0, 0);
        context("%s, SIE %u", name_of(mode), i >> 1 & 1);
        check_eq(t.scause, CAUSE_IRQ(IRQ_STI), "scause");
        check_eq(t.sepc, code_pc(mode), "sepc");
        check_bits(t.hstatus, HSTATUS_SPV, HSTATUS_SPV, "hstatus.SPV");
        check_bits(t.sstatus, SSTATUS_SPP, mode == MODE_VS ? SSTATUS_SPP : 0, "sstatus.SPP");
        check(rdtime() >= due, "not before the deadline");
        check_eq(csr_read(vscause), 0, "vscause");
    }
}

/* Both timers, at distances that change sign: each level gets its own, in the right order. */
static void both_timers(void)
{
    if (no_sstc())
        return;
    static const uint32_t spin = 0x0000006f;
    guest_env();
    unsigned hs = 0, vs = 0;
    for (unsigned i = 0; i < 40; i++) {
        uint64_t now = rdtime();
        csr_write(vsstatus, SSTATUS_SIE);
        csr_write(vstimecmp, now + MS / 4 + i * MS / 64);
        timer_set(now + MS / 4 + (40 - i) * MS / 64);
        for (unsigned n = 0; n < 2; n++) {
            struct trap t = run_insn(MODE_VS, spin, 0, 0);
            if (t.scause == CAUSE_IRQ(IRQ_STI)) {
                hs++;
            } else if (taken_in_vs(&t) && csr_read(vscause) == CAUSE_IRQ(IRQ_STI)) {
                vs++;
                csr_write(vstimecmp, ~0UL);
                csr_write(vsstatus, SSTATUS_SIE);
            } else {
                fail("round %u: expected a timer interrupt, seen scause 0x%lx", i, t.scause);
            }
        }
    }
    check_eq(hs, 40, "timer interrupts of HS");
    check_eq(vs, 40, "timer interrupts of VS");
}

/* A guest that counts is stopped 200 times; it loses neither a register nor a step. */
static void interrupted_work(void)
{
    /* a0++; a1 = a1 + a0; j -8 */
    static const uint32_t code[] = {0x00150513, 0x00a585b3, 0xff9ff06f};
    guest_env();
    for (uint64_t i = 2; i < 32; i++)
        regs.x[i] = i * 0x111;
    timer_set(rdtime() + MS / 10);
    struct trap t = run_code(MODE_VS, code, 3, 0, 0);
    uint64_t last = 0;
    for (unsigned i = 0; i < 200; i++) {
        context("stop %u", i);
        check_eq(t.scause, CAUSE_IRQ(IRQ_STI), "scause");
        uint64_t off = t.sepc - code_pc(MODE_VS), n = regs.x[A0];
        check(off <= 8 && off % 4 == 0, "sepc lies in the loop");
        check_eq(regs.x[A1], n * (n + 1) / 2 - (off == 4 ? n : 0), "the sum");
        check(n >= last, "the count grows");
        for (uint64_t r = 2; r < 32; r++) {
            if (r != A0 && r != A1)
                check_eq(regs.x[r], r * 0x111, "another register");
        }
        last = n;
        timer_set(rdtime() + MS / 10);
        t = run_at(MODE_VS, t.sepc);
    }
    check(last > 0, "the guest got somewhere");
}

/* WFI in VS until VS's own timer: it goes on, or takes the interrupt behind WFI if SIE is set. */
static void wfi_vs_timer(void)
{
    if (no_sstc())
        return;
    static const uint32_t code[] = {INSN_CSRRW(X0, CSR_STIMECMP, A0), INSN_WFI,
                                    INSN_CSRRS(A2, CSR_TIME, X0), 0xfeb66ce3 /* bltu a2, a1, -8 */};
    guest_env();
    for (unsigned i = 0; i < 6; i++) {
        uint64_t due = rdtime() + MS;
        csr_write(vsstatus, i & 1 ? SSTATUS_SIE : 0);
        struct trap t = run_code(MODE_VS, code, 4, due, due);
        context("round %u", i);
        if (i & 1) {
            check(taken_in_vs(&t), "VS takes the interrupt");
            check_eq(csr_read(vscause), CAUSE_IRQ(IRQ_STI), "vscause");
        } else {
            check(completed(&t), "the code ends with its ECALL");
        }
        check(rdtime() >= due, "not before the deadline");
        csr_write(vstimecmp, ~0UL);
    }
}

TESTS("timer",                                                 /**/
      {"compare", "norm:hip_vstip_op", compare},               /**/
      {"ored", "norm:hip_vstip_vstie_acc_op", ored},           /**/
      {"stce", "norm:henvcfg_stce", stce},                     /**/
      {"guest_time", "norm:htimedelta_sz_acc_op", guest_time}, /**/
      {"vs_timer", "norm:hip_vstip_enable", vs_timer},         /**/
      {"not_delegated", "norm:hideleg_hs", not_delegated},     /**/
      {"passes_in_hs", "norm:hip_vstip_op", passes_in_hs},     /**/
      {"hs_timer_in_vs", "norm:hideleg_hs", hs_timer_in_vs},   /**/
      {"both_timers", "norm:hideleg_hs", both_timers},         /**/
      {"interrupted_work", "norm:H_trap_hs_csrwrites", interrupted_work},
      {"wfi_vs_timer", "machine: WFI", wfi_vs_timer});
