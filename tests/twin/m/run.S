/* SPDX-License-Identifier: BSD-2-Clause */
/* The programs' place, what lower modes may jump to, and the way in and out of programs in M. Below
 * it, to the image's beginning, memory is closed to all but M (top.c). */
.data
.balign 0x40000
.globl program
program:
    .skip 64
/* Behind every program in M: what it may have bent is shown in registers and put back, the stack and
 * all, for it may have jumped into memory that programs write. */
m_end:
.option push
.option norvc
    lui x30, 0x20 /* mstatus.MPRV */
    csrrc x28, mstatus, x30
    csrci mstatus, 8
    csrr x26, mscratch
    csrr x27, mtvec
.option pop
    la x30, m_regs
    ld sp, 8(x30)
    ld tp, 16(x30)
    ld x31, 32(x30)
    csrw mtvec, x31
    ld x30, 0(x30)
    .irp n, 5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28
    sd x\n, 8 * \n(x30)
    .endr
    ld ra, 0(sp)
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
    ld s\n, 8 + 8 * \n(sp)
    .endr
    addi sp, sp, 112
    la a0, m_regs
    ld a0, 24(a0)
    ret

/* Traps, from whatever mode and entry: where mret and sret lead to. */
.balign 64
.globl stub
stub:
.option push
.option norvc
    .rept 8
    ebreak
    ecall
    .endr
.option pop

/* For stvec and vstvec: a trap taken there comes to M as an ECALL. */
.balign 256
.globl hs_vector
hs_vector:
    .rept 64
    .word 0x00000073
    .endr
.globl vs_vector
vs_vector:
    .rept 64
    .word 0x00000073
    .endr

.text
/* Where it traps to, or what it led to by mret and sret. */
.balign 4
m_trap:
    lui x30, 0x20
    csrrc x31, mstatus, x30
    la x30, m_regs
    sd x31, 24(x30)
    j m_end

/* uint64_t m_run(uint64_t x[32], uint64_t mstatus): runs the program with x5 to x25 under mstatus; x26, x27 and
 * x28 then hold mscratch, mtvec and mstatus as it left them. Returns mstatus after the trap, or 0. */
.globl m_run
m_run:
    addi sp, sp, -112
    sd ra, 0(sp)
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
    sd s\n, 8 + 8 * \n(sp)
    .endr
    la t0, m_regs
    sd a0, 0(t0)
    sd sp, 8(t0)
    sd tp, 16(t0)
    sd zero, 24(t0)
    la t1, m_trap
    csrrw t1, mtvec, t1
    sd t1, 32(t0)
    mv x30, a0
    mv x28, a1
    la x31, program
    .irp n, 5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25
    ld x\n, 8 * \n(x30)
    .endr
    .irp n, 1,2,4,26,27,29,30 /* what it may find and execute is to reach nothing by them */
    li x\n, 0
    .endr
    csrw mstatus, x28
    jr x31

.bss
.balign 8
m_regs: /* x, sp, tp, mstatus after a trap, mtvec */
    .skip 40
