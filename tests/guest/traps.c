/* SPDX-License-Identifier: BSD-2-Clause */
/* Which mode takes an exception, what it finds there, and how the modes come back from it. */
#include "csr.h"
#include "env.h"
#include "test.h"

#define ALL_DELEGABLE 0xb1ffUL

/* Where QEMU or the OpenSBI on it deviate: stval of an illegal MRET is stale (on every hart), GVA
 * is clear after a breakpoint, GVA is set after an access fault with V=0, and exceptions that
 * OpenSBI redirects enter a vectored vstvec one byte too high. */

/* An instruction and the exception that it raises in VS and VU with Sv39 and Sv39x4. */
struct row {
    const char *name;
    uint32_t insn;
    uint64_t a0;
    uint64_t cause;
    enum { TVAL_ZERO, TVAL_INSN, TVAL_A0, TVAL_PC } tval;
};

#define HOLE TEST_VA          /* no PTE */
#define MMIO (TEST_VA + PAGE) /* a page of NOWHERE */
static const struct row rows[] = {
    {"illegal instruction", 0xffffffff, 0, CAUSE_ILLEGAL, TVAL_INSN},
    {"machine CSR", INSN_CSRRS(A0, CSR_MSTATUS, X0), 0, CAUSE_ILLEGAL, TVAL_INSN},
    {"mret", INSN_MRET, 0, CAUSE_ILLEGAL, TVAL_INSN},
    {"ebreak", INSN_EBREAK, 0, CAUSE_BREAKPOINT, TVAL_PC},
    {"load from a hole", INSN_LOAD(3, A0, A0, 0), HOLE, CAUSE_LOAD_PAGE, TVAL_A0},
    {"store to a hole", INSN_STORE(3, A1, A0, 0), HOLE, CAUSE_STORE_PAGE, TVAL_A0},
    {"amo on a hole", INSN_AMO(0, 3, A1, A0, A1), HOLE, CAUSE_STORE_PAGE, TVAL_A0},
    {"lr from a hole", INSN_AMO(2, 3, A1, A0, X0), HOLE, CAUSE_LOAD_PAGE, TVAL_A0},
    {"load from nowhere", INSN_LOAD(2, A0, A0, 0), MMIO, CAUSE_LOAD_ACCESS, TVAL_A0},
    {"store to nowhere", INSN_STORE(2, A1, A0, 0), MMIO, CAUSE_STORE_ACCESS, TVAL_A0},
    {"jump to a hole", INSN_I(0x67, 0, 0, A0, 0), HOLE, CAUSE_INSN_PAGE, TVAL_A0},
    {"jump to nowhere", INSN_I(0x67, 0, 0, A0, 0), MMIO, CAUSE_INSN_ACCESS, TVAL_A0},
};
#define ROWS (sizeof rows / sizeof rows[0])

static void paged_env(void)
{
    env_set(MODE_SV39, MODE_SV39);
    pt_map(&env.vs, MMIO, NOWHERE, PTE_FULL, 0);
    pt_map(&env.vs, MMIO + VU_OFFSET, NOWHERE, PTE_FULL | PTE_U, 0);
    pt_map(&env.g, NOWHERE, NOWHERE, PTE_FULL | PTE_U, 0);
    vs_vector_set(0);
}

static uint64_t expected_tval(const struct row *r, enum mode mode, uint64_t a0)
{
    switch (r->tval) {
    case TVAL_INSN:
        return r->insn;
    case TVAL_A0:
        return a0;
    case TVAL_PC:
        return code_pc(mode);
    default:
        return 0;
    }
}

static struct trap run_row(const struct row *r, enum mode mode, uint64_t *tval, uint64_t *epc)
{
    uint64_t a0 = r->a0 && mode == MODE_VU ? r->a0 + VU_OFFSET : r->a0;
    *tval = expected_tval(r, mode, a0);
    bool fetch = r->cause == CAUSE_INSN_PAGE || r->cause == CAUSE_INSN_ACCESS;
    *epc = fetch ? a0 : code_pc(mode);
    return run_insn(mode, r->insn, a0, 0);
}

