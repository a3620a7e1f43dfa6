/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine level as firmware sees it: what exists, what is held, and what a hart without H, or
 * with registers of its vendor, has. Chapters are the privileged architecture's. */
#include <string.h>

#include "fixture.h"
#include "spec/board.h"
#include "spec/exec.h"

static const uint64_t patterns[] = {
    0, ALL_ONES, 0x5555555555555555, 0xaaaaaaaaaaaaaaaa, 0x8000000000000001, 0x0000080000001800};

/* What can be set of a CSR, and what can't be cleared. */
static uint64_t ones_of(struct hart *h, unsigned num)
{
    put(h, num, ALL_ONES);
    return get(h, num);
}

static uint64_t zeros_of(struct hart *h, unsigned num)
{
    put(h, num, 0);
    return get(h, num);
}

static struct exec run(struct hart *h, uint32_t raw)
{
    struct insn i = decode(raw);
    return hart_exec(h, &i);
}

/* "mcountinhibit": CY, IR and a bit for each counter that there is; TM is read-only zero. */
static void mcountinhibit(void **state)
{
    struct hart h = hart_in(M);
    (void)state;
    test_isa.hpm = BIT(3) | BIT(7);
    assert_int_equal(ones_of(&h, CSR_mcountinhibit), 0x8d);
    assert_int_equal(zeros_of(&h, CSR_mcountinhibit), 0);
    assert_int_equal(put(&h, CSR_mcountinhibit, 1), CSR_EFFECT_ENV);
    assert_int_equal(access_cause(&h, CSR_mcountinhibit, true), 0);
    test_isa.ext &= ~BIT(EXT_COUNTINHIBIT); /* before version 1.11 */
    assert_int_equal(access_cause(&h, CSR_mcountinhibit, false), CAUSE_ILLEGAL);
}

/* "Hardware Performance Monitor": mcycle, minstret and the counters that there are hold 64 bits;
 * "a legal implementation is to make both the counter and its ... event selector be read-only 0";
 * the unprivileged registers are read-only shadows. */
static void counters(void **state)
{
    struct hart h = hart_in(M);
    (void)state;
    test_isa.hpm = BIT(3) | BIT(31);
    for (unsigned n = 0; n < 32; n++) {
        if (n == 1) {
            assert_null(csr_row(0xb01)); /* there is no mtime */
            continue;
        }
        bool there = n < 3 || n == 3 || n == 31;
        for (unsigned i = 0; i < ARRAY_LEN(patterns); i++) {
            put(&h, 0xb00 + n, patterns[i]);
            assert_int_equal(get(&h, 0xb00 + n), there ? patterns[i] : 0);
            assert_int_equal(get(&h, 0xc00 + n), there ? patterns[i] : 0);
            if (n >= 3) {
                put(&h, 0x320 + n, patterns[i]);
                assert_int_equal(get(&h, 0x320 + n), there ? patterns[i] : 0);
            }
        }
        assert_int_equal(put(&h, 0xb00 + n, 77), there ? CSR_EFFECT_ENV : CSR_EFFECT_NONE);
        assert_int_equal(access_cause(&h, 0xc00 + n, true), CAUSE_ILLEGAL);
    }
    assert_null(csr_row(0x321));
    assert_null(csr_row(0x322));
}

/* "mvendorid", "marchid", "mimpid", "mhartid", "mconfigptr": read-only. */
static void identity(void **state)
{
    static const unsigned nums[] = {CSR_mvendorid, CSR_marchid, CSR_mimpid, CSR_mhartid,
                                    CSR_mconfigptr};
    struct hart h = hart_in(M);
    (void)state;
    test_isa.mvendorid = 0x489;
    test_isa.marchid = 0x8000000000000007;
    test_isa.mimpid = 0x20181004;
    for (unsigned i = 0; i < ARRAY_LEN(nums); i++) {
        assert_int_equal(access_cause(&h, nums[i], false), 0);
        assert_int_equal(access_cause(&h, nums[i], true), CAUSE_ILLEGAL);
    }
    assert_int_equal(get(&h, CSR_mvendorid), 0x489);
    assert_int_equal(get(&h, CSR_marchid), 0x8000000000000007);
    assert_int_equal(get(&h, CSR_mimpid), 0x20181004);
    assert_int_equal(get(&h, CSR_mconfigptr), 0);
}

