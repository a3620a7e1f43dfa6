/* SPDX-License-Identifier: BSD-2-Clause */
/* M's interrupts: when they are pending, when they are taken, what stays so. */
#include "dev.h"
#include "low.h"

/* The three lines of M, as one thing: raise and drop. MEI comes through the PLIC from the UART. */
static unsigned plic_m;

static void mei_setup(void)
{
    plic_m = plic_context(me()->hartid);
    *plic_priority(dev.uart_irq) = 1;
    *plic_threshold(plic_m) = 0;
    *plic_enable(plic_m, dev.uart_irq) = BIT(dev.uart_irq % 32);
}

/* What has come through the PLIC's gateway stays pending until it is claimed. */
static void plic_quiet(unsigned context)
{
    uart_line(false);
    uint32_t s = *plic_claim(context);
    if (s)
        *plic_claim(context) = s;
}

static void mei_end(void)
{
    plic_quiet(plic_m);
    *plic_enable(plic_m, dev.uart_irq) = 0;
}

static void line(unsigned irq, bool on)
{
    if (irq == IRQ_MSI)
        *msip_of(me()->hartid) = on;
    else if (irq == IRQ_MTI)
        timer_set(on ? 0 : ~0UL);
    else if (on)
        uart_line(true);
    else
        plic_quiet(plic_m);
}

/* An interrupt controller between the device and the hart may take a moment. */
static bool mip_becomes(uint64_t bit, bool on)
{
    for (unsigned i = 0; i < 100000; i++) {
        if (!(csr_read(mip) & bit) == !on)
            return true;
    }
    return false;
}

static const unsigned m_irq[] = {IRQ_MSI, IRQ_MTI, IRQ_MEI};

/* Runs the test for each line of M. */
static void each_line(void (*fn)(unsigned irq))
{
    irq_off();
    csr_write(mie, 0);
    if (dev.plic)
        mei_setup();
    for (unsigned i = 0; i < 3; i++) {
        if ((m_irq[i] == IRQ_MSI && !dev.msip) || (m_irq[i] == IRQ_MEI && !dev.plic))
            continue;
        context("interrupt %u", m_irq[i]);
        fn(m_irq[i]);
        irq_off();
        csr_write(mie, 0);
        line(m_irq[i], false);
    }
    if (dev.plic)
        mei_end();
}

/* What the handler saw. */
static struct {
    uint64_t n, mepc, mcause, mstatus, limit;
} seen;

/* Drops the line when it has been called often enough. */
static bool handler(struct trap *t)
{
    if (seen.n && seen.mepc != t->mepc)
        fail("expected mepc 0x%lx again, seen 0x%lx", seen.mepc, t->mepc);
    seen.n++;
    seen.mepc = t->mepc;
    seen.mcause = t->mcause;
    seen.mstatus = t->mstatus;
    if (seen.n >= seen.limit)
        csr_clear(mie, BIT(t->mcause & 63));
    return true;
}

static void expect_irqs(uint64_t limit)
{
    me()->irq = handler;
    seen.n = 0;
    seen.limit = limit;
}

static void pending_one(unsigned irq)
{
    check(mip_becomes(BIT(irq), false), "mip's bit is clear to begin with");
    line(irq, true);
    check(mip_becomes(BIT(irq), true), "mip's bit becomes set");
    csr_write(mip, 0);
    check_bits(csr_read(mip), BIT(irq), BIT(irq), "mip after writing 0: it is a wire");
    line(irq, false);
    check(mip_becomes(BIT(irq), false), "mip's bit becomes clear");
    csr_write(mip, ~0UL);
    check_bits(csr_read(mip), BIT(irq), 0, "mip after writing ones: it is a wire");
    csr_write(mip, 0);
}
static void pending(void)
{
    each_line(pending_one);
}

