/* SPDX-License-Identifier: BSD-2-Clause */
/* What of an IMSIC node concerns others: the APLIC must know where its MSIs go. */
#ifndef DRV_IMSIC_H
#define DRV_IMSIC_H

#include "lib/tree.h"

struct imsic_layout {
    uint64_t base;
    unsigned guest_bits, hart_bits, group_bits, group_shift;
};

/* Its files interrupt harts as M external interrupts. */
bool imsic_is_machine(const void *fdt, int node);

int imsic_layout(const void *fdt, int node, struct imsic_layout *l) must_check;

#endif
