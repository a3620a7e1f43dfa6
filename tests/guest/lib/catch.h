/* SPDX-License-Identifier: BSD-2-Clause */
/* Exceptions that a test expects: gone behind, instead of ending the test. The same in HS and in M;
 * each keeps the first trap in its own form. */
#ifndef GUEST_CATCH_H
#define GUEST_CATCH_H

#include <stdbool.h>
#include <stdint.h>

#define MAX_CAUGHT 10000 /* more traps than this in one catch is a loop */

struct catch
{
    volatile bool on;
    uint64_t resume;         /* where to go on, if not behind the instruction; until catch_off */
    volatile unsigned traps; /* since catch_on */
};

static inline void catch_on(struct catch *c)
{
    c->traps = 0;
    c->on = true;
    __asm__ volatile("" ::: "memory");
}

static inline void catch_off(struct catch *c)
{
    __asm__ volatile("" ::: "memory");
    c->on = false;
    c->resume = 0;
}

/* Where to go on after the trap at epc. */
static inline uint64_t catch_next(const struct catch *c, uint64_t epc)
{
    if (c->resume)
        return c->resume;
    return epc + ((*(volatile uint16_t *)epc & 3) == 3 ? 4 : 2);
}

#endif
