/* SPDX-License-Identifier: BSD-2-Clause */
/* The virtual M-level interrupt files and the virtual root domain. Source: AIA 1.0, chapters 3, 4.
 */
#include "fixture.h"

#include <string.h>

#include "vdev/aplic.h"
#include "vdev/imsic.h"

static uint64_t told;

static bool access(const struct vdev_ops *ops, void *state, uint64_t offset, unsigned len,
                   bool write, uint64_t *value)
{
    struct vdev_access a = {.offset = offset, .len = len, .write = write, .value = *value};
    bool done = ops->access(state, &a);
    told = a.lines;
    *value = a.value;
    return done;
}

static uint64_t wires(const struct vdev_ops *ops, void *state, unsigned hart)
{
    struct vdev_lines l = {.deadline = VDEV_NEVER};
    ops->lines(state, hart, 0, &l);
    assert_int_equal(l.deadline, VDEV_NEVER);
    return l.up;
}

/* ---- IMSIC ---- */

static struct vimsic_file files[VDEV_HARTS];
static struct vimsic m;
static unsigned arrived[8], arrivals;

static unsigned claim_physical(void)
{
    return arrivals == 0 ? 0 : arrived[--arrivals];
}

static int setup(void **state)
{
    (void)state;
    memset(files, 0, sizeof(files));
    m = (struct vimsic){.identities = 255, .stride = 0x1000, .file = files};
    memset(m.hart, VDEV_NOBODY, sizeof(m.hart));
    m.hart[0] = 2;
    m.hart[1] = 63;
    m.claim = claim_physical;
    arrivals = 0;
    return 0;
}

static void msi(unsigned page, uint32_t identity)
{
    uint64_t v = identity;
    assert_true(access(&vimsic_ops, &m, 0x1000 * (uint64_t)page, 4, true, &v));
}

static uint64_t file_get(unsigned hart, unsigned select)
{
    uint64_t v;
    assert_true(vimsic_register(&m, &files[hart], select, 0, ALL_ONES, &v));
    return v;
}

static void file_set(unsigned hart, unsigned select, uint64_t v)
{
    uint64_t old;
    assert_true(vimsic_register(&m, &files[hart], select, ALL_ONES, v, &old));
}

#define TOPEI(identity) ((uint64_t)(identity) << 16 | (identity))

static void an_msi(void **state)
{
    (void)state;
    file_set(2, 0x70, 1);
    file_set(2, 0xc0 + 2, BIT(70 - 64));
    assert_int_equal(wires(&vimsic_ops, &m, 2), 0);
    msi(0, 70);
    assert_int_equal(told, BIT(2));
    assert_int_equal(file_get(2, 0x82), BIT(6));
    assert_int_equal(file_get(63, 0x82), 0);
    assert_int_equal(wires(&vimsic_ops, &m, 2), BIT(IRQ_MEI));
    assert_int_equal(wires(&vimsic_ops, &m, 63), 0);
    assert_int_equal(wires(&vimsic_ops, &m, 0), 0); /* has no page */
    assert_int_equal(vimsic_topei(&m, &files[2], false), TOPEI(70));
    assert_int_equal(vimsic_topei(&m, &files[2], true), TOPEI(70));
    assert_int_equal(vimsic_topei(&m, &files[2], true), 0);
    assert_int_equal(wires(&vimsic_ops, &m, 2), 0);
    msi(1, 70);
    assert_int_equal(told, BIT(63));
    assert_int_equal(file_get(63, 0x82), BIT(6));
}

