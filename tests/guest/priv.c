/* SPDX-License-Identifier: BSD-2-Clause */
/* What each mode may execute: illegal (2), virtual (22) or allowed, instruction by instruction. */
#include "csr.h"
#include "env.h"
#include "test.h"

#define OK  CAUSE_NONE
#define ILL CAUSE_ILLEGAL
#define VIR CAUSE_VIRTUAL

static uint64_t data[8] __attribute__((aligned(64)));

/* QEMU finds SRET and the supervisor CSRs illegal in VU, where they are virtual. */
static bool qemu_deviates(enum mode mode, uint32_t insn)
{
    bool csr = (insn & 0x7f) == OP_SYSTEM && (insn >> 12 & 3) && insn >> 28 == 1;
    return !exact && mode == MODE_VU && (insn == INSN_SRET || csr);
}

/* stval of the instruction, or zero for cache-block operations: QEMU does not keep their bits, and
 * the specification does not insist. MRET's is stale on every hart of QEMU's. */
static void check_tval(uint64_t tval, uint32_t insn, const char *what)
{
    bool cbo = (insn & 0x707f) == 0x200f;
    if ((cbo && tval == 0) || insn == INSN_MRET)
        return;
    check_eq(tval, insn, what);
}

/* In VS and VU, run with hedeleg both clear and full: 2 follows hedeleg[2], 22 never does. */
static void expect_guest(enum mode mode, uint32_t insn, uint64_t a0, uint64_t want)
{
    for (unsigned delegated = 0; delegated < 2; delegated++) {
        csr_write(hedeleg, delegated ? BIT(CAUSE_ILLEGAL) : 0);
        csr_write(vscause, 0);
        struct trap t = run_insn(mode, insn, a0, 0);
        if (qemu_deviates(mode, insn) && (t.scause == ILL || taken_in_vs(&t)))
            continue;
        if (want == OK) {
            check_eq(completed(&t) ? OK : t.scause, OK, "scause");
            continue;
        }
        if (want == ILL && delegated) {
            check(taken_in_vs(&t), "an illegal instruction goes to VS");
            check_eq(csr_read(vscause), ILL, "vscause");
            check_eq(csr_read(vsepc), code_pc(mode), "vsepc");
            check_tval(csr_read(vstval), insn, "vstval");
            continue;
        }
        check_eq(completed(&t) ? OK : t.scause, want, "scause");
        check_eq(t.sepc, code_pc(mode), "sepc");
        check_tval(t.stval, insn, "stval");
        check_eq(t.htval | t.htinst, 0, "htval and htinst");
        check_bits(t.hstatus, HSTATUS_SPV | HSTATUS_GVA, HSTATUS_SPV, "hstatus");
    }
    csr_write(hedeleg, 0);
}

static void expect(enum mode mode, uint32_t insn, uint64_t a0, uint64_t want)
{
    if (mode == MODE_VU || mode == MODE_VS) {
        expect_guest(mode, insn, a0, want);
        return;
    }
    struct trap t = run_insn(mode, insn, a0, 0);
    check_eq(completed(&t) ? OK : t.scause, want, "scause");
    if (want == OK)
        return;
    check_tval(t.stval, insn, "stval");
    check_bits(t.hstatus, HSTATUS_SPV, 0, "hstatus.SPV");
}

struct row {
    const char *name;
    uint32_t insn;
    uint64_t hs, u, vu, vs; /* SKIP: not tried */
};
#define SKIP 99UL

static void run_rows(const struct row *rows, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        const uint64_t want[] = {rows[i].u, rows[i].hs, rows[i].vu, rows[i].vs};
        for (enum mode mode = MODE_U; mode <= MODE_VS; mode++) {
            if (want[mode] == SKIP)
                continue;
            context("%s in %s", rows[i].name, name_of(mode));
            expect(mode, rows[i].insn, 0, want[mode]);
        }
    }
}
#define RUN_ROWS(rows) run_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void guest_env(void)
{
    env_set(MODE_BARE, MODE_SV39);
    vs_vector_set(0);
}

