/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way in and out. While a guest runs, mscratch holds the hart's struct vhart; while Hearth runs, tp does.
 * An exit saves the general registers and the pc, nothing else.
 */
#include "asm-offsets.h"

    .option norvc /* trace.c writes over single words */

/* What C code preserves: saved at every exit, since it may be looked at, but loaded again only if it was written. */
.macro preserved op
    \op x3, HART_X + 8 * 3(tp)
    \op x8, HART_X + 8 * 8(tp)
    \op x9, HART_X + 8 * 9(tp)
    \op x18, HART_X + 8 * 18(tp)
    \op x19, HART_X + 8 * 19(tp)
    \op x20, HART_X + 8 * 20(tp)
    \op x21, HART_X + 8 * 21(tp)
    \op x22, HART_X + 8 * 22(tp)
    \op x23, HART_X + 8 * 23(tp)
    \op x24, HART_X + 8 * 24(tp)
    \op x25, HART_X + 8 * 25(tp)
    \op x26, HART_X + 8 * 26(tp)
    \op x27, HART_X + 8 * 27(tp)
.endm

.macro others op
    \op x1, HART_X + 8 * 1(tp)
    \op x2, HART_X + 8 * 2(tp)
    \op x5, HART_X + 8 * 5(tp)
    \op x6, HART_X + 8 * 6(tp)
    \op x7, HART_X + 8 * 7(tp)
    \op x10, HART_X + 8 * 10(tp)
    \op x11, HART_X + 8 * 11(tp)
    \op x12, HART_X + 8 * 12(tp)
    \op x13, HART_X + 8 * 13(tp)
    \op x14, HART_X + 8 * 14(tp)
    \op x15, HART_X + 8 * 15(tp)
    \op x16, HART_X + 8 * 16(tp)
    \op x17, HART_X + 8 * 17(tp)
    \op x28, HART_X + 8 * 28(tp)
    \op x29, HART_X + 8 * 29(tp)
    \op x30, HART_X + 8 * 30(tp)
    \op x31, HART_X + 8 * 31(tp)
.endm

/* Where t0 is the caller's tp: the rest of the state, prv by what the macro's user puts into t2 of mstatus in a2. */
.macro saved
    csrrw t0, mscratch, tp
    sd t0, HART_X + 8 * 4(tp)
    csrr t1, mepc
    sd t1, HART_PC(tp)
    csrr a1, mcause
    csrr a2, mstatus
    srli t2, a2, 11
    andi t2, t2, 3
.endm

.macro handled by
    ld sp, VHART_STACK(tp)
    mv a0, tp
    call \by
    lbu t0, VHART_WRITTEN(tp)
    bnez t0, m_return
.endm

    .section .text
    .balign 4
    .globl m_entry_code
m_entry_code:
    .globl m_entry
m_entry:
    csrrw tp, mscratch, tp
entered:
    others sd
    preserved sd
    saved
    sb t2, HART_PRV(tp)
    addi t2, t2, -3
    beqz t2, m_nested
    handled m_trap
.Lback:
    ld t1, HART_PC(tp)
    csrw mepc, t1
load_others:
    others ld
    ld tp, HART_X + 8 * 4(tp)
    mret

/* mtvec in a world with firmware: below it, and in virtual M, which is physical U. */
    .balign 4
    .globl m_entry_below
m_entry_below:
    csrrw tp, mscratch, tp
    others sd
    preserved sd
    saved
    sb t2, HART_PRV(tp)
    addi t2, t2, -3
    beqz t2, m_nested
    handled m_trap_below
    j .Lback

    .balign 4
    .globl m_entry_firmware
m_entry_firmware:
    csrrw tp, mscratch, tp
    others sd
    preserved sd
    saved
    addi t2, t2, -3
    beqz t2, m_nested
    li t2, PRIVILEGE_M
    sb t2, HART_PRV(tp)
    handled m_trap_firmware
    j .Lback

    .globl m_return
m_return:
    sb x0, VHART_WRITTEN(tp)
    preserved ld
    j .Lback

/* noreturn: leaves for the guest the first time; a0 = struct vhart, whose stack is set. */
    .globl m_launch
m_launch:
    mv tp, a0
    csrw mscratch, tp
    ld sp, VHART_STACK(tp)
    j m_return

/*
 * mtvec while HS runs and has NACL's shared memory: a synchronized sret needs no register of the caller's. Should HS give the
 * memory back, this goes on as m_entry does; while a guest runs there is none of it, or mtvec is m_entry.
 */
    .balign 4
    .globl m_entry_nacl
m_entry_nacl:
    csrrw tp, mscratch, tp
    sd t0, HART_X + 8 * 5(tp)
    sd t1, HART_X + 8 * 6(tp)
    csrr t0, mcause
    addi t0, t0, -CAUSE_ECALL_S
    bnez t0, 1f
    li t1, SBI_EXT_NACL
    bne a7, t1, 1f
    addi t0, a6, -SBI_NACL_SYNC_SRET
    bnez t0, 1f
    ld t0, VHART_NACL(tp)
    beqz t0, 1f
    csrw mscratch, tp
    ld sp, VHART_STACK(tp)
    mv a0, tp
    call m_sync_sret
1:  ld t0, HART_X + 8 * 5(tp)
    ld t1, HART_X + 8 * 6(tp)
    j entered

/* noreturn: leaves for the guest with registers from elsewhere; a0 = struct vhart, a1 = where x0 would be. */
    .globl m_resume
m_resume:
    ld t1, HART_PC(a0)
    csrw mepc, t1
    addi tp, a1, -HART_X
    preserved ld
    j load_others

/* A trap in Hearth itself: a broken invariant. The registers of the guest are gone; x[] holds Hearth's own. */
m_nested:
    mv a0, tp
    call m_broken

/*
 * int64_t m_load_half(uint64_t va, uint64_t mstatus_bits): the 16 bits at va as the interrupted mode sees them (the bits are
 * set in mstatus around the load: MPRV, MXR), or -1 if the load traps. The trap would overwrite mepc, mcause, mtval and
 * mstatus.MPP: the caller has taken what it needs, and mstatus is put back here.
 */
    .balign 4
    .globl m_load_half
m_load_half:
    lla t0, 1f
    csrrw t0, mtvec, t0
    csrr t1, mstatus
    li t2, -1
    csrs mstatus, a1
    lhu t2, 0(a0)
    .balign 4
1:  csrw mstatus, t1
    csrw mtvec, t0
    mv a0, t2
    ret

    .globl m_entry_end
m_entry_end:
