/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Entry of all harts, from ROM or a loader: a0 = hart id, a1 = device tree, a2 = fw_dynamic's info block or nothing of use.
 * The first hart to take boot_lottery runs boot_cold(); the others wait at the gate and then run boot_warm() on the stacks
 * that boot_cold() gave them. A hart without S-mode, or one that the info block doesn't prefer, takes the lottery only
 * if nobody else has done so for a while: so that someone says what is wrong. If it finds that there are others, it steps back.
 */
#include "boot/layout.h"

#define MISA_S (1 << 18)

    .section .text.start, "ax"
    .globl _start
_start:
    csrw mie, zero
    csrci mstatus, 8
    li s3, 0
    li s4, 0
    li s5, 0
    csrr t0, misa
    beqz t0, 1f
    li t1, MISA_S
    and t0, t0, t1
    bnez t0, 1f
    li s3, BOOT_PATIENCE_NO_S
    li s5, 1

    /* Whom does the info block prefer? It may not be there at all: a fault means no. */
1:  lla t0, 2f
    csrw mtvec, t0
    beqz a2, 2f
    andi t0, a2, 7
    bnez t0, 2f
    ld t0, INFO_MAGIC_OFFSET(a2)
    li t1, INFO_MAGIC
    bne t0, t1, 2f
    mv s4, a2
    ld t0, INFO_VERSION_OFFSET(a2)
    li t1, 2
    bltu t0, t1, 2f
    ld t0, INFO_BOOT_HART_OFFSET(a2)
    li t1, -1
    beq t0, t1, 2f
    beq t0, a0, 2f
    bnez s3, 2f
    li s3, BOOT_PATIENCE

    .balign 4
2:  lla t0, boot_trap
    csrw mtvec, t0
.Ltake:
    lla t0, boot_lottery
3:  lw t1, (t0)
    bnez t1, .Lwait
    addi s3, s3, -1
    bgez s3, 3b
    li t1, 1
    amoswap.w.aqrl t1, t1, (t0)
    bnez t1, .Lwait

    /* The boot hart, once: even if it hands the lottery on. */
    lla t0, boot_prepared
    lw t1, (t0)
    bnez t1, 5f
    li t1, 1
    sw t1, (t0)
.Lprepare:
    lla t0, bss_start
    lla t1, bss_end
4:  bgeu t0, t1, .Lrelocate
    sd zero, (t0)
    addi t0, t0, 8
    j 4b

    /* Loaded elsewhere than linked, or copied: the pointers in the image are off by as much. */
.Lrelocate:
    lla t0, image_start
    lla t2, boot_base
    ld t1, (t2)
    sd t0, (t2)
    sub t1, t0, t1
    beqz t1, 5f
    lla t2, reloc_offset
    lla t3, reloc_count
    lwu t3, (t3)
11: beqz t3, 5f
    lwu t4, (t2)
    add t4, t4, t0
    ld t5, (t4)
    add t5, t5, t1
    sd t5, (t4)
    addi t2, t2, 4
    addi t3, t3, -1
    j 11b

5:  lla sp, boot_stack_top
    li s0, 0
    li tp, 0
    mv a2, s4
    call boot_cold

    .globl boot_park
boot_park:
    csrw mie, zero
6:  wfi
    j 6b

.Lwait:
    lla t0, boot_gate
    li t2, GATE_GO
7:  .word 0x0100000f /* pause */
    lw t1, (t0)
    bnez t1, 8f
    lla t1, boot_lottery
    lw t1, (t1)
    bnez t1, 7b
    beqz s5, .Ltake /* who took it has stepped back */
    j 7b
8:  fence r, rw
    li t3, GATE_MOVE
    beq t1, t3, .Lfollow
    bne t1, t2, boot_park

    /* Which of the harts is this one? A hart that is not listed is none of ours. */
    lla t0, boot_harts
    lwu t0, (t0)
    lla t1, boot_hartid
    lla t2, boot_stack
9:  beqz t0, boot_park
    ld t3, (t1)
    beq t3, a0, 10f
    addi t1, t1, 8
    addi t2, t2, 8
    addi t0, t0, -1
    j 9b
10: ld sp, (t2)
    li s0, 0
    li tp, 0
    call boot_warm
    j boot_park

    /* To where Hearth is now. From boot_arrivals on nothing is read any more where it was. */
.Lfollow:
    fence.i
    lla t0, boot_moved_to
    ld t0, (t0)
    jr t0
.Lmoved:
    lla t0, boot_trap
    csrw mtvec, t0
    lla t0, boot_arrivals
    li t1, 1
    amoadd.w.aqrl zero, t1, (t0)
    j .Lwait

/* _Noreturn void boot_move(uint64_t hartid, void *fdt, const uint64_t *info, uint64_t offset) */
    .globl boot_move
boot_move:
    mv s4, a2
    lla t0, .Lmoved
    add t0, t0, a3
    lla t1, boot_moved_to
    sd t0, (t1)
    lla t0, boot_gate
    li t1, GATE_MOVE
    fence rw, rw
    amoswap.w.rl zero, t1, (t0)
    fence.i
    lla t0, .Lmoved_first
    add t0, t0, a3
    jr t0
.Lmoved_first:
    lla t0, boot_trap
    csrw mtvec, t0
    j .Lprepare

/* _Noreturn void boot_step_back(uint64_t hartid) */
    .globl boot_step_back
boot_step_back:
    li s5, 1
    lla t0, boot_lottery
    fence rw, w
    sw zero, (t0)
    j .Lwait

/* _Noreturn void boot_on_stack(uint64_t sp, void (*then)(void)): goes on with then() on another stack. */
    .text
    .globl boot_on_stack
boot_on_stack:
    mv sp, a0
    li s0, 0
    jalr a1
    j boot_park

/* A trap before the host has its own vector. x and pc go to boot_trapped() as an array of 33. */
    .balign 4
    .globl boot_trap
boot_trap:
    addi sp, sp, -272
    .irp n, 0,1,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31
    sd x\n, 8 * \n(sp)
    .endr
    addi t0, sp, 272
    sd t0, 16(sp)
    csrr t0, mepc
    sd t0, 256(sp)
    mv a0, sp
    csrr a1, mcause
    csrr a2, mtval
    call boot_trapped
    j boot_park

    .data
    .balign 8
    .globl boot_lottery, boot_gate, boot_arrivals
boot_base: /* what the pointers in the image are right for */
    .dword LINK_BASE
boot_moved_to:
    .dword 0
boot_lottery:
    .word 0
boot_prepared:
    .word 0
boot_gate:
    .word GATE_WAIT
boot_arrivals:
    .word 0

    .bss
    .balign 16
    .skip BOOT_STACK
boot_stack_top:
