/* SPDX-License-Identifier: BSD-2-Clause */
/* The VS CSRs: their own fields, and their standing in for the supervisor's when V=1. */
#include "csr.h"
#include "env.h"
#include "test.h"

/* QEMU holds whatever HS writes to vsstatus, shows SD to VS only, and keeps vsepc's bit 0. */
static void vsstatus(void)
{
    const uint64_t rw = SSTATUS_SIE | SSTATUS_SPIE | SSTATUS_SPP | SSTATUS_SUM | SSTATUS_MXR;
    const uint64_t zero = !exact ? 0
                                 : ~(rw | SSTATUS_UBE | SSTATUS_VS | SSTATUS_FS | BIT(23) |
                                     BIT(24) | SSTATUS_UXL | SSTATUS_SD);
    check_bits(hs_csr_put(CSR_VSSTATUS, 0), rw | zero | SSTATUS_SD | SSTATUS_FS | SSTATUS_VS, 0,
               "vsstatus after writing 0");
    check_bits(hs_csr_put(CSR_VSSTATUS, ~0UL), rw | zero, rw, "vsstatus after writing ones");
    for (unsigned i = 0; i < 20; i++) {
        context("bit %u", i);
        if (BIT(i) & rw)
            check_bits(hs_csr_put(CSR_VSSTATUS, BIT(i)), rw, BIT(i), "vsstatus");
    }
    context("%s", "");
    uint64_t uxl = FIELD_GET(SSTATUS_UXL, hs_csr_put(CSR_VSSTATUS, FIELD_PUT(SSTATUS_UXL, 2)));
    check_eq(uxl, 2, "UXL after writing 2");
}

static void check_sd(uint64_t fs, uint64_t want, bool hs_on)
{
    uint64_t v = hs_csr_put(CSR_VSSTATUS, FIELD_PUT(SSTATUS_FS, fs));
    if (exact)
        check_eq(v >> 63, want, "vsstatus.SD read in HS");
    run_insn(MODE_VS, INSN_CSRRS(A0, CSR_SSTATUS, X0), 0, 0);
    uint64_t seen = regs.x[A0];
    check_eq(FIELD_GET(SSTATUS_FS, hs_csr_get(CSR_VSSTATUS)), fs, "vsstatus.FS after VS has run");
    /* A hart without H has one FS: with HS's Off it must be Off, and VS sees that. */
    if (exact && !hs_on)
        return;
    check_eq(seen >> 63, want, "sstatus.SD read in VS");
    check_eq(FIELD_GET(SSTATUS_FS, seen), fs, "sstatus.FS read in VS");
}

/* FS and SD summarize what VS sees, whatever the HS-level FS is. */
static void vsstatus_sd(void)
{
    env_set(MODE_BARE, MODE_BARE);
    for (uint64_t hs = 0; hs < 4; hs++) {
        csr_write(sstatus, FIELD_PUT(SSTATUS_FS, hs));
        for (uint64_t fs = 0; fs < 4; fs++) {
            context("FS of HS %lu, of VS %lu", hs, fs);
            check_sd(fs, fs == 3, hs);
            /* With one FS for both, VS makes HS Dirty: more than needed, never less. */
            uint64_t now = FIELD_GET(SSTATUS_FS, csr_read(sstatus));
            check(now == hs || (exact && hs && now == 3), "sstatus.FS is as it was");
            csr_write(sstatus, FIELD_PUT(SSTATUS_FS, hs));
        }
    }
    hs_csr_put(CSR_VSSTATUS, 0);
}

/* What a guest makes of its own FS doesn't hide from HS that it has used the unit. */
static void fs_used_and_off(void)
{
    const uint32_t code[] = {0xf2000053, INSN_CSRRC(X0, CSR_SSTATUS, A0)}; /* fmv.d.x f0, x0 */
    env_set(MODE_BARE, MODE_BARE);
    csr_write(sstatus, FIELD_PUT(SSTATUS_FS, 1));
    hs_csr_put(CSR_VSSTATUS, FIELD_PUT(SSTATUS_FS, 1));
    struct trap t = run_code(MODE_VS, code, 2, SSTATUS_FS, 0);
    check(completed(&t), "fmv.d.x and csrrc work");
    check_eq(FIELD_GET(SSTATUS_FS, hs_csr_get(CSR_VSSTATUS)), 0, "vsstatus.FS");
    check_eq(FIELD_GET(SSTATUS_FS, csr_read(sstatus)), 3, "sstatus.FS");
    csr_write(sstatus, 0);
}

