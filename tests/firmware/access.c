/* SPDX-License-Identifier: BSD-2-Clause */
/* Every load and store, where it is replayed by an emulation: under MPRV through a page table, and
 * at a device's register. Each is a sequence that ends in the same state as on memory. */
#include "dev.h"
#include "low.h"

__asm__(".option arch, +d\n");

#define VA     TEST_VA
#define MEMORY 0x8182838485868788UL

static uint64_t *const word = (uint64_t *)frames[1];

static void setup(void)
{
    low_pages();
    pt_map(&low_pt, VA, (uint64_t)frames[1], PTE_FULL, 0);
    low_fence();
}

static struct trap as_s(uint64_t status, uint32_t insn, uint64_t a0, uint64_t a1)
{
    return run_as(MODE_S, status, &insn, 1, a0, a1);
}

/* What a load of 2^w bytes at the offset gives. */
static uint64_t loaded(unsigned w, bool is_signed, unsigned off)
{
    uint64_t v = MEMORY >> 8 * off;
    unsigned bits = 8u << w;
    if (bits < 64)
        v &= BIT(bits) - 1;
    if (is_signed && bits < 64 && (v & BIT(bits - 1)))
        v |= ~0UL << bits;
    return v;
}

static void loads(void)
{
    setup();
    *word = MEMORY;
    for (unsigned f3 = 0; f3 < 7; f3++) {
        unsigned w = f3 & 3;
        for (unsigned off = 0; off < 8; off += 1u << w) {
            context("funct3 %u, offset %u", f3, off);
            struct trap t = as_s(0, INSN_LOAD(f3, A1, A0, off - 2048), VA + 2048, 0);
            check_eq(t.mcause, CAUSE_NONE, "mcause");
            check_eq(low.x[A1], loaded(w, f3 < 3, off), "the register");
        }
    }
}

static void stores(void)
{
    setup();
    for (unsigned w = 0; w < 4; w++) {
        for (unsigned off = 0; off < 8; off += 1u << w) {
            context("%u bytes, offset %u", 1u << w, off);
            *word = MEMORY;
            struct trap t =
                as_s(0, INSN_STORE(w, A1, A0, off - 2048), VA + 2048, 0x0102030405060708UL);
            check_eq(t.mcause, CAUSE_NONE, "mcause");
            uint64_t mask = w == 3 ? ~0UL : (BIT(8u << w) - 1) << 8 * off;
            check_eq(*word, (MEMORY & ~mask) | (0x0102030405060708UL << 8 * off & mask), "memory");
        }
    }
}

static void misaligned(void)
{
    setup();
    for (unsigned off = 1; off < 8; off++) {
        context("offset %u", off);
        word[0] = MEMORY;
        word[1] = 0x9192939495969798UL;
        struct trap t = as_s(0, INSN_LOAD(3, A1, A0, 0), VA + off, 0);
        if (t.mcause == CAUSE_LOAD_MISALIGNED) {
            check_eq(t.mtval, VA + off, "mtval");
            continue;
        }
        check_eq(t.mcause, CAUSE_NONE, "mcause");
        check_eq(low.x[A1], MEMORY >> 8 * off | 0x9192939495969798UL << (64 - 8 * off), "ld");
        t = as_s(0, INSN_STORE(2, A1, A0, 0), VA + off, 0x01020304);
        check_eq(t.mcause, CAUSE_NONE, "mcause of sw");
        check_eq(*(volatile uint8_t *)((char *)word + off), 4, "sw, first byte");
        check_eq(*(volatile uint8_t *)((char *)word + off + 3), 1, "sw, last byte");
    }
}

/* All registers as destination and source; x0 stays 0. Others than sp, ra, tp and the call's own.
 */
static void registers(void)
{
    setup();
    for (uint32_t r = 0; r < 32; r++) {
        if (r == RA || r == SP || r == TP || r == GP || r == A2 || r == A3 || r == A4 || r == A5 ||
            r == 8 || r == 9 || (r >= 18 && r <= 27) || r == 31)
            continue;
        context("x%u", r);
        *word = MEMORY + r;
        const uint32_t load[] = {INSN_LOAD(3, r, A0, 0), INSN_I(0x13u, 0, A1, r, 0)};
        struct trap t = run_as(MODE_S, 0, load, 2, VA, 0);
        check_eq(t.mcause, CAUSE_NONE, "mcause of a load");
        check_eq(low.x[A1], r ? MEMORY + r : 0, "a load");
        if (r == A0)
            continue;
        const uint32_t store[] = {INSN_I(0x13u, 0, r, A1, 0), INSN_STORE(3, r, A0, 8)};
        t = run_as(MODE_S, 0, store, 2, VA, 0x55 + r);
        check_eq(t.mcause, CAUSE_NONE, "mcause of a store");
        check_eq(word[1], r ? 0x55 + r : 0, "a store");
    }
}

