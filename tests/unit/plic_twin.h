/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two machines to which the same is done: one with the virtual PLIC between firmware and the
 * device, one bare. After every step, for every hart: an interrupt that the bare one's wires have
 * is not lost, none is invented, none arrives without end, and devices and S-mode see no
 * difference.
 *
 * Driven by the unit test and by the fuzzer: each defines twin_must(c).
 */
#ifndef TESTS_UNIT_PLIC_TWIN_H
#define TESTS_UNIT_PLIC_TWIN_H

#include "plic_device.h"
#include "vdev/plic.h"

#define M_OF(hart)   (2 * (hart))
#define S_OF(hart)   (2 * (hart) + 1)
#define PRIORITY(i)  (4 * (uint64_t)(i))
#define PENDING(w)   (0x1000 + 4 * (uint64_t)(w))
#define ENABLE(c, w) (0x2000 + 0x80 * (uint64_t)(c) + 4 * (w))
#define THRESHOLD(c) (0x200000 + 0x1000 * (uint64_t)(c))
#define CLAIM(c)     (THRESHOLD(c) + 4)

static struct vplic p;
static struct plic_device device; /* what the model has below it */
static struct plic_device bare;
static unsigned self;                   /* the hart that asks for its wire */
static uint64_t told;                   /* harts, by the last access */
static bool cached[TWIN_HARTS];         /* MEIP as the host has it, by events only */
static bool s_changed;                  /* S-mode did something to the device that makes no trap */
static unsigned twin_taken, twin_stale; /* that it all really happened */

static unsigned context_at(const volatile uint32_t *claim)
{
    for (unsigned c = 0; c < CONTEXTS; c++) {
        if (claim == &device.context[c][1]) {
            return c;
        }
    }
    twin_must(false);
    return 0;
}

static uint32_t claim(volatile uint32_t *at)
{
    return device_claim(&device, context_at(at));
}

static void complete(volatile uint32_t *at, uint32_t id)
{
    device_complete(&device, context_at(at), id);
}

static bool line(void)
{
    return device_line(&device, M_OF(self));
}

/* Hart i has contexts 2 i and 2 i + 1, and is index `index` of the world. */
static void make(const unsigned *index)
{
    memset(&device, 0, sizeof(device));
    vplic_init(&p, SOURCES);
    p.priority = device.priority;
    p.pending = device.pending;
    p.line = line;
    p.claim = claim;
    p.complete = complete;
    for (unsigned c = 0; c < CONTEXTS; c++) {
        memset(device.enable[c], 0xff, sizeof(device.enable[c]));
        const struct plic_context at = {device.enable[c], device.context[c]};
        vplic_context(&p, c, c / 2, c % 2 != 0, &at);
    }
    for (unsigned i = 0; i < TWIN_HARTS; i++) {
        vplic_hart(&p, i, index[i]);
    }
}

static void twin_make(void)
{
    unsigned index[TWIN_HARTS];
    for (unsigned i = 0; i < TWIN_HARTS; i++) {
        index[i] = i;
    }
    make(index);
    memset(&bare, 0, sizeof(bare));
    memset(cached, 0, sizeof(cached));
    for (unsigned hart = 0; hart < TWIN_HARTS; hart++) {
        bare.context[S_OF(hart)][0] = UINT32_MAX;
    }
}

static bool access(uint64_t offset, unsigned len, bool write, uint64_t *value)
{
    struct vdev_access a = {.offset = offset, .len = len, .write = write, .value = *value};
    bool done = vplic_ops.access(&p, &a);
    told = a.lines;
    twin_must(a.ssip == 0);
    *value = a.value;
    return done;
}

static uint32_t load(uint64_t offset)
{
    uint64_t v = 0x5a5a5a5a5a5a5a5a;
    twin_must(access(offset, 4, false, &v));
    twin_must(v >> 32 == 0);
    return (uint32_t)v;
}

static void store(uint64_t offset, uint32_t v)
{
    uint64_t value = v;
    twin_must(access(offset, 4, true, &value));
}

static uint64_t wires(unsigned hart)
{
    struct vdev_lines l = {.deadline = VDEV_NEVER};
    self = hart;
    vplic_ops.lines(&p, hart, 0, &l);
    twin_must(l.deadline == VDEV_NEVER);
    return l.up;
}

/* Does the interrupt arrive at the hart? */
static bool arrives(unsigned hart)
{
    return device_line(&device, M_OF(hart));
}

/* The sources of word w that there are. */
static uint32_t there(unsigned w)
{
    unsigned last = SOURCES - 32 * w;
    return (uint32_t)(last < 31 ? MASK(last, 0) : MASK(31, 0)) & (w == 0 ? ~1u : ~0u);
}

