/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/fixup.h"

#include <stdio.h>
#include <string.h>

#include "boot/scan.h"
#include "lib/log.h"
#include "spec/hart.h"

#define ISA_MAX 2048 /* a longer string than any hart's */

size_t fixup_room(unsigned harts)
{
    return 2048 + 64 * (size_t)harts;
}

/* libfdt's errors here are of one kind: no room. */
static int changed(const void *fdt, int node, const char *property, int err)
{
    return err == 0 ? 0 : tree_refuse(fdt, node, property, ERR_NO_MEMORY, fdt_strerror(err));
}

static int fix_isa(void *fdt, int cpu, const struct isa_sight *see)
{
    char out[ISA_MAX];
    int length;
    int n = 0;
    const char *isa = tree_string(fdt, cpu, "riscv,isa");
    if (isa != NULL) {
        n = isa_string_fix(isa, see, out, sizeof(out));
        if (n < 0) {
            return tree_refuse(fdt, cpu, "riscv,isa", n,
                               n == ERR_RANGE ? "too long" : "is not of RV64");
        }
        n = changed(fdt, cpu, "riscv,isa", fdt_setprop(fdt, cpu, "riscv,isa", out, n));
    }
    const char *list = fdt_getprop(fdt, cpu, "riscv,isa-extensions", &length);
    if (n == 0 && list != NULL) {
        n = isa_list_fix(list, (size_t)length, see, out, sizeof(out));
        if (n < 0) {
            return tree_refuse(fdt, cpu, "riscv,isa-extensions", n, "too long");
        }
        n = changed(fdt, cpu, "riscv,isa-extensions",
                    fdt_setprop(fdt, cpu, "riscv,isa-extensions", out, n));
    }
    return n;
}

static bool is_given(const void *fdt, int cpu, const struct fixup *f)
{
    uint64_t hartid;
    if (!scan_is_hart(fdt, cpu) || tree_hartid(fdt, cpu, &hartid) != 0) {
        return false;
    }
    for (unsigned i = 0; i < f->harts; i++) {
        if (f->hartid[i] == hartid) {
            return true;
        }
    }
    return false;
}

static int disable(void *fdt, int node)
{
    return changed(fdt, node, "status", fdt_setprop(fdt, node, "status", "disabled", 9));
}

static int fix_cpus(void *fdt, const struct fixup *f)
{
    int cpus = fdt_path_offset(fdt, "/cpus"), cpu, err = 0;
    fdt_for_each_subnode(cpu, fdt, cpus)
    {
        const char *type = tree_string(fdt, cpu, "device_type");
        if (err != 0 || type == NULL || strcmp(type, "cpu") != 0) {
            continue;
        }
        err = is_given(fdt, cpu, f) ? fix_isa(fdt, cpu, &f->see) : disable(fdt, cpu);
    }
    return err;
}

/* /reserved-memory, with the cells of the root if it has to be made. */
static int reserved_node(void *fdt)
{
    int node = fdt_path_offset(fdt, "/reserved-memory");
    if (node >= 0) {
        return node;
    }
    node = fdt_add_subnode(fdt, 0, "reserved-memory");
    if (node < 0 ||
        fdt_setprop_u32(fdt, node, "#address-cells", (uint32_t)fdt_address_cells(fdt, 0)) != 0 ||
        fdt_setprop_u32(fdt, node, "#size-cells", (uint32_t)fdt_size_cells(fdt, 0)) != 0 ||
        fdt_setprop(fdt, node, "ranges", NULL, 0) != 0) {
        return tree_refuse(fdt, 0, "reserved-memory", ERR_NO_MEMORY, "can't be added");
    }
    return node;
}

static unsigned put_cells(fdt32_t *p, unsigned n, uint64_t v)
{
    for (unsigned i = 0; i < n; i++) {
        p[i] = cpu_to_fdt32((uint32_t)(v >> (32 * (n - 1 - i))));
    }
    return n;
}