static void instructions(void)
{
    static const struct row rows[] = {
        {"sret", INSN_SRET, SKIP, ILL, VIR, SKIP},
        {"mret", INSN_MRET, ILL, ILL, ILL, ILL},
        {"wfi", INSN_WFI, SKIP, ILL, VIR, SKIP},
        {"sfence.vma", INSN_SFENCE_VMA(0, 0), OK, ILL, VIR, OK},
        {"sfence.vma a0, a0", INSN_SFENCE_VMA(A0, A0), OK, ILL, VIR, OK},
        {"hfence.vvma", INSN_HFENCE_VVMA(0, 0), OK, ILL, VIR, VIR},
        {"hfence.vvma a0, a0", INSN_HFENCE_VVMA(A0, A0), OK, ILL, VIR, VIR},
        {"hfence.gvma", INSN_HFENCE_GVMA(0, 0), OK, ILL, VIR, VIR},
        {"hfence.gvma a0, a0", INSN_HFENCE_GVMA(A0, A0), OK, ILL, VIR, VIR},
        {"fence.i", INSN_FENCEI, OK, OK, OK, OK},
        {"dret", 0x7b200073, ILL, ILL, ILL, ILL},
        {"uret", 0x00200073, ILL, ILL, ILL, ILL},
        {"sfence.vma with rd", INSN_SFENCE_VMA(0, 0) | 1 << 7, ILL, ILL, ILL, ILL},
        {"hfence.gvma with rd", INSN_HFENCE_GVMA(0, 0) | 1 << 7, ILL, ILL, ILL, ILL},
    };
    guest_env();
    RUN_ROWS(rows);
}

static void vtsr(void)
{
    guest_env();
    csr_write(hstatus, HSTATUS_VTSR);
    csr_write(vsstatus, SSTATUS_SPP);
    context("sret in VS with VTSR");
    expect(MODE_VS, INSN_SRET, 0, VIR);
    context("sret in VU with VTSR");
    expect(MODE_VU, INSN_SRET, 0, VIR);
    context("others");
    expect(MODE_VS, INSN_SFENCE_VMA(0, 0), 0, OK);
    expect(MODE_VS, INSN_CSRRS(A0, CSR_SATP, X0), 0, OK);
}

static void vtw(void)
{
    guest_env();
    csr_write(hstatus, HSTATUS_VTW);
    context("wfi in VS with VTW, nothing pending");
    expect(MODE_VS, INSN_WFI, 0, VIR);
    context("wfi in VU with VTW");
    expect(MODE_VU, INSN_WFI, 0, VIR);
}

static void vtvm(void)
{
    static const struct row rows[] = {
        {"sfence.vma", INSN_SFENCE_VMA(0, 0), OK, ILL, VIR, VIR},
        {"sfence.vma a0, a0", INSN_SFENCE_VMA(A0, A0), OK, ILL, VIR, VIR},
        {"csrr satp", INSN_CSRRS(A0, CSR_SATP, X0), OK, ILL, VIR, VIR},
        {"csrw satp", INSN_CSRRW(X0, CSR_SATP, A0), OK, ILL, VIR, VIR},
        {"csrr sstatus", INSN_CSRRS(A0, CSR_SSTATUS, X0), OK, ILL, VIR, OK},
        {"hfence.vvma", INSN_HFENCE_VVMA(0, 0), OK, ILL, VIR, VIR},
        {"csrr vsatp", INSN_CSRRS(A0, CSR_VSATP, X0), OK, ILL, VIR, VIR},
    };
    guest_env();
    csr_write(hstatus, HSTATUS_VTVM);
    RUN_ROWS(rows);
}

/* Svinval follows SFENCE.VMA and HFENCE, except that VTVM does not stop the two ordering fences. */
static void svinval(void)
{
    static const struct row rows[] = {
        {"sinval.vma", INSN_R(OP_SYSTEM, 0, 0x0b, 0, 0, 0), OK, ILL, VIR, OK},
        /* QEMU does not check the mode for these two, whoever emulates H above it. */
        {"sfence.w.inval", 0x18000073, OK, SKIP, SKIP, OK},
        {"sfence.inval.ir", 0x18100073, OK, SKIP, SKIP, OK},
        {"hinval.vvma", INSN_R(OP_SYSTEM, 0, 0x13, 0, 0, 0), OK, ILL, VIR, VIR},
        {"hinval.gvma", INSN_R(OP_SYSTEM, 0, 0x33, 0, 0, 0), OK, ILL, VIR, VIR},
    };
    guest_env();
    if (cause_of(MODE_HS, rows[0].insn, 0, 0) == ILL) {
        note("no Svinval");
        return;
    }
    RUN_ROWS(rows);
    csr_write(hstatus, HSTATUS_VTVM);
    context("sinval.vma in VS with VTVM");
    expect(MODE_VS, rows[0].insn, 0, VIR);
    context("sfence.w.inval in VS with VTVM");
    expect(MODE_VS, rows[1].insn, 0, OK);
    context("sfence.inval.ir in VS with VTVM");
    expect(MODE_VS, rows[2].insn, 0, OK);
}

