/* SPDX-License-Identifier: BSD-2-Clause */
/* Hearth's own memory never overlaps what the loader put into memory, wherever that is; and what
 * the world owns is the rest, exactly. */
#include "boot/memory.h"

#include <stdlib.h>

#include "boot/next.h"
#include "lib/err.h"
#include "tree_fixture.h"

#define MIB   0x100000ull
#define BASE  0x80000000ull
#define AREA  0x8000
#define IMAGE ((struct mem_range){BASE, 0x29000})

static struct place board(uint64_t ram)
{
    struct place p = {0};
    assert_int_equal(place_add_ram(&p, BASE, ram), 0);
    return p;
}

static void ordinary_boot(void **state)
{
    struct place p = board(1024 * MIB);
    struct memory m;
    (void)state;
    assert_int_equal(place_take(&p, BASE + 2 * MIB, 32 * MIB, "the kernel"), 0);
    assert_int_equal(memory_choose(&p, IMAGE, 4, AREA, &m), 0);
    assert_int_equal(m.hearth.base, BASE);
    assert_int_equal(m.hearth.size, 0x80000); /* image and areas, up to a power of two */
    assert_int_equal(m.areas, BASE + 0x29000);
    assert_int_equal(m.areas_range.size, 0);
    assert_int_equal(m.pool.size, 32 * MIB); /* a 32nd of memory */
    assert_int_equal(m.pool.base % m.pool.size, 0);
    assert_int_equal(m.pool_each, 8 * MIB);
    assert_true(m.pool.base + m.pool.size <= BASE + 1024 * MIB - 128 * MIB); /* clear of the end */
}

static void pool_keeps_its_limits(void **state)
{
    struct memory m;
    (void)state;
    struct place p = board(64 * MIB);
    assert_int_equal(memory_choose(&p, IMAGE, 8, AREA, &m), 0);
    assert_int_equal(m.pool.size, 8 * MIB); /* at least 1 MiB a hart */
    p = board(16384 * MIB);
    assert_int_equal(memory_choose(&p, IMAGE, 1, AREA, &m), 0);
    assert_int_equal(m.pool.size, 8 * MIB); /* at most 8 */
    assert_true(m.pool.base + m.pool.size <= 1ull << 32);
    p = board(128 * MIB);
    assert_int_equal(memory_choose(&p, IMAGE, 5, AREA, &m), 0);
    assert_int_equal(m.pool.size, 8 * MIB);
    assert_true(m.pool_each >= MIB && m.pool_each % 4096 == 0 && 5 * m.pool_each <= m.pool.size);
}

static void areas_go_elsewhere(void **state)
{
    struct place p = board(256 * MIB);
    struct memory m;
    (void)state;
    assert_int_equal(place_take(&p, BASE + 0x2a000, 16 * MIB, "the kernel"), 0);
    assert_int_equal(memory_choose(&p, IMAGE, 2, AREA, &m), 0);
    assert_int_equal(m.hearth.size, 0x29000);
    assert_int_equal(m.areas_range.size, 2 * AREA);
    assert_int_equal(m.areas, m.areas_range.base);
    assert_int_equal(m.areas % (2 * AREA), 0);
}

static void image_outside_of_memory(void **state)
{
    struct place p = board(256 * MIB);
    struct memory m;
    (void)state;
    assert_int_equal(memory_choose(&p, (struct mem_range){0x8000000, 0x29000}, 2, AREA, &m), 0);
    assert_int_equal(m.hearth.base, 0x8000000);
    assert_true(place_is_ram(&p, m.areas, 2 * AREA));
}

static void refusals(void **state)
{
    struct memory m;
    (void)state;
    said_clear();
    struct place p = board(256 * MIB);
    assert_int_equal(place_take(&p, BASE + 0x28fff, 1, "the initrd"), 0);
    assert_int_equal(memory_choose(&p, IMAGE, 2, AREA, &m), ERR_OVERLAP);
    assert_said("the initrd at 80028fff-80028fff", "overlaps Hearth at 80000000-80028fff");

    said_clear();
    p = board(2 * MIB);
    assert_int_equal(memory_choose(&p, IMAGE, 2, AREA, &m), ERR_NO_MEMORY);
    assert_said("too little memory", "shadow tables");

    said_clear(); /* a reservation where Hearth already is, is its own */
    p = board(256 * MIB);
    assert_int_equal(place_reserve(&p, BASE, 0x80000), 0);
    assert_int_equal(memory_choose(&p, IMAGE, 2, AREA, &m), 0);
    assert_true(m.areas >= BASE + 0x80000);
}

