/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SBI 3.0, "Hart State Management Extension".
 *
 * A hart changes its own state, but for STOPPED to START_PENDING: whoever makes that change owns
 * start_pc and start_opaque, and hands them over with REQUEST_START.
 */
#include "host/host.h"
#include "sbi/ext.h"

enum suspend_type {
    SUSPEND_RETENTIVE = 0,
    SUSPEND_NON_RETENTIVE = 0x80000000,
};

static void state_set(struct vhart *vh, enum hsm_state s)
{
    __atomic_store_n(&vh->hsm, (uint32_t)s, __ATOMIC_SEQ_CST);
}

void hart_enter(struct vhart *vh, uint64_t pc, uint64_t opaque)
{
    host_unload(vh);
    vh->h.pc = pc;
    vh->h.prv = PRV_S;
    vh->h.v = 0;
    vh->h.x[10] = vh->h.hartid;
    vh->h.x[11] = opaque;
    vh->h.satp = 0;
    vh->h.mstatus &= ~STATUS_SIE;
}

void hsm_wait_for_start(struct vhart *vh)
{
    host_reset_hs(vh);
    sbi_reset(vh);
    state_set(vh, HSM_STOPPED);
    while (!(request_serve(vh) & REQUEST_START)) {
        host_wait();
    }
    request_fence_all(vh);
    hart_enter(vh, vh->start_pc, vh->start_opaque);
    state_set(vh, HSM_STARTED);
}

void hart_suspend(struct vhart *vh)
{
    state_set(vh, HSM_SUSPENDED);
    for (;;) {
        request_serve(vh);
        if (host_pending(vh)) {
            break;
        }
        host_wait();
    }
    state_set(vh, HSM_STARTED);
}

static long start(struct vhart *vh, uint64_t hartid, uint64_t pc, uint64_t opaque)
{
    struct vhart *target = vhart_by_id(vh->world, hartid);
    uint32_t stopped = HSM_STOPPED;

    if (!target) {
        return SBI_ERR_INVALID_PARAM;
    }
    if (!start_address_valid(vh, pc)) {
        return SBI_ERR_INVALID_ADDRESS;
    }
    if (!__atomic_compare_exchange_n(&target->hsm, &stopped, HSM_START_PENDING, false,
                                     __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)) {
        return SBI_ERR_ALREADY_AVAILABLE;
    }
    target->start_pc = pc;
    target->start_opaque = opaque;
    request_post(target, REQUEST_START);
    return SBI_SUCCESS;
}

static long suspend(struct vhart *vh, uint32_t type, uint64_t pc, uint64_t opaque)
{
    if (type != SUSPEND_RETENTIVE && type != SUSPEND_NON_RETENTIVE) {
        return SBI_ERR_INVALID_PARAM;
    }
    if (type == SUSPEND_NON_RETENTIVE && !start_address_valid(vh, pc)) {
        return SBI_ERR_INVALID_ADDRESS;
    }
    hart_suspend(vh);
    if (type == SUSPEND_RETENTIVE) {
        return SBI_SUCCESS;
    }
    hart_enter(vh, pc, opaque);
    return SBI_LEFT;
}

long hsm_call(struct vhart *vh, uint64_t fid, const uint64_t *a, uint64_t *value)
{
    const struct vhart *target;

    switch (fid) {
    case 0: /* sbi_hart_start */
        return start(vh, a[0], a[1], a[2]);
    case 1: /* sbi_hart_stop */
        state_set(vh, HSM_STOP_PENDING);
        hsm_wait_for_start(vh);
        return SBI_LEFT;
    case 2: /* sbi_hart_get_status */
        target = vhart_by_id(vh->world, a[0]);
        if (!target) {
            return SBI_ERR_INVALID_PARAM;
        }
        *value = __atomic_load_n(&target->hsm, __ATOMIC_RELAXED);
        return SBI_SUCCESS;
    case 3: /* sbi_hart_suspend */
        return suspend(vh, (uint32_t)a[0], a[1], a[2]);
    default:
        return SBI_ERR_NOT_SUPPORTED;
    }
}
