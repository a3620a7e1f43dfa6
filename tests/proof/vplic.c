/* SPDX-License-Identifier: BSD-2-Clause */
/* proof: src/vdev/plic.c */
/* replace: hart_of:hart_of_any */
/* parts: 19 */
/* cbmc: --unwind 65 --unwindset above.0:4 */
/* host: -Itests/unit -DVDEV_HARTS=2 -DVPLIC_WORDS=2 -DVPLIC_CONTEXTS=4 */
/*
 * The virtual PLIC loses no interrupt and invents none: one step of anybody from any state at all
 * that state_right() allows, which each step is seen to leave again, and which the beginning is.
 * Beside it is a bare machine (seen()): the same device, in which each M context holds what
 * firmware wrote, and each S context what S-mode did. After the step
 *   - the bare machine is as the same step would have left it, and what was read is what it gives:
 *     registers, claims, S contexts;
 *   - an M wire that is up there, and that isn't known to be up (quiet), gets through, and so does
 *     an S wire while it is captured: at once, or as soon as the hart that was told has looked;
 *   - lines() says what the wires are, and then nothing gets through but a captured S wire;
 *   - what is refused changes nothing, nor does anything for another hart.
 * A prover has two sources in one word of enables, and one in the next; a test has 33, too.
 * Registers take what is written, of enables those of sources that there are.
 */
#include "plic_state.h"

#ifndef PART
#define PART  any_below(PARTS)
#define PARTS ARRAY_LEN(parts)
#endif

/* A prover has these one by one; all is done by or to the hart in slot kind % 2. */
enum step { THROUGH, LINES, CAPTURE, RELEASE, QUICK, UNSEEN, ELSEWHERE, M_ACCESS, S_ACCESS };
static const struct {
    enum step step;
    enum kind kind;
} parts[] = {
    {THROUGH, BOTH},  {THROUGH, ALONE},   {THROUGH, M_ONLY}, {LINES, BOTH},      {LINES, M_ONLY},
    {LINES, S_ONLY},  {CAPTURE, BOTH},    {CAPTURE, ALONE},  {CAPTURE, M_ONLY},  {CAPTURE, S_ONLY},
    {RELEASE, BOTH},  {RELEASE, ALONE},   {QUICK, ALONE},    {UNSEEN, BOTH},     {ELSEWHERE, BOTH},
    {M_ACCESS, BOTH}, {M_ACCESS, M_ONLY}, {S_ACCESS, BOTH},  {S_ACCESS, S_ONLY},
};

/* --- what a step must leave --- */

static bool same_device(const struct plic_device *a, const struct plic_device *b)
{
    bool is = same(a->pending, b->pending);
    for (unsigned i = 0; i <= SOURCES; i++) {
        is = is && a->priority[i] == b->priority[i] && a->level[i] == b->level[i] &&
             a->claimed[i] == b->claimed[i];
    }
    for (unsigned c = 0; c < CONTEXTS; c++) {
        is = is && same(a->enable[c], b->enable[c]) && a->context[c][0] == b->context[c][0] &&
             a->context[c][1] == b->context[c][1];
    }
    return is;
}

/* Nothing of the hart's is another, nor what the device has of it. */
static bool hart_same(unsigned slot)
{
    const struct vplic_hart *h = &p.hart[slot], *b = &p_before.hart[slot];
    unsigned m = M_OF(slot), s = S_OF(slot);
    return h->any == b->any && h->quiet == b->quiet && h->captured == b->captured &&
           h->threshold == b->threshold && h->s_threshold == b->s_threshold &&
           h->held_threshold == b->held_threshold && same(h->held, b->held) &&
           same(h->enable, b->enable) && same(h->s_enable, b->s_enable) &&
           same(device.enable[m], device_before.enable[m]) &&
           same(device.enable[s], device_before.enable[s]) &&
           device.context[m][0] == device_before.context[m][0] &&
           device.context[s][0] == device_before.context[s][0];
}

