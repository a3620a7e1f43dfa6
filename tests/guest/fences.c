/* SPDX-License-Identifier: BSD-2-Clause */
/* What a fence has to make visible: SFENCE.VMA in VS, HFENCE.VVMA and HFENCE.GVMA in HS, in every
 * form of their operands, after every kind of change. That they may do more is not a test's
 * concern. Each test uses the old translation before it changes the entry, so that it may be
 * cached. */
#include "csr.h"
#include "env.h"
#include "probe.h"
#include "sbi.h"
#include "test.h"

#define VA   TEST_VA
#define GPA  TEST_GPA
#define ASID 1UL
#define VMID 1UL

enum form { ALL, ADDRESS, ID, BOTH, FORMS };
enum fence { SFENCE, VVMA, GVMA };

static const char *form_name(enum form f)
{
    static const char *const names[] = {"all", "by address", "by id", "by address and id"};
    return names[f];
}

static const char *fence_name(enum fence f)
{
    static const char *const names[] = {"sfence.vma in VS", "hfence.vvma", "hfence.gvma"};
    return names[f];
}

/* addr is a VA or, for GVMA, a GPA. */
static void do_fence(enum fence f, enum form form, uint64_t addr, uint64_t id)
{
    uint32_t rs1 = form == ADDRESS || form == BOTH ? A0 : X0;
    uint32_t rs2 = form == ID || form == BOTH ? A1 : X0;
    struct trap t;
    if (f == SFENCE)
        t = run_insn(MODE_VS, INSN_SFENCE_VMA(rs1, rs2), addr, id);
    else if (f == VVMA)
        t = run_insn(MODE_HS, INSN_HFENCE_VVMA(rs1, rs2), addr, id);
    else
        t = run_insn(MODE_HS, INSN_HFENCE_GVMA(rs1, rs2), addr >> 2, id);
    check(completed(&t), "the fence itself completes");
}

/* What VS reads at va: the mark in the frame, or the cause with bit 63. */
static uint64_t reads(uint64_t va)
{
    uint64_t val = 0;
    struct trap t = probe(MODE_VS, LOAD, va, &val);
    return probe_worked(&t, MODE_VS, LOAD, va) ? val >> 32 : BIT(63) | t.scause;
}
#define FAULT(cause) (BIT(63) | (uint64_t)(cause))

/* Of what leaves the G-stage is. With some of 1 GiB a monitor may well drop more than an address
 * names, and then nobody sees which it took. */
static unsigned g_level = 2;

/* Every frame begins with its number. */
static void setup(uint64_t vs_mode, uint64_t g_mode)
{
    for (unsigned i = 0; i < FRAMES; i++)
        *(uint64_t *)frames[i] = MARK(i + 1);
    env_set(vs_mode, g_mode);
    if (g_level != 2 && g_mode != MODE_BARE)
        env_split_g(g_level);
    csr_write(henvcfg, 0);
}

static uint64_t vs_pte(unsigned frame, uint64_t flags)
{
    return pte_make((uint64_t)frames[frame] + env.alias, flags);
}

static uint64_t g_pte(unsigned frame, uint64_t flags)
{
    return pte_make((uint64_t)frames[frame], flags | PTE_U);
}

/* Leaves before and after; what a load and a store have to give after. */
static const struct change {
    const char *name;
    uint64_t before, after; /* flags, 0: no page */
    unsigned frame_after;   /* frame 1 before */
    bool load, store;
} changes[] = {
    {"another frame", PTE_FULL, PTE_FULL, 2, true, true},
    {"no page", PTE_FULL, 0, 1, false, false},
    {"a page", 0, PTE_FULL, 1, true, true},
    {"no W", PTE_FULL, PTE_V | PTE_R | PTE_X | PTE_AD, 1, true, false},
    {"W", PTE_V | PTE_R | PTE_X | PTE_AD, PTE_FULL, 1, true, true},
    {"no R", PTE_FULL, PTE_V | PTE_X | PTE_AD, 1, false, false},
    {"no D", PTE_FULL, PTE_FULL & ~PTE_D, 1, true, false},
    {"no A", PTE_FULL, PTE_FULL & ~PTE_AD, 1, false, false},
    {"another frame, read-only", PTE_FULL, PTE_V | PTE_R | PTE_AD, 2, true, false},
};
#define CHANGES (sizeof changes / sizeof changes[0])

