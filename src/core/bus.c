/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/bus.h"

#include "core/request.h"
#include "core/world.h"
#include "host/host.h"
#include "lib/err.h"

static bool overlaps(const struct bus_row *row, uint64_t pa, uint64_t len)
{
    return pa < row->base + row->size && pa + len > row->base;
}

int bus_add(struct bus *bus, const struct bus_row *row)
{
    for (unsigned i = 0; i < bus->count; i++) {
        if (overlaps(&bus->row[i], row->base, row->size)) {
            return ERR_OVERLAP;
        }
    }
    if (bus->count == BUS_ROWS) {
        return ERR_RANGE;
    }
    bus->row[bus->count] = *row;
    if (row->ops == &vimsic_ops) {
        bus->imsic = &bus->row[bus->count];
    }
    bus->count++;
    return 0;
}

/* The row that has a byte of these. */
static const struct bus_row *row_at(const struct world *w, uint64_t pa, uint64_t len)
{
    const struct bus *bus = w->bus;
    for (unsigned i = 0; bus != NULL && i < bus->count; i++) {
        if (overlaps(&bus->row[i], pa, len)) {
            return &bus->row[i];
        }
    }
    return NULL;
}

const struct bus_row *bus_find(const struct world *w, uint64_t pa)
{
    return row_at(w, pa, 1);
}

static void tell(struct vhart *vh, uint64_t harts, uint32_t request)
{
    for (uint64_t left = harts & ~BIT(vh->index); left != 0; left &= left - 1) {
        struct vhart *target = vharts[__builtin_ctzll(left)];
        if (target != NULL) {
            request_post(target, request);
        }
    }
}

enum bus_result bus_access(struct vhart *vh, uint64_t pa, unsigned len, bool write, uint64_t *value)
{
    const struct bus_row *row = row_at(vh->world, pa, len);
    if (row == NULL) {
        return BUS_NONE;
    }
    struct vdev_access a = {.offset = pa - row->base,
                            .len = len,
                            .write = write,
                            .value = write ? *value & (~UINT64_C(0) >> (64 - 8 * len)) : 0,
                            .now = host_mtime()};
    if (pa < row->base || a.offset + len > row->size) {
        return BUS_FAULT;
    }
    lock_take(row->lock);
    bool done = row->ops->access(row->state, &a);
    lock_drop(row->lock);
    if (!done) {
        return BUS_FAULT;
    }
    if (!write) {
        *value = a.value;
    }
    tell(vh, a.lines, REQUEST_LINES);
    tell(vh, a.ssip, REQUEST_IPI);
    if (a.lines & BIT(vh->index)) {
        host_lines(vh);
    }
    if (a.ssip & BIT(vh->index)) {
        host_raise_ssip(vh);
    }
    return BUS_OK;
}

static struct vimsic *files_of(const struct hart *h)
{
    return (struct vimsic *)((const struct vhart *)h)->world->bus->imsic->state;
}

static struct vimsic_file *file_of(const struct hart *h)
{
    return &files_of(h)->file[((const struct vhart *)h)->index];
}

static uint64_t file_read(const struct hart *h, unsigned select)
{
    uint64_t v = 0;
    (void)!vimsic_register(files_of(h), file_of(h), select, 0, 0, &v);
    return v;
}

static void file_write(struct hart *h, unsigned select, uint64_t v)
{
    uint64_t old;
    (void)!vimsic_register(files_of(h), file_of(h), select, ~UINT64_C(0), v, &old);
}

static uint64_t file_topei(const struct hart *h)
{
    return vimsic_topei(files_of(h), file_of(h), false);
}

static void file_claim(struct hart *h)
{
    (void)vimsic_topei(files_of(h), file_of(h), true);
}

const struct imsic_file bus_imsic_file = {file_read, file_write, file_topei, file_claim};

void bus_imsic_lock(const struct vhart *vh)
{
    lock_take(vh->world->bus->imsic->lock);
}

void bus_imsic_unlock(const struct vhart *vh)
{
    lock_drop(vh->world->bus->imsic->lock);
}

struct vdev_lines bus_lines(struct vhart *vh, uint64_t now)
{
    struct vdev_lines l = {.deadline = VDEV_NEVER};
    const struct bus *bus = vh->world->bus;

    for (unsigned i = 0; bus != NULL && i < bus->count; i++) {
        const struct bus_row *row = &bus->row[i];
        if (row->ops->lines != NULL) {
            lock_take(row->lock);
            row->ops->lines(row->state, vh->index, now, &l);
            lock_drop(row->lock);
        }
    }
    return l;
}
