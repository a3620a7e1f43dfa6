/* SPDX-License-Identifier: BSD-2-Clause */
/* Translation in every mode of both stages: page sizes, alignment, the width of addresses. */
#include "csr.h"
#include "env.h"
#include "probe.h"
#include "test.h"

/* Where a leaf of the level can stand, so that it collides with nothing of the surroundings. */
static uint64_t va_base(unsigned level)
{
    return level <= 2 ? TEST_VA : level == 3 ? BIT(39) : BIT(48);
}

static uint64_t gpa_base(unsigned level)
{
    return level <= 2 ? TEST_GPA : level == 3 ? BIT(39) : BIT(48);
}

static uint64_t down(uint64_t a, unsigned level)
{
    return a & -level_size(level);
}

static unsigned levels(uint64_t mode)
{
    return mode == MODE_BARE ? 0 : (unsigned)(mode - MODE_SV39) + 3;
}

/* Maps frame p with a G-stage leaf of the level; the GPA. */
static uint64_t map_g(const void *p, unsigned level)
{
    uint64_t pa = (uint64_t)p, base = gpa_base(level);
    pt_map(&env.g, base, down(pa, level), PTE_FULL | PTE_U, level);
    return base + pa - down(pa, level);
}

/* Maps the GPA with a VS-stage leaf of the level; the VA. */
static uint64_t map_vs(uint64_t gpa, unsigned level, uint64_t flags)
{
    uint64_t base = va_base(level);
    pt_map(&env.vs, base, down(gpa, level), PTE_FULL | flags, level);
    return base + gpa - down(gpa, level);
}

static void try_sizes(uint64_t vs_mode, uint64_t g_mode, unsigned vl, unsigned gl)
{
    static const unsigned which[] = {0, 1, 511};
    for (unsigned user = 0; user < 2; user++) {
        enum mode mode = user ? MODE_VU : MODE_VS;
        for (unsigned i = 0; i < 3; i++) {
            unsigned f = vl == 0 || gl == 0 ? 0 : which[i];
            void *p = &frames[f][PAGE - 8 * (i + 1)];
            env_set(vs_mode, g_mode);
            uint64_t gpa = g_mode ? map_g(p, gl) : (uint64_t)p;
            uint64_t va = vs_mode ? map_vs(gpa, vl, user ? PTE_U : 0) : gpa;
            fence_all();
            context("%s level %u over %s level %u, frame %u, %s", mode_name(vs_mode), vl,
                    mode_name(g_mode), gl, f, name_of(mode));
            probe_reaches(mode, va, p);
        }
    }
}

static bool has(uint64_t vs_mode, uint64_t g_mode)
{
    return env_has_vs(vs_mode) && env_has_g(g_mode);
}

/* Every leaf size of every VS mode over every leaf size of every G mode, Bare included. */
static void sizes(void)
{
    watchdog_seconds(15);
    for (uint64_t v = 7; v <= MODE_SV57; v++) {
        for (uint64_t g = 7; g <= MODE_SV57; g++) {
            uint64_t vm = v == 7 ? MODE_BARE : v, gm = g == 7 ? MODE_BARE : g;
            if (!has(vm, gm))
                continue;
            for (unsigned vl = 0; vl == 0 || vl < levels(vm); vl++) {
                for (unsigned gl = 0; gl == 0 || gl < levels(gm); gl++)
                    try_sizes(vm, gm, vl, gl);
            }
        }
    }
}

/* A superpage whose PPN has a bit below its size set is a fault of its stage. */
static void misaligned_superpages(void)
{
    for (uint64_t m = MODE_SV39; m <= MODE_SV57; m++) {
        if (!has(m, m))
            continue;
        for (unsigned level = 1; level < levels(m); level++) {
            for (unsigned bit = 0; bit < 9 * level; bit += 9 * level - 1) {
                for (enum access a = LOAD; a <= FETCH; a++) {
                    context("%s level %u, PPN bit %u, %s", mode_name(m), level, bit,
                            access_name(a));
                    env_set(m, m);
                    uint64_t va = map_vs(map_g(frames[0], 0), level, 0);
                    *pt_entry(&env.vs, va_base(level), level) ^= BIT(10 + bit);
                    fence_all();
                    probe_faults(MODE_VS, a, va, page_fault(a), va, 0, ANY_INST);
                    env_set(MODE_BARE, m);
                    uint64_t gpa = map_g(frames[0], level);
                    *pt_entry(&env.g, gpa_base(level), level) ^= BIT(10 + bit);
                    fence_all();
                    probe_faults(MODE_VS, a, gpa, guest_page_fault(a), gpa, gpa, ANY_INST);
                }
            }
        }
    }
}