static void use(uint64_t va)
{
    reads(va);
    probe_cause(MODE_VS, STORE, va);
    *(uint64_t *)frames[1] = MARK(2);
}

static void check_change(const struct change *c, uint64_t load_fault)
{
    check_eq(reads(VA), c->load ? c->frame_after + 1 : FAULT(load_fault), "mark or cause read");
    uint64_t store = probe_cause(MODE_VS, STORE, VA);
    check_eq(store, c->store ? CAUSE_NONE : load_fault + 2, "cause of a store");
}

static void vs_leaf(enum fence fence, enum form form, uint64_t g_mode)
{
    for (unsigned i = 0; i < CHANGES; i++) {
        const struct change *c = &changes[i];
        setup(MODE_SV39, g_mode);
        uint64_t *pte = pt_entry(&env.vs, VA, 0);
        *pte = c->before ? vs_pte(1, c->before) : 0;
        fence_all();
        use(VA);
        *pte = c->after ? vs_pte(c->frame_after, c->after) : 0;
        do_fence(fence, form, VA, ASID);
        context("%s, %s, %s over %s", fence_name(fence), form_name(form), c->name,
                mode_name(g_mode));
        check_change(c, CAUSE_LOAD_PAGE);
    }
}

static void sfence(void)
{
    for (enum form f = ALL; f < FORMS; f++) {
        vs_leaf(SFENCE, f, MODE_SV39);
        vs_leaf(SFENCE, f, MODE_BARE);
    }
}

static void hfence_vvma(void)
{
    for (enum form f = ALL; f < FORMS; f++) {
        vs_leaf(VVMA, f, MODE_SV39);
        vs_leaf(VVMA, f, MODE_BARE);
    }
}

/* G-stage changes, with the VS-stage off and on. D and A are left out where the hart updates them.
 */
static void g_leaf(enum form form, uint64_t vs_mode)
{
    for (unsigned i = 0; i < CHANGES; i++) {
        const struct change *c = &changes[i];
        setup(vs_mode, MODE_SV39);
        uint64_t *pte = pt_entry(&env.g, GPA, 0);
        uint64_t va = vs_mode == MODE_BARE ? GPA : VA;
        if (vs_mode != MODE_BARE)
            pt_map(&env.vs, VA, GPA, PTE_FULL, 0);
        *pte = c->before ? g_pte(1, c->before) : 0;
        fence_all();
        use(va);
        uint64_t after = c->after ? g_pte(c->frame_after, c->after) : 0;
        *pte = after;
        do_fence(GVMA, form, GPA, VMID);
        context("%s, %s under %s", form_name(form), c->name, mode_name(vs_mode));
        uint64_t seen = reads(va), store = probe_cause(MODE_VS, STORE, va);
        if (*pte != after) /* A or D was set */
            continue;
        check_eq(seen, c->load ? c->frame_after + 1 : FAULT(CAUSE_LOAD_GUEST),
                 "mark or cause read");
        check_eq(store, c->store ? CAUSE_NONE : CAUSE_STORE_GUEST, "cause of a store");
    }
}

static void hfence_gvma(void)
{
    for (enum form f = ALL; f < FORMS; f++) {
        g_leaf(f, MODE_BARE);
        g_leaf(f, MODE_SV39);
    }
}

