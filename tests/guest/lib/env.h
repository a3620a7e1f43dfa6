/* SPDX-License-Identifier: BSD-2-Clause */
/* The usual surroundings of a guest, and running single instructions in them.
 *
 * GPAs: with a G-stage, supervisor physical address p is GPA p and also GPA p + GPA_ALIAS; VS-stage
 * tables live and point at the alias, so that nobody gets away with taking a GPA for a physical
 * address. Both are made of 1 GiB leaves; tests split what they bend.
 *
 * Virtual addresses: with a VS-stage, p is mapped at p for VS (U=0) and at p + VU_OFFSET for VU
 * (U=1), for the program's image only. */
#ifndef GUEST_ENV_H
#define GUEST_ENV_H

#include "csr.h"
#include "hart.h"
#include "insn.h"
#include "pt.h"

/* Bit 40 tells the x4 forms apart from the others. A hart with Sv39 alone may not reach so far
 * while vsatp is bare (without H in hardware its own tables have 38 bits for it: docs/limits.md).
 */
#define GPA_ALIAS (env_has_g(MODE_SV48) ? 0x10000000000UL : 0x2000000000UL)
#define VU_OFFSET 0x1000000000UL
/* Where tests map their own pages. */
#define TEST_VA  0x2000000000UL
#define TEST_GPA (env_has_g(MODE_SV48) ? 0x4000000000UL : 0x1000000000UL)

/* Neither memory nor a device is here, on any machine. */
#define NOWHERE 0x15000000000UL

#define FRAMES 1024u
extern uint8_t frames[FRAMES][PAGE]; /* memory to play with, 2 MiB aligned */

struct env {
    struct pt vs, g; /* meaningful if the mode is not Bare */
    uint64_t vs_mode, g_mode;
    uint64_t alias; /* GPA_ALIAS with a G-stage, otherwise 0 */
};
extern struct env env;
extern struct guest regs; /* of the guest that run_insn and run_at enter */

/* Builds both stages and sets vsatp (ASID 1) and hgatp (VMID 1). Forgets earlier tables. */
void env_set(uint64_t vs_mode, uint64_t g_mode);
/* Afterwards, with a G-stage: leaves of the level (0: 4 KiB, 1: 2 MiB) instead of those of 1 GiB,
 * for the program's image alone, at its alias alone. */
void env_split_g(unsigned level);
/* Whether the hart has the mode in vsatp and hgatp. */
bool env_has_vs(uint64_t mode);
bool env_has_g(uint64_t mode);
const char *mode_name(uint64_t mode);

/* A PTE for the VS-stage: frame p, as the guest knows it. */
void vs_map(uint64_t va, const void *p, uint64_t flags, unsigned level);
/* Where a piece of the image is for the mode in the present surroundings. */
uint64_t addr_in(enum mode mode, const void *p);

/* Runs code in the mode with regs until it traps. */
struct trap run_at(enum mode mode, uint64_t pc);
/* Runs one instruction with a0, a1. The trap is the one that the instruction raised, or, if it
 * completed, the ECALL behind it. For MODE_HS a completed instruction gives CAUSE_NONE. */
struct trap run_insn(enum mode mode, uint32_t insn, uint64_t a0, uint64_t a1);
/* Runs up to 16 instructions, an ECALL behind them. */
struct trap run_code(enum mode mode, const uint32_t *insn, unsigned n, uint64_t a0, uint64_t a1);
/* The cause that the instruction raised, or CAUSE_NONE. */
uint64_t cause_of(enum mode mode, uint32_t insn, uint64_t a0, uint64_t a1);
/* Whether the ECALL behind the last run_insn's or run_code's code ended it. */
bool completed(const struct trap *t);
/* Address of the first instruction in the last run_insn or run_code, as the mode saw it. */
uint64_t code_pc(enum mode mode);

/* CSRs by number, from HS. Returns the cause, or CAUSE_NONE. */
uint64_t hs_csr_read(unsigned csr, uint64_t *val);
uint64_t hs_csr_write(unsigned csr, uint64_t val);
/* The same of CSRs that are there; put() reads back. A trap ends the test. */
uint64_t hs_csr_get(unsigned csr);
uint64_t hs_csr_put(unsigned csr, uint64_t val);

/* For vstvec: 64 ECALLs, so that a trap taken in VS comes to HS as an ECALL from there. */
extern const uint32_t vs_vector[64];
/* Sets vstvec to vs_vector (vectored: mode 1). */
void vs_vector_set(unsigned vectored);
/* Whether the trap is vs_vector's ECALL, that is, whether VS has taken a trap; its entry. */
bool taken_in_vs(const struct trap *t);
unsigned vs_vector_entry(const struct trap *t);

const char *name_of(enum mode mode);
void fence_all(void);

#endif
