/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shadow tables: the two stages of a guest's translation as one table that hardware without H can use.
 *
 * A root for each (VMID, hgatp.PPN, vsatp.MODE, ASID, vsatp.PPN) that ran lately, per hart; a root that is switched away from
 * stays. All nodes come from the hart's own pool: no locks. When the pool or the roots are used up, the least recently used
 * root goes. A free node is zeroed when it is taken, and only in the lines that were used.
 *
 * Pure but for the pool's memory: builds on the host.
 */
#ifndef CORE_SHADOW_H
#define CORE_SHADOW_H

#include "spec/exec.h"
#include "spec/walk.h"

#define SHADOW_ROOTS 32

/* What distinguishes an address space. Equal keys share a root. */
struct shadow_key {
    uint64_t hgatp;
    uint64_t vsatp;
    uint8_t flavour; /* bit 0: HS's sstatus.MXR; if vsatp is bare, bit 1: prv is U */
};

struct shadow; /* per hart; defined in shadow.c's own header part below */

struct shadow_node {  /* about one page of the pool; index = page number in the pool */
    uint64_t lines;   /* bit i: entries 8i..8i+7 may be non-zero */
    uint32_t next;    /* in the root's list, or in the free list */
    uint32_t unused;
};

struct shadow_root {
    struct shadow_key key;
    bool live;
    uint32_t node;    /* the top table */
    uint32_t first;   /* list of all other nodes */
    uint64_t used_at; /* for LRU */
};

struct shadow {
    uint64_t *pool;           /* pages; page 0 is index 0 */
    uint64_t pool_pa;         /* physical address of the pool */
    uint32_t pages;
    uint32_t fresh;           /* pages below this index were used at least once */
    uint32_t free_list;
    struct shadow_node *node; /* one a page */
    struct shadow_root root[SHADOW_ROOTS];
    struct shadow_root *current;
    uint64_t clock;
    uint64_t fills, recycled; /* counters */
};

/* Makes a shadow from `size` bytes of memory at `base` (4 KiB aligned, physical address pa); node[] is carved from its front. */
void shadow_init(struct shadow *s, void *base, uint64_t pa, uint64_t size);

/*
 * The satp value (MODE and PPN, ASID = index of the root + asid_base) for the key: finds or makes the root and makes it current.
 * mode: the physical mode for it (at least as deep as needed for vsatp's or, bare, hgatp's address width as far as the hart has).
 */
uint64_t shadow_switch(struct shadow *s, const struct shadow_key *key, unsigned mode);

/*
 * Maps the page of size 1 << shift around va to leaf (see shadow_leaf) in the current root. Returns true if an older valid
 * entry was there or a node was taken from another root, so that the caller has to fence va; false if the entry was
 * invalid before (no fence needed).
 */
bool shadow_fill(struct shadow *s, uint64_t va, uint64_t leaf, unsigned shift);

/*
 * Drops what the fence names, and no less: FENCE_VMA and FENCE_VVMA in the roots of hgatp's VMID (by address, ASID, both or all),
 * FENCE_GVMA in the roots of the VMID or of all. Returns true if the current root lost something (so that the hart must fence).
 */
bool shadow_fence(struct shadow *s, const struct fence *f, uint64_t hgatp);

/* Drops everything. */
void shadow_flush(struct shadow *s);

#endif
