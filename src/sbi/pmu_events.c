/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which events the machine's counters can count: the node riscv,pmu of the device tree ("RISC-V SBI
 * PMU events" binding). riscv,event-to-mhpmcounters      first event, last event, counters
 *   riscv,event-to-mhpmevent         event, mhpmevent (2 cells); an event that isn't there is its
 * own mhpmevent riscv,raw-event-to-mhpmcounters  select (2), mask (2), counters: for raw events
 * with data & mask = select Where no raw events are described the caller is taken to know the
 * machine: any counter may take any.
 */
#include "lib/log.h"
#include "lib/tree.h"
#include "sbi/ext.h"

#define EVENTS_MAX 48
#define RAW_MAX    16

struct event_range {
    uint32_t first, last, counters;
};
struct event_value {
    uint32_t event;
    uint64_t mhpmevent;
};
struct raw_range {
    uint64_t select, mask;
    uint32_t counters;
};

/* Constant after boot. */
static struct {
    struct event_range range[EVENTS_MAX];
    struct event_value value[EVENTS_MAX];
    struct raw_range raw[RAW_MAX];
    unsigned ranges, values, raws;
} events;

static uint64_t event_value(uint32_t event)
{
    for (unsigned i = 0; i < events.values; i++) {
        if (events.value[i].event == event) {
            return events.value[i].mhpmevent;
        }
    }
    return event;
}

static bool raw_on(unsigned n, uint64_t data)
{
    for (unsigned i = 0; i < events.raws; i++) {
        const struct raw_range *r = &events.raw[i];
        if ((data & r->mask) == r->select && (r->counters & BIT(n))) {
            return true;
        }
    }
    return events.raws == 0;
}

bool pmu_raw_event(unsigned n, uint64_t data, uint64_t *mhpmevent)
{
    *mhpmevent = data;
    return raw_on(n, data);
}

bool pmu_hw_event(unsigned n, uint32_t event, uint64_t *mhpmevent)
{
    *mhpmevent = event_value(event);
    for (unsigned i = 0; i < events.ranges; i++) {
        const struct event_range *r = &events.range[i];
        if (event >= r->first && event <= r->last && (r->counters & BIT(n))) {
            return true;
        }
    }
    return false;
}

static uint64_t cells2(const fdt32_t *c)
{
    return (uint64_t)fdt32_to_cpu(c[0]) << 32 | fdt32_to_cpu(c[1]);
}

static void take_range(const fdt32_t *c)
{
    events.range[events.ranges++] =
        (struct event_range){fdt32_to_cpu(c[0]), fdt32_to_cpu(c[1]), fdt32_to_cpu(c[2])};
}

static void take_value(const fdt32_t *c)
{
    events.value[events.values++] = (struct event_value){fdt32_to_cpu(c[0]), cells2(c + 1)};
}

static void take_raw(const fdt32_t *c)
{
    events.raw[events.raws++] = (struct raw_range){cells2(c), cells2(c + 2), fdt32_to_cpu(c[4])};
}

/* A property that is a list of entries; what doesn't fit is said and left out. */
static void take_list(const void *fdt, int node, const char *name, int cells, int max,
                      void (*take)(const fdt32_t *c))
{
    int size;
    const fdt32_t *c = fdt_getprop(fdt, node, name, &size);
    int entries = c ? size / (cells * (int)sizeof(*c)) : 0;

    if (entries > max) {
        log_warn("device tree: pmu: %s: only %d of %d entries taken", name, max, entries);
        entries = max;
    }
    for (int i = 0; i < entries; i++) {
        take(c + i * cells);
    }
}

void pmu_probe(const void *fdt)
{
    int node = fdt_node_offset_by_compatible(fdt, -1, "riscv,pmu");

    events.ranges = events.values = events.raws = 0;
    if (node < 0 || !tree_enabled(fdt, node)) {
        return;
    }
    take_list(fdt, node, "riscv,event-to-mhpmcounters", 3, EVENTS_MAX, take_range);
    take_list(fdt, node, "riscv,event-to-mhpmevent", 3, EVENTS_MAX, take_value);
    take_list(fdt, node, "riscv,raw-event-to-mhpmcounters", 5, RAW_MAX, take_raw);
}
