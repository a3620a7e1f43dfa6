/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device trees: what a good one says and how it is fixed up; that each bad one is refused with one
 * line naming the node and the property; and that none, however damaged, makes the reader leave the
 * tree (the address sanitizer watches). Rules: Devicetree Specification 0.4; bindings
 * riscv/cpus.yaml, reserved-memory.yaml, sifive,plic-1.0.0.yaml, riscv,imsics.yaml.
 */
#include "boot/fixup.h"
#include "boot/scan.h"

#include <stdlib.h>

#include "spec/hart.h"
#include "tree_fixture.h"

static struct tree t;
static struct scan s;

static void good_tree(void **state)
{
    (void)state;
    tree_make(&t);
    tree_set_cells(&t, "/chosen", "linux,initrd-start", 0, 0x90000000);
    tree_set_cells(&t, "/chosen", "linux,initrd-end", 0x90100000);
    tree_add(&t, "/", "reserved-memory");
    tree_set_cells(&t, "/reserved-memory", "#address-cells", 2);
    tree_set_cells(&t, "/reserved-memory", "#size-cells", 2);
    tree_add(&t, "/reserved-memory", "fw@a0000000");
    tree_set_cells(&t, "/reserved-memory/fw@a0000000", "reg", 0, 0xa0000000, 0, 0x1000);
    assert_int_equal(fdt_add_mem_rsv(t.blob, 0xa1000000, 0x2000), 0);
    assert_int_equal(tree_check(t.blob), 0);
    assert_int_equal(scan_tree(t.blob, &s), 0);
    assert_string_equal(s.model, "test,board");
    assert_int_equal(s.timebase, 10000000);
    assert_int_equal(s.harts, 2);
    assert_int_equal(s.others, 1);
    assert_int_equal(
        s.hartid[0] + 10 * s.hartid[1],
        fdt_path_offset(t.blob, "/cpus/cpu@1") < fdt_path_offset(t.blob, "/cpus/cpu@2") ? 21 : 12);
    assert_int_equal(s.isa_ext, BIT(EXT_SVINVAL));
    assert_int_equal(s.initrd.size, 0x100000);
    assert_true(place_is_ram(&s.place, 0x80000000, 0x40000000));
    assert_non_null(place_overlap(&s.place, 0x900fffff, 1, false));
    assert_non_null(place_overlap(&s.place, 0xa0000fff, 1, true));
    assert_null(place_overlap(&s.place, 0xa0000fff, 1, false));
    assert_non_null(place_overlap(&s.place, 0xa1001fff, 1, true));
    assert_null(place_overlap(&s.place, 0xa1002000, 0x1000, true));
    assert_string_equal(said.text, "");
}

static void extensions_are_what_all_harts_have(void **state)
{
    (void)state;
    tree_make(&t);
    tree_set(&t, "/cpus/cpu@2", "riscv,isa-extensions", "i\0zicbom", 9);
    assert_int_equal(scan_tree(t.blob, &s), 0);
    assert_int_equal(s.isa_ext, 0);
}

static void board_of_the_harts(void **state)
{
    (void)state;
    tree_make(&t);
    assert_int_equal(scan_tree(t.blob, &s), 0);
    assert_null(s.board);
    tree_set(&t, "/cpus/cpu@0", "compatible", "thead,c910\0riscv", 17); /* no hart of ours */
    tree_set(&t, "/cpus/cpu@1", "compatible", "other\0sifive,u74-mc\0riscv", 26);
    assert_int_equal(scan_tree(t.blob, &s), 0);
    assert_non_null(s.board);
    assert_string_equal(s.board->compatible[0], "sifive,u74-mc");
}

static void disabled_harts_are_none(void **state)
{
    (void)state;
    tree_make(&t);
    tree_set_string(&t, "/cpus/cpu@2", "status", "disabled");
    assert_int_equal(scan_tree(t.blob, &s), 0);
    assert_int_equal(s.harts, 1);
    assert_int_equal(s.hartid[0], 1);
}

/* Each changes a good tree; scan_tree() must refuse it in one line that names both. */
#define SPOILED(name, change, node, property)                                                      \
    static void name(void **state)                                                                 \
    {                                                                                              \
        (void)state;                                                                               \
        tree_make(&t);                                                                             \
        change;                                                                                    \
        assert_int_equal(tree_check(t.blob), 0);                                                   \
        assert_true(scan_tree(t.blob, &s) < 0);                                                    \
        assert_said(node, property);                                                               \
    }

