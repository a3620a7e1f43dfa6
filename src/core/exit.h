/* SPDX-License-Identifier: BSD-2-Clause */
/* What follows from an exit, whatever the host: instructions on the model, faults of a guest, HLV.
 */
#ifndef CORE_EXIT_H
#define CORE_EXIT_H

#include "core/world.h"
#include "spec/exec.h"

/*
 * An instruction that trapped as illegal. status: the S-level status bits of the interrupted mode,
 * if they are in hardware. Emulates it or reflects its trap.
 */
void exit_instruction(struct vhart *vh, uint32_t raw);

/* A page fault at va while V = 1: fills the shadow table, or reflects the fault that the guest's
 * tables give. True if that was all: nothing but the shadow tables has changed. */
bool exit_guest_fault(struct vhart *vh, enum access access, uint64_t va);

#endif
