/* SPDX-License-Identifier: BSD-2-Clause */
/* Which CSR an access reaches, and when it is illegal (2) or virtual (22). */
#include "fixture.h"

#define ILLEGAL CAUSE_ILLEGAL
#define VIRTUAL CAUSE_VIRTUAL_INSTRUCTION

static void expect(const struct hart *h, enum mode m, unsigned num, bool write, unsigned cause)
{
    struct hart at = *h;
    hart_mode(&at, m);
    unsigned got = access_cause(&at, num, write);
    if (got != cause) {
        fail_msg("%s %s of %#x: cause %u, not %u", mode_name[m], write ? "write" : "read", num, got,
                 cause);
    }
}

static void table_is_consistent(void **state)
{
    static const unsigned listed[] = {
#define CSR(num, name, ...) num,
#include "spec/csr.def"
#undef CSR
    };
    unsigned rows = 0;
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(listed); i++) {
        assert_non_null(csr_row(listed[i]));
        assert_int_equal(csr_row(listed[i])->num, listed[i]);
    }
    for (unsigned num = 0; num < 4096; num++) {
        const struct csr *c = csr_row(num);
        rows += c != NULL;
        if (c != NULL && c->has_vs) {
            assert_non_null(csr_row(num + 0x100));
        }
    }
    assert_int_equal(rows, ARRAY_LEN(listed)); /* no number twice */
    assert_string_equal(csr_name(csr_row(0x600)), "hstatus");
}

/* Some numbers exist in hardware that Hearth runs on but name state that the model leaves to it. */
static bool indirect(unsigned num)
{
    return num == CSR_sireg || num == CSR_vsireg || num == CSR_mireg || num == CSR_stopei ||
           num == CSR_vstopei || num == CSR_mtopei;
}

/* "CSR Address Mapping Conventions", and hypervisor chapter, "Trap Cause Codes", with every control
 * open. */
static void privilege_of_every_number(void **state)
{
    struct hart h = hart_in(M);
    (void)state;
    test_isa.pmp_entries = 8;
    for (unsigned num = 0; num < 4096; num++) {
        unsigned level = (num >> 8) & 3;
        for (unsigned write = 0; write < 2; write++) {
            bool exists = csr_row(num) != NULL && !(write && num >= 0xC00);
            unsigned cause[MODES] = {0};
            if (indirect(num)) {
                continue;
            }
            cause[HS] = level == 3 ? ILLEGAL : 0;
            cause[U] = level >= 1 ? ILLEGAL : 0;
            cause[VS] = level == 3 ? ILLEGAL : level == 2 ? VIRTUAL : 0;
            cause[VU] = level == 3 ? ILLEGAL : level >= 1 ? VIRTUAL : 0;
            for (enum mode m = M; m < MODES; m++) {
                expect(&h, m, num, write, exists ? cause[m] : ILLEGAL);
            }
        }
    }
}

/* A CSR of an extension that the hart lacks does not exist, in a guest either. */
static void missing_extension_is_illegal(void **state)
{
    static const struct {
        unsigned num;
        enum isa_ext ext;
    } of[] = {
        {CSR_stimecmp, EXT_SSTC},       {CSR_vstimecmp, EXT_SSTC},  {CSR_hvictl, EXT_SMAIA},
        {CSR_vsiselect, EXT_SMAIA},     {CSR_siselect, EXT_SMAIA},  {CSR_stopi, EXT_SMAIA},
        {CSR_hstateen0, EXT_SMSTATEEN}, {CSR_senvcfg, EXT_MENVCFG}, {CSR_scountovf, EXT_SSCOFPMF},
    };
    struct hart h = hart_in(HS);
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(of); i++) {
        test_isa.ext = MASK(EXT_C, 0) & ~BIT(of[i].ext);
        for (enum mode m = M; m < MODES; m++) {
            expect(&h, m, of[i].num, false, ILLEGAL);
        }
    }
}

/* "When XLEN > 32, an attempt to access a high-half CSR always raises an illegal-instruction
 * exception." */
static void high_half_csrs_are_illegal(void **state)
{
    static const unsigned high[] = {0x114, 0x154, 0x15D, 0x214, 0x254, 0x25D, 0x612, 0x613,
                                    0x615, 0x618, 0x61A, 0x61C, 0x655, 0x656, 0xC80, 0xC81};
    struct hart h = hart_in(VS);
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(high); i++) {
        for (enum mode m = HS; m < MODES; m++) {
            expect(&h, m, high[i], false, ILLEGAL);
        }
    }
}

