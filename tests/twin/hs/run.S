/* SPDX-License-Identifier: BSD-2-Clause */
/* The programs' place, what all modes may jump to, and the way in and out of programs in HS. */
.option arch, +h

.text
.balign 4096
.globl program
program:
    .skip 64
/* Behind every program in HS: what it may have bent is shown in registers and put back. */
.globl hs_end
hs_end:
.option push
.option norvc
    csrr x28, sstatus
    csrci sstatus, 2
    csrr x26, sscratch
    csrw sscratch, tp
    csrr x27, stvec
    csrw stvec, x29
.option pop
    la x30, hs_regs
    ld x30, 0(x30)
    .irp n, 5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28
    sd x\n, 8 * \n(x30)
    .endr
    ld ra, 0(sp)
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
    ld s\n, 8 + 8 * \n(sp)
    .endr
    addi sp, sp, 112
    ret

/* void hs_run(uint64_t x[32]): runs the program in the program with x5 to x25; x26, x27 and x28 then hold
 * sscratch, stvec and sstatus as it left them. */
.globl hs_run
hs_run:
    addi sp, sp, -112
    sd ra, 0(sp)
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
    sd s\n, 8 + 8 * \n(sp)
    .endr
    la t0, hs_regs
    sd a0, 0(t0)
    csrr x29, stvec
    mv x30, a0
    la x31, program
    .irp n, 5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25
    ld x\n, 8 * \n(x30)
    .endr
    jr x31

/* Traps, from whatever mode and entry: for VS-level returns. */
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

.bss
.balign 8
hs_regs:
    .skip 8