SPOILED(no_timebase, tree_drop(&t, "/cpus", "timebase-frequency"), "/cpus", "timebase-frequency")
SPOILED(timebase_too_long, tree_set_cells(&t, "/cpus", "timebase-frequency", 0, 0, 1), "/cpus",
        "timebase-frequency")
SPOILED(timebase_zero, tree_set_cells(&t, "/cpus", "timebase-frequency", 0), "/cpus",
        "timebase-frequency")
SPOILED(no_hart_with_mmu,
        (tree_drop(&t, "/cpus/cpu@1", "mmu-type"), tree_drop(&t, "/cpus/cpu@2", "mmu-type")),
        "/cpus", "S-mode")
SPOILED(hart_without_id, tree_drop(&t, "/cpus/cpu@1", "reg"), "/cpus/cpu@1", "reg")
SPOILED(hart_id_too_long, tree_set_cells(&t, "/cpus/cpu@1", "reg", 0, 0, 1), "/cpus/cpu@1", "reg")
SPOILED(two_harts_of_one_id, tree_set_cells(&t, "/cpus/cpu@1", "reg", 2), "/cpus/cpu@", "reg")
SPOILED(no_isa,
        (tree_drop(&t, "/cpus/cpu@1", "riscv,isa"),
         tree_drop(&t, "/cpus/cpu@1", "riscv,isa-extensions")),
        "/cpus/cpu@1", "riscv,isa")
SPOILED(isa_without_end, tree_set(&t, "/cpus/cpu@1", "riscv,isa-extensions", "i\0m", 3),
        "/cpus/cpu@1", "riscv,isa-extensions")
SPOILED(isa_list_empty, tree_set(&t, "/cpus/cpu@1", "riscv,isa-extensions", "", 0), "/cpus/cpu@1",
        "riscv,isa-extensions")
SPOILED(no_memory, tree_drop(&t, "/memory@80000000", "reg"), "/", "memory")
SPOILED(memory_cut_off, tree_set_cells(&t, "/memory@80000000", "reg", 0, 0x80000000, 0),
        "/memory@80000000", "reg")
SPOILED(memory_wraps,
        tree_set_cells(&t, "/memory@80000000", "reg", 0xffffffff, 0xfffff000, 0, 0x2000),
        "/memory@80000000", "reg")
SPOILED(memory_twice,
        tree_set_cells(&t, "/memory@80000000", "reg", 0, 0x80000000, 0, 0x1000, 0, 0x80000fff, 0,
                       1),
        "/memory@80000000", "reg")
SPOILED(no_size_cells, tree_set_cells(&t, "/", "#size-cells", 3), "/", "#size-cells")
SPOILED(no_address_cells, tree_set_cells(&t, "/", "#address-cells", 0), "/", "#address-cells")
SPOILED(initrd_backwards, tree_set_cells(&t, "/chosen", "linux,initrd-start", 2);
        tree_set_cells(&t, "/chosen", "linux,initrd-end", 1), "/chosen", "linux,initrd-end")
SPOILED(initrd_without_end, tree_set_cells(&t, "/chosen", "linux,initrd-start", 2), "/chosen",
        "linux,initrd-end")
SPOILED(reservation_wraps, assert_int_equal(fdt_add_mem_rsv(t.blob, UINT64_MAX, 2), 0), "/",
        "memory reservation block")

static void too_many_harts(void **state)
{
    (void)state;
    tree_make(&t);
    for (unsigned i = 3; i < 3 + SCAN_HARTS; i++) {
        tree_cpu(&t, i, true);
    }
    assert_true(scan_tree(t.blob, &s) < 0);
    assert_said("/cpus/cpu@", "65th");
}

static void addresses_are_translated(void **state)
{
    struct tree_range r;
    (void)state;
    tree_make(&t);
    int node = tree_node(&t, "/soc/device@100");
    assert_int_equal(tree_reg(t.blob, node, 0, &r), 0);
    assert_int_equal(r.base, 0x10000100);
    assert_int_equal(r.size, 0x10);
    assert_int_equal(tree_reg(t.blob, node, 1, &r), ERR_MISSING);
    assert_string_equal(said.text, "");
}