/* What M-mode finds absent: other extensions', RV32's, debugging's, and vendors' registers. */
static void absent(void **state)
{
    static const unsigned nums[] = {
        0x001, 0x008,     0x015, 0x017, 0x181, 0x301 + 6, 0x310, 0x312, 0x31a, 0x321, 0x322,
        0x345, 0x350 + 2, 0x357, 0x35c, 0x380, 0x3a1,     0x3a3, 0x3a4, 0x3c0, 0x3ef, 0x5a8,
        0x5c0, 0x6c0,     0x740, 0x741, 0x742, 0x744,     0x747, 0x757, 0x7a4, 0x7a5, 0x7a8,
        0x7b0, 0x7b1,     0x7b2, 0x7c0, 0x7c1, 0x7ff,     0x800, 0xb01, 0xb20, 0xb80, 0xb82,
        0xbc0, 0xc20,     0xc80, 0xcc0, 0xdc0, 0xec0,     0xf10, 0xf16, 0xfc0, 0xfff};
    struct hart h = hart_in(M);
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(nums); i++) {
        for (enum mode m = M; m < MODES; m++) {
            hart_mode(&h, m);
            assert_int_equal(access_cause(&h, nums[i], false), CAUSE_ILLEGAL);
            assert_int_equal(access_cause(&h, nums[i], true), CAUSE_ILLEGAL);
        }
        hart_mode(&h, M); /* the trap says which instruction */
        struct exec e = run(&h, 0x00002573 | nums[i] << 20);
        assert_int_equal(e.kind, EXEC_TRAP);
        assert_int_equal(e.trap.cause, CAUSE_ILLEGAL);
        assert_int_equal(e.trap.tval, 0x00002573 | nums[i] << 20);
    }
}

/* Debug specification, "Trigger Module Registers": type 0 in tdata1 says that tselect names no
 * trigger, and another tselect can't be chosen. */
static void no_triggers(void **state)
{
    struct hart h = hart_in(M);
    (void)state;
    for (unsigned num = 0x7a0; num <= 0x7a3; num++) {
        assert_int_equal(put(&h, num, ~UINT64_C(0)), CSR_EFFECT_NONE);
        assert_int_equal(get(&h, num), 0);
        for (enum mode m = M + 1; m < MODES; m++) {
            hart_mode(&h, m);
            assert_int_equal(access_cause(&h, num, false), CAUSE_ILLEGAL);
        }
        hart_mode(&h, M);
    }
}

/* "mstatus": what follows from a write depends on what it changes. */
static void mstatus_effects(void **state)
{
    enum { I = CSR_EFFECT_IRQ, X = CSR_EFFECT_XLATE | CSR_EFFECT_ENV, E = CSR_EFFECT_ENV };
    static const struct {
        uint64_t bits;
        unsigned effect, with_mprv;
    } rows[] = {
        {STATUS_MIE, I, I},  {STATUS_SIE, I, I},
        {STATUS_MPIE, 0, 0}, {STATUS_SPIE, 0, 0},
        {STATUS_SPP, 0, 0},  {STATUS_GVA, 0, 0},
        {STATUS_MPP, 0, X},  {STATUS_MPV, 0, X},
        {STATUS_SUM, X, X},  {STATUS_MXR, X, X},
        {STATUS_TVM, E, E},  {STATUS_TW, E, E},
        {STATUS_TSR, E, E},  {STATUS_FS, E, E},
        {STATUS_VS, E, E},   {STATUS_MIE | STATUS_TVM, I | E, I | E},
        {STATUS_MPRV, X, 0},
    };
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
        struct hart h = hart_in(M);
        put(&h, CSR_mstatus, 0);
        assert_int_equal(put(&h, CSR_mstatus, rows[i].bits), rows[i].effect);
        assert_int_equal(put(&h, CSR_mstatus, rows[i].bits), CSR_EFFECT_NONE);
        assert_int_equal(put(&h, CSR_mstatus, 0), rows[i].effect);
        put(&h, CSR_mstatus, STATUS_MPRV);
        assert_int_equal(put(&h, CSR_mstatus, STATUS_MPRV | rows[i].bits), rows[i].with_mprv);
        assert_int_equal(put(&h, CSR_mstatus, STATUS_MPRV), rows[i].with_mprv);
    }
}

