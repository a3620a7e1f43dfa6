/* SPDX-License-Identifier: BSD-2-Clause */
/* What memory instructions do with memory and registers, over all encodings of the table of
 * tests/proof. Unprivileged ISA, by the chapters named. */
#include "../proof/decode_table.h"
#include "fixture.h"
#include "spec/replay.h"

static uint64_t rnd(void)
{
    static uint64_t x = 88172645463325252u;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x;
}

/* "Load and Store Instructions", "A", "CMO": who reads, who writes, whose rd is loaded. */
static const char *expected_access(const struct row *r, uint32_t w)
{
    switch (r == NULL ? OP_OTHER : r->op) {
    case OP_LOAD:
    case OP_LR:
    case OP_HLV:
        return "R L";
    case OP_STORE:
    case OP_SC: /* rd is its answer, not what is in memory */
    case OP_HSV:
        return " W ";
    case OP_AMO:
        return "RWL";
    case OP_CBO:
        return bits(w, 31, 20) == 4 ? " W B" : "   B";
    default:
        return "";
    }
}

static unsigned as_bits(const char *s)
{
    unsigned v = 0;
    for (; *s != 0; s++) {
        v |= *s == 'R' ? INSN_READS : *s == 'W' ? INSN_WRITES : *s == 'L' ? INSN_LOADS : 0;
        v |= *s == 'B' ? INSN_BLOCK : 0;
    }
    return v;
}

/* A word against the table: decode, what it does, and its address. */
static void check_word(uint32_t w, unsigned *accesses)
{
    const struct row *r = decode_row((w & 3) == 3 ? w : w & 0xffff);
    struct insn i = decode(w);
    struct hart h = {.x = {0}};
    if (!decode_agrees(w, &i)) {
        fail_msg("%08x is not decoded as the table says", w);
    }
    if (insn_access(&i) != as_bits(expected_access(r, w))) {
        fail_msg("%08x: access %u, not \"%s\"", w, insn_access(&i), expected_access(r, w));
    }
    if (insn_access(&i) == 0) {
        return;
    }
    struct operands o = decode_operands((w & 3) == 3 ? w : w & 0xffff, r);
    for (unsigned n = 1; n < 32; n++) {
        h.x[n] = n * UINT64_C(0x100000001);
    }
    bool offset = r->op == OP_LOAD || r->op == OP_STORE;
    assert_int_equal(insn_address(&h, &i), h.x[o.rs1] + (offset ? (uint64_t)o.imm : 0));
    (*accesses)++;
}

static void every_word_of_16_bits(void **state)
{
    unsigned accesses = 0;
    (void)state;
    for (uint32_t w = 0; w < 0x10000; w++) {
        if ((w & 3) != 3) {
            check_word(w | 0xabcd0000, &accesses);
        }
    }
    /* by the figures of "C" and "Zcb": ten forms with 11 bits free, two without rd = x0; three of
     * Zcb with 8, c.sh with 7 */
    assert_int_equal(accesses, 10 * 2048 + 2 * (2048 - 64) + 3 * 256 + 128);
}

/* Every opcode, funct3, funct7 and rs2 field, the other bits zero or random. */
static void every_form_of_32_bits(void **state)
{
    unsigned accesses = 0;
    (void)state;
    for (uint32_t form = 0; form < 1u << 20; form++) {
        uint32_t w = (form & 31) << 2 | (form >> 5 & 7) << 12 | (form >> 8) << 20 | 3;
        uint64_t others = rnd();
        check_word(w | (uint32_t)(others >> 32 & 1 ? others & 0xf8f80 : 0), &accesses);
    }
    assert_true(accesses > 50000);
}

/* "LB/LH/LW sign-extend, LBU/LHU/LWU zero-extend"; "NaN Boxing of Narrower Values": "the upper bits
 * of a valid NaN-boxed value must be all 1s". */
