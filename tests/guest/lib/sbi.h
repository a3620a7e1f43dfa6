/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls into the supervisor execution environment (RISC-V SBI 3.0). */
#ifndef GUEST_SBI_H
#define GUEST_SBI_H

#include "check.h"

#include <stdint.h>

struct sbi_ret {
    long error;
    uint64_t value;
};

#define SBI_SUCCESS               0L
#define SBI_ERR_FAILED            (-1L)
#define SBI_ERR_NOT_SUPPORTED     (-2L)
#define SBI_ERR_INVALID_PARAM     (-3L)
#define SBI_ERR_DENIED            (-4L)
#define SBI_ERR_INVALID_ADDRESS   (-5L)
#define SBI_ERR_ALREADY_AVAILABLE (-6L)
#define SBI_ERR_ALREADY_STARTED   (-7L)
#define SBI_ERR_ALREADY_STOPPED   (-8L)
#define SBI_ERR_NO_SHMEM          (-9L)
#define SBI_ERR_INVALID_STATE     (-10L)
#define SBI_ERR_BAD_RANGE         (-11L)
#define SBI_ERR_TIMEOUT           (-12L)
#define SBI_ERR_IO                (-13L)
#define SBI_ERR_DENIED_LOCKED     (-14L)

#define SBI_EXT_BASE   0x10u
#define SBI_EXT_TIME   0x54494d45u
#define SBI_EXT_IPI    0x735049u
#define SBI_EXT_RFNC   0x52464e43u
#define SBI_EXT_HSM    0x48534du
#define SBI_EXT_SRST   0x53525354u
#define SBI_EXT_PMU    0x504d55u
#define SBI_EXT_DBCN   0x4442434eu
#define SBI_EXT_SUSP   0x53555350u
#define SBI_EXT_FWFT   0x46574654u
#define SBI_EXT_HEARTH 0x0A484541

enum sbi_hsm_state {
    HSM_STARTED,
    HSM_STOPPED,
    HSM_START_PENDING,
    HSM_STOP_PENDING,
    HSM_SUSPENDED,
    HSM_SUSPEND_PENDING,
    HSM_RESUME_PENDING,
};

#define FWFT_MISALIGNED_EXC_DELEG 0u
#define FWFT_LANDING_PAD          1u
#define FWFT_SHADOW_STACK         2u
#define FWFT_DOUBLE_TRAP          3u
#define FWFT_PTE_AD_HW_UPDATING   4u
#define FWFT_POINTER_MASKING      5u

struct sbi_ret sbi_call6(uint64_t ext, uint64_t fid, uint64_t a0, uint64_t a1, uint64_t a2,
                         uint64_t a3, uint64_t a4, uint64_t a5);

static inline struct sbi_ret sbi_call(uint64_t ext, uint64_t fid, uint64_t a0, uint64_t a1,
                                      uint64_t a2)
{
    return sbi_call6(ext, fid, a0, a1, a2, 0, 0, 0);
}

/* Any call, with up to five arguments. */
#define CALL(...)                                CALL_(__VA_ARGS__, 0, 0, 0, 0, 0, 0)
#define CALL_(ext, fid, a0, a1, a2, a3, a4, ...) sbi_call6(ext, fid, a0, a1, a2, a3, a4, 0)

static inline bool check_error(struct sbi_ret r, long want, const char *what)
{
    return check_eq((uint64_t)r.error, (uint64_t)want, what);
}

static inline struct sbi_ret sbi_set_timer(uint64_t deadline)
{
    return sbi_call(SBI_EXT_TIME, 0, deadline, 0, 0);
}

static inline struct sbi_ret sbi_send_ipi(uint64_t mask, uint64_t base)
{
    return sbi_call(SBI_EXT_IPI, 0, mask, base, 0);
}

static inline struct sbi_ret sbi_hart_start(uint64_t hartid, uint64_t addr, uint64_t opaque)
{
    return sbi_call(SBI_EXT_HSM, 0, hartid, addr, opaque);
}

static inline struct sbi_ret sbi_hart_stop(void)
{
    return sbi_call(SBI_EXT_HSM, 1, 0, 0, 0);
}

static inline struct sbi_ret sbi_hart_status(uint64_t hartid)
{
    return sbi_call(SBI_EXT_HSM, 2, hartid, 0, 0);
}

#define sbi_probe(ext) (sbi_call(SBI_EXT_BASE, 3, (ext), 0, 0).value)

/* Traps that the monitor has counted on all harts, if it is Hearth. */
uint64_t sbi_traps_counted(void);

/* Writes to the firmware's console by DBCN, or by the legacy call where there is no DBCN. */
void sbi_write(const char *s, uint64_t len);
/* Ends the machine by SRST; failed makes the status 1 where the machine can tell. */
void sbi_shutdown(int failed) __attribute__((noreturn));

#endif
