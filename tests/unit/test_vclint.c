/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual CLINT. Source: RISC-V ACLINT specification 1.0-rc4; privileged architecture, "Machine
 * Timer Registers": the interrupt is up while mtime >= mtimecmp, unsigned.
 */
#include "fixture.h"

#include <string.h>

#include "vdev/clint.h"

#define REGISTERS 5

/* Register n belongs to this hart; the third one to nobody. */
static const uint8_t owner[REGISTERS] = {3, 0, VDEV_NOBODY, 63, 1};

static struct vclint c;
static uint64_t now;
static uint64_t told; /* harts, by the last access */

static bool access(const struct vdev_ops *ops, uint64_t offset, unsigned len, bool write,
                   uint64_t *value)
{
    struct vdev_access a = {
        .offset = offset, .len = len, .write = write, .value = *value, .now = now};
    bool done = ops->access(&c, &a);
    told = a.lines;
    *value = a.value;
    return done;
}

static uint64_t load(const struct vdev_ops *ops, uint64_t offset, unsigned len)
{
    uint64_t v = 0x5a5a5a5a5a5a5a5a;
    assert_true(access(ops, offset, len, false, &v));
    assert_int_equal(told, 0);
    return v;
}

static void store(const struct vdev_ops *ops, uint64_t offset, unsigned len, uint64_t v)
{
    assert_true(access(ops, offset, len, true, &v));
}

static struct vdev_lines lines(unsigned hart)
{
    struct vdev_lines l = {.deadline = VDEV_NEVER};
    vmswi_ops.lines(&c, hart, now, &l);
    vmtimer_ops.lines(&c, hart, now, &l);
    return l;
}

static int setup(void **state)
{
    (void)state;
    memset(&c, 0xa5, sizeof(c));
    vclint_reset(&c, owner, REGISTERS);
    now = 1000;
    told = 0;
    return 0;
}

static void quiet_at_reset(void **state)
{
    (void)state;
    for (unsigned hart = 0; hart < VDEV_HARTS; hart++) {
        struct vdev_lines l = lines(hart);
        assert_int_equal(l.up, 0);
        assert_int_equal(l.deadline, VDEV_NEVER);
        assert_int_equal(l.time_offset, 0);
        assert_false(vclint_msip(&c, hart));
    }
    assert_int_equal(load(&vmtime_ops, 0, 8), 1000);
    assert_int_equal(load(&vmtimer_ops, 0, 8), VDEV_NEVER);
}

/* A register of each hart, by the order of registers; only bit 0; others are told, once. */
/* Hart 0 has no register here, as some harts of big machines. */
static void harts_without_a_register(void **state)
{
    static const uint8_t two[] = {3, VDEV_NOBODY, 9};
    (void)state;
    vclint_reset(&c, two, ARRAY_LEN(two));
    store(&vmtime_ops, 0, 8, 5000);
    assert_int_equal(told, BIT(3) | BIT(9));
    for (unsigned hart = 0; hart < VDEV_HARTS; hart++) {
        assert_int_equal(lines(hart).time_offset, hart == 3 || hart == 9 ? 4000 : 0);
    }
}

static void msip_is_one_bit_a_hart(void **state)
{
    (void)state;
    for (unsigned n = 0; n < REGISTERS; n++) {
        if (owner[n] == VDEV_NOBODY) {
            continue;
        }
        store(&vmswi_ops, 4 * n, 4, 0xffffffff);
        assert_int_equal(told, BIT(owner[n]));
        for (unsigned i = 0; i < REGISTERS; i++) {
            assert_int_equal(load(&vmswi_ops, 4 * i, 4), i == n);
        }
        for (unsigned hart = 0; hart < VDEV_HARTS; hart++) {
            assert_int_equal(vclint_msip(&c, hart), hart == owner[n]);
            assert_int_equal(lines(hart).up, hart == owner[n] ? BIT(IRQ_MSI) : 0);
        }
        store(&vmswi_ops, 4 * n, 4, 1);
        assert_int_equal(told, 0); /* no change */
        store(&vmswi_ops, 4 * n, 4, 0xfffffffe);
        assert_int_equal(told, BIT(owner[n]));
        assert_int_equal(lines(owner[n]).up, 0);
    }
}

