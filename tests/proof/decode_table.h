/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instructions as the specification lists them: a row each, by mask and match of the whole word,
 * with the format of its operands. Unprivileged ISA, "RV32/64G Instruction Set Listings", "C",
 * "Zcb", "Zabha", "Zacas", "CMO", "Zawrs"; privileged ISA, "RISC-V Privileged Instruction Set
 * Listings". Shares nothing with src/spec/decode.c but the names.
 */
#ifndef TESTS_PROOF_DECODE_TABLE_H
#define TESTS_PROOF_DECODE_TABLE_H

#include "spec/decode.h"
#include "words.h"

enum format {
    NONE_,    /* no operands, or none that matter */
    I_TYPE,   /* rd, rs1, imm 31:20 */
    S_TYPE,   /* rs2, rs1, imm 31:25 11:7 */
    CSR_REG,  /* rd, csr, rs1 */
    CSR_IMM,  /* rd, csr, uimm */
    ATOMIC,   /* rd, rs1, rs2, funct5 */
    HLV_TYPE, /* rd, rs1 */
    HSV_TYPE, /* rs1, rs2 */
    FENCE,    /* rs1, rs2 */
    CBO_TYPE, /* rs1, which */
    CL_W,     /* the compressed accesses, by how their offsets are scattered */
    CL_D,
    CL_B,
    CL_H,
    CS_W,
    CS_D,
    CS_B,
    CS_H,
    CI_WSP,
    CI_DSP,
    CI_FDSP,
    CSS_WSP,
    CSS_DSP,
};

struct row {
    uint32_t mask, match;
    uint8_t op, format, width;
    bool is_unsigned, is_float, hlvx;
};

#define OPCODE_F3(opcode, f3) 0x707f, ((uint32_t)(f3) << 12 | (opcode))
#define LOAD(f3, width, uns)                                                                       \
    {                                                                                              \
        OPCODE_F3(0x03, f3), OP_LOAD, I_TYPE, width, uns, false, false                             \
    }
#define FLOAD(f3, width)                                                                           \
    {                                                                                              \
        OPCODE_F3(0x07, f3), OP_LOAD, I_TYPE, width, false, true, false                            \
    }
#define STORE(f3, width)                                                                           \
    {                                                                                              \
        OPCODE_F3(0x23, f3), OP_STORE, S_TYPE, width, false, false, false                          \
    }
#define FSTORE(f3, width)                                                                          \
    {                                                                                              \
        OPCODE_F3(0x27, f3), OP_STORE, S_TYPE, width, false, true, false                           \
    }
#define CSR_(f3, format)                                                                           \
    {                                                                                              \
        OPCODE_F3(0x73, f3), OP_CSR, format, 0, false, false, false                                \
    }
#define AMO(f5, f3, width)                                                                         \
    {                                                                                              \
        0xf800707f, (uint32_t)(f5) << 27 | (f3) << 12 | 0x2f, OP_AMO, ATOMIC, width, 0, 0, 0       \
    }
#define AMOS(f5) AMO(f5, 0, 1), AMO(f5, 1, 2), AMO(f5, 2, 4), AMO(f5, 3, 8)
#define WORD(word, op)                                                                             \
    {                                                                                              \
        0xffffffff, word, op, NONE_, 0, false, false, false                                        \
    }
#define HLV_(word, width, uns, x)                                                                  \
    {                                                                                              \
        0xfff0707f, word, OP_HLV, HLV_TYPE, width, uns, false, x                                   \
    }
#define HSV_(word, width)                                                                          \
    {                                                                                              \
        0xfe007fff, word, OP_HSV, HSV_TYPE, width, 0, 0, 0                                         \
    }
#define FENCE_(word, op)                                                                           \
    {                                                                                              \
        0xfe007fff, word, op, FENCE, 0, 0, 0, 0                                                    \
    }
#define CBO_(n)                                                                                    \
    {                                                                                              \
        0xfff07fff, (uint32_t)(n) << 20 | 0x200f, OP_CBO, CBO_TYPE, 0, 0, 0, 0                     \
    }
#define C_(mask, match, op, format, width, uns, flt)                                               \
    {                                                                                              \
        mask, match, op, format, width, uns, flt, 0                                                \
    }

