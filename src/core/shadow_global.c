/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shadow tables: what is global. A hidden root has the tables of it; the top entries of the others
 * point there (SHARED), one index wholly or not at all. In the hidden root's own top there are only
 * pointers, none of them SPLIT: one that is there stays until the root is emptied.
 */
#include "core/shadow_private.h"

void shadow_global_find(struct shadow *s, struct shadow_root *r, bool make)
{
    struct shadow_key key = {
        .hgatp = r->key.hgatp,
        .vsatp = r->key.vsatp & ATP_MODE,
        .flavour = (uint8_t)(r->key.flavour | SHADOW_FLAVOUR_GLOBAL),
    };

    if (r->global != NULL || r->share_below == 0) {
        return;
    }
    r->global = shadow_find(s, &key, r->mode);
    if (r->global == NULL && make) {
        r->global = shadow_root_make(s, &key, r->mode);
        if (r->global != NULL) {
            r->global->stale = false;
            r->global->used_at = s->clock;
        }
    }
}

void shadow_share_all(struct shadow *s, struct shadow_root *r)
{
    const struct shadow_root *g = r->global;
    uint64_t *to = table_of(s, r->node);

    if (g == NULL) {
        return;
    }
    const uint64_t *from = table_of(s, g->node);
    uint64_t lines = s->node[g->node].lines;
    s->node[r->node].lines |= lines;
    for (; lines != 0; lines >>= 1, from += 8, to += 8) {
        for (unsigned i = 0; (lines & 1) != 0 && i < 8; i++) {
            to[i] = from[i] != 0 ? from[i] | SHARED : 0;
        }
    }
}

void shadow_share(struct shadow *s, struct shadow_root *r, uint64_t va)
{
    uint64_t pointer = *top_entry(r->global, va);

    if (pointer != 0) {
        *top_entry(r, va) = pointer | SHARED;
        s->node[r->node].lines |= BIT(index_at(va, top_shift(r)) / 8);
    }
}

/* Takes all shared pointers out of r. Was there one? */
static bool unshare_root(struct shadow *s, const struct shadow_root *r)
{
    uint64_t *top = table_of(s, r->node);
    bool any = false;

    for (uint64_t lines = s->node[r->node].lines; lines != 0; lines >>= 1, top += 8) {
        for (unsigned i = 0; (lines & 1) != 0 && i < 8; i++) {
            if ((top[i] & (PTE_RWX | SHARED)) == SHARED) {
                top[i] = 0;
                any = true;
            }
        }
    }
    return any;
}

void shadow_unshare_all(struct shadow *s, const struct shadow_root *g)
{
    for (struct shadow_root *r = s->root; r < s->root + s->roots; r++) {
        if (r->live && r->global == g && unshare_root(s, r)) {
            r->stale = true;
            shadow_tables_changed(s);
        }
    }
}

bool shadow_global_lost(struct shadow *s, struct shadow_root *g, uint64_t va)
{
    bool more = g->stale;

    g->stale = false;
    if (s->current->global == g && is_shared(s->current, va)) {
        s->current->stale |= more;
        return true;
    }
    for (struct shadow_root *r = s->root; r < s->root + s->roots; r++) {
        r->stale |= r->live && r->global == g && is_shared(r, va);
    }
    return false;
}