/* VAs that are not sign extensions of the mode's width are a page fault of the VS-stage. */
static void canonical(void)
{
    for (uint64_t m = MODE_SV39; m <= MODE_SV57; m++) {
        unsigned width = 12 + 9 * levels(m);
        const uint64_t good = -(1UL << 32); /* in the upper half of all modes */
        const uint64_t bad[] = {BIT(width - 1),           BIT(width),      BIT(63),
                                ~0UL << width & ~BIT(62), good & ~BIT(63), good & ~BIT(width),
                                (BIT(62) | TEST_VA)};
        if (!has(m, MODE_SV39))
            continue;
        env_set(m, MODE_SV39);
        vs_map(good, frames[0], PTE_FULL, 0);
        for (unsigned i = 0; i < 4; i++)
            vs_map(bad[i] & (BIT(width) - 1), frames[0], PTE_FULL, 0);
        vs_map(TEST_VA, frames[0], PTE_FULL, 0);
        fence_all();
        context("%s, the upper half", mode_name(m));
        probe_reaches(MODE_VS, good, frames[0]);
        for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
            for (enum access a = LOAD; a <= STORE; a++) {
                context("%s, 0x%lx, %s", mode_name(m), bad[i], access_name(a));
                probe_faults(MODE_VS, a, bad[i], page_fault(a), bad[i], 0, ANY_INST);
            }
        }
    }
}

/* All address bits of the mode count in the G-stage, and the two more of its root. A hart without H
 * can't fetch where its own Sv57 does not reach; loads and stores there can be made for the guest.
 */
static void gpa_bits(void)
{
    unsigned reach = env_has_vs(MODE_SV57) ? 56 : env_has_vs(MODE_SV48) ? 47 : 38;
    for (uint64_t m = MODE_SV39; m <= MODE_SV57; m++) {
        unsigned width = 14 + 9 * levels(m);
        if (!env_has_g(m))
            continue;
        env_set(MODE_BARE, m);
        for (unsigned bit = 12; bit < width; bit++) {
            /* 1 << 31 is memory itself, 1 << 40 the alias's half. */
            uint64_t gpa = BIT(bit) | (bit == 31 ? BIT(38) : 0);
            pt_map(&env.g, gpa, (uint64_t)frames[bit], PTE_FULL | PTE_U, 0);
        }
        fence_all();
        for (unsigned bit = 12; bit < width; bit++) {
            uint64_t gpa = BIT(bit) | (bit == 31 ? BIT(38) : 0);
            context("%sx4, GPA 0x%lx", mode_name(m), gpa);
            if (gpa < BIT(reach) || !exact)
                probe_reaches(MODE_VS, gpa, frames[bit]);
            else
                probe_data_reaches(MODE_VS, gpa, frames[bit]);
        }
    }
}

/* GPAs wider than the mode: a guest-page fault, with vsatp Bare and from a leaf of the VS-stage. */
static void gpa_too_wide(void)
{
    for (uint64_t m = MODE_SV39; m <= MODE_SV57; m++) {
        unsigned width = 14 + 9 * levels(m);
        if (!env_has_g(m))
            continue;
        for (unsigned bit = width; bit < 64; bit++) {
            uint64_t gpa = BIT(bit) | TEST_GPA;
            for (enum access a = LOAD; a <= FETCH; a++) {
                env_set(MODE_BARE, m);
                pt_map(&env.g, TEST_GPA, (uint64_t)frames[0], PTE_FULL | PTE_U, 0);
                fence_all();
                context("%sx4, VA and GPA 0x%lx, %s", mode_name(m), gpa, access_name(a));
                probe_faults(MODE_VS, a, gpa, guest_page_fault(a), gpa, gpa, ANY_INST);
                if (bit >= 56) /* wider than a PTE's PPN */
                    continue;
                env_set(MODE_SV39, m);
                pt_map(&env.g, TEST_GPA, (uint64_t)frames[0], PTE_FULL | PTE_U, 0);
                pt_map(&env.vs, TEST_VA, gpa, PTE_FULL, 0);
                fence_all();
                context("%sx4, PTE with GPA 0x%lx, %s", mode_name(m), gpa, access_name(a));
                probe_faults(MODE_VS, a, TEST_VA + 8, guest_page_fault(a), TEST_VA + 8, gpa + 8,
                             ANY_INST);
            }
        }
    }
}

