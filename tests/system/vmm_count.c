// SPDX-License-Identifier: BSD-2-Clause
// Instructions and time of the machine that the VMM runs on.
//
// A CPU-wide, pinned `instructions` event counts whatever the hart retires in any mode. On QEMU
// with -icount, instret is the number of instructions that the whole machine has executed, so one
// hart's counter is all of them; time spent in wfi is not in it. Without a counter (no PMU) "none"
// is reported, and time, which under -icount includes wfi, is what is left.
#define _GNU_SOURCE
#include "vmm_count.h"
#include <linux/perf_event.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define MARKER "HEARTH-L2: "

static int perf_fd = -1;

uint64_t count_time(void)
{
    uint64_t t;
    __asm__ volatile("rdtime %0" : "=r"(t));
    return t;
}

bool count_open(void)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_HARDWARE,
        .size = sizeof(attr),
        .config = PERF_COUNT_HW_INSTRUCTIONS,
        .pinned = 1,
    };
    perf_fd = (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
    return perf_fd >= 0;
}

bool count_instret(uint64_t *n)
{
    return perf_fd >= 0 && read(perf_fd, n, sizeof(*n)) == (ssize_t)sizeof(*n);
}

void count_start(void)
{
    (void)count_open();
    count_report("start", 0);
}

void count_report(const char *what, uint64_t exits)
{
    uint64_t n;
    char instret[24] = "none";
    if (count_instret(&n))
        snprintf(instret, sizeof(instret), "%llu", (unsigned long long)n);
    printf("hearth-vmm: %s: instret %s time %llu exits %llu\n", what, instret,
           (unsigned long long)count_time(), (unsigned long long)exits);
    fflush(stdout);
}

static void line_end(struct count_line *l, uint64_t exits)
{
    l->text[l->len] = '\0';
    l->len = 0;
    char *marker = strstr(l->text, MARKER);
    if (marker != NULL) {
        marker[strcspn(marker, "\r")] = '\0';
        count_report(marker + strlen(MARKER), exits);
    }
}

void count_watch(struct count_line *l, const char *s, size_t n, uint64_t exits)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '\n')
            line_end(l, exits);
        else if (l->len < sizeof(l->text) - 1)
            l->text[l->len++] = s[i];
    }
}
