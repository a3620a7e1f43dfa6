/* SPDX-License-Identifier: BSD-2-Clause */
/* Address translation, rule by rule. Sections are the privileged architecture's; "H" is the
 * hypervisor chapter. */
#include "walk_fixture.h"

/* "Sv39", "Sv48", "Sv57": levels, offsets; H, "Guest Physical Address Translation". */
static void every_mode_translates(void **state)
{
    (void)state;
    for (unsigned mode = MODE_SV39; mode <= MODE_SV57; mode++) {
        struct guest g;
        struct xlate x;
        simple(&g, mode);
        assert_int_equal(cause_of(&g, AS_VU(ACCESS_LOAD), VA + 0x123, &x), 0);
        assert_int_equal(x.pa.a, PAGE + 0x123);
        assert_int_equal(x.gpa.a, GPA + 0x123);
        assert_int_equal(x.shift, 12);
        assert_int_equal(x.vs_pte, pte_of(GPA, GOOD));
        assert_int_equal(x.g_pte, pte_of(PAGE, GOOD));
        assert_ptr_equal(x.vs_slot, vs_slot(&g, VA, 12));
        assert_ptr_equal(x.g_slot, g_slot(&g, GPA, 12));
        assert_int_equal(cause_of(&g, AS_U(ACCESS_STORE), VA + 0xfff, &x), 0);
        assert_int_equal(x.pa.a, PAGE + 0xfff);
        assert_int_equal(x.gpa.a, PAGE + 0xfff);
        assert_int_equal(x.g_pte, PTE_BARE);
        guest_free(&g);
    }
}

/* "Any level of PTE may be a leaf PTE": the page is the smaller of both stages' pages. */
static void superpages_of_both_stages(void **state)
{
    const uint64_t va = 0x2aaaaaaaaa, frame = 0x1ffffffffff;
    (void)state;
    for (unsigned mode = MODE_SV39; mode <= MODE_SV57; mode++) {
        unsigned top = mode * 9 - 42;
        for (unsigned n = 0; n < 25; n++) {
            unsigned vs = 12 + n % 5 * 9, gs = 12 + n / 5 * 9;
            struct guest g;
            struct xlate x;
            if (vs > top || gs > top) {
                continue;
            }
            guest_make(&g, mode);
            /* the tables at gpa = pa, what is tried in another entry of the root */
            g.h.vsatp += GPA_OFFSET >> 12;
            memset(arena_at(&g.a, g.groot), 0, 16384);
            for (uint64_t pa = ARENA; pa < ARENA + ARENA_SIZE; pa += 0x200000) {
                *g_slot(&g, pa, 21) = pte_of(pa, GOOD);
            }
            *arena_slot(&g.a, g.vsroot, 0, g.top, va, vs, 511) = pte_of(BIT(top), GOOD);
            uint64_t gpa = BIT(top) | (va & (BIT(vs) - 1));
            *g_slot(&g, gpa, gs) = pte_of(align_down(frame, BIT(gs)), GOOD);
            assert_int_equal(cause_of(&g, AS_VU(ACCESS_LOAD), va, &x), 0);
            assert_int_equal(x.gpa.a, gpa);
            assert_int_equal(x.pa.a, align_down(frame, BIT(gs)) | (gpa & (BIT(gs) - 1)));
            assert_int_equal(x.shift, vs < gs ? vs : gs);
            assert_int_equal(x.vs_shift, vs);
            assert_int_equal(x.g_shift, gs);
            guest_free(&g);
        }
    }
}

/* "a page-fault exception is raised if the physical address is insufficiently aligned" */
static void misaligned_superpages(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 9; bit++) {
        struct guest g;
        guest_make(&g, MODE_SV39);
        *vs_slot(&g, VA, 21) = pte_of(BIT(21) + (BIT(bit) << 12), GOOD);
        assert_int_equal(cause_of(&g, AS_VU(ACCESS_FETCH), VA, NULL), CAUSE_FETCH_PAGE);
        *vs_slot(&g, VA, 21) = 0;
        *vs_slot(&g, VA, 12) = pte_of(GPA, GOOD);
        *g_slot(&g, GPA, 21) = pte_of(BIT(30) + (BIT(bit) << 12), GOOD);
        assert_int_equal(cause_of(&g, AS_VU(ACCESS_FETCH), VA, NULL), CAUSE_FETCH_GUEST_PAGE);
        guest_free(&g);
    }
}

