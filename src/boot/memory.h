/* SPDX-License-Identifier: BSD-2-Clause */
/* Hearth's own memory: chosen so that nothing that the loader put there is touched. Pure. */
#ifndef BOOT_MEMORY_H
#define BOOT_MEMORY_H

#include "boot/place.h"

#define MEMORY_POOL_MIN 0x100000 /* of shadow tables, a hart */
#define MEMORY_POOL_MAX 0x800000

struct memory {
    struct mem_range hearth;      /* the image; the areas behind it if they fit */
    uint64_t areas;               /* where each hart's area is: areas + index * area */
    struct mem_range areas_range; /* size 0 if within hearth */
    struct mem_range pool;
    uint64_t pool_each; /* of each hart; a multiple of 4 KiB */
};

/*
 * Chooses, for so many harts with `area` bytes each (a multiple of 4 KiB) and the image where it
 * is, and takes what is chosen in p. 0, or a negative enum err with a line said.
 */
int memory_choose(struct place *p, struct mem_range image, unsigned harts, uint64_t area,
                  struct memory *m) must_check;

/* A place for something that the operating system gets: below 4 GiB if possible, clear of the ends
 * of the banks. 0: none. */
uint64_t memory_find(const struct place *p, uint64_t size, uint64_t align);

#endif
