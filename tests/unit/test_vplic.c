/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual PLIC over a device of plic_device.h. Source: RISC-V PLIC specification 1.0.0.
 */
#include "fixture.h"

#include <string.h>

#include "plic_device.h"
#include "vdev/plic.h"

#define HARTS_HERE 3
#define M_OF(hart) (2 * (hart))
#define S_OF(hart) (2 * (hart) + 1)

static struct vplic p;
static struct plic_device device; /* what the model has below it */
static unsigned self;             /* the hart that asks for its wire */
static uint64_t told;

static unsigned context_at(const volatile uint32_t *claim)
{
    for (unsigned c = 0; c < CONTEXTS; c++) {
        if (claim == &device.context[c][1]) {
            return c;
        }
    }
    fail();
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
    memset(&p, 0xa5, sizeof(p));
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
    for (unsigned i = 0; i < HARTS_HERE; i++) {
        vplic_hart(&p, i, index[i]);
    }
}

static int setup(void **state)
{
    static const unsigned index[HARTS_HERE] = {0, 1, 2};
    (void)state;
    make(index);
    return 0;
}

static bool access(uint64_t offset, unsigned len, bool write, uint64_t *value)
{
    struct vdev_access a = {.offset = offset, .len = len, .write = write, .value = *value};
    bool done = vplic_ops.access(&p, &a);
    told = a.lines;
    assert_int_equal(a.ssip, 0);
    *value = a.value;
    return done;
}

static uint32_t load(uint64_t offset)
{
    uint64_t v = 0x5a5a5a5a5a5a5a5a;
    assert_true(access(offset, 4, false, &v));
    assert_int_equal(v >> 32, 0);
    return (uint32_t)v;
}

static void store(uint64_t offset, uint32_t v)
{
    uint64_t value = v;
    assert_true(access(offset, 4, true, &value));
}

#define PRIORITY(i)  (4 * (uint64_t)(i))
#define PENDING(w)   (0x1000 + 4 * (uint64_t)(w))
#define ENABLE(c, w) (0x2000 + 0x80 * (uint64_t)(c) + 4 * (w))
#define THRESHOLD(c) (0x200000 + 0x1000 * (uint64_t)(c))
#define CLAIM(c)     (THRESHOLD(c) + 4)

static uint64_t wires(unsigned hart)
{
    struct vdev_lines l = {.deadline = VDEV_NEVER};
    self = hart;
    vplic_ops.lines(&p, hart, 0, &l);
    assert_int_equal(l.deadline, VDEV_NEVER);
    return l.up;
}

/* Does the interrupt arrive at the hart? */
static bool arrives(unsigned hart)
{
    return device_line(&device, M_OF(hart));
}

static void source(unsigned i, uint32_t priority, bool level)
{
    device.priority[i] = priority;
    device.level[i] = level;
}

static void starts_closed(void **state)
{
    (void)state;
    source(1, 7, true);
    for (unsigned c = 0; c < CONTEXTS; c++) {
        assert_int_equal(device.enable[c][0] | device.enable[c][1], 0);
        assert_int_equal(device.context[c][0], UINT32_MAX);
    }
    for (unsigned hart = 0; hart < VDEV_HARTS; hart++) {
        assert_int_equal(wires(hart), 0);
    }
    for (unsigned c = 0; c < CONTEXTS; c += 2) { /* as after reset: thresholds of M are 0 */
        assert_int_equal(load(THRESHOLD(c)), 0);
        assert_int_equal(load(ENABLE(c, 0)), 0);
        assert_int_equal(load(CLAIM(c)), 0);
    }
}

/* One interrupt from beginning to end: it arrives once, stands while nobody claims it, and comes
 * again if the device still asks for it. */
