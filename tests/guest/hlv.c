/* SPDX-License-Identifier: BSD-2-Clause */
/* HLV, HLVX and HSV: widths, whose permissions count, what their faults look like. */
#include "csr.h"
#include "env.h"
#include "probe.h"
#include "test.h"

#define VA  TEST_VA
#define GPA TEST_GPA

enum kind { HLV, HLVX, HSV };

static const struct row {
    const char *name;
    uint32_t insn; /* a0 = [a0], or [a0] = a1 */
    enum kind kind;
    unsigned size;
    bool sign;
} rows[] = {
    {"hlv.b", INSN_HLV_B(A0, A0), HLV, 1, true},
    {"hlv.bu", INSN_HLV_BU(A0, A0), HLV, 1, false},
    {"hlv.h", INSN_HLV_H(A0, A0), HLV, 2, true},
    {"hlv.hu", INSN_HLV_HU(A0, A0), HLV, 2, false},
    {"hlv.w", INSN_HLV_W(A0, A0), HLV, 4, true},
    {"hlv.wu", INSN_HLV_WU(A0, A0), HLV, 4, false},
    {"hlv.d", INSN_HLV_D(A0, A0), HLV, 8, false},
    {"hlvx.hu", INSN_HLVX_HU(A0, A0), HLVX, 2, false},
    {"hlvx.wu", INSN_HLVX_WU(A0, A0), HLVX, 4, false},
    {"hsv.b", INSN_HSV_B(A1, A0), HSV, 1, false},
    {"hsv.h", INSN_HSV_H(A1, A0), HSV, 2, false},
    {"hsv.w", INSN_HSV_W(A1, A0), HSV, 4, false},
    {"hsv.d", INSN_HSV_D(A1, A0), HSV, 8, false},
};
#define ROWS (sizeof rows / sizeof rows[0])
enum { ROW_HLV_D = 6, ROW_HLVX_WU = 8, ROW_HSV_D = 12 };

/* QEMU takes HLVX for a fetch: causes 12 and 1, htinst zero, and SUM does not help. */
static bool qemu_hlvx(const struct row *r, const struct trap *t)
{
    return !exact && r->kind == HLVX &&
           (t->scause == CAUSE_INSN_PAGE || t->scause == CAUSE_INSN_ACCESS);
}

static uint64_t expected_load(const struct row *r, uint64_t mem)
{
    unsigned shift = 64 - 8 * r->size;
    return r->sign ? (uint64_t)((int64_t)(mem << shift) >> shift) : mem << shift >> shift;
}

/* Runs the row with the given SPVP in HS or in U. */
static struct trap run_row(const struct row *r, enum mode mode, bool spvp, uint64_t va,
                           uint64_t val)
{
    csr_clear(hstatus, HSTATUS_SPVP);
    csr_set(hstatus, spvp ? HSTATUS_SPVP : 0);
    return run_insn(mode, r->insn, va, val);
}

static void check_row(const struct row *r, enum mode mode, bool spvp, uint64_t va, void *p)
{
    uint64_t mem = 0x8182838485868788UL, *q = (uint64_t *)((uint64_t)p & ~7UL);
    unsigned off = (unsigned)((uint64_t)p & 7);
    *q = mem;
    struct trap t = run_row(r, mode, spvp, va, 0xf1f2f3f4f5f6f7f8UL);
    if (!completed(&t)) {
        fail("expected it to work, seen cause %lu stval 0x%lx htval 0x%lx", t.scause, t.stval,
             t.htval);
        return;
    }
    if (r->kind != HSV) {
        check_eq(regs.x[A0], expected_load(r, mem >> (8 * off)), "value loaded");
        check_eq(*q, mem, "memory");
        return;
    }
    uint64_t mask = r->size == 8 ? ~0UL : (BIT(8 * r->size) - 1) << (8 * off);
    check_eq(*q, (mem & ~mask) | ((0xf1f2f3f4f5f6f7f8UL << (8 * off)) & mask), "memory");
}