static void amos(void)
{
    static const struct {
        uint32_t f5;
        const char *name;
        uint64_t d,
            w; /* memory after it, with MEMORY before and 0x7172737475767778 in the register */
    } row[] = {
        {1, "amoswap", 0x7172737475767778UL, 0x8182838475767778UL},
        {0, "amoadd", 0xf2f4f6f8fafcff00UL, 0x81828384fafcff00UL},
        {4, "amoxor", 0xf0f0f0f0f0f0f0f0UL, 0x81828384f0f0f0f0UL},
        {12, "amoand", 0x0102030405060708UL, 0x8182838405060708UL},
        {8, "amoor", 0xf1f2f3f4f5f6f7f8UL, 0x81828384f5f6f7f8UL},
        {16, "amomin", 0x8182838485868788UL, 0x8182838485868788UL},
        {20, "amomax", 0x7172737475767778UL, 0x8182838475767778UL},
        {24, "amominu", 0x7172737475767778UL, 0x8182838475767778UL},
        {28, "amomaxu", 0x8182838485868788UL, 0x8182838485868788UL},
    };
    setup();
    for (unsigned i = 0; i < sizeof row / sizeof row[0]; i++) {
        for (uint32_t f3 = 2; f3 < 4; f3++) {
            context("%s.%c", row[i].name, f3 == 2 ? 'w' : 'd');
            *word = MEMORY;
            struct trap t = as_s(0, INSN_AMO(row[i].f5, f3, A1, A0, A1), VA, 0x7172737475767778UL);
            check_eq(t.mcause, CAUSE_NONE, "mcause");
            check_eq(low.x[A1], f3 == 2 ? (uint64_t)(int32_t)MEMORY : MEMORY, "rd");
            check_eq(*word, f3 == 2 ? row[i].w : row[i].d, "memory");
        }
    }
    pt_map(&low_pt, VA, (uint64_t)frames[1], PTE_V | PTE_R | PTE_AD, 0);
    low_fence();
    struct trap t = as_s(0, INSN_AMO(0, 3, A1, A0, A1), VA, 1);
    check_eq(t.mcause, CAUSE_STORE_PAGE, "mcause of amoadd.d on a read-only page");
}

static void lr_sc(void)
{
    setup();
    *word = MEMORY;
    for (uint32_t f3 = 2; f3 < 4; f3++) {
        context("%u bits", 8u << f3);
        const uint32_t pair[] = {INSN_AMO(2, f3, A1, A0, X0), INSN_I(0x13u, 0, A1, A1, 1),
                                 INSN_AMO(3, f3, A1, A0, A1)};
        struct trap t;
        unsigned tries = 0;
        *word = MEMORY;
        do
            t = run_as(MODE_S, 0, pair, 3, VA, 0);
        while (t.mcause == CAUSE_NONE && low.x[A1] && ++tries < 100);
        check_eq(t.mcause, CAUSE_NONE, "mcause");
        /* Under an emulation of MPRV sc never succeeds where the hart's own sc fails before it
         * looks at the address: it is not seen then. */
        if (!exact)
            check_eq(low.x[A1], 0, "sc succeeds in the end");
        check_eq(*word, low.x[A1] ? MEMORY : MEMORY + 1, "memory");
    }
    struct trap t = as_s(0, INSN_AMO(2, 3, A1, A0, X0), VA + PAGE, 0);
    check_eq(t.mcause, CAUSE_LOAD_PAGE, "mcause of lr.d on no page");
    /* A reservation lasts for one sc. */
    const uint32_t two[] = {INSN_AMO(2, 3, A2, A0, X0), INSN_AMO(3, 3, A3, A0, A1),
                            INSN_AMO(3, 3, A1, A0, A1)};
    t = run_as(MODE_S, 0, two, 3, VA, 5);
    check_eq(t.mcause, CAUSE_NONE, "mcause of lr, sc, sc");
    check_eq(low.x[A1], 1, "the second sc fails");
}

