/* SPDX-License-Identifier: BSD-2-Clause */
/* A long, fixed sequence of changes to both stages of four guests with four address spaces each,
 * every change with the narrowest fence that covers it, and between them accesses whose outcome
 * follows from the tables as they stand. What keeps translations by address space and drops them by
 * fences has to agree at every step. */
#include "csr.h"
#include "env.h"
#include "probe.h"
#include "test.h"

#define VMS    4u
#define SPACES 4u
#define PAGES  8u /* 4 KiB pages of a space */
#define GPAGES 8u /* 4 KiB pages of a guest's memory that move */
#define BIG_VA (TEST_VA + 16 * GIGAPAGE)
#define BIG    (TEST_GPA + GIGAPAGE) /* 2 MiB of a guest's memory */
#define STEPS  3000u

struct leaf {
    unsigned to; /* a page of the guest's memory, a frame; for 2 MiB which half of the frames */
    uint64_t flags;
};

static struct vm {
    struct pt g;
    struct leaf gpage[GPAGES], gbig;
    struct space {
        struct pt pt;
        struct leaf page[PAGES], big;
    } space[SPACES];
} vms[VMS];

static uint64_t lcg_state;
static unsigned choose(unsigned n)
{
    lcg_state = lcg_state * 6364136223846793005UL + 1442695040888963407UL;
    return (unsigned)(lcg_state >> 33) % n;
}

static uint64_t page_va(unsigned i)
{
    /* Neighbours in one table, pages in other tables of the same region, other regions. */
    static const uint64_t at[PAGES] = {
        0, PAGE, 5 * PAGE, MEGAPAGE, 3 * MEGAPAGE, 2 * GIGAPAGE, 3 * GIGAPAGE, 511 * PAGE};
    return TEST_VA + at[i];
}

static uint64_t gpage_gpa(unsigned i)
{
    return TEST_GPA + i * PAGE + (i & 1 ? MEGAPAGE : 0);
}

static uint64_t some_flags(void)
{
    static const uint64_t all[] = {PTE_FULL,
                                   PTE_FULL,
                                   PTE_FULL,
                                   PTE_V | PTE_R | PTE_AD,
                                   PTE_V | PTE_R | PTE_X | PTE_AD,
                                   PTE_V | PTE_R | PTE_W | PTE_AD,
                                   PTE_V | PTE_X | PTE_AD,
                                   PTE_V | PTE_RWX | PTE_A,
                                   0};
    return all[choose(sizeof all / sizeof all[0])];
}

/* For the G-stage, where it is not HS that says whether the hart updates A and D. */
static uint64_t some_g_flags(void)
{
    uint64_t flags = some_flags();
    return flags ? flags | PTE_AD : 0;
}

static void write_page(struct space *s, unsigned i)
{
    const struct leaf *l = &s->page[i];
    *pt_entry(&s->pt, page_va(i), 0) = l->flags ? pte_make(gpage_gpa(l->to), l->flags) : 0;
}

static void write_big(struct space *s)
{
    *pt_entry(&s->pt, BIG_VA, 1) = s->big.flags ? pte_make(BIG, s->big.flags) : 0;
}

static void write_gpage(struct vm *v, unsigned i)
{
    const struct leaf *l = &v->gpage[i];
    *pt_entry(&v->g, gpage_gpa(i), 0) =
        l->flags ? pte_make((uint64_t)frames[l->to], l->flags | PTE_U) : 0;
}

static void write_gbig(struct vm *v)
{
    const struct leaf *l = &v->gbig;
    *pt_entry(&v->g, BIG, 1) =
        l->flags ? pte_make((uint64_t)frames[512 * l->to], l->flags | PTE_U) : 0;
}

static void build(void)
{
    env_set(MODE_SV39, MODE_SV39);
    csr_write(henvcfg, 0);
    for (unsigned v = 0; v < VMS; v++) {
        struct vm *vm = &vms[v];
        vm->g = pt_new(MODE_SV39, true, 0);
        pt_map(&vm->g, 0x80000000UL + GPA_ALIAS, 0x80000000UL, PTE_FULL | PTE_U, 2);
        for (unsigned i = 0; i < GPAGES; i++) {
            vm->gpage[i] = (struct leaf){v * 32 + i, PTE_FULL};
            write_gpage(vm, i);
        }
        vm->gbig = (struct leaf){v & 1, PTE_FULL};
        write_gbig(vm);
        for (unsigned s = 0; s < SPACES; s++) {
            struct space *sp = &vm->space[s];
            sp->pt = pt_new(MODE_SV39, false, GPA_ALIAS);
            pt_map(&sp->pt, 0x80000000UL, 0x80000000UL + GPA_ALIAS, PTE_FULL, 2);
            for (unsigned i = 0; i < PAGES; i++) {
                sp->page[i] = (struct leaf){(i + s) % GPAGES, PTE_FULL};
                write_page(sp, i);
            }
            sp->big = (struct leaf){0, PTE_FULL};
            write_big(sp);
        }
    }
    fence_all();
}

static unsigned cur_vm, cur_space;
static void enter(unsigned v, unsigned s)
{
    if (v != cur_vm) {
        csr_write(vsatp, 0);
        csr_write(hgatp, pt_atp(&vms[v].g, v + 1));
    }
    csr_write(vsatp, pt_atp(&vms[v].space[s].pt, s + 1));
    cur_vm = v;
    cur_space = s;
}

