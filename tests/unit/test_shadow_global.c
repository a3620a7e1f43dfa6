/* SPDX-License-Identifier: BSD-2-Clause */
/* Shadow tables: what the guest marks as global is filled once for all address spaces of a VMID. */
#include "shadow_fixture.h"

#define KERNEL UINT64_C(0xffffffff80000000)

static struct fence one_asid(uint64_t asid)
{
    return (struct fence){.kind = FENCE_VMA, .all_addresses = true, .id = asid};
}

static bool map_leaf(struct pool *p, uint64_t va, uint64_t pa, uint64_t g, unsigned vs_shift)
{
    static const uint64_t slot;
    struct xlate x = {.pa = {pa},
                      .gpa = {pa - 0x80000000},
                      .vs_pte = ALL_OF_LEAF | g,
                      .g_pte = ALL_OF_LEAF | PTE_U,
                      .shift = 12,
                      .vs_shift = (uint8_t)vs_shift,
                      .g_shift = 12,
                      .vs_slot = &slot,
                      .g_slot = &slot};
    return shadow_map(&p->s, va, &x, shadow_leaf(&x, PRV_S, false, false));
}

/* Two address spaces of VMID 1, one of VMID 2; a page of the kernel's mapped in the first. */
static void global_make(struct pool *p)
{
    pool_make(p, 1 << 20);
    enter(p, key_of(1, 1));
    assert_false(map_leaf(p, KERNEL, 0x80001000, PTE_G, 12));
    assert_int_equal(here(p, KERNEL), leaf_at(0x80001000, ORIGIN_4K));
}

/* "Translation process": a global mapping is in all address spaces; of this VMID, and of a root of
 * the same kind. */
static void a_new_root_has_what_is_global(void **state)
{
    struct pool p;
    (void)state;
    global_make(&p);
    uint64_t fills = p.s.fills;
    enter(&p, key_of(1, 2));
    assert_int_equal(here(&p, KERNEL), leaf_at(0x80001000, ORIGIN_4K));
    map_leaf(&p, KERNEL + 0x1000, 0x80002000, PTE_G, 12); /* a table that all have already */
    assert_int_equal(p.s.fills, fills + 1);
    enter(&p, key_of(1, 1));
    assert_int_equal(here(&p, KERNEL + 0x1000), leaf_at(0x80002000, ORIGIN_4K));
    enter(&p, key_of(2, 1));
    assert_int_equal(here(&p, KERNEL), 0);
    struct shadow_key key = key_of(1, 3);
    key.flavour = SHADOW_FLAVOUR_MXR;
    enter(&p, key);
    assert_int_equal(here(&p, KERNEL), 0);
    key = key_of(1, 3);
    p.satp = shadow_switch(&p.s, &key, MODE_SV48);
    assert_int_equal(here(&p, KERNEL), 0);
    key.vsatp = 0; /* bare: no G, no address space */
    enter(&p, key);
    assert_int_equal(here(&p, KERNEL), 0);
    map_leaf(&p, 0x1000, 0x80005000, PTE_G, 12);
    assert_null(p.s.current->global);
    enter(&p, key_of(1, 1));
    assert_int_equal(here(&p, 0x1000), 0);
    pool_free(&p);
}

/* What is not global stays with its root, and takes the region with it. */
static void a_region_is_shared_or_not(void **state)
{
    struct pool p;
    (void)state;
    global_make(&p);
    enter(&p, key_of(1, 2));
    assert_true(map_leaf(&p, KERNEL + 0x5000, 0x80005000, 0, 12));
    assert_true(p.s.current->stale);
    p.s.current->stale = false;
    assert_int_equal(here(&p, KERNEL + 0x5000), leaf_at(0x80005000, ORIGIN_4K));
    assert_int_equal(here(&p, KERNEL), 0);
    assert_false(map_leaf(&p, KERNEL, 0x80001000, PTE_G, 12)); /* its own from now on */
    assert_int_equal(here(&p, KERNEL), leaf_at(0x80001000, ORIGIN_4K));
    enter(&p, key_of(1, 1));
    assert_int_equal(here(&p, KERNEL + 0x5000), 0);
    assert_true(shadow_fill(&p.s, KERNEL + 0x6000, leaf_at(0, ORIGIN_4K), 12));
    enter(&p, key_of(1, 3));
    assert_int_equal(here(&p, KERNEL + 0x6000), 0);
    assert_int_equal(here(&p, KERNEL), leaf_at(0x80001000, ORIGIN_4K));
    assert_true(map_leaf(&p, KERNEL + 0x7000, 0x80007000, PTE_G, 30)); /* too large to share */
    enter(&p, key_of(1, 4));
    assert_int_equal(here(&p, KERNEL + 0x7000), 0);
    pool_free(&p);
}

