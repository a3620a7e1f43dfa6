/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shadow tables: the two stages of a guest's translation as one table that hardware without H can
 * use.
 *
 * A root for each (VMID, hgatp.PPN, vsatp.MODE, ASID, vsatp.PPN) that ran lately, per hart; a root
 * that is switched away from stays. All nodes come from the hart's own pool: no locks. When the
 * pool or the roots are used up, the least recently used root goes. The pool is zeroed at the
 * start; a node that was used is when it is taken again, and only in the lines that were.
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

/*
 * About one page of the pool; index = page number in the pool.
 *
 * Of a table of 4 KiB entries in which something was filled it is known where the guest's leaves of
 * the same 2 MiB are. A hart may remember that, as its own address-translation caches do, until a
 * fence names more than a leaf: SFENCE.VMA or HFENCE.VVMA of all addresses. (Privileged
 * architecture, SFENCE.VMA: an address "orders only reads and writes made to leaf page table
 * entries".) HFENCE.GVMA "need not flush" what maps guest virtual to guest physical addresses, but
 * where the guest's table itself lies is the G-stage's to say. Leaves are read anew.
 */
struct shadow_node {
    uint64_t lines; /* bit i: entries 8i..8i+7 may be non-zero */
    uint64_t known; /* generation of the root in whose tables vs was found; no root's: not known */
    uintptr_t vs;   /* the guest's 512 leaves of 4 KiB; or its larger one, and in the low bits how
                       many levels larger it is */
    uint32_t next;  /* in the root's list, or in the free list */
    uint32_t prev;  /* in the root's list */
};

struct shadow_root {
    struct shadow_key key;
    bool live;
    bool stale;           /* the TLB may hold what the table has no more: see above */
    uint8_t mode;         /* MODE in satp */
    uint8_t top_shift;    /* of the index into the top table */
    uint8_t index;        /* in root[] */
    uint8_t share_below;  /* guest leaves smaller than 1 << this may be shared: 0 if bare */
    uint8_t busy_at;      /* in busy[]; SHADOW_ROOTS: it has no entry of its own */
    bool blind;           /* something was filled without its gpa: any HFENCE.GVMA drops it */
    uint32_t salt;        /* of its VMID, for the filters */
    uint64_t generation;  /* of what is known of its tables; no other root has it */
    uint32_t node;        /* the top table */
    uint64_t *top;        /* the same */
    uint64_t fenced_vmid; /* hgatp's VMID, in place; no VMID's if VS-level fences don't name it */
    uint64_t fenced_asid; /* vsatp's ASID, in place; no ASID's if it is global */
    uint32_t first, last; /* list of all other nodes; not those of the global root */
    struct shadow_root *global; /* whose tables it shares, if there is one yet */
    uint64_t used_at;           /* for LRU */
};

/* Where the G-stage's leaves of 2 MiB of guest-physical addresses are, which is known until an
 * HFENCE.GVMA names one of those addresses. */
#define SHADOW_G 64
struct shadow_g {
    uint64_t number; /* gpa >> 21 */
    uint64_t hgatp;
    uintptr_t slot;  /* as shadow_node.vs: entries of 4 KiB, or a larger leaf */
    uint64_t *noted; /* entries of 4 KiB: their bits in gpa_4k */
};

/* A table of 4 KiB entries that current uses, and what its node knows. */
#define SHADOW_NEAR 16
struct shadow_near {
    uint64_t number; /* va >> 21 */
    uint64_t generation;
    uint64_t *table;
    uint64_t *lines;
    uint32_t *gpa;
    const uint64_t *vs;
    struct shadow_root *owner; /* the root whose table it is: current or its global one */
    unsigned larger;
};

/* All tables of 4 KiB entries of a VMID for 2 MiB, and there is nothing larger: what a fence looks
 * at. */
#define SHADOW_FENCED      8
#define SHADOW_FENCED_WAYS 6
struct shadow_fenced {
    uint64_t key;                          /* va >> 21, and the VMID in its place in hgatp */
    uintptr_t way[SHADOW_FENCED_WAYS + 1]; /* table and, in the low bits, root; 0: the last */
};
_Static_assert((sizeof(struct shadow_fenced) & (sizeof(struct shadow_fenced) - 1)) == 0 &&
                   (SHADOW_FENCED & (SHADOW_FENCED - 1)) == 0,
               "entry.S finds one by shifts");

struct shadow {
    struct shadow_root *current;
    uint64_t *pool;           /* pages; page 0 is index 0 */
    uint64_t bias;            /* pool - pool_pa */
    struct shadow_node *node; /* one a page */
    uint32_t *gpa;            /* of each entry of the pool that is a leaf; see shadow_gpa_note() */
    uint64_t expected;  /* page that the guest will use when it has fenced it: shadow_expect() */
    uint64_t fault_gpa; /* of SHADOW_GUEST_PAGE_FAULT */
    bool fault_g;       /* that was the last fault */
    uint64_t vmid;      /* of current, in its place in hgatp */
    unsigned misses;    /* in shadow_again() */

    /* By low bits of the address's number. The first two are void when a table goes; see
     * shadow_tables_changed(). */
    struct shadow_fenced fenced[SHADOW_FENCED];
    struct shadow_near near[SHADOW_NEAR];
    struct shadow_g g[SHADOW_G];

