/* SPDX-License-Identifier: BSD-2-Clause */
/* The CSRs of an IMSIC's interrupt files, over a file that stands here: which exist for whom, what
 * reaches the file. AIA, "Machine-level CSRs", "Indirectly accessed interrupt-file registers", "Top
 * external interrupt CSRs", "Access control by the state-enable CSRs". */
#include <string.h>

#include "fixture.h"
#include "spec/exec.h"
#include "spec/imsic.h"

/* Two files, of one hart: machine level, supervisor level. */
static struct file {
    uint64_t reg[256];
    unsigned accesses;
} files[2];

static uint64_t file_read(struct file *f, unsigned select)
{
    f->accesses++;
    return f->reg[select];
}

static void file_write(struct file *f, unsigned select, uint64_t v)
{
    f->accesses++;
    f->reg[select] = v;
}

static uint64_t file_top(const struct file *f)
{
    for (unsigned id = 1; id < 256; id++) {
        unsigned n = id / 64 * 2;
        if (f->reg[0x80 + n] & f->reg[0xc0 + n] & BIT(id % 64)) {
            return id << 16 | id;
        }
    }
    return 0;
}

static void file_claim(struct file *f)
{
    unsigned id = (unsigned)file_top(f) & 0x7ff;
    f->reg[0x80 + id / 64 * 2] &= id == 0 ? ALL_ONES : ~BIT(id % 64);
}

#define OPS(level, n)                                                                              \
    static uint64_t read_##level(const struct hart *h, unsigned select)                            \
    {                                                                                              \
        (void)h;                                                                                   \
        return file_read(&files[n], select);                                                       \
    }                                                                                              \
    static void write_##level(struct hart *h, unsigned select, uint64_t v)                         \
    {                                                                                              \
        (void)h;                                                                                   \
        file_write(&files[n], select, v);                                                          \
    }                                                                                              \
    static uint64_t top_##level(const struct hart *h)                                              \
    {                                                                                              \
        (void)h;                                                                                   \
        return file_top(&files[n]);                                                                \
    }                                                                                              \
    static void claim_##level(struct hart *h)                                                      \
    {                                                                                              \
        (void)h;                                                                                   \
        file_claim(&files[n]);                                                                     \
    }                                                                                              \
    static const struct imsic_file ops_##level = {read_##level, write_##level, top_##level,        \
                                                  claim_##level};
OPS(m, 0)
OPS(s, 1)

static struct hart hart_imsic(enum mode m)
{
    struct hart h = hart_in(m);
    memset(files, 0, sizeof files);
    test_isa.ext |= BIT(EXT_IMSIC);
    test_isa.imsic_m = &ops_m;
    test_isa.imsic_s = &ops_s;
    h.mstateen[0] |= STATEEN_IMSIC;
    h.hstateen[0] |= STATEEN_IMSIC;
    return h;
}

static void expect(struct hart *h, enum mode m, unsigned num, unsigned cause)
{
    struct hart at = *h;
    hart_mode(&at, m);
    for (unsigned write = 0; write < 2; write++) {
        if (access_cause(&at, num, write) != cause) {
            fail_msg("%s, %#x, write %u, select %#llx: cause %u, not %u", mode_name[m], num, write,
                     (unsigned long long)h->siselect, access_cause(&at, num, write), cause);
        }
    }
}

/* 0x30 to 0x3f iprio, 0x70 to 0xff the file: "if XLEN = 64, odd-numbered ... eip and eie raise an
 * illegal instruction exception"; the others are nobody's. */
