/* SPDX-License-Identifier: BSD-2-Clause */
/* /chosen/hearth, trace: memory for tracing is taken, or one line says what is wrong with it. */
#include "boot/tracing.h"

#include "core/trace_area.h"
#include "lib/err.h"
#include "tree_fixture.h"

#define BASE 0x80000000ull
#define MIB  0x100000ull

static _Alignas(8) char blob[4096];

/* A tree with the property, unless size < 0. */
static const void *tree_with(const void *value, int size)
{
    int node;
    assert_int_equal(fdt_create_empty_tree(blob, sizeof(blob)), 0);
    node = fdt_add_subnode(blob, fdt_add_subnode(blob, 0, "chosen"), "hearth");
    assert_true(node > 0);
    if (size >= 0) {
        assert_int_equal(fdt_setprop(blob, node, "trace", value, size), 0);
    }
    said_clear();
    return blob;
}

static const void *tree_of(uint32_t kib)
{
    fdt32_t cell = cpu_to_fdt32(kib);
    return tree_with(&cell, sizeof(cell));
}

static struct place board(void)
{
    struct place p = {0};
    assert_int_equal(place_add_ram(&p, BASE, 256 * MIB), 0);
    assert_int_equal(place_take(&p, BASE, 64 * MIB, "the kernel"), 0);
    return p;
}

static void taken(void **state)
{
    struct place p = board();
    struct tracing t;
    (void)state;
    assert_int_equal(tracing_choose(tree_of(1024), &p, 4, &t), 0);
    assert_int_equal(t.part_size, MIB);
    assert_int_equal(t.area.size, TRACE_HEAD_SIZE + 4 * MIB);
    assert_int_equal(t.area.base % 4096, 0);
    assert_true(place_is_ram(&p, t.area.base, t.area.size));
    assert_string_equal(place_overlap(&p, t.area.base, t.area.size, true)->what, "the trace");
    assert_true(t.area.base >= BASE + 64 * MIB);
    assert_int_equal(tracing_tell(blob, &t), 0);
    const fdt64_t *told =
        fdt_getprop(blob, fdt_path_offset(blob, "/chosen/hearth"), "trace-area", NULL);
    assert_int_equal(fdt64_ld(told), t.area.base);
    assert_int_equal(fdt64_ld(told + 1), t.area.size);
}

static void not_asked_for(void **state)
{
    struct place p = board();
    struct tracing t;
    (void)state;
    assert_int_equal(tracing_choose(tree_with(NULL, -1), &p, 4, &t), 0);
    assert_int_equal(t.area.size, 0);
    assert_int_equal(p.takens, 1);
    assert_int_equal(tracing_tell(blob, &t), 0);
    assert_int_equal(fdt_create_empty_tree(blob, sizeof(blob)), 0);
    assert_int_equal(tracing_choose(blob, &p, 4, &t), 0);
    assert_int_equal(t.area.size, 0);
}

static void refused(void **state)
{
    static const uint32_t bad[] = {0, 1, 8, 15, 17, 1000, 0x20000, 0x80000000, 0xffffffff};
    struct place p = board();
    struct tracing t;
    (void)state;
    for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        assert_int_equal(tracing_choose(tree_of(bad[i]), &p, 4, &t), ERR_INVALID);
        assert_said("/chosen/hearth: trace", "power of two");
        assert_int_equal(t.area.size, 0);
    }
    assert_int_equal(tracing_choose(tree_with("x", 2), &p, 4, &t), ERR_INVALID);
    assert_said("/chosen/hearth: trace", "one cell");
    assert_int_equal(tracing_choose(tree_of(0x10000), &p, 64, &t), ERR_NO_MEMORY);
    assert_said("/chosen/hearth: trace", "memory");
    assert_int_equal(p.takens, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(taken),
        cmocka_unit_test(not_asked_for),
        cmocka_unit_test(refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