/* The guest does it all: store to its PTE, fence, load, in one go; several times. */
static void guest_alone(void)
{
    for (enum form f = ALL; f < FORMS; f++) {
        uint32_t rs1 = f == ADDRESS || f == BOTH ? A2 : X0, rs2 = f == ID || f == BOTH ? A3 : X0;
        const uint32_t code[] = {INSN_LOAD(3, A4, A2, 0), INSN_STORE(3, A1, A0, 0),
                                 INSN_SFENCE_VMA(rs1, rs2), INSN_LOAD(3, A5, A2, 0)};
        setup(MODE_SV39, MODE_SV39);
        uint64_t *pte = pt_entry(&env.vs, VA, 0);
        *pte = vs_pte(1, PTE_FULL);
        fence_all();
        for (unsigned i = 2; i < 12; i++) {
            regs.x[A2] = VA;
            regs.x[A3] = ASID;
            struct trap t = run_code(MODE_VS, code, 4, (uint64_t)pte, vs_pte(i, PTE_FULL));
            context("%s, frame %u", form_name(f), i);
            check(completed(&t), "the guest's code completes");
            check_eq(regs.x[A4], MARK(i), "value before");
            check_eq(regs.x[A5], MARK(i + 1), "value after");
        }
    }
}

/* Fences by an address anywhere in a superpage are about its leaf, so about all of it. */
static void inside_superpage(void)
{
    for (enum form f = ADDRESS; f < FORMS; f++) {
        for (enum fence fence = SFENCE; fence <= VVMA; fence++) {
            setup(MODE_SV39, MODE_SV39);
            vs_map(VA, frames[0], PTE_FULL, 1);
            fence_all();
            context("%s, %s", fence_name(fence), form_name(f));
            check_eq(reads(VA + 9 * PAGE), 10, "mark read before");
            check_eq(reads(VA + 300 * PAGE), 301, "mark read before");
            vs_map(VA, frames[512], PTE_FULL, 1);
            do_fence(fence, f, VA + 5 * PAGE + 0x123, ASID);
            check_eq(reads(VA + 9 * PAGE), 522, "mark read after");
            check_eq(reads(VA + 300 * PAGE), 813, "mark read after");
        }
        setup(MODE_BARE, MODE_SV39);
        pt_map(&env.g, GPA, (uint64_t)frames[0], PTE_FULL | PTE_U, 1);
        fence_all();
        context("hfence.gvma, %s", form_name(f));
        check_eq(reads(GPA + 9 * PAGE), 10, "mark read before");
        pt_map(&env.g, GPA, (uint64_t)frames[512], PTE_FULL | PTE_U, 1);
        do_fence(GVMA, f, GPA + 5 * PAGE, VMID);
        check_eq(reads(GPA + 9 * PAGE), 522, "mark read after");
    }
}

/* Pointers to tables: a fence without an address covers them. */
static void split_and_join(enum fence fence, enum form form)
{
    bool g = fence == GVMA;
    setup(g ? MODE_BARE : MODE_SV39, MODE_SV39);
    const struct pt *pt = g ? &env.g : &env.vs;
    uint64_t va = g ? GPA : VA, user = g ? PTE_U : 0, alias = g ? 0 : env.alias;
    pt_map(pt, va, (uint64_t)frames[0] + alias, PTE_FULL | user, 1);
    uint64_t big = *pt_entry(pt, va, 1);
    fence_all();
    context("%s, %s", fence_name(fence), form_name(form));
    check_eq(reads(va + 7 * PAGE), 8, "mark in the superpage");
    /* Into 4 KiB pages in the opposite order. */
    for (uint64_t i = 0; i < 512; i++)
        pt_map(pt, va + i * PAGE, (uint64_t)frames[511 - i] + alias, PTE_FULL | user, 0);
    do_fence(fence, form, va, 1);
    check_eq(reads(va + 7 * PAGE), 505, "mark after the split");
    check_eq(reads(va + 511 * PAGE), 1, "mark after the split");
    uint64_t table = *pt_entry(pt, va, 1);
    *pt_entry(pt, va, 1) = big;
    do_fence(fence, form, va, 1);
    check_eq(reads(va + 7 * PAGE), 8, "mark after the join");
    check_eq(reads(va + 511 * PAGE), 512, "mark after the join");
    *pt_entry(pt, va, 1) = 0;
    do_fence(fence, form, va, 1);
    uint64_t fault = FAULT(g ? CAUSE_LOAD_GUEST : CAUSE_LOAD_PAGE);
    check_eq(reads(va + 7 * PAGE), fault, "cause after the removal");
    *pt_entry(pt, va, 1) = table;
    do_fence(fence, form, va, 1);
    check_eq(reads(va + 8 * PAGE), 504, "mark after the table's return");
}

