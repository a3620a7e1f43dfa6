/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI 3.0, "SBI Firmware Features Extension". */
#include "host/host.h"
#include "sbi/ext.h"

#define FLAG_LOCK BIT(0)

/* A feature that the specification names. set returns an enum sbi_err; NULL: not supported here.
 * All are local, all values 0 and 1. */
struct feature {
    bool (*supported)(void);
    bool (*get)(const struct vhart *vh);
    long (*set)(struct vhart *vh, bool on);
};

static bool always(void)
{
    return true;
}

static bool misaligned_get(const struct vhart *vh)
{
    return vh->misaligned_delegated;
}

static long misaligned_set(struct vhart *vh, bool on)
{
    host_delegate_misaligned(vh, on);
    return SBI_SUCCESS;
}

static bool adue_supported(void)
{
    return (machine.menvcfg_mask & ENVCFG_ADUE) != 0;
}

static bool adue_get(const struct vhart *vh)
{
    return (vh->h.menvcfg & ENVCFG_ADUE) != 0;
}

static long adue_set(struct vhart *vh, bool on)
{
    uint64_t want = FIELD_SET(ENVCFG_ADUE, vh->h.menvcfg, on);

    host_unload(vh);
    return (host_menvcfg_write(want) & ENVCFG_ADUE) == (want & ENVCFG_ADUE) ? SBI_SUCCESS
                                                                            : SBI_ERR_FAILED;
}

/* By number. */
static const struct feature features[] = {
    {always, misaligned_get, misaligned_set}, /* MISALIGNED_EXC_DELEG */
    {NULL, NULL, NULL},                       /* LANDING_PAD */
    {NULL, NULL, NULL},                       /* SHADOW_STACK */
    {NULL, NULL, NULL},                       /* DOUBLE_TRAP */
    {adue_supported, adue_get, adue_set},     /* PTE_AD_HW_UPDATING */
    {NULL, NULL, NULL},                       /* POINTER_MASKING_PMLEN */
};

void fwft_reset(struct vhart *vh)
{
    vh->fwft_locked = 0;
    for (const struct feature *f = features; f < features + ARRAY_LEN(features); f++) {
        if (f->supported && f->supported() && f->get(vh)) {
            (void)f->set(vh, false);
        }
    }
}

static long set(struct vhart *vh, const struct feature *f, uint64_t value, uint64_t flags)
{
    uint64_t lock = BIT(f - features);

    if (value > 1 || (flags & ~FLAG_LOCK)) {
        return SBI_ERR_INVALID_PARAM;
    }
    if (vh->fwft_locked & lock) {
        return SBI_ERR_DENIED_LOCKED;
    }
    long err = f->set(vh, value != 0);
    if (err == SBI_SUCCESS && (flags & FLAG_LOCK)) {
        vh->fwft_locked |= lock;
    }
    return err;
}

long fwft_call(struct vhart *vh, uint64_t fid, const uint64_t *a, uint64_t *value)
{
    uint32_t number = (uint32_t)a[0];

    if (fid > 1) {
        return SBI_ERR_NOT_SUPPORTED;
    }
    if (number >= ARRAY_LEN(features)) { /* reserved, or a platform's */
        return SBI_ERR_DENIED;
    }
    const struct feature *f = &features[number];
    if (!f->supported || !f->supported()) {
        return SBI_ERR_NOT_SUPPORTED;
    }
    if (fid == 0) { /* sbi_fwft_set */
        return set(vh, f, a[1], a[2]);
    }
    *value = f->get(vh); /* sbi_fwft_get */
    return SBI_SUCCESS;
}
