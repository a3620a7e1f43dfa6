/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Tracing is switched on by writing jumps over the first instructions of the entries and over every
 * mret of entry.S, and off by writing back what was there: off, the way in and out is what it is
 * without tracing, to the instruction. Each is one aligned word of 32 bits: a hart runs the old or
 * the new one, and both are right (an exit that was noted at only one end is dropped).
 */
#include "core/trace.h"
#include "host/m/firmware.h"
#include "host/m/m.h"
#include "lib/panic.h"

#define INSN_MRET  UINT32_C(0x30200073)
#define INSN_ENTRY UINT32_C(0x34021273) /* csrrw tp, mscratch, tp */
#define INSN_J     UINT32_C(0x6f)
#define MRETS_MAX  8
#define INSTRET    BIT(2)

/* entry.S and trace_entry.S */
extern uint32_t m_entry_code[], m_entry_end[];
void m_trace_enter(void);
void m_trace_enter_below(void);
void m_trace_enter_firmware(void);
void m_trace_leave(void);
void m_trace_left(struct vhart *vh, uint64_t instret);
extern const uint32_t m_trace_own;

/* Every entry, and its stub. */
static void (*const entries[][2])(void) = {
    {m_entry, m_trace_enter},
    {m_entry_below, m_trace_enter_below},
    {m_entry_firmware, m_trace_enter_firmware},
};

static uint32_t *mret[MRETS_MAX];
static unsigned mrets;

/* jal x0, to */
static uint32_t jump(uintptr_t from, uintptr_t to)
{
    uint32_t d = (uint32_t)(to - from);

    return INSN_J | (d & 0xff000) | (d >> 11 & 1) << 20 | (d >> 1 & 0x3ff) << 21 |
           (d >> 20 & 1) << 31;
}

/* Finds every way out, and makes sure that every way in is known. entry.S has no compressed
 * instructions. */
static void find_words(void)
{
    unsigned ways_in = 0;

    for (uintptr_t at = (uintptr_t)m_entry_code; at < (uintptr_t)m_entry_end; at += 4) {
        ways_in += *(uint32_t *)at == INSN_ENTRY && *(uint32_t *)(at + 4) != INSN_MRET;
        if (*(uint32_t *)at == INSN_MRET && mrets < MRETS_MAX) {
            mret[mrets++] = (uint32_t *)at;
        }
    }
    if (ways_in != ARRAY_LEN(entries) || mrets == MRETS_MAX) {
        panic("tracing knows %lu ways in and %u out; entry.S has %u, or more out",
              (unsigned long)ARRAY_LEN(entries), MRETS_MAX - 1, ways_in);
    }
}

static void put(uintptr_t at, uint32_t word)
{
    __atomic_store_n((uint32_t *)at, word, __ATOMIC_RELAXED);
}

void host_trace_hooks(bool on)
{
    if (mrets == 0) {
        find_words();
    }
    for (unsigned i = 0; i < ARRAY_LEN(entries); i++) {
        uintptr_t at = (uintptr_t)entries[i][0];
        put(at, on ? jump(at, (uintptr_t)entries[i][1]) : INSN_ENTRY);
    }
    for (unsigned i = 0; i < mrets; i++) {
        uintptr_t at = (uintptr_t)mret[i];
        put(at, on ? jump(at, (uintptr_t)m_trace_leave) : INSN_MRET);
    }
    __atomic_thread_fence(__ATOMIC_SEQ_CST);
}

/* From trace_entry.S. HS may have stopped the counter: the next exit is to be counted all the same.
 */
void m_trace_left(struct vhart *vh, uint64_t instret)
{
    trace_record(vh, instret - vh->trace->instret - m_trace_own, host_time());
    if (machine.mcountinhibit) {
        hw_clear(CSR_mcountinhibit, INSTRET);
    }
}
