/* SPDX-License-Identifier: BSD-2-Clause */
/* /chosen/hearth/firmware: what it may say (docs/binding.md), one line for what is wrong, and where
 * firmware is put without anything of the loader's being overwritten. */
#include "boot/firmware.h"
#include "core/policy.h"

#include "lib/err.h"
#include "tree_fixture.h"

#define NODE   "/chosen/hearth/firmware"
#define BASE   0x80000000ull
#define MIB    0x100000ull
#define FILE   0x80000ull /* of the firmware */
#define NOBODY ((struct mem_range){0, 0})

/* Its hooks need a host. */
const struct policy policy_protect = {.name = "protect"};

static struct tree t;
static struct firmware_asked a;
static const struct next nothing;

/* Memory with a file in it, to be run in the same memory. */
static uint64_t ram[4 * MIB / 8] __attribute__((aligned(4096)));

static uint64_t at(uint64_t offset)
{
    return (uintptr_t)ram + offset;
}

static void set_u64(const char *property, uint64_t v)
{
    tree_set_cells(&t, NODE, property, (uint32_t)(v >> 32), (uint32_t)v);
}

static void asks_for(uint64_t file, uint64_t size)
{
    tree_make(&t);
    tree_add(&t, "/chosen", "hearth");
    tree_add(&t, "/chosen/hearth", "firmware");
    tree_set_cells(&t, "/chosen/hearth", "#address-cells", 2);
    tree_set_cells(&t, "/chosen/hearth", "#size-cells", 2);
    tree_set_cells(&t, NODE, "reg", (uint32_t)(file >> 32), (uint32_t)file, (uint32_t)(size >> 32),
                   (uint32_t)size);
    said_clear();
}

static int read_it(void)
{
    return firmware_read(t.blob, NOBODY, "none", BASE, &a);
}

static void nothing_asked(void **state)
{
    (void)state;
    tree_make(&t);
    assert_int_equal(read_it(), 0);
    assert_false(a.present);
}

static void defaults(void **state)
{
    (void)state;
    asks_for(0x90000000, FILE);
    assert_int_equal(read_it(), 0);
    assert_true(a.present && a.offload && a.hypervisor && !a.built_in && !a.sized);
    assert_int_equal(a.file.base, 0x90000000);
    assert_int_equal(a.file.size, FILE);
    assert_int_equal(a.load, BASE);
    assert_int_equal(a.size, FIRMWARE_SIZE);
    assert_string_equal(a.policy->name, "none");
    assert_null(a.sha256);
    assert_string_equal(said.text, "");
}

static void everything_said(void **state)
{
    uint8_t digest[FIRMWARE_DIGEST] = {1, 2, 3};
    (void)state;
    asks_for(0x90000000, FILE);
    tree_set_cells(&t, NODE, "load", 0x88000000);
    set_u64("size", 3 * MIB);
    tree_set_string(&t, NODE, "policy", "protect");
    tree_set(&t, NODE, "no-offload", "", 0);
    tree_set(&t, NODE, "no-hypervisor", "", 0);
    tree_set(&t, NODE, "sha256", digest, sizeof(digest));
    assert_int_equal(read_it(), 0);
    assert_int_equal(a.load, 0x88000000);
    assert_int_equal(a.size, 3 * MIB);
    assert_true(a.sized && !a.offload && !a.hypervisor);
    assert_string_equal(a.policy->name, "protect");
    assert_memory_equal(a.sha256, digest, sizeof(digest));
}

static void disabled(void **state)
{
    (void)state;
    asks_for(0x90000000, FILE);
    tree_set_string(&t, NODE, "status", "disabled");
    assert_int_equal(read_it(), 0);
    assert_false(a.present);
    assert_int_equal(firmware_read(t.blob, (struct mem_range){BASE, FILE}, "none", BASE, &a), 0);
    assert_false(a.present); /* not the one that is built in either */
}

static void built_in(void **state)
{
    struct mem_range own = {BASE + 0x10000, 5 * MIB + 1};
    (void)state;
    tree_make(&t);
    assert_int_equal(firmware_read(t.blob, own, "protect", BASE, &a), 0);
    assert_true(a.present && a.built_in && a.offload && a.hypervisor);
    assert_int_equal(a.file.size, own.size);
    assert_int_equal(a.size, 5 * MIB + 4096);
    assert_string_equal(a.policy->name, "protect");

    /* a node without reg is about that one */
    asks_for(0, 1);
    tree_drop(&t, NODE, "reg");
    tree_set_string(&t, NODE, "policy", "none");
    assert_int_equal(firmware_read(t.blob, own, "protect", BASE, &a), 0);
    assert_true(a.present && a.built_in);
    assert_int_equal(a.file.base, own.base);
    assert_string_equal(a.policy->name, "none");
}

static void refused(const char *property, const char *why)
{
    assert_true(read_it() < 0);
    assert_said(NODE ": ", property);
    assert_said(property, why);
    said_clear();
}

