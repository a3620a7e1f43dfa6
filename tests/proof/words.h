/* SPDX-License-Identifier: BSD-2-Clause */
/* Fields by the bit numbers that the specification's figures have: the proofs' own words, so that
 * a wrong mask in src/spec can't hide in both. */
#ifndef TESTS_PROOF_WORDS_H
#define TESTS_PROOF_WORDS_H

#include <stdint.h>

static inline uint64_t bits(uint64_t v, unsigned high, unsigned low)
{
    uint64_t ones = high - low == 63 ? ~UINT64_C(0) : (UINT64_C(1) << (high - low + 1)) - 1;
    return v >> low & ones;
}

static inline uint64_t with_bits(uint64_t v, unsigned high, unsigned low, uint64_t field)
{
    uint64_t ones = high - low == 63 ? ~UINT64_C(0) : (UINT64_C(1) << (high - low + 1)) - 1;
    return (v & ~(ones << low)) | (field & ones) << low;
}

static inline unsigned bit(uint64_t v, unsigned n)
{
    return (unsigned)(v >> n & 1);
}

#endif
