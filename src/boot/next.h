/* SPDX-License-Identifier: BSD-2-Clause */
/* What is to run after Hearth: from fw_dynamic's info block, and what the memory there says of
 * itself. */
#ifndef BOOT_NEXT_H
#define BOOT_NEXT_H

#include "boot/place.h"

struct next {
    uint64_t pc;            /* 0: nothing */
    uint64_t mode;          /* fw_dynamic's next_mode: 1, S */
    struct mem_range image; /* what it occupies; size 0: not in RAM */
    bool measured;          /* it says itself how large it is */
};

/*
 * info: fw_dynamic's block (OpenSBI's fw_dynamic.h, versions 1 and 2; magic checked by start.S), or
 * NULL: then the payload is expected where `otherwise` says. 0, or a negative enum err with a line
 * said.
 */
int next_find(const uint64_t *info, uint64_t otherwise, const struct place *p,
              struct next *next) must_check;

/* The same for what firmware is to go on to, which is the firmware's to judge: it may be missing,
 * or anything. Only an image that says that it needs more memory than there is is refused. */
int next_find_firmware(const uint64_t *info, uint64_t otherwise, const struct place *p,
                       struct next *next) must_check;

#endif