static void check_in_hs(const struct row *r, enum mode mode)
{
    uint64_t tval, epc;
    struct trap t = run_row(r, mode, &tval, &epc);
    bool va = r->tval == TVAL_A0 || (r->tval == TVAL_PC && t.stval);
    check_eq(t.scause, r->cause, "scause");
    check_eq(t.sepc, epc, "sepc");
    if ((r->tval != TVAL_PC || t.stval) && r->insn != INSN_MRET) /* a breakpoint's may be zero */
        check_eq(t.stval, tval, "stval");
    check_eq(t.htval, 0, "htval");
    check_bits(t.hstatus, HSTATUS_SPV, HSTATUS_SPV, "hstatus.SPV");
    check_bits(t.hstatus, HSTATUS_SPVP, mode == MODE_VS ? HSTATUS_SPVP : 0, "hstatus.SPVP");
    if (exact || r->tval != TVAL_PC)
        check_bits(t.hstatus, HSTATUS_GVA, va ? HSTATUS_GVA : 0, "hstatus.GVA");
    check_bits(t.sstatus, SSTATUS_SPP, mode == MODE_VS ? SSTATUS_SPP : 0, "sstatus.SPP");
    check_bits(t.sstatus, SSTATUS_SIE | SSTATUS_SPIE, SSTATUS_SPIE, "sstatus.SIE and SPIE");
    if (r->cause == CAUSE_ILLEGAL || r->cause == CAUSE_BREAKPOINT || epc == tval)
        check_eq(t.htinst, 0, "htinst");
}

/* Not delegated by hedeleg: HS takes it, whatever the other bits are. */
static void to_hs(void)
{
    paged_env();
    for (unsigned i = 0; i < ROWS; i++) {
        for (enum mode mode = MODE_VU; mode <= MODE_VS; mode++) {
            context("%s in %s", rows[i].name, name_of(mode));
            csr_write(hedeleg, ALL_DELEGABLE & ~BIT(rows[i].cause));
            check_in_hs(&rows[i], mode);
        }
    }
}

static void check_in_vs(const struct row *r, enum mode mode, uint64_t sie)
{
    uint64_t tval, epc;
    csr_write(hedeleg, BIT(r->cause));
    csr_write(vsstatus, sie);
    struct trap t = run_row(r, mode, &tval, &epc);
    if (!taken_in_vs(&t)) {
        fail("expected VS to take it, seen HS with scause %lu at 0x%lx", t.scause, t.sepc);
        return;
    }
    check_eq(vs_vector_entry(&t), 0, "entry of vstvec");
    check_eq(csr_read(vscause), r->cause, "vscause");
    check_eq(csr_read(vsepc), epc, "vsepc");
    if ((r->tval != TVAL_PC || csr_read(vstval)) && r->insn != INSN_MRET)
        check_eq(csr_read(vstval), tval, "vstval");
    uint64_t want = (sie ? SSTATUS_SPIE : 0) | (mode == MODE_VS ? SSTATUS_SPP : 0);
    check_bits(csr_read(vsstatus), SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_SIE, want, "vsstatus");
    check_bits(t.hstatus, HSTATUS_SPV | HSTATUS_SPVP, HSTATUS_SPV | HSTATUS_SPVP,
               "hstatus after the ECALL of VS's handler");
}

static void to_vs(void)
{
    paged_env();
    for (unsigned i = 0; i < ROWS; i++) {
        for (enum mode mode = MODE_VU; mode <= MODE_VS; mode++) {
            for (uint64_t sie = 0; sie <= SSTATUS_SIE; sie += SSTATUS_SIE) {
                context("%s in %s, SIE %lu", rows[i].name, name_of(mode), sie / SSTATUS_SIE);
                check_in_vs(&rows[i], mode, sie);
            }
        }
    }
}

/* Exceptions enter at BASE also if vstvec is vectored. */
static void vectored(void)
{
    paged_env();
    vs_vector_set(1);
    csr_write(hedeleg, ALL_DELEGABLE);
    for (unsigned i = 0; i < ROWS; i++) {
        uint64_t c = rows[i].cause;
        if (!exact && c != CAUSE_LOAD_PAGE && c != CAUSE_STORE_PAGE && c != CAUSE_INSN_PAGE)
            continue;
        context("%s", rows[i].name);
        uint64_t tval, epc;
        struct trap t = run_row(&rows[i], MODE_VS, &tval, &epc);
        check(taken_in_vs(&t), "VS takes it");
        check_eq(vs_vector_entry(&t), 0, "entry of vstvec");
    }
}

