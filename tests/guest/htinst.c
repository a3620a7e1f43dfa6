/* SPDX-License-Identifier: BSD-2-Clause */
/* What guest-page faults say of the instruction: the transformed form of every load, store and AMO,
 * offsets of accesses across a page boundary, instructions across one. Zero would be legal in
 * htinst, too; hypervisors without it have to fetch the instruction by HLVX at some 5,000
 * instructions each, so the full form is asked for. */
#include "csr.h"
#include "env.h"
#include "test.h"

enum kind { LOADS, STORES, ATOMICS };

struct row {
    const char *name;
    uint32_t insn, full; /* the 32-bit equivalent of a compressed one, otherwise 0 */
    enum kind kind;
    int offset; /* of the effective address to a0 (and sp) */
    bool fp;
};

#define LD(f3, rd, imm)   INSN_LOAD(f3, rd, A0, imm)
#define ST(f3, rs2, imm)  INSN_STORE(f3, rs2, A0, imm)
#define FLD(f3, rd, imm)  INSN_I(OP_LOAD_FP, f3, rd, A0, imm)
#define FST(f3, rs2, imm) INSN_S(OP_STORE_FP, f3, A0, rs2, imm)
#define AMO(f5, f3, aqrl) (INSN_AMO(f5, f3, A3, A0, A2) | (uint32_t)(aqrl) << 25)
#define AMO_ROWS(f5, name)                                                                         \
    {name ".w", AMO(f5, 2, 0), 0, ATOMICS, 0, false},                                              \
    {                                                                                              \
        name ".d", AMO(f5, 3, 3), 0, ATOMICS, 0, false                                             \
    }

static const struct row rows[] = {
    {"lb", LD(0, A1, 1), 0, LOADS, 1, false},
    {"lh", LD(1, A2, 2), 0, LOADS, 2, false},
    {"lw", LD(2, A3, -4), 0, LOADS, -4, false},
    {"ld", LD(3, A4, 2040), 0, LOADS, 2040, false},
    {"lbu", LD(4, 31, -2048), 0, LOADS, -2048, false},
    {"lhu", LD(5, S1, 0), 0, LOADS, 0, false},
    {"lwu", LD(6, X0, 8), 0, LOADS, 8, false},
    {"ld to its base", LD(3, A0, 8), 0, LOADS, 8, false},
    {"sb", ST(0, A1, 1), 0, STORES, 1, false},
    {"sh", ST(1, A2, -2), 0, STORES, -2, false},
    {"sw", ST(2, X0, 4), 0, STORES, 4, false},
    {"sd", ST(3, 31, 2040), 0, STORES, 2040, false},
    {"sd of its base", ST(3, A0, -8), 0, STORES, -8, false},
    {"flw", FLD(2, 5, 4), 0, LOADS, 4, true},
    {"fld", FLD(3, 31, -8), 0, LOADS, -8, true},
    {"fsw", FST(2, 5, 4), 0, STORES, 4, true},
    {"fsd", FST(3, 31, -8), 0, STORES, -8, true},
    {"c.lw", 0x410c, LD(2, A1, 0), LOADS, 0, false},
    {"c.lw 4", 0x414c, LD(2, A1, 0), LOADS, 4, false},
    {"c.ld", 0x610c, LD(3, A1, 0), LOADS, 0, false},
    {"c.ld 8", 0x650c, LD(3, A1, 0), LOADS, 8, false},
    {"c.sw", 0xc10c, ST(2, A1, 0), STORES, 0, false},
    {"c.sw 64", 0xc12c, ST(2, A1, 0), STORES, 64, false},
    {"c.sd", 0xe10c, ST(3, A1, 0), STORES, 0, false},
    {"c.sd 64", 0xe12c, ST(3, A1, 0), STORES, 64, false},
    {"c.lwsp", 0x4582, LD(2, A1, 0), LOADS, 0, false},
    {"c.ldsp", 0x6582, LD(3, A1, 0), LOADS, 0, false},
    {"c.ldsp 64", 0x6586, LD(3, A1, 0), LOADS, 64, false},
    {"c.swsp", 0xc02e, ST(2, A1, 0), STORES, 0, false},
    {"c.sdsp", 0xe02e, ST(3, A1, 0), STORES, 0, false},
    {"c.sdsp 64", 0xe0ae, ST(3, A1, 0), STORES, 64, false},
    {"c.fld", 0x210c, FLD(3, A1, 0), LOADS, 0, true},
    {"c.fsd", 0xa10c, FST(3, A1, 0), STORES, 0, true},
    {"c.fldsp", 0x2582, FLD(3, A1, 0), LOADS, 0, true},
    {"c.fsdsp", 0xa02e, FST(3, A1, 0), STORES, 0, true},
    AMO_ROWS(0, "amoadd"),
    AMO_ROWS(1, "amoswap"),
    AMO_ROWS(4, "amoxor"),
    AMO_ROWS(8, "amoor"),
    AMO_ROWS(12, "amoand"),
    AMO_ROWS(16, "amomin"),
    AMO_ROWS(20, "amomax"),
    AMO_ROWS(24, "amominu"),
    AMO_ROWS(28, "amomaxu"),
    {"lr.w", INSN_AMO(2, 2, A3, A0, X0), 0, ATOMICS, 0, false},
    {"lr.d.aqrl", INSN_AMO(2, 3, A3, A0, X0) | 3u << 25, 0, ATOMICS, 0, false},
};
#define ROWS (sizeof rows / sizeof rows[0])

