/* SPDX-License-Identifier: BSD-2-Clause */
/* What an instruction word is, as far as a monitor has to know: the privileged instructions, and
 * every load and store. */
#ifndef SPEC_DECODE_H
#define SPEC_DECODE_H

#include "lib/bits.h"

enum op {
    OP_OTHER, /* nothing that Hearth emulates */
    OP_CSR,   /* csrrw, csrrs, csrrc and the immediate forms: see funct3 */
    OP_ECALL,
    OP_EBREAK,
    OP_SRET,
    OP_MRET,
    OP_WFI,
    OP_WRS_NTO,
    OP_SFENCE_VMA,
    OP_SINVAL_VMA,
    OP_SFENCE_W_INVAL,
    OP_SFENCE_INVAL_IR,
    OP_HFENCE_VVMA,
    OP_HFENCE_GVMA,
    OP_HINVAL_VVMA,
    OP_HINVAL_GVMA,
    OP_HLV, /* width, sign; hlvx */
    OP_HSV,
    OP_LOAD, /* integer, float; compressed included */
    OP_STORE,
    OP_LR,
    OP_SC,
    OP_AMO, /* funct5 */
    OP_CBO, /* cbo.zero, clean, flush, inval: imm says which */
    OP_FENCE_I,
};

struct insn {
    uint32_t raw;   /* 16 bits only if length = 2 */
    uint8_t op;     /* enum op */
    uint8_t length; /* 2 or 4 */
    uint8_t
        rd; /* also of compressed forms, already 8-based where they are; for float: f register */
    uint8_t rs1;
    uint8_t rs2;
    uint8_t funct3;
    uint8_t funct5; /* AMO */
    uint8_t width;  /* of a memory access, bytes: 1, 2, 4, 8 (16: flq, fsq, amocas.q) */
    bool is_unsigned;
    bool is_float; /* rd or rs2 is a float register */
    bool hlvx;
    uint16_t csr;
    int64_t imm; /* offset of loads and stores; uimm of the CSR immediate forms */
};

/* Decodes a word (its low half only, if the two lowest bits are not 3). Never fails: what it
 * doesn't know is OP_OTHER. */
struct insn decode(uint32_t raw);

/*
 * The transformed instruction for htinst or mtinst: hypervisor chapter, "Transformed Instruction or
 * Pseudoinstruction". offset: how far the faulting address is from the access's own (misaligned
 * accesses), goes into the rs1 field. 0 for an instruction that has no transformed form.
 */
uint32_t insn_transform(const struct insn *i, unsigned offset);

#endif