static void reg_is_refused(const char *node, const char *property)
{
    struct tree_range r;
    said_clear();
    assert_true(tree_reg(t.blob, tree_node(&t, "/soc/device@100"), 0, &r) < 0);
    assert_said(node, property);
}

static void addresses_beyond_the_bus(void **state)
{
    (void)state;
    tree_make(&t);
    tree_set_cells(&t, "/soc/device@100", "reg", 0x0fffffff, 2);
    reg_is_refused("/soc", "ranges");
    tree_set_cells(&t, "/soc/device@100", "reg", 0x100, 0);
    reg_is_refused("/soc/device@100", "reg");
    tree_set_cells(&t, "/soc/device@100", "reg", 0x100, 1);
    tree_set_cells(&t, "/soc", "ranges", 0, 0, 0x10000000);
    reg_is_refused("/soc", "ranges");
    tree_drop(&t, "/soc", "ranges");
    reg_is_refused("/soc", "ranges");
}

static void interrupts_of_harts(void **state)
{
    struct tree_irq irq;
    (void)state;
    tree_make(&t);
    tree_set_cells(&t, "/soc/device@100", "interrupts-extended", 12, 11, 10, 9);
    int node = tree_node(&t, "/soc/device@100");
    assert_int_equal(tree_hart_irq(t.blob, node, 0, &irq), 0);
    assert_true(irq.known && irq.hartid == 2 && irq.irq == 11);
    assert_int_equal(tree_hart_irq(t.blob, node, 1, &irq), 0);
    assert_true(irq.known && irq.hartid == 0 && irq.irq == 9);
    assert_int_equal(tree_hart_irq(t.blob, node, 2, &irq), ERR_MISSING);
    tree_set_cells(&t, "/soc/device@100", "interrupts-extended", 99, 11);
    assert_true(tree_hart_irq(t.blob, tree_node(&t, "/soc/device@100"), 0, &irq) < 0);
    assert_said("/soc/device@100", "interrupts-extended");
    said_clear();
    tree_set_cells(&t, "/soc/device@100", "interrupts-extended", 10, 11, 10);
    assert_true(tree_hart_irq(t.blob, tree_node(&t, "/soc/device@100"), 0, &irq) < 0);
    assert_said("/soc/device@100", "interrupts-extended");
}

static const struct mem_range own[] = {{0x80000000, 0x80000}, {0, 0}, {0xb0000000, 0x2000000}};
static const uint64_t given[] = {1, 2};
static const struct fixup what = {given, 2, own, 3, {true, false}};
static const struct fixup for_firmware = {given, 2, own, 3, {false, true}};

static const char *string_of(const char *path, const char *property)
{
    const char *v = tree_string(t.blob, tree_node(&t, path), property);
    return v == NULL ? "(none)" : v;
}

static uint32_t cell_of(const char *path, const char *property, unsigned i)
{
    int length;
    const fdt32_t *p = fdt_getprop(t.blob, tree_node(&t, path), property, &length);
    assert_true(p != NULL && (unsigned)length >= 4 * (i + 1));
    return fdt32_to_cpu(p[i]);
}

/* Packs the tree and opens it with exactly the room that fixup_room() asks for. */
static int fix_for(const struct fixup *f)
{
    static struct tree packed;
    assert_int_equal(fdt_pack(t.blob), 0);
    memcpy(packed.blob, t.blob, sizeof(t.blob));
    int size = (int)(fdt_totalsize(packed.blob) + fixup_room(3));
    assert_int_equal(fdt_open_into(packed.blob, t.blob, size), 0);
    int err = fixup_tree(t.blob, f);
    assert_int_equal(tree_check(t.blob), 0);
    return err;
}

static int fix_with_room(void)
{
    return fix_for(&what);
}

