/* SPDX-License-Identifier: BSD-2-Clause */
/* Permissions of both stages' leaves, alone and together, against a model of ten lines. */
#include "csr.h"
#include "env.h"
#include "probe.h"
#include "test.h"

#define VA  TEST_VA
#define GPA TEST_GPA

/* The bits of a leaf that are tried: R, W, X, U, A, D in the order of n. */
static uint64_t leaf_bits(unsigned n)
{
    return (n & 1 ? PTE_R : 0) | (n & 2 ? PTE_W : 0) | (n & 4 ? PTE_X : 0) | (n & 8 ? PTE_U : 0) |
           (n & 16 ? PTE_A : 0) | (n & 32 ? PTE_D : 0);
}

/* Whether the leaf's R, W and X allow the access. */
static bool grants(uint64_t pte, enum access access, bool mxr)
{
    if (access == LOAD)
        return (pte & PTE_R) || (mxr && (pte & PTE_X));
    return pte & (access == STORE ? PTE_W : PTE_X);
}

struct state {
    enum mode mode;
    bool sum, vs_mxr, hs_mxr;
};

static bool leaf_valid(uint64_t pte, enum access access)
{
    if (!(pte & PTE_V) || (pte & (PTE_R | PTE_W)) == PTE_W || !(pte & PTE_RWX))
        return false;
    return (pte & PTE_A) && (access != STORE || (pte & PTE_D));
}

static uint64_t model(uint64_t vs, uint64_t g, enum access access, const struct state *s)
{
    bool user = s->mode == MODE_VU;
    bool u_ok = user ? vs & PTE_U : !(vs & PTE_U) || (s->sum && access != FETCH);
    if (!leaf_valid(vs, access) || !u_ok || !grants(vs, access, s->vs_mxr || s->hs_mxr))
        return page_fault(access);
    if (!leaf_valid(g, access) || !(g & PTE_U) || !grants(g, access, s->hs_mxr))
        return guest_page_fault(access);
    return CAUSE_NONE;
}

static uint64_t *vs_pte, *g_pte;

static void setup(void)
{
    env_set(MODE_SV39, MODE_SV39);
    csr_write(henvcfg, 0);
    watchdog_seconds(20);
    vs_pte = pt_entry(&env.vs, VA, 0);
    g_pte = pt_entry(&env.g, GPA, 0);
    *(uint64_t *)frames[0] = MARK(1);
}

/* Tries all three accesses with the leaves. */
static void try_leaves(uint64_t vs, uint64_t g, const struct state *s)
{
    csr_write(vsstatus, (s->sum ? SSTATUS_SUM : 0) | (s->vs_mxr ? SSTATUS_MXR : 0));
    csr_clear(sstatus, SSTATUS_MXR);
    csr_set(sstatus, s->hs_mxr ? SSTATUS_MXR : 0);
    *vs_pte = pte_make(GPA, vs);
    *g_pte = pte_make((uint64_t)frames[0], g);
    fence_all();
    for (enum access a = LOAD; a <= FETCH; a++) {
        uint64_t want = model(vs, g, a, s);
        context("%s in %s, VS-stage 0x%lx, G-stage 0x%lx, SUM %u, MXR %u, MXR of HS %u",
                access_name(a), name_of(s->mode), vs, g, s->sum, s->vs_mxr, s->hs_mxr);
        check_eq(probe_cause(s->mode, a, VA), want, "cause");
    }
    check_eq(*vs_pte, pte_make(GPA, vs), "VS-stage PTE afterwards");
    check_eq(*g_pte, pte_make((uint64_t)frames[0], g), "G-stage PTE afterwards");
}

static struct state state_of(unsigned n)
{
    return (struct state){n & 1 ? MODE_VS : MODE_VU, n & 2, n & 4, n & 8};
}

/* With hardware updating of A and D in the G-stage, leaves without them would work: not tried. */
static bool g_updates(void)
{
    struct state s = state_of(1);
    *vs_pte = pte_make(GPA, PTE_FULL);
    *g_pte = pte_make((uint64_t)frames[0], PTE_V | PTE_RWX | PTE_U);
    fence_all();
    return probe_cause(s.mode, LOAD, VA) == CAUSE_NONE;
}

static void vs_stage(void)
{
    setup();
    for (unsigned n = 0; n < 64; n++) {
        for (unsigned i = 0; i < 16; i++) {
            struct state s = state_of(i);
            if (leaf_bits(n) & PTE_RWX)
                try_leaves(PTE_V | leaf_bits(n), PTE_FULL | PTE_U, &s);
        }
    }
    struct state s = state_of(1);
    try_leaves(PTE_FULL & ~PTE_V, PTE_FULL | PTE_U, &s);
    try_leaves(PTE_V | PTE_AD, PTE_FULL | PTE_U, &s); /* a pointer where a leaf must be */
}

