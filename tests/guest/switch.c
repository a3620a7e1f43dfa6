/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A guest entered over and over, by sret and by NACL's sync_sret. Entries that are alike are what a
 * monitor makes short; here one thing changes between two of them, and has to take effect at the
 * next.
 */
#include "csr.h"
#include "nacl.h"
#include "test.h"
#include "worker.h"

#define VA        TEST_VA
#define CODE      (TEST_VA + PAGE)
#define BEQ_BACK  0xfe050ee3u /* beq a0, x0, -4 */
#define INSN_SELF 0x0000006fu /* j to itself */
#define SSI       BIT(IRQ_SSI)
#define STI       BIT(IRQ_STI)
#define SEI       BIT(IRQ_SEI)

static bool by_nacl;

static void put(unsigned csr, uint64_t v)
{
    if (by_nacl)
        nacl_put(csr, v);
    else
        hs_csr_write(csr, v);
}

/* The guest's code, an ECALL behind it. */
static void code_set(const uint32_t *insn, unsigned n)
{
    uint32_t *code = (uint32_t *)(void *)frames[1];
    for (unsigned i = 0; i < n; i++)
        code[i] = insn[i];
    code[n] = INSN_ECALL;
    __asm__ volatile("fence.i" ::: "memory");
}

static struct trap enter(void)
{
    return by_nacl ? nacl_run(MODE_VS, CODE, HSTATUS_SPVP) : run_at(MODE_VS, CODE);
}

static void begin(void)
{
    hart_reset();
    irq_off();
    env_set(MODE_SV39, MODE_SV39);
    vs_map(VA, frames[0], PTE_V | PTE_X | PTE_A | PTE_D, 0);
    vs_map(CODE, frames[1], PTE_FULL, 0);
    hs_csr_write(CSR_HIDELEG, VS_IRQS);
    if (sstc)
        csr_set(henvcfg, HENVCFG_STCE);
}

static void each_way(void (*test)(void))
{
    by_nacl = false;
    begin();
    test();
    if (!sbi_probe(SBI_EXT_NACL) || !nacl_begin())
        return;
    by_nacl = true;
    begin();
    test();
    begin();
    nacl_end();
}

/* What is changed; what VS sees from then on of sip and sie, and whether it may read what it may
 * execute. */
static const struct change {
    const char *name;
    unsigned csr;
    uint64_t value;
    uint64_t sip, sie;
    bool mxr, timer;
} changes[] = {
    {"nothing", CSR_HTVAL, 0, 0, 0, false, false},
    {"hvip", CSR_HVIP, BIT(IRQ_VSSI) | BIT(IRQ_VSEI), SSI | SEI, 0, false, false},
    {"another hvip", CSR_HVIP, BIT(IRQ_VSTI), STI, 0, false, false},
    {"no hvip", CSR_HVIP, 0, 0, 0, false, false},
    {"hie", CSR_HIE, BIT(IRQ_VSSI) | BIT(IRQ_VSTI), 0, SSI | STI, false, false},
    {"hideleg", CSR_HIDELEG, BIT(IRQ_VSTI) | BIT(IRQ_VSEI), 0, STI, false, false},
    {"hideleg again", CSR_HIDELEG, VS_IRQS, 0, SSI | STI, false, false},
    {"vsie", CSR_VSIE, SEI, 0, SEI, false, false},
    {"no hie", CSR_HIE, 0, 0, 0, false, false},
    {"sstatus.MXR", CSR_SSTATUS, SSTATUS_MXR, 0, 0, true, false},
    {"no sstatus.MXR", CSR_SSTATUS, 0, 0, 0, false, false},
    {"vstimecmp over", CSR_VSTIMECMP, 0, STI, 0, false, true},
    {"vstimecmp far away", CSR_VSTIMECMP, BIT(62), 0, 0, false, true},
    {"htimedelta", CSR_HTIMEDELTA, BIT(62), STI, 0, false, true},
    {"no htimedelta", CSR_HTIMEDELTA, 0, 0, 0, false, true},
};

static void make(const struct change *c)
{
    if (c->csr != CSR_SSTATUS) {
        put(c->csr, c->value);
        return;
    }
    csr_clear(sstatus, SSTATUS_MXR);
    csr_set(sstatus, c->value);
}

