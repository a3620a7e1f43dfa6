/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a proof harness is written in. The same function is a proof (CBMC: any() is any value), a
 * plain test and a random test (main.c: any() comes from a list or from a seeded generator).
 *
 *   any()        any 64-bit value
 *   assume(c)    this case counts only if c
 *   prove(c)     c must hold
 *   reached()    cases come here: a proof in which none does has proved nothing
 *   stand_in     of a function that a proof (not a test) calls in another's place
 */
#ifndef TESTS_PROOF_H
#define TESTS_PROOF_H

#include "lib/bits.h"

#ifdef PROVING_WITH_CBMC
#define PROVING          1
#define PROOF_STRING_(x) #x
#define PROOF_STRING(x)  PROOF_STRING_(x)
uint64_t nondet_any(void);
#define any()     nondet_any()
#define assume(c) __CPROVER_assume(c)
#define prove(c)  __CPROVER_assert(c, #c)
#define reached() __CPROVER_assert(0, "reached " PROOF_STRING(__LINE__))
#define stand_in
#else
#define PROVING   0
#define stand_in  static inline
uint64_t any(void);
void proof_skip(void) __attribute__((noreturn));
void proof_fail(const char *file, int line, const char *what) __attribute__((noreturn));
void proof_reached(int line);
#define assume(c) ((c) ? (void)0 : proof_skip())
#define prove(c)  ((c) ? (void)0 : proof_fail(__FILE__, __LINE__, #c))
#define reached() proof_reached(__LINE__)
#endif

/* Any value below n. */
static inline unsigned any_below(unsigned n)
{
#ifdef PROVING_WITH_CBMC
    unsigned v = (unsigned)any();
    assume(v < n);
    return v;
#else
    return (unsigned)(any() % n);
#endif
}

static inline bool any_bool(void)
{
    return any_below(2) != 0;
}

/* The low 0 to `most` bits set. */
static inline uint64_t any_low_mask(unsigned most)
{
    return BIT(any_below(most + 1)) - 1;
}

/* Any power of two from 1 << low to 1 << high. */
static inline uint64_t any_power(unsigned low, unsigned high)
{
#ifdef PROVING_WITH_CBMC
    uint64_t v = any();
    assume(v >= BIT(low) && v <= BIT(high) && (v & (v - 1)) == 0);
    return v;
#else
    return BIT(low + any_below(high - low + 1));
#endif
}

#endif
