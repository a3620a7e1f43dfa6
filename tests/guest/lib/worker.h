/* SPDX-License-Identifier: BSD-2-Clause */
/* The other harts at work: each waits for a function, runs it, and says so. */
#ifndef GUEST_WORKER_H
#define GUEST_WORKER_H

#include "hart.h"

/* What a hart is told to do, and what it reports. */
struct work {
    void (*volatile fn)(struct work *w);
    volatile bool ready, done, failed;
    volatile uint64_t count, cause, seen;
    struct hart *peer;
    volatile uint64_t limit;
    uint64_t entry, vsatp, hgatp;
    struct guest guest;
    volatile uint64_t out[2]; /* the guest's: value, count */
};
extern struct work works[MAX_HARTS];

/* Guests: they run in VS where the image is mapped one to one. The second waits by WFI, the third
 * turns its own SSIP on and off, the fourth copies [a0] to [a1] and counts in [a1 + 8], the fifth
 * adds a0, a0 - 1, ... 1 to a1 by way of [a2] and ends with an ECALL. */
extern char guest_spin[], guest_wait[], guest_toggle[], guest_watch[], guest_sum[];

/* Surroundings with both stages for all harts, more time for the test. */
void workers_setup(void);
/* Starts hart i if it is not running yet; false, with a remark, if there is no such hart. */
bool worker_start(unsigned i);
/* Tells hart i, which waits, what to do; then waits until it has done it. */
void worker_give(unsigned i, void (*fn)(struct work *w));
void worker_wait(unsigned i);
/* Sets the hart's CSRs for its guest. */
void worker_install(const struct work *w);

#endif
