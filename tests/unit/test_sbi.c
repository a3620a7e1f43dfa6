/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI 3.0: binary encoding, BASE, TIME, IPI, RFENCE, SRST, DBCN, legacy calls, and Hearth's own
 * extension. */
#include "fake_host.h"

static struct vhart *const me = &harts[0];
#define ALL UINT64_MAX

static int setup(void **state)
{
    (void)state;
    fake_reset();
    return 0;
}

/* "Binary Encoding": an unsupported EID or FID gives SBI_ERR_NOT_SUPPORTED; all but a0 and a1 are
 * kept; pc goes on. */
static void unknown_calls(void **state)
{
    static const uint64_t known[] = {EID_BASE, EID_TIME, EID_IPI,    EID_RFENCE,
                                     EID_HSM,  EID_SRST, EID_DBCN,   EID_PMU,
                                     EID_SUSP, EID_FWFT, EID_HEARTH, EID_NACL};
    (void)state;
    for (unsigned i = 0; i < 32; i++) {
        me->h.x[i] = i * 0x1111;
    }
    assert_int_equal(ecall(me, 0x0badf00d, 0, 7, 8), SBI_ERR_NOT_SUPPORTED);
    assert_int_equal(me->h.pc, 0x1004);
    for (unsigned i = 5; i < 32; i++) {
        if (i < 10 || i > 17) {
            assert_int_equal(me->h.x[i], i * 0x1111);
        }
    }
    for (unsigned i = 0; i < ARRAY_LEN(known); i++) {
        assert_int_equal(ecall(me, known[i], 99), SBI_ERR_NOT_SUPPORTED);
        assert_int_equal(ecall(me, known[i], BIT(32)), SBI_ERR_NOT_SUPPORTED);
    }
    assert_int_equal(ecall(me, BIT(32) | EID_BASE, 0), SBI_ERR_NOT_SUPPORTED);
    assert_int_equal(ecall(me, 0x09, 0), SBI_ERR_NOT_SUPPORTED); /* legacy, reserved */
}

static void base(void **state)
{
    (void)state;
    static const uint64_t absent[] = {
        0x43505043 /* CPPC */, 0x535441, 0x535345, 0x4D505859, 0x9, 0x11};
    assert_int_equal(ecall(me, EID_BASE, 0), 0);
    assert_int_equal(me->h.x[11], 3u << 24);
    assert_int_equal(ecall(me, EID_BASE, 1), 0);
    assert_int_equal(me->h.x[11], SBI_IMPL_ID);
    assert_int_equal(EID_HEARTH & 0xffffff, SBI_IMPL_ID); /* "Firmware Specific Extension Space" */
    assert_int_equal(ecall(me, EID_BASE, 4), 0);
    assert_int_equal(me->h.x[11], 0x100);
    assert_int_equal(ecall(me, EID_BASE, 6), 0);
    assert_int_equal(me->h.x[11], 0x102);
    assert_int_equal(ecall(me, EID_BASE, 3, EID_HSM), 0);
    assert_int_equal(me->h.x[11], 1);
    assert_int_equal(ecall(me, EID_BASE, 3, 6), 0);
    assert_int_equal(me->h.x[11], 1);
    for (unsigned i = 0; i < ARRAY_LEN(absent); i++) {
        assert_int_equal(ecall(me, EID_BASE, 3, absent[i]), 0);
        assert_int_equal(me->h.x[11], 0);
    }
}

/* What the machine has not is neither probed nor called. */
static void absent_devices(void **state)
{
    static const uint64_t eids[] = {EID_SRST, EID_DBCN, EID_PMU};
    (void)state;
    drivers.console = NULL;
    drivers.reset = NULL;
    machine.mcountinhibit = false;
    for (unsigned i = 0; i < ARRAY_LEN(eids); i++) {
        assert_int_equal(ecall(me, EID_BASE, 3, eids[i]), 0);
        assert_int_equal(me->h.x[11], 0);
        assert_int_equal(ecall(me, eids[i], 0), SBI_ERR_NOT_SUPPORTED);
    }
    assert_int_equal(ecall(me, 2, 0), -1);
}

