/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI 3.0, the built-in implementation: one file an extension, one row each in sbi.c. */
#ifndef SBI_SBI_H
#define SBI_SBI_H

#include "core/world.h"

enum sbi_err {
    SBI_SUCCESS = 0,
    SBI_ERR_FAILED = -1,
    SBI_ERR_NOT_SUPPORTED = -2,
    SBI_ERR_INVALID_PARAM = -3,
    SBI_ERR_DENIED = -4,
    SBI_ERR_INVALID_ADDRESS = -5,
    SBI_ERR_ALREADY_AVAILABLE = -6,
    SBI_ERR_ALREADY_STARTED = -7,
    SBI_ERR_ALREADY_STOPPED = -8,
    SBI_ERR_NO_SHMEM = -9,
    SBI_ERR_INVALID_STATE = -10,
    SBI_ERR_BAD_RANGE = -11,
    SBI_ERR_TIMEOUT = -12,
    SBI_ERR_IO = -13,
    SBI_ERR_DENIED_LOCKED = -14,
};

/*
 * An extension: handles fid with a[0..5] (the hart's own x[10..15]); puts the value in *value,
 * which is 0 before. Returns an enum sbi_err (legacy: what a0 gets), or SBI_LEFT if it has set the
 * hart's registers and pc itself.
 */
struct sbi_ext {
    uint64_t first, last; /* extension ids */
    long (*call)(struct vhart *vh, uint64_t fid, const uint64_t *a, uint64_t *value);
    bool (*present)(void); /* NULL: always */
    bool legacy;  /* one function for each id, given as fid; a0 is the result, a1 is kept */
    uint8_t exit; /* enum exit_cause to count it as */
};

#define SBI_LEFT 0x4c454654L /* no error, and no byte of a console */

/*
 * An ecall from HS: arguments in h.x[10..17], results to x[10], x[11]; pc is advanced. HSM stop and
 * suspend return when the hart has been started or resumed again (with h.pc, x[10], x[11] and prv
 * set for it). Hot calls (set_timer, send_ipi) need nothing but the model's x[]; handlers that look
 * at S-level CSRs call host_unload() first.
 */
void sbi_call(struct vhart *vh);

/*
 * The same for an operating system above firmware, of the calls that Hearth answers without waking
 * it: timer, IPIs and remote fences. False: none of these, nothing done. The legacy calls' numbers
 * may mean something else to a firmware and its system: unless it is certain that they speak SBI,
 * they are only taken for it once another extension has been called.
 */
bool sbi_offload(struct vhart *vh, bool certain) must_check;

/*
 * The calling hart is stopped: HS state reset, hsm = STOPPED. Waits in M, serving requests, until
 * another starts it, fences everything, and returns with h.pc, x[10] = hartid, x[11] = opaque, prv
 * = S, satp = 0, SIE = 0. Harts that don't boot enter here.
 */
void hsm_wait_for_start(struct vhart *vh);

/* Once at boot, before the device tree goes: which events the hardware counters can count. */
void pmu_probe(const void *fdt);

/* What SBI keeps for a hart, as after its reset: PMU, FWFT, NACL. For the hart that boots;
 * hsm_wait_for_start() sees to it itself. */
void sbi_reset(struct vhart *vh);

/* Hearth in the list of implementation ids: not assigned yet by the specification. ASCII "HEA"; its
 * own extension is 0x0A484541. */
#define SBI_IMPL_ID      0x484541
#define SBI_IMPL_VERSION 0x00000100 /* major << 16 | minor << 8 | patch: 0.1.0 */
#define SBI_SPEC_VERSION (3u << 24)

#endif
