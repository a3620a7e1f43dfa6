// SPDX-License-Identifier: BSD-2-Clause
// /init of the guest: does the job that l2.job= on the kernel's command line names, says so on the
// kernel's log (guests under vmm have no other console) and powers off.
#define _GNU_SOURCE
#include "l2init.h"
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE 4096ul

static int kmsg = -1;

void say(const char *fmt, ...)
{
    char text[256] = "HEARTH-L2: ";
    size_t n = strlen(text);
    va_list ap;
    va_start(ap, fmt);
    n += (size_t)vsnprintf(text + n, sizeof(text) - n - 1, fmt, ap);
    va_end(ap);
    text[n++] = '\n';
    (void)!write(kmsg >= 0 ? kmsg : STDOUT_FILENO, text, n);
}

__attribute__((noreturn)) static void power_off(void)
{
    sync();
    reboot(RB_POWER_OFF);
    for (;;)
        pause();
}

void fail(const char *what)
{
    say("FAILED %s: %s", what, strerror(errno));
    power_off();
}

static void job_none(long n)
{
    (void)n;
}

// Lets what the kernel still does in the background after its boot come to an end.
static void job_sleep(long n)
{
    sleep((unsigned)n);
}

// n times fork and exec of /bin/true.
static void job_forks(long n)
{
    char *argv[] = {"true", NULL};
    for (long i = 0; i < n; i++) {
        int status;
        pid_t pid = fork();
        if (pid == 0) {
            execv("/bin/true", argv);
            _exit(127);
        }
        if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
            fail("fork and exec of /bin/true");
    }
}

// The same n times, by the shell: `while ...; do /bin/true; done`.
static void job_shell(long n)
{
    char script[128];
    int status;
    snprintf(script, sizeof(script),
             "i=0; while [ $i -lt %ld ]; do /bin/true || exit 1; "
             "i=$((i+1)); done",
             n);
    char *argv[] = {"sh", "-c", script, NULL};
    pid_t pid = fork();
    if (pid == 0) {
        execv("/bin/busybox", argv);
        _exit(127);
    }
    if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
        fail("the shell's loop");
}

static void pipe_echo(int in, int out)
{
    char c;
    while (read(in, &c, 1) == 1 && write(out, &c, 1) == 1)
        ;
    _exit(0);
}

// n round trips of one byte between two processes.
static void job_pipe(long n)
{
    int there[2];
    int back[2];
    if (pipe(there) < 0 || pipe(back) < 0)
        fail("pipe");
    pid_t pid = fork();
    if (pid == 0) {
        close(there[1]);
        pipe_echo(there[0], back[1]);
    }
    for (long i = 0; i < n; i++) {
        char out = (char)i;
        char in;
        if (write(there[1], &out, 1) != 1 || read(back[0], &in, 1) != 1 || in != out)
            fail("pipe round trip");
    }
    close(there[1]);
    waitpid(pid, NULL, 0);
}

// Writes a pattern into n MiB and reads it back.
static void job_touch(long n)
{
    size_t pages = ((size_t)n << 20) / PAGE;
    volatile unsigned long *p =
        mmap(NULL, pages * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (p == MAP_FAILED)
        fail("mmap");
    const size_t step = PAGE / sizeof(*p);
    for (size_t i = 0; i < pages; i++)
        p[i * step] = i * 0x9e3779b97f4a7c15ul;
    for (size_t i = 0; i < pages; i++)
        if (p[i * step] != i * 0x9e3779b97f4a7c15ul)
            fail("touch: a page lost its contents");
    munmap((void *)p, pages * PAGE);
}

// n times: map 64 pages, write to them, protect half, unmap.
static void job_mmap(long n)
{
    const size_t len = 64 * PAGE;
    for (long i = 0; i < n; i++) {
        char *p = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (p == MAP_FAILED)
            fail("mmap");
        for (size_t off = 0; off < len; off += PAGE)
            p[off] = (char)i;
        if (mprotect(p, len / 2, PROT_READ) < 0 || p[0] != (char)i || munmap(p, len) < 0)
            fail("mprotect or munmap");
    }
}

static const struct job {
    const char *name;
    void (*run)(long n);
    long n; // when l2.job does not say
} jobs[] = {
    {"none", job_none, 0},     {"sleep", job_sleep, 10},  {"forks", job_forks, 200},
    {"shell", job_shell, 200}, {"pipe", job_pipe, 1000},  {"touch", job_touch, 64},
    {"mmap", job_mmap, 200},   {"timer", job_timer, 100}, {"smp", job_smp, 300},
    {"disk", job_disk, 5},     {"blk", job_blk, 16},
};

// Copies the value of l2.job= into text; "none" without one.
static void job_text(char *text, size_t room)
{
    static const char key[] = "l2.job=";
    char cmdline[4096] = "";
    int fd = open("/proc/cmdline", O_RDONLY);
    if (fd >= 0)
        (void)!read(fd, cmdline, sizeof(cmdline) - 1);
    const char *value = strstr(cmdline, key);
    value = value != NULL ? value + strlen(key) : "none";
    size_t len = strcspn(value, " \n");
    snprintf(text, room, "%.*s", (int)len, value);
}

// One job, "name" or "name:n".
static void job_run(const char *text)
{
    size_t len = strcspn(text, ":");
    for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++) {
        if (strlen(jobs[i].name) == len && memcmp(jobs[i].name, text, len) == 0) {
            jobs[i].run(text[len] == ':' ? strtol(text + len + 1, NULL, 0) : jobs[i].n);
            say("done %s", text);
            return;
        }
    }
    errno = EINVAL;
    fail(text);
}

int main(void)
{
    char text[256];
    mkdir("/proc", 0755);
    mkdir("/dev", 0755);
    mount("proc", "/proc", "proc", 0, NULL);
    mount("devtmpfs", "/dev", "devtmpfs", 0, NULL);
    kmsg = open("/dev/kmsg", O_WRONLY | O_CLOEXEC);
    say("userspace");
    say("cpus %ld", sysconf(_SC_NPROCESSORS_ONLN));
    job_text(text, sizeof(text));
    for (char *save, *one = strtok_r(text, ",", &save); one != NULL;
         one = strtok_r(NULL, ",", &save))
        job_run(one);
    power_off();
}
