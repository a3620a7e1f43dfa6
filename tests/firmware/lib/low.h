/* SPDX-License-Identifier: BSD-2-Clause */
/* Short pieces of code in any mode, and page tables for the lower ones.
 *
 * A mode with page tables has the image at its own addresses for S and VS (U=0) and VU_OFFSET
 * higher for U and VU (U=1). The G-stage of low_two_stages() has memory at its own addresses. */
#ifndef FIRMWARE_LOW_H
#define FIRMWARE_LOW_H

#include "frame.h"
#include "insn.h"
#include "pt.h"

#define VU_OFFSET 0x1000000000UL
#define TEST_VA   0x2000000000UL  /* where tests map their own pages */
#define NOWHERE   0x15000000000UL /* neither memory nor a device, on any machine */

/* In a7 of lower modes: their ECALLs are none that a monitor below M could take for SBI's. */
#define NO_SBI_CALL 0x0abcdefUL

#define FRAMES 64u
extern uint8_t frames[FRAMES][PAGE]; /* memory to play with, aligned to its size */
extern struct regs low;              /* of the code that the functions below run */
extern struct pt low_pt, low_g;      /* after low_pages(), low_two_stages() */
extern char trap_entry[];

/* Forgets tables and registers: physical addresses below M. */
void low_reset(void);
/* Sv39 for S and U by satp. */
void low_pages(void);
/* Sv39 for VS and VU by vsatp, and Sv39x4 by hgatp. */
void low_two_stages(void);
void low_fence(void);

/* Runs one instruction, or up to 16 with an ECALL behind them, in the mode with a0 and a1. The trap
 * is the one that the code raised, or the ECALL's; in MODE_M mcause is CAUSE_NONE if none came. */
struct trap run_insn(enum mode mode, uint32_t insn, uint64_t a0, uint64_t a1);
struct trap run_code(enum mode mode, const uint32_t *insn, unsigned n, uint64_t a0, uint64_t a1);
/* Runs up to 16 instructions in M under mstatus.MPRV, MPP (and MPV) saying mode and more bits of
 * mstatus as given. mcause is CAUSE_NONE if they completed. */
struct trap run_as(enum mode mode, uint64_t status, const uint32_t *insn, unsigned n, uint64_t a0,
                   uint64_t a1);
/* mstatus, before it was put back, of the last run_as(). */
extern uint64_t run_as_status;
/* Runs what is at pc, as the mode sees it, until it traps. */
struct trap run_at(enum mode mode, uint64_t pc);
/* Whether the code ended by itself. */
bool completed(const struct trap *t);
/* The cause that the instruction raised, or CAUSE_NONE. */
uint64_t cause_of(enum mode mode, uint32_t insn, uint64_t a0, uint64_t a1);
/* Address of the first instruction of the last run, as the mode saw it, and physical. */
uint64_t code_pc(enum mode mode);
/* The ECALL's own cause, from that mode. */
uint64_t ecall_cause(enum mode mode);
const char *mode_name(enum mode mode);

/* CSRs by number, in M. Returns the cause, or CAUSE_NONE. */
uint64_t m_csr_read(unsigned csr, uint64_t *val);
uint64_t m_csr_write(unsigned csr, uint64_t val);
/* The same that have to work: writes, reads back. */
uint64_t csr_put(unsigned csr, uint64_t val);
uint64_t csr_get(unsigned csr);

/* For stvec and vstvec: 64 ECALLs, so that a trap taken there comes to M as an ECALL. */
extern const uint32_t vector[64];
/* Whether the trap is vector's ECALL from mode (S or VS); its entry. */
bool taken_in(const struct trap *t, enum mode mode);
unsigned vector_entry(const struct trap *t);

#endif