static void what_a_register_gets(void **state)
{
    static const struct {
        uint32_t raw;
        uint64_t memory, value;
    } rows[] = {
        {0x00058503, 0x80, UINT64_C(0xffffffffffffff80)},                         /* lb */
        {0x00058503, 0x7f, 0x7f},                                                 /* lb */
        {0x0005c503, 0x80, 0x80},                                                 /* lbu */
        {0x00059503, 0x8000, UINT64_C(0xffffffffffff8000)},                       /* lh */
        {0x0005d503, 0x8000, 0x8000},                                             /* lhu */
        {0x0005a503, 0x80000000, UINT64_C(0xffffffff80000000)},                   /* lw */
        {0x0005e503, 0x80000000, 0x80000000},                                     /* lwu */
        {0x0005b503, UINT64_C(0x8000000000000001), UINT64_C(0x8000000000000001)}, /* ld */
        {0x00059507, 0x3c00, UINT64_C(0xffffffffffff3c00)},                       /* flh */
        {0x0005a507, 0x3f800000, UINT64_C(0xffffffff3f800000)},                   /* flw */
        {0x0005b507, 0x3f800000, 0x3f800000},                                     /* fld */
        {0x1005a52f, 0xfffffffe, UINT64_C(0xfffffffffffffffe)},                   /* lr.w */
        {0x00c5a52f, 0x80000000, UINT64_C(0xffffffff80000000)},                   /* amoadd.w */
        {0xe0c5a52f, 0x80000000, UINT64_C(0xffffffff80000000)},                   /* amomaxu.w */
        {0x00c5852f, 0x80, UINT64_C(0xffffffffffffff80)},                         /* amoadd.b */
        {0x6835c573, 0x80000000, 0x80000000},                                     /* hlvx.wu */
        {0x6805c573, 0x80000000, UINT64_C(0xffffffff80000000)},                   /* hlv.w */
        {0x5de8, 0x80000000, UINT64_C(0xffffffff80000000)},                       /* c.lw */
        {0x81e8, 0xff, 0xff},                                                     /* c.lbu */
        {0x85e8, 0xffff, UINT64_C(0xffffffffffffffff)},                           /* c.lh */
    };
    (void)state;
    for (unsigned n = 0; n < ARRAY_LEN(rows); n++) {
        struct insn i = decode(rows[n].raw);
        if (insn_loaded(&i, rows[n].memory) != rows[n].value) {
            fail_msg("%08x: %llx", rows[n].raw,
                     (unsigned long long)insn_loaded(&i, rows[n].memory));
        }
    }
}

/* "A", "Zabha", "Zacas": by the names, in C's own types of that width. */
#define AMO_ORACLE(T, U)                                                                           \
    static uint64_t oracle_##T(unsigned funct5, uint64_t m, uint64_t s, uint64_t rd)               \
    {                                                                                              \
        T a = (T)m, b = (T)s;                                                                      \
        U ua = (U)m, ub = (U)s;                                                                    \
        switch (funct5) {                                                                          \
        case 0x00:                                                                                 \
            return (U)(ua + ub);                                                                   \
        case 0x01:                                                                                 \
            return ub;                                                                             \
        case 0x04:                                                                                 \
            return (U)(ua ^ ub);                                                                   \
        case 0x05:                                                                                 \
            return ua == (U)rd ? ub : ua;                                                          \
        case 0x08:                                                                                 \
            return (U)(ua | ub);                                                                   \
        case 0x0c:                                                                                 \
            return (U)(ua & ub);                                                                   \
        case 0x10:                                                                                 \
            return (U)(a < b ? a : b);                                                             \
        case 0x14:                                                                                 \
            return (U)(a > b ? a : b);                                                             \
        case 0x18:                                                                                 \
            return ua < ub ? ua : ub;                                                              \
        default:                                                                                   \
            return ua > ub ? ua : ub;                                                              \
        }                                                                                          \
    }
AMO_ORACLE(int8_t, uint8_t)
AMO_ORACLE(int16_t, uint16_t)
AMO_ORACLE(int32_t, uint32_t)
AMO_ORACLE(int64_t, uint64_t)

static void what_memory_gets(void **state)
{
    static uint64_t (*const oracle[])(unsigned, uint64_t, uint64_t, uint64_t) = {
        oracle_int8_t, oracle_int16_t, oracle_int32_t, oracle_int64_t};
    unsigned amos = 0;
    (void)state;
    for (unsigned funct5 = 0; funct5 < 32; funct5++) {
        for (unsigned f3 = 0; f3 < 4; f3++) {
            struct insn i = decode(0x00c5802f | 10 << 7 | f3 << 12 | funct5 << 27);
            uint64_t mask = f3 == 3 ? ALL_ONES : BIT(8u << f3) - 1;
            for (unsigned n = 0; i.op == OP_AMO && n < 2000; n++, amos++) {
                uint64_t m = rnd() & mask, s = rnd();
                uint64_t rd = rnd() % 2 ? m | ~mask : m ^ BIT(rnd() % (8u << f3));
                s = n % 4 == 0 ? m : s; /* equal, and around the sign */
                m = n % 3 == 0 ? m ^ (mask ^ mask >> 1) : m;
                if ((insn_stored(&i, s, m, rd) & mask) != oracle[f3](funct5, m, s, rd)) {
                    fail_msg("funct5 %#x, funct3 %u", funct5, f3);
                }
            }
        }
    }
    assert_int_equal(amos, 10 * 4 * 2000);
    static const uint32_t stores[] = {0xfea58fa3, 0x01bfbc23, 0x02a5a227, 0x18c5a52f,
                                      0x6ac5c073, 0xc1e8,     0xe406};
    for (unsigned n = 0; n < ARRAY_LEN(stores); n++) {
        struct insn i = decode(stores[n]);
        assert_int_equal(insn_stored(&i, 0x123456789, 5, 6) & (BIT(i.width * 8u - 1) * 2 - 1),
                         0x123456789 & (BIT(i.width * 8u - 1) * 2 - 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_of_16_bits),
        cmocka_unit_test(every_form_of_32_bits),
        cmocka_unit_test(what_a_register_gets),
        cmocka_unit_test(what_memory_gets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
