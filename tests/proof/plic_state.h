/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual PLIC over a device, in any state that it may be in: which those are (state_right()),
 * and the bare machine that firmware and S-mode see of one (seen()).
 */
#ifndef TESTS_PROOF_PLIC_STATE_H
#define TESTS_PROOF_PLIC_STATE_H

#include "proof.h"

#define PLIC_SOURCES 33
#define PLIC_HARTS   2
#include "plic_device.h"
#include "vdev/plic.h"

/* Whose contexts firmware reaches, if any, and which there are. */
enum kind { BOTH, ALONE, M_ONLY, S_ONLY, KINDS };

#define M_OF(slot) (2 * (slot))
#define S_OF(slot) (2 * (slot) + 1)
#define NOTHING    UINT32_MAX

static struct vplic p, p_before;
static struct plic_device device, device_before, bare_before;
static unsigned self;    /* the slot of the hart whose step it is */
static unsigned context; /* that is accessed */
static bool few;         /* sources */
static bool goal;        /* the step was one that matters */

/* --- the device --- */

/* Its registers, each context's by itself: for the prover, objects that can't be mixed up. */
static uint32_t priority[32 * SOURCE_WORDS], pending[SOURCE_WORDS];
static struct bank {
    uint32_t enable[SOURCE_WORDS], context[2];
} m0, s0, m1, s1;
static struct bank *const bank[CONTEXTS] = {&m0, &s0, &m1, &s1};

static void gather(void)
{
    memcpy(device.priority, priority, sizeof(priority));
    memcpy(device.pending, pending, sizeof(pending));
    for (unsigned c = 0; c < CONTEXTS; c++) {
        memcpy(device.enable[c], bank[c]->enable, sizeof(bank[c]->enable));
        memcpy(device.context[c], bank[c]->context, sizeof(bank[c]->context));
    }
}

static void scatter(void)
{
    memcpy(priority, device.priority, sizeof(priority));
    memcpy(pending, device.pending, sizeof(pending));
    for (unsigned c = 0; c < CONTEXTS; c++) {
        memcpy(bank[c]->enable, device.enable[c], sizeof(bank[c]->enable));
        memcpy(bank[c]->context, device.context[c], sizeof(bank[c]->context));
    }
}

static bool alive(unsigned i)
{
    return few ? i == 1 || i == 2 || i == 33 : i >= 1 && i <= SOURCES;
}

/* The sources of word w that there are. */
static uint32_t there(unsigned w)
{
    uint32_t sources = 0;
    for (unsigned i = 0; i < 32; i++) {
        sources |= alive(32 * w + i) ? 1u << i : 0;
    }
    return sources;
}

static unsigned context_at(const volatile uint32_t *at)
{
    unsigned c = 0;
    while (c < CONTEXTS && at != &bank[c]->context[1]) {
        c++;
    }
    prove(c < CONTEXTS);
    return c;
}

static uint32_t claim(volatile uint32_t *at)
{
    gather();
    uint32_t id = device_claim(&device, context_at(at));
    scatter();
    return id;
}

static void complete(volatile uint32_t *at, uint32_t id)
{
    gather();
    device_complete(&device, context_at(at), id);
    device_gateways(&device);
    scatter();
}

static bool line(void)
{
    gather();
    return device_line(&device, M_OF(self));
}

/* Source i is one for which a context's wire is up, if it has these enables and this threshold. */
static bool up_by(unsigned i, const uint32_t *enable, uint32_t threshold)
{
    return device_is(device.pending, i) && device_is(enable, i) && device.priority[i] > threshold;
}

static bool up(const uint32_t *enable, uint32_t threshold)
{
    bool is = false;
    for (unsigned i = 1; i <= SOURCES; i++) {
        is = is || up_by(i, enable, threshold);
    }
    return is;
}

/* --- which states there are --- */

static bool same(const uint32_t *a, const uint32_t *b)
{
    bool is = true;
    for (unsigned w = 0; w < SOURCE_WORDS; w++) {
        is = is && a[w] == b[w];
    }
    return is;
}

static bool within(const uint32_t *a, const uint32_t *b)
{
    bool is = true;
    for (unsigned w = 0; w < SOURCE_WORDS; w++) {
        is = is && (a[w] & ~b[w]) == 0;
    }
    return is;
}

static bool none(const uint32_t *a)
{
    bool is = true;
    for (unsigned w = 0; w < SOURCE_WORDS; w++) {
        is = is && a[w] == 0;
    }
    return is;
}