/* Compressed forms: a0 is the base, a1 the register. */
#define C_LW  0x410cu /* c.lw a1, 0(a0) */
#define C_LD  0x610cu
#define C_SW  0xc10cu
#define C_SD  0xe10cu
#define C_FLD 0x210cu /* c.fld fa1, 0(a0) */
#define C_FSD 0xa10cu

static void compressed(void)
{
    setup();
    *word = MEMORY;
    struct trap t = as_s(0, C_LW, VA, 0);
    check_eq(t.mcause, CAUSE_NONE, "mcause of c.lw");
    check_eq(low.x[A1], (uint64_t)(int32_t)MEMORY, "c.lw");
    t = as_s(0, C_LD, VA, 0);
    check_eq(low.x[A1], MEMORY, "c.ld");
    t = as_s(0, C_SW, VA, 0x12345678);
    check_eq(*word, (MEMORY & ~0xffffffffUL) | 0x12345678, "memory after c.sw");
    t = as_s(0, C_SD, VA, 0x1234);
    check_eq(*word, 0x1234, "memory after c.sd");
    /* c.ld a1, 0xf8(a0): the widest offset */
    word[31] = 77;
    t = as_s(0, 0x7d6cu, VA, 0);
    check_eq(low.x[A1], 77, "c.ld with offset 248");
    t = as_s(0, C_LD, VA + PAGE, 0);
    check_eq(t.mcause, CAUSE_LOAD_PAGE, "mcause of c.ld on no page");
    check_eq(t.mepc, code_pc(MODE_M), "mepc of c.ld on no page");
}

/* Through sp: mv t0, sp; mv sp, a0; the access at 16(sp); mv sp, t0. */
static void through_sp(uint32_t insn, uint64_t a1)
{
    const uint32_t code[] = {INSN_I(0x13u, 0, T0, SP, 0), INSN_I(0x13u, 0, SP, A0, 0), insn,
                             INSN_I(0x13u, 0, SP, T0, 0)};
    struct trap t = run_as(MODE_S, 0, code, 4, VA, a1);
    check_eq(t.mcause, CAUSE_NONE, "mcause");
}

static void stack_relative(void)
{
    setup();
    word[2] = MEMORY;
    through_sp(0x45c2u, 0); /* c.lwsp a1, 16(sp) */
    check_eq(low.x[A1], (uint64_t)(int32_t)MEMORY, "c.lwsp");
    through_sp(0x65c2u, 0); /* c.ldsp a1, 16(sp) */
    check_eq(low.x[A1], MEMORY, "c.ldsp");
    through_sp(0xc82eu, 0x99); /* c.swsp a1, 16(sp) */
    check_eq(word[2], (MEMORY & ~0xffffffffUL) | 0x99, "memory after c.swsp");
    through_sp(0xe82eu, 0x98); /* c.sdsp a1, 16(sp) */
    check_eq(word[2], 0x98, "memory after c.sdsp");
}

static uint64_t fa1(void)
{
    uint64_t v;
    csr_set(mstatus, MSTATUS_FS);
    __asm__ volatile("fmv.x.d %0, fa1" : "=r"(v));
    return v;
}

static void set_fa1(uint64_t v)
{
    csr_set(mstatus, MSTATUS_FS);
    __asm__ volatile("fmv.d.x fa1, %0" ::"r"(v));
    csr_write(mstatus, 0);
}

#define FS_CLEAN FIELD_PUT(MSTATUS_FS, 2)

