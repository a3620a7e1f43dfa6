/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI 3.0, "Nested Acceleration Extension": its shared memory, and the CSRs in it. */
#include "core/nacl_switch.h"

#include "nacl_fixture.h"

/* "Function: Probe nested acceleration feature" */
static void probe(void **state)
{
    (void)state;
    for (uint64_t feature = 0; feature < 8; feature++) {
        assert_int_equal(ecall(me, EID_NACL, PROBE, feature), 0);
        assert_int_equal(me->h.x[11], feature < 4);
    }
    assert_int_equal(ecall(me, EID_NACL, PROBE, BIT(32) | 3), 0); /* 32 bits of it count */
    assert_int_equal(me->h.x[11], 1);
    assert_int_equal(ecall(me, EID_NACL, 5), SBI_ERR_NOT_SUPPORTED);
    assert_int_equal(ecall(me, EID_NACL, BIT(32)), SBI_ERR_NOT_SUPPORTED);
}

/* "Function: Set nested acceleration shared memory": errors change nothing; any page of the world;
 * per hart. */
static void set_shmem(void **state)
{
    const uint64_t size = sizeof(struct nacl_shmem), end = ram_pa(RAM_SIZE);
    (void)state;
    assert_int_equal(size, 12288);
    assert_int_equal(ecall(me, EID_NACL, SET_SHMEM, ram_pa(0), 0, 1), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_NACL, SET_SHMEM, ram_pa(8)), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_NACL, SET_SHMEM, ram_pa(2048)), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_NACL, SET_SHMEM, ram_pa(0), 1), SBI_ERR_INVALID_ADDRESS);
    assert_int_equal(ecall(me, EID_NACL, SET_SHMEM, ram_pa(0), ALL), SBI_ERR_INVALID_ADDRESS);
    assert_int_equal(ecall(me, EID_NACL, SET_SHMEM, 0), SBI_ERR_INVALID_ADDRESS);
    assert_int_equal(ecall(me, EID_NACL, SET_SHMEM, ALL - 4095), SBI_ERR_INVALID_ADDRESS);
    assert_int_equal(ecall(me, EID_NACL, SET_SHMEM, end - size + 4096), SBI_ERR_INVALID_ADDRESS);
    assert_int_equal(ecall(me, EID_NACL, SET_SHMEM, end - 4096), SBI_ERR_INVALID_ADDRESS);
    assert_int_equal(ecall(me, EID_NACL, SET_SHMEM, ALL), SBI_ERR_INVALID_PARAM); /* low alone */
    assert_ptr_equal(me->nacl, s);
    assert_int_equal(ecall(me, EID_NACL, SET_SHMEM, end - size), 0);
    assert_int_equal((uintptr_t)me->nacl, end - size);
    assert_null(harts[1].nacl);
    assert_int_equal(ecall(me, EID_NACL, SET_SHMEM, ALL, ALL, 1), SBI_ERR_INVALID_PARAM);
    assert_non_null(me->nacl);
    assert_int_equal(ecall(me, EID_NACL, SET_SHMEM, ALL, ALL), 0);
    assert_null(me->nacl);
}

/* Without it, nothing is synchronized, and sync_sret may say so. */
static void no_shmem(void **state)
{
    (void)state;
    ecall(me, EID_NACL, SET_SHMEM, ALL, ALL);
    assert_int_equal(ecall(me, EID_NACL, SYNC_CSR, ALL), SBI_ERR_NO_SHMEM);
    assert_int_equal(ecall(me, EID_NACL, SYNC_CSR, CSR_hgatp), SBI_ERR_NO_SHMEM);
    assert_int_equal(ecall(me, EID_NACL, SYNC_HFENCE, ALL), SBI_ERR_NO_SHMEM);
    assert_int_equal(ecall(me, EID_NACL, SYNC_HFENCE, 0), SBI_ERR_NO_SHMEM);
    assert_int_equal(ecall(me, EID_NACL, SYNC_SRET), SBI_ERR_NO_SHMEM);
    assert_int_equal(seen.resumes, 0);
}

/* A hart that stops loses it. */
static void dropped(void **state)
{
    (void)state;
    sbi_reset(me);
    assert_null(me->nacl);
}

/* Legal values everywhere, by the model's own rules. */
static void scramble(void)
{
    static const uint8_t often_zero[] = {0, 0, 1};
    for (unsigned num = 0; num < 4096; num++) {
        if (has(num) && num < 0xc00) {
            put(&me->h, num, rnd() * often_zero[rnd() % 3]);
        }
    }
    me->h.mie ^= rnd() & IRQS_VS;
    fake.time = rnd() & 1 ? rnd() : me->h.vstimecmp - me->h.htimedelta - 1 + rnd() % 3;
    me->h.time = fake.time;
}