static bool m_is_in(const struct vplic_hart *h)
{
    return h->any && !h->quiet;
}

/* Both parts: all of that with the lower threshold, and of the other whatever its priorities let
 * through when it was put there. */
static bool both_right(const struct vplic_hart *h)
{
    bool m_low = h->threshold <= h->s_threshold, s_low = h->s_threshold <= h->threshold, is = true;
    for (unsigned w = 0; w < SOURCE_WORDS; w++) {
        is = is && (h->held[w] & ~(h->enable[w] | h->s_enable[w])) == 0;
    }
    return is && h->held_threshold == (m_low ? h->threshold : h->s_threshold) &&
           (!m_low || within(h->enable, h->held)) && (!s_low || within(h->s_enable, h->held));
}

static bool parts_right(const struct vplic_hart *h)
{
    if (m_is_in(h)) {
        return h->captured ? both_right(h)
                           : same(h->held, h->enable) && h->held_threshold == h->threshold;
    }
    return h->captured ? same(h->held, h->s_enable) && h->held_threshold == h->s_threshold
                       : h->held_threshold == NOTHING;
}

static bool hart_right(unsigned slot)
{
    const struct vplic_hart *h = &p.hart[slot];
    const uint32_t *m = device.context[M_OF(slot)], *s = device.context[S_OF(slot)];

    if (h->m.enable == NULL) {
        return none(h->enable) && !h->any && !h->quiet && !h->captured;
    }
    return h->any == !none(h->enable) && same(device.enable[M_OF(slot)], h->held) &&
           m[0] == h->held_threshold && parts_right(h) &&
           (!h->captured || (h->both && s[0] == NOTHING)) &&
           (!h->alone || (!h->any && !h->quiet && same(h->held, h->s_enable)));
}

static bool device_right(void)
{
    bool is = true;
    for (unsigned i = 0; i < 32 * SOURCE_WORDS; i++) {
        bool waiting = device_is(device.pending, i);
        bool comes = i <= SOURCES && device.level[i] && !device.claimed[i];
        is = is && (waiting ? alive(i) : !comes);
    }
    return is;
}

static bool state_right(void)
{
    bool is = device_right();
    for (unsigned slot = 0; slot < TWIN_HARTS; slot++) {
        is = is && hart_right(slot);
    }
    return is;
}

/* The part of the higher threshold is cut by what the priorities are now. */
static bool is_fresh(const struct vplic_hart *h)
{
    bool is = true;
    for (unsigned i = 1; i <= SOURCES && m_is_in(h) && h->captured; i++) {
        bool m = h->threshold <= h->s_threshold || device.priority[i] > h->threshold;
        bool s = h->s_threshold <= h->threshold || device.priority[i] > h->s_threshold;
        is = is && device_is(h->held, i) ==
                       ((m && device_is(h->enable, i)) || (s && device_is(h->s_enable, i)));
    }
    return is;
}

/* --- any of them --- */

static uint32_t any_word(void)
{
    return (uint32_t)(PROVING || any_below(8) == 0 ? any() : any_below(4));
}

static void any_enables(uint32_t *enable)
{
    for (unsigned w = 0; w < SOURCE_WORDS; w++) {
        enable[w] = (uint32_t)any() & there(w);
    }
}

static void hart_make(unsigned slot, enum kind kind)
{
    const struct plic_context m = {bank[M_OF(slot)]->enable, bank[M_OF(slot)]->context};
    const struct plic_context s = {bank[S_OF(slot)]->enable, bank[S_OF(slot)]->context};

    if (kind != S_ONLY) {
        vplic_context(&p, M_OF(slot), slot, false, &m);
    }
    if (kind != M_ONLY) {
        vplic_context(&p, S_OF(slot), slot, true, &s);
    }
    if (kind != ALONE) {
        vplic_hart(&p, slot, TWIN_HARTS - 1 - slot);
    }
}

static void device_any(void)
{
    for (unsigned i = 1; i <= SOURCES; i++) {
        device.priority[i] = alive(i) ? any_word() : 0;
        device.level[i] = alive(i) && any_bool();
        device.claimed[i] = alive(i) && any_bool();
    }
    any_enables(device.pending);
}

