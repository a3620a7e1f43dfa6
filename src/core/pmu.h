/* SPDX-License-Identifier: BSD-2-Clause */
/* What a hart keeps for the SBI PMU: firmware events, counted always, and how its counters are set
 * up. */
#ifndef CORE_PMU_H
#define CORE_PMU_H

#include "lib/bits.h"

/* SBI 3.0, "Firmware events (Type #15)": the codes of those that Hearth counts. */
enum fw_event {
    FW_MISALIGNED_LOAD = 0,
    FW_MISALIGNED_STORE = 1,
    FW_ILLEGAL_INSN = 4,
    FW_SET_TIMER = 5,
    FW_IPI_SENT = 6,
    FW_IPI_RECEIVED = 7,
    FW_FENCE_SENT = 8, /* 8 + 2 * place of the kind: sent; one more: received */
    FW_EVENTS = 22,
};

#define PMU_FW_COUNTERS 16
#define PMU_HW_COUNTERS 32

struct pmu {
    uint64_t events[FW_EVENTS]; /* since boot */

    /* A counter's bit is its index: hardware ones as in mcounteren, then the firmware ones. */
    uint64_t started;
    uint64_t configured;                /* taken by config_matching, until stopped with RESET */
    uint64_t hw_event[PMU_HW_COUNTERS]; /* mhpmevent as configured */
    uint16_t fw_event[PMU_FW_COUNTERS];
    uint64_t fw_value[PMU_FW_COUNTERS]; /* stopped: the value; started: the value less the event's
                                           count, modulo 2^64 */
    uint64_t shmem;                     /* of the snapshot; PMU_NO_SHMEM if none */
};

#define PMU_NO_SHMEM (~UINT64_C(0))

static inline void pmu_event(struct pmu *p, enum fw_event e)
{
    p->events[e]++;
}

#endif
