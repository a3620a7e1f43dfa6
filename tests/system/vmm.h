// SPDX-License-Identifier: BSD-2-Clause
// vmm: a small KVM client for riscv64. It runs one Linux kernel or one bare-metal program.
#pragma once
#include "vmm_count.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define RAM_BASE   0x80000000ul
#define LOAD_BASE  (RAM_BASE + 0x200000ul)
#define UART_BASE  0x10000000ul
#define MAX_VCPUS  64
#define SIZE_2MIB  0x200000ul
#define MUST_CHECK __attribute__((warn_unused_result))

enum thp { THP_DEFAULT, THP_ALWAYS, THP_NEVER };

struct options {
    const char *kernel;
    const char *initrd;
    const char *append;
    const char *bare;
    const char *drop; // comma-separated extensions to hide from the guest
    uint64_t mem;     // bytes
    unsigned cpus;
    unsigned timeout; // seconds, 0 for none
    unsigned migrate; // milliseconds between moves of the vCPU threads, 0 for none
    enum thp thp;
    bool uart; // a 16550 at UART_BASE
    bool no_seed;
    bool pin;
    bool count; // report instructions and time at every marker
};

// Guest RAM and what was put into it; addresses are guest-physical.
struct guest {
    uint8_t *ram;
    uint64_t size;
    uint64_t initrd_start, initrd_end;
    uint64_t dtb;
};

// What the device tree says about the harts.
struct hart_isa {
    uint64_t timebase;     // Hz
    const char *mmu;       // "riscv,sv39", ...
    uint64_t base;         // the single letters, as bits of misa
    uint64_t zicbom_block; // bytes, 0 if absent
    uint64_t zicboz_block;
    unsigned n_ext;
    const char *ext[128]; // lower-case names of the multi-letter extensions
};

// Ends the process with status 1 and one line that says what failed.
__attribute__((noreturn, format(printf, 1, 2))) void die(const char *fmt, ...);
// The same with errno's text.
__attribute__((noreturn, format(printf, 1, 2))) void die_errno(const char *fmt, ...);

// vmm_load.c
void guest_map(struct guest *g, const struct options *o);
void guest_load(struct guest *g, const struct options *o);
// Host address of [gpa, gpa+len), or NULL if any of it is not RAM.
void *guest_ptr(const struct guest *g, uint64_t gpa, uint64_t len);

// vmm_isa.c: asks KVM what the vCPU has, and hides what `drop` names.
void isa_drop(int vcpu, const char *drop);
void isa_read(int vcpu, struct hart_isa *isa);
int reg_get(int vcpu, uint64_t id, uint64_t *value) MUST_CHECK;
int reg_set(int vcpu, uint64_t id, uint64_t value) MUST_CHECK;

// vmm_dt.c: writes a flat device tree at g->dtb.
void dt_write(const struct guest *g, const struct options *o, const struct hart_isa *isa);

// vmm_sbi.c: the SBI calls that KVM hands to user space.
struct kvm_run;
void sbi_exit(const struct guest *g, struct kvm_run *run);
void console_init(bool count);
void console_write(const char *s, size_t n);
// Up to n bytes of standard input that are there now; 0 or less if there are none.
ssize_t console_read(void *to, size_t n);
// vmm_uart.c: true if the access was the UART's.
bool uart_exit(struct kvm_run *run) MUST_CHECK;
extern _Atomic uint64_t exit_total; // exits to user space, of all vCPUs
