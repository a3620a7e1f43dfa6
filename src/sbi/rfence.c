/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI 3.0, "RFENCE Extension". A function's number is its enum remote_fence. */
#include "sbi/ext.h"

/* Can the id of the fence be one? */
static bool id_valid(const struct vhart *vh, unsigned kind, uint64_t id)
{
    switch (kind) {
    case REMOTE_SFENCE_VMA_ASID:
    case REMOTE_HFENCE_VVMA_ASID:
        return (id & ~vh->h.isa->asid_mask) == 0;
    case REMOTE_HFENCE_GVMA_VMID:
        return (id & ~vh->h.isa->vmid_mask) == 0;
    default:
        return true;
    }
}

/* start_addr and size both 0, or size 2^XLEN - 1: the whole address space. Otherwise the range may
 * not go past the end of it. */
static bool range_valid(struct fence_call *call)
{
    if (call->size == ~UINT64_C(0) || (call->start == 0 && call->size == 0)) {
        call->start = 0;
        call->size = ~UINT64_C(0);
        return true;
    }
    return call->size == 0 || call->start + (call->size - 1) >= call->start;
}

long rfence_call(struct vhart *vh, uint64_t fid, const uint64_t *a, uint64_t *value)
{
    struct fence_call call = {
        .kind = (uint8_t)fid, .start = a[2], .size = a[3], .id = a[4], .hgatp = vh->h.hgatp};
    uint64_t harts;

    (void)value;
    if (fid > REMOTE_HFENCE_VVMA) {
        return SBI_ERR_NOT_SUPPORTED;
    }
    long err = hart_list(vh, a[0], a[1], &harts);
    if (err != SBI_SUCCESS || fid == REMOTE_FENCE_I) {
        call.size = ~UINT64_C(0);
    } else if (!range_valid(&call)) {
        err = SBI_ERR_INVALID_ADDRESS;
    } else if (!id_valid(vh, call.kind, call.id)) {
        err = SBI_ERR_INVALID_PARAM;
    }
    if (err == SBI_SUCCESS && call.size != 0) {
        request_fence(vh, harts, &call);
    }
    return err;
}
