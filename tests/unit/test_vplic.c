/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual PLIC over a device of plic_device.h. Source: RISC-V PLIC specification 1.0.0.
 */
#include "fixture.h"

#include <string.h>

#define twin_must(c) assert_true(c)
#include "plic_twin.h"

static int setup(void **state)
{
    static const unsigned index[TWIN_HARTS] = {0, 1, 2};
    (void)state;
    memset(&p, 0xa5, sizeof(p));
    make(index);
    return 0;
}

static void source(unsigned i, uint32_t priority, bool level)
{
    device.priority[i] = priority;
    device.level[i] = level;
}

static void starts_closed(void **state)
{
    (void)state;
    source(1, 7, true);
    for (unsigned c = 0; c < CONTEXTS; c++) {
        assert_int_equal(device.enable[c][0] | device.enable[c][1], 0);
        assert_int_equal(device.context[c][0], UINT32_MAX);
    }
    for (unsigned hart = 0; hart < VDEV_HARTS; hart++) {
        assert_int_equal(wires(hart), 0);
    }
    for (unsigned c = 0; c < CONTEXTS; c += 2) { /* as after reset: thresholds of M are 0 */
        assert_int_equal(load(THRESHOLD(c)), 0);
        assert_int_equal(load(ENABLE(c, 0)), 0);
        assert_int_equal(load(CLAIM(c)), 0);
    }
}

/* One interrupt from beginning to end: it arrives once, stands while nobody claims it, and comes
 * again if the device still asks for it. */
static void an_interrupt(void **state)
{
    (void)state;
    store(PRIORITY(5), 3);
    store(THRESHOLD(M_OF(1)), 2);
    store(ENABLE(M_OF(1), 0), BIT(5));
    assert_int_equal(told, BIT(1));
    assert_int_equal(wires(1), 0);
    assert_false(arrives(1));
    device.level[5] = true;
    assert_true(arrives(1));
    assert_int_equal(wires(1), BIT(IRQ_MEI));
    assert_false(arrives(1)); /* quiet */
    assert_int_equal(wires(1), BIT(IRQ_MEI));
    assert_false(arrives(1));
    assert_int_equal(wires(0), 0);
    assert_int_equal(load(PENDING(0)), BIT(5));
    assert_int_equal(load(CLAIM(M_OF(1))), 5);
    assert_int_equal(told, BIT(1));
    assert_int_equal(wires(1), 0);
    assert_int_equal(load(CLAIM(M_OF(1))), 0);
    assert_int_equal(load(PENDING(0)), 0);
    assert_false(arrives(1)); /* in service */
    store(CLAIM(M_OF(1)), 5);
    assert_int_equal(told, BIT(1));
    assert_true(arrives(1)); /* the level is still there */
    assert_int_equal(wires(1), BIT(IRQ_MEI));
    assert_int_equal(load(CLAIM(M_OF(1))), 5);
    device.level[5] = false;
    store(CLAIM(M_OF(1)), 5);
    assert_int_equal(wires(1), 0);
    assert_false(arrives(1));
}

/* A wire that drops by itself: the interrupt can arrive again afterwards. */
static void the_wire_drops(void **state)
{
    (void)state;
    source(5, 3, true);
    store(ENABLE(M_OF(0), 0), BIT(5));
    assert_int_equal(wires(0), BIT(IRQ_MEI));
    store(ENABLE(M_OF(0), 0), 0); /* disabled */
    assert_int_equal(told, BIT(0));
    assert_int_equal(wires(0), 0);
    assert_false(p.hart[0].any);
    store(ENABLE(M_OF(0), 0), BIT(5));
    assert_int_equal(wires(0), BIT(IRQ_MEI));
    store(THRESHOLD(M_OF(0)), 3);
    assert_int_equal(told, BIT(0));
    assert_int_equal(wires(0), 0);
    assert_false(arrives(0));
    store(THRESHOLD(M_OF(0)), 2);
    assert_true(arrives(0));
    assert_int_equal(wires(0), BIT(IRQ_MEI));
    device.priority[5] = 2; /* by S-mode: no trap */
    assert_int_equal(wires(0), 0);
    device.priority[5] = 3;
    assert_true(arrives(0));
    assert_int_equal(wires(0), BIT(IRQ_MEI));
    store(PRIORITY(5), 0); /* by firmware: who is quiet looks again */
    assert_int_equal(told, BIT(0));
    assert_int_equal(wires(0), 0);
}

