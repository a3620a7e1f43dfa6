/* SPDX-License-Identifier: BSD-2-Clause */
/* One load, store or fetch of a guest at an address: cheap enough for thousands of combinations. */
#ifndef GUEST_PROBE_H
#define GUEST_PROBE_H

#include "env.h"

enum access { LOAD, STORE, FETCH };

/* What frames hold for probes: a mark in the upper half, an ECALL to execute in the lower. */
#define MARK(n) ((uint64_t)(n) << 32 | INSN_ECALL)

/* Does the access in VS or VU at va. *val is what a load loads (out) or a store stores (in).
 * Returns the trap; if the access worked it is the guest's ECALL, and probe_worked says so. */
struct trap probe(enum mode mode, enum access access, uint64_t va, uint64_t *val);
bool probe_worked(const struct trap *t, enum mode mode, enum access access, uint64_t va);
/* The cause, CAUSE_NONE if the access worked. A store stores MARK(0x57). */
uint64_t probe_cause(enum mode mode, enum access access, uint64_t va);
/* Checks that all of a load, a store and a fetch at va in the mode reach the doubleword at p. */
void probe_reaches(enum mode mode, uint64_t va, void *p);
/* The same without the fetch. */
void probe_data_reaches(enum mode mode, uint64_t va, void *p);
/* Checks cause, stval, htval, htinst (unless ANY_INST), SPV, GVA, SPP, sepc of a faulted access. */
#define ANY_INST (~0UL)
void probe_faults(enum mode mode, enum access access, uint64_t va, uint64_t cause, uint64_t stval,
                  uint64_t gpa, uint64_t htinst);
/* Which of the three causes (load, store, fetch) of the kind is the access's. */
uint64_t page_fault(enum access access);
uint64_t guest_page_fault(enum access access);
uint64_t access_fault(enum access access);
const char *access_name(enum access access);

#endif
