/* SPDX-License-Identifier: BSD-2-Clause */
/* Entry of all harts, trap entry, and the switch between HS and what it runs below itself.
 * In HS tp and sscratch always hold the hart's struct hart. */
#include "offsets.h"
#include "regs.inc"

#define SSTATUS_SPP 0x100
#define HSTATUS_SPV 0x80
#define HSTATUS_GVA 0x40

.option arch, +h

.section .text.start, "ax"
.globl _start
_start:
    csrw sie, zero
    la t0, bss_start
    la t1, bss_end
1:  bgeu t0, t1, 2f
    sd zero, 0(t0)
    addi t0, t0, 8
    j 1b
2:  la tp, harts
    la t0, stacks
    li t1, HART_STACK_SIZE
    add sp, t0, t1
    sd sp, HART_STACK_TOP(tp)
    sd a0, HART_HARTID(tp)
    j guest_main

.text
/* HSM starts a hart here: a0 = hart id, a1 = its struct hart. */
.globl secondary_start
.balign 4
secondary_start:
    mv tp, a1
    ld sp, HART_STACK_TOP(tp)
    call hart_init
    ld t0, HART_ENTRY(tp)
    jalr t0
1:  wfi
    j 1b

.globl trap_entry
.balign 4
trap_entry:
    csrrw x31, sscratch, x31
    each_x1_x30 sd
    mv tp, x31
    csrrw t0, sscratch, x31
    sd t0, HART_X + 8 * 31(tp)
    csrr t0, scause
    sd t0, HART_SCAUSE(tp)
    csrr t0, stval
    sd t0, HART_STVAL(tp)
    csrr t0, htval
    sd t0, HART_HTVAL(tp)
    csrr t0, htinst
    sd t0, HART_HTINST(tp)
    csrr t0, sepc
    sd t0, HART_SEPC(tp)
    csrr t0, hstatus
    sd t0, HART_HSTATUS(tp)
    csrr t0, sstatus
    sd t0, HART_SSTATUS(tp)
    ld t0, HART_IN_GUEST(tp)
    bnez t0, guest_leave
    la t0, trap_from_hs
    jalr t0
    ld t0, HART_SEPC(tp)
    csrw sepc, t0
    li t0, SSTATUS_SPP
    csrs sstatus, t0
    li t0, HSTATUS_SPV
    csrc hstatus, t0
    mv x31, tp
    each_x1_x30 ld
    ld x31, HART_X + 8 * 31(x31)
    sret

/* void guest_enter(void): hart->x holds the guest's registers, sepc and the status registers are
 * set, SIE is clear. Comes back after the guest's trap. */
.globl guest_enter
.balign 4
guest_enter:
    each_saved sd, tp
    li t0, 1
    sd t0, HART_IN_GUEST(tp)
    mv x31, tp
    each_x1_x30 ld
    ld x31, HART_X + 8 * 31(x31)
    sret
guest_leave:
    sd zero, HART_IN_GUEST(tp)
    each_saved ld, tp
    li a0, 0
    ret

/* long nacl_enter(void): the same by NACL's sync_sret; the guest's registers are in the shared memory. 0, or SBI's error. */
.globl nacl_enter
.balign 4
nacl_enter:
    each_saved sd, tp
    li t0, 1
    sd t0, HART_IN_GUEST(tp)
    li a7, 0x4e41434c
    li a6, 4
    ecall
    sd zero, HART_IN_GUEST(tp)
    ret

.bss
.balign 16
.globl stacks
stacks:
    .skip HART_STACK_SIZE * 8
