/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/nacl_switch.h"
#include "core/request.h"
#include "host/host.h"

#define READ_ONLY 0xc00u /* the first number that cannot be written */

/* The words of the dirty bitmap in which H CSRs have bits, in the order in which they are
 * synchronized: a value of VS's may depend on one of H's, and hip on hvip, which goes before all.
 */
static const uint8_t words[] = {4, 5, 6, 12, 0, 1, 2, 14};
#define CSR(num, name, ...)                                                                        \
    _Static_assert(!NACL_IS_H(num) || NACL_WORD_OF(num) <= 2 ||                                    \
                       (NACL_WORD_OF(num) >= 4 && NACL_WORD_OF(num) <= 6) ||                       \
                       NACL_WORD_OF(num) == 12 || NACL_WORD_OF(num) == 14,                         \
                   "the words above have all CSRs");
#include "spec/csr.def"
#undef CSR

static volatile struct nacl_shmem *shmem(const struct vhart *vh)
{
    return vh->nacl;
}

/* --- CSR space --- */

static const struct csr *find(const struct vhart *vh, unsigned num)
{
    const struct csr *c;

    return csr_find(&vh->h, num, false, &c) == CSR_OK ? c : NULL;
}

static bool is_dirty(const volatile struct nacl_shmem *s, unsigned num)
{
    return (s->dirty[NACL_WORD_OF(num)] & NACL_DIRTY(num)) != 0;
}

static void show_csr(struct vhart *vh, const struct csr *c)
{
    if (!is_dirty(shmem(vh), c->num)) {
        shmem(vh)->csr[NACL_INDEX(c->num)] = csr_read(&vh->h, c);
    }
}

/* The H CSRs, and 0 for each of the others. */
static const uint16_t numbers[] = {
#define CSR(num, name, ...) NACL_IS_H(num) ? (num) : 0,
#include "spec/csr.def"
#undef CSR
};

__attribute__((noinline, cold)) void nacl_show_all(struct vhart *vh)
{
    uint8_t prv = vh->h.prv;

    vh->h.prv = PRV_S; /* what HS has is shown, U-mode or not */
    vh->h.time = host_time();
    for (unsigned i = 0; i < ARRAY_LEN(numbers); i++) {
        const struct csr *c = numbers[i] != 0 ? find(vh, numbers[i]) : NULL;
        if (c) {
            show_csr(vh, c);
        }
    }
    vh->h.prv = prv;
}

/* What a guest, a trap or time changes. */
static void show_moving(volatile struct nacl_shmem *s, const struct hart *h)
{
    uint64_t delegated = h->hideleg & IRQS_VS;
    uint64_t own = h->hvien & ~h->hideleg; /* AIA */
    uint64_t hip = hart_hip(h);

    nacl_show_left(s, h);
    NACL_SHOW(s, hie, h->mie & IRQS_VS);
    NACL_SHOW(s, hip, hip);
    NACL_SHOW(s, hvip, h->hvip);
    NACL_SHOW(s, vsie, ((h->mie & delegated) >> 1) | (h->vsie_aia & own));
    NACL_SHOW(s, vsip, ((hip & delegated) >> 1) | (h->hvip & own));
    if (isa_has(h->isa, EXT_SMAIA)) {
        NACL_SHOW(s, vsiselect, h->vsiselect);
        NACL_SHOW(s, vstopi, hart_vstopi(h));
    }
}

static inline void show(struct vhart *vh, volatile struct nacl_shmem *s)
{
    uint64_t dirty = s->dirty[0] | s->dirty[1] | s->dirty[2] | s->dirty[4] | s->dirty[5];

    if (unlikely(dirty)) {
        nacl_show_all(vh);
        return;
    }
    if (vh->h.henvcfg & ENVCFG_STCE) {
        vh->h.time = host_time();
    }
    show_moving(s, &vh->h);
}

void nacl_show(struct vhart *vh)
{
    show(vh, shmem(vh));
}

/* Writes it, and shows what that left. Returns the write's effect. */
static unsigned sync_one(struct vhart *vh, unsigned num)
{
    volatile uint64_t *value = &shmem(vh)->csr[NACL_INDEX(num)];
    const struct csr *c = find(vh, num);
    unsigned effect = CSR_EFFECT_NONE;

    if (c == NULL) {
        return effect;
    }
    if (num < READ_ONLY) {
        effect = csr_write(&vh->h, c, *value);
    }
    *value = csr_read(&vh->h, c);
    return effect;
}

static void sync_word(struct vhart *vh, unsigned w)
{
    uint64_t dirty = shmem(vh)->dirty[w];
    unsigned effect = 0;

    shmem(vh)->dirty[w] = 0;
    for (unsigned num = NACL_NUMBER(64 * w); dirty != 0; dirty >>= 1, num++) {
        if (dirty & 1) {
            effect |= sync_one(vh, num);
        }
    }
    host_effects(vh, effect);
}

static void sync_words(struct vhart *vh)
{
    vh->h.time = host_time();
    for (unsigned i = 0; i < ARRAY_LEN(words); i++) {
        if (shmem(vh)->dirty[words[i]]) {
            sync_word(vh, words[i]);
        }
    }
}

