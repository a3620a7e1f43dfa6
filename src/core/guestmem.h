/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory as a hart's own instructions would reach it: through its translation, into its world's
 * memory and the devices it may reach. For HLV and HSV, misaligned accesses, and arguments that are
 * virtual addresses. The CSRs must be in the model (host_unload).
 */
#ifndef CORE_GUESTMEM_H
#define CORE_GUESTMEM_H

#include "core/vhart.h"
#include "spec/trap.h"
#include "spec/walk.h"

/*
 * Loads len (1 to 8) bytes at va, aligned or not, over a page boundary too. Returns true, or false
 * and the exception that the hart takes: *fault as walk() gives it, tval = the first byte that
 * could not be had (so that tval - va is insn_transform()'s offset).
 */
bool guest_load(struct vhart *vh, struct access_as as, uint64_t va, void *buf, unsigned len,
                struct trap *fault) must_check;

/* The same for a store. Nothing is stored if any byte of it faults in translation. */
bool guest_store(struct vhart *vh, struct access_as as, uint64_t va, const void *buf, unsigned len,
                 struct trap *fault) must_check;

/*
 * Where len bytes at va are, naturally aligned, for an atomic access: NULL and *fault if they
 * can't be had, or aren't memory.
 */
void *guest_pointer(struct vhart *vh, struct access_as as, uint64_t va, unsigned len,
                    struct trap *fault) must_check;

/* The instruction at pc in the hart's present mode: 16 bits if it is a compressed one. Faults as
 * fetching it would. */
bool guest_fetch(struct vhart *vh, uint32_t *raw, struct trap *fault) must_check;

#endif
