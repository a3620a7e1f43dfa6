/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bool answers_read(uintptr_t at, unsigned width, uint32_t *value): reads 1 or 4 bytes of a device that may not be there. False if
 * the bus refuses. Only while booting: mepc, mcause and mtval are lost.
 */
    .text
    .balign 4
    .globl answers_read
answers_read:
    mv t1, a0
    li a0, 0
    lla t0, 2f
    csrrw t0, mtvec, t0
    addi a1, a1, -1
    beqz a1, 1f
    lw t2, (t1)
    sw t2, (a2)
    li a0, 1
    j 2f
1:  lbu t2, (t1)
    sw t2, (a2)
    li a0, 1
    .balign 4
2:  csrw mtvec, t0
    ret