/* Two harts are interrupted, one claims: the other's wire drops, and both can be again. */
static void two_harts_one_source(void **state)
{
    (void)state;
    source(5, 3, true);
    store(ENABLE(M_OF(0), 0), BIT(5));
    store(ENABLE(M_OF(2), 0), BIT(5));
    assert_int_equal(wires(0) & wires(2), BIT(IRQ_MEI));
    assert_int_equal(load(CLAIM(M_OF(2))), 5);
    assert_int_equal(told, BIT(0) | BIT(2));
    assert_int_equal(wires(0) | wires(2), 0);
    assert_int_equal(load(CLAIM(M_OF(0))), 0);
    store(CLAIM(M_OF(2)), 5);
    assert_true(arrives(0) && arrives(2));
}

static void claims_in_any_order(void **state)
{
    (void)state;
    source(3, 1, true);
    source(33, 7, true);
    source(40, 7, true);
    store(ENABLE(M_OF(0), 0), BIT(3));
    store(ENABLE(M_OF(0), 1), BIT(33 - 32) | BIT(40 - 32));
    assert_int_equal(load(CLAIM(M_OF(0))), 33); /* by priority, then by number */
    assert_int_equal(load(CLAIM(M_OF(0))), 40);
    assert_int_equal(load(CLAIM(M_OF(0))), 3);
    assert_int_equal(load(CLAIM(M_OF(0))), 0);
    store(CLAIM(M_OF(0)), 3);
    assert_int_equal(load(CLAIM(M_OF(0))), 3);
    store(CLAIM(M_OF(0)), 4); /* never claimed, not enabled */
    store(CLAIM(M_OF(0)), 0);
    store(CLAIM(M_OF(0)), 0xffffffff);
    assert_int_equal(wires(0), 0);
    store(ENABLE(M_OF(0), 1), BIT(33 - 32)); /* a completion counts only for who is enabled */
    store(CLAIM(M_OF(0)), 40);
    store(ENABLE(M_OF(0), 1), BIT(33 - 32) | BIT(40 - 32));
    assert_int_equal(wires(0), 0);
    store(CLAIM(M_OF(0)), 40);
    assert_int_equal(wires(0), BIT(IRQ_MEI));
}

static void s_contexts_are_the_machines(void **state)
{
    (void)state;
    source(7, 4, true);
    store(ENABLE(S_OF(1), 0), BIT(7));
    assert_int_equal(device.enable[S_OF(1)][0], BIT(7));
    assert_int_equal(load(ENABLE(S_OF(1), 0)), BIT(7));
    store(THRESHOLD(S_OF(1)), 1);
    assert_int_equal(device.context[S_OF(1)][0], 1);
    assert_int_equal(load(THRESHOLD(S_OF(1))), 1);
    assert_true(device_line(&device, S_OF(1)));
    assert_int_equal(wires(1), 0);
    assert_int_equal(load(CLAIM(S_OF(1))), 7);
    assert_int_equal(told, 0);
    store(CLAIM(S_OF(1)), 7);
    assert_true(device_line(&device, S_OF(1)));
}

/* S-mode claims what M waits for: M's wire is down when it looks. */
static void s_claims_first(void **state)
{
    (void)state;
    source(7, 4, true);
    store(ENABLE(S_OF(1), 0), BIT(7));
    store(ENABLE(M_OF(1), 0), BIT(7));
    store(THRESHOLD(S_OF(1)), 0);
    assert_int_equal(wires(1), BIT(IRQ_MEI));
    assert_int_equal(device_claim(&device, S_OF(1)), 7);
    assert_int_equal(wires(1), 0);
    device_complete(&device, S_OF(1), 7);
    assert_true(arrives(1));
    assert_int_equal(wires(1), BIT(IRQ_MEI));
    assert_int_equal(load(CLAIM(S_OF(1))), 7); /* by firmware, for it */
    assert_int_equal(told, BIT(1));
    assert_int_equal(wires(1), 0);
}