/* The same with both stages off. */
static void bare(void)
{
    env_set(MODE_BARE, MODE_BARE);
    vs_vector_set(0);
    for (unsigned i = 0; i < ROWS; i++) {
        struct row r = rows[i];
        if (r.a0 == HOLE)
            continue;
        r.a0 = r.a0 ? NOWHERE : 0;
        context("%s in VS", r.name);
        csr_write(hedeleg, 0);
        check_in_hs(&r, MODE_VS);
        check_in_vs(&r, MODE_VS, 0);
    }
}

static void ecall(void)
{
    env_set(MODE_BARE, MODE_SV39);
    vs_vector_set(0);
    static const struct {
        enum mode mode;
        uint64_t cause, hstatus, sstatus;
    } want[] = {
        {MODE_U, CAUSE_ECALL_U, 0, 0},
        {MODE_VU, CAUSE_ECALL_U, HSTATUS_SPV, 0},
        {MODE_VS, CAUSE_ECALL_VS, HSTATUS_SPV | HSTATUS_SPVP, SSTATUS_SPP},
    };
    for (unsigned i = 0; i < 3; i++) {
        for (unsigned sie = 0; sie < 2; sie++) {
            context("%s, SIE %u", name_of(want[i].mode), sie);
            me()->guest_sie = sie;
            csr_write(hedeleg, ALL_DELEGABLE & ~BIT(CAUSE_ECALL_U));
            csr_write(hstatus, 0);
            struct trap t = run_insn(want[i].mode, INSN_ECALL, 0, 0);
            check_eq(t.scause, want[i].cause, "scause");
            check_eq(t.sepc, code_pc(want[i].mode), "sepc");
            check_eq(t.stval | t.htval | t.htinst, 0, "stval, htval and htinst");
            check_bits(t.hstatus, HSTATUS_SPV | HSTATUS_SPVP | HSTATUS_GVA, want[i].hstatus,
                       "hstatus");
            check_bits(t.sstatus, SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_SIE,
                       want[i].sstatus | (sie ? SSTATUS_SPIE : 0), "sstatus");
        }
    }
}

/* hedeleg[8] delegates the ECALL of VU, not that of U. */
static void ecall_delegated(void)
{
    env_set(MODE_BARE, MODE_SV39);
    vs_vector_set(0);
    csr_write(hedeleg, ~0UL);
    struct trap t = run_insn(MODE_VU, INSN_ECALL, 0, 0);
    check(taken_in_vs(&t), "VS takes VU's ECALL");
    check_eq(csr_read(vscause), CAUSE_ECALL_U, "vscause");
    check_eq(csr_read(vsepc), code_pc(MODE_VU), "vsepc");
    check_eq(csr_read(vstval), 0, "vstval");
    csr_write(vscause, 0);
    t = run_insn(MODE_U, INSN_ECALL, 0, 0);
    check_eq(t.scause, CAUSE_ECALL_U, "scause after U's ECALL");
    check_bits(t.hstatus, HSTATUS_SPV, 0, "hstatus.SPV after U's ECALL");
    check_eq(csr_read(vscause), 0, "vscause after U's ECALL");
    t = run_insn(MODE_VS, INSN_ECALL, 0, 0);
    check_eq(t.scause, CAUSE_ECALL_VS, "scause after VS's ECALL");
    check_eq(t.sepc, code_pc(MODE_VS), "sepc after VS's ECALL");
}

/* hedeleg does not touch what happens with V=0. */
static void v0_not_delegated(void)
{
    env_set(MODE_BARE, MODE_BARE);
    vs_vector_set(0);
    csr_write(hedeleg, ~0UL);
    csr_write(hstatus, HSTATUS_SPVP);
    for (unsigned i = 0; i < ROWS; i++) {
        struct row r = rows[i];
        if (r.a0 == HOLE)
            continue;
        context("%s in U", r.name);
        struct trap t = run_insn(MODE_U, r.insn, NOWHERE, 0);
        check_eq(t.scause, r.cause, "scause");
        check_bits(t.hstatus, HSTATUS_SPV | HSTATUS_SPVP, HSTATUS_SPVP, "hstatus.SPV and SPVP");
        if (exact || r.a0 == 0)
            check_bits(t.hstatus, HSTATUS_GVA, 0, "hstatus.GVA");
        check_bits(t.sstatus, SSTATUS_SPP, 0, "sstatus.SPP");
    }
}

