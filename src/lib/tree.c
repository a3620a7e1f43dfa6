/* SPDX-License-Identifier: BSD-2-Clause */
/* Source: Devicetree Specification 0.4, sections 2.3 (reg, ranges, status) and 2.4
 * (interrupts-extended). */
#include "lib/tree.h"

#include <string.h>

#include "lib/log.h"

#define DEPTH_MAX 16

int tree_check(const void *fdt)
{
    int err = fdt_check_header(fdt);
    if (err != 0) {
        return err;
    }
    uint32_t size = fdt_totalsize(fdt);
    if (size > TREE_SIZE_MAX) {
        return -FDT_ERR_BADSTRUCTURE;
    }
    return fdt_check_full(fdt, size);
}

int tree_refuse(const void *fdt, int node, const char *property, int err, const char *why)
{
    char path[96];
    if (node < 0 || fdt_get_path(fdt, node, path, sizeof(path)) != 0) {
        const char *name = node < 0 ? NULL : fdt_get_name(fdt, node, NULL);
        path[0] = '\0';
        strncat(path, name == NULL ? "?" : name, sizeof(path) - 1);
    }
    log_error("device tree: %s: %s%s%s", path, property == NULL ? "" : property,
              property == NULL ? "" : ": ", why);
    return err;
}

bool tree_enabled(const void *fdt, int node)
{
    const char *status = tree_string(fdt, node, "status");
    return status == NULL ? fdt_getprop(fdt, node, "status", NULL) == NULL
                          : strcmp(status, "okay") == 0 || strcmp(status, "ok") == 0;
}

const char *tree_string(const void *fdt, int node, const char *property)
{
    int length;
    const char *s = fdt_getprop(fdt, node, property, &length);
    if (s == NULL || length <= 0 || memchr(s, '\0', (size_t)length) == NULL) {
        return NULL;
    }
    return s;
}

static uint64_t cells(const fdt32_t *p, unsigned n)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < n; i++) {
        v = v << 32 | fdt32_to_cpu(p[i]);
    }
    return v;
}

int tree_u32(const void *fdt, int node, const char *property, uint32_t *value)
{
    int length;
    const fdt32_t *p = fdt_getprop(fdt, node, property, &length);
    if (p == NULL) {
        return ERR_MISSING;
    }
    if (length != 4) {
        return tree_refuse(fdt, node, property, ERR_INVALID, "is not one cell");
    }
    *value = fdt32_to_cpu(*p);
    return 0;
}

int tree_u64(const void *fdt, int node, const char *property, uint64_t *value)
{
    int length;
    const fdt32_t *p = fdt_getprop(fdt, node, property, &length);
    if (p == NULL) {
        return ERR_MISSING;
    }
    if (length != 4 && length != 8) {
        return tree_refuse(fdt, node, property, ERR_INVALID, "is neither one cell nor two");
    }
    *value = cells(p, (unsigned)length / 4);
    return 0;
}

/* #address-cells and #size-cells that a bus gives its children. */
static int bus_cells(const void *fdt, int bus, unsigned *address, unsigned *size)
{
    int a = fdt_address_cells(fdt, bus);
    int s = fdt_size_cells(fdt, bus);
    if (a < 1 || a > 2) {
        return tree_refuse(fdt, bus, "#address-cells", ERR_UNSUPPORTED, "is neither 1 nor 2");
    }
    if (s < 0 || s > 2) {
        return tree_refuse(fdt, bus, "#size-cells", ERR_UNSUPPORTED, "is more than 2");
    }
    *address = (unsigned)a;
    *size = (unsigned)s;
    return 0;
}

static int reg_on_bus(const void *fdt, int node, int bus, unsigned index, struct tree_range *out)
{
    unsigned a, s;
    int length;
    const fdt32_t *p = fdt_getprop(fdt, node, "reg", &length);
    if (p == NULL) {
        return ERR_MISSING;
    }
    int err = bus_cells(fdt, bus, &a, &s);
    if (err != 0) {
        return err;
    }
    unsigned entry = (a + s) * 4;
    if ((unsigned)length % entry != 0) {
        return tree_refuse(fdt, node, "reg", ERR_INVALID, "is not a multiple of the bus's cells");
    }
    if (index >= (unsigned)length / entry) {
        return ERR_MISSING;
    }
    p += index * (a + s);
    out->base = cells(p, a);
    out->size = cells(p + a, s);
    return 0;
}

