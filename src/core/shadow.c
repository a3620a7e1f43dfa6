/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shadow tables. Ordinary Sv39, Sv48 or Sv57 tables; in the bits left to software (RSW) a leaf says
 * how large the guest's leaf is that it stems from (enum leaf_origin), and a pointer says whether
 * below it there are pieces of a guest leaf as large as all that the pointer covers (SPLIT): one
 * address then names all of it (privileged architecture, SFENCE.VMA: "one page or superpage"); and,
 * at the top, whether the table is the global root's (SHARED).
 */
#include "core/shadow_private.h"

#include <string.h>

void shadow_tables_changed(struct shadow *s)
{
    for (unsigned i = 0; i < SHADOW_NEAR; i++) {
        s->near[i].number = ~UINT64_C(0);
    }
    for (unsigned i = 0; i < SHADOW_FENCED; i++) {
        s->fenced[i].key = ~UINT64_C(0);
    }
}

/* --- nodes --- */

/* Zeroes the lines of a node that may have been used. */
static void clear(struct shadow *s, uint32_t n)
{
    uint64_t *p = table_of(s, n);

    for (uint64_t lines = s->node[n].lines; lines != 0; lines >>= 1, p += 8) {
        if ((lines & 1) != 0) {
            p[0] = p[1] = p[2] = p[3] = 0;
            p[4] = p[5] = p[6] = p[7] = 0;
        }
    }
    s->node[n].lines = 0;
}

uint32_t shadow_take(struct shadow *s)
{
    uint32_t n = s->free_list;

    if (n != NIL) {
        s->free_list = s->node[n].next;
    } else if (s->fresh != s->pages) {
        n = s->fresh++;
    } else {
        return NIL;
    }
    clear(s, n);
    s->node[n].known = 0;
    return n;
}

void shadow_link(struct shadow *s, struct shadow_root *r, uint32_t n)
{
    s->node[n].next = r->first;
    s->node[n].prev = NIL;
    if (r->first != NIL) {
        s->node[r->first].prev = n;
    } else {
        r->last = n;
    }
    r->first = n;
}

static void unlink_node(struct shadow *s, struct shadow_root *r, uint32_t n)
{
    uint32_t next = s->node[n].next;
    uint32_t prev = s->node[n].prev;

    *(prev != NIL ? &s->node[prev].next : &r->first) = next;
    *(next != NIL ? &s->node[next].prev : &r->last) = prev;
}

static void free_node(struct shadow *s, uint32_t n)
{
    s->node[n].next = s->free_list;
    s->free_list = n;
}

/* Recurses at most three deep: one level of tables a time. */
void shadow_free_tables(struct shadow *s, struct shadow_root *r, uint64_t pte, unsigned shift)
{
    uint32_t n = node_of(s, pte);
    const uint64_t *table = table_of(s, n);

    shift -= 9;
    for (unsigned i = 0; shift > PAGE_SHIFT && i < ENTRIES; i++) {
        if (is_table(table[i])) {
            shadow_free_tables(s, r, table[i], shift);
        }
    }
    unlink_node(s, r, n);
    free_node(s, n);
    shadow_tables_changed(s);
}

/* --- roots --- */

static void busy_forget(struct shadow *s, struct shadow_root *r)
{
    if (is_busy(r)) {
        struct shadow_root *last = s->busy[--s->busy_count];
        s->busy[r->busy_at] = last;
        last->busy_at = r->busy_at;
        r->busy_at = SHADOW_ROOTS;
    }
}

void shadow_root_empty(struct shadow *s, struct shadow_root *r)
{
    if (is_global(r)) {
        shadow_unshare_all(s, r);
    }
    if (r->first != NIL) {
        s->node[r->last].next = s->free_list;
        s->free_list = r->first;
        r->first = r->last = NIL;
    }
    clear(s, r->node);
    busy_forget(s, r);
    root_forget(s, r);
    shadow_tables_changed(s);
    r->blind = false;
    r->stale = !is_global(r); /* which doesn't run: see shadow_global_lost() */
}

static void root_kill(struct shadow *s, struct shadow_root *r)
{
    shadow_root_empty(s, r);
    free_node(s, r->node);
    r->live = false;
    for (uint32_t i = 0; is_global(r) && i < s->roots; i++) {
        if (s->root[i].global == r) {
            s->root[i].global = NULL;
        }
    }
}

static bool in_use(const struct shadow *s, const struct shadow_root *r)
{
    return s->current != NULL && (r == s->current || r == s->current->global);
}

bool shadow_recycle(struct shadow *s)
{
    struct shadow_root *victim = NULL;

    for (uint32_t i = 0; i < s->roots; i++) {
        struct shadow_root *r = &s->root[i];
        if (r->live && !in_use(s, r) && (victim == NULL || r->used_at < victim->used_at)) {
            victim = r;
        }
    }
    if (victim == NULL) {
        return false;
    }
    root_kill(s, victim);
    s->recycled++;
    return true;
}

static bool key_equal(const struct shadow_root *r, const struct shadow_key *key, unsigned mode)
{
    return r->live && r->key.vsatp == key->vsatp && r->key.hgatp == key->hgatp &&
           r->key.flavour == key->flavour && r->mode == mode;
}

