/* SPDX-License-Identifier: BSD-2-Clause */
#include "drv/driver.h"

#include "lib/log.h"

struct drivers drivers;

int device_reg(const void *fdt, int node, unsigned index, uint64_t size, uint64_t align,
               struct tree_range *reg)
{
    int err = tree_reg(fdt, node, index, reg);
    if (err == ERR_MISSING) {
        return tree_refuse(fdt, node, "reg", err, index == 0 ? "missing" : "has too few regions");
    }
    if (err == 0 && (reg->size < size || reg->base % align != 0)) {
        return tree_refuse(fdt, node, "reg", ERR_INVALID,
                           "too small for the device, or not aligned");
    }
    return err;
}

int answers(const void *fdt, int node, uintptr_t at)
{
    uint32_t v;
    return answers_read(at, 4, &v)
               ? 0
               : tree_refuse(fdt, node, "reg", ERR_MISSING, "nothing answers there");
}

int by_hart_add(struct by_hart *b, uint64_t hartid, uintptr_t at)
{
    for (unsigned i = 0; i < SLOTS; i++) {
        unsigned slot = (unsigned)((hartid + i) % SLOTS);
        if (b->at[slot] == 0 || b->hartid[slot] == hartid) {
            b->hartid[slot] = hartid;
            b->at[slot] = at;
            return 0;
        }
    }
    log_error("more than %u harts", SLOTS);
    return ERR_RANGE;
}

uintptr_t by_hart_scan(const struct by_hart *b, uint64_t hartid)
{
    for (unsigned i = 0; i < SLOTS; i++) {
        if (b->hartid[i] == hartid && b->at[i] != 0) {
            return b->at[i];
        }
    }
    return 0;
}

int device_note(const void *fdt, int node, enum device_kind kind, const struct tree_range *reg,
                struct device **d)
{
    if (drivers.device_count == DRV_DEVICES) {
        return tree_refuse(fdt, node, NULL, ERR_RANGE, "too many timers and interrupt controllers");
    }
    *d = &drivers.device[drivers.device_count++];
    **d = (struct device){.kind = kind, .range = {reg->base, reg->size}};
    return 0;
}

void device_register(struct device *d, const struct tree_irq *to)
{
    if (d->registers < ARRAY_LEN(d->hartid)) {
        d->hartid[d->registers++] = to->known ? to->hartid : NO_HART;
    }
}

void drv_close(const struct tree_range *r)
{
    uint64_t size = 0x1000;
    while (size < 0x10000000 && align_down(r->base, size) + size < r->base + r->size) {
        size *= 2;
    }
    if (drivers.closed_count < DRV_CLOSED) {
        drivers.closed[drivers.closed_count++] =
            (struct mem_range){.base = align_down(r->base, size), .size = size};
    }
}
