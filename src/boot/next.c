/* SPDX-License-Identifier: BSD-2-Clause */
#include "boot/next.h"

#include "boot/layout.h"
#include "lib/err.h"
#include "lib/log.h"

/* Linux's "RISC-V boot image header" (its Documentation/arch/riscv/boot-image-header.rst). */
#define HEADER_SIZE       64
#define HEADER_IMAGE_SIZE 16 /* 64 bits */
#define HEADER_MAGIC2     56 /* 32 bits */
#define MAGIC2            0x05435352

#define UNKNOWN_SIZE 0x4000000 /* what a payload without a header is taken to need */

enum { MODE_S = 1 };

static uint64_t word(uint64_t at)
{
    return *(const uint64_t *)(uintptr_t)at;
}

/* Are there only zeros in the 8 bytes at `at`, which is even? */
static bool is_zero(uint64_t at)
{
    const uint16_t *p = (const uint16_t *)(uintptr_t)at;
    return (p[0] | p[1] | p[2] | p[3]) == 0;
}

/* From base to the end of its bank. */
static uint64_t room(const struct place *p, uint64_t base)
{
    for (unsigned i = 0; i < p->rams; i++) {
        if (base >= p->ram[i].base && base - p->ram[i].base < p->ram[i].size) {
            return p->ram[i].size - (base - p->ram[i].base);
        }
    }
    return 0;
}

/* How much memory the payload at pc, which is in RAM with so much room behind it, takes. */
static int measure(uint64_t pc, uint64_t space, uint64_t *size, bool *measured)
{
    if (pc % 8 != 0 || (uint32_t)word(pc + HEADER_MAGIC2) != MAGIC2 ||
        word(pc + HEADER_IMAGE_SIZE) == 0) {
        *size = min_u64(UNKNOWN_SIZE, space / 2);
        return 0;
    }
    *measured = true;
    *size = word(pc + HEADER_IMAGE_SIZE);
    if (*size > space) {
        log_error("too little memory: the kernel at %lx needs %lu KiB, and there are %lu",
                  (unsigned long)pc, (unsigned long)(*size >> 10), (unsigned long)(space >> 10));
        return ERR_NO_MEMORY;
    }
    return 0;
}

/* next_addr and next_mode, and no memory yet. */
static void named(const uint64_t *info, uint64_t otherwise, struct next *next)
{
    next->pc = info == NULL ? otherwise : info[2];
    next->mode = info == NULL ? MODE_S : info[3];
    next->image = (struct mem_range){next->pc, 0};
    next->measured = false;
}

int next_find(const uint64_t *info, uint64_t otherwise, const struct place *p, struct next *next)
{
    named(info, otherwise, next);
    if (next->mode != MODE_S) {
        log_error("fw_dynamic's info block: next_mode %lu is not S-mode (1)",
                  (unsigned long)next->mode);
        return ERR_UNSUPPORTED;
    }
    if (next->pc == 0) {
        log_error("no kernel: the loader named none; give QEMU one with -kernel");
        return ERR_MISSING;
    }
    if (next->pc % 2 != 0) {
        log_error("fw_dynamic's info block: next_addr %lx is odd", (unsigned long)next->pc);
        return ERR_INVALID;
    }
    uint64_t space = room(p, next->pc);
    if (space >= HEADER_SIZE && is_zero(next->pc)) {
        log_error("no kernel: there is nothing but zeros at %lx; give QEMU one with -kernel",
                  (unsigned long)next->pc);
        return ERR_MISSING;
    }
    return space < HEADER_SIZE ? 0 : measure(next->pc, space, &next->image.size, &next->measured);
}

int next_find_firmware(const uint64_t *info, uint64_t otherwise, const struct place *p,
                       struct next *next)
{
    named(info, otherwise, next);
    uint64_t space = room(p, next->pc);
    return space < HEADER_SIZE || next->pc % 2 != 0 || is_zero(next->pc)
               ? 0
               : measure(next->pc, space, &next->image.size, &next->measured);
}
