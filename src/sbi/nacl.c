/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI 3.0, "Nested Acceleration Extension". What is done to the shared memory is in core/nacl.c. */
#include "core/nacl.h"
#include "host/host.h"
#include "sbi/ext.h"

#define ALL_ONES (~UINT64_C(0))
#define FEATURES 4 /* SYNC_CSR, SYNC_HFENCE, SYNC_SRET, AUTOSWAP_CSR */

void nacl_reset(struct vhart *vh)
{
    vh->nacl = NULL;
}

static long set_shmem(struct vhart *vh, uint64_t low, uint64_t high, uint64_t flags)
{
    void *memory;

    if (flags != 0) {
        return SBI_ERR_INVALID_PARAM;
    }
    if (low == ALL_ONES && high == ALL_ONES) {
        vh->nacl = NULL;
        return SBI_SUCCESS;
    }
    if (low % 4096 != 0) {
        return SBI_ERR_INVALID_PARAM;
    }
    memory = shared_memory(vh, low, high, sizeof(struct nacl_shmem));
    if (!memory) {
        return SBI_ERR_INVALID_ADDRESS;
    }
    host_unload(vh);
    vh->nacl = memory;
    nacl_show_all(vh);
    return SBI_SUCCESS;
}

static long sync_csr(struct vhart *vh, uint64_t num)
{
    if (num != ALL_ONES && (num >= 0x1000 || !NACL_IS_H(num))) {
        return SBI_ERR_INVALID_PARAM;
    }
    if (!vh->nacl) {
        return SBI_ERR_NO_SHMEM;
    }
    host_unload(vh);
    if (num != ALL_ONES) {
        return nacl_sync_csr(vh, num) ? SBI_SUCCESS : SBI_ERR_INVALID_PARAM;
    }
    nacl_sync_csrs(vh);
    nacl_show_all(vh);
    return SBI_SUCCESS;
}

static long sync_hfence(struct vhart *vh, uint64_t index)
{
    if (index != ALL_ONES && index >= NACL_HFENCES) {
        return SBI_ERR_INVALID_PARAM;
    }
    if (!vh->nacl) {
        return SBI_ERR_NO_SHMEM;
    }
    if (index == ALL_ONES) {
        nacl_sync_hfences(vh);
    } else {
        nacl_sync_hfence(vh, (unsigned)index);
    }
    return SBI_SUCCESS;
}

/* Whatever the shared memory holds, there is no way back to the caller but a trap. */
static long sync_sret(struct vhart *vh)
{
    if (!vh->nacl) {
        return SBI_ERR_NO_SHMEM;
    }
    host_unload(vh);
    nacl_sync_all(vh);
    hart_sret(&vh->h);
    host_resume(vh, vh->nacl->sret_x);
    return SBI_LEFT;
}

long nacl_call(struct vhart *vh, uint64_t fid, const uint64_t *a, uint64_t *value)
{
    switch (fid) {
    case NACL_SYNC_SRET:
        return sync_sret(vh);
    case NACL_PROBE_FEATURE:
        *value = (uint32_t)a[0] < FEATURES;
        return SBI_SUCCESS;
    case NACL_SET_SHMEM:
        return set_shmem(vh, a[0], a[1], a[2]);
    case NACL_SYNC_CSR:
        return sync_csr(vh, a[0]);
    case NACL_SYNC_HFENCE:
        return sync_hfence(vh, a[0]);
    default:
        return SBI_ERR_NOT_SUPPORTED;
    }
}
