/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a leaf PTE permits: the translation process from step 3 on, for the leaves that the quick
 * test of walk.c does not pass; and the exceptions of a walk.
 */
#include "spec/walk_private.h"

#define PTE_RESERVED MASK(60, 54)
#define NAPOT_SHIFT  16u
#define NAPOT_PPN    8u /* the only encoding so far: 64 KiB */

#define TINST_READ  0x3000u
#define TINST_WRITE 0x3020u

cold_path void walk_fail(const struct walker *w, enum failure f, uint64_t gpa, enum purpose why)
{
    static const uint8_t cause[][3] = {
        [FAIL_ACCESS] = {CAUSE_LOAD_ACCESS, CAUSE_STORE_ACCESS, CAUSE_FETCH_ACCESS},
        [FAIL_PAGE] = {CAUSE_LOAD_PAGE, CAUSE_STORE_PAGE, CAUSE_FETCH_PAGE},
        [FAIL_GUEST_PAGE] = {CAUSE_LOAD_GUEST_PAGE, CAUSE_STORE_GUEST_PAGE, CAUSE_FETCH_GUEST_PAGE},
    };
    bool guest_page = f == FAIL_GUEST_PAGE;

    *w->fault = (struct trap){
        .cause = cause[f][w->as.access],
        .tval = w->va,
        .tval2 = guest_page ? gpa >> 2 : 0,
        .tinst = !guest_page      ? 0
                 : why == G_READ  ? TINST_READ
                 : why == G_WRITE ? TINST_WRITE
                                  : 0,
        .gva = w->as.v,
    };
}

static void fail_leaf(const struct walker *w, uint64_t gpa, enum purpose why)
{
    walk_fail(w, why == FIRST ? FAIL_PAGE : FAIL_GUEST_PAGE, gpa, why);
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
    if (why == G_WRITE || w->as.access == ACCESS_STORE) {
        return PTE_W;
    }
    return w->as.access == ACCESS_FETCH || w->as.hlvx ? PTE_X : PTE_R;
}

/* MXR is for explicit loads; HS's acts on both stages, VS's on the first alone. */
static bool mxr_applies(const struct walker *w, enum purpose why)
{
    uint64_t status = w->h->mstatus;
    if (why == FIRST && w->as.v) {
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
        uint64_t status = w->as.v ? h->vsstatus : h->mstatus;
        bool sum = (status & STATUS_SUM) != 0 && w->as.access != ACCESS_FETCH;
        r.supervisor_ok = w->as.prv != PRV_U;
        r.user_ok = w->as.prv == PRV_U || sum;
        env &= w->as.v ? h->henvcfg : env;
    } else {
        r.user_ok = true;
    }
    r.adue = (env & ENVCFG_ADUE) != 0 && !w->probe;
    r.pbmte = (env & ENVCFG_PBMTE) != 0;
    return r;
}

/* Step 3: reserved bits and encodings of a leaf at this level; also a pointer where there can't be
 * one. */
static bool leaf_is_legal(const struct walker *w, const struct rules *r, uint64_t pte,
                          unsigned shift)
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
        return isa_has(w->h->isa, EXT_SVNAPOT) && shift == PAGE_SHIFT &&
               (FIELD_GET(PTE_PPN, pte) & 15) == NAPOT_PPN;
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

/* Where the PTE at gpa can be written, with the G-stage's leave; NULL after an exception. */
static uint64_t *writable_entry(struct walker *w, uint64_t gpa)
{
    struct leaf table = {.pa = gpa};
    if (w->g_top != 0 && !g_translate(w, gpa, G_WRITE, &table)) {
        return NULL;
    }
    uint64_t *slot = entry_at(w, table.pa);
    if (slot == NULL) {
        walk_fail(w, FAIL_ACCESS, gpa, G_WRITE);
    }
    return slot;
}

/* Step 9: sets what is missing of A and D, if the PTE is still what it was. */
static enum verdict leaf_update(struct walker *w, const struct rules *r, struct leaf *leaf,
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
    uint64_t *slot = why == FIRST ? writable_entry(w, gpa) : leaf->slot;
    if (slot == NULL) {
        return LEAF_FAULT;
    }
    leaf->pte = old | bits;
    return __atomic_compare_exchange_n(slot, &old, old | bits, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST)
               ? LEAF_OK
               : LEAF_CHANGED;
}

enum verdict leaf_check(struct walker *w, struct leaf *leaf, uint64_t addr, uint64_t gpa,
                        enum purpose why)
{
    struct rules r = rules_of(w, why);

    if (!leaf_is_legal(w, &r, leaf->pte, leaf->shift) ||
        !leaf_permits(&r, leaf->pte, leaf->shift)) {
        fail_leaf(w, gpa, why);
        return LEAF_FAULT;
    }
    enum verdict v = leaf_update(w, &r, leaf, gpa, why);
    uint64_t low = BIT((leaf->pte & PTE_N) != 0 ? NAPOT_SHIFT : leaf->shift) - 1;
    leaf->pa = (FIELD_GET(PTE_PPN, leaf->pte) << PAGE_SHIFT & ~low) | (addr & low);
    return v;
}

static uint64_t granted(uint64_t pte, bool mxr)
{
    uint64_t rwx = pte & PTE_RWX;
    if (mxr && (pte & PTE_X) != 0) {
        rwx |= PTE_R;
    }
    return (pte & PTE_D) != 0 ? rwx : rwx & ~PTE_W;
}

/* What RSW says of a shadow leaf. vsatp Bare is no leaf that a fence could name. */
static enum leaf_origin origin_of(const struct xlate *x, bool vs_bare)
{
    if (vs_bare || x->vs_shift <= 12) {
        return ORIGIN_4K;
    }
    return x->vs_shift == 21 ? ORIGIN_2M : x->vs_shift == 30 ? ORIGIN_1G : ORIGIN_LARGER;
}

uint64_t shadow_leaf(const struct xlate *x, unsigned prv, bool vs_bare, bool hs_mxr)
{
    uint64_t rwx = granted(x->vs_pte, hs_mxr) & granted(x->g_pte, hs_mxr);
    bool user = vs_bare ? prv == PRV_U : (x->vs_pte & PTE_U) != 0;
    /* Svpbmt: the VS-stage's memory type overrides the G-stage's unless it is PMA */
    uint64_t pbmt = (x->vs_pte & PTE_PBMT) != 0 ? x->vs_pte & PTE_PBMT : x->g_pte & PTE_PBMT;

    if (rwx == 0) {
        return 0;
    }
    return PTE_V | rwx | (user ? PTE_U : 0) | PTE_A | ((rwx & PTE_W) != 0 ? PTE_D : 0) | pbmt |
           FIELD_PUT(PTE_RSW, origin_of(x, vs_bare)) |
           FIELD_PUT(PTE_PPN, align_down(x->pa.a, BIT(x->shift)) >> PAGE_SHIFT);
}
