/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/firmware.h"

#include <stdio.h>
#include <string.h>

#include "lib/log.h"
#include "lib/tree.h"

#define PAGE UINT64_C(0x1000)

static int read_file(const void *fdt, int node, struct mem_range built_in, struct firmware_asked *a)
{
    struct tree_range r;
    int err = tree_reg_raw(fdt, node, 0, &r);
    if (err == ERR_MISSING) {
        a->file = built_in;
        a->built_in = true;
        return built_in.size != 0
                   ? 0
                   : tree_refuse(fdt, node, "reg", ERR_MISSING, "missing, and nothing is built in");
    }
    if (err == 0 && (r.size == 0 || r.base + (r.size - 1) < r.base)) {
        return tree_refuse(fdt, node, "reg", ERR_RANGE, "is empty or goes beyond the last address");
    }
    a->file = (struct mem_range){r.base, r.size};
    return err;
}

static int read_addresses(const void *fdt, int node, struct firmware_asked *a)
{
    int err = tree_u64(fdt, node, "load", &a->load);
    if ((err == 0 || err == ERR_MISSING) && a->load % PAGE != 0) {
        return tree_refuse(fdt, node, "load", ERR_INVALID, "is not a multiple of 4096");
    }
    err = err == ERR_MISSING ? 0 : err;
    if (err == 0 && (err = tree_u64(fdt, node, "size", &a->size)) == 0) {
        a->sized = true;
    }
    err = err == ERR_MISSING ? 0 : err;
    if (err == 0 && (a->size < a->file.size || a->load + (a->size - 1) < a->load)) {
        return tree_refuse(fdt, node, a->sized ? "size" : "reg", ERR_RANGE,
                           a->sized ? "less than the file's, or beyond the last address"
                                    : "goes beyond the last address once it is loaded");
    }
    return err;
}

static int read_policy(const void *fdt, int node, const char *built_in, struct firmware_asked *a)
{
    const char *name = tree_string(fdt, node, "policy");
    if (name == NULL && fdt_getprop(fdt, node, "policy", NULL) != NULL) {
        return tree_refuse(fdt, node, "policy", ERR_INVALID, "is not a string");
    }
    a->policy = policy_find(name == NULL ? built_in : name);
    if (a->policy != NULL) {
        return 0;
    }
    char why[128];
    int n = snprintf(why, sizeof(why), "no such policy; there are:");
    for (unsigned i = 0; policy_name(i) != NULL && n > 0 && (size_t)n < sizeof(why); i++) {
        n += snprintf(why + n, sizeof(why) - (size_t)n, " %s", policy_name(i));
    }
    return tree_refuse(fdt, node, "policy", ERR_UNSUPPORTED, why);
}

static int read_digest(const void *fdt, int node, struct firmware_asked *a)
{
    int length;
    a->sha256 = fdt_getprop(fdt, node, "sha256", &length);
    return a->sha256 == NULL || length == FIRMWARE_DIGEST
               ? 0
               : tree_refuse(fdt, node, "sha256", ERR_INVALID, "is not 32 bytes");
}

static bool has(const void *fdt, int node, const char *property)
{
    return fdt_getprop(fdt, node, property, NULL) != NULL;
}

int firmware_read(const void *fdt, struct mem_range built_in, const char *policy,
                  uint64_t otherwise, struct firmware_asked *a)
{
    int node = fdt_path_offset(fdt, "/chosen/hearth/firmware");
    memset(a, 0, sizeof(*a));
    a->present = node >= 0 ? tree_enabled(fdt, node) : built_in.size != 0;
    a->file = built_in;
    a->built_in = true;
    a->load = otherwise;
    a->policy = policy_find(policy);
    a->offload = true;
    a->hypervisor = true;
    if (!a->present || node < 0) {
        a->size = max_u64(align_up(built_in.size, PAGE), FIRMWARE_SIZE);
        return 0;
    }
    a->built_in = false;
    a->offload = !has(fdt, node, "no-offload");
    a->hypervisor = !has(fdt, node, "no-hypervisor");
    int err = read_file(fdt, node, built_in, a);
    a->size = max_u64(align_up(a->file.size, PAGE), FIRMWARE_SIZE);
    err = err != 0 ? err : read_addresses(fdt, node, a);
    err = err != 0 ? err : read_policy(fdt, node, policy, a);
    return err != 0 ? err : read_digest(fdt, node, a);
}

/* There are only zeros, as far as one looks. */
static bool is_blank(const struct mem_range *file)
{
    const uint8_t *p = (const uint8_t *)(uintptr_t)file->base;
    for (uint64_t i = 0; i < min_u64(file->size, 16); i++) {
        if (p[i] != 0) {
            return false;
        }
    }
    return true;
}

static int check_file(const void *fdt, int node, struct place *p, const struct firmware_asked *a)
{
    if (a->built_in) {
        return 0;
    }
    if (!place_is_ram(p, a->file.base, a->file.size)) {
        return tree_refuse(fdt, node, "reg", ERR_RANGE, "is not in memory");
    }
    if (is_blank(&a->file)) {
        return tree_refuse(fdt, node, "reg", ERR_MISSING, "nothing but zeros there: no firmware");
    }
    const struct taken *t = place_overlap(p, a->file.base, a->file.size, false);
    if (t != NULL) {
        log_error("%s at %lx overlaps the firmware's file at %lx-%lx", t->what,
                  (unsigned long)t->range.base, (unsigned long)a->file.base,
                  (unsigned long)(a->file.base + a->file.size - 1));
        return ERR_OVERLAP;
    }
    return 0;
}

/* What is next, or something else of the loader's, may begin right behind the image. */
static void shorten(const struct place *p, const struct next *next, struct firmware_asked *a)
{
    uint64_t least = align_up(a->file.size, PAGE);
    const struct taken *t;
    while (a->size > least && !place_is_ram(p, a->load, a->size)) {
        a->size = max_u64(least, a->size / 2);
    }
    if (next->pc > a->load && next->pc - a->load < a->size) {
        a->size = max_u64(least, align_down(next->pc - a->load, PAGE));
    }
    while (a->size > least && (t = place_overlap(p, a->load, a->size, false)) != NULL &&
           t->range.base > a->load) {
        uint64_t room = align_down(t->range.base - a->load, PAGE);
        if (room < least) {
            return;
        }
        a->size = room;
    }
}

int firmware_place(const void *fdt, struct place *p, const struct next *next,
                   struct firmware_asked *a)
{
    int node = fdt_path_offset(fdt, "/chosen/hearth/firmware");
    int err = check_file(fdt, node, p, a);
    if (err != 0) {
        return err;
    }
    if (!a->sized) {
        shorten(p, next, a);
    }
    if (!place_is_ram(p, a->load, a->size)) {
        log_error("no memory for the firmware at %lx-%lx", (unsigned long)a->load,
                  (unsigned long)(a->load + a->size - 1));
        return ERR_NO_MEMORY;
    }
    const struct taken *t = place_overlap(p, a->load, a->size, false);
    if (t != NULL) {
        log_error("%s at %lx overlaps the firmware at %lx-%lx", t->what,
                  (unsigned long)t->range.base, (unsigned long)a->load,
                  (unsigned long)(a->load + a->size - 1));
        return ERR_OVERLAP;
    }
    err = place_take(p, a->load, a->size, "the firmware");
    if (err == 0 && !a->built_in) {
        err = place_take(p, a->file.base, a->file.size, "the firmware's file");
    }
    if (err != 0) {
        log_error("the firmware is one reservation too many");
    }
    return err;
}
