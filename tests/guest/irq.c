/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts: hvip, hip, hie and hideleg; who takes what, in which order, and that HS's and VS's
 * never mix. */
#include "csr.h"
#include "env.h"
#include "sbi.h"
#include "test.h"

static const unsigned vs_irqs[] = {IRQ_VSSI, IRQ_VSTI, IRQ_VSEI};
static const uint32_t nop = INSN_NOP;

static void guest_env(void)
{
    env_set(MODE_BARE, MODE_SV39);
    vs_vector_set(1);
}

static struct trap run_nop(enum mode mode)
{
    return run_code(mode, &nop, 1, 0, 0);
}

static void check_in_vs(const struct trap *t, enum mode mode, unsigned irq, bool sie)
{
    if (!taken_in_vs(t)) {
        fail("expected VS to take it, seen scause 0x%lx at 0x%lx", t->scause, t->sepc);
        return;
    }
    check_eq(vs_vector_entry(t), irq - 1, "entry of vstvec, which is vectored");
    check_eq(csr_read(vscause), CAUSE_IRQ(irq - 1), "vscause");
    check_eq(csr_read(vsepc), code_pc(mode), "vsepc");
    check_eq(csr_read(vstval), 0, "vstval");
    uint64_t want = (mode == MODE_VS ? SSTATUS_SPP : 0) | (sie ? SSTATUS_SPIE : 0);
    check_bits(csr_read(vsstatus), SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_SIE, want, "vsstatus");
}

static void check_in_hs(const struct trap *t, enum mode mode, unsigned irq)
{
    check_eq(t->scause, CAUSE_IRQ(irq), "scause");
    check_eq(t->sepc, code_pc(mode), "sepc");
    check_eq(t->stval | t->htval | t->htinst, 0, "stval, htval and htinst");
    check_bits(t->hstatus, HSTATUS_SPV | HSTATUS_GVA, mode == MODE_U ? 0 : HSTATUS_SPV,
               "hstatus.SPV and GVA");
    check_bits(t->sstatus, SSTATUS_SPP, mode == MODE_VS ? SSTATUS_SPP : 0, "sstatus.SPP");
    if (mode != MODE_U)
        check_bits(t->hstatus, HSTATUS_SPVP, mode == MODE_VS ? HSTATUS_SPVP : 0, "SPVP");
}

/* Each VS interrupt, delegated or not, enabled or not, SIE set or not, in U, VU and VS. */
static void delivery_case(unsigned irq, enum mode mode, bool deleg, bool hie, bool sie)
{
    csr_write(hideleg, deleg ? BIT(irq) : VS_IRQS & ~BIT(irq));
    csr_write(hie, hie ? BIT(irq) : VS_IRQS & ~BIT(irq));
    csr_write(vsstatus, sie ? SSTATUS_SIE : 0);
    csr_write(hvip, BIT(irq));
    context("irq %u in %s, hideleg %u, hie %u, SIE %u", irq, name_of(mode), deleg, hie, sie);
    struct trap t = run_nop(mode);
    csr_write(hvip, 0);
    if (hie && !deleg)
        check_in_hs(&t, mode, irq);
    else if (hie && deleg && (mode == MODE_VU || (mode == MODE_VS && sie)))
        check_in_vs(&t, mode, irq, sie);
    else if (!check(completed(&t), "nothing is taken"))
        fail("seen scause 0x%lx", t.scause);
}

static void delivery(void)
{
    static const enum mode modes[] = {MODE_U, MODE_VU, MODE_VS};
    guest_env();
    irq_off();
    for (unsigned i = 0; i < 3; i++) {
        for (unsigned m = 0; m < 3; m++) {
            for (unsigned c = 0; c < 8; c++)
                delivery_case(vs_irqs[i], modes[m], c & 1, c & 2, c & 4);
        }
    }
}

static volatile uint64_t hs_cause, hs_hstatus;
static bool on_any(const struct trap *t)
{
    if (t->scause == CAUSE_IRQ(IRQ_STI))
        return false;
    if (hs_cause == 0) {
        hs_cause = t->scause;
        hs_hstatus = t->hstatus;
    }
    csr_write(hvip, 0);
    csr_clear(sip, BIT(IRQ_SSI));
    return true;
}

/* HS itself takes what is not delegated, if its SIE is set; never what is. Where nothing traps when
 * HS sets SIE, it may take a moment. */