/* Nothing comes while it is masked in mie, or by MIE. */
static void masked_one(unsigned irq)
{
    expect_irqs(1);
    line(irq, true);
    mip_becomes(BIT(irq), true);
    irq_on();
    for (unsigned i = 0; i < 1000; i++)
        (void)csr_read(mip);
    check_eq(seen.n, 0, "interrupts with mie clear");
    irq_off();
    csr_write(mie, BIT(irq));
    for (unsigned i = 0; i < 1000; i++)
        (void)csr_read(mip);
    check_eq(seen.n, 0, "interrupts with MIE clear");
}
static void masked(void)
{
    each_line(masked_one);
}

/* A pending interrupt is taken right behind the instruction that lets it in. */
static void at_once_by(unsigned irq, uint32_t insn, uint64_t a0, const char *what)
{
    expect_irqs(1);
    struct trap t = run_insn(MODE_M, insn, a0, 0);
    irq_off();
    csr_write(mie, 0);
    check_eq(t.mcause, CAUSE_NONE, what);
    check_eq(seen.n, 1, what);
    check_eq(seen.mcause, CAUSE_IRQ(irq), what);
    check_eq(seen.mepc, code_pc(MODE_M) + 4, what);
    check_bits(seen.mstatus, MSTATUS_MPP | MSTATUS_MPIE | MSTATUS_MIE, MSTATUS_MPP | MSTATUS_MPIE,
               what);
}

static void at_once_one(unsigned irq)
{
    line(irq, true);
    mip_becomes(BIT(irq), true);
    irq_on();
    at_once_by(irq, INSN_CSRRS(X0, CSR_MIE, A0), BIT(irq), "csrs mie");
    irq_on();
    at_once_by(irq, INSN_CSRRW(X0, CSR_MIE, A0), BIT(irq), "csrw mie");
    csr_write(mie, BIT(irq));
    at_once_by(irq, INSN_I(OP_SYSTEM, 6, X0, MSTATUS_MIE, CSR_MSTATUS), 0, "csrsi mstatus");
    csr_write(mie, BIT(irq));
    at_once_by(irq, INSN_CSRRS(X0, CSR_MSTATUS, A0), MSTATUS_MIE, "csrs mstatus");
    csr_write(mie, BIT(irq));
    at_once_by(irq, INSN_CSRRW(A1, CSR_MSTATUS, A0), csr_read(mstatus) | MSTATUS_MIE,
               "csrw mstatus");
}
static void at_once(void)
{
    each_line(at_once_one);
}

/* mret to M with MPIE set: the interrupt comes before the first instruction there. */
static void mret_one(unsigned irq)
{
    static const uint32_t insns[] = {INSN_CSRRW(X0, CSR_MEPC, A1), INSN_MRET, INSN_NOP};
    line(irq, true);
    mip_becomes(BIT(irq), true);
    expect_irqs(1);
    csr_write(mstatus, MSTATUS_MPP | MSTATUS_MPIE);
    csr_write(mie, BIT(irq));
    run_code(MODE_M, insns, 3, 0, code_pc(MODE_M) + 8);
    irq_off();
    check_eq(seen.n, 1, "interrupts");
    check_eq(seen.mepc, code_pc(MODE_M) + 8, "mepc: where mret leads");
}
static void by_mret(void)
{
    each_line(mret_one);
}

/* Leaving M lets it in, whatever MIE and MPIE are; nothing is executed below. */
static void leaving_one(unsigned irq)
{
    line(irq, true);
    mip_becomes(BIT(irq), true);
    for (unsigned i = 0; i < 4; i++) {
        enum mode m = i & 1 ? MODE_S : MODE_U;
        csr_write(mie, BIT(irq));
        csr_write(mstatus, i & 2 ? MSTATUS_MPIE : 0);
        struct trap t = run_insn(m, INSN_I(0x13u, 0, A0, A0, 1), 5, 0);
        check_eq(t.mcause, CAUSE_IRQ(irq), "mcause");
        check_eq(t.mepc, code_pc(m), "mepc: nothing was executed");
        check_eq(low.x[A0], 5, "a0: nothing was executed");
        check_eq(FIELD_GET(MSTATUS_MPP, t.mstatus), m == MODE_S, "mstatus.MPP");
        check_bits(t.mstatus, MSTATUS_MPIE, i & 2 ? MSTATUS_MPIE : 0, "mstatus.MPIE");
        csr_write(mie, 0);
        check_eq(cause_of(m, INSN_NOP, 0, 0), CAUSE_NONE, "cause with mie clear");
    }
}
static void on_leaving(void)
{
    each_line(leaving_one);
}

