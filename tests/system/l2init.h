// SPDX-License-Identifier: BSD-2-Clause
// What the guest's jobs share.
#pragma once

// A marker line, "HEARTH-L2: ...", on the kernel's log.
__attribute__((format(printf, 1, 2))) void say(const char *fmt, ...);
// Says what failed, with errno's text, and powers off.
__attribute__((noreturn)) void fail(const char *what);

// l2smp.c
void job_timer(long n);
void job_smp(long n);

// l2blk.c
void job_disk(long n);
void job_blk(long n);