static void floating(void)
{
    setup();
    *word = MEMORY;
    set_fa1(0);
    struct trap t = as_s(FS_CLEAN, INSN_I(OP_LOAD_FP, 3, A1, A0, 0), VA, 0);
    check_eq(t.mcause, CAUSE_NONE, "mcause of fld");
    check_eq(FIELD_GET(MSTATUS_FS, run_as_status), 3, "FS after fld");
    check_eq(fa1(), MEMORY, "fld");
    t = as_s(FS_CLEAN, INSN_I(OP_LOAD_FP, 2, A1, A0, 0), VA, 0);
    check_eq(t.mcause, CAUSE_NONE, "mcause of flw");
    check_eq(fa1(), 0xffffffff00000000UL | (MEMORY & 0xffffffff), "flw: boxed");
    set_fa1(0x0123456789abcdefUL);
    t = as_s(FS_CLEAN, INSN_S(OP_STORE_FP, 3, A0, A1, 0), VA, 0);
    check_eq(t.mcause, CAUSE_NONE, "mcause of fsd");
    check_eq(*word, 0x0123456789abcdefUL, "memory after fsd");
    *word = 0;
    t = as_s(FS_CLEAN, INSN_S(OP_STORE_FP, 2, A0, A1, 4), VA, 0);
    check_eq(t.mcause, CAUSE_NONE, "mcause of fsw");
    check_eq(*word, 0x89abcdef00000000UL, "memory after fsw");
    t = as_s(FS_CLEAN, C_FSD, VA, 0);
    check_eq(*word, 0x0123456789abcdefUL, "memory after c.fsd");
    *word = MEMORY;
    t = as_s(FS_CLEAN, C_FLD, VA, 0);
    check_eq(fa1(), MEMORY, "c.fld");
    csr_write(mstatus, 0);
}

static void floating_faults(void)
{
    setup();
    struct trap t = as_s(0, INSN_I(OP_LOAD_FP, 3, A1, A0, 0), VA, 0);
    check_eq(t.mcause, CAUSE_ILLEGAL, "mcause of fld with FS off");
    t = as_s(0, INSN_S(OP_STORE_FP, 3, A0, A1, 0), VA + PAGE, 0);
    check_eq(t.mcause, CAUSE_ILLEGAL, "mcause of fsd with FS off, on no page");
    t = as_s(FS_CLEAN, INSN_I(OP_LOAD_FP, 3, A1, A0, 0), VA + PAGE, 0);
    check_eq(t.mcause, CAUSE_LOAD_PAGE, "mcause of fld on no page");
    t = as_s(FS_CLEAN, INSN_S(OP_STORE_FP, 3, A0, A1, 0), VA + PAGE, 0);
    check_eq(t.mcause, CAUSE_STORE_PAGE, "mcause of fsd on no page");
    csr_write(mstatus, 0);
}

/* A device's register: mtimecmp holds what it is given, as memory does. */
static void device(void)
{
    irq_off();
    csr_write(mie, 0);
    uint64_t r = (uint64_t)mtimecmp_of(me()->hartid);
    static const struct {
        uint32_t load;
        uint64_t mask;
        bool is_signed;
    } row[] = {{INSN_LOAD(3, A1, A0, 0), ~0UL, true},
               {INSN_LOAD(2, A1, A0, 0), 0xffffffff, true},
               {INSN_LOAD(6, A1, A0, 0), 0xffffffff, false},
               {C_LW, 0xffffffff, true},
               {C_LD, ~0UL, true}};
    static const uint32_t store[] = {INSN_STORE(3, A1, A0, 0), C_SD};
    for (unsigned k = 0; k < 2; k++) {
        run_insn(MODE_M, store[k], r, MEMORY + k);
        for (unsigned i = 0; i < sizeof row / sizeof row[0]; i++) {
            context("load 0x%x after store 0x%x", row[i].load, store[k]);
            struct trap t = run_insn(MODE_M, row[i].load, r, 0);
            uint64_t v = (MEMORY + k) & row[i].mask;
            if (row[i].is_signed && row[i].mask != ~0UL)
                v = (uint64_t)(int32_t)v;
            check_eq(t.mcause, CAUSE_NONE, "mcause");
            check_eq(low.x[A1], v, "the register");
        }
    }
    run_insn(MODE_M, C_SW, r, 0x11223344);
    run_insn(MODE_M, INSN_STORE(2, A1, A0, 4), r, 0x55667788);
    check_eq(*mtimecmp_of(me()->hartid), 0x5566778811223344UL, "mtimecmp after c.sw and sw");
    timer_clear();
}

