// SPDX-License-Identifier: BSD-2-Clause
// count [--marks] PROGRAM [ARGUMENT...]: runs it and prints "HEARTH-COUNT: instret N time T", the
// instructions that hart 0 retired meanwhile, in any mode (on QEMU with -icount: all harts), and
// ticks of time. With --marks it reports as vmm --count does instead: at the start, at every line
// of the program's output that holds "HEARTH-L2: ", and at the end. Exit status: the program's; 125
// if it could not be run or counted.
#define _GNU_SOURCE
#include "vmm_count.h"
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATUS_FAILED 125

// Starts the program; its output goes to the descriptor `out`, if that is not -1.
static pid_t start(char **argv, int out)
{
    pid_t pid = fork();
    if (pid == 0) {
        if (out >= 0) {
            dup2(out, STDOUT_FILENO);
            dup2(out, STDERR_FILENO);
        }
        execvp(argv[0], argv);
        perror(argv[0]);
        _exit(STATUS_FAILED);
    }
    return pid;
}

static int status_of(pid_t pid)
{
    int status;
    if (pid < 0 || waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
        return STATUS_FAILED;
    return WEXITSTATUS(status);
}

static int count_marks(char **argv)
{
    static struct count_line line;
    char text[4096];
    int p[2];
    ssize_t n;
    if (pipe2(p, O_CLOEXEC) < 0)
        return STATUS_FAILED;
    count_start();
    pid_t pid = start(argv, p[1]);
    close(p[1]);
    while ((n = read(p[0], text, sizeof(text))) > 0) {
        (void)!write(STDOUT_FILENO, text, (size_t)n);
        count_watch(&line, text, (size_t)n, 0);
    }
    int status = status_of(pid);
    count_report("end", 0);
    return status;
}

static int count_all(char **argv)
{
    uint64_t n;
    bool counter = count_open();
    uint64_t began = count_time();
    int status = status_of(start(argv, -1));
    uint64_t ticks = count_time() - began;
    if (!counter || !count_instret(&n)) {
        fprintf(stderr, "count: instructions can't be counted here\n");
        return STATUS_FAILED;
    }
    printf("HEARTH-COUNT: instret %llu time %llu\n", (unsigned long long)n,
           (unsigned long long)ticks);
    return status;
}

int main(int argc, char **argv)
{
    bool marks = argc > 1 && strcmp(argv[1], "--marks") == 0;
    if (argc < 2 + marks)
        return STATUS_FAILED;
    return marks ? count_marks(argv + 2) : count_all(argv + 1);
}
