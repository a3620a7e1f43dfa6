/* SPDX-License-Identifier: BSD-2-Clause */
/* What the device tree tells the boot: harts, memory, what is where. */
#ifndef BOOT_SCAN_H
#define BOOT_SCAN_H

#include "boot/place.h"
#include "lib/tree.h"
#include "spec/board.h"

#define SCAN_HARTS 64

struct scan {
    const char *model;
    uint64_t timebase;
    uint64_t hartid[SCAN_HARTS]; /* enabled and with an MMU */
    unsigned harts;
    unsigned others;           /* enabled, without an MMU: they stay parked */
    uint64_t isa_ext;          /* BIT(enum isa_ext) that every one of the harts names */
    const struct board *board; /* whose custom CSRs the harts have; NULL: not known */
    struct place place;        /* memory, and in it the initrd and what is reserved */
    struct mem_range initrd;   /* size 0: none */
};

/* Reads a tree that tree_check() has passed. 0, or a negative enum err with a line said. */
int scan_tree(const void *fdt, struct scan *s) must_check;

/* Is the cpu node one of scan.hartid's: enabled, with an MMU? */
bool scan_is_hart(const void *fdt, int cpu);

#endif
