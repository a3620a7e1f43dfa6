/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The way in and out. While a guest runs, mscratch holds the hart's struct vhart; while Hearth runs, tp does.
 * An exit saves the general registers and the pc, nothing else.
 */
#include "host/m/registers.inc"

    .option norvc /* trace.c writes over single words */

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
    .balign 8
    .option push
    .option rvc
    .option norelax
#include "host/m/csr_quick.inc"
    .option pop

    .balign 4
    .globl m_entry_code
m_entry_code:
.Lquick_leave:
    first ld
    csrrw tp, mscratch, tp
    mret

    .balign 4
    .globl m_entry
m_entry:
    csrrw tp, mscratch, tp
    first sd
    csrr t0, mcause
    addi t0, t0, -CAUSE_ILLEGAL_INSN
    beqz t0, .Lquick
    addi t0, t0, CAUSE_ILLEGAL_INSN - CAUSE_ECALL_S
    beqz t0, environment_call
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
    first ld
    others ld
    ld tp, HART_X + 8 * 4(tp)
    mret

/* Nothing has been done for HS's sret: it goes the way of all else, from where its registers have been saved. */
.Lsret_unusual:
    preserved sd
    csrr t1, mepc
    sd t1, HART_PC(tp)
    li t1, PRIVILEGE_S
    sb t1, HART_PRV(tp)
    csrr a1, mstatus
    handled m_illegal
    j .Lback

/*
 * An ECALL of a guest to HS needs no register but those that C code may change. Of those of HS the commonest is NACL's synchronized
 * sret, which needs none at all.
 */
environment_call:
    lbu t1, HART_V(tp)
    beqz t1, 1f
    others sd
    csrrw t0, mscratch, tp
    sd t0, HART_X + 8 * 4(tp)
    csrr t1, mepc
    sd t1, HART_PC(tp)
    ld sp, VHART_STACK(tp)
    mv a0, tp
    call m_leave_ecall
    j .Lback
1:  li t1, SBI_EXT_NACL
    bne a7, t1, entered
    addi t0, a6, -SBI_NACL_SYNC_SRET
    bnez t0, entered
    ld t0, VHART_NACL(tp)
    beqz t0, entered
    csrw mscratch, tp
    ld sp, VHART_STACK(tp)
    mv a0, tp
    call m_sync_sret

/* mtvec in a world with firmware: below it, and in virtual M, which is physical U. */
    .balign 4
    .globl m_entry_below
m_entry_below:
    csrrw tp, mscratch, tp
    first sd
    csrr t0, mcause
    addi t0, t0, -CAUSE_ILLEGAL_INSN
    beqz t0, .Lquick /* what is illegal is no different below firmware */
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
    first sd
    others sd
    preserved sd
    saved
    addi t2, t2, -3
    beqz t2, m_nested
    li t2, PRIVILEGE_M
    sb t2, HART_PRV(tp)
    handled m_trap_firmware
    j .Lback

/* What may be done with three registers. */
.Lquick:
    lb t1, VHART_QUICK(tp)
    bltz t1, csr_quick
    beqz t1, entered
/*
 * A guest that reads the time, which it does more often than anything else, needs three registers; HS, where the hart can't, too. illegal.c says why the
 * instruction is compared with the last one; where anything is unusual, all of this is done there.
 */
time_read:
    csrr t2, mtval
    sext.w t2, t2
    li t0, INSN_RDTIME
    xor t0, t0, t2          /* rd << 7, if it is one */
    slli t1, t0, 64 - 7
    bnez t1, .Lno_time_read
    srli t1, t0, 7 + 5
    bnez t1, .Lno_time_read
    csrr t1, mstatus
    slli t1, t1, 64 - 13
    srli t1, t1, 64 - 2
    bnez t1, 1f             /* not VU-mode */
    csrr t1, scounteren
    andi t1, t1, SCOUNTEREN_TM
    beqz t1, entered
1:  lw t1, VHART_LAST_RAW(tp)
    bne t1, t2, 2f
    csrr t2, mepc
    ld t1, VHART_LAST_PC(tp)
    bne t1, t2, entered
    j 3f
2:  sw t2, VHART_LAST_RAW(tp)
    csrr t2, mepc
    sd t2, VHART_LAST_PC(tp)
3:  addi t2, t2, 4
    csrw mepc, t2
    ld t2, VHART_EXITS_TIME(tp)
    addi t2, t2, 1
    sd t2, VHART_EXITS_TIME(tp)
    ld t1, VHART_MTIME(tp)
    bnez t1, 6f
    csrr t1, time