static void g_stage(void)
{
    setup();
    bool updates = g_updates();
    for (unsigned n = 0; n < 64; n++) {
        if ((updates && (n & 48) != 48) || !(leaf_bits(n) & PTE_RWX))
            continue;
        for (unsigned i = 0; i < 16; i++) {
            struct state s = state_of(i);
            uint64_t u = s.mode == MODE_VU ? PTE_U : 0;
            if (!s.sum)
                try_leaves(PTE_FULL | u, PTE_V | leaf_bits(n), &s);
        }
    }
    struct state s = state_of(1);
    try_leaves(PTE_FULL, (PTE_FULL | PTE_U) & ~PTE_V, &s);
    try_leaves(PTE_FULL, PTE_V | PTE_U | PTE_AD, &s);
}

/* R, W, X and U of both at once. */
static void both_stages(void)
{
    setup();
    for (unsigned n = 0; n < 256; n++) {
        uint64_t vs = leaf_bits(n & 15), g = leaf_bits(n >> 4);
        if (!(vs & PTE_RWX) || !(g & PTE_RWX))
            continue;
        for (unsigned i = 0; i < 16; i++) {
            struct state s = state_of(i);
            if (s.sum == s.hs_mxr)
                try_leaves(PTE_V | PTE_AD | vs, PTE_V | PTE_AD | g, &s);
        }
    }
}

/* The VS-stage alone (hgatp Bare). */
static void vs_stage_alone(void)
{
    env_set(MODE_SV39, MODE_BARE);
    csr_write(henvcfg, 0);
    *(uint64_t *)frames[0] = MARK(1);
    vs_pte = pt_entry(&env.vs, VA, 0);
    for (unsigned n = 0; n < 64; n++) {
        if (!(leaf_bits(n) & PTE_RWX))
            continue;
        for (unsigned i = 0; i < 16; i++) {
            struct state s = state_of(i);
            uint64_t vs = PTE_V | leaf_bits(n);
            csr_write(vsstatus, (s.sum ? SSTATUS_SUM : 0) | (s.vs_mxr ? SSTATUS_MXR : 0));
            csr_clear(sstatus, SSTATUS_MXR);
            csr_set(sstatus, s.hs_mxr ? SSTATUS_MXR : 0);
            *vs_pte = pte_make((uint64_t)frames[0], vs);
            fence_all();
            for (enum access a = LOAD; a <= FETCH; a++) {
                context("%s in %s, VS-stage 0x%lx, SUM %u, MXR %u, MXR of HS %u", access_name(a),
                        name_of(s.mode), vs, s.sum, s.vs_mxr, s.hs_mxr);
                check_eq(probe_cause(s.mode, a, VA), model(vs, PTE_FULL | PTE_U, a, &s), "cause");
            }
        }
    }
}

/* The G-stage alone (vsatp Bare): VS and VU are alike, SUM and vsstatus.MXR mean nothing. */
static void g_stage_alone(void)
{
    env_set(MODE_BARE, MODE_SV39);
    *(uint64_t *)frames[0] = MARK(1);
    g_pte = pt_entry(&env.g, GPA, 0);
    *g_pte = pte_make((uint64_t)frames[0], PTE_V | PTE_RWX | PTE_U);
    fence_all();
    bool updates = probe_cause(MODE_VS, LOAD, GPA) == CAUSE_NONE;
    for (unsigned n = 0; n < 64; n++) {
        uint64_t g = PTE_V | leaf_bits(n);
        if ((updates && (n & 48) != 48) || !(g & PTE_RWX))
            continue;
        *g_pte = pte_make((uint64_t)frames[0], g);
        for (unsigned i = 0; i < 16; i++) {
            struct state s = state_of(i);
            csr_write(vsstatus, (s.sum ? SSTATUS_SUM : 0) | (s.vs_mxr ? SSTATUS_MXR : 0));
            csr_clear(sstatus, SSTATUS_MXR);
            csr_set(sstatus, s.hs_mxr ? SSTATUS_MXR : 0);
            fence_all();
            for (enum access a = LOAD; a <= FETCH; a++) {
                uint64_t vs = PTE_FULL | (s.mode == MODE_VU ? PTE_U : 0);
                context("%s in %s, G-stage 0x%lx, MXR %u, MXR of HS %u", access_name(a),
                        name_of(s.mode), g, s.vs_mxr, s.hs_mxr);
                check_eq(probe_cause(s.mode, a, GPA), model(vs, g, a, &s), "cause");
            }
        }
    }
}

#define CBO(op) INSN_I(0x0f, 2, 0, A0, op)

/* A cache block of the page in VS. Management asks for what a load asks for, whatever D says, but
 * its faults are a store's; zeroing is a store. If there is X alone, it is not specified. */