static void an_interrupt(void **state)
{
    (void)state;
    store(PRIORITY(5), 3);
    store(THRESHOLD(M_OF(1)), 2);
    store(ENABLE(M_OF(1), 0), BIT(5));
    assert_int_equal(told, BIT(1));
    assert_int_equal(wires(1), 0);
    assert_false(arrives(1));
    device.level[5] = true;
    assert_true(arrives(1));
    assert_int_equal(wires(1), BIT(IRQ_MEI));
    assert_false(arrives(1)); /* quiet */
    assert_int_equal(wires(1), BIT(IRQ_MEI));
    assert_false(arrives(1));
    assert_int_equal(wires(0), 0);
    assert_int_equal(load(PENDING(0)), BIT(5));
    assert_int_equal(load(CLAIM(M_OF(1))), 5);
    assert_int_equal(told, BIT(1));
    assert_int_equal(wires(1), 0);
    assert_int_equal(load(CLAIM(M_OF(1))), 0);
    assert_int_equal(load(PENDING(0)), 0);
    assert_false(arrives(1)); /* in service */
    store(CLAIM(M_OF(1)), 5);
    assert_int_equal(told, BIT(1));
    assert_true(arrives(1)); /* the level is still there */
    assert_int_equal(wires(1), BIT(IRQ_MEI));
    assert_int_equal(load(CLAIM(M_OF(1))), 5);
    device.level[5] = false;
    store(CLAIM(M_OF(1)), 5);
    assert_int_equal(wires(1), 0);
    assert_false(arrives(1));
}

/* A wire that drops by itself: the interrupt can arrive again afterwards. */
static void the_wire_drops(void **state)
{
    (void)state;
    source(5, 3, true);
    store(ENABLE(M_OF(0), 0), BIT(5));
    assert_int_equal(wires(0), BIT(IRQ_MEI));
    store(ENABLE(M_OF(0), 0), 0); /* disabled */
    assert_int_equal(told, BIT(0));
    assert_int_equal(wires(0), 0);
    assert_false(p.hart[0].any);
    store(ENABLE(M_OF(0), 0), BIT(5));
    assert_int_equal(wires(0), BIT(IRQ_MEI));
    store(THRESHOLD(M_OF(0)), 3);
    assert_int_equal(told, BIT(0));
    assert_int_equal(wires(0), 0);
    assert_false(arrives(0));
    store(THRESHOLD(M_OF(0)), 2);
    assert_true(arrives(0));
    assert_int_equal(wires(0), BIT(IRQ_MEI));
    device.priority[5] = 2; /* by S-mode: no trap */
    assert_int_equal(wires(0), 0);
    device.priority[5] = 3;
    assert_true(arrives(0));
    assert_int_equal(wires(0), BIT(IRQ_MEI));
    store(PRIORITY(5), 0); /* by firmware: who is quiet looks again */
    assert_int_equal(told, BIT(0));
    assert_int_equal(wires(0), 0);
}

/* Two harts are interrupted, one claims: the other's wire drops, and both can be again. */
static void two_harts_one_source(void **state)
{
    (void)state;
    source(5, 3, true);
    store(ENABLE(M_OF(0), 0), BIT(5));
    store(ENABLE(M_OF(2), 0), BIT(5));
    assert_int_equal(wires(0) & wires(2), BIT(IRQ_MEI));
    assert_int_equal(load(CLAIM(M_OF(2))), 5);
    assert_int_equal(told, BIT(0) | BIT(2));
    assert_int_equal(wires(0) | wires(2), 0);
    assert_int_equal(load(CLAIM(M_OF(0))), 0);
    store(CLAIM(M_OF(2)), 5);
    assert_true(arrives(0) && arrives(2));
}

