/* SPDX-License-Identifier: BSD-2-Clause */
/* Whom a leaf lets do what, A and D, and the accesses that a walk makes itself. Sections are the
 * privileged architecture's; "H" is the hypervisor chapter. */
#define _GNU_SOURCE
#include "walk_fixture.h"

#include <signal.h>
#include <unistd.h>

/* Step 8, each right alone; and each access's causes. */
static void permissions(void **state)
{
    struct guest g;
    (void)state;
    simple(&g, MODE_SV39);
    for (unsigned rwx = 0; rwx < 8; rwx++) {
        bool legal = rwx != 0 && (rwx & 3) != 2;
        for (unsigned access = 0; access < 3; access++) {
            static const unsigned want[] = {1, 2, 4};
            uint64_t bits = (GOOD & ~PTE_RWX) | rwx << 1;
            bool ok = legal && (rwx & want[access]) != 0;
            *vs_slot(&g, VA, 12) = pte_of(GPA, bits);
            *hs_slot(&g, VA, 12) = pte_of(PAGE, bits);
            assert_int_equal(cause_of(&g, AS_VU(access), VA, NULL),
                             ok ? 0 : load_store_fetch_page[access]);
            assert_int_equal(cause_of(&g, AS_U(access), VA, NULL),
                             ok ? 0 : load_store_fetch_page[access]);
            *vs_slot(&g, VA, 12) = pte_of(GPA, GOOD);
            *g_slot(&g, GPA, 12) = pte_of(PAGE, bits);
            assert_int_equal(cause_of(&g, AS_VU(access), VA, NULL),
                             ok ? 0 : load_store_fetch_guest[access]);
            *g_slot(&g, GPA, 12) = pte_of(PAGE, GOOD);
        }
    }
    guest_free(&g);
}

/* "Memory Privilege in sstatus": SUM for loads and stores; U pages are never for S to execute; H:
 * vsstatus.SUM when V = 1. */
static void user_pages(void **state)
{
    struct guest g;
    (void)state;
    simple(&g, MODE_SV39);
    for (unsigned sums = 0; sums < 4; sums++) {
        g.h.mstatus = (g.h.mstatus & ~STATUS_SUM) | (sums & 1 ? STATUS_SUM : 0);
        g.h.vsstatus = (g.h.vsstatus & ~STATUS_SUM) | (sums & 2 ? STATUS_SUM : 0);
        for (unsigned access = 0; access < 3; access++) {
            uint64_t fault = load_store_fetch_page[access];
            bool fetch = access == ACCESS_FETCH;
            *vs_slot(&g, VA, 12) = pte_of(GPA, GOOD);
            *hs_slot(&g, VA, 12) = pte_of(PAGE, GOOD);
            assert_int_equal(cause_of(&g, AS_VU(access), VA, NULL), 0);
            assert_int_equal(cause_of(&g, AS_U(access), VA, NULL), 0);
            assert_int_equal(cause_of(&g, AS_VS(access), VA, NULL),
                             (sums & 2) && !fetch ? 0 : fault);
            assert_int_equal(cause_of(&g, AS_HS(access), VA, NULL),
                             (sums & 1) && !fetch ? 0 : fault);
            *vs_slot(&g, VA, 12) &= ~PTE_U;
            *hs_slot(&g, VA, 12) &= ~PTE_U;
            assert_int_equal(cause_of(&g, AS_VU(access), VA, NULL), fault);
            assert_int_equal(cause_of(&g, AS_U(access), VA, NULL), fault);
            assert_int_equal(cause_of(&g, AS_VS(access), VA, NULL), 0);
            assert_int_equal(cause_of(&g, AS_HS(access), VA, NULL), 0);
        }
        *vs_slot(&g, VA, 12) = pte_of(GPA, GOOD); /* HLVX is a load: SUM applies, of vsstatus */
        assert_int_equal(cause_of(&g, HLVX_AS(PRV_S), VA, NULL), sums & 2 ? 0 : CAUSE_LOAD_PAGE);
    }
    guest_free(&g);
}

