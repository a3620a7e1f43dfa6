/* SPDX-License-Identifier: BSD-2-Clause */
/* How a hart asks something of another: the request word and the fence call. Nothing else of a vhart is touched from outside. */
#ifndef CORE_REQUEST_H
#define CORE_REQUEST_H

#include "core/vhart.h"

enum remote_fence {
    REMOTE_FENCE_I,
    REMOTE_SFENCE_VMA,
    REMOTE_SFENCE_VMA_ASID,
    REMOTE_HFENCE_GVMA_VMID,
    REMOTE_HFENCE_GVMA,
    REMOTE_HFENCE_VVMA_ASID,
    REMOTE_HFENCE_VVMA,
};

/* Sets request bits of a hart and interrupts it (if it is not the caller). */
void request_post(struct vhart *target, uint32_t bits);

/*
 * Runs the fence on every hart of the mask (bits are indices; the caller's own included if named) and returns when all
 * are done. Serves this hart's own incoming fences while it waits, so that two callers cannot wait for each other.
 */
void request_fence(struct vhart *vh, uint64_t mask, const struct fence_call *what);

/* Takes what has been asked of this hart: fences done, SSIP raised. Called on a software interrupt and while waiting. */
void request_serve(struct vhart *vh);

#endif