static const struct row decode_rows[] = {
    LOAD(0, 1, false),
    LOAD(1, 2, false),
    LOAD(2, 4, false),
    LOAD(3, 8, false),
    LOAD(4, 1, true),
    LOAD(5, 2, true),
    LOAD(6, 4, true),
    FLOAD(1, 2),
    FLOAD(2, 4),
    FLOAD(3, 8),
    FLOAD(4, 16),
    STORE(0, 1),
    STORE(1, 2),
    STORE(2, 4),
    STORE(3, 8),
    FSTORE(1, 2),
    FSTORE(2, 4),
    FSTORE(3, 8),
    FSTORE(4, 16),
    CSR_(1, CSR_REG),
    CSR_(2, CSR_REG),
    CSR_(3, CSR_REG),
    CSR_(5, CSR_IMM),
    CSR_(6, CSR_IMM),
    CSR_(7, CSR_IMM),
    {0xf9f0707f, 0x1000202f, OP_LR, ATOMIC, 4, 0, 0, 0}, /* lr.w */
    {0xf9f0707f, 0x1000302f, OP_LR, ATOMIC, 8, 0, 0, 0},
    {0xf800707f, 0x1800202f, OP_SC, ATOMIC, 4, 0, 0, 0},
    {0xf800707f, 0x1800302f, OP_SC, ATOMIC, 8, 0, 0, 0},
    AMOS(0x00), /* amoadd */
    AMOS(0x01), /* amoswap */
    AMOS(0x04), /* amoxor */
    AMOS(0x05), /* amocas */
    AMO(0x05, 4, 16),
    AMOS(0x08), /* amoor */
    AMOS(0x0c), /* amoand */
    AMOS(0x10), /* amomin */
    AMOS(0x14), /* amomax */
    AMOS(0x18), /* amominu */
    AMOS(0x1c), /* amomaxu */
    {OPCODE_F3(0x0f, 1), OP_FENCE_I, NONE_, 0, 0, 0, 0},
    CBO_(0), /* inval */
    CBO_(1), /* clean */
    CBO_(2), /* flush */
    CBO_(4), /* zero */
    WORD(0x00000073, OP_ECALL),
    WORD(0x00100073, OP_EBREAK),
    WORD(0x10200073, OP_SRET),
    WORD(0x30200073, OP_MRET),
    WORD(0x10500073, OP_WFI),
    WORD(0x00d00073, OP_WRS_NTO),
    WORD(0x18000073, OP_SFENCE_W_INVAL),
    WORD(0x18100073, OP_SFENCE_INVAL_IR),
    FENCE_(0x12000073, OP_SFENCE_VMA),
    FENCE_(0x16000073, OP_SINVAL_VMA),
    FENCE_(0x22000073, OP_HFENCE_VVMA),
    FENCE_(0x26000073, OP_HINVAL_VVMA),
    FENCE_(0x62000073, OP_HFENCE_GVMA),
    FENCE_(0x66000073, OP_HINVAL_GVMA),
    HLV_(0x60004073, 1, false, false),
    HLV_(0x60104073, 1, true, false),
    HLV_(0x64004073, 2, false, false),
    HLV_(0x64104073, 2, true, false),
    HLV_(0x64304073, 2, true, true), /* hlvx.hu */
    HLV_(0x68004073, 4, false, false),
    HLV_(0x68104073, 4, true, false),
    HLV_(0x68304073, 4, true, true), /* hlvx.wu */
    HLV_(0x6c004073, 8, false, false),
    HSV_(0x62004073, 1),
    HSV_(0x66004073, 2),
    HSV_(0x6a004073, 4),
    HSV_(0x6e004073, 8),
    C_(0xe003, 0x2000, OP_LOAD, CL_D, 8, false, true),    /* c.fld */
    C_(0xe003, 0x4000, OP_LOAD, CL_W, 4, false, false),   /* c.lw */
    C_(0xe003, 0x6000, OP_LOAD, CL_D, 8, false, false),   /* c.ld */
    C_(0xfc03, 0x8000, OP_LOAD, CL_B, 1, true, false),    /* c.lbu */
    C_(0xfc43, 0x8400, OP_LOAD, CL_H, 2, true, false),    /* c.lhu */
    C_(0xfc43, 0x8440, OP_LOAD, CL_H, 2, false, false),   /* c.lh */
    C_(0xfc03, 0x8800, OP_STORE, CS_B, 1, false, false),  /* c.sb */
    C_(0xfc43, 0x8c00, OP_STORE, CS_H, 2, false, false),  /* c.sh */
    C_(0xe003, 0xa000, OP_STORE, CS_D, 8, false, true),   /* c.fsd */
    C_(0xe003, 0xc000, OP_STORE, CS_W, 4, false, false),  /* c.sw */
    C_(0xe003, 0xe000, OP_STORE, CS_D, 8, false, false),  /* c.sd */
    C_(0xe003, 0x2002, OP_LOAD, CI_FDSP, 8, false, true), /* c.fldsp */
    C_(0xe003, 0x4002, OP_LOAD, CI_WSP, 4, false, false), /* c.lwsp, rd != 0 */
    C_(0xe003, 0x6002, OP_LOAD, CI_DSP, 8, false, false), /* c.ldsp, rd != 0 */
    C_(0xffff, 0x9002, OP_EBREAK, NONE_, 0, false, false),
    C_(0xe003, 0xa002, OP_STORE, CSS_DSP, 8, false, true),  /* c.fsdsp */
    C_(0xe003, 0xc002, OP_STORE, CSS_WSP, 4, false, false), /* c.swsp */
    C_(0xe003, 0xe002, OP_STORE, CSS_DSP, 8, false, false), /* c.sdsp */
};