static void fixed_up(void **state)
{
    (void)state;
    tree_make(&t);
    tree_add(&t, "/soc", "plic@0");
    tree_set(&t, "/soc/plic@0", "compatible", "sifive,plic-1.0.0\0riscv,plic0", 30);
    tree_set_cells(&t, "/soc/plic@0", "interrupts-extended", 10, 11, 11, 11, 11, 9);
    assert_int_equal(fix_with_room(), 0);
    assert_string_equal(string_of("/cpus/cpu@1", "riscv,isa"), "rv64imafdch_svinval_sstc");
    assert_memory_equal(string_of("/cpus/cpu@2", "riscv,isa-extensions"),
                        "i\0m\0a\0h\0svinval\0sstc", 21);
    assert_string_equal(string_of("/cpus/cpu@0", "riscv,isa"), "rv64imafdc_svinval_sstc");
    assert_string_equal(string_of("/cpus/cpu@0", "status"), "disabled");
    assert_string_equal(string_of("/cpus/cpu@1", "status"), "(none)");
    assert_int_equal(cell_of("/reserved-memory/hearth@80000000", "reg", 1), 0x80000000);
    assert_int_equal(cell_of("/reserved-memory/hearth@80000000", "reg", 3), 0x80000);
    assert_non_null(
        fdt_getprop(t.blob, tree_node(&t, "/reserved-memory/hearth@b0000000"), "no-map", NULL));
    assert_non_null(fdt_getprop(t.blob, tree_node(&t, "/reserved-memory"), "ranges", NULL));
    assert_int_equal(cell_of("/soc/plic@0", "interrupts-extended", 1), UINT32_MAX);
    assert_int_equal(cell_of("/soc/plic@0", "interrupts-extended", 3), UINT32_MAX);
    assert_int_equal(cell_of("/soc/plic@0", "interrupts-extended", 5), 9);
    assert_string_equal(said.text, "");
}

/* Firmware has the M contexts of a PLIC, may see no H, and is not asked to run firmware. */
static void fixed_up_for_firmware(void **state)
{
    (void)state;
    tree_make(&t);
    tree_add(&t, "/chosen", "hearth");
    tree_add(&t, "/chosen/hearth", "firmware");
    tree_set_string(&t, "/chosen/hearth/firmware", "policy", "none");
    tree_set(&t, "/chosen/hearth", "exit-counters", "", 0);
    tree_add(&t, "/soc", "plic@0");
    tree_set_string(&t, "/soc/plic@0", "compatible", "riscv,plic0");
    tree_set_cells(&t, "/soc/plic@0", "interrupts-extended", 11, 11, 11, 9);
    assert_int_equal(fix_for(&for_firmware), 0);
    assert_string_equal(string_of("/cpus/cpu@1", "riscv,isa"), "rv64imafdc_svinval_sstc");
    assert_memory_equal(string_of("/cpus/cpu@2", "riscv,isa-extensions"), "i\0m\0a\0svinval\0sstc",
                        19);
    assert_int_equal(cell_of("/soc/plic@0", "interrupts-extended", 1), 11);
    assert_true(fdt_path_offset(t.blob, "/chosen/hearth/firmware") < 0);
    assert_non_null(fdt_getprop(t.blob, tree_node(&t, "/chosen/hearth"), "exit-counters", NULL));
}

static void machine_level_controllers_are_disabled(void **state)
{
    (void)state;
    tree_make(&t);
    for (unsigned level = 0; level < 2; level++) {
        char imsic[32], aplic[32];
        snprintf(imsic, sizeof(imsic), "/soc/imsics@%u", level);
        snprintf(aplic, sizeof(aplic), "/soc/aplic@%u", level);
        tree_add(&t, "/soc", imsic + 5);
        tree_set_string(&t, imsic, "compatible", "riscv,imsics");
        tree_set_cells(&t, imsic, "phandle", 40 + level);
        tree_set_cells(&t, imsic, "interrupts-extended", 11, level == 0 ? 11 : 9);
        tree_add(&t, "/soc", aplic + 5);
        tree_set_string(&t, aplic, "compatible", "riscv,aplic");
        tree_set_cells(&t, aplic, "msi-parent", 40 + level);
    }
    assert_int_equal(fix_with_room(), 0);
    assert_string_equal(string_of("/soc/imsics@0", "status"), "disabled");
    assert_string_equal(string_of("/soc/aplic@0", "status"), "disabled");
    assert_string_equal(string_of("/soc/imsics@1", "status"), "(none)");
    assert_string_equal(string_of("/soc/aplic@1", "status"), "(none)");
}

