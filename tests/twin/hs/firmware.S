/* SPDX-License-Identifier: BSD-2-Clause */
/* The least firmware for a machine with H: everything that S-mode may have is delegated to it, so
 * that what the program sees is the hardware's own doing. One hart; the SBI calls are those that the
 * program makes. */
#define UART  0x10000000
#define TEST  0x00100000
#define CLINT 0x02000000

.option norvc
.section .text.start, "ax"
.globl _start
_start:
    la t0, trap
    csrw mtvec, t0
    la t0, save
    csrw mscratch, t0
    csrw mie, zero
    li t0, CLINT + 0x4000
    li t1, -1
    sd t1, 0(t0)
    /* The firmware's memory, 256 KiB from 0x80000000, is closed, as Hearth's is; all else is open. */
    li t0, (0x80000000 >> 2) | ((0x40000 >> 3) - 1)
    csrw pmpaddr0, t0
    li t0, -1
    csrw pmpaddr1, t0
    li t0, 0x1f18
    csrw pmpcfg0, t0
    li t0, -1
    csrw mideleg, t0
    csrw mcounteren, t0
    andi t0, t0, -2
    csrw 0x30a, t0 /* menvcfg: all but FIOM, and ADUE */
    li t0, 1
    slli t0, t0, 61
    csrc 0x30a, t0
    li t0, ~(1 << 9)
    csrw medeleg, t0
    li t0, 0x1800
    csrc mstatus, t0
    li t0, 0x800
    csrs mstatus, t0
    li t0, 0x80200000
    csrw mepc, t0
    mret

.balign 4
trap:
    csrrw t6, mscratch, t6
    sd t0, 0(t6)
    sd t1, 8(t6)
    csrr t0, mcause
    bltz t0, timer
    li t1, 9
    bne t0, t1, broken
    csrr t0, mepc
    addi t0, t0, 4
    csrw mepc, t0
    li t0, 0x4442434e /* DBCN: write */
    beq a7, t0, console
    li t0, 0x54494d45 /* TIME: set */
    beq a7, t0, set_timer
    li t0, 0x46574654 /* FWFT: set PTE_AD_HW_UPDATING */
    beq a7, t0, set_adue
    li t0, 0x53525354 /* SRST: shut down */
    beq a7, t0, shutdown
    li a0, -2
    li a1, 0
leave:
    ld t0, 0(t6)
    ld t1, 8(t6)
    csrrw t6, mscratch, t6
    mret

console:
    sd a0, 16(t6)
1:  beqz a0, 3f
    lbu t0, 0(a1)
2:  li t1, UART
    lbu t1, 5(t1)
    andi t1, t1, 0x20
    beqz t1, 2b
    li t1, UART
    sb t0, 0(t1)
    addi a1, a1, 1
    addi a0, a0, -1
    j 1b
3:  ld a1, 16(t6)
    j leave

/* The machine's timer, so that it works without Sstc; with it, STIP is stimecmp's. */
set_timer:
    csrr t0, 0x30a
    bgez t0, 1f
    csrw 0x14d, a0
    j 2f
1:  li t0, CLINT + 0x4000
    sd a0, 0(t0)
    li t0, 0x20
    csrc mip, t0
    li t0, 0x80
    csrs mie, t0
2:  li a0, 0
    j leave
timer:
    li t0, 0x80
    csrc mie, t0
    li t0, 0x20
    csrs mip, t0
    j leave

set_adue:
    li t0, 1
    slli t0, t0, 61
    csrc 0x30a, t0
    beqz a1, 2b
    csrs 0x30a, t0
    j 2b

shutdown:
    li t0, TEST
    li t1, 0x5555
    beqz a1, 1f
    li t1, 0x13333
1:  sw t1, 0(t0)
broken:
    wfi
    j broken

.balign 8
save:
    .skip 24
