/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Shadow tables and the TLB in front of them, under random switches, fills and fences. The host's
 * part is played as shadow.h asks for it, and no better. The TLB here keeps everything that it may:
 * leaves and pointers, by ASID, until a fence names them. Whatever hardware can find at any time
 * must have been filled in, and not fenced since.
 */
#include "fixture.h"

#include <string.h>
#include <sys/mman.h>

#include "core/shadow.h"

#define POOL_PA   UINT64_C(0xc0000000)
#define POOL_SIZE (232u << 10) /* at most */
#define KEYS      44           /* more than roots */
#define RULES_MAX 4000

static uint64_t seed = 0x9e3779b97f4a7c15;

static uint64_t rnd(uint64_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (seed >> 11) % below;
}

/* Something that was filled and not fenced since: hardware may find it. */
struct rule {
    unsigned key;
    bool global; /* so it holds for all keys of its kind */
    uint64_t va, leaf;
    unsigned shift, origin; /* of the entry, of the guest's leaf */
    bool gpa_known;
    uint64_t gpa;
    unsigned g_shift;
};

#define TLB 64

struct tlb {
    struct {
        bool valid;
        uint64_t asid, va, leaf;
        unsigned shift;
    } leaf[TLB];
    struct {
        bool valid;
        uint64_t asid, va, table; /* va >> 21 of a last-level table */
    } pointer[TLB];
};

static struct shadow s;
static struct tlb tlb;
static struct rule rules[RULES_MAX];
static unsigned rule_count;
static struct shadow_key keys[KEYS];
static unsigned current; /* key */
static uint64_t satp;
static char *pool;

static bool covers(uint64_t base, unsigned shift, uint64_t a)
{
    return base >> shift == a >> shift;
}

/* --- the hart --- */

static void tlb_flush_asid(uint64_t asid)
{
    for (unsigned i = 0; i < TLB; i++) {
        tlb.leaf[i].valid &= tlb.leaf[i].asid != asid;
        tlb.pointer[i].valid &= tlb.pointer[i].asid != asid;
    }
}

/* In all ASIDs. */
static void tlb_flush_va(uint64_t va)
{
    for (unsigned i = 0; i < TLB; i++) {
        if (covers(tlb.leaf[i].va, tlb.leaf[i].shift, va)) {
            tlb.leaf[i].valid = false;
        }
    }
}

static uint64_t entry(uint64_t table, uint64_t va, unsigned shift)
{
    assert_true(table >= POOL_PA && table < POOL_PA + POOL_SIZE);
    return ((uint64_t *)(pool + (table - POOL_PA)))[va >> shift & 511];
}

/* A leaf that the hart may use for va; found in the table, it stays in the TLB. */
static bool lookup(uint64_t va, uint64_t *leaf, unsigned *shift)
{
    uint64_t asid = FIELD_GET(SATP_ASID, satp), table = FIELD_GET(ATP_PPN, satp) << 12, pte;
    unsigned at = 30;
    for (unsigned i = 0; i < TLB; i++) {
        if (tlb.leaf[i].valid && tlb.leaf[i].asid == asid &&
            covers(tlb.leaf[i].va, tlb.leaf[i].shift, va)) {
            *leaf = tlb.leaf[i].leaf;
            *shift = tlb.leaf[i].shift;
            return true;
        }
    }
    for (unsigned i = 0; i < TLB; i++) {
        if (tlb.pointer[i].valid && tlb.pointer[i].asid == asid &&
            covers(tlb.pointer[i].va, 21, va)) {
            table = tlb.pointer[i].table;
            at = 12;
        }
    }
    while (((pte = entry(table, va, at)) & (PTE_V | PTE_RWX)) == PTE_V) {
        table = FIELD_GET(PTE_PPN, pte) << 12;
        if (at == 21) {
            uint64_t i = rnd(TLB);
            tlb.pointer[i].valid = true;
            tlb.pointer[i].asid = asid;
            tlb.pointer[i].va = va;
            tlb.pointer[i].table = table;
        }
        assert_true(at > 12);
        at -= 9;
    }
    if ((pte & PTE_V) == 0) {
        return false;
    }
    uint64_t i = rnd(TLB);
    tlb.leaf[i].valid = true;
    tlb.leaf[i].asid = asid;
    tlb.leaf[i].va = va;
    tlb.leaf[i].leaf = pte;
    tlb.leaf[i].shift = at;
    *leaf = pte;
    *shift = at;
    return true;
}

