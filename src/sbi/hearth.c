/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hearth's own extension, 0x0A484541 (the firmware-specific space, by the implementation id): what
 * the exit counters say.
 *
 * FID 0: number of causes.
 * FID 1: how often cause a0 happened on all harts since boot.
 * FID 2: bytes a1 .. a1 + 7 of the name of cause a0, the first one lowest, zero after its end.
 * FID 3: switches tracing off (a0 = 0) or on (1). SBI_ERR_DENIED: there is no area for it.
 * FID 4: the physical address of the area, which HS may read (core/trace_area.h); 0: there is none.
 * SBI_ERR_INVALID_PARAM: there is no such cause. Causes and their order may change from one version
 * to the next: go by name.
 */
#include <string.h>

#include "core/exits.h"
#include "core/trace.h"
#include "sbi/ext.h"

static uint64_t name_bytes(const char *name, uint64_t offset)
{
    uint64_t left = strlen(name);
    uint64_t bytes = 0;

    if (offset < left) {
        memcpy(&bytes, name + offset, min_u64(left - offset, sizeof(bytes)));
    }
    return bytes;
}

static long counters(uint64_t fid, const uint64_t *a, uint64_t *value)
{
    if (a[0] >= EXIT_COUNT) {
        return SBI_ERR_INVALID_PARAM;
    }
    *value = fid == 1 ? exits_total((unsigned)a[0]) : name_bytes(exits_name((unsigned)a[0]), a[1]);
    return SBI_SUCCESS;
}

static long trace_control(struct vhart *vh, uint64_t on)
{
    if (on > 1) {
        return SBI_ERR_INVALID_PARAM;
    }
    return trace_switch(vh, on) ? SBI_SUCCESS : SBI_ERR_DENIED;
}

long hearth_call(struct vhart *vh, uint64_t fid, const uint64_t *a, uint64_t *value)
{
    switch (fid) {
    case 0:
        *value = EXIT_COUNT;
        return SBI_SUCCESS;
    case 1:
    case 2:
        return counters(fid, a, value);
    case 3:
        return trace_control(vh, a[0]);
    case 4:
        *value = trace_base();
        return SBI_SUCCESS;
    default:
        return SBI_ERR_NOT_SUPPORTED;
    }
}