static bool apart(struct mem_range a, struct mem_range b)
{
    return a.size == 0 || b.size == 0 || a.base >= b.base + b.size || b.base >= a.base + a.size;
}

/* Things at random; then nothing of Hearth's touches any of them or each other, all is RAM, and
 * world + own = RAM. */
static void never_overlaps(void **state)
{
    (void)state;
    srand(1);
    unsigned placed = 0;
    for (unsigned round = 0; round < 20000; round++) {
        struct place p = board((16 + (unsigned)rand() % 512) * MIB);
        struct memory m;
        struct mem_range out[16];
        unsigned things = (unsigned)rand() % 8, harts = 1 + (unsigned)rand() % 8;
        for (unsigned i = 0; i < things; i++) {
            uint64_t at = BASE + 0x29000 + (unsigned)rand() % (p.ram[0].size - 0x29000);
            uint64_t size = 1 + ((unsigned)rand() & ((1u << ((unsigned)rand() % 26)) - 1));
            assert_int_equal(
                place_take(&p, at, min_u64(size, BASE + p.ram[0].size - at), "a thing"), 0);
        }
        struct place before = p;
        if (memory_choose(&p, IMAGE, harts, AREA, &m) != 0) {
            continue;
        }
        placed++;
        struct mem_range areas = {m.areas, harts * AREA};
        struct mem_range own[] = {m.hearth, m.areas_range, m.pool};
        for (unsigned i = 0; i < things; i++) {
            assert_true(apart(m.hearth, before.taken[i].range) &&
                        apart(m.pool, before.taken[i].range) &&
                        apart(areas, before.taken[i].range));
        }
        assert_true(apart(m.hearth, m.pool) && apart(m.areas_range, m.pool) &&
                    apart(m.areas_range, m.hearth));
        assert_true(apart(areas, m.pool) && apart(areas, IMAGE));
        assert_true(m.areas_range.size != 0 ||
                    areas.base + areas.size <= m.hearth.base + m.hearth.size);
        assert_true(place_is_ram(&p, m.pool.base, m.pool.size) &&
                    place_is_ram(&p, areas.base, areas.size));

        int n = place_without(&p, own, 3, out, 16);
        uint64_t left = 0;
        assert_true(n >= 0);
        for (int i = 0; i < n; i++) {
            left += out[i].size;
            assert_true(apart(out[i], m.hearth) && apart(out[i], m.pool) &&
                        apart(out[i], m.areas_range));
        }
        assert_int_equal(left + m.hearth.size + m.pool.size + m.areas_range.size, p.ram[0].size);
    }
    assert_true(placed > 10000);
    said_clear();
}

static void edges_of_the_address_space(void **state)
{
    struct place p = {0};
    struct mem_range out[4], hole = {UINT64_MAX - 0xfff, 0x1000};
    (void)state;
    assert_int_equal(place_add_ram(&p, UINT64_MAX - 0xffff, 0x10000), 0); /* up to the last byte */
    assert_int_equal(place_add_ram(&p, UINT64_MAX - 0xff, 0x100), ERR_OVERLAP);
    assert_int_equal(place_find(&p, 0x1000, 0x1000, UINT64_MAX, 0), UINT64_MAX - 0x1fff);
    assert_int_equal(place_without(&p, &hole, 1, out, 4), 1);
    assert_int_equal(out[0].size, 0xf000);
    assert_int_equal(place_without(&p, NULL, 0, out, 0), ERR_RANGE);
    assert_false(place_is_ram(&p, UINT64_MAX - 0xfff, 0x2000));
    struct place low = {0};
    assert_int_equal(place_add_ram(&low, 0, 0x2000), 0); /* address 0 means "none": never given */
    assert_int_equal(place_find(&low, 0x1000, 0x1000, UINT64_MAX, 0), 0x1000);
    assert_int_equal(place_find(&low, 0x2000, 0x1000, UINT64_MAX, 0), 0);
}