/* VS's vector is where VS can't fetch: its fault comes to HS, VS's own registers stay. */
static void double_fault(void)
{
    paged_env();
    csr_write(vstvec, HOLE);
    csr_write(hedeleg, BIT(CAUSE_ILLEGAL));
    struct trap t = run_insn(MODE_VU, 0xffffffff, 0, 0);
    check_eq(t.scause, CAUSE_INSN_PAGE, "scause");
    check_eq(t.sepc, HOLE, "sepc");
    check_eq(t.stval, HOLE, "stval");
    check_bits(t.sstatus, SSTATUS_SPP, SSTATUS_SPP, "sstatus.SPP");
    check_bits(t.hstatus, HSTATUS_SPV | HSTATUS_GVA | HSTATUS_SPVP,
               HSTATUS_SPV | HSTATUS_GVA | HSTATUS_SPVP, "hstatus");
    check_eq(csr_read(vscause), CAUSE_ILLEGAL, "vscause");
    check_eq(csr_read(vsepc), code_pc(MODE_VU), "vsepc");
    check_bits(csr_read(vsstatus), SSTATUS_SPP, 0, "vsstatus.SPP");
}

/* Native exceptions in HS with SPV, SPVP, GVA, htval and htinst left over from a guest's trap. */
static void nested(void)
{
    static const struct {
        const char *name;
        uint32_t insn;
        uint64_t cause;
    } natives[] = {
        {"ebreak", INSN_EBREAK, CAUSE_BREAKPOINT},
        {"illegal instruction", 0xffffffff, CAUSE_ILLEGAL},
        {"load access fault", INSN_LOAD(3, A0, A0, 0), CAUSE_LOAD_ACCESS},
        {"store access fault", INSN_STORE(3, A0, A0, 0), CAUSE_STORE_ACCESS},
    };
    paged_env();
    for (unsigned i = 0; i < 4; i++) {
        for (enum mode mode = MODE_VU; mode <= MODE_VS; mode++) {
            context("%s after a fault of %s", natives[i].name, name_of(mode));
            struct trap t = run_insn(mode, INSN_LOAD(3, A0, A0, 0), HOLE, 0);
            const uint64_t old = HSTATUS_SPV | HSTATUS_GVA;
            uint64_t spvp = mode == MODE_VS ? HSTATUS_SPVP : 0;
            check_bits(t.hstatus, old, old, "hstatus after the guest's fault");
            check_bits(csr_read(hstatus), old | HSTATUS_SPVP, old | spvp, "hstatus read later");
            t = run_insn(MODE_HS, natives[i].insn, NOWHERE, 0);
            check_eq(t.scause, natives[i].cause, "scause");
            uint64_t gva = exact || i < 2 ? HSTATUS_GVA : 0;
            check_bits(t.hstatus, HSTATUS_SPV | HSTATUS_SPVP | gva, spvp,
                       "hstatus.SPV, SPVP and GVA");
            check_bits(t.sstatus, SSTATUS_SPP, SSTATUS_SPP, "sstatus.SPP");
        }
    }
}

/* "For other traps, htval is set to zero", and htinst for want of a transformation. */
static void htval_cleared(void)
{
    env_set(MODE_BARE, MODE_SV39);
    *pt_entry(&env.g, TEST_GPA, 0) = 0;
    for (unsigned i = 0; i < 2; i++) {
        context(i ? "after an ECALL of VS" : "after an ebreak in HS");
        struct trap t = run_insn(MODE_VS, INSN_LOAD(3, A0, A0, 0), TEST_GPA, 0);
        check_eq(t.scause, CAUSE_LOAD_GUEST, "scause of the guest-page fault");
        check_eq(t.htval, TEST_GPA >> 2, "htval of the guest-page fault");
        t = i ? run_insn(MODE_VS, INSN_ECALL, 0, 0) : run_insn(MODE_HS, INSN_EBREAK, 0, 0);
        check_eq(t.htval, 0, "htval");
        check_eq(t.htinst, 0, "htinst");
    }
}

