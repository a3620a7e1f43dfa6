/* SPDX-License-Identifier: BSD-2-Clause */
/* The accesses that translation itself makes: reads of VS-level tables through the G-stage, updates
 * of A and D, tables where no table can be. */
#include "csr.h"
#include "env.h"
#include "probe.h"
#include "sbi.h"
#include "test.h"

#define READ  0x3000UL /* 64-bit read for VS-stage address translation */
#define WRITE 0x3020UL

static uint64_t far_va(uint64_t mode)
{
    return mode == MODE_SV39 ? TEST_VA : mode == MODE_SV48 ? BIT(40) + TEST_VA : BIT(49) + TEST_VA;
}

/* GPA of the PTE that the VS-stage walk of va reads at the level. */
static uint64_t pte_gpa(uint64_t va, unsigned level)
{
    return (uint64_t)pt_entry(&env.vs, va, level) + env.alias;
}

/* The G-stage leaf under that PTE. */
static uint64_t *under(uint64_t va, unsigned level)
{
    return pt_entry(&env.g, pte_gpa(va, level), 0);
}

/* Surroundings with a good page at va; the snippets share no table with it below the root. */
static uint64_t paged(uint64_t vs_mode, uint64_t g_mode)
{
    env_set(vs_mode, g_mode);
    csr_write(henvcfg, 0);
    uint64_t va = far_va(vs_mode);
    vs_map(va, frames[0], PTE_FULL, 0);
    *(uint64_t *)frames[0] = MARK(1);
    fence_all();
    return va;
}

static bool has(uint64_t vs_mode, uint64_t g_mode)
{
    return env_has_vs(vs_mode) && env_has_g(g_mode);
}

/* G-stage leaves through which a table can't be read. */
static const struct {
    const char *name;
    uint64_t flags, hs_mxr;
} unreadable[] = {
    {"no page", 0, 0},
    {"no R", PTE_V | PTE_X | PTE_U | PTE_AD, 0},
    {"no U", PTE_FULL, 0},
    /* MXR is for explicit loads; QEMU lets HS's count here. */
    {"no R, MXR in HS", PTE_V | PTE_X | PTE_U | PTE_AD, SSTATUS_MXR},
};

/* A VS-level table that can't be read: the access's own cause, the PTE's GPA, 0x3000. */
static void unreadable_table(uint64_t vs_mode, uint64_t g_mode)
{
    for (unsigned u = 0; u < (exact ? 4 : 3); u++) {
        uint64_t va = paged(vs_mode, g_mode) + 0x18;
        csr_set(sstatus, unreadable[u].hs_mxr);
        for (unsigned level = 0; level + 1 < env.vs.levels; level++) {
            uint64_t *g = under(va, level), old = *g, gpa = pte_gpa(va, level);
            *g = pte_make(gpa - env.alias, unreadable[u].flags);
            fence_all();
            for (enum access a = LOAD; a <= FETCH; a++) {
                context("%s over %s, level %u, %s, %s", mode_name(vs_mode), mode_name(g_mode),
                        level, unreadable[u].name, access_name(a));
                probe_faults(MODE_VS, a, va, guest_page_fault(a), va, gpa, READ);
            }
            *g = old;
        }
        csr_clear(sstatus, SSTATUS_MXR);
    }
}

static void unreadable_tables(void)
{
    watchdog_seconds(15);
    for (uint64_t v = MODE_SV39; v <= MODE_SV57; v++) {
        for (uint64_t g = MODE_SV39; g <= MODE_SV57; g++) {
            if (has(v, g))
                unreadable_table(v, g);
        }
    }
}

