/* SPDX-License-Identifier: BSD-2-Clause */
/* Entry of hart 0 (a0 hart, a1 device tree), and of harts started through HSM (a1 = their stack). */
    .section .text.start, "ax"
    .globl _start
_start:
    la      sp, stack_top
    la      t0, trap
    csrw    stvec, t0
    call    guest_main
    j       guest_end

    .globl hart_entry
hart_entry:
    mv      sp, a1
    la      t0, trap
    csrw    stvec, t0
    call    hart_main
1:  wfi
    j       1b

    .bss
    .balign 16
    .space  16384
stack_top:
