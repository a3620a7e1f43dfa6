/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tracing's part of the way in and out. While it is on, the first instruction of every entry of entry.S, and every mret
 * there, are jumps to here (trace.c). The instructions of this file are taken off what an exit is
 * reported to take: `norelax` lets the assembler count them.
 */
#include "host/m/registers.inc"

    .option norvc
    .option norelax

/* The replaced instruction, then a note of the exit. */
.macro enter back, inside
    csrrw tp, mscratch, tp
    sd t0, HART_X + 8 * 5(tp)
    sd t1, HART_X + 8 * 6(tp)
    ld t0, VHART_TRACE(tp)
10: csrr t1, minstret
    sd t1, TRACE_INSTRET(t0)
    csrr t1, mepc
    sd t1, TRACE_MEPC(t0)
    csrr t1, mcause
    sd t1, TRACE_MCAUSE(t0)
    csrr t1, mstatus
    sd t1, TRACE_MSTATUS(t0)
    lbu t1, HART_V(tp)
    sb t1, TRACE_V(t0)
    li t1, \inside
    sb t1, TRACE_INSIDE(t0)
    ld t1, HART_X + 8 * 6(tp)
    ld t0, HART_X + 8 * 5(tp)
    j \back + 4
11:
.endm

    .section .text
    .balign 4
    .globl m_trace_enter
m_trace_enter:
    enter m_entry, TRACE_NOTED

    .globl m_trace_enter_below
m_trace_enter_below:
    enter m_entry_below, TRACE_NOTED

    .globl m_trace_enter_firmware
m_trace_enter_firmware:
    enter m_entry_firmware, TRACE_NOTED_FIRMWARE

/* In place of mret: the guest's registers are loaded. */
    .globl m_trace_leave
m_trace_leave:
    csrrw tp, mscratch, tp
    first sd
    others sd
20: csrr a1, minstret
    csrrw t0, mscratch, tp
    sd t0, HART_X + 8 * 4(tp)
    ld sp, VHART_STACK(tp)
    mv a0, tp
    call m_trace_left
    first ld
    others ld
    ld tp, HART_X + 8 * 4(tp)
    mret

/* From one reading of minstret to the other there are: instructions of `enter`, the exit without its first one and with its last
 * (the jump to m_trace_leave stands for mret), and instructions of m_trace_leave. This many are too many. */
    .section .rodata
    .balign 4
    .globl m_trace_own
m_trace_own:
    .word (11b - 10b) / 4 + (20b - m_trace_leave) / 4 - 1