/* The root: the fetch of any instruction faults. */
static void unreadable_root(void)
{
    for (uint64_t m = MODE_SV39; m <= MODE_SV57; m++) {
        if (!has(m, MODE_SV39))
            continue;
        paged(m, MODE_SV39);
        uint64_t pc = code_pc(MODE_VS), gpa = pte_gpa(pc, env.vs.levels - 1);
        *under(pc, env.vs.levels - 1) = 0;
        fence_all();
        context("%s", mode_name(m));
        struct trap t = run_insn(MODE_VS, INSN_NOP, 0, 0);
        check_eq(t.scause, CAUSE_INSN_GUEST, "scause");
        check_eq(t.stval, pc, "stval");
        check_eq(t.htval, gpa >> 2, "htval");
        check_eq(t.htinst, READ, "htinst");
    }
}

/* A table is read, not written: the G-stage's W and D are not asked for. */
static void read_only_table(void)
{
    for (unsigned level = 0; level < 3; level++) {
        uint64_t va = paged(MODE_SV39, MODE_SV39);
        uint64_t pa = pte_gpa(va, level) - env.alias;
        *under(va, level) = pte_make(pa, PTE_V | PTE_R | PTE_U | PTE_A);
        fence_all();
        for (enum access a = LOAD; a <= FETCH; a++) {
            context("level %u, %s", level, access_name(a));
            check_eq(probe_cause(MODE_VS, a, va), CAUSE_NONE, "cause");
        }
    }
}

/* The two words of the walk's address that lie beyond the G-stage's width. */
static void table_too_high(void)
{
    for (enum access a = LOAD; a <= FETCH; a++) {
        for (unsigned level = 0; level < 2; level++) {
            uint64_t va = paged(MODE_SV39, MODE_SV39);
            uint64_t high = BIT(41 + 6 * level), off = pte_gpa(va, level) & (PAGE - 1);
            *pt_entry(&env.vs, va, level + 1) = pte_make(high, PTE_V);
            fence_all();
            context("level %u, %s", level, access_name(a));
            probe_faults(MODE_VS, a, va, guest_page_fault(a), va, high + off, READ);
        }
    }
    env_set(MODE_SV39, MODE_SV39);
    csr_write(vsatp, FIELD_PUT(ATP_MODE, MODE_SV39) | BIT(41) >> 12);
    fence_all();
    uint64_t pc = code_pc(MODE_VS);
    struct trap t = run_insn(MODE_VS, INSN_NOP, 0, 0);
    context("root");
    check_eq(t.scause, CAUSE_INSN_GUEST, "scause");
    check_eq(t.htval, (BIT(41) + (pc >> 30) * 8) >> 2, "htval");
    check_eq(t.htinst, READ, "htinst");
}

/* QEMU takes a table that is nowhere for one of zeros. */
static void check_nowhere(enum access a, uint64_t va, uint64_t qemu_cause)
{
    if (exact)
        probe_faults(MODE_VS, a, va, access_fault(a), va, 0, ANY_INST);
    else
        check_eq(probe_cause(MODE_VS, a, va), qemu_cause, "cause");
}

/* Tables where there is no memory: an access fault of the access's own kind; nothing hangs. */
static void tables_nowhere(void)
{
    for (enum access a = LOAD; a <= FETCH; a++) {
        for (unsigned level = 0; level < 2; level++) {
            uint64_t va = paged(MODE_SV39, MODE_SV39);
            uint64_t gpa = pte_gpa(va, level) & -PAGE;
            *under(va, level) = pte_make(NOWHERE, PTE_FULL | PTE_U);
            fence_all();
            context("VS-stage, level %u at GPA 0x%lx, %s", level, gpa, access_name(a));
            check_nowhere(a, va, page_fault(a));
            va = paged(MODE_SV39, MODE_BARE);
            *pt_entry(&env.vs, va, level + 1) = pte_make(NOWHERE, PTE_V);
            fence_all();
            context("VS-stage alone, level %u, %s", level, access_name(a));
            check_nowhere(a, va, page_fault(a));
            env_set(MODE_BARE, MODE_SV39);
            *pt_entry(&env.g, TEST_GPA, level + 1) = pte_make(NOWHERE, PTE_V);
            fence_all();
            context("G-stage, level %u, %s", level, access_name(a));
            check_nowhere(a, TEST_GPA, guest_page_fault(a));
        }
    }
}