static void timer(void **state)
{
    (void)state;
    assert_int_equal(ecall(me, EID_TIME, 0, 12345), 0);
    assert_int_equal(seen.timer, 12345);
    assert_int_equal(me->exits[EXIT_sbi_timer], 1);
    me->h.x[11] = 77;
    assert_int_equal(ecall(me, 0, 42, UINT64_MAX, 77), 0); /* legacy: the FID is ignored, a1 kept */
    assert_int_equal(seen.timer, UINT64_MAX);
    assert_int_equal(me->h.x[11], 77);
    assert_int_equal(me->exits[EXIT_sbi_timer], 2);
    assert_int_equal(seen.unloads, 0);
}

static void ipi(void **state)
{
    (void)state;
    assert_int_equal(ecall(me, EID_IPI, 0, 0x7, 1), 0); /* ids 1, 2, 3 */
    assert_int_equal(seen.ssip, 1);
    assert_int_equal(seen.ipis, 0x6);
    assert_int_equal(harts[1].request, REQUEST_IPI);
    assert_int_equal(harts[3].request, 0);
    assert_int_equal(request_serve(&harts[1]), REQUEST_IPI);
    assert_int_equal(seen.ssip, 2);
    assert_int_equal(harts[1].request, 0);
    assert_int_equal(me->exits[EXIT_sbi_ipi], 1);
}

/* A hart that has been asked and has not looked yet needs no second interrupt. */
static void ipi_once(void **state)
{
    (void)state;
    assert_int_equal(ecall(me, EID_IPI, 0, 1, 2), 0);
    seen.ipis = 0;
    assert_int_equal(ecall(&harts[2], EID_IPI, 0, 1, 2), 0);
    assert_int_equal(seen.ipis, 0);
    assert_int_equal(request_serve(&harts[1]), REQUEST_IPI);
    assert_int_equal(ecall(&harts[2], EID_IPI, 0, 1, 2), 0);
    assert_int_equal(seen.ipis, 0x2);
}

/* "Hart list parameter" */
static void hart_lists(void **state)
{
    static const uint64_t bad[][2] = {{1, 0},
                                      {1, 4},
                                      {0x8, 1},
                                      {0x8, UINT64_MAX - 1},
                                      {BIT(63), 1},
                                      {2, UINT64_MAX - 1},
                                      {1, UINT64_MAX / 2},
                                      {0x2f, 1}};
    (void)state;
    assert_int_equal(ecall(me, EID_IPI, 0, 0, UINT64_MAX), 0); /* all, the mask ignored */
    assert_int_equal(seen.ipis, 0xe);
    assert_int_equal(seen.ssip, 1);
    assert_int_equal(ecall(me, EID_IPI, 0, 0, 4), 0); /* nobody: the base needn't exist */
    assert_int_equal(ecall(me, EID_IPI, 0, 2, 4), 0); /* 5; the base needn't exist */
    seen.ipis = 0;
    seen.ssip = 0;
    for (unsigned i = 0; i < ARRAY_LEN(bad); i++) {
        assert_int_equal(ecall(me, EID_IPI, 0, bad[i][0], bad[i][1]), SBI_ERR_INVALID_PARAM);
        assert_int_equal(ecall(me, EID_RFENCE, 0, bad[i][0], bad[i][1]), SBI_ERR_INVALID_PARAM);
    }
    assert_int_equal(seen.ipis, 0); /* and none of the list's got one */
    assert_int_equal(seen.ssip, 0);
}

/* Stopped harts get no IPI that would be pending when they start. */
static void ipi_stopped(void **state)
{
    (void)state;
    harts[1].hsm = HSM_STOPPED;
    assert_int_equal(ecall(me, EID_IPI, 0, 0, ALL), 0);
    assert_int_equal(seen.ipis, 0xc);
    assert_int_equal(harts[1].request, 0);
}