static void in_hs(void)
{
    guest_env();
    me()->irq = on_any;
    for (unsigned i = 0; i < 3; i++) {
        for (unsigned c = 0; c < 8; c++) {
            bool deleg = c & 1, hie = c & 2, sie = c & 4;
            irq_off();
            csr_write(hvip, BIT(vs_irqs[i]));
            csr_write(hideleg, deleg ? BIT(vs_irqs[i]) : 0);
            csr_write(hie, hie ? BIT(vs_irqs[i]) : 0);
            hs_cause = 0;
            if (sie)
                irq_on();
            for (uint64_t end = rdtime() + (hie && sie && !deleg ? PATIENCE : timebase / 1000);
                 hs_cause == 0 && rdtime() < end;)
                ; /* bounded, not at once: without H in hardware it is looked for (docs/limits.md)
                   */
            irq_off();
            csr_write(hvip, 0);
            context("irq %u in HS, hideleg %u, hie %u, SIE %u", vs_irqs[i], deleg, hie, sie);
            check_eq(hs_cause, hie && sie && !deleg ? CAUSE_IRQ(vs_irqs[i]) : 0, "scause");
            if (hs_cause)
                check_bits(hs_hstatus, HSTATUS_SPV | HSTATUS_GVA, 0, "hstatus.SPV and GVA");
        }
    }
}

/* In VS: SEI before SSI before STI. QEMU's harts without AIA, who take VS's interrupts themselves
 * also where H is emulated, go by the lowest number, so SEI is only tried with and without the
 * others. */
static void vs_priority(void)
{
    guest_env();
    csr_write(hideleg, VS_IRQS);
    csr_write(hie, VS_IRQS);
    for (unsigned p = 1; p < 8; p++) {
        uint64_t pending =
            (p & 1 ? BIT(IRQ_VSEI) : 0) | (p & 2 ? BIT(IRQ_VSSI) : 0) | (p & 4 ? BIT(IRQ_VSTI) : 0);
        csr_write(vsstatus, SSTATUS_SIE);
        csr_write(hvip, pending);
        struct trap t = run_nop(MODE_VS);
        csr_write(hvip, 0);
        context("pending 0x%lx", pending);
        unsigned first = p & 1 ? IRQ_VSEI : p & 2 ? IRQ_VSSI : IRQ_VSTI;
        if ((p & 1) && csr_read(vscause) != CAUSE_IRQ(IRQ_SEI))
            first = p & 2 ? IRQ_VSSI : p & 4 ? IRQ_VSTI : IRQ_VSEI;
        check_in_vs(&t, MODE_VS, first, true);
    }
}

/* In HS: SSI, STI, VSEI, VSSI, VSTI; and all of HS's before VS's own. */
static void hs_priority(void)
{
    guest_env();
    irq_off();
    csr_write(sie, BIT(IRQ_SSI));
    csr_write(hie, VS_IRQS);
    csr_write(vsstatus, SSTATUS_SIE);
    for (unsigned p = 1; p < 32; p++) {
        uint64_t hvip =
            (p & 1 ? BIT(IRQ_VSEI) : 0) | (p & 2 ? BIT(IRQ_VSSI) : 0) | (p & 4 ? BIT(IRQ_VSTI) : 0);
        uint64_t deleg = p & 16 ? BIT(IRQ_VSEI) : 0;
        csr_write(hvip, hvip);
        csr_write(hideleg, deleg);
        csr_write(sip, p & 8 ? BIT(IRQ_SSI) : 0);
        struct trap t = run_nop(MODE_VS);
        context("hvip 0x%lx, SSIP %u, hideleg 0x%lx", hvip, p >> 3 & 1, deleg);
        uint64_t to_hs = hvip & ~deleg;
        if (!exact && (to_hs & BIT(IRQ_VSEI)) && to_hs != BIT(IRQ_VSEI))
            continue; /* QEMU without AIA takes the lowest number */
        if (p & 8)
            check_in_hs(&t, MODE_VS, IRQ_SSI);
        else if (to_hs)
            check_in_hs(&t, MODE_VS,
                        to_hs & BIT(IRQ_VSEI)   ? IRQ_VSEI
                        : to_hs & BIT(IRQ_VSSI) ? IRQ_VSSI
                                                : IRQ_VSTI);
        else if (hvip)
            check_in_vs(&t, MODE_VS, IRQ_VSEI, true);
        csr_write(vsstatus, SSTATUS_SIE);
        csr_write(hvip, 0);
        csr_write(sip, 0);
    }
}