static void claims_in_any_order(void **state)
{
    (void)state;
    source(3, 1, true);
    source(33, 7, true);
    source(40, 7, true);
    store(ENABLE(M_OF(0), 0), BIT(3));
    store(ENABLE(M_OF(0), 1), BIT(33 - 32) | BIT(40 - 32));
    assert_int_equal(load(CLAIM(M_OF(0))), 33); /* by priority, then by number */
    assert_int_equal(load(CLAIM(M_OF(0))), 40);
    assert_int_equal(load(CLAIM(M_OF(0))), 3);
    assert_int_equal(load(CLAIM(M_OF(0))), 0);
    store(CLAIM(M_OF(0)), 3);
    assert_int_equal(load(CLAIM(M_OF(0))), 3);
    store(CLAIM(M_OF(0)), 4); /* never claimed, not enabled */
    store(CLAIM(M_OF(0)), 0);
    store(CLAIM(M_OF(0)), 0xffffffff);
    assert_int_equal(wires(0), 0);
    store(ENABLE(M_OF(0), 1), BIT(33 - 32)); /* a completion counts only for who is enabled */
    store(CLAIM(M_OF(0)), 40);
    store(ENABLE(M_OF(0), 1), BIT(33 - 32) | BIT(40 - 32));
    assert_int_equal(wires(0), 0);
    store(CLAIM(M_OF(0)), 40);
    assert_int_equal(wires(0), BIT(IRQ_MEI));
}

static void s_contexts_are_the_machines(void **state)
{
    (void)state;
    source(7, 4, true);
    store(ENABLE(S_OF(1), 0), BIT(7));
    assert_int_equal(device.enable[S_OF(1)][0], BIT(7));
    assert_int_equal(load(ENABLE(S_OF(1), 0)), BIT(7));
    store(THRESHOLD(S_OF(1)), 1);
    assert_int_equal(device.context[S_OF(1)][0], 1);
    assert_int_equal(load(THRESHOLD(S_OF(1))), 1);
    assert_true(device_line(&device, S_OF(1)));
    assert_int_equal(wires(1), 0);
    assert_int_equal(load(CLAIM(S_OF(1))), 7);
    assert_int_equal(told, 0);
    store(CLAIM(S_OF(1)), 7);
    assert_true(device_line(&device, S_OF(1)));
}

/* S-mode claims what M waits for: M's wire is down when it looks. */
static void s_claims_first(void **state)
{
    (void)state;
    source(7, 4, true);
    store(ENABLE(S_OF(1), 0), BIT(7));
    store(ENABLE(M_OF(1), 0), BIT(7));
    store(THRESHOLD(S_OF(1)), 0);
    assert_int_equal(wires(1), BIT(IRQ_MEI));
    assert_int_equal(device_claim(&device, S_OF(1)), 7);
    assert_int_equal(wires(1), 0);
    device_complete(&device, S_OF(1), 7);
    assert_true(arrives(1));
    assert_int_equal(wires(1), BIT(IRQ_MEI));
    assert_int_equal(load(CLAIM(S_OF(1))), 7); /* by firmware, for it */
    assert_int_equal(told, BIT(1));
    assert_int_equal(wires(1), 0);
}

/* Every hart reaches every other's registers: told is the one concerned. */
static void registers_of_others(void **state)
{
    static const unsigned index[HARTS_HERE] = {63, 0, 17};
    (void)state;
    make(index);
    for (unsigned i = 0; i < HARTS_HERE; i++) {
        store(THRESHOLD(M_OF(i)), i);
        assert_int_equal(told, BIT(index[i]));
        store(ENABLE(M_OF(i), 1), (uint32_t)BIT(i));
        assert_int_equal(told, BIT(index[i]));
    }
    for (unsigned i = 0; i < HARTS_HERE; i++) {
        assert_int_equal(load(THRESHOLD(M_OF(i))), i);
        assert_int_equal(told, 0);
        assert_int_equal(load(ENABLE(M_OF(i), 0)), 0);
        assert_int_equal(load(ENABLE(M_OF(i), 1)), BIT(i));
        source(32 + i, 7, true);
        struct vdev_lines l = {.up = BIT(IRQ_MTI)};
        self = i;
        vplic_ops.lines(&p, 5, 0, &l); /* has no contexts */
        assert_int_equal(l.up, BIT(IRQ_MTI));
        vplic_ops.lines(&p, index[i], 0, &l);
        assert_int_equal(l.up, BIT(IRQ_MTI) | BIT(IRQ_MEI));
        assert_int_equal(load(CLAIM(M_OF(i))), 32 + i);
        assert_int_equal(told, BIT(index[i]));
        vplic_ops.lines(&p, index[i], 0, &l); /* no longer quiet */
    }
}

