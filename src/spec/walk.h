/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address translation: one stage (Sv39, Sv48, Sv57), two stages (with the x4 forms), A/D bits.
 * Privileged architecture, "Virtual Address Translation Process", and hypervisor chapter,
 * "Two-Stage Address Translation".
 */
#ifndef SPEC_WALK_H
#define SPEC_WALK_H

#include "spec/mem.h"

#define PTE_V    BIT(0)
#define PTE_R    BIT(1)
#define PTE_W    BIT(2)
#define PTE_X    BIT(3)
#define PTE_U    BIT(4)
#define PTE_G    BIT(5)
#define PTE_A    BIT(6)
#define PTE_D    BIT(7)
#define PTE_RSW  MASK(9, 8)
#define PTE_PPN  MASK(53, 10)
#define PTE_PBMT MASK(62, 61)
#define PTE_N    BIT(63)
#define PTE_RWX  (PTE_R | PTE_W | PTE_X)

enum access { ACCESS_LOAD, ACCESS_STORE, ACCESS_FETCH };

/*
 * How an access is made. For an explicit access of the running mode: prv and v of the hart. HLV and
 * HSV: prv = SPVP, v = 1; HLVX: ACCESS_LOAD with hlvx set. MPRV: MPP and MPV.
 */
struct access_as {
    uint8_t access; /* enum access */
    uint8_t prv;
    bool v;
    bool hlvx; /* needs X, not R, in both stages; faults are load faults */
};

/* An explicit load or store (not HLV, HSV), or a fetch, of the hart's present mode: MPRV heeded.
 * Machine chapter, "Memory Privilege in mstatus Register"; hypervisor chapter, "MPV". */
static inline struct access_as access_explicit(const struct hart *h, enum access access)
{
    struct access_as as = {.access = (uint8_t)access, .prv = h->prv, .v = h->v != 0};

    if ((h->mstatus & STATUS_MPRV) != 0 && access != ACCESS_FETCH) {
        as.prv = (uint8_t)FIELD_GET(STATUS_MPP, h->mstatus);
        as.v = as.prv != PRV_M && (h->mstatus & STATUS_MPV) != 0;
    }
    return as;
}

/* What a stage that is bare or absent shows as its leaf. */
#define PTE_BARE (PTE_V | PTE_RWX | PTE_U | PTE_A | PTE_D | PTE_G)

/*
 * What a translation found. pa is the byte's physical address. shift is log2 of the largest page
 * around it that both stages allow (12, 21, 30, 39, 48); that page may reach out of mem: see
 * mem_page_shift(). vs_pte and g_pte are the leaves with A/D as they are in memory now, PTE_BARE
 * for a stage that is bare (or absent). gpa is the output of the VS-stage.
 *
 * vs_slot and g_slot are where the leaves lie (NULL if bare), vs_shift and g_shift their own sizes.
 * vs_at is where the VS leaf lies for the guest, vs_at_shift the size of the G leaf that says where
 * that is.
 */
struct xlate {
    hpa_t pa;
    gpa_t gpa;
    uint64_t vs_pte;
    uint64_t g_pte;
    unsigned shift;
    uint8_t vs_shift;
    uint8_t g_shift;
    uint8_t vs_at_shift;
    gpa_t vs_at;
    const uint64_t *vs_slot;
    const uint64_t *g_slot;
};

/*
 * Translates va for the hart by satp (v = 0), or vsatp and hgatp (v = 1), with the SUM, MXR, ADUE
 * and PBMTE that apply. Sets A and D in memory (compare and swap, again if the entry changed) where
 * ADUE says so. Page tables outside mem, or closed by the hart's PMP, give the access fault of the
 * original access; for the access itself PMP is the caller's to ask. Returns true
 * and *out, or false and the exception: cause, tval = va, tval2 = gpa >> 2 and gva for v = 1, tinst
 * = 0x3000 or 0x3020 for a guest-page fault of an implicit access, else 0. Whether the final pa is
 * in mem is not checked here.
 */
bool walk(const struct hart *h, const struct mem *mem, struct access_as as, uint64_t va,
          struct xlate *out, struct trap *fault) must_check;

/* Makes the page no larger than what of it mem has in one range around the address: 4 KiB if there
 * is nothing, a device's, say. What a shadow table may hold is not more. */
static inline void xlate_clip(struct xlate *x, const struct mem *mem)
{
    unsigned shift = mem_page_shift(mem, x->pa, x->shift);
    x->shift = shift != 0 ? shift : 12;
}

/* RSW of a shadow leaf: how large the VS leaf is that it stems from (an address fence names all of
 * that). */
enum leaf_origin { ORIGIN_4K, ORIGIN_2M, ORIGIN_1G, ORIGIN_LARGER };

/*
 * The leaf that a shadow table may hold for a translation made by walk(): what both stages grant, W
 * only if D is set in both, A (and D with W) set, U as the VS leaf says (if vsatp is bare: set for
 * prv = U, clear for S), never G, the PBMT that applies, pa rounded down to the page of x->shift
 * (which the caller may have made smaller), enum leaf_origin in RSW. hs_mxr: HS's sstatus.MXR,
 * which lets X stand for R in both stages.
 *
 * 0 if nothing is left that a leaf can grant (a VS leaf with X only, read by vsstatus.MXR, over a G
 * leaf without X): such an access has to be made for the guest.
 */
uint64_t shadow_leaf(const struct xlate *x, unsigned prv, bool vs_bare, bool hs_mxr);

#endif