/* RFENCE on the caller itself: what the fence is made of, and its range. */
static void rfence_ranges(void **state)
{
    static const struct {
        uint64_t start, size, got_start, got_size;
    } row[] = {
        {0, 0, 0, ALL},                                         /* whole */
        {0x5000, ALL, 0, ALL},                                  /* whole */
        {0x5000, 0x1000, 0x5000, 0x1000},                       /* a page */
        {0x5fff, 2, 0x5000, 0x2000},                            /* touches two */
        {0x5000, 64 * 4096, 0x5000, 64 * 4096},                 /* many */
        {0x5000, 64 * 4096 + 1, 0x5000, ALL},                   /* too many: all */
        {-UINT64_C(0x1000), 0x1000, -UINT64_C(0x1000), 0x1000}, /* the last page */
    };
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(row); i++) {
        seen.fences_vma = 0;
        assert_int_equal(ecall(me, EID_RFENCE, 1, 1, 1, row[i].start, row[i].size), 0);
        assert_int_equal(seen.fences_vma, 1);
        assert_int_equal(seen.vma_size, row[i].got_size);
        assert_true(seen.vma_all_ids);
        if (row[i].got_size != ALL) {
            assert_int_equal(seen.vma_start, row[i].got_start);
        }
    }
    seen.fences_vma = 0;
    assert_int_equal(ecall(me, EID_RFENCE, 1, 1, 1, 0x5000, 0), 0); /* an empty range */
    assert_int_equal(seen.fences_vma, 0);
    assert_int_equal(ecall(me, EID_RFENCE, 1, 1, 1, -UINT64_C(0x1000), 0x1001),
                     SBI_ERR_INVALID_ADDRESS);
    assert_int_equal(ecall(me, EID_RFENCE, 4, 1, 1, 0x1000, ALL - 1), SBI_ERR_INVALID_ADDRESS);
    assert_int_equal(seen.fences_vma, 0);
}

static void rfence_kinds(void **state)
{
    (void)state;
    me->h.hgatp = 0x8000700000012345;
    assert_int_equal(ecall(me, EID_RFENCE, 0, 1, 1, 1, 2, 3), 0);
    assert_int_equal(seen.fence_i, 1);
    assert_int_equal(ecall(me, EID_RFENCE, 2, 1, 1, 0x5000, 0x1000, 0xffff), 0);
    assert_false(seen.vma_all_ids);
    assert_int_equal(seen.vma_asid, 0xffff);

    static const struct {
        unsigned fid, kind;
        bool all_ids;
    } row[] = {{3, FENCE_GVMA, false},
               {4, FENCE_GVMA, true},
               {5, FENCE_VVMA, false},
               {6, FENCE_VVMA, true}};
    for (unsigned i = 0; i < ARRAY_LEN(row); i++) {
        seen.fences_guest = 0;
        assert_int_equal(ecall(me, EID_RFENCE, row[i].fid, 1, 1, 0x80005000, 0x2000, 9), 0);
        assert_int_equal(seen.fences_guest, 2);
        for (unsigned page = 0; page < 2; page++) {
            const struct fence_seen *g = &seen.guest[page];
            assert_int_equal(g->f.kind, row[i].kind);
            assert_int_equal(g->f.all_ids, row[i].all_ids);
            assert_false(g->f.all_addresses);
            assert_int_equal(g->f.address, 0x80005000 + page * 0x1000);
            assert_int_equal(g->hgatp, me->h.hgatp);
            if (!row[i].all_ids) {
                assert_int_equal(g->f.id, 9);
            }
        }
        seen.fences_guest = 0;
        assert_int_equal(ecall(me, EID_RFENCE, row[i].fid, 1, 1, 0, ALL, 9), 0);
        assert_int_equal(seen.fences_guest, 1);
        assert_true(seen.guest[0].f.all_addresses);
    }
}

static void rfence_ids(void **state)
{
    (void)state;
    assert_int_equal(ecall(me, EID_RFENCE, 2, 1, 1, 0, 0, 0x10000), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_RFENCE, 5, 1, 1, 0, 0, 0x10000), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_RFENCE, 3, 1, 1, 0, 0, 0x4000), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_RFENCE, 1, 1, 1, 0, 0, 0x10000), 0); /* no ASID there */
}