static int reserve_range(void *fdt, const struct mem_range *r)
{
    char name[40];
    fdt32_t reg[4];
    int parent = reserved_node(fdt);
    if (parent < 0) {
        return parent;
    }
    int a = fdt_address_cells(fdt, parent), s = fdt_size_cells(fdt, parent);
    if (a < 1 || a > 2 || s < 1 || s > 2 || (a == 1 && r->base >> 32) ||
        (s == 1 && r->size >> 32)) {
        return tree_refuse(fdt, parent, "#address-cells, #size-cells", ERR_RANGE,
                           "can't hold Hearth's own memory");
    }
    snprintf(name, sizeof(name), "hearth@%lx", (unsigned long)r->base);
    int node = fdt_add_subnode(fdt, parent, name);
    if (node < 0) {
        return tree_refuse(fdt, parent, name, ERR_NO_MEMORY, fdt_strerror(node));
    }
    unsigned n = put_cells(reg, (unsigned)a, r->base);
    n += put_cells(reg + n, (unsigned)s, r->size);
    int err = fdt_setprop(fdt, node, "reg", reg, (int)(4 * n));
    err = err != 0 ? err : fdt_setprop(fdt, node, "no-map", NULL, 0);
    return changed(fdt, node, "reg", err);
}

/* PLIC contexts of M: interrupt -1, which an operating system skips. */
static int hide_plic_contexts(void *fdt, int node)
{
    int length;
    const fdt32_t *p = fdt_getprop(fdt, node, "interrupts-extended", &length);
    int err = 0;
    for (int i = 1; p != NULL && i < length / 4 && err == 0; i += 2) {
        fdt32_t none = cpu_to_fdt32(UINT32_MAX);
        if (fdt32_to_cpu(p[i]) == IRQ_MEI) {
            err = fdt_setprop_inplace_namelen_partial(fdt, node, "interrupts-extended", 19,
                                                      (uint32_t)(4 * i), &none, sizeof(none));
        }
    }
    return changed(fdt, node, "interrupts-extended", err);
}

/* The controller itself, or the IMSIC that it sends to, interrupts M. */
static bool is_machine_level(const void *fdt, int node)
{
    struct tree_irq to;
    uint32_t parent;
    if (tree_u32(fdt, node, "msi-parent", &parent) == 0) {
        node = fdt_node_offset_by_phandle(fdt, parent);
    }
    return node >= 0 && tree_hart_irq(fdt, node, 0, &to) == 0 && to.irq == IRQ_MEI;
}

/* Firmware has virtual ones of all that is M's. */
static int fix_controllers(void *fdt)
{
    static const char *const plics[] = {"sifive,plic-1.0.0", "riscv,plic0", "thead,c900-plic"};
    int err = 0;
    for (int node = 0; node >= 0 && err == 0; node = fdt_next_node(fdt, node, NULL)) {
        bool plic = false;
        for (unsigned i = 0; i < ARRAY_LEN(plics); i++) {
            plic = plic || fdt_node_check_compatible(fdt, node, plics[i]) == 0;
        }
        if (plic) {
            err = hide_plic_contexts(fdt, node);
        } else if ((fdt_node_check_compatible(fdt, node, "riscv,imsics") == 0 ||
                    fdt_node_check_compatible(fdt, node, "riscv,aplic") == 0) &&
                   is_machine_level(fdt, node)) {
            err = disable(fdt, node);
        }
    }
    return err;
}

/* Firmware may be Hearth itself. */
static int drop_request(void *fdt)
{
    int node = fdt_path_offset(fdt, "/chosen/hearth/firmware");
    return node < 0 ? 0 : changed(fdt, node, NULL, fdt_del_node(fdt, node));
}

int fixup_tree(void *fdt, const struct fixup *f)
{
    int err = fix_cpus(fdt, f);
    err = err != 0 ? err : f->see.machine ? 0 : fix_controllers(fdt);
    err = err != 0 ? err : drop_request(fdt);
    for (unsigned i = 0; i < f->reserves && err == 0; i++) {
        err = f->reserve[i].size == 0 ? 0 : reserve_range(fdt, &f->reserve[i]);
    }
    return err;
}