/* Every instruction, every aligned place in a doubleword, in every pair of modes. */
static void widths(void)
{
    for (unsigned m = 0; m < 4; m++) {
        uint64_t vs = m & 1 ? MODE_SV39 : MODE_BARE, g = m & 2 ? MODE_SV39 : MODE_BARE;
        for (unsigned i = 0; i < ROWS; i++) {
            env_set(vs, g);
            uint64_t va = (uint64_t)frames[7] + env.alias;
            if (vs)
                vs_map(va = VA, frames[7], PTE_FULL, 0);
            fence_all();
            for (unsigned off = 0; off < 8; off += rows[i].size) {
                context("%s at byte %u, %s, %s", rows[i].name, off, mode_name(vs), mode_name(g));
                check_row(&rows[i], MODE_HS, true, va + off, &frames[7][off]);
            }
        }
    }
}

/* In all paged modes, beyond what Sv39 reaches. */
static void modes(void)
{
    for (uint64_t v = MODE_SV39; v <= MODE_SV57; v++) {
        for (uint64_t g = MODE_SV39; g <= MODE_SV57; g++) {
            if (!env_has_vs(v) || !env_has_g(g))
                continue;
            env_set(v, g);
            uint64_t va = VA + (v == MODE_SV39 ? 0 : v == MODE_SV48 ? BIT(40) : BIT(50));
            uint64_t gpa = GPA + (g == MODE_SV39 ? 0 : g == MODE_SV48 ? BIT(45) : BIT(52));
            pt_map(&env.vs, va, gpa, PTE_FULL, 0);
            pt_map(&env.g, gpa, (uint64_t)frames[2], PTE_FULL | PTE_U, 0);
            fence_all();
            context("%s over %s", mode_name(v), mode_name(g));
            for (unsigned i = ROW_HLV_D; i < ROWS; i++)
                check_row(&rows[i], MODE_HS, true, va + 16, &frames[2][16]);
        }
    }
}

/* With HU, U may use them; the privilege is SPVP's still. */
static void from_u(void)
{
    env_set(MODE_SV39, MODE_SV39);
    vs_map(VA, frames[2], PTE_FULL, 0);
    vs_map(VA + PAGE, frames[3], PTE_FULL | PTE_U, 0);
    fence_all();
    csr_write(hstatus, HSTATUS_HU);
    for (unsigned i = 0; i < ROWS; i++) {
        context("%s", rows[i].name);
        check_row(&rows[i], MODE_U, true, VA, frames[2]);
        check_row(&rows[i], MODE_U, false, VA + PAGE, frames[3]);
        struct trap t = run_row(&rows[i], MODE_U, false, VA, 0);
        if (!qemu_hlvx(&rows[i], &t))
            check_eq(t.scause, rows[i].kind == HSV ? CAUSE_STORE_PAGE : CAUSE_LOAD_PAGE,
                     "cause as VU on a page of VS");
        check_bits(t.hstatus, HSTATUS_SPV | HSTATUS_GVA | HSTATUS_SPVP, HSTATUS_GVA, "hstatus");
        check_bits(t.sstatus, SSTATUS_SPP, 0, "sstatus.SPP");
    }
}

static bool grants(uint64_t pte, enum kind kind, bool mxr)
{
    if (kind == HLVX)
        return pte & PTE_X;
    if (kind == HSV)
        return pte & PTE_W;
    return (pte & PTE_R) || (mxr && (pte & PTE_X));
}

struct state {
    bool spvp, sum, hs_sum, vs_mxr, hs_mxr;
};

/* SPVP picks VS or VU; vsstatus.SUM counts and sstatus.SUM does not; sstatus.MXR acts on both
 * stages, vsstatus.MXR on the first; HLVX needs X and nothing else, and faults as a load. */