static void other_accesses_are_refused(void **state)
{
    static const uint64_t at[] = {4, 0x1000, 0x2000, 0x200000, 0x200004, 0x201000};
    (void)state;
    struct vplic before = p;
    struct plic_device device_before = device;
    for (unsigned i = 0; i < ARRAY_LEN(at); i++) {
        for (unsigned len = 1; len <= 8; len *= 2) {
            for (unsigned off = 0; off < 4; off++) {
                uint64_t v = 1;
                if (len == 4 && off == 0) {
                    continue;
                }
                assert_false(access(at[i] + off, len, true, &v));
                assert_false(access(at[i] + off, len, false, &v));
                assert_int_equal(told, 0);
            }
        }
    }
    assert_memory_equal(&p, &before, sizeof(p));
    assert_memory_equal(&device, &device_before, sizeof(device));
}

/* What is no register, or nobody's, or read-only: zero, and ignored. */
static void nothing_there(void **state)
{
    static const uint64_t at[] = {
        0,
        PRIORITY(SOURCES + 1),
        0xffc,
        PENDING(0),
        PENDING(1),
        PENDING(2),
        0x1ffc,
        ENABLE(0, 2),
        ENABLE(0, 31),
        ENABLE(CONTEXTS, 0),
        ENABLE(CONTEXTS + 1, 1),
        ENABLE(127, 0),
        ENABLE(128, 0),
        0x1ffffc,
        THRESHOLD(0) + 8,
        THRESHOLD(0) + 0xffc,
        THRESHOLD(CONTEXTS),
        CLAIM(CONTEXTS),
        THRESHOLD(127),
        THRESHOLD(128),
        CLAIM(15871),
        0x3fffffc,
    };
    (void)state;
    store(ENABLE(0, 0), 0xfffffffe); /* what lies behind the pending bits here */
    p.hart[2].hart = VDEV_NOBODY;    /* not of this world */
    p.slot[2] = VDEV_NOBODY;
    struct vplic before = p;
    struct plic_device device_before = device;
    for (unsigned i = 0; i < ARRAY_LEN(at); i++) {
        store(at[i], 0xffffffff);
        assert_int_equal(told, 0);
        assert_int_equal(load(at[i]), 0);
    }
    for (unsigned c = M_OF(2); c <= S_OF(2); c++) {
        store(ENABLE(c, 0), 2);
        store(THRESHOLD(c), 2);
        store(CLAIM(c), 2);
        assert_int_equal(load(ENABLE(c, 0)) | load(THRESHOLD(c)) | load(CLAIM(c)), 0);
    }
    assert_memory_equal(&p, &before, sizeof(p));
    assert_memory_equal(&device, &device_before, sizeof(device));
}

static void contexts_that_are_not_there(void **state)
{
    const struct plic_context at = {device.enable[1], device.context[1]};
    (void)state;
    vplic_init(&p, 1); /* one source: one word */
    assert_int_equal(p.words, 1);
    vplic_init(&p, 31);
    assert_int_equal(p.words, 1);
    vplic_init(&p, 32);
    assert_int_equal(p.words, 2);
    vplic_init(&p, VPLIC_SOURCES);
    assert_int_equal(p.words, VPLIC_WORDS);
    vplic_init(&p, 31);
    p.line = line;
    vplic_context(&p, VPLIC_CONTEXTS, 0, true, &at); /* a number too large for firmware */
    vplic_context(&p, 1, 0, true, &at);
    store(THRESHOLD(1), 1); /* a hart of no world */
    assert_int_equal(load(THRESHOLD(1)), 0);
    vplic_hart(&p, 0, 0);
    assert_int_equal(device.context[1][0], UINT32_MAX);
    device.enable[1][0] = 2;
    device.context[1][0] = 0;
    vplic_capture(&p.hart[0]); /* no M context */
    assert_int_equal(device.context[1][0], 0);
    vplic_release(&p.hart[0]);
    assert_false(p.hart[0].captured);
    p.hart[0].m = at;
    p.hart[0].s.enable = NULL;
    vplic_capture(&p.hart[0]);
    assert_false(p.hart[0].captured);
    assert_int_equal(wires(0), 0);
}