static void vsstatus_apart(void)
{
    const uint64_t bits = SSTATUS_SUM | SSTATUS_MXR | SSTATUS_SPP | SSTATUS_SPIE;
    irq_off();
    csr_write(sstatus, 0);
    hs_csr_put(CSR_VSSTATUS, bits | SSTATUS_SIE);
    check_bits(csr_read(sstatus), bits | SSTATUS_SIE, 0, "sstatus after writing vsstatus");
    hs_csr_put(CSR_VSSTATUS, 0);
    csr_write(sstatus, bits & ~SSTATUS_SPP);
    check_bits(hs_csr_get(CSR_VSSTATUS), bits | SSTATUS_SIE, 0, "vsstatus after writing sstatus");
}

static void vscause(void)
{
    for (uint64_t i = 0; i < 24; i++) {
        context("code %lu", i);
        check_eq(hs_csr_put(CSR_VSCAUSE, i), i, "vscause");
        check_eq(hs_csr_put(CSR_VSCAUSE, BIT(63) | i), BIT(63) | i, "vscause");
    }
}

static void vsepc(void)
{
    for (unsigned i = 0; i < PATTERNS; i++)
        check_eq(hs_csr_put(CSR_VSEPC, patterns[i] & ~1UL), patterns[i] & ~1UL, "vsepc");
    if (exact)
        check_eq(hs_csr_put(CSR_VSEPC, 0x80200003UL), 0x80200002UL,
                 "vsepc, whose bit 0 is always zero");
}

static void vstval_vsscratch(void)
{
    for (unsigned i = 0; i < PATTERNS; i++) {
        check_eq(hs_csr_put(CSR_VSTVAL, patterns[i]), patterns[i], "vstval");
        check_eq(hs_csr_put(CSR_VSSCRATCH, patterns[i]), patterns[i], "vsscratch");
    }
    check_eq(csr_read(sscratch), (uint64_t)me(), "sscratch after writing vsscratch");
}

static void vstvec(void)
{
    uint64_t old = csr_read(stvec);
    check_eq(hs_csr_put(CSR_VSTVEC, 0x80200100UL), 0x80200100UL, "vstvec, direct");
    check_eq(hs_csr_put(CSR_VSTVEC, 0x80200101UL), 0x80200101UL, "vstvec, vectored");
    check_eq(hs_csr_put(CSR_VSTVEC, 0x12345678abcd00UL), 0x12345678abcd00UL, "vstvec");
    uint64_t v = hs_csr_put(CSR_VSTVEC, 0x80200102UL);
    check((v & 2) == 0, "MODE of vstvec does not hold a reserved value");
    check_eq(csr_read(stvec), old, "stvec after writing vstvec");
}

static void vstimecmp(void)
{
    if (!sstc)
        return;
    for (unsigned i = 0; i < PATTERNS; i++)
        check_eq(hs_csr_put(CSR_VSTIMECMP, patterns[i]), patterns[i], "vstimecmp");
}

/* "When V=0, a write with an unsupported MODE is either ignored, or the fields are WARL." */
static void vsatp_bad_mode(void)
{
    const uint64_t good = FIELD_PUT(ATP_MODE, MODE_SV39) | BIT(44) | 0x80200UL;
    for (uint64_t m = 0; m < 16; m++) {
        uint64_t bad = FIELD_PUT(ATP_MODE, m) | 0x80300UL;
        if (m == 0 || (m >= 8 && m <= 10 && env_has_vs(m)))
            continue;
        context("MODE %lu", m);
        hs_csr_put(CSR_VSATP, good);
        uint64_t v = hs_csr_put(CSR_VSATP, bad);
        uint64_t got = FIELD_GET(ATP_MODE, v);
        if (v != good)
            check(got == 0 || (got >= 8 && got <= 10), "vsatp is unchanged or its MODE is legal");
    }
    hs_csr_put(CSR_VSATP, 0);
}

static void vsatp_modes(void)
{
    check(env_has_vs(MODE_SV39), "Sv39 is there");
    for (uint64_t m = MODE_SV39; m <= MODE_SV57; m++) {
        uint64_t v = FIELD_PUT(ATP_MODE, m) | BIT(44) | 0x80200UL;
        context("%s", mode_name(m));
        if (env_has_vs(m))
            check_eq(hs_csr_put(CSR_VSATP, v), v, "vsatp");
        check_eq(csr_read(satp), 0, "satp after writing vsatp");
    }
    hs_csr_put(CSR_VSATP, 0);
}

