/* SPDX-License-Identifier: BSD-2-Clause */
/* Encodings of the instructions that tests build at run time. Registers are numbers. */
#ifndef GUEST_INSN_H
#define GUEST_INSN_H

#include <stdint.h>

enum reg {
    X0 = 0,
    RA = 1,
    SP = 2,
    GP = 3,
    TP = 4,
    T0 = 5,
    S0 = 8,
    S1 = 9,
    A0 = 10,
    A1 = 11,
    A2 = 12,
    A3 = 13,
    A4 = 14,
    A5 = 15,
    A6 = 16,
    A7 = 17,
};

#define INSN_R(op, f3, f7, rd, rs1, rs2)                                                           \
    ((uint32_t)(op) | (uint32_t)(rd) << 7 | (uint32_t)(f3) << 12 | (uint32_t)(rs1) << 15 |         \
     (uint32_t)(rs2) << 20 | (uint32_t)(f7) << 25)
#define INSN_I(op, f3, rd, rs1, imm)                                                               \
    ((uint32_t)(op) | (uint32_t)(rd) << 7 | (uint32_t)(f3) << 12 | (uint32_t)(rs1) << 15 |         \
     ((uint32_t)(imm)&0xfffu) << 20)
#define INSN_S(op, f3, rs1, rs2, imm)                                                              \
    INSN_R(op, f3, ((uint32_t)(imm) >> 5) & 0x7fu, (uint32_t)(imm)&0x1fu, rs1, rs2)

#define OP_LOAD     0x03u
#define OP_LOAD_FP  0x07u
#define OP_STORE    0x23u
#define OP_STORE_FP 0x27u
#define OP_AMO      0x2fu
#define OP_SYSTEM   0x73u

#define INSN_LOAD(f3, rd, rs1, imm)    INSN_I(OP_LOAD, f3, rd, rs1, imm)
#define INSN_STORE(f3, rs2, rs1, imm)  INSN_S(OP_STORE, f3, rs1, rs2, imm)
#define INSN_AMO(f5, f3, rd, rs1, rs2) INSN_R(OP_AMO, f3, (f5) << 2, rd, rs1, rs2)

#define INSN_CSRRW(rd, csr, rs1) INSN_I(OP_SYSTEM, 1, rd, rs1, csr)
#define INSN_CSRRS(rd, csr, rs1) INSN_I(OP_SYSTEM, 2, rd, rs1, csr)
#define INSN_CSRRC(rd, csr, rs1) INSN_I(OP_SYSTEM, 3, rd, rs1, csr)

#define INSN_ECALL  0x00000073u
#define INSN_EBREAK 0x00100073u
#define INSN_SRET   0x10200073u
#define INSN_MRET   0x30200073u
#define INSN_WFI    0x10500073u
#define INSN_NOP    0x00000013u
#define INSN_RET    0x00008067u
#define INSN_FENCEI 0x0000100fu

#define INSN_SFENCE_VMA(rs1, rs2)  INSN_R(OP_SYSTEM, 0, 0x09, 0, rs1, rs2)
#define INSN_HFENCE_VVMA(rs1, rs2) INSN_R(OP_SYSTEM, 0, 0x11, 0, rs1, rs2)
#define INSN_HFENCE_GVMA(rs1, rs2) INSN_R(OP_SYSTEM, 0, 0x31, 0, rs1, rs2)
#define INSN_HLV(f7, rs2, rd, rs1) INSN_R(OP_SYSTEM, 4, f7, rd, rs1, rs2)
#define INSN_HSV(f7, rs2, rs1)     INSN_R(OP_SYSTEM, 4, f7, 0, rs1, rs2)
#define INSN_HLV_B(rd, rs1)        INSN_HLV(0x30, 0, rd, rs1)
#define INSN_HLV_BU(rd, rs1)       INSN_HLV(0x30, 1, rd, rs1)
#define INSN_HLV_H(rd, rs1)        INSN_HLV(0x32, 0, rd, rs1)
#define INSN_HLV_HU(rd, rs1)       INSN_HLV(0x32, 1, rd, rs1)
#define INSN_HLVX_HU(rd, rs1)      INSN_HLV(0x32, 3, rd, rs1)
#define INSN_HLV_W(rd, rs1)        INSN_HLV(0x34, 0, rd, rs1)
#define INSN_HLV_WU(rd, rs1)       INSN_HLV(0x34, 1, rd, rs1)
#define INSN_HLVX_WU(rd, rs1)      INSN_HLV(0x34, 3, rd, rs1)
#define INSN_HLV_D(rd, rs1)        INSN_HLV(0x36, 0, rd, rs1)
#define INSN_HSV_B(rs2, rs1)       INSN_HSV(0x31, rs2, rs1)
#define INSN_HSV_H(rs2, rs1)       INSN_HSV(0x33, rs2, rs1)
#define INSN_HSV_W(rs2, rs1)       INSN_HSV(0x35, rs2, rs1)
#define INSN_HSV_D(rs2, rs1)       INSN_HSV(0x37, rs2, rs1)

/* The transformed form of a non-compressed memory access (hypervisor, "Transformed Instruction"):
 * immediates zero, rs1 replaced by the offset of the faulting byte. */
#define INSN_TRANSFORM_LOAD(insn, off)   (((insn)&0x00007fffu) | (uint32_t)(off) << 15)
#define INSN_TRANSFORM_STORE(insn, off)  (((insn)&0x01f0707fu) | (uint32_t)(off) << 15)
#define INSN_TRANSFORM_ATOMIC(insn, off) (((insn)&0xfff07fffu) | (uint32_t)(off) << 15)
#define INSN_TRANSFORM_HLV(insn, off)    (((insn)&0xfff07fffu) | (uint32_t)(off) << 15)

#endif
