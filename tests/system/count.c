// SPDX-License-Identifier: BSD-2-Clause
// count PROGRAM [ARGUMENT...]: runs it and prints "HEARTH-COUNT: instret N time T", the
// instructions that hart 0 retired meanwhile, in any mode (on QEMU with -icount: all harts), and
// ticks of time. Exit status: the program's; 125 if it could not be run or counted.
#define _GNU_SOURCE
#include <linux/perf_event.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATUS_FAILED 125

static int counter_open(void)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_HARDWARE,
        .size = sizeof(attr),
        .config = PERF_COUNT_HW_INSTRUCTIONS,
        .pinned = 1,
    };
    return (int)syscall(SYS_perf_event_open, &attr, -1, 0, -1, PERF_FLAG_FD_CLOEXEC);
}

static uint64_t rdtime(void)
{
    uint64_t t;
    __asm__ volatile("rdtime %0" : "=r"(t));
    return t;
}

static int run(char **argv)
{
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        execvp(argv[0], argv);
        perror(argv[0]);
        _exit(STATUS_FAILED);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return STATUS_FAILED;
    return WEXITSTATUS(status);
}

int main(int argc, char **argv)
{
    uint64_t n;
    if (argc < 2)
        return STATUS_FAILED;
    int fd = counter_open();
    uint64_t start = rdtime();
    int status = run(argv + 1);
    uint64_t ticks = rdtime() - start;
    if (fd < 0 || read(fd, &n, sizeof(n)) != (ssize_t)sizeof(n)) {
        fprintf(stderr, "count: instructions can't be counted here\n");
        return STATUS_FAILED;
    }
    printf("HEARTH-COUNT: instret %llu time %llu\n", (unsigned long long)n,
           (unsigned long long)ticks);
    return status;
}