/* Unmapped pages, at the G-stage and at the VS-stage, missing at each level of each mode. */
static void missing(void)
{
    for (uint64_t m = MODE_SV39; m <= MODE_SV57; m++) {
        if (!has(m, m))
            continue;
        for (unsigned level = 0; level < levels(m); level++) {
            for (enum access a = LOAD; a <= FETCH; a++) {
                uint64_t va = TEST_VA + 0x18;
                context("%s, no entry at level %u, %s", mode_name(m), level, access_name(a));
                env_set(m, m);
                /* Above level 2 the root's entry is shared with the code: a far address. */
                if (level > 2)
                    va += va_base(level);
                *pt_entry(&env.vs, va, level) = 0;
                fence_all();
                probe_faults(MODE_VS, a, va, page_fault(a), va, 0, ANY_INST);
                env_set(MODE_BARE, m);
                uint64_t gpa = gpa_base(level) + 0x18;
                *pt_entry(&env.g, gpa, level) = 0;
                fence_all();
                probe_faults(MODE_VS, a, gpa, guest_page_fault(a), gpa, gpa, ANY_INST);
            }
        }
    }
}

/* Reserved bits of a PTE: a fault of the stage, for leaves and for pointers. G means nothing in the
 * G-stage, RSW means nothing anywhere. */
static void pte_bits(void)
{
    static const unsigned reserved[] = {54, 55, 56, 57, 58, 59, 60};
    for (unsigned i = 0; i < 7 + 3; i++) {
        uint64_t bit = i < 7 ? BIT(reserved[i]) : i == 7 ? BIT(8) : i == 8 ? BIT(9) : PTE_G;
        for (unsigned level = 0; level < 2; level++) {
            env_set(MODE_SV39, MODE_SV39);
            vs_map(TEST_VA, frames[0], PTE_FULL, 0);
            *pt_entry(&env.vs, TEST_VA, level) |= bit;
            fence_all();
            context("VS-stage, level %u, bit 0x%lx", level, bit);
            /* Bits 59 and 60 may belong to Svrsw60t59b. */
            check_eq(probe_cause(MODE_VS, LOAD, TEST_VA), i < 7 ? CAUSE_LOAD_PAGE : CAUSE_NONE,
                     "cause");
            env_set(MODE_BARE, MODE_SV39);
            pt_map(&env.g, TEST_GPA, (uint64_t)frames[0], PTE_FULL | PTE_U, 0);
            *pt_entry(&env.g, TEST_GPA, level) |= bit;
            fence_all();
            context("G-stage, level %u, bit 0x%lx", level, bit);
            check_eq(probe_cause(MODE_VS, LOAD, TEST_GPA), i < 7 ? CAUSE_LOAD_GUEST : CAUSE_NONE,
                     "cause");
        }
    }
}

/* PBMT in a VS-stage PTE is reserved while henvcfg.PBMTE is 0; its third value always is. */
static void pbmt(void)
{
    env_set(MODE_SV39, MODE_SV39);
    csr_write(henvcfg, 0);
    for (unsigned on = 0; on < 2; on++) {
        csr_write(henvcfg, on ? HENVCFG_PBMTE : 0);
        if (on && !(csr_read(henvcfg) & HENVCFG_PBMTE)) {
            note("no Svpbmt");
            break;
        }
        for (uint64_t v = 0; v < 4; v++) {
            vs_map(TEST_VA, frames[0], PTE_FULL | v << 61, 0);
            fence_all();
            context("PBMTE %u, PBMT %lu", on, v);
            bool good = v == 0 || (on && v < 3);
            check_eq(probe_cause(MODE_VS, LOAD, TEST_VA), good ? CAUSE_NONE : CAUSE_LOAD_PAGE,
                     "cause");
        }
    }
}

