/* SPDX-License-Identifier: BSD-2-Clause */
/* Accesses of Hearth's own that may trap, and the float registers, which nothing else in Hearth touches. */

/*
 * Each guarded access sets mtvec to the end of itself, so that a trap just goes on there. mstatus is put back, since the trap has
 * changed MPP; mepc is loaded again on the way out.
 */
.macro guarded insn
    lla t0, 9f
    csrrw t0, mtvec, t0
    csrr t1, mstatus
    li t2, 1
    \insn
    li t2, 0
    .balign 4
9:  csrw mstatus, t1
    csrw mtvec, t0
.endm

.macro sized op8, op4, op2, op1, done
    li t3, 4
    beq a1, t3, 4f
    bgtu a1, t3, 8f
    li t3, 2
    beq a1, t3, 2f
    guarded "\op1"
    j \done
2:  guarded "\op2"
    j \done
4:  guarded "\op4"
    j \done
8:  guarded "\op8"
.endm

    .section .text
    .globl m_mmio_load
m_mmio_load:
    li t4, 0
    sized "ld t4, 0(a0)", "lwu t4, 0(a0)", "lhu t4, 0(a0)", "lbu t4, 0(a0)", 1f
1:  sd t4, 0(a2)
    mv a0, t2
    ret

    .globl m_mmio_store
m_mmio_store:
    sized "sd a2, 0(a0)", "sw a2, 0(a0)", "sh a2, 0(a0)", "sb a2, 0(a0)", 1f
1:  mv a0, t2
    ret

/* To the a0th pair of instructions behind 1:. */
.macro to_slot
    slli a0, a0, 3
    lla t0, 1f
    add t0, t0, a0
    jr t0
.endm

    .option push
    .option arch, +f, +d
.macro float_table name, op
    .globl \name
\name:
    to_slot
    .option push
    .option norvc
1:
    .irp n, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31
    \op\n
    ret
    .endr
    .option pop
.endm

/* uint64_t host_freg_read(unsigned n) */
    float_table host_freg_read, "fmv.x.d a0, f"
/* void host_freg_write(unsigned n, uint64_t value) */
.macro fmv_to n
    fmv.d.x f\n, a1
.endm
    float_table host_freg_write, "fmv_to "
    .option pop

/* void host_block(unsigned op, void *ram) */
    .globl host_block
host_block:
    to_slot
    .option push
    .option norvc
1:  .irp op, 0, 1, 2, 3, 4
    .4byte 0x0005a00f | \op << 20 /* cbo.inval, clean, flush, none, zero (a1) */
    ret
    .endr
    .option pop

/* void m_vector_clear(void): VS is on. Four times eight registers of bytes. */
    .globl m_vector_clear
m_vector_clear:
    .4byte 0x0c3072d7 /* vsetvli t0, x0, e8, m8, ta, ma */
    .4byte 0x5e003057 /* vmv.v.i v0, 0 */
    .4byte 0x5e003457 /* v8 */
    .4byte 0x5e003857 /* v16 */
    .4byte 0x5e003c57 /* v24 */
    ret
