/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Fills of a known neighbourhood against the walk that they stand for: a guest whose leaves change
 * with a fence of their address, and whose tables change with the fences that tables need.
 */
#include "shadow_fixture.h"
#include "walk_fixture.h"

#define REGIONS                                                                                    \
    5 /* of 2 MiB; two of them share a place in what is remembered, the last is a superpage */
#define PAGES  24 /* of each that are in use */
#define DATA   UINT64_C(0x82000000)
#define SPACES 2
#define STEPS  60000

static const uint64_t region[REGIONS] = {0x3fc0000000, 0x3fc0200000, 0x10000,
                                         (uint64_t)-0x4000000000 + 0x2000000, 0x40000000};

static struct {
    struct pool p;
    struct guest g;
    uint64_t vsatp[SPACES];
    unsigned space, known, ahead;
    unsigned faults[SHADOW_GUEST_PAGE_FAULT + 1];
    uint64_t last; /* where the last fault was */
    uint32_t seed;
} now;

static unsigned rnd(unsigned n)
{
    now.seed = now.seed * 1664525 + 1013904223;
    return (now.seed >> 8) % n;
}

static uint64_t random_bits(void)
{
    uint64_t bits = ALL_OF_LEAF;
    static const uint64_t off[] = {PTE_V, PTE_W, PTE_X, PTE_A, PTE_D, PTE_R | PTE_W};
    static const uint64_t on[] = {PTE_N, PTE_PBMT, BIT(61), BIT(54)};
    bits ^= rnd(2) ? PTE_U : 0;
    bits |= rnd(12) ? 0 : on[rnd(4)];
    return rnd(3) ? bits : bits & ~off[rnd(6)];
}

static uint64_t gpa_any(void)
{
    return GPA + rnd(4) * 0x200000 + rnd(PAGES) * 4096;
}

static uint64_t va_any(void)
{
    return region[rnd(REGIONS)] + rnd(PAGES) * 4096 + rnd(4096);
}

static uint64_t *vs_leaf(uint64_t va)
{
    bool super = va >> 21 == region[REGIONS - 1] >> 21;
    now.g.vsroot = (FIELD_GET(ATP_PPN, now.vsatp[now.space]) << 12) + GPA_OFFSET;
    return vs_slot(&now.g, va, super ? 21 : 12);
}

/* The entry is what a walk of that page, with rights to spare, makes of it. */
static void entry_is_right(uint64_t va)
{
    uint64_t entry = here(&now.p, va);
    if (entry != 0) {
        struct xlate x;
        struct access_as as = entry & PTE_U ? AS_VU(ACCESS_LOAD) : AS_VS(ACCESS_LOAD);
        as.access = (entry & PTE_R) ? ACCESS_LOAD : ACCESS_FETCH;
        assert_int_equal(cause_of(&now.g, as, va, &x), 0);
        assert_int_equal(entry, shadow_leaf(&x, as.prv, false, now.g.h.mstatus & STATUS_MXR));
    }
}

/*
 * An SFENCE.VMA of the guest: what was there is gone. What is there then, if it was expected, is
 * what a walk of the page, with rights to spare, finds.
 */
static void fence_of_guest(uint64_t va)
{
    bool expected = shadow_expected(&now.p.s, va), idle = shadow_sfence_idle(&now.p.s, va);
    uint64_t was = here(&now.p, va);
    bool lost = shadow_sfence(&now.p.s, va, SHADOW_ALL_ASIDS);
    assert_int_equal(here(&now.p, va), 0);
    assert_true(!idle || !lost);
    assert_true(was == 0 || lost);
    if (expected && shadow_ahead(&now.p.s, &now.g.h, arena_mem(&now.g.a), va)) {
        assert_int_not_equal(here(&now.p, va), 0);
        now.ahead++;
    } else {
        assert_int_equal(here(&now.p, va), 0);
    }
    entry_is_right(va);
}

