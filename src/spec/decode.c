/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instruction decoding. Compressed forms come out as the 32-bit instruction that they stand for
 * (register numbers, funct3, offset), with length = 2. Source: unprivileged ISA, "RV32/64G
 * Instruction Set Listings", chapters "C", "Zcb", "A", "Zabha", "Zacas", "CMO"; privileged ISA,
 * "RISC-V Privileged Instruction Set Listings".
 */
#include "spec/decode.h"

enum opcode {
    OPCODE_LOAD = 0x03,
    OPCODE_LOAD_FP = 0x07,
    OPCODE_MISC_MEM = 0x0f,
    OPCODE_STORE = 0x23,
    OPCODE_STORE_FP = 0x27,
    OPCODE_AMO = 0x2f,
    OPCODE_SYSTEM = 0x73,
};

#define OPCODE MASK(6, 0)
#define RD     MASK(11, 7)
#define FUNCT3 MASK(14, 12)
#define RS1    MASK(19, 15)
#define RS2    MASK(24, 20)
#define FUNCT7 MASK(31, 25)
#define FUNCT5 MASK(31, 27)
#define IMM12  MASK(31, 20)

static unsigned field(uint32_t raw, uint64_t mask)
{
    return (unsigned)FIELD_GET(mask, (uint64_t)raw);
}

/* Bits high..low of raw, moved to bit `to`: how the compressed formats scatter their offsets. */
static int64_t bits(uint32_t raw, unsigned high, unsigned low, unsigned to)
{
    return (int64_t)(FIELD_GET(MASK(high, low), (uint64_t)raw) << to);
}

/* The width of a load or store by its two low funct3 bits. */
static uint8_t width_of(unsigned funct3)
{
    return (uint8_t)(1u << (funct3 & 3));
}

/* rs1 = x8 + bits 9:7, rd and rs2 = x8 + bits 4:2; sets everything that all compressed accesses
 * have. */
static void c_access(struct insn *i, enum op op, unsigned funct3, bool is_float, int64_t offset)
{
    i->op = (uint8_t)op;
    i->funct3 = (uint8_t)funct3;
    i->width = width_of(funct3);
    i->is_unsigned = op == OP_LOAD && !is_float && funct3 >= 4;
    i->is_float = is_float;
    i->imm = offset;
    i->rs1 = (uint8_t)(8 + field(i->raw, MASK(9, 7)));
    unsigned reg = 8 + field(i->raw, MASK(4, 2));
    if (op == OP_LOAD) {
        i->rd = (uint8_t)reg;
    } else {
        i->rs2 = (uint8_t)reg;
    }
}

/* Zcb: c.lbu, c.lhu, c.lh, c.sb, c.sh. */
static void decode_zcb(struct insn *i)
{
    uint32_t raw = i->raw;
    int64_t half = bits(raw, 5, 5, 1);
    int64_t byte = half | bits(raw, 6, 6, 0);
    bool bit6 = (raw & BIT(6)) != 0;

    switch (field(raw, MASK(12, 10))) {
    case 0:
        c_access(i, OP_LOAD, 4, false, byte);
        break;
    case 1:
        c_access(i, OP_LOAD, bit6 ? 1 : 5, false, half);
        break;
    case 2:
        c_access(i, OP_STORE, 0, false, byte);
        break;
    case 3:
        if (!bit6) {
            c_access(i, OP_STORE, 1, false, half);
        }
        break;
    default:
        break;
    }
}

static void decode_c0(struct insn *i)
{
    uint32_t raw = i->raw;
    int64_t word = bits(raw, 12, 10, 3) | bits(raw, 6, 6, 2) | bits(raw, 5, 5, 6);
    int64_t dword = bits(raw, 12, 10, 3) | bits(raw, 6, 5, 6);

    switch (field(raw, MASK(15, 13))) {
    case 1: /* c.fld */
        c_access(i, OP_LOAD, 3, true, dword);
        break;
    case 2: /* c.lw */
        c_access(i, OP_LOAD, 2, false, word);
        break;
    case 3: /* c.ld */
        c_access(i, OP_LOAD, 3, false, dword);
        break;
    case 4:
        decode_zcb(i);
        break;
    case 5: /* c.fsd */
        c_access(i, OP_STORE, 3, true, dword);
        break;
    case 6: /* c.sw */
        c_access(i, OP_STORE, 2, false, word);
        break;
    case 7: /* c.sd */
        c_access(i, OP_STORE, 3, false, dword);
        break;
    default:
        break;
    }
}

/* The accesses relative to sp. */
static void c_sp(struct insn *i, enum op op, unsigned funct3, bool is_float, int64_t offset)
{
    unsigned rd = field(i->raw, RD);
    if (op == OP_LOAD && !is_float && rd == 0) {
        return; /* reserved */
    }
    c_access(i, op, funct3, is_float, offset);
    i->rs1 = 2;
    if (op == OP_LOAD) {
        i->rd = (uint8_t)rd;
    } else {
        i->rs2 = (uint8_t)field(i->raw, MASK(6, 2));
    }
}

