/* SPDX-License-Identifier: BSD-2-Clause */
/* Shadow tables: what they hold after fills, switches and fences, and what hardware may make of
 * them. */
#include "shadow_fixture.h"

/* --- roots --- */

static void equal_keys_share_a_root(void **state)
{
    struct pool p;
    (void)state;
    pool_make(&p, 1 << 20);
    p.s.asid_base = 0x100;
    struct shadow_key key = key_of(1, 1);
    uint64_t satp = shadow_switch(&p.s, &key, MODE_SV39);
    assert_true(p.s.current->stale); /* whoever had the ASID before */
    assert_int_equal(FIELD_GET(ATP_MODE, satp), 8);
    assert_int_equal(FIELD_GET(SATP_ASID, satp), 0x100);
    uint64_t root = FIELD_GET(ATP_PPN, satp) << 12;
    assert_true(root >= POOL_PA && root + 4096 <= POOL_PA + p.size);
    enter(&p, key);
    assert_false(shadow_fill(&p.s, 0x1000, leaf_at(0x80001000, ORIGIN_4K), 12));
    struct shadow_key other[] = {key, key, key, key};
    other[0].hgatp ^= 1;       /* another G-stage */
    other[1].vsatp ^= 1;       /* other tables */
    other[2].vsatp ^= BIT(44); /* another ASID */
    other[3].flavour = SHADOW_FLAVOUR_MXR;
    for (unsigned n = 0; n < 4; n++) {
        uint64_t o = shadow_switch(&p.s, &other[n], MODE_SV39);
        assert_int_not_equal(FIELD_GET(SATP_ASID, o), FIELD_GET(SATP_ASID, satp));
        assert_int_not_equal(FIELD_GET(ATP_PPN, o), FIELD_GET(ATP_PPN, satp));
        assert_int_equal(look(&p, o, 0x1000, NULL), 0);
        assert_int_equal(shadow_switch(&p.s, &key, MODE_SV39), satp); /* still there */
        assert_false(p.s.current->stale);
        assert_int_equal(look(&p, satp, 0x1000, NULL), leaf_at(0x80001000, ORIGIN_4K));
        assert_int_equal(shadow_switch(&p.s, &other[n], MODE_SV39), o);
    }
    assert_int_not_equal(FIELD_GET(ATP_PPN, shadow_switch(&p.s, &key, MODE_SV48)),
                         FIELD_GET(ATP_PPN, satp)); /* another depth */
    pool_free(&p);
}

/* The least recently used root goes, not the one that runs, and its ASID is not trusted. */
static void roots_are_recycled(void **state)
{
    struct pool p;
    (void)state;
    pool_make(&p, 4 << 20);
    for (uint64_t n = 0; n < SHADOW_ROOTS; n++) {
        enter(&p, key_of(1, n));
        shadow_fill(&p.s, n << 12, leaf_at(0x80000000 + (n << 12), ORIGIN_4K), 12);
    }
    enter(&p, key_of(1, 0)); /* so that 1 is the oldest */
    enter(&p, key_of(1, 100));
    assert_int_equal(p.s.recycled, 1);
    assert_int_equal(here(&p, 1 << 12), 0);
    for (uint64_t n = 0; n < SHADOW_ROOTS; n++) {
        if (n != 1) {
            enter(&p, key_of(1, n));
            assert_int_equal(here(&p, n << 12), leaf_at(0x80000000 + (n << 12), ORIGIN_4K));
        }
    }
    struct shadow_key back = key_of(1, 1);
    shadow_switch(&p.s, &back, MODE_SV39);
    assert_true(p.s.current->stale);
    pool_free(&p);
}

/* --- fills --- */

static void fills_of_every_size_and_mode(void **state)
{
    (void)state;
    for (unsigned mode = MODE_SV39; mode <= MODE_SV57; mode++) {
        for (unsigned shift = 12; shift <= 48; shift += 9) {
            struct pool p;
            struct shadow_key key = key_of(1, 1);
            unsigned top = mode * 9 - 42, at = 0, expected = shift < top ? shift : top;
            uint64_t va = (uint64_t)sext(0x1ff5555555555555 & MASK(top + 8, 0), top + 9);
            uint64_t frame = align_down(0xaaaaaaaaaaaaaa, BIT(shift));
            pool_make(&p, 1 << 20);
            p.satp = shadow_switch(&p.s, &key, mode);
            assert_false(shadow_fill(&p.s, va, leaf_at(frame, ORIGIN_4K), shift));
            uint64_t leaf = look(&p, p.satp, va, &at);
            assert_int_equal(at, expected);
            /* a page that the mode has no level for: the part of it around va */
            uint64_t part = frame | (va & (BIT(shift) - 1) & ~(BIT(expected) - 1));
            assert_int_equal(leaf, leaf_at(part, ORIGIN_4K));
            assert_int_equal(look(&p, p.satp, va ^ BIT(expected), NULL), 0);
            assert_true(shadow_fill(&p.s, va, leaf_at(frame, ORIGIN_4K), shift)); /* was valid */
            pool_free(&p);
        }
    }
}