static void registers_of_nobody_hold_nothing(void **state)
{
    static const uint64_t places[] = {2, REGISTERS, 64, 4094};
    (void)state;
    struct vclint before = c;
    for (unsigned i = 0; i < ARRAY_LEN(places); i++) {
        store(&vmswi_ops, 4 * places[i], 4, 1);
        assert_int_equal(told, 0);
        assert_int_equal(load(&vmswi_ops, 4 * places[i], 4), 0);
        store(&vmtimer_ops, 8 * places[i], 8, 7);
        assert_int_equal(told, 0);
        assert_int_equal(load(&vmtimer_ops, 8 * places[i], 8), 0);
        assert_int_equal(load(&vmtimer_ops, 8 * places[i] + 4, 4), 0);
        store(&vsswi_ops, 4 * places[i], 4, 1);
    }
    store(&vmtime_ops, 8, 8, 7);
    store(&vmtime_ops, 0x1000, 4, 7);
    assert_int_equal(load(&vmtime_ops, 8, 4), 0);
    assert_int_equal(load(&vmtime_ops, 16, 8), 0);
    assert_memory_equal(&before, &c, sizeof(c));
}

/* What the bus refuses: every width and misalignment that isn't named. Nothing changes. */
static void other_accesses_are_refused(void **state)
{
    static const struct {
        const struct vdev_ops *ops;
        unsigned widths; /* that there are: bits */
    } all[] = {{&vmswi_ops, 4}, {&vsswi_ops, 4}, {&vmtime_ops, 4 | 8}, {&vmtimer_ops, 4 | 8}};
    (void)state;
    struct vclint before = c;
    for (unsigned i = 0; i < ARRAY_LEN(all); i++) {
        for (unsigned len = 1; len <= 8; len *= 2) {
            for (uint64_t offset = 0; offset < 24; offset++) {
                bool good = (all[i].widths & len) && offset % len == 0;
                uint64_t v = 0;
                assert_int_equal(access(all[i].ops, offset, len, false, &v), good);
                v = 1;
                if (!good) {
                    assert_false(access(all[i].ops, offset, len, true, &v));
                    assert_int_equal(told, 0);
                    assert_memory_equal(&before, &c, sizeof(c));
                }
            }
        }
    }
}

static void mtimecmp_in_one_and_in_halves(void **state)
{
    (void)state;
    store(&vmtimer_ops, 8, 8, 0x1122334455667788);
    assert_int_equal(told, BIT(0));
    assert_int_equal(load(&vmtimer_ops, 8, 8), 0x1122334455667788);
    assert_int_equal(load(&vmtimer_ops, 8, 4), 0x55667788);
    assert_int_equal(load(&vmtimer_ops, 12, 4), 0x11223344);
    store(&vmtimer_ops, 12, 4, 0xffffffffaabbccdd); /* only the low 4 bytes count */
    assert_int_equal(told, BIT(0));
    assert_int_equal(load(&vmtimer_ops, 8, 8), 0xaabbccdd55667788);
    store(&vmtimer_ops, 8, 4, 1);
    assert_int_equal(load(&vmtimer_ops, 8, 8), 0xaabbccdd00000001);
    store(&vmtimer_ops, 8, 4, 1);
    assert_int_equal(told, 0); /* no change */
    assert_int_equal(load(&vmtimer_ops, 0, 8), VDEV_NEVER);
    assert_int_equal(load(&vmtimer_ops, 24, 8), VDEV_NEVER);
}

static void timer_is_up_from_mtimecmp_on(void **state)
{
    (void)state;
    store(&vmtimer_ops, 8, 8, 1500);
    assert_int_equal(lines(0).up, 0);
    assert_int_equal(lines(0).deadline, 1500);
    assert_int_equal(lines(3).deadline, VDEV_NEVER);
    now = 1499;
    assert_int_equal(lines(0).up, 0);
    now = 1500;
    assert_int_equal(lines(0).up, BIT(IRQ_MTI));
    assert_int_equal(lines(0).deadline, VDEV_NEVER);
    assert_int_equal(vclint_deadline(&c, 0, now), 1500);
    now = 999999; /* un-cleared, it stays */
    assert_int_equal(lines(0).up, BIT(IRQ_MTI));
    store(&vmtimer_ops, 8, 8, 0);
    assert_int_equal(lines(0).up, BIT(IRQ_MTI));
    store(&vmtimer_ops, 8, 8, VDEV_NEVER);
    assert_int_equal(lines(0).up, 0);
    assert_int_equal(lines(0).deadline, VDEV_NEVER);
}

