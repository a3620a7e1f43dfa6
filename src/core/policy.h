/* SPDX-License-Identifier: BSD-2-Clause */
/* What a world's firmware may do once its operating system runs: one const row a policy. */
#ifndef CORE_POLICY_H
#define CORE_POLICY_H

#include "lib/bits.h"

struct policy {
    const char *name; /* in /chosen/hearth/firmware, policy */
    bool protect;     /* the operating system's memory and registers are closed to the firmware */
};

extern const struct policy policy_none; /* what holds if nothing is asked for */

/* By name, or NULL. */
const struct policy *policy_find(const char *name);

/* The name of row n, or NULL: for a message that lists them. */
const char *policy_name(unsigned n);

#endif
