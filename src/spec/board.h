/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The custom CSRs of known harts: what vendors' firmware writes at boot and reads back. They hold
 * what is written and do nothing: the machine's own registers, with what they switch on, are
 * whoever's started Hearth.
 */
#ifndef SPEC_BOARD_H
#define SPEC_BOARD_H

#include "spec/csr.h"

struct board_csr {
    struct csr row; /* first; of row i of the board h->custom[i] is the register */
    const char *name;
    uint64_t reset;
};

struct board {
    const char *const *compatible; /* of a cpu node, the last one NULL */
    const struct board_csr *csr;
    unsigned count;
};

/* The board of a cpu node with this string among its `compatible`, or NULL. */
const struct board *board_find(const char *compatible);

/* The row of a custom CSR of the hart, or NULL. */
const struct csr *board_csr_row(const struct hart *h, unsigned num);

/* After hart_reset(), for a hart that has custom registers: they are kept in `words`, CUSTOM_MAX.
 */
void board_reset(struct hart *h, uint64_t *words);

#endif