static void prove_seen(const struct plic_device *bare)
{
    struct plic_device now = seen();
    prove(same_device(&now, bare));
}

static void prove_nothing_done(void)
{
    prove(same_device(&device, &device_before));
    for (unsigned slot = 0; slot < TWIN_HARTS; slot++) {
        prove(hart_same(slot));
    }
}

/* But for the hart whose step it was. */
static void prove_others_same(unsigned slot)
{
    for (unsigned other = 0; other < TWIN_HARTS; other++) {
        prove(other == slot || hart_same(other));
    }
}

/* --- the steps --- */

/* Any state: what gets through, source by source. If a priority has changed that is for the part
 * with the lower threshold, which is the only one, if there is one. */
static void prove_gets_through(unsigned slot)
{
    const struct vplic_hart *h = &p.hart[slot];
    unsigned i = 1 + any_below(SOURCES), c = M_OF(slot);
    bool fresh = is_fresh(h), m = !h->quiet && up_by(i, h->enable, h->threshold),
         s = h->captured && up_by(i, h->s_enable, h->s_threshold),
         physical = up_by(i, device.enable[c], device.context[c][0]);

    prove(!m || !(fresh || h->threshold <= h->s_threshold) || physical);
    prove(!s || !(fresh || h->s_threshold <= h->threshold) || physical);
    prove(!physical || !fresh || m || s);
    goal = m || s;
}

static void prove_lines(unsigned slot)
{
    struct vplic_hart *h = &p.hart[slot];
    struct vdev_lines l = {.up = BIT(IRQ_MTI), .deadline = any(), .time_offset = any()}, asked = l;
    bool m = m_up(slot), s = s_up(slot);

    vplic_ops.lines(&p, h->hart, any(), &l);
    gather();
    prove(l.up == (BIT(IRQ_MTI) | (m ? BIT(IRQ_MEI) : 0) | (s ? BIT(IRQ_SEI) : 0)));
    prove(l.deadline == asked.deadline && l.time_offset == asked.time_offset);
    prove(h->quiet == m && is_fresh(h));
    prove(arrives(slot) == s); /* none without end */
    prove_others_same(slot);
    prove_seen(&bare_before);
    goal = h->both ? m && s : m || h->m.enable == NULL;
}

static void prove_captured(unsigned slot)
{
    const struct vplic_hart *h = &p.hart[slot];

    prove(h->captured && same(h->s_enable, bare_before.enable[S_OF(slot)]));
    prove(h->s_threshold == bare_before.context[S_OF(slot)][0]);
    prove(is_fresh(h));
    prove(h->quiet == p_before.hart[slot].quiet);
    prove_others_same(slot);
    prove_seen(&bare_before);
}

static void prove_capture(unsigned slot)
{
    struct vplic_hart *h = &p.hart[slot];

    vplic_capture(h);
    gather();
    if (h->both) {
        prove_captured(slot);
    } else {
        prove_nothing_done();
    }
    goal = !h->both || arrives(slot);
}

static void prove_released(unsigned slot)
{
    prove(!p.hart[slot].captured && p.hart[slot].quiet == p_before.hart[slot].quiet);
    prove_others_same(slot);
    prove_seen(&bare_before);
}

static void prove_release(unsigned slot)
{
    vplic_release(&p.hart[slot]);
    gather();
    prove_released(slot);
    if (p_before.hart[slot].captured) {
        goal = true;
    } else {
        prove_nothing_done();
    }
}

/* As they may be called. */
static void prove_quick(unsigned slot)
{
    struct vplic_hart *h = &p.hart[slot];

    if (h->captured) {
        vplic_release_quick(h);
        gather();
        prove_released(slot);
        return;
    }
    bool done = vplic_capture_quick(h);
    gather();
    if (done) {
        prove_captured(slot);
        goal = s_up(slot);
    } else {
        prove(!same(device.enable[S_OF(slot)], h->s_enable));
        prove_nothing_done();
    }
}

