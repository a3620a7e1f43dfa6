/* SPDX-License-Identifier: BSD-2-Clause */
/* What a leaf grants; and what is filled ahead of an access that nobody has made yet. */
#include "shadow_fixture.h"

#define VA   UINT64_C(0x3fc0005000)
#define GPA  UINT64_C(0x500c0000)
#define DATA UINT64_C(0x83000000)

struct ahead {
    struct pool p;
    struct guest g;
};

/* VA is filled, and so it is known where VA + 0x1000 is. */
static void ahead_make(struct ahead *a)
{
    struct xlate x;
    struct trap t;
    guest_make(&a->g, MODE_SV39);
    for (uint64_t n = 0; n < 2; n++) {
        *vs_slot(&a->g, VA + n * 4096, 12) = pte_of(GPA + n * 4096, ALL_OF_LEAF);
        *g_slot(&a->g, GPA + n * 4096, 12) = pte_of(DATA + n * 4096, ALL_OF_LEAF | PTE_U);
    }
    pool_make(&a->p, 1 << 20);
    enter(&a->p, (struct shadow_key){a->g.h.hgatp, a->g.h.vsatp, 0});
    assert_true(walk(&a->g.h, arena_mem(&a->g.a), AS_VS(ACCESS_LOAD), VA, &x, &t));
    assert_false(shadow_map(&a->p.s, VA, &x, shadow_leaf(&x, PRV_S, false, false)));
    shadow_remember(&a->p.s, &a->g.h, VA, &x);
    a->g.h.prv = PRV_S;
    assert_int_equal(shadow_again(&a->p.s, &a->g.h, arena_mem(&a->g.a), ACCESS_LOAD, VA),
                     SHADOW_REPLACED);
}

/* No side effects, no faults: what a walk would have to write or to refuse is left alone. */
static void ahead_of_what_is_not_in_order(void **state)
{
    static const struct {
        uint64_t vs_off, gs_off;
        uint64_t left; /* of the leaf; 0: there is none */
        bool hole;     /* the G leaf points out of mem */
    } rows[] = {
        {0, 0, ALL_OF_LEAF, false},
        {PTE_V, 0, 0, false},
        {PTE_A, 0, 0, false},
        {0, PTE_A, 0, false},
        {0, PTE_U, 0, false},
        {PTE_W | PTE_X | PTE_D, 0, PTE_V | PTE_R | PTE_A, false},
        {PTE_D, 0, PTE_V | PTE_R | PTE_X | PTE_A, false}, /* clean: not writable yet */
        {0, 0, 0, true},
    };
    (void)state;
    for (unsigned n = 0; n < ARRAY_LEN(rows); n++) {
        struct ahead a;
        ahead_make(&a);
        a.g.h.menvcfg = a.g.h.henvcfg = ENVCFG_ADUE | ENVCFG_PBMTE;
        uint64_t *vs = vs_slot(&a.g, VA + 0x1000, 12), *gs = g_slot(&a.g, GPA + 0x1000, 12);
        *vs &= ~rows[n].vs_off;
        *gs &= ~rows[n].gs_off;
        if (rows[n].hole) {
            *gs = pte_of(ARENA_HOLE, ALL_OF_LEAF | PTE_U);
        }
        uint64_t vs_was = *vs, gs_was = *gs;
        assert_int_equal(shadow_ahead(&a.p.s, &a.g.h, arena_mem(&a.g.a), VA + 0x1000),
                         rows[n].left != 0);
        assert_int_equal(here(&a.p, VA + 0x1000),
                         rows[n].left != 0 ? pte_of(DATA + 0x1000, rows[n].left) : 0);
        assert_int_equal(*vs, vs_was);
        assert_int_equal(*gs, gs_was);
        pool_free(&a.p);
        guest_free(&a.g);
    }
}

/* It goes with an HFENCE.GVMA of its page; and where nothing is known nothing is done. */
static void ahead_is_known_by_its_gpa(void **state)
{
    struct ahead a;
    (void)state;
    ahead_make(&a);
    assert_true(shadow_ahead(&a.p.s, &a.g.h, arena_mem(&a.g.a), VA + 0x1000));
    assert_false(fence_gpa(&a.p, GPA + 0x2000, 5));
    assert_true(fence_gpa(&a.p, GPA + 0x1000, 5));
    assert_int_equal(here(&a.p, VA + 0x1000), 0);
    assert_false(shadow_ahead(&a.p.s, &a.g.h, arena_mem(&a.g.a), VA + 0x1000));
    assert_false(shadow_ahead(&a.p.s, &a.g.h, arena_mem(&a.g.a), VA + 0x200000));
    pool_free(&a.p);
    guest_free(&a.g);
}

/* After a guest-page fault at VA + 0x1000, when the hypervisor has fenced the page: for the guest
 * that ran, and once. */
