/* SPDX-License-Identifier: BSD-2-Clause */
/* The virtual hart's PMP: registers and what they allow. Machine chapter, "Physical Memory
 * Protection". */
#include "fixture.h"
#include "reference_pmp.h"
#include "spec/pmp.h"

#define RWX (PMP_R | PMP_W | PMP_X)

static struct hart hart_with(unsigned entries, unsigned grain)
{
    struct hart h = hart_in(M);
    test_isa.pmp_entries = (uint8_t)entries;
    test_isa.pmp_grain = (uint8_t)grain;
    return h;
}

/* One byte of pmpcfg, through the register. */
static unsigned put_cfg(struct hart *h, unsigned i, uint64_t cfg)
{
    unsigned num = i < 8 ? CSR_pmpcfg0 : CSR_pmpcfg2;
    uint64_t v = get(h, num) & ~(UINT64_C(0xff) << i % 8 * 8);
    return put(h, num, v | cfg << i % 8 * 8);
}

static uint64_t get_cfg(const struct hart *h, unsigned i)
{
    return get(h, i < 8 ? CSR_pmpcfg0 : CSR_pmpcfg2) >> i % 8 * 8 & 0xff;
}

static unsigned put_addr(struct hart *h, unsigned i, uint64_t v)
{
    return put(h, CSR_pmpaddr0 + i, v);
}

static uint64_t get_addr(const struct hart *h, unsigned i)
{
    return get(h, CSR_pmpaddr0 + i);
}

static bool ok(const struct hart *h, uint64_t pa, uint64_t len, enum access access, enum prv prv)
{
    return pmp_allows(h, (hpa_t){pa}, len, access, prv);
}

/* A hart without PMP has none of the registers, and no access fails. */
static void no_entries(void **state)
{
    struct hart h = hart_with(0, 2);
    (void)state;
    for (unsigned num = CSR_pmpcfg0; num <= 0x3ef; num++) {
        assert_int_equal(access_cause(&h, num, false), CAUSE_ILLEGAL);
    }
    assert_true(ok(&h, 0x1000, 8, ACCESS_STORE, PRV_U));
}

/* "Implementations may implement zero, 16, or 64 PMP entries": these registers and no others; "for
 * RV64, ... the odd-numbered ... are illegal". M-mode alone. */
static void which_registers_exist(void **state)
{
    struct hart h = hart_with(8, 2);
    (void)state;
    for (unsigned num = 0x3a0; num <= 0x3ef; num++) {
        bool there = num == 0x3a0 || num == 0x3a2 || (num >= 0x3b0 && num <= 0x3bf);
        for (enum mode m = M; m < MODES; m++) {
            hart_mode(&h, m);
            unsigned cause = access_cause(&h, num, true);
            assert_int_equal(cause, there && m == M ? 0 : CAUSE_ILLEGAL);
        }
    }
}

/* Those beyond the hart's entries are read-only zero. */
static void entries_beyond_are_zero(void **state)
{
    struct hart h = hart_with(5, 2);
    (void)state;
    put(&h, CSR_pmpcfg0, ALL_ONES);
    put(&h, CSR_pmpcfg2, ALL_ONES);
    assert_int_equal(get(&h, CSR_pmpcfg0), UINT64_C(0x9f9f9f9f9f));
    assert_int_equal(get(&h, CSR_pmpcfg2), 0);
    h = hart_with(5, 2);
    for (unsigned i = 0; i < 16; i++) {
        put_addr(&h, i, ALL_ONES);
        assert_int_equal(get_addr(&h, i), i < 5 ? MASK(53, 0) : 0);
    }
    h = hart_with(16, 2);
    put(&h, CSR_pmpcfg2, UINT64_C(0x1f00000000000018));
    assert_int_equal(h.pmpcfg[8], 0x18);
    assert_int_equal(h.pmpcfg[15], 0x1f);
    assert_int_equal(get(&h, CSR_pmpcfg2), UINT64_C(0x1f00000000000018));
}

/* Bits 55:2 of an address, as many as are physical. */
static void address_bits(void **state)
{
    struct hart h = hart_with(8, 2);
    (void)state;
    put_addr(&h, 3, ALL_ONES);
    assert_int_equal(get_addr(&h, 3), MASK(53, 0));
    h.pmpaddr[3] = 0;
    test_isa.ppn_mask = MASK(19, 0);
    put_addr(&h, 3, ALL_ONES);
    assert_int_equal(get_addr(&h, 3), MASK(29, 0));
}

