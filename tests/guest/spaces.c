/* SPDX-License-Identifier: BSD-2-Clause */
/* Many address spaces and several guests: switches of vsatp and hgatp, reused identifiers, tables
 * that become something else. */
#include "csr.h"
#include "env.h"
#include "probe.h"
#include "test.h"

#define VA     TEST_VA
#define GPA    TEST_GPA
#define SPACES 100u

static struct pt space[SPACES];

static uint64_t reads(uint64_t va)
{
    uint64_t val = 0;
    struct trap t = probe(MODE_VS, LOAD, va, &val);
    return probe_worked(&t, MODE_VS, LOAD, va) ? val >> 32 : BIT(63) | t.scause;
}

static void marks(void)
{
    for (unsigned i = 0; i < FRAMES; i++)
        *(uint64_t *)frames[i] = MARK(i + 1);
}

/* A VS-stage with the image of env's and one page of its own at VA. */
static struct pt make_space(unsigned frame)
{
    struct pt pt = pt_new(env.vs.mode, false, env.alias);
    for (unsigned i = 0; i < 512; i++)
        pt.root[i] = env.vs.root[i];
    pt.root[(VA >> 30) & 511] = 0;
    pt_map(&pt, VA, (uint64_t)frames[frame] + env.alias, PTE_FULL, 0);
    return pt;
}

static void setup_spaces(uint64_t g_mode, unsigned n)
{
    marks();
    watchdog_seconds(15);
    env_set(MODE_SV39, g_mode);
    for (unsigned i = 0; i < n; i++)
        space[i] = make_space(i);
    fence_all();
}

static void switch_in_vs(uint64_t atp)
{
    struct trap t = run_insn(MODE_VS, INSN_CSRRW(X0, CSR_SATP, A0), atp, 0);
    check(completed(&t), "csrw satp in VS completes");
}

/* An ASID each: no fence is needed, whoever writes the register. */
static void asids(void)
{
    setup_spaces(MODE_SV39, SPACES);
    for (unsigned round = 0; round < 3; round++) {
        for (unsigned i = 0; i < SPACES; i++) {
            unsigned n = i * 37 % SPACES;
            uint64_t atp = pt_atp(&space[n], n + 1);
            if (round & 1)
                switch_in_vs(atp);
            else
                csr_write(vsatp, atp);
            context("round %u, space %u", round, n);
            check_eq(reads(VA), n + 1, "mark");
        }
    }
}

/* One changed page in each space, fenced by its ASID while another space is current. */
static void fence_other_asid(void)
{
    setup_spaces(MODE_SV39, 20);
    for (unsigned i = 0; i < 20; i++) {
        csr_write(vsatp, pt_atp(&space[i], i + 1));
        check_eq(reads(VA), i + 1, "mark before");
    }
    for (unsigned i = 0; i < 20; i++) {
        pt_map(&space[i], VA, (uint64_t)frames[200 + i] + env.alias, PTE_FULL, 0);
        csr_write(vsatp, pt_atp(&space[(i + 7) % 20], (i + 7) % 20 + 1));
        if (i & 1)
            run_insn(MODE_VS, INSN_SFENCE_VMA(i & 2 ? A0 : X0, A1), VA, i + 1);
        else
            run_insn(MODE_HS, INSN_HFENCE_VVMA(i & 2 ? A0 : X0, A1), VA, i + 1);
    }
    for (unsigned i = 0; i < 20; i++) {
        csr_write(vsatp, pt_atp(&space[i], i + 1));
        context("space %u", i);
        check_eq(reads(VA), 201 + i, "mark after");
    }
}

