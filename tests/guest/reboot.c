/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine is reset a hundred times while every hart runs a guest; nothing is left behind. The
 * runner compares what Hearth says at each start. */
#include "csr.h"
#include "env.h"
#include "probe.h"
#include "sbi.h"
#include "test.h"
#include "worker.h"

#define SBI_SRST_COLD 1u
#define SBI_SRST_WARM 2u
#define REBOOTS       100u
#define MAGIC         0x7265626f6f7473UL

/* Memory that nobody initializes, and no reset clears. */
static volatile uint64_t *const note_left = (volatile uint64_t *)0x84000000UL;

static void run_guest(struct work *w)
{
    worker_install(w);
    w->guest.x[0] = (uint64_t)guest_toggle;
    w->count = 1;
    for (;;)
        (void)guest_run(&w->guest, MODE_VS);
}

static void all_run_guests(void)
{
    workers_setup();
    for (unsigned i = 1; i < harts_count; i++) {
        if (worker_start(i))
            worker_give(i, run_guest);
    }
    for (unsigned i = 1; i < harts_count; i++)
        while (!works[i].count)
            ;
}

static void reboots(void)
{
    uint64_t val = 0, n = note_left[0] == MAGIC ? note_left[1] : 0;
    env_set(MODE_SV39, MODE_SV39);
    *(uint64_t *)frames[3] = MARK(n + 1);
    vs_map(TEST_VA, frames[3], PTE_FULL, 0);
    struct trap t = probe(MODE_VS, LOAD, TEST_VA, &val);
    check(probe_worked(&t, MODE_VS, LOAD, TEST_VA), "a guest runs");
    check_eq(val >> 32, n + 1, "what it reads");
    if (n == REBOOTS)
        return;
    all_run_guests();
    note_left[0] = MAGIC;
    note_left[1] = n + 1;
    __asm__ volatile("fence" ::: "memory");
    struct sbi_ret r =
        sbi_call(SBI_EXT_SRST, 0, n & 1 ? SBI_SRST_WARM : SBI_SRST_COLD, (uint64_t)(n & 1), 0);
    note_left[0] = 0;
    fail("system_reset came back with error %ld", r.error);
}

TESTS("reboot", {"reboots", "SBI: System Reset Extension", reboots});