/* The lowest pending and enabled identity below the threshold; delivery doesn't matter to it. */
static void priorities(void **state)
{
    (void)state;
    file_set(2, 0xc0, ALL_ONES);
    file_set(2, 0xc6, BIT(63)); /* 255 */
    msi(0, 255);
    msi(0, 9);
    msi(0, 5);
    msi(0, 100); /* not enabled */
    assert_int_equal(vimsic_topei(&m, &files[2], false), TOPEI(5));
    assert_int_equal(wires(&vimsic_ops, &m, 2), 0);
    file_set(2, 0x70, 1);
    assert_int_equal(wires(&vimsic_ops, &m, 2), BIT(IRQ_MEI));
    file_set(2, 0x72, 5);
    assert_int_equal(vimsic_topei(&m, &files[2], true), 0);
    file_set(2, 0x72, 6);
    assert_int_equal(vimsic_topei(&m, &files[2], true), TOPEI(5));
    assert_int_equal(vimsic_topei(&m, &files[2], true), 0);
    file_set(2, 0x72, 0);
    assert_int_equal(vimsic_topei(&m, &files[2], true), TOPEI(9));
    assert_int_equal(vimsic_topei(&m, &files[2], true), TOPEI(255));
    assert_int_equal(vimsic_topei(&m, &files[2], true), 0);
    assert_int_equal(file_get(2, 0x82), BIT(36));
}

static void registers(void **state)
{
    uint64_t v;
    (void)state;
    for (unsigned select = 0; select < 0x200; select++) {
        bool there = select == 0x70 || select == 0x72 ||
                     (select >= 0x80 && select <= 0xff && select % 2 == 0);
        assert_int_equal(vimsic_register(&m, &files[2], select, 0, 0, &v), there);
    }
    file_set(2, 0x70, ALL_ONES);
    assert_int_equal(file_get(2, 0x70), 1);
    file_set(2, 0x72, ALL_ONES);
    assert_int_equal(file_get(2, 0x72), 255);
    for (unsigned w = 0; w < 64; w += 2) {
        uint64_t there = w == 0 ? ALL_ONES - 1 : w < 8 ? ALL_ONES : 0;
        file_set(2, 0x80 + w, ALL_ONES);
        file_set(2, 0xc0 + w, ALL_ONES);
        assert_int_equal(file_get(2, 0x80 + w), there);
        assert_int_equal(file_get(2, 0xc0 + w), there);
    }
    assert_true(vimsic_register(&m, &files[2], 0xc2, 0xff, 0x0f, &v)); /* bits of a mask */
    assert_int_equal(v, ALL_ONES);
    assert_int_equal(file_get(2, 0xc2), ALL_ONES - 0xf0);
    assert_int_equal(file_get(63, 0xc2), 0);
}

static void pages(void **state)
{
    static const uint64_t nothing[] = {4, 8, 0xffc, 0x2000, 0x3000, 0x3f000, 0x40000, 0x1000000};
    uint64_t v;
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(nothing); i++) {
        v = 7;
        assert_true(access(&vimsic_ops, &m, nothing[i], 4, true, &v));
        assert_int_equal(told, 0);
        assert_true(access(&vimsic_ops, &m, nothing[i], 4, false, &v));
        assert_int_equal(v, 0);
    }
    msi(0, 0);
    msi(0, 256);
    msi(0, UINT32_MAX);
    for (unsigned hart = 0; hart < VDEV_HARTS; hart++) {
        for (unsigned w = 0; w < VIMSIC_WORDS; w++) {
            assert_int_equal(files[hart].eip[w], 0);
        }
    }
    for (unsigned len = 1; len <= 8; len *= 2) {
        for (unsigned offset = 0; offset < 4; offset++) {
            v = 1;
            assert_int_equal(access(&vimsic_ops, &m, offset, len, true, &v),
                             len == 4 && offset == 0);
        }
    }
    v = 7;
    assert_true(access(&vimsic_ops, &m, 0x1000, 4, false, &v));
    assert_int_equal(v, 0);
    assert_int_equal(told, 0);
}