/* What the mode cannot address must not come out at another address. */
static void addresses_beyond_the_mode(void **state)
{
    struct pool p;
    (void)state;
    pool_make(&p, 1 << 20);
    enter(&p, key_of(1, 1));
    /* the tables that it would come out in are there */
    shadow_fill(&p.s, 0x2000, leaf_at(0x80002000, ORIGIN_4K), 12);
    shadow_fill(&p.s, (uint64_t)sext(0x2000 | BIT(38), 39), leaf_at(0x80002000, ORIGIN_4K), 12);
    for (unsigned bit = 38; bit < 64; bit++) {
        assert_false(shadow_fill(&p.s, 0x1000 | BIT(bit), leaf_at(0x80001000, ORIGIN_4K), 12));
        assert_int_equal(here(&p, 0x1000), 0);
        assert_int_equal(here(&p, (uint64_t)sext(0x1000 | BIT(38), 39)), 0);
    }
    pool_free(&p);
}

static uint32_t list_length(const struct shadow *s, uint32_t n)
{
    uint32_t count = 0;
    for (; n != UINT32_MAX; n = s->node[n].next) {
        count++;
    }
    return count;
}

/* A superpage takes the place of a table, which is free again, and the other way round. */
static void superpages_and_tables_replace_each_other(void **state)
{
    struct pool p;
    unsigned shift = 0;
    (void)state;
    pool_make(&p, 1 << 20);
    enter(&p, key_of(1, 1));
    shadow_fill(&p.s, 0x201000, leaf_at(0x80001000, ORIGIN_4K), 12);
    shadow_fill(&p.s, 0x401000, leaf_at(0x80002000, ORIGIN_4K), 12);
    assert_int_equal(list_length(&p.s, p.s.current->first), 3);
    assert_true(shadow_fill(&p.s, 0x200000, leaf_at(0x80200000, ORIGIN_4K), 21));
    assert_true(p.s.current->stale); /* many addresses, and a table that the hart may remember */
    p.s.current->stale = false;
    assert_int_equal(list_length(&p.s, p.s.current->first), 2);
    assert_int_equal(list_length(&p.s, p.s.free_list), 1);
    assert_int_equal(look(&p, p.satp, 0x201000, &shift), leaf_at(0x80200000, ORIGIN_4K));
    assert_int_equal(shift, 21);
    assert_true(shadow_fill(&p.s, 0x201000, leaf_at(0x80001000, ORIGIN_4K), 12));
    assert_int_equal(here(&p, 0x201000), leaf_at(0x80001000, ORIGIN_4K));
    assert_int_equal(here(&p, 0x202000), 0);
    assert_int_equal(list_length(&p.s, p.s.free_list), 0);
    assert_true(shadow_fill(&p.s, 0, leaf_at(0x40000000, ORIGIN_4K), 30)); /* two levels go */
    assert_int_equal(list_length(&p.s, p.s.current->first), 0);
    assert_int_equal(list_length(&p.s, p.s.free_list), 3);
    pool_free(&p);
}

/* Running out is slow, never fatal: other roots go first, oldest first; at last the root's own
 * nodes. */
