/* SPDX-License-Identifier: BSD-2-Clause */
/* What a write leaves behind: WARL fields, read-only bits, status and translation registers,
 * effects. */
#include "fixture.h"

/* Writes all ones, then all zeroes, and gives back the two values read. */
static void expect_bits(struct hart *h, unsigned num, uint64_t ones, uint64_t zeroes)
{
    put(h, num, ALL_ONES);
    if (get(h, num) != ones) {
        fail_msg("%s after ones: %#lx, not %#lx", csr_name(csr_row(num)),
                 (unsigned long)get(h, num), (unsigned long)ones);
    }
    put(h, num, 0);
    if (get(h, num) != zeroes) {
        fail_msg("%s after zeroes: %#lx, not %#lx", csr_name(csr_row(num)),
                 (unsigned long)get(h, num), (unsigned long)zeroes);
    }
}

/* "hstatus": VSXL may be read-only (64), VGEIN is read-only zero with GEILEN = 0, VSBE read-only
 * zero. */
static void hstatus_fields(void **state)
{
    struct hart h = hart_in(HS);
    uint64_t vsxl = UINT64_C(2) << 32;
    (void)state;
    /* GVA 6, SPV 7, SPVP 8, HU 9, VTVM 20, VTW 21, VTSR 22 */
    expect_bits(&h, CSR_hstatus, vsxl | 0x7003c0, vsxl);
}

/* "Bits of hedeleg that must be writable or must be read-only zero". */
static void hedeleg_bits(void **state)
{
    static const uint8_t writable[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 15, 18, 19};
    struct hart h = hart_in(HS);
    uint64_t ones = 0;
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(writable); i++) {
        ones |= BIT(writable[i]);
    }
    expect_bits(&h, CSR_hedeleg, ones, 0);
}

/* "hideleg": 10, 6, 2 writable; 12, 9, 5, 1 read-only zero. No Shlcofideleg: 13 read-only zero. */
static void hideleg_bits(void **state)
{
    struct hart h = hart_in(HS);
    (void)state;
    expect_bits(&h, CSR_hideleg, BIT(2) | BIT(6) | BIT(10), 0);
}

/* "mideleg": 10, 6, 2 read-only one; 12 only if GEILEN > 0. M-level interrupts are not delegatable
 * here. */
static void mideleg_bits(void **state)
{
    struct hart h = hart_in(M);
    uint64_t vs = BIT(2) | BIT(6) | BIT(10);
    (void)state;
    expect_bits(&h, CSR_mideleg, vs | BIT(1) | BIT(5) | BIT(9) | BIT(13), vs);
}

/* "medeleg": bit 11 read-only zero; none read-only one. H's exceptions can be delegated. */
static void medeleg_bits(void **state)
{
    struct hart h = hart_in(M);
    (void)state;
    test_isa.medeleg = 0xbfff;
    h.medeleg = 0;
    expect_bits(&h, CSR_medeleg, 0xf0b7ff, 0);
}

/* "hgeie", "hgeip" with GEILEN = 0. */
static void no_guest_external_interrupts(void **state)
{
    struct hart h = hart_in(HS);
    (void)state;
    expect_bits(&h, CSR_hgeie, 0, 0);
    assert_int_equal(get(&h, CSR_hgeip), 0);
}

static void counter_enables(void **state)
{
    static const unsigned nums[] = {CSR_mcounteren, CSR_hcounteren, CSR_scounteren};
    struct hart h = hart_in(M);
    (void)state;
    test_isa.counteren = 0xff;
    h.mcounteren = h.hcounteren = h.scounteren = 0;
    for (unsigned i = 0; i < ARRAY_LEN(nums); i++) {
        expect_bits(&h, nums[i], 0xff, 0);
    }
}

