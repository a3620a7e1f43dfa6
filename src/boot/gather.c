/* SPDX-License-Identifier: BSD-2-Clause */
/* All harts together, once: what has each? */
#include "boot/boot.h"

#include <string.h>

#include "boot/layout.h"
#include "boot/move.h"
#include "core/world.h"
#include "drv/drv.h"
#include "host/host.h"
#include "lib/log.h"
#include "lib/panic.h"

enum arrival { AWAITED, ARRIVED, UNUSABLE };

static struct {
    struct machine has;   /* valid once arrival is ARRIVED */
    uint32_t arrival;     /* enum arrival, atomic */
} hart[HARTS_MAX];        /* by index in boot_hartid[] */
static uint32_t released; /* atomic */

extern uint64_t boot_hartid[], boot_stack[];
extern uint32_t boot_harts;

static unsigned index_of(uint64_t hartid)
{
    unsigned i = 0;
    while (boot_hartid[i] != hartid) {
        i++; /* start.S found it: it is there */
    }
    return i;
}

static void arrive(unsigned i, uint64_t hartid)
{
    const char *why;
    bool usable = host_usable(&why);
    if (usable) {
        host_probe(&hart[i].has);
    } else {
        log_warn("hart %lu stays out: %s", (unsigned long)hartid, why);
    }
    __atomic_store_n(&hart[i].arrival, usable ? ARRIVED : UNUSABLE, __ATOMIC_RELEASE);
}

_Noreturn void boot_warm(uint64_t hartid)
{
    unsigned i = index_of(hartid);
    arrive(i, hartid);
    while (__atomic_load_n(&released, __ATOMIC_ACQUIRE) == 0) {
        __asm__ volatile(".word 0x0100000f"); /* pause */
    }
    struct vhart *vh = vhart_by_id(&world0, hartid);
    if (vh == NULL) {
        park(); /* too late, or unusable */
    }
    if (drivers.ipi->init != NULL) {
        drivers.ipi->init();
    }
    host_fence_i(); /* firmware may have been copied meanwhile */
    host_start_secondary(vh);
}

static void least(struct machine *m, const struct machine *h)
{
    m->time_csr &= h->time_csr;
    m->sstc &= h->sstc;
    m->menvcfg &= h->menvcfg;
    m->smaia &= h->smaia;
    m->mstateen &= h->mstateen;
    m->mcountinhibit &= h->mcountinhibit;
    m->misaligned &= h->misaligned;
    m->misa &= h->misa;
    m->hpm &= h->hpm;
    m->medeleg &= h->medeleg;
    m->mideleg &= h->mideleg;
    m->menvcfg_mask &= h->menvcfg_mask;
    m->satp_modes &= h->satp_modes;
    m->asid_mask &= h->asid_mask;
    m->pmp_entries = (unsigned)min_u64(m->pmp_entries, h->pmp_entries);
    m->pmp_grain = (unsigned)max_u64(m->pmp_grain, h->pmp_grain);
}

/* True once no hart is awaited any more; false after a second. */
static bool all_there(unsigned harts)
{
    uint64_t start = drivers.timer->time();
    for (unsigned i = 0; i < harts;) {
        if (__atomic_load_n(&hart[i].arrival, __ATOMIC_ACQUIRE) != AWAITED) {
            i++;
        } else if (drivers.timer->time() - start > world0.timebase) {
            return false;
        }
    }
    return true;
}

/* Keeps the vharts of harts that came; their stacks and boot_hartid[] stay as they are. */
static void keep_arrived(unsigned harts)
{
    unsigned kept = 0;
    for (unsigned i = 0; i < harts; i++) {
        uint32_t arrival = __atomic_load_n(&hart[i].arrival, __ATOMIC_ACQUIRE);
        if (arrival == AWAITED) {
            log_warn("hart %lu stays out: it doesn't answer", (unsigned long)boot_hartid[i]);
        }
        if (arrival == AWAITED && move_done()) {
            log_error("hart %lu would begin in the firmware, outside of Hearth",
                      (unsigned long)boot_hartid[i]);
            boot_fail();
        }
        if (arrival == ARRIVED) {
            least(&machine, &hart[i].has);
            vharts[kept] = vharts[i];
            vharts[kept]->index = kept;
            kept++;
        }
    }
    world0.harts = kept;
}

void gather_harts(uint64_t self)
{
    struct machine *m = &hart[index_of(self)].has;
    arrive(index_of(self), self);
    __atomic_store_n(&boot_gate, GATE_GO, __ATOMIC_RELEASE);
    (void)all_there(boot_harts);

    struct machine own =
        machine; /* what boot chose stays; what was probed is this hart's, then the least */
    machine = *m;
    memcpy(machine.closed, own.closed, sizeof(own.closed));
    machine.closed_count = own.closed_count;
    machine.hearth = own.hearth;
    machine.areas = own.areas;
    machine.pool = own.pool;
    keep_arrived(boot_harts);
}

void gather_release(void)
{
    __atomic_store_n(&released, 1, __ATOMIC_RELEASE);
}

_Noreturn void boot_trapped(const uint64_t *x, uint64_t mcause, uint64_t mtval)
{
    panic_registers(x, x[32], mcause, mtval);
}
