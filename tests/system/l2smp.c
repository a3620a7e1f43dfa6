// SPDX-License-Identifier: BSD-2-Clause
// Jobs that need interrupts: timers, and IPIs in both directions between every pair of harts.
#define _GNU_SOURCE
#include "l2init.h"
#include <errno.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define SLEEP_NS  200000l
#define MAX_HARTS 64

// n sleeps; each must last at least as long as asked.
void job_timer(long n)
{
    const struct timespec nap = {.tv_nsec = SLEEP_NS};
    for (long i = 0; i < n; i++) {
        struct timespec a;
        struct timespec b;
        clock_gettime(CLOCK_MONOTONIC, &a);
        if (clock_nanosleep(CLOCK_MONOTONIC, 0, &nap, NULL) != 0)
            fail("nanosleep");
        clock_gettime(CLOCK_MONOTONIC, &b);
        if ((b.tv_sec - a.tv_sec) * 1000000000l + b.tv_nsec - a.tv_nsec < SLEEP_NS) {
            errno = ETIME;
            fail("nanosleep was too short");
        }
    }
}

static void move_to(int cpu)
{
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu, &set);
    if (sched_setaffinity(0, sizeof(set), &set) < 0)
        fail("sched_setaffinity");
    if (sched_getcpu() != cpu) {
        errno = EINVAL;
        fail("not on the hart asked for");
    }
}

// A token goes back and forth between two threads that sleep on it: a reschedule IPI each way.
struct pair {
    _Atomic uint32_t turn; // 0 or 1: whose turn it is
    int cpu[2];
    long n;
};

static void take_turns(struct pair *p, uint32_t me)
{
    move_to(p->cpu[me]);
    for (long i = 0; i < p->n; i++) {
        while (atomic_load(&p->turn) != me)
            syscall(SYS_futex, &p->turn, FUTEX_WAIT_PRIVATE, 1 - me, NULL, NULL, 0);
        atomic_store(&p->turn, 1 - me);
        syscall(SYS_futex, &p->turn, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
    }
}

static void *partner(void *arg)
{
    take_turns(arg, 1);
    return NULL;
}

static void ping_pong(int a, int b, long n)
{
    struct pair p = {.cpu = {a, b}, .n = n};
    pthread_t thread;
    if (pthread_create(&thread, NULL, partner, &p) != 0)
        fail("pthread_create");
    take_turns(&p, 0);
    pthread_join(thread, NULL);
}

// Threads that keep every hart busy while another hart sends it remote fences.
static atomic_bool stop;
static _Atomic uint64_t *shared; // one page, remapped under the threads' feet

static void *spin(void *arg)
{
    move_to((int)(intptr_t)arg);
    while (!atomic_load(&stop))
        atomic_fetch_add(shared, 1);
    return NULL;
}

// membarrier interrupts every hart that runs this process; mprotect makes each drop its TLB entry.
static void fences(int cpus, long n)
{
    pthread_t thread[MAX_HARTS];
    shared = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        fail("mmap");
    atomic_store(&stop, false);
    for (int c = 0; c < cpus; c++)
        if (pthread_create(&thread[c], NULL, spin, (void *)(intptr_t)c) != 0)
            fail("pthread_create");
    for (long i = 0; i < n; i++) {
        move_to((int)(i % cpus));
        if (syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) < 0)
            fail("membarrier");
        void *other = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (other == MAP_FAILED || mprotect(other, 4096, PROT_READ) < 0 || munmap(other, 4096) < 0)
            fail("mmap and munmap");
        if (madvise(shared, 4096, MADV_DONTNEED) < 0)
            fail("madvise");
    }
    atomic_store(&stop, true);
    for (int c = 0; c < cpus; c++)
        pthread_join(thread[c], NULL);
    munmap(shared, 4096);
}

static void *sleeper(void *arg)
{
    move_to((int)(intptr_t)arg);
    job_timer(50);
    return NULL;
}

static void sleepers(int cpus)
{
    pthread_t thread[MAX_HARTS];
    for (int c = 0; c < cpus; c++)
        if (pthread_create(&thread[c], NULL, sleeper, (void *)(intptr_t)c) != 0)
            fail("pthread_create");
    for (int c = 0; c < cpus; c++)
        pthread_join(thread[c], NULL);
}

void job_smp(long n)
{
    int cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
    say("smp: %d harts online", cpus);
    if (syscall(SYS_membarrier, MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED, 0, 0) < 0)
        fail("membarrier registration");
    for (int a = 0; a < cpus; a++)
        for (int b = 0; b < cpus; b++)
            if (a != b)
                ping_pong(a, b, n);
    say("smp: ping-pong");
    fences(cpus, n);
    say("smp: fences");
    sleepers(cpus);
    for (long i = 0; i < n; i++)
        move_to((int)(i % cpus));
    say("smp: timers and migration");
}
