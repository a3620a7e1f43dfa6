/* SPDX-License-Identifier: BSD-2-Clause */
/* Exceptions that M takes, from itself and from below: what it finds in its CSRs. */
#include "dev.h"
#include "low.h"

#define ILLEGAL 0xffffffffu

static const enum mode modes[] = {MODE_M, MODE_S, MODE_U, MODE_VS, MODE_VU};
#define MODES (has_h ? 5u : 3u)

static uint64_t mpp_of(enum mode m)
{
    return m == MODE_M ? 3 : m == MODE_S || m == MODE_VS;
}

/* What every trap says of where it came from. */
static void check_status(const struct trap *t, enum mode m, bool gva)
{
    check_eq(FIELD_GET(MSTATUS_MPP, t->mstatus), mpp_of(m), "mstatus.MPP");
    check_bits(t->mstatus, MSTATUS_MIE, 0, "mstatus.MIE");
    if (has_h) {
        check_bits(t->mstatus, MSTATUS_MPV, m == MODE_VS || m == MODE_VU ? MSTATUS_MPV : 0,
                   "mstatus.MPV");
        check_bits(t->mstatus, MSTATUS_GVA, gva ? MSTATUS_GVA : 0, "mstatus.GVA");
    }
}

static void ecall(void)
{
    for (unsigned i = 0; i < MODES; i++) {
        context("from %s", mode_name(modes[i]));
        struct trap t = run_insn(modes[i], INSN_ECALL, 0, 0);
        check_eq(t.mcause, ecall_cause(modes[i]), "mcause");
        check_eq(t.mepc, code_pc(modes[i]), "mepc");
        check_eq(t.mtval, 0, "mtval");
        check_status(&t, modes[i], false);
    }
}

/* A system and its firmware may have a convention of their own: whatever a7 holds, short of SBI's
 * numbers of extensions, the call is the firmware's. */
static void ecall_numbers(void)
{
    for (uint64_t a7 = 0; a7 < 16; a7++) {
        context("a7 = %lu", a7);
        low_reset();
        low.x[A7] = a7;
        struct trap t = run_insn(MODE_S, INSN_ECALL, 0, 0);
        check_eq(t.mcause, CAUSE_ECALL_S, "mcause");
        check_eq(t.mepc, code_pc(MODE_S), "mepc");
    }
}

static void ebreak(void)
{
    for (unsigned i = 0; i < MODES; i++) {
        context("from %s", mode_name(modes[i]));
        struct trap t = run_insn(modes[i], INSN_EBREAK, 0, 0);
        check_eq(t.mcause, CAUSE_BREAKPOINT, "mcause");
        check_eq(t.mepc, code_pc(modes[i]), "mepc");
        check(t.mtval == 0 || t.mtval == t.mepc, "mtval is 0 or the address");
        if (!t.mtval)
            check_status(&t, modes[i], false);
        t = run_insn(modes[i], 0x9002, 0, 0);
        check_eq(t.mcause, CAUSE_BREAKPOINT, "mcause of c.ebreak");
        check_eq(t.mepc, code_pc(modes[i]), "mepc of c.ebreak");
    }
}

static void illegal(void)
{
    static const uint32_t insns[] = {ILLEGAL, 0x0000707bu, INSN_CSRRS(A0, 0xfff, X0), 0x0000u,
                                     0x8000u};
    for (unsigned i = 0; i < MODES; i++) {
        for (unsigned k = 0; k < sizeof insns / sizeof insns[0]; k++) {
            context("0x%x from %s", insns[k], mode_name(modes[i]));
            struct trap t = run_insn(modes[i], insns[k], 0, 0);
            check_eq(t.mcause, CAUSE_ILLEGAL, "mcause");
            check_eq(t.mepc, code_pc(modes[i]), "mepc");
            check(t.mtval == 0 || t.mtval == insns[k], "mtval is 0 or the instruction");
            /* QEMU sets GVA whatever mtval holds, if V was 1. */
            check_status(&t, modes[i], !exact && t.mstatus & MSTATUS_GVA);
        }
    }
}

/* Neither memory nor a device. In two-stage modes an address is a guest's even without tables. */
static void access_fault(void)
{
    static const struct {
        uint32_t insn;
        uint64_t cause;
    } row[] = {{INSN_LOAD(3, A1, A0, 0), CAUSE_LOAD_ACCESS},
               {INSN_LOAD(0, A1, A0, 0), CAUSE_LOAD_ACCESS},
               {INSN_STORE(3, A1, A0, 0), CAUSE_STORE_ACCESS},
               {INSN_STORE(2, A1, A0, 0), CAUSE_STORE_ACCESS},
               {INSN_AMO(0, 3, A1, A0, A1), CAUSE_STORE_ACCESS},
               {INSN_AMO(2, 2, A1, A0, X0), CAUSE_LOAD_ACCESS}};
    for (unsigned i = 0; i < MODES; i++) {
        for (unsigned k = 0; k < sizeof row / sizeof row[0]; k++) {
            context("0x%x from %s", row[k].insn, mode_name(modes[i]));
            struct trap t = run_insn(modes[i], row[k].insn, NOWHERE, 0);
            check_eq(t.mcause, row[k].cause, "mcause");
            check_eq(t.mepc, code_pc(modes[i]), "mepc");
            check_eq(t.mtval, NOWHERE, "mtval");
            check_status(&t, modes[i], modes[i] == MODE_VS || modes[i] == MODE_VU);
            check_eq(t.mtval2, 0, "mtval2");
        }
    }
}