/* Hypervisor chapter, "Hypervisor and Virtual Supervisor CSRs": VS CSRs substitute when V=1; three
 * S CSRs have no match. */
static void vs_csrs_substitute(void **state)
{
    static const unsigned matched[] = {0x100, 0x104, 0x105, 0x140, 0x141, 0x142,
                                       0x143, 0x144, 0x14D, 0x150, 0x180, 0xDB0};
    static const unsigned kept[] = {0x106, 0x10A, 0x10C, 0x10D, 0x10E, 0x10F, 0xC01, 0xDA0};
    struct hart h = hart_in(VS);
    struct hart hs = hart_in(HS);
    const struct csr *c;
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(matched); i++) {
        assert_int_equal(csr_find(&h, matched[i], false, &c), CSR_OK);
        assert_int_equal(c->num, matched[i] + 0x100);
        assert_int_equal(csr_find(&hs, matched[i], false, &c), CSR_OK);
        assert_int_equal(c->num, matched[i]);
    }
    for (unsigned i = 0; i < ARRAY_LEN(kept); i++) {
        assert_int_equal(csr_find(&h, kept[i], false, &c), CSR_OK);
        assert_int_equal(c->num, kept[i]);
    }
}

/* Machine chapter, "mcounteren"; supervisor, "scounteren"; hypervisor, "hcounteren" and "Trap Cause
 * Codes". */
static void counters_are_gated(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 32; n++) {
        for (unsigned set = 0; set < 8; set++) {
            struct hart h = hart_in(M);
            bool m = set & 1, hyp = set & 2, s = set & 4;
            h.mcounteren = m ? BIT(n) : ~BIT(n);
            h.hcounteren = hyp ? BIT(n) : ~BIT(n);
            h.scounteren = s ? BIT(n) : ~BIT(n);
            expect(&h, M, 0xC00 + n, false, 0);
            expect(&h, HS, 0xC00 + n, false, m ? 0 : ILLEGAL);
            expect(&h, U, 0xC00 + n, false, m && s ? 0 : ILLEGAL);
            expect(&h, VS, 0xC00 + n, false, !m ? ILLEGAL : hyp ? 0 : VIRTUAL);
            expect(&h, VU, 0xC00 + n, false, !m ? ILLEGAL : hyp && s ? 0 : VIRTUAL);
            expect(&h, VS, 0xC00 + n, true, ILLEGAL);
        }
    }
}

/* "menvcfg", "henvcfg": STCE; "mcounteren", "hcounteren": TM. */
static void stimecmp_needs_stce_and_tm(void **state)
{
    (void)state;
    for (unsigned set = 0; set < 16; set++) {
        struct hart h = hart_in(M);
        bool m = (set & 3) == 3, hyp = (set & 12) == 12;
        h.menvcfg = set & 1 ? ENVCFG_STCE : 0;
        h.mcounteren = set & 2 ? COUNTEREN_TM : 0;
        h.henvcfg = set & 4 ? ENVCFG_STCE : 0;
        h.hcounteren = set & 8 ? COUNTEREN_TM : 0;
        expect(&h, M, CSR_stimecmp, true, 0);
        expect(&h, HS, CSR_stimecmp, true, m ? 0 : ILLEGAL);
        expect(&h, HS, CSR_vstimecmp, true, m ? 0 : ILLEGAL);
        expect(&h, VS, CSR_stimecmp, true, !m ? ILLEGAL : hyp ? 0 : VIRTUAL);
        expect(&h, VS, CSR_vstimecmp, true, m ? VIRTUAL : ILLEGAL);
        expect(&h, VU, CSR_stimecmp, false, m ? VIRTUAL : ILLEGAL);
        expect(&h, U, CSR_stimecmp, false, ILLEGAL);
    }
}

/* "mstatus": TVM prevents HS-mode from accessing satp and hgatp, not vsatp, and does not count with
 * V=1. "hstatus": VTVM. */
static void tvm_and_vtvm(void **state)
{
    struct hart h = hart_in(M);
    (void)state;
    h.mstatus |= STATUS_TVM;
    expect(&h, M, CSR_satp, true, 0);
    expect(&h, M, CSR_hgatp, true, 0);
    expect(&h, HS, CSR_satp, false, ILLEGAL);
    expect(&h, HS, CSR_hgatp, true, ILLEGAL);
    expect(&h, HS, CSR_vsatp, true, 0);
    expect(&h, VS, CSR_satp, true, 0);
    expect(&h, VS, CSR_hgatp, true, VIRTUAL);
    expect(&h, VU, CSR_satp, false, VIRTUAL);
    h.mstatus &= ~STATUS_TVM;
    h.hstatus |= HSTATUS_VTVM;
    expect(&h, HS, CSR_satp, true, 0);
    expect(&h, VS, CSR_satp, false, VIRTUAL);
    expect(&h, VS, CSR_satp, true, VIRTUAL);
}