static uint32_t transformed(const struct row *r, uint32_t offset)
{
    uint32_t insn = r->full ? r->full & ~2u : r->insn;
    if (r->kind == LOADS)
        return INSN_TRANSFORM_LOAD(insn, offset);
    if (r->kind == STORES)
        return INSN_TRANSFORM_STORE(insn, offset);
    return INSN_TRANSFORM_ATOMIC(insn, offset);
}

static bool is_load(const struct row *r)
{
    return r->kind == LOADS || (r->kind == ATOMICS && r->insn >> 27 == 2);
}

static struct trap run_row(const struct row *r, enum mode mode, uint64_t addr)
{
    uint64_t base = addr - (uint64_t)(int64_t)r->offset;
    regs.x[SP] = base;
    regs.x[S1] = 0x5151515151515151UL;
    return run_insn(mode, r->insn, base, 0xb1b1);
}

static bool fp_off(const struct row *r)
{
    return r->fp && !(csr_read(sstatus) & SSTATUS_FS);
}

static void fp_on(void)
{
    csr_set(sstatus, SSTATUS_FS);
    csr_set(vsstatus, SSTATUS_FS);
}

/* Faults of the G-stage, with the VS-stage off (GPA = VA) and on. */
static void transformations(void)
{
    for (unsigned paged = 0; paged < 2; paged++) {
        env_set(paged ? MODE_SV39 : MODE_BARE, MODE_SV39);
        *pt_entry(&env.g, TEST_GPA, 0) = 0;
        if (paged)
            pt_map(&env.vs, TEST_VA, TEST_GPA, PTE_FULL, 0);
        fence_all();
        fp_on();
        for (unsigned i = 0; i < ROWS; i++) {
            const struct row *r = &rows[i];
            if (fp_off(r))
                continue;
            uint64_t va = (paged ? TEST_VA : TEST_GPA) + 0x810;
            struct trap t = run_row(r, MODE_VS, va);
            context("%s%s", r->name, paged ? ", Sv39" : "");
            check_eq(t.scause, is_load(r) ? CAUSE_LOAD_GUEST : CAUSE_STORE_GUEST, "scause");
            check_eq(t.stval, va, "stval");
            check_eq(t.htval, (TEST_GPA + 0x810) >> 2, "htval");
            check_eq(t.htinst, transformed(r, 0), "htinst");
            check_eq(t.sepc, code_pc(MODE_VS), "sepc");
        }
    }
}

/* The bits below the word are stval's alone. */
static void low_bits(void)
{
    env_set(MODE_BARE, MODE_SV39);
    *pt_entry(&env.g, TEST_GPA, 0) = 0;
    fence_all();
    for (uint64_t i = 0; i < 8; i++) {
        struct trap t = run_row(&rows[0], MODE_VU, TEST_GPA + i);
        context("byte %lu", i);
        check_eq(t.stval, TEST_GPA + i, "stval");
        check_eq(t.htval, (TEST_GPA + i) >> 2, "htval");
        check_eq(t.htinst, transformed(&rows[0], 0), "htinst");
    }
}

/* Page faults and access faults for HS: the transformed instruction or zero; htval is zero. */
static void other_faults(void)
{
    env_set(MODE_SV39, MODE_SV39);
    *pt_entry(&env.vs, TEST_VA, 0) = 0;
    pt_map(&env.vs, TEST_VA + PAGE, TEST_GPA, PTE_FULL, 0);
    pt_map(&env.g, TEST_GPA, NOWHERE, PTE_FULL | PTE_U, 0);
    fence_all();
    fp_on();
    for (unsigned i = 0; i < ROWS; i++) {
        const struct row *r = &rows[i];
        for (unsigned k = 0; k < 2 && !fp_off(r); k++) {
            uint64_t va = TEST_VA + k * PAGE + 0x810;
            uint64_t load = k ? CAUSE_LOAD_ACCESS : CAUSE_LOAD_PAGE;
            /* Nowhere, QEMU lacks the atomic operation rather than the address. */
            if (k && r->kind == ATOMICS)
                continue;
            struct trap t = run_row(r, MODE_VS, va);
            context("%s, %s", r->name, k ? "access fault" : "page fault");
            check_eq(t.scause, is_load(r) ? load : load + 2, "scause");
            check_eq(t.stval, va, "stval");
            check_eq(t.htval, 0, "htval");
            if (t.htinst)
                check_eq(t.htinst, transformed(r, 0), "htinst");
        }
    }
}

