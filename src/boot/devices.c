/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/devices.h"

#include <string.h>

#include "core/bus.h"
#include "drv/drv.h"
#include "lib/err.h"
#include "lib/log.h"
#include "vdev/aplic.h"
#include "vdev/clint.h"
#include "vdev/imsic.h"

/* A device's state and its lock. MTIME rows share those of the MTIMER that follows them. */
struct clint {
    struct vclint state;
    struct lock lock;
};
static struct clint clints[DRV_DEVICES];
static struct imsic {
    struct vimsic state[DRV_DEVICES];
    struct vimsic_file file[VDEV_HARTS];
    struct lock lock; /* protects all of it: a hart's CSRs reach its file by any region */
} imsic;
static struct aplic {
    struct vaplic state;
    struct lock lock;
} aplics[DRV_DEVICES];
static struct bus bus;

/* By hart index, of each register. */
static void map_harts(const struct world *w, const struct device *d, uint8_t *hart)
{
    for (unsigned n = 0; n < d->registers; n++) {
        const struct vhart *vh = vhart_by_id(w, d->hartid[n]);
        hart[n] = vh == NULL ? VDEV_NOBODY : (uint8_t)vh->index;
    }
}

static int add(const struct mem_range *range, const struct vdev_ops *ops, void *state,
               struct lock *lock)
{
    const struct bus_row row = {range->base, range->size, ops, state, lock};
    int err = bus_add(&bus, &row);
    if (err != 0) {
        log_error("virtual %s at %lx: %s", ops->name, (unsigned long)row.base, err_name(err));
    }
    return err;
}

static int add_clint(const struct world *w, const struct device *d, struct clint *c,
                     const struct vdev_ops *ops)
{
    uint8_t hart[VDEV_HARTS];
    map_harts(w, d, hart);
    vclint_reset(&c->state, hart, d->registers);
    return add(&d->range, ops, &c->state, &c->lock);
}

static int add_imsic(const struct world *w, const struct device *d, struct vimsic *m)
{
    *m = (struct vimsic){.identities = d->identities, .stride = d->stride, .file = imsic.file};
    m->claim = drivers.msi->claim;
    memset(m->hart, VDEV_NOBODY, sizeof(m->hart));
    map_harts(w, d, m->hart);
    return add(&d->range, &vimsic_ops, m, &imsic.lock);
}

static uint32_t read32(uintptr_t at)
{
    return *(volatile uint32_t *)at;
}

static void write32(uintptr_t at, uint32_t v)
{
    *(volatile uint32_t *)at = v;
}

static int add_aplic(const struct world *w, const struct device *d, struct aplic *a)
{
    struct vaplic *p = &a->state;
    p->base = d->range.base;
    p->read = read32;
    p->write = write32;
    p->line = external_line;
    p->sources = d->sources;
    p->children = d->children;
    p->msi = d->msi;
    p->reserved = d->msi && drivers.msi != NULL ? drivers.msi->reserved : 0;
    p->indices = d->registers;
    memset(p->hart, VDEV_NOBODY, sizeof(p->hart));
    map_harts(w, d, p->hart);
    return add(&d->range, &vaplic_ops, p, &a->lock);
}

static int add_device(const struct world *w, const struct device *d, unsigned i)
{
    switch (d->kind) {
    case DEVICE_MSWI:
        return add_clint(w, d, &clints[i], &vmswi_ops);
    case DEVICE_MTIME: /* its comparators are the next device */
        return add(&d->range, &vmtime_ops, &clints[i + 1].state, &clints[i + 1].lock);
    case DEVICE_MTIMER:
        return add_clint(w, d, &clints[i], &vmtimer_ops);
    case DEVICE_IMSIC:
        return add_imsic(w, d, &imsic.state[i]);
    case DEVICE_APLIC:
        return add_aplic(w, d, &aplics[i]);
    }
    return ERR_UNSUPPORTED;
}

/* The model is the driver's; from now on it is not the hart's alone. */
static int add_plic(const struct world *w, struct plic *p)
{
    for (unsigned slot = 0; slot < p->harts; slot++) {
        const struct vhart *vh = vhart_by_id(w, p->hartid[slot]);
        if (vh != NULL) {
            vplic_hart(&p->model, slot, vh->index);
        }
    }
    return add(&p->range, &vplic_ops, &p->model, &p->lock);
}

int devices_make(struct world *w)
{
    for (unsigned i = 0; i < drivers.plics; i++) {
        int err = add_plic(w, drivers.plic[i]);
        if (err != 0) {
            return err;
        }
    }
    for (unsigned i = 0; i < drivers.device_count; i++) {
        int err = add_device(w, &drivers.device[i], i);
        if (err != 0) {
            return err;
        }
    }
    w->bus = &bus;
    w->isa.imsic_m = bus.imsic != NULL ? &bus_imsic_file : NULL;
    return 0;
}
