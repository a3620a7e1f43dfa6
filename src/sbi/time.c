/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI 3.0, "Timer Extension". */
#include "host/host.h"
#include "sbi/ext.h"

long time_call(struct vhart *vh, uint64_t fid, const uint64_t *a, uint64_t *value)
{
    (void)value;
    if (fid != 0) { /* sbi_set_timer */
        return SBI_ERR_NOT_SUPPORTED;
    }
    pmu_event(&vh->pmu, FW_SET_TIMER);
    host_timer_set(vh, a[0]);
    return SBI_SUCCESS;
}