/* Writing mtime moves every hart's timer, and the time that everybody reads. */
static void mtime_writes_shift_the_time(void **state)
{
    const uint64_t everybody = BIT(0) | BIT(1) | BIT(3) | BIT(63);
    (void)state;
    store(&vmtimer_ops, 8, 8, 5000);
    store(&vmtimer_ops, 0, 8, 100);
    assert_int_equal(lines(3).up, BIT(IRQ_MTI));
    store(&vmtime_ops, 0, 8, 50); /* back */
    assert_int_equal(told, everybody);
    assert_int_equal(load(&vmtime_ops, 0, 8), 50);
    assert_int_equal(lines(3).up, 0);
    assert_int_equal(lines(3).deadline, now + 50);
    assert_int_equal(lines(0).deadline, now + 4950);
    assert_int_equal(lines(0).time_offset, 50 - now);
    assert_int_equal(vclint_time_offset(&c), 50 - now);
    now += 10;
    assert_int_equal(load(&vmtime_ops, 0, 8), 60);
    store(&vmtime_ops, 0, 8, 60);
    assert_int_equal(told, 0);   /* as it was */
    store(&vmtime_ops, 4, 4, 2); /* forward, one half */
    assert_int_equal(told, everybody);
    assert_int_equal(load(&vmtime_ops, 0, 8), 0x20000003c);
    assert_int_equal(lines(0).up, BIT(IRQ_MTI));
    store(&vmtime_ops, 0, 4, 0xffffffff);
    assert_int_equal(load(&vmtime_ops, 4, 4), 2);
    now++;
    assert_int_equal(load(&vmtime_ops, 0, 4), 0); /* carries */
    assert_int_equal(load(&vmtime_ops, 4, 4), 3);
}

/* The count wraps; a deadline that the physical count can't express is none. */
static void time_wraps(void **state)
{
    (void)state;
    store(&vmtime_ops, 0, 8, VDEV_NEVER - 1);
    store(&vmtimer_ops, 8, 8, 10);
    assert_int_equal(lines(0).up, BIT(IRQ_MTI)); /* unsigned: the count is far beyond 10 */
    now += 2;
    assert_int_equal(load(&vmtime_ops, 0, 8), 0);
    assert_int_equal(lines(0).up, 0);
    assert_int_equal(lines(0).deadline, now + 10);
    now = VDEV_NEVER - 5;
    store(&vmtime_ops, 0, 8, 0);
    store(&vmtimer_ops, 8, 8, 4);
    assert_int_equal(lines(0).deadline, VDEV_NEVER - 1);
    store(&vmtimer_ops, 8, 8, 5);
    assert_int_equal(lines(0).deadline, VDEV_NEVER);
    store(&vmtimer_ops, 8, 8, 6);
    assert_int_equal(lines(0).deadline, VDEV_NEVER);
}

/* With two devices of the kind, each is the clock of its own harts only. */
static void another_devices_harts(void **state)
{
    (void)state;
    store(&vmtime_ops, 0, 8, 7777);
    struct vdev_lines l = {.up = BIT(IRQ_MEI), .deadline = 42, .time_offset = 13};
    vmtimer_ops.lines(&c, 2, now, &l);
    vmswi_ops.lines(&c, 2, now, &l);
    assert_int_equal(l.up, BIT(IRQ_MEI));
    assert_int_equal(l.deadline, 42);
    assert_int_equal(l.time_offset, 13);
    store(&vmtimer_ops, 8, 8, 8000);
    vmtimer_ops.lines(&c, 0, now, &l);
    assert_int_equal(l.deadline, 42); /* the earlier one stays */
}

static void setssip_is_an_edge(void **state)
{
    struct vdev_access a = {.offset = 12, .len = 4, .write = true, .value = 1};
    (void)state;
    assert_true(vsswi_ops.access(&c, &a));
    assert_int_equal(a.ssip, BIT(63));
    a = (struct vdev_access){.offset = 12, .len = 4, .write = true, .value = 2};
    assert_true(vsswi_ops.access(&c, &a));
    assert_int_equal(a.ssip, 0);
    assert_int_equal(load(&vsswi_ops, 12, 4), 0);
}

static void more_registers_than_harts(void **state)
{
    uint8_t many[VDEV_HARTS];
    (void)state;
    for (unsigned i = 0; i < VDEV_HARTS; i++) {
        many[i] = (uint8_t)(i * 4); /* from 64 on they are nobody's */
    }
    vclint_reset(&c, many, VDEV_HARTS);
    store(&vmswi_ops, 4 * 15, 4, 1);
    assert_int_equal(told, BIT(60));
    store(&vmswi_ops, 4 * 16, 4, 1);
    assert_int_equal(told, 0);
    assert_int_equal(load(&vmswi_ops, 4 * 16, 4), 0);
}

/* The reference: the registers as bytes, and the interrupt by the definition. */
static struct {
    uint8_t msip[4 * REGISTERS], mtimecmp[8 * REGISTERS];
    uint64_t mtime; /* goes on with the physical one */
} ref;

static uint64_t bytes(const uint8_t *p, unsigned len)
{
    uint64_t v = 0;
    memcpy(&v, p, len);
    return v;
}

