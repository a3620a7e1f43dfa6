/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address translation, every rule of it. The steps are those of the privileged architecture,
 * "Virtual Address Translation Process".
 */
#include "spec/pmp.h"
#include "spec/walk_private.h"

#define PTE_RESERVED MASK(60, 54)
#define NAPOT_SHIFT  16u
#define NAPOT_PPN    8u /* the only encoding so far: 64 KiB */

#define TINST_READ  0x3000u
#define TINST_WRITE 0x3020u

/* For what a stage translates. */
enum purpose {
    FIRST,   /* the VS-stage, or HS's only one */
    G_FINAL, /* the G-stage, for the access itself */
    G_READ,  /* the G-stage, for a read of a VS-level table */
    G_WRITE, /* the G-stage, for setting A or D in a VS-level table */
};

enum failure { FAIL_ACCESS, FAIL_PAGE, FAIL_GUEST_PAGE };

enum verdict { LEAF_OK, LEAF_CHANGED, LEAF_FAULT };

struct walker {
    const struct hart *h;
    const struct mem *mem;
    struct trap *fault;
    const struct access_as *as;
    uint64_t va;
};

/* Records the exception; what a G-stage translation was for says which pseudo-instruction there is.
 */
static bool fail(const struct walker *w, enum failure f, uint64_t gpa, enum purpose why)
{
    static const uint8_t cause[][3] = {
        [FAIL_ACCESS] = {CAUSE_LOAD_ACCESS, CAUSE_STORE_ACCESS, CAUSE_FETCH_ACCESS},
        [FAIL_PAGE] = {CAUSE_LOAD_PAGE, CAUSE_STORE_PAGE, CAUSE_FETCH_PAGE},
        [FAIL_GUEST_PAGE] = {CAUSE_LOAD_GUEST_PAGE, CAUSE_STORE_GUEST_PAGE, CAUSE_FETCH_GUEST_PAGE},
    };
    bool guest_page = f == FAIL_GUEST_PAGE;

    *w->fault = (struct trap){
        .cause = cause[f][w->as->access],
        .tval = w->va,
        .tval2 = guest_page ? gpa >> 2 : 0,
        .tinst = !guest_page      ? 0
                 : why == G_READ  ? TINST_READ
                 : why == G_WRITE ? TINST_WRITE
                                  : 0,
        .gva = w->as->v,
    };
    return false;
}

static void fail_leaf(const struct walker *w, uint64_t gpa, enum purpose why)
{
    fail(w, why == FIRST ? FAIL_PAGE : FAIL_GUEST_PAGE, gpa, why);
}

/* What an access asks of a leaf, at one stage. */
struct rules {
    uint64_t want; /* R, W or X */
    bool mxr;
    bool user_ok, supervisor_ok; /* pages with U, without U */
    bool adue, pbmte;
};

static uint64_t wanted(const struct walker *w, enum purpose why)
{
    if (why == G_READ) {
        return PTE_R;
    }
    if (why == G_WRITE || w->as->access == ACCESS_STORE) {
        return PTE_W;
    }
    return w->as->access == ACCESS_FETCH || w->as->hlvx ? PTE_X : PTE_R;
}

/* MXR is for explicit loads; HS's acts on both stages, VS's on the first alone. */
static bool mxr_applies(const struct walker *w, enum purpose why)
{
    uint64_t status = w->h->mstatus;
    if (why == FIRST && w->as->v) {
        status |= w->h->vsstatus;
    }
    return why != G_READ && (status & STATUS_MXR) != 0;
}

static struct rules rules_of(const struct walker *w, enum purpose why)
{
    const struct hart *h = w->h;
    uint64_t env = h->menvcfg;
    struct rules r = {.want = wanted(w, why), .mxr = mxr_applies(w, why)};

    if (why == FIRST) {
        uint64_t status = w->as->v ? h->vsstatus : h->mstatus;
        bool sum = (status & STATUS_SUM) != 0 && w->as->access != ACCESS_FETCH;
        r.supervisor_ok = w->as->prv != PRV_U;
        r.user_ok = w->as->prv == PRV_U || sum;
        env &= w->as->v ? h->henvcfg : env;
    } else {
        r.user_ok = true;
    }
    r.adue = (env & ENVCFG_ADUE) != 0;
    r.pbmte = (env & ENVCFG_PBMTE) != 0;
    return r;
}

/* Step 3: reserved bits and encodings of a leaf at this level; also a pointer where there can't be
 * one. */