static void fetch_fault(void)
{
    for (unsigned i = 0; i < MODES; i++) {
        enum mode m = modes[i];
        context("from %s", mode_name(m));
        struct trap t;
        if (m == MODE_M) {
            catch_begin();
            __asm__ volatile("la t0, 1f\n sd t0, %0\n jr %1\n1:"
                             : "=m"(me()->catch.resume)
                             : "r"(NOWHERE)
                             : "t0");
            catch_end();
            t = me()->caught;
        } else {
            t = run_at(m, NOWHERE);
        }
        check_eq(t.mcause, CAUSE_INSN_ACCESS, "mcause");
        check_eq(t.mepc, NOWHERE, "mepc");
        check_eq(t.mtval, NOWHERE, "mtval");
        check_status(&t, m, m == MODE_VS || m == MODE_VU);
    }
}

static void amo_misaligned(void)
{
    for (unsigned i = 0; i < 3; i++) {
        context("from %s", mode_name(modes[i]));
        uint64_t a = (uint64_t)frames[0] + 2;
        struct trap t = run_insn(modes[i], INSN_AMO(2, 2, A1, A0, X0), a, 0);
        check_eq(t.mcause, CAUSE_LOAD_MISALIGNED, "mcause of lr.w");
        check_eq(t.mtval, a, "mtval of lr.w");
        t = run_insn(modes[i], INSN_AMO(0, 3, A1, A0, A1), a, 0);
        if (exact) /* QEMU says 4 */
            check_eq(t.mcause, CAUSE_STORE_MISALIGNED, "mcause of amoadd.d");
        check_eq(t.mtval, a, "mtval of amoadd.d");
        check_status(&t, modes[i], false);
    }
}

static void page_faults(void)
{
    static const struct {
        uint32_t insn;
        uint64_t cause;
    } row[] = {{INSN_LOAD(3, A1, A0, 0), CAUSE_LOAD_PAGE},
               {INSN_STORE(3, A1, A0, 0), CAUSE_STORE_PAGE},
               {INSN_AMO(0, 3, A1, A0, A1), CAUSE_STORE_PAGE}};
    low_pages();
    for (unsigned k = 0; k < 3; k++) {
        for (enum mode m = MODE_U; m <= MODE_S; m++) {
            context("0x%x from %s", row[k].insn, mode_name(m));
            struct trap t = run_insn(m, row[k].insn, TEST_VA + 8, 0);
            check_eq(t.mcause, row[k].cause, "mcause");
            check_eq(t.mtval, TEST_VA + 8, "mtval");
            check_eq(t.mepc, code_pc(m), "mepc");
            check_status(&t, m, false);
        }
    }
    struct trap t = run_at(MODE_S, TEST_VA);
    check_eq(t.mcause, CAUSE_INSN_PAGE, "mcause of a fetch");
    check_eq(t.mtval, TEST_VA, "mtval of a fetch");
    check_eq(t.mepc, TEST_VA, "mepc of a fetch");
}

/* MPIE is what MIE was. */
static void mpie(void)
{
    irq_off();
    struct trap t = run_insn(MODE_M, INSN_ECALL, 0, 0);
    check_bits(t.mstatus, MSTATUS_MPIE | MSTATUS_MIE, 0, "mstatus of a trap with MIE clear");
    irq_on();
    t = run_insn(MODE_M, INSN_ECALL, 0, 0);
    check_bits(t.mstatus, MSTATUS_MPIE | MSTATUS_MIE, MSTATUS_MPIE,
               "mstatus of a trap with MIE set");
    check_bits(csr_read(mstatus), MSTATUS_MIE, MSTATUS_MIE, "mstatus.MIE afterwards");
}

/* Nothing but the registers named changes: S's stay as they were. */
static void s_untouched(void)
{
    csr_write(sepc, 0x1234);
    csr_write(scause, 7);
    csr_write(stval, 0x99);
    csr_set(mstatus, MSTATUS_SPP | MSTATUS_SPIE);
    run_insn(MODE_U, ILLEGAL, 0, 0);
    run_insn(MODE_M, ILLEGAL, 0, 0);
    check_eq(csr_read(sepc), 0x1234, "sepc");
    check_eq(csr_read(scause), 7, "scause");
    check_eq(csr_read(stval), 0x99, "stval");
    check_bits(csr_read(mstatus), MSTATUS_SPP | MSTATUS_SPIE, MSTATUS_SPP | MSTATUS_SPIE,
               "mstatus.SPP and SPIE");
}