/* VS works on its own sip and sie: sets and clears SSIP, cannot touch STIP and SEIP. */
static void sip_in_vs(void)
{
    guest_env();
    irq_off();
    csr_write(hideleg, VS_IRQS);
    csr_write(hvip, VS_IRQS);
    run_insn(MODE_VS, INSN_CSRRC(A0, CSR_SIP, A0), ~0UL, 0);
    check_bits(regs.x[A0], 0xffff, VS_IRQS >> 1, "sip that VS reads");
    check_eq(csr_read(hvip), BIT(IRQ_VSTI) | BIT(IRQ_VSEI), "hvip after VS clears all of sip");
    csr_write(hvip, 0);
    run_insn(MODE_VS, INSN_CSRRS(X0, CSR_SIP, A0), ~0UL, 0);
    check_eq(csr_read(hvip), BIT(IRQ_VSSI), "hvip after VS sets all of sip");
    check_bits(csr_read(sip), BIT(IRQ_SSI), 0, "SSIP of HS");
    csr_write(hvip, 0);
}

/* An interrupt that an instruction of VS makes possible is taken right behind it. */
static void taken_behind(void)
{
    static const struct {
        const char *name;
        uint32_t insn;
        uint64_t a0, hvip, hie, vsstatus;
    } rows[] = {
        {"setting SSIP", INSN_CSRRS(X0, CSR_SIP, A0), 2, 0, BIT(IRQ_VSSI), SSTATUS_SIE},
        {"setting SIE", INSN_CSRRS(X0, CSR_SSTATUS, A0), 2, BIT(IRQ_VSSI), BIT(IRQ_VSSI), 0},
        {"setting SSIE", INSN_CSRRS(X0, CSR_SIE, A0), 2, BIT(IRQ_VSSI), 0, SSTATUS_SIE},
        {"writing sie", INSN_CSRRW(X0, CSR_SIE, A0), 2, BIT(IRQ_VSSI), 0, SSTATUS_SIE},
        {"csrsi sstatus", INSN_I(OP_SYSTEM, 6, 0, 2, CSR_SSTATUS), 0, BIT(IRQ_VSSI), BIT(IRQ_VSSI),
         0},
    };
    guest_env();
    csr_write(hideleg, VS_IRQS);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        const uint32_t code[] = {rows[i].insn, INSN_NOP};
        csr_write(hvip, rows[i].hvip);
        csr_write(hie, rows[i].hie);
        csr_write(vsstatus, rows[i].vsstatus);
        struct trap t = run_code(MODE_VS, code, 2, rows[i].a0, 0);
        context("%s", rows[i].name);
        check(taken_in_vs(&t), "VS takes it");
        check_eq(csr_read(vscause), CAUSE_IRQ(IRQ_SSI), "vscause");
        check_eq(csr_read(vsepc), code_pc(MODE_VS) + 4, "vsepc");
    }
    /* SRET to VU, and to VS with SPIE. */
    for (unsigned i = 0; i < 2; i++) {
        csr_write(hvip, BIT(IRQ_VSSI));
        csr_write(hie, BIT(IRQ_VSSI));
        csr_write(vsstatus, i ? SSTATUS_SPP | SSTATUS_SPIE : 0);
        csr_write(vsepc, 0x1230);
        struct trap t = run_insn(MODE_VS, INSN_SRET, 0, 0);
        context(i ? "SRET to VS" : "SRET to VU");
        check(taken_in_vs(&t), "VS takes it");
        check_eq(csr_read(vscause), CAUSE_IRQ(IRQ_SSI), "vscause");
        check_eq(csr_read(vsepc), 0x1230, "vsepc");
    }
    csr_write(hvip, 0);
}

/* In its handler VS has SIE clear: nothing more comes until it allows it. */
static void masked_in_handler(void)
{
    guest_env();
    csr_write(hideleg, VS_IRQS);
    csr_write(hie, VS_IRQS);
    csr_write(vsstatus, SSTATUS_SIE);
    csr_write(hvip, VS_IRQS);
    struct trap t = run_nop(MODE_VS);
    check(taken_in_vs(&t), "VS takes the first");
    check_bits(csr_read(vsstatus), SSTATUS_SIE | SSTATUS_SPIE, SSTATUS_SPIE, "vsstatus");
    t = run_nop(MODE_VS);
    check(completed(&t), "nothing is taken while SIE is clear");
    t = run_nop(MODE_VU);
    check(taken_in_vs(&t), "VU is interrupted whatever SIE is");
    csr_write(hvip, 0);
}

