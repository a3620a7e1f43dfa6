/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of the shadow tables have in common: nodes, roots, filters. */
#ifndef CORE_SHADOW_PRIVATE_H
#define CORE_SHADOW_PRIVATE_H

#include "core/shadow.h"

#define NIL        UINT32_MAX
#define ENTRIES    512u
#define PAGE_SHIFT 12u
#define PAGE       BIT(PAGE_SHIFT)
#define MEGAPAGE   BIT(21)
#define SPLIT      FIELD_LSB(PTE_RSW) /* in a pointer */
#define SHARED     (SPLIT << 1)       /* in a pointer at the top: the table is the global root's */

static inline uint64_t *table_of(const struct shadow *s, uint32_t n)
{
    return s->pool + (size_t)n * ENTRIES;
}

static inline uint64_t pointer_to(const struct shadow *s, uint32_t n)
{
    return (s->pool_pa + ((uint64_t)n << PAGE_SHIFT)) >> 2 | PTE_V;
}

static inline uint32_t node_of(const struct shadow *s, uint64_t pte)
{
    return (uint32_t)(((FIELD_GET(PTE_PPN, pte) << PAGE_SHIFT) - s->pool_pa) >> PAGE_SHIFT);
}

static inline bool is_table(uint64_t pte)
{
    return (pte & (PTE_V | PTE_RWX)) == PTE_V;
}

static inline unsigned top_shift(const struct shadow_root *r)
{
    return r->top_shift;
}

static inline unsigned index_at(uint64_t va, unsigned shift)
{
    return (unsigned)(va >> shift) & (ENTRIES - 1);
}

/* The table that a pointer points to. */
static inline uint64_t *table_at(const struct shadow *s, uint64_t pte)
{
    return (uint64_t *)(uintptr_t)((pte >> 10 << PAGE_SHIFT) + s->bias);
}

static inline uint64_t *top_entry(const struct shadow_root *r, uint64_t va)
{
    return &r->top[index_at(va, top_shift(r))];
}

/* Is this top entry the global root's? */
static inline bool is_shared_pointer(uint64_t pte)
{
    return (pte & (PTE_RWX | SHARED)) == SHARED;
}

static inline bool is_shared(const struct shadow_root *r, uint64_t va)
{
    return is_shared_pointer(*top_entry(r, va));
}

static inline bool is_global(const struct shadow_root *r)
{
    return (r->key.flavour & SHADOW_FLAVOUR_GLOBAL) != 0;
}

/* What is known of r's guest's tables is void. */
static inline void root_forget(struct shadow *s, struct shadow_root *r)
{
    r->generation = ++s->generations;
}

static inline struct shadow_g *shadow_g_at(struct shadow *s, uint64_t gpa)
{
    return &s->g[(gpa >> 21) % SHADOW_G];
}

static inline void shadow_g_forget(struct shadow *s, uint64_t gpa)
{
    shadow_g_at(s, gpa)->number = ~UINT64_C(0);
}

static inline bool is_busy(const struct shadow_root *r)
{
    return r->busy_at != SHADOW_ROOTS;
}

/* r gets an entry of its own. */
static inline void busy_note(struct shadow *s, struct shadow_root *r)
{
    if (unlikely(!is_busy(r))) {
        r->busy_at = (uint8_t)s->busy_count;
        s->busy[s->busy_count++] = r;
    }
}

struct filter_bit {
    uint64_t *word;
    uint64_t bit;
};

/* Keeps the pages of different VMIDs apart in the filters, most of the time. */
static inline uint32_t gpa_salt(uint64_t hgatp)
{
    return (uint32_t)FIELD_GET(HGATP_VMID, hgatp) * 0x9e37u;
}

/* The bits of a guest-physical page and of 2 MiB. Pages of one guest that lie together never share
 * one, up to the size of the filter; the bits of all pages of 2 MiB are 8 words in a row. */
static inline struct filter_bit gpa_bit_4k(const struct shadow *s, uint64_t gpa, uint32_t salt)
{
    uint64_t i = ((gpa >> PAGE_SHIFT) + ((uint64_t)salt << 9)) & (s->gpa_4k_bits - 1);
    return (struct filter_bit){&s->gpa_4k[i / 64], BIT(i % 64)};
}