    struct shadow_root *busy[SHADOW_ROOTS]; /* those with entries of their own, in no order */
    uint32_t busy_count;
    uint32_t pages;
    uint64_t pool_pa; /* physical address of the pool */
    uint32_t fresh;   /* pages below this index were used at least once */
    uint32_t free_list;
    uint32_t roots;             /* slots below this index were used at least once */
    uint8_t hint[SHADOW_HINTS]; /* where a key was last, by its hash */
    uint64_t asid_base;         /* added to a root's index; yours to set after shadow_init() */

    /* Which guest-physical pages, by hash with the VMID, entries were made from, and tables of the
     * guest that are known; sizes of their G leaves apart. */
    uint64_t *gpa_4k;
    uint64_t gpa_4k_bits; /* a power of two */
    uint64_t gpa_2m[SHADOW_MEGAPAGES / 64];
    bool gpa_noted; /* any bit is set */
    bool blind;     /* a root is, or a table of the guest is known, and not its gpa */

    uint64_t *filled;     /* the entry that was last written */
    uint64_t generations; /* given out so far */

    uint64_t clock;
    uint64_t fills, recycled; /* counters; fills: but for those of what is known */
    struct shadow_root root[SHADOW_ROOTS];
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

/* Remembers where that came from which shadow_map() of x at va has just filled, for shadow_again().
 */
void shadow_remember(struct shadow *s, const struct hart *h, uint64_t va, const struct xlate *x);

/*
 * Does what a walk for an explicit access of the hart's mode, with v = 1, would lead to, if it is
 * known where to look: fills, or says which fault it is. SHADOW_UNKNOWN: nothing
 * done, and nothing said. SHADOW_REPLACED: filled, and the caller has to fence, as when
 * shadow_map() returns true. SHADOW_PAGE_FAULT: the guest's; SHADOW_DENIED: the guest's, if it is a
 * store, and no cache management. SHADOW_GUEST_PAGE_FAULT: of the access itself, in the page
 * s->fault_gpa.
 */
enum shadow_again {
    SHADOW_FILLED,
    SHADOW_REPLACED,
    SHADOW_UNKNOWN,
    SHADOW_MISSED, /* never returned */
    SHADOW_PAGE_FAULT,
    SHADOW_DENIED,
    SHADOW_GUEST_PAGE_FAULT,
};
enum shadow_again shadow_again(struct shadow *s, const struct hart *h, const struct mem *mem,
                               enum access access, uint64_t va) must_check;

/*
 * The guest has met a fault at va, or had it filled. If the next fence of that page finds a valid
 * leaf there, that is filled at once (shadow_ahead()): Linux fences a page that it has just mapped
 * and goes back to the access. True if it was expected already: a hart that remembers that there
 * was nothing needs a fence.
 */
static inline bool shadow_expected(const struct shadow *s, uint64_t va)
{
    return va >> 12 == s->expected;
}

static inline bool shadow_expect(struct shadow *s, uint64_t va)
{
    bool was = shadow_expected(s, va);

    s->expected = va >> 12;
    return was;
}

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

/* The same for an SFENCE.VMA of the running guest with an address. asid: in its place in satp, or
 * SHADOW_ALL_ASIDS. */
#define SHADOW_ALL_ASIDS (~UINT64_C(0))
bool shadow_sfence(struct shadow *s, uint64_t va, uint64_t asid);

static inline const struct shadow_fenced *shadow_fenced_at(const struct shadow *s, uint64_t va)
{
    return &s->fenced[(va >> 21) % SHADOW_FENCED];
}

/* Is it known which tables a fence of va has to look at? If not: to be found, if they are few. */
static inline bool shadow_sfence_known(const struct shadow *s, uint64_t va)
{
    return shadow_fenced_at(s, va)->key == (va >> 21 | s->vmid);
}
void shadow_sfence_find(struct shadow *s, uint64_t va);

/* Is it known that no entry is named? So it is for most, which is seen in few registers. */
static inline bool shadow_sfence_idle(const struct shadow *s, uint64_t va)
{
    if (!shadow_sfence_known(s, va)) {
        return false;
    }
    for (const uintptr_t *way = shadow_fenced_at(s, va)->way; *way != 0; way++) {
        const uint64_t *table = (const uint64_t *)(*way & ~UINT64_C(0xfff));
        if (table[va >> 12 & 511] != 0) {
            return false;
        }
    }
    return true;
}

/*
 * After a fence of va, if that was expected: fills it, if that needs nothing but what is known. A
 * speculative walk. True if it did, and the hart has to fence. Nothing is done that is not seen at
 * once: the fault that comes will do it.
 */
bool shadow_ahead(struct shadow *s, const struct hart *h, const struct mem *mem, uint64_t va);

/* The same after an HFENCE.GVMA, if the guest that ran last has met a guest-page fault: a
 * hypervisor fences a page that it has just mapped and goes back to the guest. */
void shadow_ahead_g(struct shadow *s, const struct hart *h, const struct mem *mem);

/* Drops everything; the current root stays current, empty. */
void shadow_flush(struct shadow *s);

#endif
