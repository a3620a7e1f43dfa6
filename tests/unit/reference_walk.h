/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address translation once more, for comparison: written step by step from the privileged
 * architecture ("Virtual Address Translation Process" with the changes of "Svnapot", "Svpbmt" and
 * the hypervisor chapter's "Two-Stage Address Translation"), with no thought of speed, and sharing
 * nothing with src/spec but the names of the registers.
 */
#ifndef TESTS_UNIT_REFERENCE_WALK_H
#define TESTS_UNIT_REFERENCE_WALK_H

#include "reference_pmp.h"
#include "spec/walk.h"

enum ref_kind { REF_OK, REF_PAGE_FAULT, REF_GUEST_PAGE_FAULT, REF_ACCESS_FAULT };

struct ref_result {
    enum ref_kind kind;
    uint64_t pa, gpa, vs_pte, g_pte;
    unsigned shift;
    uint64_t fault_gpa; /* of a guest-page fault */
    uint64_t tinst;
};

/* One stage's translation. type: what is asked of the leaf; 'r', 'w', 'x', or 'i' for an implicit
 * read, 'j' for an implicit write. */
struct ref_stage {
    const struct hart *h;
    const struct mem *mem;
    bool two, guest; /* two: its tables are translated by the G-stage; guest: it is the G-stage */
    unsigned levels;
    uint64_t root;
    bool user, sum, mxr, adue, pbmte;
};

struct ref_leaf {
    uint64_t pa, pte;
    unsigned shift;
};

static enum ref_kind ref_g(const struct hart *h, const struct mem *mem, uint64_t gpa, char type,
                           struct ref_leaf *leaf, struct ref_result *res);

static uint64_t ref_bits(uint64_t v, unsigned high, unsigned low)
{
    return (v >> low) & ((UINT64_C(1) << (high - low + 1)) - 1);
}

/* The PTE, if it is in memory and S-mode may access it. */
static uint64_t *ref_slot(const struct hart *h, const struct mem *mem, uint64_t pa, bool store)
{
    return ref_pmp(h, pa, 8, store, PRV_S) ? mem_at(mem, (hpa_t){pa}, 8) : NULL;
}

static bool ref_reserved(const struct ref_stage *s, uint64_t pte, unsigned i)
{
    bool leaf = ref_bits(pte, 1, 1) || ref_bits(pte, 3, 3);
    if (ref_bits(pte, 2, 2) && !ref_bits(pte, 1, 1)) {
        return true;
    }
    if (ref_bits(pte, 60, 54) != 0) {
        return true;
    }
    if (!leaf) { /* D, A, U and PBMT and N of a pointer */
        return ref_bits(pte, 7, 6) != 0 || ref_bits(pte, 4, 4) || ref_bits(pte, 63, 61) != 0;
    }
    if (ref_bits(pte, 62, 61) != 0 && (!s->pbmte || ref_bits(pte, 62, 61) == 3)) {
        return true;
    }
    if (ref_bits(pte, 63, 63)) {
        bool has = (s->h->isa->ext & BIT(EXT_SVNAPOT)) != 0;
        return !has || i != 0 || ref_bits(pte, 13, 10) != 8;
    }
    return false;
}

static bool ref_allowed(const struct ref_stage *s, uint64_t pte, char type)
{
    bool r = ref_bits(pte, 1, 1), w = ref_bits(pte, 2, 2), x = ref_bits(pte, 3, 3);
    bool u = ref_bits(pte, 4, 4);
    if (s->user && !u) {
        return false;
    }
    if (!s->user && u && (!s->sum || type == 'x')) {
        return false;
    }
    switch (type) {
    case 'w':
    case 'j':
        return w;
    case 'x':
    case 'h': /* HLVX: a load that needs X */
        return x;
    case 'i':
        return r;
    default:
        return r || (s->mxr && x);
    }
}

static enum ref_kind ref_stage_walk(const struct ref_stage *s, uint64_t va, char type,
                                    struct ref_leaf *leaf, struct ref_result *res)
{
    enum ref_kind page = s->guest ? REF_GUEST_PAGE_FAULT : REF_PAGE_FAULT;
    uint64_t a = s->root;
    for (unsigned i = s->levels - 1;; i--) {
        bool wide = s->guest && i == s->levels - 1;
        uint64_t vpn = ref_bits(va, 12 + 9 * i + 8 + (wide ? 2 : 0), 12 + 9 * i);
        uint64_t at = a + vpn * 8;
        struct ref_leaf where = {.pa = at};
        if (s->two) {
            enum ref_kind k = ref_g(s->h, s->mem, at, 'i', &where, res);
            if (k != REF_OK) {
                return k;
            }
        }
        uint64_t *slot = ref_slot(s->h, s->mem, where.pa, false);
        if (slot == NULL) {
            return REF_ACCESS_FAULT;
        }
        uint64_t pte = *slot;
        if (!ref_bits(pte, 0, 0) || ref_reserved(s, pte, i)) {
            return page;
        }
        if (!ref_bits(pte, 1, 1) && !ref_bits(pte, 3, 3)) {
            if (i == 0) {
                return page;
            }
            a = ref_bits(pte, 53, 10) << 12;
            continue;
        }
        unsigned shift = 12 + 9 * i;
        if (i > 0 && ref_bits(pte, 10 + 9 * i - 1, 10) != 0) {
            return page;
        }
        if (!ref_allowed(s, pte, type)) {
            return page;
        }
        bool store = type == 'w' || type == 'j';
        uint64_t updated = pte | BIT(6) | (store ? BIT(7) : 0);
        if (updated != pte) {
            if (!s->adue) {
                return page;
            }
            if (s->two) {
                enum ref_kind k = ref_g(s->h, s->mem, at, 'j', &where, res);
                if (k != REF_OK) {
                    return k;
                }
            }
            slot = ref_slot(s->h, s->mem, where.pa, true);
            if (slot == NULL) {
                return REF_ACCESS_FAULT;
            }
            *slot = updated;
        }
        unsigned kept = ref_bits(pte, 63, 63) ? 16 : shift;
        leaf->pte = updated;
        leaf->shift = shift;
        leaf->pa = (ref_bits(pte, 53, 10) << 12 >> kept << kept) | ref_bits(va, kept - 1, 0);
        return REF_OK;
    }
}

static unsigned ref_levels(uint64_t atp)
{
    uint64_t mode = ref_bits(atp, 63, 60);
    return mode == 0 ? 0 : (unsigned)mode - 5;
}

static enum ref_kind ref_g(const struct hart *h, const struct mem *mem, uint64_t gpa, char type,
                           struct ref_leaf *leaf, struct ref_result *res)
{
    struct ref_stage s = {.h = h,
                          .mem = mem,
                          .guest = true,
                          .levels = ref_levels(h->hgatp),
                          .root = ref_bits(h->hgatp, 43, 0) << 12,
                          .user = true,
                          .mxr = ref_bits(h->mstatus, 19, 19),
                          .adue = ref_bits(h->menvcfg, 61, 61),
                          .pbmte = ref_bits(h->menvcfg, 62, 62)};
    enum ref_kind k;
    if (s.levels == 0) {
        *leaf = (struct ref_leaf){gpa, PTE_BARE, 48};
        return REF_OK;
    }
    if (gpa >> (12 + 9 * s.levels + 2) != 0) {
        k = REF_GUEST_PAGE_FAULT;
    } else {
        k = ref_stage_walk(&s, gpa, type, leaf, res);
    }
    if (k == REF_GUEST_PAGE_FAULT) {
        res->fault_gpa = gpa;
        res->tinst = type == 'i' ? 0x3000 : type == 'j' ? 0x3020 : 0;
    }
    return k;
}

static enum ref_kind ref_first(const struct hart *h, const struct mem *mem, struct access_as as,
                               char type, uint64_t va, struct ref_leaf *leaf,
                               struct ref_result *res)
{
    uint64_t atp = as.v ? h->vsatp : h->satp;
    uint64_t status = as.v ? h->vsstatus : h->mstatus;
    bool mxr = ref_bits(status, 19, 19) || ref_bits(h->mstatus, 19, 19);
    bool adue = ref_bits(h->menvcfg, 61, 61), pbmte = ref_bits(h->menvcfg, 62, 62);
    struct ref_stage s = {.h = h,
                          .mem = mem,
                          .two = as.v,
                          .levels = ref_levels(atp),
                          .root = ref_bits(atp, 43, 0) << 12,
                          .user = as.prv == PRV_U,
                          .sum = ref_bits(status, 18, 18),
                          .mxr = mxr,
                          .adue = adue && (!as.v || ref_bits(h->henvcfg, 61, 61)),
                          .pbmte = pbmte && (!as.v || ref_bits(h->henvcfg, 62, 62))};
    if (s.levels == 0 || as.prv == PRV_M) {
        *leaf = (struct ref_leaf){va, PTE_BARE, 48};
        return REF_OK;
    }
    unsigned bits = 12 + 9 * s.levels;
    uint64_t high = va >> (bits - 1);
    if (high != 0 && high != ~UINT64_C(0) >> (bits - 1)) {
        return REF_PAGE_FAULT;
    }
    return ref_stage_walk(&s, va, type, leaf, res);
}

static struct ref_result ref_walk(const struct hart *h, const struct mem *mem, struct access_as as,
                                  uint64_t va)
{
    static const char types[] = {[ACCESS_LOAD] = 'r', [ACCESS_STORE] = 'w', [ACCESS_FETCH] = 'x'};
    char type = as.hlvx ? 'h' : types[as.access];
    struct ref_result res = {.kind = REF_OK};
    struct ref_leaf first, final;

    res.kind = ref_first(h, mem, as, type, va, &first, &res);
    if (res.kind != REF_OK) {
        return res;
    }
    final = (struct ref_leaf){first.pa, PTE_BARE, 48};
    if (as.v) {
        res.kind = ref_g(h, mem, first.pa, type, &final, &res);
    }
    res.pa = final.pa;
    res.gpa = first.pa;
    res.vs_pte = first.pte;
    res.g_pte = final.pte;
    res.shift = first.shift < final.shift ? first.shift : final.shift;
    return res;
}

#endif
