/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two machines to which the same is done: one with the virtual root domain between firmware and the
 * APLIC, one bare. Firmware reads the same on both, the same MSIs go to the same harts, and the
 * wires of its harts are the same; no interrupt arrives without end. What firmware may not have
 * (the IDC and the identity of others, where MSIs go) stays as it was.
 *
 * Driven by the unit test and by the fuzzer: each defines twin_must(c).
 */
#ifndef TESTS_UNIT_APLIC_TWIN_H
#define TESTS_UNIT_APLIC_TWIN_H

#include <string.h>

#include "aplic_device.h"
#include "vdev/aplic.h"

#define TWIN_RESERVED 255u        /* the identity that is Hearth's */
#define TWIN_ADDRESS  0x00d00d00u /* and where it sends MSIs to */

static const uint8_t twin_hart[APLIC_IDCS] = {4, VDEV_NOBODY, 0, 63};

static struct vaplic vaplic;
static struct aplic_device beneath; /* what the model has below it */
static struct aplic_device bare;
static unsigned twin_self;         /* index of the hart that asks for its wire */
static bool twin_meip[APLIC_IDCS]; /* MEIP as the host has it, by events only */
static unsigned twin_taken, twin_stale, twin_refused;

static uint32_t twin_read(uintptr_t at)
{
    return aplic_device_read(&beneath, (uint32_t)at);
}

static void twin_write(uintptr_t at, uint32_t v)
{
    aplic_device_write(&beneath, (uint32_t)at, v);
}

static bool twin_line(void)
{
    return aplic_device_line(&beneath, twin_self);
}

static void aplic_twin_make(bool msi)
{
    vaplic = (struct vaplic){.read = twin_read,
                             .write = twin_write,
                             .line = twin_line,
                             .sources = APLIC_SOURCES,
                             .children = APLIC_CHILDREN,
                             .msi = msi,
                             .reserved = msi ? TWIN_RESERVED : 0,
                             .indices = APLIC_IDCS};
    memset(vaplic.hart, VDEV_NOBODY, sizeof(vaplic.hart));
    memcpy(vaplic.hart, twin_hart, sizeof(twin_hart));
    bare = beneath = (struct aplic_device){.msi = msi};
    for (unsigned i = 0; i < 4; i++) {
        beneath.msiaddr[i] = TWIN_ADDRESS;
    }
    memset(twin_meip, 0, sizeof(twin_meip));
}

static bool twin_known(uint32_t index)
{
    return index < APLIC_IDCS && twin_hart[index] != VDEV_NOBODY;
}

/* Is the register firmware's, and may it have what it writes there? */
static bool twin_may(uint32_t at, bool write, uint32_t v)
{
    bool names_hart = at >= 0x3000 && at < 0x4000;
    if (at >= 0x4000) {
        return twin_known((at - 0x4000) / 32);
    }
    return !write || !names_hart ||
           (twin_known(v >> 18) && (!vaplic.msi || (v & 0x7ff) != TWIN_RESERVED));
}

static void twin_ask(unsigned index)
{
    struct vdev_lines l = {.deadline = VDEV_NEVER};
    twin_self = index;
    vaplic_ops.lines(&vaplic, twin_hart[index], 0, &l);
    twin_must(l.deadline == VDEV_NEVER && (l.up & ~BIT(IRQ_MEI)) == 0);
    twin_meip[index] = l.up != 0;
}

/* What the model says, and what arrives by itself: once. */
static void twin_settle(uint64_t told)
{
    for (unsigned i = 0; i < APLIC_IDCS; i++) {
        if (twin_hart[i] == VDEV_NOBODY) {
            twin_must(!aplic_device_line(&beneath, i) && beneath.idelivery[i] == 0);
            continue;
        }
        if ((told & BIT(twin_hart[i])) != 0 || aplic_device_line(&beneath, i)) {
            twin_ask(i);
        }
        told &= ~BIT(twin_hart[i]);
        twin_must(!aplic_device_line(&beneath, i));
    }
    twin_must(told == 0);
}

/* Bits of hart indices: a wire is down, and the host does not know yet. */
static unsigned twin_unseen(void)
{
    unsigned n = 0;
    for (unsigned i = 0; i < APLIC_IDCS; i++) {
        n |= (unsigned)(twin_meip[i] && !aplic_device_line(&bare, i)) << i;
    }
    return n;
}