/* SFENCE.VMA with an ASID: "except for global mappings". */
static void an_asid_does_not_name_what_is_global(void **state)
{
    struct pool p;
    (void)state;
    global_make(&p);
    map_leaf(&p, 0x1000, 0x80005000, 0, 12);
    struct fence f = one_asid(1);
    assert_true(shadow_fence(&p.s, &f, key_of(1, 0).hgatp));
    assert_int_equal(here(&p, 0x1000), 0);
    assert_int_equal(here(&p, KERNEL), leaf_at(0x80001000, ORIGIN_4K));
    f = one_asid(0);
    assert_false(shadow_fence(&p.s, &f, key_of(1, 0).hgatp));
    f = (struct fence){.kind = FENCE_VMA, .address = KERNEL, .id = 1};
    assert_false(shadow_fence(&p.s, &f, key_of(1, 0).hgatp));
    assert_int_equal(here(&p, KERNEL), leaf_at(0x80001000, ORIGIN_4K));
    pool_free(&p);
}

/* One address, all ASIDs: once, and it is gone for all; who isn't fenced by the host is stale. */
static void an_address_is_dropped_for_all(void **state)
{
    struct pool p;
    (void)state;
    for (unsigned shares = 0; shares < 2; shares++) {
        struct shadow_key first = key_of(1, 1), current = key_of(shares ? 1 : 2, 2);
        global_make(&p);
        enter(&p, current);
        assert_int_equal(fence_va(&p, KERNEL + 0x123, 1), shares);
        assert_false(p.s.current->stale); /* one address, but in all ASIDs */
        assert_false(fence_va(&p, KERNEL, 1));
        p.satp = shadow_switch(&p.s, &first, MODE_SV39);
        assert_int_equal(here(&p, KERNEL), 0);
        assert_int_equal(p.s.current->stale, !shares);
        pool_free(&p);
        global_make(&p); /* a superpage of the guest's: more than one address */
        map_leaf(&p, KERNEL + 0x200000, 0x80200000, PTE_G, 21);
        map_leaf(&p, KERNEL + 0x201000, 0x80201000, PTE_G, 21);
        enter(&p, current);
        assert_int_equal(fence_va(&p, KERNEL + 0x2ff000, 1), shares);
        assert_int_equal(p.s.current->stale, shares);
        enter(&p, first);
        assert_int_equal(here(&p, KERNEL + 0x201000), 0);
        assert_int_not_equal(here(&p, KERNEL), 0);
        pool_free(&p);
    }
}

/* All of it: by VVMA, by GVMA, and when the pool takes the root away. */
static void all_of_it_goes(void **state)
{
    static const struct fence rows[] = {
        {.kind = FENCE_VVMA, .all_addresses = true, .all_ids = true},
        {.kind = FENCE_GVMA, .address = 0x1000, .id = 1},
        {.kind = FENCE_GVMA, .all_addresses = true, .id = 1},
        {.kind = FENCE_GVMA, .all_addresses = true, .all_ids = true}};
    struct pool p;
    (void)state;
    for (unsigned n = 0; n < ARRAY_LEN(rows); n++) {
        global_make(&p);
        enter(&p, key_of(1, 2)); /* shares, and has nothing of its own */
        assert_true(shadow_fence(&p.s, &rows[n], key_of(1, 2).hgatp));
        assert_true(p.s.current->stale);
        assert_int_equal(here(&p, KERNEL), 0);
        enter(&p, key_of(1, 1));
        assert_int_equal(here(&p, KERNEL), 0);
        map_leaf(&p, KERNEL, 0x80001000, PTE_G, 12); /* and begins again */
        enter(&p, key_of(1, 3));
        assert_int_equal(here(&p, KERNEL), leaf_at(0x80001000, ORIGIN_4K));
        pool_free(&p);
    }
    global_make(&p);
    shadow_flush(&p.s);
    assert_int_equal(here(&p, KERNEL), 0);
    pool_free(&p);
}

/* What is known of the G-stage is known of the root that was filled: a leaf too large to be
 * remembered goes with any gpa. */