/* The leaf of va anew; what is global lies in the fourth region, in all spaces alike. */
static void change_leaf(void)
{
    uint64_t va = now.last != 0 && rnd(2) ? now.last : va_any();
    bool super = va >> 21 == region[REGIONS - 1] >> 21, global = va >> 21 == region[3] >> 21;
    uint64_t bits = random_bits() | (global && rnd(20) ? PTE_G : 0);
    uint64_t pte = pte_of(super ? GPA : gpa_any(), bits);
    unsigned was = now.space;

    for (unsigned i = 0; i < SPACES; i++) {
        now.space = i;
        if (global || i == was) {
            *vs_leaf(va) = pte;
        }
    }
    now.space = was;
    if (rnd(2)) {
        fence_va(&now.p, va, 5);
    } else {
        fence_of_guest(va);
    }
}

static void change_g_leaf(void)
{
    uint64_t gpa = gpa_any();
    *g_slot(&now.g, gpa, 12) = pte_of(DATA + rnd(4096) * 4096, random_bits() | PTE_U);
    if (rnd(40) == 0) {
        *g_slot(&now.g, gpa, 12) = pte_of(ARENA_HOLE, ALL_OF_LEAF | PTE_U);
    }
    fence_gpa(&now.p, gpa, 5);
}

static uint64_t copy_of(uint64_t pa)
{
    uint64_t to = arena_pages(&now.g.a, 1);
    memcpy(arena_at(&now.g.a, to), arena_at(&now.g.a, pa), 4096);
    memset(arena_at(&now.g.a, pa), 0xa5, 4096); /* whoever looks there yet */
    return to;
}

/* A table moves: the guest's, and its ASID is fenced; or the G-stage's, and one address is. */
static void move_table(void)
{
    uint64_t va = va_any(), gpa = gpa_any();
    if (now.g.a.next > ARENA + 0x7f0000) {
        return;
    }
    if (rnd(2)) {
        (void)vs_leaf(va);
        uint64_t *e = vs_slot(&now.g, va, va >> 21 == region[REGIONS - 1] >> 21 ? 30 : 21);
        uint64_t pa = (FIELD_GET(PTE_PPN, *e) << 12) + GPA_OFFSET;
        bool global = va >> 21 == region[3] >> 21;
        struct fence f = {.kind = FENCE_VMA,
                          .all_addresses = true,
                          .all_ids = global,
                          .id = FIELD_GET(SATP_ASID, now.vsatp[now.space])};
        *e = pte_of(copy_of(pa) - GPA_OFFSET, PTE_V);
        (void)shadow_fence(&now.p.s, &f, now.g.h.hgatp);
    } else {
        gpa = rnd(2) ? gpa : (FIELD_GET(ATP_PPN, now.g.h.vsatp) << 12); /* of data, or of tables */
        gpa |= UINT64_C(0xff) << 12; /* a page that is not in use says it of the table as well */
        uint64_t *e = g_slot(&now.g, gpa, 21);
        *e = pte_of(copy_of(FIELD_GET(PTE_PPN, *e) << 12), PTE_V);
        fence_gpa(&now.p, gpa, 5);
    }
}

static void change_space(void)
{
    now.space = rnd(SPACES);
    now.g.h.vsatp = now.vsatp[now.space];
    enter(&now.p, (struct shadow_key){now.g.h.hgatp, now.g.h.vsatp,
                                      now.g.h.mstatus & STATUS_MXR ? SHADOW_FLAVOUR_MXR : 0});
}

/* What the answer says of a page fault or a guest-page fault, the walk says, too. */
static void fault_is_right(struct access_as as, uint64_t va, enum shadow_again done)
{
    struct xlate x;
    struct trap t;
    bool found = walk(&now.g.h, arena_mem(&now.g.a), as, va, &x, &t);
    assert_false(found);
    if (done == SHADOW_GUEST_PAGE_FAULT) {
        assert_int_equal(t.cause, load_store_fetch_guest[as.access]);
        assert_int_equal(t.tval2, (now.p.s.fault_gpa | (va & 0xfff)) >> 2);
        assert_int_equal(t.tinst, 0);
    } else {
        assert_int_equal(t.cause, load_store_fetch_page[as.access]);
        assert_true(done == SHADOW_PAGE_FAULT || as.access == ACCESS_STORE);
    }
    now.faults[done]++;
}

