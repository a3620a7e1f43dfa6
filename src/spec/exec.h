/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The privileged instructions, one function each, on the model: what a trapped instruction does to
 * the virtual hart. Everything outside the hart's registers is left to the caller as an effect.
 */
#ifndef SPEC_EXEC_H
#define SPEC_EXEC_H

#include "spec/csr.h"
#include "spec/decode.h"
#include "spec/trap.h"
#include "spec/walk.h"

enum exec_kind {
    EXEC_DONE,   /* done, pc advanced (or set by xret); csr_effect says what follows */
    EXEC_TRAP,   /* nothing done: take trap */
    EXEC_XRET,   /* done: mode or V may have changed */
    EXEC_WFI,    /* legal wfi, pc advanced: wait or not, as you like */
    EXEC_FENCE,  /* pc advanced: do the fence */
    EXEC_MEMORY, /* HLV, HLVX, HSV: nothing done yet: access memory as `as` says, then write rd,
                    advance pc */
};

enum fence_kind {
    FENCE_VMA,  /* sfence.vma, of HS (v = 0) or of the current VMID (v = 1) */
    FENCE_VVMA, /* hfence.vvma, of the current VMID */
    FENCE_GVMA, /* hfence.gvma */
    FENCE_NONE, /* sfence.w.inval, sfence.inval.ir: ordering only */
};

/* all_addresses: rs1 = x0; all_ids: rs2 = x0. address: virtual, or for FENCE_GVMA the
 * guest-physical address (rs1 << 2). */
struct fence {
    uint8_t kind;
    bool all_addresses;
    bool all_ids;
    uint64_t address;
    uint64_t id; /* ASID or VMID */
    uint64_t
        more_pages; /* after the one of address: only of FENCE_GVMA, and 0 of an instruction's */
};

struct exec {
    uint8_t kind;        /* enum exec_kind */
    unsigned csr_effect; /* EXEC_DONE; 0 otherwise */
    union {
        struct trap trap;    /* EXEC_TRAP */
        struct fence fence;  /* EXEC_FENCE */
        struct access_as as; /* EXEC_MEMORY; the address is x[rs1] */
    };
};

/*
 * Executes a SYSTEM instruction (OP_CSR ... OP_HSV) in the hart's present mode with every check of
 * the specification. ECALL and EBREAK give their trap. An instruction that it does not know
 * (OP_OTHER, loads, stores) gives an illegal-instruction trap with tval = raw. All CSRs that the
 * instruction touches must be in the model (see csr.h, resident).
 */
struct exec hart_exec(struct hart *h, const struct insn *i);

/* The exception of an instruction that may not be executed here: illegal or virtual instruction,
 * tval = the instruction. */
struct trap trap_illegal(const struct insn *i);
struct trap trap_virtual(const struct insn *i);

#endif
