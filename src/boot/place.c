/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/place.h"

#include "lib/err.h"

/* Both are not empty and don't wrap. */
static bool overlap(const struct mem_range *r, uint64_t base, uint64_t size)
{
    return base <= r->base + (r->size - 1) && r->base <= base + (size - 1);
}

int place_add_ram(struct place *p, uint64_t base, uint64_t size)
{
    for (unsigned i = 0; i < p->rams; i++) {
        if (overlap(&p->ram[i], base, size)) {
            return ERR_OVERLAP;
        }
    }
    if (p->rams == PLACE_RAM) {
        return ERR_RANGE;
    }
    p->ram[p->rams++] = (struct mem_range){base, size};
    return 0;
}

static int add_taken(struct place *p, const struct taken *t)
{
    if (p->takens == PLACE_TAKEN) {
        return ERR_RANGE;
    }
    p->taken[p->takens++] = *t;
    return 0;
}

int place_take(struct place *p, uint64_t base, uint64_t size, const char *what)
{
    struct taken t = {.range = {base, size}, .what = what};
    return add_taken(p, &t);
}

int place_reserve(struct place *p, uint64_t base, uint64_t size)
{
    struct taken t = {.range = {base, size}, .what = "reserved memory", .reserved = true};
    return add_taken(p, &t);
}

bool place_is_ram(const struct place *p, uint64_t base, uint64_t size)
{
    for (unsigned i = 0; i < p->rams; i++) {
        const struct mem_range *r = &p->ram[i];
        if (base >= r->base && size <= r->size && base - r->base <= r->size - size) {
            return true;
        }
    }
    return false;
}

const struct taken *place_overlap(const struct place *p, uint64_t base, uint64_t size,
                                  bool with_reserved)
{
    for (unsigned i = 0; i < p->takens; i++) {
        if (overlap(&p->taken[i].range, base, size) && (with_reserved || !p->taken[i].reserved)) {
            return &p->taken[i];
        }
    }
    return NULL;
}

/* Downwards from `end` within the bank, past what is taken. */
static uint64_t find_in(const struct place *p, const struct mem_range *bank, uint64_t end,
                        uint64_t size, uint64_t align)
{
    while (end >= bank->base && end - bank->base >= size) {
        uint64_t base = align_down(end - size, align);
        if (base < bank->base || base == 0) {
            return 0;
        }
        const struct taken *t = place_overlap(p, base, size, true);
        if (t == NULL) {
            return base;
        }
        end = t->range.base;
    }
    return 0;
}

uint64_t place_find(const struct place *p, uint64_t size, uint64_t align, uint64_t limit,
                    uint64_t margin)
{
    uint64_t best = 0;
    for (unsigned i = 0; i < p->rams; i++) {
        const struct mem_range *bank = &p->ram[i];
        uint64_t end = bank->base + (bank->size - 1); /* of the last byte: a bank may end at 2^64 */
        end = end == UINT64_MAX ? end : end + 1;
        end = bank->size > margin ? end - margin : end;
        best = max_u64(best, find_in(p, bank, min_u64(end, limit), size, align));
    }
    return best;
}

uint64_t place_total(const struct place *p)
{
    uint64_t total = 0;
    for (unsigned i = 0; i < p->rams; i++) {
        total += p->ram[i].size;
    }
    return total;
}

/* The hole with the lowest base that touches [base, end], or NULL. */
static const struct mem_range *first_hole(const struct mem_range *hole, unsigned holes,
                                          uint64_t base, uint64_t end)
{
    const struct mem_range *first = NULL;
    for (unsigned i = 0; i < holes; i++) {
        if (hole[i].size != 0 && overlap(&hole[i], base, end - base + 1) &&
            (first == NULL || hole[i].base < first->base)) {
            first = &hole[i];
        }
    }
    return first;
}

int place_without(const struct place *p, const struct mem_range *hole, unsigned holes,
                  struct mem_range *out, unsigned max)
{
    unsigned n = 0;
    for (unsigned i = 0; i < p->rams; i++) {
        uint64_t base = p->ram[i].base, end = base + (p->ram[i].size - 1);
        for (bool more = true; more;) {
            const struct mem_range *h = first_hole(hole, holes, base, end);
            uint64_t last = h == NULL ? end : h->base - 1;
            if (h == NULL || h->base > base) {
                if (n == max) {
                    return ERR_RANGE;
                }
                out[n++] = (struct mem_range){base, last - base + 1};
            }
            more = h != NULL && h->base + (h->size - 1) < end;
            base = more ? h->base + h->size : base;
        }
    }
    return (int)n;
}