static uint64_t model(uint64_t vs, uint64_t g, enum kind kind, const struct state *s)
{
    uint64_t fault = kind == HSV ? CAUSE_STORE_PAGE : CAUSE_LOAD_PAGE;
    bool u_ok = s->spvp ? !(vs & PTE_U) || s->sum : (vs & PTE_U) != 0;
    if ((vs & (PTE_R | PTE_W)) == PTE_W || !u_ok || !grants(vs, kind, s->vs_mxr || s->hs_mxr))
        return fault;
    if ((g & (PTE_R | PTE_W)) == PTE_W || !(g & PTE_U) || !grants(g, kind, s->hs_mxr))
        return kind == HSV ? CAUSE_STORE_GUEST : CAUSE_LOAD_GUEST;
    return CAUSE_NONE;
}

static uint64_t bits_of(unsigned n)
{
    return (n & 1 ? PTE_R : 0) | (n & 2 ? PTE_W : 0) | (n & 4 ? PTE_X : 0) | (n & 8 ? PTE_U : 0);
}

static void set_state(const struct state *s)
{
    csr_write(vsstatus, (s->sum ? SSTATUS_SUM : 0) | (s->vs_mxr ? SSTATUS_MXR : 0));
    csr_clear(sstatus, SSTATUS_MXR | SSTATUS_SUM);
    csr_set(sstatus, (s->hs_mxr ? SSTATUS_MXR : 0) | (s->hs_sum ? SSTATUS_SUM : 0));
}

static void try_leaves(uint64_t vs, uint64_t g, unsigned n)
{
    static const unsigned which[] = {ROW_HLV_D, ROW_HLVX_WU, ROW_HSV_D};
    struct state s = {n & 1, n & 2, n & 4, n & 8, n & 16};
    *pt_entry(&env.vs, VA, 0) = pte_make(GPA, vs | PTE_V | PTE_AD);
    *pt_entry(&env.g, GPA, 0) = pte_make((uint64_t)frames[0], g | PTE_V | PTE_AD);
    fence_all();
    set_state(&s);
    for (unsigned i = 0; i < 3; i++) {
        const struct row *r = &rows[which[i]];
        struct trap t = run_row(r, MODE_HS, s.spvp, VA, 0);
        uint64_t want = model(vs, g, r->kind, &s);
        context(
            "%s, VS-stage 0x%lx, G-stage 0x%lx, SPVP %u, SUM %u, SUM of HS %u, MXR %u, MXR of "
            "HS %u",
            r->name, vs, g, s.spvp, s.sum, s.hs_sum, s.vs_mxr, s.hs_mxr);
        bool sum = s.spvp && (vs & PTE_U);
        if ((want == CAUSE_NONE && !sum) || !qemu_hlvx(r, &t))
            check_eq(t.scause, want, "cause");
    }
    csr_clear(sstatus, SSTATUS_MXR | SSTATUS_SUM);
}

static void permissions(void)
{
    watchdog_seconds(20);
    env_set(MODE_SV39, MODE_SV39);
    for (unsigned n = 0; n < 16; n++) {
        for (unsigned i = 0; i < 32 && (n & 7); i++)
            try_leaves(bits_of(n), PTE_RWX | PTE_U, i);
    }
    for (unsigned n = 0; n < 16; n++) {
        for (unsigned i = 0; i < 32 && (n & 7); i++)
            try_leaves(PTE_RWX | (i & 1 ? 0 : PTE_U), bits_of(n), i);
    }
    for (unsigned n = 0; n < 64; n++) {
        for (unsigned i = 0; i < 32 && (n & 7) && n >> 3; i += 5)
            try_leaves(bits_of(n & 7) | (i & 1 ? 0 : PTE_U), bits_of(n >> 3) | PTE_U, i);
    }
}

