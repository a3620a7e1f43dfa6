/* SPDX-License-Identifier: BSD-2-Clause */
/* The trace of exits: what is recorded of each, and that nothing in its memory, which HS may write,
 * leads anywhere else. */
#include "fake_host.h"

#include "core/trace.h"

#define PART UINT64_C(0x4000)
#define RING (PART / 2 / sizeof(struct trace_record))

static struct vhart *const me = &harts[1];
static struct {
    uint8_t before[4096], area[TRACE_HEAD_SIZE + HARTS * PART], behind[4096];
} memory __attribute__((aligned(4096)));

static const struct trace_head *const head = (void *)memory.area;

static const struct trace_record *record(uint64_t n)
{
    return (struct trace_record *)((uintptr_t)me->trace + TRACE_RING) + n;
}

static int setup(void **state)
{
    (void)state;
    fake_reset();
    memset(&memory, 0x5a, sizeof(memory));
    trace_setup((uintptr_t)memory.area, PART);
    for (unsigned i = 0; i < HARTS; i++) {
        harts[i].hsm = i == 1 ? HSM_STARTED : HSM_STOPPED;
    }
    return 0;
}

/* An exit as trace_entry.S notes its beginning. */
static void exit_of(enum exit_cause cause, uint64_t spent)
{
    me->trace->inside = 1;
    me->trace->mepc = 0x1000 + cause;
    me->trace->mcause = CAUSE_ILLEGAL;
    me->trace->mstatus = FIELD_PUT(STATUS_MPP, (uint64_t)PRV_S);
    me->trace->v = 1;
    me->exits[cause]++;
    trace_record(me, spent, 77);
}

static void begin(void)
{
    assert_true(trace_switch(me, true));
    trace_record(me, 0, 0); /* the way out of the call that switched it on */
}

static void layout(void **state)
{
    (void)state;
    assert_true(head->magic == TRACE_MAGIC);
    assert_int_equal(head->harts, HARTS);
    assert_int_equal(head->causes, EXIT_COUNT);
    assert_int_equal(head->records, RING);
    assert_true(TRACE_RING + RING * sizeof(struct trace_record) <= PART);
    assert_string_equal(head->name[EXIT_time], "time");
    assert_string_equal(head->name[EXIT_COUNT], "not_counted");
    for (unsigned i = 0; i < HARTS; i++) {
        assert_ptr_equal(harts[i].trace, memory.area + TRACE_HEAD_SIZE + i * PART);
        assert_int_equal(harts[i].trace->hartid, harts[i].h.hartid);
    }
}

static void one_exit(void **state)
{
    (void)state;
    begin();
    exit_of(EXIT_time, 120);
    assert_int_equal(me->trace->written, 1);
    assert_int_equal(record(0)->cause, EXIT_time);
    assert_int_equal(record(0)->spent, 120);
    assert_int_equal(record(0)->time, 77);
    assert_int_equal(record(0)->pc, 0x1000 + EXIT_time);
    assert_int_equal(record(0)->mcause, CAUSE_ILLEGAL);
    assert_int_equal(record(0)->from, PRV_S | 4);
    assert_int_equal(record(0)->to, PRV_S);
    me->trace->mcause = CAUSE_INTERRUPT | 7;
    me->trace->inside = 1;
    trace_record(me, 1, 78);
    assert_int_equal(record(1)->mcause, 0x87);
    assert_int_equal(record(1)->cause, EXIT_COUNT); /* none was counted */
}

static void sums(void **state)
{
    (void)state;
    begin();
    exit_of(EXIT_satp, 100);
    exit_of(EXIT_satp, 300);
    exit_of(EXIT_satp, 200);
    exit_of(EXIT_satp, UINT64_MAX - 5); /* the counter was set back meanwhile */
    assert_int_equal(me->trace->sum[EXIT_satp].count, 4);
    assert_int_equal(me->trace->sum[EXIT_satp].instructions, 600);
    assert_int_equal(me->trace->sum[EXIT_satp].most, 300);
    assert_int_equal(record(3)->spent, 0);
    assert_int_equal(me->trace->sum[EXIT_time].count, 0);
    assert_int_equal(harts[0].trace->sum[EXIT_satp].count, 0);
}

