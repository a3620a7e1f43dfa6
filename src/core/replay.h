/* SPDX-License-Identifier: BSD-2-Clause */
/* Loads, stores and atomics that trapped, made for the hart as it would have made them. */
#ifndef CORE_REPLAY_H
#define CORE_REPLAY_H

#include "core/vhart.h"
#include "spec/decode.h"
#include "spec/trap.h"

/*
 * Makes the access of `i` (OP_LOAD, OP_STORE, OP_LR, OP_SC, OP_AMO, OP_CBO) in the hart's present
 * mode, MPRV heeded. rd is written; pc is not advanced. False: nothing done, *fault is the
 * exception that the hart takes, tinst included. An instruction that is none of these, or wider
 * than 8 bytes, gives false and leaves *fault as it was. The CSRs must be in the model
 * (host_unload).
 */
bool replay(struct vhart *vh, const struct insn *i, struct trap *fault) must_check;

#endif