7:  ld t2, VHART_TIME_ADDED(tp)
    add t1, t1, t2
    srli t0, t0, 7 - 2
    .option push
    .option norelax
    go .Lrd_table, t0, t2
    .option pop
6:  ld t1, 0(t1)            /* the hart has no time, or firmware has moved the world's */
    j 7b
.Lno_time_read:
    lbu t1, HART_V(tp)
    bnez t1, sfence_quick
    lb t1, VHART_QUICK(tp)
    addi t1, t1, -QUICK_BOTH
    bnez t1, entered
    j csr_quick

/*
 * SFENCE.VMA of a guest with an address. Half of all that Linux does name what no shadow table has (shadow_sfence_idle()) and what isn't
 * expected to be filled now (shadow_expected()): those are done here. t2 is the instruction.
 */
sfence_quick:
    lw t1, WORD_sfence_mask(tp)
    lw t0, WORD_sfence(tp)
    and t1, t1, t2
    bne t1, t0, entered
    csrr t1, mstatus
    slli t1, t1, 63 - 11    /* MPP is U or S */
    bgez t1, entered
    ld t1, CSR_AT_hstatus(tp)
    slli t1, t1, 63 - HSTATUS_VTVM_SHIFT
    bltz t1, entered
    lw t1, VHART_LAST_RAW(tp)
    bne t1, t2, 1f
    csrr t0, mepc
    ld t1, VHART_LAST_PC(tp)
    bne t1, t0, entered
1:  srli t1, t2, 15 - 2
    andi t1, t1, 31 << 2
    beqz t1, entered        /* all addresses */
    .option push
    .option norelax
    go .Lrs1_table, t1, t0, t2
    .option pop
    sd a0, HART_X + 8 * 10(tp)
    sd a1, HART_X + 8 * 11(tp)
    addi a0, tp, SHADOW_NEARBY
    ld t0, SHADOW_EXPECTED(a0)
    mv a1, t1
    srli t2, t1, 12
    beq t0, t2, .Lsfence
    ld t2, SHADOW_VMID(a0)
    srli t0, t1, 21
    or t2, t2, t0
    andi t0, t0, SHADOW_FENCED_LAST
    slli t0, t0, SHADOW_FENCED_SHIFT
    add a0, a0, t0
    ld t0, SHADOW_FENCED_KEY(a0)
    bne t0, t2, .Lsfence
    slli t1, t1, 64 - 21
    srli t1, t1, 64 - 21 + 12
    slli t1, t1, 3          /* of the entry in a table of 4 KiB entries */
2:  ld t0, SHADOW_FENCED_WAY(a0)
    beqz t0, 3f
    srli t0, t0, 12         /* but for the root */
    slli t0, t0, 12
    add t0, t0, t1
    ld t0, 0(t0)
    addi a0, a0, 8
    beqz t0, 2b
/* Otherwise it is at least certain what it is, and what its operands are. */
.Lsfence:
    sd a1, VHART_FENCED(tp)
    ld a0, HART_X + 8 * 10(tp)
    ld a1, HART_X + 8 * 11(tp)
    csrr t0, mtval
    sw t0, VHART_LAST_RAW(tp)
    srli t1, t0, 20 - 2     /* rs2 */
    andi t1, t1, 31 << 2
    .option push
    .option norelax
    go .Lrs1_table, t1, t0, t2
    .option pop
    others sd
    csrrw t0, mscratch, tp
    sd t0, HART_X + 8 * 4(tp)
    csrr t2, mepc
    sd t2, VHART_LAST_PC(tp)
    sd t2, HART_PC(tp)
    li t2, PRIVILEGE_S
    sb t2, HART_PRV(tp)
    ld sp, VHART_STACK(tp)
    mv a0, tp
    ld a1, VHART_FENCED(tp)
    mv a2, t1
    call m_sfence
    j .Lback
3:  ld a0, HART_X + 8 * 10(tp)
    ld a1, HART_X + 8 * 11(tp)
    csrr t0, mtval
    sw t0, VHART_LAST_RAW(tp)
    csrr t0, mepc
    sd t0, VHART_LAST_PC(tp)
    addi t0, t0, 4
    csrw mepc, t0
    ld t0, VHART_EXITS_SFENCE(tp)
    addi t0, t0, 1
    sd t0, VHART_EXITS_SFENCE(tp)
    j .Lquick_leave

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