static void the_pool_is_bounded(void **state)
{
    struct pool p;
    (void)state;
    pool_make(&p, 64 << 10);
    assert_true(p.s.pages >= SHADOW_PAGES_MIN && p.s.pages < 20);
    enter(&p, key_of(1, 1));
    shadow_fill(&p.s, 0x1000, leaf_at(0x80001000, ORIGIN_4K), 12);
    enter(&p, key_of(1, 2));
    for (uint64_t n = 0; n < 100; n++) {
        bool had = p.s.recycled == 0;
        bool fence = shadow_fill(&p.s, n << 21, leaf_at(0x80000000, ORIGIN_4K), 12);
        assert_int_equal(here(&p, n << 21), leaf_at(0x80000000, ORIGIN_4K));
        if (had && p.s.recycled == 1) { /* the other root, of which this one's TLB knows nothing */
            assert_false(fence);
            assert_int_equal(here(&p, 0), leaf_at(0x80000000, ORIGIN_4K));
        }
        if (here(&p, 0) == 0) { /* its own nodes */
            assert_true(fence || n != p.s.fills - 1);
        }
    }
    assert_true(p.s.recycled > 2);
    for (uint64_t asid = 0; asid < 50; asid++) { /* more roots than pages */
        enter(&p, key_of(1, asid));
        assert_int_equal(here(&p, 0x5000), 0);
        shadow_fill(&p.s, 0x5000, leaf_at(0x80005000, ORIGIN_4K), 12);
        assert_int_equal(here(&p, 0x5000), leaf_at(0x80005000, ORIGIN_4K));
    }
    pool_free(&p);
}

/* --- fences --- */

/* "Supervisor Memory-Management Fence Instruction": the four forms, in one VMID; H: HFENCE.VVMA and
 * SFENCE.VMA with V = 1 name the current VMID. */
static void fences_of_vs_tables(void **state)
{
    struct pool p;
    (void)state;
    for (unsigned form = 0; form < 4; form++) {
        struct fence f = {.kind = form & 1 ? FENCE_VMA : FENCE_VVMA,
                          .all_addresses = form & 1,
                          .all_ids = (form & 2) != 0,
                          .address = 0x1000,
                          .id = 1};
        pool_make(&p, 1 << 20);
        for (uint64_t n = 0; n < 4; n++) { /* VMID 1, ASIDs 1 and 2; VMID 2, the same */
            enter(&p, key_of(1 + n / 2, 1 + n % 2));
            map(&p, 0x1000, 0x80001000, 0x1000, 12);
            map(&p, 0x3000, 0x80003000, 0x3000, 12);
        }
        enter(&p, key_of(1, 1));
        assert_true(shadow_fence(&p.s, &f, key_of(1, 9).hgatp));
        p.s.current->stale = false;
        for (uint64_t n = 0; n < 4; n++) {
            struct shadow_key key = key_of(1 + n / 2, 1 + n % 2);
            bool named = n == 0 || (n == 1 && f.all_ids);
            p.satp = shadow_switch(&p.s, &key, MODE_SV39);
            assert_int_equal(p.s.current->stale, n == 1 && named);
            assert_true((here(&p, 0x1000) == 0) == named);
            assert_true((here(&p, 0x3000) == 0) == (named && f.all_addresses));
        }
        pool_free(&p);
    }
}

/* Only what was there asks for a fence of the hart's. */
static void fences_that_find_nothing(void **state)
{
    struct pool p;
    (void)state;
    pool_make(&p, 1 << 20);
    enter(&p, key_of(1, 1));
    map(&p, 0x1000, 0x80001000, 0x1000, 12);
    assert_false(fence_va(&p, 0x2000, 1));
    assert_false(fence_va(&p, 0x200000000, 1));
    assert_false(fence_va(&p, 0x1000, 2));
    assert_true(fence_va(&p, 0x1fff, 1)); /* any byte of the page */
    assert_false(p.s.current->stale);     /* one address will do */
    assert_false(fence_va(&p, 0x1000, 1));
    struct fence none = {.kind = FENCE_NONE, .all_addresses = true, .all_ids = true};
    map(&p, 0x1000, 0x80001000, 0x1000, 12);
    assert_false(shadow_fence(&p.s, &none, key_of(1, 1).hgatp));
    assert_int_not_equal(here(&p, 0x1000), 0);
    pool_free(&p);
}

/* A bare VS-stage has no tables to fence; its root has for the G-stage. */
static void fences_and_bare_roots(void **state)
{
    struct pool p;
    struct fence f = vvma();
    (void)state;
    pool_make(&p, 1 << 20);
    struct shadow_key key = key_of(1, 1);
    key.vsatp = 0;
    enter(&p, key);
    map(&p, 0x1000, 0x80001000, 0x1000, 12);
    assert_false(shadow_fence(&p.s, &f, key.hgatp));
    assert_int_not_equal(here(&p, 0x1000), 0);
    assert_true(fence_gpa(&p, 0x1000, 1));
    assert_int_equal(here(&p, 0x1000), 0);
    pool_free(&p);
}

