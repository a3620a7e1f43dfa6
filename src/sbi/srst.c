/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI 3.0, "System Reset Extension". */
#include "core/exits.h"
#include "drv/drv.h"
#include "sbi/ext.h"

/* By reset_type. */
static const enum reset_kind kinds[] = {RESET_SHUTDOWN, RESET_COLD, RESET_WARM};

enum reset_reason { REASON_NONE, REASON_FAILURE };

bool srst_present(void)
{
    return drivers.reset != NULL;
}

long system_reset(uint32_t type, uint32_t reason)
{
    if (type >= ARRAY_LEN(kinds) || reason > REASON_FAILURE) {
        return SBI_ERR_INVALID_PARAM;
    }
    if (!drivers.reset || !drivers.reset->can(kinds[type])) {
        return SBI_ERR_NOT_SUPPORTED;
    }
    if (exits_report) {
        exits_print();
    }
    drivers.reset->reset(kinds[type], reason == REASON_FAILURE);
    return SBI_ERR_FAILED;
}

long srst_call(struct vhart *vh, uint64_t fid, const uint64_t *a, uint64_t *value)
{
    (void)vh;
    (void)value;
    return fid == 0 ? system_reset((uint32_t)a[0], (uint32_t)a[1]) : SBI_ERR_NOT_SUPPORTED;
}
