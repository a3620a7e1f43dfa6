/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a world's firmware may do once its operating system runs: one const row a policy, of hooks
 * that the host calls where virtual M is entered and left. NULL: the policy has nothing to say
 * there. All are for the calling hart, with the CSRs in the model.
 */
#ifndef CORE_POLICY_H
#define CORE_POLICY_H

#include "lib/bits.h"

struct vhart;
struct world;

/* Who is to answer an SBI call of the operating system. */
enum policy_call {
    POLICY_FIRMWARE,
    POLICY_BUILT_IN, /* Hearth's own SBI */
    POLICY_ANSWERED, /* it has been, pc and all */
};

struct policy {
    const char *name; /* in /chosen/hearth/firmware, policy */

    /* The registers hold a call. Asked after what is offloaded. */
    enum policy_call (*call)(struct vhart *vh);

    /* A trap from below has been taken by virtual M, whose first instruction comes now. */
    void (*entering)(struct vhart *vh);

    /* Virtual M has left for a mode below, of which nothing has run yet. False: it may not. */
    bool (*leaving)(struct vhart *vh);

    /* Another hart has asked this one to look again what its firmware may reach. */
    void (*changed)(struct vhart *vh);

    /* Is the memory that isn't the firmware's own closed to it now? */
    bool (*closed)(const struct world *w);
};

extern const struct policy policy_none; /* what holds if nothing is asked for */
extern const struct policy policy_protect;

/* By name, or NULL. */
const struct policy *policy_find(const char *name);

/* The name of row n, or NULL: for a message that lists them. */
const char *policy_name(unsigned n);

/* May virtual M reach these bytes now (itself, or by MPRV)? Devices are not the policy's. */
bool policy_may_reach(const struct world *w, uint64_t pa, uint64_t len) must_check;

#endif
