/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI 3.0, "Performance Monitoring Unit Extension": the functions. What a counter is: pmu.h. */
#include "sbi/pmu.h"

#include <string.h>

#include "host/host.h"
#include "sbi/ext.h"

#define INFO_FIRMWARE BIT(63)
#define INFO_WIDTH    MASK(17, 12)
#define CSR_CYCLE     0xc00u

#define START_SET_INIT      BIT(0)
#define START_INIT_SNAPSHOT BIT(1)
#define STOP_RESET          BIT(0)
#define STOP_TAKE_SNAPSHOT  BIT(1)

/* The snapshot's layout. */
struct snapshot {
    uint64_t overflow;
    uint64_t value[64];
};
#define SHMEM_SIZE 4096u

/* The entries of event_get_info. */
struct event_info {
    uint32_t event;
    uint32_t output;
    uint64_t data;
};
#define EVENT_RESERVED 0xfff00000u

/* Without mcountinhibit a counter can't be stopped: then there is no such extension, as the
 * specification suggests. */
bool pmu_present(void)
{
    return machine.mcountinhibit;
}

/* The set of counters as a mask of indices. False: one of them doesn't exist. */
static bool counter_set(uint64_t base, uint64_t mask, uint64_t *set)
{
    if (mask == 0) {
        *set = 0;
        return base < 64;
    }
    *set = base < 64 ? mask << base : 0;
    return base < 64 && *set >> base == mask && (*set & ~counters_all()) == 0;
}

static long get_info(uint64_t n, uint64_t *value)
{
    if (n >= 64 || !(counters_all() & BIT(n))) {
        return SBI_ERR_INVALID_PARAM;
    }
    *value = n >= counters_firmware() ? INFO_FIRMWARE : FIELD_PUT(INFO_WIDTH, 63) | (CSR_CYCLE + n);
    return SBI_SUCCESS;
}

/* The first of the candidates that can count the event, or -1. */
static int match(uint64_t candidates, uint64_t event, uint64_t data, uint64_t *how)
{
    for (; candidates; candidates &= candidates - 1) {
        unsigned n = (unsigned)__builtin_ctzll(candidates);
        if (event <= UINT32_MAX && counter_can(n, (uint32_t)event, data, how)) {
            return (int)n;
        }
    }
    return -1;
}

static long config_matching(struct vhart *vh, const uint64_t *a, uint64_t *value)
{
    uint64_t set, how, flags = a[2];
    struct pmu *p = &vh->pmu;

    if (!counter_set(a[0], a[1], &set) || (flags & ~CFG_ALL)) {
        return SBI_ERR_INVALID_PARAM;
    }
    set = flags & CFG_SKIP_MATCH ? FIELD_LSB(set) : set & ~(p->started | p->configured);
    int found = match(set, a[3], a[4], &how);
    if (found < 0) {
        return SBI_ERR_NOT_SUPPORTED;
    }
    unsigned n = (unsigned)found;
    counter_configure(vh, n, how, flags);
    if (flags & CFG_CLEAR_VALUE) {
        counter_write(vh, n, 0);
    }
    if ((flags & CFG_AUTO_START) && !(p->started & BIT(n))) {
        counter_start(vh, n);
    }
    *value = n;
    return SBI_SUCCESS;
}

static struct snapshot *snapshot(const struct vhart *vh)
{
    return vh->pmu.shmem == PMU_NO_SHMEM ? NULL : shared_memory(vh, vh->pmu.shmem, 0, SHMEM_SIZE);
}

static long start(struct vhart *vh, const uint64_t *a)
{
    uint64_t set, base = a[0], flags = a[2];
    const struct snapshot *shot = snapshot(vh);
    long err = SBI_SUCCESS;

    if (!counter_set(base, a[1], &set) || flags > START_INIT_SNAPSHOT) { /* each alone, or none */
        return SBI_ERR_INVALID_PARAM;
    }
    if ((flags & START_INIT_SNAPSHOT) && !shot) {
        return SBI_ERR_NO_SHMEM;
    }
    for (; set; set &= set - 1) {
        unsigned n = (unsigned)__builtin_ctzll(set);
        if (vh->pmu.started & BIT(n)) {
            err = SBI_ERR_ALREADY_STARTED;
            continue;
        }
        if (flags) {
            counter_write(vh, n, flags & START_SET_INIT ? a[3] : shot->value[n - base]);
        }
        counter_start(vh, n);
    }
    return err;
}