/* hideleg cleared or set under a pending interrupt moves it between HS and VS. */
static void moved(void)
{
    guest_env();
    irq_off();
    for (unsigned i = 0; i < 6; i++) {
        csr_write(hie, VS_IRQS);
        csr_write(hvip, BIT(IRQ_VSTI));
        csr_write(hideleg, i & 1 ? VS_IRQS : 0);
        csr_write(vsstatus, SSTATUS_SIE);
        struct trap t = run_nop(MODE_VS);
        context("round %u", i);
        if (i & 1)
            check_in_vs(&t, MODE_VS, IRQ_VSTI, true);
        else
            check_in_hs(&t, MODE_VS, IRQ_VSTI);
    }
    csr_write(hvip, 0);
}

/* HS's software interrupt and VS's are two bits, whoever runs. */
static void ssip_apart(void)
{
    guest_env();
    irq_off();
    csr_write(sie, 0);
    csr_write(hideleg, VS_IRQS);
    csr_write(hie, 0);
    for (unsigned i = 0; i < 4; i++) {
        bool hs = i & 1, vs = i & 2;
        csr_write(sip, hs ? BIT(IRQ_SSI) : 0);
        csr_write(hvip, vs ? BIT(IRQ_VSSI) : 0);
        context("HS %u, VS %u", hs, vs);
        run_insn(MODE_VS, INSN_CSRRS(A0, CSR_SIP, X0), 0, 0);
        check_bits(regs.x[A0], 2, vs ? 2 : 0, "SSIP that VS reads");
        check_bits(csr_read(sip), 2, hs ? 2 : 0, "SSIP of HS after VS has run");
        run_insn(MODE_VS, INSN_CSRRC(X0, CSR_SIP, A0), 2, 0);
        check_bits(csr_read(sip), 2, hs ? 2 : 0, "SSIP of HS after VS clears its own");
        check_bits(csr_read(hvip), BIT(IRQ_VSSI), 0, "VSSIP after VS clears it");
        run_insn(MODE_VS, INSN_CSRRS(X0, CSR_SIP, A0), 2, 0);
        check_bits(csr_read(sip), 2, hs ? 2 : 0, "SSIP of HS after VS sets its own");
        check_bits(csr_read(hvip), BIT(IRQ_VSSI), BIT(IRQ_VSSI), "VSSIP after VS sets it");
        csr_write(sip, hs ? 0 : BIT(IRQ_SSI));
        check_bits(csr_read(hvip), BIT(IRQ_VSSI), BIT(IRQ_VSSI), "VSSIP after HS turns its own");
    }
    csr_write(sip, 0);
    csr_write(hvip, 0);
}

/* HS's masked timer interrupt is invisible to VS, and still there afterwards. */
static void stip_apart(void)
{
    guest_env();
    irq_off();
    csr_write(sie, 0);
    csr_write(hideleg, VS_IRQS);
    csr_write(hie, VS_IRQS);
    csr_write(vsstatus, SSTATUS_SIE);
    timer_set(0);
    for (unsigned i = 0; i < 4; i++) {
        context("round %u", i);
        check_bits(csr_read(sip), BIT(IRQ_STI), BIT(IRQ_STI), "STIP of HS");
        run_insn(i & 1 ? MODE_VU : MODE_VS, INSN_CSRRS(A0, CSR_TIME, X0), 0, 0);
        struct trap t = run_insn(MODE_VS, INSN_CSRRS(A0, CSR_SIP, X0), 0, 0);
        check(completed(&t), "nothing is taken in VS");
        check_bits(regs.x[A0], BIT(IRQ_STI), 0, "STIP that VS reads");
    }
    timer_clear();
    check_bits(csr_read(sip), BIT(IRQ_STI), 0, "STIP of HS with the timer far away");
    csr_write(hvip, BIT(IRQ_VSTI));
    check_bits(csr_read(sip), BIT(IRQ_STI), 0, "STIP of HS with hvip.VSTIP set");
    csr_write(hvip, 0);
    csr_write(sie, BIT(IRQ_STI));
}

