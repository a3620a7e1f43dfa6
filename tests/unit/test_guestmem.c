/* SPDX-License-Identifier: BSD-2-Clause */
/* guestmem.c and misaligned.c: memory through the hart's translation, page boundaries, devices,
 * faults at the true address. */
#include "fake_host.h"

#include "core/guestmem.h"
#include "core/misaligned.h"

static struct vhart *const me = &harts[0];

/* RAM: a table page each, then data. VA 0x40000000 + n * 4096 -> data page n, as the test fills in.
 */
#define VA      UINT64_C(0x40000000)
#define ROOT    0x0000u
#define MIDDLE  0x1000u
#define LEAVES  0x2000u
#define G_ROOT  0x4000u /* 16 KiB aligned within RAM: see setup */
#define DATA    0x10000u
#define PTE_ALL (PTE_V | PTE_R | PTE_W | PTE_X | PTE_A | PTE_D)

static uint64_t base; /* offset in ram[] that is 16 KiB aligned */

static uint64_t *table(uint64_t offset)
{
    return (uint64_t *)(void *)(ram + base + offset);
}

static uint64_t page(uint64_t offset, uint64_t bits)
{
    return ram_pa(base + offset) >> 12 << 10 | bits;
}

static void map(unsigned n, uint64_t pte)
{
    table(LEAVES)[n] = pte;
}

static uint8_t *data(uint64_t offset)
{
    return ram + base + DATA + offset;
}

/* Sv39 for HS: data pages 0 and 1 mapped in reverse order, so that what crosses is not contiguous.
 */
static int setup(void **state)
{
    (void)state;
    fake_reset();
    base = (UINT64_C(0x4000) - ram_pa(0) % 0x4000) % 0x4000;
    table(ROOT)[VA >> 30] = page(MIDDLE, PTE_V);
    table(MIDDLE)[0] = page(LEAVES, PTE_V);
    map(0, page(DATA + 0x1000, PTE_ALL));
    map(1, page(DATA, PTE_ALL));
    me->h.satp = FIELD_PUT(ATP_MODE, (uint64_t)MODE_SV39) | ram_pa(base) >> 12;
    for (unsigned i = 0; i < 0x2000; i++) {
        *data(i) = (uint8_t)(i * 7 + 1);
    }
    return 0;
}

static const struct access_as LOAD_S = {.access = ACCESS_LOAD, .prv = PRV_S};
static const struct access_as STORE_S = {.access = ACCESS_STORE, .prv = PRV_S};

/* Byte i of the virtual range. */
static uint8_t *byte(uint64_t i)
{
    return i < 0x1000 ? data(0x1000 + i) : data(i - 0x1000);
}

static void loads(void **state)
{
    (void)state;
    for (unsigned len = 1; len <= 8; len++) {
        for (uint64_t at = 0xff0; at < 0x1010; at++) {
            uint8_t got[9] = {0};
            struct trap t;
            assert_true(guest_load(me, LOAD_S, VA + at, got, len, &t));
            for (unsigned i = 0; i < len; i++) {
                assert_int_equal(got[i], *byte(at + i));
            }
            assert_int_equal(got[len], 0);
        }
    }
}

static void stores(void **state)
{
    static const uint8_t what[8] = {0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8};
    (void)state;
    for (unsigned len = 1; len <= 8; len++) {
        for (uint64_t at = 0xff4; at < 0x1004; at++) {
            struct trap t;
            for (uint64_t i = 0xff0; i < 0x1020; i++) {
                *byte(i) = 0;
            }
            assert_true(guest_store(me, STORE_S, VA + at, what, len, &t));
            for (uint64_t i = 0xff0; i < 0x1020; i++) {
                assert_int_equal(*byte(i), i - at < len ? what[i - at] : 0);
            }
        }
    }
}

