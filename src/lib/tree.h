/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a device tree that nobody vouches for. Everything checks lengths and cells; what is wrong
 * is said in one line that names the node and the property, and returned as a negative enum err.
 * "Missing" (ERR_MISSING) is never said here: whether that is wrong is for the caller to know, who
 * then calls tree_refuse().
 */
#ifndef LIB_TREE_H
#define LIB_TREE_H

#include <libfdt.h>

#include "lib/bits.h"
#include "lib/err.h"

#define TREE_SIZE_MAX 0x200000u /* no tree is larger */

struct tree_range {
    uint64_t base;
    uint64_t size;
};

/* Is this a whole, well-formed tree? fdt may be anything but unreadable. Silent: returns libfdt's
 * negative error. */
int tree_check(const void *fdt) must_check;

/* Says "device tree: NODE: PROPERTY: why", returns err. node < 0 and property NULL are left out. */
int tree_refuse(const void *fdt, int node, const char *property, int err, const char *why);

/* status is absent, "okay" or "ok". */
bool tree_enabled(const void *fdt, int node);

/* The property as a string that ends within it, or NULL. */
const char *tree_string(const void *fdt, int node, const char *property);

/* One cell. */
int tree_u32(const void *fdt, int node, const char *property, uint32_t *value) must_check;

/* One or two cells, as linux,initrd-start comes. */
int tree_u64(const void *fdt, int node, const char *property, uint64_t *value) must_check;

/* Entry `index` of reg, as the parent's cells say, untranslated; an entry that is not there is
 * ERR_MISSING. */
int tree_reg_raw(const void *fdt, int node, unsigned index, struct tree_range *out) must_check;

/* The same as the processor sees it: through the ranges of all parents. size > 0, no wrap at the
 * top. */
int tree_reg(const void *fdt, int node, unsigned index, struct tree_range *out) must_check;

/* Entry `index` of interrupts-extended where the parents are harts (riscv,cpu-intc, one cell):
 * which hart, which interrupt. */
struct tree_irq {
    uint64_t hartid;
    uint32_t irq;
    bool known; /* false: its parent is no hart's interrupt controller */
};
int tree_hart_irq(const void *fdt, int node, unsigned index, struct tree_irq *out) must_check;

/* reg of a cpu node. */
int tree_hartid(const void *fdt, int cpu, uint64_t *hartid) must_check;

#endif
