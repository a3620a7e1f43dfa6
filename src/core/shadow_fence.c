/* SPDX-License-Identifier: BSD-2-Clause */
/* Shadow tables: what fences drop, and the filters that soon tell most fences "nothing here". */
#include "core/shadow_private.h"

#include <string.h>

/* May an entry of the VMID have been made from the G leaf of gpa? */
static inline bool gpa_used(struct shadow *s, uint64_t gpa, uint32_t salt)
{
    struct filter_bit page = gpa_bit_4k(s, gpa, salt);
    struct filter_bit mega = gpa_bit_2m(s, gpa, salt);

    return (*page.word & page.bit) != 0 || (*mega.word & mega.bit) != 0;
}

void shadow_g_forget_all(struct shadow *s)
{
    for (unsigned i = 0; i < SHADOW_G; i++) {
        s->g[i].number = ~UINT64_C(0);
    }
}

void shadow_gpa_forget(struct shadow *s)
{
    if (!s->gpa_noted || s->busy_count != 0) {
        return;
    }
    for (uint64_t i = 0; i < s->gpa_4k_bits / 64; i += 8) {
        uint64_t *p = s->gpa_4k + i;
        p[0] = p[1] = p[2] = p[3] = 0;
        p[4] = p[5] = p[6] = p[7] = 0;
    }
    memset(s->gpa_2m, 0, sizeof(s->gpa_2m));
    shadow_g_forget_all(s);
    s->gpa_noted = s->blind = false;
}

/* --- fences --- */

/* r's own entry for va, or for the guest's superpage around it, and its level; NULL if there is
 * none. What is global lies in the global root and is dropped there. */
static inline uint64_t *entry_named(const struct shadow *s, const struct shadow_root *r,
                                    uint64_t va, unsigned *level)
{
    unsigned shift = top_shift(r);
    uint64_t *e = top_entry(r, va);
    uint64_t pte = *e;

    if (is_shared_pointer(pte)) {
        return NULL;
    }
    for (; is_table(pte) && (pte & SPLIT) == 0; pte = *e) {
        shift -= 9;
        e = &table_at(s, pte)[index_at(va, shift)];
    }
    *level = shift;
    return pte != 0 ? e : NULL;
}

/* All of r goes. Is it the current root's loss? */
static bool drop_root(struct shadow *s, struct shadow_root *r)
{
    bool lost = r == s->current || r == s->current->global;

    shadow_drop(s, r);
    return lost;
}

/* r has lost va (or more, if r->stale). Is it the current root's loss? */
static inline bool root_lost(struct shadow *s, struct shadow_root *r, uint64_t va)
{
    if (is_global(r)) {
        return shadow_global_lost(s, r, va);
    }
    r->stale |= r != s->current;
    return r == s->current;
}

/* Drops that entry. Is it the current root's loss? */
static bool drop_entry(struct shadow *s, struct shadow_root *r, uint64_t va, uint64_t *e,
                       unsigned level)
{
    if (is_table(*e)) {
        shadow_free_tables(s, r, *e, level);
        r->stale = true; /* more than one address */
    }
    *e = 0;
    return root_lost(s, r, va);
}

static inline bool names(const struct shadow_root *r, uint64_t vmid, uint64_t asid)
{
    return r->fenced_vmid == vmid && (asid == SHADOW_ALL_ASIDS || r->fenced_asid == asid);
}

/* A fence on VS-level tables: a bare VS-stage has none, and no ASID names what is global. From the
 * last root, whose place in busy[] another one takes when it goes. */
static cold_path bool fence_va(struct shadow *s, uint64_t va, uint64_t vmid, uint64_t asid)
{
    bool lost = false;

    for (uint32_t i = s->busy_count; i-- != 0;) {
        struct shadow_root *r = s->busy[i];
        unsigned level;
        uint64_t *e = names(r, vmid, asid) ? entry_named(s, r, va, &level) : NULL;
        if (e != NULL) {
            lost |= drop_entry(s, r, va, e, level);
        }
    }
    return lost;
}

void shadow_sfence_find(struct shadow *s, uint64_t va)
{
    struct shadow_fenced *f = &s->fenced[(va >> 21) % SHADOW_FENCED];
    unsigned ways = 0;

    f->key = ~UINT64_C(0);
    for (uint32_t i = 0; i < s->busy_count; i++) {
        const struct shadow_root *r = s->busy[i];
        unsigned level = top_shift(r);
        uint64_t pte = *top_entry(r, va);
        uint64_t *table = NULL;
        if (r->fenced_vmid != s->vmid || is_shared_pointer(pte)) {
            continue;
        }
        while (level != PAGE_SHIFT && is_table(pte) && (pte & SPLIT) == 0) {
            level -= 9;
            table = table_at(s, pte);
            pte = table[index_at(va, level)];
        }
        if (level == PAGE_SHIFT && ways < SHADOW_FENCED_WAYS) {
            f->way[ways++] = (uintptr_t)table | r->index;
        } else if (pte != 0) {
            return;
        }
    }
    f->way[ways] = 0;
    f->key = va >> 21 | s->vmid;
}