/* --- the host, as shadow.h asks --- */

static void host_obeys(bool changed, uint64_t va)
{
    if (changed && s.current->stale) {
        memset(&tlb, 0, sizeof(tlb));
        s.current->stale = false;
    } else if (changed) {
        tlb_flush_va(va);
    }
}

static void do_switch(unsigned key)
{
    current = key;
    satp = shadow_switch(&s, &keys[current], MODE_SV39);
    if (s.current->stale) {
        tlb_flush_asid(FIELD_GET(SATP_ASID, satp));
        s.current->stale = false;
    }
}

/* --- what may be found --- */

static bool key_is_bare(unsigned key)
{
    return keys[key].vsatp >> 60 == 0;
}

static uint64_t vmid_of(unsigned key)
{
    return FIELD_GET(HGATP_VMID, keys[key].hgatp);
}

/* An address space that the rule holds in? (The fixture has no two hgatp of one VMID.) */
static bool holds_in(const struct rule *r, unsigned key)
{
    return r->key == key || (r->global && !key_is_bare(key) && vmid_of(key) == vmid_of(r->key));
}

static bool named(const struct rule *r, const struct fence *f, uint64_t vmid)
{
    if (f->kind == FENCE_GVMA) {
        return (f->all_ids || vmid_of(r->key) == f->id) &&
               (f->all_addresses || !r->gpa_known || covers(r->gpa, r->g_shift, f->address));
    }
    return vmid_of(r->key) == vmid && !key_is_bare(r->key) &&
           (f->all_ids || (FIELD_GET(SATP_ASID, keys[r->key].vsatp) == f->id && !r->global)) &&
           (f->all_addresses || covers(r->va, r->origin, f->address));
}

static void rules_drop(const struct fence *f, uint64_t vmid)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < rule_count; i++) {
        if (!named(&rules[i], f, vmid)) {
            rules[kept++] = rules[i];
        }
    }
    rule_count = kept;
}

static bool allowed(uint64_t va, uint64_t leaf, unsigned shift)
{
    for (unsigned i = 0; i < rule_count; i++) {
        const struct rule *r = &rules[i];
        if (holds_in(r, current) && r->shift == shift && r->leaf == leaf &&
            covers(r->va, shift, va)) {
            return true;
        }
    }
    return false;
}

/* --- what is done --- */

static uint64_t random_va(void)
{
    const struct rule *r = rule_count != 0 ? &rules[rnd(rule_count)] : NULL;
    if (r != NULL && holds_in(r, current)) { /* often somewhere near what is there */
        return r->va ^ rnd(BIT(r->origin));
    }
    static const uint64_t region[] = {0,          0x200000,   0x40000000, 0x3fc0000000,
                                      0x40200000, 0x7000000,  0x80000000, 0x80400000,
                                      0xc0000000, 0x3f000000, 0x9000000,  0x3fc1000000};
    return region[rnd(ARRAY_LEN(region))] + rnd(24) * 4096 + rnd(4096);
}

static void fill_at(uint64_t va)
{
    static const unsigned sizes[] = {12, 12, 12, 12, 12, 21, 30};
    static const uint64_t slot;
    unsigned vs = sizes[rnd(7)], gs = sizes[rnd(50) ? rnd(6) : 6];
    struct rule r = {.key = current, .va = va, .origin = vs, .g_shift = gs};
    r.gpa_known = rnd(100) != 0;
    struct xlate x = {.vs_pte = PTE_V | PTE_RWX | PTE_A | PTE_D | PTE_U,
                      .g_pte = PTE_V | PTE_RWX | PTE_A | PTE_D | PTE_U,
                      .vs_shift = (uint8_t)vs,
                      .g_shift = (uint8_t)gs,
                      .vs_slot = &slot,
                      .g_slot = &slot};
    r.shift = vs < gs ? vs : gs;
    r.global = r.gpa_known && !key_is_bare(current) && (r.va >= 0x80000000) == (rnd(60) != 0);
    x.vs_pte |= r.global || key_is_bare(current) ? PTE_G : 0;
    r.gpa = rnd(64) << 12 | rnd(4) << 30;
    x.shift = r.shift;
    x.gpa.a = r.gpa;
    x.pa.a = 0x80000000 + (rnd(1000) << 30) + (rnd(1000) << 12);
    r.leaf = shadow_leaf(&x, PRV_U, key_is_bare(current), false);
    bool fence =
        r.gpa_known ? shadow_map(&s, r.va, &x, r.leaf) : shadow_fill(&s, r.va, r.leaf, r.shift);
    host_obeys(fence, r.va);
    assert_true(rule_count < RULES_MAX);
    rules[rule_count++] = r;
    uint64_t leaf;
    unsigned shift;
    if (lookup(r.va, &leaf, &shift) && (leaf != r.leaf || shift != r.shift)) {
        fail_msg("a fill is not what the hart finds");
    }
}

