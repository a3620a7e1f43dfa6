/* SPDX-License-Identifier: BSD-2-Clause */
/* Source: Devicetree Specification 0.4, chapter 3; binding riscv/cpus.yaml. */
#include "boot/scan.h"

#include <string.h>

#include "boot/isa_string.h"
#include "lib/log.h"

bool scan_is_hart(const void *fdt, int cpu)
{
    const char *type = tree_string(fdt, cpu, "device_type");
    const char *mmu = tree_string(fdt, cpu, "mmu-type");
    return type != NULL && strcmp(type, "cpu") == 0 && tree_enabled(fdt, cpu) && mmu != NULL &&
           strcmp(mmu, "riscv,none") != 0;
}

static bool is_enabled_cpu(const void *fdt, int node)
{
    const char *type = tree_string(fdt, node, "device_type");
    return type != NULL && strcmp(type, "cpu") == 0 && tree_enabled(fdt, node);
}

/* The extensions a hart names; the list is the newer form and comes first. */
static int hart_ext(const void *fdt, int cpu, uint64_t *ext)
{
    int length;
    const char *list = fdt_getprop(fdt, cpu, "riscv,isa-extensions", &length);
    if (list != NULL) {
        if (length <= 0 || list[length - 1] != '\0') {
            return tree_refuse(fdt, cpu, "riscv,isa-extensions", ERR_INVALID,
                               "doesn't end in a zero");
        }
        *ext = isa_list_ext(list, (size_t)length);
        return 0;
    }
    const char *isa = tree_string(fdt, cpu, "riscv,isa");
    if (isa == NULL) {
        return tree_refuse(fdt, cpu, "riscv,isa", ERR_MISSING,
                           "missing, and so is riscv,isa-extensions");
    }
    *ext = isa_string_ext(isa);
    return 0;
}

/* All harts of a machine are taken to be of one kind: the first that is known. */
static void find_board(const void *fdt, int cpu, struct scan *s)
{
    const char *name;
    for (int i = 0;
         s->board == NULL && (name = fdt_stringlist_get(fdt, cpu, "compatible", i, NULL)); i++) {
        s->board = board_find(name);
    }
}

static int add_hart(const void *fdt, int cpu, struct scan *s)
{
    uint64_t hartid, ext = 0;
    int err = tree_hartid(fdt, cpu, &hartid);
    err = err != 0 ? err : hart_ext(fdt, cpu, &ext);
    if (err != 0) {
        return err;
    }
    for (unsigned i = 0; i < s->harts; i++) {
        if (s->hartid[i] == hartid) {
            return tree_refuse(fdt, cpu, "reg", ERR_INVALID, "is another hart's id too");
        }
    }
    if (s->harts == SCAN_HARTS) {
        return tree_refuse(fdt, cpu, NULL, ERR_RANGE, "is the 65th hart");
    }
    s->hartid[s->harts++] = hartid;
    s->isa_ext &= ext;
    find_board(fdt, cpu, s);
    return 0;
}

static int scan_timebase(const void *fdt, int cpus, struct scan *s)
{
    int err = tree_u64(fdt, cpus, "timebase-frequency", &s->timebase);
    int cpu;
    /* the specification has it in each cpu node, RISC-V in /cpus */
    fdt_for_each_subnode(cpu, fdt, cpus)
    {
        if (err == ERR_MISSING) {
            err = tree_u64(fdt, cpu, "timebase-frequency", &s->timebase);
        }
    }
    if (err == ERR_MISSING || (err == 0 && s->timebase == 0)) {
        return tree_refuse(fdt, cpus, "timebase-frequency", ERR_INVALID, "missing or zero");
    }
    return err;
}

static int scan_cpus(const void *fdt, struct scan *s)
{
    int cpus = fdt_path_offset(fdt, "/cpus");
    if (cpus < 0) {
        return tree_refuse(fdt, 0, "cpus", ERR_MISSING, "missing");
    }
    int err = scan_timebase(fdt, cpus, s);
    int cpu;
    s->isa_ext = ~UINT64_C(0);
    fdt_for_each_subnode(cpu, fdt, cpus)
    {
        if (err == 0 && scan_is_hart(fdt, cpu)) {
            err = add_hart(fdt, cpu, s);
        } else if (is_enabled_cpu(fdt, cpu)) {
            s->others++;
        }
    }
    if (err == 0 && s->harts == 0) {
        return tree_refuse(fdt, cpus, NULL, ERR_MISSING,
                           "no enabled cpu has an mmu-type: no hart with S-mode");
    }
    return err;
}