/* Firmware's access, on both. What it does to a wire is said at once. */
static void aplic_twin_access(uint32_t at, bool write, uint32_t v)
{
    struct vdev_access a = {.offset = at, .len = 4, .write = write, .value = v};
    bool may = twin_may(at, write, v);
    unsigned unseen = twin_unseen();
    uint32_t read = 0;
    twin_must(vaplic_ops.access(&vaplic, &a) && a.ssip == 0);
    if (may && write) {
        aplic_device_write(&bare, at, v);
    } else if (may) {
        read = aplic_device_read(&bare, at);
        twin_taken += at >= 0x4000 && at % 32 == 0x1c && read != 0;
    }
    twin_must(a.value == (write ? v : read));
    twin_refused += !may;
    twin_settle(a.lines);
    twin_must((twin_unseen() & ~unseen) == 0);
}

static void aplic_twin_input(unsigned i, bool level)
{
    aplic_device_input(&bare, i, level);
    aplic_device_input(&beneath, i, level);
    twin_settle(0);
}

/* The domains are in the same state, but for what quiet harts' idelivery holds; all wires that are
 * up are known. A wire that the device drops is seen when somebody looks. */
static void aplic_twin_check(unsigned index, bool look)
{
    for (unsigned i = 0; i < 4; i++) {
        twin_must(beneath.msiaddr[i] == TWIN_ADDRESS);
    }
    twin_must(memcmp(beneath.sourcecfg, bare.sourcecfg, sizeof(bare.sourcecfg)) == 0);
    twin_must(memcmp(beneath.target, bare.target, sizeof(bare.target)) == 0);
    twin_must(memcmp(beneath.ip, bare.ip, sizeof(bare.ip)) == 0);
    twin_must(memcmp(beneath.ie, bare.ie, sizeof(bare.ie)) == 0);
    twin_must(beneath.sent == bare.sent && beneath.last == bare.last);
    if (!twin_known(index)) {
        return;
    }
    if (look) {
        twin_stale += twin_meip[index] && !aplic_device_line(&bare, index);
        twin_ask(index);
        twin_must(twin_meip[index] == aplic_device_line(&bare, index));
    }
    twin_must(twin_meip[index] || !aplic_device_line(&bare, index));
}

/* A register, more often one that there is; by 16 bits. */
static uint32_t aplic_twin_register(uint32_t how)
{
    static const uint16_t first[] = {0x0,    0x0,    0x1bc0, 0x1c00, 0x1d00, 0x1e00,
                                     0x1f00, 0x1cdc, 0x1ddc, 0x1edc, 0x1fdc, 0x2000,
                                     0x3000, 0x3000, 0x4000, 0x4000};
    static const uint8_t words[] = {1, 43, 5, 3, 3, 3, 3, 1, 1, 1, 1, 2, 1, 43, 40, 40};
    unsigned part = how & 15, k = how >> 4;
    if (part == 15) {
        return 0x401c + 32 * (k % APLIC_IDCS); /* claimi */
    }
    return k == 0xfff ? (how * 4) & 0x7ffc : first[part] + 4 * (k % words[part]);
}

/* A value that means something there. */
static uint32_t aplic_twin_value(uint32_t at, uint32_t how)
{
    static const uint8_t modes[] = {1, 4, 5, 6, 7, 6, 4, 0};
    if (at == 0) {
        return (how & 7) != 0 ? 0x100 : how;
    } else if (at < 0x1bc0) {
        return (how & 15) == 0 ? 0x400 | (how >> 4 & 1) : modes[how >> 4 & 7];
    } else if (at >= 0x1c00 && at <= 0x2004 && at % 0x100 >= 0xdc) {
        return how % (APLIC_SOURCES + 3);
    } else if (at >= 0x3000 && at < 0x4000) {
        uint32_t low = (how >> 8 & 15) == 0 ? TWIN_RESERVED : how >> 3 & 31;
        return how % (APLIC_IDCS + 1) << 18 | low;
    } else if (at >= 0x4000) {
        return at % 32 == 8 ? how % 20 : how;
    }
    return how;
}

#endif
