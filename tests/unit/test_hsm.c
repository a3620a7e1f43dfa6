/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI 3.0: HSM and SUSP. */
#include "fake_host.h"

static struct vhart *const me = &harts[0];

static int setup(void **state)
{
    (void)state;
    fake_reset();
    return 0;
}

static void assert_entered(const struct vhart *vh, uint64_t pc, uint64_t opaque)
{
    assert_int_equal(vh->h.pc, pc);
    assert_int_equal(vh->h.x[10], vh->h.hartid);
    assert_int_equal(vh->h.x[11], opaque);
    assert_int_equal(vh->h.satp, 0);
    assert_int_equal(vh->h.mstatus & STATUS_SIE, 0);
    assert_int_equal(vh->h.prv, PRV_S);
    assert_int_equal(vh->h.v, 0);
    assert_int_equal(vh->hsm, HSM_STARTED);
}

static void start_errors(void **state)
{
    (void)state;
    harts[1].hsm = HSM_STOPPED;
    assert_int_equal(ecall(me, EID_HSM, 0, 4, ram_pa(0), 0), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_HSM, 0, UINT64_MAX, ram_pa(0), 0), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_HSM, 0, 2, 0x1000, 0), SBI_ERR_INVALID_ADDRESS);
    assert_int_equal(ecall(me, EID_HSM, 0, 2, ram_pa(RAM_SIZE), 0), SBI_ERR_INVALID_ADDRESS);
    assert_int_equal(ecall(me, EID_HSM, 0, 2, ram_pa(1), 0), SBI_ERR_INVALID_ADDRESS);
    assert_int_equal(ecall(me, EID_HSM, 0, 3, ram_pa(0), 0), SBI_ERR_ALREADY_AVAILABLE);
    assert_int_equal(ecall(me, EID_HSM, 0, 1, ram_pa(0), 0),
                     SBI_ERR_ALREADY_AVAILABLE); /* itself */
    assert_int_equal(harts[1].hsm, HSM_STOPPED);
    assert_int_equal(seen.ipis, 0);
    assert_int_equal(ecall(me, EID_HSM, 0, 2, ram_pa(2), 7), 0);
    assert_int_equal(harts[1].hsm, HSM_START_PENDING);
    assert_int_equal(seen.ipis, 2);
    assert_int_equal(ecall(me, EID_HSM, 0, 2, ram_pa(2), 7), SBI_ERR_ALREADY_AVAILABLE);
}

static void status(void **state)
{
    (void)state;
    harts[3].hsm = HSM_SUSPENDED;
    assert_int_equal(ecall(me, EID_HSM, 2, 5), 0);
    assert_int_equal(me->h.x[11], HSM_SUSPENDED);
    assert_int_equal(ecall(me, EID_HSM, 2, 1), 0);
    assert_int_equal(me->h.x[11], HSM_STARTED);
    assert_int_equal(ecall(me, EID_HSM, 2, 4), SBI_ERR_INVALID_PARAM);
}

/* A hart that stops resets its state; others ask for it meanwhile. */
static void found_while_it_resets(void **state)
{
    (void)state;
    harts[1].hsm = HSM_STOP_PENDING;
    memset(&harts[1].h, 0, sizeof(harts[1].h));
    assert_int_equal(ecall(me, EID_HSM, 2, hartids[1]), 0);
    assert_int_equal(me->h.x[11], HSM_STOP_PENDING);
    assert_int_equal(ecall(me, EID_HSM, 0, hartids[1], ram_pa(0), 0), SBI_ERR_ALREADY_AVAILABLE);
}

/* Hart 1 stops; while it waits, hart 0 sees it stopped, fences without it, and starts it. */
static void while_stopped(void)
{
    struct fence_call all = {.kind = REMOTE_FENCE_I, .size = UINT64_MAX};

    switch (seen.waits) {
    case 1:
        assert_int_equal(harts[1].hsm, HSM_STOPPED);
        assert_int_equal(seen.resets, 1);
        request_fence(me, BIT(1), &all); /* returns: nobody asks a stopped hart */
        assert_int_equal(seen.fence_i, 0);
        assert_int_equal(ecall(me, EID_IPI, 0, 1, 2), 0);
        assert_int_equal(harts[1].request, 0);
        break;
    case 2: /* an interrupt that means nothing */
        break;
    default:
        assert_int_equal(ecall(me, EID_HSM, 0, 2, ram_pa(0x100), 0xabc), 0);
        assert_int_equal(ecall(me, EID_IPI, 0, 1, 2), 0); /* comes after the start: to be kept */
        break;
    }
}

