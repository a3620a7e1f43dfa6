/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RISC-V PLIC specification 1.0.0:
 *   0x000000 + 4 i           priority of source i
 *   0x001000 + 4 w           pending, a bit a source, read-only
 *   0x002000 + 0x80 c + 4 w  enables of context c, a bit a source
 *   0x200000 + 0x1000 c      threshold of context c; +4 claim/complete
 * Accesses are of 4 bytes; others are refused. What firmware reaches of the device: priorities,
 * pending bits and S contexts as they are, M contexts virtually, nothing else (reads as zero).
 *
 * Claims are not subject to the threshold by the specification, but are on some devices: a claim
 * sees the threshold that firmware wrote.
 */
#include "vdev/plic.h"

#include <string.h>

#define PENDING        0x1000
#define ENABLE         0x2000
#define ENABLE_STRIDE  0x80
#define CONTEXT        0x200000
#define CONTEXT_STRIDE 0x1000

/* The sources of word w whose priority is above the threshold. */
static uint32_t above(const struct vplic *p, unsigned w, uint32_t sources, uint32_t threshold)
{
    uint32_t out = 0;
    for (uint32_t left = sources; left != 0; left &= left - 1) {
        unsigned bit = (unsigned)__builtin_ctz(left);
        out |= p->priority[32 * w + bit] > threshold ? (uint32_t)BIT(bit) : 0;
    }
    return out;
}

/* The enables first, and then, if any changed, the threshold in any case: QEMU's device doesn't
 * look at the enables when they are written. */
static inline void hold_threshold(struct vplic_hart *h, uint32_t threshold, bool changed)
{
    if (changed || h->held_threshold != threshold) {
        h->held_threshold = threshold;
        h->m.threshold[0] = threshold;
    }
}

/* Returns whether it was another. */
static inline bool hold(struct vplic_hart *h, unsigned w, uint32_t enable)
{
    if (h->held[w] == enable) {
        return false;
    }
    h->held[w] = enable;
    h->m.enable[w] = enable;
    return true;
}

/* M's part, its threshold above S's or not, and S's part, when both are there. The part of the
 * higher threshold is cut down to what is above it. */
static void hold_both(const struct vplic *p, struct vplic_hart *h)
{
    uint32_t low = h->threshold < h->s_threshold ? h->threshold : h->s_threshold;
    bool changed = false;

    for (unsigned w = 0; w < p->words; w++) {
        uint32_t m = h->enable[w], s = h->s_enable[w];
        m = h->threshold == low ? m : above(p, w, m, h->threshold);
        s = h->s_threshold == low ? s : above(p, w, s, h->s_threshold);
        changed |= hold(h, w, m | s);
    }
    hold_threshold(h, low, changed);
}

/* One part alone, as if the context were its own. */
static void hold_one(const struct vplic *p, struct vplic_hart *h, const uint32_t *enable,
                     uint32_t threshold)
{
    bool changed = false;
    for (unsigned w = 0; w < p->words; w++) {
        changed |= hold(h, w, enable[w]);
    }
    hold_threshold(h, threshold, changed);
}

/* The physical M context as it is to be. With nothing let through the enables don't matter. */
static inline void hold_parts(const struct vplic *p, struct vplic_hart *h)
{
    bool m = h->any && !h->quiet;

    if (m && h->captured) {
        hold_both(p, h);
    } else if (m) {
        hold_one(p, h, h->enable, h->threshold);
    } else if (h->captured) {
        hold_one(p, h, h->s_enable, h->s_threshold);
    } else {
        hold_threshold(h, VPLIC_NOTHING, false);
    }
}

void vplic_capture(struct vplic_hart *h)
{
    if (!h->both) {
        return;
    }
    for (unsigned w = 0; w < h->plic->words; w++) {
        h->s_enable[w] = h->s.enable[w];
    }
    if (!h->captured) {
        h->captured = true;
        h->s_threshold = h->s.threshold[0];
        h->s.threshold[0] = VPLIC_NOTHING;
    }
    hold_parts(h->plic, h);
}

void vplic_release(struct vplic_hart *h)
{
    if (h->captured) {
        h->captured = false;
        hold_parts(h->plic, h);
        h->s.threshold[0] = h->s_threshold;
    }
}