/* "Privilege and Global Interrupt-Enable Stack": "an MRET or SRET instruction that changes the
 * privilege mode to a mode less privileged than M also sets MPRV=0". */
static void returns_clear_mprv(void **state)
{
    static const uint8_t modes[] = {PRV_U, PRV_S, PRV_M};
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct hart h = hart_in(M);
        h.mstatus |= STATUS_MPRV | FIELD_PUT(STATUS_MPP, (uint64_t)modes[i]);
        h.mepc = 0x1234;
        assert_int_equal(run(&h, 0x30200073).kind, EXEC_XRET);
        assert_int_equal(h.prv, modes[i]);
        assert_int_equal(h.pc, 0x1234);
        assert_int_equal((h.mstatus & STATUS_MPRV) != 0, modes[i] == PRV_M);
        assert_int_equal(FIELD_GET(STATUS_MPP, h.mstatus), PRV_U);
    }
    for (unsigned spp = 0; spp < 2; spp++) { /* sret in M: by SPP and SPV */
        for (unsigned spv = 0; spv < 2; spv++) {
            struct hart h = hart_in(M);
            h.mstatus |= STATUS_MPRV | STATUS_TSR | (spp ? STATUS_SPP : 0);
            h.hstatus |= spv ? HSTATUS_SPV : 0;
            h.sepc = 0x4321 & ~1;
            assert_int_equal(run(&h, 0x10200073).kind, EXEC_XRET);
            assert_int_equal(h.prv, spp ? PRV_S : PRV_U);
            assert_int_equal(h.v, spv);
            assert_int_equal(h.pc, 0x4320);
            assert_false(h.mstatus & (STATUS_MPRV | STATUS_SPP));
            assert_false(h.hstatus & HSTATUS_SPV);
        }
    }
}

/* "mstatus": TVM, TW and TSR are for S-mode; nothing of it concerns M, nor hstatus's. */
static void m_mode_is_not_trapped(void **state)
{
    static const uint32_t raw[] = {0x10200073, 0x10500073, 0x00d00073, 0x12b50073, 0x16b50073,
                                   0x18000073, 0x18100073, 0x22b50073, 0x62b50073, 0x26b50073,
                                   0x66b50073, 0x180025f3, 0x680025f3};
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(raw); i++) {
        struct hart h = hart_in(M);
        h.mstatus |= STATUS_TVM | STATUS_TW | STATUS_TSR;
        h.hstatus |= HSTATUS_VTVM | HSTATUS_VTW | HSTATUS_VTSR;
        assert_int_not_equal(run(&h, raw[i]).kind, EXEC_TRAP);
    }
}

/* "mret" is M's alone. */
static void mret_below_m(void **state)
{
    (void)state;
    for (enum mode m = HS; m < MODES; m++) {
        struct hart h = hart_in(m);
        struct exec e = run(&h, 0x30200073);
        assert_int_equal(e.kind, EXEC_TRAP);
        assert_int_equal(e.trap.cause, CAUSE_ILLEGAL);
    }
}

/* "mideleg": "similarly, an implementation shall not fix as read-only one any bits of mideleg
 * corresponding to machine-level interrupts (but may do so for lower-level interrupts)". */
static void fixed_delegation(void **state)
{
    struct hart h = hart_in(M);
    (void)state;
    test_isa.mideleg = BIT(IRQ_LCOFI);
    hart_reset(&h, &test_isa, 0);
    assert_int_equal(get(&h, CSR_mideleg), IRQS_S | IRQS_VS);
    assert_int_equal(ones_of(&h, CSR_mideleg), IRQS_S | IRQS_VS | BIT(IRQ_LCOFI));
    assert_int_equal(zeros_of(&h, CSR_mideleg), IRQS_S | IRQS_VS);
    test_isa.mideleg = BIT(IRQ_STI);
    hart_reset(&h, &test_isa, 0);
    assert_int_equal(zeros_of(&h, CSR_mideleg), BIT(IRQ_SSI) | BIT(IRQ_SEI) | IRQS_VS);
    assert_int_equal(ones_of(&h, CSR_mideleg), IRQS_S | IRQS_VS);
}