/* SPV, SPP and GVA; stval, htval and htinst. HLVX's and HLV's faults are a load's. */
static void check_fault(const struct row *r, enum mode mode, uint64_t va, uint64_t cause,
                        uint64_t htval)
{
    const uint64_t h = HSTATUS_SPV | HSTATUS_GVA | HSTATUS_SPVP;
    struct trap t = run_row(r, mode, true, va, 0);
    bool fetch = qemu_hlvx(r, &t);
    if (!fetch)
        check_eq(t.scause, r->kind == HSV ? cause + 2 : cause, "scause");
    check_eq(t.stval, va, "stval");
    check_eq(t.htval, htval, "htval");
    check_eq(t.sepc, code_pc(mode), "sepc");
    /* OpenSBI, which redirects access faults, clears GVA here. */
    if (exact || cause != CAUSE_LOAD_ACCESS)
        check_bits(t.hstatus, h, HSTATUS_GVA | HSTATUS_SPVP, "hstatus");
    check_bits(t.sstatus, SSTATUS_SPP, mode == MODE_HS ? SSTATUS_SPP : 0, "sstatus.SPP");
    if ((cause == CAUSE_LOAD_GUEST && !fetch) || t.htinst)
        check_eq(t.htinst, INSN_TRANSFORM_HLV(r->insn, 0), "htinst");
}

static void faults(void)
{
    env_set(MODE_SV39, MODE_SV39);
    *pt_entry(&env.vs, VA, 0) = 0;
    pt_map(&env.vs, VA + PAGE, GPA, PTE_FULL, 0);
    *pt_entry(&env.g, GPA, 0) = 0;
    pt_map(&env.vs, VA + 2 * PAGE, GPA + PAGE, PTE_FULL, 0);
    pt_map(&env.g, GPA + PAGE, NOWHERE, PTE_FULL | PTE_U, 0);
    fence_all();
    for (unsigned u = 0; u < 2; u++) {
        enum mode mode = u ? MODE_U : MODE_HS;
        csr_write(hstatus, u ? HSTATUS_HU : 0);
        for (unsigned i = 0; i < ROWS; i++) {
            context("%s in %s, page fault", rows[i].name, name_of(mode));
            check_fault(&rows[i], mode, VA + 8, CAUSE_LOAD_PAGE, 0);
            context("%s in %s, guest-page fault", rows[i].name, name_of(mode));
            check_fault(&rows[i], mode, VA + PAGE + 8, CAUSE_LOAD_GUEST, (GPA + 8) >> 2);
            context("%s in %s, access fault", rows[i].name, name_of(mode));
            check_fault(&rows[i], mode, VA + 2 * PAGE + 8, CAUSE_LOAD_ACCESS, 0);
        }
    }
}

/* Addresses too wide for a mode, and tables that can't be read. */
static void more_faults(void)
{
    env_set(MODE_SV39, MODE_SV39);
    vs_map(VA, frames[0], PTE_FULL, 0);
    uint64_t *pte = pt_entry(&env.vs, VA, 0), gpa = (uint64_t)pte + env.alias;
    *pt_entry(&env.g, gpa, 0) = 0;
    fence_all();
    for (unsigned i = 0; i < ROWS; i++) {
        struct trap t = run_row(&rows[i], MODE_HS, true, VA, 0);
        context("%s, table not mapped", rows[i].name);
        if (!qemu_hlvx(&rows[i], &t))
            check_eq(t.scause, rows[i].kind == HSV ? CAUSE_STORE_GUEST : CAUSE_LOAD_GUEST,
                     "scause");
        check_eq(t.stval, VA, "stval");
        check_eq(t.htval, gpa >> 2, "htval");
        check_eq(t.htinst, 0x3000, "htinst");
        context("%s, VA too wide", rows[i].name);
        check_fault(&rows[i], MODE_HS, VA | BIT(50), CAUSE_LOAD_PAGE, 0);
    }
    env_set(MODE_BARE, MODE_SV39);
    for (unsigned i = 0; i < ROWS; i++) {
        context("%s, GPA too wide", rows[i].name);
        check_fault(&rows[i], MODE_HS, GPA | BIT(50), CAUSE_LOAD_GUEST, (GPA | BIT(50)) >> 2);
    }
}

/* hedeleg has no say: V is 0. */
static void not_delegated(void)
{
    env_set(MODE_SV39, MODE_SV39);
    *pt_entry(&env.vs, VA, 0) = 0;
    fence_all();
    csr_write(hedeleg, ~0UL);
    csr_write(vscause, 0);
    for (unsigned i = 0; i < ROWS; i++) {
        context("%s", rows[i].name);
        check_fault(&rows[i], MODE_HS, VA, CAUSE_LOAD_PAGE, 0);
        check_eq(csr_read(vscause), 0, "vscause");
    }
}