static void snapshot_take(struct vhart *vh, struct snapshot *shot, unsigned n, unsigned place)
{
    shot->value[place] = counter_read(vh, n);
    shot->overflow &= ~BIT(place);
    if (counter_overflown(vh, n)) {
        shot->overflow |= BIT(place);
    }
}

static long stop(struct vhart *vh, const uint64_t *a)
{
    uint64_t set, base = a[0], flags = a[2];
    struct snapshot *shot = snapshot(vh);
    long err = SBI_SUCCESS;

    if (!counter_set(base, a[1], &set) || (flags & ~(STOP_RESET | STOP_TAKE_SNAPSHOT))) {
        return SBI_ERR_INVALID_PARAM;
    }
    if ((flags & STOP_TAKE_SNAPSHOT) && !shot) {
        return SBI_ERR_NO_SHMEM;
    }
    for (; set; set &= set - 1) {
        unsigned n = (unsigned)__builtin_ctzll(set);
        if (vh->pmu.started & BIT(n)) {
            counter_stop(vh, n);
        } else {
            err = SBI_ERR_ALREADY_STOPPED;
        }
        if (flags & STOP_TAKE_SNAPSHOT) {
            snapshot_take(vh, shot, n, n - (unsigned)base);
        }
        if (flags & STOP_RESET) {
            counter_release(vh, n);
        }
    }
    return err;
}

static long fw_read(struct vhart *vh, uint64_t n, uint64_t *value)
{
    if (n >= 64 || n < counters_firmware() || !(counters_all() & BIT(n))) {
        return SBI_ERR_INVALID_PARAM;
    }
    if (value) {
        *value = counter_read(vh, (unsigned)n);
    }
    return SBI_SUCCESS;
}

static long snapshot_set_shmem(struct vhart *vh, const uint64_t *a)
{
    if (a[2] != 0) {
        return SBI_ERR_INVALID_PARAM;
    }
    if ((a[0] & a[1]) == ~UINT64_C(0)) {
        vh->pmu.shmem = PMU_NO_SHMEM;
        return SBI_SUCCESS;
    }
    if (a[0] % SHMEM_SIZE != 0) {
        return SBI_ERR_INVALID_PARAM;
    }
    if (!shared_memory(vh, a[0], a[1], SHMEM_SIZE)) {
        return SBI_ERR_INVALID_ADDRESS;
    }
    vh->pmu.shmem = a[0];
    return SBI_SUCCESS;
}

static long event_get_info(const struct vhart *vh, const uint64_t *a)
{
    uint64_t how, entries = a[2];

    if (a[3] != 0 || a[0] % sizeof(struct event_info) != 0) {
        return SBI_ERR_INVALID_PARAM;
    }
    if (entries > UINT64_MAX / sizeof(struct event_info)) {
        return SBI_ERR_INVALID_ADDRESS;
    }
    struct event_info *info = shared_memory(vh, a[0], a[1], entries * sizeof(*info));
    if (!info) {
        return SBI_ERR_INVALID_ADDRESS;
    }
    for (uint64_t i = 0; i < entries; i++) {
        struct event_info e;
        memcpy(&e, &info[i], sizeof(e)); /* once: other harts may write */
        if (e.event & EVENT_RESERVED) {
            return SBI_ERR_INVALID_PARAM;
        }
        info[i].output = match(counters_all(), e.event, e.data, &how) >= 0;
    }
    return SBI_SUCCESS;
}

long pmu_call(struct vhart *vh, uint64_t fid, const uint64_t *a, uint64_t *value)
{
    switch (fid) {
    case 0: /* sbi_pmu_num_counters */
        *value = counters_firmware() + PMU_FW_COUNTERS;
        return SBI_SUCCESS;
    case 1: /* sbi_pmu_counter_get_info */
        return get_info(a[0], value);
    case 2: /* sbi_pmu_counter_config_matching */
        return config_matching(vh, a, value);
    case 3: /* sbi_pmu_counter_start */
        return start(vh, a);
    case 4: /* sbi_pmu_counter_stop */
        return stop(vh, a);
    case 5: /* sbi_pmu_counter_fw_read */
        return fw_read(vh, a[0], value);
    case 6: /* sbi_pmu_counter_fw_read_hi */
        return fw_read(vh, a[0], NULL);
    case 7: /* sbi_pmu_snapshot_set_shmem */
        return snapshot_set_shmem(vh, a);
    case 8: /* sbi_pmu_event_get_info */
        return event_get_info(vh, a);
    default:
        return SBI_ERR_NOT_SUPPORTED;
    }
}