/* Without firmware's part: the M context is S's. */
static void capture_alone(void **state)
{
    (void)state;
    source(9, 2, true);
    device.enable[S_OF(1)][0] = BIT(9);
    device.context[S_OF(1)][0] = 1;
    vplic_capture(&p.hart[1]);
    assert_true(arrives(1));
    assert_false(device_line(&device, S_OF(1)));
    assert_int_equal(wires(1), BIT(IRQ_SEI));
    assert_true(arrives(1));                  /* it is S's business to end it */
    device.enable[S_OF(1)][1] = BIT(40 - 32); /* another hart does that */
    vplic_capture(&p.hart[1]);
    assert_int_equal(device.enable[M_OF(1)][1], BIT(40 - 32));
    vplic_release(&p.hart[1]);
    assert_false(arrives(1));
    assert_true(device_line(&device, S_OF(1)));
    assert_int_equal(device.context[S_OF(1)][0], 1);
    vplic_release(&p.hart[1]); /* again is nothing */
    assert_int_equal(device.context[S_OF(1)][0], 1);
    assert_int_equal(wires(1), 0);
}

/* Firmware looks at, and changes, what is captured: it sees what S would. */
static void firmware_and_a_captured_hart(void **state)
{
    (void)state;
    source(9, 2, true);
    device.enable[S_OF(1)][0] = BIT(9);
    device.context[S_OF(1)][0] = 1;
    vplic_capture(&p.hart[1]);
    assert_int_equal(load(THRESHOLD(S_OF(1))), 1);
    assert_int_equal(load(ENABLE(M_OF(1), 0)), 0); /* not S's */
    assert_int_equal(load(THRESHOLD(M_OF(1))), 0);
    assert_int_equal(load(CLAIM(M_OF(1))), 0); /* S's interrupts are not M's to claim */
    assert_true(arrives(1));
    store(THRESHOLD(S_OF(1)), 2);
    assert_false(arrives(1));
    assert_int_equal(load(THRESHOLD(S_OF(1))), 2);
    store(THRESHOLD(S_OF(1)), 0);
    assert_true(arrives(1));
    store(ENABLE(S_OF(1), 0), 0);
    assert_false(arrives(1));
    store(ENABLE(S_OF(1), 0), BIT(9));
    assert_true(arrives(1));
    device.claims_above_threshold = true;
    assert_int_equal(load(CLAIM(S_OF(1))), 9);
    assert_false(arrives(1));
    assert_false(device_line(&device, S_OF(1)));
    store(CLAIM(S_OF(1)), 9);
    assert_true(arrives(1));
    vplic_release(&p.hart[1]);
    assert_int_equal(device.context[S_OF(1)][0], 0);
    assert_true(device_line(&device, S_OF(1)));
}

/* Both parts, thresholds apart: neither lets the other's small fry through, or the hart would be
 * interrupted without end. */