enum twin_act {
    TWIN_LEVEL, /* a device's wire: i, v */
    TWIN_ENABLE,
    TWIN_THRESHOLD,
    TWIN_PRIORITY,
    TWIN_CLAIM,
    TWIN_COMPLETE,
    TWIN_READ,
    TWIN_CAPTURE, /* of c's hart: v, or released */
    TWIN_ACTS,
};

/* Firmware, on whichever hart, by way of the model: to context c, source i, with value v. */
static void twin_firmware(enum twin_act act, unsigned c, unsigned i, uint32_t v)
{
    unsigned w = i / 32;
    uint32_t id;
    switch (act) {
    case TWIN_ENABLE:
        bare.enable[c][w] = v & there(w);
        store(ENABLE(c, w), v & there(w));
        break;
    case TWIN_THRESHOLD:
        bare.context[c][0] = v;
        store(THRESHOLD(c), v);
        break;
    case TWIN_PRIORITY:
        bare.priority[i] = v;
        store(PRIORITY(i), v);
        break;
    case TWIN_CLAIM:
        id = device_claim(&bare, c);
        twin_must(load(CLAIM(c)) == id);
        twin_taken += c % 2 == 0 && id != 0;
        break;
    case TWIN_COMPLETE:
        device_complete(&bare, c, i);
        store(CLAIM(c), i);
        break;
    default:
        twin_must(load(ENABLE(c, w)) == bare.enable[c][w]);
        twin_must(load(THRESHOLD(c)) == bare.context[c][0]);
        twin_must(load(PRIORITY(i)) == bare.priority[i]);
        break;
    }
}

/* S-mode has its context, the priorities and the claims without a trap, while it runs. */
static void twin_s(enum twin_act act, unsigned c, unsigned i, uint32_t v)
{
    unsigned w = i / 32;
    if (p.hart[c / 2].captured) {
        return;
    }
    s_changed = true;
    switch (act) {
    case TWIN_ENABLE:
        device.enable[c][w] = bare.enable[c][w] = v & there(w);
        break;
    case TWIN_THRESHOLD:
        device.context[c][0] = bare.context[c][0] = v;
        break;
    case TWIN_PRIORITY:
        device.priority[i] = bare.priority[i] = v;
        break;
    case TWIN_CLAIM:
        twin_must(device_claim(&device, c) == device_claim(&bare, c));
        break;
    default:
        device_complete(&device, c, i);
        device_complete(&bare, c, i);
        break;
    }
}

static void twin_step(enum twin_act act, bool s, unsigned c, unsigned i, uint32_t v)
{
    told = 0;
    s_changed = false;
    if (act == TWIN_LEVEL) {
        device.level[i] = bare.level[i] = (v & 1) != 0;
    } else if (act == TWIN_CAPTURE && (v & 1)) {
        vplic_capture(&p.hart[c / 2]);
    } else if (act == TWIN_CAPTURE) {
        vplic_release(&p.hart[c / 2]);
    } else if (s) {
        twin_s(act, S_OF(c / 2), i, v);
    } else {
        twin_firmware(act, c, i, v);
    }
    /* What a machine does by itself: who was told, and whom the wire reaches, looks; the host polls
     * for what S-mode does unseen. */
    for (unsigned hart = 0; hart < TWIN_HARTS; hart++) {
        if (s_changed && p.hart[hart].captured) {
            vplic_capture(&p.hart[hart]);
        }
        if ((told & BIT(hart)) || arrives(hart)) {
            cached[hart] = (wires(hart) & BIT(IRQ_MEI)) != 0;
        }
    }
}

/* asks: the hart looks at its wires, which it may at any time. */
static void twin_check(unsigned hart, bool asks)
{
    bool captured = p.hart[hart].captured;
    bool m = device_line(&bare, M_OF(hart)), s = device_line(&bare, S_OF(hart));

    twin_must(cached[hart] || !m);                                   /* nothing lost */
    twin_must(device_line(&device, S_OF(hart)) == (s && !captured)); /* S sees its own */
    twin_must(arrives(hart) == (captured && s));                     /* nothing without end */
    if (asks) {
        uint64_t up = wires(hart);
        twin_must(((up & BIT(IRQ_MEI)) != 0) == m); /* nothing invented */
        twin_must(((up & BIT(IRQ_SEI)) != 0) == (captured && s));
        twin_must(arrives(hart) == (captured && s));
        twin_stale += cached[hart] && !m;
        cached[hart] = m;
    }
    for (unsigned i = 1; i <= SOURCES; i++) {
        twin_must(device.claimed[i] == bare.claimed[i]);
        twin_must(device_is(device.pending, i) == device_is(bare.pending, i));
    }
}

#endif