static void decode_c2(struct insn *i)
{
    uint32_t raw = i->raw;
    int64_t load_word = bits(raw, 12, 12, 5) | bits(raw, 6, 4, 2) | bits(raw, 3, 2, 6);
    int64_t load_dword = bits(raw, 12, 12, 5) | bits(raw, 6, 5, 3) | bits(raw, 4, 2, 6);
    int64_t store_word = bits(raw, 12, 9, 2) | bits(raw, 8, 7, 6);
    int64_t store_dword = bits(raw, 12, 10, 3) | bits(raw, 9, 7, 6);

    switch (field(raw, MASK(15, 13))) {
    case 1: /* c.fldsp */
        c_sp(i, OP_LOAD, 3, true, load_dword);
        break;
    case 2: /* c.lwsp */
        c_sp(i, OP_LOAD, 2, false, load_word);
        break;
    case 3: /* c.ldsp */
        c_sp(i, OP_LOAD, 3, false, load_dword);
        break;
    case 4:
        i->op = raw == 0x9002 ? OP_EBREAK : OP_OTHER;
        break;
    case 5: /* c.fsdsp */
        c_sp(i, OP_STORE, 3, true, store_dword);
        break;
    case 6: /* c.swsp */
        c_sp(i, OP_STORE, 2, false, store_word);
        break;
    case 7: /* c.sdsp */
        c_sp(i, OP_STORE, 3, false, store_dword);
        break;
    default:
        break;
    }
}

static void decode_load(struct insn *i, bool is_float)
{
    i->imm = sext(FIELD_GET(IMM12, (uint64_t)i->raw), 12);
    if (is_float) { /* flh, flw, fld, flq; the other funct3 are vector loads */
        bool scalar = i->funct3 >= 1 && i->funct3 <= 4;
        i->op = scalar ? OP_LOAD : OP_OTHER;
        i->width = (uint8_t)(1u << i->funct3);
        i->is_float = true;
    } else {
        i->op = i->funct3 != 7 ? OP_LOAD : OP_OTHER;
        i->width = width_of(i->funct3);
        i->is_unsigned = i->funct3 >= 4;
    }
}

static void decode_store(struct insn *i, bool is_float)
{
    i->imm = sext((uint64_t)(field(i->raw, FUNCT7) << 5 | field(i->raw, RD)), 12);
    i->width = (uint8_t)(1u << i->funct3);
    i->is_float = is_float;
    if (is_float) {
        i->op = i->funct3 >= 1 && i->funct3 <= 4 ? OP_STORE : OP_OTHER;
    } else {
        i->op = i->funct3 <= 3 ? OP_STORE : OP_OTHER;
    }
}

/* funct3 of the widths: 0 and 1 by Zabha (no LR and SC), 2, 3, and 4 for amocas.q alone. */
static void decode_amo(struct insn *i)
{
    enum { AMO_LR = 2, AMO_SC = 3, AMO_CAS = 5 };
    /* add, swap, LR, SC, xor, cas, or, and, min, max, minu, maxu */
    static const uint32_t known = 0x1111113f;
    unsigned funct5 = field(i->raw, FUNCT5);
    bool reserve = funct5 == AMO_LR || funct5 == AMO_SC;

    if (i->funct3 > 4 || (known >> funct5 & 1) == 0 || (i->funct3 == 4 && funct5 != AMO_CAS) ||
        (reserve && i->funct3 < 2) || (funct5 == AMO_LR && i->rs2 != 0)) {
        return;
    }
    i->op = funct5 == AMO_LR ? OP_LR : funct5 == AMO_SC ? OP_SC : OP_AMO;
    i->funct5 = (uint8_t)funct5;
    i->width = (uint8_t)(1u << i->funct3);
}

static void decode_misc_mem(struct insn *i)
{
    unsigned operation = field(i->raw, IMM12);

    if (i->funct3 == 1) {
        i->op = OP_FENCE_I; /* its other fields are reserved, and to be ignored */
    } else if (i->funct3 == 2 && i->rd == 0 && (operation <= 2 || operation == 4)) {
        i->op = OP_CBO; /* 0 inval, 1 clean, 2 flush, 4 zero */
        i->imm = operation;
    }
}

