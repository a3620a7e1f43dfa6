/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * walk() against the reference (reference_walk.h): random tables, random controls, random accesses.
 * Both work on a memory of their own; afterwards the results and all of the memory must be equal.
 */
#include "arena.h"
#include "reference_walk.h"

#define PAGES      48u /* of tables, full of random PTEs that mostly point at each other */
#define HOLE_FIRST 32u /* pages 32 to 35 are not in mem, those behind them are its second range */
#define HOLE_END   36u

static uint64_t seed = 88172645463325252u;

static uint64_t rnd(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static bool chance(unsigned percent)
{
    return (rnd() >> 20) % 100 < percent;
}

struct side {
    char *host;
    struct mem_range range[2];
    struct mem mem;
};

static void side_make(struct side *s)
{
    s->host = mmap(NULL, PAGES * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(s->host, MAP_FAILED);
    s->range[0] = (struct mem_range){ARENA, HOLE_FIRST * 4096};
    s->range[1] = (struct mem_range){ARENA + HOLE_END * 4096, (PAGES - HOLE_END) * 4096};
    s->mem = (struct mem){s->range, 2, (uintptr_t)s->host - ARENA};
}

/* quality: how many PTEs of a hundred are in the best of orders. */
static uint64_t random_pte(unsigned quality)
{
    static const uint64_t align[] = {1, 1, BIT(9), BIT(18)};
    uint64_t ppn = (ARENA >> 12) + rnd() % PAGES;
    unsigned kind = (unsigned)(rnd() >> 40) % 100;
    uint64_t pte;

    if (kind < 2) {
        return rnd();
    }
    if (kind < 40) {
        pte = ppn << 10 | PTE_V;
    } else {
        uint64_t a = align[rnd() >> 50 & 3];
        pte = align_down(chance(90) ? ppn : rnd() & MASK(43, 0), a) << 10 | PTE_V | PTE_RWX |
              PTE_A | PTE_D | (chance(85) ? PTE_U : 0);
    }
    if (!chance(quality)) {
        pte ^= BIT(rnd() % 8);
        pte ^= chance(20) ? BIT(rnd() % 64) : 0;
        pte ^= chance(20) ? BIT(61 + rnd() % 3) : 0;
        pte ^= chance(20) ? FIELD_PUT(PTE_PPN, UINT64_C(8)) | PTE_N : 0;
        pte &= chance(40) ? ~(PTE_A | PTE_D) : ~UINT64_C(0);
    }
    return pte;
}

static void fill(struct side *a, struct side *b, unsigned quality)
{
    uint64_t *p = (uint64_t *)a->host;
    for (unsigned i = 0; i < PAGES * 512; i++) {
        p[i] = random_pte(quality);
    }
    memcpy(b->host, a->host, PAGES * 4096);
}

static uint64_t random_atp(unsigned align)
{
    static const uint64_t modes[] = {MODE_BARE, MODE_SV39, MODE_SV39, MODE_SV39,
                                     MODE_SV39, MODE_SV48, MODE_SV48, MODE_SV57};
    uint64_t page = align_down((ARENA >> 12) + rnd() % PAGES, align);
    return FIELD_PUT(ATP_MODE, modes[rnd() >> 30 & 7]) | page;
}

static void random_controls(struct hart *h)
{
    h->satp = random_atp(1);
    h->vsatp = random_atp(1);
    h->hgatp = random_atp(4);
    h->mstatus = rnd() & (STATUS_SUM | STATUS_MXR);
    h->vsstatus = rnd() & (STATUS_SUM | STATUS_MXR);
    h->menvcfg = rnd() & (ENVCFG_ADUE | ENVCFG_PBMTE);
    h->henvcfg = rnd() & (ENVCFG_ADUE | ENVCFG_PBMTE);
    test_isa.ext = chance(50) ? BIT(EXT_SVNAPOT) : 0;
}

static struct access_as random_access(void)
{
    struct access_as as = {.access = (uint8_t)(rnd() % 3), .v = chance(85)};
    as.prv = chance(50) ? PRV_S : PRV_U;
    if (!as.v && chance(5)) {
        as.prv = PRV_M;
    }
    as.hlvx = as.v && as.access == ACCESS_LOAD && chance(20);
    return as;
}

static uint64_t random_va(void)
{
    static const unsigned width[] = {39, 39, 39, 48, 57, 41, 50, 64};
    uint64_t va = rnd();
    return chance(50) ? (uint64_t)sext(va, width[rnd() >> 33 & 7]) : va & MASK(37, 0);
}

static const uint64_t causes[][3] = {
    [REF_PAGE_FAULT] = {CAUSE_LOAD_PAGE, CAUSE_STORE_PAGE, CAUSE_FETCH_PAGE},
    [REF_GUEST_PAGE_FAULT] = {CAUSE_LOAD_GUEST_PAGE, CAUSE_STORE_GUEST_PAGE,
                              CAUSE_FETCH_GUEST_PAGE},
    [REF_ACCESS_FAULT] = {CAUSE_LOAD_ACCESS, CAUSE_STORE_ACCESS, CAUSE_FETCH_ACCESS},
};

static bool same(const struct ref_result *r, bool ok, const struct xlate *x, const struct trap *t,
                 struct access_as as, uint64_t va)
{
    if (r->kind == REF_OK) {
        return ok && x->pa.a == r->pa && x->gpa.a == r->gpa && x->vs_pte == r->vs_pte &&
               x->g_pte == r->g_pte && x->shift == r->shift;
    }
    uint64_t tval2 = r->kind == REF_GUEST_PAGE_FAULT ? r->fault_gpa >> 2 : 0;
    uint64_t tinst = r->kind == REF_GUEST_PAGE_FAULT ? r->tinst : 0;
    return !ok && t->cause == causes[r->kind][as.access] && t->tval == va && t->gva == as.v &&
           t->tval2 == tval2 && t->tinst == tinst;
}

/* A page or a few of the tables closed, or not writable, or not whole; all the rest open. */
static void random_pmp(struct hart *h)
{
    enum { ENTRIES = 6 };
    test_isa.pmp_entries = ENTRIES;
    h->walk_quick = false;
    for (unsigned i = 0; i < ENTRIES - 1; i++) {
        static const uint8_t rights[] = {0, 1, 1, 7, 7, 7, 3, 4};
        uint64_t page = ((ARENA >> 12) + rnd() % PAGES) << 10;
        h->pmpaddr[i] = page | (BIT(rnd() % 10) - 1);
        h->pmpcfg[i] = (uint8_t)(rights[rnd() % 8] | (rnd() >> 20) % 4 << 3);
    }
    h->pmpaddr[ENTRIES - 1] = MASK(53, 0);
    h->pmpcfg[ENTRIES - 1] = chance(90) ? 0x1f : 0x19;
}

static void compare(unsigned rounds, bool pmp)
{
    struct hart h = hart_in(VS);
    struct side mine, theirs;
    unsigned seen[4] = {0}, two_stages = 0;
    side_make(&mine);
    side_make(&theirs);
    for (unsigned n = 0; n < rounds; n++) {
        struct access_as as = random_access();
        uint64_t va = random_va();
        struct xlate x;
        struct trap t;
        if (n % 256 == 0) {
            fill(&mine, &theirs, n % 1024 == 0 ? 50 : n % 512 == 0 ? 100 : 95);
        }
        random_controls(&h);
        if (pmp) {
            random_pmp(&h);
        }
        struct ref_result r = ref_walk(&h, &theirs.mem, as, va);
        bool ok = walk(&h, &mine.mem, as, va, &x, &t);
        if (!same(&r, ok, &x, &t, as, va)) {
            fail_msg("walk %u: va %#llx access %u prv %u v %u: reference %u, walk %s %llu", n,
                     (unsigned long long)va, as.access, as.prv, as.v, r.kind, ok ? "ok" : "trap",
                     ok ? 0 : (unsigned long long)t.cause);
        }
        if (n % 16 == 0 && memcmp(mine.host, theirs.host, PAGES * 4096) != 0) {
            fail_msg("walk %u left other memory than the reference", n);
        }
        seen[r.kind]++;
        two_stages += r.kind == REF_OK && as.v && h.vsatp >> 60 && h.hgatp >> 60;
    }
    print_message("ok %u, page %u, guest page %u, access %u; both stages %u\n", seen[0], seen[1],
                  seen[2], seen[3], two_stages);
    /* a comparison in which nothing happens would say nothing */
    for (unsigned kind = REF_OK; kind <= REF_ACCESS_FAULT; kind++) {
        assert_true(seen[kind] > rounds / 20);
    }
    assert_true(two_stages > rounds / 100);
    munmap(mine.host, PAGES * 4096);
    munmap(theirs.host, PAGES * 4096);
}

static void equal_to_the_reference(void **state)
{
    (void)state;
    compare(400000, false);
}

/* "Physical Memory Protection and Paging": implicit accesses are S-mode's, and a violation is an
 * access fault of the original kind. */
static void equal_to_the_reference_under_pmp(void **state)
{
    (void)state;
    compare(200000, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_to_the_reference),
        cmocka_unit_test(equal_to_the_reference_under_pmp),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
