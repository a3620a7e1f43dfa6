/* SPDX-License-Identifier: BSD-2-Clause */
/* Entry of all harts in M-mode (a0 = hart id, a1 = device tree), M's trap entry, and the switch
 * between M and what it runs below itself. In M tp always holds the hart's struct hart, and while
 * something runs below M mscratch does. */
#include "offsets.h"
#include "regs.inc"

.section .text.start, "ax"
.globl _start
_start:
    csrw mie, zero
    csrr t0, misa               /* a hart without S-mode is none of ours */
    li t1, 1 << 18
    and t0, t0, t1
    beqz t0, park
    la t0, boot_count
    li t1, 1
    amoadd.w.aqrl s0, t1, (t0)
    li t0, HARTS_MAX
    bgeu s0, t0, park
    bnez s0, 3f
    la t0, bss_start            /* the first to come */
    la t1, bss_end
1:  bgeu t0, t1, 2f
    sd zero, 0(t0)
    addi t0, t0, 8
    j 1b
2:  fence rw, rw
    la t0, bss_clear
    li t1, 1
    sw t1, 0(t0)
    j 4f
3:  la t0, bss_clear
    lw t0, 0(t0)
    beqz t0, 3b
    fence rw, rw
4:  la tp, harts
    li t0, HART_SIZE
    mul t0, t0, s0
    add tp, tp, t0
    la t0, stacks
    li t1, HART_STACK_SIZE
    addi t2, s0, 1
    mul t1, t1, t2
    add sp, t0, t1
    sd sp, HART_STACK_TOP(tp)
    sd a0, HART_HARTID(tp)
    la t0, trap_entry
    csrw mtvec, t0
    bnez s0, secondary_main
    j firmware_main
park:
    wfi
    j park

.data
.balign 4
boot_count: .word 0
bss_clear:  .word 0

.text
/* A trap of M itself: what a C function may change is kept on M's stack. */
.globl trap_entry
.balign 4
trap_entry:
    addi sp, sp, -128
    sd ra, 0(sp)
    .irp n, 0,1,2,3,4,5,6
    sd t\n, 8 + 8 * \n(sp)
    .endr
    .irp n, 0,1,2,3,4,5,6,7
    sd a\n, 64 + 8 * \n(sp)
    .endr
    call trap_from_m
    ld ra, 0(sp)
    .irp n, 0,1,2,3,4,5,6
    ld t\n, 8 + 8 * \n(sp)
    .endr
    .irp n, 0,1,2,3,4,5,6,7
    ld a\n, 64 + 8 * \n(sp)
    .endr
    addi sp, sp, 128
    mret

/* void lower_enter(void): hart->x holds the registers, mepc and mstatus are set, MIE is clear.
 * Comes back after the next trap into M. */
.globl lower_enter
.balign 4
lower_enter:
    each_saved sd, tp
    la t0, lower_leave
    csrrw t0, mtvec, t0
    sd t0, HART_HOST + 120(tp)
    csrw mscratch, tp
    mv x31, tp
    each_x1_x30 ld
    ld x31, HART_X + 8 * 31(x31)
    mret
.balign 4
lower_leave:
    csrrw x31, mscratch, x31
    each_x1_x30 sd
    mv tp, x31
    csrr t0, mscratch
    sd t0, HART_X + 8 * 31(tp)
    each_saved ld, tp
    ld t0, HART_HOST + 120(tp)
    csrw mtvec, t0
    ret

.bss
.balign 16
.globl stacks
stacks:
    .skip HART_STACK_SIZE * HARTS_MAX
