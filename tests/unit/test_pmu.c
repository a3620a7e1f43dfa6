/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI 3.0: PMU, and FWFT. Counters 0, 2, 3, 4 in hardware, so that the firmware ones are 5 to 20.
 */
#include "fake_host.h"

static struct vhart *const me = &harts[0];
#define FIRST_FW 5
#define NONE     UINT64_MAX

enum { NUM, INFO, CONFIG, START, STOP, FW_READ, FW_READ_HI, SHMEM, EVENT_INFO };
enum { SKIP = 1, CLEAR = 2, AUTO = 4 };
#define EV_CYCLES   1
#define EV_FW(code) (0xf0000u | (code))

static int setup(void **state)
{
    (void)state;
    fake_reset();
    return 0;
}

static void info(void **state)
{
    (void)state;
    assert_int_equal(ecall(me, EID_PMU, NUM), 0);
    assert_int_equal(me->h.x[11], FIRST_FW + 16);
    assert_int_equal(ecall(me, EID_PMU, INFO, 3), 0);
    assert_int_equal(me->h.x[11], 63 << 12 | 0xc03);
    assert_int_equal(ecall(me, EID_PMU, INFO, FIRST_FW + 15), 0);
    assert_int_equal(me->h.x[11] >> 63, 1);
    assert_int_equal(ecall(me, EID_PMU, INFO, 1), SBI_ERR_INVALID_PARAM); /* time */
    assert_int_equal(ecall(me, EID_PMU, INFO, FIRST_FW + 16), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_PMU, INFO, NONE), SBI_ERR_INVALID_PARAM);
}

/* cycle and instret run from reset until they are stopped; then an event finds them. */
static void fixed(void **state)
{
    (void)state;
    assert_int_equal(seen.inhibited & 0x1f, 0x18);
    assert_int_equal(ecall(me, EID_PMU, CONFIG, 0, 0x1d, 0, EV_CYCLES), SBI_ERR_NOT_SUPPORTED);
    assert_int_equal(ecall(me, EID_PMU, STOP, 0, 0x5, 1), 0);
    assert_int_equal(seen.inhibited & 0x1f, 0x1d);
    assert_int_equal(ecall(me, EID_PMU, STOP, 0, 0x5, 0), SBI_ERR_ALREADY_STOPPED);
    assert_int_equal(ecall(me, EID_PMU, CONFIG, 0, 0x1d, 0, EV_CYCLES), 0);
    assert_int_equal(me->h.x[11], 0);
    assert_int_equal(ecall(me, EID_PMU, CONFIG, 0, 0x1d, 0, 2), 0);
    assert_int_equal(me->h.x[11], 2);
    assert_int_equal(ecall(me, EID_PMU, START, 2, 1, 1, 1000), 0);
    assert_int_equal(seen.counter[2], 1000);
    assert_int_equal(seen.inhibited & 0x1f, 0x19);
    assert_int_equal(ecall(me, EID_PMU, START, 2, 1, 1, 2000), SBI_ERR_ALREADY_STARTED);
    assert_int_equal(seen.counter[2], 1000);
}

static void sets(void **state)
{
    (void)state;
    static const uint64_t bad[][2] = {{0, 2},  {1, 1},  {FIRST_FW + 16, 1}, {0, BIT(63)},
                                      {63, 2}, {64, 1}, {NONE, 1},          {20, 3}};
    for (unsigned i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(ecall(me, EID_PMU, CONFIG, bad[i][0], bad[i][1], 0, EV_CYCLES),
                         SBI_ERR_INVALID_PARAM);
        assert_int_equal(ecall(me, EID_PMU, START, bad[i][0], bad[i][1], 0), SBI_ERR_INVALID_PARAM);
        assert_int_equal(ecall(me, EID_PMU, STOP, bad[i][0], bad[i][1], 0), SBI_ERR_INVALID_PARAM);
    }
    assert_int_equal(ecall(me, EID_PMU, CONFIG, 3, 3, BIT(8), FAKE_EVENT), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_PMU, START, 3, 1, 4), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_PMU, START, 3, 1, 3),
                     SBI_ERR_INVALID_PARAM); /* mutually exclusive */
    assert_int_equal(ecall(me, EID_PMU, STOP, 0, 1, 4), SBI_ERR_INVALID_PARAM);
}