static void device_floating(void)
{
    irq_off();
    csr_write(mie, 0);
    uint64_t r = (uint64_t)mtimecmp_of(me()->hartid);
    set_fa1(MEMORY);
    csr_set(mstatus, FS_CLEAN);
    struct trap t = run_insn(MODE_M, INSN_S(OP_STORE_FP, 3, A0, A1, 0), r, 0);
    check_eq(t.mcause, CAUSE_NONE, "mcause of fsd");
    check_eq(*mtimecmp_of(me()->hartid), MEMORY, "mtimecmp after fsd");
    set_fa1(0);
    csr_set(mstatus, FS_CLEAN);
    t = run_insn(MODE_M, INSN_I(OP_LOAD_FP, 3, A1, A0, 0), r, 0);
    check_eq(t.mcause, CAUSE_NONE, "mcause of fld");
    check_eq(FIELD_GET(MSTATUS_FS, csr_read(mstatus)), 3, "FS after fld");
    check_eq(fa1(), MEMORY, "fld");
    csr_write(mstatus, 0);
    timer_clear();
}

/* That the unit has made FS dirty stays, whatever other register is written. */
static void dirty(void)
{
    static const unsigned csrs[] = {CSR_MEDELEG, CSR_MCOUNTEREN, CSR_MIDELEG,   CSR_MIE,
                                    CSR_SATP,    CSR_SIE,        CSR_SCOUNTEREN};
    for (unsigned i = 0; i < sizeof csrs / sizeof *csrs; i++) {
        context("CSR 0x%x", csrs[i]);
        csr_clear(mstatus, MSTATUS_FS);
        csr_set(mstatus, FS_CLEAN);
        *word = MEMORY;
        const uint32_t insns[] = {INSN_I(OP_LOAD_FP, 3, A1, A0, 0), INSN_CSRRW(A1, csrs[i], A1),
                                  INSN_CSRRW(A1, csrs[i], A1)};
        struct trap t = run_code(MODE_M, insns, 3, (uint64_t)word, 6);
        check_eq(t.mcause, CAUSE_NONE, "mcause");
        check_eq(FIELD_GET(MSTATUS_FS, csr_read(mstatus)), 3, "FS");
    }
    csr_write(mstatus, 0);
}

/* cbo.inval, clean, flush and zero: for the first three leave to load is enough. */
static void blocks(void)
{
    enum { INVAL, CLEAN, FLUSH, ZERO = 4 };
#define CBO(op) INSN_I(0x0fu, 2, 0, A0, op)
    struct trap t = run_insn(MODE_M, CBO(ZERO), (uint64_t)word, 0);
    if (t.mcause == CAUSE_ILLEGAL) {
        note("no Zicboz");
        return;
    }
    setup();
    for (unsigned op = INVAL; op <= ZERO; op += op == FLUSH ? 2 : 1) {
        context("operation %u", op);
        pt_map(&low_pt, VA, (uint64_t)frames[1], PTE_FULL, 0);
        low_fence();
        *word = MEMORY;
        t = as_s(0, CBO(op), VA, 0);
        check_eq(t.mcause, CAUSE_NONE, "mcause");
        check_eq(*word, op == ZERO ? 0 : MEMORY, "memory");
        pt_map(&low_pt, VA, (uint64_t)frames[1], PTE_FULL & ~PTE_W, 0);
        low_fence();
        t = as_s(0, CBO(op), VA, 0);
        check_eq(t.mcause, op == ZERO ? CAUSE_STORE_PAGE : CAUSE_NONE, "mcause, no W");
        t = as_s(0, CBO(op), VA + PAGE, 0);
        check_eq(t.mcause, CAUSE_STORE_PAGE, "mcause, no page");
        check_eq(t.mtval, VA + PAGE, "mtval, no page");
        t = as_s(0, CBO(op), NOWHERE, 0);
        check_eq(t.mcause, CAUSE_STORE_PAGE, "mcause, nowhere");
    }
}

TESTS("access", {"loads", "Load and Store Instructions", loads},
      {"stores", "Load and Store Instructions", stores},
      {"misaligned", "Load and Store Instructions", misaligned},
      {"registers", "Load and Store Instructions", registers}, {"amos", "Zaamo", amos},
      {"lr_sc", "Zalrsc", lr_sc}, {"compressed", "Zca", compressed},
      {"stack_relative", "Zca", stack_relative}, {"floating", "D, Zcd", floating},
      {"floating_faults", "D", floating_faults},
      {"dirty", "Extension Context Status in mstatus", dirty},
      {"blocks", "CMO: Zicbom, Zicboz", blocks}, {"device", "ACLINT: MTIMER", device},
      {"device_floating", "ACLINT: MTIMER, D", device_floating});