/* A handler that returns and leaves the line as it is: again at once, the code makes no progress.
 */
static void uncleared_one(unsigned irq)
{
    line(irq, true);
    mip_becomes(BIT(irq), true);
    irq_on();
    expect_irqs(1000);
    static const uint32_t insns[] = {INSN_CSRRS(X0, CSR_MIE, A0), INSN_I(0x13u, 0, A1, A1, 1)};
    run_code(MODE_M, insns, 2, BIT(irq), 0);
    check_eq(seen.n, 1000, "interrupts");
    check_eq(seen.mepc, code_pc(MODE_M) + 4, "mepc of all");
    check_eq(low.x[A1], 1, "a1: the code went on once");
}
static void uncleared(void)
{
    each_line(uncleared_one);
}

/* The same below M: S makes no step until M clears it. */
static void uncleared_below_one(unsigned irq)
{
    line(irq, true);
    mip_becomes(BIT(irq), true);
    csr_write(mie, BIT(irq));
    run_insn(MODE_S, INSN_NOP, 0, 0);
    for (unsigned i = 0; i < 200; i++) {
        struct trap t = run_at(MODE_S, code_pc(MODE_S));
        if (!check_eq(t.mcause, CAUSE_IRQ(irq), "mcause"))
            break;
        check_eq(t.mepc, code_pc(MODE_S), "mepc");
    }
    line(irq, false);
    mip_becomes(BIT(irq), false);
    struct trap t = run_at(MODE_S, code_pc(MODE_S));
    check_eq(t.mcause, CAUSE_ECALL_S, "mcause when the line is down");
}
static void uncleared_below(void)
{
    each_line(uncleared_below_one);
}

/* Masked for long, with the other things going on; then one, and only one. */
static void long_masking_one(unsigned irq)
{
    line(irq, true);
    uint64_t end = now() + timebase / 20;
    while (now() < end)
        run_insn(MODE_S, INSN_NOP, 0, 0);
    check_bits(csr_read(mip), BIT(irq), BIT(irq), "still pending");
    expect_irqs(1);
    csr_write(mie, BIT(irq));
    irq_on();
    irq_off();
    check_eq(seen.n, 1, "interrupts");
}
static void long_masking(void)
{
    each_line(long_masking_one);
}

/* Nesting: MTI's handler lets MSI in, which is pending. */
static bool nest(struct trap *t)
{
    struct hart *h = me();
    csr_clear(mie, BIT(t->mcause & 63));
    if (t->mcause == CAUSE_IRQ(IRQ_MTI)) {
        uint64_t before = h->irqs[IRQ_MSI];
        csr_set(mie, BIT(IRQ_MSI));
        irq_on();
        irq_off();
        check_eq(h->irqs[IRQ_MSI], before + 1, "MSI inside the handler of MTI");
    } else {
        check_bits(t->mstatus, MSTATUS_MPP | MSTATUS_MPIE, MSTATUS_MPP | MSTATUS_MPIE,
                   "mstatus of the inner one");
        check_eq(h->depth, 2, "handlers under way");
    }
    return true;
}

static void nesting(void)
{
    if (!dev.msip)
        return;
    irq_off();
    csr_write(mie, BIT(IRQ_MTI));
    me()->irq = nest;
    line(IRQ_MSI, true);
    line(IRQ_MTI, true);
    mip_becomes(BIT(IRQ_MSI), true);
    mip_becomes(BIT(IRQ_MTI), true);
    uint64_t before = me()->irqs[IRQ_MTI];
    irq_on();
    irq_off();
    check_eq(me()->irqs[IRQ_MTI], before + 1, "MTI");
    line(IRQ_MSI, false);
    line(IRQ_MTI, false);
}

/* MEI, MSI, MTI, then S's. */
static uint64_t order_seen[6];
static unsigned order_n;
static bool in_order(struct trap *t)
{
    if (order_n < 6)
        order_seen[order_n++] = t->mcause & 63;
    csr_clear(mie, BIT(t->mcause & 63));
    return true;
}