static uint64_t draw(void)
{
    static uint64_t seed = 20260;
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static uint64_t draw_time(void)
{
    switch (draw() % 4) {
    case 0:
        return ref.mtime + draw() % 64;
    case 1:
        return ref.mtime - draw() % 64;
    case 2:
        return draw() % 2 ? VDEV_NEVER : 0;
    default:
        return draw();
    }
}

static void random_write(void)
{
    unsigned n = (unsigned)draw() % REGISTERS, len = draw() % 2 ? 8 : 4;
    unsigned offset = 8 * n + (len == 4 ? 4 * (unsigned)(draw() % 2) : 0);
    uint64_t v = draw_time();
    uint8_t time[8];
    switch (draw() % 3) {
    case 0:
        store(&vmswi_ops, 4 * n, 4, v);
        ref.msip[4 * n] = v & 1 && owner[n] != VDEV_NOBODY;
        break;
    case 1:
        store(&vmtimer_ops, offset, len, v);
        if (owner[n] != VDEV_NOBODY) {
            memcpy(&ref.mtimecmp[offset], &v, len);
        }
        break;
    default:
        store(&vmtime_ops, offset & 7, len, v);
        memcpy(time, &ref.mtime, 8);
        memcpy(&time[offset & 7], &v, len);
        memcpy(&ref.mtime, time, 8);
        break;
    }
}

/* No interrupt is lost and none invented: every wire of every hart, after every step, is what the
 * registers say; whoever's changed was told; and a deadline is kept exactly. */
static void random_against_reference(void **state)
{
    struct vdev_lines before[REGISTERS];
    unsigned ups = 0;
    (void)state;
    memset(&ref, 0, sizeof(ref));
    ref.mtime = now;
    for (unsigned n = 0; n < REGISTERS; n++) {
        memset(&ref.mtimecmp[8 * n], owner[n] == VDEV_NOBODY ? 0 : 0xff, 8);
        before[n] = lines(owner[n] & 63);
    }
    for (unsigned step = 0; step < 200000; step++) {
        uint64_t elapsed = draw() % 8 ? 0 : draw() % 40;
        now += elapsed;
        ref.mtime += elapsed;
        told = 0;
        if (draw() % 2) {
            random_write();
        }
        uint64_t was_told = told;
        for (unsigned n = 0; n < REGISTERS; n++) {
            assert_int_equal(load(&vmswi_ops, 4 * n, 4), bytes(&ref.msip[4 * n], 4));
            assert_int_equal(load(&vmtimer_ops, 8 * n, 8), bytes(&ref.mtimecmp[8 * n], 8));
            if (owner[n] == VDEV_NOBODY) {
                continue;
            }
            struct vdev_lines l = lines(owner[n]);
            bool due = ref.mtime >= bytes(&ref.mtimecmp[8 * n], 8);
            uint64_t up = (due ? BIT(IRQ_MTI) : 0) | (ref.msip[4 * n] ? BIT(IRQ_MSI) : 0);
            assert_int_equal(l.up, up);
            ups += due;
            if (!due && l.deadline != VDEV_NEVER) { /* exactly then, not a tick before */
                uint64_t left = l.deadline - now;
                assert_true(ref.mtime + left == bytes(&ref.mtimecmp[8 * n], 8));
            }
            if (!(was_told & BIT(owner[n]))) { /* what it was to wait for still holds */
                bool expected = before[n].deadline <= now || (before[n].up & BIT(IRQ_MTI));
                assert_true(elapsed > 0 || expected == due);
                assert_int_equal(l.up & BIT(IRQ_MSI), before[n].up & BIT(IRQ_MSI));
            }
            before[n] = l;
        }
        assert_int_equal(load(&vmtime_ops, 0, 8), ref.mtime);
        assert_int_equal(load(&vmtime_ops, 4, 4), ref.mtime >> 32);
    }
    assert_true(ups > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(quiet_at_reset, setup),
        cmocka_unit_test_setup(harts_without_a_register, setup),
        cmocka_unit_test_setup(msip_is_one_bit_a_hart, setup),
        cmocka_unit_test_setup(registers_of_nobody_hold_nothing, setup),
        cmocka_unit_test_setup(other_accesses_are_refused, setup),
        cmocka_unit_test_setup(mtimecmp_in_one_and_in_halves, setup),
        cmocka_unit_test_setup(timer_is_up_from_mtimecmp_on, setup),
        cmocka_unit_test_setup(mtime_writes_shift_the_time, setup),
        cmocka_unit_test_setup(time_wraps, setup),
        cmocka_unit_test_setup(another_devices_harts, setup),
        cmocka_unit_test_setup(setssip_is_an_edge, setup),
        cmocka_unit_test_setup(more_registers_than_harts, setup),
        cmocka_unit_test_setup(random_against_reference, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
