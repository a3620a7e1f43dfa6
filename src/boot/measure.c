/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/measure.h"

#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "lib/tree.h"

static void hash(struct mem_range r, uint8_t digest[SHA256_SIZE])
{
    sha256((const void *)(uintptr_t)r.base, r.size, digest);
}

bool measure_is(struct mem_range range, const uint8_t digest[SHA256_SIZE])
{
    uint8_t is[SHA256_SIZE];
    hash(range, is);
    return memcmp(is, digest, SHA256_SIZE) == 0;
}

void measure_add(struct measure *m, const char *what, struct mem_range range)
{
    char hex[2 * SHA256_SIZE + 1];
    if (range.size == 0 || m->count == MEASURE_MAX) {
        return;
    }
    m->item[m->count].what = what;
    m->item[m->count].range = range;
    hash(range, m->item[m->count].digest);
    for (unsigned i = 0; i < SHA256_SIZE; i++) {
        snprintf(hex + 2 * i, 3, "%02x", m->item[m->count].digest[i]);
    }
    log_info("measured %s, %lu bytes at %lx: sha256 %s", what, (unsigned long)range.size,
             (unsigned long)range.base, hex);
    m->count++;
}

static int add_node(void *fdt, int parent, const char *name)
{
    int node = fdt_subnode_offset(fdt, parent, name);
    return node >= 0 ? node : fdt_add_subnode(fdt, parent, name);
}

static int add_item(void *fdt, const char *what, struct mem_range r, const uint8_t *digest)
{
    fdt64_t reg[] = {cpu_to_fdt64(r.base), cpu_to_fdt64(r.size)};
    int node = fdt_add_subnode(fdt, fdt_path_offset(fdt, "/chosen/hearth/measured"), what);
    int err = node < 0 ? node : fdt_setprop(fdt, node, "reg", reg, sizeof(reg));
    return err != 0 ? err : fdt_setprop(fdt, node, "sha256", digest, SHA256_SIZE);
}

int measure_tree(void *fdt, const struct measure *m)
{
    int node = fdt_path_offset(fdt, "/chosen/hearth/measured");
    int err = node >= 0 ? fdt_del_node(fdt, node) : 0;
    node = err == 0 ? add_node(fdt, 0, "chosen") : err;
    node = node >= 0 ? add_node(fdt, node, "hearth") : node;
    node = node >= 0 ? fdt_add_subnode(fdt, node, "measured") : node;
    err = node < 0 ? node : fdt_setprop_u32(fdt, node, "#address-cells", 2);
    err = err != 0 ? err : fdt_setprop_u32(fdt, node, "#size-cells", 2);
    for (unsigned i = 0; i < m->count && err == 0; i++) {
        err = add_item(fdt, m->item[i].what, m->item[i].range, m->item[i].digest);
    }
    return err == 0 ? 0
                    : tree_refuse(fdt, -1, "measured", ERR_NO_MEMORY,
                                  "can't be added to /chosen/hearth");
}