/* H, "Guest Physical Address Translation": the G-stage takes every access as U. */
static void g_stage_needs_u(void **state)
{
    struct guest g;
    (void)state;
    simple(&g, MODE_SV39);
    *vs_slot(&g, VA, 12) = pte_of(GPA, ALL_OF_LEAF);
    *g_slot(&g, GPA, 12) = pte_of(PAGE, ALL_OF_LEAF);
    g.h.mstatus |= STATUS_SUM;
    g.h.vsstatus |= STATUS_SUM;
    for (unsigned access = 0; access < 3; access++) {
        assert_int_equal(cause_of(&g, AS_VS(access), VA, NULL), load_store_fetch_guest[access]);
    }
    guest_free(&g);
}

/* H, "Two-Stage Address Translation": vsstatus.MXR acts on the VS-stage, sstatus.MXR on both; for
 * explicit loads. */
static void make_executable_readable(void **state)
{
    const uint64_t xonly = PTE_V | PTE_X | PTE_U | PTE_A | PTE_D;
    struct guest g;
    (void)state;
    simple(&g, MODE_SV39);
    for (unsigned m = 0; m < 4; m++) {
        bool hs = (m & 1) != 0, vs = (m & 2) != 0;
        g.h.mstatus = (g.h.mstatus & ~STATUS_MXR) | (hs ? STATUS_MXR : 0);
        g.h.vsstatus = (g.h.vsstatus & ~STATUS_MXR) | (vs ? STATUS_MXR : 0);
        *hs_slot(&g, VA, 12) = pte_of(PAGE, xonly);
        assert_int_equal(cause_of(&g, AS_U(ACCESS_LOAD), VA, NULL), hs ? 0 : CAUSE_LOAD_PAGE);
        *vs_slot(&g, VA, 12) = pte_of(GPA, xonly);
        assert_int_equal(cause_of(&g, AS_VU(ACCESS_LOAD), VA, NULL),
                         hs || vs ? 0 : CAUSE_LOAD_PAGE);
        assert_int_equal(cause_of(&g, AS_VU(ACCESS_STORE), VA, NULL), CAUSE_STORE_PAGE);
        *vs_slot(&g, VA, 12) = pte_of(GPA, GOOD);
        *g_slot(&g, GPA, 12) = pte_of(PAGE, xonly);
        assert_int_equal(cause_of(&g, AS_VU(ACCESS_LOAD), VA, NULL),
                         hs ? 0 : CAUSE_LOAD_GUEST_PAGE);
        *g_slot(&g, GPA, 12) = pte_of(PAGE, GOOD);
        /* a VS-level table in an execute-only page is no explicit load */
        uint64_t table =
            align_down((uint64_t)((char *)vs_slot(&g, VA, 12) - g.a.host) + ARENA, 4096);
        *g_slot(&g, table - GPA_OFFSET, 12) = pte_of(table, xonly);
        assert_int_equal(cause_of(&g, AS_VU(ACCESS_LOAD), VA, NULL), CAUSE_LOAD_GUEST_PAGE);
        *g_slot(&g, table - GPA_OFFSET, 12) = pte_of(table, GOOD);
    }
    guest_free(&g);
}

/* H, "Hypervisor Virtual-Machine Load and Store Instructions": HLVX needs X in both stages, not R;
 * its faults are of loads. */
static void hlvx(void **state)
{
    struct guest g;
    (void)state;
    simple(&g, MODE_SV39);
    uint64_t *slot[] = {vs_slot(&g, VA, 12), g_slot(&g, GPA, 12)};
    for (unsigned n = 0; n < 2; n++) {
        uint64_t good = *slot[n];
        *slot[n] = good & ~(PTE_R | PTE_W);
        assert_int_equal(cause_of(&g, HLVX_AS(PRV_U), VA, NULL), 0);
        *slot[n] = good & ~PTE_X;
        g.h.mstatus |= STATUS_MXR;
        assert_int_equal(cause_of(&g, HLVX_AS(PRV_U), VA, NULL),
                         n == 0 ? CAUSE_LOAD_PAGE : CAUSE_LOAD_GUEST_PAGE);
        *slot[n] = good;
    }
    guest_free(&g);
}