/* One of addresses of the guest that runs, mostly as its SFENCE.VMA: from what is known of its
 * tables. */
static bool fence_by_all_means(const struct fence *f, uint64_t hgatp)
{
    if (f->kind == FENCE_GVMA || f->all_addresses || s.vmid != (hgatp & HGATP_VMID) ||
        rnd(4) == 0) {
        return shadow_fence(&s, f, hgatp);
    }
    if (!shadow_sfence_known(&s, f->address)) {
        shadow_sfence_find(&s, f->address);
    }
    bool idle = shadow_sfence_idle(&s, f->address);
    bool lost =
        shadow_sfence(&s, f->address, f->all_ids ? SHADOW_ALL_ASIDS : FIELD_PUT(SATP_ASID, f->id));
    assert_false(idle && lost);
    return lost;
}

static void do_fence(void)
{
    struct fence f = {.kind = rnd(3) == 0 ? FENCE_GVMA : FENCE_VVMA,
                      .all_addresses = rnd(6) == 0,
                      .all_ids = rnd(3) == 0,
                      .address = random_va()};
    uint64_t vmid = vmid_of((unsigned)rnd(KEYS));
    f.id = f.kind == FENCE_GVMA ? vmid : rnd(12);
    if (f.kind == FENCE_GVMA) {
        f.address = rnd(64) << 12 | rnd(4) << 30;
    }
    bool lost = fence_by_all_means(&f, FIELD_PUT(HGATP_VMID, vmid));
    host_obeys(lost, f.address);
    rules_drop(&f, vmid);
}

/* What a root shares is what its global root has there now. */
static unsigned shared_by(const struct shadow_root *r)
{
    const uint64_t *top = (const uint64_t *)s.pool + r->node * 512;
    unsigned count = 0;
    for (unsigned i = 0; i < 512; i++) {
        if ((top[i] & (PTE_RWX | BIT(9))) == BIT(9)) {
            const struct shadow_root *g = r->global;
            assert_true(g != NULL && g != r && g->live && g != s.current);
            assert_int_equal(((const uint64_t *)s.pool)[g->node * 512 + i] | BIT(9), top[i]);
            count++;
        }
    }
    return count;
}

/* Every node is in one place: a root's top, a root's list, the free list, or never used. */
static unsigned nodes_are_accounted_for(void)
{
    static uint8_t seen[POOL_SIZE / 4096];
    unsigned shared = 0;
    uint32_t count = 0;
    memset(seen, 0, sizeof(seen));
    for (uint32_t i = 0; i < s.roots; i++) {
        const struct shadow_root *r = &s.root[i];
        assert_true(r->live || r->busy_at == SHADOW_ROOTS);
        assert_true(!r->live || r->busy_at == SHADOW_ROOTS || s.busy[r->busy_at] == r);
        if (!r->live) {
            continue;
        }
        seen[r->node]++, count++;
        shared += shared_by(r);
        uint32_t last = UINT32_MAX;
        for (uint32_t n = r->first; n != UINT32_MAX; n = s.node[n].next) {
            assert_true(s.node[n].prev == last);
            seen[n]++, count++;
            last = n;
        }
        assert_true(r->last == last);
    }
    for (uint32_t n = s.free_list; n != UINT32_MAX; n = s.node[n].next) {
        seen[n]++, count++;
    }
    assert_int_equal(count, s.fresh);
    for (uint32_t n = 0; n < s.fresh; n++) {
        const uint64_t *table = (const uint64_t *)s.pool + n * 512;
        assert_int_equal(seen[n], 1);
        for (unsigned i = 0; i < 512; i++) { /* dirty lines are known */
            assert_true(table[i] == 0 || (s.node[n].lines >> (i / 8) & 1) != 0);
        }
    }
    return shared;
}

