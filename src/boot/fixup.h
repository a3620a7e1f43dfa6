/* SPDX-License-Identifier: BSD-2-Clause */
/* The device tree as the operating system is to see it. */
#ifndef BOOT_FIXUP_H
#define BOOT_FIXUP_H

#include "lib/tree.h"
#include "spec/mem.h"

/* How much larger than it is the tree may become. */
size_t fixup_room(unsigned harts);

/*
 * Fixes up a tree that was opened with that much room: H in every hart's extensions and without
 * those that Hearth doesn't virtualize; the ranges (size 0: none) reserved, no-map; interrupt
 * controllers of M disabled or unnamed. 0, or a negative enum err with a line said.
 */
int fixup_tree(void *fdt, const struct mem_range *reserve, unsigned count) must_check;

#endif