/* "Svade" without ADUE: A clear, or D clear at a store, is a page fault; nothing is written. */
static void accessed_and_dirty_by_software(void **state)
{
    struct guest g;
    (void)state;
    simple(&g, MODE_SV39);
    uint64_t *slot[] = {vs_slot(&g, VA, 12), g_slot(&g, GPA, 12), hs_slot(&g, VA, 12)};
    for (unsigned n = 0; n < 3; n++) {
        uint64_t good = *slot[n];
        /* henvcfg.ADUE is nothing without menvcfg.ADUE */
        g.h.henvcfg = ENVCFG_ADUE;
        for (unsigned access = 0; access < 3; access++) {
            struct access_as as = n == 2 ? AS_U(access) : AS_VU(access);
            uint64_t fault =
                n == 1 ? load_store_fetch_guest[access] : load_store_fetch_page[access];
            *slot[n] = good & ~PTE_A;
            assert_int_equal(cause_of(&g, as, VA, NULL), fault);
            assert_int_equal(*slot[n], good & ~PTE_A);
            *slot[n] = good & ~PTE_D;
            assert_int_equal(cause_of(&g, as, VA, NULL), access == ACCESS_STORE ? fault : 0);
            assert_int_equal(*slot[n], good & ~PTE_D);
        }
        *slot[n] = good;
    }
    guest_free(&g);
}

/* Step 9; H, "Hypervisor Environment Configuration Register", ADUE: henvcfg's for the VS-stage,
 * menvcfg's for G and HS. */
static void accessed_and_dirty_by_hardware(void **state)
{
    struct guest g;
    (void)state;
    simple(&g, MODE_SV39);
    uint64_t *slot[] = {vs_slot(&g, VA, 12), g_slot(&g, GPA, 12), hs_slot(&g, VA, 12)};
    g.h.menvcfg = ENVCFG_ADUE;
    for (unsigned n = 0; n < 3; n++) {
        uint64_t good = *slot[n];
        for (unsigned access = 0; access < 3; access++) {
            struct access_as as = n == 2 ? AS_U(access) : AS_VU(access);
            struct xlate x;
            if (n == 0) {
                g.h.henvcfg = 0;
                *slot[n] = good & ~PTE_A;
                assert_int_equal(cause_of(&g, as, VA, NULL), load_store_fetch_page[access]);
                g.h.henvcfg = ENVCFG_ADUE;
            }
            *slot[n] = good & ~(PTE_A | PTE_D);
            assert_int_equal(cause_of(&g, as, VA, &x), 0);
            uint64_t expected = access == ACCESS_STORE ? good : good & ~PTE_D;
            assert_int_equal(*slot[n], expected);
            assert_int_equal(n == 1 ? x.g_pte : x.vs_pte, expected);
            *slot[n] = good & ~(PTE_A | PTE_D | PTE_W); /* no permission, no update */
            cause_of(&g, as, VA, NULL);
            assert_int_equal(*slot[n] & PTE_D, 0);
        }
        *slot[n] = good;
    }
    guest_free(&g);
}

/* H, "Two-Stage Address Translation", last paragraph but one, and "Transformed Instruction or
 * Pseudoinstruction": an implicit access faults with the cause of the original, names the PTE's
 * gpa, and htinst says read or write. */
