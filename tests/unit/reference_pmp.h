/* SPDX-License-Identifier: BSD-2-Clause */
/* Physical memory protection with a grain of four bytes once more, for comparison: "Address
 * Matching" and "Priority and Matching Logic" taken byte by byte. */
#ifndef TESTS_UNIT_REFERENCE_PMP_H
#define TESTS_UNIT_REFERENCE_PMP_H

#include "spec/hart.h"

static inline bool ref_pmp_matches(const struct hart *h, unsigned i, uint64_t pa)
{
    uint64_t addr = h->pmpaddr[i], before = i == 0 ? 0 : h->pmpaddr[i - 1];
    unsigned ones = 0;
    switch (h->pmpcfg[i] >> 3 & 3) {
    case 1:
        return pa >= before * 4 && pa < addr * 4;
    case 2:
        return pa / 4 == addr;
    case 3:
        while (addr >> ones & 1) {
            ones++;
        }
        return pa >> (ones + 3) == addr >> (ones + 1);
    default:
        return false;
    }
}

/* May it? access: 0 load, 1 store, 2 fetch. Without entries there is no PMP. */
static inline bool ref_pmp(const struct hart *h, uint64_t pa, uint64_t len, unsigned access,
                           unsigned prv)
{
    static const unsigned bit[] = {1, 2, 4};
    for (unsigned i = 0; i < h->isa->pmp_entries; i++) {
        unsigned matched = 0;
        for (uint64_t b = 0; b < len; b++) {
            matched += ref_pmp_matches(h, i, pa + b);
        }
        if (matched != 0) {
            bool granted = (h->pmpcfg[i] & bit[access]) != 0;
            return matched == len && (granted || (prv == PRV_M && !(h->pmpcfg[i] & 0x80)));
        }
    }
    return prv == PRV_M || h->isa->pmp_entries == 0;
}

#endif
