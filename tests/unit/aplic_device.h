/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The root domain of an APLIC, as hardware has it (AIA 1.0, chapter 4): little-endian, delivering
 * either directly, with an IDC a hart, or by MSI.
 */
#ifndef TESTS_UNIT_APLIC_DEVICE_H
#define TESTS_UNIT_APLIC_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#define APLIC_SOURCES  40
#define APLIC_CHILDREN 1
#define APLIC_IDCS     4

struct aplic_device {
    bool msi;
    bool ie_global;
    uint32_t sourcecfg[APLIC_SOURCES + 1], target[APLIC_SOURCES + 1];
    bool ip[APLIC_SOURCES + 1], ie[APLIC_SOURCES + 1], level[APLIC_SOURCES + 1];
    uint32_t idelivery[APLIC_IDCS], iforce[APLIC_IDCS], ithreshold[APLIC_IDCS];
    uint32_t msiaddr[4], genmsi;
    uint32_t sent, last; /* MSIs: how many, and a digest of their targets */
};

enum { SM_INACTIVE, SM_DETACHED, SM_EDGE1 = 4, SM_EDGE0, SM_LEVEL1, SM_LEVEL0 };

static bool source_active(const struct aplic_device *d, unsigned i)
{
    return i >= 1 && i <= APLIC_SOURCES && d->sourcecfg[i] < 0x400 && d->sourcecfg[i] != 0;
}

static bool source_by_level(const struct aplic_device *d, unsigned i)
{
    return d->sourcecfg[i] == SM_LEVEL1 || d->sourcecfg[i] == SM_LEVEL0;
}

static bool source_rectified(const struct aplic_device *d, unsigned i)
{
    switch (d->sourcecfg[i]) {
    case SM_EDGE1:
    case SM_LEVEL1:
        return d->level[i];
    case SM_EDGE0:
    case SM_LEVEL0:
        return !d->level[i];
    default:
        return false;
    }
}

static bool source_pending(const struct aplic_device *d, unsigned i)
{
    return source_by_level(d, i) && !d->msi ? source_rectified(d, i) : d->ip[i];
}

static void msi_send(struct aplic_device *d, uint32_t to)
{
    d->sent++;
    d->last = d->last * 31 + to;
}

static void source_forward(struct aplic_device *d)
{
    for (unsigned i = 1; d->msi && d->ie_global && i <= APLIC_SOURCES; i++) {
        if (source_active(d, i) && d->ip[i] && d->ie[i]) {
            d->ip[i] = false;
            msi_send(d, d->target[i]);
        }
    }
}

/* The wire of source i. */
static void aplic_device_input(struct aplic_device *d, unsigned i, bool level)
{
    bool before = source_rectified(d, i);
    d->level[i] = level;
    bool after = source_rectified(d, i);
    if (!before && after) {
        d->ip[i] = true;
    } else if (!after && source_by_level(d, i)) {
        d->ip[i] = false;
    }
    source_forward(d);
}

static void source_pend(struct aplic_device *d, unsigned i, bool on)
{
    if (source_active(d, i) && (!source_by_level(d, i) || d->msi)) {
        d->ip[i] = on && (!source_by_level(d, i) || source_rectified(d, i));
    }
}

static void source_configure(struct aplic_device *d, unsigned i, uint32_t v)
{
    bool before = source_rectified(d, i);
    if (v & 0x400) {
        d->sourcecfg[i] = (v & 0x3ff) < APLIC_CHILDREN ? v & 0x7ff : 0;
    } else {
        d->sourcecfg[i] = (v & 7) == 2 || (v & 7) == 3 ? 0 : v & 7;
    }
    if (!source_active(d, i)) {
        d->ip[i] = d->ie[i] = false;
        d->target[i] = 0;
    } else if (source_by_level(d, i)) {
        d->ip[i] = source_rectified(d, i) && (d->ip[i] || !before);
    }
}

/* The source on top for an IDC, as topi has it. */
static uint32_t idc_topi(const struct aplic_device *d, unsigned idc)
{
    uint32_t best = 0;
    for (unsigned i = APLIC_SOURCES; i >= 1; i--) {
        uint32_t prio = d->target[i] & 0xff;
        if (source_active(d, i) && d->ie[i] && source_pending(d, i) && d->target[i] >> 18 == idc &&
            (d->ithreshold[idc] == 0 || prio < d->ithreshold[idc]) &&
            (best == 0 || prio <= (best & 0xff))) {
            best = i << 16 | prio;
        }
    }
    return best;
}

static uint32_t idc_claim(struct aplic_device *d, unsigned idc)
{
    uint32_t top = idc_topi(d, idc);
    if (top == 0) {
        d->iforce[idc] = 0;
    } else if (!source_by_level(d, top >> 16)) {
        d->ip[top >> 16] = false;
    }
    return top;
}