/* "The R, W, and X fields form a collective WARL field for which the combinations with R=0 and W=1
 * are reserved." Bits 6:5 are zero. */
static void cfg_holds_legal_values(void **state)
{
    (void)state;
    for (unsigned v = 0; v < 256; v++) {
        struct hart h = hart_with(8, 2);
        put_cfg(&h, 2, v);
        bool reserved = (v & 3) == 2;
        assert_int_equal(get_cfg(&h, 2), v & (reserved ? 0x98 : 0x9f));
        h = hart_with(8, 3);
        put_cfg(&h, 2, v); /* "When G >= 1, the NA4 mode is not selectable." */
        bool na4 = (v & 0x18) == 0x10;
        assert_int_equal(get_cfg(&h, 2), v & (reserved ? 0x98 : 0x9f) & (na4 ? 0x87 : 0xff));
    }
}

/* "If PMP entry i is locked, writes to pmpicfg and pmpaddri are ignored. Additionally, if PMP entry
 * i is locked and pmpicfg.A is set to TOR, writes to pmpaddri-1 are ignored." Until reset. */
static void locked(void **state)
{
    struct hart h = hart_with(8, 2);
    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        put_addr(&h, i, 0x100 + i);
    }
    put_cfg(&h, 3, PMP_L | PMP_TOR | PMP_R);
    put_cfg(&h, 5, PMP_L | PMP_NA4 | PMP_R);
    put_cfg(&h, 6, PMP_TOR | PMP_R);
    assert_int_equal(put(&h, CSR_pmpcfg0, 0), CSR_EFFECT_PMP);
    assert_int_equal(get(&h, CSR_pmpcfg0), UINT64_C(0x0000910089000000));
    for (unsigned i = 0; i < 8; i++) {
        bool kept = i == 2 || i == 3 || i == 5;
        assert_int_equal(put_addr(&h, i, 0), CSR_EFFECT_NONE);
        assert_int_equal(get_addr(&h, i), kept ? 0x100 + i : 0);
    }
    hart_reset(&h, &test_isa, 0);
    assert_int_equal(get(&h, CSR_pmpcfg0), 0);
    put_cfg(&h, 7, PMP_L | PMP_TOR); /* the lock goes with its register's other bytes */
    put(&h, CSR_pmpcfg0, ALL_ONES);
    assert_int_equal(get_cfg(&h, 6), 0x9f);
    assert_int_equal(get_cfg(&h, 7), PMP_L | PMP_TOR);
    h = hart_with(3, 2); /* the last entry has no follower, locked or not */
    h.pmpcfg[3] = PMP_L | PMP_TOR;
    put_addr(&h, 2, 7);
    assert_int_equal(get_addr(&h, 2), 7);
}

/* "When G >= 2 and pmpcfgi.A[1] is set, ... bits pmpaddri[G-2:0] read as all ones. When G >= 1 and
 * pmpcfgi.A[1] is clear, ... pmpaddri[G-1:0] read as all zeros. ... does not affect the underlying
 * value stored." */
static void granularity(void **state)
{
    (void)state;
    for (unsigned g = 0; g < 12; g++) {
        struct hart h = hart_with(8, g + 2);
        uint64_t v = UINT64_C(0xa5a5a5a5a5a5a);
        put_addr(&h, 1, v);
        assert_int_equal(get_addr(&h, 1), v >> g << g);
        put_cfg(&h, 1, PMP_TOR);
        assert_int_equal(get_addr(&h, 1), v >> g << g);
        put_cfg(&h, 1, PMP_NAPOT);
        assert_int_equal(get_addr(&h, 1), g < 2 ? v : v | (BIT(g - 1) - 1));
        test_isa.pmp_grain = 2;
        assert_int_equal(get_addr(&h, 1), v);
    }
    struct hart h = hart_with(8, 0); /* a grain below four bytes is four */
    put_cfg(&h, 0, PMP_NA4 | PMP_R);
    assert_int_equal(get_cfg(&h, 0), PMP_NA4 | PMP_R);
}