static void programmable(void **state)
{
    (void)state;
    seen.counter[3] = 55;
    assert_int_equal(ecall(me, EID_PMU, CONFIG, 0, 0x1d, 0, FAKE_EVENT), 0);
    assert_int_equal(me->h.x[11], 3);
    assert_int_equal(seen.counter[3], 55);
    assert_int_equal(seen.inhibited & 8, 8);
    /* taken, until it is stopped with RESET */
    assert_int_equal(ecall(me, EID_PMU, CONFIG, 0, 0x1d, CLEAR, FAKE_EVENT), SBI_ERR_NOT_SUPPORTED);
    assert_int_equal(ecall(me, EID_PMU, START, 0, 8, 0), 0);
    assert_int_equal(ecall(me, EID_PMU, STOP, 0, 8, 1), 0);
    assert_int_equal(ecall(me, EID_PMU, CONFIG, 0, 0x1d, CLEAR | AUTO, FAKE_EVENT), 0);
    assert_int_equal(seen.counter[3], 0);
    assert_int_equal(seen.inhibited & 8, 0);
    /* filters by Sscofpmf: M is never counted */
    assert_int_equal(seen.event[3], BIT(62) | FAKE_MHPMEVENT);
    assert_int_equal(ecall(me, EID_PMU, CONFIG, 0, 0x10, BIT(5), 0x30000, 0xab),
                     0); /* raw, not in U */
    assert_int_equal(me->h.x[11], 4);
    assert_int_equal(seen.event[4], BIT(62) | BIT(60) | 0xab);
}

static void impossible_events(void **state)
{
    static const uint64_t events[][2] = {{0, 0},        {3, 0},           {0x10018, 0},
                                         {0x20001, 1},  {0x20000, 256},   {0x40000, 0},
                                         {EV_FW(2), 0}, {EV_FW(22), 0},   {EV_FW(0xffff), 0},
                                         {0x100001, 0}, {BIT(32) | 1, 0}, {EV_FW(0x100), 0}};
    (void)state;
    assert_int_equal(ecall(me, EID_PMU, STOP, 0, 5, 1), 0);
    for (unsigned i = 0; i < ARRAY_LEN(events); i++) {
        assert_int_equal(ecall(me, EID_PMU, CONFIG, 0, 0x1ffffd, 0, events[i][0], events[i][1]),
                         SBI_ERR_NOT_SUPPORTED);
    }
    assert_int_equal(ecall(me, EID_PMU, CONFIG, 0, 0, 0, EV_CYCLES), SBI_ERR_NOT_SUPPORTED);
    assert_int_equal(ecall(me, EID_PMU, CONFIG, 2, 1, SKIP, EV_CYCLES), SBI_ERR_NOT_SUPPORTED);
}

static uint64_t fw_read(unsigned n)
{
    assert_int_equal(ecall(me, EID_PMU, FW_READ, n), 0);
    return me->h.x[11];
}

static void firmware(void **state)
{
    (void)state;
    (void)ecall(me, EID_TIME, 0, 1);
    assert_int_equal(ecall(me, EID_PMU, CONFIG, 0, 0x1ffffd, CLEAR, EV_FW(5)), 0);
    unsigned n = (unsigned)me->h.x[11];
    assert_int_equal(n, FIRST_FW);
    (void)ecall(me, EID_TIME, 0, 1);
    assert_int_equal(fw_read(n), 0);
    assert_int_equal(ecall(me, EID_PMU, START, n, 1, 1, 100), 0);
    (void)ecall(me, EID_TIME, 0, 1);
    (void)ecall(me, EID_TIME, 0, 1);
    assert_int_equal(fw_read(n), 102);
    assert_int_equal(ecall(me, EID_PMU, STOP, n, 1, 0), 0);
    (void)ecall(me, EID_TIME, 0, 1);
    assert_int_equal(fw_read(n), 102);
    assert_int_equal(ecall(me, EID_PMU, FW_READ_HI, n), 0);
    assert_int_equal(me->h.x[11], 0);
    assert_int_equal(ecall(me, EID_PMU, FW_READ, 3), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_PMU, FW_READ_HI, 3), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_PMU, FW_READ, FIRST_FW + 16), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_PMU, FW_READ, NONE), SBI_ERR_INVALID_PARAM);
}