static int add_bank(const void *fdt, int node, const struct tree_range *r, struct scan *s)
{
    int err = place_add_ram(&s->place, r->base, r->size);
    if (err == ERR_RANGE) {
        log_warn("memory at %lx is left unused: there are more than %u banks",
                 (unsigned long)r->base, PLACE_RAM);
        return 0;
    }
    return err != 0 ? tree_refuse(fdt, node, "reg", err, "overlaps other memory") : 0;
}

static int scan_memory(const void *fdt, struct scan *s)
{
    struct tree_range r;
    int node;
    fdt_for_each_subnode(node, fdt, 0)
    {
        const char *type = tree_string(fdt, node, "device_type");
        if (type == NULL || strcmp(type, "memory") != 0 || !tree_enabled(fdt, node)) {
            continue;
        }
        int err;
        for (unsigned i = 0; (err = tree_reg_raw(fdt, node, i, &r)) == 0; i++) {
            if (r.size != 0 && r.base + r.size - 1 < r.base) {
                return tree_refuse(fdt, node, "reg", ERR_RANGE, "goes beyond the last address");
            }
            err = r.size == 0 ? 0 : add_bank(fdt, node, &r, s);
            if (err != 0) {
                return err;
            }
        }
        if (err != ERR_MISSING) {
            return err;
        }
    }
    return s->place.rams != 0
               ? 0
               : tree_refuse(fdt, 0, "memory", ERR_MISSING, "no memory node with a size");
}

/* what: its name; NULL if it is only reserved. */
static int take(const void *fdt, int node, const char *property, const struct tree_range *r,
                const char *what, struct scan *s)
{
    if (r->size == 0) {
        return 0;
    }
    if (r->base + r->size - 1 < r->base) {
        return tree_refuse(fdt, node, property, ERR_RANGE, "goes beyond the last address");
    }
    int err = what == NULL ? place_reserve(&s->place, r->base, r->size)
                           : place_take(&s->place, r->base, r->size, what);
    return err == 0 ? 0 : tree_refuse(fdt, node, property, err, "one reservation too many");
}

static int scan_reserved(const void *fdt, struct scan *s)
{
    struct tree_range r;
    int err;
    for (int i = 0; i < fdt_num_mem_rsv(fdt); i++) {
        if (fdt_get_mem_rsv(fdt, i, &r.base, &r.size) != 0) {
            return tree_refuse(fdt, 0, "memory reservation block", ERR_INVALID, "can't be read");
        }
        if ((err = take(fdt, 0, "memory reservation block", &r, NULL, s)) != 0) {
            return err;
        }
    }
    int parent = fdt_path_offset(fdt, "/reserved-memory"), node;
    if (parent < 0) {
        return 0;
    }
    fdt_for_each_subnode(node, fdt, parent)
    {
        if (!tree_enabled(fdt, node)) {
            continue;
        }
        for (unsigned i = 0; (err = tree_reg_raw(fdt, node, i, &r)) == 0; i++) {
            if ((err = take(fdt, node, "reg", &r, NULL, s)) != 0) {
                return err;
            }
        }
        if (err != ERR_MISSING) {
            return err;
        }
    }
    return 0;
}

static int scan_initrd(const void *fdt, struct scan *s)
{
    uint64_t start, end;
    int chosen = fdt_path_offset(fdt, "/chosen");
    if (chosen < 0) {
        return 0;
    }
    int has_start = tree_u64(fdt, chosen, "linux,initrd-start", &start);
    int has_end = tree_u64(fdt, chosen, "linux,initrd-end", &end);
    if (has_start == ERR_MISSING && has_end == ERR_MISSING) {
        return 0;
    }
    if (has_start != 0 || has_end != 0 || end < start) {
        return tree_refuse(fdt, chosen, "linux,initrd-start, linux,initrd-end", ERR_INVALID,
                           "is no range");
    }
    s->initrd = (struct mem_range){start, end - start};
    struct tree_range r = {start, end - start};
    return take(fdt, chosen, "linux,initrd-end", &r, "the initrd", s);
}

int scan_tree(const void *fdt, struct scan *s)
{
    memset(s, 0, sizeof(*s));
    s->model = tree_string(fdt, 0, "model");
    if (s->model == NULL) {
        s->model = tree_string(fdt, 0, "compatible");
    }
    s->model = s->model == NULL ? "unnamed machine" : s->model;
    int err = scan_cpus(fdt, s);
    err = err != 0 ? err : scan_memory(fdt, s);
    err = err != 0 ? err : scan_reserved(fdt, s);
    return err != 0 ? err : scan_initrd(fdt, s);
}