/* Does the hart find something? It must be allowed. */
static bool look_at(uint64_t va)
{
    uint64_t leaf;
    unsigned shift;
    if (!lookup(va, &leaf, &shift)) {
        return false;
    }
    if (!allowed(va, leaf, shift)) {
        fail_msg("the hart finds %#llx for %#llx", (unsigned long long)leaf,
                 (unsigned long long)va);
    }
    return true;
}

/* What is known of where a fence has to look is what comes to be between two fences, too. */
static void fill_between_fences(void)
{
    if (key_is_bare(current)) {
        return;
    }
    uint64_t va = random_va();
    for (unsigned i = 0; i < 2; i++) {
        const struct fence f = {.kind = FENCE_VVMA, .all_ids = true, .address = va};
        if (!shadow_sfence_known(&s, va)) {
            shadow_sfence_find(&s, va);
        }
        host_obeys(shadow_sfence(&s, va, SHADOW_ALL_ASIDS), va);
        rules_drop(&f, vmid_of(current));
        (void)look_at(va);
        if (i == 0) {
            fill_at(va);
        }
    }
}

/* Something global is looked at in some address spaces, changed in one of these or elsewhere, and
 * looked at again. */
static void do_tour(void)
{
    const struct rule r = rules[rnd(rule_count)];
    unsigned key[4];
    if (!r.global) {
        return;
    }
    for (unsigned i = 0; i < ARRAY_LEN(key); i++) {
        key[i] = (r.key + 3 * (unsigned)rnd(KEYS)) % (KEYS - KEYS % 3);
        do_switch(key[i]);
        look_at(r.va);
    }
    if (rnd(8) == 0) {
        do_switch((unsigned)rnd(KEYS));
    }
    struct fence f = {.kind = FENCE_VVMA, .all_ids = true, .address = r.va};
    host_obeys(fence_by_all_means(&f, keys[r.key].hgatp), f.address);
    rules_drop(&f, vmid_of(r.key));
    for (unsigned i = 0; i < ARRAY_LEN(key); i++) {
        do_switch(key[i]);
        look_at(r.va);
    }
}

/* size: of the pool. */
static void try_all(uint64_t size)
{
    unsigned found = 0, fills = 0, shared = 0;
    pool = mmap(NULL, POOL_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_ptr_not_equal(pool, MAP_FAILED);
    memset(pool, 0xff, POOL_SIZE);
    shadow_init(&s, pool, POOL_PA, size);
    memset(s.node, 0, s.pages * sizeof(*s.node)); /* or whatever lay there before a reset */
    memset(&tlb, 0, sizeof(tlb));
    rule_count = 0;
    for (uint64_t k = 0; k < KEYS; k++) {
        keys[k].hgatp = FIELD_PUT(ATP_MODE, UINT64_C(8)) | FIELD_PUT(HGATP_VMID, k % 3);
        keys[k].vsatp = k % 11 == 0 && k < 33
                            ? 0
                            : FIELD_PUT(ATP_MODE, UINT64_C(8)) | FIELD_PUT(SATP_ASID, k % 12) | k;
    }
    do_switch(0);
    for (unsigned n = 0; n < 200000; n++) {
        uint64_t what = rnd(1000);
        if (what < 30) {
            do_switch((unsigned)rnd(KEYS));
        } else if (what < 400) {
            fill_at(random_va());
            fills++;
        } else if (what < 480) {
            do_fence();
        } else if (what < 485 && rule_count != 0) {
            do_tour();
        } else if (what < 500) {
            fill_between_fences();
        } else {
            found += look_at(random_va());
        }
        if (rule_count > RULES_MAX - 10) {
            shadow_flush(&s);
            host_obeys(true, 0);
            rule_count = 0;
        }
        if (n % 64 == 0) {
            shared += nodes_are_accounted_for();
        }
    }
    print_message("%u fills, %u found, %llu recycled, %u shared\n", fills, found,
                  (unsigned long long)s.recycled, shared);
    assert_true(found > 10000 && s.recycled > 100 && shared > 1000);
    munmap(pool, POOL_SIZE);
}

static void nothing_but_what_was_filled(void **state)
{
    (void)state;
    try_all(POOL_SIZE);
}

/* So few nodes that a root often has to drop its own. */
static void nor_when_nodes_are_short(void **state)
{
    (void)state;
    try_all(68 << 10);
    assert_true(s.pages >= SHADOW_PAGES_MIN && s.pages < 12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(nothing_but_what_was_filled),
                                       cmocka_unit_test(nor_when_nodes_are_short)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
