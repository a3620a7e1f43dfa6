/* SPDX-License-Identifier: BSD-2-Clause */
/* The device tree as the operating system is to see it. */
#ifndef BOOT_FIXUP_H
#define BOOT_FIXUP_H

#include "boot/isa_string.h"
#include "lib/tree.h"
#include "spec/mem.h"

/* How much larger than it is the tree may become, with so many harts in all. */
size_t fixup_room(unsigned harts);

struct fixup {
    const uint64_t *hartid; /* the harts that the operating system gets */
    unsigned harts;
    const struct mem_range *reserve; /* size 0: none */
    unsigned reserves;
    struct isa_sight see; /* of who gets the tree first */
};

/*
 * Fixes up a tree that was opened with that much room: H in every hart's extensions and without
 * those that Hearth doesn't virtualize; other harts disabled; the ranges reserved, no-map;
 * interrupt controllers of M disabled or unnamed, but for firmware, whose own node goes: it is not
 * asked to run firmware itself. 0, or a negative enum err with a line said.
 */
int fixup_tree(void *fdt, const struct fixup *f) must_check;

#endif