/* A hart whose firmware is not to see H has nothing of it: no register, bit or instruction. */
static void without_h(void **state)
{
    static const uint32_t raw[] = {0x22b50073, 0x62b50073, 0x26b50073, 0x66b50073,
                                   0x6005c573, 0x6ec5c073, 0x6835c573};
    struct hart h = hart_in(M);
    (void)state;
    test_isa.ext &= ~BIT(EXT_H);
    hart_reset(&h, &test_isa, 0);
    for (unsigned num = 0; num < 4096; num++) {
        bool of_h = (num >> 8 & 3) == 2 || num == CSR_mtinst || num == CSR_mtval2;
        if (csr_row(num) != NULL && of_h) {
            assert_int_equal(access_cause(&h, num, false), CAUSE_ILLEGAL);
        }
    }
    assert_int_equal(zeros_of(&h, CSR_mideleg), 0);
    assert_int_equal(ones_of(&h, CSR_mideleg), IRQS_S | BIT(IRQ_LCOFI));
    assert_int_equal(ones_of(&h, CSR_mie), IRQS_M | IRQS_S | BIT(IRQ_LCOFI));
    assert_int_equal(ones_of(&h, CSR_mip) & IRQS_VS, 0);
    assert_int_equal(ones_of(&h, CSR_medeleg), 0x4b3ff);
    assert_false(ones_of(&h, CSR_mstatus) & (STATUS_GVA | STATUS_MPV));
    for (unsigned i = 0; i < ARRAY_LEN(raw); i++) {
        h.prv = i % 2 ? PRV_M : PRV_S;
        struct exec e = run(&h, raw[i]);
        assert_int_equal(e.kind, EXEC_TRAP);
        assert_int_equal(e.trap.cause, CAUSE_ILLEGAL);
    }
    h.prv = PRV_M;
    h.mstatus |= FIELD_PUT(STATUS_MPP, (uint64_t)PRV_S);
    run(&h, 0x30200073);
    assert_int_equal(h.v, 0);
    run(&h, 0x10200073);
    assert_int_equal(h.v, 0);
    hart_enter_s(&h, 0, 0, 0);
    assert_int_equal(get(&h, CSR_mideleg), IRQS_S | BIT(IRQ_LCOFI));
    assert_int_equal(get(&h, CSR_medeleg), 0x4b3ff & ~BIT(CAUSE_ECALL_HS));
}

/* What firmware would have given an S-mode system, by what the hart has; and that firmware itself
 * can write it. */
static void handed_to_s_mode(void **state)
{
    static const struct {
        enum isa_ext ext;
        uint64_t mstateen0, mideleg;
    } rows[] = {
        {EXT_SMAIA, STATEEN_CSRIND | STATEEN_AIA, 0},
        {EXT_IMSIC, STATEEN_IMSIC, 0},
        {EXT_SSCOFPMF, 0, BIT(IRQ_LCOFI)},
    };
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
        for (unsigned has = 0; has < 2; has++) {
            struct hart h = hart_in(M);
            test_isa.ext |= BIT(EXT_IMSIC);
            test_isa.ext &= has ? ~UINT64_C(0) : ~BIT(rows[i].ext);
            hart_reset(&h, &test_isa, 0);
            hart_enter_s(&h, 0x80200000, 1, 2);
            assert_int_equal(h.mstateen[0] & rows[i].mstateen0, has ? rows[i].mstateen0 : 0);
            assert_int_equal(h.mideleg & rows[i].mideleg, has ? rows[i].mideleg : 0);
            assert_true(h.mstateen[0] & STATEEN_SE && h.mstateen[0] & STATEEN_ENVCFG);
            assert_int_equal(h.mideleg & ~BIT(IRQ_LCOFI), IRQS_S | IRQS_VS);
            struct hart written = h;
            assert_int_equal(ones_of(&written, CSR_mstateen0), h.mstateen[0]);
            assert_int_equal(ones_of(&written, CSR_mideleg), h.mideleg);
        }
    }
}

/* "mcause", "medeleg": an exception code that has no bit goes to M. */
static void codes_beyond_delegation(void **state)
{
    struct hart h = hart_in(VS);
    (void)state;
    h.medeleg = h.mideleg = h.hedeleg = h.hideleg = ALL_ONES;
    assert_int_equal(trap_target(&h, 63), TRAP_TO_VS);
    assert_int_equal(trap_target(&h, 64), TRAP_TO_M);
    assert_int_equal(trap_target(&h, CAUSE_INTERRUPT | 64), TRAP_TO_M);
}

