/* SPDX-License-Identifier: BSD-2-Clause */
/* Decoding, against words that an assembler made of the text in each row, and the transformed
 * instructions of htinst. */
#include "fixture.h"

#include "spec/decode.h"

#define ANY  99
#define UNS  1
#define FLT  2
#define HLVX 4

static const struct row {
    const char *text;
    uint32_t raw;
    uint32_t full; /* the 32-bit form */
    unsigned op, rd, rs1, rs2, width, flags;
    int64_t imm;
} accesses[] = {
    {"lb a0,-1(a1)", 0xfff58503, 0xfff58503, OP_LOAD, 10, 11, ANY, 1, 0, -1},
    {"lbu t0,2047(sp)", 0x7ff14283, 0x7ff14283, OP_LOAD, 5, 2, ANY, 1, UNS, 2047},
    {"lh s11,-2048(t6)", 0x800f9d83, 0x800f9d83, OP_LOAD, 27, 31, ANY, 2, 0, -2048},
    {"lhu a0,4(a0)", 0x00455503, 0x00455503, OP_LOAD, 10, 10, ANY, 2, UNS, 4},
    {"lw ra,8(gp)", 0x0081a083, 0x0081a083, OP_LOAD, 1, 3, ANY, 4, 0, 8},
    {"lwu a5,12(a4)", 0x00c76783, 0x00c76783, OP_LOAD, 15, 14, ANY, 4, UNS, 12},
    {"ld a5,16(a4)", 0x01073783, 0x01073783, OP_LOAD, 15, 14, ANY, 8, 0, 16},
    {"flw fa0,20(a1)", 0x0145a507, 0x0145a507, OP_LOAD, 10, 11, ANY, 4, FLT, 20},
    {"fld ft11,-8(s0)", 0xff843f87, 0xff843f87, OP_LOAD, 31, 8, ANY, 8, FLT, -8},
    {"sb a0,-1(a1)", 0xfea58fa3, 0xfea58fa3, OP_STORE, ANY, 11, 10, 1, 0, -1},
    {"sh t6,2046(sp)", 0x7ff11f23, 0x7ff11f23, OP_STORE, ANY, 2, 31, 2, 0, 2046},
    {"sw a2,-2048(a3)", 0x80c6a023, 0x80c6a023, OP_STORE, ANY, 13, 12, 4, 0, -2048},
    {"sd s11,24(t6)", 0x01bfbc23, 0x01bfbc23, OP_STORE, ANY, 31, 27, 8, 0, 24},
    {"fsw fa0,36(a1)", 0x02a5a227, 0x02a5a227, OP_STORE, ANY, 11, 10, 4, FLT, 36},
    {"fsd fs11,-16(s1)", 0xffb4b827, 0xffb4b827, OP_STORE, ANY, 9, 27, 8, FLT, -16},
    {"lr.w a0,(a1)", 0x1005a52f, 0x1005a52f, OP_LR, 10, 11, 0, 4, 0, 0},
    {"lr.d.aq a0,(a1)", 0x1405b52f, 0x1405b52f, OP_LR, 10, 11, 0, 8, 0, 0},
    {"sc.w a0,a2,(a1)", 0x18c5a52f, 0x18c5a52f, OP_SC, 10, 11, 12, 4, 0, 0},
    {"sc.d.rl a0,a2,(a1)", 0x1ac5b52f, 0x1ac5b52f, OP_SC, 10, 11, 12, 8, 0, 0},
    {"amoadd.w a0,a2,(a1)", 0x00c5a52f, 0x00c5a52f, OP_AMO, 10, 11, 12, 4, 0, 0},
    {"amoswap.d.aqrl a0,a2,(a1)", 0x0ec5b52f, 0x0ec5b52f, OP_AMO, 10, 11, 12, 8, 0, 0},
    {"amoxor.w a0,a2,(a1)", 0x20c5a52f, 0x20c5a52f, OP_AMO, 10, 11, 12, 4, 0, 0},
    {"amoor.d a0,a2,(a1)", 0x40c5b52f, 0x40c5b52f, OP_AMO, 10, 11, 12, 8, 0, 0},
    {"amoand.w a0,a2,(a1)", 0x60c5a52f, 0x60c5a52f, OP_AMO, 10, 11, 12, 4, 0, 0},
    {"amomin.d a0,a2,(a1)", 0x80c5b52f, 0x80c5b52f, OP_AMO, 10, 11, 12, 8, 0, 0},
    {"amomax.w a0,a2,(a1)", 0xa0c5a52f, 0xa0c5a52f, OP_AMO, 10, 11, 12, 4, 0, 0},
    {"amominu.d a0,a2,(a1)", 0xc0c5b52f, 0xc0c5b52f, OP_AMO, 10, 11, 12, 8, 0, 0},
    {"amomaxu.w a0,a2,(a1)", 0xe0c5a52f, 0xe0c5a52f, OP_AMO, 10, 11, 12, 4, 0, 0},
    {"hlv.b a0,(a1)", 0x6005c573, 0x6005c573, OP_HLV, 10, 11, ANY, 1, 0, 0},
    {"hlv.bu a0,(a1)", 0x6015c573, 0x6015c573, OP_HLV, 10, 11, ANY, 1, UNS, 0},
    {"hlv.h a0,(a1)", 0x6405c573, 0x6405c573, OP_HLV, 10, 11, ANY, 2, 0, 0},
    {"hlv.hu a0,(a1)", 0x6415c573, 0x6415c573, OP_HLV, 10, 11, ANY, 2, UNS, 0},
    {"hlvx.hu a0,(a1)", 0x6435c573, 0x6435c573, OP_HLV, 10, 11, ANY, 2, UNS | HLVX, 0},
    {"hlv.w a0,(a1)", 0x6805c573, 0x6805c573, OP_HLV, 10, 11, ANY, 4, 0, 0},
    {"hlv.wu a0,(a1)", 0x6815c573, 0x6815c573, OP_HLV, 10, 11, ANY, 4, UNS, 0},
    {"hlvx.wu a0,(a1)", 0x6835c573, 0x6835c573, OP_HLV, 10, 11, ANY, 4, UNS | HLVX, 0},
    {"hlv.d a0,(a1)", 0x6c05c573, 0x6c05c573, OP_HLV, 10, 11, ANY, 8, 0, 0},
    {"hsv.b a2,(a1)", 0x62c5c073, 0x62c5c073, OP_HSV, ANY, 11, 12, 1, 0, 0},
    {"hsv.h a2,(a1)", 0x66c5c073, 0x66c5c073, OP_HSV, ANY, 11, 12, 2, 0, 0},
    {"hsv.w a2,(a1)", 0x6ac5c073, 0x6ac5c073, OP_HSV, ANY, 11, 12, 4, 0, 0},
    {"hsv.d a2,(a1)", 0x6ec5c073, 0x6ec5c073, OP_HSV, ANY, 11, 12, 8, 0, 0},
    {"c.lw a0,124(a1)", 0x5de8, 0x07c5a503, OP_LOAD, 10, 11, ANY, 4, 0, 124},
    {"c.lw a5,64(s0)", 0x403c, 0x04042783, OP_LOAD, 15, 8, ANY, 4, 0, 64},
    {"c.lw a5,4(s0)", 0x405c, 0x00442783, OP_LOAD, 15, 8, ANY, 4, 0, 4},
    {"c.lw a5,32(s0)", 0x501c, 0x02042783, OP_LOAD, 15, 8, ANY, 4, 0, 32},
    {"c.ld a0,248(a1)", 0x7de8, 0x0f85b503, OP_LOAD, 10, 11, ANY, 8, 0, 248},
    {"c.ld s1,64(a5)", 0x63a4, 0x0407b483, OP_LOAD, 9, 15, ANY, 8, 0, 64},
    {"c.fld fa0,128(a1)", 0x21c8, 0x0805b507, OP_LOAD, 10, 11, ANY, 8, FLT, 128},
    {"c.sw a0,68(a1)", 0xc1e8, 0x04a5a223, OP_STORE, ANY, 11, 10, 4, 0, 68},
    {"c.sw s0,60(s1)", 0xdcc0, 0x0284ae23, OP_STORE, ANY, 9, 8, 4, 0, 60},
    {"c.sd a0,200(a1)", 0xe5e8, 0x0ca5b423, OP_STORE, ANY, 11, 10, 8, 0, 200},
    {"c.fsd fs0,8(s1)", 0xa480, 0x0084b427, OP_STORE, ANY, 9, 8, 8, FLT, 8},
    {"c.lwsp t6,252(sp)", 0x5ffe, 0x0fc12f83, OP_LOAD, 31, 2, ANY, 4, 0, 252},
    {"c.lwsp a0,64(sp)", 0x4506, 0x04012503, OP_LOAD, 10, 2, ANY, 4, 0, 64},
    {"c.lwsp a0,32(sp)", 0x5502, 0x02012503, OP_LOAD, 10, 2, ANY, 4, 0, 32},
    {"c.lwsp a0,4(sp)", 0x4512, 0x00412503, OP_LOAD, 10, 2, ANY, 4, 0, 4},
    {"c.ldsp ra,504(sp)", 0x70fe, 0x1f813083, OP_LOAD, 1, 2, ANY, 8, 0, 504},
    {"c.ldsp ra,64(sp)", 0x6086, 0x04013083, OP_LOAD, 1, 2, ANY, 8, 0, 64},
    {"c.ldsp ra,8(sp)", 0x60a2, 0x00813083, OP_LOAD, 1, 2, ANY, 8, 0, 8},
    {"c.fldsp ft0,256(sp)", 0x2012, 0x10013007, OP_LOAD, 0, 2, ANY, 8, FLT, 256},
    {"c.fldsp ft0,32(sp)", 0x3002, 0x02013007, OP_LOAD, 0, 2, ANY, 8, FLT, 32},
    {"c.swsp t6,252(sp)", 0xdffe, 0x0ff12e23, OP_STORE, ANY, 2, 31, 4, 0, 252},
    {"c.swsp zero,64(sp)", 0xc082, 0x04012023, OP_STORE, ANY, 2, 0, 4, 0, 64},
    {"c.swsp a0,4(sp)", 0xc22a, 0x00a12223, OP_STORE, ANY, 2, 10, 4, 0, 4},
    {"c.sdsp ra,504(sp)", 0xff86, 0x1e113c23, OP_STORE, ANY, 2, 1, 8, 0, 504},
    {"c.sdsp ra,64(sp)", 0xe086, 0x04113023, OP_STORE, ANY, 2, 1, 8, 0, 64},
    {"c.sdsp ra,8(sp)", 0xe406, 0x00113423, OP_STORE, ANY, 2, 1, 8, 0, 8},
    {"c.fsdsp fs11,264(sp)", 0xa66e, 0x11b13427, OP_STORE, ANY, 2, 27, 8, FLT, 264},
    /* chapters "Zcb", "Zabha" and "Zacas", encoded by hand */
    {"c.lbu a0,3(a1)", 0x81e8, 0x0035c503, OP_LOAD, 10, 11, ANY, 1, UNS, 3},
    {"c.lbu a0,1(a1)", 0x81c8, 0x0015c503, OP_LOAD, 10, 11, ANY, 1, UNS, 1},
    {"c.lhu a0,2(a1)", 0x85a8, 0x0025d503, OP_LOAD, 10, 11, ANY, 2, UNS, 2},
    {"c.lh a0,2(a1)", 0x85e8, 0x00259503, OP_LOAD, 10, 11, ANY, 2, 0, 2},
    {"c.sb a0,2(a1)", 0x89a8, 0x00a58123, OP_STORE, ANY, 11, 10, 1, 0, 2},
    {"c.sh a0,2(a1)", 0x8da8, 0x00a59123, OP_STORE, ANY, 11, 10, 2, 0, 2},
    {"amoadd.b a0,a2,(a1)", 0x00c5852f, 0x00c5852f, OP_AMO, 10, 11, 12, 1, 0, 0},
    {"amocas.w a0,a2,(a1)", 0x28c5a52f, 0x28c5a52f, OP_AMO, 10, 11, 12, 4, 0, 0},
    {"amocas.d a0,a2,(a1)", 0x28c5b52f, 0x28c5b52f, OP_AMO, 10, 11, 12, 8, 0, 0},
    {"amocas.q a0,a2,(a1)", 0x28c5c52f, 0x28c5c52f, OP_AMO, 10, 11, 12, 16, 0, 0},
    {"flh fa0,2(a1)", 0x00259507, 0x00259507, OP_LOAD, 10, 11, ANY, 2, FLT, 2},
    {"fsh fa0,2(a1)", 0x00a59127, 0x00a59127, OP_STORE, ANY, 11, 10, 2, FLT, 2},
};

