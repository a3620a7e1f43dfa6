/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual devices of a world with firmware: which address is whose, and what their wires to a
 * hart hold. A world without firmware has no bus (world->bus == NULL).
 *
 * A device is a row {base, size, ops, state, lock}; rows are constant after boot. The device itself
 * is pure (vdev/vdev.h). The row's lock protects its state; rows with the same state share it. No
 * lock is held when another hart is told of something.
 *
 * Use. A load or store of virtual M (or of S, where the virtual PMP allows it) that trapped because
 * it lies in a closed range:
 *     switch (bus_access(vh, pa, len, write, &value)) {
 *     case BUS_OK:    done; value is what was read, zero-extended
 *     case BUS_NONE:  no virtual device: the physical address, if it may be reached at all
 *     case BUS_FAULT: an access fault (the device has no such access)
 *     }
 * Wires. Whenever something may have changed them host_lines(vh) is called on the hart concerned:
 * by bus_access() for the own hart before it returns, by request_serve() (REQUEST_LINES) for
 * others. It asks bus_lines() and makes vh->h.line and the comparator of it. The host itself calls
 * it on a physical MTI or MEI, before mip is read by the guest, and before it injects MEI: the
 * answer is always the present truth, and a wire may have dropped since.
 */
#ifndef CORE_BUS_H
#define CORE_BUS_H

#include "core/vhart.h"
#include "lib/lock.h"
#include "spec/imsic.h"
#include "vdev/imsic.h"
#include "vdev/vdev.h"

#define BUS_ROWS 16

struct bus_row {
    uint64_t base, size;
    const struct vdev_ops *ops;
    void *state;
    struct lock *lock; /* protects *state */
};

struct bus {
    struct bus_row row[BUS_ROWS];
    unsigned count;
    const struct bus_row *imsic; /* one of the rows of the M-level interrupt files, or NULL */
};

enum bus_result { BUS_OK, BUS_NONE, BUS_FAULT };

/* Boot: adds a row. ERR_RANGE if there are too many, ERR_OVERLAP if it lies over another. */
int bus_add(struct bus *bus, const struct bus_row *row) must_check;

/* The row whose range has pa, or NULL; NULL without a bus. */
const struct bus_row *bus_find(const struct world *w, uint64_t pa);

/*
 * One access by this hart. len: 1, 2, 4 or 8; pa + len must not wrap. On a write *value is what is
 * written. Afterwards the harts whose wires changed know of it: this one by host_lines(), others by
 * a request.
 */
enum bus_result bus_access(struct vhart *vh, uint64_t pa, unsigned len, bool write,
                           uint64_t *value) must_check;

/*
 * What mtopei and mireg reach (struct isa, imsic_m): this hart's file. Who executes an access to
 * them holds the lock meanwhile, and calls host_lines() after a write.
 */
extern const struct imsic_file bus_imsic_file;
void bus_imsic_lock(const struct vhart *vh);
void bus_imsic_unlock(const struct vhart *vh);

/*
 * What all devices drive into this hart now (physical mtime), and when its timer comes up. SEI in
 * `up` is a line of HS's that a device keeps from it while a guest runs (vdev/plic.h: capture). A
 * physical M external interrupt that is not to arrive again until something changes has been made
 * quiet when this returns.
 */
struct vdev_lines bus_lines(struct vhart *vh, uint64_t now);

#endif