static void implicit_accesses(void **state)
{
    struct guest g;
    (void)state;
    simple(&g, MODE_SV39);
    for (unsigned level = 12; level <= 30; level += 9) {
        uint64_t slot = (uint64_t)((char *)vs_slot(&g, VA, level) - g.a.host) + ARENA - GPA_OFFSET;
        uint64_t *table = g_slot(&g, slot, 12);
        uint64_t good = *table;
        for (unsigned access = 0; access < 3; access++) {
            *table = good & ~PTE_V;
            struct trap t = trap_of(&g, AS_VU(access), VA + 8);
            assert_int_equal(t.cause, load_store_fetch_guest[access]);
            assert_int_equal(t.tval, VA + 8);
            assert_int_equal(t.tval2, slot >> 2);
            assert_int_equal(t.tinst, 0x3000);
            assert_true(t.gva);
            *table = good & ~(PTE_W | PTE_X); /* reading needs R only */
            assert_int_equal(cause_of(&g, AS_VU(access), VA, NULL), 0);
            *table = good & ~(PTE_R | PTE_W);
            assert_int_equal(cause_of(&g, AS_VU(access), VA, NULL), load_store_fetch_guest[access]);
        }
        *table = good;
    }
    guest_free(&g);
}

/* ... and the update of A or D is a write, for which the table's page needs W, and D. */
static void implicit_writes(void **state)
{
    struct guest g;
    (void)state;
    simple(&g, MODE_SV39);
    uint64_t *pte = vs_slot(&g, VA, 12);
    uint64_t slot = (uint64_t)((char *)pte - g.a.host) + ARENA - GPA_OFFSET;
    uint64_t *table = g_slot(&g, slot, 12);
    uint64_t good = *table;
    g.h.menvcfg = g.h.henvcfg = ENVCFG_ADUE;
    for (unsigned access = 0; access < 3; access++) {
        *pte = pte_of(GPA, GOOD & ~(PTE_A | PTE_D));
        *table = good & ~(PTE_W | PTE_D);
        struct trap t = trap_of(&g, AS_VU(access), VA);
        assert_int_equal(t.cause, load_store_fetch_guest[access]);
        assert_int_equal(t.tval2, slot >> 2);
        assert_int_equal(t.tinst, 0x3020);
        assert_int_equal(*pte, pte_of(GPA, GOOD & ~(PTE_A | PTE_D)));
        *table = good & ~(PTE_A | PTE_D);
        assert_int_equal(cause_of(&g, AS_VU(access), VA, NULL), 0);
        assert_int_equal(*table, good); /* the write made it dirty */
        assert_int_equal(*pte & PTE_A, PTE_A);
    }
    guest_free(&g);
}

/*
 * Step 9 is one atomic step: if another hart changes the PTE after it was read, it is read again.
 * The table's page is read-only, so that the update's store traps, and the handler is the other
 * hart.
 */
static struct {
    uint64_t *slot; /* by another mapping, which is writable */
    void *page;
    uint64_t pte;
    unsigned changes;
} other_hart;

static void other_hart_changes_the_pte(int signal_number)
{
    (void)signal_number;
    *other_hart.slot = other_hart.pte;
    other_hart.changes++;
    mprotect(other_hart.page, 4096, PROT_READ | PROT_WRITE);
}

/* Puts shared memory in the place of a page of tables. */
static void share_page(char *page)
{
    int fd = memfd_create("table", 0);
    assert_true(fd >= 0);
    assert_int_equal(ftruncate(fd, 4096), 0);
    char *twin = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    assert_ptr_not_equal(twin, MAP_FAILED);
    memcpy(twin, page, 4096);
    assert_ptr_equal(mmap(page, 4096, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0), page);
    close(fd);
    other_hart.page = page;
    other_hart.slot = (uint64_t *)twin;
}