/* Every hart reaches every other's registers: told is the one concerned. */
static void registers_of_others(void **state)
{
    static const unsigned index[TWIN_HARTS] = {63, 0, 17};
    (void)state;
    make(index);
    for (unsigned i = 0; i < TWIN_HARTS; i++) {
        store(THRESHOLD(M_OF(i)), i);
        assert_int_equal(told, BIT(index[i]));
        store(ENABLE(M_OF(i), 1), (uint32_t)BIT(i));
        assert_int_equal(told, BIT(index[i]));
    }
    for (unsigned i = 0; i < TWIN_HARTS; i++) {
        assert_int_equal(load(THRESHOLD(M_OF(i))), i);
        assert_int_equal(told, 0);
        assert_int_equal(load(ENABLE(M_OF(i), 0)), 0);
        assert_int_equal(load(ENABLE(M_OF(i), 1)), BIT(i));
        source(32 + i, 7, true);
        struct vdev_lines l = {.up = BIT(IRQ_MTI)};
        self = i;
        vplic_ops.lines(&p, 5, 0, &l); /* has no contexts */
        assert_int_equal(l.up, BIT(IRQ_MTI));
        vplic_ops.lines(&p, index[i], 0, &l);
        assert_int_equal(l.up, BIT(IRQ_MTI) | BIT(IRQ_MEI));
        assert_int_equal(load(CLAIM(M_OF(i))), 32 + i);
        assert_int_equal(told, BIT(index[i]));
        vplic_ops.lines(&p, index[i], 0, &l); /* no longer quiet */
    }
}

static void other_accesses_are_refused(void **state)
{
    static const uint64_t at[] = {4, 0x1000, 0x2000, 0x200000, 0x200004, 0x201000};
    (void)state;
    struct vplic before = p;
    struct plic_device device_before = device;
    for (unsigned i = 0; i < ARRAY_LEN(at); i++) {
        for (unsigned len = 1; len <= 8; len *= 2) {
            for (unsigned off = 0; off < 4; off++) {
                uint64_t v = 1;
                if (len == 4 && off == 0) {
                    continue;
                }
                assert_false(access(at[i] + off, len, true, &v));
                assert_false(access(at[i] + off, len, false, &v));
                assert_int_equal(told, 0);
            }
        }
    }
    assert_memory_equal(&p, &before, sizeof(p));
    assert_memory_equal(&device, &device_before, sizeof(device));
}

/* What is no register, or nobody's, or read-only: zero, and ignored. */
static void nothing_there(void **state)
{
    static const uint64_t at[] = {
        0,
        PRIORITY(SOURCES + 1),
        0xffc,
        PENDING(0),
        PENDING(1),
        PENDING(2),
        0x1ffc,
        ENABLE(0, 2),
        ENABLE(0, 31),
        ENABLE(CONTEXTS, 0),
        ENABLE(CONTEXTS + 1, 1),
        ENABLE(127, 0),
        ENABLE(128, 0),
        0x1ffffc,
        THRESHOLD(0) + 8,
        THRESHOLD(0) + 0xffc,
        THRESHOLD(CONTEXTS),
        CLAIM(CONTEXTS),
        THRESHOLD(127),
        THRESHOLD(128),
        CLAIM(15871),
        0x3fffffc,
    };
    (void)state;
    store(ENABLE(0, 0), 0xfffffffe); /* what lies behind the pending bits here */
    p.hart[2].hart = VDEV_NOBODY;    /* not of this world */
    p.slot[2] = VDEV_NOBODY;
    struct vplic before = p;
    struct plic_device device_before = device;
    for (unsigned i = 0; i < ARRAY_LEN(at); i++) {
        store(at[i], 0xffffffff);
        assert_int_equal(told, 0);
        assert_int_equal(load(at[i]), 0);
    }
    for (unsigned c = M_OF(2); c <= S_OF(2); c++) {
        store(ENABLE(c, 0), 2);
        store(THRESHOLD(c), 2);
        store(CLAIM(c), 2);
        assert_int_equal(load(ENABLE(c, 0)) | load(THRESHOLD(c)) | load(CLAIM(c)), 0);
    }
    assert_memory_equal(&p, &before, sizeof(p));
    assert_memory_equal(&device, &device_before, sizeof(device));
}

