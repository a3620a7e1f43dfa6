/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * /chosen/hearth/firmware: properties of any length and value. Nothing is read outside of memory
 * that there is; what is accepted runs where nothing else is.
 */
#include "input.h"

#include <libfdt.h>
#include <sys/mman.h>

#include "boot/firmware.h"
#include "lib/log.h"

#define RAM_SIZE 0x800000
#define BASE     UINT64_C(0x200000000000) /* where the sanitizer has no memory of its own */
#define NEXT     (BASE + 0x400000)

/* Its hooks need a host. */
const struct policy policy_protect = {.name = "protect"};

static void swallow(char c)
{
    (void)c;
}

static void put_property(void *fdt, struct input *in, const char *name)
{
    static const uint8_t lengths[] = {0, 1, 4, 8, 8, 8, 12, 16, 16, 16, 32, 32};
    uint8_t value[32] = {0};
    unsigned n = lengths[take_below(in, (unsigned)ARRAY_LEN(lengths))];
    for (unsigned i = 0; i < n; i += 8) {
        uint64_t v = take_below(in, 2) ? BASE + (take(in, 2) << 12) : take_value(in);
        fdt64_st(value + i, v);
    }
    (void)!fdt_property(fdt, name, value, (int)n);
}

static void make_tree(void *fdt, struct input *in)
{
    static const char *const names[] = {"reg",    "load",       "size",          "policy",
                                        "sha256", "no-offload", "no-hypervisor", "status"};
    (void)!fdt_create(fdt, 4096);
    (void)!fdt_finish_reservemap(fdt);
    (void)!fdt_begin_node(fdt, "");
    (void)!fdt_begin_node(fdt, "chosen");
    (void)!fdt_begin_node(fdt, "hearth");
    (void)!fdt_property_u32(fdt, "#address-cells", take_below(in, 8) ? 2 : take_below(in, 5));
    (void)!fdt_property_u32(fdt, "#size-cells", take_below(in, 8) ? 2 : take_below(in, 5));
    (void)!fdt_begin_node(fdt, "firmware");
    for (unsigned i = 0, which = (unsigned)take(in, 1); i < ARRAY_LEN(names); i++) {
        if ((which >> i & 1) != 0) {
            put_property(fdt, in, names[i]);
        } else if (i == 3 && take_below(in, 2)) {
            const char *name = policy_name(take_below(in, 4));
            (void)!fdt_property_string(fdt, "policy", name == NULL ? "no such" : name);
        }
    }
    for (unsigned i = 0; i < 4; i++) {
        (void)!fdt_end_node(fdt);
    }
    must(fdt_finish(fdt) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t *ram;
    static uint64_t tree[512];
    struct input in = {data, size};
    struct place p = {0};
    struct firmware_asked a;

    if (ram == NULL) {
        ram = mmap((void *)BASE, RAM_SIZE, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        must(ram == (void *)BASE);
        memset(ram + RAM_SIZE / 2, 0x5a, RAM_SIZE / 2); /* what is blank is no firmware */
    }
    log_open(swallow);
    make_tree(tree, &in);
    must(place_add_ram(&p, BASE, RAM_SIZE) == 0);
    must(place_take(&p, NEXT, 0x10000, "what is next") == 0);
    struct mem_range built_in = {BASE + 0x1000, take_below(&in, 2) ? take(&in, 3) : 0};
    const struct next next = {.pc = NEXT};
    if (firmware_read(tree, built_in, policy_name(0), BASE + 0x100000, &a) != 0 || !a.present) {
        return 0;
    }
    must(a.load % 4096 == 0 && a.size >= a.file.size && a.load + (a.size - 1) >= a.load);
    struct place before = p;
    if (firmware_place(tree, &p, &next, &a) == 0) {
        must(place_is_ram(&before, a.load, a.size) && a.size >= a.file.size);
        must(place_overlap(&before, a.load, a.size, false) == NULL);
        must(a.built_in || place_is_ram(&before, a.file.base, a.file.size));
    }
    return 0;
}