/* "When V=1, a write to satp with an unsupported MODE is ignored." */
static void satp_bad_mode_vs(void)
{
    const uint64_t good = 0x80200UL;
    env_set(MODE_BARE, MODE_BARE);
    for (uint64_t m = 1; m < 16; m++) {
        if (m >= 8 && m <= 10 && env_has_vs(m))
            continue;
        context("MODE %lu", m);
        hs_csr_put(CSR_VSATP, 0);
        uint64_t before = hs_csr_get(CSR_VSATP);
        struct trap t = run_insn(MODE_VS, INSN_CSRRW(X0, CSR_SATP, A0),
                                 FIELD_PUT(ATP_MODE, m) | good | BIT(45), 0);
        check(completed(&t), "csrw satp completes");
        check_eq(hs_csr_get(CSR_VSATP), before, "vsatp");
    }
}

/* Supervisor CSRs that VS CSRs stand in for; a value that both can hold, one for HS, one for VS. */
static const struct {
    unsigned s, vs;
    uint64_t hs_val, vs_val, mask;
    const char *name;
} pairs[] = {
    {CSR_SSTATUS, CSR_VSSTATUS, 0, SSTATUS_SUM | SSTATUS_SPP, SSTATUS_SUM | SSTATUS_SPP, "sstatus"},
    {CSR_STVEC, CSR_VSTVEC, 0, 0x80201000UL, ~0UL, "stvec"},
    {CSR_SSCRATCH, CSR_VSSCRATCH, 0, 0x1122334455667788UL, ~0UL, "sscratch"},
    {CSR_SEPC, CSR_VSEPC, 0, 0x80202000UL, ~0UL, "sepc"},
    {CSR_SCAUSE, CSR_VSCAUSE, 0, 13, ~0UL, "scause"},
    {CSR_STVAL, CSR_VSTVAL, 0, 0x80203004UL, ~0UL, "stval"},
    {CSR_STIMECMP, CSR_VSTIMECMP, 0, 0x7766554433221100UL, ~0UL, "stimecmp"},
    {CSR_SATP, CSR_VSATP, 0, 0x80300UL, ATP_PPN, "satp"},
};
#define PAIRS (sizeof pairs / sizeof pairs[0])

static void read_in_vs(void)
{
    env_set(MODE_BARE, MODE_BARE);
    for (unsigned i = 0; i < PAIRS; i++) {
        if (pairs[i].vs == CSR_VSTIMECMP && !sstc)
            continue;
        context("%s", pairs[i].name);
        uint64_t want = hs_csr_put(pairs[i].vs, pairs[i].vs_val);
        check_bits(want, pairs[i].mask, pairs[i].vs_val & pairs[i].mask, "the VS CSR in HS");
        struct trap t = run_insn(MODE_VS, INSN_CSRRS(A0, pairs[i].s, X0), 0, 0);
        if (!check(completed(&t), "csrr in VS completes"))
            fail("expected an ECALL, seen cause %lu at 0x%lx", t.scause, t.sepc);
        check_eq(regs.x[A0] & pairs[i].mask, want & pairs[i].mask, "value read in VS");
        hs_csr_put(pairs[i].vs, 0);
    }
}

/* A write in VS reaches the VS CSR, and the CSR of HS keeps its value. */
static void write_in_vs(void)
{
    env_set(MODE_BARE, MODE_BARE);
    for (unsigned i = 0; i < PAIRS; i++) {
        uint64_t hs_before = 0, hs_after = 0;
        if (pairs[i].vs == CSR_VSTIMECMP && !sstc)
            continue;
        bool stable =
            pairs[i].s == CSR_STVEC || pairs[i].s == CSR_SSCRATCH || pairs[i].s == CSR_SATP;
        if (pairs[i].vs == CSR_VSTIMECMP && !sstc)
            continue;
        context("%s", pairs[i].name);
        hs_csr_put(pairs[i].vs, 0);
        if (stable)
            hs_before = hs_csr_get(pairs[i].s);
        struct trap t = run_insn(MODE_VS, INSN_CSRRW(X0, pairs[i].s, A0), pairs[i].vs_val, 0);
        if (!check(completed(&t), "csrw in VS completes"))
            fail("expected an ECALL, seen cause %lu at 0x%lx", t.scause, t.sepc);
        check_bits(hs_csr_get(pairs[i].vs), pairs[i].mask, pairs[i].vs_val & pairs[i].mask,
                   "the VS CSR in HS");
        if (stable)
            hs_after = hs_csr_get(pairs[i].s);
        check_eq(hs_after, hs_before, "the HS CSR");
        hs_csr_put(pairs[i].vs, 0);
    }
}