/* A fence about one VA of one space of the current guest. */
static void fence_vs(unsigned s, uint64_t va)
{
    uint32_t rs1 = choose(2) ? A0 : X0, rs2 = choose(2) ? A1 : X0;
    if (choose(2))
        run_insn(MODE_VS, INSN_SFENCE_VMA(rs1, rs2), va, s + 1);
    else
        run_insn(MODE_HS, INSN_HFENCE_VVMA(rs1, rs2), va, s + 1);
}

static void fence_g(unsigned v, uint64_t gpa)
{
    uint32_t rs1 = choose(2) ? A0 : X0, rs2 = choose(2) ? A1 : X0;
    run_insn(MODE_HS, INSN_HFENCE_GVMA(rs1, rs2), gpa >> 2, v + 1);
}

static void change_vs(void)
{
    unsigned s = choose(SPACES), i = choose(PAGES + 1);
    struct space *sp = &vms[cur_vm].space[s];
    if (i == PAGES) {
        sp->big.flags = some_flags();
        write_big(sp);
        fence_vs(s, BIG_VA + choose(512) * PAGE);
    } else {
        sp->page[i] = (struct leaf){choose(GPAGES), some_flags()};
        write_page(sp, i);
        fence_vs(s, page_va(i));
    }
}

static void change_g(void)
{
    unsigned v = choose(VMS), i = choose(GPAGES + 1);
    if (i == GPAGES) {
        vms[v].gbig = (struct leaf){choose(2), some_g_flags()};
        write_gbig(&vms[v]);
        fence_g(v, BIG + choose(512) * PAGE);
    } else {
        vms[v].gpage[i] = (struct leaf){choose(1000), some_g_flags()};
        write_gpage(&vms[v], i);
        fence_g(v, gpage_gpa(i));
    }
}

static bool allows(uint64_t flags, enum access a)
{
    if (a == LOAD)
        return flags & PTE_R;
    if (a == STORE)
        return (flags & PTE_W) && (flags & PTE_D);
    return flags & PTE_X;
}

/* One access to the current space, against what the leaves say. */
static void try_access(unsigned step)
{
    const struct vm *v = &vms[cur_vm];
    const struct space *s = &v->space[cur_space];
    unsigned i = choose(PAGES + 1), k = choose(512);
    enum access a = (enum access)choose(3);
    bool big = i == PAGES;
    const struct leaf *vl = big ? &s->big : &s->page[i];
    const struct leaf *gl = big ? &v->gbig : &v->gpage[vl->to];
    uint64_t va = big ? BIG_VA + k * PAGE : page_va(i), want = CAUSE_NONE, val = 0;
    uint64_t *frame = (uint64_t *)frames[big ? 512 * gl->to + k : gl->to];
    if (!allows(vl->flags, a))
        want = page_fault(a);
    else if (!allows(gl->flags, a))
        want = guest_page_fault(a);
    uint64_t mark = MARK(step + 1);
    if (a == STORE)
        val = mark;
    else
        *frame = mark;
    struct trap t = probe(MODE_VS, a, va, &val);
    context("step %u, guest %u, space %u, %s at 0x%lx, leaves 0x%lx and 0x%lx", step, cur_vm,
            cur_space, access_name(a), va, vl->flags, gl->flags);
    check_eq(probe_worked(&t, MODE_VS, a, va) ? CAUSE_NONE : t.scause, want, "cause");
    if (want == CAUSE_NONE && a == LOAD)
        check_eq(val, mark, "value");
    if (want == CAUSE_NONE && a == STORE)
        check_eq(*frame, mark, "memory");
    if (want == guest_page_fault(a))
        check_eq(t.htval, (big ? BIG + k * PAGE : gpage_gpa(vl->to)) >> 2, "htval");
    *frame = MARK(1);
}

static void churn(uint64_t seed)
{
    watchdog_seconds(18);
    lcg_state = seed;
    build();
    cur_vm = VMS;
    enter(0, 0);
    for (unsigned step = 0; step < STEPS; step++) {
        unsigned what = choose(8);
        if (what == 0)
            enter(choose(VMS), choose(SPACES));
        else if (what == 1)
            enter(cur_vm, choose(SPACES));
        else if (what == 2)
            change_g();
        else if (what < 5)
            change_vs();
        try_access(step);
    }
}

static void first(void)
{
    churn(1);
}

static void second(void)
{
    churn(0x123456789abcdefUL);
}

/* VS changes the address space itself, too: satp written in VS. */
static void third(void)
{
    churn(0xfeedUL);
    for (unsigned step = 0; step < 500; step++) {
        unsigned s = choose(SPACES);
        run_insn(MODE_VS, INSN_CSRRW(X0, CSR_SATP, A0), pt_atp(&vms[cur_vm].space[s].pt, s + 1), 0);
        cur_space = s;
        if (choose(4) == 0)
            change_vs();
        try_access(step);
    }
}

TESTS("churn", {"first", "norm:H_vm_twostage", first}, {"second", "norm:H_vm_twostage", second},
      {"third", "norm:H_vm_twostage", third});