static void windows(void **state)
{
    (void)state;
    for (unsigned select = 0; select < 0x200; select++) {
        struct hart h = hart_imsic(M);
        bool even = select % 2 == 0;
        bool iprio = select >= 0x30 && select <= 0x3f && even;
        bool file =
            (select >= 0x70 && select <= 0x7f) || (select >= 0x80 && select <= 0xff && even);
        h.miselect = h.siselect = h.vsiselect = select;
        expect(&h, M, CSR_mireg, iprio || file ? 0 : CAUSE_ILLEGAL);
        expect(&h, M, CSR_sireg, iprio || file ? 0 : CAUSE_ILLEGAL);
        expect(&h, HS, CSR_sireg, iprio || file ? 0 : CAUSE_ILLEGAL);
        expect(&h, U, CSR_sireg, CAUSE_ILLEGAL);
        expect(&h, HS, CSR_mireg, CAUSE_ILLEGAL);
        expect(&h, VS, CSR_sireg, CAUSE_VIRTUAL_INSTRUCTION);
        expect(&h, HS, CSR_vsireg, CAUSE_ILLEGAL);
        test_isa.imsic_m = NULL;
        expect(&h, M, CSR_mireg, iprio ? 0 : CAUSE_ILLEGAL);
        expect(&h, M, CSR_sireg, iprio || file ? 0 : CAUSE_ILLEGAL);
        test_isa.imsic_m = &ops_m;
        test_isa.imsic_s = NULL;
        expect(&h, M, CSR_mireg, iprio || file ? 0 : CAUSE_ILLEGAL);
        expect(&h, HS, CSR_sireg, iprio ? 0 : CAUSE_ILLEGAL);
    }
}

/* mtopei is M's, stopei M's and S's; each is there if its file is. */
static void topei_exists(void **state)
{
    struct hart h = hart_imsic(M);
    (void)state;
    expect(&h, M, CSR_mtopei, 0);
    expect(&h, HS, CSR_mtopei, CAUSE_ILLEGAL);
    expect(&h, VS, CSR_mtopei, CAUSE_ILLEGAL);
    expect(&h, M, CSR_stopei, 0);
    expect(&h, HS, CSR_stopei, 0);
    expect(&h, U, CSR_stopei, CAUSE_ILLEGAL);
    expect(&h, VS, CSR_stopei, CAUSE_VIRTUAL_INSTRUCTION);
    expect(&h, M, CSR_vstopei, CAUSE_ILLEGAL);
    test_isa.imsic_m = NULL;
    expect(&h, M, CSR_mtopei, CAUSE_ILLEGAL);
    expect(&h, M, CSR_stopei, 0);
    test_isa.imsic_m = &ops_m;
    test_isa.imsic_s = NULL;
    expect(&h, M, CSR_mtopei, 0);
    expect(&h, HS, CSR_stopei, CAUSE_ILLEGAL);
    test_isa.ext &= ~BIT(EXT_SMAIA);
    expect(&h, M, CSR_mtopei, CAUSE_ILLEGAL);
}

/* mstateen0.IMSIC: the file's registers and stopei, for S-mode; AIA: the iprio array. */
static void state_enable(void **state)
{
    struct hart h = hart_imsic(M);
    (void)state;
    h.siselect = h.miselect = 0x80;
    h.mstateen[0] &= ~STATEEN_IMSIC;
    expect(&h, HS, CSR_sireg, CAUSE_ILLEGAL);
    expect(&h, HS, CSR_stopei, CAUSE_ILLEGAL);
    expect(&h, M, CSR_sireg, 0);
    expect(&h, M, CSR_mireg, 0);
    expect(&h, M, CSR_stopei, 0);
    h.siselect = 0x30;
    expect(&h, HS, CSR_sireg, 0);
    h.mstateen[0] = (h.mstateen[0] | STATEEN_IMSIC) & ~STATEEN_AIA;
    expect(&h, HS, CSR_sireg, CAUSE_ILLEGAL);
    h.siselect = 0x80;
    expect(&h, HS, CSR_sireg, 0);
}

/* Each register of each level reaches its own file, and nothing else does: "0x71 and 0x73-0x7F are
 * reserved ... return zero, and writes ... are ignored". */
