/* SPDX-License-Identifier: BSD-2-Clause */
/* Bit fields by mask, and the small attributes every module uses. */
#ifndef LIB_BITS_H
#define LIB_BITS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BIT(n)               (UINT64_C(1) << (n))
#define MASK(high, low)      ((~UINT64_C(0) >> (63 - (high))) & (~UINT64_C(0) << (low)))
#define FIELD_LSB(mask)      ((mask) & (~(mask) + 1))
#define FIELD_GET(m, v)      (((v) & (m)) / FIELD_LSB(m))
#define FIELD_PUT(m, v)      (((v)*FIELD_LSB(m)) & (m))
#define FIELD_SET(m, old, v) (((old) & ~(m)) | FIELD_PUT(m, (uint64_t)(v)))

#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define must_check   __attribute__((warn_unused_result))
#define likely(x)    __builtin_expect(!!(x), 1)
#define unlikely(x)  __builtin_expect(!!(x), 0)

/* Sign-extends the low `bits` bits of v. */
static inline int64_t sext(uint64_t v, unsigned bits)
{
    return (int64_t)(v << (64 - bits)) >> (64 - bits);
}

static inline uint64_t align_down(uint64_t v, uint64_t size)
{
    return v & ~(size - 1);
}

static inline uint64_t align_up(uint64_t v, uint64_t size)
{
    return align_down(v + size - 1, size);
}

static inline uint64_t min_u64(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static inline uint64_t max_u64(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

#endif
