/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI 3.0, "Nested Acceleration Extension": fences, sret, autoswap; and shared memory that is
 * hostile. */
#include "nacl_fixture.h"

#include <pthread.h>

static void entry(unsigned i, unsigned type, unsigned order, uint64_t number, uint64_t count)
{
    s->hfence[i] = (struct nacl_hfence){NACL_PENDING | FIELD_PUT(NACL_TYPE, (uint64_t)type) |
                                            FIELD_PUT(NACL_ORDER, (uint64_t)order) |
                                            FIELD_PUT(NACL_VMID, UINT64_C(0x123)) |
                                            FIELD_PUT(NACL_ASID, UINT64_C(0x4567)),
                                        number, 0, count};
}

/* "Nested HFENCE entry types": what each is to do. */
static void hfence_types(void **state)
{
    static const struct {
        uint8_t kind;
        bool all_addresses, all_ids;
    } rows[16] = {
        [NACL_GVMA] = {FENCE_GVMA, false, true},
        [NACL_GVMA_ALL] = {FENCE_GVMA, true, true},
        [NACL_GVMA_VMID] = {FENCE_GVMA, false, false},
        [NACL_GVMA_VMID_ALL] = {FENCE_GVMA, true, false},
        [NACL_VVMA] = {FENCE_VVMA, false, true},
        [NACL_VVMA_ALL] = {FENCE_VVMA, true, true},
        [NACL_VVMA_ASID] = {FENCE_VVMA, false, false},
        [NACL_VVMA_ASID_ALL] = {FENCE_VVMA, true, false},
    };
    (void)state;
    for (unsigned type = 0; type < 16; type++) {
        bool known = type <= NACL_VVMA_ASID_ALL;
        bool range = known && !rows[type].all_addresses;
        seen.fences_guest = 0;
        entry(7, type, 0, 0x80123, 3);
        assert_int_equal(ecall(me, EID_NACL, SYNC_HFENCE, 7), 0);
        assert_int_equal(s->hfence[7].config >> 63, 0);
        assert_int_equal(seen.fences_guest, range ? 3 : 1);
        const struct fence_seen *f = seen.guest;
        assert_int_equal(f->f.kind, known ? rows[type].kind : FENCE_GVMA); /* reserved: the lot */
        assert_int_equal(f->f.all_addresses, known ? rows[type].all_addresses : true);
        assert_int_equal(f->f.all_ids, known ? rows[type].all_ids : true);
        if (range) {
            assert_int_equal(f[0].f.address, 0x80123000);
            assert_int_equal(f[2].f.address, 0x80125000);
        }
        if (!f->f.all_ids) {
            assert_int_equal(f->f.id, f->f.kind == FENCE_VVMA ? 0x4567 : 0x123);
        }
        if (f->f.kind == FENCE_VVMA) {
            assert_int_equal(f->hgatp, FIELD_PUT(HGATP_VMID, UINT64_C(0x123)));
        }
    }
}

/* Is every page of the range named by one of the fences seen? */
static bool covered(uint64_t start, uint64_t pages)
{
    for (uint64_t p = 0; p < pages; p++) {
        bool found = false;
        for (unsigned i = 0; i < seen.fences_guest && !found; i++) {
            const struct fence *f = &seen.guest[i].f;
            found = f->all_addresses || f->address >> 12 == (start >> 12) + p;
        }
        if (!found) {
            return false;
        }
    }
    return true;
}

/* Orders and page counts, absurd ones too: never less than what is named, in bounded time. */
static void hfence_ranges(void **state)
{
    static const uint64_t counts[] = {0, 1, 2, 64, 65, 512, BIT(40), BIT(52), ALL};
    static const uint64_t numbers[] = {0, 1, 0x80000, BIT(26) - 1, BIT(51), BIT(52), ALL};
    (void)state;
    for (unsigned order = 0; order < 128; order++) {
        for (unsigned i = 0; i < ARRAY_LEN(counts) * ARRAY_LEN(numbers); i++) {
            uint64_t count = counts[i / ARRAY_LEN(numbers)];
            uint64_t number = numbers[i % ARRAY_LEN(numbers)];
            seen.fences_guest = 0;
            entry(0, NACL_VVMA_ASID, order, number, count);
            assert_int_equal(ecall(me, EID_NACL, SYNC_HFENCE, 0), 0);
            assert_int_equal(s->hfence[0].config >> 63, 0);
            bool fits = order < 52 && number >> (52 - order) == 0 && count >> (52 - order) == 0;
            if (!fits) {
                assert_true(seen.guest[0].f.all_addresses);
            } else if (count << order <= 512) {
                assert_true(covered(number << (12 + order), count << order));
            } else {
                assert_true(seen.guest[0].f.all_addresses);
            }
        }
    }
}