static void contexts_that_are_not_there(void **state)
{
    const struct plic_context at = {device.enable[1], device.context[1]};
    (void)state;
    vplic_init(&p, 1); /* one source: one word */
    assert_int_equal(p.words, 1);
    vplic_init(&p, 31);
    assert_int_equal(p.words, 1);
    vplic_init(&p, 32);
    assert_int_equal(p.words, 2);
    vplic_init(&p, VPLIC_SOURCES);
    assert_int_equal(p.words, VPLIC_WORDS);
    vplic_init(&p, 31);
    p.line = line;
    vplic_context(&p, VPLIC_CONTEXTS, 0, true, &at); /* a number too large for firmware */
    vplic_context(&p, 1, 0, true, &at);
    store(THRESHOLD(1), 1); /* a hart of no world */
    assert_int_equal(load(THRESHOLD(1)), 0);
    vplic_hart(&p, 0, 0);
    assert_int_equal(device.context[1][0], UINT32_MAX);
    device.enable[1][0] = 2;
    device.context[1][0] = 0;
    vplic_capture(&p.hart[0]); /* no M context */
    assert_int_equal(device.context[1][0], 0);
    vplic_release(&p.hart[0]);
    assert_false(p.hart[0].captured);
    p.hart[0].m = at;
    p.hart[0].s.enable = NULL;
    vplic_capture(&p.hart[0]);
    assert_false(p.hart[0].captured);
    assert_int_equal(wires(0), 0);
}

/* Without firmware's part: the M context is S's. */
static void capture_alone(void **state)
{
    (void)state;
    source(9, 2, true);
    device.enable[S_OF(1)][0] = BIT(9);
    device.context[S_OF(1)][0] = 1;
    device.enable[M_OF(2)][0] = BIT(5);
    vplic_capture(&p.hart[1]);
    assert_true(arrives(1));
    assert_false(device_line(&device, S_OF(1)));
    assert_int_equal(device.enable[S_OF(1)][0], BIT(9)); /* behind M's last word */
    device.context[M_OF(1)][0] = 77;
    vplic_capture(&p.hart[1]); /* writes nothing that is there already */
    assert_int_equal(device.context[M_OF(1)][0], 77);
    device.context[M_OF(1)][0] = 1;
    assert_int_equal(wires(1), BIT(IRQ_SEI));
    assert_true(arrives(1));                  /* it is S's business to end it */
    device.enable[S_OF(1)][1] = BIT(40 - 32); /* another hart does that */
    vplic_capture(&p.hart[1]);
    assert_int_equal(device.enable[M_OF(1)][1], BIT(40 - 32));
    vplic_release(&p.hart[1]);
    assert_false(arrives(1));
    assert_true(device_line(&device, S_OF(1)));
    assert_int_equal(device.context[S_OF(1)][0], 1);
    vplic_release(&p.hart[1]); /* again is nothing */
    assert_int_equal(device.context[S_OF(1)][0], 1);
    assert_int_equal(wires(1), 0);
}

/* Firmware looks at, and changes, what is captured: it sees what S would. */
static void firmware_and_a_captured_hart(void **state)
{
    (void)state;
    source(9, 2, true);
    device.enable[S_OF(1)][0] = BIT(9);
    device.context[S_OF(1)][0] = 1;
    vplic_capture(&p.hart[1]);
    assert_int_equal(load(THRESHOLD(S_OF(1))), 1);
    assert_int_equal(load(ENABLE(M_OF(1), 0)), 0); /* not S's */
    assert_int_equal(load(THRESHOLD(M_OF(1))), 0);
    assert_int_equal(load(CLAIM(M_OF(1))), 0); /* S's interrupts are not M's to claim */
    assert_true(arrives(1));
    store(THRESHOLD(S_OF(1)), 2);
    assert_false(arrives(1));
    assert_int_equal(load(THRESHOLD(S_OF(1))), 2);
    store(THRESHOLD(S_OF(1)), 0);
    assert_true(arrives(1));
    store(ENABLE(S_OF(1), 0), 0);
    assert_false(arrives(1));
    store(ENABLE(S_OF(1), 0), BIT(9));
    assert_true(arrives(1));
    device.claims_above_threshold = true;
    assert_int_equal(load(CLAIM(S_OF(1))), 9);
    assert_false(arrives(1));
    assert_false(device_line(&device, S_OF(1)));
    store(CLAIM(S_OF(1)), 9);
    assert_true(arrives(1));
    vplic_release(&p.hart[1]);
    assert_int_equal(device.context[S_OF(1)][0], 0);
    assert_true(device_line(&device, S_OF(1)));
}

