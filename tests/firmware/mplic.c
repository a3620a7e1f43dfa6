/* SPDX-License-Identifier: BSD-2-Clause */
/* The PLIC as M sees it: its own context, S's beside it. The UART is the source. */
#include "dev.h"
#include "low.h"

static unsigned m, s, src;

static bool mip_is(uint64_t irq, bool on)
{
    for (unsigned i = 0; i < 100000; i++) {
        if (!(csr_read(mip) & BIT(irq)) == !on)
            return true;
    }
    return false;
}

static void enable(unsigned context, bool on)
{
    uint32_t bit = 1u << (src % 32);
    volatile uint32_t *r = plic_enable(context, src);
    *r = on ? *r | bit : *r & ~bit;
    *plic_threshold(context) = 0; /* QEMU looks at the enables only when something else changes */
}

static bool begin(void)
{
    if (!dev.plic || !dev.uart_irq) {
        note("no PLIC");
        return false;
    }
    irq_off();
    csr_write(mie, 0);
    m = plic_context(me()->hartid);
    s = m + 1;
    src = dev.uart_irq;
    *plic_priority(src) = 1;
    *plic_threshold(m) = *plic_threshold(s) = 0;
    return true;
}

static void end(void)
{
    uart_line(false);
    for (unsigned c = m; c <= s; c++) {
        enable(c, true);
        uint32_t got = *plic_claim(c);
        if (got)
            *plic_claim(c) = got;
        enable(c, false);
        *plic_threshold(c) = 0;
    }
    *plic_priority(src) = 0;
}

static void registers(void)
{
    if (!begin())
        return;
    for (uint32_t i = 0; i < 8; i++) {
        *plic_priority(src) = i;
        check_eq(*plic_priority(src), i, "priority");
        *plic_threshold(m) = i;
        check_eq(*plic_threshold(m), i, "threshold");
    }
    check_eq(*plic_priority(0), 0, "priority of source 0");
    *plic_threshold(m) = 0;
    *plic_enable(m, 0) = ~1u;
    check_bits(*plic_enable(m, 0), 1u << src | 1, 1u << src, "enables, source 0 is none");
    *plic_enable(m, 0) = 0;
    check_eq(*plic_enable(m, 0), 0, "enables");
    *plic_enable(m, src) = 1u << src;
    check_eq(*plic_enable(s, src) & (1u << src), 0, "the enables of S's context are its own");
    end();
}

static void flow(void)
{
    if (!begin())
        return;
    enable(m, true);
    check_eq(*plic_claim(m), 0, "claim with nothing pending");
    uart_line(true);
    check(mip_is(IRQ_MEI, true), "MEIP with the source pending");
    check_bits(*plic_pending(src), 1u << src, 1u << src, "pending");
    check_eq(*plic_claim(m), src, "claim");
    check(mip_is(IRQ_MEI, false), "MEIP is clear while it is claimed");
    check_eq(*plic_claim(m), 0, "claim again");
    check_bits(*plic_pending(src), 1u << src, 0, "pending, claimed");
    uart_line(false);
    *plic_claim(m) = src;
    check(mip_is(IRQ_MEI, false), "MEIP is clear after completion, the line is down");
    end();
}

static void thresholds(void)
{
    if (!begin())
        return;
    enable(m, true);
    uart_line(true);
    mip_is(IRQ_MEI, true);
    for (uint32_t prio = 0; prio < 8; prio++) {
        *plic_priority(src) = prio;
        for (uint32_t th = 0; th < 8; th++) {
            context("priority %u, threshold %u", prio, th);
            *plic_threshold(m) = th;
            check(mip_is(IRQ_MEI, prio > th), "MEIP if the priority exceeds the threshold");
        }
    }
    *plic_threshold(m) = 0;
    end();
}

static void enables(void)
{
    if (!begin())
        return;
    uart_line(true);
    check(mip_is(IRQ_MEI, false), "MEIP with the source not enabled");
    enable(m, true);
    check(mip_is(IRQ_MEI, true), "MEIP when it becomes enabled");
    enable(m, false);
    check(mip_is(IRQ_MEI, false), "MEIP when it becomes disabled");
    check_eq(*plic_claim(m), 0, "claim while it is disabled");
    end();
}