/* Pending ones, wherever they are, and no others; one by one, all, at sync_sret. */
static void hfence_pending(void **state)
{
    (void)state;
    for (unsigned i = 0; i < NACL_HFENCES; i++) {
        unsigned other = (i + 17) % NACL_HFENCES;
        entry(i, NACL_VVMA, 0, i, 1);
        entry(other, NACL_VVMA, 0, 1000 + i, 1);
        seen.fences_guest = 0;
        assert_int_equal(ecall(me, EID_NACL, SYNC_HFENCE, i), 0);
        assert_int_equal(seen.fences_guest, 1);
        assert_int_equal(seen.guest[0].f.address, i << 12);
        assert_int_equal(ecall(me, EID_NACL, SYNC_HFENCE, i), 0);
        assert_int_equal(seen.fences_guest, 1);
        assert_int_equal(i % 2 ? ecall(me, EID_NACL, SYNC_HFENCE, ALL) : 0, 0);
        if (i % 2 == 0) {
            ecall(me, EID_NACL, SYNC_SRET);
        }
        assert_int_equal(seen.fences_guest, 2);
        assert_int_equal(seen.guest[1].f.address, (1000 + i) << 12);
        assert_int_equal(s->hfence[other].config >> 63, 0);
    }
    for (unsigned i = 0; i < NACL_HFENCES; i++) {
        entry(i, NACL_GVMA_VMID, 0, i, 1);
    }
    seen.fences_guest = 0;
    assert_int_equal(ecall(me, EID_NACL, SYNC_HFENCE, ALL), 0);
    assert_int_equal(seen.fences_guest, NACL_HFENCES);
    assert_int_equal(ecall(me, EID_NACL, SYNC_HFENCE, 60), SBI_ERR_INVALID_PARAM);
    assert_int_equal(ecall(me, EID_NACL, SYNC_HFENCE, ALL - 1), SBI_ERR_INVALID_PARAM);
}

/* "Feature: Synchronize SRET": CSRs, registers, sret, in that order. */
static void sync_sret(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 64; n++) {
        s->sret_x[n] = 0x1111 * n + 1;
    }
    for (unsigned i = 0; i < 4; i++) {
        bool v = i & 1, supervisor = i & 2;
        hart_mode(&me->h, HS);
        me->h.sepc = 0x8000 + 4 * i;
        me->h.mstatus = FIELD_SET(STATUS_SPP, me->h.mstatus, supervisor);
        want(CSR_hstatus, v ? HSTATUS_SPV | HSTATUS_VTW : HSTATUS_VTW);
        want(CSR_hvip, ALL);
        want(CSR_vsscratch, i);
        seen.resumes = 0;
        ecall(me, EID_NACL, SYNC_SRET);
        assert_int_equal(seen.resumes, 1);
        assert_int_equal(me->h.pc, 0x8000 + 4 * i);
        assert_int_equal(me->h.v, v);
        assert_int_equal(me->h.prv, supervisor ? PRV_S : PRV_U);
        assert_int_equal(me->h.hstatus & (HSTATUS_SPV | HSTATUS_VTW), HSTATUS_VTW);
        assert_int_equal(me->h.vsscratch, i);
        assert_int_equal(me->h.hvip & IRQS_VS, IRQS_VS);
        assert_int_equal(me->h.x[0], 0);
        for (unsigned n = 1; n < 32; n++) {
            assert_int_equal(me->h.x[n], 0x1111 * n + 1);
        }
        assert_clean();
        hart_mode(&me->h, HS);
        if (!v) {
            assert_shown();
        }
    }
}