static void splits(void)
{
    for (enum fence f = SFENCE; f <= GVMA; f++) {
        split_and_join(f, ALL);
        split_and_join(f, ID);
    }
}

/* A VS-level table's page moves under the guest: HFENCE.GVMA covers the walk's own accesses. */
static void table_moves(void)
{
    for (enum form f = ALL; f < FORMS; f++) {
        for (unsigned level = 0; level < 2; level++) {
            setup(MODE_SV39, MODE_SV39);
            vs_map(VA, frames[3], PTE_FULL, 0);
            uint64_t *old = (uint64_t *)((uint64_t)pt_entry(&env.vs, VA, level) & -PAGE);
            uint64_t *copy = (uint64_t *)frames[100], gpa = (uint64_t)old + env.alias;
            struct pt other = pt_new(MODE_SV39, false, env.alias);
            pt_map(&other, VA, (uint64_t)frames[4] + env.alias, PTE_FULL, 0);
            uint64_t *from = (uint64_t *)((uint64_t)pt_entry(&other, VA, level) & -PAGE);
            for (unsigned i = 0; i < 512; i++)
                copy[i] = from[i];
            pt_map(&env.g, gpa, (uint64_t)old, PTE_FULL | PTE_U, 0);
            fence_all();
            context("%s, level %u", form_name(f), level);
            check_eq(reads(VA), 4, "mark read before");
            pt_map(&env.g, gpa, (uint64_t)copy, PTE_FULL | PTE_U, 0);
            do_fence(GVMA, f, gpa, VMID);
            /* The VS-stage itself has changed in the guest's eyes, too. */
            do_fence(VVMA, ALL, 0, 0);
            check_eq(reads(VA), 5, "mark read after");
        }
    }
}

/* Two VAs of one GPA, one through a superpage: a fence by the GPA reaches both. */
static void aliases(void)
{
    for (enum form f = ADDRESS; f < FORMS; f++) {
        setup(MODE_SV39, MODE_SV39);
        pt_map(&env.g, GPA, (uint64_t)frames[0], PTE_FULL | PTE_U, 1);
        pt_map(&env.g, GPA + 6 * PAGE, (uint64_t)frames[6], PTE_FULL | PTE_U, 0);
        pt_map(&env.vs, VA, GPA, PTE_FULL, 1);
        pt_map(&env.vs, VA + GIGAPAGE, GPA + 6 * PAGE, PTE_FULL, 0);
        fence_all();
        context("%s", form_name(f));
        check_eq(reads(VA + 6 * PAGE), 7, "mark in the superpage before");
        check_eq(reads(VA + GIGAPAGE), 7, "mark in the page before");
        pt_map(&env.g, GPA + 6 * PAGE, (uint64_t)frames[60], PTE_FULL | PTE_U, 0);
        do_fence(GVMA, f, GPA + 6 * PAGE, VMID);
        check_eq(reads(VA + 6 * PAGE), 61, "mark in the superpage after");
        check_eq(reads(VA + GIGAPAGE), 61, "mark in the page after");
        check_eq(reads(VA + 7 * PAGE), 8, "mark of the neighbour");
    }
}

/* Global pages: a fence without an ASID covers them. */
static void global_pages(void)
{
    for (enum fence fence = SFENCE; fence <= VVMA; fence++) {
        for (enum form f = ALL; f <= ADDRESS; f++) {
            setup(MODE_SV39, MODE_SV39);
            vs_map(VA, frames[1], PTE_FULL | PTE_G, 0);
            fence_all();
            context("%s, %s", fence_name(fence), form_name(f));
            check_eq(reads(VA), 2, "mark read before");
            vs_map(VA, frames[2], PTE_FULL | PTE_G, 0);
            do_fence(fence, f, VA, 0);
            check_eq(reads(VA), 3, "mark read after");
        }
    }
}