static void take_effect(void)
{
    static const uint32_t look[] = {INSN_CSRRS(A0, CSR_SIP, X0), INSN_CSRRS(A1, CSR_SIE, X0),
                                    INSN_LOAD(3, A2, A3, 0)};
    code_set(look, 3);
    for (unsigned i = 0; i < 2 * sizeof changes / sizeof changes[0]; i++) {
        const struct change *c = &changes[i / 2];
        if (c->timer && !sstc)
            continue;
        if (i % 2 == 0)
            make(c);
        for (unsigned n = 0; n < 3; n++) {
            regs.x[A3] = VA;
            struct trap t = enter();
            context("%s, by %s, entry %u", c->name, by_nacl ? "sync_sret" : "sret", n);
            check_eq(t.scause, c->mxr ? CAUSE_ECALL_VS : CAUSE_LOAD_PAGE, "scause");
            check_eq(regs.x[A0], c->sip, "sip");
            check_eq(regs.x[A1], c->sie, "sie");
        }
        if (by_nacl)
            nacl_check_shown(c->name);
    }
}

static void all_changes(void)
{
    each_way(take_effect);
}

/* What the guest itself changes in sie is there in vsie after the exit, and in sie at the next
 * entry. */
static void enables_of_vs(void)
{
    static const uint32_t swap[] = {INSN_CSRRW(A0, CSR_SIE, A1)};
    static const uint64_t values[] = {SSI | STI | SEI, 0, SEI, 0, STI, SEI, 0, SEI | STI, STI};
    uint64_t old = 0;
    put(CSR_VSIE, 0);
    code_set(swap, 1);
    for (unsigned i = 0; i < sizeof values / sizeof values[0]; i++) {
        for (unsigned n = 0; n < 3; n++) {
            regs.x[A1] = values[i];
            struct trap t = enter();
            context("by %s, value %u, entry %u", by_nacl ? "sync_sret" : "sret", i, n);
            check_eq(t.scause, CAUSE_ECALL_VS, "scause");
            check_eq(regs.x[A0], old, "sie read in VS");
            check_bits(hs_csr_get(CSR_VSIE), SSI | STI | SEI, values[i], "vsie");
            old = values[i];
        }
    }
    put(CSR_VSIE, 0);
}

static void enables(void)
{
    each_way(enables_of_vs);
}

/* HS's timer interrupts the guest at its time, set before an entry or long before. */
static void deadline_of_hs(void)
{
    static const uint32_t self[] = {INSN_SELF};
    for (unsigned i = 0; i < 10; i++) {
        code_set(self, 0);
        uint64_t at = rdtime() + timebase / 50;
        if (i % 2 != 0)
            timer_set(at);
        struct trap t = {0};
        for (unsigned n = 0; n < 3 && t.scause != CAUSE_IRQ(IRQ_STI); n++)
            t = enter(); /* on a busy machine it may come as early as here */
        if (i % 2 == 0 && (i % 4 == 0 || hs_csr_write(CSR_STIMECMP, at) != CAUSE_NONE))
            timer_set(at);
        code_set(self, 1);
        if (t.scause != CAUSE_IRQ(IRQ_STI))
            t = enter();
        context("by %s", by_nacl ? "sync_sret" : "sret");
        check_eq(t.scause, CAUSE_IRQ(IRQ_STI), "scause");
        check(rdtime() >= at && rdtime() - at < timebase / 2,
              "not before its time, nor much later");
        timer_clear();
    }
}

static void deadlines_of_hs(void)
{
    each_way(deadline_of_hs);
}

/* So does the guest's own, which the guest sees in sip. */
static void deadline_of_vs(void)
{
    static const uint32_t wait[] = {INSN_CSRRS(A0, CSR_SIP, X0), BEQ_BACK};
    put(CSR_VSTIMECMP, 0);
    code_set(wait, 2);
    for (unsigned i = 0; i < 10; i++) {
        for (unsigned n = 0; n < 3; n++)
            enter();
        uint64_t at = rdtime() + timebase / 500;
        put(CSR_VSTIMECMP, at);
        struct trap t = enter();
        context("by %s", by_nacl ? "sync_sret" : "sret");
        check_eq(t.scause, CAUSE_ECALL_VS, "scause");
        check_eq(regs.x[A0], STI, "sip");
        check(rdtime() >= at && rdtime() - at < timebase / 2,
              "not before its time, nor much later");
    }
}

static void deadlines_of_vs(void)
{
    if (sstc)
        each_way(deadline_of_vs);
}

/* --- what changes in the guest, or comes meanwhile --- */

static uint64_t get(unsigned csr)
{
    return hs_csr_get(csr);
}