static void reset(void **state)
{
    (void)state;
    assert_int_equal(ecall(me, EID_SRST, 0, 3, 0), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_SRST, 0, 0xf0000000, 0), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_SRST, 0, 0, 2), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_SRST, 0, 0, 0xe0000000), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_SRST, 0, 2, 0), SBI_ERR_NOT_SUPPORTED);
    assert_int_equal(seen.reset_kind, -1);
    assert_int_equal(ecall(me, EID_SRST, 0, 1, 1), SBI_ERR_FAILED); /* it came back */
    assert_int_equal(seen.reset_kind, RESET_COLD);
    assert_true(seen.reset_failure);
    assert_int_equal(seen.printed_size, 0);
}

static void reset_report(void **state)
{
    (void)state;
    exits_report = true;
    harts[0].exits[EXIT_hlv] = 2;
    harts[3].exits[EXIT_hlv] = 40;
    assert_int_equal(ecall(me, EID_SRST, 0, 0, 0), SBI_ERR_FAILED);
    exits_report = false;
    assert_int_equal(seen.reset_kind, RESET_SHUTDOWN);
    assert_non_null(strstr(seen.printed, "exit hlv 42\n"));
    assert_null(strstr(seen.printed, "exit wfi"));
}

static void console(void **state)
{
    (void)state;
    memcpy(ram + 100, "hello", 5);
    assert_int_equal(ecall(me, EID_DBCN, 0, 5, ram_pa(100), 0), 0);
    assert_int_equal(me->h.x[11], 5);
    assert_memory_equal(seen.printed, "hello", 5);
    assert_int_equal(ecall(me, EID_DBCN, 0, 1000, ram_pa(0), 0), 0); /* partial */
    assert_in_range(me->h.x[11], 1, 999);
    seen.printed_size = 0;
    assert_int_equal(ecall(me, EID_DBCN, 0, 0, 0, 0), 0);
    assert_int_equal(me->h.x[11], 0);
    assert_int_equal(ecall(me, EID_DBCN, 0, 5, ram_pa(RAM_SIZE - 4), 0), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_DBCN, 0, ALL, ram_pa(100), 0), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_DBCN, 0, 5, ram_pa(100), 1), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_DBCN, 1, 5, 0x1000, 0), SBI_ERR_INVALID_PARAM);
    assert_int_equal(seen.printed_size, 0);
    assert_int_equal(ecall(me, EID_DBCN, 2, 0x1234500 | 'x'), 0);
    assert_int_equal(me->h.x[11], 0);
    assert_memory_equal(seen.printed, "x", 1);
}

static void console_read(void **state)
{
    (void)state;
    seen.input = "ab\xff";
    assert_int_equal(ecall(me, EID_DBCN, 1, 2, ram_pa(8), 0), 0);
    assert_int_equal(me->h.x[11], 2);
    assert_int_equal(ecall(me, EID_DBCN, 1, 2, ram_pa(10), 0), 0);
    assert_int_equal(me->h.x[11], 1);
    assert_int_equal(ecall(me, EID_DBCN, 1, 2, ram_pa(11), 0), 0);
    assert_int_equal(me->h.x[11], 0);
    assert_memory_equal(ram + 8, "ab\xff\0", 4);
}

static void legacy_console(void **state)
{
    (void)state;
    seen.input = "\xe9";
    assert_int_equal(ecall(me, 1, 0, 'q', 55), 0);
    assert_int_equal(me->h.x[11], 55);
    assert_memory_equal(seen.printed, "q", 1);
    assert_int_equal(ecall(me, 2, 0), 0xe9);
    assert_int_equal(ecall(me, 2, 0), -1);
}

