/* SPDX-License-Identifier: BSD-2-Clause */
/* What a fill takes along of its neighbourhood, and what a leaf grants. */
#include "shadow_fixture.h"

struct filled {
    struct pool p;
    struct guest g;
    struct xlate x;
};

#define VA   UINT64_C(0x3fc0005000)
#define GPA  UINT64_C(0x50000000)
#define DATA UINT64_C(0x83000000)

static unsigned around(struct filled *f)
{
    struct trap t;
    pool_make(&f->p, 1 << 20);
    enter(&f->p, (struct shadow_key){f->g.h.hgatp, f->g.h.vsatp, 0});
    assert_true(walk(&f->g.h, arena_mem(&f->g.a), AS_VS(ACCESS_LOAD), VA, &f->x, &t));
    assert_false(
        shadow_map(&f->p.s, VA, &f->x, shadow_leaf(&f->x, PRV_S, f->g.h.vsatp == 0, false)));
    return shadow_fill_around(&f->p.s, &f->g.h, arena_mem(&f->g.a), VA, &f->x);
}

/* VS pages VA - 1 to VA + 2 are the block (4 to 7 of 16); each with a G page of its own, in reverse
 * order. */
static void around_make(struct filled *f)
{
    guest_make(&f->g, MODE_SV39);
    for (uint64_t n = 0; n < 16; n++) {
        uint64_t gpa = GPA + 0x20000 - n * 4096;
        *vs_slot(&f->g, VA - 0x5000 + n * 4096, 12) = pte_of(gpa, ALL_OF_LEAF);
        *g_slot(&f->g, gpa, 12) = pte_of(DATA + n * 4096, ALL_OF_LEAF | PTE_U);
    }
}

static void neighbours_are_filled(void **state)
{
    struct filled f;
    (void)state;
    around_make(&f);
    assert_int_equal(around(&f), 3);
    for (uint64_t n = 0; n < 16; n++) {
        assert_int_equal(here(&f.p, VA - 0x5000 + n * 4096),
                         n / 4 == 1 ? leaf_at(DATA + n * 4096, ORIGIN_4K) : 0);
    }
    /* they are known by their gpa */
    assert_false(fence_gpa(&f.p, GPA + 0x20000 - 9 * 4096, 5));
    assert_true(fence_gpa(&f.p, GPA + 0x20000 - 4 * 4096, 5));
    assert_int_equal(here(&f.p, VA - 0x1000), 0);
    pool_free(&f.p);
    guest_free(&f.g);
}

/* No side effects, no faults: what a walk would have to write or to refuse is left alone.
 * Neighbours 4, 6 and 7 of a block of which 5 was touched. */
static void neighbours_that_are_not_in_order(void **state)
{
    static const struct {
        uint64_t vs_off, gs_off;
        uint64_t left; /* of the leaf; 0: there is none */
        bool hole;     /* the G leaf points out of mem */
    } rows[] = {
        {PTE_V, 0, 0, false},
        {PTE_A, 0, 0, false},
        {0, PTE_A, 0, false},
        {0, PTE_U, 0, false},
        {PTE_W | PTE_X | PTE_D, 0, PTE_V | PTE_R | PTE_A, false},
        {PTE_D, 0, PTE_V | PTE_R | PTE_X | PTE_A, false}, /* clean: not writable yet */
        {0, 0, 0, true},
    };
    (void)state;
    for (unsigned n = 0; n < 3 * ARRAY_LEN(rows); n++) {
        static const uint64_t which[] = {4, 6, 7};
        uint64_t i = which[n / ARRAY_LEN(rows)], va = VA - 0x5000 + i * 4096;
        unsigned row = n % ARRAY_LEN(rows);
        struct filled f;
        around_make(&f);
        f.g.h.menvcfg = f.g.h.henvcfg = ENVCFG_ADUE | ENVCFG_PBMTE;
        uint64_t *vs = vs_slot(&f.g, va, 12);
        uint64_t *gs = g_slot(&f.g, GPA + 0x20000 - i * 4096, 12);
        *vs &= ~rows[row].vs_off;
        *gs &= ~rows[row].gs_off;
        if (rows[row].hole) {
            *gs = pte_of(ARENA_HOLE, ALL_OF_LEAF | PTE_U);
        }
        uint64_t vs_was = *vs, gs_was = *gs;
        assert_int_equal(around(&f), rows[row].left != 0 ? 3 : 2);
        assert_int_equal(here(&f.p, va),
                         rows[row].left != 0 ? pte_of(DATA + i * 4096, rows[row].left) : 0);
        assert_int_equal(*vs, vs_was);
        assert_int_equal(*gs, gs_was);
        pool_free(&f.p);
        guest_free(&f.g);
    }
}

/* Under a VS superpage, and without VS tables, the next pages are the next gpas. */
static void neighbours_of_a_superpage(void **state)
{
    (void)state;
    for (unsigned bare = 0; bare < 2; bare++) {
        struct filled f;
        uint64_t nc = FIELD_PUT(PTE_PBMT, UINT64_C(1));
        guest_make(&f.g, MODE_SV39);
        f.g.h.menvcfg = f.g.h.henvcfg = ENVCFG_PBMTE;
        if (bare) {
            f.g.h.vsatp = 0;
        } else {
            *vs_slot(&f.g, VA, 21) = pte_of(GPA, ALL_OF_LEAF | nc);
        }
        uint64_t first = bare ? VA - 0x5000 : GPA;
        for (uint64_t n = 0; n < 16; n++) {
            *g_slot(&f.g, first + n * 4096, 12) =
                pte_of(DATA + 0x10000 - n * 4096, ALL_OF_LEAF | PTE_U);
        }
        assert_int_equal(around(&f), 3);
        enum leaf_origin origin = bare ? ORIGIN_4K : ORIGIN_2M;
        for (uint64_t n = 0; n < 16; n++) {
            assert_int_equal(
                here(&f.p, VA - 0x5000 + n * 4096),
                n / 4 == 1 ? leaf_at(DATA + 0x10000 - n * 4096, origin) | (bare ? 0 : nc) : 0);
        }
        if (!bare) {
            assert_true(fence_va(&f.p, VA + 0x100000, 5));
            assert_int_equal(here(&f.p, VA), 0);
            assert_int_equal(here(&f.p, VA - 0x1000), 0);
        }
        pool_free(&f.p);
        guest_free(&f.g);
    }
}

/* An entry that is there stays as it is; a superpage has no neighbours. */
static void neighbours_leave_entries_alone(void **state)
{
    struct filled f;
    (void)state;
    around_make(&f);
    around(&f);
    fence_va(&f.p, VA + 0x1000, 5);
    shadow_fill(&f.p.s, VA - 0x1000, leaf_at(0x12345000, ORIGIN_4K), 12);
    assert_int_equal(shadow_fill_around(&f.p.s, &f.g.h, arena_mem(&f.g.a), VA, &f.x), 1);
    assert_int_equal(here(&f.p, VA - 0x1000), leaf_at(0x12345000, ORIGIN_4K));
    f.x.shift = 21;
    fence_va(&f.p, VA + 0x1000, 5);
    assert_int_equal(shadow_fill_around(&f.p.s, &f.g.h, arena_mem(&f.g.a), VA, &f.x), 0);
    pool_free(&f.p);
    guest_free(&f.g);
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
        cmocka_unit_test(neighbours_are_filled),
        cmocka_unit_test(neighbours_that_are_not_in_order),
        cmocka_unit_test(neighbours_of_a_superpage),
        cmocka_unit_test(neighbours_leave_entries_alone),
        cmocka_unit_test(leaves_grant_what_both_stages_grant),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