static void every_access(void **state)
{
    (void)state;
    for (unsigned n = 0; n < ARRAY_LEN(accesses); n++) {
        const struct row *r = &accesses[n];
        bool compressed = (r->raw & 3) != 3;
        /* above a compressed instruction stands the next one: not to be looked at */
        struct insn i = decode(compressed ? r->raw | 0xdead0000 : r->raw);
        bool same = i.op == r->op && i.length == (compressed ? 2 : 4) && i.raw == r->raw &&
                    (r->rd == ANY || i.rd == r->rd) && i.rs1 == r->rs1 &&
                    (r->rs2 == ANY || i.rs2 == r->rs2) && i.width == r->width &&
                    i.is_unsigned == ((r->flags & UNS) != 0) &&
                    i.is_float == ((r->flags & FLT) != 0) && i.hlvx == ((r->flags & HLVX) != 0) &&
                    i.imm == r->imm && i.funct3 == (r->full >> 12 & 7);
        if (!same) {
            fail_msg("%s: op %u rd %u rs1 %u rs2 %u width %u imm %lld", r->text, i.op, i.rd, i.rs1,
                     i.rs2, i.width, (long long)i.imm);
        }
    }
}

/* The pictures of "Transformed Instruction or Pseudoinstruction", as masks of what is kept. */
static uint32_t kept(unsigned op)
{
    switch (op) {
    case OP_LOAD:
        return 0x00007fff; /* rd, funct3, opcode */
    case OP_STORE:
        return 0x01f0707f; /* rs2, funct3, opcode */
    default:
        return 0xfff07fff; /* all but rs1 */
    }
}