static void lines(void *state, unsigned hart, uint64_t now, struct vdev_lines *l)
{
    struct vplic *p = (struct vplic *)state;
    unsigned slot = p->slot[hart];
    (void)now;
    if (slot == VDEV_NOBODY) {
        return;
    }
    struct vplic_hart *h = &p->hart[slot];
    bool s = false;
    if (h->captured) {
        hold_one(p, h, h->s_enable, h->s_threshold);
        s = p->line();
    }
    if (h->any || h->quiet) {
        hold_one(p, h, h->enable, h->threshold);
        h->quiet = p->line();
        hold_parts(p, h);
    }
    l->up |= (h->quiet ? BIT(IRQ_MEI) : 0) | (s ? BIT(IRQ_SEI) : 0);
}

/* Harts whose M wire may have dropped, or in whose context a part was cut down by priorities. */
static uint64_t affected(const struct vplic *p)
{
    uint64_t harts = 0;
    for (unsigned i = 0; i < VDEV_HARTS; i++) {
        const struct vplic_hart *h = &p->hart[i];
        if (h->hart != VDEV_NOBODY && (h->quiet || (h->any && h->captured))) {
            harts |= BIT(h->hart);
        }
    }
    return harts;
}

static void m_enable(const struct vplic *p, struct vplic_hart *h, unsigned w, struct vdev_access *a)
{
    if (!a->write) {
        a->value = h->enable[w];
        return;
    }
    h->m.enable[w] = (uint32_t)a->value; /* which bits there are only the device knows */
    h->held[w] = h->enable[w] = h->m.enable[w];
    hold_threshold(h, VPLIC_NOTHING, true);
    h->any = false;
    for (unsigned i = 0; i < p->words; i++) {
        h->any = h->any || h->enable[i] != 0;
    }
    hold_parts(p, h);
    a->lines |= BIT(h->hart);
}

static void s_enable(const struct vplic *p, struct vplic_hart *h, unsigned w, struct vdev_access *a)
{
    if (!a->write) {
        a->value = h->s.enable[w];
        return;
    }
    h->s.enable[w] = (uint32_t)a->value;
    if (h->captured) {
        h->s_enable[w] = h->s.enable[w];
        hold_parts(p, h);
    }
}

/* Writes a threshold register and returns what of it the device takes: if it ignores the value, it
 * keeps the one before. */
static uint32_t legal_threshold(volatile uint32_t *threshold, uint32_t before, uint32_t v)
{
    *threshold = before;
    *threshold = v;
    return *threshold;
}

static void m_threshold(const struct vplic *p, struct vplic_hart *h, struct vdev_access *a)
{
    if (!a->write) {
        a->value = h->threshold;
        return;
    }
    h->threshold = legal_threshold(h->m.threshold, h->threshold, (uint32_t)a->value);
    h->held_threshold = h->threshold;
    hold_parts(p, h);
    a->lines |= BIT(h->hart);
}

static void s_threshold(const struct vplic *p, struct vplic_hart *h, struct vdev_access *a)
{
    if (!a->write) {
        a->value = h->captured ? h->s_threshold : h->s.threshold[0];
    } else if (!h->captured) {
        h->s.threshold[0] = (uint32_t)a->value;
    } else {
        h->s_threshold = legal_threshold(h->s.threshold, h->s_threshold, (uint32_t)a->value);
        h->s.threshold[0] = VPLIC_NOTHING;
        hold_parts(p, h);
    }
}

static void claim(const struct vplic *p, const struct plic_context *c, struct vdev_access *a)
{
    if (a->write) {
        p->complete(&c->threshold[1], (uint32_t)a->value);
    } else {
        a->value = p->claim(&c->threshold[1]);
    }
}

static void m_claim(const struct vplic *p, struct vplic_hart *h, struct vdev_access *a)
{
    hold_one(p, h, h->enable, h->threshold);
    claim(p, &h->m, a);
    hold_parts(p, h);
    a->lines |= affected(p) | BIT(h->hart);
}

static void s_claim(const struct vplic *p, struct vplic_hart *h, struct vdev_access *a)
{
    if (h->captured) {
        h->s.threshold[0] = h->s_threshold;
    }
    claim(p, &h->s, a);
    if (h->captured) {
        h->s.threshold[0] = VPLIC_NOTHING;
    }
    a->lines |= affected(p);
}

