/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The shared memory of SBI NACL: a hart's H CSRs as HS can read and write them without a trap, the
 * fences that it wants, and the registers to enter a guest with. SBI 3.0, "Nested Acceleration
 * Extension".
 *
 * It is HS's own memory, and another hart may change it at any moment: each value is read once, and
 * is no more than what HS could have put into a register itself. All functions are for the calling
 * hart; vhart.nacl must not be NULL.
 *
 * A word of the CSR space whose dirty bit is set is HS's: it is not shown anything until it has
 * been synchronized.
 */
#ifndef CORE_NACL_H
#define CORE_NACL_H

#include "core/vhart.h"
#include "spec/csr.h"

#define NACL_EID 0x4E41434C
enum nacl_function {
    NACL_PROBE_FEATURE,
    NACL_SET_SHMEM,
    NACL_SYNC_CSR,
    NACL_SYNC_HFENCE,
    NACL_SYNC_SRET,
};

#define NACL_HFENCES     60
#define NACL_DIRTY_WORDS 16
#define NACL_CSRS        1024

/* Where a CSR is in the CSR space; and which one is there. */
#define NACL_INDEX(num)   ((((num)&0xc00u) >> 2) | ((num)&0xffu))
#define NACL_NUMBER(i)    ((((i)&0x300u) << 2) | 0x200u | ((i)&0xffu))
#define NACL_IS_H(num)    (((num)&0x300u) == 0x200u && (num) < 0x1000u)
#define NACL_DIRTY(num)   BIT(NACL_INDEX(num) % 64)
#define NACL_WORD_OF(num) (NACL_INDEX(num) / 64)

#define NACL_AUTOSWAP_HSTATUS BIT(0)

/* Config of an HFENCE entry */
#define NACL_PENDING BIT(63)
#define NACL_TYPE    MASK(59, 56)
#define NACL_ORDER   MASK(54, 48)
#define NACL_VMID    MASK(29, 16)
#define NACL_ASID    MASK(15, 0)

enum nacl_type {
    NACL_GVMA,
    NACL_GVMA_ALL,
    NACL_GVMA_VMID,
    NACL_GVMA_VMID_ALL,
    NACL_VVMA,
    NACL_VVMA_ALL,
    NACL_VVMA_ASID,
    NACL_VVMA_ASID_ALL,
};

struct nacl_hfence {
    uint64_t config;
    uint64_t page_number;
    uint64_t reserved;
    uint64_t page_count;
};

struct nacl_shmem {
    uint64_t sret_x[64]; /* [1..31]: the registers of a synchronized sret */
    uint64_t autoswap_flags;
    uint64_t autoswap_hstatus;
    uint64_t unused[190];
    struct nacl_hfence hfence[NACL_HFENCES];
    uint64_t dirty[NACL_DIRTY_WORDS];
    uint64_t csr[NACL_CSRS];
};
_Static_assert(offsetof(struct nacl_shmem, autoswap_flags) == 0x200, "nested autoswap context");
_Static_assert(offsetof(struct nacl_shmem, hfence) == 0x800, "nested HFENCE entries");
_Static_assert(offsetof(struct nacl_shmem, dirty) == 0xf80, "nested CSR dirty bitmap");
_Static_assert(offsetof(struct nacl_shmem, csr) == 0x1000, "CSR space");
_Static_assert(sizeof(struct nacl_shmem) == 4096 + 1024 * 8, "shared memory");

/* Writes every CSR whose dirty bit is set. What a guest or a trap changes is not shown again yet:
 * nacl_show_all() does, or the next exit. The CSRs are in the model, V = 0. */
void nacl_sync_csrs(struct vhart *vh);

/* Synchronizes one CSR. False if HS has no such CSR. num: any. As above. */
bool nacl_sync_csr(struct vhart *vh, uint64_t num) must_check;

/* Does the fences of the pending entries; of one, index < NACL_HFENCES. */
void nacl_sync_hfences(struct vhart *vh);
void nacl_sync_hfence(struct vhart *vh, unsigned index);

/* All that a synchronized sret does before the sret itself; the general registers are to come from
 * sret_x. h.prv = S; the CSRs are in the model. */
void nacl_sync_all(struct vhart *vh);

/* Shows all H CSRs as they are; or those that a guest, a trap or time changes. */
void nacl_show_all(struct vhart *vh);
void nacl_show(struct vhart *vh);

/* The same for a host: HS has taken a trap through the model, which `left` the guest or not. The
 * CSRs are in the model. */
void nacl_trapped(struct vhart *vh, bool left);

/* HS has changed a CSR by an instruction. effect: of the write. */
void nacl_written(struct vhart *vh, const struct csr *c, unsigned effect);

#endif