/* ... "Addr. Offset" replaces rs1; a compressed original is expanded and has bit 1 clear. */
static void transformed_accesses(void **state)
{
    (void)state;
    for (unsigned n = 0; n < ARRAY_LEN(accesses); n++) {
        const struct row *r = &accesses[n];
        struct insn i = decode(r->raw);
        for (unsigned offset = 0; offset < r->width; offset++) {
            uint32_t expected = (r->full & kept(r->op)) | offset << 15;
            expected &= (r->raw & 3) == 3 ? UINT32_MAX : ~2u;
            if (insn_transform(&i, offset) != expected) {
                fail_msg("%s, offset %u: %08x, not %08x", r->text, offset,
                         insn_transform(&i, offset), expected);
            }
        }
    }
}

/* Chapter "CMO", "Hypervisor Extension": rd and rs1 zero, the operation kept. */
static void cache_block_operations(void **state)
{
    static const unsigned operation[] = {0, 1, 2, 4};
    (void)state;
    for (unsigned n = 0; n < ARRAY_LEN(operation); n++) {
        struct insn i = decode(0x0005200f | operation[n] << 20);
        assert_int_equal(i.op, OP_CBO);
        assert_int_equal(i.imm, operation[n]);
        assert_int_equal(i.rs1, 10);
        assert_int_equal(insn_transform(&i, 0), 0x0000200f | operation[n] << 20);
    }
    assert_int_equal(decode(0x0035200f).op, OP_OTHER);
    assert_int_equal(decode(0x0005208f).op, OP_OTHER);
}