/* The row of a word, NULL if there is none. */
static inline const struct row *decode_row(uint32_t raw)
{
    const struct row *found = NULL;
    for (unsigned i = 0; i < ARRAY_LEN(decode_rows); i++) {
        const struct row *r = &decode_rows[i];
        if ((raw & r->mask) == r->match) {
            found = r;
        }
    }
    if (found != NULL && (found->format == CI_WSP || found->format == CI_DSP) &&
        bits(raw, 11, 7) == 0) {
        return NULL; /* "reserved when rd = x0" */
    }
    return found;
}

struct operands {
    bool has_rd, has_rs1, has_rs2;
    unsigned rd, rs1, rs2;
    int64_t imm;
};

static inline int64_t imm12(uint64_t v)
{
    return v & 0x800 ? (int64_t)v - 0x1000 : (int64_t)v;
}

static inline struct operands compressed_operands(uint32_t w, unsigned format)
{
    struct operands o = {.has_rs1 = true, .rs1 = 8 + (unsigned)bits(w, 9, 7)};
    unsigned other = 8 + (unsigned)bits(w, 4, 2);
    uint64_t imm = 0;
    switch (format) {
    case CL_W:
    case CS_W: /* uimm[5:3] 12:10, uimm[2] 6, uimm[6] 5 */
        imm = bits(w, 12, 10) << 3 | bits(w, 6, 6) << 2 | bits(w, 5, 5) << 6;
        break;
    case CL_D:
    case CS_D: /* uimm[5:3] 12:10, uimm[7:6] 6:5 */
        imm = bits(w, 12, 10) << 3 | bits(w, 6, 5) << 6;
        break;
    case CL_B:
    case CS_B: /* uimm[0] 6, uimm[1] 5 */
        imm = bits(w, 6, 6) | bits(w, 5, 5) << 1;
        break;
    case CL_H:
    case CS_H: /* uimm[1] 5 */
        imm = bits(w, 5, 5) << 1;
        break;
    case CI_WSP: /* uimm[5] 12, uimm[4:2] 6:4, uimm[7:6] 3:2 */
        imm = bits(w, 12, 12) << 5 | bits(w, 6, 4) << 2 | bits(w, 3, 2) << 6;
        break;
    case CI_DSP:
    case CI_FDSP: /* uimm[5] 12, uimm[4:3] 6:5, uimm[8:6] 4:2 */
        imm = bits(w, 12, 12) << 5 | bits(w, 6, 5) << 3 | bits(w, 4, 2) << 6;
        break;
    case CSS_WSP: /* uimm[5:2] 12:9, uimm[7:6] 8:7 */
        imm = bits(w, 12, 9) << 2 | bits(w, 8, 7) << 6;
        break;
    default: /* CSS_DSP: uimm[5:3] 12:10, uimm[8:6] 9:7 */
        imm = bits(w, 12, 10) << 3 | bits(w, 9, 7) << 6;
        break;
    }
    o.imm = (int64_t)imm;
    o.has_rd = format == CL_W || format == CL_D || format == CL_B || format == CL_H;
    o.rd = other;
    o.has_rs2 = format == CS_W || format == CS_D || format == CS_B || format == CS_H;
    o.rs2 = other;
    if (format >= CI_WSP) {
        o.rs1 = 2;
        o.has_rd = format <= CI_FDSP;
        o.rd = (unsigned)bits(w, 11, 7);
        o.has_rs2 = !o.has_rd;
        o.rs2 = (unsigned)bits(w, 6, 2);
    }
    return o;
}

