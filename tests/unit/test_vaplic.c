/* SPDX-License-Identifier: BSD-2-Clause */
/* The virtual root domain of an APLIC beside a bare one, whatever firmware and devices do: AIA 1.0,
 * chapter 4. Single rules are in test_vaia.c. */
#include "fixture.h"

#define twin_must(c) assert_true(c)
#include "aplic_twin.h"

static uint64_t seed = 7;

static uint32_t draw(void)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(seed >> 32);
}

/* All sources on, for all harts in turn. */
static void open_all(void)
{
    aplic_twin_access(0, true, 0x100);
    for (unsigned i = 1; i <= APLIC_SOURCES; i++) {
        aplic_twin_access(4 * i, true, 4 + draw() % 4);
        aplic_twin_access(0x3000 + 4 * i, true, draw() % 3 << 18 | i);
        aplic_twin_access(0x1edc, true, i);
    }
    for (unsigned i = 0; i < APLIC_IDCS; i++) {
        aplic_twin_access(0x4000 + 32 * i, true, 1);
    }
}

static void beside_the_bare_device(bool msi)
{
    for (unsigned round = 0; round < 20; round++) {
        aplic_twin_make(msi);
        open_all();
        for (unsigned step = 0; step < 4000; step++) {
            uint32_t at = aplic_twin_register(draw() & 0xffff);
            if (draw() % 3 == 0) {
                aplic_twin_input(1 + draw() % APLIC_SOURCES, draw() % 2 != 0);
            } else {
                aplic_twin_access(at, draw() % 2 != 0, aplic_twin_value(at, draw()));
            }
            for (unsigned i = 0; i < APLIC_IDCS; i++) {
                aplic_twin_check(i, draw() % 4 == 0);
            }
        }
    }
    assert_true(twin_refused > 1000);
}

static void direct(void **state)
{
    (void)state;
    beside_the_bare_device(false);
    assert_true(twin_taken > 300);
    assert_true(twin_stale > 10); /* it does happen that a wire drops unseen */
}

static void by_msi(void **state)
{
    (void)state;
    beside_the_bare_device(true);
    assert_true(bare.sent > 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(direct),
        cmocka_unit_test(by_msi),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