/* Misaligned accesses over a boundary with the second page missing: what faults is its first byte.
 */
static void straddle_data(void)
{
    static const unsigned which[] = {1, 2, 3, 5, 6, 9, 10, 11, 13, 14, 15, 16};
    env_set(MODE_SV39, MODE_SV39);
    pt_map(&env.vs, TEST_VA, TEST_GPA, PTE_FULL, 0);
    pt_map(&env.vs, TEST_VA + PAGE, TEST_GPA + 8 * PAGE, PTE_FULL, 0);
    pt_map(&env.g, TEST_GPA, (uint64_t)frames[0], PTE_FULL | PTE_U, 0);
    *pt_entry(&env.g, TEST_GPA + 8 * PAGE, 0) = 0;
    fence_all();
    fp_on();
    for (unsigned i = 0; i < 12; i++) {
        const struct row *r = &rows[which[i]];
        unsigned size = 1u << (r->insn >> 12 & 3);
        for (unsigned before = 1; before < size && !fp_off(r); before++) {
            struct trap t = run_row(r, MODE_VS, TEST_VA + PAGE - before);
            context("%s, %u bytes before the boundary", r->name, before);
            check_eq(t.scause, is_load(r) ? CAUSE_LOAD_GUEST : CAUSE_STORE_GUEST, "scause");
            check_eq(t.stval, TEST_VA + PAGE, "stval");
            check_eq(t.htval, (TEST_GPA + 8 * PAGE) >> 2, "htval");
            if (t.htinst || exact) /* OpenSBI's own emulation may leave zero */
                check_eq(t.htinst, transformed(r, before), "htinst");
        }
    }
}

/* The same with the first page missing, and with both there: two frames apart. */
static void straddle_first(void)
{
    env_set(MODE_SV39, MODE_SV39);
    pt_map(&env.vs, TEST_VA, TEST_GPA, PTE_FULL, 0);
    pt_map(&env.vs, TEST_VA + PAGE, TEST_GPA + 8 * PAGE, PTE_FULL, 0);
    pt_map(&env.g, TEST_GPA + 8 * PAGE, (uint64_t)frames[9], PTE_FULL | PTE_U, 0);
    *pt_entry(&env.g, TEST_GPA, 0) = 0;
    fence_all();
    for (unsigned before = 1; before < 8; before++) {
        struct trap t = run_row(&rows[3], MODE_VS, TEST_VA + PAGE - before);
        context("ld, %u bytes before the boundary", before);
        check_eq(t.scause, CAUSE_LOAD_GUEST, "scause");
        check_eq(t.stval, TEST_VA + PAGE - before, "stval");
        check_eq(t.htval, (TEST_GPA + PAGE - before) >> 2, "htval");
        if (t.htinst || exact)
            check_eq(t.htinst, transformed(&rows[3], 0), "htinst");
    }
    pt_map(&env.g, TEST_GPA, (uint64_t)frames[4], PTE_FULL | PTE_U, 0);
    fence_all();
    for (unsigned before = 1; before < 8; before++) {
        for (unsigned i = 0; i < 8; i++) {
            frames[4][PAGE - 8 + i] = (uint8_t)(0x10 + i);
            frames[9][i] = (uint8_t)(0x20 + i);
        }
        struct trap t = run_row(&rows[3], MODE_VS, TEST_VA + PAGE - before);
        uint64_t want = 0;
        for (unsigned i = 0; i < 8; i++)
            want |= (uint64_t)(i < before ? 0x18 - before + i : 0x20 + i - before) << (8 * i);
        context("ld, %u bytes before the boundary, both pages there", before);
        check(completed(&t), "the load works");
        check_eq(regs.x[A4], want, "value");
    }
}

/* The VS-stage's page fault in the middle of an access: the boundary in stval. */
static void straddle_page_fault(void)
{
    env_set(MODE_SV39, MODE_SV39);
    vs_map(TEST_VA, frames[0], PTE_FULL, 0);
    *pt_entry(&env.vs, TEST_VA + PAGE, 0) = 0;
    vs_vector_set(0);
    fence_all();
    for (unsigned before = 1; before < 8; before++) {
        csr_write(hedeleg, 0);
        struct trap t = run_row(&rows[3], MODE_VS, TEST_VA + PAGE - before);
        context("ld, %u bytes before the boundary", before);
        check_eq(t.scause, CAUSE_LOAD_PAGE, "scause");
        check_eq(t.stval, TEST_VA + PAGE, "stval");
        csr_write(hedeleg, BIT(CAUSE_LOAD_PAGE));
        t = run_row(&rows[3], MODE_VS, TEST_VA + PAGE - before);
        check(taken_in_vs(&t), "VS takes it if it is delegated");
        check_eq(csr_read(vstval), TEST_VA + PAGE, "vstval");
    }
}

