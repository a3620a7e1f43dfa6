/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The virtual PLIC: M contexts of firmware's own over a physical PLIC whose S contexts are the
 * operating system's. This module alone decides what the physical M contexts hold.
 *
 * A physical M context is shared by two parts:
 *   M   what firmware enabled in its virtual M context, above its virtual threshold;
 *   S   while captured: what the hart's S context has enabled, above S's threshold, for a hart that
 *       runs a guest in S-mode and must see its HS's line another way. S's own threshold is raised
 *       meanwhile.
 * It holds their union, so a physical M external interrupt says that one of the wires is up. Which,
 * lines() finds out by showing the device one part alone and looking at the hart's real wire. While
 * M's is up, M's part is taken out ("quiet"): the interrupt does not arrive again, and the virtual
 * MEIP stands. It comes back when lines() finds the wire down. That wire is never remembered: the
 * answer is right although S-mode claims, and changes priorities, without a trap. So whoever holds
 * a MEIP that he has not injected yet asks again before he does.
 *
 * A claim or a completion goes to the physical context while that holds M's part and nothing else.
 *
 * If the two thresholds differ, the part of the higher one is cut down to the sources whose
 * priority is above it, as the priorities are at that moment: a change by S-mode while its guest
 * runs is seen at the next capture (the host's poll).
 */
#ifndef VDEV_PLIC_H
#define VDEV_PLIC_H

#include "vdev/vdev.h"

#define VPLIC_SOURCES 1023
#ifndef VPLIC_WORDS /* a proof has fewer */
#define VPLIC_WORDS    32
#define VPLIC_CONTEXTS 128 /* those that firmware can reach; others are nobody's */
#endif
#define VPLIC_NOTHING UINT32_MAX /* a threshold above every priority */

/* A physical context; NULL: the hart has none. claim/complete is threshold[1]. */
struct plic_context {
    volatile uint32_t *enable, *threshold;
};

struct vplic;
struct vplic_hart {
    const struct vplic *plic; /* that this is part of */
    struct plic_context m, s;
    uint8_t hart; /* index, or VDEV_NOBODY: none that firmware may interrupt */
    uint8_t words;

    bool both;     /* it has both contexts */
    bool alone;    /* and firmware can't reach them: s_enable is held */
    bool any;      /* an enable bit of M's is set */
    bool quiet;    /* M's line is up and M's part taken out */
    bool captured; /* S's part is there */
    uint32_t threshold, s_threshold;
    uint32_t held_threshold;        /* what the physical M context holds */
    uint32_t held[VPLIC_WORDS];     /* and its enables */
    uint32_t enable[VPLIC_WORDS];   /* M's */
    uint32_t s_enable[VPLIC_WORDS]; /* S's, when captured last */
};

struct vplic {
    /* The physical device, constant. Claiming has an effect, so it is not just a read; line() is
     * the wire of this hart's M context, mip.MEIP. */
    volatile uint32_t *priority, *pending;
    bool (*line)(void);
    uint32_t (*claim)(volatile uint32_t *claim);
    void (*complete)(volatile uint32_t *claim, uint32_t id);
    unsigned sources, words; /* words of enables, source 0 included */

    /* Constant: of context n 2 * slot + (1 if S), or VDEV_NOBODY. */
    uint8_t context[VPLIC_CONTEXTS];
    uint8_t slot[VDEV_HARTS]; /* of a hart index, in hart[]; or VDEV_NOBODY */
    struct vplic_hart hart[VDEV_HARTS];
};

/* Nothing known yet but the device's size: every context is nobody's. */
void vplic_init(struct vplic *p, unsigned sources);

/*
 * Context `number` is slot's M (or S) context: closed, nothing enabled and nothing let through.
 * slot < VDEV_HARTS.
 */
void vplic_context(struct vplic *p, unsigned number, unsigned slot, bool s,
                   const struct plic_context *c);

/* The hart in slot is the world's hart of that index, and firmware can reach its contexts. */
void vplic_hart(struct vplic *p, unsigned slot, unsigned hart);

/*
 * Lets the M context see what the S context sees, and closes that; again: takes up what has changed
 * since. Undone by vplic_release(). Nothing if the hart lacks one of them. By the hart itself. If
 * it is not alone the device's lock is held.
 */
void vplic_capture(struct vplic_hart *h);
void vplic_release(struct vplic_hart *h);

/*
 * The same each time that a guest is run, if the hart is alone and is not captured, or is. False,
 * and nothing done: S's enables are others than the last time.
 */
static inline bool vplic_capture_quick(struct vplic_hart *h)
{
    const volatile uint32_t *enable = h->s.enable;
    const uint32_t *held = h->held, *end = held + h->words;

    do {
        if (unlikely(*enable++ != *held++)) {
            return false;
        }
    } while (held != end);
    h->captured = true;
    h->s_threshold = h->s.threshold[0];
    h->s.threshold[0] = VPLIC_NOTHING;
    h->held_threshold = h->s_threshold;
    h->m.threshold[0] = h->s_threshold;
    return true;
}

static inline void vplic_release_quick(struct vplic_hart *h)
{
    h->captured = false;
    h->held_threshold = VPLIC_NOTHING;
    h->m.threshold[0] = VPLIC_NOTHING;
    h->s.threshold[0] = h->s_threshold;
}

/*
 * The row of the bus; its state is a struct vplic. lines() is called by the hart itself: MEI is its
 * M wire, SEI that of S while captured.
 */
extern const struct vdev_ops vplic_ops;

#endif