/* "NAPOT range encoding", TOR and NA4, the whole of memory included. */
static void what_an_entry_matches(void **state)
{
    static const struct {
        uint64_t below, addr, cfg, base, size;
    } rows[] = {
        {0, 0x1234, PMP_OFF, 0, 0},
        {0, 0x1234, PMP_NA4, 0x48d0, 4},
        {0, 0x1230, PMP_NAPOT, 0x48c0, 8},
        {0, 0x1231, PMP_NAPOT, 0x48c0, 16},
        {0, 0x20000000 | 0x7ffff, PMP_NAPOT, 0x80000000, 0x400000},
        {0, MASK(52, 0), PMP_NAPOT, 0, BIT(56)},
        {0, MASK(53, 0), PMP_NAPOT, 0, BIT(57)},
        {0x1000, 0x1400, PMP_TOR, 0x4000, 0x1000},
        {0x1400, 0x1400, PMP_TOR, 0x5000, 0},
        {0x1401, 0x1400, PMP_TOR, 0x5004, 0},
    };
    (void)state;
    for (unsigned n = 0; n < ARRAY_LEN(rows); n++) {
        struct hart h = hart_with(8, 2);
        put_addr(&h, 3, rows[n].below);
        put_addr(&h, 4, rows[n].addr);
        put_cfg(&h, 4, rows[n].cfg);
        struct mem_range r = pmp_match(&h, 4);
        assert_int_equal(r.size, rows[n].size);
        assert_true(r.size == 0 || r.base == rows[n].base);
    }
    struct hart h = hart_with(8, 12);
    put_addr(&h, 0, 0x7ff); /* "If PMP entry 0's A field is set to TOR, zero is used" */
    put_cfg(&h, 0, PMP_TOR);
    assert_int_equal(pmp_match(&h, 0).base, 0);
    assert_int_equal(pmp_match(&h, 0).size, 0x1000);
    put_cfg(&h, 0, PMP_NAPOT); /* the bottom is pmpaddr0 whatever entry 0 is, below the grain 0 */
    put_addr(&h, 1, 0x1000);
    put_cfg(&h, 1, PMP_TOR);
    assert_int_equal(pmp_match(&h, 1).base, 0x1000);
    assert_int_equal(pmp_match(&h, 1).size, 0x3000);
}

/* "The lowest-numbered PMP entry that matches any byte of an access determines whether that access
 * succeeds or fails. The matching PMP entry must match all bytes of an access, or the access fails,
 * irrespective of the L, R, W, and X bits." */
static void priority_and_partial_match(void **state)
{
    struct hart h = hart_with(8, 2);
    (void)state;
    put_addr(&h, 0, 0x1000 >> 2);
    put_cfg(&h, 0, PMP_NA4); /* nothing */
    put_addr(&h, 1, 0x1000 >> 2 | 0x1ff);
    put_cfg(&h, 1, PMP_NAPOT | RWX);
    assert_false(ok(&h, 0x1000, 4, ACCESS_LOAD, PRV_S));
    assert_true(ok(&h, 0x1004, 4, ACCESS_LOAD, PRV_S));
    assert_true(ok(&h, 0x1ff8, 8, ACCESS_LOAD, PRV_S));
    assert_false(ok(&h, 0x1000, 8, ACCESS_LOAD, PRV_M)); /* partial, M too */
    assert_true(ok(&h, 0x1000, 4, ACCESS_LOAD, PRV_M));
    assert_false(ok(&h, 0x1ffc, 8, ACCESS_LOAD, PRV_S));
    assert_false(ok(&h, 0xfff, 2, ACCESS_LOAD, PRV_M));
    assert_false(ok(&h, ALL_ONES - 3, 8, ACCESS_LOAD, PRV_S)); /* no wrapping to byte 0 */
    assert_true(ok(&h, ALL_ONES - 3, 8, ACCESS_LOAD, PRV_M));
}

/* Locked entries bind M-mode; without a match M passes, S and U do not. */
static void rights_by_mode(void **state)
{
    (void)state;
    for (unsigned cfg = 0; cfg < 256; cfg++) {
        if ((cfg & 3) == 2 || (cfg & 0x60) != 0 || (cfg & 0x18) != 0x18) {
            continue;
        }
        struct hart h = hart_with(8, 2);
        put_addr(&h, 7, 0x2000 >> 2 | 0x1ff);
        put_cfg(&h, 7, cfg);
        for (unsigned a = ACCESS_LOAD; a <= ACCESS_FETCH; a++) {
            bool granted = cfg & (a == ACCESS_LOAD ? 1 : a == ACCESS_STORE ? 2 : 4);
            assert_int_equal(ok(&h, 0x2100, 8, a, PRV_U), granted);
            assert_int_equal(ok(&h, 0x2100, 8, a, PRV_S), granted);
            assert_int_equal(ok(&h, 0x2100, 8, a, PRV_M), granted || !(cfg & 0x80));
            assert_false(ok(&h, 0x3000, 8, a, PRV_U));
            assert_false(ok(&h, 0x3000, 8, a, PRV_S));
            assert_true(ok(&h, 0x3000, 8, a, PRV_M));
        }
    }
}

