// SPDX-License-Identifier: BSD-2-Clause
// Instructions and time of the machine that the VMM runs on.
//
// A CPU-wide, pinned `instructions` event counts whatever the hart retires in any mode. On QEMU
// with -icount, instret is the number of instructions that the whole machine has executed, so one
// hart's counter is all of them; time spent in wfi is not in it. Without a counter (no PMU) "none"
// is reported, and time, which under -icount includes wfi, is what is left.
#define _GNU_SOURCE
#include "vmm.h"
#include <linux/perf_event.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static int perf_fd = -1;

static uint64_t rdtime(void)
{
    uint64_t t;
    __asm__ volatile("rdtime %0" : "=r"(t));
    return t;
}

void count_start(void)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_HARDWARE,
        .size = sizeof(attr),
        .config = PERF_COUNT_HW_INSTRUCTIONS,
        .pinned = 1,
    };
    perf_fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, 0);
    count_report("start", 0);
}

void count_report(const char *what, uint64_t exits)
{
    uint64_t n;
    char instret[24] = "none";
    if (perf_fd >= 0 && read(perf_fd, &n, sizeof(n)) == (ssize_t)sizeof(n))
        snprintf(instret, sizeof(instret), "%llu", (unsigned long long)n);
    printf("hearth-vmm: %s: instret %s time %llu exits %llu\n", what, instret,
           (unsigned long long)rdtime(), (unsigned long long)exits);
    fflush(stdout);
}
