/* SPDX-License-Identifier: BSD-2-Clause */
/* setjmp and longjmp. */
#ifndef GUEST_JUMP_H
#define GUEST_JUMP_H

#include <stdint.h>

struct jump {
    uint64_t r[14];
};

int jump_set(struct jump *j);
void jump_to(struct jump *j, int val) __attribute__((noreturn));

#endif