/* The fault is that of the byte that can't be had; a store that faults has stored nothing. */
static void crossing_faults(void **state)
{
    uint64_t value = UINT64_MAX;
    struct trap t;
    (void)state;
    map(1, 0);
    assert_false(guest_load(me, LOAD_S, VA + 0xffd, &value, 8, &t));
    assert_int_equal(t.cause, CAUSE_LOAD_PAGE);
    assert_int_equal(t.tval, VA + 0x1000);
    uint8_t before = *byte(0xffd);
    assert_false(guest_store(me, STORE_S, VA + 0xffd, &value, 8, &t));
    assert_int_equal(t.cause, CAUSE_STORE_PAGE);
    assert_int_equal(t.tval, VA + 0x1000);
    assert_int_equal(*byte(0xffd), before);
    map(0, 0);
    assert_false(guest_load(me, LOAD_S, VA + 0xffd, &value, 8, &t));
    assert_int_equal(t.tval, VA + 0xffd);
    map(1, page(DATA, PTE_V | PTE_R | PTE_A));
    map(0, page(DATA, PTE_ALL));
    assert_false(guest_store(me, STORE_S, VA + 0xfff, &value, 2, &t));
    assert_int_equal(t.tval, VA + 0x1000);
}

/* Not the world's memory: a device by a single aligned access, if the host lets it; an access fault
 * otherwise. */
static void devices(void **state)
{
    uint64_t value = 0;
    struct trap t;
    (void)state;
    fake.mmio_base = 0x10000000;
    map(0, fake.mmio_base >> 12 << 10 | PTE_ALL);
    assert_true(guest_load(me, LOAD_S, VA + 4, &value, 4, &t));
    assert_int_equal(value, 0x55667788);
    assert_int_equal(seen.mmio_pa, fake.mmio_base + 4);
    value = 0xabcd;
    assert_true(guest_store(me, STORE_S, VA + 2, &value, 2, &t));
    assert_int_equal(seen.mmio_value, 0xabcd);
    assert_int_equal(seen.mmio_stores, 1);
    seen.mmio_loads = 0;
    assert_false(guest_load(me, LOAD_S, VA + 2, &value, 4, &t)); /* misaligned */
    assert_int_equal(t.cause, CAUSE_LOAD_ACCESS);
    assert_false(guest_load(me, LOAD_S, VA + 0xffe, &value, 4, &t)); /* half of it */
    assert_int_equal(t.cause, CAUSE_LOAD_ACCESS);
    assert_int_equal(t.tval, VA + 0xffe);
    assert_int_equal(seen.mmio_loads, 0);
    fake.mmio_base = 0; /* Hearth's own, or nothing there */
    assert_false(guest_store(me, STORE_S, VA + 8, &value, 8, &t));
    assert_int_equal(t.cause, CAUSE_STORE_ACCESS);
    assert_int_equal(t.tval, VA + 8);
    assert_false(t.gva);
    me->h.pc = VA + 4; /* nor is code fetched from there */
    uint32_t raw;
    fake.mmio_base = 0x10000000;
    assert_false(guest_fetch(me, &raw, &t));
    assert_int_equal(t.cause, CAUSE_FETCH_ACCESS);
}

/* Two stages: HLV's kind of access. The guest-physical address is what the G-stage maps, 1 GiB at a
 * time. */
static void two_stages(void **state)
{
    struct access_as as = {.access = ACCESS_LOAD, .prv = PRV_S, .v = true};
    uint64_t value = 0;
    struct trap t;
    (void)state;
    uint64_t gib = ram_pa(0) >> 30, gpa_gib = 5;
    me->h.vsatp = 0;
    me->h.hgatp = FIELD_PUT(ATP_MODE, (uint64_t)MODE_SV39) | ram_pa(base + G_ROOT) >> 12;
    for (unsigned i = 0; i < 2; i++) { /* RAM may lie over a boundary */
        table(G_ROOT)[gpa_gib + i] = ((gib + i) << 30) >> 12 << 10 | PTE_ALL | PTE_U;
    }
    uint64_t gpa = (gpa_gib << 30) + ram_pa(base + DATA) - (gib << 30);
    assert_true(guest_load(me, as, gpa + 3, &value, 2, &t));
    assert_memory_equal(&value, data(3), 2);
    assert_false(guest_load(me, as, UINT64_C(9) << 30, &value, 2, &t));
    assert_int_equal(t.cause, CAUSE_LOAD_GUEST_PAGE);
    assert_int_equal(t.tval2, (UINT64_C(9) << 30) >> 2);
    assert_true(t.gva);
}