/* HLV, HLVX and HSV: funct7 is 0110 width(2) store(1), rs2 says how to extend, 3 is HLVX. */
static void decode_hlv(struct insn *i)
{
    unsigned funct7 = field(i->raw, FUNCT7);
    unsigned log_width = funct7 >> 1 & 3;
    bool store = (funct7 & 1) != 0;
    bool hlvx = !store && i->rs2 == 3 && (log_width == 1 || log_width == 2);
    bool load = !store && (i->rs2 == 0 || (i->rs2 == 1 && log_width != 3));

    if ((funct7 & 0x78) != 0x30 || (store ? i->rd != 0 : !hlvx && !load)) {
        return;
    }
    i->op = store ? OP_HSV : OP_HLV;
    i->width = (uint8_t)(1u << log_width);
    i->hlvx = hlvx;
    i->is_unsigned = !store && i->rs2 != 0;
}

/* The instructions without operands, whole words. */
static enum op plain_system(uint32_t raw)
{
    switch (raw) {
    case 0x00000073:
        return OP_ECALL;
    case 0x00100073:
        return OP_EBREAK;
    case 0x10200073:
        return OP_SRET;
    case 0x30200073:
        return OP_MRET;
    case 0x10500073:
        return OP_WFI;
    case 0x00d00073:
        return OP_WRS_NTO;
    case 0x18000073:
        return OP_SFENCE_W_INVAL;
    case 0x18100073:
        return OP_SFENCE_INVAL_IR;
    default:
        return OP_OTHER;
    }
}

static enum op decode_priv(const struct insn *i)
{
    if (i->rd != 0) {
        return OP_OTHER;
    }
    switch (field(i->raw, FUNCT7)) {
    case 0x09:
        return OP_SFENCE_VMA;
    case 0x0b:
        return OP_SINVAL_VMA;
    case 0x11:
        return OP_HFENCE_VVMA;
    case 0x13:
        return OP_HINVAL_VVMA;
    case 0x31:
        return OP_HFENCE_GVMA;
    case 0x33:
        return OP_HINVAL_GVMA;
    default:
        return plain_system(i->raw);
    }
}

static void decode_system(struct insn *i)
{
    if (i->funct3 == 0) {
        i->op = (uint8_t)decode_priv(i);
    } else if (i->funct3 == 4) {
        decode_hlv(i);
    } else {
        i->op = OP_CSR;
        i->csr = (uint16_t)field(i->raw, IMM12);
        i->imm = i->funct3 > 4 ? i->rs1 : 0;
    }
}

static void decode_full(struct insn *i)
{
    i->rd = (uint8_t)field(i->raw, RD);
    i->rs1 = (uint8_t)field(i->raw, RS1);
    i->rs2 = (uint8_t)field(i->raw, RS2);
    i->funct3 = (uint8_t)field(i->raw, FUNCT3);

    switch (field(i->raw, OPCODE)) {
    case OPCODE_LOAD:
        decode_load(i, false);
        break;
    case OPCODE_LOAD_FP:
        decode_load(i, true);
        break;
    case OPCODE_STORE:
        decode_store(i, false);
        break;
    case OPCODE_STORE_FP:
        decode_store(i, true);
        break;
    case OPCODE_AMO:
        decode_amo(i);
        break;
    case OPCODE_MISC_MEM:
        decode_misc_mem(i);
        break;
    case OPCODE_SYSTEM:
        decode_system(i);
        break;
    default:
        break;
    }
}

struct insn decode(uint32_t raw)
{
    struct insn i = {.raw = raw, .op = OP_OTHER, .length = 4};

    if ((raw & 3) == 3) {
        decode_full(&i);
        return i;
    }
    i.raw = raw & 0xffff;
    i.length = 2;
    if ((raw & 3) == 0) {
        decode_c0(&i);
    } else if ((raw & 3) == 2) {
        decode_c2(&i);
    }
    return i;
}

/* The 32-bit word of a load or store, with the offset fields zero and rs1 = offset. */
static uint64_t transform_access(const struct insn *i, unsigned offset)
{
    bool load = i->op == OP_LOAD;
    unsigned integer = load ? OPCODE_LOAD : OPCODE_STORE;
    unsigned floating = load ? OPCODE_LOAD_FP : OPCODE_STORE_FP;

    return FIELD_PUT(OPCODE, i->is_float ? floating : integer) | FIELD_PUT(FUNCT3, i->funct3) |
           FIELD_PUT(RS1, offset) | (load ? FIELD_PUT(RD, i->rd) : FIELD_PUT(RS2, i->rs2));
}

uint32_t insn_transform(const struct insn *i, unsigned offset)
{
    uint64_t word;

    switch (i->op) {
    case OP_LOAD:
    case OP_STORE:
        word = transform_access(i, offset);
        break;
    case OP_LR:
    case OP_SC:
    case OP_AMO:
    case OP_HLV:
    case OP_HSV:
        word = FIELD_SET(RS1, (uint64_t)i->raw, offset);
        break;
    case OP_CBO: /* chapter "CMO", "Hypervisor Extension": rs1 is zero */
        word = i->raw & ~RS1;
        break;
    default:
        return 0;
    }
    return (uint32_t)(i->length == 2 ? word & ~BIT(1) : word);
}