/* "Sv39": bits 63-39 must all be equal to bit 38, or else a page-fault; so Sv48 and Sv57. */
static void canonical_addresses(void **state)
{
    (void)state;
    for (unsigned mode = MODE_SV39; mode <= MODE_SV57; mode++) {
        struct guest g;
        struct xlate x;
        simple(&g, mode);
        unsigned bits = g.top + 9;
        uint64_t high = ~UINT64_C(0) << (bits - 1);
        *vs_slot(&g, high, 12) = pte_of(GPA, GOOD);
        assert_int_equal(cause_of(&g, AS_VU(ACCESS_LOAD), high, &x), 0);
        for (unsigned bit = bits - 1; bit < 64; bit++) {
            struct trap t = trap_of(&g, AS_VU(ACCESS_LOAD), VA ^ BIT(bit));
            assert_int_equal(t.cause, CAUSE_LOAD_PAGE);
            assert_int_equal(t.tval, VA ^ BIT(bit));
            assert_int_equal(t.tval2, 0);
            assert_int_equal(cause_of(&g, AS_VU(ACCESS_STORE), high ^ BIT(bit), NULL),
                             CAUSE_STORE_PAGE);
            assert_int_equal(cause_of(&g, AS_U(ACCESS_STORE), VA ^ BIT(bit), NULL),
                             CAUSE_STORE_PAGE);
        }
        guest_free(&g);
    }
}

/* H, "Guest Physical Address Translation": Sv39x4 has 41 bits, Sv48x4 50, Sv57x4 59; those above
 * must be zero, or else a guest-page fault; the root has four times the entries. */
static void guest_physical_width(void **state)
{
    (void)state;
    for (unsigned mode = MODE_SV39; mode <= MODE_SV57; mode++) {
        struct guest g;
        struct xlate x;
        guest_make(&g, mode);
        unsigned bits = g.top + 11;
        g.h.vsatp = 0;
        for (unsigned two = 0; two < 4; two++) {
            uint64_t gpa = GPA | (uint64_t)two << (bits - 2);
            *g_slot(&g, gpa, 12) = pte_of(PAGE + two * 4096, GOOD);
        }
        for (unsigned two = 0; two < 4; two++) {
            uint64_t gpa = GPA | (uint64_t)two << (bits - 2);
            assert_int_equal(cause_of(&g, AS_VU(ACCESS_LOAD), gpa, &x), 0);
            assert_int_equal(x.pa.a, PAGE + two * 4096);
        }
        for (unsigned bit = bits; bit < 64; bit++) {
            struct trap t = trap_of(&g, AS_VS(ACCESS_STORE), GPA | BIT(bit));
            assert_int_equal(t.cause, CAUSE_STORE_GUEST_PAGE);
            assert_int_equal(t.tval, GPA | BIT(bit));
            assert_int_equal(t.tval2, (GPA | BIT(bit)) >> 2);
            assert_int_equal(t.tinst, 0);
        }
        guest_free(&g);
    }
}

/* What makes a leaf no leaf for anybody, at each stage: step 3, "Sv39", "Svpbmt", "Svnapot". */
static void reserved_in_leaves(void **state)
{
    struct guest g;
    (void)state;
    simple(&g, MODE_SV39);
    struct {
        uint64_t *slot;
        struct access_as as;
        uint64_t good, cause;
    } stage[] = {
        {vs_slot(&g, VA, 12), AS_VU(ACCESS_LOAD), pte_of(GPA, GOOD), CAUSE_LOAD_PAGE},
        {g_slot(&g, GPA, 12), AS_VU(ACCESS_LOAD), pte_of(PAGE, GOOD), CAUSE_LOAD_GUEST_PAGE},
        {hs_slot(&g, VA, 12), AS_U(ACCESS_LOAD), pte_of(PAGE, GOOD), CAUSE_LOAD_PAGE}};
    test_isa.ext &= ~BIT(EXT_SVNAPOT);
    for (unsigned n = 0; n < 3; n++) {
        for (unsigned bit = 54; bit < 64; bit++) {
            *stage[n].slot = stage[n].good | BIT(bit);
            assert_int_equal(cause_of(&g, stage[n].as, VA, NULL), stage[n].cause);
        }
        *stage[n].slot = stage[n].good & ~PTE_V;
        assert_int_equal(cause_of(&g, stage[n].as, VA, NULL), stage[n].cause);
        *stage[n].slot = stage[n].good & ~PTE_R; /* W without R, though X is there */
        stage[n].as.access = ACCESS_FETCH;
        assert_int_equal(cause_of(&g, stage[n].as, VA, NULL),
                         n == 1 ? CAUSE_FETCH_GUEST_PAGE : CAUSE_FETCH_PAGE);
        stage[n].as.access = ACCESS_LOAD;
        *stage[n].slot = stage[n].good | PTE_RSW | PTE_G; /* ignored */
        assert_int_equal(cause_of(&g, stage[n].as, VA, NULL), 0);
        *stage[n].slot =
            stage[n].good & ~PTE_RWX & ~(PTE_A | PTE_D | PTE_U); /* pointer at the last level */
        assert_int_equal(cause_of(&g, stage[n].as, VA, NULL), stage[n].cause);
        *stage[n].slot = stage[n].good;
        assert_int_equal(cause_of(&g, stage[n].as, VA, NULL), 0);
    }
    guest_free(&g);
}

