/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI 3.0, "IPI Extension". */
#include "host/host.h"
#include "sbi/ext.h"

void ipi_send(struct vhart *vh, uint64_t harts)
{
    for (; harts; harts &= harts - 1) {
        struct vhart *target = vharts[__builtin_ctzll(harts)];
        if (target == vh) {
            host_raise_ssip(vh);
        } else if (__atomic_load_n(&target->hsm, __ATOMIC_RELAXED) != HSM_STOPPED) {
            request_post(target, REQUEST_IPI);
        }
        pmu_event(&vh->pmu, FW_IPI_SENT);
    }
}

long ipi_call(struct vhart *vh, uint64_t fid, const uint64_t *a, uint64_t *value)
{
    uint64_t harts;

    (void)value;
    if (fid != 0) { /* sbi_send_ipi */
        return SBI_ERR_NOT_SUPPORTED;
    }
    long err = hart_list(vh, a[0], a[1], &harts);
    if (err == SBI_SUCCESS) {
        ipi_send(vh, harts);
    }
    return err;
}