/* "Feature: Autoswap CSR": before the sret and after V has become 0, only if asked for. */
static void autoswap(void **state)
{
    const uint64_t mine = HSTATUS_HU, guests = HSTATUS_SPV | HSTATUS_SPVP | HSTATUS_VTW;
    const uint64_t xl = FIELD_PUT(HSTATUS_VSXL, UXL_64);
    (void)state;
    put(&me->h, CSR_hstatus, mine);
    s->autoswap_hstatus = guests;
    s->autoswap_flags = ~NACL_AUTOSWAP_HSTATUS;
    ecall(me, EID_NACL, SYNC_SRET);
    assert_int_equal(me->h.hstatus, mine | xl);
    assert_int_equal(me->h.v, 0);
    hart_mode(&me->h, HS);
    s->autoswap_flags = ALL;
    s->autoswap_hstatus = guests | HSTATUS_VGEIN; /* WARL */
    ecall(me, EID_NACL, SYNC_SRET);
    assert_int_equal(me->h.v, 1);
    assert_int_equal(me->h.hstatus, (guests | xl) & ~HSTATUS_SPV);
    assert_int_equal(s->autoswap_hstatus, mine | xl);
    hart_mode(&me->h, HS);
    me->h.hstatus |= HSTATUS_SPV; /* as a trap does */
    nacl_trapped(me, false);
    assert_int_equal(me->h.hstatus, guests | xl);
    nacl_trapped(me, true);
    assert_int_equal(me->h.hstatus, mine | xl);
    assert_int_equal(s->autoswap_hstatus, guests | xl);
    assert_int_equal(shown(CSR_hstatus), mine | xl);
}

/* Writing what is there changes nothing: every value is a legal one. */
static void assert_legal(void)
{
    for (unsigned num = 0; num < 0xc00; num++) {
        if (has(num) && num != CSR_vsip && num != CSR_hip) {
            uint64_t v = get(&me->h, num);
            put(&me->h, num, v);
            assert_int_equal(get(&me->h, num), v);
        }
    }
    assert_int_equal(me->h.hgatp & 3, 0);
    assert_true(test_isa.hgatp_modes & BIT(FIELD_GET(ATP_MODE, me->h.hgatp)));
    assert_true(test_isa.satp_modes & BIT(FIELD_GET(ATP_MODE, me->h.vsatp)));
    assert_int_equal(me->h.hstatus & HSTATUS_VSXL, FIELD_PUT(HSTATUS_VSXL, UXL_64));
    assert_int_equal(me->h.hvip & ~(IRQS_VS | BIT(IRQ_LCOFI)), 0);
    assert_int_equal(me->h.mie & ~IRQS_VS, 0);
}

static void call_anything(void)
{
    hart_mode(&me->h, HS);
    me->h.henvcfg &= ~ENVCFG_STCE;
    seen.fences_guest = seen.resumes = 0;
    ecall(me, EID_NACL, SYNC_SRET);
    assert_int_equal(seen.resumes, 1); /* no way back */
    nacl_trapped(me, me->h.v);
    hart_mode(&me->h, HS);
    assert_legal();
}

/* Any content at all. */
static void garbage(void **state)
{
    (void)state;
    me->h.mie = 0;
    for (unsigned i = 0; i < 3000; i++) {
        for (unsigned n = 0; n < sizeof(*s) / 8; n++) {
            uint64_t v = rnd();
            ((uint64_t *)(void *)s)[n] = n % 3 == i % 3 ? v : v & rnd() & rnd();
        }
        for (unsigned n = 0; n < NACL_HFENCES && i % 2; n++) {
            s->hfence[n].config &= ~(uint64_t)NACL_PENDING;
        }
        for (unsigned n = 1; n < NACL_HFENCES; n++) {
            s->hfence[n].config &= ~NACL_PENDING | -(uint64_t)(n == i % NACL_HFENCES);
        }
        call_anything();
    }
}

static bool stop;
static void *other_hart(void *arg)
{
    volatile uint64_t *words = arg;
    uint64_t v = 0x243f6a8885a308d3;
    while (!__atomic_load_n(&stop, __ATOMIC_RELAXED)) {
        v = v * 6364136223846793005u + 1442695040888963407u;
        unsigned n = (unsigned)(v >> 40) % (unsigned)(sizeof(*s) / 8);
        if (n < 0x800 / 8 || n >= 0xf80 / 8) { /* but for fences: the record of them is short */
            words[n] = v ^ v >> 29;
        }
    }
    return NULL;
}

/* Content that changes at any moment. */
static void hostile(void **state)
{
    pthread_t other;
    (void)state;
    me->h.mie = 0;
    stop = false;
    assert_int_equal(pthread_create(&other, NULL, other_hart, s), 0);
    for (unsigned i = 0; i < 20000; i++) {
        call_anything();
    }
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    pthread_join(other, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(hfence_types), T(hfence_ranges), T(hfence_pending), T(sync_sret),
        T(autoswap),     T(garbage),       T(hostile),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