/* "menvcfg": where STCE, PBMTE, ADUE are zero, henvcfg's are read-only zero. */
static void henvcfg_follows_menvcfg(void **state)
{
    struct hart h = hart_in(HS);
    uint64_t user = ENVCFG_FIOM | ENVCFG_CBIE | ENVCFG_CBCFE | ENVCFG_CBZE;
    static const uint64_t shared[] = {ENVCFG_STCE, ENVCFG_PBMTE, ENVCFG_ADUE};
    (void)state;
    expect_bits(&h, CSR_henvcfg, user | shared[0] | shared[1] | shared[2], 0);
    for (unsigned i = 0; i < ARRAY_LEN(shared); i++) {
        put(&h, CSR_menvcfg, shared[i]);
        expect_bits(&h, CSR_henvcfg, user | shared[i], 0);
        put(&h, CSR_henvcfg, ALL_ONES);
        put(&h, CSR_menvcfg, 0);
        assert_int_equal(get(&h, CSR_henvcfg), user);
    }
    expect_bits(&h, CSR_senvcfg, user, 0);
    test_isa.menvcfg = 0; /* nothing implemented but FIOM */
    h.henvcfg = h.senvcfg = 0;
    expect_bits(&h, CSR_henvcfg, ENVCFG_FIOM, 0);
    expect_bits(&h, CSR_senvcfg, ENVCFG_FIOM, 0);
}

/* "menvcfg": CBIE = 2 is reserved. */
static void cbie_is_never_reserved(void **state)
{
    static const unsigned nums[] = {CSR_menvcfg, CSR_henvcfg, CSR_senvcfg};
    struct hart h = hart_in(M);
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(nums); i++) {
        put(&h, nums[i], FIELD_PUT(ENVCFG_CBIE, 1));
        put(&h, nums[i], FIELD_PUT(ENVCFG_CBIE, 2) | ENVCFG_CBZE);
        assert_int_equal(get(&h, nums[i]), FIELD_PUT(ENVCFG_CBIE, 1) | ENVCFG_CBZE);
    }
}

/* Smstateen: a zero in mstateen is read-only zero in hstateen, and shows again when it is set;
 * sstateen has nothing here. */
static void stateen_masks(void **state)
{
    struct hart h = hart_in(M);
    uint64_t ours = STATEEN_SE | STATEEN_ENVCFG | STATEEN_CSRIND | STATEEN_AIA;
    (void)state;
    expect_bits(&h, CSR_mstateen0, ours, 0);
    expect_bits(&h, CSR_mstateen1, STATEEN_SE, 0);
    put(&h, CSR_mstateen0, STATEEN_SE | STATEEN_AIA);
    expect_bits(&h, CSR_hstateen0, STATEEN_SE | STATEEN_AIA, 0);
    expect_bits(&h, CSR_sstateen0, 0, 0);
    put(&h, CSR_mstateen0, ours);
    put(&h, CSR_hstateen0, ours);
    put(&h, CSR_mstateen0, STATEEN_SE);
    assert_int_equal(get(&h, CSR_hstateen0), STATEEN_SE);
    put(&h, CSR_hstateen0, 0); /* read-only zero: not written either */
    put(&h, CSR_mstateen0, ours);
    assert_int_equal(get(&h, CSR_hstateen0), ours & ~STATEEN_SE);
    put(&h, CSR_mstateen0, 0);
    test_isa.ext &= ~BIT(EXT_SMAIA);
    expect_bits(&h, CSR_mstateen0, STATEEN_SE | STATEEN_ENVCFG, 0);
}

/* "satp": "if satp is written with an unsupported MODE, the entire write has no effect". */
static void satp_unsupported_mode_is_ignored(void **state)
{
    struct hart h = hart_in(HS);
    uint64_t good = FIELD_PUT(ATP_MODE, MODE_SV39) | FIELD_PUT(SATP_ASID, 7) | 0x80000;
    (void)state;
    put(&h, CSR_satp, good);
    assert_int_equal(put(&h, CSR_satp, FIELD_PUT(ATP_MODE, MODE_SV57) | 0x90000), CSR_EFFECT_NONE);
    assert_int_equal(get(&h, CSR_satp), good);
    test_isa.asid_mask = 0xff;
    test_isa.ppn_mask = 0xfffff;
    put(&h, CSR_satp, FIELD_PUT(ATP_MODE, MODE_SV48));
    put(&h, CSR_satp, FIELD_PUT(ATP_MODE, MODE_SV48) | SATP_ASID | ATP_PPN);
    assert_int_equal(get(&h, CSR_satp), FIELD_PUT(ATP_MODE, MODE_SV48) |
                                            FIELD_PUT(SATP_ASID, 0xff) | 0x80000 | 0xfffff);
}