/* hgatp and vsatp apply as they are at the time: two guests in turn, no stale translation. */
static void two_guests(void)
{
    env_set(MODE_SV39, MODE_SV39);
    struct pt other = pt_new(MODE_SV39, false, env.alias);
    vs_map(VA, frames[1], PTE_FULL, 0);
    pt_map(&other, VA, (uint64_t)frames[2] + env.alias, PTE_FULL, 0);
    fence_all();
    *(uint64_t *)frames[1] = 1;
    *(uint64_t *)frames[2] = 2;
    for (unsigned i = 0; i < 8; i++) {
        csr_write(vsatp, i & 1 ? pt_atp(&other, 2) : pt_atp(&env.vs, 1));
        struct trap t = run_row(&rows[ROW_HLV_D], MODE_HS, true, VA, 0);
        context("round %u", i);
        check_eq(t.scause, CAUSE_NONE, "cause");
        check_eq(regs.x[A0], i & 1 ? 2 : 1, "value");
    }
    csr_write(vsatp, 0);
    struct trap t = run_row(&rows[ROW_HLV_D], MODE_HS, true, (uint64_t)frames[1] + env.alias, 0);
    context("vsatp Bare");
    check_eq(t.scause, CAUSE_NONE, "cause");
    check_eq(regs.x[A0], 1, "value");
}

/* HS with its own paging on reads the guest all the same. */
static void hs_paging(void)
{
    env_set(MODE_SV39, MODE_SV39);
    vs_map(VA, frames[1], PTE_FULL, 0);
    struct pt hs = pt_new(MODE_SV39, false, 0);
    pt_map(&hs, 0x80000000UL, 0x80000000UL, PTE_FULL, 2);
    pt_map(&hs, VA, (uint64_t)frames[2], PTE_FULL, 0);
    fence_all();
    csr_write(satp, pt_atp(&hs, 3));
    __asm__ volatile("sfence.vma" ::: "memory");
    for (unsigned i = 0; i < ROWS; i++) {
        context("%s", rows[i].name);
        check_row(&rows[i], MODE_HS, true, VA, frames[1]);
    }
    csr_write(satp, 0);
    __asm__ volatile("sfence.vma" ::: "memory");
}

/* Misaligned, also over a boundary between two frames apart; the second page missing. */
static void misaligned(void)
{
    env_set(MODE_SV39, MODE_SV39);
    vs_map(VA, frames[4], PTE_FULL, 0);
    pt_map(&env.vs, VA + PAGE, GPA, PTE_FULL, 0);
    pt_map(&env.g, GPA, (uint64_t)frames[9], PTE_FULL | PTE_U, 0);
    fence_all();
    for (unsigned i = 0; i < 8; i++) {
        frames[4][PAGE - 8 + i] = (uint8_t)(0x10 + i);
        frames[9][i] = (uint8_t)(0x20 + i);
    }
    for (unsigned before = 1; before < 8; before++) {
        uint64_t want = 0;
        for (unsigned i = 0; i < 8; i++)
            want |= (uint64_t)(i < before ? 0x18 - before + i : 0x20 + i - before) << (8 * i);
        struct trap t = run_row(&rows[ROW_HLV_D], MODE_HS, true, VA + PAGE - before, 0);
        context("hlv.d, %u bytes before the boundary", before);
        check_eq(t.scause, CAUSE_NONE, "cause");
        check_eq(regs.x[A0], want, "value");
    }
    *pt_entry(&env.g, GPA, 0) = 0;
    fence_all();
    for (unsigned before = 1; before < 8; before++) {
        struct trap t = run_row(&rows[ROW_HLV_D], MODE_HS, true, VA + PAGE - before, 0);
        context("hlv.d, %u bytes before a missing page", before);
        check_eq(t.scause, CAUSE_LOAD_GUEST, "cause");
        check_eq(t.stval, VA + PAGE, "stval");
        check_eq(t.htval, GPA >> 2, "htval");
        if (t.htinst || exact)
            check_eq(t.htinst, INSN_TRANSFORM_HLV(rows[ROW_HLV_D].insn, before), "htinst");
    }
}

