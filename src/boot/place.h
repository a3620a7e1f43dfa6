/* SPDX-License-Identifier: BSD-2-Clause */
/* Where things are in memory and where there is room. Pure. */
#ifndef BOOT_PLACE_H
#define BOOT_PLACE_H

#include "spec/mem.h"

#define PLACE_RAM   8
#define PLACE_TAKEN 48

/* What stands in memory already, and its name for a message. */
struct taken {
    struct mem_range range;
    const char *what;
    bool reserved; /* nobody's in particular: Hearth may stand in it already */
};

struct place {
    struct mem_range ram[PLACE_RAM];
    unsigned rams;
    struct taken taken[PLACE_TAKEN];
    unsigned takens;
};

/* Add a range (size > 0, no wrap). ERR_RANGE if there is no slot left. RAM that overlaps RAM is
 * ERR_OVERLAP. */
int place_add_ram(struct place *p, uint64_t base, uint64_t size) must_check;
int place_take(struct place *p, uint64_t base, uint64_t size, const char *what) must_check;
int place_reserve(struct place *p, uint64_t base, uint64_t size) must_check;

/* Is all of it RAM, in one bank? */
bool place_is_ram(const struct place *p, uint64_t base, uint64_t size);

/* The first thing that stands in the range (with_reserved: or is kept free there), or NULL. */
const struct taken *place_overlap(const struct place *p, uint64_t base, uint64_t size,
                                  bool with_reserved);

/*
 * The highest free place, aligned (a power of two), that ends at or below `limit` and, in a bank
 * that is larger than it, `margin` below the bank's end. 0 if there is none.
 */
uint64_t place_find(const struct place *p, uint64_t size, uint64_t align, uint64_t limit,
                    uint64_t margin);

uint64_t place_total(const struct place *p);

/* RAM without the `holes` into out, ascending within a bank. Returns the count or ERR_RANGE if
 * there are more than max. */
int place_without(const struct place *p, const struct mem_range *hole, unsigned holes,
                  struct mem_range *out, unsigned max) must_check;

#endif