static void hart_any(unsigned slot)
{
    struct vplic_hart *h = &p.hart[slot];

    any_enables(h->enable);
    any_enables(h->s_enable);
    any_enables(h->held);
    any_enables(device.enable[S_OF(slot)]);
    any_enables(device.enable[M_OF(slot)]);
    h->any = any_bool();
    h->quiet = any_bool();
    h->captured = any_bool();
    h->threshold = any_word();
    h->s_threshold = any_word();
    h->held_threshold = any_word();
    device.context[S_OF(slot)][0] = any_word();
    device.context[M_OF(slot)][0] = any_word();
}

/* As a subset, the sources that the higher threshold lets through now. */
static void hart_cut(struct vplic_hart *h)
{
    uint32_t high = h->threshold > h->s_threshold ? h->threshold : h->s_threshold;
    memset(h->held, 0, sizeof(h->held));
    for (unsigned i = 1; i <= SOURCES; i++) {
        h->held[i / 32] |= device.priority[i] > high ? 1u << i % 32 : 0;
    }
}

/* For a test: most of them are none. What `held` was is any subset for the part that is cut. */
static void hart_settle(unsigned slot)
{
    struct vplic_hart *h = &p.hart[slot];
    bool has_m = h->m.enable != NULL && !h->alone;

    h->quiet = h->quiet && has_m;
    h->captured = h->captured && h->both;
    h->any = false;
    for (unsigned w = 0; w < SOURCE_WORDS; w++) {
        h->enable[w] = has_m ? h->enable[w] : 0;
        h->any = h->any || h->enable[w] != 0;
    }
    bool m = m_is_in(h), m_low = m && (!h->captured || h->threshold <= h->s_threshold),
         s_low = h->captured && (!m || h->s_threshold <= h->threshold);
    h->held_threshold = m_low ? h->threshold : s_low ? h->s_threshold : NOTHING;
    for (unsigned w = 0; w < SOURCE_WORDS; w++) {
        uint32_t all = (m ? h->enable[w] : 0) | (h->captured ? h->s_enable[w] : 0);
        uint32_t low = (m_low ? h->enable[w] : 0) | (s_low ? h->s_enable[w] : 0);
        h->held[w] = m || h->captured ? low | (all & h->held[w]) : h->held[w];
        h->s_enable[w] = h->alone ? h->held[w] : h->s_enable[w];
        device.enable[M_OF(slot)][w] = h->held[w];
    }
    device.context[M_OF(slot)][0] = h->held_threshold;
    device.context[S_OF(slot)][0] = h->captured ? NOTHING : device.context[S_OF(slot)][0];
}

/* --- what the rest of the machine sees of it --- */

static struct plic_device seen(void)
{
    struct plic_device d = device;
    for (unsigned slot = 0; slot < TWIN_HARTS; slot++) {
        const struct vplic_hart *h = &p.hart[slot];
        for (unsigned w = 0; w < SOURCE_WORDS; w++) {
            d.enable[M_OF(slot)][w] = h->enable[w];
        }
        d.context[M_OF(slot)][0] = h->threshold;
        d.context[S_OF(slot)][0] = h->captured ? h->s_threshold : d.context[S_OF(slot)][0];
    }
    return d;
}

static bool m_up(unsigned slot)
{
    return up(p.hart[slot].enable, p.hart[slot].threshold);
}

static bool s_up(unsigned slot)
{
    return p.hart[slot].captured && up(p.hart[slot].s_enable, p.hart[slot].s_threshold);
}

static bool arrives(unsigned slot)
{
    return p.hart[slot].m.enable != NULL &&
           up(device.enable[M_OF(slot)], device.context[M_OF(slot)][0]);
}

static void begin(enum kind kind)
{
    memset(&device, 0, sizeof(device));
    scatter();
    vplic_init(&p, SOURCES);
    p.priority = priority;
    p.pending = pending;
    p.line = line;
    p.claim = claim;
    p.complete = complete;
    for (unsigned slot = 0; slot < TWIN_HARTS; slot++) {
        hart_make(slot, slot == self ? kind : (enum kind)any_below(KINDS));
    }
    gather();
    prove(state_right());
}

static void state_any(void)
{
    device.claims_above_threshold = any_bool();
    device_any();
    for (unsigned slot = 0; slot < TWIN_HARTS; slot++) {
        hart_any(slot);
        if (!PROVING && any_bool()) {
            hart_cut(&p.hart[slot]);
        }
        if (!PROVING) {
            hart_settle(slot);
        }
    }
    if (!PROVING) {
        device_gateways(&device);
    }
    scatter();
    assume(state_right());
    p_before = p;
    device_before = device;
    bare_before = seen();
}

#endif