int tree_reg_raw(const void *fdt, int node, unsigned index, struct tree_range *out)
{
    int bus = fdt_parent_offset(fdt, node);
    return bus < 0 ? ERR_MISSING : reg_on_bus(fdt, node, bus, index, out);
}

/* Moves a range from the addresses of bus's children to those of bus's own siblings. */
static int translate(const void *fdt, int bus, int above, struct tree_range *r)
{
    unsigned a, s, pa, ps;
    int length;
    const fdt32_t *p = fdt_getprop(fdt, bus, "ranges", &length);
    if (p == NULL) {
        return tree_refuse(fdt, bus, "ranges", ERR_MISSING,
                           "missing: the devices below can't be reached");
    }
    if (length == 0) {
        return 0;
    }
    int err = bus_cells(fdt, bus, &a, &s);
    err = err != 0 ? err : bus_cells(fdt, above, &pa, &ps);
    if (err != 0) {
        return err;
    }
    unsigned entry = a + pa + s;
    if ((unsigned)length % (entry * 4) != 0) {
        return tree_refuse(fdt, bus, "ranges", ERR_INVALID,
                           "is not a multiple of the buses' cells");
    }
    for (unsigned i = 0; i < (unsigned)length / (entry * 4); i++, p += entry) {
        uint64_t child = cells(p, a);
        uint64_t size = cells(p + a + pa, s);
        if (r->base >= child && r->base - child < size && r->size <= size - (r->base - child)) {
            r->base = r->base - child + cells(p + a, pa);
            return 0;
        }
    }
    return tree_refuse(fdt, bus, "ranges", ERR_RANGE, "doesn't hold the address of a device below");
}

int tree_reg(const void *fdt, int node, unsigned index, struct tree_range *out)
{
    int bus = fdt_parent_offset(fdt, node);
    if (bus < 0) {
        return ERR_MISSING;
    }
    int err = reg_on_bus(fdt, node, bus, index, out);
    for (unsigned depth = 0; err == 0 && bus > 0; depth++) {
        int above = fdt_parent_offset(fdt, bus);
        if (above < 0 || depth == DEPTH_MAX) {
            return tree_refuse(fdt, node, "reg", ERR_UNSUPPORTED, "too deep in the tree");
        }
        err = translate(fdt, bus, above, out);
        bus = above;
    }
    if (err == 0 && (out->size == 0 || out->base + out->size - 1 < out->base)) {
        return tree_refuse(fdt, node, "reg", ERR_RANGE, "is empty or goes beyond the last address");
    }
    return err;
}

int tree_hartid(const void *fdt, int cpu, uint64_t *hartid)
{
    int length;
    const fdt32_t *p = fdt_getprop(fdt, cpu, "reg", &length);
    if (p == NULL || (length != 4 && length != 8)) {
        return tree_refuse(fdt, cpu, "reg", ERR_INVALID, "is not a hart id");
    }
    *hartid = cells(p, (unsigned)length / 4);
    return 0;
}

int tree_hart_irq(const void *fdt, int node, unsigned index, struct tree_irq *out)
{
    static const char name[] = "interrupts-extended";
    int length;
    const fdt32_t *p = fdt_getprop(fdt, node, name, &length);
    if (p == NULL) {
        return ERR_MISSING;
    }
    if (length % 8 != 0) {
        return tree_refuse(fdt, node, name, ERR_INVALID,
                           "is not pairs of a controller and an interrupt");
    }
    if (index >= (unsigned)length / 8) {
        return ERR_MISSING;
    }
    int intc = fdt_node_offset_by_phandle(fdt, fdt32_to_cpu(p[2 * index]));
    if (intc < 0) {
        return tree_refuse(fdt, node, name, ERR_INVALID, "names a controller that doesn't exist");
    }
    out->irq = fdt32_to_cpu(p[2 * index + 1]);
    out->known = fdt_node_check_compatible(fdt, intc, "riscv,cpu-intc") == 0;
    if (!out->known) {
        return 0;
    }
    int cpu = fdt_parent_offset(fdt, intc);
    return cpu < 0 ? ERR_INVALID : tree_hartid(fdt, cpu, &out->hartid);
}
