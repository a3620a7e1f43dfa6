/* SPDX-License-Identifier: BSD-2-Clause */
/* riscv,isa ("rv64imafdc_zicsr") and riscv,isa-extensions ("i", "m", ...): what they say, and what
 * they must say once H is emulated. Pure. */
#ifndef BOOT_ISA_STRING_H
#define BOOT_ISA_STRING_H

#include "lib/bits.h"

/* The bits of enum isa_ext that the tree alone tells of: those that no CSR shows. */
uint64_t isa_string_ext(const char *isa);
uint64_t isa_list_ext(const char *list, size_t length);

/* Who gets the tree. */
struct isa_sight {
    bool hypervisor; /* sees H */
    bool machine;    /* has M-mode: firmware */
};

/*
 * Writes isa to out with "h" added in its place (behind the other single letters), with "sstc",
 * with "svade" beside "svadu" for who has no M-mode, and without the extensions that Hearth doesn't
 * virtualize. Returns the length with the final zero,
 * ERR_INVALID if it doesn't begin with rv64, ERR_RANGE if out is too small.
 */
int isa_string_fix(const char *isa, const struct isa_sight *see, char *out, size_t size) must_check;

/* The same for the list of strings, each of which ends within length; "h" goes behind the last
 * single letter. */
int isa_list_fix(const char *list, size_t length, const struct isa_sight *see, char *out,
                 size_t size) must_check;

#endif