/* --- misaligned.c: instructions at VA + 0x100, compressed or not --- */

static void code(uint32_t raw)
{
    uint8_t *at = byte(0x100);
    memcpy(at, &raw, (raw & 3) == 3 ? 4 : 2);
    me->h.pc = VA + 0x100;
}

static void run(uint32_t raw, uint64_t cause)
{
    struct trap t = {.cause = cause, .tval = 0x5ead};
    code(raw);
    misaligned_access(me, &t);
}

static uint64_t bytes_at(uint64_t at, unsigned len)
{
    uint64_t v = 0;
    for (unsigned i = 0; i < len; i++) {
        v |= (uint64_t)*byte(at + i) << (8 * i);
    }
    return v;
}

#define I_LOAD(opcode, funct3, rd, rs1, imm)                                                       \
    ((uint32_t)(imm) << 20 | (rs1) << 15 | (funct3) << 12 | (rd) << 7 | (opcode))
#define S_STORE(opcode, funct3, rs2, rs1, imm)                                                     \
    ((uint32_t)((imm) >> 5) << 25 | (rs2) << 20 | (rs1) << 15 | (funct3) << 12 | ((imm)&31) << 7 | \
     (opcode))

static void misaligned_loads(void **state)
{
    static const struct {
        unsigned funct3, len;
        bool sign;
    } row[] = {{1, 2, true}, {2, 4, true}, {3, 8, true}, {5, 2, false}, {6, 4, false}};
    (void)state;
    memset(byte(0xffb), 0xff, 5);
    memset(byte(0x1000), 0x81, 8);
    for (unsigned i = 0; i < ARRAY_LEN(row); i++) {
        uint64_t at = 0x1001 - row[i].len;
        me->h.x[8] = VA + at - 0x7f0;
        run(I_LOAD(0x03u, row[i].funct3, 9u, 8u, 0x7f0u), CAUSE_LOAD_MISALIGNED);
        uint64_t want = bytes_at(at, row[i].len);
        assert_int_equal(me->h.x[9], row[i].sign ? (uint64_t)sext(want, row[i].len * 8) : want);
        assert_int_equal(me->h.pc, VA + 0x104);
    }
    me->h.x[8] = VA + 1;
    run(I_LOAD(0x03u, 3u, 0u, 8u, 0u), CAUSE_LOAD_MISALIGNED); /* rd = x0 */
    assert_int_equal(me->h.x[0], 0);
    assert_int_equal(me->exits[EXIT_misaligned], ARRAY_LEN(row) + 1);
    assert_int_equal(me->pmu.events[FW_MISALIGNED_LOAD], ARRAY_LEN(row) + 1);
    assert_int_equal(seen.traps, 0);
    assert_int_equal(seen.unloads, ARRAY_LEN(row) + 1);
}

static void misaligned_stores(void **state)
{
    (void)state;
    me->h.x[8] = VA + 0xffd;
    me->h.x[9] = 0x1122334455667788;
    run(S_STORE(0x23u, 3u, 9u, 8u, 0u), CAUSE_STORE_MISALIGNED);
    assert_int_equal(bytes_at(0xffd, 8), 0x1122334455667788);
    run(S_STORE(0x23u, 1u, 9u, 8u, 2u), CAUSE_STORE_MISALIGNED);
    assert_int_equal(bytes_at(0xffd, 8), 0x1122334477887788);
    run(0xe004, CAUSE_STORE_MISALIGNED); /* c.sd x9, 0(x8) */
    assert_int_equal(bytes_at(0xffd, 8), 0x1122334455667788);
    assert_int_equal(me->h.pc, VA + 0x102);
    assert_int_equal(me->pmu.events[FW_MISALIGNED_STORE], 3);
}

