/* SPDX-License-Identifier: BSD-2-Clause */
/* setjmp and longjmp (jump.h). */
.text
.globl jump_set
jump_set:
    sd ra, 0(a0)
    sd sp, 8(a0)
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
    sd s\n, 16 + 8 * \n(a0)
    .endr
    li a0, 0
    ret

.globl jump_to
jump_to:
    ld ra, 0(a0)
    ld sp, 8(a0)
    .irp n, 0,1,2,3,4,5,6,7,8,9,10,11
    ld s\n, 16 + 8 * \n(a0)
    .endr
    mv a0, a1
    ret
