/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual CLINT, or ACLINT: firmware's msip, mtimecmp and mtime of every hart. It holds values,
 * no more: who runs the harts asks vclint_msip() and vclint_deadline() (or the row's lines()) and
 * makes physical interrupts of them, or not.
 *
 * Time. The virtual mtime is the physical one plus an offset, which a write to mtime changes, for
 * all harts of the device. A hart's timer is up while virtual mtime >= mtimecmp, unsigned.
 *
 * Every hart reads and writes every register. Another hart may look at msip and the deadline
 * without the device's lock: it sees the value before or after, and is told after.
 */
#ifndef VDEV_CLINT_H
#define VDEV_CLINT_H

#include "vdev/vdev.h"

struct vclint {
    /* Constant: the hart of register n, or VDEV_NOBODY (reads as zero, writes are ignored). */
    unsigned registers;
    uint8_t hart[VDEV_HARTS];
    uint64_t harts; /* bits of those that have a register */

    uint64_t msip;                 /* bit a hart */
    uint64_t mtimecmp[VDEV_HARTS]; /* by hart */
    uint64_t offset;               /* virtual mtime less physical mtime */
};

/* No msip set, no comparator ever reached, virtual time is physical time. hart[n]: the hart of
 * register n; registers <= VDEV_HARTS. */
void vclint_reset(struct vclint *c, const uint8_t *hart, unsigned registers);

/* The wire of the hart's software interrupt. */
bool vclint_msip(const struct vclint *c, unsigned hart);

/*
 * When the hart's timer interrupt comes up, in physical mtime: <= now if it is up already,
 * VDEV_NEVER if not within the range of the count. Ask again when the device said that it changed.
 */
uint64_t vclint_deadline(const struct vclint *c, unsigned hart, uint64_t now);

/* What firmware's rdtime is to add. */
uint64_t vclint_time_offset(const struct vclint *c);

/*
 * Rows of the bus, with a struct vclint as state. mtime and the comparators that it is compared
 * with share one. A CLINT is three rows: msip at 0, comparators at 0x4000, mtime from 0xbff8 to its
 * end.
 */
extern const struct vdev_ops vmswi_ops;   /* msip */
extern const struct vdev_ops vmtime_ops;  /* mtime */
extern const struct vdev_ops vmtimer_ops; /* mtimecmp */
extern const struct vdev_ops vsswi_ops;   /* setssip */

#endif