/* "vsatp": likewise with V=1 (required) and V=0 (allowed). */
static void vsatp_unsupported_mode_is_ignored(void **state)
{
    struct hart h = hart_in(VS);
    const struct csr *c;
    uint64_t good = FIELD_PUT(ATP_MODE, MODE_SV48) | FIELD_PUT(SATP_ASID, 9) | ATP_PPN;
    (void)state;
    assert_int_equal(csr_find(&h, CSR_satp, true, &c), CSR_OK);
    assert_int_equal(csr_write(&h, c, good), CSR_EFFECT_XLATE);
    assert_int_equal(csr_write(&h, c, FIELD_PUT(ATP_MODE, 15)), CSR_EFFECT_NONE);
    assert_int_equal(h.vsatp, good);
    assert_int_equal(h.satp, 0);
    put(&h, CSR_vsatp, FIELD_PUT(ATP_MODE, 1));
    assert_int_equal(h.vsatp, good);
}

/* "hgatp": "not ignored as it is for satp. Instead, the fields of hgatp are WARL in the normal
 * way"; PPN[1:0] zero. */
static void hgatp_is_warl_by_field(void **state)
{
    struct hart h = hart_in(HS);
    (void)state;
    put(&h, CSR_hgatp, FIELD_PUT(ATP_MODE, MODE_SV39) | FIELD_PUT(HGATP_VMID, 5) | 0x80003);
    assert_int_equal(get(&h, CSR_hgatp),
                     FIELD_PUT(ATP_MODE, MODE_SV39) | FIELD_PUT(HGATP_VMID, 5) | 0x80000);
    put(&h, CSR_hgatp, FIELD_PUT(ATP_MODE, MODE_SV57) | FIELD_PUT(HGATP_VMID, 6) | 0x90000);
    uint64_t v = get(&h, CSR_hgatp);
    assert_int_equal(FIELD_GET(ATP_MODE, v), MODE_SV39);
    assert_int_equal(FIELD_GET(HGATP_VMID, v), 6);
    assert_int_equal(FIELD_GET(ATP_PPN, v), 0x90000);
    test_isa.vmid_mask = 0x7f; /* bits 59:58 are zero, VMID[VMIDLEN-1:0] writable */
    put(&h, CSR_hgatp, FIELD_PUT(ATP_MODE, MODE_SV39) | MASK(59, 0));
    assert_int_equal(get(&h, CSR_hgatp),
                     FIELD_PUT(ATP_MODE, MODE_SV39) | FIELD_PUT(HGATP_VMID, 0x7f) | MASK(43, 2));
    put(&h, CSR_hgatp, 0);
    assert_int_equal(get(&h, CSR_hgatp), 0);
}

/* "stvec": MODE 2 and 3 are reserved. "sepc": bit 0 is zero. "scause": holds the interrupt bit. */
static void trap_registers(void **state)
{
    static const unsigned tvec[] = {CSR_stvec, CSR_vstvec, CSR_mtvec};
    static const unsigned epc[] = {CSR_sepc, CSR_vsepc, CSR_mepc};
    static const unsigned cause[] = {CSR_scause, CSR_vscause, CSR_mcause};
    struct hart h = hart_in(M);
    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        put(&h, tvec[i], 0xffffffff80001001);
        assert_int_equal(get(&h, tvec[i]), 0xffffffff80001001);
        put(&h, tvec[i], 0x1003);
        assert_true((get(&h, tvec[i]) & 3) < 2);
        expect_bits(&h, epc[i], ~UINT64_C(1), 0);
        put(&h, cause[i], BIT(63) | 13);
        assert_int_equal(get(&h, cause[i]), BIT(63) | 13);
    }
    put(&h, CSR_htval, MASK(61, 0));
    assert_int_equal(get(&h, CSR_htval), MASK(61, 0));
    put(&h, CSR_htinst, 0x3020);
    assert_int_equal(get(&h, CSR_htinst), 0x3020);
}

