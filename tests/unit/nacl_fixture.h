/* SPDX-License-Identifier: BSD-2-Clause */
/* A hart that has set its shared memory for NACL, and what is seen there. */
#ifndef TESTS_UNIT_NACL_FIXTURE_H
#define TESTS_UNIT_NACL_FIXTURE_H

#include "fake_host.h"

#include "core/nacl.h"

#define ALL   UINT64_MAX
#define SHMEM 0x2000u

enum { PROBE, SET_SHMEM, SYNC_CSR, SYNC_HFENCE, SYNC_SRET };

static struct vhart *const me = &harts[0];
static struct nacl_shmem *const s = (struct nacl_shmem *)(void *)(ram + SHMEM);
static uint64_t seed;

static inline uint64_t rnd(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static inline int setup(void **state)
{
    (void)state;
    fake_reset();
    seed = 0x9e3779b97f4a7c15;
    fake.time = 1000;
    assert_int_equal(ecall(me, EID_NACL, SET_SHMEM, ram_pa(SHMEM)), 0);
    return 0;
}

/* The H CSRs that HS has here. */
static inline bool has(unsigned num)
{
    return NACL_IS_H(num) && csr_row(num) && access_cause(&me->h, num, false) == 0;
}

static inline void want(unsigned num, uint64_t v)
{
    s->csr[NACL_INDEX(num)] = v;
    s->dirty[NACL_WORD_OF(num)] |= NACL_DIRTY(num);
}

static inline uint64_t shown(unsigned num)
{
    return s->csr[NACL_INDEX(num)];
}

static inline void assert_shown(void)
{
    for (unsigned num = 0; num < 4096; num++) {
        if (has(num) && shown(num) != get(&me->h, num)) {
            fail_msg("%s: 0x%lx is shown, it is 0x%lx", csr_name(csr_row(num)), shown(num),
                     get(&me->h, num));
        }
    }
}

static inline void assert_clean(void)
{
    for (unsigned w = 0; w < NACL_DIRTY_WORDS; w++) {
        assert_int_equal(s->dirty[w], 0);
    }
}

#define T(name) cmocka_unit_test_setup(name, setup)

#endif