/* sip and sie in VS are vsip and vsie: only what hideleg lets through. */
static void interrupts_in_vs(void)
{
    env_set(MODE_BARE, MODE_BARE);
    csr_write(hideleg, BIT(IRQ_VSSI) | BIT(IRQ_VSEI));
    csr_write(hvip, VS_IRQS);
    run_insn(MODE_VS, INSN_CSRRS(A0, CSR_SIP, X0), 0, 0);
    check_bits(regs.x[A0], 0xffff, BIT(IRQ_SSI) | BIT(IRQ_SEI), "sip read in VS");
    csr_write(hvip, 0);
    run_insn(MODE_VS, INSN_CSRRS(X0, CSR_SIP, A0), 0xffff, 0);
    check_eq(csr_read(hvip), BIT(IRQ_VSSI), "hvip after setting all of sip in VS");
    csr_write(hvip, 0);
    uint64_t hs_sie = csr_read(sie);
    run_insn(MODE_VS, INSN_CSRRW(X0, CSR_SIE, A0), 0xffff, 0);
    check_bits(csr_read(hie), VS_IRQS, BIT(IRQ_VSSI) | BIT(IRQ_VSEI), "hie after sie in VS");
    check_eq(csr_read(sie), hs_sie, "sie of HS");
    run_insn(MODE_VS, INSN_CSRRS(A0, CSR_SIE, X0), 0, 0);
    check_bits(regs.x[A0], 0xffff, BIT(IRQ_SSI) | BIT(IRQ_SEI), "sie read in VS");
}

/* scounteren and senvcfg have no VS CSR and are the same registers in VS. */
static void shared_with_vs(void)
{
    env_set(MODE_BARE, MODE_BARE);
    for (uint64_t v = 0; v < 8; v++) {
        csr_write(scounteren, v ^ 7);
        context("scounteren %lu", v);
        run_insn(MODE_VS, INSN_CSRRW(A0, CSR_SCOUNTEREN, A0), v, 0);
        check_eq(regs.x[A0], v ^ 7, "scounteren read in VS");
        check_eq(csr_read(scounteren), v, "scounteren of HS after a write in VS");
    }
    uint64_t senv = hs_csr_put(CSR_SENVCFG, 1);
    run_insn(MODE_VS, INSN_CSRRS(A0, CSR_SENVCFG, X0), 0, 0);
    context("senvcfg");
    check_eq(regs.x[A0], senv, "value read in VS");
    hs_csr_put(CSR_SENVCFG, 0);
    csr_write(scounteren, 7);
}

#define CSR_HSTATEEN0 0x60cu
#define CSR_SISELECT  0x150u
#define CSR_SIREG     0x151u
#define CSR_STOPEI    0x15cu
#define CSR_VSISELECT 0x250u
#define CSR_STOPI     0xdb0u

static bool there(unsigned csr)
{
    uint64_t v;
    return hs_csr_read(csr, &v) == CAUSE_NONE;
}

/* A bit of hstateen0 keeps its registers from VS, and nothing from HS. */
static void stateen(void)
{
    static const struct {
        uint64_t bit;
        unsigned csr;
    } rows[] = {
        {BIT(63), 0x10c}, {BIT(62), CSR_SENVCFG}, {BIT(60), CSR_SISELECT}, {BIT(59), CSR_STOPI}};
    if (!there(CSR_HSTATEEN0))
        return;
    env_set(MODE_BARE, MODE_BARE);
    uint64_t all = hs_csr_put(CSR_HSTATEEN0, ~0UL);
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        uint32_t insn = INSN_CSRRS(A0, rows[i].csr, X0);
        if (!there(rows[i].csr))
            continue;
        context("CSR 0x%x", rows[i].csr);
        check_bits(all, rows[i].bit, rows[i].bit, "writable bits of hstateen0");
        for (unsigned k = 0; k < 4; k++) {
            bool on = k & 1;
            check_eq(hs_csr_put(CSR_HSTATEEN0, on ? all : all & ~rows[i].bit),
                     on ? all : all & ~rows[i].bit, "hstateen0");
            check_eq(cause_of(MODE_VS, insn, 0, 0), on ? CAUSE_NONE : CAUSE_VIRTUAL, "cause in VS");
            if (exact) /* QEMU takes VU's accesses for illegal */
                check_eq(cause_of(MODE_VU, insn, 0, 0), CAUSE_VIRTUAL, "cause in VU");
            check_eq(cause_of(MODE_HS, insn, 0, 0), CAUSE_NONE, "cause in HS");
        }
    }
}

