/* SPDX-License-Identifier: BSD-2-Clause */
/* The PMP plan: what is closed is closed to S and U, everything else is open. Machine chapter,
 * "Physical Memory Protection". */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "host/m/pmp.h"

/* What the entries say of one byte, straight from the chapter: the lowest-numbered entry that
 * matches decides; none: no access. */
static uint8_t pmp_permissions(const struct pmp_plan *plan, uint64_t pa)
{
    uint64_t bottom = 0;

    for (unsigned i = 0; i < plan->count; i++) {
        uint64_t addr = plan->entry[i].addr, cfg = plan->entry[i].cfg;
        bool match = false;
        if ((cfg & PMP_A) == PMP_TOR) {
            match = pa >= bottom && pa < addr << 2;
        } else if ((cfg & PMP_A) == PMP_NAPOT) {
            unsigned ones = addr == ~UINT64_C(0) ? 64 : (unsigned)__builtin_ctzll(~addr);
            uint64_t size = ones >= 54 ? 0 : BIT(ones + 3); /* 0: everything */
            match = size == 0 || (pa & ~(size - 1)) == ((addr << 2) & ~(size - 1));
        }
        if (match) {
            return (uint8_t)(cfg & (PMP_R | PMP_W | PMP_X));
        }
        bottom = addr << 2;
    }
    return 0;
}

static void check(const struct mem_range *closed, unsigned count, const struct mem_range *tables)
{
    struct pmp_plan plan;

    assert_true(pmp_plan_make(&plan, closed, count, tables));
    assert_int_equal((uint8_t)pmp_plan_cfg(&plan), plan.entry[0].cfg);
    assert_in_range(plan.count, 1, PMP_ENTRIES);
    assert_int_equal(pmp_permissions(&plan, 0), PMP_R | PMP_W | PMP_X);
    for (unsigned i = 0; i < count; i++) {
        uint64_t end = closed[i].base + closed[i].size;
        uint8_t rights = &closed[i] == tables ? PMP_R : 0;
        assert_int_equal(pmp_permissions(&plan, closed[i].base), rights);
        assert_int_equal(pmp_permissions(&plan, closed[i].base + closed[i].size / 2), rights);
        assert_int_equal(pmp_permissions(&plan, end - 1), rights);
        assert_int_equal(pmp_permissions(&plan, closed[i].base - 1), PMP_R | PMP_W | PMP_X);
        assert_int_equal(pmp_permissions(&plan, end), PMP_R | PMP_W | PMP_X);
    }
    assert_int_equal(pmp_permissions(&plan, BIT(55)), PMP_R | PMP_W | PMP_X);
}

static void closed_ranges_are_closed_and_the_rest_is_open(void **state)
{
    const struct mem_range napot[] = {
        {0x80000000, 0x200000}, {0x2000000, 0x10000}, {0xbf000000, 0x800000}};
    const struct mem_range ragged[] = {
        {0x80000000, 0x3000}, {0x2000000, 0xc000}, {0x8ffff000, 0x1801000}};

    (void)state;
    for (unsigned n = 0; n <= 3; n++) {
        check(napot, n, NULL);
        check(ragged, n, NULL);
        check(napot, n, &napot[1]);
        check(ragged, n, &ragged[2]);
    }
}

static void one_page_is_enough(void **state)
{
    const struct mem_range page = {0x80001000, 0x1000};

    (void)state;
    check(&page, 1, NULL);
}

static void too_many_ranges_are_refused(void **state)
{
    struct pmp_plan plan;
    struct mem_range range[PMP_ENTRIES];

    (void)state;
    for (unsigned i = 0; i < PMP_ENTRIES; i++) {
        range[i] = (struct mem_range){0x80000000 + i * UINT64_C(0x10000), 0x1000};
    }
    assert_true(pmp_plan_make(&plan, range, PMP_ENTRIES - 1, NULL));
    assert_false(pmp_plan_make(&plan, range, PMP_ENTRIES, NULL));
    range[0].size = 0x3000; /* two entries */
    assert_true(pmp_plan_make(&plan, range, PMP_ENTRIES - 2, NULL));
    assert_false(pmp_plan_make(&plan, range, PMP_ENTRIES - 1, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_ranges_are_closed_and_the_rest_is_open),
        cmocka_unit_test(one_page_is_enough),
        cmocka_unit_test(too_many_ranges_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