static void roots_nowhere(void)
{
    for (unsigned i = 0; i < 3; i++) {
        env_set(MODE_BARE, i == 1 ? MODE_SV39 : MODE_BARE);
        if (i == 1)
            pt_map(&env.g, NOWHERE, NOWHERE, PTE_FULL | PTE_U, 0);
        if (i < 2)
            csr_write(vsatp, FIELD_PUT(ATP_MODE, env_has_g(MODE_SV48) ? MODE_SV48 : MODE_SV39) |
                                 NOWHERE >> 12);
        else
            csr_write(hgatp, FIELD_PUT(ATP_MODE, MODE_SV39) | NOWHERE >> 12);
        fence_all();
        uint64_t pc = code_pc(MODE_VS);
        struct trap t = run_insn(MODE_VS, INSN_NOP, 0, 0);
        context(i == 2 ? "hgatp" : i == 1 ? "vsatp, with a G-stage" : "vsatp, hgatp Bare");
        if (exact) {
            check_eq(t.scause, CAUSE_INSN_ACCESS, "scause");
            check_eq(t.htval | t.htinst, 0, "htval and htinst");
        } else {
            check_eq(t.scause, i == 2 ? CAUSE_INSN_GUEST : CAUSE_INSN_PAGE, "scause");
        }
        check_eq(t.sepc, pc, "sepc");
        check_eq(t.stval, pc, "stval");
    }
}

/* A G-stage table that is part of the guest's own memory, and a VS-stage one that is its own leaf:
 * strange, not forbidden. */
static void self_map(void)
{
    uint64_t va = paged(MODE_SV39, MODE_SV39);
    uint64_t *leaf = pt_entry(&env.vs, va, 0), *l1 = pt_entry(&env.vs, va, 1);
    uint64_t table = (uint64_t)leaf & -PAGE;
    /* The table's own page, mapped through itself at its second entry. */
    leaf[1] = pte_make(table + env.alias, PTE_FULL);
    fence_all();
    uint64_t val = 0;
    struct trap t = probe(MODE_VS, LOAD, va + PAGE + ((uint64_t)leaf & (PAGE - 1)), &val);
    check(probe_worked(&t, MODE_VS, LOAD, va + PAGE), "reading the own PTE works");
    check_eq(val, *leaf, "the PTE as VS reads it");
    /* A pointer that points to its own table: level 1 read again as level 0. */
    *l1 = pte_make(((uint64_t)l1 & -PAGE) + env.alias, PTE_V);
    fence_all();
    check_eq(probe_cause(MODE_VS, LOAD, va), CAUSE_LOAD_PAGE, "cause with a table in a loop");
}

static bool fwft_adue(unsigned on)
{
    return sbi_call(SBI_EXT_FWFT, 0, FWFT_PTE_AD_HW_UPDATING, on, 0).error == SBI_SUCCESS;
}

/* menvcfg.ADUE by FWFT; without it henvcfg.ADUE is read-only zero. */
static bool adue_on(void)
{
    if (!fwft_adue(1)) {
        note("no FWFT for the updating of A and D");
        return false;
    }
    csr_write(henvcfg, HENVCFG_ADUE | HENVCFG_STCE);
    fence_all();
    return csr_read(henvcfg) & HENVCFG_ADUE;
}

/* The leaf's A and D after an access that its other bits allow; nothing if they don't. */
static void vs_update(uint64_t va, enum access a, uint64_t ad, uint64_t perm, unsigned level)
{
    uint64_t *pte = pt_entry(&env.vs, va, level);
    uint64_t pa = level ? (uint64_t)frames[0] + env.alias : (uint64_t)frames[0] + env.alias;
    uint64_t before = pte_make(pa, PTE_V | perm | ad);
    static const uint64_t need[] = {PTE_R, PTE_W, PTE_X};
    bool allowed = perm & need[a];
    *pte = before;
    fence_all();
    context("VS-stage level %u, %s, A and D 0x%lx, R, W, X 0x%lx", level, access_name(a), ad, perm);
    check_eq(probe_cause(MODE_VS, a, va), allowed ? CAUSE_NONE : page_fault(a), "cause");
    uint64_t want = before | (allowed ? PTE_A | (a == STORE ? PTE_D : 0) : 0);
    check_eq(*pte, want, "PTE");
}

