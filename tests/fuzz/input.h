/* SPDX-License-Identifier: BSD-2-Clause */
/* A fuzzer's bytes, taken one after the other; zeros after their end. */
#ifndef TESTS_FUZZ_INPUT_H
#define TESTS_FUZZ_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
    const uint8_t *at;
    size_t left;
};

static inline uint64_t take(struct input *in, unsigned bytes)
{
    uint64_t v = 0;
    size_t n = in->left < bytes ? in->left : bytes;
    memcpy(&v, in->at, n);
    in->at += n;
    in->left -= n;
    return v;
}

static inline unsigned take_below(struct input *in, unsigned n)
{
    return (unsigned)take(in, n <= 256 ? 1 : 2) % n;
}

/* 64 bits by few bytes of input: mostly small, an edge, or few bits. */
static inline uint64_t take_value(struct input *in)
{
    unsigned how = (unsigned)take(in, 1);
    switch (how & 7) {
    case 0:
        return take(in, 8);
    case 1:
        return take(in, 4);
    case 2:
        return ~take(in, 2);
    case 3:
        return UINT64_C(1) << (how >> 3 | (take(in, 1) & 32));
    case 4:
        return take(in, 2) << 12;
    case 5:
        return how & 8 ? ~UINT64_C(0) : 0;
    default:
        return take(in, 2);
    }
}

/* What must hold, or the fuzzer has found something. */
#define must(c)                                                                                    \
    do {                                                                                           \
        if (!(c)) {                                                                                \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #c);                 \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

#endif