static void full_tables(void **state)
{
    struct place p = {0};
    (void)state;
    for (unsigned i = 0; i < PLACE_RAM; i++) {
        assert_int_equal(place_add_ram(&p, i * 0x10000, 0x1000), 0);
    }
    assert_int_equal(place_add_ram(&p, 0x1000000, 1), ERR_RANGE);
    for (unsigned i = 0; i < PLACE_TAKEN; i++) {
        assert_int_equal(place_take(&p, 0, 1, "x"), 0);
    }
    assert_int_equal(place_reserve(&p, 0, 1), ERR_RANGE);
}

/* The payload: fw_dynamic's block (magic, version, next_addr, next_mode) and Linux's image header,
 * in memory of this process. */
static uint64_t payload[0x40000 / 8] __attribute__((aligned(4096)));

static struct place payload_board(void)
{
    struct place p = {0};
    memset(payload, 0, sizeof(payload));
    assert_int_equal(place_add_ram(&p, (uintptr_t)payload, sizeof(payload)), 0);
    said_clear();
    return p;
}

static void next_by_header(void **state)
{
    struct place p = payload_board();
    struct next n;
    uint64_t info[] = {0x4942534f, 2, (uintptr_t)payload, 1, 0, 0};
    (void)state;
    payload[0] = 0x13;
    payload[2] = 0x20000; /* image_size */
    payload[7] = 0x05435352;
    assert_int_equal(next_find(info, 0, &p, &n), 0);
    assert_int_equal(n.pc, (uintptr_t)payload);
    assert_int_equal(n.image.size, 0x20000);
    assert_true(n.measured);

    payload[2] = sizeof(payload) + 1;
    assert_int_equal(next_find(info, 0, &p, &n), ERR_NO_MEMORY);
    assert_said("too little memory", "the kernel at");
}

static void next_without_header(void **state)
{
    struct place p = payload_board();
    struct next n;
    (void)state;
    payload[0] = 0x13;
    assert_int_equal(next_find(NULL, (uintptr_t)payload, &p, &n),
                     0); /* no block: where it is expected */
    assert_int_equal(n.image.size, sizeof(payload) / 2);
    assert_false(n.measured);
    uint64_t info[] = {0x4942534f, 1, 0x20000000, 1, 0};
    assert_int_equal(next_find(info, 0, &p, &n), 0); /* in flash: occupies no RAM */
    assert_int_equal(n.image.size, 0);
}

/* Found by fuzzing: what lies at an even address is not read as if it were aligned (the sanitizer
 * watches). */
static void next_anywhere(void **state)
{
    struct place p = payload_board();
    struct next n;
    uint64_t info[] = {0x4942534f, 2, (uintptr_t)payload + 2, 1, 0, 0};
    (void)state;
    assert_int_equal(next_find(info, 0, &p, &n), ERR_MISSING);
    payload[1] = 0x13;
    assert_int_equal(next_find(info, 0, &p, &n), 0);
    assert_false(n.measured);
}

static void next_refused(void **state)
{
    struct place p = payload_board();
    struct next n;
    uint64_t info[] = {0x4942534f, 2, 0, 1, 0, 0};
    (void)state;
    assert_int_equal(next_find(info, 0, &p, &n), ERR_MISSING);
    assert_said("no kernel", "-kernel");
    said_clear();
    info[2] = (uintptr_t)payload;
    assert_int_equal(next_find(info, 0, &p, &n), ERR_MISSING);
    assert_said("no kernel", "zeros");
    said_clear();
    payload[0] = 0x13;
    info[3] = 3;
    assert_int_equal(next_find(info, 0, &p, &n), ERR_UNSUPPORTED);
    assert_said("next_mode 3", "S-mode");
    said_clear();
    info[3] = 1;
    info[2]++;
    assert_int_equal(next_find(info, 0, &p, &n), ERR_INVALID);
    assert_said("next_addr", "odd");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ordinary_boot),
        cmocka_unit_test(pool_keeps_its_limits),
        cmocka_unit_test(areas_go_elsewhere),
        cmocka_unit_test(image_outside_of_memory),
        cmocka_unit_test(refusals),
        cmocka_unit_test(never_overlaps),
        cmocka_unit_test(edges_of_the_address_space),
        cmocka_unit_test(full_tables),
        cmocka_unit_test(next_by_header),
        cmocka_unit_test(next_without_header),
        cmocka_unit_test(next_anywhere),
        cmocka_unit_test(next_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