static uint64_t interrupt_hstatus;
static bool on_soft(const struct trap *t)
{
    interrupt_hstatus = t->hstatus;
    csr_clear(sip, BIT(IRQ_SSI));
    return t->scause == CAUSE_IRQ(IRQ_SSI);
}

/* An interrupt that HS takes in HS clears SPV and GVA and leaves SPVP, too. */
static void nested_interrupt(void)
{
    paged_env();
    me()->irq = on_soft;
    csr_set(sie, BIT(IRQ_SSI));
    for (enum mode mode = MODE_VU; mode <= MODE_VS; mode++) {
        context("after a fault of %s", name_of(mode));
        run_insn(mode, INSN_LOAD(3, A0, A0, 0), HOLE, 0);
        interrupt_hstatus = ~0UL;
        check_bits(csr_read(hstatus), HSTATUS_SPV, HSTATUS_SPV, "hstatus before");
        csr_set(sip, BIT(IRQ_SSI));
        for (unsigned i = 0; i < 1000 && interrupt_hstatus == ~0UL; i++)
            __asm__ volatile("nop");
        check_bits(interrupt_hstatus, HSTATUS_SPV | HSTATUS_GVA | HSTATUS_SPVP,
                   mode == MODE_VS ? HSTATUS_SPVP : 0, "hstatus in the handler");
    }
}

/* SRET with V=0 goes where SPV and SPP say. */
static void sret_modes(void)
{
    static const uint64_t causes[] = {CAUSE_ECALL_U, CAUSE_NONE, CAUSE_ECALL_U, CAUSE_ECALL_VS};
    env_set(MODE_BARE, MODE_BARE);
    for (enum mode mode = MODE_U; mode <= MODE_VS; mode++) {
        if (mode == MODE_HS)
            continue;
        context("to %s", name_of(mode));
        struct trap t = run_insn(mode, INSN_NOP, 0, 0);
        check_eq(t.scause, causes[mode], "scause of the ECALL");
        check_bits(t.hstatus, HSTATUS_SPV, mode == MODE_U ? 0 : HSTATUS_SPV, "hstatus.SPV");
        check_bits(t.sstatus, SSTATUS_SPP, mode == MODE_VS ? SSTATUS_SPP : 0, "sstatus.SPP");
    }
}

static void sret_in_hs(uint64_t *hst, uint64_t *sst)
{
    __asm__ volatile("la t0, 1f; csrw sepc, t0; sret; 1: csrr %0, hstatus; csrr %1, sstatus"
                     : "=r"(*hst), "=r"(*sst)::"t0", "memory");
}

/* SRET with V=0 to HS: SPV=0, SPP=0, SIE=SPIE, SPIE=1; SPVP is not touched. */
static void sret_status(void)
{
    for (unsigned i = 0; i < 4; i++) {
        uint64_t spie = i & 1 ? SSTATUS_SPIE : 0, spvp = i & 2 ? HSTATUS_SPVP : 0, hst, sst;
        irq_off();
        csr_write(hstatus, spvp);
        csr_write(sstatus, SSTATUS_SPP | spie);
        sret_in_hs(&hst, &sst);
        context("SPIE %u SPVP %u", i & 1, i >> 1);
        check_bits(hst, HSTATUS_SPV | HSTATUS_SPVP, spvp, "hstatus");
        check_bits(sst, SSTATUS_SPP | SSTATUS_SIE | SSTATUS_SPIE,
                   SSTATUS_SPIE | (spie ? SSTATUS_SIE : 0), "sstatus");
    }
}