/* Smstateen: bit 63 for sstateen and hstateen, ENVCFG for senvcfg and henvcfg; mstateen 0 is 2,
 * hstateen 0 is 22. */
static void state_enables(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 4; n++) {
        struct hart h = hart_in(M);
        h.hstateen[n] = 0;
        expect(&h, HS, CSR_sstateen0 + n, true, 0);
        expect(&h, VS, CSR_sstateen0 + n, true, VIRTUAL);
        h.hstateen[n] = ALL_ONES;
        h.mstateen[n] = 0;
        expect(&h, M, CSR_hstateen0 + n, true, 0);
        expect(&h, HS, CSR_hstateen0 + n, true, ILLEGAL);
        expect(&h, HS, CSR_sstateen0 + n, true, ILLEGAL);
        expect(&h, VS, CSR_sstateen0 + n, true, ILLEGAL);
        expect(&h, VS, CSR_hstateen0 + n, true, ILLEGAL);
        test_isa.ext &= ~BIT(EXT_SMSTATEEN);
        expect(&h, VS, CSR_sstateen0 + n, true, ILLEGAL);
    }
    struct hart h = hart_in(M);
    h.hstateen[0] &= ~STATEEN_ENVCFG;
    expect(&h, HS, CSR_senvcfg, true, 0);
    expect(&h, VS, CSR_senvcfg, true, VIRTUAL);
    h.mstateen[0] &= ~STATEEN_ENVCFG;
    expect(&h, HS, CSR_senvcfg, true, ILLEGAL);
    expect(&h, HS, CSR_henvcfg, true, ILLEGAL);
    expect(&h, VS, CSR_senvcfg, true, ILLEGAL);
    expect(&h, VS, CSR_henvcfg, true, ILLEGAL);
    test_isa.ext &= ~BIT(EXT_SMSTATEEN); /* without the extension nothing is closed */
    expect(&h, VS, CSR_senvcfg, true, 0);
    expect(&h, VS, CSR_henvcfg, true, VIRTUAL);
}

/* AIA, "Hypervisor and VS CSRs", with VGEIN = 0: nothing is accessible through vsiselect, nor
 * vstopei. */
static void aia_registers_without_guest_files(void **state)
{
    static const uint64_t select[] = {0x30, 0x31, 0x3e, 0x70, 0x80, 0xc0, 0xff};
    struct hart h = hart_in(M);
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(select); i++) {
        h.siselect = h.vsiselect = h.miselect = select[i];
        bool iprio = select[i] == 0x30 || select[i] == 0x3e; /* XLEN = 64: even registers only */
        expect(&h, M, CSR_mireg, true, iprio ? 0 : ILLEGAL);
        expect(&h, HS, CSR_sireg, true, iprio ? 0 : ILLEGAL);
        expect(&h, HS, CSR_vsireg, true, ILLEGAL);
        expect(&h, M, CSR_vsireg, true, ILLEGAL);
        expect(&h, VS, CSR_sireg, true, VIRTUAL);
        expect(&h, VS, CSR_vsireg, true, VIRTUAL);
        expect(&h, VU, CSR_sireg, true, VIRTUAL);
        expect(&h, U, CSR_sireg, true, ILLEGAL);
    }
    expect(&h, M, CSR_vstopei, false, ILLEGAL);
    expect(&h, HS, CSR_vstopei, false, ILLEGAL);
    expect(&h, VS, CSR_stopei, false, VIRTUAL);
    expect(&h, VS, CSR_vstopei, false, VIRTUAL);
    expect(&h, VU, CSR_stopei, false, VIRTUAL);
}