/* "sstatus", "vsstatus": UXL = 64 read-only, UBE and XS zero; SD sums up FS and VS. */
static void supervisor_status_fields(void **state)
{
    uint64_t writable = BIT(1) | BIT(5) | BIT(8) | MASK(10, 9) | MASK(14, 13) | BIT(18) | BIT(19);
    static const unsigned nums[] = {CSR_sstatus, CSR_vsstatus};
    struct hart h = hart_in(HS);
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        expect_bits(&h, nums[i], BIT(63) | BIT(33) | writable, BIT(33));
        put(&h, nums[i], FIELD_PUT(STATUS_FS, FS_CLEAN) | FIELD_PUT(STATUS_VS, FS_CLEAN));
        assert_false(get(&h, nums[i]) & STATUS_SD);
        put(&h, nums[i], FIELD_PUT(STATUS_FS, FS_DIRTY));
        assert_true(get(&h, nums[i]) & STATUS_SD);
        put(&h, nums[i], FIELD_PUT(STATUS_VS, FS_DIRTY));
        assert_true(get(&h, nums[i]) & STATUS_SD);
    }
    test_isa.ext &= ~(BIT(EXT_F) | BIT(EXT_V)); /* no unit: no field */
    h = hart_in(HS);
    test_isa.ext &= ~(BIT(EXT_F) | BIT(EXT_V));
    expect_bits(&h, CSR_sstatus, BIT(33) | (writable & ~(MASK(14, 13) | MASK(10, 9))), BIT(33));
}

/* "mstatus is a superset of the HS-level sstatus but is not a superset of vsstatus." */
static void sstatus_is_a_view_of_mstatus(void **state)
{
    struct hart h = hart_in(M);
    (void)state;
    put(&h, CSR_mstatus, STATUS_TVM | STATUS_MPV | STATUS_MIE);
    put(&h, CSR_sstatus, STATUS_SUM | STATUS_SPIE);
    assert_int_equal(get(&h, CSR_mstatus) & MASK(31, 0),
                     STATUS_TVM | STATUS_MIE | STATUS_SUM | STATUS_SPIE);
    assert_true(get(&h, CSR_mstatus) & STATUS_MPV);
    put(&h, CSR_vsstatus, STATUS_MXR);
    assert_false(get(&h, CSR_mstatus) & STATUS_MXR);
    put(&h, CSR_mstatus, 0);
    assert_true(get(&h, CSR_vsstatus) & STATUS_MXR);
}

/* "mstatus": MPP holds only implemented modes; SXL and UXL are read-only 64. */
static void mstatus_fields(void **state)
{
    struct hart h = hart_in(M);
    uint64_t xl = FIELD_PUT(STATUS_SXL, 2) | FIELD_PUT(STATUS_UXL, 2);
    (void)state;
    /* all but WPRI, UBE, SBE, MBE, XS; GVA 38, MPV 39 */
    expect_bits(&h, CSR_mstatus,
                BIT(63) | BIT(39) | BIT(38) | xl | MASK(22, 17) | MASK(14, 7) | BIT(5) | BIT(3) |
                    BIT(1),
                xl);
    put(&h, CSR_mstatus, FIELD_PUT(STATUS_MPP, PRV_S));
    put(&h, CSR_mstatus, FIELD_PUT(STATUS_MPP, 2));
    assert_int_equal(FIELD_GET(STATUS_MPP, get(&h, CSR_mstatus)), PRV_S);
    put(&h, CSR_mstatus, ALL_ONES);
    assert_int_equal(FIELD_GET(STATUS_MPP, get(&h, CSR_mstatus)), PRV_M);
    assert_int_equal(FIELD_GET(STATUS_UXL, get(&h, CSR_mstatus)), 2);
    assert_int_equal(FIELD_GET(STATUS_SXL, get(&h, CSR_mstatus)), 2);
    assert_false(get(&h, CSR_mstatus) & (STATUS_UBE | MASK(37, 36)));
}

/* "vsstatus": modifying the state with V=1 makes both fields dirty. */
static void both_levels_become_dirty(void **state)
{
    struct hart h = hart_in(VS);
    (void)state;
    put(&h, CSR_sstatus, FIELD_PUT(STATUS_FS, FS_CLEAN));
    put(&h, CSR_vsstatus, FIELD_PUT(STATUS_FS, FS_INITIAL));
    hart_dirty(&h, STATUS_FS);
    assert_int_equal(FIELD_GET(STATUS_FS, get(&h, CSR_sstatus)), FS_DIRTY);
    assert_int_equal(FIELD_GET(STATUS_FS, get(&h, CSR_vsstatus)), FS_DIRTY);
    put(&h, CSR_vsstatus, 0);
    hart_mode(&h, U);
    hart_dirty(&h, STATUS_VS);
    assert_int_equal(FIELD_GET(STATUS_VS, get(&h, CSR_sstatus)), FS_DIRTY);
    assert_int_equal(FIELD_GET(STATUS_VS, get(&h, CSR_vsstatus)), FS_OFF);
}