/* An IPI to the own hart by SBI: taken by HS in HS, and out of VS and VU. */
static void own_ipi(void)
{
    guest_env();
    me()->irq = on_any;
    irq_off();
    csr_write(sie, BIT(IRQ_SSI));
    csr_write(hideleg, VS_IRQS);
    csr_write(hie, VS_IRQS);
    csr_write(vsstatus, SSTATUS_SIE);
    for (enum mode mode = MODE_VU; mode <= MODE_VS; mode++) {
        context("%s", name_of(mode));
        check_eq((uint64_t)sbi_send_ipi(1, me()->hartid).error, 0, "SBI error");
        uint64_t end = rdtime() + PATIENCE;
        while (!(csr_read(sip) & BIT(IRQ_SSI)) && rdtime() < end)
            ;
        check_bits(csr_read(sip), BIT(IRQ_SSI), BIT(IRQ_SSI), "SSIP");
        check_bits(csr_read(hvip), BIT(IRQ_VSSI), 0, "hvip.VSSIP");
        struct trap t = run_nop(mode);
        check_in_hs(&t, mode, IRQ_SSI);
        csr_clear(sip, BIT(IRQ_SSI));
        check_bits(csr_read(sip), BIT(IRQ_SSI), 0, "SSIP after HS has cleared it");
    }
    hs_cause = 0;
    sbi_send_ipi(1, me()->hartid);
    irq_on();
    uint64_t end = rdtime() + PATIENCE;
    while (!hs_cause && rdtime() < end)
        ;
    context("HS");
    check_eq(hs_cause, CAUSE_IRQ(IRQ_SSI), "scause");
    csr_write(sie, BIT(IRQ_STI));
}

/* WFI in VS completes when something is pending and enabled in sie, SIE set or not. */
static void wfi_pending(void)
{
    static const uint32_t code[] = {INSN_WFI, INSN_NOP};
    guest_env();
    csr_write(hideleg, VS_IRQS);
    csr_write(hie, VS_IRQS);
    for (unsigned i = 0; i < 3; i++) {
        csr_write(vsstatus, 0);
        csr_write(hvip, BIT(vs_irqs[i]));
        struct trap t = run_code(MODE_VS, code, 2, 0, 0);
        context("irq %u", vs_irqs[i]);
        check(completed(&t), "WFI completes, nothing is taken");
    }
    csr_write(hvip, 0);
}

/* WFI in VS gives way to HS's interrupts. */
static void wfi_hs_timer(void)
{
    static const uint32_t code[] = {INSN_WFI, 0xffdff06f /* j -4 */};
    guest_env();
    irq_off();
    for (unsigned i = 0; i < 4; i++) {
        uint64_t start = rdtime();
        timer_set(start + timebase / 1000);
        csr_write(vsstatus, i & 1 ? SSTATUS_SIE : 0);
        struct trap t = run_code(MODE_VS, code, 2, 0, 0);
        context("round %u", i);
        check_eq(t.scause, CAUSE_IRQ(IRQ_STI), "scause");
        check_bits(t.hstatus, HSTATUS_SPV, HSTATUS_SPV, "hstatus.SPV");
        check(rdtime() - start >= timebase / 1000, "not before the deadline");
    }
}

TESTS("irq",                                                 /**/
      {"delivery", "norm:hideleg_hs", delivery},             /**/
      {"in_hs", "norm:hideleg_hs", in_hs},                   /**/
      {"vs_priority", "norm:hideleg_trans", vs_priority},    /**/
      {"hs_priority", "norm:hsint_priority", hs_priority},   /**/
      {"sip_in_vs", "norm:vsip_vsie_ssi", sip_in_vs},        /**/
      {"taken_behind", "machine: Interrupts", taken_behind}, /**/
      {"masked_in_handler", "norm:H_trap_vs_csrwrites", masked_in_handler},
      {"moved", "norm:hideleg_op", moved},                    /**/
      {"ssip_apart", "norm:vsip_vsie_sz_acc_op", ssip_apart}, /**/
      {"stip_apart", "norm:vsip_vsie_sz_acc_op", stip_apart}, /**/
      {"own_ipi", "SBI: IPI", own_ipi},                       /**/
      {"wfi_pending", "machine: WFI", wfi_pending},           /**/
      {"wfi_hs_timer", "machine: WFI", wfi_hs_timer});
