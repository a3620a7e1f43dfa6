// SPDX-License-Identifier: BSD-2-Clause
// What the bare-metal guests share: SBI calls, CSRs, the marker lines that vmm counts at.
#pragma once
#include <stdbool.h>
#include <stdint.h>

#define ROUNDS 10000u

#define SBI_BASE 0x10u
#define SBI_TIME 0x54494d45u
#define SBI_IPI  0x735049u
#define SBI_HSM  0x48534du
#define SBI_DBCN 0x4442434eu
#define SBI_SRST 0x53525354u

#define CAUSE_INTERRUPT (1ul << 63)
#define CAUSE_SSI       (CAUSE_INTERRUPT | 1)
#define CAUSE_STI       (CAUSE_INTERRUPT | 5)
#define CAUSE_ILLEGAL   2ul
#define SIE_SSIE        (1ul << 1)
#define SIE_STIE        (1ul << 5)
#define SSTATUS_SIE     (1ul << 1)

#define csr_read(csr)                                                                              \
    ({                                                                                             \
        unsigned long value_;                                                                      \
        __asm__ volatile("csrr %0, " #csr : "=r"(value_) : : "memory");                            \
        value_;                                                                                    \
    })
#define csr_write(csr, v) __asm__ volatile("csrw " #csr ", %0" : : "rK"(v) : "memory")
#define csr_set(csr, v)   __asm__ volatile("csrs " #csr ", %0" : : "rK"(v) : "memory")
#define csr_clear(csr, v) __asm__ volatile("csrc " #csr ", %0" : : "rK"(v) : "memory")

struct sbiret {
    long error;
    unsigned long value;
};

static inline struct sbiret sbi_call(unsigned long eid, unsigned long fid, unsigned long arg0,
                                     unsigned long arg1, unsigned long arg2)
{
    register unsigned long a0 __asm__("a0") = arg0;
    register unsigned long a1 __asm__("a1") = arg1;
    register unsigned long a2 __asm__("a2") = arg2;
    register unsigned long a6 __asm__("a6") = fid;
    register unsigned long a7 __asm__("a7") = eid;
    __asm__ volatile("ecall" : "+r"(a0), "+r"(a1) : "r"(a2), "r"(a6), "r"(a7) : "memory");
    return (struct sbiret){.error = (long)a0, .value = a1};
}

// Prints "HEARTH-L2: " and the text; vmm --count notes the instructions at each such line.
void mark(const char *text);
// Marks "FAILED" with the text and resets: vmm then ends with a status that is not 0.
__attribute__((noreturn)) void guest_fail(const char *text);
// Powers off.
__attribute__((noreturn)) void guest_end(void);
// The program, on hart 0.
void guest_main(void);
// Called for every trap, with interrupts off. sepc may be changed.
void trap_handle(unsigned long cause);
// The other hart's program, started with hart_start().
void hart_main(void);
void hart_entry(void);
void hart_start(unsigned long hart);
