/* SPDX-License-Identifier: BSD-2-Clause */
/* A spin lock between harts. Not recursive; never held while a guest runs. */
#ifndef LIB_LOCK_H
#define LIB_LOCK_H

#include "lib/bits.h"

struct lock {
    uint32_t held;
};

static inline bool lock_try(struct lock *l) must_check;
static inline bool lock_try(struct lock *l)
{
    return __atomic_exchange_n(&l->held, 1, __ATOMIC_ACQUIRE) == 0;
}

static inline void lock_take(struct lock *l)
{
    while (!lock_try(l)) {
    }
}

static inline void lock_drop(struct lock *l)
{
    __atomic_store_n(&l->held, 0, __ATOMIC_RELEASE);
}

#endif
