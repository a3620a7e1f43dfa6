/* SPDX-License-Identifier: BSD-2-Clause */
/* What is known of a CSR. */
#ifndef TWIN_CSRS_H
#define TWIN_CSRS_H

#include "mcsr.h"
#include "twin.h"

enum value {
    V_NONE, /* read-only, or nothing to be expected of it */
    V_ANY,
    V_BITS, /* `bits` at random */
    V_TVEC,
    V_CAUSE,
    V_VSATP,
    V_HGATP,
    V_SATP,
    V_TIME,
    V_DELTA,
    V_PMPCFG,
    V_PMPADDR,
};

struct csr {
    uint16_t num;
    uint8_t value;
    uint8_t weight;
    uint64_t bits;  /* that may be written */
    uint64_t fixed; /* bits that are to stay ones */
    const char *name;
};

/* M's own, where the program is firmware (m/csrs.c; none in HS). */
extern const struct csr top_csrs[];
extern const unsigned top_csrs_count;
/* A value for one of kind V_PMPCFG or V_PMPADDR. */
uint64_t pmp_pick(struct rng *r, const struct csr *c);

#endif
