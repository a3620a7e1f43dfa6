/* SPDX-License-Identifier: BSD-2-Clause */
/* How a hart asks something of another: the request word and the fence call. Nothing else of a
 * vhart is touched from outside. */
#ifndef CORE_REQUEST_H
#define CORE_REQUEST_H

#include "core/vhart.h"

/* In the order of the SBI's RFENCE functions, which is that of the PMU's firmware events too. */
enum remote_fence {
    REMOTE_FENCE_I,
    REMOTE_SFENCE_VMA,
    REMOTE_SFENCE_VMA_ASID,
    REMOTE_HFENCE_GVMA_VMID,
    REMOTE_HFENCE_GVMA,
    REMOTE_HFENCE_VVMA_ASID,
    REMOTE_HFENCE_VVMA,
};

/* Sets request bits of another hart and interrupts it, if nobody has since it last looked. */
void request_post(struct vhart *target, uint32_t bits);

/*
 * Runs the fence on every hart of the mask (bits are indices; the caller's own included if named)
 * and returns when all are done. Serves this hart's own incoming fences while it waits, so that two
 * callers cannot wait for each other. start and size are addresses (guest-physical ones for GVMA),
 * size ~0: everything. Stopped harts are left out: they fence all when they start.
 */
void request_fence(struct vhart *vh, uint64_t mask, const struct fence_call *what);

/*
 * Takes what has been asked of this hart: fences done, SSIP raised, wires looked at. Called on a
 * software interrupt, after its source has been cleared, and while waiting. Returns the bits (enum
 * request) that it took; REQUEST_START is for who waits to be started.
 */
uint32_t request_serve(struct vhart *vh);

/* The fence that another hart could ask of this one, at once. */
void fence_here(struct vhart *vh, const struct fence_call *call);

/* Every local fence there is: for a hart that was stopped. */
void request_fence_all(struct vhart *vh);

/* The hart will never serve again (it panics): nobody is to wait for it. */
void request_leave(struct vhart *vh);

#endif