static void adue_vs(void)
{
    static const uint64_t ads[] = {0, PTE_A, PTE_D, PTE_AD};
    static const uint64_t perms[] = {PTE_R, PTE_R | PTE_W, PTE_X, PTE_RWX};
    paged(MODE_SV39, MODE_SV39);
    if (adue_on()) {
        for (unsigned i = 0; i < 32; i++) {
            for (enum access a = LOAD; a <= FETCH; a++)
                vs_update(TEST_VA, a, ads[i & 3], perms[i >> 2 & 3], i >> 4);
        }
    }
    fwft_adue(0);
}

/* A load first, then a store: the second one sets D on a page that is already known. */
static void adue_vs_later_store(void)
{
    uint64_t va = paged(MODE_SV39, MODE_SV39), *pte = pt_entry(&env.vs, va, 0);
    if (adue_on()) {
        *pte = pte_make((uint64_t)frames[0] + env.alias, PTE_V | PTE_RWX);
        fence_all();
        check_eq(probe_cause(MODE_VS, LOAD, va), CAUSE_NONE, "cause of the load");
        check_bits(*pte, PTE_AD, PTE_A, "A and D after the load");
        check_eq(probe_cause(MODE_VS, STORE, va), CAUSE_NONE, "cause of the store");
        check_bits(*pte, PTE_AD, PTE_AD, "A and D after the store");
    }
    fwft_adue(0);
}

/* The update is a store to the table for the G-stage: 0x3020 if that refuses. QEMU writes the PTE
 * without asking the G-stage for W and D. */
static void adue_vs_table_read_only(void)
{
    for (enum access a = LOAD; a <= FETCH; a++) {
        uint64_t va = paged(MODE_SV39, MODE_SV39);
        uint64_t *pte = pt_entry(&env.vs, va, 0), *g = under(va, 0), gpa = pte_gpa(va, 0);
        if (!adue_on())
            break;
        *g = pte_make(gpa - env.alias, PTE_V | PTE_R | PTE_U | PTE_AD);
        *pte = pte_make((uint64_t)frames[0] + env.alias, PTE_V | PTE_RWX);
        fence_all();
        context("%s, an update is needed", access_name(a));
        if (exact) {
            probe_faults(MODE_VS, a, va, guest_page_fault(a), va, gpa, WRITE);
            check_bits(*pte, PTE_AD, 0, "A and D");
        }
        *pte |= PTE_AD;
        fence_all();
        context("%s, no update is needed", access_name(a));
        check_eq(probe_cause(MODE_VS, a, va), CAUSE_NONE, "cause");
    }
    fwft_adue(0);
}

/* menvcfg.ADUE on, henvcfg.ADUE off: the VS-stage faults, the G-stage updates. */
static void adue_g(void)
{
    uint64_t va = paged(MODE_SV39, MODE_SV39);
    if (!adue_on())
        return;
    csr_write(henvcfg, 0);
    uint64_t *vs = pt_entry(&env.vs, va, 0), *g = pt_entry(&env.g, TEST_GPA, 0);
    for (enum access a = LOAD; a <= FETCH; a++) {
        *vs = pte_make(TEST_GPA, PTE_V | PTE_RWX);
        *g = pte_make((uint64_t)frames[0], PTE_V | PTE_RWX | PTE_U);
        fence_all();
        context("%s", access_name(a));
        check_eq(probe_cause(MODE_VS, a, va), page_fault(a), "cause, A of the VS-stage clear");
        check_bits(*vs, PTE_AD, 0, "A and D of the VS-stage");
        *vs |= PTE_AD;
        fence_all();
        check_eq(probe_cause(MODE_VS, a, va), CAUSE_NONE, "cause, A of the G-stage clear");
        check_bits(*g, PTE_AD, a == STORE ? PTE_AD : PTE_A, "A and D of the G-stage");
    }
    *g = pte_make((uint64_t)frames[0], PTE_V | PTE_R | PTE_U);
    fence_all();
    context("a store to a page without W");
    check_eq(probe_cause(MODE_VS, STORE, va), CAUSE_STORE_GUEST, "cause");
    check_bits(*g, PTE_D, 0, "D of the G-stage");
    fwft_adue(0);
}