static void privileged(void **state)
{
    static const struct {
        uint32_t raw;
        unsigned op;
    } rows[] = {
        {0x00000073, OP_ECALL},
        {0x00100073, OP_EBREAK},
        {0x9002, OP_EBREAK},
        {0x10200073, OP_SRET},
        {0x30200073, OP_MRET},
        {0x10500073, OP_WFI},
        {0x12000073, OP_SFENCE_VMA},
        {0x12b50073, OP_SFENCE_VMA},
        {0x16b50073, OP_SINVAL_VMA},
        {0x18000073, OP_SFENCE_W_INVAL},
        {0x18100073, OP_SFENCE_INVAL_IR},
        {0x22b50073, OP_HFENCE_VVMA},
        {0x62b50073, OP_HFENCE_GVMA},
        {0x26b50073, OP_HINVAL_VVMA},
        {0x66b50073, OP_HINVAL_GVMA},
        {0x0000100f, OP_FENCE_I},
    };
    (void)state;
    for (unsigned n = 0; n < ARRAY_LEN(rows); n++) {
        struct insn i = decode(rows[n].raw);
        if (i.op != rows[n].op || insn_transform(&i, 0) != 0) {
            fail_msg("%08x: op %u", rows[n].raw, i.op);
        }
    }
    struct insn fence = decode(0x12b50073);
    assert_int_equal(fence.rs1, 10);
    assert_int_equal(fence.rs2, 11);
}