/* What VS writes into its own registers HS finds, also where the exit is one like those before. */
static void changes_by_vs(void)
{
    static const uint32_t write[] = {
        INSN_CSRRW(X0, CSR_SIE, A0),      INSN_CSRRW(X0, CSR_SSTATUS, A1),
        INSN_CSRRW(X0, CSR_SSCRATCH, A2), INSN_CSRRW(X0, CSR_STVEC, A3),
        INSN_CSRRS(A4, CSR_SIE, X0),      INSN_CSRRS(A5, CSR_SSTATUS, X0),
    };
    const uint64_t looked_at = SSTATUS_SUM | SSTATUS_MXR | SSTATUS_SPIE | SSTATUS_SPP;
    code_set(write, 6);
    for (unsigned i = 0; i < 24; i++) {
        uint64_t sie_value = (i / 3 % 2 ? STI : 0) | (i / 4 % 2 ? SSI : 0);
        uint64_t status = (i / 3 % 3 == 1 ? SSTATUS_SUM : 0) | (i / 5 % 2 ? SSTATUS_MXR : 0);
        regs.x[A0] = sie_value;
        regs.x[A1] = status;
        regs.x[A2] = i;
        regs.x[A3] = CODE + 4 * i;
        struct trap t = enter();
        context("by %s, entry %u", by_nacl ? "sync_sret" : "sret", i);
        check_eq(t.scause, CAUSE_ECALL_VS, "scause");
        check_eq(regs.x[A4], sie_value, "sie in VS");
        check_bits(regs.x[A5], looked_at, status, "sstatus in VS");
        if (i % 2 == 0)
            continue; /* not looked at: what HS reads might set things right */
        check_eq(get(CSR_VSIE), sie_value, "vsie");
        check_bits(get(CSR_VSSTATUS), looked_at, status, "vsstatus");
        check_eq(get(CSR_VSSCRATCH), i, "vsscratch");
        check_eq(get(CSR_VSTVEC), CODE + 4 * i, "vstvec");
    }
    context("%s", "");
}

static void all_changes_by_vs(void)
{
    each_way(changes_by_vs);
}

/* What HS had it has after the exit; and sync_sret enters U as it does the guest. */
static void state_of_hs(void)
{
    static const uint32_t nothing[] = {INSN_NOP};
    struct pt hs = pt_new(MODE_SV39, false, 0);
    pt_map(&hs, 0x80000000UL, 0x80000000UL, PTE_FULL, 2);
    code_set(nothing, 1);
    for (unsigned i = 0; i < 16; i++) {
        uint64_t own = i / 4 % 2 ? pt_atp(&hs, 3) : 0, sum = i / 3 % 2 ? SSTATUS_SUM : 0;
        csr_write(satp, own);
        __asm__ volatile("sfence.vma" ::: "memory");
        csr_clear(sstatus, SSTATUS_SUM);
        csr_set(sstatus, sum);
        struct trap t = enter();
        uint64_t found = csr_read(satp);
        csr_write(satp, 0);
        __asm__ volatile("sfence.vma" ::: "memory");
        context("by %s, entry %u", by_nacl ? "sync_sret" : "sret", i);
        check_eq(t.scause, CAUSE_ECALL_VS, "scause");
        check_eq(found, own, "satp of HS after the exit");
        check_bits(t.sstatus, SSTATUS_SUM, sum, "sstatus of HS after the exit");
        if (by_nacl && i % 5 == 4)
            check_eq(nacl_run(MODE_U, (uint64_t)frames[1], 0).scause, CAUSE_ECALL_U,
                     "scause of U, entered by sync_sret");
    }
    csr_clear(sstatus, SSTATUS_SUM);
    context("%s", "");
}

static void all_state_of_hs(void)
{
    each_way(state_of_hs);
}

/* sie of HS, turned on and off before an entry, decides whether its timer ends the guest. */
static void enables_of_hs(void)
{
    static const uint32_t count[] = {INSN_I(0x13, 0, A0, A0, -1), 0xfe051ee3u /* bnez a0, -4 */};
    code_set(count, 2);
    for (unsigned i = 0; i < 12; i++) {
        bool on = i & 1;
        csr_clear(sie, STI);
        timer_set(rdtime() + timebase / 200);
        for (unsigned n = 0; n < 3; n++) {
            regs.x[A0] = 1;
            enter();
        }
        if (on)
            csr_set(sie, STI);
        uint64_t until = rdtime() + (on ? PATIENCE : timebase / 100);
        struct trap t;
        do {
            regs.x[A0] = 2000;
            t = enter();
        } while (t.scause == CAUSE_ECALL_VS && rdtime() < until);
        context("by %s, STIE %u", by_nacl ? "sync_sret" : "sret", on);
        check_eq(t.scause, on ? CAUSE_IRQ(IRQ_STI) : CAUSE_ECALL_VS, "scause");
        timer_clear();
        csr_set(sie, STI);
    }
    context("%s", "");
}

static void all_enables_of_hs(void)
{
    each_way(enables_of_hs);
}

/* An interrupt that HS takes clears hstatus.SPV: sret goes on in HS then, not in the guest. */
static volatile unsigned seen_ssi;
static bool take_ssi(const struct trap *t)
{
    csr_clear(sip, SSI);
    seen_ssi++;
    return t->scause == CAUSE_IRQ(IRQ_SSI);
}

