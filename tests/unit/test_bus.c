/* SPDX-License-Identifier: BSD-2-Clause */
/* The bus: which accesses reach a device, what it gets, and who is told. */
#include "fake_host.h"

#include "core/bus.h"
#include "lib/err.h"
#include "vdev/clint.h"

#define BASE 0x2000000u
#define SIZE 0x100u

static struct bus bus;
static struct lock lock;
static struct vdev_access got;
static struct vdev_access gives; /* value, lines, ssip */
static bool refuses;
static unsigned asked;
static struct vdev_lines wires;

static bool access(void *state, struct vdev_access *a)
{
    assert_ptr_equal(state, &gives);
    assert_int_equal(lock.held, 1);
    asked++;
    got = *a;
    a->value = a->write ? a->value : gives.value;
    a->lines = gives.lines;
    a->ssip = gives.ssip;
    return !refuses;
}

static void lines(void *state, unsigned hart, uint64_t now, struct vdev_lines *l)
{
    assert_ptr_equal(state, &gives);
    assert_int_equal(lock.held, 1);
    assert_int_equal(hart, 2);
    assert_int_equal(now, 77);
    l->up |= wires.up;
    l->deadline = min_u64(l->deadline, wires.deadline);
}

static const struct vdev_ops ops = {"test", access, lines};
static const struct vdev_ops ops_no_wires = {"mute", access, NULL};

static int setup(void **state)
{
    (void)state;
    fake_reset();
    memset(&bus, 0, sizeof(bus));
    memset(&gives, 0, sizeof(gives));
    refuses = false;
    asked = 0;
    const struct bus_row row = {BASE, SIZE, &ops, &gives, &lock};
    const struct bus_row mute = {BASE + SIZE, SIZE, &ops_no_wires, &gives, &lock};
    assert_int_equal(bus_add(&bus, &row), 0);
    assert_int_equal(bus_add(&bus, &mute), 0);
    world0.bus = &bus;
    fake.time = 1234;
    return 0;
}

static void without_a_bus(void **state)
{
    uint64_t v = 0;
    (void)state;
    world0.bus = NULL;
    assert_null(bus_find(&world0, BASE));
    assert_int_equal(bus_access(&harts[0], BASE, 4, false, &v), BUS_NONE);
    assert_int_equal(bus_lines(&harts[0], 0).deadline, VDEV_NEVER);
    assert_int_equal(bus_lines(&harts[0], 0).up, 0);
}

static void rows(void **state)
{
    struct bus_row row = {BASE + SIZE - 1, 2, &ops, &gives, &lock};
    (void)state;
    assert_int_equal(bus_add(&bus, &row), ERR_OVERLAP);
    row = (struct bus_row){BASE - 1, 2 * SIZE, &ops, &gives, &lock};
    assert_int_equal(bus_add(&bus, &row), ERR_OVERLAP);
    row.size = 1; /* directly below */
    assert_int_equal(bus_add(&bus, &row), 0);
    for (unsigned i = bus.count; i < BUS_ROWS; i++) {
        row.base -= 1;
        assert_int_equal(bus_add(&bus, &row), 0);
    }
    row.base -= 1;
    assert_int_equal(bus_add(&bus, &row), ERR_RANGE);

    assert_null(bus_find(&world0, BASE + 2 * SIZE));
    assert_ptr_equal(bus_find(&world0, BASE), &bus.row[0]);
    assert_ptr_equal(bus_find(&world0, BASE + SIZE - 1), &bus.row[0]);
    assert_ptr_equal(bus_find(&world0, BASE + SIZE), &bus.row[1]);
}

static void what_a_device_gets(void **state)
{
    uint64_t v = 0xffeeddccbbaa9988;
    (void)state;
    for (unsigned len = 1; len <= 8; len *= 2) {
        assert_int_equal(bus_access(&harts[1], BASE + 0x20, len, true, &v), BUS_OK);
        assert_int_equal(got.offset, 0x20);
        assert_int_equal(got.len, len);
        assert_true(got.write);
        assert_int_equal(got.value, v & (ALL_ONES >> (64 - 8 * len)));
        assert_int_equal(got.now, 1234);
        assert_int_equal(got.lines | got.ssip, 0);
    }
    gives.value = 0x55;
    assert_int_equal(bus_access(&harts[1], BASE + SIZE - 1, 1, false, &v), BUS_OK);
    assert_int_equal(v, 0x55);
    assert_false(got.write);
    assert_int_equal(lock.held, 0);
}