static void virtual_memory_accesses(void)
{
    static const uint32_t insns[] = {
        INSN_HLV_B(A0, A0),   INSN_HLV_BU(A0, A0), INSN_HLV_H(A0, A0), INSN_HLV_HU(A0, A0),
        INSN_HLV_W(A0, A0),   INSN_HLV_WU(A0, A0), INSN_HLV_D(A0, A0), INSN_HLVX_HU(A0, A0),
        INSN_HLVX_WU(A0, A0), INSN_HSV_B(A1, A0),  INSN_HSV_H(A1, A0), INSN_HSV_W(A1, A0),
        INSN_HSV_D(A1, A0)};
    guest_env();
    for (unsigned i = 0; i < sizeof insns / sizeof insns[0]; i++) {
        const uint64_t gpa = (uint64_t)data + env.alias;
        context("0x%x, HU=0", insns[i]);
        csr_write(hstatus, HSTATUS_SPVP);
        expect(MODE_HS, insns[i], gpa, OK);
        expect(MODE_U, insns[i], gpa, ILL);
        expect(MODE_VU, insns[i], gpa, VIR);
        expect(MODE_VS, insns[i], gpa, VIR);
        context("0x%x, HU=1", insns[i]);
        csr_write(hstatus, HSTATUS_SPVP | HSTATUS_HU);
        expect(MODE_HS, insns[i], gpa, OK);
        expect(MODE_U, insns[i], gpa, OK);
        expect(MODE_VU, insns[i], gpa, VIR);
        expect(MODE_VS, insns[i], gpa, VIR);
        csr_write(hstatus, 0);
    }
}

/* Neighbours of HLV and HSV that are no instructions. */
static void reserved_encodings(void)
{
    static const uint32_t insns[] = {INSN_HLV(0x30, 2, A0, A0),
                                     INSN_HLV(0x30, 3, A0, A0),
                                     INSN_HLV(0x32, 2, A0, A0),
                                     INSN_HLV(0x34, 2, A0, A0),
                                     INSN_HLV(0x36, 1, A0, A0),
                                     INSN_HLV(0x36, 3, A0, A0),
                                     INSN_HLV(0x38, 0, A0, A0),
                                     INSN_R(OP_SYSTEM, 4, 0x31, A2, A0, A1),
                                     INSN_R(OP_SYSTEM, 4, 0x37, A2, A0, A1),
                                     INSN_HLV(0x30, 0, A0, A0) & ~(1u << 30),
                                     INSN_R(OP_SYSTEM, 4, 0x39, 0, A0, A1),
                                     INSN_R(OP_SYSTEM, 0, 0x51, 0, 0, 0)};
    guest_env();
    csr_write(hstatus, HSTATUS_HU);
    for (unsigned i = 0; i < sizeof insns / sizeof insns[0]; i++) {
        context("0x%x", insns[i]);
        for (enum mode mode = MODE_U; mode <= MODE_VS; mode++)
            expect(mode, insns[i], (uint64_t)data, ILL);
    }
}

