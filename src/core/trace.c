/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/trace.h"

#include <string.h>

#include "core/request.h"
#include "host/host.h"

#define SPENT_MAX 0x10000000 /* more than any exit takes: the counter was written meanwhile */

static struct trace_head *area;
static uint64_t records;    /* in a ring; the area's own word for it is not asked */
static uint32_t session;    /* how often tracing was switched on; atomic */
static uint32_t serialised; /* a lock over switching; atomic */

_Static_assert(EXIT_COUNT < TRACE_CAUSES, "the area has too few causes");
_Static_assert(sizeof(struct trace_head) <= TRACE_HEAD_SIZE, "TRACE_HEAD_SIZE is too small");
_Static_assert(sizeof(struct trace_hart) <= TRACE_RING, "TRACE_RING is too small");

static struct trace_record *ring(struct trace_hart *t)
{
    return (struct trace_record *)((uintptr_t)t + TRACE_RING);
}

void trace_setup(uint64_t base, uint64_t part_size)
{
    struct trace_head *a = (struct trace_head *)(uintptr_t)base;

    memset(a, 0, trace_size(world0.harts, part_size));
    records = part_size / 2 / sizeof(struct trace_record);
    a->version = TRACE_VERSION;
    a->harts = world0.harts;
    a->causes = EXIT_COUNT;
    a->record_size = sizeof(struct trace_record);
    a->part_size = part_size;
    a->records = records;
    a->timebase = world0.timebase;
    for (unsigned i = 0; i < EXIT_COUNT; i++) {
        strncpy(a->name[i], exits_name(i), TRACE_NAME - 1);
    }
    strncpy(a->name[EXIT_COUNT], "not_counted", TRACE_NAME - 1);
    for (unsigned i = 0; i < world0.harts; i++) {
        vharts[i]->trace = (struct trace_hart *)(base + TRACE_HEAD_SIZE + i * part_size);
        vharts[i]->trace->hartid = vharts[i]->hartid;
    }
    a->magic = TRACE_MAGIC;
    area = a;
}

uint64_t trace_base(void)
{
    return (uintptr_t)area;
}

/* A hart that waits for the lock serves the fence that the holder waits for. */
static void lock(struct vhart *vh)
{
    while (__atomic_exchange_n(&serialised, 1, __ATOMIC_ACQUIRE)) {
        request_serve(vh);
        host_relax();
    }
}

bool trace_switch(struct vhart *vh, bool on)
{
    struct fence_call fence = {.kind = REMOTE_FENCE_I};

    if (area == NULL) {
        return false;
    }
    lock(vh);
    if (on) {
        __atomic_fetch_add(&session, 1, __ATOMIC_RELAXED);
    }
    host_trace_hooks(on);
    request_fence(vh, MASK(world0.harts - 1, 0), &fence);
    __atomic_store_n(&serialised, 0, __ATOMIC_RELEASE);
    return true;
}

/* What was counted in this exit: the first of the causes, in the table's order. */
static unsigned cause_seen(struct vhart *vh)
{
    struct trace_hart *t = vh->trace;
    unsigned cause = EXIT_COUNT;

    for (unsigned i = EXIT_COUNT; i-- > 0;) {
        cause = vh->exits[i] != t->seen[i] ? i : cause;
        t->seen[i] = vh->exits[i];
    }
    return cause;
}

static uint8_t mode(uint64_t prv, bool v)
{
    return (uint8_t)(prv | (v ? 4u : 0));
}

static void add(struct trace_sum *s, uint64_t spent)
{
    s->count++;
    s->instructions += spent;
    s->most = max_u64(s->most, spent);
}

void trace_record(struct vhart *vh, uint64_t spent, uint64_t time)
{
    struct trace_hart *t = vh->trace;
    bool whole =
        t->inside != TRACE_NONE && t->session == __atomic_load_n(&session, __ATOMIC_RELAXED);
    unsigned cause = cause_seen(vh);
    uint64_t n = t->written;

    t->session = __atomic_load_n(&session, __ATOMIC_RELAXED);
    uint64_t prv = t->inside == TRACE_EXIT_FIRMWARE ? PRV_M : FIELD_GET(STATUS_MPP, t->mstatus);
    t->inside = TRACE_NONE;
    if (!whole) {
        return; /* it began before tracing did */
    }
    spent = spent > SPENT_MAX ? 0 : spent;
    ring(t)[n & (records - 1)] = (struct trace_record){
        .time = time,
        .instret = t->instret,
        .pc = t->mepc,
        .spent = (uint32_t)spent,
        .cause = (uint8_t)cause,
        .mcause = (uint8_t)((t->mcause & 0x7f) | (t->mcause >> 63 << 7)),
        .from = mode(prv, t->v),
        .to = mode(vh->h.prv, vh->h.v),
    };
    add(&t->sum[cause], spent);
    __atomic_store_n(&t->written, n + 1, __ATOMIC_RELEASE);
}