/* SFENCE.VMA by an address only is about all ASIDs. */
static void fence_all_asids(void)
{
    for (unsigned how = 0; how < 4; how++) {
        setup_spaces(MODE_SV39, 8);
        for (unsigned i = 0; i < 8; i++) {
            csr_write(vsatp, pt_atp(&space[i], i + 1));
            check_eq(reads(VA), i + 1, "mark before");
            pt_map(&space[i], VA, (uint64_t)frames[200 + i] + env.alias, PTE_FULL, 0);
        }
        uint32_t rs1 = how & 1 ? A0 : X0;
        if (how & 2)
            run_insn(MODE_VS, INSN_SFENCE_VMA(rs1, X0), VA, 0);
        else
            run_insn(MODE_HS, INSN_HFENCE_VVMA(rs1, X0), VA, 0);
        for (unsigned i = 0; i < 8; i++) {
            csr_write(vsatp, pt_atp(&space[i], i + 1));
            context("space %u, fence %u", i, how);
            check_eq(reads(VA), 201 + i, "mark after");
        }
    }
}

/* One ASID for all spaces, a fence after each switch. */
static void one_asid(void)
{
    setup_spaces(MODE_SV39, 30);
    for (unsigned i = 0; i < 90; i++) {
        unsigned n = i * 7 % 30;
        csr_write(vsatp, pt_atp(&space[n], 5));
        if (i & 1)
            run_insn(MODE_VS, INSN_SFENCE_VMA(X0, i & 2 ? A1 : X0), 0, 5);
        else
            run_insn(MODE_HS, INSN_HFENCE_VVMA(X0, i & 2 ? A1 : X0), 0, 5);
        context("round %u, space %u", i, n);
        check_eq(reads(VA), n + 1, "mark");
    }
}

/* A root's page is given to a new space of the same ASID: after a fence nothing of the old is seen.
 */
static void root_reused(void)
{
    setup_spaces(MODE_SV39, 2);
    for (unsigned i = 0; i < 20; i++) {
        csr_write(vsatp, pt_atp(&space[0], 3));
        run_insn(MODE_VS, INSN_SFENCE_VMA(X0, X0), 0, 0);
        context("round %u", i);
        check_eq(reads(VA), i & 1 ? 2 : 1, "mark");
        uint64_t *a = &space[0].root[(VA >> 30) & 511], *b = &space[1].root[(VA >> 30) & 511];
        uint64_t tmp = *a;
        *a = *b;
        *b = tmp;
    }
}

/* A level 0 table becomes a data page that the guest fills with nonsense, then a table again. */
static void table_becomes_data(void)
{
    setup_spaces(MODE_SV39, 1);
    uint64_t *l0 = (uint64_t *)((uint64_t)pt_entry(&space[0], VA, 0) & -PAGE);
    csr_write(vsatp, pt_atp(&space[0], 1));
    for (unsigned i = 0; i < 10; i++) {
        uint64_t data_va = VA + 2 * GIGAPAGE;
        context("round %u", i);
        check_eq(reads(VA), i + 1, "mark through the table");
        uint64_t *l1 = pt_entry(&space[0], VA, 1), link = *l1;
        *l1 = 0;
        pt_map(&space[0], data_va, (uint64_t)l0 + env.alias, PTE_FULL, 0);
        run_insn(MODE_VS, INSN_SFENCE_VMA(X0, X0), 0, 0);
        check_eq(reads(VA), BIT(63) | CAUSE_LOAD_PAGE, "no page without the table");
        uint64_t val = 0x5555555555555555UL;
        struct trap t = probe(MODE_VS, STORE, data_va, &val);
        check(probe_worked(&t, MODE_VS, STORE, data_va), "a store to the page works");
        check_eq(l0[0], 0x5555555555555555UL, "memory");
        pt_map(&space[0], data_va, 0, 0, 0);
        l0[0] = pte_make((uint64_t)frames[i + 1] + env.alias, PTE_FULL);
        *l1 = link;
        run_insn(MODE_VS, INSN_SFENCE_VMA(X0, X0), 0, 0);
    }
}

