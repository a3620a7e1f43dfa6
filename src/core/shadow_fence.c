/* SPDX-License-Identifier: BSD-2-Clause */
/* Shadow tables: what fences drop, and the filters that soon tell most fences "nothing here". */
#include "core/shadow_private.h"

#include <string.h>

/* May an entry of the VMID have been made from the G leaf of gpa? */
static inline bool gpa_used(struct shadow *s, uint64_t gpa, uint32_t salt)
{
    struct filter_bit page = gpa_bit(s->gpa_4k, s->gpa_4k_bits, gpa >> 12, salt);
    struct filter_bit mega = gpa_bit(s->gpa_2m, SHADOW_MEGAPAGES, gpa >> 21, salt);

    return (*page.word & page.bit) != 0 || (*mega.word & mega.bit) != 0;
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
    s->gpa_noted = false;
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

/* Drops that entry. Is it the current root's loss? */
static bool drop_entry(struct shadow *s, struct shadow_root *r, uint64_t va, uint64_t *e,
                       unsigned level)
{
    if (is_table(*e)) {
        shadow_free_tables(s, r, *e, level);
        r->stale = true; /* more than one address */
    }
    *e = 0;
    if (is_global(r)) {
        return shadow_global_lost(s, r, va);
    }
    r->stale |= r != s->current;
    return r == s->current;
}

static inline bool names(const struct fence *f, const struct shadow_root *r, uint64_t vmid)
{
    return r->fenced_vmid == vmid && (f->all_ids || r->fenced_asid == FIELD_PUT(SATP_ASID, f->id));
}

/* The rest of a fence, from busy[last] on, which has an entry. */
static __attribute__((noinline)) bool fence_entries(struct shadow *s, const struct fence *f,
                                                    uint64_t vmid, uint32_t last)
{
    bool lost = false;

    for (uint32_t i = last + 1; i-- != 0;) {
        struct shadow_root *r = s->busy[i];
        unsigned level;
        uint64_t *e = names(f, r, vmid) ? entry_named(s, r, f->address, &level) : NULL;
        if (e != NULL) {
            lost |= drop_entry(s, r, f->address, e, level);
        }
    }
    return lost;
}

/*
 * A fence on VS-level tables: a bare VS-stage has none, and no ASID names what is global. From the
 * last root, whose place in busy[] another one takes when it goes. That there is no entry is the
 * commonest, and takes no register that would have to be saved.
 */
bool shadow_fence_vma(struct shadow *s, const struct fence *f, uint64_t hgatp)
{
    uint64_t vmid = hgatp & HGATP_VMID;

    for (uint32_t i = s->busy_count; i-- != 0;) {
        const struct shadow_root *r = s->busy[i];
        unsigned level;
        if (names(f, r, vmid) && unlikely(entry_named(s, r, f->address, &level) != NULL)) {
            return fence_entries(s, f, vmid, i);
        }
    }
    return false;
}

static bool fence_vma_all(struct shadow *s, const struct fence *f, uint64_t hgatp)
{
    bool lost = false;

    for (uint32_t i = s->busy_count; i-- != 0;) {
        struct shadow_root *r = s->busy[i];
        if (names(f, r, hgatp & HGATP_VMID)) {
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

static bool fence_gvma(struct shadow *s, const struct fence *f)
{
    uint64_t vmid = FIELD_PUT(HGATP_VMID, f->id);
    bool unused = !f->all_addresses && !f->all_ids && !gpas_used(s, f, vmid);
    bool lost = false;

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
        g_forget(s);
        return fence_gvma(s, f);
    }
    return f->all_addresses ? fence_vma_all(s, f, hgatp) : shadow_fence_vma(s, f, hgatp);
}