/* ASID 0 in a register is an ASID, address 0 an address. */
static void zero_operands(void)
{
    setup(MODE_SV39, MODE_SV39);
    vs_map(0, frames[1], PTE_FULL, 0);
    csr_write(vsatp, pt_atp(&env.vs, 0));
    fence_all();
    for (unsigned i = 2; i < 10; i++) {
        enum fence fence = i & 1 ? SFENCE : VVMA;
        context("%s, frame %u", fence_name(fence), i);
        check_eq(reads(0), i, "mark read before");
        vs_map(0, frames[i], PTE_FULL, 0);
        do_fence(fence, i & 2 ? BOTH : i & 4 ? ID : ADDRESS, 0, 0);
        check_eq(reads(0), i + 1, "mark read after");
    }
}

/* More permission without a fence may be seen late; nothing may hang, and a fence settles it. */
static void upgrades_without_fence(void)
{
    setup(MODE_SV39, MODE_SV39);
    uint64_t *vs = pt_entry(&env.vs, VA, 0), *g = pt_entry(&env.g, GPA, 0);
    *vs = pte_make(GPA, PTE_V | PTE_R | PTE_A);
    *g = g_pte(1, PTE_V | PTE_R | PTE_A);
    fence_all();
    check_eq(probe_cause(MODE_VS, STORE, VA), CAUSE_STORE_PAGE, "cause of a store");
    *vs = pte_make(GPA, PTE_FULL);
    uint64_t c = probe_cause(MODE_VS, STORE, VA);
    check(c == CAUSE_STORE_PAGE || c == CAUSE_STORE_GUEST,
          "the store faults, in one stage or other");
    *g = g_pte(1, PTE_FULL);
    c = probe_cause(MODE_VS, STORE, VA);
    check(c == CAUSE_NONE || c == CAUSE_STORE_PAGE || c == CAUSE_STORE_GUEST,
          "it may fault or work");
    fence_all();
    check_eq(probe_cause(MODE_VS, STORE, VA), CAUSE_NONE, "cause of a store after fences");
    *vs = 0;
    fence_all();
    check_eq(reads(VA), FAULT(CAUSE_LOAD_PAGE), "no page");
    for (unsigned i = 0; i < 100; i++) {
        *vs = i & 1 ? 0 : pte_make(GPA, PTE_FULL);
        uint64_t r = reads(VA);
        if (!check(r == MARK(0x57) >> 32 || r == FAULT(CAUSE_LOAD_PAGE), "mark or page fault"))
            break;
    }
}

/* Dirty logging as hypervisors and kernels do it: take W or D away, fence, catch the store, give it
 * back, over and over for several pages. */
static void dirty_logging(void)
{
    setup(MODE_SV39, MODE_SV39);
    for (unsigned i = 0; i < 16; i++) {
        pt_map(&env.vs, VA + i * PAGE, GPA + i * PAGE, PTE_FULL, 0);
        pt_map(&env.g, GPA + i * PAGE, (uint64_t)frames[i], PTE_FULL | PTE_U, 0);
    }
    fence_all();
    for (unsigned round = 0; round < 64; round++) {
        unsigned i = round * 5 % 16;
        uint64_t va = VA + i * PAGE;
        context("round %u, page %u", round, i);
        check_eq(probe_cause(MODE_VS, STORE, va), CAUSE_NONE, "cause of a first store");
        pt_map(&env.g, GPA + i * PAGE, (uint64_t)frames[i], PTE_FULL & ~PTE_W, 0);
        *pt_entry(&env.g, GPA + i * PAGE, 0) |= PTE_U;
        do_fence(GVMA, round & 1 ? ADDRESS : ALL, GPA + i * PAGE, VMID);
        check_eq(probe_cause(MODE_VS, STORE, va), CAUSE_STORE_GUEST, "cause without W in G");
        check_eq(probe_cause(MODE_VS, LOAD, va), CAUSE_NONE, "cause of a load");
        pt_map(&env.g, GPA + i * PAGE, (uint64_t)frames[i], PTE_FULL | PTE_U, 0);
        do_fence(GVMA, ADDRESS, GPA + i * PAGE, VMID);
        check_eq(probe_cause(MODE_VS, STORE, va), CAUSE_NONE, "cause with W again");
        *pt_entry(&env.vs, va, 0) &= ~PTE_D;
        do_fence(SFENCE, round & 2 ? BOTH : ADDRESS, va, ASID);
        check_eq(probe_cause(MODE_VS, STORE, va), CAUSE_STORE_PAGE, "cause without D in VS");
        *pt_entry(&env.vs, va, 0) |= PTE_D;
        do_fence(SFENCE, ADDRESS, va, ASID);
    }
}

