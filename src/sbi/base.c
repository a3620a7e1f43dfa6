/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI 3.0, "Base Extension". */
#include "host/host.h"
#include "sbi/ext.h"

long base_call(struct vhart *vh, uint64_t fid, const uint64_t *a, uint64_t *value)
{
    (void)vh;
    switch (fid) {
    case 0: /* sbi_get_spec_version */
        *value = SBI_SPEC_VERSION;
        return SBI_SUCCESS;
    case 1: /* sbi_get_impl_id */
        *value = SBI_IMPL_ID;
        return SBI_SUCCESS;
    case 2: /* sbi_get_impl_version */
        *value = SBI_IMPL_VERSION;
        return SBI_SUCCESS;
    case 3: /* sbi_probe_extension */
        *value = sbi_probe(a[0]);
        return SBI_SUCCESS;
    case 4: /* sbi_get_mvendorid */
    case 5: /* sbi_get_marchid */
    case 6: /* sbi_get_mimpid */
        *value = host_vendor_id((unsigned)fid - 4);
        return SBI_SUCCESS;
    default:
        return SBI_ERR_NOT_SUPPORTED;
    }
}