/* The same as fence_va(), from what is known; nearly always there is nothing. */
static inline bool fence_known(struct shadow *s, const struct shadow_fenced *f, uint64_t va,
                               uint64_t asid)
{
    bool lost = false;

    for (const uintptr_t *way = f->way; *way != 0; way++) {
        uint64_t *e = (uint64_t *)align_down(*way, PAGE) + index_at(va, PAGE_SHIFT);
        if (unlikely(*e != 0)) {
            struct shadow_root *r = &s->root[*way % PAGE];
            if (asid == SHADOW_ALL_ASIDS || r->fenced_asid == asid) {
                *e = 0;
                lost |= root_lost(s, r, va);
            }
        }
    }
    return lost;
}

bool shadow_sfence(struct shadow *s, uint64_t va, uint64_t asid)
{
    return shadow_sfence_known(s, va) ? fence_known(s, shadow_fenced_at(s, va), va, asid)
                                      : fence_va(s, va, s->vmid, asid);
}

static uint64_t fenced_asid(const struct fence *f)
{
    return f->all_ids ? SHADOW_ALL_ASIDS : FIELD_PUT(SATP_ASID, f->id);
}

static bool fence_vma_all(struct shadow *s, const struct fence *f, uint64_t hgatp)
{
    bool lost = false;

    for (uint32_t i = s->busy_count; i-- != 0;) {
        struct shadow_root *r = s->busy[i];
        if (names(r, hgatp & HGATP_VMID, fenced_asid(f))) {
            lost |= drop_root(s, r);
        }
    }
    return lost;
}

static bool gpas_used(struct shadow *s, const struct fence *f, uint64_t vmid)
{
    uint32_t salt = gpa_salt(vmid);

    for (uint64_t i = 0; i <= f->more_pages; i++) {
        if (unlikely(gpa_used(s, f->address + i * PAGE, salt))) {
            return true;
        }
    }
    return false;
}

/* Is what an entry was made from among count pages from first on? */
static inline bool gpa_among(uint32_t gpa, uint64_t first, uint64_t count)
{
    if ((gpa & GPA_2M) != 0) {
        uint64_t mega = (gpa & ~GPA_2M) >> 9;
        return mega - (first >> 9) <= ((first + count - 1) >> 9) - (first >> 9);
    }
    return gpa - first < count;
}

/* Drops the entries of a node that were made from those pages. Was there one? */
static bool drop_gpas_of(struct shadow *s, uint32_t n, uint64_t first, uint64_t count)
{
    uint64_t *e = table_of(s, n);
    const uint32_t *gpa = s->gpa + (size_t)n * ENTRIES;
    bool any = false;

    for (uint64_t lines = s->node[n].lines; lines != 0; lines >>= 1, e += 8, gpa += 8) {
        for (unsigned i = 0; (lines & 1) != 0 && i < 8; i++) {
            if ((e[i] & PTE_RWX) != 0 && gpa_among(gpa[i], first, count)) {
                e[i] = 0;
                any = true;
            }
        }
    }
    return any;
}

/* The same for all of r. Is it the current root's loss? */
static cold_path bool drop_gpas(struct shadow *s, struct shadow_root *r, const struct fence *f)
{
    uint64_t first = f->address >> PAGE_SHIFT, count = f->more_pages + 1;
    bool any = false;

    if (r->blind || (first + count) >> GPA_PAGE_BITS != 0) {
        return drop_root(s, r);
    }
    for (uint32_t n = r->first; n != NIL; n = s->node[n].next) {
        any |= drop_gpas_of(s, n, first, count);
    }
    for (struct shadow_root *q = s->root; any && q < s->root + s->roots; q++) {
        q->stale |= q == r ? !is_global(r) : q->live && q->global == r;
    }
    return any && (r == s->current || r == s->current->global);
}

/* What is known of where tables of the G-stage are, of those addresses. */
static void g_forget(struct shadow *s, const struct fence *f)
{
    const uint64_t each = MEGAPAGE / PAGE;

    for (uint64_t i = 0; i <= (f->more_pages + each - 1) / each; i++) {
        shadow_g_forget(s, f->address + i * MEGAPAGE);
    }
}

/* The commonest, a page that is mapped for the first time, is soon done. */
static bool fence_gvma(struct shadow *s, const struct fence *f)
{
    uint64_t vmid = FIELD_PUT(HGATP_VMID, f->id);
    bool unused = !f->all_addresses && !f->all_ids && !gpas_used(s, f, vmid);
    bool lost = false;

    if (likely(unused)) {
        g_forget(s, f);
        if (likely(!s->blind)) {
            return false;
        }
    } else {
        shadow_g_forget_all(s);
    }
    for (uint32_t i = 0; i < s->roots; i++) {
        root_forget(s, &s->root[i]);
    }
    for (uint32_t i = s->busy_count; i-- != 0;) {
        struct shadow_root *r = s->busy[i];
        bool named = f->all_ids || ((r->key.hgatp ^ vmid) & HGATP_VMID) == 0;
        if (named && (!unused || r->blind)) {
            lost |= f->all_addresses ? drop_root(s, r) : drop_gpas(s, r, f);
        }
    }
    if (!unused) {
        shadow_gpa_forget(s);
    }
    return lost;
}

bool shadow_fence(struct shadow *s, const struct fence *f, uint64_t hgatp)
{
    if (f->kind == FENCE_NONE) {
        return false;
    }
    if (f->kind == FENCE_GVMA) {
        return fence_gvma(s, f);
    }
    return f->all_addresses ? fence_vma_all(s, f, hgatp)
                            : fence_va(s, f->address, hgatp & HGATP_VMID, fenced_asid(f));
}