/* The hart of context n, if it is one that firmware may use, and which of its contexts. */
static struct vplic_hart *hart_of(struct vplic *p, uint64_t n, bool *s)
{
    if (n >= VPLIC_CONTEXTS || p->context[n] == VDEV_NOBODY) {
        return NULL;
    }
    struct vplic_hart *h = &p->hart[p->context[n] / 2];
    *s = p->context[n] % 2 != 0;
    return h->hart == VDEV_NOBODY ? NULL : h;
}

static void priority_access(const struct vplic *p, uint64_t source, struct vdev_access *a)
{
    if (source == 0 || source > p->sources) {
        return;
    }
    if (a->write) {
        p->priority[source] = (uint32_t)a->value;
        a->lines |= affected(p);
    } else {
        a->value = p->priority[source];
    }
}

static void enable_access(struct vplic *p, uint64_t offset, struct vdev_access *a)
{
    bool s;
    struct vplic_hart *h = hart_of(p, offset / ENABLE_STRIDE, &s);
    unsigned w = (unsigned)(offset % ENABLE_STRIDE / 4);

    if (h == NULL || w >= p->words) {
        return;
    }
    if (s) {
        s_enable(p, h, w, a);
    } else {
        m_enable(p, h, w, a);
    }
}

static void context_access(struct vplic *p, uint64_t offset, struct vdev_access *a)
{
    bool s;
    struct vplic_hart *h = hart_of(p, offset / CONTEXT_STRIDE, &s);
    uint64_t at = offset % CONTEXT_STRIDE;

    if (h == NULL || at > 4) {
        return;
    }
    if (s && at == 0) {
        s_threshold(p, h, a);
    } else if (s) {
        s_claim(p, h, a);
    } else if (at == 0) {
        m_threshold(p, h, a);
    } else {
        m_claim(p, h, a);
    }
}

static bool access(void *state, struct vdev_access *a)
{
    struct vplic *p = (struct vplic *)state;

    if (!vdev_aligned(a, 4)) {
        return false;
    }
    a->value = a->write ? a->value : 0;
    if (a->offset < PENDING) {
        priority_access(p, a->offset / 4, a);
    } else if (a->offset < ENABLE) {
        uint64_t w = (a->offset - PENDING) / 4;
        a->value = !a->write && w < p->words ? p->pending[w] : a->value;
    } else if (a->offset < CONTEXT) {
        enable_access(p, a->offset - ENABLE, a);
    } else {
        context_access(p, a->offset - CONTEXT, a);
    }
    return true;
}

const struct vdev_ops vplic_ops = {"plic", access, lines};

void vplic_init(struct vplic *p, unsigned sources)
{
    memset(p, 0, sizeof(*p));
    memset(p->context, VDEV_NOBODY, sizeof(p->context));
    memset(p->slot, VDEV_NOBODY, sizeof(p->slot));
    p->sources = sources;
    p->words = (sources + 32) / 32;
    for (unsigned i = 0; i < VDEV_HARTS; i++) {
        p->hart[i].hart = VDEV_NOBODY;
        p->hart[i].plic = p;
        p->hart[i].words = (uint8_t)p->words;
    }
}

void vplic_context(struct vplic *p, unsigned number, unsigned slot, bool s,
                   const struct plic_context *c)
{
    struct vplic_hart *h = &p->hart[slot];

    if (number < VPLIC_CONTEXTS) {
        p->context[number] = (uint8_t)(2 * slot + s);
    }
    *(s ? &h->s : &h->m) = *c;
    h->alone = h->both = h->s.enable != NULL && h->m.enable != NULL;
    for (unsigned w = 0; w < p->words; w++) {
        c->enable[w] = 0;
    }
    c->threshold[0] = VPLIC_NOTHING;
    h->held_threshold = VPLIC_NOTHING;
}

void vplic_hart(struct vplic *p, unsigned slot, unsigned hart)
{
    p->hart[slot].hart = (uint8_t)hart;
    p->hart[slot].alone = false;
    p->slot[hart] = (uint8_t)slot;
}