/* A pointer at level 0, or with A, D or U, is no pointer. */
static void bad_pointers(void)
{
    static const uint64_t bits[] = {PTE_A, PTE_D, PTE_U, PTE_A | PTE_D | PTE_U};
    for (unsigned i = 0; i < 4; i++) {
        context("bits 0x%lx", bits[i]);
        env_set(MODE_SV39, MODE_SV39);
        vs_map(TEST_VA, frames[0], PTE_FULL, 0);
        *pt_entry(&env.vs, TEST_VA, 1) |= bits[i];
        fence_all();
        probe_faults(MODE_VS, LOAD, TEST_VA, CAUSE_LOAD_PAGE, TEST_VA, 0, ANY_INST);
        env_set(MODE_BARE, MODE_SV39);
        pt_map(&env.g, TEST_GPA, (uint64_t)frames[0], PTE_FULL | PTE_U, 0);
        *pt_entry(&env.g, TEST_GPA, 1) |= bits[i];
        fence_all();
        probe_faults(MODE_VS, LOAD, TEST_GPA, CAUSE_LOAD_GUEST, TEST_GPA, TEST_GPA, ANY_INST);
    }
}

/* Final addresses where nothing is: an access fault, htval zero. */
static void nowhere(void)
{
    for (enum access a = LOAD; a <= FETCH; a++) {
        context("%s", access_name(a));
        env_set(MODE_SV39, MODE_SV39);
        pt_map(&env.g, TEST_GPA, NOWHERE, PTE_FULL | PTE_U, 0);
        pt_map(&env.vs, TEST_VA, TEST_GPA, PTE_FULL, 0);
        fence_all();
        probe_faults(MODE_VS, a, TEST_VA, access_fault(a), TEST_VA, 0, ANY_INST);
        env_set(MODE_BARE, MODE_SV39);
        pt_map(&env.g, TEST_GPA, NOWHERE, PTE_FULL | PTE_U, 0);
        fence_all();
        probe_faults(MODE_VU, a, TEST_GPA, access_fault(a), TEST_GPA, 0, ANY_INST);
        env_set(MODE_SV39, MODE_BARE);
        pt_map(&env.vs, TEST_VA, NOWHERE, PTE_FULL, 0);
        fence_all();
        probe_faults(MODE_VS, a, TEST_VA, access_fault(a), TEST_VA, 0, ANY_INST);
        env_set(MODE_BARE, MODE_BARE);
        probe_faults(MODE_VS, a, NOWHERE, access_fault(a), NOWHERE, 0, ANY_INST);
    }
}

/* The VS-stage's fault comes before that of the page it would have reached. */
static void vs_stage_first(void)
{
    for (enum access a = LOAD; a <= FETCH; a++) {
        context("%s", access_name(a));
        env_set(MODE_SV39, MODE_SV39);
        *pt_entry(&env.g, TEST_GPA, 0) = 0;
        pt_map(&env.vs, TEST_VA, TEST_GPA, PTE_FULL | PTE_U, 0);
        fence_all();
        probe_faults(MODE_VS, a, TEST_VA, page_fault(a), TEST_VA, 0, ANY_INST);
        probe_faults(MODE_VU, a, TEST_VA, guest_page_fault(a), TEST_VA, TEST_GPA, ANY_INST);
    }
}

/* hedeleg delegates page faults of the VS-stage, never those of the G-stage. */
static void delegation(void)
{
    env_set(MODE_SV39, MODE_SV39);
    *pt_entry(&env.g, TEST_GPA, 0) = 0;
    pt_map(&env.vs, TEST_VA, TEST_GPA, PTE_FULL, 0);
    *pt_entry(&env.vs, TEST_VA + PAGE, 0) = 0;
    fence_all();
    vs_vector_set(0);
    csr_write(hedeleg, ~0UL);
    for (enum access a = LOAD; a <= FETCH; a++) {
        uint64_t val = 0, va = TEST_VA + PAGE + 8;
        context("%s", access_name(a));
        probe_faults(MODE_VS, a, TEST_VA, guest_page_fault(a), TEST_VA, TEST_GPA, ANY_INST);
        struct trap t = probe(MODE_VS, a, va, &val);
        check(taken_in_vs(&t), "VS takes its own page fault");
        check_eq(csr_read(vscause), page_fault(a), "vscause");
        check_eq(csr_read(vstval), va, "vstval");
    }
}