static void updates_are_atomic(void **state)
{
    const uint64_t fresh = PTE_V | PTE_RWX | PTE_U;
    const uint64_t changed[] = {0, pte_of(GPA + 4096, fresh), pte_of(GPA + 4096, GOOD),
                                pte_of(GPA + 4096, fresh & ~PTE_U)};
    struct sigaction on_store = {.sa_handler = other_hart_changes_the_pte}, before;
    (void)state;
    sigaction(SIGSEGV, &on_store, &before);
    for (unsigned n = 0; n < ARRAY_LEN(changed); n++) {
        struct guest g;
        struct xlate x;
        simple(&g, MODE_SV39);
        g.h.menvcfg = g.h.henvcfg = ENVCFG_ADUE;
        *g_slot(&g, GPA + 4096, 12) = pte_of(PAGE + 4096, GOOD);
        uint64_t *slot = vs_slot(&g, VA, 12);
        char *page = (char *)align_down((uintptr_t)slot, 4096);
        *slot = pte_of(GPA, fresh);
        share_page(page);
        char *twin = (char *)other_hart.slot;
        other_hart.slot = (uint64_t *)(twin + ((char *)slot - page));
        other_hart.pte = changed[n];
        other_hart.changes = 0;
        bool ok = n == 1 || n == 2;
        assert_int_equal(cause_of(&g, AS_VU(ACCESS_STORE), VA, &x), ok ? 0 : CAUSE_STORE_PAGE);
        assert_int_equal(other_hart.changes, 1);
        assert_int_equal(*slot, ok ? pte_of(GPA + 4096, GOOD) : changed[n]);
        assert_true(!ok || (x.gpa.a == GPA + 4096 && x.pa.a == PAGE + 4096 && x.vs_pte == *slot));
        munmap(twin, 4096);
        guest_free(&g);
    }
    sigaction(SIGSEGV, &before, NULL);
}

/* PMP closed to S-mode for one page table after the other: reading it, or setting A in it, is an
 * access fault of the original kind. M's own page tables' pages are not asked twice. */
static void page_tables_closed_by_pmp(void **state)
{
    struct guest g;
    (void)state;
    simple(&g, MODE_SV39);
    test_isa.pmp_entries = 2;
    g.h.walk_quick = false;
    g.h.menvcfg = g.h.henvcfg = ENVCFG_ADUE;
    g.h.pmpaddr[1] = MASK(53, 0);
    g.h.pmpcfg[1] = 0x1f;
    g.h.pmpcfg[0] = 0x18;
    assert_int_equal(cause_of(&g, AS_VU(ACCESS_LOAD), VA, NULL), 0);
    uint64_t tables[] = {g.groot, (uintptr_t)g_slot(&g, GPA, 12) - g.a.mem.bias, g.vsroot,
                         (uintptr_t)vs_slot(&g, VA, 12) - g.a.mem.bias};
    for (unsigned i = 0; i < ARRAY_LEN(tables); i++) {
        g.h.pmpaddr[0] = align_down(tables[i], 4096) >> 2 | 0x1ff;
        for (unsigned a = ACCESS_LOAD; a <= ACCESS_FETCH; a++) {
            struct trap t = trap_of(&g, AS_VU(a), VA);
            assert_int_equal(t.cause, load_store_fetch_access[a]);
            assert_int_equal(t.tval, VA);
            assert_int_equal(t.tinst, 0);
            assert_true(t.gva);
        }
        g.h.pmpcfg[0] = 0x19; /* to be read only: enough while A is set */
        assert_int_equal(cause_of(&g, AS_VU(ACCESS_LOAD), VA, NULL), 0);
        uint64_t *slot = arena_at(&g.a, tables[i]);
        if (i % 2 == 1) {
            *slot &= ~PTE_A;
            assert_int_equal(trap_of(&g, AS_VU(ACCESS_LOAD), VA).cause, CAUSE_LOAD_ACCESS);
            assert_false(*slot & PTE_A);
            *slot |= PTE_A;
        }
        g.h.pmpcfg[0] = 0x18;
    }
    g.h.pmpaddr[0] = g.satp_root >> 2 | 0x1ff;
    assert_int_equal(trap_of(&g, AS_HS(ACCESS_STORE), VA).cause, CAUSE_STORE_ACCESS);
    assert_int_equal(cause_of(&g, AS_VU(ACCESS_LOAD), VA, NULL), 0);
    guest_free(&g);
}

/* Machine chapter, "Memory Privilege in mstatus Register", and table "Effect of MPRV on the
 * Translation and Protection of Explicit Memory Accesses" of H. */