/* What the machine sent to the physical file is the virtual one's. */
static void taken_over(void **state)
{
    (void)state;
    file_set(2, 0x70, 1);
    file_set(2, 0xc0, ALL_ONES);
    arrived[0] = 8;
    arrived[1] = 3;
    arrivals = 2;
    assert_int_equal(wires(&vimsic_ops, &m, 0), 0);
    assert_int_equal(arrivals, 2); /* not this hart's */
    assert_int_equal(wires(&vimsic_ops, &m, 2), BIT(IRQ_MEI));
    assert_int_equal(arrivals, 0);
    assert_int_equal(vimsic_topei(&m, &files[2], true), TOPEI(3));
    assert_int_equal(vimsic_topei(&m, &files[2], true), TOPEI(8));
    m.claim = NULL;
    assert_int_equal(wires(&vimsic_ops, &m, 2), 0);
}

/* Every identity that was sent is claimed once, in order, and no other. */
static void random_msis(void **state)
{
    uint64_t seed = 99;
    bool pending[256] = {false};
    (void)state;
    file_set(2, 0x70, 1);
    for (unsigned w = 0; w < 8; w += 2) {
        file_set(2, 0xc0 + w, ALL_ONES);
    }
    for (unsigned step = 0; step < 100000; step++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        unsigned identity = (unsigned)(seed >> 40) & 0x1ff, lowest = 0;
        if (seed >> 63) {
            msi(0, identity);
            if (identity > 0 && identity < 256) {
                pending[identity] = true;
            }
        }
        for (unsigned i = 255; i > 0; i--) {
            lowest = pending[i] ? i : lowest;
        }
        assert_int_equal(wires(&vimsic_ops, &m, 2), lowest ? BIT(IRQ_MEI) : 0);
        if (seed >> 62 & 1) {
            assert_int_equal(vimsic_topei(&m, &files[2], true), TOPEI(lowest));
            pending[lowest] = false;
        }
    }
}

/* ---- APLIC ---- */

#define SOURCES 40
static struct vaplic p;
static uint32_t physical[0x8000 / 4]; /* plain memory: what was written is there */
static bool meip;
static unsigned writes;

static uint32_t aplic_read(uintptr_t at)
{
    return physical[at / 4];
}

static void aplic_write(uintptr_t at, uint32_t v)
{
    physical[at / 4] = v;
    writes++;
}

/* As a hart sees it: up while it asks and idelivery lets it. */
static bool aplic_line(void)
{
    return meip && physical[(0x4000 + 32) / 4] != 0;
}

static int aplic_setup(bool by_msi)
{
    memset(physical, 0, sizeof(physical));
    p = (struct vaplic){.read = aplic_read,
                        .write = aplic_write,
                        .line = aplic_line,
                        .sources = SOURCES,
                        .children = 1,
                        .msi = by_msi,
                        .reserved = by_msi ? 255 : 0,
                        .indices = 3};
    memset(p.hart, VDEV_NOBODY, sizeof(p.hart));
    p.hart[0] = 4;
    p.hart[1] = 0;
    meip = false;
    writes = 0;
    return 0;
}

static int direct(void **state)
{
    (void)state;
    return aplic_setup(false);
}

static int by_msi(void **state)
{
    (void)state;
    return aplic_setup(true);
}

static void store(uint64_t offset, uint32_t v)
{
    uint64_t value = v;
    assert_true(access(&vaplic_ops, &p, offset, 4, true, &value));
    assert_int_equal(value, v);
}

static uint32_t load(uint64_t offset)
{
    uint64_t v = 0x5a5a5a5a5a5a5a5a;
    assert_true(access(&vaplic_ops, &p, offset, 4, false, &v));
    assert_int_equal(v >> 32, 0);
    return (uint32_t)v;
}

static void domain(void **state)
{
    (void)state;
    store(0, 0xffffffff);
    assert_int_equal(physical[0], p.msi ? 0x104 : 0x100);
    assert_int_equal(load(0), p.msi ? 0x80000104 : 0x80000100);
    store(0, 0);
    assert_int_equal(physical[0], p.msi ? 4 : 0);
    assert_int_equal(load(0), p.msi ? 0x80000004 : 0x80000000);
}