/* Each event has its own code: sent on one side, received on the other. */
static void firmware_fences(void **state)
{
    static const uint8_t code[] = {8, 10, 12, 16, 14, 20, 18}; /* by RFENCE's function */
    (void)state;
    for (unsigned fid = 0; fid < ARRAY_LEN(code); fid++) {
        struct fence_call call = {.kind = (uint8_t)fid, .size = 4096};
        harts[1].hsm = HSM_STARTED;
        harts[2].call = call;
        harts[2].call.pending = BIT(0);
        request_post(me, REQUEST_FENCE);
        assert_int_equal(request_serve(me), REQUEST_FENCE);
        assert_int_equal(harts[2].call.pending, 0);
        for (unsigned c = 8; c < FW_EVENTS; c++) {
            assert_int_equal(me->pmu.events[c], c == code[fid] + 1u);
        }
        me->pmu.events[code[fid] + 1] = 0;
    }
}

static void snapshots(void **state)
{
    uint64_t shot[65];
    (void)state;
    assert_int_equal(ecall(me, EID_PMU, STOP, 0, 5, 2), SBI_ERR_NO_SHMEM);
    assert_int_equal(seen.inhibited & 5, 0);
    assert_int_equal(ecall(me, EID_PMU, START, 3, 1, 2), SBI_ERR_NO_SHMEM);
    assert_int_equal(ecall(me, EID_PMU, SHMEM, ram_pa(8), 0, 0), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_PMU, SHMEM, ram_pa(0), 0, 1), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_PMU, SHMEM, ram_pa(RAM_SIZE), 0, 0), SBI_ERR_INVALID_ADDRESS);
    assert_int_equal(ecall(me, EID_PMU, SHMEM, ram_pa(0), 1, 0), SBI_ERR_INVALID_ADDRESS);
    assert_int_equal(ecall(me, EID_PMU, SHMEM, ram_pa(0x1000), 0, 0), 0);

    memset(ram + 0x1000, 0xee, 4096);
    memset(ram + 0x1000, 0, 8);
    seen.counter[2] = 22;
    seen.counter[3] = 33;
    assert_int_equal(ecall(me, EID_PMU, CONFIG, 0, 8, AUTO, FAKE_EVENT), 0);
    seen.event[3] |= BIT(63); /* overflown */
    assert_int_equal(ecall(me, EID_PMU, STOP, 2, 3, 2), 0);
    memcpy(shot, ram + 0x1000, sizeof(shot));
    assert_int_equal(shot[0], 2); /* relative to the base */
    assert_int_equal(shot[1], 22);
    assert_int_equal(shot[2], 33);
    assert_int_equal(shot[3], 0xeeeeeeeeeeeeeeee); /* the others are not touched */

    shot[1] = 222;
    shot[2] = 333;
    memcpy(ram + 0x1000, shot, sizeof(shot));
    assert_int_equal(ecall(me, EID_PMU, START, 2, 3, 2), 0);
    assert_int_equal(seen.counter[2], 222);
    assert_int_equal(seen.counter[3], 333);
    assert_int_equal(seen.event[3] & BIT(63), 0);
    assert_int_equal(ecall(me, EID_PMU, SHMEM, NONE, NONE, 0), 0);
    assert_int_equal(ecall(me, EID_PMU, STOP, 2, 3, 2), SBI_ERR_NO_SHMEM);
}

static void event_info(void **state)
{
    struct {
        uint32_t event, output;
        uint64_t data;
    } e[] = {{EV_CYCLES, 9, 0}, {3, 9, 0},          {FAKE_EVENT, 9, 0},
             {EV_FW(5), 9, 0},  {0x30000, 9, 0xab}, {0x30000, 9, 0xabc}};
    static const uint32_t want[] = {1, 0, 1, 1, 1, 0};
    (void)state;
    memcpy(ram + 16, e, sizeof(e));
    assert_int_equal(ecall(me, EID_PMU, EVENT_INFO, ram_pa(16), 0, ARRAY_LEN(e), 0), 0);
    memcpy(e, ram + 16, sizeof(e));
    for (unsigned i = 0; i < ARRAY_LEN(e); i++) {
        assert_int_equal(e[i].output, want[i]);
    }
    assert_int_equal(ecall(me, EID_PMU, EVENT_INFO, ram_pa(8), 0, 1, 0), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_PMU, EVENT_INFO, ram_pa(16), 0, 1, 1), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_PMU, EVENT_INFO, 0x1000, 0, 1, 0), SBI_ERR_INVALID_ADDRESS);
    assert_int_equal(ecall(me, EID_PMU, EVENT_INFO, ram_pa(16), 0, BIT(60) + 1, 0),
                     SBI_ERR_INVALID_ADDRESS);
    assert_int_equal(ecall(me, EID_PMU, EVENT_INFO, ram_pa(0), 0, RAM_SIZE / 16 + 1, 0),
                     SBI_ERR_INVALID_ADDRESS);
    e[0].event = 0x100001;
    memcpy(ram + 16, e, sizeof(e));
    assert_int_equal(ecall(me, EID_PMU, EVENT_INFO, ram_pa(16), 0, 1, 0), SBI_ERR_INVALID_PARAM);
}