/* Any register as rd, rs1 and rs2. */
static void every_register(void)
{
    static uint64_t mem[4];
    env_set(MODE_BARE, MODE_SV39);
    csr_write(hstatus, HSTATUS_SPVP);
    irq_off();
    for (uint32_t r = 1; r < 32; r++) {
        uint32_t base = r == A0 ? A1 : A0;
        const uint32_t load[] = {INSN_STORE(3, r, base, 0), INSN_LOAD(3, r, base, 16),
                                 INSN_HLV_D(r, r), INSN_STORE(3, r, base, 8),
                                 INSN_LOAD(3, r, base, 0)};
        mem[2] = (uint64_t)frames[r] + env.alias;
        *(uint64_t *)frames[r] = 0x7000 + r;
        context("x%u", r);
        struct trap t = run_code(MODE_HS, load, 5, (uint64_t)mem, (uint64_t)mem);
        check_eq(t.scause, CAUSE_NONE, "cause of hlv.d");
        check_eq(mem[1], 0x7000 + r, "value loaded");
        const uint32_t store[] = {INSN_STORE(3, r, base, 0), INSN_LOAD(3, r, base, 16),
                                  INSN_HSV_D(r, r), INSN_LOAD(3, r, base, 0)};
        t = run_code(MODE_HS, store, 4, (uint64_t)mem, (uint64_t)mem);
        check_eq(t.scause, CAUSE_NONE, "cause of hsv.d");
        check_eq(*(uint64_t *)frames[r], mem[2], "value stored");
    }
}

/* A and D of the VS-stage follow HLV and HSV too: faults without henvcfg.ADUE. */
static void accessed_dirty(void)
{
    env_set(MODE_SV39, MODE_SV39);
    csr_write(henvcfg, 0);
    vs_map(VA, frames[0], PTE_V | PTE_RWX, 0);
    vs_map(VA + PAGE, frames[0], PTE_V | PTE_RWX | PTE_A, 0);
    fence_all();
    check_row(&rows[ROW_HLV_D], MODE_HS, true, VA + PAGE, frames[0]);
    if (!exact) /* QEMU asks menvcfg.ADUE, not henvcfg's, when V is 0 */
        return;
    context("A and D clear");
    check_fault(&rows[ROW_HLV_D], MODE_HS, VA, CAUSE_LOAD_PAGE, 0);
    check_fault(&rows[ROW_HSV_D], MODE_HS, VA, CAUSE_LOAD_PAGE, 0);
    check_fault(&rows[ROW_HLVX_WU], MODE_HS, VA, CAUSE_LOAD_PAGE, 0);
    context("D clear");
    check_fault(&rows[ROW_HSV_D], MODE_HS, VA + PAGE, CAUSE_LOAD_PAGE, 0);
}

TESTS("hlv",                                                 /**/
      {"widths", "norm:hlsv_op", widths},                    /**/
      {"modes", "norm:hlsv_trans", modes},                   /**/
      {"from_u", "norm:hstatus_hu_op", from_u},              /**/
      {"permissions", "norm:hlsv_sstatus_mxr", permissions}, /**/
      {"faults", "norm:hstatus_gva_op", faults},             /**/
      {"more_faults", "norm:hlsv_trans", more_faults},       /**/
      {"not_delegated", "norm:H_trap_deleg", not_delegated}, /**/
      {"two_guests", "norm:hlsv_trans", two_guests},         /**/
      {"hs_paging", "norm:vsatp_v0", hs_paging},             /**/
      {"misaligned", "norm:H_straddle", misaligned},         /**/
      {"every_register", "norm:hlsv_op", every_register},    /**/
      {"accessed_dirty", "norm:henvcfg_adue_op", accessed_dirty});
