/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SBI 3.0, "System Suspend Extension". Suspend to RAM needs no help from the machine here: with all
 * other harts stopped, the caller waits for an interrupt that it has enabled (its wake-up devices),
 * memory and devices as they are.
 */
#include "sbi/ext.h"

#define SUSPEND_TO_RAM 0

static bool others_stopped(const struct vhart *vh)
{
    for (unsigned i = 0; i < vh->world->harts; i++) {
        if (vharts[i] != vh && __atomic_load_n(&vharts[i]->hsm, __ATOMIC_SEQ_CST) != HSM_STOPPED) {
            return false;
        }
    }
    return true;
}

long susp_call(struct vhart *vh, uint64_t fid, const uint64_t *a, uint64_t *value)
{
    (void)value;
    if (fid != 0) { /* sbi_system_suspend */
        return SBI_ERR_NOT_SUPPORTED;
    }
    if ((uint32_t)a[0] != SUSPEND_TO_RAM) {
        return SBI_ERR_INVALID_PARAM;
    }
    uint64_t pc = a[1], opaque = a[2];
    if (!start_address_valid(vh, pc)) {
        return SBI_ERR_INVALID_ADDRESS;
    }
    if (!others_stopped(vh)) {
        return SBI_ERR_DENIED;
    }
    hart_suspend(vh);
    hart_enter(vh, pc, opaque);
    return SBI_LEFT;
}