static bool leaf_is_legal(const struct walker *w, const struct rules *r, uint64_t pte)
{
    if ((pte & PTE_V) == 0 || (pte & PTE_RWX) == 0 || (pte & (PTE_R | PTE_W)) == PTE_W ||
        (pte & PTE_RESERVED) != 0) {
        return false;
    }
    uint64_t pbmt = FIELD_GET(PTE_PBMT, pte);
    if (pbmt != 0 && (!r->pbmte || pbmt == 3)) {
        return false;
    }
    if ((pte & PTE_N) != 0) {
        /* at a higher level it is misaligned as well */
        return isa_has(w->h->isa, EXT_SVNAPOT) && (FIELD_GET(PTE_PPN, pte) & 15) == NAPOT_PPN;
    }
    return true;
}

/* Steps 5 to 8: alignment and permissions. */
static bool leaf_permits(const struct rules *r, uint64_t pte, unsigned shift)
{
    uint64_t grants = pte & PTE_RWX;
    if (r->mxr && (pte & PTE_X) != 0) {
        grants |= PTE_R;
    }
    return (FIELD_GET(PTE_PPN, pte) << PAGE_SHIFT & (BIT(shift) - 1)) == 0 &&
           ((pte & PTE_U) != 0 ? r->user_ok : r->supervisor_ok) && (grants & r->want) != 0;
}

/* Page tables are read and written as S-mode would: "Physical Memory Protection and Paging". */
static bool pmp_permits(const struct walker *w, uint64_t pa, enum access access)
{
    return w->h->isa->pmp_entries == 0 ||
           pmp_allows(w->h, (hpa_t){pa}, sizeof(uint64_t), access, PRV_S);
}

/* Where the PTE at pa is, or NULL if it is not in the world's memory, or closed. */
static uint64_t *entry_at(const struct walker *w, uint64_t pa, enum access access)
{
    return pmp_permits(w, pa, access) ? mem_at(w->mem, (hpa_t){pa}, sizeof(uint64_t)) : NULL;
}

static bool g_stage(const struct walker *w, uint64_t gpa, enum purpose why, struct leaf *leaf);

/* Where the PTE can be written: the first stage's, which lies at gpa, with the G-stage's leave; the
 * G-stage's where it was read. NULL after an exception. */
static uint64_t *writable_entry(const struct walker *w, const struct leaf *leaf, uint64_t gpa,
                                enum purpose why)
{
    struct leaf table = {.pa = (uintptr_t)leaf->slot - w->mem->bias};
    if (why == FIRST && !g_stage(w, gpa, G_WRITE, &table)) {
        return NULL;
    }
    uint64_t *slot = entry_at(w, table.pa, ACCESS_STORE);
    if (slot == NULL) {
        fail(w, FAIL_ACCESS, gpa, G_WRITE);
    }
    return slot;
}

/* Step 9: sets what is missing of A and D, if the PTE is still what it was. */
static enum verdict leaf_update(const struct walker *w, const struct rules *r, struct leaf *leaf,
                                uint64_t gpa, enum purpose why)
{
    uint64_t bits = r->want == PTE_W ? PTE_A | PTE_D : PTE_A;
    uint64_t old = leaf->pte;

    if ((old & bits) == bits) {
        return LEAF_OK;
    }
    if (!r->adue) {
        fail_leaf(w, gpa, why);
        return LEAF_FAULT;
    }
    uint64_t *slot = writable_entry(w, leaf, gpa, why);
    if (slot == NULL) {
        return LEAF_FAULT;
    }
    leaf->pte = old | bits;
    leaf->slot = slot; /* another, if the G-stage's tables change under the walk */
    return __atomic_compare_exchange_n(slot, &old, old | bits, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST)
               ? LEAF_OK
               : LEAF_CHANGED;
}

/*
 * All of steps 3 and 5 to 10 for the leaf (or whatever stands there) that translates addr. gpa: for
 * the first stage, of the PTE itself; for the G-stage, the address translated. After LEAF_CHANGED
 * the PTE has to be read again; after LEAF_FAULT the exception is recorded.
 */
static enum verdict leaf_check(const struct walker *w, struct leaf *leaf, uint64_t addr,
                               uint64_t gpa, enum purpose why)
{
    struct rules r = rules_of(w, why);

    if (!leaf_is_legal(w, &r, leaf->pte) || !leaf_permits(&r, leaf->pte, leaf->shift)) {
        fail_leaf(w, gpa, why);
        return LEAF_FAULT;
    }
    enum verdict v = leaf_update(w, &r, leaf, gpa, why);
    uint64_t low = BIT((leaf->pte & PTE_N) != 0 ? NAPOT_SHIFT : leaf->shift) - 1;
    leaf->pa = (FIELD_GET(PTE_PPN, leaf->pte) << PAGE_SHIFT & ~low) | (addr & low);
    return v;
}

