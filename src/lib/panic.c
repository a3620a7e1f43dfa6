/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Backtraces follow the frame pointer: s0 is the stack pointer at the function's entry, the return
 * address is at s0 - 8, the caller's s0 at s0 - 16 (RISC-V ELF psABI, frame pointer convention).
 */
#include "lib/panic.h"

#include "lib/log.h"

#define FRAMES_MAX 24
#define FRAME_MAX  0x4000u /* a caller's frame is not further up than this */

extern const char image_start[], text_end[], bss_end[];
/* Made by tools/symbols. */
extern const uint32_t symbol_count, symbol_offset[];
extern const char symbol_name[];

static bool in_text(uint64_t pc)
{
    return pc >= (uintptr_t)image_start && pc < (uintptr_t)text_end;
}

/* The function that pc is in. */
static const char *symbol_find(uint64_t pc, uint64_t *offset)
{
    uint64_t at = pc - (uintptr_t)image_start;
    const char *name = symbol_name;
    const char *found = "?";
    *offset = at;
    for (uint32_t i = 0; i < symbol_count && symbol_offset[i] <= at; i++) {
        found = name;
        *offset = at - symbol_offset[i];
        while (*name++ != '\0') {
        }
    }
    return found;
}

static void print_frame(uint64_t pc)
{
    uint64_t offset;
    const char *name = symbol_find(pc, &offset);
    log_urgent("  %016lx %s+0x%lx", (unsigned long)pc, name, (unsigned long)offset);
}

static void backtrace(uint64_t fp)
{
    for (unsigned i = 0; i < FRAMES_MAX; i++) {
        if (fp % 8 != 0 || fp < (uintptr_t)image_start + 16) {
            return;
        }
        const uint64_t *frame = (const uint64_t *)(uintptr_t)fp;
        uint64_t ra = frame[-1];
        uint64_t caller = frame[-2];
        if (!in_text(ra)) {
            return;
        }
        print_frame(ra - 2); /* within the call, not behind it */
        if (caller <= fp || caller - fp > FRAME_MAX) {
            return;
        }
        fp = caller;
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
    backtrace((uintptr_t)__builtin_frame_address(0));
    park();
}

void panic_registers(const uint64_t *x, uint64_t pc, uint64_t mcause, uint64_t mtval)
{
    enter_once();
    log_urgent("panic: trap in Hearth: mcause %lx mtval %lx mepc %lx", (unsigned long)mcause,
               (unsigned long)mtval, (unsigned long)pc);
    print_registers(x);
    if (in_text(pc)) {
        print_frame(pc);
    }
    backtrace(x[8]);
    park();
}
