/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI's nested acceleration: one shared memory, of the main hart. */
#ifndef GUEST_NACL_H
#define GUEST_NACL_H

#include "env.h"
#include "sbi.h"

#define SBI_EXT_NACL 0x4e41434cu
#define ERR(e)       ((uint64_t)(e))

enum nacl_fid { PROBE, SET_SHMEM, SYNC_CSR, SYNC_HFENCE, SYNC_SRET };

#define NACL_PENDING BIT(63)
#define NACL_WORDS   1536u

/* The shared memory, between two pages that nobody is to touch. */
extern struct nacl_area {
    uint8_t before[PAGE];
    union {
        struct {
            uint64_t x[64], swap, swap_hstatus, unused[190];
            struct {
                uint64_t config, number, reserved, count;
            } hfence[60];
            uint64_t dirty[16], csr[1024];
        };
        volatile uint64_t word[1536];
    } s;
    uint8_t after[PAGE];
} nacl_area;
_Static_assert(sizeof nacl_area.s == 4096 + 1024 * 8, "shared memory");
#define shm (*(volatile __typeof__(nacl_area.s) *)&nacl_area.s)

/* Empty shared memory, in use; false, and a remark, if there is no such extension. */
bool nacl_begin(void);
/* No more of it; its surroundings must be untouched. */
void nacl_end(void);
/* A call; returns the error. */
uint64_t nacl_call(uint64_t fid, uint64_t a0, uint64_t a1, uint64_t a2);
/* A CSR's place in the CSR space, what is shown there, and a value for it with its dirty bit. */
unsigned nacl_index(unsigned csr);
uint64_t nacl_shown(unsigned csr);
void nacl_put(unsigned csr, uint64_t v);
/* Checks that every H CSR that can be read is shown with the value that reading gives. Uses
 * run_insn(). */
void nacl_check_shown(const char *when);
/* Enters by sync_sret what guest_run() would enter, with regs; autoswap gives hstatus (and SPV). */
struct trap nacl_run(enum mode mode, uint64_t pc, uint64_t hstatus);
/* lib/start.S: sync_sret as it is; 0 after the trap, or SBI's error. */
long nacl_enter(void);

#endif