/* "rs1 can specify a virtual address within that mapping": one address names all of the guest's
 * superpage, in however small pieces it is in the shadow. */
static void one_address_names_the_guests_superpage(void **state)
{
    static const struct {
        enum leaf_origin origin;
        unsigned shift, piece;
    } rows[] = {{ORIGIN_2M, 21, 12},
                {ORIGIN_1G, 30, 12},
                {ORIGIN_1G, 30, 21},
                {ORIGIN_LARGER, 39, 12},
                {ORIGIN_LARGER, 39, 30}};
    (void)state;
    for (unsigned n = 0; n < ARRAY_LEN(rows); n++) {
        struct pool p;
        struct shadow_key key = key_of(1, 1);
        uint64_t base = UINT64_C(3) << 40, size = BIT(rows[n].shift), piece = BIT(rows[n].piece);
        pool_make(&p, 1 << 20);
        p.satp = shadow_switch(&p.s, &key, MODE_SV48);
        p.s.current->stale = false;
        shadow_fill(&p.s, base, leaf_at(0, rows[n].origin), rows[n].piece);
        shadow_fill(&p.s, base + size - piece, leaf_at(0, rows[n].origin), rows[n].piece);
        shadow_fill(&p.s, base - 4096, leaf_at(0x1000, ORIGIN_4K), 12);
        shadow_fill(&p.s, base + size, leaf_at(0x1000, ORIGIN_4K), 12);
        assert_true(fence_va(&p, base + size / 2, 1));
        assert_true(p.s.current->stale);
        assert_int_equal(here(&p, base), 0);
        assert_int_equal(here(&p, base + size - piece), 0);
        if (rows[n].origin != ORIGIN_LARGER) { /* of which more may go */
            assert_int_not_equal(here(&p, base - 4096), 0);
            assert_int_not_equal(here(&p, base + size), 0);
        }
        pool_free(&p);
    }
}

/* ... and a shadow superpage goes by any address within it. */
static void one_address_drops_a_superpage(void **state)
{
    struct pool p;
    (void)state;
    pool_make(&p, 1 << 20);
    enter(&p, key_of(1, 1));
    shadow_fill(&p.s, 0x40000000, leaf_at(0x80000000, ORIGIN_2M), 21);
    shadow_fill(&p.s, 0x80000000, leaf_at(0x80000000, ORIGIN_1G), 30);
    assert_true(fence_va(&p, 0x401ff000, 1));
    assert_int_equal(here(&p, 0x40000000), 0);
    assert_true(fence_va(&p, 0xbffff000, 1));
    assert_int_equal(here(&p, 0x80000000), 0);
    assert_false(p.s.current->stale);
    pool_free(&p);
}

/* HFENCE.GVMA: all that was made of the G leaf around gpa goes, in the VMID; a page that was never
 * used drops nothing. */
static void fences_of_g_stage_tables(void **state)
{
    static const unsigned shifts[] = {12, 21, 30, 39};
    (void)state;
    for (unsigned n = 0; n < ARRAY_LEN(shifts); n++) {
        struct pool p;
        uint64_t gpa = UINT64_C(5) << 39, last = gpa + BIT(shifts[n]) - 4096;
        pool_make(&p, 1 << 20);
        for (uint64_t vmid = 1; vmid <= 2; vmid++) {
            enter(&p, key_of(vmid, 1));
            map(&p, 0x1000, 0x80001000, last, shifts[n]);
        }
        if (shifts[n] <= 21) {
            assert_false(fence_gpa(&p, gpa - 4096, 2));
            assert_false(fence_gpa(&p, gpa + BIT(shifts[n]), 2));
            assert_int_not_equal(here(&p, 0x1000), 0);
        }
        assert_true(fence_gpa(&p, gpa, 2));
        assert_int_equal(here(&p, 0x1000), 0);
        assert_true(p.s.current->stale);
        enter(&p, key_of(1, 1));
        assert_int_not_equal(here(&p, 0x1000), 0); /* another VMID */
        struct fence all = {.kind = FENCE_GVMA, .all_addresses = true, .id = 1};
        enter(&p, key_of(2, 1));
        map(&p, 0x1000, 0x80001000, last, shifts[n]);
        assert_false(shadow_fence(&p.s, &all, 0));
        enter(&p, key_of(1, 1));
        assert_int_equal(here(&p, 0x1000), 0);
        enter(&p, key_of(2, 1));
        assert_int_not_equal(here(&p, 0x1000), 0);
        all.all_ids = true;
        assert_true(shadow_fence(&p.s, &all, 0));
        assert_int_equal(here(&p, 0x1000), 0);
        pool_free(&p);
    }
}

