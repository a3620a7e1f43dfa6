/* SPDX-License-Identifier: BSD-2-Clause */
/* What the files of src/sbi share among themselves: the handlers of the table's rows, and the
 * checks of common arguments. */
#ifndef SBI_EXT_H
#define SBI_EXT_H

#include "core/request.h"
#include "core/world.h"
#include "sbi/sbi.h"

typedef long sbi_handler(struct vhart *vh, uint64_t fid, const uint64_t *a, uint64_t *value);

sbi_handler base_call, time_call, ipi_call, rfence_call, hsm_call, srst_call, dbcn_call, pmu_call,
    susp_call, fwft_call, hearth_call, legacy_call, nacl_call;
bool srst_present(void), dbcn_present(void), pmu_present(void);

/* Is there such an extension? For probe_extension. */
bool sbi_probe(uint64_t eid);

/*
 * "Hart list parameter": the harts as a mask of indices; base ~0: all of the world. Returns
 * SBI_SUCCESS or SBI_ERR_INVALID_PARAM.
 */
long hart_list(const struct vhart *vh, uint64_t mask, uint64_t base, uint64_t *harts) must_check;

/*
 * "Shared memory physical address range parameter": a pointer to len bytes that the caller may read
 * and write, or NULL. No bytes is a range that is always there.
 */
void *shared_memory(const struct vhart *vh, uint64_t low, uint64_t high, uint64_t len) must_check;

/* Can HS execute at the physical address? */
bool start_address_valid(const struct vhart *vh, uint64_t pc) must_check;

/* One function each, for the legacy calls as well. */
void ipi_send(struct vhart *vh, uint64_t harts);
long system_reset(uint32_t type, uint32_t reason);

/*
 * HSM: waits until an interrupt of HS's own is pending and enabled; hsm is SUSPENDED meanwhile and
 * STARTED afterwards. Then, after a non-retentive suspend, hart_enter: S-mode at pc, a0 = hartid,
 * a1 = opaque, satp = 0, SIE = 0.
 */
void hart_suspend(struct vhart *vh);
void hart_enter(struct vhart *vh, uint64_t pc, uint64_t opaque);

/*
 * PMU: the mhpmevent value that makes hardware counter n (3 and up) count the event (general or
 * cache; raw), or false. Which events there are, and on which counters, is the machine's: see
 * pmu_probe() in sbi.h.
 */
bool pmu_hw_event(unsigned n, uint32_t event, uint64_t *mhpmevent) must_check;
bool pmu_raw_event(unsigned n, uint64_t data, uint64_t *mhpmevent) must_check;

/* State that is a hart's own and goes when it stops. */
void pmu_reset(struct vhart *vh);
void fwft_reset(struct vhart *vh);
void nacl_reset(struct vhart *vh);

#endif