static void misaligned_float(void **state)
{
    (void)state;
    me->h.mstatus = FIELD_SET(STATUS_FS, me->h.mstatus, FS_CLEAN);
    me->h.x[8] = VA + 0xffd;
    run(I_LOAD(0x07u, 2u, 4u, 8u, 0u), CAUSE_LOAD_MISALIGNED); /* flw f4 */
    assert_int_equal(seen.freg[4], UINT64_C(0xffffffff00000000) | bytes_at(0xffd, 4));
    assert_int_equal(FIELD_GET(STATUS_FS, me->h.mstatus), FS_DIRTY);
    run(0x2004, CAUSE_LOAD_MISALIGNED); /* c.fld f9, 0(x8) */
    assert_int_equal(seen.freg[9], bytes_at(0xffd, 8));
    assert_int_equal(me->h.x[9], 0);
    me->h.mstatus = FIELD_SET(STATUS_FS, me->h.mstatus, FS_CLEAN);
    seen.freg[5] = 0xcafe;
    run(S_STORE(0x27u, 3u, 5u, 8u, 0u), CAUSE_STORE_MISALIGNED); /* fsd f5 */
    assert_int_equal(bytes_at(0xffd, 8), 0xcafe);
    assert_int_equal(FIELD_GET(STATUS_FS, me->h.mstatus), FS_CLEAN);
}

static void misaligned_faults(void **state)
{
    uint32_t lw = I_LOAD(0x03u, 2u, 9u, 8u, 0u);
    (void)state;
    map(1, 0);
    me->h.x[8] = VA + 0xffd;
    run(lw, CAUSE_LOAD_MISALIGNED);
    assert_int_equal(seen.traps, 1);
    assert_int_equal(seen.trap.cause, CAUSE_LOAD_PAGE);
    assert_int_equal(seen.trap.tval, VA + 0x1000);
    assert_int_equal(FIELD_GET(MASK(19, 15), seen.trap.tinst), 3); /* how far into the access */
    assert_int_equal(me->h.pc, VA + 0x100);
    assert_int_equal(me->h.x[9], 0);
    /* LR can't be emulated: its own trap */
    run(0x100424af, CAUSE_LOAD_MISALIGNED); /* lr.w x9, (x8) */
    assert_int_equal(seen.trap.cause, CAUSE_LOAD_MISALIGNED);
    assert_int_equal(seen.trap.tval, 0x5ead);
    /* the code went away meanwhile */
    code(lw);
    map(0, 0);
    struct trap t = {.cause = CAUSE_LOAD_MISALIGNED};
    misaligned_access(me, &t);
    assert_int_equal(seen.trap.cause, CAUSE_FETCH_PAGE);
    assert_int_equal(seen.trap.tval, VA + 0x100);
}

/* Both levels' units become dirty: hypervisor chapter, vsstatus. */
static void misaligned_float_vs(void **state)
{
    (void)state;
    me->h.v = 1;
    me->h.vsatp = me->h.satp;
    me->h.hgatp = 0;
    me->h.mstatus = FIELD_SET(STATUS_FS, me->h.mstatus, FS_CLEAN);
    me->h.vsstatus = FIELD_SET(STATUS_FS, me->h.vsstatus, FS_INITIAL);
    me->h.x[8] = VA + 1;
    run(I_LOAD(0x07u, 3u, 4u, 8u, 0u), CAUSE_LOAD_MISALIGNED);
    assert_int_equal(seen.freg[4], bytes_at(1, 8));
    assert_int_equal(FIELD_GET(STATUS_FS, me->h.mstatus), FS_DIRTY);
    assert_int_equal(FIELD_GET(STATUS_FS, me->h.vsstatus), FS_DIRTY);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(loads, setup),
        cmocka_unit_test_setup(stores, setup),
        cmocka_unit_test_setup(crossing_faults, setup),
        cmocka_unit_test_setup(devices, setup),
        cmocka_unit_test_setup(two_stages, setup),
        cmocka_unit_test_setup(misaligned_loads, setup),
        cmocka_unit_test_setup(misaligned_stores, setup),
        cmocka_unit_test_setup(misaligned_float, setup),
        cmocka_unit_test_setup(misaligned_faults, setup),
        cmocka_unit_test_setup(misaligned_float_vs, setup),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