static void reserved_memory_that_cannot_hold_it(void **state)
{
    (void)state;
    tree_make(&t);
    tree_add(&t, "/", "reserved-memory");
    tree_set_cells(&t, "/reserved-memory", "#address-cells", 7);
    assert_true(fixup_tree(t.blob, &what) < 0);
    assert_said("/reserved-memory", "#address-cells");
}

static void no_room(void **state)
{
    (void)state;
    tree_make(&t);
    assert_int_equal(fdt_pack(t.blob), 0);
    assert_true(fixup_tree(t.blob, &what) < 0);
    assert_said("/cpus/cpu@", "riscv,isa");
}

/* Bytes changed, tree cut: refused, or read without leaving it. */
static void damaged_trees(void **state)
{
    static struct tree whole;
    (void)state;
    tree_make(&whole);
    tree_set_cells(&whole, "/soc/device@100", "interrupts-extended", 12, 11, 10, 9);
    assert_int_equal(fdt_pack(whole.blob), 0);
    uint32_t size = fdt_totalsize(whole.blob);
    srand(2);
    unsigned passed = 0;
    for (unsigned round = 0; round < 30000; round++) {
        /* exactly as large as it says, so that the sanitizer sees a step beyond */
        char *copy = malloc(size);
        memcpy(copy, whole.blob, size);
        for (int n = rand() % 4; n >= 0; n--) {
            copy[40 + (unsigned)rand() % (size - 40)] = (char)(rand() % 3 == 0 ? 0xff : rand());
        }
        said_clear();
        if (tree_check(copy) == 0) {
            struct tree_irq irq;
            struct tree_range r;
            passed++;
            (void)!scan_tree(copy, &s);
            for (int node = 0; node >= 0; node = fdt_next_node(copy, node, NULL)) {
                (void)!tree_reg(copy, node, 0, &r);
                (void)!tree_hart_irq(copy, node, 1, &irq);
            }
            assert_int_equal(fdt_open_into(copy, t.blob, (int)(size + fixup_room(3))), 0);
            (void)!fixup_tree(t.blob, &what);
        }
        free(copy);
    }
    assert_true(passed > 1000);
}

static void cut_trees(void **state)
{
    (void)state;
    tree_make(&t);
    assert_int_equal(fdt_pack(t.blob), 0);
    for (uint32_t size = 40; size < fdt_totalsize(t.blob); size += 4) {
        char *copy = calloc(1, fdt_totalsize(t.blob));
        memcpy(copy, t.blob, size);
        assert_true(tree_check(copy) != 0 || size >= fdt_off_dt_strings(t.blob));
        free(copy);
    }
    memset(t.blob, 0, 64);
    assert_true(tree_check(t.blob) < 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(good_tree),
        cmocka_unit_test(extensions_are_what_all_harts_have),
        cmocka_unit_test(board_of_the_harts),
        cmocka_unit_test(disabled_harts_are_none),
        cmocka_unit_test(no_timebase),
        cmocka_unit_test(timebase_too_long),
        cmocka_unit_test(timebase_zero),
        cmocka_unit_test(no_hart_with_mmu),
        cmocka_unit_test(hart_without_id),
        cmocka_unit_test(hart_id_too_long),
        cmocka_unit_test(two_harts_of_one_id),
        cmocka_unit_test(no_isa),
        cmocka_unit_test(isa_without_end),
        cmocka_unit_test(isa_list_empty),
        cmocka_unit_test(no_memory),
        cmocka_unit_test(memory_cut_off),
        cmocka_unit_test(memory_wraps),
        cmocka_unit_test(memory_twice),
        cmocka_unit_test(no_size_cells),
        cmocka_unit_test(no_address_cells),
        cmocka_unit_test(initrd_backwards),
        cmocka_unit_test(initrd_without_end),
        cmocka_unit_test(reservation_wraps),
        cmocka_unit_test(too_many_harts),
        cmocka_unit_test(addresses_are_translated),
        cmocka_unit_test(addresses_beyond_the_bus),
        cmocka_unit_test(interrupts_of_harts),
        cmocka_unit_test(fixed_up),
        cmocka_unit_test(fixed_up_for_firmware),
        cmocka_unit_test(machine_level_controllers_are_disabled),
        cmocka_unit_test(reserved_memory_that_cannot_hold_it),
        cmocka_unit_test(no_room),
        cmocka_unit_test(damaged_trees),
        cmocka_unit_test(cut_trees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
