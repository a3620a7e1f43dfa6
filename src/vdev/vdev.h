/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every virtual device is to the bus (core/bus.h): one function that answers accesses, one
 * that says what the device's wires to a hart hold. Pure: state by pointer, effects out. The caller
 * holds the device's lock, which protects all of its state.
 *
 * Harts are named by index (0 .. 63), a bit each in words of harts.
 */
#ifndef VDEV_VDEV_H
#define VDEV_VDEV_H

#include "spec/hart.h"

/* A proof has fewer. */
#ifndef VDEV_HARTS
#define VDEV_HARTS 64
#endif
#define VDEV_NOBODY 0xff /* in a map of registers to harts: a hart that isn't this world's */
#define VDEV_NEVER  (~UINT64_C(0))

/* One access. Devices refuse what is misaligned or of a width that they don't have. */
struct vdev_access {
    uint64_t offset; /* from the device's base; all len bytes are within its size */
    unsigned len;    /* 1, 2, 4 or 8 */
    bool write;
    uint64_t value; /* in the low len bytes; what was read is zero-extended */
    uint64_t now;   /* physical mtime */

    /* What follows: bits of harts. The device only ever sets bits. */
    uint64_t lines; /* harts whose wires (lines()) may be others now */
    uint64_t ssip;  /* harts whose mip.SSIP is to be set: an edge */
};

/* The wires of one hart. A device ORs its part in, or lowers the deadline. */
struct vdev_lines {
    uint64_t up;          /* BIT(IRQ_MSI), BIT(IRQ_MTI), BIT(IRQ_MEI), BIT(IRQ_SEI) */
    uint64_t deadline;    /* physical mtime at which MTI comes up; VDEV_NEVER: not, or it is up */
    uint64_t time_offset; /* virtual mtime less the physical one */
};

struct vdev_ops {
    const char *name;
    /* False: the bus refuses, an access fault; nothing has changed. */
    bool (*access)(void *state, struct vdev_access *a);
    /* NULL: no wires. */
    void (*lines)(void *state, unsigned hart, uint64_t now, struct vdev_lines *l);
};

/* The device has registers of this width, and the access is one. */
static inline bool vdev_aligned(const struct vdev_access *a, unsigned len)
{
    return a->len == len && a->offset % len == 0;
}

#endif