static inline struct operands decode_operands(uint32_t w, const struct row *r)
{
    unsigned f = r->format;
    if (f >= CL_W) {
        return compressed_operands(w, f);
    }
    struct operands o = {
        .has_rd = f == I_TYPE || f == CSR_REG || f == CSR_IMM || f == ATOMIC || f == HLV_TYPE,
        .has_rs1 = f != NONE_ && f != CSR_IMM,
        .has_rs2 = f == S_TYPE || f == ATOMIC || f == HSV_TYPE || f == FENCE,
        .rd = (unsigned)bits(w, 11, 7),
        .rs1 = (unsigned)bits(w, 19, 15),
        .rs2 = (unsigned)bits(w, 24, 20),
    };
    o.imm = f == I_TYPE     ? imm12(bits(w, 31, 20))
            : f == S_TYPE   ? imm12(bits(w, 31, 25) << 5 | bits(w, 11, 7))
            : f == CSR_IMM  ? (int64_t)bits(w, 19, 15)
            : f == CBO_TYPE ? (int64_t)bits(w, 31, 20)
                            : 0;
    return o;
}

/* Does decode()'s answer say what the table says? */
static inline bool decode_agrees(uint32_t raw, const struct insn *i)
{
    uint32_t w = bits(raw, 1, 0) == 3 ? raw : raw & 0xffff;
    const struct row *r = decode_row(w);

    if (i->raw != w || i->length != (bits(raw, 1, 0) == 3 ? 4 : 2)) {
        return false;
    }
    if (r == NULL || r->op == OP_OTHER) {
        return i->op == OP_OTHER;
    }
    struct operands o = decode_operands(w, r);
    bool memory = r->width != 0;
    return i->op == r->op && (!o.has_rd || i->rd == o.rd) && (!o.has_rs1 || i->rs1 == o.rs1) &&
           (!o.has_rs2 || i->rs2 == o.rs2) && i->imm == o.imm &&
           (!memory ||
            (i->width == r->width && i->is_float == r->is_float &&
             (r->op == OP_STORE || i->is_unsigned == r->is_unsigned) && i->hlvx == r->hlvx)) &&
           (r->op != OP_CSR || (i->csr == bits(w, 31, 20) && i->funct3 == bits(w, 14, 12))) &&
           (r->format != ATOMIC || i->funct5 == bits(w, 31, 27));
}

/*
 * The transformed instruction by the figures of "Transformed Instruction or Pseudoinstruction":
 * loads keep funct3, rd, opcode; stores funct3, rs2, opcode; the others all but rs1. rs1 is
 * "Addr. Offset". Of a compressed one, the 32-bit equivalent with bit 1 clear.
 */
static inline uint32_t decode_transformed(uint32_t raw, unsigned offset)
{
    uint32_t w = bits(raw, 1, 0) == 3 ? raw : raw & 0xffff;
    const struct row *r = decode_row(w);
    if (r == NULL) {
        return 0;
    }
    struct operands o = decode_operands(w, r);
    unsigned log = r->width == 1   ? 0
                   : r->width == 2 ? 1
                   : r->width == 4 ? 2
                   : r->width == 8 ? 3
                                   : 4;
    uint32_t at = offset << 15, low = bits(raw, 1, 0) == 3 ? 3 : 1;
    switch (r->op) {
    case OP_LOAD:
        return (r->is_float ? 0x04u : 0x00u) | low | o.rd << 7 |
               (log + (r->is_unsigned ? 4u : 0u)) << 12 | at;
    case OP_STORE:
        return (r->is_float ? 0x24u : 0x20u) | low | o.rs2 << 20 | log << 12 | at;
    case OP_LR:
    case OP_SC:
    case OP_AMO:
    case OP_HLV:
    case OP_HSV:
        return (uint32_t)with_bits(w, 19, 15, offset);
    case OP_CBO:
        return (uint32_t)with_bits(w, 19, 15, 0);
    default:
        return 0;
    }
}

#endif