/* All registers arrive below and come back. */
static void registers(void)
{
    static const enum mode below[] = {MODE_U, MODE_S, MODE_VS, MODE_VU};
    for (unsigned i = 0; i < (has_h ? 4u : 2u); i++) {
        context("in %s", mode_name(below[i]));
        for (unsigned r = 1; r < 32; r++)
            low.x[r] = 0x1111111111111111UL * (r % 16) + r;
        run_insn(below[i], INSN_NOP, low.x[A0], low.x[A1]);
        for (unsigned r = 1; r < 32; r++)
            check_eq(low.x[r], 0x1111111111111111UL * (r % 16) + r, "a register");
    }
}

/* Vectored: an entry for each interrupt; exceptions go to the base. What came is in vec_seen. */
extern char vec_table[];
extern volatile uint64_t vec_seen;
__asm__(
    ".macro vec n\n"
    "1:  addi sp, sp, -16\n"
    "    sd t0, 0(sp)\n"
    "    sd t1, 8(sp)\n"
    "    li t1, \\n\n"
    "    j vec_note\n"
    ".endm\n"
    ".option push\n.option norvc\n"
    ".balign 256\n"
    "vec_table:\n"
    ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
    "    j vec_\\n\n"
    ".endr\n"
    ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15\n"
    "vec_\\n: vec \\n\n"
    ".endr\n"
    "vec_note:\n"
    "    la t0, vec_seen\n"
    "    sd t1, 0(t0)\n"
    "    csrw mie, zero\n"
    "    bnez t1, 1f\n"
    "    csrr t1, mepc\n"
    "    addi t1, t1, 4\n"
    "    csrw mepc, t1\n"
    "1:  ld t0, 0(sp)\n"
    "    ld t1, 8(sp)\n"
    "    addi sp, sp, 16\n"
    "    mret\n"
    ".option pop\n"
    ".bss\n.balign 8\nvec_seen: .skip 8\n.text\n");

static void vectored(void)
{
    irq_off();
    csr_write(mtvec, (uint64_t)vec_table | 1);
    vec_seen = ~0UL;
    __asm__ volatile("ecall" ::: "memory");
    check_eq(vec_seen, 0, "entry of an exception");
    for (unsigned n = 1; n < 12; n += n == 1 || n == 5 ? 4 : 2) {
        context("interrupt %u", n);
        csr_write(mip, n == 3 || n == 7 || n == 11 ? 0 : BIT(n));
        if (n == 3 && dev.msip)
            *msip_of(me()->hartid) = 1;
        if (n == 7)
            timer_set(0);
        if (n == 11 || (n == 3 && !dev.msip) || (mideleg_fixed & BIT(n)))
            continue;
        vec_seen = ~0UL;
        csr_write(mie, BIT(n));
        irq_on();
        irq_off();
        check_eq(vec_seen, n, "entry");
        csr_write(mip, 0);
        if (dev.msip)
            *msip_of(me()->hartid) = 0;
        timer_clear();
    }
    csr_write(mtvec, (uint64_t)trap_entry);
}

/* An exception in the handler of an interrupt; both return to where they came from. */
static bool nest_irq(struct trap *t)
{
    uint64_t cause;
    *msip_of(me()->hartid) = 0;
    catch_begin();
    __asm__ volatile(".word 0xffffffff" ::: "memory");
    cause = catch_end();
    check_eq(cause, CAUSE_ILLEGAL, "cause of the inner trap");
    check_bits(me()->caught.mstatus, MSTATUS_MPIE, 0, "mstatus.MPIE of the inner trap");
    check_eq(FIELD_GET(MSTATUS_MPP, me()->caught.mstatus), 3, "mstatus.MPP of the inner trap");
    return t->mcause == CAUSE_IRQ(IRQ_MSI);
}

static void nested(void)
{
    if (!dev.msip)
        return;
    me()->irq = nest_irq;
    csr_write(mie, BIT(IRQ_MSI));
    irq_on();
    uint64_t got = me()->irqs[IRQ_MSI];
    *msip_of(me()->hartid) = 1;
    for (unsigned i = 0; i < 1000 && me()->irqs[IRQ_MSI] == got; i++)
        (void)csr_read(mip);
    check_eq(me()->irqs[IRQ_MSI], got + 1, "software interrupts");
    check_bits(csr_read(mstatus), MSTATUS_MIE, MSTATUS_MIE, "mstatus.MIE afterwards");
}

TESTS("mtrap", {"ecall", "Environment Call and Breakpoint", ecall},
      {"ecall_numbers", "Environment Call and Breakpoint", ecall_numbers},
      {"ebreak", "Environment Call and Breakpoint", ebreak},
      {"illegal", "Machine Trap Value", illegal}, {"access_fault", "Machine Cause", access_fault},
      {"fetch_fault", "Machine Cause", fetch_fault},
      {"amo_misaligned", "Zalrsc, Zaamo", amo_misaligned},
      {"page_faults", "Machine Cause", page_faults},
      {"mpie", "Privilege and Global Interrupt-Enable Stack", mpie},
      {"s_untouched", "Machine Trap Delegation", s_untouched},
      {"registers", "Trap handling", registers},
      {"vectored", "Machine Trap-Vector Base-Address", vectored},
      {"nested", "Machine Status", nested});