/* AIA: siselect and stopi in VS are VS's own. (Without Smstateen nothing closes HS's to a guest of
 * an emulated H: docs/limits.md.) */
static void aia_in_vs(void)
{
    if (!there(CSR_SISELECT) || !there(CSR_HSTATEEN0))
        return;
    env_set(MODE_BARE, MODE_BARE);
    hs_csr_put(CSR_SISELECT, 0x30);
    hs_csr_put(CSR_VSISELECT, 0x32);
    run_insn(MODE_VS, INSN_CSRRW(A0, CSR_SISELECT, A0), 0x34, 0);
    check_eq(regs.x[A0], 0x32, "siselect read in VS");
    check_eq(hs_csr_get(CSR_VSISELECT), 0x34, "vsiselect after siselect was written in VS");
    check_eq(hs_csr_get(CSR_SISELECT), 0x30, "siselect of HS");
    csr_write(hideleg, VS_IRQS);
    for (unsigned k = 0; k < 4; k++) { /* enabled by HS, or in VS itself */
        uint64_t pending = k & 1 ? BIT(IRQ_VSSI) : 0, enabled = k & 2 ? BIT(IRQ_SSI) : 0;
        context("pending %u, enabled %u", k & 1, k >> 1);
        csr_write(hvip, pending);
        csr_write(hie, 0);
        const uint32_t insns[] = {INSN_CSRRW(X0, CSR_SIE, A0), INSN_CSRRS(A0, CSR_STOPI, X0)};
        run_code(MODE_VS, insns, 2, enabled, 0);
        check_eq(regs.x[A0] >> 16, pending && enabled ? IRQ_SSI : 0, "stopi read in VS");
    }
    const uint32_t own[] = {INSN_CSRRW(X0, CSR_SIE, A0), INSN_CSRRW(X0, CSR_SIP, A0),
                            INSN_CSRRS(A1, CSR_STOPI, X0), INSN_CSRRW(X0, CSR_SIP, X0),
                            INSN_CSRRS(A0, CSR_STOPI, X0)};
    context("SSIP");
    run_code(MODE_VS, own, 5, BIT(IRQ_SSI), 0);
    check_eq(regs.x[A1] >> 16, IRQ_SSI, "stopi after VS has set it");
    check_eq(regs.x[A0], 0, "stopi after VS has cleared it");
    check_eq(csr_read(hvip), 0, "hvip");
    hs_csr_put(CSR_VSISELECT, 0x30);
    context("no guest interrupt file");
    check_eq(cause_of(MODE_VS, INSN_CSRRS(A0, CSR_SIREG, X0), 0, 0), CAUSE_VIRTUAL, "sireg in VS");
    check_eq(cause_of(MODE_VS, INSN_CSRRS(A0, CSR_STOPEI, X0), 0, 0), CAUSE_VIRTUAL,
             "stopei in VS");
    csr_write(hie, 0);
}