static void choose_isa(unsigned i)
{
    test_isa.ext = MASK(EXT_C, 0);
    if (i % 2 == 0) {
        test_isa.ext &= ~(BIT(EXT_SMAIA) | BIT(EXT_SMSTATEEN));
        me->h.hvien = me->h.hvictl = me->h.vsie_aia = 0;
    }
}

/* "The SBI implementation MUST update the CSR space whenever the state of any H CSR changes" */
static void shows_all(void **state)
{
    (void)state;
    assert_shown(); /* from the first moment on */
    for (unsigned i = 0; i < 2000; i++) {
        choose_isa(i);
        scramble();
        memset(s->csr, 0x5a, sizeof(s->csr));
        assert_int_equal(ecall(me, EID_NACL, SYNC_CSR, ALL), 0);
        assert_shown();
        assert_int_equal(s->csr[NACL_INDEX(0x610)], 0x5a5a5a5a5a5a5a5a); /* no CSR: not touched */
    }
}

/* What a guest or its trap can have changed. */
static void change(struct hart *h)
{
    uint64_t *fields[] = {&h->vstvec, &h->vsscratch, &h->vsepc, &h->vscause,  &h->vstval,
                          &h->htval,  &h->htinst,    &h->vsatp, &h->vstimecmp};

    for (unsigned n = 0; n < ARRAY_LEN(fields); n++) {
        *fields[n] = rnd();
    }
    put(h, CSR_vsstatus, rnd());
    put(h, CSR_hstatus, rnd());
}

/* The same after a trap to HS, when only what a guest or a trap can have changed is written. */
static void shows_traps(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4000; i++) {
        bool left = rnd() & 1;
        choose_isa(i);
        scramble();
        nacl_show_all(me);
        struct hart *h = &me->h;
        change(h);
        put(h, CSR_vsip, rnd());
        put(h, CSR_vsie, rnd());
        fake.time = rnd();
        nacl_trapped(me, left);
        assert_shown();
    }
}

/* The same for a guest that was entered with nothing to synchronize, and has changed neither hvip
 * nor hie: there is less to be shown then. */
static void shows_usual_traps(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4000; i++) {
        test_isa.ext = MASK(EXT_C, 0) & ~(BIT(EXT_SMAIA) | BIT(EXT_SMSTATEEN));
        scramble();
        me->h.hvip = me->h.hvien = me->h.hvictl = me->h.vsie_aia = 0;
        nacl_show_all(me);
        struct hart *h = &me->h;
        change(h);
        h->time = fake.time = rnd();
        nacl_left(me, (hart_hip(h) & BIT(IRQ_VSTI)) != 0);
        assert_shown();
    }
}

/* ... and after an instruction of HS that wrote one of them. Others are none of NACL's. */
static void shows_writes(void **state)
{
    (void)state;
    for (unsigned num = 0; num < 4096; num++) {
        for (unsigned i = 0; has(num) && num < 0xc00 && i < 40; i++) {
            const struct csr *c = csr_row(num);
            choose_isa(i);
            scramble();
            nacl_show_all(me);
            fake.time = me->h.time; /* what time does by itself is not told */
            nacl_written(me, c, put(&me->h, num, rnd()));
            assert_shown();
        }
    }
    memset(s->csr, 0x5a, sizeof(s->csr));
    nacl_written(me, csr_row(CSR_stimecmp), put(&me->h, CSR_stimecmp, 77));
    hart_mode(&me->h, VS);
    nacl_written(me, csr_row(CSR_vstimecmp), put(&me->h, CSR_vstimecmp, 77));
    for (unsigned i = 0; i < NACL_CSRS; i++) {
        assert_int_equal(s->csr[i], 0x5a5a5a5a5a5a5a5a);
    }
}

/* "Function: Synchronize shared memory CSRs": which numbers there are. */
static void sync_csr_numbers(void **state)
{
    (void)state;
    for (uint64_t num = 0; num < 4096; num++) {
        bool ok = has((unsigned)num);
        assert_int_equal(ecall(me, EID_NACL, SYNC_CSR, num), ok ? 0 : SBI_ERR_INVALID_PARAM);
        assert_int_equal(ecall(me, EID_NACL, SYNC_CSR, num | 0x1000), SBI_ERR_INVALID_PARAM);
    }
    assert_int_equal(ecall(me, EID_NACL, SYNC_CSR, ALL - 1), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_NACL, SYNC_CSR, BIT(32) | CSR_hvip), SBI_ERR_INVALID_PARAM);
}