/* S-mode and the devices, without a trap. A hart whose guest runs does not write its threshold. */
static void prove_unseen(void)
{
    device_any();
    device_gateways(&device);
    for (unsigned slot = 0; slot < TWIN_HARTS; slot++) {
        any_enables(device.enable[S_OF(slot)]);
        if (!p.hart[slot].captured) {
            device.context[S_OF(slot)][0] = any_word();
            prove(is_fresh(&p.hart[slot]));
        }
    }
    goal = true;
}

/* Of context number n the context of the device; -1: not firmware's. */
static int context_of(uint64_t n)
{
    if (n >= CONTEXTS) {
        return -1;
    }
    const struct vplic_hart *h = &p.hart[n / 2];
    bool has = (n % 2 != 0 ? h->s : h->m).enable != NULL;
    return has && h->hart != VDEV_NOBODY ? (int)n : -1;
}

/* `vplic_context`, for a context that is the same through all of a proof. */
stand_in struct vplic_hart *hart_of_any(const struct vplic *of, uint64_t n, bool *s)
{
    prove(of == &p);
    if (context == CONTEXTS) {
        prove(context_of(n) < 0);
        return NULL;
    }
    prove(n == context && context_of(n) == (int)n);
    *s = context % 2 != 0;
    return &p.hart[context / 2];
}

/* The context that an offset is of, or -1. */
static int context_accessed(uint64_t offset)
{
    if (offset < 0x2000) {
        return -1;
    }
    return context_of(offset < 0x200000 ? (offset - 0x2000) / 0x80 : (offset - 0x200000) / 0x1000);
}

/* A register of the bare machine, NULL if there is nothing. */
static uint32_t *bare_register(struct plic_device *d, uint64_t offset)
{
    int c = context_accessed(offset);
    if (offset < 0x1000) {
        return offset >= 4 && offset <= 4 * SOURCES ? &d->priority[offset / 4] : NULL;
    }
    if (offset < 0x2000) {
        return offset < 0x1000 + 4 * SOURCE_WORDS ? &d->pending[(offset - 0x1000) / 4] : NULL;
    }
    if (c < 0) {
        return NULL;
    }
    if (offset < 0x200000) {
        return offset % 0x80 < 4 * SOURCE_WORDS ? &d->enable[c][offset % 0x80 / 4] : NULL;
    }
    return offset % 0x1000 <= 4 ? &d->context[c][offset % 0x1000 / 4] : NULL;
}

static bool is_claim(uint64_t offset)
{
    return offset >= 0x200000 && offset % 0x1000 == 4 && context_accessed(offset) >= 0;
}

/* The access, of 4 bytes, done to the bare machine: what a read gives. */
static uint32_t bare_access(struct plic_device *d, const struct vdev_access *a)
{
    uint32_t *at = bare_register(d, a->offset);
    if (is_claim(a->offset)) {
        unsigned c = (unsigned)context_accessed(a->offset);
        if (!a->write) {
            return device_claim(d, c);
        }
        device_complete(d, c, (uint32_t)a->value);
        device_gateways(d);
        return 0;
    }
    if (at != NULL && a->write && (a->offset < 0x1000 || a->offset >= 0x2000)) {
        *at = (uint32_t)a->value;
    }
    return at != NULL ? *at : 0;
}

/* S's enables of word w are what is captured of it. */
static bool s_taken(unsigned slot, unsigned w)
{
    return p.hart[slot].s_enable[w] == device.enable[S_OF(slot)][w];
}

/* Whoever has to look at his wires is told, unless nothing has changed. */
static void prove_told(unsigned slot, const struct vdev_access *a, bool was_fresh, bool m)
{
    const struct vplic_hart *h = &p.hart[slot];
    int c = context_accessed(a->offset);
    unsigned w = (unsigned)(a->offset % 0x80 / 4);
    bool told = h->hart != VDEV_NOBODY && (a->lines & BIT(h->hart)) != 0;

    prove(!was_fresh || is_fresh(h) || told);
    prove(!(h->quiet && m && !m_up(slot)) || told); /* it is no longer up */
    if (c < 0 || (unsigned)c / 2 != slot) {
        prove(hart_same(slot));
    } else if (a->write && !is_claim(a->offset) && bare_register(&device, a->offset) != NULL) {
        prove(is_fresh(h));
        prove(!h->captured || c == (int)M_OF(slot) || a->offset >= 0x200000 || s_taken(slot, w));
    }
}

