/* SPDX-License-Identifier: BSD-2-Clause */
/* Unprivileged ISA: "Load and Store Instructions", "A", "Zabha", "Zacas", "NaN Boxing of Narrower
 * Values". */
#include "spec/replay.h"

enum cbo { CBO_INVAL, CBO_CLEAN, CBO_FLUSH, CBO_ZERO = 4 };

unsigned insn_access(const struct insn *i)
{
    switch (i->op) {
    case OP_LOAD:
    case OP_HLV:
    case OP_LR:
        return INSN_READS | INSN_LOADS;
    case OP_STORE:
    case OP_HSV:
    case OP_SC:
        return INSN_WRITES;
    case OP_AMO:
        return INSN_READS | INSN_WRITES | INSN_LOADS;
    case OP_CBO:
        return i->imm == CBO_ZERO ? INSN_BLOCK | INSN_WRITES : INSN_BLOCK;
    default:
        return 0;
    }
}

/* Only loads and stores have an offset; imm is a CBO's operation. */
uint64_t insn_address(const struct hart *h, const struct insn *i)
{
    bool offset = i->op == OP_LOAD || i->op == OP_STORE;

    return h->x[i->rs1] + (offset ? (uint64_t)i->imm : 0);
}

uint64_t insn_loaded(const struct insn *i, uint64_t memory)
{
    unsigned bits = i->width * 8u;

    if (bits >= 64) {
        return memory;
    }
    if (i->is_float) {
        return memory | ~(BIT(bits) - 1);
    }
    return i->is_unsigned ? memory & (BIT(bits) - 1) : (uint64_t)sext(memory, bits);
}

static uint64_t amo(unsigned funct5, uint64_t memory, uint64_t source)
{
    enum { ADD = 0, SWAP = 1, XOR = 4, OR = 8, AND = 12, MIN = 16, MAX = 20, MINU = 24 };

    switch (funct5) {
    case ADD:
        return memory + source;
    case SWAP:
        return source;
    case XOR:
        return memory ^ source;
    case OR:
        return memory | source;
    case AND:
        return memory & source;
    case MIN:
        return (int64_t)memory < (int64_t)source ? memory : source;
    case MAX:
        return (int64_t)memory > (int64_t)source ? memory : source;
    case MINU:
        return memory < source ? memory : source;
    default: /* amomaxu */
        return memory > source ? memory : source;
    }
}

/* Sign-extended, narrow values compare as they should, signed and unsigned. */
uint64_t insn_stored(const struct insn *i, uint64_t source, uint64_t memory, uint64_t rd)
{
    enum { CAS = 5 };
    unsigned bits = i->width < 8 ? i->width * 8u : 64;

    if (i->op != OP_AMO) {
        return source;
    }
    memory = (uint64_t)sext(memory, bits);
    source = (uint64_t)sext(source, bits);
    if (i->funct5 == CAS) {
        return memory == (uint64_t)sext(rd, bits) ? source : memory;
    }
    return amo(i->funct5, memory, source);
}