/* vsatp on and off: MODE takes effect at once. */
static void vsatp_mode(void)
{
    marks();
    env_set(MODE_SV39, MODE_SV39);
    uint64_t alias_va = (uint64_t)frames[4] + env.alias, paged = pt_atp(&env.vs, 1);
    vs_map(VA, frames[3], PTE_FULL, 0);
    fence_all();
    for (unsigned i = 0; i < 10; i++) {
        context("round %u", i);
        csr_write(vsatp, paged);
        env.vs_mode = MODE_SV39;
        check_eq(reads(VA), 4, "mark with Sv39");
        csr_write(vsatp, 0);
        env.vs_mode = MODE_BARE;
        check_eq(reads(alias_va), 5, "mark with Bare");
    }
}

/* Two guests with own VMIDs and own memory behind the same GPAs and the same vsatp. */
static void vmids(void)
{
    marks();
    env_set(MODE_SV39, MODE_SV39);
    struct pt g[4] = {env.g};
    for (unsigned i = 1; i < 4; i++) {
        g[i] = pt_new(MODE_SV39, true, 0);
        for (unsigned k = 0; k < 2048; k++)
            g[i].root[k] = env.g.root[k];
    }
    for (unsigned i = 0; i < 4; i++) {
        g[i].root[(GPA >> 30) & 2047] = 0;
        pt_map(&g[i], GPA, (uint64_t)frames[10 * i], PTE_FULL | PTE_U, 0);
    }
    pt_map(&env.vs, VA, GPA, PTE_FULL, 0);
    fence_all();
    for (unsigned i = 0; i < 40; i++) {
        unsigned n = i * 3 % 4;
        csr_write(hgatp, pt_atp(&g[n], n + 1));
        context("round %u, guest %u", i, n);
        check_eq(reads(VA), 10 * n + 1, "mark");
    }
    /* A fence by VMID for a guest that is not the current one. */
    for (unsigned n = 0; n < 4; n++) {
        pt_map(&g[n], GPA, (uint64_t)frames[10 * n + 5], PTE_FULL | PTE_U, 0);
        csr_write(hgatp, pt_atp(&g[(n + 1) % 4], (n + 1) % 4 + 1));
        run_insn(MODE_HS, INSN_HFENCE_GVMA(n & 1 ? A0 : X0, A1), GPA >> 2, n + 1);
    }
    for (unsigned n = 0; n < 4; n++) {
        csr_write(hgatp, pt_atp(&g[n], n + 1));
        context("guest %u after a fence by VMID", n);
        check_eq(reads(VA), 10 * n + 6, "mark");
    }
    /* One VMID for all, with the fence that this needs. */
    for (unsigned i = 0; i < 12; i++) {
        csr_write(hgatp, pt_atp(&g[i % 4], 9));
        run_insn(MODE_HS, INSN_HFENCE_GVMA(X0, i & 1 ? A1 : X0), 0, 9);
        context("one VMID, round %u", i);
        check_eq(reads(VA), 10 * (i % 4) + 6, "mark");
    }
}

/* hgatp.MODE changes under one VMID, HFENCE.GVMA after each change. */
static void hgatp_mode(void)
{
    marks();
    env_set(MODE_BARE, MODE_SV39);
    const uint64_t pa = (uint64_t)frames[4];
    uint64_t gatp = pt_atp(&env.g, 1);
    pt_map(&env.g, pa, (uint64_t)frames[6], PTE_FULL | PTE_U, 0);
    for (unsigned i = 0; i < 10; i++) {
        csr_write(hgatp, i & 1 ? 0 : gatp);
        env.alias = i & 1 ? 0 : GPA_ALIAS;
        run_insn(MODE_HS, INSN_HFENCE_GVMA(X0, X0), 0, 0);
        context("round %u", i);
        check_eq(reads(pa), i & 1 ? 5 : 7, "mark");
    }
}