static void fault(void)
{
    struct access_as as = {.access = (uint8_t)rnd(3), .prv = rnd(2) ? PRV_S : PRV_U, .v = true};
    uint64_t va = va_any();
    bool mxr = (now.g.h.mstatus & STATUS_MXR) != 0;
    struct xlate x;
    now.g.h.prv = as.prv;
    now.g.h.vsstatus = (now.g.h.vsstatus & ~STATUS_SUM) | (rnd(2) ? STATUS_SUM : 0);
    uint64_t cause = cause_of(&now.g, as, va, &x);
    bool reachable = cause == 0 && mem_at(arena_mem(&now.g.a), x.pa, 1) != NULL;
    uint64_t expected = reachable ? shadow_leaf(&x, as.prv, false, mxr) : 0;
    uint64_t was = here(&now.p, va);
    enum shadow_again done =
        shadow_again(&now.p.s, &now.g.h, arena_mem(&now.g.a), (enum access)as.access, va);

    switch (done) {
    case SHADOW_UNKNOWN:
        assert_int_equal(here(&now.p, va), was);
        if (expected != 0) {
            (void)shadow_map(&now.p.s, va, &x, expected);
            shadow_remember(&now.p.s, &now.g.h, va, &x);
        }
        break;
    case SHADOW_FILLED:
        assert_int_equal(was, 0);
        now.known++;
        break;
    case SHADOW_REPLACED:
        assert_int_not_equal(was, 0);
        now.known++;
        break;
    default:
        assert_int_equal(here(&now.p, va), was);
        fault_is_right(as, va, done);
        break;
    }
    assert_int_equal(here(&now.p, va), expected != 0 ? expected : was);
    (void)shadow_expect(&now.p.s, va);
    now.last = va;
    entry_is_right(va);
}

static void again_is_what_a_walk_finds(void **state)
{
    (void)state;
    now.seed = 1;
    pool_make(&now.p, 1 << 20);
    guest_make(&now.g, MODE_SV39);
    for (unsigned i = 0; i < SPACES; i++) {
        now.g.vsroot = arena_pages(&now.g.a, 1);
        now.vsatp[i] = FIELD_PUT(ATP_MODE, (uint64_t)MODE_SV39) |
                       FIELD_PUT(SATP_ASID, UINT64_C(7) + i) | (now.g.vsroot - GPA_OFFSET) >> 12;
    }
    for (unsigned i = 0; i < 4 * PAGES; i++) {
        uint64_t gpa = GPA + i / PAGES * 0x200000 + i % PAGES * 4096;
        *g_slot(&now.g, gpa, 12) = pte_of(DATA + i * 4096, ALL_OF_LEAF | PTE_U);
    }
    change_space();
    for (unsigned n = 0; n < 400; n++) { /* all tables are there */
        change_leaf();
    }
    for (unsigned n = 0; n < STEPS; n++) {
        unsigned what = rnd(400);
        if (what < 30) {
            change_leaf();
        } else if (what < 33) {
            change_g_leaf();
        } else if (what < 36) {
            move_table();
        } else if (what < 150) {
            fence_of_guest(va_any()); /* for nothing */
        } else if (what < 155) {
            now.g.h.mstatus ^= rnd(8) ? 0 : STATUS_MXR;
            change_space();
        } else {
            fault();
        }
    }
    assert_true(now.known > 1000 && now.ahead > 100);
    assert_true(now.faults[SHADOW_PAGE_FAULT] > 100 && now.faults[SHADOW_DENIED] > 100 &&
                now.faults[SHADOW_GUEST_PAGE_FAULT] > 100);
    pool_free(&now.p);
    guest_free(&now.g);
}

/* A global page of the fourth region, filled; its neighbour at + 0x4000 is not. */
static enum shadow_again neighbour(void)
{
    now.g.h.prv = PRV_S;
    return shadow_again(&now.p.s, &now.g.h, arena_mem(&now.g.a), ACCESS_LOAD, region[3] + 0x4000);
}