static uint64_t words[CUSTOM_MAX];

/* A vendor's registers are there on its boards, with their bits, reset values and names. */
static void custom_registers(void **state)
{
    struct hart h = hart_in(M);
    const struct csr *c;
    (void)state;
    assert_null(board_find("riscv"));
    assert_null(board_find("sifive,u54"));
    test_isa.board = board_find("sifive,u74-mc");
    assert_non_null(test_isa.board);
    assert_ptr_equal(board_find("sifive,bullet0"), test_isa.board);
    assert_int_equal(access_cause(&h, 0x7c1, true), CAUSE_ILLEGAL); /* nowhere to keep it */
    hart_reset(&h, &test_isa, 0);
    board_reset(&h, words);
    assert_int_equal(csr_find(&h, 0x7c1, true, &c), CSR_OK);
    assert_string_equal(csr_name(c), "feature_disable");
    assert_int_equal(csr_read(&h, c), 0x3020f);
    assert_int_equal(csr_write(&h, c, 0), CSR_EFFECT_NONE);
    assert_int_equal(csr_read(&h, c), 0);
    (void)csr_write(&h, c, ALL_ONES);
    assert_int_equal(csr_read(&h, c), 0x3020f);
    assert_int_equal(access_cause(&h, 0x7c0, false), CAUSE_ILLEGAL);
    assert_int_equal(access_cause(&h, 0x7c2, false), CAUSE_ILLEGAL);
    assert_null(csr_row(0x7c1)); /* not the specification's */
    for (enum mode m = HS; m < MODES; m++) {
        hart_mode(&h, m);
        assert_int_equal(access_cause(&h, 0x7c1, false), CAUSE_ILLEGAL);
    }
    test_isa.board = NULL;
    hart_mode(&h, M);
    assert_int_equal(access_cause(&h, 0x7c1, false), CAUSE_ILLEGAL);
}

/* All boards: "CSR Address Mapping Conventions": custom numbers, read-only by number, each with a
 * word of its own that holds its writable bits and nothing else. */
static void every_board(void **state)
{
    static const char *const cpus[] = {"sifive,u74", "thead,c906", "thead,c910",
                                       "thead,c920", "thead,c908", "andestech,ax45mp"};
    (void)state;
    for (unsigned n = 0; n < ARRAY_LEN(cpus); n++) {
        struct hart h = hart_in(M);
        const struct board *b = board_find(cpus[n]);
        assert_non_null(b);
        assert_true(b->count <= CUSTOM_MAX);
        test_isa.board = b;
        hart_reset(&h, &test_isa, 0);
        board_reset(&h, words);
        for (unsigned i = 0; i < b->count; i++) {
            unsigned num = b->csr[i].row.num;
            const struct csr *c;
            bool read_only = num >= 0xc00;
            assert_true((num & 0xff) >= 0xc0 && csr_row(num) == NULL);
            assert_int_equal(csr_find(&h, num, false, &c), CSR_OK);
            assert_ptr_equal(c, &b->csr[i].row);
            assert_string_equal(csr_name(c), b->csr[i].name);
            assert_int_equal(access_cause(&h, num, true), read_only ? CAUSE_ILLEGAL : 0);
            assert_int_equal(csr_read(&h, c), b->csr[i].reset);
            struct hart before = h;
            uint64_t others[CUSTOM_MAX];
            memcpy(others, words, sizeof words);
            (void)csr_write(&h, c, ALL_ONES);
            others[i] = b->csr[i].reset | c->wmask;
            assert_int_equal(csr_read(&h, c), others[i]);
            assert_memory_equal(words, others, sizeof words);
            assert_memory_equal(&h, &before, sizeof h);
        }
    }
}