/* One is written if its bit is set, and written back either way; the others wait. */
static void sync_one_csr(void **state)
{
    (void)state;
    for (unsigned num = 0; num < 4096; num++) {
        if (!has(num)) {
            continue;
        }
        for (unsigned i = 0; i < 20; i++) {
            unsigned other = num == CSR_htval ? CSR_htinst : CSR_htval;
            scramble();
            nacl_show_all(me);
            uint64_t v = rnd(), old = get(&me->h, other);
            struct hart expected = me->h;
            if (num < 0xc00) {
                put(&expected, num, v);
            }
            want(num, v);
            want(other, ~old);
            seen.effects = 0;
            assert_int_equal(ecall(me, EID_NACL, SYNC_CSR, num), 0);
            assert_int_equal(get(&me->h, num), get(&expected, num));
            assert_int_equal(shown(num), get(&me->h, num));
            assert_int_equal(get(&me->h, other), old);
            assert_int_equal(shown(other), ~old);
            assert_int_equal(s->dirty[NACL_WORD_OF(num)] & NACL_DIRTY(num), 0);
            assert_true(s->dirty[NACL_WORD_OF(other)] & NACL_DIRTY(other));
            s->dirty[NACL_WORD_OF(other)] = 0;
            nacl_show_all(me);
            s->csr[NACL_INDEX(num)] = ~v; /* not dirty: no write */
            old = get(&me->h, num);
            assert_int_equal(ecall(me, EID_NACL, SYNC_CSR, num), 0);
            assert_int_equal(get(&me->h, num), old);
            assert_shown();
        }
    }
}

/* All at once: what others depend on first, hvip before hip. */
static void sync_all_csrs(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 2000; i++) {
        choose_isa(i);
        scramble();
        nacl_show_all(me);
        for (unsigned num = 0; num < 4096; num++) {
            if (has(num) && rnd() % 4 != 0) {
                want(num, rnd());
            }
        }
        struct hart expected = me->h;
        unsigned effects = 0;
        static const uint16_t parts[][2] = {
            {CSR_hvip, CSR_hvip}, {0x600, 0x644}, {0x646, 0x6ff}, {0x200, 0x2ff}};
        for (unsigned p = 0; p < ARRAY_LEN(parts); p++) {
            for (unsigned num = parts[p][0]; num <= parts[p][1]; num++) {
                if (has(num) && (s->dirty[NACL_WORD_OF(num)] & NACL_DIRTY(num))) {
                    effects |= put(&expected, num, shown(num));
                }
            }
        }
        seen.effects = 0;
        assert_int_equal(ecall(me, EID_NACL, SYNC_CSR, ALL), 0);
        for (unsigned num = 0; num < 4096; num++) {
            assert_true(!has(num) || get(&me->h, num) == get(&expected, num));
        }
        assert_int_equal(seen.effects | CSR_EFFECT_IRQ, effects | CSR_EFFECT_IRQ);
        assert_shown();
        assert_clean();
    }
    want(CSR_hvip, BIT(IRQ_VSEI));
    want(CSR_hip, BIT(IRQ_VSSI));
    assert_int_equal(ecall(me, EID_NACL, SYNC_CSR, ALL), 0);
    assert_int_equal(shown(CSR_hvip), BIT(IRQ_VSEI) | BIT(IRQ_VSSI));
}

/* What HS has written and not yet synchronized stays, whatever happens to the CSR meanwhile. */
static void pending_stays(void **state)
{
    (void)state;
    want(CSR_vsepc, 0x1234);
    want(CSR_hgatp, 0x5678);
    me->h.vsepc = 0x9abc;
    nacl_trapped(me, true);
    nacl_written(me, csr_row(CSR_hgatp), put(&me->h, CSR_hgatp, 0x4000));
    assert_int_equal(shown(CSR_vsepc), 0x1234);
    assert_int_equal(shown(CSR_hgatp), 0x5678);
    assert_int_equal(ecall(me, EID_NACL, SYNC_CSR, ALL), 0);
    assert_int_equal(me->h.vsepc, 0x1234);
    assert_int_equal(me->h.hgatp, 0x5678);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(probe),        T(set_shmem),         T(no_shmem),
        T(dropped),      T(shows_all),         T(shows_traps),
        T(shows_writes), T(shows_usual_traps), T(sync_csr_numbers),
        T(sync_one_csr), T(sync_all_csrs),     T(pending_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
