// SPDX-License-Identifier: BSD-2-Clause
// Instructions retired by the machine (all privilege modes) and its time.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Opens the counter; false if there is none.
bool count_open(void);
// Instructions since count_open(); false without a counter.
bool count_instret(uint64_t *n) __attribute__((warn_unused_result));
// Ticks of the time CSR.
uint64_t count_time(void);

// Opens the counter and reports "start".
void count_start(void);
// One line, "hearth-vmm: WHAT: instret N time T exits E".
void count_report(const char *what, uint64_t exits);

// A guest's console, looked through for lines with "HEARTH-L2: TEXT": each is reported as TEXT.
struct count_line {
    char text[512];
    size_t len;
};
void count_watch(struct count_line *l, const char *s, size_t n, uint64_t exits);
