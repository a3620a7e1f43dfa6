/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A machine that isn't there, for the tests of core and sbi: host.h and the drivers as records of
 * what was asked of them. Each test program includes it once.
 */
#ifndef TESTS_UNIT_FAKE_HOST_H
#define TESTS_UNIT_FAKE_HOST_H

#include "fixture.h"

#include <string.h>

#include "core/request.h"
#include "core/world.h"
#include "drv/drv.h"
#include "host/host.h"
#include "lib/log.h"
#include "sbi/sbi.h"

#define HARTS    4
#define RAM_SIZE 0x40000u

struct world world0;
struct machine machine;
struct drivers drivers;

static struct vhart harts[HARTS];
static _Alignas(4096) uint8_t ram[RAM_SIZE];
static const uint64_t hartids[HARTS] = {1, 2, 3, 5}; /* 0 and 4 are not ours */

/* What was asked, since fake_reset(). */
struct fence_seen {
    struct fence f;
    uint64_t hgatp;
};
static struct {
    uint64_t timer, timers;
    bool hooks;
    unsigned ssip, unloads, resets, waits;
    uint64_t ipis, lines; /* bits of indices */
    unsigned fence_i, fences_vma, fences_guest;
    uint64_t vma_start, vma_size, vma_asid;
    bool vma_all_ids;
    struct fence_seen guest[128];
    struct trap trap;
    unsigned traps;
    uint64_t mmio_pa, mmio_value;
    unsigned mmio_loads, mmio_stores;
    char printed[1024];
    size_t printed_size;
    const char *input;
    int reset_kind;
    bool reset_failure;
    uint64_t counter[32], event[32], inhibited;
    bool delegated;
    uint64_t freg[32];
    unsigned effects, resumes;
} seen;

/* What the machine is like. */
static struct {
    bool pending;          /* host_pending() */
    void (*on_wait)(void); /* in host_wait() */
    uint64_t mmio_base;    /* a page of device; reads give mmio_value */
    uint64_t counters;
    uint64_t menvcfg_mask;
    unsigned resets_possible; /* bits of enum reset_kind */
    uint64_t time;
} fake;

void host_unload(struct vhart *vh)
{
    seen.unloads++;
    vh->resident = RESIDENT_NONE;
}

void host_timer_set(struct vhart *vh, uint64_t deadline)
{
    (void)vh;
    seen.timer = deadline;
    seen.timers++;
}

#ifndef FAKE_OWN_SSIP
void host_raise_ssip(struct vhart *vh)
{
    seen.ssip++;
    vh->h.mip |= BIT(IRQ_SSI);
}
#endif

void host_trace_hooks(bool on)
{
    seen.hooks = on;
}

void host_lines(struct vhart *vh)
{
    seen.lines |= BIT(vh->index);
}

#ifndef FAKE_OWN_FENCES
void host_relax(void)
{
    fail(); /* nobody answers here: the test would wait for ever */
}

void host_ipi(unsigned index)
{
    seen.ipis |= BIT(index);
}

void host_fence_i(void)
{
    seen.fence_i++;
}

void host_fence_vma(uint64_t va, uint64_t size, bool all_ids, uint64_t asid)
{
    seen.fences_vma++;
    seen.vma_start = va;
    seen.vma_size = size;
    seen.vma_all_ids = all_ids;
    seen.vma_asid = asid;
}

void host_fence_guest(struct vhart *vh, const struct fence *f, uint64_t hgatp)
{
    (void)vh;
    struct fence_seen page = {*f, hgatp}; /* each of them */

    page.f.more_pages = 0;
    for (uint64_t i = 0; i <= f->more_pages; i++, page.f.address += 4096) {
        assert_true(seen.fences_guest < ARRAY_LEN(seen.guest));
        seen.guest[seen.fences_guest++] = page;
    }
}
#endif

void host_reflect(struct vhart *vh, const struct trap *t)
{
    (void)vh;
    seen.trap = *t;
    seen.traps++;
}