static inline struct filter_bit gpa_bit_2m(struct shadow *s, uint64_t gpa, uint32_t salt)
{
    uint64_t i = ((gpa >> 21) + salt) & (SHADOW_MEGAPAGES - 1);
    return (struct filter_bit){&s->gpa_2m[i / 64], BIT(i % 64)};
}

/* In gpa[]: the number of the page, and whether the G leaf is one of 2 MiB around it. */
#define GPA_2M        (UINT32_C(1) << 31)
#define GPA_PAGE_BITS 31

/* Notes in the filters that the G leaf of gpa was used. False if it is larger than they know of, or
 * there is none. */
static inline bool shadow_gpa_used(struct shadow *s, uint64_t gpa, unsigned g_shift, uint32_t salt)
{
    struct filter_bit b =
        likely(g_shift == 12) ? gpa_bit_4k(s, gpa, salt) : gpa_bit_2m(s, gpa, salt);

    if (unlikely(g_shift > 21)) {
        return false;
    }
    s->gpa_noted = true;
    *b.word |= b.bit;
    return true;
}

/*
 * Remembers which page's G leaf entry e of r was made from; and in the filters, 4 KiB and 2 MiB
 * apart. Larger leaves don't pay, a bare G-stage is as one that is too large.
 */
static inline void shadow_gpa_note(struct shadow *s, struct shadow_root *r, const uint64_t *e,
                                   uint64_t gpa, unsigned g_shift)
{
    uint64_t page = gpa >> PAGE_SHIFT;

    if (unlikely(!shadow_gpa_used(s, gpa, g_shift, r->salt) || page >> GPA_PAGE_BITS != 0)) {
        r->blind = s->blind = true;
    }
    s->gpa[e - s->pool] = (uint32_t)page | (g_shift == 12 ? 0 : GPA_2M);
}

#define cold_path __attribute__((noinline, cold))

/* A zeroed node, in no list, or NIL. */
uint32_t shadow_take(struct shadow *s);

/* Into the root's list. */
void shadow_link(struct shadow *s, struct shadow_root *r, uint32_t n);

/* Frees the tables under an entry of size 1 << shift. */
void shadow_free_tables(struct shadow *s, struct shadow_root *r, uint64_t pte, unsigned shift);

/* Drops all nodes but the top, which is left empty. */
void shadow_root_empty(struct shadow *s, struct shadow_root *r);

/* Drops all of r: empties it if it is current, else kills it. */
void shadow_drop(struct shadow *s, struct shadow_root *r);

/* Kills the least recently used root that is not current, nor current's global one. False if there
 * is none. */
bool shadow_recycle(struct shadow *s);

/* The live root of that key, or NULL. */
struct shadow_root *shadow_find(struct shadow *s, const struct shadow_key *key, unsigned mode);

/* A new root, at the cost of others if need be, but not of the current one: NULL if that leaves no
 * node. */
struct shadow_root *shadow_root_make(struct shadow *s, const struct shadow_key *key, unsigned mode);

/* --- what is global --- */

/* Looks for the global root of r's kind, and makes one if asked to. r->global then, if not NULL. */
void shadow_global_find(struct shadow *s, struct shadow_root *r, bool make);

/* Gives r, whose top is empty, the pointers to all tables of its global root. */
void shadow_share_all(struct shadow *s, struct shadow_root *r);

/* r's top entry for va, which is empty, points where the global root's does. */
void shadow_share(struct shadow *s, struct shadow_root *r, uint64_t va);

/* Takes all pointers to the tables of g, a global root, out; who had one is stale. */
void shadow_unshare_all(struct shadow *s, const struct shadow_root *g);

/* The global root g lost va (or more, if g->stale). True if that is the current root's loss too;
 * if not, those who share it are stale. */
bool shadow_global_lost(struct shadow *s, struct shadow_root *g, uint64_t va);

/* Forgets all gpas, if no root has any entry. */
void shadow_gpa_forget(struct shadow *s);

static inline void shadow_fenced_forget(struct shadow *s, uint64_t va)
{
    s->fenced[(va >> 21) % SHADOW_FENCED].key = ~UINT64_C(0);
}

/* Forgets which tables there are: one has gone, or is shared or not, or one larger leaf has come.
 */
void shadow_tables_changed(struct shadow *s);

/* Forgets where leaves of the G-stage are. */
void shadow_g_forget_all(struct shadow *s);

#endif
