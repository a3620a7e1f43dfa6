/* SPDX-License-Identifier: BSD-2-Clause */
/* What the quick walk (walk.c) and the whole one (walk_slow.c) share. */
#ifndef SPEC_WALK_PRIVATE_H
#define SPEC_WALK_PRIVATE_H

#include "spec/walk.h"

#define PTE_HIGH    MASK(63, 54) /* reserved, or an extension's */
#define PAGE_SHIFT  12u
#define LEVEL_BITS  9u
#define INDEX_MASK  UINT64_C(0xff8) /* of an index already scaled to bytes */
#define G_ROOT_LAST UINT64_C(0x7ff) /* the G-stage's root has four times the entries */
#define BARE_SHIFT  48u

/* What has to be clear, besides V set, in a pointer to the next table. */
#define PTE_LEAFLIKE (PTE_RWX | PTE_U | PTE_A | PTE_D | PTE_HIGH)

/* A leaf PTE and what it makes of an address. */
struct leaf {
    uint64_t pa;
    uint64_t pte;
    uint64_t *slot;
    unsigned shift;
    unsigned at_shift; /* of a first stage's: struct xlate, vs_at */
    uint64_t at;
};

static inline bool is_pointer(uint64_t pte)
{
    return (pte & (PTE_LEAFLIKE | PTE_V)) == PTE_V;
}

/* Shift of the root's index by MODE; 0 for Bare; above BARE_SHIFT for a mode that there isn't. */
static inline unsigned mode_top(uint64_t atp)
{
    unsigned mode = (unsigned)(atp >> 60);
    if (mode - MODE_SV39 <= MODE_SV57 - MODE_SV39) {
        return mode * LEVEL_BITS - 42;
    }
    return mode == MODE_BARE ? 0 : 255;
}

static inline uint64_t root_address(uint64_t atp)
{
    return FIELD_GET(ATP_PPN, atp) << PAGE_SHIFT;
}

/* hgatp's two lowest PPN bits are zero: the root is 16 KiB. */
static inline uint64_t g_root_address(uint64_t hgatp)
{
    return root_address(hgatp) & ~UINT64_C(0x3fff);
}

static inline void leaf_bare(struct leaf *leaf, uint64_t addr)
{
    leaf->pa = addr;
    leaf->pte = PTE_BARE;
    leaf->slot = NULL;
    leaf->shift = BARE_SHIFT;
    leaf->at_shift = BARE_SHIFT;
    leaf->at = 0;
}

static inline void xlate_first(struct xlate *x, const struct leaf *first)
{
    x->gpa.a = first->pa;
    x->vs_pte = first->pte;
    x->vs_shift = (uint8_t)first->shift;
    x->vs_slot = first->slot;
    x->vs_at.a = first->at;
    x->vs_at_shift = (uint8_t)first->at_shift;
}

/* After xlate_first(). */
static inline void xlate_final(struct xlate *x, const struct leaf *final)
{
    x->pa.a = final->pa;
    x->g_pte = final->pte;
    x->g_shift = (uint8_t) final->shift;
    x->g_slot = final->slot;
    x->shift = x->vs_shift < final->shift ? x->vs_shift : final->shift;
}

/* Where a walk begins, goes on, or ends (walk_slow): not any shift of a table. */
enum { WALK_START = 1, WALK_FINAL = 2, WALK_INVALID = 3 };

/*
 * walk(), all of it, from the first stage's table (its address before the G-stage) whose index has
 * this shift on; or from WALK_START; or WALK_FINAL, with the first stage's leaf in *out already; or
 * WALK_INVALID, because the first stage has met a PTE without V.
 */
bool walk_slow(const struct hart *h, const struct mem *mem, struct access_as as, uint64_t va,
               struct xlate *out, struct trap *fault, uint64_t table, unsigned shift);

#endif