/* Reading a VS-level table sets A of the G-stage's leaf under it, updating one sets D. */
static void adue_g_table(void)
{
    uint64_t va = paged(MODE_SV39, MODE_SV39);
    if (!adue_on())
        return;
    uint64_t *g = under(va, 0), pa = pte_gpa(va, 0) - env.alias, *vs = pt_entry(&env.vs, va, 0);
    *g = pte_make(pa, PTE_V | PTE_RWX | PTE_U);
    fence_all();
    check_eq(probe_cause(MODE_VS, LOAD, va), CAUSE_NONE, "cause, nothing to update in the PTE");
    check_bits(*g, PTE_A, PTE_A, "A of the leaf under the table");
    *g = pte_make(pa, PTE_V | PTE_RWX | PTE_U);
    *vs &= ~PTE_AD;
    fence_all();
    check_eq(probe_cause(MODE_VS, LOAD, va), CAUSE_NONE, "cause, A to set in the PTE");
    check_bits(*vs, PTE_AD, PTE_A, "A and D of the PTE");
    if (exact)
        check_bits(*g, PTE_AD, PTE_AD, "A and D of the leaf under the table");
    fwft_adue(0);
}

/* With menvcfg.ADUE off, a clear A or D in the G-stage is a fault, for tables as for pages. */
static void adue_off(void)
{
    uint64_t va = paged(MODE_SV39, MODE_SV39);
    if (!fwft_adue(0)) {
        note("no FWFT for the updating of A and D");
        return;
    }
    uint64_t *g = under(va, 0), gpa = pte_gpa(va, 0);
    *g = pte_make(gpa - env.alias, PTE_V | PTE_RWX | PTE_U | PTE_D);
    fence_all();
    check_bits(csr_read(henvcfg), HENVCFG_ADUE, 0, "henvcfg.ADUE");
    for (enum access a = LOAD; a <= FETCH; a++) {
        context("table without A, %s", access_name(a));
        probe_faults(MODE_VS, a, va, guest_page_fault(a), va, gpa, READ);
    }
    check_bits(*g, PTE_AD, PTE_D, "A and D");
}

TESTS("implicit", /**/
      {"unreadable_tables", "norm:H_trap_xtinst_guestpage", unreadable_tables},
      {"unreadable_root", "norm:H_trap_xtinst_guestpage", unreadable_root},
      {"read_only_table", "norm:H_vm_gpapriv", read_only_table}, /**/
      {"table_too_high", "norm:H_trap_xtinst_guestpage", table_too_high},
      {"tables_nowhere", "norm:H_exception_priority", tables_nowhere}, /**/
      {"roots_nowhere", "norm:H_exception_priority", roots_nowhere},   /**/
      {"self_map", "norm:H_vm_twostage", self_map},                    /**/
      {"adue_vs", "norm:henvcfg_adue_op", adue_vs},                    /**/
      {"adue_vs_later_store", "norm:henvcfg_adue_op", adue_vs_later_store},
      {"adue_vs_table_read_only", "norm:H_trap_xtinst_guestpage_rw", adue_vs_table_read_only},
      {"adue_g", "norm:H_vm_gpatrans", adue_g},            /**/
      {"adue_g_table", "norm:H_vm_gpapriv", adue_g_table}, /**/
      {"adue_off", "Svadu", adue_off});
