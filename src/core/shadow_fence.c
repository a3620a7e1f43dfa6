/* SPDX-License-Identifier: BSD-2-Clause */
/* Shadow tables: what fences drop, and the filters that soon tell most fences "nothing here". */
#include "core/shadow_private.h"

#include <string.h>

/* May an entry of the VMID have been made from the G leaf of gpa? */
static bool gpa_used(struct shadow *s, uint64_t gpa, uint64_t hgatp)
{
    uint32_t salt = gpa_salt(hgatp);
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

/*
 * Drops what r itself has for va, or for the guest's superpage around it. Was there anything?
 * What is global lies in the global root and is dropped there.
 */
static inline bool drop_address(struct shadow *s, struct shadow_root *r, uint64_t va)
{
    unsigned level = top_shift(r);
    uint64_t *e = top_entry(r, va);
    uint64_t pte = *e;

    if (is_shared_pointer(pte)) {
        return false;
    }
    for (; is_table(pte) && (pte & SPLIT) == 0; pte = *e) {
        level -= 9;
        e = &table_at(s, pte)[index_at(va, level)];
    }
    if (likely(pte == 0)) {
        return false;
    }
    if (is_table(pte)) {
        shadow_free_tables(s, r, pte, level);
        r->stale = true; /* more than one address */
    }
    *e = 0;
    return true;
}

/* All of r goes. Is it the current root's loss? */
static bool drop_root(struct shadow *s, struct shadow_root *r)
{
    bool lost = r == s->current || r == s->current->global;

    shadow_drop(s, r);
    return lost;
}

/* r has dropped va. Is it the current root's loss? */
static bool dropped(struct shadow *s, struct shadow_root *r, uint64_t va)
{
    if (is_global(r)) {
        return shadow_global_lost(s, r, va);
    }
    r->stale |= r != s->current;
    return r == s->current;
}

/*
 * A fence on VS-level tables: a bare VS-stage has none, and no ASID names what is global. From the
 * last root, whose place in busy[] another one takes when it goes.
 */
bool shadow_fence_vma(struct shadow *s, uint64_t va, bool all_ids, uint64_t asid, uint64_t hgatp)
{
    uint64_t vmid = hgatp & HGATP_VMID;
    bool lost = false;

    asid = FIELD_PUT(SATP_ASID, asid);
    for (uint32_t i = s->busy_count; i-- != 0;) {
        struct shadow_root *r = s->busy[i];
        if (r->fenced_vmid == vmid && (all_ids || r->fenced_asid == asid) &&
            unlikely(drop_address(s, r, va))) {
            lost |= dropped(s, r, va);
        }
    }
    return lost;
}

static bool fence_vma_all(struct shadow *s, const struct fence *f, uint64_t hgatp)
{
    bool lost = false;

    for (uint32_t i = s->busy_count; i-- != 0;) {
        struct shadow_root *r = s->busy[i];
        if (r->fenced_vmid == (hgatp & HGATP_VMID) &&
            (f->all_ids || r->fenced_asid == FIELD_PUT(SATP_ASID, f->id))) {
            lost |= drop_root(s, r);
        }
    }
    return lost;
}

static bool fence_gvma(struct shadow *s, const struct fence *f)
{
    uint64_t vmid = FIELD_PUT(HGATP_VMID, f->id);
    bool unused = !f->all_addresses && !f->all_ids && !gpa_used(s, f->address, vmid);
    bool lost = false;

    for (uint32_t i = s->busy_count; i-- != 0;) {
        struct shadow_root *r = s->busy[i];
        bool named = f->all_ids || ((r->key.hgatp ^ vmid) & HGATP_VMID) == 0;
        if (named && (!unused || r->blind)) {
            lost |= drop_root(s, r);
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
    return f->all_addresses ? fence_vma_all(s, f, hgatp)
                            : shadow_fence_vma(s, f->address, f->all_ids, f->id, hgatp);
}