static void registers_of_the_file(void **state)
{
    static const unsigned ireg[] = {CSR_mireg, CSR_sireg};
    struct hart h = hart_imsic(M);
    (void)state;
    for (unsigned level = 0; level < 2; level++) {
        for (unsigned select = 0x30; select < 0x100; select++) {
            bool mine = select == 0x70 || select == 0x72 || (select >= 0x80 && select % 2 == 0);
            memset(files, 0, sizeof files);
            h.miselect = level == 0 ? select : 0;
            h.siselect = level == 1 ? select : 0;
            unsigned effect = put(&h, ireg[level], 0x1234);
            assert_int_equal(effect, mine ? CSR_EFFECT_IRQ : CSR_EFFECT_NONE);
            assert_int_equal(get(&h, ireg[level]), mine ? 0x1234 : 0);
            assert_int_equal(files[level].accesses, mine ? 2 : 0);
            assert_int_equal(files[1 - level].accesses, 0);
            assert_int_equal(files[level].reg[select], mine ? 0x1234 : 0);
        }
    }
    test_isa.imsic_m = test_isa.imsic_s = NULL;
    h.miselect = h.siselect = 0x70;
    assert_int_equal(put(&h, CSR_mireg, 1), CSR_EFFECT_NONE);
    assert_int_equal(get(&h, CSR_sireg), 0);
    assert_int_equal(get(&h, CSR_mtopei), 0);
    assert_int_equal(put(&h, CSR_stopei, 0), CSR_EFFECT_NONE);
}

/* "A write to a *topei CSR claims the reported interrupt identity"; csrrw rd, mtopei, x0 reads and
 * claims together; a read alone doesn't. */
static void claims(void **state)
{
    static const struct {
        uint32_t csr, level;
    } rows[] = {{CSR_mtopei, 0}, {CSR_stopei, 1}};
    (void)state;
    for (unsigned n = 0; n < ARRAY_LEN(rows); n++) {
        struct hart h = hart_imsic(M);
        struct file *f = &files[rows[n].level];
        struct insn csrr = decode(0x00002573 | rows[n].csr << 20);  /* csrrs a0, csr, x0 */
        struct insn claim = decode(0x00001573 | rows[n].csr << 20); /* csrrw a0, csr, x0 */
        f->reg[0xc0] = BIT(5) | BIT(9);
        f->reg[0xc2] = BIT(70 - 64);
        f->reg[0x80] = BIT(9) | BIT(4);
        f->reg[0x82] = BIT(70 - 64);
        assert_int_equal(hart_exec(&h, &csrr).csr_effect, CSR_EFFECT_NONE);
        assert_int_equal(h.x[10], 9 << 16 | 9);
        assert_int_equal(hart_exec(&h, &csrr).kind, EXEC_DONE);
        assert_int_equal(h.x[10], 9 << 16 | 9);
        assert_int_equal(hart_exec(&h, &claim).csr_effect, CSR_EFFECT_IRQ);
        assert_int_equal(h.x[10], 9 << 16 | 9);
        assert_int_equal(f->reg[0x80], BIT(4));
        (void)hart_exec(&h, &claim);
        assert_int_equal(h.x[10], 70 << 16 | 70);
        (void)hart_exec(&h, &claim);
        assert_int_equal(h.x[10], 0);
        assert_int_equal(f->reg[0x80], BIT(4));
    }
}

/* csrrs and csrrc of a window change the bits named. */
static void windows_set_and_clear(void **state)
{
    struct hart h = hart_imsic(M);
    struct insn set = decode(0x3515a073), clear = decode(0x3515b073); /* csrs, csrc mireg, a1 */
    (void)state;
    h.miselect = 0xc0;
    h.x[11] = 0x30;
    files[0].reg[0xc0] = 0x11;
    (void)hart_exec(&h, &set);
    assert_int_equal(files[0].reg[0xc0], 0x31);
    (void)hart_exec(&h, &clear);
    assert_int_equal(files[0].reg[0xc0], 0x01);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(windows),      cmocka_unit_test(topei_exists),
        cmocka_unit_test(state_enable), cmocka_unit_test(registers_of_the_file),
        cmocka_unit_test(claims),       cmocka_unit_test(windows_set_and_clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
