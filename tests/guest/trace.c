/* SPDX-License-Identifier: BSD-2-Clause */
/* Hearth's trace of exits, switched on and off by its own SBI extension: what HS finds in it is
 * what HS has done. Without memory for it (docs/binding.md) it is refused. */
#include "../../src/core/trace_area.h"
#include "csr.h"
#include "sbi.h"
#include "test.h"
#include "worker.h"

#define HEARTH 0x0a484541u
#define CALLS  500u
#define TURNS  20u

static const volatile struct trace_head *area;
static unsigned other; /* the cause that SBI BASE calls count as */

static struct sbi_ret hearth(uint64_t fid, uint64_t a0)
{
    return sbi_call(HEARTH, fid, a0, 0, 0);
}

static bool same(const volatile char *a, const char *b)
{
    while (*a == *b && *a != '\0') {
        a++;
        b++;
    }
    return *a == *b;
}

/* False, with a check that it is refused, if there is no area. */
static bool begin(void)
{
    struct sbi_ret where = hearth(4, 0);
    if (!sbi_probe(HEARTH) || where.error != SBI_SUCCESS || where.value == 0) {
        check(hearth(3, 1).error != SBI_SUCCESS, "no area: switching on is refused");
        check(hearth(3, 0).error != SBI_SUCCESS, "no area: switching off is refused");
        return false;
    }
    area = (const volatile struct trace_head *)where.value;
    check_eq(area->magic, TRACE_MAGIC, "magic");
    for (other = 0; other < area->causes && !same(area->name[other], "sbi_other"); other++)
        ;
    return check(other < area->causes, "sbi_other is a cause");
}

/* The part of the hart. */
static const volatile struct trace_hart *part(const struct hart *h)
{
    for (unsigned i = 0; i < area->harts; i++) {
        const volatile struct trace_hart *t =
            (const volatile void *)((uintptr_t)area + TRACE_HEAD_SIZE + i * area->part_size);
        if (t->hartid == h->hartid)
            return t;
    }
    test_fatal("hart %lu has no part in the trace", h->hartid);
}

static void calls(unsigned n)
{
    while (n-- > 0)
        (void)sbi_call(0x10, 0, 0, 0, 0);
}

static uint64_t counted(const struct hart *h)
{
    return part(h)->sum[other].count;
}

static void on_and_off(void)
{
    if (!begin())
        return;
    check(hearth(3, 2).error == SBI_ERR_INVALID_PARAM, "neither on nor off");
    for (unsigned turn = 0; turn < 3; turn++) {
        check_eq((uint64_t)hearth(3, 1).error, SBI_SUCCESS, "on");
        uint64_t before = counted(&harts[0]);
        calls(CALLS);
        check_eq(counted(&harts[0]) - before, CALLS, "calls traced");
        check_eq((uint64_t)hearth(3, 0).error, SBI_SUCCESS, "off");
        before = counted(&harts[0]);
        calls(CALLS);
        check_eq(counted(&harts[0]) - before, 0, "calls traced while off");
    }
}

/* The ring's last record is the last exit. */
static void last_record(void)
{
    if (!begin())
        return;
    (void)hearth(3, 1);
    calls(3);
    const volatile struct trace_hart *t = part(&harts[0]);
    const volatile struct trace_record *ring = (const volatile void *)((uintptr_t)t + TRACE_RING);
    const volatile struct trace_record *last = &ring[(t->written - 1) & (area->records - 1)];
    const volatile struct trace_record *first = &ring[(t->written - 2) & (area->records - 1)];
    check_eq(last->cause, other, "cause");
    check_eq(last->mcause, 9, "mcause");
    check_eq(last->from, 1, "from HS");
    check_eq(last->to, 1, "to HS");
    check_eq(last->pc, first->pc, "pc of both calls");
    check_eq(last->spent, first->spent, "instructions of both calls");
    check(last->spent > 60, "at least the registers were saved and loaded");
    check(last->instret > first->instret + first->spent, "one after the other");
    (void)hearth(3, 0);
}

static volatile bool stop;

static void work_until_stopped(struct work *w)
{
    w->count = 0;
    while (!stop) {
        calls(1);
        w->count++;
    }
}

static void work_counted(struct work *w)
{
    calls(CALLS);
    w->count = CALLS;
}

/* Switched while other harts are on their way in and out. */
static void while_others_run(void)
{
    if (!begin())
        return;
    unsigned n = 0;
    watchdog_seconds(30);
    workers_setup();
    stop = false;
    for (unsigned i = 1; i < harts_count && i < 4 && worker_start(i); i++, n++)
        worker_give(i, work_until_stopped);
    for (unsigned turn = 0; turn < TURNS; turn++)
        check_eq((uint64_t)hearth(3, turn & 1).error, SBI_SUCCESS, "switched");
    stop = true;
    for (unsigned i = 1; i <= n; i++)
        worker_wait(i);
    check_eq((uint64_t)hearth(3, 1).error, SBI_SUCCESS, "on");
    for (unsigned i = 1; i <= n; i++) {
        uint64_t before = counted(&harts[i]);
        check(before <= works[i].count, "no more than was done");
        worker_give(i, work_counted);
        worker_wait(i);
        uint64_t more = counted(&harts[i]) - before;
        context("hart %u", i);
        check(more == CALLS || more == CALLS - 1, "all but one that had begun before");
        context("%s", "");
    }
    check_eq((uint64_t)hearth(3, 0).error, SBI_SUCCESS, "off");
}

TESTS("trace", {"on_and_off", "docs/sbi.md, FID 3", on_and_off},
      {"last_record", "src/core/trace_area.h", last_record},
      {"while_others_run", "docs/sbi.md, FID 3", while_others_run});