/* HS's own translation is apart from both: satp on in HS changes nothing for the guest. */
static void hs_tables_apart(void)
{
    env_set(MODE_SV39, MODE_SV39);
    vs_map(TEST_VA, frames[3], PTE_FULL, 0);
    struct pt hs = pt_new(MODE_SV39, false, 0);
    pt_map(&hs, 0x80000000UL, 0x80000000UL, PTE_FULL, 2);
    pt_map(&hs, TEST_VA, (uint64_t)frames[5], PTE_FULL, 0);
    fence_all();
    *(uint64_t *)frames[3] = MARK(3);
    *(uint64_t *)frames[5] = MARK(5);
    for (unsigned i = 0; i < 4; i++) {
        uint64_t val = 0;
        csr_write(satp, pt_atp(&hs, 1));
        __asm__ volatile("sfence.vma" ::: "memory");
        uint64_t seen = *(volatile uint64_t *)TEST_VA;
        struct trap t = probe(MODE_VS, LOAD, TEST_VA, &val);
        uint64_t again = *(volatile uint64_t *)TEST_VA;
        csr_write(satp, 0);
        __asm__ volatile("sfence.vma" ::: "memory");
        context("round %u", i);
        check_eq(seen, MARK(5), "value that HS reads before");
        check(probe_worked(&t, MODE_VS, LOAD, TEST_VA), "the guest's load works");
        check_eq(val, MARK(3), "value that the guest reads");
        check_eq(again, MARK(5), "value that HS reads after");
    }
}

/* A page of 64 KiB in the hart's Svnapot form, where HS has it too. */
static void napot(void)
{
    struct pt hs = pt_new(MODE_SV39, false, 0);
    const uint64_t n = BIT(63) | 8UL << 10;
    pt_map(&hs, 0x80000000UL, 0x80000000UL, PTE_FULL, 2);
    for (uint64_t i = 0; i < 16; i++)
        pt_map(&hs, TEST_VA + i * PAGE, (uint64_t)frames[0], PTE_FULL | n, 0);
    csr_write(satp, pt_atp(&hs, 0));
    __asm__ volatile("sfence.vma" ::: "memory");
    bool here = cause_of(MODE_HS, INSN_LOAD(3, A0, A0, 0), TEST_VA, 0) == CAUSE_NONE;
    csr_write(satp, 0);
    __asm__ volatile("sfence.vma" ::: "memory");
    for (uint64_t i = 0; i < 16; i += 5) {
        env_set(MODE_SV39, MODE_SV39);
        pt_map(&env.vs, TEST_VA + i * PAGE, (uint64_t)frames[0] + env.alias, PTE_FULL | n, 0);
        pt_map(&env.g, TEST_GPA + i * PAGE, (uint64_t)frames[0], PTE_FULL | PTE_U | n, 0);
        pt_map(&env.vs, TEST_VA + BIT(30), TEST_GPA + i * PAGE, PTE_FULL, 0);
        fence_all();
        context("page %lu of 16, VS-stage", i);
        if (here)
            probe_reaches(MODE_VS, TEST_VA + i * PAGE, frames[i]);
        else
            check_eq(probe_cause(MODE_VS, LOAD, TEST_VA + i * PAGE), CAUSE_LOAD_PAGE, "cause");
        context("page %lu of 16, G-stage", i);
        if (here)
            probe_reaches(MODE_VS, TEST_VA + BIT(30), frames[i]);
        else
            check_eq(probe_cause(MODE_VS, LOAD, TEST_VA + BIT(30)), CAUSE_LOAD_GUEST, "cause");
    }
}

TESTS("twostage",                             /**/
      {"sizes", "norm:hgatp_mode_x4", sizes}, /**/
      {"misaligned_superpages", "norm:H_vm_gpatrans", misaligned_superpages},
      {"canonical", "supervisor: Sv39", canonical},                    /**/
      {"gpa_bits", "norm:hgatp_mode_sv39x4", gpa_bits},                /**/
      {"gpa_too_wide", "norm:hgatp_mode_sv39x4", gpa_too_wide},        /**/
      {"missing", "norm:H_vm_gpatrans", missing},                      /**/
      {"pte_bits", "norm:H_vm_gpa_g", pte_bits},                       /**/
      {"pbmt", "norm:henvcfg_pbmte_op", pbmt},                         /**/
      {"bad_pointers", "norm:H_vm_gpatrans", bad_pointers},            /**/
      {"nowhere", "norm:htval_trapval", nowhere},                      /**/
      {"vs_stage_first", "norm:H_exception_priority", vs_stage_first}, /**/
      {"delegation", "norm:H_guest_page_fault", delegation},           /**/
      {"hs_tables_apart", "norm:sfence_vma_v0", hs_tables_apart},      /**/
      {"napot", "Svnapot", napot});