/* By the manuals' tables: how wide each register is, and what it holds at reset. */
static void registers_of_boards(void **state)
{
    static const struct {
        const char *cpu;
        uint16_t num;
        uint64_t ones, reset;
    } rows[] = {
#define W32 UINT32_MAX
#define C9  "thead,c910"
#define A45 "andestech,ax45mp"
        {"sifive,u74-mc", 0x7c1, 0x3020f, 0x3020f},
        {C9, 0x7c0, W32, 0xc0000000}, /* PM: M-mode */
        {C9, 0x7c1, W32, 0},
        {C9, 0x7c2, 0, 0}, /* commands */
        {C9, 0x7c3, ALL_ONES, 0},
        {C9, 0x7c4, ALL_ONES, 0},
        {C9, 0x7c5, ALL_ONES, 0},
        {C9, 0x7c6, ALL_ONES, 0},
        {C9, 0x7c7, ALL_ONES, 0},
        {C9, 0x7c8, ALL_ONES, 0},
        {C9, 0x7c9, W32, 0},
        {C9, 0x7ca, W32, 0},
        {C9, 0x7cb, W32, 0},
        {C9, 0x7cc, ALL_ONES, 0},
        {C9, 0x7cd, ALL_ONES, 0},
        {C9, 0x7ce, ALL_ONES, 0},
        {C9, 0x7d2, 0, 0},
        {C9, 0x7d3, W32, 0},
        {C9, 0x7d4, 0, 0},
        {C9, 0x7d5, 0, 0},
        {C9, 0x7d6, 0, 0},
        {C9, 0x7d7, 0, 0},
        {C9, 0xfc0, 0, 0},
        {C9, 0xfc1, 0, 0},
        {C9, 0x5c0, W32, 0xc0000000},
        {C9, 0x5c1, W32, 0},
        {C9, 0x5c2, ALL_ONES, 0},
        {C9, 0x5c3, ALL_ONES, 0},
        {C9, 0x5c4, W32, 0},
        {C9, 0x5c5, W32, 0},
        {A45, 0x7c4, W32, 0},
        {A45, 0x7c5, W32, 0},
        {A45, 0x7ca, W32, 0},
        {A45, 0x7cb, ALL_ONES, 0},
        {A45, 0x7cc, 0, 0},
        {A45, 0x7cd, 0, 0},
        {A45, 0x7ce, W32, 0},
        {A45, 0x7cf, W32, 0},
        {A45, 0x7d0, W32, 0},
        {A45, 0x7d1, W32, 0},
        {A45, 0x7d2, W32, 0},
        {A45, 0x7d3, W32, 0},
        {A45, 0x7d4, W32, 0},
        {A45, 0x7d5, W32, 0},
        {A45, 0xfc0, 0, 0},
        {A45, 0xfc1, 0, 0},
        {A45, 0xfc2, 0, 0},
    };
    unsigned listed[3] = {0};
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(rows); i++) {
        struct hart h = hart_in(M);
        const struct csr *c;
        test_isa.board = board_find(rows[i].cpu);
        hart_reset(&h, &test_isa, 0);
        board_reset(&h, words);
        assert_int_equal(csr_find(&h, rows[i].num, false, &c), CSR_OK);
        assert_int_equal(csr_read(&h, c), rows[i].reset);
        (void)csr_write(&h, c, ALL_ONES);
        if (csr_read(&h, c) != rows[i].ones) {
            fail_msg("%s %#x: %#llx", rows[i].cpu, rows[i].num,
                     (unsigned long long)csr_read(&h, c));
        }
        (void)csr_write(&h, c, 0);
        bool fixed = rows[i].reset == 0xc0000000;
        assert_int_equal(csr_read(&h, c), fixed ? rows[i].reset : 0);
        listed[rows[i].cpu[0] == 's' ? 0 : rows[i].cpu[0] == 't' ? 1 : 2]++;
    }
    assert_int_equal(listed[0], board_find("sifive,u74")->count);
    assert_int_equal(listed[1], board_find(C9)->count);
    assert_int_equal(listed[2], board_find(A45)->count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mcountinhibit),
        cmocka_unit_test(counters),
        cmocka_unit_test(identity),
        cmocka_unit_test(absent),
        cmocka_unit_test(no_triggers),
        cmocka_unit_test(mstatus_effects),
        cmocka_unit_test(returns_clear_mprv),
        cmocka_unit_test(m_mode_is_not_trapped),
        cmocka_unit_test(mret_below_m),
        cmocka_unit_test(fixed_delegation),
        cmocka_unit_test(without_h),
        cmocka_unit_test(handed_to_s_mode),
        cmocka_unit_test(codes_beyond_delegation),
        cmocka_unit_test(custom_registers),
        cmocka_unit_test(every_board),
        cmocka_unit_test(registers_of_boards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