/* AIA: hvictl's fields, IID of all its bits; hviprio1 for interrupts 1, 5, 13; siselect of 9 bits;
 * hvien above 12. */
static void aia_fields(void **state)
{
    struct hart h = hart_in(HS);
    (void)state;
    expect_bits(&h, CSR_hvictl, BIT(30) | MASK(27, 16) | BIT(9) | BIT(8) | MASK(7, 0), 0);
    expect_bits(&h, CSR_hviprio1, MASK(15, 8) | MASK(31, 24) | MASK(47, 40), 0);
    expect_bits(&h, CSR_hviprio2, 0, 0);
    expect_bits(&h, CSR_hvien, BIT(13), 0);
    expect_bits(&h, CSR_mvien, BIT(1) | BIT(9) | BIT(13), 0);
    put(&h, CSR_vsiselect, 0x1ff);
    assert_int_equal(get(&h, CSR_vsiselect), 0x1ff);
    put(&h, CSR_siselect, 0x1ff);
    assert_int_equal(get(&h, CSR_siselect), 0x1ff);
    h.siselect = 0x30;
    expect_bits(&h, CSR_sireg, 0,
                0); /* "the iprio array must be accessible but may be all read-only zeros" */
}

/* misa is read-only and shows H. */
static void misa_shows_h(void **state)
{
    struct hart h = hart_in(M);
    (void)state;
    put(&h, CSR_misa, 0);
    assert_true(get(&h, CSR_misa) & BIT(7));
    assert_int_equal(get(&h, CSR_mhartid), 3);
}

/* A write that changes nothing has no effect; one that does has its row's. */
static void effects_only_of_changes(void **state)
{
    struct hart h = hart_in(HS);
    (void)state;
    assert_int_equal(put(&h, CSR_htimedelta, 5), CSR_EFFECT_TIME | CSR_EFFECT_IRQ);
    assert_int_equal(put(&h, CSR_htimedelta, 5), CSR_EFFECT_NONE);
    assert_int_equal(put(&h, CSR_hvip, BIT(2)), CSR_EFFECT_IRQ);
    assert_int_equal(put(&h, CSR_hvip, BIT(2) | BIT(3)), CSR_EFFECT_NONE);
    assert_int_equal(put(&h, CSR_hgatp, FIELD_PUT(ATP_MODE, MODE_SV39)), CSR_EFFECT_XLATE);
    assert_int_equal(put(&h, CSR_hgatp, FIELD_PUT(ATP_MODE, MODE_SV39)), CSR_EFFECT_NONE);
    assert_int_equal(put(&h, CSR_sscratch, 1), CSR_EFFECT_NONE);
}

/* What has to follow from a change: interrupts looked at again, translations, controls, deadlines.
 */
static void effects_by_kind(void **state)
{
    static const struct {
        unsigned effect;
        unsigned nums[9];
    } of[] = {
        {CSR_EFFECT_IRQ,
         {CSR_hideleg, CSR_hie, CSR_hip, CSR_hvip, CSR_vsie, CSR_vsip, CSR_vsstatus, CSR_vstimecmp,
          CSR_htimedelta}},
        {CSR_EFFECT_XLATE,
         {CSR_satp, CSR_vsatp, CSR_hgatp, CSR_vsstatus, CSR_sstatus, CSR_henvcfg}},
        {CSR_EFFECT_ENV,
         {CSR_hedeleg, CSR_hideleg, CSR_hcounteren, CSR_henvcfg, CSR_scounteren, CSR_senvcfg}},
        {CSR_EFFECT_TRAPPED, {CSR_hstatus, CSR_htval, CSR_htinst}},
        {CSR_EFFECT_TIME, {CSR_htimedelta, CSR_stimecmp, CSR_vstimecmp}},
    };
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(of); i++) {
        for (unsigned k = 0; k < ARRAY_LEN(of[i].nums) && of[i].nums[k] != 0; k++) {
            struct hart h = hart_in(HS);
            h.hideleg = of[i].nums[k] == CSR_hideleg ? 0 : IRQS_VS;
            h.vstimecmp = h.stimecmp = h.hcounteren = h.scounteren = h.henvcfg = 0;
            if (!(put(&h, of[i].nums[k], ~ATP_MODE) & of[i].effect)) {
                fail_msg("%s lacks effect %u", csr_name(csr_row(of[i].nums[k])), of[i].effect);
            }
        }
    }
}