/* An offset: any for the prover, for a test mostly of a register. */
static uint64_t any_offset(void)
{
    if (PROVING || any_below(8) == 0) {
        return any();
    }
    switch (context != CONTEXTS ? 3 + any_below(2) : any_bool() ? 0 : any_below(3)) {
    case 0:
        return 4 * any_below(few ? 4 : SOURCES + 2);
    case 1:
        return 0x1000 + 4 * any_below(SOURCE_WORDS + 1);
    case 2:
        return any_bool() ? 0x2000 + any_below(0x400) : 0x200000 + any_below(0x8000);
    case 3:
        return 0x2000 + 0x80 * context + 4 * any_below(SOURCE_WORDS + 1);
    default:
        return 0x200000 + 0x1000 * context + 4 * any_below(3);
    }
}

static struct vdev_access access_any(void)
{
    struct vdev_access a = {.offset = any_offset(),
                            .len = (unsigned)(PROVING || any_below(8) == 0 ? any_power(0, 3) : 4),
                            .write = any_bool(),
                            .value = any_bool() ? any_below(SOURCES + 2) : any(),
                            .now = any()};
    unsigned w = (unsigned)(a.offset % 0x80 / 4);
    if (a.write && a.offset >= 0x2000 && a.offset < 0x200000) { /* sources that there are */
        a.value &= MASK(63, 32) | (w < SOURCE_WORDS ? there(w) : 0);
    }
    return a;
}

/* To the context `context`, or to nobody's. */
static void prove_access(void)
{
    struct vdev_access a = access_any(), asked = a;
    struct plic_device bare = bare_before;
    bool fresh[TWIN_HARTS], m[TWIN_HARTS];

    assume(context_accessed(a.offset) == (context == CONTEXTS ? -1 : (int)context));
    for (unsigned slot = 0; slot < TWIN_HARTS; slot++) {
        fresh[slot] = is_fresh(&p.hart[slot]);
        m[slot] = m_up(slot);
    }
    bool done = vplic_ops.access(&p, &a);
    gather();
    prove(done == (a.len == 4 && a.offset % 4 == 0));
    prove(a.ssip == 0);
    if (!done) {
        prove(a.lines == 0);
        prove_nothing_done();
        return;
    }
    uint32_t value = bare_access(&bare, &asked);
    prove(a.write || a.value == value);
    prove_seen(&bare);
    for (unsigned slot = 0; slot < TWIN_HARTS; slot++) {
        prove_told(slot, &a, fresh[slot], m[slot]);
    }
    if (!a.write && !is_claim(a.offset)) {
        prove(a.lines == 0);
        prove_nothing_done();
    }
    goal = a.write;
}

static void prove_step(enum step step)
{
    switch (step) {
    case THROUGH:
        prove_gets_through(self);
        break;
    case LINES:
        prove_lines(self);
        break;
    case CAPTURE:
        prove_capture(self);
        break;
    case RELEASE:
        prove_release(self);
        break;
    case QUICK:
        prove_quick(self);
        break;
    case UNSEEN:
        prove_unseen();
        break;
    default:
        prove_access();
        break;
    }
}

void prove_vplic(void);
void prove_vplic(void)
{
    const unsigned part = PART;
    const enum step step = parts[part].step;

    self = parts[part].kind % 2;
    context = step == M_ACCESS ? M_OF(self) : step == S_ACCESS ? S_OF(self) : CONTEXTS;
    few = PROVING || any_bool();
    goal = false;
    begin(parts[part].kind);
    state_any();
    prove_step(step);
    prove(state_right());
    if (goal) {
        reached();
    }
}
