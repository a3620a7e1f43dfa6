/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shadow tables: the two stages of a guest's translation as one table that hardware without H can
 * use.
 *
 * A root for each (VMID, hgatp.PPN, vsatp.MODE, ASID, vsatp.PPN) that ran lately, per hart; a root
 * that is switched away from stays. All nodes come from the hart's own pool: no locks. When the
 * pool or the roots are used up, the least recently used root goes. A free node is zeroed when it
 * is taken, and only in the lines that were used.
 *
 * What the guest marks as global (PTE_G) is the same in all address spaces of a VMID. It is filled
 * into a root of its own that never runs, one for all roots of the same kind, and their top entries
 * point to its tables: a new address space begins with all that is known of the kernel's.
 *
 * The TLB: what fills and fences report is what the hart has to fence now. A root that lost
 * something while it was not current is marked stale; so is the current one when a fence of one
 * address is not enough. So the rule for the host is:
 *   after shadow_switch(): if current->stale, fence the root's whole ASID (or everything) and
 *   clear stale; whenever a fill or a fence returned true: if current->stale, fence everything and
 *   clear stale, else fence the address, in all ASIDs (other roots share tables with this one).
 * (A host that fences everything on its way into the guest may clear current->stale there.)
 *
 * Pure but for the pool's memory: builds on the host.
 */
#ifndef CORE_SHADOW_H
#define CORE_SHADOW_H

#include "spec/exec.h"
#include "spec/walk.h"

#define SHADOW_ROOTS     32
#define SHADOW_HINTS     64
#define SHADOW_MEGAPAGES 1024 /* bits, a power of two */
#define SHADOW_PAGES_MIN 8    /* fewer pages of pool, and fills do nothing */

/* What distinguishes an address space. Equal keys share a root. */
struct shadow_key {
    uint64_t hgatp;
    uint64_t vsatp;
    uint8_t flavour; /* bit 0: HS's sstatus.MXR; if vsatp is bare, bit 1: prv is U */
};

#define SHADOW_FLAVOUR_MXR  BIT(0)
#define SHADOW_FLAVOUR_USER BIT(1)

#define SHADOW_FLAVOUR_GLOBAL BIT(7) /* the shadow's own: the root of what is global */

/* About one page of the pool; index = page number in the pool. */
struct shadow_node {
    uint64_t lines; /* bit i: entries 8i..8i+7 may be non-zero */
    uint32_t next;  /* in the root's list, or in the free list */
    uint32_t prev;  /* in the root's list */
};

struct shadow_root {
    struct shadow_key key;
    bool live;
    bool stale;           /* the TLB may hold what the table has no more: see above */
    uint8_t mode;         /* MODE in satp */
    uint8_t index;        /* in root[] */
    uint8_t share_below;  /* guest leaves smaller than 1 << this may be shared: 0 if bare */
    uint8_t busy_at;      /* in busy[]; SHADOW_ROOTS: it has no entry of its own */
    bool blind;           /* something was filled without its gpa: any HFENCE.GVMA drops it */
    uint32_t salt;        /* of its VMID, for the filters */
    uint64_t generation;  /* of what is remembered of it; no other root has it */
    uint32_t node;        /* the top table */
    uint64_t *top;        /* the same */
    uint64_t fenced_vmid; /* hgatp's VMID, in place; no VMID's if VS-level fences don't name it */
    uint64_t fenced_asid; /* vsatp's ASID, in place; no ASID's if it is global */
    uint32_t first, last; /* list of all other nodes; not those of the global root */
    struct shadow_root *global; /* whose tables it shares, if there is one yet */
    uint64_t used_at;           /* for LRU */
};

/*
 * What is known of 2 MiB of an address space in which something was filled: where the guest's
 * leaves and the shadow's are; and of 2 MiB of guest-physical addresses, where the G-stage's are. A
 * hart may remember that, as its own address-translation caches do, until a fence names more than a
 * leaf: SFENCE.VMA or HFENCE.VVMA of all addresses, any HFENCE.GVMA. (Privileged architecture,
 * SFENCE.VMA: an address "orders only reads and writes made to leaf page table entries".) Leaves
 * are read anew. All of it is void when a generation has gone on.
 */
#define SHADOW_REGIONS 16
struct shadow_region {
    uint64_t number;           /* va >> 21 */
    uint64_t generation;       /* the root's then, no other root's */
    uint64_t g_generation;     /* the shadow's */
    uint64_t *table;           /* the shadow's entries of 4 KiB */
    uint64_t *lines;           /* of that node */
    struct shadow_root *owner; /* whose it is: the root, or its global one */
    const uint64_t *vs;        /* the guest's entries of 4 KiB, or its leaf of 2 MiB */
    unsigned vs_shift;         /* which of them */
};
struct shadow_pages {
    uint64_t number;     /* gpa >> 21 */
    uint64_t generation; /* the shadow's g_generation */
    uint64_t hgatp;
    const uint64_t *g; /* entries of 4 KiB, or a larger leaf */
    unsigned shift;    /* of the leaf */
};

