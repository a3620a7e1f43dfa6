/* SPDX-License-Identifier: BSD-2-Clause */
/* Which events count where: the riscv,pmu node of the device tree (binding perf/riscv,pmu.yaml). */
#include "tree_fixture.h"

#include "sbi/ext.h"

static struct tree t;

static int setup(void **state)
{
    (void)state;
    tree_make(&t);
    tree_add(&t, "/", "pmu");
    tree_set_string(&t, "/pmu", "compatible", "riscv,pmu");
    return 0;
}

static bool counts(unsigned n, uint32_t event, uint64_t want)
{
    uint64_t v;
    return pmu_hw_event(n, event, &v) && v == want;
}

static bool counts_raw(unsigned n, uint64_t data)
{
    uint64_t v;
    return pmu_raw_event(n, data, &v) && v == data;
}

static void general(void **state)
{
    (void)state;
    tree_set_cells(&t, "/pmu", "riscv,event-to-mhpmcounters", 1, 2, 0x18, 0x10019, 0x1001b, 0x20);
    tree_set_cells(&t, "/pmu", "riscv,event-to-mhpmevent", 2, 0x12345678, 0x9abcdef0);
    pmu_probe(t.blob);
    assert_true(counts(3, 1, 1)); /* its own number */
    assert_true(counts(4, 2, 0x123456789abcdef0));
    assert_false(counts(5, 1, 1));
    assert_false(counts(3, 3, 3));
    assert_true(counts(5, 0x1001a, 0x1001a));
    assert_false(counts(5, 0x1001c, 0x1001c));
    assert_false(counts(5, 0x10018, 0x10018));
    assert_true(counts_raw(7, 0xabc)); /* nothing is said of raw events */
}

static void raw(void **state)
{
    (void)state;
    tree_set_cells(&t, "/pmu", "riscv,raw-event-to-mhpmcounters", 0, 0x10, 0xffffffff, 0xfffffff0,
                   0x8, 1, 0, 1, 0, 0x10);
    pmu_probe(t.blob);
    assert_true(counts_raw(3, 0x1f));
    assert_false(counts_raw(4, 0x1f));
    assert_false(counts_raw(3, 0x20));
    assert_true(counts_raw(4, 0x100000055));
    assert_false(counts_raw(3, 0x100000010));
}

/* No node, or one that is switched off: no events; and what an earlier tree said is gone. */
static void none(void **state)
{
    (void)state;
    tree_set_cells(&t, "/pmu", "riscv,event-to-mhpmcounters", 1, 2, 0x18);
    pmu_probe(t.blob);
    assert_true(counts(3, 1, 1));
    tree_set_string(&t, "/pmu", "status", "disabled");
    pmu_probe(t.blob);
    assert_false(counts(3, 1, 1));
    tree_set_string(&t, "/pmu", "status", "okay");
    pmu_probe(t.blob);
    assert_true(counts(3, 1, 1));
    assert_int_equal(fdt_del_node(t.blob, tree_node(&t, "/pmu")), 0);
    pmu_probe(t.blob);
    assert_false(counts(3, 1, 1));
}

/* More than there is room for is said, and the rest works; a cut entry is none. */
static void too_many(void **state)
{
    fdt32_t cells[3 * 60 + 2];
    (void)state;
    for (uint32_t i = 0; i < 60; i++) {
        cells[3 * i] = cells[3 * i + 1] = cpu_to_fdt32(i + 1);
        cells[3 * i + 2] = cpu_to_fdt32(8);
    }
    cells[180] = cells[181] = cpu_to_fdt32(3);
    tree_set(&t, "/pmu", "riscv,event-to-mhpmcounters", cells, sizeof(cells));
    pmu_probe(t.blob);
    assert_said("riscv,event-to-mhpmcounters", "of 60");
    assert_true(counts(3, 1, 1));
    assert_true(counts(3, 40, 40));
    assert_false(counts(3, 60, 60));
    tree_set(&t, "/pmu", "riscv,event-to-mhpmcounters", cells, 20);
    pmu_probe(t.blob);
    assert_true(counts(3, 1, 1));
    assert_false(counts(3, 2, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(general, setup),
        cmocka_unit_test_setup(raw, setup),
        cmocka_unit_test_setup(none, setup),
        cmocka_unit_test_setup(too_many, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