static void mprv_makes_an_access(void **state)
{
    static const uint8_t modes[] = {PRV_U, PRV_S, PRV_M};
    (void)state;
    for (unsigned n = 0; n < 3 * 2 * 2; n++) {
        struct hart h = hart_in(M);
        unsigned mpp = modes[n % 3];
        bool mprv = n / 3 % 2, mpv = n / 6;
        h.mstatus = FIELD_PUT(STATUS_MPP, (uint64_t)mpp) | (mprv ? STATUS_MPRV : 0) |
                    (mpv ? STATUS_MPV : 0);
        for (unsigned a = ACCESS_LOAD; a <= ACCESS_FETCH; a++) {
            bool other = mprv && a != ACCESS_FETCH && mpp != PRV_M;
            struct access_as as = access_explicit(&h, a);
            assert_int_equal(as.access, a);
            assert_int_equal(as.prv, other ? mpp : PRV_M);
            assert_int_equal(as.v, other && mpv);
            assert_false(as.hlvx);
        }
    }
    for (enum mode m = HS; m < MODES; m++) {
        struct hart h = hart_in(m);
        struct access_as as = access_explicit(&h, ACCESS_STORE);
        assert_int_equal(as.prv, h.prv);
        assert_int_equal(as.v, h.v);
    }
}

/* What it then finds: through both stages, with vsstatus.SUM, and M's own without translation. */
static void mprv_translates(void **state)
{
    struct guest g;
    struct xlate x;
    (void)state;
    simple(&g, MODE_SV39);
    hart_mode(&g.h, M);
    g.h.mstatus |= STATUS_MPRV | STATUS_MPV | FIELD_PUT(STATUS_MPP, (uint64_t)PRV_S);
    assert_int_equal(cause_of(&g, access_explicit(&g.h, ACCESS_LOAD), VA, &x), CAUSE_LOAD_PAGE);
    assert_true(trap_of(&g, access_explicit(&g.h, ACCESS_LOAD), VA).gva);
    g.h.vsstatus |= STATUS_SUM;
    assert_int_equal(cause_of(&g, access_explicit(&g.h, ACCESS_LOAD), VA + 8, &x), 0);
    assert_int_equal(x.pa.a, PAGE + 8);
    assert_int_equal(x.gpa.a, GPA + 8);
    g.h.mstatus &= ~STATUS_MPV; /* satp, sstatus.SUM */
    assert_int_equal(cause_of(&g, access_explicit(&g.h, ACCESS_LOAD), VA, &x), CAUSE_LOAD_PAGE);
    g.h.mstatus |= STATUS_SUM;
    assert_int_equal(cause_of(&g, access_explicit(&g.h, ACCESS_STORE), VA, &x), 0);
    assert_int_equal(x.gpa.a, PAGE);
    assert_int_equal(cause_of(&g, access_explicit(&g.h, ACCESS_FETCH), VA, &x), 0);
    assert_int_equal(x.pa.a, VA);
    g.h.mstatus |= STATUS_MPP | STATUS_MPV;
    assert_int_equal(cause_of(&g, access_explicit(&g.h, ACCESS_STORE), VA, &x), 0);
    assert_int_equal(x.pa.a, VA);
    guest_free(&g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(permissions),
        cmocka_unit_test(user_pages),
        cmocka_unit_test(g_stage_needs_u),
        cmocka_unit_test(make_executable_readable),
        cmocka_unit_test(hlvx),
        cmocka_unit_test(accessed_and_dirty_by_software),
        cmocka_unit_test(accessed_and_dirty_by_hardware),
        cmocka_unit_test(implicit_accesses),
        cmocka_unit_test(implicit_writes),
        cmocka_unit_test(updates_are_atomic),
        cmocka_unit_test(page_tables_closed_by_pmp),
        cmocka_unit_test(mprv_makes_an_access),
        cmocka_unit_test(mprv_translates),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