/* All hypervisor and VS CSRs, read and written (with the value that they have). */
static void hypervisor_csrs(void)
{
    static const unsigned csrs[] = {
        CSR_HSTATUS, CSR_HEDELEG, CSR_HIDELEG,  CSR_HIE,  CSR_HTIMEDELTA, CSR_HCOUNTEREN,
        CSR_HGEIE,   CSR_HENVCFG, CSR_HTVAL,    CSR_HIP,  CSR_HVIP,       CSR_HTINST,
        CSR_HGATP,   CSR_HGEIP,   CSR_VSSTATUS, CSR_VSIE, CSR_VSTVEC,     CSR_VSSCRATCH,
        CSR_VSEPC,   CSR_VSCAUSE, CSR_VSTVAL,   CSR_VSIP, CSR_VSTIMECMP,  CSR_VSATP};
    guest_env();
    for (unsigned i = 0; i < sizeof csrs / sizeof csrs[0]; i++) {
        bool ro = csrs[i] == CSR_HGEIP;
        if (csrs[i] == CSR_VSTIMECMP && !sstc)
            continue;
        for (enum mode mode = MODE_U; mode <= MODE_VS; mode++) {
            if (mode == MODE_HS)
                continue;
            uint64_t want = mode == MODE_U ? ILL : VIR;
            context("read of 0x%x in %s", csrs[i], name_of(mode));
            expect(mode, INSN_CSRRS(A0, csrs[i], X0), 0, want);
            context("write of 0x%x in %s", csrs[i], name_of(mode));
            expect(mode, INSN_CSRRW(X0, csrs[i], A0), 0, ro ? ILL : want);
            expect(mode, INSN_CSRRS(A0, csrs[i], A0), 0, ro ? ILL : want);
        }
    }
}

static void supervisor_csrs(void)
{
    static const unsigned csrs[] = {CSR_SSTATUS, CSR_SIE,      CSR_STVEC, CSR_SCOUNTEREN,
                                    CSR_SENVCFG, CSR_SSCRATCH, CSR_SEPC,  CSR_SCAUSE,
                                    CSR_STVAL,   CSR_SIP,      CSR_SATP};
    guest_env();
    for (unsigned i = 0; i < sizeof csrs / sizeof csrs[0]; i++) {
        context("0x%x", csrs[i]);
        expect(MODE_U, INSN_CSRRS(A0, csrs[i], X0), 0, ILL);
        expect(MODE_U, INSN_CSRRW(X0, csrs[i], A0), 0, ILL);
        expect(MODE_VU, INSN_CSRRS(A0, csrs[i], X0), 0, VIR);
        expect(MODE_VU, INSN_CSRRW(X0, csrs[i], A0), 0, VIR);
        expect(MODE_VS, INSN_CSRRS(A0, csrs[i], X0), 0, OK);
    }
}

/* What is no CSR, a machine's, or read-only is illegal from everywhere. */
static void other_csrs(void)
{
    static const unsigned csrs[] = {0x300, 0x304,     0x305, 0x341, 0x3a0, 0x3b0, 0xf14,
                                    0x30a, 0x180 + 1, 0x601, 0x612, 0x615, 0x61a, 0x25d,
                                    0x281, 0xc80,     0xc81, 0xc82, 0x5ff, 0x7b0, 0xb00};
    guest_env();
    for (unsigned i = 0; i < sizeof csrs / sizeof csrs[0]; i++) {
        for (enum mode mode = MODE_U; mode <= MODE_VS; mode++) {
            context("0x%x in %s", csrs[i], name_of(mode));
            expect(mode, INSN_CSRRS(A0, csrs[i], X0), 0, ILL);
            expect(mode, INSN_CSRRW(X0, csrs[i], A0), 0, ILL);
        }
    }
    for (unsigned csr = CSR_CYCLE; csr <= CSR_INSTRET; csr++) {
        for (enum mode mode = MODE_U; mode <= MODE_VS; mode++) {
            context("write of 0x%x in %s", csr, name_of(mode));
            expect(mode, INSN_CSRRW(X0, csr, A0), 0, ILL);
        }
    }
}

/* Every combination of hcounteren and scounteren for cycle, time and instret. */
static void counters(void)
{
    guest_env();
    for (uint64_t c = 0; c < 64; c++) {
        uint64_t h = c & 7, s = c >> 3;
        csr_write(hcounteren, h);
        csr_write(scounteren, s);
        for (unsigned n = 0; n < 3; n++) {
            uint32_t insn = INSN_CSRRS(A0, CSR_CYCLE + n, X0);
            bool hn = h >> n & 1, sn = s >> n & 1;
            context("counter %u, hcounteren %lu, scounteren %lu", n, h, s);
            expect(MODE_VS, insn, 0, hn ? OK : VIR);
            expect(MODE_VU, insn, 0, hn && sn ? OK : VIR);
            if (exact || n != 1) /* OpenSBI reads time for U whatever scounteren says */
                expect(MODE_U, insn, 0, sn ? OK : ILL);
            expect(MODE_HS, insn, 0, OK);
        }
    }
    csr_write(scounteren, 7);
}