void host_reach_changed(struct vhart *vh)
{
    (void)vh;
}

void host_units_clear(struct vhart *vh)
{
    (void)vh;
}

uint64_t host_mtime(void)
{
    return fake.time;
}

uint64_t host_time(void)
{
    return fake.time;
}

void host_effects(struct vhart *vh, unsigned effect)
{
    (void)vh;
    seen.effects |= effect;
}

void host_resume(struct vhart *vh, const volatile uint64_t *x)
{
    for (unsigned n = 1; n < 32; n++) {
        vh->h.x[n] = x[n];
    }
    seen.resumes++;
}

void host_wait(void)
{
    seen.waits++;
    assert_non_null(fake.on_wait); /* or the test would wait for ever */
    fake.on_wait();
}

bool host_pending(struct vhart *vh)
{
    (void)vh;
    return fake.pending;
}

void host_reset_hs(struct vhart *vh)
{
    seen.resets++;
    vh->resident = RESIDENT_NONE;
    vh->h.satp = 0;
    vh->h.mip = 0;
}

static bool fake_mmio(uint64_t pa, unsigned len)
{
    seen.mmio_pa = pa;
    return fake.mmio_base && pa >= fake.mmio_base && pa + len <= fake.mmio_base + 4096;
}

bool host_mmio_load(uint64_t pa, unsigned len, uint64_t *value)
{
    if (!fake_mmio(pa, len)) {
        return false;
    }
    seen.mmio_loads++;
    *value = 0x1122334455667788;
    return true;
}

bool host_mmio_store(uint64_t pa, unsigned len, uint64_t value)
{
    if (!fake_mmio(pa, len)) {
        return false;
    }
    seen.mmio_stores++;
    seen.mmio_value = value;
    return true;
}

void host_block(unsigned op, void *at)
{
    if (op == 4) {
        memset(at, 0, 64);
    }
}

uint64_t host_freg_read(unsigned n)
{
    return seen.freg[n];
}

void host_freg_write(unsigned n, uint64_t value)
{
    seen.freg[n] = value;
}

uint64_t host_counter_read(unsigned n)
{
    return seen.counter[n];
}

void host_counter_write(unsigned n, uint64_t v)
{
    seen.counter[n] = v;
}

void host_counter_inhibit(unsigned n, bool on)
{
    seen.inhibited = on ? seen.inhibited | BIT(n) : seen.inhibited & ~BIT(n);
}

void host_event_write(unsigned n, uint64_t v)
{
    seen.event[n] = v;
}

uint64_t host_event_read(unsigned n)
{
    return seen.event[n];
}

uint64_t host_counters_present(void)
{
    return fake.counters;
}

uint64_t host_menvcfg_write(uint64_t v)
{
    (void)csr_write(&harts[0].h, csr_row(CSR_menvcfg), v & fake.menvcfg_mask);
    return harts[0].h.menvcfg;
}

uint64_t host_vendor_id(unsigned which)
{
    return 0x100 + which;
}

void host_delegate_misaligned(struct vhart *vh, bool on)
{
    vh->misaligned_delegated = on;
    seen.delegated = on;
}

/* Counter 3 knows one cache event, counter 4 takes raw ones below 256. */
#define FAKE_EVENT     0x10019u
#define FAKE_MHPMEVENT 0x77u
bool pmu_hw_event(unsigned n, uint32_t event, uint64_t *mhpmevent);
bool pmu_hw_event(unsigned n, uint32_t event, uint64_t *mhpmevent)
{
    *mhpmevent = FAKE_MHPMEVENT;
    return n == 3 && event == FAKE_EVENT;
}

bool pmu_raw_event(unsigned n, uint64_t data, uint64_t *mhpmevent);
bool pmu_raw_event(unsigned n, uint64_t data, uint64_t *mhpmevent)
{
    *mhpmevent = data;
    return n == 4 && data < 256;
}