static unsigned below(unsigned n)
{
    static uint64_t x = 0x2545f4914f6cdd1d;
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return (unsigned)(x >> 32) % n;
}

/* Any small PMP against the rule, by what its registers hold after any writes. */
static void random_against_bytes(void **state)
{
    unsigned passed = 0;
    (void)state;
    for (unsigned n = 0; n < 20000; n++) {
        struct hart h = hart_with(1 + below(16), 2);
        for (unsigned k = 0; k < 12; k++) {
            unsigned i = below(16);
            put_addr(&h, i, below(32));
            put_cfg(&h, below(16), below(256) & (below(4) ? 0x1f : 0x9f));
        }
        for (unsigned k = 0; k < 20; k++) {
            uint64_t pa = below(128), len = UINT64_C(1) << below(4);
            unsigned access = below(3), prv = below(2) ? PRV_S : PRV_M;
            bool got = ok(&h, pa, len, access, prv);
            passed += got;
            if (got != ref_pmp(&h, pa, len, access, prv)) {
                fail_msg("run %u: %llu bytes at %#llx, access %u, mode %u: %d", n,
                         (unsigned long long)len, (unsigned long long)pa, access, prv, got);
            }
        }
    }
    assert_true(passed > 100000 && passed < 300000);
}

/* Where S is said to load and store everywhere in a range, every byte of it lets it. */
static void open_ranges_are_open(void **state)
{
    unsigned said = 0, refused = 0;
    (void)state;
    for (unsigned n = 0; n < 20000; n++) {
        struct hart h = hart_with(1 + below(6), 2);
        for (unsigned k = 0; k < 6; k++) {
            put_addr(&h, below(6), below(3) ? below(32) : 0xffff);
            put_cfg(&h, below(6), below(2) ? 0x1f : below(256) & 0x9f);
        }
        struct mem_range r = {below(16) * 8, (1 + below(6)) * 8};
        bool everywhere = true;
        for (uint64_t pa = r.base; pa < r.base + r.size; pa += 8) {
            everywhere = everywhere && ref_pmp(&h, pa, 8, ACCESS_LOAD, PRV_S) &&
                         ref_pmp(&h, pa, 8, ACCESS_STORE, PRV_S);
        }
        bool got = pmp_open(&h, &r);
        assert_true(everywhere || !got);
        said += got;
        refused += everywhere && !got;
    }
    assert_true(said > 1000 && refused < said);
}

/* The plan of the physical entries has to be made again when what matches or is granted changes. */
static void effects(void **state)
{
    struct hart h = hart_with(8, 2);
    (void)state;
    assert_int_equal(put_addr(&h, 2, 5), CSR_EFFECT_NONE); /* off */
    assert_int_equal(put_cfg(&h, 2, PMP_NA4 | PMP_R), CSR_EFFECT_PMP);
    assert_int_equal(put_cfg(&h, 2, PMP_NA4 | PMP_R), CSR_EFFECT_NONE);
    assert_int_equal(put_addr(&h, 2, 6), CSR_EFFECT_PMP);
    assert_int_equal(put_addr(&h, 2, 6), CSR_EFFECT_NONE);
    assert_int_equal(put_addr(&h, 1, 6), CSR_EFFECT_NONE);
    put_cfg(&h, 2, PMP_TOR | PMP_R);
    assert_int_equal(put_addr(&h, 1, 3), CSR_EFFECT_PMP); /* its bottom */
    assert_int_equal(put_addr(&h, 15, 3), CSR_EFFECT_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_entries),
        cmocka_unit_test(which_registers_exist),
        cmocka_unit_test(entries_beyond_are_zero),
        cmocka_unit_test(address_bits),
        cmocka_unit_test(cfg_holds_legal_values),
        cmocka_unit_test(locked),
        cmocka_unit_test(granularity),
        cmocka_unit_test(what_an_entry_matches),
        cmocka_unit_test(priority_and_partial_match),
        cmocka_unit_test(rights_by_mode),
        cmocka_unit_test(random_against_bytes),
        cmocka_unit_test(open_ranges_are_open),
        cmocka_unit_test(effects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
