/* SPDX-License-Identifier: BSD-2-Clause */
/* What core and sbi ask of a host. host/m is M-mode on harts without H. All of it is for the
 * calling hart unless it says otherwise. */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include "core/world.h"
#include "spec/trap.h"

/* Brings every resident CSR into the model (resident = NONE). Cheap if nothing is. The way back to
 * the guest loads again what it needs. */
void host_unload(struct vhart *vh);

/* mtime now, as the world has it: firmware may have moved it. */
uint64_t host_time(void);

/* The physical one. */
uint64_t host_mtime(void);

/* HS's own timer, as SBI's set_timer or stimecmp: programs what the machine has, clears STIP. */
void host_timer_set(struct vhart *vh, uint64_t deadline);

/* Makes HS's SSIP pending (this hart). */
void host_raise_ssip(struct vhart *vh);

/* The wires of the virtual devices to this hart may be others (core/bus.h): asks bus_lines(), makes
 * h.line and the comparator of it. What follows of h.line is looked at before the hart goes back.
 */
void host_lines(struct vhart *vh);

/*
 * Interrupts another hart so that it looks at its request word. index of vharts[]. Memory written
 * before is visible when the interrupt is (fence rw, o); likewise who clears the interrupt orders
 * that before the look (fence o, rw).
 */
void host_ipi(unsigned index);

/* Local fences. */
void host_fence_i(void);
void host_fence_vma(uint64_t va, uint64_t size, bool all_ids,
                    uint64_t asid); /* size ~0: all addresses */
/* A fence on the guest translations of this hart (shadow tables, and the TLB if need be). */
void host_fence_guest(struct vhart *vh, const struct fence *f, uint64_t hgatp);

/* A trap for the guest, by the model; the hardware follows before the hart goes back. */
void host_reflect(struct vhart *vh, const struct trap *t);

/*
 * Goes back to what the model says, with x[1] to x[31] from elsewhere (each is read once). For
 * handlers of the SBI that have nothing more to do: it need not return.
 */
void host_resume(struct vhart *vh, const volatile uint64_t *x);

/* What the effects of a CSR write (enum csr_effect) ask of the hardware. */
void host_effects(struct vhart *vh, unsigned effect);

/* Drops what the TLB may hold for va of the running guest, and what the current root is stale for.
 */
void host_fence_shadow(struct vhart *vh, uint64_t va);

/* The instruction at pc as the interrupted mode sees it. False if it can't be read any more. */
bool host_fetch(struct vhart *vh, uint32_t *raw) must_check;

/* May HS reach these bytes, if a device is there? */
bool host_mmio_ok(uint64_t pa, uint64_t len) must_check;

/*
 * Waits for an interrupt of M (wfi), then does for it what the trap handler would: clears this
 * hart's IPI, turns a deadline that has come into STIP. The caller looks at its request word
 * itself, before and after. May return early.
 */
void host_wait(void);

/* A hint, in a loop that waits for another hart. */
void host_relax(void);

/* Would HS wake from wfi: is any of its interrupts (or of its guest's) pending and enabled in mie,
 * whatever the global enables? */
bool host_pending(struct vhart *vh);

/* Brings the S CSRs and the H state of the virtual hart to reset (resident or not), its timer off
 * and nothing pending. */
void host_reset_hs(struct vhart *vh);

/* What firmware may reach (policy_may_reach()) has changed: closed to this hart's when it returns.
 */
void host_reach_changed(struct vhart *vh);

/* The float and vector registers are zero when whoever is let use them next is. */
void host_units_clear(struct vhart *vh);

/*
 * One access of 1, 2, 4 or 8 bytes, naturally aligned, to a device on behalf of the hart: HLV, HSV,
 * misaligned replays. False, and nothing done, if HS may not reach pa (PMP plan) or if the bus
 * refuses it: an access fault of Hearth's own is caught here.
 */
bool host_mmio_load(uint64_t pa, unsigned len, uint64_t *value) must_check;
bool host_mmio_store(uint64_t pa, unsigned len, uint64_t value) must_check;

/* cbo.inval (0), clean (1), flush (2), zero (4) of the block at the pointer, which the hart has. */
void host_block(unsigned op, void *ram);

/* The physical float registers, all 64 bits. Writing makes the physical FS dirty. FS is not off. */
uint64_t host_freg_read(unsigned n);
void host_freg_write(unsigned n, uint64_t value);

/* The real counters: SBI PMU. counter = CSR 0xB00 + n. inhibit by mcountinhibit. */
uint64_t host_counter_read(unsigned n);
void host_counter_write(unsigned n, uint64_t v);
void host_counter_inhibit(unsigned n, bool on);
void host_event_write(unsigned n, uint64_t v); /* mhpmeventN; 0 if none */
uint64_t host_event_read(unsigned n);
uint64_t host_counters_present(void); /* bit n: mcycle 0, minstret 2, mhpmcounter3... */
uint64_t host_menvcfg_write(
    uint64_t v); /* returns what it became (for HS's own environment: ADUE, PBMTE, STCE...) */
uint64_t host_vendor_id(unsigned which); /* 0 mvendorid, 1 marchid, 2 mimpid */
void host_delegate_misaligned(struct vhart *vh, bool on);

/* boot: what the silicon has, and the virtual hart that can be made of it. On each hart; host_isa
 * once. */
void host_probe(struct machine *m);
void host_isa(const struct machine *m, struct isa *isa);

/*
 * What firmware sees besides: a PMP. And mideleg.SSI, STI and SEI are read-only one: physical S has
 * the bits of HS. False: there are too few PMP entries for it.
 */
bool host_isa_firmware(const struct machine *m, struct isa *isa) must_check;

/* Can this hart be Hearth's (S-mode, PMP, TVM, TW, TSR)? If not, *why is a phrase for people.
 * Before anything else is set up. */
bool host_usable(const char **why) must_check;

/* Exits are noted (core/trace.h) or not, on all harts once they have fenced instructions. Every
 * vhart.trace is set. */
void host_trace_hooks(bool on);

/* Leaves for HS: the boot hart at pc with a0 = hart id and a1 = arg1; the others wait until HSM
 * starts them. In a world with firmware every hart begins with it instead (struct firmware). */
_Noreturn void host_start(struct vhart *vh, uint64_t pc, uint64_t arg1);
_Noreturn void host_start_secondary(struct vhart *vh);

#endif