static void csr_instructions(void **state)
{
    struct insn i = decode(0x10059573); /* csrrw a0, sstatus, a1 */
    (void)state;
    assert_int_equal(i.op, OP_CSR);
    assert_int_equal(i.csr, 0x100);
    assert_int_equal(i.rd, 10);
    assert_int_equal(i.rs1, 11);
    assert_int_equal(i.funct3, 1);
    i = decode(0x104fe573); /* csrrsi a0, sie, 31 */
    assert_int_equal(i.op, OP_CSR);
    assert_int_equal(i.csr, 0x104);
    assert_int_equal(i.imm, 31);
    assert_int_equal(i.funct3, 6);
    i = decode(0xc0102573); /* rdtime a0: the number is not sign-extended */
    assert_int_equal(i.csr, 0xc01);
}

/* Reserved encodings, and neighbours in the opcode space: not what Hearth emulates. */
static void not_decoded(void **state)
{
    static const uint32_t raw[] = {
        0x00000000, /* the defined illegal instruction */
        0xffffffff, 0x00c58533 /* add */, 0x0505 /* c.addi */, 0x0ff0000f /* fence */,
        0x00156013, /* prefetch.r */
        0x0085f503, /* load, funct3 7 */
        0x00a5c023, /* store, funct3 4 */
        0x02058507, /* vle8.v */
        0x0205f507, /* vle64.v */
        0x02058527, /* vse8.v */
        0x4002,     /* c.lwsp with rd = x0: reserved */
        0x6002,     /* c.ldsp with rd = x0: reserved */
        0x8c68,     /* c.sh with bit 6 set: reserved */
        0x9082,     /* c.jalr */
        0x102000f3, /* sret with rd */
        0x12b500f3, /* sfence.vma with rd */
        0x10100073, /* uret's neighbour */
        0x10c5a52f, /* lr.w with rs2 */
        0x1005852f, /* lr.b */
        0x00c5c52f, /* amoadd.q */
        0x38c5a52f, /* AMO, funct5 7 */
        0x6025c573, /* hlv.b, rs2 2 */
        0x6035c573, /* hlvx.bu */
        0x6c15c573, /* hlv.du */
        0x6c35c573, /* hlvx.du */
        0x62c5c573, /* hsv.b with rd */
        0x7005c573, /* funct7 0x38 */
    };
    (void)state;
    for (unsigned n = 0; n < ARRAY_LEN(raw); n++) {
        struct insn i = decode(raw[n]);
        if (i.op != OP_OTHER || insn_transform(&i, 0) != 0) {
            fail_msg("%08x: op %u", raw[n], i.op);
        }
    }
}

/* Nothing in any word makes the decoder say what cannot be: widths, registers, lengths. */
static void any_word_is_in_order(void **state)
{
    uint64_t x = 88172645463325252u;
    (void)state;
    for (unsigned n = 0; n < 2000000; n++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
        struct insn i = decode((uint32_t)x);
        assert_true(i.length == ((x & 3) == 3 ? 4 : 2));
        assert_true((i.rd | i.rs1 | i.rs2) < 32 && i.funct3 < 8 && i.op <= OP_FENCE_I);
        uint32_t t = insn_transform(&i, 0);
        assert_true(t == 0 || ((t & 1) != 0 && ((t & 2) != 0) == (i.length == 4)));
        if (t != 0 && i.op != OP_CBO) { /* what software makes of it is the same access */
            struct insn again = decode(t | 2);
            assert_true(again.op == i.op && again.width == i.width && again.imm == 0 &&
                        again.is_unsigned == i.is_unsigned && again.is_float == i.is_float &&
                        again.hlvx == i.hlvx);
            assert_true(i.op == OP_STORE || i.op == OP_HSV || again.rd == i.rd);
            assert_true(i.op == OP_LOAD || i.op == OP_HLV || again.rs2 == i.rs2);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_access),         cmocka_unit_test(transformed_accesses),
        cmocka_unit_test(privileged),           cmocka_unit_test(cache_block_operations),
        cmocka_unit_test(csr_instructions),     cmocka_unit_test(not_decoded),
        cmocka_unit_test(any_word_is_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