/* A 32-bit instruction over the boundary, its second half missing; htinst is zero for fetches. */
static void straddle_fetch(void)
{
    uint16_t *code = (uint16_t *)&frames[0][PAGE - 2];
    env_set(MODE_SV39, MODE_SV39);
    pt_map(&env.vs, TEST_VA, TEST_GPA, PTE_FULL, 0);
    pt_map(&env.vs, TEST_VA + PAGE, TEST_GPA + 8 * PAGE, PTE_FULL, 0);
    pt_map(&env.g, TEST_GPA, (uint64_t)frames[0], PTE_FULL | PTE_U, 0);
    *pt_entry(&env.g, TEST_GPA + 8 * PAGE, 0) = 0;
    *code = (uint16_t)INSN_ECALL;
    fence_all();
    struct trap t = run_at(MODE_VS, TEST_VA + PAGE - 2);
    check_eq(t.scause, CAUSE_INSN_GUEST, "scause");
    check_eq(t.sepc, TEST_VA + PAGE - 2, "sepc");
    check_eq(t.stval, TEST_VA + PAGE, "stval");
    check_eq(t.htval, (TEST_GPA + 8 * PAGE) >> 2, "htval");
    check_eq(t.htinst, 0, "htinst");
    pt_map(&env.g, TEST_GPA + 8 * PAGE, (uint64_t)frames[9], PTE_FULL | PTE_U, 0);
    *(uint16_t *)frames[9] = (uint16_t)(INSN_ECALL >> 16);
    fence_all();
    t = run_at(MODE_VS, TEST_VA + PAGE - 2);
    context("both halves there");
    check_eq(t.scause, CAUSE_ECALL_VS, "scause");
    check_eq(t.sepc, TEST_VA + PAGE - 2, "sepc");
}

/* SC: it may fail without looking at the address; if it looks, it faults as a store does. */
static void sc(void)
{
    env_set(MODE_BARE, MODE_SV39);
    *pt_entry(&env.g, TEST_GPA, 0) = 0;
    fence_all();
    for (uint32_t f3 = 2; f3 < 4; f3++) {
        uint32_t insn = INSN_AMO(3, f3, A3, A0, A2);
        regs.x[A3] = 0;
        struct trap t = run_insn(MODE_VS, insn, TEST_GPA, 0);
        context(f3 == 2 ? "sc.w" : "sc.d");
        if (completed(&t)) {
            check(regs.x[A3] != 0, "SC without a reservation fails");
            continue;
        }
        check_eq(t.scause, CAUSE_STORE_GUEST, "scause");
        check_eq(t.htval, TEST_GPA >> 2, "htval");
        check_eq(t.htinst, INSN_TRANSFORM_ATOMIC(insn, 0), "htinst");
    }
}

/* LR and SC work in a guest, through both stages. */
static void lr_sc(void)
{
    static const uint32_t code[] = {INSN_AMO(2, 3, A3, A0, X0), INSN_AMO(3, 3, A4, A0, A1)};
    env_set(MODE_SV39, MODE_SV39);
    vs_map(TEST_VA, frames[0], PTE_FULL, 0);
    fence_all();
    bool done = false;
    *(uint64_t *)frames[0] = 41;
    /* The first tries may meet the fill of a translation and lose the reservation. */
    for (unsigned i = 0; i < 10 && !done; i++) {
        struct trap t = run_code(MODE_VS, code, 2, TEST_VA, 42);
        check(completed(&t), "the code ends with its ECALL");
        check_eq(regs.x[A3], 41, "value loaded by LR");
        done = regs.x[A4] == 0;
    }
    check(done, "one SC out of ten works");
    check_eq(*(uint64_t *)frames[0], 42, "memory");
}

TESTS("htinst", /**/
      {"transformations", "norm:H_trap_xtinst_exception_list", transformations},
      {"low_bits", "norm:mtval2_htval_virtaddr", low_bits},     /**/
      {"other_faults", "norm:H_trap_xtinst_val", other_faults}, /**/
      {"straddle_data", "norm:H_straddle", straddle_data},      /**/
      {"straddle_first", "norm:H_straddle", straddle_first},    /**/
      {"straddle_page_fault", "norm:H_straddle", straddle_page_fault},
      {"straddle_fetch", "norm:H_straddle", straddle_fetch}, /**/
      {"sc", "norm:H_trap_xtinst_exception_list", sc},       /**/
      {"lr_sc", "unprivileged: Zalrsc", lr_sc});