static void one_is_known(void)
{
    struct access_as as = AS_VS(ACCESS_LOAD);
    struct xlate x;
    now.space = 0;
    pool_make(&now.p, 1 << 20);
    guest_make(&now.g, MODE_SV39);
    now.vsatp[0] = now.vsatp[1] = now.g.h.vsatp;
    change_space();
    for (unsigned i = 0; i < 2; i++) {
        *g_slot(&now.g, GPA + i * 4096, 12) = pte_of(DATA + i * 4096, ALL_OF_LEAF | PTE_U);
        *vs_leaf(region[3] + i * 0x4000) = pte_of(GPA + i * 4096, ALL_OF_LEAF | PTE_G);
    }
    assert_int_equal(cause_of(&now.g, as, region[3], &x), 0);
    (void)shadow_map(&now.p.s, region[3], &x, shadow_leaf(&x, PRV_S, false, false));
    shadow_remember(&now.p.s, &now.g.h, region[3], &x);
}

/* A table of the G-stage may have moved, whatever page of its 2 MiB the fence names. */
static void gvma_of_data(void **state)
{
    (void)state;
    one_is_known();
    assert_int_equal(neighbour(), SHADOW_FILLED);
    fence_va(&now.p, region[3] + 0x4000, 5);
    uint64_t *e = g_slot(&now.g, GPA, 21);
    *e = pte_of(copy_of(FIELD_GET(PTE_PPN, *e) << 12), PTE_V);
    fence_gpa(&now.p, GPA + 0x1ff000, 5);
    assert_int_equal(neighbour(), SHADOW_FILLED);
    pool_free(&now.p);
    guest_free(&now.g);
}

/* Where the guest's table lies is the G-stage's to say, and HFENCE.GVMA's. */
static void gvma_of_a_table(void **state)
{
    (void)state;
    one_is_known();
    uint64_t table = (FIELD_GET(PTE_PPN, *vs_slot(&now.g, region[3], 21)) << 12);
    fence_gpa(&now.p, table + 4096, 5);
    assert_int_equal(neighbour(), SHADOW_FILLED);
    fence_va(&now.p, region[3] + 0x4000, 5);
    fence_gpa(&now.p, table, 5);
    assert_int_equal(neighbour(), SHADOW_UNKNOWN);
    pool_free(&now.p);
    guest_free(&now.g);
}

/* Where a superpage was there may be a table now, before any fence: that has no W, but is no fault.
 */
static void a_table_for_a_superpage(void **state)
{
    uint64_t va = region[REGIONS - 1];
    struct access_as as = AS_VS(ACCESS_LOAD);
    struct xlate x;
    (void)state;
    one_is_known();
    *vs_leaf(va) = pte_of(GPA, ALL_OF_LEAF);
    assert_int_equal(cause_of(&now.g, as, va, &x), 0);
    (void)shadow_map(&now.p.s, va, &x, shadow_leaf(&x, PRV_S, false, false));
    shadow_remember(&now.p.s, &now.g.h, va, &x);
    now.g.h.prv = PRV_S;
    assert_int_equal(
        shadow_again(&now.p.s, &now.g.h, arena_mem(&now.g.a), ACCESS_STORE, va + 0x1000),
        SHADOW_FILLED);
    *vs_leaf(va) = pte_of(arena_pages(&now.g.a, 1) - GPA_OFFSET, PTE_V);
    assert_int_equal(
        shadow_again(&now.p.s, &now.g.h, arena_mem(&now.g.a), ACCESS_STORE, va + 0x1000),
        SHADOW_UNKNOWN);
    pool_free(&now.p);
    guest_free(&now.g);
}

/* What is not global must not get into the tables of what is, nor the other way round. */
static void global_or_not_is_looked_at(void **state)
{
    (void)state;
    one_is_known();
    *vs_leaf(region[3] + 0x4000) &= ~PTE_G;
    assert_int_equal(neighbour(), SHADOW_UNKNOWN);
    *vs_leaf(region[3] + 0x4000) |= PTE_G;
    (void)shadow_fill(&now.p.s, region[3] + 0x8000, leaf_at(DATA, ORIGIN_4K), 12);
    assert_int_equal(neighbour(), SHADOW_UNKNOWN); /* the region is the space's own now */
    pool_free(&now.p);
    guest_free(&now.g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(again_is_what_a_walk_finds),
        cmocka_unit_test(gvma_of_data),
        cmocka_unit_test(gvma_of_a_table),
        cmocka_unit_test(a_table_for_a_superpage),
        cmocka_unit_test(global_or_not_is_looked_at),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