static void stop_and_start(void **state)
{
    (void)state;
    struct vhart *vh = &harts[1];
    vh->h.satp = 0x8000000000080000;
    vh->h.mstatus |= STATUS_SIE;
    vh->fwft_locked = 1;
    vh->misaligned_delegated = true;
    vh->pmu.shmem = ram_pa(0);
    vh->pmu.started = UINT64_MAX;
    fake.on_wait = while_stopped;
    (void)ecall(vh, EID_HSM, 1);
    assert_entered(vh, ram_pa(0x100), 0xabc);
    assert_int_equal(seen.waits, 3);
    assert_int_equal(vh->h.mip, BIT(IRQ_SSI));
    /* it was left out of fences: everything is fenced when it starts */
    assert_int_equal(seen.fence_i, 1);
    assert_int_equal(seen.vma_size, UINT64_MAX);
    assert_true(seen.vma_all_ids);
    assert_int_equal(seen.fences_guest, 1);
    assert_true(seen.guest[0].f.kind == FENCE_GVMA && seen.guest[0].f.all_addresses &&
                seen.guest[0].f.all_ids);
    /* what was its own is gone */
    assert_int_equal(vh->fwft_locked, 0);
    assert_false(vh->misaligned_delegated);
    assert_int_equal(vh->pmu.shmem, PMU_NO_SHMEM);
    assert_int_equal(vh->pmu.started, BIT(0) | BIT(2));
}

/* Suspended harts serve what is asked of them and sleep on. */
static void while_suspended(void)
{
    assert_int_equal(harts[1].hsm, HSM_SUSPENDED);
    if (seen.waits == 1) {
        harts[0].call = (struct fence_call){.kind = REMOTE_FENCE_I, .pending = BIT(1)};
        request_post(&harts[1], REQUEST_FENCE);
    } else {
        assert_int_equal(harts[0].call.pending, 0);
        assert_int_equal(seen.fence_i, 1);
        fake.pending = true;
    }
}

static void suspend_retentive(void **state)
{
    (void)state;
    struct vhart *vh = &harts[1];
    vh->h.satp = 0x8000000000080000;
    vh->h.mstatus |= STATUS_SIE;
    fake.on_wait = while_suspended;
    assert_int_equal(ecall(vh, EID_HSM, 3, 0, 1, 2), 0);
    assert_int_equal(seen.waits, 2);
    assert_int_equal(vh->h.pc, 0x1004);
    assert_int_equal(vh->h.satp, 0x8000000000080000);
    assert_int_equal(vh->h.mstatus & STATUS_SIE, STATUS_SIE);
    assert_int_equal(vh->hsm, HSM_STARTED);
}

static void suspend_non_retentive(void **state)
{
    (void)state;
    struct vhart *vh = &harts[1];
    vh->h.satp = 0x8000000000080000;
    vh->h.mstatus |= STATUS_SIE;
    vh->h.mip = BIT(IRQ_SSI); /* the interrupt that wakes stays pending */
    vh->fwft_locked = 1;      /* "feature values are retained" */
    fake.on_wait = while_suspended;
    (void)ecall(vh, EID_HSM, 3, 0xffffffff80000000, ram_pa(0x40), 99);
    assert_entered(vh, ram_pa(0x40), 99);
    assert_int_equal(seen.waits, 2);
    assert_int_equal(vh->h.mip, BIT(IRQ_SSI));
    assert_int_equal(vh->fwft_locked, 1);
}

static void suspend_errors(void **state)
{
    static const uint64_t types[] = {1,          0x0fffffff, 0x10000000, 0x7fffffff,
                                     0x80000001, 0x8fffffff, 0x90000000, 0xffffffff};
    (void)state;
    fake.pending = true;
    for (unsigned i = 0; i < ARRAY_LEN(types); i++) {
        assert_int_equal(ecall(me, EID_HSM, 3, types[i], ram_pa(0), 0), SBI_ERR_INVALID_PARAM);
    }
    assert_int_equal(ecall(me, EID_HSM, 3, 0x80000000, 0x1000, 0), SBI_ERR_INVALID_ADDRESS);
    assert_int_equal(ecall(me, EID_HSM, 3, 0x80000000, ram_pa(3), 0), SBI_ERR_INVALID_ADDRESS);
    assert_int_equal(ecall(me, EID_HSM, 3, 0, 0x1000, 0), 0); /* retentive: the address is unused */
}

static void system_suspend(void **state)
{
    (void)state;
    fake.pending = true;
    assert_int_equal(ecall(me, EID_SUSP, 0, 1, ram_pa(0), 5), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_SUSP, 0, 0x80000000, ram_pa(0), 5), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_SUSP, 0, 0, 0x1000, 5), SBI_ERR_INVALID_ADDRESS);
    assert_int_equal(ecall(me, EID_SUSP, 0, 0, ram_pa(0), 5), SBI_ERR_DENIED);
    harts[1].hsm = harts[2].hsm = HSM_STOPPED;
    harts[3].hsm = HSM_SUSPENDED;
    assert_int_equal(ecall(me, EID_SUSP, 0, 0, ram_pa(0), 5), SBI_ERR_DENIED);
    harts[3].hsm = HSM_STOPPED;
    (void)ecall(me, EID_SUSP, 0, 0, ram_pa(0x80), 5);
    assert_entered(me, ram_pa(0x80), 5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(start_errors, setup),
        cmocka_unit_test_setup(status, setup),
        cmocka_unit_test_setup(found_while_it_resets, setup),
        cmocka_unit_test_setup(stop_and_start, setup),
        cmocka_unit_test_setup(suspend_retentive, setup),
        cmocka_unit_test_setup(suspend_errors, setup),
        cmocka_unit_test_setup(suspend_non_retentive, setup),
        cmocka_unit_test_setup(system_suspend, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