/* Next to a device is none of its business; across its edge is nobody's. */
static void edges(void **state)
{
    uint64_t v = 0;
    (void)state;
    assert_int_equal(bus_access(&harts[0], BASE - 4, 4, false, &v), BUS_NONE);
    assert_int_equal(bus_access(&harts[0], BASE + 2 * SIZE, 8, false, &v), BUS_NONE);
    assert_int_equal(bus_access(&harts[0], 0, 8, false, &v), BUS_NONE);
    assert_int_equal(bus_access(&harts[0], BASE - 1, 2, false, &v), BUS_FAULT);
    assert_int_equal(bus_access(&harts[0], BASE - 4, 8, true, &v), BUS_FAULT);
    assert_int_equal(bus_access(&harts[0], BASE + 2 * SIZE - 4, 8, false, &v), BUS_FAULT);
    assert_int_equal(bus_access(&harts[0], BASE + SIZE - 4, 8, false, &v), BUS_FAULT);
    assert_int_equal(asked, 0);
}

static void a_refusal_changes_nothing(void **state)
{
    uint64_t v = 99;
    (void)state;
    refuses = true;
    gives.lines = gives.ssip = 0xf;
    gives.value = 1;
    assert_int_equal(bus_access(&harts[0], BASE, 4, false, &v), BUS_FAULT);
    assert_int_equal(v, 99);
    assert_int_equal(seen.lines | seen.ipis, 0);
    assert_int_equal(seen.ssip, 0);
    assert_int_equal(lock.held, 0);
}

static void who_is_told(void **state)
{
    uint64_t v = 0;
    (void)state;
    gives.lines = BIT(1) | BIT(3) | BIT(40); /* nobody is the fortieth */
    assert_int_equal(bus_access(&harts[1], BASE, 4, true, &v), BUS_OK);
    assert_int_equal(seen.lines, BIT(1)); /* itself, at once */
    assert_int_equal(seen.ipis, BIT(3));
    assert_int_equal(harts[3].request, REQUEST_LINES);
    assert_int_equal(harts[1].request | harts[0].request | harts[2].request, 0);
    assert_int_equal(request_serve(&harts[3]), REQUEST_LINES);
    assert_int_equal(seen.lines, BIT(1) | BIT(3));

    gives.lines = 0;
    gives.ssip = BIT(0) | BIT(1);
    assert_int_equal(bus_access(&harts[1], BASE, 4, true, &v), BUS_OK);
    assert_int_equal(seen.ssip, 1);
    assert_int_equal(harts[0].request, REQUEST_IPI);
}

static void wires_of_all_devices(void **state)
{
    (void)state;
    wires = (struct vdev_lines){.up = BIT(IRQ_MSI), .deadline = 500};
    struct vdev_lines l = bus_lines(&harts[2], 77);
    assert_int_equal(l.up, BIT(IRQ_MSI));
    assert_int_equal(l.deadline, 500);
    assert_int_equal(l.time_offset, 0);
    assert_int_equal(lock.held, 0);
}

/* Every hart writes every other's msip and mtimecmp, by the bus: that one is told. */
static void clint_of_every_hart(void **state)
{
    static struct vclint c;
    static const uint8_t order[HARTS] = {2, 0, 3, 1};
    struct lock own = {0};
    (void)state;
    vclint_reset(&c, order, HARTS);
    memset(&bus, 0, sizeof(bus));
    const struct bus_row msip = {BASE, 0x4000, &vmswi_ops, &c, &own};
    const struct bus_row compare = {BASE + 0x4000, 0x7ff8, &vmtimer_ops, &c, &own};
    assert_int_equal(bus_add(&bus, &msip) | bus_add(&bus, &compare), 0);
    for (unsigned from = 0; from < HARTS; from++) {
        for (unsigned n = 0; n < HARTS; n++) {
            struct vhart *to = &harts[order[n]];
            uint64_t v = 1, deadline = 10000 + 100 * from + n;
            seen.ipis = seen.lines = 0;
            assert_int_equal(bus_access(&harts[from], BASE + 4 * n, 4, true, &v), BUS_OK);
            assert_int_equal(bus_lines(to, 0).up, BIT(IRQ_MSI));
            assert_int_equal(bus_access(&harts[from], BASE + 0x4000 + 8 * n, 8, true, &deadline),
                             BUS_OK);
            assert_int_equal(bus_lines(to, 0).deadline, deadline);
            (void)request_serve(to);
            assert_int_equal(seen.lines, BIT(to->index));
            assert_int_equal(seen.ipis, from == to->index ? 0 : BIT(to->index));
            v = 0;
            assert_int_equal(bus_access(&harts[from], BASE + 4 * n, 4, true, &v), BUS_OK);
            assert_int_equal(bus_lines(to, 0).up, 0);
            (void)request_serve(to);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(without_a_bus, setup),
        cmocka_unit_test_setup(rows, setup),
        cmocka_unit_test_setup(what_a_device_gets, setup),
        cmocka_unit_test_setup(edges, setup),
        cmocka_unit_test_setup(a_refusal_changes_nothing, setup),
        cmocka_unit_test_setup(who_is_told, setup),
        cmocka_unit_test_setup(wires_of_all_devices, setup),
        cmocka_unit_test_setup(clint_of_every_hart, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
