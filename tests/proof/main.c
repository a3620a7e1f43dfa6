/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Runs one proof harness (-DPROOF=prove_x) as a test: plain, with every any() the same of a few
 * values; then with values from a seed.    prove_x [cases [seed]]
 */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include "proof.h"

void PROOF(void);

static jmp_buf next_case;
static uint64_t fixed, state;
static bool random_values;
static unsigned long cases, skipped, first_seed;
static unsigned long reached_at[10000];

/* splitmix64 */
static uint64_t draw(void)
{
    uint64_t z = state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* Even bits, few bits, many bits, a small number, an edge: what tends to matter. */
uint64_t any(void)
{
    if (!random_values) {
        return fixed;
    }
    uint64_t v = draw();
    switch (draw() % 8) {
    case 0:
        return v & draw() & draw();
    case 1:
        return v | draw() | draw();
    case 2:
        return v % 64;
    case 3:
        return BIT(v % 64);
    case 4:
        return BIT(v % 64) - 1;
    case 5:
        return v % 2 ? 0 : ~UINT64_C(0);
    default:
        return v;
    }
}

void proof_skip(void)
{
    skipped++;
    longjmp(next_case, 1);
}

void proof_fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: failed: %s\n", file, line, what);
    if (random_values) {
        fprintf(stderr, "case %lu of seed %lu\n", cases, first_seed);
    } else {
        fprintf(stderr, "plain case %lu, every value %#lx\n", cases, (unsigned long)fixed);
    }
    exit(1);
}

void proof_reached(int line)
{
    reached_at[line]++;
}

static void one_case(void)
{
    if (setjmp(next_case) == 0) {
        PROOF();
    }
}

int main(int argc, char **argv)
{
    static const uint64_t plain[] = {
        0, ~UINT64_C(0), 1, 2, 3, 0x5555555555555555, UINT64_C(0xaaaaaaaaaaaaaaaa)};
    unsigned long wanted = argc > 1 ? strtoul(argv[1], NULL, 0) : 20000, plain_skipped;

    first_seed = argc > 2 ? strtoul(argv[2], NULL, 0) : 1;
    for (cases = 0; cases < ARRAY_LEN(plain); cases++) {
        fixed = plain[cases];
        one_case();
    }
    plain_skipped = skipped;
    skipped = 0;
    random_values = true;
    for (cases = 0; cases < wanted; cases++) {
        state = first_seed + cases * UINT64_C(0x100000001b3);
        one_case();
    }
    for (int line = 0; line < (int)ARRAY_LEN(reached_at); line++) {
        if (reached_at[line] != 0) {
            printf("line %d reached %lu times\n", line, reached_at[line]);
        }
    }
    printf("%lu plain cases, %lu skipped; %lu random cases, %lu skipped, seed %lu\n",
           (unsigned long)ARRAY_LEN(plain), plain_skipped, wanted, skipped, first_seed);
    return skipped == wanted ? 1 : 0;
}