/* Both parts, thresholds apart: neither lets the other's small fry through, or the hart would be
 * interrupted without end. */
static void both_parts(void **state)
{
    (void)state;
    for (unsigned swap = 0; swap < 2; swap++) {
        uint32_t m_threshold = swap ? 5 : 1, s_threshold = swap ? 1 : 5;
        setup(NULL);
        store(ENABLE(M_OF(0), 0), BIT(3) | BIT(4));
        store(THRESHOLD(M_OF(0)), m_threshold);
        device.enable[S_OF(0)][0] = BIT(4) | BIT(6);
        device.context[S_OF(0)][0] = s_threshold;
        source(3, 3, true);
        vplic_capture(&p.hart[0]);
        assert_int_equal(arrives(0), !swap);
        assert_int_equal(wires(0), swap ? 0 : BIT(IRQ_MEI));
        assert_false(arrives(0));
        source(6, 3, true);
        assert_int_equal(arrives(0), swap);
        assert_int_equal(wires(0), swap ? BIT(IRQ_SEI) : BIT(IRQ_MEI));
        source(3, 6, true);
        source(6, 6, true);
        assert_int_equal(wires(0), BIT(IRQ_MEI) | BIT(IRQ_SEI));
        vplic_release(&p.hart[0]);
        assert_int_equal(wires(0), BIT(IRQ_MEI));
        assert_int_equal(load(CLAIM(M_OF(0))), 3);
        assert_int_equal(wires(0), 0);
        vplic_capture(&p.hart[0]);
        assert_int_equal(wires(0), BIT(IRQ_SEI));
        store(CLAIM(M_OF(0)), 3); /* while the hart runs a guest, by another */
        assert_int_equal(told, BIT(0));
        assert_int_equal(wires(0), BIT(IRQ_MEI) | BIT(IRQ_SEI));
        vplic_release(&p.hart[0]);
    }
}

static uint64_t draw(void)
{
    static uint64_t seed = 4711;
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static unsigned below(unsigned n)
{
    return (unsigned)(draw() >> 20) % n;
}

static void random_against_the_bare_device(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 40; round++) {
        twin_make();
        device.claims_above_threshold = bare.claims_above_threshold = round % 2 != 0;
        for (unsigned step = 0; step < 4000; step++) {
            enum twin_act act = (enum twin_act)below(TWIN_ACTS);
            uint32_t v = act == TWIN_ENABLE ? (uint32_t)(draw() & draw() & draw()) : below(5);
            twin_step(act, below(2) != 0, below(CONTEXTS), 1 + below(SOURCES), v);
            for (unsigned hart = 0; hart < TWIN_HARTS; hart++) {
                twin_check(hart, below(4) == 0);
            }
        }
    }
    assert_true(twin_taken > 300);
    assert_true(twin_stale > 30); /* it does happen that a wire drops unseen */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(starts_closed, setup),
        cmocka_unit_test_setup(an_interrupt, setup),
        cmocka_unit_test_setup(the_wire_drops, setup),
        cmocka_unit_test_setup(two_harts_one_source, setup),
        cmocka_unit_test_setup(claims_in_any_order, setup),
        cmocka_unit_test_setup(s_contexts_are_the_machines, setup),
        cmocka_unit_test_setup(s_claims_first, setup),
        cmocka_unit_test_setup(registers_of_others, setup),
        cmocka_unit_test_setup(other_accesses_are_refused, setup),
        cmocka_unit_test_setup(nothing_there, setup),
        cmocka_unit_test_setup(contexts_that_are_not_there, setup),
        cmocka_unit_test_setup(capture_alone, setup),
        cmocka_unit_test_setup(firmware_and_a_captured_hart, setup),
        cmocka_unit_test_setup(both_parts, setup),
        cmocka_unit_test_setup(random_against_the_bare_device, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