enum { FWFT_SET, FWFT_GET };
enum { MISALIGNED, LANDING_PAD, SHADOW_STACK, DOUBLE_TRAP, AD_UPDATING, POINTER_MASKING };

static void fwft_set(void **state)
{
    (void)state;
    assert_int_equal(ecall(me, EID_FWFT, FWFT_SET, MISALIGNED, 1, 0), 0);
    assert_true(seen.delegated);
    assert_int_equal(ecall(me, EID_FWFT, FWFT_GET, MISALIGNED), 0);
    assert_int_equal(me->h.x[11], 1);
    assert_int_equal(ecall(me, EID_FWFT, FWFT_SET, MISALIGNED, 2, 0), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_FWFT, FWFT_SET, MISALIGNED, 0, 2), SBI_ERR_INVALID_PARAM);
    assert_true(seen.delegated);
    assert_int_equal(ecall(me, EID_FWFT, FWFT_SET, MISALIGNED, 0, 1), 0);
    assert_int_equal(ecall(me, EID_FWFT, FWFT_SET, MISALIGNED, 1, 0), SBI_ERR_DENIED_LOCKED);
    assert_false(seen.delegated);
    assert_int_equal(ecall(me, EID_FWFT, FWFT_GET, MISALIGNED), 0);
    assert_int_equal(me->h.x[11], 0);
    /* the lock is the hart's and the feature's */
    assert_int_equal(ecall(&harts[1], EID_FWFT, FWFT_SET, MISALIGNED, 1, 0), 0);
}

static void fwft_adue(void **state)
{
    (void)state;
    me->h.menvcfg = ENVCFG_STCE;
    assert_int_equal(ecall(me, EID_FWFT, FWFT_SET, AD_UPDATING, 1, 0), 0);
    assert_int_equal(me->h.menvcfg, ENVCFG_STCE | ENVCFG_ADUE);
    assert_int_equal(ecall(me, EID_FWFT, FWFT_GET, AD_UPDATING), 0);
    assert_int_equal(me->h.x[11], 1);
    assert_int_equal(ecall(me, EID_FWFT, FWFT_SET, AD_UPDATING, 0, 0), 0);
    assert_int_equal(me->h.menvcfg, ENVCFG_STCE);
    machine.menvcfg_mask = ENVCFG_STCE;
    assert_int_equal(ecall(me, EID_FWFT, FWFT_SET, AD_UPDATING, 1, 0), SBI_ERR_NOT_SUPPORTED);
    assert_int_equal(ecall(me, EID_FWFT, FWFT_GET, AD_UPDATING), SBI_ERR_NOT_SUPPORTED);
}

static void fwft_others(void **state)
{
    static const uint32_t absent[] = {LANDING_PAD, SHADOW_STACK, DOUBLE_TRAP, POINTER_MASKING};
    static const uint32_t reserved[] = {6,          0x3fffffff, 0x40000000,
                                        0x80000000, 0xc0000000, UINT32_MAX};
    (void)state;
    for (unsigned fid = FWFT_SET; fid <= FWFT_GET; fid++) {
        for (unsigned i = 0; i < ARRAY_LEN(absent); i++) {
            assert_int_equal(ecall(me, EID_FWFT, fid, absent[i], 0, 0), SBI_ERR_NOT_SUPPORTED);
        }
        for (unsigned i = 0; i < ARRAY_LEN(reserved); i++) {
            assert_int_equal(ecall(me, EID_FWFT, fid, reserved[i], 0, 0), SBI_ERR_DENIED);
            assert_int_equal(me->h.x[11], 0);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(info, setup),       cmocka_unit_test_setup(fixed, setup),
        cmocka_unit_test_setup(sets, setup),       cmocka_unit_test_setup(programmable, setup),
        cmocka_unit_test_setup(firmware, setup),   cmocka_unit_test_setup(impossible_events, setup),
        cmocka_unit_test_setup(snapshots, setup),  cmocka_unit_test_setup(firmware_fences, setup),
        cmocka_unit_test_setup(event_info, setup), cmocka_unit_test_setup(fwft_set, setup),
        cmocka_unit_test_setup(fwft_adue, setup),  cmocka_unit_test_setup(fwft_others, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