void nacl_sync_csrs(struct vhart *vh)
{
    volatile struct nacl_shmem *s = shmem(vh);
    uint64_t dirty = s->dirty[NACL_WORD_OF(CSR_hvip)];
    uint64_t rest = dirty & ~NACL_DIRTY(CSR_hvip);

    if (dirty & NACL_DIRTY(CSR_hvip)) {
        /* To be seen to as the guest is entered. */
        (void)hart_hvip_write(&vh->h, s->csr[NACL_INDEX(CSR_hvip)]);
        s->dirty[NACL_WORD_OF(CSR_hvip)] = rest;
        s->csr[NACL_INDEX(CSR_hvip)] = vh->h.hvip;
    }
    rest |= s->dirty[4] | s->dirty[6] | s->dirty[0] | s->dirty[1] | s->dirty[2] | s->dirty[12] |
            s->dirty[14];
    if (rest) {
        sync_words(vh);
    }
}

bool nacl_sync_csr(struct vhart *vh, uint64_t num)
{
    volatile struct nacl_shmem *s = shmem(vh);
    const struct csr *c;
    unsigned n = (unsigned)num;

    if (num >= 0x1000 || !NACL_IS_H(n) || (c = find(vh, n)) == NULL) {
        return false;
    }
    if (is_dirty(s, n)) {
        host_effects(vh, sync_one(vh, n));
        s->dirty[NACL_WORD_OF(n)] &= ~NACL_DIRTY(n);
    }
    vh->h.time = host_time();
    show_csr(vh, c);
    nacl_show(vh);
    return true;
}

void nacl_trapped(struct vhart *vh, bool left)
{
    if (left) {
        nacl_autoswap(&vh->h, shmem(vh));
    }
    show(vh, shmem(vh));
}

void nacl_written(struct vhart *vh, const struct csr *c, unsigned effect)
{
    if (vh->h.v || !NACL_IS_H(c->num)) {
        return;
    }
    show_csr(vh, c);
    if (effect & (CSR_EFFECT_IRQ | CSR_EFFECT_TIME)) {
        nacl_show(vh);
    }
}

/* --- HFENCE entries --- */

/* The addresses of an entry; all of them if they are too many to be counted. */
static void range_of(struct fence_call *f, uint64_t config, uint64_t number, uint64_t count)
{
    unsigned shift = 12 + (unsigned)FIELD_GET(NACL_ORDER, config);

    f->start = 0;
    f->size = ~UINT64_C(0);
    if (shift < 64 && (number | count) >> (64 - shift) == 0) {
        f->start = number << shift;
        f->size = count << shift;
    }
}

static const struct {
    uint8_t kind; /* enum remote_fence */
    bool range;
} types[] = {
    [NACL_GVMA] = {REMOTE_HFENCE_GVMA, true},
    [NACL_GVMA_ALL] = {REMOTE_HFENCE_GVMA, false},
    [NACL_GVMA_VMID] = {REMOTE_HFENCE_GVMA_VMID, true},
    [NACL_GVMA_VMID_ALL] = {REMOTE_HFENCE_GVMA_VMID, false},
    [NACL_VVMA] = {REMOTE_HFENCE_VVMA, true},
    [NACL_VVMA_ALL] = {REMOTE_HFENCE_VVMA, false},
    [NACL_VVMA_ASID] = {REMOTE_HFENCE_VVMA_ASID, true},
    [NACL_VVMA_ASID_ALL] = {REMOTE_HFENCE_VVMA_ASID, false},
};

void nacl_sync_hfence(struct vhart *vh, unsigned index)
{
    volatile struct nacl_hfence *e = &shmem(vh)->hfence[index];
    const struct isa *isa = vh->h.isa;
    uint64_t config = e->config;
    unsigned type = (unsigned)FIELD_GET(NACL_TYPE, config);
    struct fence_call f = {.size = ~UINT64_C(0)};

    if (!(config & NACL_PENDING)) {
        return;
    }
    if (type >= ARRAY_LEN(types)) {
        type = NACL_GVMA_ALL; /* reserved: whatever it is to mean, this does it */
    }
    f.kind = types[type].kind;
    if (types[type].range) {
        range_of(&f, config, e->page_number, e->page_count);
    }
    f.hgatp = FIELD_PUT(HGATP_VMID, FIELD_GET(NACL_VMID, config) & isa->vmid_mask);
    f.id = f.kind == REMOTE_HFENCE_VVMA_ASID ? FIELD_GET(NACL_ASID, config) & isa->asid_mask
                                             : FIELD_GET(HGATP_VMID, f.hgatp);
    fence_here(vh, &f);
    e->config = config & ~NACL_PENDING;
}

void nacl_sync_hfences(struct vhart *vh)
{
    const volatile struct nacl_hfence *e = shmem(vh)->hfence;

    for (unsigned i = 0; i < NACL_HFENCES; i++) { /* few are: looked at before any call */
        if (unlikely(e[i].config & NACL_PENDING)) {
            nacl_sync_hfence(vh, i);
        }
    }
}

void nacl_sync_all(struct vhart *vh)
{
    struct hart *h = &vh->h;

    nacl_sync_csrs(vh);
    nacl_sync_hfences(vh);
    nacl_autoswap(h, shmem(vh));
    if (!(h->hstatus & HSTATUS_SPV)) {
        nacl_show_all(vh);
    }
}