struct shadow {
    uint64_t *pool;   /* pages; page 0 is index 0 */
    uint64_t pool_pa; /* physical address of the pool */
    uint64_t bias;    /* pool - pool_pa */
    uint32_t pages;
    uint32_t fresh; /* pages below this index were used at least once */
    uint32_t free_list;
    uint32_t roots;           /* slots below this index were used at least once */
    struct shadow_node *node; /* one a page */
    struct shadow_root root[SHADOW_ROOTS];
    struct shadow_root *current;
    struct shadow_root *busy[SHADOW_ROOTS]; /* those with entries of their own, in no order */
    uint32_t busy_count;
    uint8_t hint[SHADOW_HINTS]; /* where a key was last, by its hash */
    uint64_t asid_base;         /* added to a root's index; yours to set after shadow_init() */

    /* Which guest-physical pages, by hash with the VMID, entries were made from; sizes of their G
     * leaves apart. */
    uint32_t *gpa; /* of each entry of the pool that is a leaf; see shadow_gpa_note() */
    uint64_t *gpa_4k;
    uint64_t gpa_4k_bits; /* a power of two */
    uint64_t gpa_2m[SHADOW_MEGAPAGES / 64];
    bool gpa_noted; /* any bit is set */

    uint64_t *filled;     /* the entry that was last written */
    uint64_t generations; /* given out so far */
    uint64_t g_generation;
    struct shadow_region region[SHADOW_REGIONS]; /* by the address's low bits */
    struct shadow_pages g[SHADOW_REGIONS];       /* by the guest-physical address's */

    uint64_t clock;
    uint64_t fills, recycled; /* counters */
};

/*
 * Makes a shadow from `size` bytes of memory at `base` (4 KiB aligned, physical address pa); node[]
 * and the filter of guest-physical pages are carved from its front. At least 64 KiB.
 */
void shadow_init(struct shadow *s, void *base, uint64_t pa, uint64_t size);

/*
 * The satp value (MODE and PPN, ASID = index of the root + asid_base) for the key: finds or makes
 * the root and makes it current. mode: the physical mode for it (at least as deep as needed for
 * vsatp's or, bare, hgatp's address width as far as the hart has). Look at current->stale.
 */
uint64_t shadow_switch(struct shadow *s, const struct shadow_key *key, unsigned mode);

/*
 * Maps the page of size 1 << shift around va to leaf (see shadow_leaf) in the current root. Returns
 * true if an older valid entry was there or the root lost something else for want of nodes, so that
 * the caller has to fence (see above); false if the entry was invalid before (no fence needed).
 * A va that the root's mode cannot address is not mapped.
 *
 * Prefer shadow_map(): what is filled by shadow_fill() goes with the first HFENCE.GVMA of its VMID.
 */
bool shadow_fill(struct shadow *s, uint64_t va, uint64_t leaf, unsigned shift);

/* shadow_fill() of a translation: leaf is shadow_leaf()'s of x, shift is x->shift. */
bool shadow_map(struct shadow *s, uint64_t va, const struct xlate *x, uint64_t leaf);

/* Remembers what shadow_map() of x at va has just filled, for shadow_again(). */
void shadow_remember(struct shadow *s, const struct hart *h, uint64_t va, const struct xlate *x);

/*
 * Fills what a walk of va with v = 1 would find, and around it, if it is known where to look and
 * all is in order. SHADOW_UNKNOWN: nothing done, and nothing said. SHADOW_REPLACED: the caller has
 * to fence, as when shadow_map() returns true.
 */
enum shadow_again { SHADOW_UNKNOWN, SHADOW_FILLED, SHADOW_REPLACED };
enum shadow_again shadow_again(struct shadow *s, const struct hart *h, const struct mem *mem,
                               struct access_as as, uint64_t va) must_check;

/*
 * After shadow_map() of a 4 KiB page (x->shift = 12) for va: maps as well what it finds of the
 * aligned block of WALK_AROUND pages around it, where nothing is mapped yet and the guest's
 * tables have A set: no side effects, nothing outside mem. Nothing to fence. Returns how many.
 */
unsigned shadow_fill_around(struct shadow *s, const struct hart *h, const struct mem *mem,
                            uint64_t va, const struct xlate *x);

/*
 * Drops what the fence names, and no less: FENCE_VMA and FENCE_VVMA in the roots of hgatp's VMID
 * (by address, ASID, both or all), FENCE_GVMA in the roots of the VMID or of all. An address names
 * all of the guest's superpage around it. f->id: only its low 16 bits (ASID) or 14 (VMID) count.
 * Returns true if the current root lost something (so that the hart must fence: see above).
 *
 * HFENCE.GVMA of addresses drops the entries that were made from those pages, or from a G leaf of 2
 * MiB around them. (All of a root that has some of larger leaves.) It costs a few instructions if
 * there are none, as for a page that was just mapped for the first time; else all tables of the
 * VMID are looked through, once for all pages.
 */
bool shadow_fence(struct shadow *s, const struct fence *f, uint64_t hgatp);

/* The same for FENCE_VMA and FENCE_VVMA of an address, as the commonest of them is. */
bool shadow_fence_vma(struct shadow *s, const struct fence *f, uint64_t hgatp);

/* Drops everything; the current root stays current, empty. */
void shadow_flush(struct shadow *s);

#endif