/* "For non-leaf PTEs, the D, A, and U bits are reserved"; "Svpbmt" and "Svnapot" for bits 62-61
 * and 63. */
static void reserved_in_pointers(void **state)
{
    static const unsigned bits[] = {4, 6, 7, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63};
    struct guest g;
    (void)state;
    simple(&g, MODE_SV48);
    g.h.menvcfg = g.h.henvcfg = ENVCFG_PBMTE | ENVCFG_ADUE;
    for (unsigned level = 21; level <= 39; level += 9) {
        uint64_t *slot[] = {vs_slot(&g, VA, level), g_slot(&g, GPA, level), hs_slot(&g, VA, level)};
        for (unsigned n = 0; n < 3; n++) {
            struct access_as as = n == 2 ? AS_U(ACCESS_STORE) : AS_VU(ACCESS_STORE);
            uint64_t good = *slot[n];
            for (unsigned i = 0; i < ARRAY_LEN(bits); i++) {
                *slot[n] = good | BIT(bits[i]);
                uint64_t cause = cause_of(&g, as, VA, NULL);
                assert_true(cause == CAUSE_STORE_PAGE ||
                            (n == 1 && cause == CAUSE_STORE_GUEST_PAGE));
            }
            *slot[n] = good | PTE_RSW | PTE_G;
            assert_int_equal(cause_of(&g, as, VA, NULL), 0);
            *slot[n] = good;
        }
    }
    guest_free(&g);
}

/* "Svpbmt": PBMTE of henvcfg (and menvcfg) for the VS-stage, of menvcfg for the others; the value 3
 * is reserved. */
static void memory_types(void **state)
{
    struct guest g;
    (void)state;
    simple(&g, MODE_SV39);
    uint64_t *slot[] = {vs_slot(&g, VA, 12), g_slot(&g, GPA, 12), hs_slot(&g, VA, 12)};
    for (unsigned n = 0; n < 3; n++) {
        struct access_as as = n == 2 ? AS_U(ACCESS_LOAD) : AS_VU(ACCESS_LOAD);
        uint64_t good = *slot[n];
        for (unsigned m = 0; m < 4; m++) {
            g.h.menvcfg = m & 1 ? ENVCFG_PBMTE : 0;
            g.h.henvcfg = m & 2 ? ENVCFG_PBMTE : 0;
            bool on = n == 0 ? m == 3 : (m & 1) != 0;
            for (uint64_t pbmt = 1; pbmt < 4; pbmt++) {
                struct xlate x;
                *slot[n] = good | FIELD_PUT(PTE_PBMT, pbmt);
                bool ok = cause_of(&g, as, VA, &x) == 0;
                assert_true(ok == (on && pbmt != 3));
                assert_true(!ok || (n == 1 ? x.g_pte : x.vs_pte) == *slot[n]);
            }
        }
        *slot[n] = good;
    }
    guest_free(&g);
}

/* "Svnapot": 64 KiB, ppn[3:0] = 8, at the last level; every other encoding is reserved. */
static void napot(void **state)
{
    struct guest g;
    struct xlate x;
    (void)state;
    simple(&g, MODE_SV39);
    for (uint64_t page = 0; page < 16; page++) {
        uint64_t va = 0x10000 + page * 4096;
        *vs_slot(&g, va, 12) = pte_of(0x50000000 + 0x8000, GOOD | PTE_N);
        *g_slot(&g, 0x50000000 + page * 4096, 12) = pte_of(0x83000000 + 0x8000, GOOD | PTE_N);
        assert_int_equal(cause_of(&g, AS_VU(ACCESS_LOAD), va + 0x234, &x), 0);
        assert_int_equal(x.gpa.a, 0x50000000 + page * 4096 + 0x234);
        assert_int_equal(x.pa.a, 0x83000000 + page * 4096 + 0x234);
        assert_int_equal(x.shift, 12);
        if (page != 8) {
            *vs_slot(&g, va, 12) = pte_of(0x50000000 + page * 4096, GOOD | PTE_N);
            assert_int_equal(cause_of(&g, AS_VU(ACCESS_LOAD), va, NULL), CAUSE_LOAD_PAGE);
        }
    }
    *vs_slot(&g, BIT(30), 21) = pte_of(BIT(30), GOOD | PTE_N) | FIELD_PUT(PTE_PPN, UINT64_C(8));
    assert_int_equal(cause_of(&g, AS_VU(ACCESS_LOAD), BIT(30), NULL), CAUSE_LOAD_PAGE);
    guest_free(&g);
}

