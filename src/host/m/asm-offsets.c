/* SPDX-License-Identifier: BSD-2-Clause */
/* Offsets for the assembly: compiled to assembly text, from which the build makes asm-offsets.h. */
#include "core/nacl.h"
#include "core/trace_area.h"
#include "core/vhart.h"

#define NEARBY 2032

#define DEFINE(name, value) __asm__ volatile("\n->" #name " %0" ::"i"(value))

void asm_offsets(void);
void asm_offsets(void)
{
    DEFINE(HART_X, offsetof(struct vhart, h.x));
    DEFINE(HART_PC, offsetof(struct vhart, h.pc));
    DEFINE(HART_PRV, offsetof(struct vhart, h.prv));
    DEFINE(VHART_WRITTEN, offsetof(struct vhart, written));
    DEFINE(PRIVILEGE_M, PRV_M);
    DEFINE(PRIVILEGE_S, PRV_S);
    DEFINE(CAUSE_ECALL_S, CAUSE_ECALL_HS);
    DEFINE(CAUSE_ILLEGAL_INSN, CAUSE_ILLEGAL);
    DEFINE(INSN_RDTIME, (int32_t)0xc0102073); /* rd = x0, sign-extended */
    DEFINE(SCOUNTEREN_TM, COUNTEREN_TM);
    DEFINE(VHART_MTIME, offsetof(struct vhart, mtime));
    DEFINE(VHART_TIME_ADDED, offsetof(struct vhart, time_added));
    DEFINE(VHART_QUICK, offsetof(struct vhart, quick));
    DEFINE(QUICK_BOTH, QUICK_TIME_AND_CSRS);
    DEFINE(VHART_FENCED, offsetof(struct vhart, fenced));
    DEFINE(VHART_LAST_RAW, offsetof(struct vhart, last_raw));
    DEFINE(VHART_LAST_PC, offsetof(struct vhart, last_pc));
    DEFINE(VHART_EXITS_TIME, offsetof(struct vhart, exits[EXIT_time]));
    DEFINE(VHART_EXITS_SRET_ENTER, offsetof(struct vhart, exits[EXIT_sret_enter]));
    DEFINE(VHART_EXITS_SFENCE, offsetof(struct vhart, exits[EXIT_sfence]));
    DEFINE(VHART_EXITS_CSR_H, offsetof(struct vhart, exits[EXIT_csr_h]));
    DEFINE(VHART_VS_DEADLINE, offsetof(struct vhart, vs.deadline));
    DEFINE(VHART_MARKER, offsetof(struct vhart, marker));
    DEFINE(VHART_HS_MEDELEG, offsetof(struct vhart, hs.medeleg));
    DEFINE(VHART_HVIP_WRITTEN, offsetof(struct vhart, hs.hvip));
    DEFINE(VHART_STATUS_WRITTEN, offsetof(struct vhart, hs.vsstatus));
#define WORD(name, word, mask)                                                                     \
    DEFINE(WORD_##name, offsetof(struct vhart, words.name));                                       \
    DEFINE(WORD_##name##_mask, offsetof(struct vhart, words.name##_mask));
    QUICK_WORDS(WORD)
#undef WORD
    /* Of the shadow, from where an offset can reach; entries of fenced[] are a power of two. */
    DEFINE(SHADOW_NEARBY, NEARBY);
    DEFINE(SHADOW_EXPECTED, offsetof(struct vhart, shadow.expected) - NEARBY);
    DEFINE(SHADOW_VMID, offsetof(struct vhart, shadow.vmid) - NEARBY);
    DEFINE(SHADOW_FENCED_KEY, offsetof(struct vhart, shadow.fenced[0].key) - NEARBY);
    DEFINE(SHADOW_FENCED_WAY, offsetof(struct vhart, shadow.fenced[0].way) - NEARBY);
    DEFINE(SHADOW_FENCED_LAST, SHADOW_FENCED - 1);
    DEFINE(SHADOW_FENCED_SHIFT, __builtin_ctzll(sizeof(struct shadow_fenced)));
    DEFINE(HSTATUS_VTVM_SHIFT, __builtin_ctzll(HSTATUS_VTVM));
    DEFINE(BITS_IRQS_VS, IRQS_VS);
    DEFINE(HSTATUS_BITS, HSTATUS_WRITABLE);
    DEFINE(HSTATUS_SPV_BIT, HSTATUS_SPV);
    DEFINE(STATUS_TSR_BIT, STATUS_TSR);
    DEFINE(STATUS_VISIBLE_BITS, STATUS_VISIBLE);
    DEFINE(STATUS_DIRTY, BIT(13) | BIT(9));
#define CSR(num, name, field, ...) DEFINE(CSR_AT_##name, offsetof(struct vhart, h.field));
#include "spec/csr.def"
#undef CSR
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
