/* SPDX-License-Identifier: BSD-2-Clause */
/* CSR access by name and by number, field masks, cause codes: the privileged specification's names.
 */
#ifndef GUEST_CSR_H
#define GUEST_CSR_H

#include <stdint.h>

/* The compiler targets rv64imac; the assembler is to know the hypervisor's mnemonics as well. */
__asm__(".option arch, +h");

#define csr_read(name)                                                                             \
    ({                                                                                             \
        uint64_t v_;                                                                               \
        __asm__ volatile("csrr %0, " #name : "=r"(v_)::"memory");                                  \
        v_;                                                                                        \
    })
#define csr_write(name, val)                                                                       \
    ({                                                                                             \
        uint64_t w_ = (val);                                                                       \
        __asm__ volatile("csrw " #name ", %0" ::"rK"(w_) : "memory");                              \
    })
#define csr_set(name, val)                                                                         \
    ({                                                                                             \
        uint64_t w_ = (val);                                                                       \
        __asm__ volatile("csrs " #name ", %0" ::"rK"(w_) : "memory");                              \
    })
#define csr_clear(name, val)                                                                       \
    ({                                                                                             \
        uint64_t w_ = (val);                                                                       \
        __asm__ volatile("csrc " #name ", %0" ::"rK"(w_) : "memory");                              \
    })

#define BIT(n)               (1UL << (n))
#define FIELD_GET(mask, val) (((val) & (mask)) / ((mask) & -(mask)))
#define FIELD_PUT(mask, val) (((mask) & -(mask)) * (uint64_t)(val))

/* sstatus and vsstatus */
#define SSTATUS_SIE  BIT(1)
#define SSTATUS_SPIE BIT(5)
#define SSTATUS_UBE  BIT(6)
#define SSTATUS_SPP  BIT(8)
#define SSTATUS_VS   (3UL << 9)
#define SSTATUS_FS   (3UL << 13)
#define SSTATUS_XS   (3UL << 15)
#define SSTATUS_SUM  BIT(18)
#define SSTATUS_MXR  BIT(19)
#define SSTATUS_UXL  (3UL << 32)
#define SSTATUS_SD   BIT(63)

#define HSTATUS_VSBE  BIT(5)
#define HSTATUS_GVA   BIT(6)
#define HSTATUS_SPV   BIT(7)
#define HSTATUS_SPVP  BIT(8)
#define HSTATUS_HU    BIT(9)
#define HSTATUS_VGEIN (0x3fUL << 12)
#define HSTATUS_VTVM  BIT(20)
#define HSTATUS_VTW   BIT(21)
#define HSTATUS_VTSR  BIT(22)
#define HSTATUS_VSXL  (3UL << 32)

#define HENVCFG_ADUE  BIT(61)
#define HENVCFG_PBMTE BIT(62)
#define HENVCFG_STCE  BIT(63)

#define ATP_MODE   (15UL << 60)
#define HGATP_VMID (0x3fffUL << 44)
#define VSATP_ASID (0xffffUL << 44)
#define ATP_PPN    ((1UL << 44) - 1)
#define MODE_BARE  0UL
#define MODE_SV39  8UL
#define MODE_SV48  9UL
#define MODE_SV57  10UL

#define COUNTEREN_CY BIT(0)
#define COUNTEREN_TM BIT(1)
#define COUNTEREN_IR BIT(2)

enum irq {
    IRQ_SSI = 1,
    IRQ_VSSI = 2,
    IRQ_STI = 5,
    IRQ_VSTI = 6,
    IRQ_SEI = 9,
    IRQ_VSEI = 10,
    IRQ_SGEI = 12,
};
#define CAUSE_IRQ(n) (BIT(63) | (uint64_t)(n))
#define VS_IRQS      (BIT(IRQ_VSSI) | BIT(IRQ_VSTI) | BIT(IRQ_VSEI))

enum cause {
    CAUSE_INSN_MISALIGNED = 0,
    CAUSE_INSN_ACCESS = 1,
    CAUSE_ILLEGAL = 2,
    CAUSE_BREAKPOINT = 3,
    CAUSE_LOAD_MISALIGNED = 4,
    CAUSE_LOAD_ACCESS = 5,
    CAUSE_STORE_MISALIGNED = 6,
    CAUSE_STORE_ACCESS = 7,
    CAUSE_ECALL_U = 8,
    CAUSE_ECALL_S = 9,
    CAUSE_ECALL_VS = 10,
    CAUSE_INSN_PAGE = 12,
    CAUSE_LOAD_PAGE = 13,
    CAUSE_STORE_PAGE = 15,
    CAUSE_INSN_GUEST = 20,
    CAUSE_LOAD_GUEST = 21,
    CAUSE_VIRTUAL = 22,
    CAUSE_STORE_GUEST = 23,
};
#define CAUSE_NONE (~0UL)

/* CSR numbers, for accesses whose CSR is data. */
#define CSR_SSTATUS    0x100u
#define CSR_SIE        0x104u
#define CSR_STVEC      0x105u
#define CSR_SCOUNTEREN 0x106u
#define CSR_SENVCFG    0x10au
#define CSR_SSCRATCH   0x140u
#define CSR_SEPC       0x141u
#define CSR_SCAUSE     0x142u
#define CSR_STVAL      0x143u
#define CSR_SIP        0x144u
#define CSR_STIMECMP   0x14du
#define CSR_SATP       0x180u
#define CSR_VSSTATUS   0x200u
#define CSR_VSIE       0x204u
#define CSR_VSTVEC     0x205u
#define CSR_VSSCRATCH  0x240u
#define CSR_VSEPC      0x241u
#define CSR_VSCAUSE    0x242u
#define CSR_VSTVAL     0x243u
#define CSR_VSIP       0x244u
#define CSR_VSTIMECMP  0x24du
#define CSR_VSATP      0x280u
#define CSR_HSTATUS    0x600u
#define CSR_HEDELEG    0x602u
#define CSR_HIDELEG    0x603u
#define CSR_HIE        0x604u
#define CSR_HTIMEDELTA 0x605u
#define CSR_HCOUNTEREN 0x606u
#define CSR_HGEIE      0x607u
#define CSR_HENVCFG    0x60au
#define CSR_HTVAL      0x643u
#define CSR_HIP        0x644u
#define CSR_HVIP       0x645u
#define CSR_HTINST     0x64au
#define CSR_HGATP      0x680u
#define CSR_HGEIP      0xe12u
#define CSR_CYCLE      0xc00u
#define CSR_TIME       0xc01u
#define CSR_INSTRET    0xc02u
#define CSR_MSTATUS    0x300u

static inline uint64_t rdtime(void)
{
    return csr_read(time);
}

#endif