static void order(void)
{
    static const uint64_t want[] = {IRQ_MEI, IRQ_MSI, IRQ_MTI, IRQ_SEI, IRQ_SSI, IRQ_STI};
    if (!dev.msip || !dev.plic)
        return;
    irq_off();
    csr_write(mie, 0);
    mei_setup();
    me()->irq = in_order;
    order_n = 0;
    for (unsigned i = 0; i < 3; i++)
        line(m_irq[i], true);
    csr_write(mip, S_IRQS);
    mip_becomes(BIT(IRQ_MEI), true);
    mip_becomes(BIT(IRQ_MTI), true);
    const uint64_t mask = M_IRQS | (S_IRQS & ~mideleg_fixed);
    csr_write(mie, mask);
    irq_on();
    irq_off();
    check_eq(order_n, mideleg_fixed ? 3 : 6, "interrupts");
    for (unsigned i = 0; i < order_n && (exact || has_smaia);
         i++) /* QEMU: lowest number, without AIA */
        check_eq(order_seen[i], want[i], "which one");
    csr_write(mip, 0);
    for (unsigned i = 0; i < 3; i++)
        line(m_irq[i], false);
    mei_end();
}

/* SEIP: M's software bit and the line of S's context of the PLIC. A read shows both or-ed; what a
 * read-modify-write writes back is the software bit alone. */
static void seip(void)
{
    if (!dev.plic)
        return;
    irq_off();
    csr_write(mie, 0);
    unsigned s = plic_context(me()->hartid) + 1;
    *plic_priority(dev.uart_irq) = 1;
    *plic_threshold(s) = 0;
    *plic_enable(s, dev.uart_irq) = BIT(dev.uart_irq % 32);
    uart_line(true);
    check(mip_becomes(BIT(IRQ_SEI), true), "the line shows in mip.SEIP");
    csr_clear(mip, BIT(IRQ_SEI));
    check_bits(csr_read(mip), BIT(IRQ_SEI), BIT(IRQ_SEI),
               "mip.SEIP after clearing the software bit");
    csr_set(mip, BIT(IRQ_SSI)); /* must not set the software bit */
    csr_clear(mip, BIT(IRQ_SSI));
    plic_quiet(s);
    check(mip_becomes(BIT(IRQ_SEI), false), "mip.SEIP goes with the line");
    csr_set(mip, BIT(IRQ_SEI));
    uart_line(true);
    mip_becomes(BIT(IRQ_SEI), true);
    plic_quiet(s);
    for (unsigned i = 0; i < 1000; i++)
        (void)csr_read(mip);
    check_bits(csr_read(mip), BIT(IRQ_SEI), BIT(IRQ_SEI),
               "the software bit stays when the line goes");
    csr_write(mip, 0);
    check_bits(csr_read(mip), BIT(IRQ_SEI), 0, "mip.SEIP with neither");
    *plic_enable(s, dev.uart_irq) = 0;
}

/* A line of S's context that M has not delegated is M's; delegated it is S's. */
static void sei_line(void)
{
    if (!dev.plic)
        return;
    irq_off();
    unsigned s = plic_context(me()->hartid) + 1;
    *plic_priority(dev.uart_irq) = 1;
    *plic_threshold(s) = 0;
    *plic_enable(s, dev.uart_irq) = BIT(dev.uart_irq % 32);
    uart_line(true);
    mip_becomes(BIT(IRQ_SEI), true);
    csr_write(mie, BIT(IRQ_SEI));
    expect_irqs(3);
    irq_on();
    irq_off();
    if (!(mideleg_fixed & BIT(IRQ_SEI))) {
        check_eq(seen.n, 3, "interrupts in M");
        check_eq(seen.mcause, CAUSE_IRQ(IRQ_SEI), "mcause");
    }
    csr_write(mie, BIT(IRQ_SEI));
    csr_write(mideleg, BIT(IRQ_SEI));
    csr_write(stvec, (uint64_t)vector);
    struct trap t = run_insn(MODE_U, INSN_NOP, 0, 0);
    check(taken_in(&t, MODE_S), "S takes it");
    check_eq(csr_read(scause), CAUSE_IRQ(IRQ_SEI), "scause");
    uint32_t c = *plic_claim(s);
    check_eq(c, dev.uart_irq, "the claim of S's context");
    check(mip_becomes(BIT(IRQ_SEI), false), "mip.SEIP once it is claimed");
    uart_line(false);
    *plic_claim(s) = c;
    *plic_enable(s, dev.uart_irq) = 0;
}

