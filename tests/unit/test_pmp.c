/* SPDX-License-Identifier: BSD-2-Clause */
/* The PMP plan: what is closed is closed to S and U, everything else is open. Machine chapter,
 * "Physical Memory Protection". */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>

#include "host/m/pmp.h"
#include "reference_pmp.h"

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

/* --- a world with firmware --- */

static struct isa isa;

static const struct mem_range shut[] = {{0x2000, 0x1000}, {0x5000, 0x2000}, {0x10000, 0x8000}};
static const struct mem_range device[] = {{0x20000, 0x6000}};
#define ALL_PAGES 0x40u /* of 4 KiB: what the tests look at */

static unsigned below(unsigned n)
{
    static uint64_t x = 0x9e3779b97f4a7c15;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return (unsigned)(x >> 32) % n;
}

static struct hart hart_any(unsigned entries)
{
    struct hart h = {.isa = &isa};

    isa.pmp_entries = (uint8_t)entries;
    isa.pmp_grain = 2;
    for (unsigned i = 0; i < entries; i++) {
        h.pmpaddr[i] = below(ALL_PAGES * 0x1000) >> 2;
        if (below(2)) {
            h.pmpaddr[i] |= BIT(below(16)) - 1;
        }
        unsigned rights = below(8);
        h.pmpcfg[i] = (uint8_t)((rights & 3) == 2 ? 0 : rights);
        h.pmpcfg[i] |= (uint8_t)(below(4) << 3 | (below(4) == 0 ? PMP_L : 0));
    }
    return h;
}

static bool touches(const struct mem_range *r, unsigned n, uint64_t pa, uint64_t len)
{
    for (unsigned i = 0; i < n; i++) {
        if (pa < r[i].base + r[i].size && pa + len > r[i].base) {
            return true;
        }
    }
    return false;
}

/* The machine under the plan, without a virtual PMP of its own: M's rules don't apply to U. */
static bool plan_allows(const struct pmp_plan *plan, uint64_t pa, uint64_t len, unsigned access)
{
    struct isa physical = {.pmp_entries = (uint8_t)plan->count, .pmp_grain = 2};
    struct hart m = {.isa = &physical};

    for (unsigned i = 0; i < plan->count; i++) {
        m.pmpcfg[i] = plan->entry[i].cfg;
        m.pmpaddr[i] = plan->entry[i].addr;
    }
    return ref_pmp(&m, pa, len, access, PRV_U);
}

static bool wanted(const struct hart *h, enum pmp_view view, uint64_t pa, uint64_t len,
                   unsigned access)
{
    bool m = view == PMP_M || view == PMP_MPRV;

    if (touches(shut, ARRAY_LEN(shut), pa, len)) {
        return view == PMP_VS && touches(&shut[1], 1, pa, len) && access == ACCESS_LOAD;
    }
    if (view == PMP_MPRV && access != ACCESS_FETCH) {
        return false;
    }
    return ref_pmp(h, pa, len, access, m ? PRV_M : PRV_S);
}

/* What is around a virtual device and trapped with it is reached by replay. */
static bool trapped(enum pmp_view view, uint64_t pa, uint64_t len)
{
    const struct mem_range hull = {0x20000, 0x8000};

    return (view == PMP_M || view == PMP_MPRV) && touches(&hull, 1, pa, len);
}

/*
 * What is closed stays closed, whatever the virtual PMP says; M finds its devices by a trap; and
 * everything else is as the virtual PMP says, but that under MPRV loads and stores trap.
 */
static void views_are_the_virtual_pmp_below_what_is_closed(void **state)
{
    static const struct pmp_world w = {.closed = shut,
                                       .count = ARRAY_LEN(shut),
                                       .tables = &shut[1],
                                       .trapped = device,
                                       .trapped_count = ARRAY_LEN(device),
                                       .entries = PMP_MAX};
    unsigned let[PMP_VIEWS] = {0};

    (void)state;
    assert_int_equal(pmp_plan_room(&w), 16 - 4 - 1 - 2);
    for (unsigned n = 0; n < 3000; n++) {
        struct hart h = hart_any(below(pmp_plan_room(&w) + 1));
        for (unsigned view = 0; view < PMP_VIEWS; view++) {
            struct pmp_plan plan;
            pmp_plan_view(&plan, &w, &h, (enum pmp_view)view);
            assert_true(plan.count <= PMP_MAX);
            for (unsigned k = 0; k < 20; k++) {
                uint64_t pa = below(ALL_PAGES * 0x1000), len = UINT64_C(1) << below(4);
                unsigned access = below(3);
                bool got = plan_allows(&plan, pa, len, access);
                bool partly = touches(shut, ARRAY_LEN(shut), pa, len) &&
                              !touches(shut, ARRAY_LEN(shut), pa, 1);
                if (trapped((enum pmp_view)view, pa, len) || partly) {
                    assert_false(got);
                } else if (got != wanted(&h, (enum pmp_view)view, pa, len, access)) {
                    fail_msg("run %u, view %u: %llu bytes at %#llx, access %u: %d", n, view,
                             (unsigned long long)len, (unsigned long long)pa, access, got);
                }
                let[view] += got;
            }
        }
    }
    for (unsigned view = 0; view < PMP_VIEWS; view++) {
        assert_true(let[view] > 1000);
    }
}

/* A world switch writes cfg and nothing else; no entry binds Hearth. */
static void views_differ_in_cfg_alone_and_lock_nothing(void **state)
{
    static const struct pmp_world w = {.closed = shut,
                                       .count = ARRAY_LEN(shut),
                                       .tables = &shut[1],
                                       .trapped = device,
                                       .trapped_count = ARRAY_LEN(device),
                                       .entries = PMP_MAX};

    (void)state;
    for (unsigned n = 0; n < 300; n++) {
        struct hart h = hart_any(pmp_plan_room(&w));
        struct pmp_plan plan, first;
        pmp_plan_view(&first, &w, &h, PMP_HS);
        for (unsigned view = 0; view < PMP_VIEWS; view++) {
            pmp_plan_view(&plan, &w, &h, (enum pmp_view)view);
            assert_int_equal(plan.count, first.count);
            for (unsigned i = 0; i < plan.count; i++) {
                assert_int_equal(plan.entry[i].addr, first.entry[i].addr);
                assert_int_equal(plan.entry[i].cfg & PMP_L, 0);
                assert_int_equal(pmp_plan_cfg_word(&plan, i / 8) >> (8 * (i % 8)) & 0xff,
                                 plan.entry[i].cfg);
            }
        }
    }
}

static void a_hart_with_few_entries_has_few_left(void **state)
{
    struct pmp_world w = {.closed = shut, .count = ARRAY_LEN(shut), .entries = 8};

    (void)state;
    assert_int_equal(pmp_plan_room(&w), 8 - 4 - 2);
    w.entries = 5;
    assert_int_equal(pmp_plan_room(&w), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(closed_ranges_are_closed_and_the_rest_is_open),
        cmocka_unit_test(one_page_is_enough),
        cmocka_unit_test(too_many_ranges_are_refused),
        cmocka_unit_test(views_are_the_virtual_pmp_below_what_is_closed),
        cmocka_unit_test(views_differ_in_cfg_alone_and_lock_nothing),
        cmocka_unit_test(a_hart_with_few_entries_has_few_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
