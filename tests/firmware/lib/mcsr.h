/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine level's CSRs, fields and causes, beside those of tests/guest/lib/csr.h. */
#ifndef FIRMWARE_MCSR_H
#define FIRMWARE_MCSR_H

#include "csr.h"

#define MSTATUS_SIE  BIT(1)
#define MSTATUS_MIE  BIT(3)
#define MSTATUS_SPIE BIT(5)
#define MSTATUS_MPIE BIT(7)
#define MSTATUS_SPP  BIT(8)
#define MSTATUS_MPP  (3UL << 11)
#define MSTATUS_FS   (3UL << 13)
#define MSTATUS_MPRV BIT(17)
#define MSTATUS_SUM  BIT(18)
#define MSTATUS_MXR  BIT(19)
#define MSTATUS_TVM  BIT(20)
#define MSTATUS_TW   BIT(21)
#define MSTATUS_TSR  BIT(22)
#define MSTATUS_UXL  (3UL << 32)
#define MSTATUS_SXL  (3UL << 34)
#define MSTATUS_GVA  BIT(38)
#define MSTATUS_MPV  BIT(39)
#define MSTATUS_SD   BIT(63)

#define IRQ_MSI 3
#define IRQ_MTI 7
#define IRQ_MEI 11
#define S_IRQS  (BIT(IRQ_SSI) | BIT(IRQ_STI) | BIT(IRQ_SEI))
#define M_IRQS  (BIT(IRQ_MSI) | BIT(IRQ_MTI) | BIT(IRQ_MEI))

#define CAUSE_ECALL_M 11

#define MENVCFG_FIOM BIT(0)
#define MENVCFG_STCE BIT(63)

#define CSR_MISA          0x301u
#define CSR_MEDELEG       0x302u
#define CSR_MIDELEG       0x303u
#define CSR_MIE           0x304u
#define CSR_MTVEC         0x305u
#define CSR_MCOUNTEREN    0x306u
#define CSR_MENVCFG       0x30au
#define CSR_MCOUNTINHIBIT 0x320u
#define CSR_MHPMEVENT3    0x323u
#define CSR_MSCRATCH      0x340u
#define CSR_MEPC          0x341u
#define CSR_MCAUSE        0x342u
#define CSR_MTVAL         0x343u
#define CSR_MIP           0x344u
#define CSR_MTINST        0x34au
#define CSR_MTVAL2        0x34bu
#define CSR_PMPCFG0       0x3a0u
#define CSR_PMPADDR0      0x3b0u
#define CSR_MSECCFG       0x747u
#define CSR_MCYCLE        0xb00u
#define CSR_MINSTRET      0xb02u
#define CSR_MHPMCOUNTER3  0xb03u
#define CSR_MVENDORID     0xf11u
#define CSR_MARCHID       0xf12u
#define CSR_MIMPID        0xf13u
#define CSR_MHARTID       0xf14u
#define CSR_MCONFIGPTR    0xf15u

#define PMP_R     1u
#define PMP_W     2u
#define PMP_X     4u
#define PMP_RWX   7u
#define PMP_OFF   0u
#define PMP_TOR   (1u << 3)
#define PMP_NA4   (2u << 3)
#define PMP_NAPOT (3u << 3)
#define PMP_L     0x80u

#endif