/* Two causes in one exit: the first in the table's order. */
static void two_causes(void **state)
{
    (void)state;
    begin();
    me->exits[EXIT_illegal]++;
    exit_of(EXIT_csr_vs, 10);
    assert_int_equal(record(0)->cause, EXIT_csr_vs);
    exit_of(EXIT_illegal, 10);
    assert_int_equal(record(1)->cause, EXIT_illegal);
}

static void ring_turns(void **state)
{
    (void)state;
    begin();
    for (uint64_t i = 0; i < RING + 3; i++) {
        exit_of(EXIT_time, i);
    }
    assert_int_equal(me->trace->written, RING + 3);
    assert_int_equal(record(2)->spent, RING + 2);
    assert_int_equal(record(3)->spent, 3);
}

/* What was counted while it was off is nobody's cause, and half an exit is none. */
static void off_and_on(void **state)
{
    (void)state;
    begin();
    exit_of(EXIT_time, 10);
    trace_record(me, 10, 78); /* the end of an exit whose beginning was not noted */
    assert_int_equal(me->trace->written, 1);
    me->trace->inside = 1; /* it is switched off within an exit that had been noted */
    assert_true(trace_switch(me, false));
    assert_false(seen.hooks);
    me->exits[EXIT_hfence] += 5;
    unsigned fences = seen.fence_i;
    begin();
    assert_true(seen.hooks);
    assert_int_equal(seen.fence_i, fences + 1);
    assert_int_equal(me->trace->written, 1);
    exit_of(EXIT_satp, 10);
    assert_int_equal(record(1)->cause, EXIT_satp);
    assert_int_equal(me->trace->sum[EXIT_hfence].count, 0);
}

/* HS writes into the area what it likes. */
static void hostile(void **state)
{
    static const uint8_t bytes[] = {0xff, 0x7f, 0x80, 0x01, 0x00};
    (void)state;
    begin();
    for (unsigned i = 0; i < sizeof(bytes); i++) {
        for (unsigned n = 0; n < 3; n++) {
            memset(memory.area, bytes[i], sizeof(memory.area));
            exit_of(EXIT_time, 10); /* dropped: of another session */
            exit_of(EXIT_time, 10);
        }
        ecall(me, EID_HEARTH, 3, i & 1);
    }
    for (unsigned i = 0; i < 4096; i++) {
        assert_int_equal(memory.before[i], 0x5a);
        assert_int_equal(memory.behind[i], 0x5a);
    }
}

static void calls(void **state)
{
    (void)state;
    assert_int_equal(ecall(me, EID_HEARTH, 4), 0);
    assert_int_equal(me->h.x[11], (uintptr_t)memory.area);
    assert_int_equal(ecall(me, EID_HEARTH, 3, 2), SBI_ERR_INVALID_PARAM);
    assert_false(seen.hooks);
    assert_int_equal(ecall(me, EID_HEARTH, 3, 1), 0);
    assert_true(seen.hooks);
    assert_int_equal(ecall(me, EID_HEARTH, 3, 0), 0);
    assert_false(seen.hooks);
    assert_int_equal(ecall(me, EID_HEARTH, 5), SBI_ERR_NOT_SUPPORTED);
}

static void no_area(void **state)
{
    (void)state;
    fake_reset();
    assert_int_equal(trace_base(), 0);
    assert_int_equal(ecall(me, EID_HEARTH, 4), 0);
    assert_int_equal(me->h.x[11], 0);
    assert_int_equal(ecall(me, EID_HEARTH, 3, 1), SBI_ERR_DENIED);
    assert_false(seen.hooks);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_area), /* first: an area stays */
        cmocka_unit_test_setup(layout, setup),
        cmocka_unit_test_setup(one_exit, setup),
        cmocka_unit_test_setup(sums, setup),
        cmocka_unit_test_setup(two_causes, setup),
        cmocka_unit_test_setup(ring_turns, setup),
        cmocka_unit_test_setup(off_and_on, setup),
        cmocka_unit_test_setup(hostile, setup),
        cmocka_unit_test_setup(calls, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