/* What was filled without its gpa goes with any gpa. */
static void fills_without_gpa(void **state)
{
    struct pool p;
    (void)state;
    pool_make(&p, 1 << 20);
    enter(&p, key_of(1, 1));
    shadow_fill(&p.s, 0x1000, leaf_at(0x80001000, ORIGIN_4K), 12);
    map(&p, 0x2000, 0x80002000, 0x2000, 12);
    assert_false(fence_gpa(&p, 0x7000, 2));
    assert_true(fence_gpa(&p, 0x7000, 1));
    assert_int_equal(here(&p, 0x1000), 0);
    pool_free(&p);
}

/* HFENCE.GVMA of addresses: the entries made of those pages go, in all roots of the VMID, and no
 * others: nothing but those has to be filled again. G leaves of 2 MiB are named as a whole. */
static void a_gpa_takes_nothing_else_along(void **state)
{
    struct pool p;
    struct fence range = {.kind = FENCE_GVMA, .address = 0x40000, .id = 1, .more_pages = 2};
    (void)state;
    pool_make(&p, 1 << 20);
    for (uint64_t asid = 1; asid < 4; asid++) {
        for (uint64_t n = 0; n < 256; n++) {
            enter(&p, key_of(n % 8 == 0 ? 2 : 1, asid));
            map(&p, n << 14, 0x80000000 + (n << 12), n << 12, 12);
        }
        map(&p, 0x10000000, 0x81000000, 0x600000, 21); /* the VMID is 1 again */
        map(&p, 0x10001000, 0x81001000, 0x601000, 21);
        map(&p, 0x10002000, 0x81002000, 0x802000, 21);
    }
    assert_true(fence_gpa(&p, 0x33000, 1));
    assert_true(p.s.current->stale);
    assert_true(fence_gpa(&p, 0x712000, 1));
    assert_true(shadow_fence(&p.s, &range, 0));
    uint64_t filled = p.s.fills;
    for (uint64_t asid = 1; asid < 4; asid++) {
        for (uint64_t n = 0; n < 256; n++) {
            enter(&p, key_of(n % 8 == 0 ? 2 : 1, asid));
            bool gone = n == 0x33 || n == 0x41 || n == 0x42; /* 0x40 is the other VMID's */
            assert_int_equal(here(&p, n << 14) == 0, gone);
        }
        assert_int_equal(here(&p, 0x10000000), 0);
        assert_int_equal(here(&p, 0x10001000), 0);
        assert_int_not_equal(here(&p, 0x10002000), 0);
    }
    assert_int_equal(p.s.fills, filled);
    pool_free(&p);
}

static void flush_drops_everything(void **state)
{
    struct pool p;
    (void)state;
    pool_make(&p, 1 << 20);
    for (uint64_t n = 0; n < 5; n++) {
        enter(&p, key_of(n, 1));
        map(&p, 0x1000, 0x80001000, 0x1000, 12);
    }
    shadow_flush(&p.s);
    assert_int_equal(here(&p, 0x1000), 0);
    assert_true(p.s.current->stale);
    assert_int_equal(list_length(&p.s, p.s.free_list), p.s.fresh - 1);
    for (uint64_t n = 0; n < 5; n++) {
        enter(&p, key_of(n, 1));
        assert_int_equal(here(&p, 0x1000), 0);
    }
    pool_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_keys_share_a_root),
        cmocka_unit_test(roots_are_recycled),
        cmocka_unit_test(fills_of_every_size_and_mode),
        cmocka_unit_test(addresses_beyond_the_mode),
        cmocka_unit_test(superpages_and_tables_replace_each_other),
        cmocka_unit_test(the_pool_is_bounded),
        cmocka_unit_test(fences_of_vs_tables),
        cmocka_unit_test(fences_that_find_nothing),
        cmocka_unit_test(fences_and_bare_roots),
        cmocka_unit_test(one_address_names_the_guests_superpage),
        cmocka_unit_test(one_address_drops_a_superpage),
        cmocka_unit_test(fences_of_g_stage_tables),
        cmocka_unit_test(fills_without_gpa),
        cmocka_unit_test(a_gpa_takes_nothing_else_along),
        cmocka_unit_test(flush_drops_everything),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
