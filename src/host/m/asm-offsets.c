/* SPDX-License-Identifier: BSD-2-Clause */
/* Offsets for the assembly: compiled to assembly text, from which the build makes asm-offsets.h. */
#include "core/nacl.h"
#include "core/trace_area.h"
#include "core/vhart.h"

#define DEFINE(name, value) __asm__ volatile("\n->" #name " %0" ::"i"(value))

void asm_offsets(void);
void asm_offsets(void)
{
    DEFINE(HART_X, offsetof(struct vhart, h.x));
    DEFINE(HART_PC, offsetof(struct vhart, h.pc));
    DEFINE(HART_PRV, offsetof(struct vhart, h.prv));
    DEFINE(VHART_WRITTEN, offsetof(struct vhart, written));
    DEFINE(PRIVILEGE_M, PRV_M);
    DEFINE(CAUSE_ECALL_S, CAUSE_ECALL_HS);
    DEFINE(CAUSE_ILLEGAL_INSN, CAUSE_ILLEGAL);
    DEFINE(INSN_RDTIME, (int32_t)0xc0102073); /* rd = x0, sign-extended */
    DEFINE(SCOUNTEREN_TM, COUNTEREN_TM);
    DEFINE(VHART_MTIME, offsetof(struct vhart, mtime));
    DEFINE(VHART_TIME_ADDED, offsetof(struct vhart, time_added));
    DEFINE(VHART_READS_TIME, offsetof(struct vhart, reads_time));
    DEFINE(VHART_LAST_RAW, offsetof(struct vhart, last_raw));
    DEFINE(VHART_LAST_PC, offsetof(struct vhart, last_pc));
    DEFINE(VHART_EXITS_TIME, offsetof(struct vhart, exits[EXIT_time]));
    DEFINE(SBI_EXT_NACL, NACL_EID);
    DEFINE(SBI_NACL_SYNC_SRET, NACL_SYNC_SRET);
    DEFINE(VHART_NACL, offsetof(struct vhart, nacl));
    DEFINE(VHART_STACK, offsetof(struct vhart, stack));
    DEFINE(HART_V, offsetof(struct vhart, h.v));
    DEFINE(VHART_TRACE, offsetof(struct vhart, trace));
    DEFINE(TRACE_INSTRET, offsetof(struct trace_hart, instret));
    DEFINE(TRACE_MEPC, offsetof(struct trace_hart, mepc));
    DEFINE(TRACE_MCAUSE, offsetof(struct trace_hart, mcause));
    DEFINE(TRACE_MSTATUS, offsetof(struct trace_hart, mstatus));
    DEFINE(TRACE_V, offsetof(struct trace_hart, v));
    DEFINE(TRACE_NOTED, TRACE_EXIT);
    DEFINE(TRACE_NOTED_FIRMWARE, TRACE_EXIT_FIRMWARE);
    DEFINE(TRACE_INSIDE, offsetof(struct trace_hart, inside));
}