/* The rows of the CSR instructions, on a register with 64 plain bits. Old value, rs1, new value. */
static void csr_instructions(void)
{
    const uint64_t old = 0x00ff00ff00ff00ffUL, val = 0x0f0f0f0f0f0f0f0fUL;
    const struct {
        uint32_t insn;
        uint64_t rd, now;
        const char *name;
    } rows[] = {
        {INSN_CSRRW(A0, CSR_VSSCRATCH, A0), old, val, "csrrw"},
        {INSN_CSRRW(X0, CSR_VSSCRATCH, A0), val, val, "csrrw to x0"},
        {INSN_CSRRS(A0, CSR_VSSCRATCH, A0), old, old | val, "csrrs"},
        {INSN_CSRRC(A0, CSR_VSSCRATCH, A0), old, old & ~val, "csrrc"},
        {INSN_CSRRS(A0, CSR_VSSCRATCH, X0), old, old, "csrrs with x0"},
        {INSN_CSRRC(A0, CSR_VSSCRATCH, X0), old, old, "csrrc with x0"},
        {INSN_CSRRW(A0, CSR_VSSCRATCH, X0), old, 0, "csrrw with x0"},
        {INSN_I(OP_SYSTEM, 5, A0, 21, CSR_VSSCRATCH), old, 21, "csrrwi"},
        {INSN_I(OP_SYSTEM, 6, A0, 0x1f, CSR_VSSCRATCH), old, old | 0x1f, "csrrsi"},
        {INSN_I(OP_SYSTEM, 7, A0, 0x15, CSR_VSSCRATCH), old, old & ~0x15UL, "csrrci"},
        {INSN_I(OP_SYSTEM, 6, A0, 0, CSR_VSSCRATCH), old, old, "csrrsi 0"},
        {INSN_I(OP_SYSTEM, 7, A0, 0, CSR_VSSCRATCH), old, old, "csrrci 0"},
        {INSN_I(OP_SYSTEM, 5, X0, 9, CSR_VSSCRATCH), val, 9, "csrrwi to x0"},
    };
    for (unsigned i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        csr_write(vsscratch, old);
        context("%s", rows[i].name);
        check_eq(cause_of(MODE_HS, rows[i].insn, val, 0), CAUSE_NONE, "cause");
        check_eq(regs.x[A0], rows[i].rd, "a0");
        check_eq(csr_read(vsscratch), rows[i].now, "vsscratch");
    }
}

/* Every register as rd and rs1 of a CSR access in HS that a monitor may have to emulate. */
static void every_register(void)
{
    static uint64_t mem[3];
    irq_off();
    for (uint32_t r = 1; r < 32; r++) {
        uint32_t base = r == A0 ? A1 : A0;
        const uint32_t insns[] = {INSN_STORE(3, r, base, 0), INSN_LOAD(3, r, base, 8),
                                  INSN_CSRRW(r, CSR_VSSCRATCH, r), INSN_STORE(3, r, base, 16),
                                  INSN_LOAD(3, r, base, 0)};
        mem[1] = 0x1000100010001000UL + r;
        mem[2] = 0;
        csr_write(vsscratch, ~(uint64_t)r);
        context("x%u", r);
        struct trap t = run_code(MODE_HS, insns, 5, (uint64_t)mem, (uint64_t)mem);
        check_eq(t.scause, CAUSE_NONE, "cause");
        check_eq(mem[2], ~(uint64_t)r, "value read");
        check_eq(csr_read(vsscratch), mem[1], "value written");
    }
}

TESTS("vscsr",                                                     /**/
      {"vsstatus", "hypervisor: vsstatus", vsstatus},              /**/
      {"vsstatus_sd", "norm:vsstatus_sd_xs_op", vsstatus_sd},      /**/
      {"fs_used_and_off", "norm:vsstatus_fs_op", fs_used_and_off}, /**/
      {"vsstatus_apart", "norm:vsstatus_v0", vsstatus_apart},      /**/
      {"vscause", "norm:vscause_wlrl", vscause},                   /**/
      {"vsepc", "norm:vsepc_warl", vsepc},                         /**/
      {"vstval_vsscratch", "norm:vstval_warl", vstval_vsscratch},  /**/
      {"vstvec", "norm:vstvec_sz_acc_op", vstvec},                 /**/
      {"vstimecmp", "norm:vstimecmp_sz", vstimecmp},               /**/
      {"vsatp_modes", "norm:vsatp_sz_acc_op", vsatp_modes},        /**/
      {"vsatp_bad_mode", "norm:vsatp_mode_unsupported_v0", vsatp_bad_mode},
      {"satp_bad_mode_vs", "norm:vsatp_mode_unsupported_v1", satp_bad_mode_vs},
      {"read_in_vs", "norm:H_vscsrs_sub", read_in_vs},  /**/
      {"write_in_vs", "norm:H_vscsrs_v1", write_in_vs}, /**/
      {"interrupts_in_vs", "norm:vsip_vsie_sz_acc_op", interrupts_in_vs},
      {"shared_with_vs", "norm:H_scsrs_nomatch", shared_with_vs},    /**/
      {"stateen", "Smstateen: hstateen0", stateen},                  /**/
      {"aia_in_vs", "AIA: VS CSRs", aia_in_vs},                      /**/
      {"csr_instructions", "unprivileged: Zicsr", csr_instructions}, /**/
      {"every_register", "unprivileged: Zicsr", every_register});