/* Svinval's split fences, if HS has them. */
static void svinval(void)
{
    const uint32_t vvma = INSN_R(OP_SYSTEM, 0, 0x13, 0, A0, X0);
    const uint32_t gvma = INSN_R(OP_SYSTEM, 0, 0x33, 0, A0, X0);
    setup(MODE_SV39, MODE_SV39);
    if (cause_of(MODE_HS, vvma, 0, 0) == CAUSE_ILLEGAL) {
        note("no Svinval");
        return;
    }
    pt_map(&env.vs, VA, GPA, PTE_FULL, 0);
    pt_map(&env.g, GPA, (uint64_t)frames[1], PTE_FULL | PTE_U, 0);
    fence_all();
    check_eq(reads(VA), 2, "mark read before");
    pt_map(&env.g, GPA, (uint64_t)frames[2], PTE_FULL | PTE_U, 0);
    const uint32_t g[] = {0x18000073, gvma, 0x18100073};
    run_code(MODE_HS, g, 3, GPA >> 2, 0);
    check_eq(reads(VA), 3, "mark read after hinval.gvma");
    vs_map(VA, frames[5], PTE_FULL, 0);
    const uint32_t v[] = {0x18000073, vvma, 0x18100073};
    run_code(MODE_HS, v, 3, VA, 0);
    check_eq(reads(VA), 6, "mark read after hinval.vvma");
    vs_map(VA, frames[7], PTE_FULL, 0);
    const uint32_t s[] = {0x18000073, INSN_R(OP_SYSTEM, 0, 0x0b, 0, A0, X0), 0x18100073};
    run_code(MODE_VS, s, 3, VA, 0);
    check_eq(reads(VA), 8, "mark read after sinval.vma in VS");
}

/* One page's G leaf changes and is fenced, page after page: its old translation goes, its
 * neighbours work on. Pages of 4 KiB and 2 MiB, by every way that there is to fence them. */
enum way { HFENCE, HFENCE_VMID, CALL_OWN, CALL_VMID, HINVAL, WAYS };

static void fence_page(enum way way, uint64_t gpa, uint64_t size)
{
    const uint32_t inval[] = {0x18000073, INSN_R(OP_SYSTEM, 0, 0x33, 0, A0, A1), 0x18100073};
    enum { REMOTE_GVMA_VMID = 3, REMOTE_GVMA };
    long error = 0;
    if (way == CALL_OWN)
        error = CALL(SBI_EXT_RFNC, REMOTE_GVMA, 1, me()->hartid, gpa, size).error;
    else if (way == CALL_VMID)
        error = CALL(SBI_EXT_RFNC, REMOTE_GVMA_VMID, 1, me()->hartid, gpa, size, VMID).error;
    else if (way == HINVAL && cause_of(MODE_HS, inval[1], gpa >> 2, VMID) != CAUSE_ILLEGAL)
        run_code(MODE_HS, inval, 3, gpa >> 2, VMID);
    else
        do_fence(GVMA, way == HFENCE ? ADDRESS : BOTH, gpa, VMID);
    check_eq((uint64_t)error, 0, "error of the call");
}

#define NEIGHBOURS 6u