static uint64_t index_offset(uint64_t addr, unsigned shift)
{
    return addr >> (shift - 3) & INDEX_MASK;
}

/* The G-stage: Sv39x4 and its kind, or none. */
static bool g_stage(const struct walker *w, uint64_t gpa, enum purpose why, struct leaf *leaf)
{
    uint64_t hgatp = w->as->v ? w->h->hgatp : 0;
    unsigned top = mode_top(hgatp);

    if (top == 0) {
        leaf_bare(leaf, gpa);
        return true;
    }
    if (top > BARE_SHIFT || gpa >> top > G_ROOT_LAST) {
        return fail(w, FAIL_GUEST_PAGE, gpa, why);
    }
    uint64_t entry = g_root_address(hgatp) + (gpa >> top << 3);
    leaf->shift = top;
    for (;;) {
        leaf->slot = entry_at(w, entry, ACCESS_LOAD);
        if (leaf->slot == NULL) {
            return fail(w, FAIL_ACCESS, gpa, why);
        }
        leaf->pte = __atomic_load_n(leaf->slot, __ATOMIC_RELAXED);
        if (is_pointer(leaf->pte) && leaf->shift != PAGE_SHIFT) {
            leaf->shift -= LEVEL_BITS;
            entry = root_address(leaf->pte >> 10) + index_offset(gpa, leaf->shift);
            continue;
        }
        enum verdict v = leaf_check(w, leaf, gpa, gpa, why);
        if (v != LEAF_CHANGED) {
            return v == LEAF_OK;
        }
    }
}

/* The first stage, from a table on: Sv39, Sv48, Sv57. */
static bool first_stage(const struct walker *w, uint64_t table, unsigned shift, struct leaf *leaf)
{
    leaf->shift = shift;
    for (;;) {
        uint64_t gpa = table + index_offset(w->va, leaf->shift);
        struct leaf at;
        if (!g_stage(w, gpa, G_READ, &at)) {
            return false;
        }
        leaf->slot = entry_at(w, at.pa, ACCESS_LOAD);
        if (leaf->slot == NULL) {
            return fail(w, FAIL_ACCESS, gpa, FIRST);
        }
        leaf->pte = __atomic_load_n(leaf->slot, __ATOMIC_RELAXED);
        if (is_pointer(leaf->pte) && leaf->shift != PAGE_SHIFT) {
            table = root_address(leaf->pte >> 10);
            leaf->shift -= LEVEL_BITS;
            continue;
        }
        leaf->at = gpa;
        leaf->at_shift = at.shift;
        enum verdict v = leaf_check(w, leaf, w->va, gpa, FIRST);
        if (v != LEAF_CHANGED) {
            return v == LEAF_OK;
        }
    }
}

/* The first stage from its root. */
static bool first_start(const struct walker *w, struct leaf *leaf)
{
    uint64_t atp = w->as->v ? w->h->vsatp : w->h->satp;
    unsigned top = mode_top(atp);

    if (top == 0 || w->as->prv == PRV_M) {
        leaf_bare(leaf, w->va);
        return true;
    }
    if (top > BARE_SHIFT || (uint64_t)sext(w->va, top + LEVEL_BITS) != w->va) {
        return fail(w, FAIL_PAGE, 0, FIRST);
    }
    return first_stage(w, root_address(atp), top, leaf);
}

bool walk_slow(const struct hart *h, const struct mem *mem, struct access_as as, uint64_t va,
               struct xlate *out, struct trap *fault, uint64_t table, unsigned shift)
{
    const struct walker w = {.h = h, .mem = mem, .fault = fault, .as = &as, .va = va};
    struct leaf leaf;

    if (shift == WALK_INVALID) {
        return fail(&w, FAIL_PAGE, 0, FIRST);
    }
    if (shift != WALK_FINAL) {
        bool ok =
            shift == WALK_START ? first_start(&w, &leaf) : first_stage(&w, table, shift, &leaf);
        if (!ok) {
            return false;
        }
        xlate_first(out, &leaf);
    }
    if (!g_stage(&w, out->gpa.a, G_FINAL, &leaf)) {
        return false;
    }
    xlate_final(out, &leaf);
    return true;
}