/* Sstc: menvcfg.STCE makes STIP the comparator's, and mip.STIP read-only. */
static void stimecmp(void)
{
    if (!has_menvcfg)
        return;
    irq_off();
    csr_write(mie, 0);
    csr_write(0x30a, MENVCFG_STCE);
    if (!(csr_read(0x30a) & MENVCFG_STCE)) {
        note("no Sstc");
        return;
    }
    csr_write(0x14d, ~0UL);
    csr_write(mip, BIT(IRQ_STI));
    check_bits(csr_read(mip), BIT(IRQ_STI), 0, "mip.STIP after writing 1");
    csr_write(0x14d, 0);
    check_bits(csr_read(mip), BIT(IRQ_STI), BIT(IRQ_STI), "mip.STIP when stimecmp has passed");
    csr_write(mip, 0);
    check_bits(csr_read(mip), BIT(IRQ_STI), BIT(IRQ_STI), "mip.STIP after writing 0");
    csr_write(mideleg, BIT(IRQ_STI));
    csr_write(mie, BIT(IRQ_STI));
    csr_write(stvec, (uint64_t)vector);
    struct trap t = run_insn(MODE_U, INSN_NOP, 0, 0);
    check(taken_in(&t, MODE_S), "S takes it");
    check_eq(csr_read(scause), CAUSE_IRQ(IRQ_STI), "scause");
    csr_write(0x14d, ~0UL);
    check_bits(csr_read(mip), BIT(IRQ_STI), 0, "mip.STIP when stimecmp is far");
    check_eq(cause_of(MODE_U, INSN_NOP, 0, 0), CAUSE_NONE, "cause then");
    csr_write(0x30a, 0);
    check_eq(cause_of(MODE_S, INSN_CSRRS(A0, CSR_STIMECMP, X0), 0, 0), CAUSE_ILLEGAL,
             "stimecmp in S with STCE clear");
}

/* Firmware that never turns its interrupts off, and works in the open. */
static void always_open(void)
{
    me()->irq = 0;
    csr_write(mie, BIT(IRQ_MTI) | (dev.msip ? BIT(IRQ_MSI) : 0));
    irq_on();
    uint64_t n = me()->irqs[IRQ_MTI];
    for (unsigned i = 0; i < 200; i++) {
        uint64_t want = me()->irqs[IRQ_MTI] + 1;
        timer_set(now() + 200);
        csr_write(mscratch, i);
        check_eq(csr_read(mscratch), i, "mscratch");
        while (me()->irqs[IRQ_MTI] < want)
            ;
    }
    check_eq(me()->irqs[IRQ_MTI] - n, 200, "interrupts");
}

TESTS("mirq", {"pending", "Machine Interrupt Registers", pending},
      {"masked", "Machine Interrupt Registers", masked},
      {"at_once", "Machine Interrupt Registers", at_once},
      {"by_mret", "Machine Interrupt Registers", by_mret},
      {"on_leaving", "Machine Interrupt Registers", on_leaving},
      {"uncleared", "Machine Interrupt Registers", uncleared},
      {"uncleared_below", "Machine Interrupt Registers", uncleared_below},
      {"long_masking", "Machine Interrupt Registers", long_masking},
      {"nesting", "Machine Status", nesting}, {"order", "Machine Interrupt Registers", order},
      {"seip", "Machine Interrupt Registers, SEIP", seip},
      {"sei_line", "Machine Trap Delegation", sei_line}, {"stimecmp", "Sstc", stimecmp},
      {"always_open", "Machine Timer Registers", always_open});
