/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/guestmem.h"

#include <string.h>

#include "core/bus.h"
#include "core/policy.h"
#include "core/world.h"
#include "host/host.h"
#include "spec/pmp.h"

#define PAGE 4096u

/* The bytes of an access that lie in one page. */
struct piece {
    uint64_t va;
    hpa_t pa;
    unsigned len;
    void *ram; /* NULL: not the world's memory */
};

static uint64_t access_fault_cause(unsigned access)
{
    switch (access) {
    case ACCESS_STORE:
        return CAUSE_STORE_ACCESS;
    case ACCESS_FETCH:
        return CAUSE_FETCH_ACCESS;
    default:
        return CAUSE_LOAD_ACCESS;
    }
}

static bool access_fault(struct access_as as, uint64_t va, struct trap *fault)
{
    *fault = (struct trap){.cause = access_fault_cause(as.access), .tval = va, .gva = as.v};
    return false;
}

static bool piece_find(struct vhart *vh, struct access_as as, struct piece *p, struct trap *fault)
{
    struct xlate x;

    if (as.prv == PRV_M) {
        x.pa.a = p->va;
    } else if (!walk(&vh->h, &vh->world->mem, as, p->va, &x, fault)) {
        return false;
    }
    if (vh->h.isa->pmp_entries != 0 &&
        !pmp_allows(&vh->h, x.pa, p->len, (enum access)as.access, (enum prv)as.prv)) {
        return access_fault(as, p->va, fault);
    }
    if (vh->h.prv == PRV_M && !policy_may_reach(vh->world, x.pa.a, p->len)) {
        return access_fault(as, p->va, fault);
    }
    p->pa = x.pa;
    p->ram = mem_at(&vh->world->mem, x.pa, p->len);
    return true;
}

/* Splits at the page boundary and translates. Returns the number of pieces, 0 for a fault. Only a
 * whole access may be a device's. */
static unsigned pieces_find(struct vhart *vh, struct access_as as, uint64_t va, unsigned len,
                            struct piece *p, struct trap *fault)
{
    unsigned first = (unsigned)min_u64(len, PAGE - va % PAGE);
    unsigned count = first < len ? 2 : 1;

    p[0] = (struct piece){.va = va, .len = first};
    p[1] = (struct piece){.va = va + first, .len = len - first};
    for (unsigned i = 0; i < count; i++) {
        if (!piece_find(vh, as, &p[i], fault)) {
            return 0;
        }
        if (!p[i].ram && (count == 2 || va % len != 0)) {
            return access_fault(as, p[i].va, fault), 0;
        }
    }
    return count;
}

/* The length if an access of it is aligned there, and so has to be one access as the hart's own
 * would be; else 0. */
static unsigned single(const void *ram, unsigned len)
{
    return (uintptr_t)ram % len == 0 ? len : 0;
}

static void ram_load(void *buf, const void *ram, unsigned len)
{
    uint64_t v;

    switch (single(ram, len)) {
    case 2:
        v = __atomic_load_n((const uint16_t *)ram, __ATOMIC_RELAXED);
        break;
    case 4:
        v = __atomic_load_n((const uint32_t *)ram, __ATOMIC_RELAXED);
        break;
    case 8:
        v = __atomic_load_n((const uint64_t *)ram, __ATOMIC_RELAXED);
        break;
    default:
        memcpy(buf, ram, len);
        return;
    }
    memcpy(buf, &v, len); /* little-endian */
}

static void ram_store(void *ram, const void *buf, unsigned len)
{
    uint64_t v = 0;

    memcpy(&v, buf, len);
    switch (single(ram, len)) {
    case 2:
        __atomic_store_n((uint16_t *)ram, (uint16_t)v, __ATOMIC_RELAXED);
        break;
    case 4:
        __atomic_store_n((uint32_t *)ram, (uint32_t)v, __ATOMIC_RELAXED);
        break;
    case 8:
        __atomic_store_n((uint64_t *)ram, v, __ATOMIC_RELAXED);
        break;
    default:
        memcpy(ram, buf, len);
        break;
    }
}

/* What is not memory: a virtual device, or a physical one that the world may reach. */
static bool device_access(struct vhart *vh, hpa_t pa, unsigned len, bool write, uint64_t *value)
{
    switch (bus_access(vh, pa.a, len, write, value)) {
    case BUS_OK:
        return true;
    case BUS_NONE:
        return write ? host_mmio_store(pa.a, len, *value) : host_mmio_load(pa.a, len, value);
    default:
        return false;
    }
}

bool guest_load(struct vhart *vh, struct access_as as, uint64_t va, void *buf, unsigned len,
                struct trap *fault)
{
    struct piece p[2];
    unsigned count = pieces_find(vh, as, va, len, p, fault);
    uint8_t *to = buf;

    if (count == 1 && !p[0].ram) {
        uint64_t value = 0;
        if (as.access == ACCESS_FETCH || !device_access(vh, p[0].pa, len, false, &value)) {
            return access_fault(as, va, fault);
        }
        memcpy(buf, &value, len);
        return true;
    }
    for (unsigned i = 0; i < count; i++) {
        ram_load(to, p[i].ram, p[i].len);
        to += p[i].len;
    }
    return count != 0;
}

bool guest_store(struct vhart *vh, struct access_as as, uint64_t va, const void *buf, unsigned len,
                 struct trap *fault)
{
    struct piece p[2];
    unsigned count = pieces_find(vh, as, va, len, p, fault);
    const uint8_t *from = buf;

    if (count == 1 && !p[0].ram) {
        uint64_t value = 0;
        memcpy(&value, buf, len);
        return device_access(vh, p[0].pa, len, true, &value) || access_fault(as, va, fault);
    }
    for (unsigned i = 0; i < count; i++) {
        ram_store(p[i].ram, from, p[i].len);
        from += p[i].len;
    }
    return count != 0;
}

void *guest_pointer(struct vhart *vh, struct access_as as, uint64_t va, unsigned len,
                    struct trap *fault)
{
    struct piece p = {.va = va, .len = len};

    if (!piece_find(vh, as, &p, fault)) {
        return NULL;
    }
    if (p.ram == NULL) {
        access_fault(as, va, fault);
    }
    return p.ram;
}

bool guest_fetch(struct vhart *vh, uint32_t *raw, struct trap *fault)
{
    struct access_as as = {.access = ACCESS_FETCH, .prv = vh->h.prv, .v = vh->h.v != 0};
    uint16_t low, high = 0;

    if (!guest_load(vh, as, vh->h.pc, &low, sizeof(low), fault)) {
        return false;
    }
    if ((low & 3) == 3 && !guest_load(vh, as, vh->h.pc + 2, &high, sizeof(high), fault)) {
        return false;
    }
    *raw = (uint32_t)high << 16 | low;
    return true;
}