/* The programmable counters, as far as HS has them. */
static void hpm_counters(void)
{
    guest_env();
    for (unsigned n = 3; n < 32; n++) {
        uint32_t insn = INSN_CSRRS(A0, CSR_CYCLE + n, X0);
        if (cause_of(MODE_HS, insn, 0, 0) != CAUSE_NONE)
            continue;
        csr_write(hcounteren, ~BIT(n));
        csr_write(scounteren, ~0UL);
        context("hpmcounter%u, hcounteren clear", n);
        expect(MODE_VS, insn, 0, VIR);
        expect(MODE_VU, insn, 0, VIR);
        csr_write(hcounteren, ~0UL);
        context("hpmcounter%u, hcounteren set", n);
        if (csr_read(hcounteren) & BIT(n))
            expect(MODE_VS, insn, 0, OK);
    }
}

static void stimecmp(void)
{
    const uint32_t get = INSN_CSRRS(A0, CSR_STIMECMP, X0);
    const uint32_t put = INSN_CSRRW(X0, CSR_STIMECMP, A0);
    guest_env();
    if (!sstc)
        return;
    for (unsigned c = 0; c < 4; c++) {
        bool stce = c & 1, tm = c & 2;
        csr_write(henvcfg, stce ? HENVCFG_STCE : 0);
        csr_write(hcounteren, tm ? 7 : 5);
        context("STCE %u, TM %u", stce, tm);
        expect(MODE_VS, get, 0, stce && tm ? OK : VIR);
        expect(MODE_VS, put, ~0UL, stce && tm ? OK : VIR);
        expect(MODE_VU, get, 0, VIR);
        expect(MODE_VU, put, ~0UL, VIR);
        context("vstimecmp");
        expect(MODE_VS, INSN_CSRRS(A0, CSR_VSTIMECMP, X0), 0, VIR);
        expect(MODE_HS, INSN_CSRRS(A0, CSR_VSTIMECMP, X0), 0, OK);
    }
}

/* One instruction behind two gates, of HS and of VS. */
static void gated(const char *name, uint32_t insn, uint64_t h_mask, uint64_t s_mask)
{
    uint64_t a0 = (uint64_t)data + env.alias;
    if (cause_of(MODE_HS, insn, (uint64_t)data, 0) != CAUSE_NONE) {
        note("no %s", name);
        return;
    }
    for (unsigned c = 0; c < 4; c++) {
        bool h = c & 1, s = c & 2;
        csr_write(henvcfg, h ? h_mask : 0);
        csr_write(senvcfg, s ? s_mask : 0);
        context("%s, henvcfg %u, senvcfg %u", name, h, s);
        expect(MODE_VS, insn, a0, h ? OK : VIR);
        expect(MODE_VU, insn, a0, h && s ? OK : VIR);
        expect(MODE_U, insn, (uint64_t)data, s ? OK : ILL);
    }
    csr_write(senvcfg, 0);
}

static void cache_blocks(void)
{
    guest_env();
    gated("cbo.zero", INSN_I(0x0f, 2, 0, A0, 4), BIT(7), BIT(7));
    gated("cbo.clean", INSN_I(0x0f, 2, 0, A0, 1), BIT(6), BIT(6));
    gated("cbo.flush", INSN_I(0x0f, 2, 0, A0, 2), BIT(6), BIT(6));
    gated("cbo.inval", INSN_I(0x0f, 2, 0, A0, 0), 0x10, 0x10);
}

static void status_field_off(uint64_t field, uint32_t insn, const char *name)
{
    for (unsigned c = 0; c < 4; c++) {
        bool hs = c & 1, vs = c & 2;
        for (enum mode mode = MODE_VU; mode <= MODE_VS; mode++) {
            context("%s in %s, sstatus %u, vsstatus %u", name, name_of(mode), hs, vs);
            csr_write(sstatus, hs ? field & (field >> 1) : 0);
            csr_write(vsstatus, vs ? field & (field >> 1) : 0);
            expect(mode, insn, (uint64_t)data, hs && vs ? OK : ILL);
        }
    }
}