/* The interrupt of an IDC's hart. */
static bool aplic_device_line(const struct aplic_device *d, unsigned idc)
{
    return !d->msi && d->ie_global && d->idelivery[idc] != 0 &&
           (d->iforce[idc] != 0 || idc_topi(d, idc) != 0);
}

static uint32_t idc_read(struct aplic_device *d, unsigned idc, unsigned at)
{
    switch (d->msi || idc >= APLIC_IDCS ? ~0u : at) {
    case 0x00:
        return d->idelivery[idc];
    case 0x04:
        return d->iforce[idc];
    case 0x08:
        return d->ithreshold[idc];
    case 0x18:
        return idc_topi(d, idc);
    case 0x1c:
        return idc_claim(d, idc);
    default:
        return 0;
    }
}

static void idc_write(struct aplic_device *d, unsigned idc, unsigned at, uint32_t v)
{
    switch (d->msi || idc >= APLIC_IDCS ? ~0u : at) {
    case 0x00:
        d->idelivery[idc] = v & 1;
        break;
    case 0x04:
        d->iforce[idc] = v & 1;
        break;
    case 0x08:
        d->ithreshold[idc] = v & 0xff;
        break;
    default:
        break;
    }
}

/* 0x1c00 .. 0x1fff: setip, in_clrip, setie, clrie by what. */
static bool bit_read(const struct aplic_device *d, unsigned what, unsigned i)
{
    if (!source_active(d, i)) {
        return false;
    }
    return what == 0   ? source_pending(d, i)
           : what == 1 ? source_rectified(d, i)
                       : what == 2 && d->ie[i];
}

static void bit_write(struct aplic_device *d, unsigned what, unsigned i)
{
    if (what < 2) {
        source_pend(d, i, what == 0);
    } else if (source_active(d, i)) {
        d->ie[i] = what == 2;
    }
}

static uint32_t aplic_device_read(struct aplic_device *d, uint32_t at)
{
    uint32_t bits = 0;
    if (at == 0) {
        return 0x80000000 | (d->ie_global ? 0x100 : 0) | (d->msi ? 4 : 0);
    } else if (at <= 4 * APLIC_SOURCES) {
        return d->sourcecfg[at / 4];
    } else if (at >= 0x1bc0 && at < 0x1bd0) {
        return d->msiaddr[(at - 0x1bc0) / 4];
    } else if (at >= 0x1c00 && at < 0x2000 && (at & 0xff) < 0x80) {
        for (unsigned b = 0; b < 32; b++) {
            bits |= (uint32_t)bit_read(d, at >> 8 & 3, (at & 0x7f) * 8 + b) << b;
        }
        return bits;
    } else if (at == 0x3000) {
        return d->genmsi;
    } else if (at > 0x3000 && at <= 0x3000 + 4 * APLIC_SOURCES) {
        return d->target[(at - 0x3000) / 4];
    }
    return at >= 0x4000 ? idc_read(d, (at - 0x4000) / 32, at % 32) : 0;
}

static void target_write(struct aplic_device *d, unsigned i, uint32_t v)
{
    if (source_active(d, i)) {
        uint32_t low = d->msi ? v & 0x7ff : v & 0xff;
        d->target[i] = (v & 0xfffc0000) | (low == 0 && !d->msi ? 1 : low);
    }
}

static void aplic_device_write(struct aplic_device *d, uint32_t at, uint32_t v)
{
    if (at == 0) {
        d->ie_global = (v & 0x100) != 0;
    } else if (at <= 4 * APLIC_SOURCES) {
        source_configure(d, at / 4, v);
    } else if (at >= 0x1bc0 && at < 0x1bd0) {
        d->msiaddr[(at - 0x1bc0) / 4] = d->msiaddr[1] >> 31 ? d->msiaddr[(at - 0x1bc0) / 4] : v;
    } else if (at >= 0x1c00 && at < 0x2000 && (at & 0xff) < 0x80) {
        for (unsigned b = 0; b < 32; b++) {
            if (v >> b & 1) {
                bit_write(d, at >> 8 & 3, (at & 0x7f) * 8 + b);
            }
        }
    } else if (at >= 0x1c00 && at < 0x2000 && (at & 0xff) == 0xdc) {
        bit_write(d, at >> 8 & 3, v);
    } else if (at == 0x2000) {
        bit_write(d, 0, v);
    } else if (at == 0x3000 && d->msi) {
        d->genmsi = v & 0xfffc07ff;
        msi_send(d, d->genmsi);
    } else if (at > 0x3000 && at <= 0x3000 + 4 * APLIC_SOURCES) {
        target_write(d, (at - 0x3000) / 4, v);
    } else if (at >= 0x4000) {
        idc_write(d, (at - 0x4000) / 32, at % 32, v);
    }
    source_forward(d);
}

#endif
