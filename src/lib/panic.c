/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Backtraces cost nothing until they are needed: no frame pointers, no unwind tables. The stack is
 * searched for return addresses, words that point behind a call in Hearth's code. One is certain if
 * that call names the function we came from; one that may be left over from an earlier call, or
 * comes through a pointer or a tail call, is printed with a question mark.
 */
#include "lib/panic.h"

#include "lib/log.h"

#define FRAMES_MAX 24
#define WORDS_MAX  1024 /* of stack searched */

extern const char image_start[], text_end[], bss_end[];
/* Made by tools/symbols. */
extern const uint32_t symbol_count, symbol_offset[];
extern const char symbol_name[];

static bool in_text(uint64_t pc)
{
    return pc >= (uintptr_t)image_start && pc < (uintptr_t)text_end;
}

/* The function that pc is in: its number, or the count if none; *name, if wanted. */
static uint32_t symbol_find(uint64_t pc, const char **name)
{
    uint64_t at = pc - (uintptr_t)image_start;
    const char *next = symbol_name;
    uint32_t i = 0;
    for (; i < symbol_count && symbol_offset[i] <= at; i++) {
        if (name != NULL) {
            *name = next;
        }
        while (*next++ != '\0') {
        }
    }
    return i == 0 ? symbol_count : i - 1;
}

static void print_frame(uint64_t pc, bool certain)
{
    const char *name = "?";
    uint32_t i = symbol_find(pc, &name);
    uint64_t start = i == symbol_count ? 0 : symbol_offset[i];
    log_urgent("  %016lx %s%s+0x%lx", (unsigned long)pc, certain ? "" : "? ", name,
               (unsigned long)(pc - (uintptr_t)image_start - start));
}

static uint32_t insn_at(uint64_t at)
{
    const uint16_t *p = (const uint16_t *)(uintptr_t)at;
    return p[0] | (uint32_t)p[1] << 16;
}

enum { NO_CALL = 0, CALL_INDIRECT = 1 };

/* What the call before `ra` goes to: NO_CALL, CALL_INDIRECT, or an address. */
static uint64_t call_target(uint64_t ra)
{
    uint32_t w = insn_at(ra - 4);
    uint32_t before = insn_at(ra - 8);
    if ((w & 0xfff) == 0x0ef) { /* jal ra: imm[20|10:1|11|19:12] */
        uint64_t offset =
            (w >> 31) << 20 | (w >> 21 & 0x3ff) << 1 | (w >> 20 & 1) << 11 | (w & 0xff000);
        return ra - 4 + (uint64_t)sext(offset, 21);
    }
    if ((w & 0x7fff) == 0x00e7) { /* jalr ra */
        bool far = (before & 0x7f) == 0x17 &&
                   (before >> 7 & 31) == (w >> 15 & 31); /* auipc of its register */
        return far ? ra - 8 + (uint64_t)sext(before & 0xfffff000, 32) + (uint64_t)sext(w >> 20, 12)
                   : CALL_INDIRECT;
    }
    bool compressed = (w >> 16 & 0xf07f) == 0x9002 && (w >> 16 & 0xf80) != 0; /* c.jalr */
    return compressed ? CALL_INDIRECT : NO_CALL;
}

/* Prints the frame that `ra` returns to, if it is one. *from: the function we came from, which
 * becomes the caller if that is certain. */
static bool try_frame(uint64_t ra, uint32_t *from)
{
    if (ra % 2 != 0 || !in_text(ra) || !in_text(ra - 8)) {
        return false;
    }
    uint64_t target = call_target(ra);
    if (target == NO_CALL) {
        return false;
    }
    bool certain = target != CALL_INDIRECT && symbol_find(target, NULL) == *from;
    if (certain || target == CALL_INDIRECT) {
        *from = symbol_find(ra - 2, NULL);
    }
    print_frame(ra - 2, certain); /* within the call, not behind it */
    return true;
}

/* From the function at pc, whose return address may still be in ra. */
static void backtrace(uint64_t pc, uint64_t ra, uint64_t sp)
{
    uint32_t from = symbol_find(pc, NULL);
    unsigned frames = try_frame(ra, &from);
    const uint64_t *word = (const uint64_t *)(uintptr_t)align_up(sp, 8);
    if (sp < (uintptr_t)image_start) {
        return;
    }
    for (unsigned i = 0; i < WORDS_MAX && frames < FRAMES_MAX; i++) {
        frames += try_frame(word[i], &from);
    }
}

static void print_registers(const uint64_t *x)
{
    static const char name[32][4] = {"x0", "ra", "sp",  "gp",  "tp", "t0", "t1", "t2",
                                     "s0", "s1", "a0",  "a1",  "a2", "a3", "a4", "a5",
                                     "a6", "a7", "s2",  "s3",  "s4", "s5", "s6", "s7",
                                     "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6"};
    for (unsigned i = 0; i < 32; i += 4) {
        log_urgent("  %-3s %016lx  %-3s %016lx  %-3s %016lx  %-3s %016lx", name[i],
                   (unsigned long)x[i], name[i + 1], (unsigned long)x[i + 1], name[i + 2],
                   (unsigned long)x[i + 2], name[i + 3], (unsigned long)x[i + 3]);
    }
}

/* A trap within a panic would panic again: the hart that comes back here stops. */
static void enter_once(void)
{
    static uint64_t
        panicking[64]; /* by hart id, folded: two harts may share one, then one of them is silent */
    uint64_t hartid;
    __asm__ volatile("csrr %0, mhartid" : "=r"(hartid));
    if (__atomic_exchange_n(&panicking[hartid % ARRAY_LEN(panicking)], 1, __ATOMIC_ACQ_REL) != 0) {
        park();
    }
}

void park(void)
{
    __asm__ volatile("csrw mie, zero");
    for (;;) {
        __asm__ volatile("wfi");
    }
}

void panic(const char *format, ...)
{
    va_list args;
    enter_once();
    va_start(args, format);
    log_urgent_list("panic: ", format, args);
    va_end(args);
    uint64_t sp;
    __asm__ volatile("mv %0, sp" : "=r"(sp));
    backtrace((uintptr_t)panic, 0, sp);
    park();
}

void panic_registers(const uint64_t *x, uint64_t pc, uint64_t mcause, uint64_t mtval)
{
    enter_once();
    log_urgent("panic: trap in Hearth: mcause %lx mtval %lx mepc %lx", (unsigned long)mcause,
               (unsigned long)mtval, (unsigned long)pc);
    print_registers(x);
    if (in_text(pc)) {
        print_frame(pc, true);
    }
    backtrace(pc, x[1], x[2]);
    park();
}