static void wrong_addresses(void **state)
{
    (void)state;
    asks_for(0x90000000, FILE);
    tree_drop(&t, NODE, "reg");
    refused("reg", "missing");
    asks_for(0x90000000, 0);
    refused("reg", "empty");
    asks_for(~0ull - 10, FILE);
    refused("reg", "last address");
    asks_for(0x90000000, FILE);
    tree_set_cells(&t, NODE, "reg", 1);
    refused("reg", "multiple of the bus's cells");
    asks_for(0x90000000, FILE);
    tree_set_cells(&t, NODE, "load", 0x80000004);
    refused("load", "4096");
    tree_set_cells(&t, NODE, "load", 1, 2, 3);
    refused("load", "neither one cell nor two");
    set_u64("load", ~0ull << 12);
    refused("reg", "once it is loaded");
    set_u64("load", BASE);
    set_u64("size", FILE - 1);
    refused("size", "less than the file's");
    set_u64("size", ~0ull);
    refused("size", "last address");
}

static void wrong_words(void **state)
{
    (void)state;
    asks_for(0x90000000, FILE);
    tree_set_string(&t, NODE, "policy", "severe");
    refused("policy", "there are: none protect");
    tree_set(&t, NODE, "policy", "none", 4);
    refused("policy", "is not a string");
    tree_set_string(&t, NODE, "policy", "none");
    tree_set(&t, NODE, "sha256", "1234", 4);
    refused("sha256", "32 bytes");
}

static struct place board(void)
{
    struct place p = {0};
    memset(ram, 0, sizeof(ram));
    assert_int_equal(place_add_ram(&p, at(0), sizeof(ram)), 0);
    said_clear();
    return p;
}

/* A file at 3 MiB, to run at 0. */
static void place_ready(void)
{
    asks_for(at(3 * MIB), FILE);
    set_u64("load", at(0));
    ram[3 * MIB / 8] = 0x13;
    assert_int_equal(read_it(), 0);
}

static void placed(void **state)
{
    struct place p = board();
    (void)state;
    place_ready();
    assert_int_equal(firmware_place(t.blob, &p, &nothing, &a), 0);
    assert_int_equal(a.size, FIRMWARE_SIZE);
    assert_string_equal(place_overlap(&p, at(0), 1, true)->what, "the firmware");
    assert_string_equal(place_overlap(&p, at(3 * MIB), 1, true)->what, "the firmware's file");
}

static void shortened(void **state)
{
    struct place p = board();
    struct next kernel = {.pc = at(0x90000)};
    (void)state;
    place_ready();
    assert_int_equal(place_take(&p, at(MIB), 4096, "the initrd"), 0);
    assert_int_equal(firmware_place(t.blob, &p, &nothing, &a), 0);
    assert_int_equal(a.size, MIB);

    p = board();
    place_ready();
    assert_int_equal(firmware_place(t.blob, &p, &kernel, &a), 0);
    assert_int_equal(a.size, 0x90000);

    /* the bank ends before the firmware's memory, not before the file's */
    p = board();
    place_ready();
    a.load = at(3 * MIB + 0x80000);
    assert_int_equal(firmware_place(t.blob, &p, &nothing, &a), 0);
    assert_int_equal(a.size, FILE);
}

static void in_each_others_way(void **state)
{
    struct place p = board();
    (void)state;
    place_ready();
    assert_int_equal(place_take(&p, at(FILE - 1), 4096, "the initrd"), 0);
    assert_int_equal(firmware_place(t.blob, &p, &nothing, &a), ERR_OVERLAP);
    assert_said("the initrd at", "overlaps the firmware at");

    p = board();
    place_ready();
    assert_int_equal(place_take(&p, at(3 * MIB), 4096, "the device tree"), 0);
    assert_int_equal(firmware_place(t.blob, &p, &nothing, &a), ERR_OVERLAP);
    assert_said("the device tree at", "overlaps the firmware's file at");

    /* what it asks for by size is not shortened */
    p = board();
    place_ready();
    set_u64("size", 2 * MIB);
    assert_int_equal(read_it(), 0);
    assert_int_equal(place_take(&p, at(MIB), 4096, "the kernel"), 0);
    assert_int_equal(firmware_place(t.blob, &p, &nothing, &a), ERR_OVERLAP);
}

static void not_there(void **state)
{
    struct place p = board();
    (void)state;
    place_ready();
    ram[3 * MIB / 8] = 0;
    assert_int_equal(firmware_place(t.blob, &p, &nothing, &a), ERR_MISSING);
    assert_said(NODE ": reg: ", "zeros");
    p = board();
    place_ready();
    a.file.base = at(sizeof(ram)) - 16;
    assert_int_equal(firmware_place(t.blob, &p, &nothing, &a), ERR_RANGE);
    assert_said(NODE ": reg: ", "not in memory");
    p = board();
    place_ready();
    a.load = at(sizeof(ram)) - 4096;
    assert_int_equal(firmware_place(t.blob, &p, &nothing, &a), ERR_NO_MEMORY);
    assert_said("no memory for the firmware at", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_asked),   cmocka_unit_test(defaults),
        cmocka_unit_test(everything_said), cmocka_unit_test(disabled),
        cmocka_unit_test(built_in),        cmocka_unit_test(wrong_addresses),
        cmocka_unit_test(wrong_words),     cmocka_unit_test(placed),
        cmocka_unit_test(shortened),       cmocka_unit_test(in_each_others_way),
        cmocka_unit_test(not_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