static void ahead_of_the_way_back(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 4; n++) {
        struct ahead a;
        ahead_make(&a);
        (void)shadow_expect(&a.p.s, VA + 0x1000);
        a.p.s.fault_g = n != 1;
        a.p.s.fault_gpa = GPA + 0x1000;
        a.g.h.hgatp ^= n == 2 ? BIT(44) : 0;
        a.g.h.vsatp ^= n == 3 ? BIT(44) : 0;
        (void)fence_gpa(&a.p, GPA + 0x1000, 5);
        shadow_ahead_g(&a.p.s, &a.g.h, arena_mem(&a.g.a));
        assert_int_equal(here(&a.p, VA + 0x1000), n == 0 ? leaf_at(DATA + 0x1000, ORIGIN_4K) : 0);
        fence_va(&a.p, VA + 0x1000, 5);
        shadow_ahead_g(&a.p.s, &a.g.h, arena_mem(&a.g.a));
        assert_int_equal(here(&a.p, VA + 0x1000), 0);
        pool_free(&a.p);
        guest_free(&a.g);
    }
}

/* An SFENCE.VMA names the entries of its ASID, or of all. */
static void fences_of_an_asid(void **state)
{
    const uint64_t asid = FIELD_PUT(SATP_ASID, UINT64_C(7));
    struct ahead a;
    (void)state;
    ahead_make(&a);
    shadow_sfence_find(&a.p.s, VA);
    assert_true(shadow_sfence_known(&a.p.s, VA) && !shadow_sfence_idle(&a.p.s, VA));
    assert_false(shadow_sfence(&a.p.s, VA, FIELD_PUT(SATP_ASID, UINT64_C(8))));
    assert_int_not_equal(here(&a.p, VA), 0);
    assert_true(shadow_sfence(&a.p.s, VA, asid));
    assert_int_equal(here(&a.p, VA), 0);
    assert_true(shadow_sfence_idle(&a.p.s, VA));
    pool_free(&a.p);
    guest_free(&a.g);
}

/* --- leaves --- */

/* shadow_leaf(): both stages' rights, W with both D, U of the VS leaf, never G; "Svpbmt", two-stage
 * translation. */
static void leaves_grant_what_both_stages_grant(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 1u << 12; n++) {
        uint64_t vs_rwx = n & 7, g_rwx = n >> 3 & 7;
        bool vs_d = n >> 6 & 1, g_d = n >> 7 & 1, user = n >> 8 & 1, mxr = n >> 9 & 1;
        uint64_t vs_pbmt = n >> 10 & 1, g_pbmt = n >> 11 & 1 ? 2 : 0;
        uint64_t base = PTE_V | PTE_A | PTE_G;
        struct xlate x = {.pa = {0x80345678}, .shift = n & 1 ? 21 : 12, .vs_shift = 21};
        x.vs_pte = base | vs_rwx << 1 | (vs_d ? PTE_D : 0) | (user ? PTE_U : 0) |
                   FIELD_PUT(PTE_PBMT, vs_pbmt);
        x.g_pte = base | PTE_U | g_rwx << 1 | (g_d ? PTE_D : 0) | FIELD_PUT(PTE_PBMT, g_pbmt);
        bool r = ((vs_rwx & 1) || (mxr && (vs_rwx & 4))) && ((g_rwx & 1) || (mxr && (g_rwx & 4)));
        bool w = (vs_rwx & 2) && (g_rwx & 2) && vs_d && g_d;
        bool exec = (vs_rwx & 4) && (g_rwx & 4);
        uint64_t leaf = shadow_leaf(&x, PRV_S, false, mxr);
        if (!r && !w && !exec) {
            assert_int_equal(leaf, 0);
            continue;
        }
        uint64_t expected = PTE_V | PTE_A | (r ? PTE_R : 0) | (w ? PTE_W | PTE_D : 0) |
                            (exec ? PTE_X : 0) | (user ? PTE_U : 0) |
                            FIELD_PUT(PTE_PBMT, vs_pbmt != 0 ? vs_pbmt : g_pbmt) |
                            FIELD_PUT(PTE_RSW, (uint64_t)ORIGIN_2M);
        assert_int_equal(leaf, pte_of(align_down(0x80345678, BIT(x.shift)), expected));
        x.vs_pte = PTE_BARE;
        leaf = shadow_leaf(&x, user ? PRV_U : PRV_S, true, mxr);
        assert_true(leaf == 0 || ((leaf & PTE_U) != 0) == user);
        assert_int_equal(FIELD_GET(PTE_RSW, leaf), ORIGIN_4K);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ahead_of_what_is_not_in_order),
        cmocka_unit_test(ahead_is_known_by_its_gpa),
        cmocka_unit_test(ahead_of_the_way_back),
        cmocka_unit_test(fences_of_an_asid),
        cmocka_unit_test(leaves_grant_what_both_stages_grant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