/* SRET with V=1: the mode is vsstatus.SPP's, and hstatus has no part in it. */
static void sret_in_vs(void)
{
    env_set(MODE_BARE, MODE_SV39);
    for (unsigned i = 0; i < 4; i++) {
        uint64_t spp = i & 1 ? SSTATUS_SPP : 0, spie = i & 2 ? SSTATUS_SPIE : 0;
        context("SPP %u SPIE %u", i & 1, i >> 1);
        csr_write(vsstatus, spp | spie | (spie ? 0 : SSTATUS_SIE));
        csr_write(vsepc, addr_in(MODE_VS, vs_vector) + 16);
        struct trap t = run_insn(MODE_VS, INSN_SRET, 0, 0);
        check_eq(t.sepc, addr_in(MODE_VS, vs_vector) + 16, "sepc of the ECALL at vsepc");
        check_eq(t.scause, spp ? CAUSE_ECALL_VS : CAUSE_ECALL_U, "scause of the ECALL");
        check_bits(t.hstatus, HSTATUS_SPV | HSTATUS_SPVP, HSTATUS_SPV | (spp ? HSTATUS_SPVP : 0),
                   "hstatus");
        check_bits(csr_read(vsstatus), SSTATUS_SPP | SSTATUS_SPIE | SSTATUS_SIE,
                   SSTATUS_SPIE | (spie ? SSTATUS_SIE : 0), "vsstatus after SRET");
    }
}

/* VS writes its status, goes to VU and comes back, all on its own: what HS had is untouched. */
static void vs_alone(void)
{
    const uint32_t insns[] = {INSN_CSRRS(A2, CSR_SSTATUS, X0), INSN_CSRRW(X0, CSR_SSCRATCH, A0),
                              INSN_CSRRW(A3, CSR_SSCRATCH, X0), INSN_CSRRS(A4, CSR_STVEC, X0),
                              INSN_CSRRS(A5, CSR_SCAUSE, X0)};
    env_set(MODE_BARE, MODE_SV39);
    vs_vector_set(0);
    csr_write(vsstatus, SSTATUS_SUM);
    csr_write(vscause, 7);
    struct trap t = run_code(MODE_VS, insns, 5, 0x1234, 0);
    check(completed(&t), "the code ends with its ECALL");
    check_bits(regs.x[A2], SSTATUS_SUM | SSTATUS_SPP, SSTATUS_SUM, "sstatus in VS");
    check_eq(regs.x[A3], 0x1234, "sscratch in VS");
    check_eq(regs.x[A4], csr_read(vstvec), "stvec in VS");
    check_eq(regs.x[A5], 7, "scause in VS");
    check_eq(csr_read(sscratch), (uint64_t)me(), "sscratch in HS");
}

/* All registers reach the guest and come back. */
static void registers(void)
{
    static const enum mode modes[] = {MODE_U, MODE_VU, MODE_VS};
    env_set(MODE_BARE, MODE_SV39);
    for (unsigned m = 0; m < 3; m++) {
        context("%s", name_of(modes[m]));
        for (uint64_t i = 1; i < 32; i++)
            regs.x[i] = 0x0101010101010101UL * i;
        run_insn(modes[m], INSN_NOP, 0x0a0a0a0a0a0a0a0aUL, 0x0b0b0b0b0b0b0b0bUL);
        for (uint64_t i = 1; i < 32; i++)
            check_eq(regs.x[i], 0x0101010101010101UL * i, "a register");
    }
}

TESTS("traps",                                                       /**/
      {"to_hs", "norm:H_trap_hs_csrwrites", to_hs},                  /**/
      {"to_vs", "norm:H_trap_vs_csrwrites", to_vs},                  /**/
      {"vectored", "norm:vstvec_sz_acc_op", vectored},               /**/
      {"bare", "norm:H_trap_deleg", bare},                           /**/
      {"ecall", "norm:H_cause_ecall", ecall},                        /**/
      {"ecall_delegated", "norm:hedeleg_op", ecall_delegated},       /**/
      {"v0_not_delegated", "norm:H_trap_deleg", v0_not_delegated},   /**/
      {"double_fault", "norm:H_trap_deleg", double_fault},           /**/
      {"nested", "norm:hstatus_spv_op", nested},                     /**/
      {"nested_interrupt", "norm:hstatus_spv_op", nested_interrupt}, /**/
      {"htval_cleared", "norm:htval_trapval", htval_cleared},        /**/
      {"sret_modes", "norm:sret_v0", sret_modes},                    /**/
      {"sret_status", "norm:sret_v0", sret_status},                  /**/
      {"sret_in_vs", "norm:sret_v1", sret_in_vs},                    /**/
      {"vs_alone", "norm:H_vscsrs_sub", vs_alone},                   /**/
      {"registers", "norm:H_vscsrs_sub", registers});