/* Both contexts hear of it; who claims first has it. */
static void both(void)
{
    if (!begin())
        return;
    enable(m, true);
    enable(s, true);
    uart_line(true);
    check(mip_is(IRQ_MEI, true), "MEIP");
    check(mip_is(IRQ_SEI, true), "SEIP");
    check_eq(*plic_claim(s), src, "claim by S's context");
    check(mip_is(IRQ_MEI, false), "MEIP once S's context has claimed it");
    check(mip_is(IRQ_SEI, false), "SEIP once S's context has claimed it");
    check_eq(*plic_claim(m), 0, "claim by M's context");
    uart_line(false);
    *plic_claim(s) = src;
    uart_line(true);
    check(mip_is(IRQ_MEI, true), "MEIP, the second time");
    check_eq(*plic_claim(m), src, "claim by M's context");
    check(mip_is(IRQ_SEI, false), "SEIP once M's context has claimed it");
    uart_line(false);
    *plic_claim(m) = src;
    end();
}

static void meip_read_only(void)
{
    if (!begin())
        return;
    csr_write(mip, BIT(IRQ_MEI));
    check_bits(csr_read(mip), BIT(IRQ_MEI), 0, "MEIP after writing 1");
    enable(m, true);
    uart_line(true);
    mip_is(IRQ_MEI, true);
    csr_write(mip, 0);
    check_bits(csr_read(mip), BIT(IRQ_MEI), BIT(IRQ_MEI), "MEIP after writing 0");
    end();
}

/* The handler's way: claim, serve, complete, with the interrupt taken for real; from S, too. */
static volatile uint64_t served;
static bool serve(struct trap *t)
{
    uint32_t got = *plic_claim(m);
    check_eq(got, src, "claim");
    uart_line(false);
    *plic_claim(m) = got;
    served = served + 1;
    return t->mcause == CAUSE_IRQ(IRQ_MEI);
}

static void taken(void)
{
    if (!begin())
        return;
    enable(m, true);
    me()->irq = serve;
    served = 0;
    csr_write(mie, BIT(IRQ_MEI));
    for (unsigned i = 1; i <= 100; i++) {
        uart_line(true);
        uint64_t until = now() + PATIENCE;
        if (i & 1) {
            irq_on();
            while (served != i && now() < until)
                ;
            irq_off();
        } else {
            mip_is(IRQ_MEI, true);
            struct trap t = run_insn(MODE_S, INSN_NOP, 0, 0);
            check_eq(t.mcause, CAUSE_IRQ(IRQ_MEI), "mcause from S");
            serve(&t);
        }
        if (!check_eq(served, i, "interrupts served"))
            break;
    }
    end();
}

/* A completion of what the context has not enabled, or of no source, is ignored. */
static void wrong_completion(void)
{
    if (!begin())
        return;
    enable(m, true);
    uart_line(true);
    mip_is(IRQ_MEI, true);
    check_eq(*plic_claim(m), src, "claim");
    *plic_claim(m) = 0;
    *plic_claim(m) = 1023;
    for (unsigned i = 0; i < 100; i++)
        (void)csr_read(mip);
    check_bits(csr_read(mip), BIT(IRQ_MEI), 0, "MEIP: still claimed");
    uart_line(false);
    *plic_claim(m) = src;
    end();
}

/* S reaches S's context, and takes its interrupt by itself; M is not asked. */
static void s_alone(void)
{
    if (!begin())
        return;
    enable(s, true);
    csr_write(mideleg, BIT(IRQ_SEI));
    csr_write(mie, BIT(IRQ_SEI) | BIT(IRQ_MEI));
    csr_write(stvec, (uint64_t)vector);
    uart_line(true);
    mip_is(IRQ_SEI, true);
    check_bits(csr_read(mip), BIT(IRQ_MEI), 0, "MEIP");
    struct trap t = run_insn(MODE_U, INSN_NOP, 0, 0);
    check(taken_in(&t, MODE_S), "S takes it");
    t = run_insn(MODE_S, INSN_LOAD(2, A1, A0, 0), (uint64_t)plic_claim(s), 0);
    check_eq(low.x[A1], src, "claim, by S itself");
    uart_line(false);
    run_insn(MODE_S, INSN_STORE(2, A1, A0, 0), (uint64_t)plic_claim(s), src);
    check(mip_is(IRQ_SEI, false), "SEIP afterwards");
    end();
}

TESTS("mplic", {"registers", "PLIC", registers}, {"flow", "PLIC: Interrupt Flow", flow},

      {"thresholds", "PLIC: Priority Thresholds", thresholds},
      {"enables", "PLIC: Interrupt Enables", enables},
      {"both", "PLIC: Interrupt Claim Process", both},
      {"meip_read_only", "Machine Interrupt Registers", meip_read_only},
      {"taken", "PLIC: Interrupt Flow", taken},
      {"wrong_completion", "PLIC: Interrupt Completion", wrong_completion},
      {"s_alone", "PLIC: Memory Map", s_alone});
