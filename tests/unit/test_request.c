/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Requests between harts that really run at once, a thread each: every fence is done, by its
 * target, before the call returns; nobody waits for ever; a hart that is started late has missed
 * nothing.
 */
#define FAKE_OWN_FENCES
#define FAKE_OWN_SSIP
#include "fake_host.h"

#include <pthread.h>
#include <sched.h>

#define ROUNDS 20000u

static _Thread_local unsigned self;
static uint64_t fenced[HARTS]
                      [HARTS]; /* [target][caller]: the newest call that the target fenced for */
static uint64_t done[HARTS];   /* fences a hart did */
static unsigned ssips[HARTS];
static unsigned ipis;
static unsigned running;

/* The caller stands in the address, the number of the call in the ASID. */
void host_fence_vma(uint64_t va, uint64_t size, bool all_ids, uint64_t asid)
{
    if (size == UINT64_MAX && all_ids) {
        return; /* a hart that starts */
    }
    fenced[self][va / 4096] = asid;
    done[self]++;
}

void host_fence_i(void)
{
}

void host_fence_guest(struct vhart *vh, const struct fence *f, uint64_t hgatp)
{
    (void)vh;
    (void)f;
    (void)hgatp;
}

void host_raise_ssip(struct vhart *vh)
{
    assert_int_equal(vh->index, self);
    ssips[self]++;
}

void host_ipi(unsigned index)
{
    (void)index;
    __atomic_fetch_add(&ipis, 1, __ATOMIC_RELAXED);
}

void host_relax(void)
{
    sched_yield();
}

static uint64_t mask_of(unsigned round)
{
    uint64_t mask = (round * 0x9e3779b97f4a7c15u) >> 60;
    return mask ? mask : BIT(HARTS) - 1;
}

/* Failures in a thread are counted: cmocka's asserts belong to the main one. */
static unsigned wrong;

static void check_done(unsigned caller, uint64_t mask, uint64_t call)
{
    for (unsigned i = 0; i < HARTS; i++) {
        if ((mask & BIT(i)) && __atomic_load_n(&fenced[i][caller], __ATOMIC_RELAXED) != call) {
            __atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
        }
    }
}

static void *caller_run(void *arg)
{
    struct vhart *vh = arg;
    self = vh->index;
    for (unsigned round = 1; round <= ROUNDS; round++) {
        uint64_t mask = mask_of(round * HARTS + self);
        struct fence_call call = {
            .kind = REMOTE_SFENCE_VMA_ASID, .start = self * 4096ul, .size = 4096, .id = round};
        request_fence(vh, mask, &call);
        check_done(self, mask, round);
        request_post(vharts[(self + 1) % HARTS], REQUEST_IPI);
    }
    __atomic_fetch_sub(&running, 1, __ATOMIC_SEQ_CST);
    while (__atomic_load_n(&running, __ATOMIC_SEQ_CST)) {
        request_serve(vh);
        host_relax();
    }
    request_serve(vh);
    return NULL;
}

static int setup(void **state)
{
    (void)state;
    fake_reset();
    memset(fenced, 0, sizeof(fenced));
    memset(done, 0, sizeof(done));
    memset(ssips, 0, sizeof(ssips));
    wrong = 0;
    return 0;
}

static void all_at_once(void **state)
{
    pthread_t t[HARTS];
    uint64_t want[HARTS] = {0};
    (void)state;
    for (unsigned i = 0; i < HARTS; i++) {
        for (unsigned round = 1; round <= ROUNDS; round++) {
            for (unsigned target = 0; target < HARTS; target++) {
                want[target] += mask_of(round * HARTS + i) >> target & 1;
            }
        }
    }
    running = HARTS;
    for (unsigned i = 0; i < HARTS; i++) {
        assert_int_equal(pthread_create(&t[i], NULL, caller_run, &harts[i]), 0);
    }
    for (unsigned i = 0; i < HARTS; i++) {
        pthread_join(t[i], NULL);
    }
    assert_int_equal(wrong, 0);
    for (unsigned i = 0; i < HARTS; i++) {
        assert_int_equal(done[i], want[i]); /* each once */
        assert_int_equal(harts[i].call.pending, 0);
        assert_in_range(ssips[i], 1, ROUNDS); /* IPIs merge, but none is lost for good */
    }
}

/* A hart that stops and is started again and again, while another fences it: neither hangs. */
static unsigned starts;
#define STARTS 2000u

static void *stopper_run(void *arg)
{
    struct vhart *vh = arg;
    self = vh->index;
    fake.on_wait = host_relax;
    for (unsigned i = 0; i < STARTS; i++) {
        hsm_wait_for_start(vh);
        if (vh->h.x[11] != i || vh->h.pc != ram_pa(0)) {
            __atomic_fetch_add(&wrong, 1, __ATOMIC_RELAXED);
        }
        __atomic_store_n(&starts, i + 1, __ATOMIC_SEQ_CST);
    }
    while (__atomic_load_n(&running, __ATOMIC_SEQ_CST)) {
        request_serve(vh);
        host_relax();
    }
    return NULL;
}

static void start_while_fenced(void **state)
{
    pthread_t t;
    struct fence_call call = {.kind = REMOTE_FENCE_I, .size = UINT64_MAX};
    unsigned fences = 0;
    (void)state;
    self = 0;
    starts = 0;
    running = 1;
    harts[1].hsm = HSM_STOPPED;
    harts[2].hsm = harts[3].hsm = HSM_STOPPED;
    assert_int_equal(pthread_create(&t, NULL, stopper_run, &harts[1]), 0);
    for (unsigned i = 0; i < STARTS; i++) {
        while (ecall(&harts[0], EID_HSM, 0, hartids[1], ram_pa(0), i) != SBI_SUCCESS) {
            request_fence(&harts[0], BIT(HARTS) - 1, &call);
            fences++;
        }
        while (__atomic_load_n(&starts, __ATOMIC_SEQ_CST) <= i) {
            request_fence(&harts[0], BIT(HARTS) - 1, &call);
            fences++;
        }
    }
    __atomic_store_n(&running, 0, __ATOMIC_SEQ_CST);
    pthread_join(t, NULL);
    assert_int_equal(wrong, 0);
    assert_true(fences > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(all_at_once, setup),
        cmocka_unit_test_setup(start_while_fenced, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