/* What hardware holds while HS or VS runs: the S-level CSRs and no others; and what is made of
 * them. */
static void resident_rows(void **state)
{
    static const unsigned resident[] = {0x100, 0x104, 0x105, 0x106, 0x10A, 0x140, 0x141,
                                        0x142, 0x143, 0x144, 0x14D, 0x180, 0xEB0};
    unsigned n = 0;
    (void)state;
    for (unsigned num = 0; num < 4096; num++) {
        n += csr_row(num) != NULL && csr_row(num)->resident;
    }
    assert_int_equal(n, ARRAY_LEN(resident));
    for (unsigned i = 0; i < ARRAY_LEN(resident); i++) {
        assert_true(csr_row(resident[i])->resident);
    }
}

/* Machine chapter, "Reset": M-mode, MIE and MPRV zero; hypervisor: VSXL and mideleg as they always
 * are. */
static void reset_state(void **state)
{
    struct hart h;
    (void)state;
    (void)hart_in(M);
    hart_reset(&h, &test_isa, 11);
    assert_int_equal(h.prv, PRV_M);
    assert_int_equal(h.v, 0);
    assert_int_equal(get(&h, CSR_mhartid), 11);
    assert_int_equal(get(&h, CSR_mstatus), FIELD_PUT(STATUS_SXL, 2) | FIELD_PUT(STATUS_UXL, 2));
    assert_int_equal(get(&h, CSR_hstatus), FIELD_PUT(HSTATUS_VSXL, 2));
    assert_int_equal(get(&h, CSR_vsstatus), FIELD_PUT(STATUS_UXL, 2));
    assert_int_equal(get(&h, CSR_mideleg), IRQS_VS);
    assert_int_equal(get(&h, CSR_mcause), 0);
    hart_enter_s(&h, 0x80200000, 1, 2);
    assert_int_equal(h.prv, PRV_S);
    assert_int_equal(h.pc, 0x80200000);
    assert_int_equal(h.x[11], 2);
    assert_int_equal(access_cause(&h, CSR_time, false), 0);
    assert_int_equal(trap_target(&h, CAUSE_ECALL_HS), TRAP_TO_M);
    assert_int_equal(trap_target(&h, CAUSE_ECALL_VS), TRAP_TO_HS);
    assert_int_equal(trap_target(&h, CAUSE_VIRTUAL_INSTRUCTION), TRAP_TO_HS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hstatus_fields),
        cmocka_unit_test(hedeleg_bits),
        cmocka_unit_test(hideleg_bits),
        cmocka_unit_test(mideleg_bits),
        cmocka_unit_test(medeleg_bits),
        cmocka_unit_test(no_guest_external_interrupts),
        cmocka_unit_test(counter_enables),
        cmocka_unit_test(henvcfg_follows_menvcfg),
        cmocka_unit_test(cbie_is_never_reserved),
        cmocka_unit_test(stateen_masks),
        cmocka_unit_test(satp_unsupported_mode_is_ignored),
        cmocka_unit_test(vsatp_unsupported_mode_is_ignored),
        cmocka_unit_test(hgatp_is_warl_by_field),
        cmocka_unit_test(trap_registers),
        cmocka_unit_test(supervisor_status_fields),
        cmocka_unit_test(sstatus_is_a_view_of_mstatus),
        cmocka_unit_test(mstatus_fields),
        cmocka_unit_test(both_levels_become_dirty),
        cmocka_unit_test(aia_fields),
        cmocka_unit_test(misa_shows_h),
        cmocka_unit_test(effects_only_of_changes),
        cmocka_unit_test(effects_by_kind),
        cmocka_unit_test(resident_rows),
        cmocka_unit_test(reset_state),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