/* AIA, "Access control by the state-enable CSRs". */
static void aia_state_enables(void **state)
{
    struct hart h = hart_in(M);
    (void)state;
    h.siselect = 0x30;
    h.hstateen[0] = 0;
    expect(&h, HS, CSR_sireg, true, 0);
    expect(&h, VS, CSR_siselect, true, VIRTUAL);
    expect(&h, VS, CSR_stopi, false, VIRTUAL);
    h.mstateen[0] &= ~STATEEN_CSRIND;
    expect(&h, HS, CSR_siselect, true, ILLEGAL);
    expect(&h, HS, CSR_sireg, true, ILLEGAL);
    expect(&h, VS, CSR_sireg, true, ILLEGAL);
    expect(&h, VS, CSR_vsireg, true, ILLEGAL);
    expect(&h, VU, CSR_sireg, true, ILLEGAL);
    h = hart_in(M);
    h.siselect = 0x30;
    h.mstateen[0] &= ~STATEEN_AIA;
    expect(&h, HS, CSR_sireg, true, ILLEGAL); /* the iprio array is AIA state */
    expect(&h, M, CSR_sireg, true, 0);
    expect(&h, HS, CSR_stopi, false, ILLEGAL);
    expect(&h, HS, CSR_hvictl, true, ILLEGAL);
    expect(&h, HS, CSR_hviprio1, true, ILLEGAL);
    expect(&h, HS, CSR_vstopi, false, ILLEGAL);
    expect(&h, VS, CSR_stopi, false, ILLEGAL);
    expect(&h, HS, CSR_hvip, true, 0);
    h.mstateen[0] &= ~STATEEN_IMSIC; /* no IMSIC: no effect, still 22 */
    expect(&h, VS, CSR_stopei, false, VIRTUAL);
    test_isa.ext |= BIT(EXT_IMSIC);
    expect(&h, VS, CSR_stopei, false, ILLEGAL);
}

/* AIA, "Virtual interrupts for VS level": VTI = 1. */
static void hvictl_vti_traps(void **state)
{
    struct hart h = hart_in(M);
    (void)state;
    h.hvictl = HVICTL_VTI;
    expect(&h, VS, CSR_sip, false, VIRTUAL);
    expect(&h, VS, CSR_sie, false, VIRTUAL);
    expect(&h, VS, CSR_sie, true, VIRTUAL);
    expect(&h, VS, CSR_stimecmp, true, VIRTUAL);
    expect(&h, VS, CSR_stimecmp, false, 0);
    expect(&h, HS, CSR_sip, true, 0);
    expect(&h, HS, CSR_vsip, true, 0);
    expect(&h, HS, CSR_vstimecmp, true, 0);
}

/* "time", "htimedelta": the sum with V=1, wrapping. */
static void time_has_htimedelta_in_a_guest(void **state)
{
    struct hart h = hart_in(HS);
    (void)state;
    h.time = 1000;
    h.htimedelta = (uint64_t)-400;
    h.mhpmcounter[0] = 7;
    assert_int_equal(get(&h, CSR_time), 1000);
    assert_int_equal(get(&h, CSR_cycle), 7);
    hart_mode(&h, VU);
    assert_int_equal(get(&h, CSR_time), 600);
    assert_int_equal(get(&h, CSR_cycle), 7);
}

/* Sscofpmf, "scountovf": OF bits that mcounteren, and in a guest hcounteren, let through. */
static void scountovf_is_filtered(void **state)
{
    struct hart h = hart_in(HS);
    (void)state;
    h.mhpmevent[3] = h.mhpmevent[4] = h.mhpmevent[31] = BIT(63);
    h.mcounteren = BIT(3) | BIT(4);
    h.hcounteren = BIT(4) | BIT(31);
    assert_int_equal(get(&h, CSR_scountovf), BIT(3) | BIT(4));
    hart_mode(&h, VS);
    assert_int_equal(get(&h, CSR_scountovf), BIT(4));
    hart_mode(&h, M);
    assert_int_equal(get(&h, CSR_scountovf), BIT(3) | BIT(4) | BIT(31));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(table_is_consistent),
        cmocka_unit_test(privilege_of_every_number),
        cmocka_unit_test(missing_extension_is_illegal),
        cmocka_unit_test(high_half_csrs_are_illegal),
        cmocka_unit_test(vs_csrs_substitute),
        cmocka_unit_test(counters_are_gated),
        cmocka_unit_test(stimecmp_needs_stce_and_tm),
        cmocka_unit_test(tvm_and_vtvm),
        cmocka_unit_test(state_enables),
        cmocka_unit_test(aia_registers_without_guest_files),
        cmocka_unit_test(aia_state_enables),
        cmocka_unit_test(hvictl_vti_traps),
        cmocka_unit_test(time_has_htimedelta_in_a_guest),
        cmocka_unit_test(scountovf_is_filtered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