/* The same without a look at any register of H, until its own sret. */
extern char quick_ssi[];
__asm__(
    ".text\n.balign 4\n"
    "quick_ssi: csrci sip, 2\n"
    "           sret\n");

static void be_interrupted(bool quick)
{
    uint64_t vec = csr_read(stvec);
    unsigned before = seen_ssi;
    me()->irq = take_ssi;
    if (quick)
        csr_write(stvec, (uint64_t)quick_ssi);
    csr_write(scause, 0);
    csr_set(hstatus, HSTATUS_SPV);
    csr_set(sip, SSI);
    irq_on();
    __asm__ volatile("nop; nop; nop; nop");
    irq_off();
    csr_write(stvec, vec);
    me()->irq = 0;
    check_eq(csr_read(scause), CAUSE_IRQ(IRQ_SSI), "scause in HS");
    check_eq(seen_ssi, before + !quick, "interrupts taken by the usual handler");
    check_bits(csr_read(sip), SSI, 0, "sip.SSIP");
}

static void interrupt_before_sret(void)
{
    static const uint32_t nothing[] = {INSN_NOP};
    code_set(nothing, 0);
    csr_set(sie, SSI); /* all the time, as what changes is looked at */
    for (unsigned i = 0; i < 8; i++) {
        for (unsigned n = 0; n < 3; n++)
            enter();
        context("by %s, time %u", by_nacl ? "sync_sret" : "sret", i);
        be_interrupted(i % 2 != 0);
        if (i % 4 < 2) /* or nobody asks before sret does */
            check_bits(csr_read(hstatus), HSTATUS_SPV, 0, "hstatus.SPV after it");
        uint64_t there = 0;
        csr_set(sstatus, SSTATUS_SPP);
        __asm__ volatile(
            "la %0, 1f\n"
            "csrw sepc, %0\n"
            "li %0, 0\n"
            "sret\n"
            "1: li %0, 1"
            : "+r"(there)::"memory");
        check_eq(there, 1, "HS goes on where sepc was");
        irq_off();
    }
    csr_clear(sie, SSI);
    context("%s", "");
}

static void interrupts_before_sret(void)
{
    each_way(interrupt_before_sret);
}

/* An IPI that comes while the guest runs and that HS doesn't take waits in sip for the exit. */
static void send(struct work *w)
{
    w->seen = (uint64_t)sbi_send_ipi(1, harts[0].hartid).error;
    __asm__ volatile("fence" ::: "memory");
    *(volatile uint64_t *)frames[0] = 1;
}

static void ipi_meanwhile(void)
{
    static const uint32_t wait[] = {INSN_LOAD(3, A0, A3, 0), BEQ_BACK};
    vs_map(VA, frames[0], PTE_FULL, 0);
    fence_all();
    code_set(wait, 2);
    csr_clear(sie, SSI);
    for (unsigned i = 0; i < 10; i++) {
        csr_clear(sip, SSI);
        *(volatile uint64_t *)frames[0] = 1;
        for (unsigned n = 0; n < 3; n++) {
            regs.x[A3] = VA;
            enter();
        }
        *(volatile uint64_t *)frames[0] = 0;
        worker_give(1, send);
        regs.x[A3] = VA;
        struct trap t = enter();
        context("by %s, time %u", by_nacl ? "sync_sret" : "sret", i);
        check_eq(t.scause, CAUSE_ECALL_VS, "scause");
        worker_wait(1);
        check_bits(csr_read(sip), SSI, SSI, "sip.SSIP of HS after the exit");
        check_bits(get(CSR_VSIP), SSI, 0, "vsip.SSIP");
    }
    csr_clear(sip, SSI);
    context("%s", "");
}

static void ipis_meanwhile(void)
{
    workers_setup();
    if (worker_start(1))
        each_way(ipi_meanwhile);
}

TESTS("switch", {"all_changes", "hypervisor: CSRs of HS and VS", all_changes},
      {"enables", "norm:vsip_vsie_sz_acc_op", enables},
      {"deadlines_of_hs", "norm:stimecmp_op", deadlines_of_hs},
      {"deadlines_of_vs", "norm:vstimecmp_op", deadlines_of_vs},
      {"changes_by_vs", "hypervisor: CSRs of HS and VS", all_changes_by_vs},
      {"state_of_hs", "hypervisor: CSRs of HS and VS", all_state_of_hs},
      {"enables_of_hs", "norm:H_trap", all_enables_of_hs},
      {"interrupts_before_sret", "norm:H_trap", interrupts_before_sret},
      {"ipis_meanwhile", "SBI: IPI", ipis_meanwhile});
