/* SPDX-License-Identifier: BSD-2-Clause */
/* A hart whose contexts firmware can't reach: captured and released each time that it runs a guest.
 */
#include "fixture.h"

#include <string.h>

#include "plic_device.h"
#include "vdev/plic.h"

#define M_OF(hart) (2 * (hart))
#define S_OF(hart) (2 * (hart) + 1)

static struct vplic p;
static struct plic_device device;

static int setup(void **state)
{
    (void)state;
    memset(&device, 0, sizeof(device));
    vplic_init(&p, SOURCES);
    for (unsigned c = 0; c < CONTEXTS; c++) {
        const struct plic_context at = {device.enable[c], device.context[c]};
        vplic_context(&p, c, c / 2, c % 2 != 0, &at);
    }
    return 0;
}

static void assert_captured(unsigned hart, uint32_t threshold)
{
    assert_true(p.hart[hart].captured);
    assert_int_equal(device.context[M_OF(hart)][0], threshold);
    assert_int_equal(device.context[S_OF(hart)][0], UINT32_MAX);
    for (unsigned w = 0; w < p.words; w++) {
        assert_int_equal(device.enable[M_OF(hart)][w], device.enable[S_OF(hart)][w]);
    }
}

/* The short way is the other one's, as long as S's enables stay. */
static void capture_quick(void **state)
{
    struct vplic_hart *h = &p.hart[1];
    (void)state;
    assert_true(h->alone);
    for (unsigned w = 0; w < p.words; w++) {
        device.enable[S_OF(1)][w] ^= BIT(9);
        device.context[S_OF(1)][0] = 1;
        assert_false(vplic_capture_quick(h));
        assert_false(h->captured);
        assert_int_equal(device.context[S_OF(1)][0], 1);
        assert_int_equal(device.context[M_OF(1)][0], UINT32_MAX);
        vplic_capture(h);
        assert_captured(1, 1);
        for (uint32_t threshold = 0; threshold < 3; threshold++) {
            vplic_release_quick(h);
            assert_false(h->captured);
            assert_int_equal(device.context[M_OF(1)][0], UINT32_MAX);
            assert_int_equal(device.context[S_OF(1)][0], threshold == 0 ? 1 : threshold - 1);
            device.context[S_OF(1)][0] = threshold;
            assert_true(vplic_capture_quick(h));
            assert_captured(1, threshold);
        }
        device.enable[S_OF(1)][w] ^= BIT(7); /* another hart does that */
        vplic_capture(h);
        assert_captured(1, 2);
        vplic_release(h);
        assert_int_equal(device.context[M_OF(1)][0], UINT32_MAX);
        assert_int_equal(device.context[S_OF(1)][0], 2);
        assert_true(vplic_capture_quick(h));
        assert_captured(1, 2);
        vplic_release(h);
    }
    vplic_hart(&p, 1, 1);
    assert_false(h->alone);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test_setup(capture_quick, setup)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