/* Said on the console: what log.c would put there. */
void log_bytes(const char *bytes, size_t n)
{
    assert_true(n <= sizeof(seen.printed) - seen.printed_size);
    memcpy(seen.printed + seen.printed_size, bytes, n);
    seen.printed_size += n;
}

void log_info(const char *format, ...)
{
    char line[200];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(line, sizeof(line), format, args);
    va_end(args);
    log_bytes(line, (size_t)n);
    log_bytes("\n", 1);
}

static void fake_put(char c)
{
    log_bytes(&c, 1);
}

static int fake_get(void)
{
    return seen.input && *seen.input ? (unsigned char)*seen.input++ : -1;
}

static bool fake_can(enum reset_kind kind)
{
    return (fake.resets_possible >> kind & 1) != 0;
}

static void fake_do_reset(enum reset_kind kind, bool failure)
{
    seen.reset_kind = (int)kind;
    seen.reset_failure = failure;
}

static const struct console_ops fake_console = {fake_put, fake_get};
static const struct reset_ops fake_resets = {fake_can, fake_do_reset};

static inline uint64_t ram_pa(uint64_t offset)
{
    return (uintptr_t)ram + offset;
}

/* Four harts, all started, in HS; RAM at its own address. */
static inline void fake_reset(void)
{
    memset(&seen, 0, sizeof(seen));
    memset(&fake, 0, sizeof(fake));
    memset(ram, 0, sizeof(ram));
    memset(&machine, 0, sizeof(machine));
    memset(harts, 0, sizeof(harts));
    seen.reset_kind = -1;
    fake.resets_possible = BIT(RESET_SHUTDOWN) | BIT(RESET_COLD);
    fake.counters = BIT(0) | BIT(2) | BIT(3) | BIT(4);
    fake.menvcfg_mask = machine.menvcfg_mask = ENVCFG_ADUE | ENVCFG_STCE;
    machine.mcountinhibit = true;
    drivers = (struct drivers){.console = &fake_console, .reset = &fake_resets};
    world0.range[0] = (struct mem_range){.base = ram_pa(0), .size = RAM_SIZE};
    world0.mem = (struct mem){.range = world0.range, .count = 1};
    world0.harts = HARTS;
    for (unsigned i = 0; i < HARTS; i++) {
        vharts[i] = &harts[i];
        harts[i].h = hart_in(HS);
        harts[i].hartid = harts[i].h.hartid = hartids[i];
        harts[i].h.pc = 0x1000;
        harts[i].h.medeleg = 0;
        harts[i].index = i;
        harts[i].world = &world0;
        sbi_reset(&harts[i]);
    }
    seen.unloads = 0;
}

/* An ecall; the result in x[10]. */
static inline long ecall6(struct vhart *vh, uint64_t eid, uint64_t fid, uint64_t a0, uint64_t a1,
                          uint64_t a2, uint64_t a3, uint64_t a4)
{
    uint64_t *x = vh->h.x;
    x[17] = eid;
    x[16] = fid;
    x[10] = a0;
    x[11] = a1;
    x[12] = a2;
    x[13] = a3;
    x[14] = a4;
    sbi_call(vh);
    return (long)x[10];
}

#define ECALL_(vh, eid, fid, a0, a1, a2, a3, a4, ...) ecall6(vh, eid, fid, a0, a1, a2, a3, a4)
#define ecall(vh, ...)                                ECALL_(vh, __VA_ARGS__, 0, 0, 0, 0, 0, 0)

#define EID_BASE   0x10
#define EID_TIME   0x54494D45
#define EID_IPI    0x735049
#define EID_RFENCE 0x52464E43
#define EID_HSM    0x48534D
#define EID_SRST   0x53525354
#define EID_DBCN   0x4442434E
#define EID_PMU    0x504D55
#define EID_SUSP   0x53555350
#define EID_FWFT   0x46574654
#define EID_NACL   0x4E41434C
#define EID_HEARTH 0x0A484541

#endif