static void delegation(void **state)
{
    (void)state;
    store(4 + 4 * 6, 0x400);
    assert_int_equal(physical[7], 0x400);
    assert_int_equal(load(4 + 4 * 6), 0x400);
    store(4 + 4 * 6, 0x401); /* a child that isn't there */
    assert_int_equal(physical[7], 0);
    for (uint32_t mode = 0; mode < 8; mode++) {
        store(4, 0xfffff800u | mode | 8);
        assert_int_equal(physical[1], mode == 2 || mode == 3 ? 0 : mode);
    }
    unsigned before = writes;
    store(4 + 4 * SOURCES, 0x400);
    store(0x1bbc, 0x400);
    assert_int_equal(writes, before);
    assert_int_equal(load(4 + 4 * SOURCES), 0);
}

/* Firmware never says where to the domain writes. */
static void addresses_of_msis(void **state)
{
    (void)state;
    for (uint64_t at = 0x1bc0; at < 0x1bd0; at += 4) {
        store(at, 0x12345678);
        assert_int_equal(load(at), 0x12345678);
    }
    store(0x1bc4, 0x80000000);
    store(0x1bc0, 1);
    store(0x1bc4, 0); /* locked */
    assert_int_equal(load(0x1bc0), 0x12345678);
    assert_int_equal(load(0x1bc4), 0x80000000);
    assert_int_equal(writes, 0);
}

static void targets(void **state)
{
    const uint64_t second = 0x3004 + 4;
    (void)state;
    store(second, 1u << 18 | 0x3f7ff);
    assert_int_equal(physical[second / 4], 1u << 18 | (p.msi ? 0x7ff : 0xff));
    store(second, 5);
    store(second, 2u << 18 | 7); /* a hart that isn't there, of an index that is */
    store(second, 3u << 18 | 7);
    store(second, 0x3fffu << 18 | 7);
    assert_int_equal(load(second), 5);
    store(second, 255);
    assert_int_equal(load(second), p.msi ? 5 : 255); /* Hearth's identity */
    unsigned before = writes;
    store(0x3004 + 4 * SOURCES, 1);
    assert_int_equal(load(0x3004 + 4 * SOURCES), 0);
    store(0x3000, 2u << 18 | 7); /* genmsi */
    store(0x3000, 255);
    assert_int_equal(writes, before + !p.msi);
    store(0x3000, 1u << 18 | 9);
    assert_int_equal(physical[0x3000 / 4], 1u << 18 | 9);
    assert_int_equal(load(0x3000), 1u << 18 | 9);
}

static void bits_of_sources(void **state)
{
    (void)state;
    for (uint64_t part = 0x1c00; part < 0x2000; part += 0x100) {
        store(part, 0x10);
        store(part + 4, 0x20);
        assert_int_equal(physical[part / 4], 0x10);
        assert_int_equal(load(part + 4), 0x20);
        store(part + 0xdc, SOURCES);
        assert_int_equal(physical[(part + 0xdc) / 4], SOURCES);
        unsigned before = writes;
        store(part + 0xdc, SOURCES + 1);
        store(part + 8, 1);
        store(part + 0x80, 1);
        assert_int_equal(writes, before);
        assert_int_equal(load(part + 8), 0);
        assert_int_equal(load(part + 0xdc), SOURCES);
    }
    store(0x2000, SOURCES);
    assert_int_equal(physical[0x2000 / 4], SOURCES);
    p.sources = 64; /* the first of a word */
    store(0x1e08, 1);
    assert_int_equal(physical[0x1e08 / 4], 1);
    p.sources = 63;
    store(0x1e08, 3);
    assert_int_equal(physical[0x1e08 / 4], 1);
    p.sources = SOURCES;
    unsigned before = writes;
    store(0x2000, SOURCES + 1);
    store(0x2004, 1);
    store(0x1bd0, 1);
    assert_int_equal(writes, before);
    assert_int_equal(load(0x2000), 0);
    assert_int_equal(load(0x2004), 0);
}