static void global_pages_of_unknown_gpa(void **state)
{
    struct pool p;
    struct guest g;
    struct xlate x;
    struct trap t;
    (void)state;
    guest_make(&g, MODE_SV39);
    *vs_slot(&g, 0x5000, 12) = pte_of(0x50000000, ALL_OF_LEAF | PTE_G);
    *vs_slot(&g, 0x6000, 12) = pte_of(0x143000000, ALL_OF_LEAF | PTE_G); /* of 1 GiB */
    *g_slot(&g, 0x50000000, 12) = pte_of(0x83001000, ALL_OF_LEAF | PTE_U);
    *g_slot(&g, 0x143000000, 30) = pte_of(0x80000000, ALL_OF_LEAF | PTE_U);
    pool_make(&p, 1 << 20);
    enter(&p, (struct shadow_key){g.h.hgatp, g.h.vsatp, 0});
    for (uint64_t va = 0x5000; va <= 0x6000u; va += 0x1000) {
        assert_true(walk(&g.h, arena_mem(&g.a), AS_VS(ACCESS_LOAD), va, &x, &t));
        shadow_map(&p.s, va, &x, shadow_leaf(&x, PRV_S, false, false));
    }
    assert_int_equal(here(&p, 0x6000), leaf_at(0x83000000, ORIGIN_4K));
    enter(&p, (struct shadow_key){g.h.hgatp, g.h.vsatp ^ BIT(50), 0});
    assert_int_equal(here(&p, 0x6000), leaf_at(0x83000000, ORIGIN_4K));
    uint64_t vmid = FIELD_GET(HGATP_VMID, g.h.hgatp);
    assert_true(fence_gpa(&p, 0x70003000, vmid));
    assert_int_equal(here(&p, 0x6000), 0);
    pool_free(&p);
    guest_free(&g);
}

/* The roots that share outlive the one they share with, and know that it is gone. */
static void the_global_root_is_recycled(void **state)
{
    struct pool p;
    (void)state;
    global_make(&p);
    enter(&p, key_of(1, 2));
    const struct shadow_root *g = p.s.current->global;
    assert_non_null(g);
    for (uint64_t n = 0; n < SHADOW_ROOTS; n++) { /* not while it serves the current one */
        enter(&p, key_of(1, 10 + n));
        assert_true(p.s.current->global == g && g->live);
        assert_int_equal(here(&p, KERNEL), leaf_at(0x80001000, ORIGIN_4K));
    }
    struct shadow_key last = p.s.current->key;
    for (uint64_t n = 0; g->live && (g->key.hgatp ^ last.hgatp) == 0; n++) {
        assert_in_range(n, 0, 2 * SHADOW_ROOTS);
        enter(&p, key_of(2, n));
    }
    p.satp = shadow_switch(&p.s, &last, MODE_SV39);
    assert_true(p.s.current->stale && p.s.current->global == NULL);
    assert_int_equal(here(&p, KERNEL), 0);
    pool_free(&p);
}

/* What is filled ahead goes only where it belongs. */
static void ahead_that_is_global_or_not(void **state)
{
    const uint64_t va = 0x3fc0005000, gpa = 0x50000000, data = 0x83000000;
    (void)state;
    for (unsigned n = 0; n < 2; n++) {
        uint64_t mine = n ? PTE_G : 0, other = n ? 0 : PTE_G;
        struct pool p;
        struct guest g;
        struct xlate x;
        struct trap t;
        guest_make(&g, MODE_SV39);
        for (uint64_t i = 0; i < 4; i++) {
            *vs_slot(&g, va + i * 4096, 12) =
                pte_of(gpa + i * 4096, ALL_OF_LEAF | (i % 2 ? other : mine));
            *g_slot(&g, gpa + i * 4096, 12) = pte_of(data + i * 4096, ALL_OF_LEAF | PTE_U);
        }
        pool_make(&p, 1 << 20);
        enter(&p, (struct shadow_key){g.h.hgatp, g.h.vsatp, 0});
        assert_true(walk(&g.h, arena_mem(&g.a), AS_VS(ACCESS_LOAD), va, &x, &t));
        assert_false(shadow_map(&p.s, va, &x, shadow_leaf(&x, PRV_S, false, false)));
        shadow_remember(&p.s, &g.h, va, &x);
        g.h.prv = PRV_S;
        assert_int_equal(shadow_again(&p.s, &g.h, arena_mem(&g.a), ACCESS_LOAD, va),
                         SHADOW_REPLACED);
        for (uint64_t i = 1; i < 4; i++) {
            assert_int_equal(shadow_ahead(&p.s, &g.h, arena_mem(&g.a), va + i * 4096), i % 2 == 0);
        }
        for (unsigned space = 0; space < 2; space++) {
            for (uint64_t i = 0; i < 4; i++) {
                bool there = i % 2 == 0 && (n || !space);
                assert_int_equal(here(&p, va + i * 4096),
                                 there ? leaf_at(data + i * 4096, ORIGIN_4K) : 0);
            }
            enter(&p, (struct shadow_key){g.h.hgatp, g.h.vsatp ^ BIT(50), 0});
        }
        pool_free(&p);
        guest_free(&g);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_root_has_what_is_global),
        cmocka_unit_test(a_region_is_shared_or_not),
        cmocka_unit_test(an_asid_does_not_name_what_is_global),
        cmocka_unit_test(an_address_is_dropped_for_all),
        cmocka_unit_test(all_of_it_goes),
        cmocka_unit_test(global_pages_of_unknown_gpa),
        cmocka_unit_test(the_global_root_is_recycled),
        cmocka_unit_test(ahead_that_is_global_or_not),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
