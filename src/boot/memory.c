/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/memory.h"

#include "lib/err.h"
#include "lib/log.h"

#define PAGE   0x1000
#define BELOW  (UINT64_C(1) << 32)
#define MARGIN 0x8000000 /* boot loaders move themselves to the end of memory without asking */

uint64_t memory_find(const struct place *p, uint64_t size, uint64_t align)
{
    static const uint64_t limit[] = {BELOW, BELOW, UINT64_MAX}, margin[] = {MARGIN, 0, 0};
    uint64_t base = 0;
    for (unsigned i = 0; i < ARRAY_LEN(limit) && base == 0; i++) {
        base = place_find(p, size, align, limit[i], margin[i]);
    }
    return base;
}

static uint64_t power_above(uint64_t v)
{
    uint64_t n = PAGE;
    while (n < v) {
        n *= 2;
    }
    return n;
}

static bool is_free(const struct place *p, uint64_t base, uint64_t size)
{
    return place_is_ram(p, base, size) && place_overlap(p, base, size, true) == NULL;
}

/* The image up to `size`, and on to a naturally aligned power of two (one PMP entry) if nothing
 * stands there. */
static struct mem_range around(const struct place *p, struct mem_range image, uint64_t size)
{
    uint64_t whole = power_above(size);
    bool aligned = (image.base & (whole - 1)) == 0;
    if (aligned && whole > image.size && is_free(p, image.base + image.size, whole - image.size)) {
        size = whole;
    }
    return (struct mem_range){image.base, size};
}

static int choose_areas(struct place *p, struct mem_range image, uint64_t size, struct memory *m)
{
    m->areas_range = (struct mem_range){0, 0};
    if (is_free(p, image.base + image.size, size)) {
        m->areas = image.base + image.size;
        m->hearth = around(p, image, image.size + size);
        return 0;
    }
    m->hearth = around(p, image, image.size);
    uint64_t whole = power_above(size);
    m->areas = memory_find(p, whole, whole);
    if (m->areas == 0) {
        log_error("too little memory: no %lu KiB free for the harts' stacks",
                  (unsigned long)(whole >> 10));
        return ERR_NO_MEMORY;
    }
    m->areas_range = (struct mem_range){m->areas, whole};
    return place_take(p, m->areas, whole, "Hearth's stacks");
}

/* A thirty-second of memory, within the limits, rounded down to a power of two for the PMP; less if
 * no such place is free. */
static int choose_pool(struct place *p, unsigned harts, struct memory *m)
{
    uint64_t least = MEMORY_POOL_MIN * (uint64_t)harts, most = MEMORY_POOL_MAX * (uint64_t)harts;
    uint64_t want = min_u64(max_u64(place_total(p) / 32, least), most);
    uint64_t size = power_above(want);
    size = size > want && size / 2 >= least ? size / 2 : size;
    uint64_t base = memory_find(p, size, size);
    while (base == 0 && size / 2 >= least) {
        size /= 2;
        base = memory_find(p, size, size);
    }
    if (base == 0) {
        log_error(
            "too little memory: no %lu KiB free for shadow tables (%u harts, %lu KiB of memory)",
            (unsigned long)(size >> 10), harts, (unsigned long)(place_total(p) >> 10));
        return ERR_NO_MEMORY;
    }
    m->pool = (struct mem_range){base, size};
    m->pool_each = align_down(size / harts, PAGE);
    return place_take(p, base, size, "Hearth's shadow tables");
}

int memory_choose(struct place *p, struct mem_range image, unsigned harts, uint64_t area,
                  struct memory *m)
{
    image.size = align_up(image.size, PAGE);
    const struct taken *t = place_overlap(p, image.base, image.size, false);
    if (t != NULL) {
        log_error("%s at %lx-%lx overlaps Hearth at %lx-%lx", t->what, (unsigned long)t->range.base,
                  (unsigned long)(t->range.base + t->range.size - 1), (unsigned long)image.base,
                  (unsigned long)(image.base + image.size - 1));
        return ERR_OVERLAP;
    }
    int err = choose_areas(p, image, area * harts, m);
    err = err != 0 ? err : place_take(p, m->hearth.base, m->hearth.size, "Hearth");
    return err != 0 ? err : choose_pool(p, harts, m);
}
