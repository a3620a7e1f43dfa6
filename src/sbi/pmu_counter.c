/* SPDX-License-Identifier: BSD-2-Clause */
#include "sbi/pmu.h"

#include "host/host.h"
#include "sbi/ext.h"

#define TIME_COUNTER BIT(1)

enum event_type {
    EVENT_GENERAL = 0,
    EVENT_CACHE = 1,
    EVENT_RAW = 2,
    EVENT_RAW_V2 = 3,
    EVENT_FIRMWARE = 15
};

#define EVENT_TYPE         MASK(19, 16)
#define EVENT_CODE         MASK(15, 0)
#define EVENT_CYCLES       1u
#define EVENT_INSTRUCTIONS 2u

/* mhpmevent with Sscofpmf. */
#define MHPMEVENT_OF    BIT(63)
#define MHPMEVENT_MINH  BIT(62)
#define MHPMEVENT_SINH  BIT(61)
#define MHPMEVENT_UINH  BIT(60)
#define MHPMEVENT_SSCOF MASK(63, 56)

static uint64_t counters_hardware(void)
{
    return host_counters_present() & MASK(31, 0) & ~TIME_COUNTER;
}

unsigned counters_firmware(void)
{
    uint64_t hardware = counters_hardware();

    return hardware ? 64u - (unsigned)__builtin_clzll(hardware) : 0;
}

/* Has the counter an mhpmevent? */
static bool programmable(unsigned n)
{
    return n > 2 && n < counters_firmware();
}

uint64_t counters_all(void)
{
    return counters_hardware() | (BIT(PMU_FW_COUNTERS) - 1) << counters_firmware();
}

static bool firmware_event_counted(unsigned code)
{
    return code < FW_EVENTS && code != 2 && code != 3; /* access faults don't come here */
}

/* The instructions that came here because the hart doesn't know them. */
static uint64_t illegal_total(const struct vhart *vh)
{
    static const uint8_t causes[] = {EXIT_csr_h, EXIT_csr_vs, EXIT_sret_enter, EXIT_sret_vs,
                                     EXIT_satp,  EXIT_sfence, EXIT_hfence,     EXIT_hlv,
                                     EXIT_time,  EXIT_wfi,    EXIT_illegal};
    uint64_t total = 0;

    for (unsigned i = 0; i < ARRAY_LEN(causes); i++) {
        total += vh->exits[causes[i]];
    }
    return total;
}

static uint64_t firmware_total(const struct vhart *vh, unsigned code)
{
    if (!firmware_event_counted(code)) {
        return 0;
    }
    return code == FW_ILLEGAL_INSN ? illegal_total(vh) : vh->pmu.events[code];
}

bool counter_can(unsigned n, uint32_t event, uint64_t data, uint64_t *how)
{
    unsigned type = (unsigned)FIELD_GET(EVENT_TYPE, event),
             code = (unsigned)FIELD_GET(EVENT_CODE, event);

    *how = code;
    if (event & ~(EVENT_TYPE | EVENT_CODE)) {
        return false;
    }
    if (n >= counters_firmware()) {
        return type == EVENT_FIRMWARE && firmware_event_counted(code);
    }
    if (n < 3) {
        return event == (n == 0 ? EVENT_CYCLES : EVENT_INSTRUCTIONS);
    }
    switch (type) {
    case EVENT_RAW:
        return code == 0 && pmu_raw_event(n, data & MASK(47, 0), how);
    case EVENT_RAW_V2:
        return code == 0 && pmu_raw_event(n, data & MASK(55, 0), how);
    case EVENT_GENERAL:
    case EVENT_CACHE:
        return event != 0 && pmu_hw_event(n, event, how);
    default:
        return false;
    }
}

static uint64_t filtered(const struct vhart *vh, uint64_t mhpmevent, uint64_t filter)
{
    if (!isa_has(vh->h.isa, EXT_SSCOFPMF)) {
        return mhpmevent;
    }
    mhpmevent = (mhpmevent & ~MHPMEVENT_SSCOF) |
                MHPMEVENT_MINH; /* M is Hearth's: nothing to count for HS */
    mhpmevent |= filter & CFG_SINH ? MHPMEVENT_SINH : 0;
    mhpmevent |= filter & CFG_UINH ? MHPMEVENT_UINH : 0;
    return mhpmevent;
}

void counter_configure(struct vhart *vh, unsigned n, uint64_t how, uint64_t filter)
{
    unsigned first = counters_firmware();

    vh->pmu.configured |= BIT(n);
    if (n >= first) {
        uint64_t value = counter_read(vh, n);
        vh->pmu.fw_event[n - first] = (uint16_t)how;
        counter_write(vh, n, value);
    } else if (programmable(n)) {
        vh->pmu.hw_event[n] = filtered(vh, how, filter);
        host_event_write(n, vh->pmu.hw_event[n]);
    }
}

/* What the value in fw_value[] is less than that of the counter. */
static uint64_t firmware_base(const struct vhart *vh, unsigned n, unsigned i)
{
    return vh->pmu.started & BIT(n) ? firmware_total(vh, vh->pmu.fw_event[i]) : 0;
}

uint64_t counter_read(struct vhart *vh, unsigned n)
{
    unsigned first = counters_firmware();

    return n < first ? host_counter_read(n)
                     : vh->pmu.fw_value[n - first] + firmware_base(vh, n, n - first);
}

void counter_write(struct vhart *vh, unsigned n, uint64_t value)
{
    unsigned first = counters_firmware();

    if (n < first) {
        host_counter_write(n, value);
    } else {
        vh->pmu.fw_value[n - first] = value - firmware_base(vh, n, n - first);
    }
}

/* Changes whether the counter runs, not its value. */
static void counter_run(struct vhart *vh, unsigned n, bool on)
{
    bool firmware = n >= counters_firmware();
    uint64_t value = firmware ? counter_read(vh, n) : 0;

    vh->pmu.started = on ? vh->pmu.started | BIT(n) : vh->pmu.started & ~BIT(n);
    if (firmware) {
        counter_write(vh, n, value);
    } else {
        host_counter_inhibit(n, !on);
    }
}

void counter_start(struct vhart *vh, unsigned n)
{
    if (programmable(n)) {
        host_event_write(n, vh->pmu.hw_event[n]); /* OF clear: Sscofpmf */
    }
    counter_run(vh, n, true);
}

void counter_stop(struct vhart *vh, unsigned n)
{
    counter_run(vh, n, false);
}

bool counter_overflown(const struct vhart *vh, unsigned n)
{
    return programmable(n) && isa_has(vh->h.isa, EXT_SSCOFPMF) &&
           (host_event_read(n) & MHPMEVENT_OF);
}

void counter_release(struct vhart *vh, unsigned n)
{
    vh->pmu.configured &= ~BIT(n);
}

/* cycle and instret run from reset, as they would without the extension; the others don't. */
void pmu_reset(struct vhart *vh)
{
    struct pmu *p = &vh->pmu;
    const uint64_t running = BIT(0) | BIT(2);

    p->shmem = PMU_NO_SHMEM;
    p->configured = 0;
    p->started = counters_hardware() & running;
    for (unsigned i = 0; i < PMU_FW_COUNTERS; i++) {
        p->fw_value[i] = 0;
        p->fw_event[i] = FW_EVENTS; /* none */
    }
    for (uint64_t left = counters_hardware(); left; left &= left - 1) {
        unsigned n = (unsigned)__builtin_ctzll(left);
        p->hw_event[n] = 0;
        host_counter_inhibit(n, !(running & BIT(n)));
        if (programmable(n)) {
            host_event_write(n, 0);
        }
    }
}