static void both_parts(void **state)
{
    (void)state;
    for (unsigned swap = 0; swap < 2; swap++) {
        uint32_t m_threshold = swap ? 5 : 1, s_threshold = swap ? 1 : 5;
        setup(NULL);
        store(ENABLE(M_OF(0), 0), BIT(3) | BIT(4));
        store(THRESHOLD(M_OF(0)), m_threshold);
        device.enable[S_OF(0)][0] = BIT(4) | BIT(6);
        device.context[S_OF(0)][0] = s_threshold;
        source(3, 3, true);
        vplic_capture(&p.hart[0]);
        assert_int_equal(arrives(0), !swap);
        assert_int_equal(wires(0), swap ? 0 : BIT(IRQ_MEI));
        assert_false(arrives(0));
        source(6, 3, true);
        assert_int_equal(arrives(0), swap);
        assert_int_equal(wires(0), swap ? BIT(IRQ_SEI) : BIT(IRQ_MEI));
        source(3, 6, true);
        source(6, 6, true);
        assert_int_equal(wires(0), BIT(IRQ_MEI) | BIT(IRQ_SEI));
        vplic_release(&p.hart[0]);
        assert_int_equal(wires(0), BIT(IRQ_MEI));
        assert_int_equal(load(CLAIM(M_OF(0))), 3);
        assert_int_equal(wires(0), 0);
        vplic_capture(&p.hart[0]);
        assert_int_equal(wires(0), BIT(IRQ_SEI));
        store(CLAIM(M_OF(0)), 3); /* while the hart runs a guest, by another */
        assert_int_equal(told, BIT(0));
        assert_int_equal(wires(0), BIT(IRQ_MEI) | BIT(IRQ_SEI));
        vplic_release(&p.hart[0]);
    }
}

/* ---- A reference: the same device without Hearth, and what everybody does done to both. ---- */

static struct plic_device bare;
static bool cached[HARTS_HERE]; /* MEIP as the host has it, by events only */
static unsigned taken, stale;

static uint64_t draw(void)
{
    static uint64_t seed = 4711;
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed;
}

static unsigned below(unsigned n)
{
    return (unsigned)(draw() >> 20) % n;
}

static void look(unsigned hart)
{
    cached[hart] = (wires(hart) & BIT(IRQ_MEI)) != 0;
}

/* A new value, the same for both; each `both` writes is one register. */
static void both(uint64_t offset, uint32_t *of_bare, uint32_t v)
{
    store(offset, v);
    *of_bare = v;
}

static uint32_t some_sources(void)
{
    return (uint32_t)(draw() & draw() & draw());
}

static void firmware_acts(void)
{
    unsigned c = below(CONTEXTS), w = below(SOURCE_WORDS), i = 1 + below(SOURCES);
    uint32_t mask = w == 0 ? ~1u : (uint32_t)MASK(SOURCES - 32, 0);
    switch (below(8)) {
    case 0:
        both(ENABLE(c, w), &bare.enable[c][w], some_sources() & mask);
        break;
    case 1:
        both(THRESHOLD(c), &bare.context[c][0], below(4));
        break;
    case 2:
        both(PRIORITY(i), &bare.priority[i], below(5));
        break;
    case 3:
    case 4: {
        bool m = c % 2 == 0;
        uint32_t id = device_claim(&bare, c);
        assert_int_equal(load(CLAIM(c)), id);
        taken += m && id != 0;
        break;
    }
    case 5:
    case 6:
        device_complete(&bare, c, i);
        store(CLAIM(c), i);
        break;
    default:
        assert_int_equal(load(ENABLE(c, w)), bare.enable[c][w]);
        assert_int_equal(load(THRESHOLD(c)), bare.context[c][0]);
        assert_int_equal(load(PRIORITY(i)), bare.priority[i]);
        break;
    }
}

/* S-mode has its context, the priorities and the claims without a trap, while it runs. */
static void s_acts(unsigned hart)
{
    unsigned c = S_OF(hart), w = below(SOURCE_WORDS), i = 1 + below(SOURCES);
    uint32_t mask = w == 0 ? ~1u : (uint32_t)MASK(SOURCES - 32, 0);
    if (p.hart[hart].captured) {
        return;
    }
    switch (below(5)) {
    case 0:
        device.enable[c][w] = bare.enable[c][w] = some_sources() & mask;
        break;
    case 1:
        device.context[c][0] = bare.context[c][0] = below(4);
        break;
    case 2:
        device.priority[i] = bare.priority[i] = below(5);
        break;
    case 3:
        assert_int_equal(device_claim(&device, c), device_claim(&bare, c));
        break;
    default:
        device_complete(&device, c, i);
        device_complete(&bare, c, i);
        break;
    }
}

