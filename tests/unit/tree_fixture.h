/* SPDX-License-Identifier: BSD-2-Clause */
/* Device trees for tests, and what was said about them. */
#ifndef TREE_FIXTURE_H
#define TREE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <libfdt.h>
#include <stdio.h>
#include <string.h>

#include "lib/log.h"

#define TREE_BUFFER 65536

static struct {
    char text[4096];
    size_t used;
} said;

static void said_put(char c)
{
    if (said.used < sizeof(said.text) - 1 && c != '\r') {
        said.text[said.used++] = c;
        said.text[said.used] = '\0';
    }
}

static inline void said_clear(void)
{
    said.used = 0;
    said.text[0] = '\0';
    log_open(said_put);
    said.used = 0;
    said.text[0] = '\0';
}

/* Exactly one line was said, with both parts in it. */
static inline void assert_said(const char *one, const char *other)
{
    if (strstr(said.text, one) == NULL || strstr(said.text, other) == NULL ||
        strchr(said.text, '\n') != said.text + strlen(said.text) - 1) {
        fail_msg("said '%s', not one line with '%s' and '%s'", said.text, one, other);
    }
}

/* A board with two harts, one hart without an MMU, memory at 2 GiB, and what else the text names.
 */
struct tree {
    uint64_t align;
    char blob[TREE_BUFFER];
};

static inline int tree_node(struct tree *t, const char *path)
{
    int node = fdt_path_offset(t->blob, path);
    if (node < 0) {
        fail_msg("no %s: %s", path, fdt_strerror(node));
    }
    return node;
}

static inline void tree_add(struct tree *t, const char *parent, const char *name)
{
    assert_true(fdt_add_subnode(t->blob, tree_node(t, parent), name) >= 0);
}

static inline void tree_set(struct tree *t, const char *path, const char *property, const void *v,
                            size_t size)
{
    assert_int_equal(fdt_setprop(t->blob, tree_node(t, path), property, v, (int)size), 0);
}

static inline void tree_set_string(struct tree *t, const char *path, const char *property,
                                   const char *v)
{
    tree_set(t, path, property, v, strlen(v) + 1);
}

#define tree_set_cells(t, path, property, ...)                                                     \
    do {                                                                                           \
        const uint32_t host_[] = {__VA_ARGS__};                                                    \
        fdt32_t cells_[sizeof(host_) / 4];                                                         \
        for (size_t i_ = 0; i_ < sizeof(host_) / 4; i_++) {                                        \
            cells_[i_] = cpu_to_fdt32(host_[i_]);                                                  \
        }                                                                                          \
        tree_set(t, path, property, cells_, sizeof(cells_));                                       \
    } while (0)

static inline void tree_drop(struct tree *t, const char *path, const char *property)
{
    assert_int_equal(fdt_delprop(t->blob, tree_node(t, path), property), 0);
}

static inline void tree_cpu(struct tree *t, unsigned id, bool mmu)
{
    char name[16], path[32], intc[64];
    snprintf(name, sizeof(name), "cpu@%u", id);
    snprintf(path, sizeof(path), "/cpus/%s", name);
    snprintf(intc, sizeof(intc), "%s/interrupt-controller", path);
    tree_add(t, "/cpus", name);
    tree_set_string(t, path, "device_type", "cpu");
    tree_set_cells(t, path, "reg", id);
    tree_set_string(t, path, "riscv,isa", "rv64imafdc_svinval_sstc");
    tree_set(t, path, "riscv,isa-extensions", "i\0m\0a\0svinval\0sstc", 19);
    if (mmu) {
        tree_set_string(t, path, "mmu-type", "riscv,sv39");
    }
    tree_add(t, path, "interrupt-controller");
    tree_set_string(t, intc, "compatible", "riscv,cpu-intc");
    tree_set_cells(t, intc, "phandle", 10 + id);
}

static inline void tree_make(struct tree *t)
{
    assert_int_equal(fdt_create_empty_tree(t->blob, TREE_BUFFER), 0);
    tree_set_cells(t, "/", "#address-cells", 2);
    tree_set_cells(t, "/", "#size-cells", 2);
    tree_set_string(t, "/", "model", "test,board");
    tree_add(t, "/", "cpus");
    tree_set_cells(t, "/cpus", "#address-cells", 1);
    tree_set_cells(t, "/cpus", "#size-cells", 0);
    tree_set_cells(t, "/cpus", "timebase-frequency", 10000000);
    tree_cpu(t, 0, false);
    tree_cpu(t, 1, true);
    tree_cpu(t, 2, true);
    tree_add(t, "/", "memory@80000000");
    tree_set_string(t, "/memory@80000000", "device_type", "memory");
    tree_set_cells(t, "/memory@80000000", "reg", 0, 0x80000000, 0, 0x40000000);
    tree_add(t, "/", "chosen");
    tree_add(t, "/", "soc");
    tree_set_cells(t, "/soc", "#address-cells", 1);
    tree_set_cells(t, "/soc", "#size-cells", 1);
    tree_set_cells(t, "/soc", "ranges", 0, 0, 0x10000000, 0x10000000);
    tree_add(t, "/soc", "device@100");
    tree_set_cells(t, "/soc/device@100", "reg", 0x100, 0x10);
    said_clear();
}

#endif