static void try_cache_blocks(uint64_t vs, uint64_t g)
{
    static const char *const names[] = {"cbo.inval", "cbo.clean", "cbo.flush", "", "cbo.zero"};
    const struct state s = {.mode = MODE_VS};
    uint64_t load = model(vs, g, LOAD, &s);
    uint64_t managed = load == CAUSE_LOAD_PAGE    ? CAUSE_STORE_PAGE
                       : load == CAUSE_LOAD_GUEST ? CAUSE_STORE_GUEST
                                                  : CAUSE_NONE;
    bool only_x = !(vs & g & PTE_R);
    *vs_pte = pte_make(GPA, vs);
    *g_pte = pte_make((uint64_t)frames[0], g);
    for (unsigned op = 0; op < 5; op++) {
        if (op == 3 || (op != 4 && only_x))
            continue;
        fence_all();
        context("%s, VS-stage 0x%lx, G-stage 0x%lx", names[op], vs, g);
        check_eq(cause_of(MODE_VS, CBO(op), VA, 0), op == 4 ? model(vs, g, STORE, &s) : managed,
                 "cause");
    }
    check_eq(*vs_pte, pte_make(GPA, vs), "VS-stage PTE afterwards");
    check_eq(*g_pte, pte_make((uint64_t)frames[0], g), "G-stage PTE afterwards");
}

static void cache_blocks(void)
{
    setup();
    csr_write(henvcfg, 0xd0); /* CBIE, CBCFE, CBZE */
    for (unsigned op = 0; op < 5; op++) {
        if (op != 3 && cause_of(MODE_HS, CBO(op), (uint64_t)frames[0], 0) != CAUSE_NONE) {
            note("no cbo.*");
            return;
        }
    }
    bool updates = g_updates();
    for (unsigned n = 0; n < 64; n++) {
        if (!(leaf_bits(n) & PTE_RWX))
            continue;
        try_cache_blocks(PTE_V | leaf_bits(n), PTE_FULL | PTE_U);
        if (!updates || (n & 48) == 48)
            try_cache_blocks(PTE_FULL, PTE_V | leaf_bits(n));
    }
}

/* A changed SUM or MXR, of VS or of HS, counts at once: no fence is needed. */
static void status_without_fence(void)
{
    setup();
    *g_pte = pte_make((uint64_t)frames[0], PTE_FULL | PTE_U);
    *vs_pte = pte_make(GPA, PTE_FULL | PTE_U);
    fence_all();
    for (unsigned i = 0; i < 8; i++) {
        context("round %u", i);
        csr_write(vsstatus, i & 1 ? SSTATUS_SUM : 0);
        check_eq(probe_cause(MODE_VS, LOAD, VA), i & 1 ? CAUSE_NONE : CAUSE_LOAD_PAGE, "cause");
    }
    csr_write(vsstatus, 0);
    *vs_pte = pte_make(GPA, PTE_V | PTE_X | PTE_AD);
    fence_all();
    for (unsigned i = 0; i < 16; i++) {
        context("round %u, MXR %u, MXR of HS %u", i, i & 1, i >> 1 & 1);
        csr_write(vsstatus, i & 1 ? SSTATUS_MXR : 0);
        csr_clear(sstatus, SSTATUS_MXR);
        csr_set(sstatus, i & 2 ? SSTATUS_MXR : 0);
        check_eq(probe_cause(MODE_VS, LOAD, VA), i & 3 ? CAUSE_NONE : CAUSE_LOAD_PAGE, "cause");
    }
    csr_write(vsstatus, 0);
    csr_clear(sstatus, SSTATUS_MXR);
    *vs_pte = pte_make(GPA, PTE_FULL);
    fence_all();
    for (unsigned i = 0; i < 4; i++) {
        context("modes, round %u", i);
        check_eq(probe_cause(MODE_VS, LOAD, VA), CAUSE_NONE, "cause in VS of a page without U");
        check_eq(probe_cause(MODE_VU, LOAD, VA), CAUSE_LOAD_PAGE, "cause in VU");
    }
}

TESTS("perm",                                               /**/
      {"vs_stage", "norm:H_vm_twostage", vs_stage},         /**/
      {"g_stage", "norm:H_vm_gpapriv", g_stage},            /**/
      {"both_stages", "norm:vsstatus_mxr_vm", both_stages}, /**/
      {"vs_stage_alone", "norm:hgatp_mode_bare_trans", vs_stage_alone},
      {"g_stage_alone", "norm:H_vm_gstagetrans", g_stage_alone}, /**/
      {"cache_blocks", "norm:cbm_access", cache_blocks},         /**/
      {"status_without_fence", "supervisor: sfence.vma", status_without_fence});
