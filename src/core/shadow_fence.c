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
    if (!s->gpa_noted) {
        return;
    }
    for (uint32_t i = 0; i < s->roots; i++) {
        if (s->near[i] != 0) {
            return;
        }
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

/* Drops what r has for va, or for the guest's superpage around it. Was there anything? */
static bool drop_address(struct shadow *s, struct shadow_root *r, uint64_t va)
{
    uint32_t n = r->node;

    for (unsigned level = top_shift(r);; level -= 9) {
        uint64_t *e = &table_of(s, n)[index_at(va, level)];
        uint64_t pte = *e;
        if (is_table(pte) && (pte & SPLIT) == 0) {
            n = node_of(s, pte);
            continue;
        }
        if (is_table(pte)) {
            shadow_free_tables(s, r, pte, level);
            r->stale = true; /* more than one address */
        }
        *e = 0;
        return pte != 0;
    }
}

/* Does a fence on VS-level tables name this root? A bare VS-stage has no tables; no ASID names what
 * is global. */
static bool fence_names(const struct shadow_root *r, const struct fence *f, uint64_t hgatp)
{
    return ((r->key.hgatp ^ hgatp) & HGATP_VMID) == 0 &&
           FIELD_GET(ATP_MODE, r->key.vsatp) != MODE_BARE &&
           (f->all_ids ||
            (((r->key.vsatp ^ FIELD_PUT(SATP_ASID, f->id)) & SATP_ASID) == 0 && !is_global(r)));
}

/* All of r goes. Is it the current root's loss? */
static bool drop_root(struct shadow *s, struct shadow_root *r)
{
    bool lost = r == s->current || r == s->current->global;

    shadow_drop(s, r);
    return lost;
}

/* What r itself has of va goes. Is it the current root's loss? */
static bool drop_own(struct shadow *s, struct shadow_root *r, uint64_t va)
{
    if (is_shared(s, r, va) || !drop_address(s, r, va)) {
        return false;
    }
    if (is_global(r)) {
        return shadow_global_lost(s, r, va);
    }
    r->stale |= r != s->current;
    return r == s->current;
}

static bool fence_vvma(struct shadow *s, const struct fence *f, uint64_t hgatp)
{
    uint64_t where = f->all_addresses ? ~UINT64_C(0) : near_bit(f->address);
    bool lost = false;

    for (uint32_t i = 0; i < s->roots; i++) {
        struct shadow_root *r = &s->root[i];
        if (likely((s->near[i] & where) == 0) || !fence_names(r, f, hgatp)) {
            continue;
        }
        lost |= f->all_addresses ? drop_root(s, r) : drop_own(s, r, f->address);
    }
    return lost;
}

static bool fence_gvma(struct shadow *s, const struct fence *f)
{
    uint64_t vmid = FIELD_PUT(HGATP_VMID, f->id);
    bool unused = !f->all_addresses && !f->all_ids && !gpa_used(s, f->address, vmid);
    bool lost = false;

    for (uint32_t i = 0; i < s->roots; i++) {
        struct shadow_root *r = &s->root[i];
        bool named = f->all_ids || ((r->key.hgatp ^ vmid) & HGATP_VMID) == 0;
        if (s->near[i] == 0 || !named || (unused && !r->blind)) {
            continue;
        }
        lost |= drop_root(s, r);
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
    return f->kind == FENCE_GVMA ? fence_gvma(s, f) : fence_vvma(s, f, hgatp);
}
