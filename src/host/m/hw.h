/* SPDX-License-Identifier: BSD-2-Clause */
/* The hart's own CSRs, by the numbers of spec/csr.def. */
#ifndef HOST_M_HW_H
#define HOST_M_HW_H

#include "spec/csr.h"

/* Physical CSRs that no virtual hart has a row for. */
#define HW_fcsr     0x003
#define HW_pmpcfg0  0x3a0
#define HW_pmpcfg2  0x3a2
#define HW_pmpaddr0 0x3b0

/* X(n) for each of the first 16 PMP entries */
#define HW_EACH_PMP(X) HW_PMP_0_7(X) HW_PMP_8_15(X)
#define HW_PMP_0_7(X)  X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define HW_PMP_8_15(X) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)

/* X(n) for each mhpmcounter */
#define HW_EACH_HPM(X)  HW_HPM_3_10(X) HW_HPM_11_20(X) HW_HPM_21_31(X)
#define HW_HPM_3_10(X)  X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10)
#define HW_HPM_11_20(X) X(11) X(12) X(13) X(14) X(15) X(16) X(17) X(18) X(19) X(20)
#define HW_HPM_21_31(X) X(21) X(22) X(23) X(24) X(25) X(26) X(27) X(28) X(29) X(30) X(31)

/* Volatile, so in order among themselves. Hearth's own memory accesses depend on none of them (MPRV
 * is assembly's alone): the compiler may keep in registers what it knows. */
#define hw_read(csr)                                                                               \
    ({                                                                                             \
        uint64_t v_;                                                                               \
        __asm__ volatile("csrr %0, %1" : "=r"(v_) : "i"(csr));                                     \
        v_;                                                                                        \
    })
#define hw_write(csr, v) __asm__ volatile("csrw %0, %1" ::"i"(csr), "rK"((uint64_t)(v)))
#define hw_set(csr, v)   __asm__ volatile("csrs %0, %1" ::"i"(csr), "rK"((uint64_t)(v)))
#define hw_clear(csr, v) __asm__ volatile("csrc %0, %1" ::"i"(csr), "rK"((uint64_t)(v)))
#define hw_swap(csr, v)                                                                            \
    ({                                                                                             \
        uint64_t v_;                                                                               \
        __asm__ volatile("csrrw %0, %1, %2" : "=r"(v_) : "i"(csr), "rK"((uint64_t)(v)));           \
        v_;                                                                                        \
    })

/* Reads a CSR that may not exist: false, and *val = 0, if the access traps. Only before the hart
 * takes other traps. */
#define hw_try_read(csr, val)                                                                      \
    ({                                                                                             \
        uint64_t ok_, v_;                                                                          \
        __asm__ volatile(                                                                          \
            "la t0, 1f\n csrrw t0, mtvec, t0\n li %0, 0\n li %1, 0\n csrr %1, %2\n li %0, 1\n"     \
            ".balign 4\n 1: csrw mtvec, t0"                                                        \
            : "=&r"(ok_), "=&r"(v_)                                                                \
            : "i"(csr)                                                                             \
            : "t0", "memory");                                                                     \
        *(val) = v_;                                                                               \
        ok_ != 0;                                                                                  \
    })

static inline void hw_sfence_all(void)
{
    __asm__ volatile("sfence.vma" ::: "memory");
}

static inline void hw_sfence_va(uint64_t va)
{
    __asm__ volatile("sfence.vma %0, x0" ::"r"(va) : "memory");
}

#endif
