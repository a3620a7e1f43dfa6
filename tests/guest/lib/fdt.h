/* SPDX-License-Identifier: BSD-2-Clause */
/* Reading the flattened device tree, as much as the tests need. */
#ifndef GUEST_FDT_H
#define GUEST_FDT_H

#include <stdbool.h>
#include <stdint.h>

struct fdt_prop {
    const char *path[8]; /* node names from the root, "" first */
    unsigned depth;      /* how many of them */
    const char *name;
    const uint8_t *data;
    uint32_t len;
};

/* Calls fn for every property of the tree; fn returns true to stop. */
void fdt_each(const void *dtb, bool (*fn)(const struct fdt_prop *p, void *arg), void *arg);
uint32_t fdt_u32(const uint8_t *p);
uint64_t fdt_u64(const uint8_t *p);
/* Whether the node name is name or name@unit. */
bool fdt_named(const char *node, const char *name);

struct region {
    uint64_t base, size;
};
/* Children of /reserved-memory with a reg; returns how many there are, at most max are stored. */
unsigned fdt_reserved(const void *dtb, struct region *out, unsigned max);
/* /memory nodes, the same way. */
unsigned fdt_memory(const void *dtb, struct region *out, unsigned max);

#endif