static void one_page_of_many(uint64_t vs_mode, unsigned level, enum way way)
{
    uint64_t size = level_size(level), base = vs_mode == MODE_BARE ? GPA : VA;
    unsigned at[NEIGHBOURS], step = level ? 512 : 1;
    setup(vs_mode, MODE_SV39);
    for (unsigned i = 0; i < NEIGHBOURS; i++) {
        at[i] = level ? i % 2 * 512 : i;
        pt_map(&env.g, GPA + i * size, (uint64_t)frames[at[i]], PTE_FULL | PTE_U, level);
        if (vs_mode != MODE_BARE)
            pt_map(&env.vs, VA + i * size, GPA + i * size, PTE_FULL, level);
    }
    fence_all();
    for (unsigned round = 0; round < 3 * NEIGHBOURS; round++) {
        unsigned which = round * 5 % NEIGHBOURS, inside = level ? 37 : 0;
        for (unsigned i = 0; i < NEIGHBOURS; i++)
            check_eq(reads(base + i * size + inside * PAGE), at[i] + inside + 1, "mark before");
        at[which] = level ? (at[which] + step) % 1024 : 100 + round;
        pt_map(&env.g, GPA + which * size, (uint64_t)frames[at[which]], PTE_FULL | PTE_U, level);
        fence_page(way, GPA + which * size + inside * PAGE, PAGE);
        for (unsigned i = 0; i < NEIGHBOURS; i++) {
            context("way %u, %s, level %u among level %u, round %u, page %u", way,
                    mode_name(vs_mode), level, g_level, round, (i + which) % NEIGHBOURS);
            unsigned k = (i + which) % NEIGHBOURS;
            check_eq(reads(base + k * size + inside * PAGE), at[k] + inside + 1, "mark after");
        }
    }
}

static void one_page(void)
{
    for (enum way way = HFENCE; way < WAYS; way++) {
        for (unsigned level = 0; level < 2; level++) {
            one_page_of_many(MODE_BARE, level, way);
            one_page_of_many(MODE_SV39, level, way);
        }
    }
}

/* The same with a G-stage of 2 MiB and of 4 KiB leaves. */
#define WITH_SMALLER(test)                                                                         \
    static void test##_2m(void)                                                                    \
    {                                                                                              \
        g_level = 1;                                                                               \
        test();                                                                                    \
        g_level = 2;                                                                               \
    }                                                                                              \
    static void test##_4k(void)                                                                    \
    {                                                                                              \
        g_level = 0;                                                                               \
        test();                                                                                    \
        g_level = 2;                                                                               \
    }
WITH_SMALLER(hfence_gvma)
WITH_SMALLER(inside_superpage)
WITH_SMALLER(splits)
WITH_SMALLER(table_moves)
WITH_SMALLER(aliases)
WITH_SMALLER(dirty_logging)
WITH_SMALLER(svinval)
WITH_SMALLER(one_page)

#define SMALLER(test, rule)                                                                        \
    {#test "_2m", rule, test##_2m},                                                                \
    {                                                                                              \
#test "_4k", rule, test##_4k                                                               \
    }

TESTS("fences",                                                         /**/
      {"sfence", "norm:sfence_vma_v1", sfence},                         /**/
      {"hfence_vvma", "norm:hfence-vvma_mode", hfence_vvma},            /**/
      {"hfence_gvma", "norm:hfence-gvma_op", hfence_gvma},              /**/
      {"guest_alone", "norm:sfence_vma_v1", guest_alone},               /**/
      {"inside_superpage", "supervisor: sfence.vma", inside_superpage}, /**/
      {"splits", "supervisor: sfence.vma", splits},                     /**/
      {"table_moves", "norm:hfence-gvma_op", table_moves},              /**/
      {"aliases", "norm:hfence-gvma_op", aliases},                      /**/
      {"global_pages", "supervisor: sfence.vma", global_pages},         /**/
      {"zero_operands", "norm:hfence-vvma_limits", zero_operands},      /**/
      {"upgrades_without_fence", "supervisor: sfence.vma", upgrades_without_fence},
      {"dirty_logging", "norm:hfence-gvma_op", dirty_logging}, /**/
      {"svinval", "Svinval", svinval},                         /**/
      SMALLER(hfence_gvma, "norm:hfence-gvma_op"),             /**/
      SMALLER(inside_superpage, "supervisor: sfence.vma"),     /**/
      SMALLER(splits, "supervisor: sfence.vma"),               /**/
      SMALLER(table_moves, "norm:hfence-gvma_op"),             /**/
      SMALLER(aliases, "norm:hfence-gvma_op"),                 /**/
      SMALLER(dirty_logging, "norm:hfence-gvma_op"),           /**/
      SMALLER(svinval, "Svinval"),                             /**/
      SMALLER(one_page, "norm:hfence-gvma_op"));