static unsigned key_hash(const struct shadow_key *key)
{
    uint64_t x = key->vsatp ^ key->vsatp >> 44 ^ key->hgatp >> 44 ^ (uint64_t)key->flavour << 3;
    return (unsigned)((x ^ x >> 6) % SHADOW_HINTS);
}

struct shadow_root *shadow_find(struct shadow *s, const struct shadow_key *key, unsigned mode)
{
    struct shadow_root *r = &s->root[s->hint[key_hash(key)]];

    if (likely(key_equal(r, key, mode))) {
        return r;
    }
    for (r = s->root; r < s->root + s->roots; r++) {
        if (key_equal(r, key, mode)) {
            return r;
        }
    }
    return NULL;
}

static struct shadow_root *dead_slot(struct shadow *s)
{
    for (struct shadow_root *r = s->root; r < s->root + s->roots; r++) {
        if (!r->live) {
            return r;
        }
    }
    return s->roots < SHADOW_ROOTS ? &s->root[s->roots++] : NULL;
}

struct shadow_root *shadow_root_make(struct shadow *s, const struct shadow_key *key, unsigned mode)
{
    bool bare = FIELD_GET(ATP_MODE, key->vsatp) == MODE_BARE;
    struct shadow_root *r;
    uint32_t n;

    while ((n = shadow_take(s)) == NIL && shadow_recycle(s)) {
    }
    if (n == NIL) {
        return NULL;
    }
    while ((r = dead_slot(s)) == NULL) {
        shadow_recycle(s);
    }
    *r = (struct shadow_root){
        .key = *key,
        .live = true,
        .stale = true,
        .mode = (uint8_t)mode,
        .top_shift = (uint8_t)(mode * 9 - 42),
        .index = (uint8_t)(r - s->root),
        .busy_at = SHADOW_ROOTS,
        .generation = ++s->generations,
        .salt = gpa_salt(key->hgatp),
        .node = n,
        .top = table_of(s, n),
        .fenced_vmid = bare ? ~UINT64_C(0) : key->hgatp & HGATP_VMID,
        .fenced_asid = key->flavour & SHADOW_FLAVOUR_GLOBAL ? ~UINT64_C(0) : key->vsatp & SATP_ASID,
        .first = NIL,
        .last = NIL,
    };
    r->share_below = (uint8_t)(bare ? 0 : top_shift(r));
    return r;
}

uint64_t shadow_switch(struct shadow *s, const struct shadow_key *key, unsigned mode)
{
    struct shadow_root *r = shadow_find(s, key, mode);

    if (r == NULL) {
        s->current = NULL; /* any may go */
        r = shadow_root_make(s, key, mode);
        shadow_global_find(s, r, false);
        shadow_share_all(s, r);
    }
    s->hint[key_hash(key)] = r->index;
    r->used_at = ++s->clock;
    if (r->global != NULL) {
        r->global->used_at = s->clock;
    }
    s->current = r;
    s->vmid = key->hgatp & HGATP_VMID;
    return FIELD_PUT(ATP_MODE, (uint64_t)mode) | FIELD_PUT(SATP_ASID, r->index + s->asid_base) |
           FIELD_PUT(ATP_PPN, (s->pool_pa >> PAGE_SHIFT) + r->node);
}

void shadow_drop(struct shadow *s, struct shadow_root *r)
{
    if (r == s->current) {
        shadow_root_empty(s, r);
        shadow_share_all(s, r);
    } else {
        root_kill(s, r);
    }
}

void shadow_flush(struct shadow *s)
{
    shadow_g_forget_all(s);
    for (uint32_t i = 0; i < s->roots; i++) {
        if (s->root[i].live) {
            shadow_drop(s, &s->root[i]);
        }
    }
    shadow_gpa_forget(s);
}

/* --- the pool --- */

void shadow_init(struct shadow *s, void *base, uint64_t pa, uint64_t size)
{
    uint64_t filter = PAGE; /* bytes: a 128th of it all, at most what 1 GiB of guest needs */

    while (filter < 8 * PAGE && filter * 2 <= size / 128) {
        filter *= 2;
    }
    uint64_t left = size - filter;
    uint64_t beside = sizeof(struct shadow_node) + ENTRIES * sizeof(uint32_t); /* of a page */
    uint64_t pages = left / (PAGE + beside);
    uint64_t front = filter + align_up(pages * beside, PAGE);
    pages = min_u64(pages, (size - front) >> PAGE_SHIFT);

    memset(s, 0, sizeof(*s));
    s->gpa_4k = base;
    s->gpa_4k_bits = filter * 8;
    s->node = (struct shadow_node *)((char *)base + filter);
    s->gpa = (uint32_t *)(s->node + pages);
    s->pool = (uint64_t *)((char *)base + front);
    s->pool_pa = pa + front;
    s->bias = (uintptr_t)s->pool - s->pool_pa;
    s->pages = (uint32_t)pages;
    s->free_list = NIL;
    for (uint32_t n = 0; n < s->pages; n++) {
        s->node[n].lines = ~UINT64_C(0);
        clear(s, n);
    }
    shadow_tables_changed(s);
    shadow_g_forget_all(s);
    s->gpa_noted = true; /* whatever lies there */
    shadow_gpa_forget(s);
}
