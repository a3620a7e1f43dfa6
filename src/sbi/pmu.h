/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The counters of a hart as SBI numbers them: index n < 32 is the hardware counter of CSR 0xC00 + n
 * (1, time, is none), the firmware counters follow the last hardware one.
 */
#ifndef SBI_PMU_H
#define SBI_PMU_H

#include "core/vhart.h"

/* All counters there are, as a mask; fewer than 64. And the index of the first firmware counter. */
uint64_t counters_all(void);
unsigned counters_firmware(void);

/* Can counter n count the event, and how: hardware, the mhpmevent value; firmware, the event's
 * code. */
bool counter_can(unsigned n, uint32_t event, uint64_t data, uint64_t *how) must_check;

/* Of a counter that exists. filter: the flags of config_matching. */
void counter_configure(struct vhart *vh, unsigned n, uint64_t how, uint64_t filter);
uint64_t counter_read(struct vhart *vh, unsigned n);
void counter_write(struct vhart *vh, unsigned n, uint64_t value);
void counter_start(struct vhart *vh, unsigned n); /* that is stopped */
void counter_stop(struct vhart *vh, unsigned n);  /* that is started */
bool counter_overflown(const struct vhart *vh, unsigned n);
void counter_release(struct vhart *vh, unsigned n);

/* Bits of config_matching's config_flags. */
#define CFG_SKIP_MATCH  BIT(0)
#define CFG_CLEAR_VALUE BIT(1)
#define CFG_AUTO_START  BIT(2)
#define CFG_UINH        BIT(5)
#define CFG_SINH        BIT(6)
#define CFG_ALL         MASK(7, 0)

#endif
