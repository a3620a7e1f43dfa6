/* SPDX-License-Identifier: BSD-2-Clause */
/* What a quick walk looks at: PTEs in the best of orders, and nothing else. */
#ifndef SPEC_WALK_QUICK_H
#define SPEC_WALK_QUICK_H

#include "spec/walk_private.h"

#define hot_inline static inline __attribute__((always_inline))

/* What the address bits of a pointer or of a leaf without high bits say. */
hot_inline uint64_t pte_address(uint64_t pte)
{
    return pte >> 10 << PAGE_SHIFT;
}

/*
 * The test of a leaf: with the bits that don't matter set, it must be just this. PTE_HIGH always
 * matters, RSW and G never do; R is asked of all: it rules out W without R.
 */
struct test {
    uint64_t ignored;
    uint64_t wanted;
};

#define LEAF_BITS (PTE_V | PTE_RWX | PTE_U | PTE_A | PTE_D)

/* Of the G-stage, for reading a VS-level table. */
static const struct test g_read = {PTE_W | PTE_X | PTE_D, LEAF_BITS};

hot_inline bool leaf_passes(uint64_t pte, struct test t, unsigned shift)
{
    return ((pte & (PTE_LEAFLIKE | PTE_V)) | t.ignored) == t.wanted &&
           (pte_address(pte) & (BIT(shift) - 1)) == 0;
}

#define SHIFT_1G 30u
#define SHIFT_2M 21u

hot_inline bool leaf_take(struct leaf *leaf, uint64_t addr, struct test t, unsigned shift)
{
    leaf->shift = shift;
    leaf->pa = pte_address(leaf->pte) | (addr & (BIT(shift) - 1));
    return likely(leaf_passes(leaf->pte, t, shift));
}

hot_inline uint64_t index_offset(uint64_t addr, unsigned shift)
{
    return addr >> (shift - 3) & INDEX_MASK;
}

/* What has to be set in a leaf for the access, beyond V, R and A. */
hot_inline uint64_t access_bits(struct access_as as)
{
    if (as.access == ACCESS_STORE) {
        return PTE_W | PTE_D;
    }
    return as.access == ACCESS_FETCH || as.hlvx ? PTE_X : 0;
}

hot_inline struct test vs_test(struct access_as as, uint64_t g_ignored, uint64_t vsstatus)
{
    struct test t = {g_ignored, LEAF_BITS};

    if (as.prv != PRV_U) {
        if ((vsstatus & STATUS_SUM) != 0 && as.access != ACCESS_FETCH) {
            t.ignored |= PTE_U;
        } else {
            t.wanted &= ~PTE_U;
        }
    }
    return t;
}

/* What two stages grant together, the memory type aside; mxr lets X stand for R. 0 if that is
 * nothing. */
hot_inline uint64_t leaf_join(uint64_t vs_pte, uint64_t g_pte, bool mxr)
{
    if (unlikely(mxr)) {
        vs_pte |= (vs_pte & PTE_X) != 0 ? PTE_R : 0;
        g_pte |= (g_pte & PTE_X) != 0 ? PTE_R : 0;
    }
    uint64_t both = vs_pte & g_pte;
    uint64_t rwx = both & (PTE_R | PTE_X | ((both & PTE_D) != 0 ? PTE_W : 0));

    return rwx == 0 ? 0 : PTE_V | PTE_A | rwx | ((rwx & PTE_W) != 0 ? PTE_D : 0);
}

/*
 * Two leaves that are known already, as a shadow leaf of 4 KiB: quick_passes() for each with the
 * test of the access, quick_page() for what it makes of a page's address, quick_leaf(). A leaf may
 * be larger than 4 KiB, by so many levels.
 */
hot_inline bool quick_passes(uint64_t pte, struct test t)
{
    return leaf_passes(pte, t, PAGE_SHIFT);
}

/* An odd address if the leaf is a misaligned one. */
hot_inline uint64_t quick_page(uint64_t pte, uint64_t addr, unsigned larger)
{
    uint64_t page = pte_address(pte);

    if (larger != 0) {
        uint64_t low = BIT(PAGE_SHIFT + larger * LEVEL_BITS) - 1;
        page |= (page & low) != 0 ? 1 : addr & low & ~(BIT(PAGE_SHIFT) - 1);
    }
    return page;
}

/* As shadow_leaf(), for pa's page; 0 as well if that is not in mem's first range. What passes can
 * be read: MXR changes nothing. */
hot_inline uint64_t quick_leaf(const struct mem *mem, uint64_t vs_pte, unsigned vs_larger,
                               uint64_t g_pte, uint64_t pa)
{
    uint64_t leaf = leaf_join(vs_pte, g_pte, false);

    if (unlikely(leaf == 0 || pa - mem->range[0].base >= mem->range[0].size)) {
        return 0;
    }
    return leaf | (vs_pte & PTE_U) | FIELD_PUT(PTE_RSW, (uint64_t)vs_larger) | pa >> 2;
}

/* Of the guest's leaf, and but for U of the G-stage's, for a speculative walk: whatever access. */
static const struct test quick_any = {PTE_W | PTE_X | PTE_U | PTE_D, LEAF_BITS};

hot_inline struct test quick_g_test(struct test vs)
{
    return (struct test){vs.ignored & ~PTE_U, LEAF_BITS};
}

/*
 * The G-stage's leaf for gpa, as a speculative walk: false if it is not quickly seen to be in
 * order, readable and with A set. leaf->slot and pte are then what stood there, or slot is NULL.
 */
bool walk_g_quick(const struct hart *h, const struct mem *mem, uint64_t gpa,
                  struct leaf *leaf) must_check;

#endif