static void legacy_harts(void **state)
{
    const uint64_t all = UINT64_MAX, two = BIT(1) | BIT(2) | BIT(4); /* ids; 4 is not there */
    (void)state;
    memcpy(ram + 8, &all, 8);
    memcpy(ram + 16, &two, 8);
    assert_int_equal(ecall(me, 4, 0, ram_pa(8), 66), 0);
    assert_int_equal(me->h.x[11], 66);
    assert_int_equal(seen.ipis, 0xe);
    assert_int_equal(seen.ssip, 1);
    harts[1].hsm = HSM_STOPPED; /* or the fence would wait for it */
    assert_int_equal(ecall(me, 5, 0, ram_pa(16)), 0);
    assert_int_equal(seen.fence_i, 1);
    assert_int_equal(ecall(me, 6, 0, ram_pa(16), 0x5000, 0x1000), 0);
    assert_int_equal(seen.vma_start, 0x5000);
    assert_true(seen.vma_all_ids);
    assert_int_equal(ecall(me, 7, 0, ram_pa(16), 0, 0, 5), 0);
    assert_int_equal(seen.vma_size, ALL);
    assert_int_equal(seen.vma_asid, 5);
    assert_false(seen.vma_all_ids);
}

/* "redirected back to the supervisor with sepc CSR pointing to the faulting ECALL instruction" */
static void legacy_fault(void **state)
{
    (void)state;
    (void)ecall(me, 4, 0, 0x1000);
    assert_int_equal(seen.traps, 1);
    assert_int_equal(seen.trap.cause, CAUSE_LOAD_ACCESS);
    assert_int_equal(seen.trap.tval, 0x1000);
    assert_int_equal(me->h.pc, 0x1000);
    assert_int_equal(me->h.x[10], 0x1000);
}

static void legacy_clear(void **state)
{
    (void)state;
    me->h.mip = BIT(IRQ_SSI) | BIT(IRQ_STI);
    assert_int_equal(ecall(me, 3, 0), 1);
    assert_int_equal(me->h.mip, BIT(IRQ_STI));
    assert_int_equal(ecall(me, 3, 0), 0);
}

static void counters(void **state)
{
    char name[17] = "";
    (void)state;
    harts[1].exits[EXIT_shadow_fill] = 3;
    assert_int_equal(ecall(me, EID_HEARTH, 0), 0);
    assert_int_equal(me->h.x[11], EXIT_COUNT);
    assert_int_equal(ecall(me, EID_HEARTH, 1, EXIT_shadow_fill), 0);
    assert_int_equal(me->h.x[11], 3);
    for (unsigned offset = 0; offset < 16; offset += 8) {
        assert_int_equal(ecall(me, EID_HEARTH, 2, EXIT_shadow_fill, offset), 0);
        memcpy(name + offset, &me->h.x[11], 8);
    }
    assert_string_equal(name, "shadow_fill");
    assert_int_equal(ecall(me, EID_HEARTH, 2, EXIT_shadow_fill, ALL), 0);
    assert_int_equal(me->h.x[11], 0);
    assert_int_equal(ecall(me, EID_HEARTH, 1, EXIT_COUNT), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_HEARTH, 2, ALL), SBI_ERR_INVALID_PARAM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(unknown_calls, setup),
        cmocka_unit_test_setup(base, setup),
        cmocka_unit_test_setup(absent_devices, setup),
        cmocka_unit_test_setup(timer, setup),
        cmocka_unit_test_setup(ipi, setup),
        cmocka_unit_test_setup(ipi_once, setup),
        cmocka_unit_test_setup(hart_lists, setup),
        cmocka_unit_test_setup(ipi_stopped, setup),
        cmocka_unit_test_setup(rfence_ranges, setup),
        cmocka_unit_test_setup(rfence_kinds, setup),
        cmocka_unit_test_setup(rfence_ids, setup),
        cmocka_unit_test_setup(reset, setup),
        cmocka_unit_test_setup(reset_report, setup),
        cmocka_unit_test_setup(console, setup),
        cmocka_unit_test_setup(console_read, setup),
        cmocka_unit_test_setup(legacy_console, setup),
        cmocka_unit_test_setup(legacy_harts, setup),
        cmocka_unit_test_setup(legacy_fault, setup),
        cmocka_unit_test_setup(legacy_clear, setup),
        cmocka_unit_test_setup(counters, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