/* Step 2: a table where there is no memory is an access fault of the original access. */
static void tables_outside_memory(void **state)
{
    static const uint64_t outside[] = {
        ARENA_HOLE, ARENA_HOLE + 0x1000, ARENA + ARENA_SIZE, ARENA - 0x1000, 0, MASK(55, 12)};
    struct guest g;
    (void)state;
    simple(&g, MODE_SV39);
    uint64_t hgatp = g.h.hgatp, vsatp = g.h.vsatp, satp = g.h.satp;
    for (unsigned n = 0; n < ARRAY_LEN(outside); n++) {
        for (unsigned access = 0; access < 3; access++) {
            uint64_t fault = load_store_fetch_access[access];
            g.h.hgatp = FIELD_SET(ATP_PPN, hgatp, outside[n] >> 12);
            struct trap t = trap_of(&g, AS_VU(access), VA);
            assert_int_equal(t.cause, fault);
            assert_int_equal(t.tval, VA);
            assert_int_equal(t.tval2 | t.tinst, 0);
            assert_true(t.gva);
            g.h.hgatp = hgatp;
            *g_slot(&g, GPA, 12) = pte_of(outside[n], GOOD);
            g.h.vsatp = FIELD_SET(ATP_PPN, vsatp, GPA >> 12);
            assert_int_equal(trap_of(&g, AS_VU(access), VA).cause, fault);
            g.h.vsatp = vsatp;
            g.h.satp = FIELD_SET(ATP_PPN, satp, outside[n] >> 12);
            t = trap_of(&g, AS_U(access), VA);
            assert_int_equal(t.cause, fault);
            assert_false(t.gva);
            g.h.satp = satp;
        }
    }
    guest_free(&g);
}

/* Tables in another range than the first are as good. */
static void tables_in_a_later_range(void **state)
{
    struct guest g;
    struct xlate x;
    (void)state;
    simple(&g, MODE_SV39);
    uint64_t *last = vs_slot(&g, VA, 12);
    uint64_t moved = ARENA_LATER + 0x5000;
    memcpy(arena_at(&g.a, moved), (void *)align_down((uintptr_t)last, 4096), 4096);
    *vs_slot(&g, VA, 21) = pte_of(0x60000000, PTE_V);
    *g_slot(&g, 0x60000000, 12) = pte_of(moved, GOOD);
    assert_int_equal(cause_of(&g, AS_VU(ACCESS_LOAD), VA, &x), 0);
    assert_int_equal(x.pa.a, PAGE);
    assert_int_equal((char *)x.vs_slot - g.a.host, moved - ARENA + (VA >> 9 & 0xff8));
    guest_free(&g);
}

/* Bare: satp, vsatp, hgatp, each alone; M is never translated. */
static void bare_stages(void **state)
{
    struct guest g;
    struct xlate x;
    (void)state;
    simple(&g, MODE_SV39);
    g.h.vsatp = 0;
    assert_int_equal(cause_of(&g, AS_VS(ACCESS_FETCH), GPA + 4, &x), 0);
    assert_int_equal(x.pa.a, PAGE + 4);
    assert_int_equal(x.vs_pte, PTE_BARE);
    assert_int_equal(x.shift, 12);
    g.h.hgatp = 0;
    assert_int_equal(cause_of(&g, AS_VS(ACCESS_STORE), ~UINT64_C(0), &x), 0);
    assert_int_equal(x.pa.a, ~UINT64_C(0));
    assert_int_equal(x.shift, 48);
    g.h.satp = 0;
    assert_int_equal(cause_of(&g, AS_U(ACCESS_STORE), 0x1234, &x), 0);
    assert_int_equal(x.pa.a, 0x1234);
    guest_free(&g);
    simple(&g, MODE_SV39);
    g.h.hgatp = 0;
    g.h.vsatp = g.h.satp; /* tables at physical addresses */
    assert_int_equal(cause_of(&g, AS_VU(ACCESS_LOAD), VA + 8, &x), 0);
    assert_int_equal(x.pa.a, PAGE + 8);
    assert_int_equal(x.gpa.a, PAGE + 8);
    struct access_as m = {.access = ACCESS_LOAD, .prv = PRV_M};
    assert_int_equal(cause_of(&g, m, VA, &x), 0);
    assert_int_equal(x.pa.a, VA);
    guest_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_mode_translates),
        cmocka_unit_test(superpages_of_both_stages),
        cmocka_unit_test(misaligned_superpages),
        cmocka_unit_test(canonical_addresses),
        cmocka_unit_test(guest_physical_width),
        cmocka_unit_test(reserved_in_leaves),
        cmocka_unit_test(reserved_in_pointers),
        cmocka_unit_test(memory_types),
        cmocka_unit_test(napot),
        cmocka_unit_test(tables_outside_memory),
        cmocka_unit_test(tables_in_a_later_range),
        cmocka_unit_test(bare_stages),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