/* FS and VS of both levels count, and an instruction that they stop is illegal, never virtual. */
static void fs_vs_off(void)
{
    guest_env();
    csr_write(sstatus, SSTATUS_FS);
    if (csr_read(sstatus) & SSTATUS_FS) {
        status_field_off(SSTATUS_FS, 0x02000553, "fadd.d fa0");
        status_field_off(SSTATUS_FS, INSN_CSRRS(A0, 3, X0), "csrr fcsr");
        status_field_off(SSTATUS_FS, INSN_CSRRW(X0, 1, A0), "csrw fflags");
    }
    csr_write(sstatus, SSTATUS_VS);
    if (csr_read(sstatus) & SSTATUS_VS)
        status_field_off(SSTATUS_VS, 0x0c0572d7, "vsetvli");
    csr_write(sstatus, 0);
    csr_write(vsstatus, 0);
}

/* Modifying floating-point state in VS or VU makes FS of both levels Dirty. */
static void fs_dirty(void)
{
    guest_env();
    csr_write(sstatus, SSTATUS_FS);
    if (!(csr_read(sstatus) & SSTATUS_FS))
        return;
    for (uint64_t c = 0; c < 18; c++) {
        uint64_t hs = 1 + c % 3, vs = 1 + c / 3 % 3;
        enum mode mode = c / 9 ? MODE_VS : MODE_VU;
        csr_write(sstatus, FIELD_PUT(SSTATUS_FS, hs));
        csr_write(vsstatus, FIELD_PUT(SSTATUS_FS, vs));
        struct trap t = run_insn(mode, 0xf2050553 /* fmv.d.x fa0, a0 */, 1, 0);
        context("FS of HS %lu, of VS %lu, in %s", hs, vs, name_of(mode));
        check(completed(&t), "fmv.d.x completes");
        check_bits(t.sstatus, SSTATUS_FS, SSTATUS_FS, "sstatus.FS");
        check_bits(csr_read(vsstatus), SSTATUS_FS, SSTATUS_FS, "vsstatus.FS");
    }
    csr_write(sstatus, 0);
}

/* A 16-bit instruction, and one that starts in the middle of a word. */
static void compressed_illegal(void)
{
    guest_env();
    for (enum mode mode = MODE_U; mode <= MODE_VS; mode++) {
        if (mode == MODE_HS)
            continue;
        static const uint32_t code[] = {0x0001 /* c.nop */, INSN_CSRRS(A0, CSR_HSTATUS, X0)};
        struct trap t = run_code(mode, code, 2, 0, 0);
        context("%s", name_of(mode));
        check_eq(t.scause, mode == MODE_U ? ILL : VIR, "scause behind a 16-bit instruction");
        check_eq(t.sepc, code_pc(mode) + 2, "sepc");
        check_eq(t.stval, code[1], "stval");
        t = run_insn(mode, 0x0000, 0, 0);
        check_eq(t.scause, ILL, "scause of 0x0000");
        check_eq(t.stval, 0, "stval of 0x0000");
    }
}

TESTS("priv",                                                             /**/
      {"instructions", "norm:H_cause_virtual_instruction", instructions}, /**/
      {"vtsr", "norm:H_virtinst_vs_sret_vtsr1", vtsr},                    /**/
      {"vtw", "norm:H_virtinst_wfi_vtw1_tw0", vtw},                       /**/
      {"vtvm", "norm:H_virtinst_vs_sfence_sinval_satp_vtvm1", vtvm},      /**/
      {"svinval", "Svinval", svinval},                                    /**/
      {"virtual_memory_accesses", "norm:hlsv_virtinst", virtual_memory_accesses},
      {"reserved_encodings", "norm:H_cause_virtual_instruction", reserved_encodings},
      {"hypervisor_csrs", "norm:H_virtinst_vu_vs_nonhigh_allowedhs_tvm0", hypervisor_csrs},
      {"supervisor_csrs", "norm:H_virtinst_vu_nonhigh_supervisor_allowedhs_tvm0", supervisor_csrs},
      {"other_csrs", "norm:H_cause_virtual_instruction", other_csrs},
      {"counters", "norm:H_virtinst_vu_nonhighctr_h0_s0_m1", counters},
      {"hpm_counters", "norm:hcounteren_op", hpm_counters},
      {"stimecmp", "norm:hcounteren_acc", stimecmp},
      {"cache_blocks", "norm:henvcfg_cbze", cache_blocks},
      {"fs_vs_off", "norm:H_illegalinst_xstatus_fs_vs", fs_vs_off},
      {"fs_dirty", "norm:vsstatus_fs_op", fs_dirty},
      {"compressed_illegal", "norm:H_virtinst_xtval", compressed_illegal});