/* Different widths in turn. */
static void modes_in_turn(void)
{
    struct env saved[3];
    unsigned n = 0;
    marks();
    for (uint64_t m = MODE_SV39; m <= MODE_SV57; m++) {
        if (!env_has_vs(m) || !env_has_g(m))
            continue;
        csr_write(vsatp, 0);
        struct env e = {.vs_mode = m, .g_mode = m, .alias = GPA_ALIAS};
        if (n == 0) {
            env_set(m, m);
            e = env;
        } else {
            e.g = pt_new(m, true, 0);
            e.vs = pt_new(m, false, GPA_ALIAS);
            pt_map(&e.g, 0x80000000UL + GPA_ALIAS, 0x80000000UL, PTE_FULL | PTE_U, 2);
            pt_map(&e.vs, 0x80000000UL, 0x80000000UL + GPA_ALIAS, PTE_FULL, 2);
        }
        pt_map(&e.vs, VA, (uint64_t)frames[20 + n] + GPA_ALIAS, PTE_FULL, 0);
        saved[n++] = e;
    }
    fence_all();
    for (unsigned i = 0; i < 12; i++) {
        env = saved[i % n];
        csr_write(vsatp, 0);
        csr_write(hgatp, pt_atp(&env.g, i % n + 1));
        csr_write(vsatp, pt_atp(&env.vs, i % n + 1));
        context("round %u, %s", i, mode_name(env.vs_mode));
        check_eq(reads(VA), 21 + i % n, "mark");
    }
}

/* Work spread thinly: more pages in more spaces than any small pool of tables can hold at once. */
static void wide(void)
{
    setup_spaces(MODE_SV39, 24);
    for (unsigned s = 0; s < 24; s++) {
        for (uint64_t k = 1; k < 24; k++)
            pt_map(&space[s], VA + k * MEGAPAGE, (uint64_t)frames[s * 24 + k] + env.alias, PTE_FULL,
                   0);
    }
    fence_all();
    for (unsigned round = 0; round < 2; round++) {
        for (unsigned s = 0; s < 24; s++) {
            csr_write(vsatp, pt_atp(&space[s], s + 1));
            for (uint64_t k = 1; k < 24; k++) {
                context("round %u, space %u, page %lu", round, s, k);
                check_eq(reads(VA + k * MEGAPAGE), s * 24 + k + 1, "mark");
            }
        }
    }
}

/* The same for one space: 1,000 pages, each under a table of its own. */
static void sparse(void)
{
    setup_spaces(MODE_SV39, 1);
    watchdog_seconds(15);
    csr_write(vsatp, pt_atp(&space[0], 1));
    for (uint64_t k = 1; k < 1000; k++)
        pt_map(&space[0], VA + k * MEGAPAGE, (uint64_t)frames[k] + env.alias, PTE_FULL, 0);
    fence_all();
    for (unsigned round = 0; round < 2; round++) {
        for (uint64_t k = 1; k < 1000; k++) {
            context("round %u, page %lu", round, k);
            check_eq(reads(VA + k * MEGAPAGE), k + 1, "mark");
        }
    }
}

TESTS("spaces",                                                          /**/
      {"asids", "supervisor: satp.ASID", asids},                         /**/
      {"fence_other_asid", "norm:hfence-vvma_limits", fence_other_asid}, /**/
      {"fence_all_asids", "supervisor: sfence.vma", fence_all_asids},    /**/
      {"one_asid", "supervisor: sfence.vma", one_asid},                  /**/
      {"root_reused", "supervisor: sfence.vma", root_reused},            /**/
      {"table_becomes_data", "supervisor: sfence.vma", table_becomes_data},
      {"vsatp_mode", "supervisor: satp.MODE", vsatp_mode},    /**/
      {"vmids", "norm:hgatp_op_hfence_gvma", vmids},          /**/
      {"hgatp_mode", "norm:hfence-gvma_mode", hgatp_mode},    /**/
      {"modes_in_turn", "norm:H_vm_twostage", modes_in_turn}, /**/
      {"wide", "norm:H_vm_twostage", wide},                   /**/
      {"sparse", "norm:H_vm_twostage", sparse});
