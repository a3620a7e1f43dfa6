/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a memory instruction does with registers and memory, for who makes its access in its stead:
 *
 *   access = insn_access(i), address = insn_address(h, i)
 *   INSN_READS       memory's i->width bytes, zero-extended, are `memory`
 *   INSN_WRITES      the low i->width bytes of insn_stored() go to memory
 *   INSN_LOADS       rd (a float register if i->is_float) gets insn_loaded(i, memory)
 *
 * LR and SC: the reservation is the caller's, and so is SC's answer in rd. amocas.q, flq and fsq
 * (width 16) need two words, which insn_stored() doesn't do.
 */
#ifndef SPEC_REPLAY_H
#define SPEC_REPLAY_H

#include "spec/decode.h"
#include "spec/hart.h"

enum insn_access {
    INSN_READS = BIT(0),
    INSN_WRITES = BIT(1), /* the access needs leave to store, and its fault is a store's */
    INSN_LOADS = BIT(2),  /* rd gets what was in memory */
    INSN_BLOCK = BIT(3),  /* a cache block, not i->width bytes; cbo.zero alone writes */
};

/* Bits of enum insn_access; 0: not an access to memory. */
unsigned insn_access(const struct insn *i);

/* The effective address (of a CBO: within the block). */
uint64_t insn_address(const struct hart *h, const struct insn *i);

/* The register's value: sign- or zero-extended; NaN-boxed for a float register. */
uint64_t insn_loaded(const struct insn *i, uint64_t memory);

/* What goes to memory. source is rs2's value (for a float register, who knows it passes it);
 * memory and rd's value matter to AMOs only. An amocas that doesn't match stores memory again. */
uint64_t insn_stored(const struct insn *i, uint64_t source, uint64_t memory, uint64_t rd);

#endif
