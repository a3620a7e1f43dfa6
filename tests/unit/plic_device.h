/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A PLIC to test with, as the specification says, source by source: gateways, pending bits, claims.
 * Its registers are memory; nothing of it is taken from the code under test.
 */
#ifndef TESTS_UNIT_PLIC_DEVICE_H
#define TESTS_UNIT_PLIC_DEVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A proof has fewer of everything. */
#ifndef PLIC_SOURCES
#define PLIC_SOURCES 40 /* 1 .. 40: two words */
#define PLIC_HARTS   3
#endif
enum {
    SOURCES = PLIC_SOURCES,
    SOURCE_WORDS = (PLIC_SOURCES + 32) / 32,
    TWIN_HARTS = PLIC_HARTS,
    CONTEXTS = 2 * PLIC_HARTS, /* M and S of each hart, in turn */
};

struct plic_device {
    uint32_t priority[32 * SOURCE_WORDS], pending[SOURCE_WORDS];
    uint32_t enable[CONTEXTS][SOURCE_WORDS];
    uint32_t context[CONTEXTS][2]; /* threshold; claim is by device_claim() */
    bool level[SOURCES + 1], claimed[SOURCES + 1];
    bool claims_above_threshold; /* not by the specification, but there are such */
};

static inline bool device_is(const uint32_t *words, unsigned i)
{
    return (words[i / 32] >> (i % 32) & 1) != 0;
}

static inline void device_gateways(struct plic_device *d)
{
    for (unsigned i = 1; i <= SOURCES; i++) {
        if (d->level[i] && !d->claimed[i]) {
            d->pending[i / 32] |= 1u << (i % 32);
        }
    }
}

static inline unsigned device_best(const struct plic_device *d, unsigned c, uint32_t above)
{
    unsigned best = 0;
    for (unsigned i = 1; i <= SOURCES; i++) {
        if (device_is(d->pending, i) && device_is(d->enable[c], i) && d->priority[i] > above &&
            (best == 0 || d->priority[i] > d->priority[best])) {
            best = i;
        }
    }
    return best;
}

/* The wire of context c. */
static inline bool device_line(struct plic_device *d, unsigned c)
{
    device_gateways(d);
    return device_best(d, c, d->context[c][0]) != 0;
}

static inline uint32_t device_claim(struct plic_device *d, unsigned c)
{
    device_gateways(d);
    unsigned i = device_best(d, c, d->claims_above_threshold ? d->context[c][0] : 0);
    if (i != 0) {
        d->pending[i / 32] &= ~(1u << (i % 32));
        d->claimed[i] = true;
    }
    return i;
}

/* "Silently ignored" unless the source is enabled for the context. */
static inline void device_complete(struct plic_device *d, unsigned c, uint32_t i)
{
    if (i >= 1 && i <= SOURCES && device_is(d->enable[c], i)) {
        d->claimed[i] = false;
    }
}

#endif