static void other_accesses_are_refused(void **state)
{
    (void)state;
    for (unsigned len = 1; len <= 8; len *= 2) {
        for (unsigned offset = 0; offset < 4; offset++) {
            uint64_t v = 1;
            if (len != 4 || offset != 0) {
                assert_false(access(&vaplic_ops, &p, offset, len, true, &v));
                assert_false(access(&vaplic_ops, &p, offset, len, false, &v));
            }
        }
    }
    assert_int_equal(writes, 0);
}

/* Hart 0 has IDC 1. Its wire arrives once, stands, and can come again. */
static void direct_delivery(void **state)
{
    const uint64_t idc = 0x4000 + 32;
    (void)state;
    store(idc, 0xffffffff);
    assert_int_equal(told, BIT(0));
    assert_int_equal(load(idc), 1);
    assert_int_equal(wires(&vaplic_ops, &p, 0), 0);
    meip = true;
    assert_true(aplic_line());
    assert_int_equal(wires(&vaplic_ops, &p, 0), BIT(IRQ_MEI));
    assert_false(aplic_line()); /* quiet */
    assert_int_equal(load(idc), 1);
    assert_int_equal(wires(&vaplic_ops, &p, 0), BIT(IRQ_MEI));
    assert_int_equal(wires(&vaplic_ops, &p, 4), 0);
    store(0x1fdc, 1); /* whoever is quiet looks again */
    assert_int_equal(told, BIT(0));
    physical[(idc + 0x1c) / 4] = 0x70001;
    assert_int_equal(load(idc + 0x1c), 0x70001);
    assert_int_equal(told, BIT(0));
    meip = false;
    assert_int_equal(wires(&vaplic_ops, &p, 0), 0);
    assert_int_equal(physical[idc / 4], 1);
    meip = true;
    assert_true(aplic_line());
    assert_int_equal(wires(&vaplic_ops, &p, 0), BIT(IRQ_MEI));
    store(idc, 0);
    assert_int_equal(wires(&vaplic_ops, &p, 0), 0);
    assert_int_equal(physical[idc / 4], 0);
    assert_int_equal(wires(&vaplic_ops, &p, 0), 0);
}

static void idc_registers(void **state)
{
    const uint64_t idc = 0x4000;
    (void)state;
    store(idc + 4, 1);
    store(idc + 8, 5);
    assert_int_equal(physical[(idc + 4) / 4], 1);
    assert_int_equal(load(idc + 8), 5);
    unsigned before = writes;
    store(idc + 0x18, 1);
    store(idc + 0x1c, 1);
    store(idc + 0x10, 1);
    store(idc + 64, 1); /* index 2 is nobody's */
    store(idc + 96, 1);
    store(idc + 0x3fe0, 1);
    assert_int_equal(writes, before);
    assert_int_equal(load(idc + 0x10) | load(idc + 64) | load(idc + 0x3fe0), 0);
}

static void no_idc_by_msi(void **state)
{
    (void)state;
    store(0x4000, 1);
    assert_int_equal(writes, 0);
    assert_int_equal(load(0x4000), 0);
    meip = true;
    assert_int_equal(wires(&vaplic_ops, &p, 4), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_msi, setup),
        cmocka_unit_test_setup(priorities, setup),
        cmocka_unit_test_setup(registers, setup),
        cmocka_unit_test_setup(pages, setup),
        cmocka_unit_test_setup(taken_over, setup),
        cmocka_unit_test_setup(random_msis, setup),
        cmocka_unit_test_setup(domain, direct),
        cmocka_unit_test_setup(domain, by_msi),
        cmocka_unit_test_setup(delegation, direct),
        cmocka_unit_test_setup(addresses_of_msis, by_msi),
        cmocka_unit_test_setup(targets, direct),
        cmocka_unit_test_setup(targets, by_msi),
        cmocka_unit_test_setup(bits_of_sources, direct),
        cmocka_unit_test_setup(other_accesses_are_refused, direct),
        cmocka_unit_test_setup(direct_delivery, direct),
        cmocka_unit_test_setup(idc_registers, direct),
        cmocka_unit_test_setup(no_idc_by_msi, by_msi),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