static void captures(unsigned hart)
{
    if (below(3) == 0) {
        vplic_release(&p.hart[hart]);
    } else {
        vplic_capture(&p.hart[hart]);
    }
}

/* What a machine does by itself: who was told, and whom the wire reaches, looks. */
static void events(uint64_t whom, bool poll)
{
    for (unsigned hart = 0; hart < HARTS_HERE; hart++) {
        if (poll && p.hart[hart].captured) {
            vplic_capture(&p.hart[hart]);
        }
        if ((whom & BIT(hart)) || arrives(hart)) {
            look(hart);
        }
    }
}

static void check(void)
{
    for (unsigned hart = 0; hart < HARTS_HERE; hart++) {
        bool captured = p.hart[hart].captured;
        bool m = device_line(&bare, M_OF(hart)), s = device_line(&bare, S_OF(hart));
        assert_true(cached[hart] || !m); /* nothing lost */
        assert_int_equal(device_line(&device, S_OF(hart)), s && !captured);
        assert_int_equal(arrives(hart), captured && s); /* and no endless interrupt */
        if (below(4) == 0) {
            uint64_t up = wires(hart);
            assert_int_equal((up & BIT(IRQ_MEI)) != 0, m); /* nothing invented */
            assert_int_equal((up & BIT(IRQ_SEI)) != 0, captured && s);
            stale += cached[hart] && !m;
            cached[hart] = m;
            assert_int_equal(arrives(hart), captured && s);
        }
    }
    assert_memory_equal(device.claimed, bare.claimed, sizeof(bare.claimed));
    assert_memory_equal(device.pending, bare.pending, sizeof(bare.pending));
}

static void random_against_the_bare_device(void **state)
{
    (void)state;
    for (unsigned round = 0; round < 40; round++) {
        setup(NULL);
        memset(&bare, 0, sizeof(bare));
        memset(cached, 0, sizeof(cached));
        for (unsigned hart = 0; hart < HARTS_HERE; hart++) {
            bare.context[S_OF(hart)][0] = UINT32_MAX;
        }
        device.claims_above_threshold = bare.claims_above_threshold = round % 2 != 0;
        for (unsigned step = 0; step < 3000; step++) {
            unsigned i = 1 + below(SOURCES);
            unsigned who = below(4);
            told = 0;
            switch (who) {
            case 0:
                device.level[i] = bare.level[i] = below(2) != 0;
                break;
            case 1:
                firmware_acts();
                break;
            case 2:
                s_acts(below(HARTS_HERE));
                break;
            default:
                captures(below(HARTS_HERE));
                break;
            }
            events(told, who == 2); /* priorities may be others, unseen */
            check();
        }
    }
    assert_true(taken > 300);
    assert_true(stale > 30); /* it does happen that a wire drops unseen */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(starts_closed, setup),
        cmocka_unit_test_setup(an_interrupt, setup),
        cmocka_unit_test_setup(the_wire_drops, setup),
        cmocka_unit_test_setup(two_harts_one_source, setup),
        cmocka_unit_test_setup(claims_in_any_order, setup),
        cmocka_unit_test_setup(s_contexts_are_the_machines, setup),
        cmocka_unit_test_setup(s_claims_first, setup),
        cmocka_unit_test_setup(registers_of_others, setup),
        cmocka_unit_test_setup(other_accesses_are_refused, setup),
        cmocka_unit_test_setup(nothing_there, setup),
        cmocka_unit_test_setup(contexts_that_are_not_there, setup),
        cmocka_unit_test_setup(capture_alone, setup),
        cmocka_unit_test_setup(firmware_and_a_captured_hart, setup),
        cmocka_unit_test_setup(both_parts, setup),
        cmocka_unit_test_setup(random_against_the_bare_device, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
