/* SPDX-License-Identifier: BSD-2-Clause */
/* What is pending, where it shows, and which interrupt is taken in which mode. */
#include "fixture.h"

#define INT(n) (CAUSE_INTERRUPT | (n))

/* "hip": VSSIP is hvip's and writable; VSTIP and VSEIP are read-only; "mip" shows the same bits. */
static void hip_and_hvip(void **state)
{
    struct hart h = hart_in(HS);
    (void)state;
    put(&h, CSR_hvip, ALL_ONES);
    assert_int_equal(get(&h, CSR_hvip), IRQS_VS | BIT(IRQ_LCOFI));
    assert_int_equal(get(&h, CSR_hip), IRQS_VS);
    assert_int_equal(get(&h, CSR_mip) & IRQS_H, IRQS_VS);
    put(&h, CSR_hip, 0);
    assert_int_equal(get(&h, CSR_hvip), BIT(IRQ_VSTI) | BIT(IRQ_VSEI) | BIT(IRQ_LCOFI));
    assert_int_equal(get(&h, CSR_hip), BIT(IRQ_VSTI) | BIT(IRQ_VSEI));
    put(&h, CSR_hvip, 0);
    put(&h, CSR_hip, ALL_ONES);
    assert_int_equal(get(&h, CSR_hvip), BIT(IRQ_VSSI));
    put(&h, CSR_mip, 0);
    assert_int_equal(get(&h, CSR_hvip), 0);
    test_isa.ext &= ~BIT(EXT_SMAIA); /* bits of hvip above 12 are the AIA's */
    put(&h, CSR_hvip, ALL_ONES);
    assert_int_equal(get(&h, CSR_hvip), IRQS_VS);
}

/* "hie" holds VSSIE, VSTIE, VSEIE (SGEIE is read-only zero, it never becomes pending); an alias of
 * mie; exclusive with sie. */
static void hie_is_a_view_of_mie(void **state)
{
    struct hart h = hart_in(HS);
    (void)state;
    put(&h, CSR_hie, ALL_ONES);
    assert_int_equal(get(&h, CSR_hie), IRQS_VS);
    assert_int_equal(get(&h, CSR_mie), IRQS_VS);
    assert_int_equal(get(&h, CSR_sie), 0);
    put(&h, CSR_sie, ALL_ONES);
    assert_int_equal(get(&h, CSR_sie), IRQS_S | BIT(IRQ_LCOFI));
    assert_int_equal(get(&h, CSR_hie), IRQS_VS);
    put(&h, CSR_hie, 0);
    assert_int_equal(get(&h, CSR_sie), IRQS_S | BIT(IRQ_LCOFI));
    put(&h, CSR_mie, IRQS_M);
    assert_int_equal(get(&h, CSR_mie), IRQS_M);
    assert_int_equal(get(&h, CSR_sie), 0);
}

/* "vsip and vsie": where hideleg is zero read-only zero, else aliases of hip and hie, one bit
 * lower. */
static void vsip_and_vsie_are_gated_by_hideleg(void **state)
{
    (void)state;
    for (unsigned irq = IRQ_VSSI; irq <= IRQ_VSEI; irq += 4) {
        struct hart h = hart_in(HS);
        put(&h, CSR_hvip, IRQS_VS);
        put(&h, CSR_hie, IRQS_VS);
        assert_int_equal(get(&h, CSR_vsip), 0);
        assert_int_equal(get(&h, CSR_vsie), 0);
        put(&h, CSR_vsie, ALL_ONES);
        put(&h, CSR_vsip, 0);
        assert_int_equal(get(&h, CSR_hie), IRQS_VS);
        assert_int_equal(get(&h, CSR_hvip), IRQS_VS);
        put(&h, CSR_hideleg, BIT(irq));
        assert_int_equal(get(&h, CSR_vsip), BIT(irq - 1));
        assert_int_equal(get(&h, CSR_vsie), BIT(irq - 1));
        put(&h, CSR_vsie, 0);
        assert_int_equal(get(&h, CSR_hie), IRQS_VS & ~BIT(irq));
        put(&h, CSR_vsie, ALL_ONES);
        assert_int_equal(get(&h, CSR_hie), IRQS_VS);
        put(&h, CSR_vsip, 0); /* only SSIP is writable in vsip */
        assert_int_equal(get(&h, CSR_hvip), irq == IRQ_VSSI ? IRQS_VS & ~BIT(irq) : IRQS_VS);
    }
}

/* Each bit of vsie is hie's one higher, both ways. */
static void vsie_bits_are_shifted(void **state)
{
    struct hart h = hart_in(HS);
    (void)state;
    put(&h, CSR_hideleg, IRQS_VS);
    for (unsigned irq = IRQ_SSI; irq <= IRQ_SEI; irq += 4) {
        put(&h, CSR_vsie, BIT(irq));
        assert_int_equal(get(&h, CSR_hie), BIT(irq + 1));
        assert_int_equal(get(&h, CSR_vsie), BIT(irq));
    }
    put(&h, CSR_vsip, BIT(IRQ_SSI));
    assert_int_equal(get(&h, CSR_hvip), BIT(IRQ_VSSI));
    put(&h, CSR_vsip, BIT(IRQ_VSSI)); /* no bit of vsip */
    assert_int_equal(get(&h, CSR_hvip), 0);
}

/* "sip": SSIP writable, STIP and SEIP read-only; nothing that is not delegated, nothing of hip. */
static void sip_shows_what_is_delegated(void **state)
{
    struct hart h = hart_in(HS);
    (void)state;
    test_isa.ext &= ~BIT(EXT_SSTC);
    h.menvcfg &= ~ENVCFG_STCE;
    put(&h, CSR_mip, IRQS_S);
    put(&h, CSR_hvip, IRQS_VS);
    assert_int_equal(get(&h, CSR_sip), IRQS_S);
    put(&h, CSR_sip, 0);
    assert_int_equal(get(&h, CSR_sip), BIT(IRQ_STI) | BIT(IRQ_SEI));
    put(&h, CSR_sip, BIT(IRQ_SSI));
    assert_int_equal(get(&h, CSR_mip) & IRQS_S, IRQS_S);
    put(&h, CSR_mideleg, BIT(IRQ_STI));
    assert_int_equal(get(&h, CSR_sip), BIT(IRQ_STI));
    put(&h, CSR_sie, ALL_ONES);
    assert_int_equal(get(&h, CSR_sie), BIT(IRQ_STI));
    put(&h, CSR_sip, 0);
    assert_true(get(&h, CSR_mip) & BIT(IRQ_SSI));
}

/* "mip": M-level bits are wires; STIP is writable only while stimecmp does not drive it; LCOFIP
 * only with Sscofpmf. */
static void mip_writable_bits(void **state)
{
    struct hart h = hart_in(M);
    (void)state;
    h.menvcfg = 0;
    put(&h, CSR_mip, ALL_ONES);
    assert_int_equal(get(&h, CSR_mip), IRQS_S | BIT(IRQ_VSSI) | BIT(IRQ_LCOFI));
    put(&h, CSR_mip, 0);
    h.line = IRQS_M;
    put(&h, CSR_mip, 0);
    assert_int_equal(get(&h, CSR_mip), IRQS_M);
    h.line = 0;
    h.menvcfg = ENVCFG_STCE;
    h.time = 10;
    h.stimecmp = 11;
    put(&h, CSR_mip, BIT(IRQ_STI));
    assert_int_equal(get(&h, CSR_mip), 0);
    h.time = 11;
    assert_int_equal(get(&h, CSR_mip), BIT(IRQ_STI));
    test_isa.ext &= ~BIT(EXT_SSCOFPMF);
    put(&h, CSR_mip, BIT(IRQ_LCOFI));
    assert_int_equal(get(&h, CSR_mip) & BIT(IRQ_LCOFI), 0);
}

/* "mip": SEIP is the OR of the wire and the software bit; only the latter takes part in csrrs and
 * csrrc. */
static void seip_read_modify_write(void **state)
{
    struct hart h = hart_in(M);
    const struct csr *mip = csr_row(CSR_mip);
    (void)state;
    h.line = BIT(IRQ_SEI);
    uint64_t read = csr_read(&h, mip);
    assert_true(read & BIT(IRQ_SEI));
    assert_false(csr_read_modify(&h, mip, read) & BIT(IRQ_SEI));
    csr_write(&h, mip, csr_read_modify(&h, mip, read) | BIT(IRQ_SSI));
    h.line = 0;
    assert_int_equal(csr_read(&h, mip), BIT(IRQ_SSI));
    csr_write(&h, mip, BIT(IRQ_SEI));
    h.line = BIT(IRQ_SEI);
    assert_true(csr_read_modify(&h, mip, csr_read(&h, mip)) & BIT(IRQ_SEI));
}

/* "vstimecmp": VSTIP while time + htimedelta (wrapping) >= vstimecmp, V=0 too, ORed with hvip's;
 * only with STCE of both. */
static void vs_timer(void **state)
{
    struct hart h = hart_in(HS);
    (void)state;
    h.time = 100;
    h.htimedelta = (uint64_t)-50;
    put(&h, CSR_vstimecmp, 51);
    assert_int_equal(get(&h, CSR_hip), 0);
    put(&h, CSR_vstimecmp, 50);
    assert_int_equal(get(&h, CSR_hip), BIT(IRQ_VSTI));
    put(&h, CSR_vstimecmp, ALL_ONES);
    put(&h, CSR_hvip, BIT(IRQ_VSTI));
    assert_int_equal(get(&h, CSR_hip), BIT(IRQ_VSTI));
    put(&h, CSR_hvip, 0);
    put(&h, CSR_vstimecmp, 0);
    put(&h, CSR_henvcfg, 0);
    assert_int_equal(get(&h, CSR_hip), 0);
    put(&h, CSR_henvcfg, ENVCFG_STCE);
    put(&h, CSR_menvcfg, 0); /* "hip.VSTIP also reverts" */
    assert_int_equal(get(&h, CSR_hip), 0);
    h.htimedelta = (uint64_t)-200;
    put(&h, CSR_menvcfg, ENVCFG_STCE);
    put(&h, CSR_henvcfg, ENVCFG_STCE);
    put(&h, CSR_vstimecmp, (uint64_t)-100);
    assert_int_equal(get(&h, CSR_hip), BIT(IRQ_VSTI));
}

/* All of mie set, all of `pending` pending: the interrupt taken in mode m. */
static uint64_t taken(struct hart h, enum mode m, uint64_t pending)
{
    hart_mode(&h, m);
    h.menvcfg = h.henvcfg = 0;
    h.mie = ALL_ONES;
    h.line = pending & (IRQS_M | BIT(IRQ_SEI));
    h.mip = pending & (BIT(IRQ_SSI) | BIT(IRQ_STI) | BIT(IRQ_LCOFI));
    h.hvip = pending & IRQS_VS;
    return hart_interrupt(&h);
}

/* Each of the order's interrupts is taken when it and all behind it are pending. */
static void expect_order(const struct hart *h, enum mode m, const uint8_t *order, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        uint64_t pending = 0;
        for (unsigned k = i; k < n; k++) {
            pending |= BIT(order[k]);
        }
        assert_int_equal(taken(*h, m, pending), INT(order[i]));
    }
}

/* "mip and mie": MEI, MSI, MTI, SEI, SSI, STI, LCOFI. */
static void machine_priority(void **state)
{
    static const uint8_t order[] = {11, 3, 7, 9, 1, 5, 13};
    struct hart h = hart_in(U);
    (void)state;
    h.mideleg = IRQS_VS;
    expect_order(&h, U, order, ARRAY_LEN(order));
}

/* "hip": SEI, SSI, STI, SGEI, VSEI, VSSI, VSTI, LCOFI for HS-mode. */
static void hypervisor_priority(void **state)
{
    static const uint8_t order[] = {9, 1, 5, 10, 2, 6, 13};
    struct hart h = hart_in(U);
    (void)state;
    expect_order(&h, U, order, ARRAY_LEN(order));
    expect_order(&h, VS, order, ARRAY_LEN(order));
}

/* VS level: SEI, SSI, STI, as causes 10, 2, 6, which hart_trap() turns into 9, 1, 5. */
static void guest_priority(void **state)
{
    static const uint8_t order[] = {10, 2, 6};
    struct hart h = hart_in(VU);
    (void)state;
    h.hideleg = IRQS_VS;
    expect_order(&h, VU, order, ARRAY_LEN(order));
}

/* Interrupts to a higher level come first whatever their default priority. */
static void levels_come_before_priorities(void **state)
{
    struct hart h = hart_in(VU);
    (void)state;
    h.hideleg = IRQS_VS;
    assert_int_equal(taken(h, VU, BIT(IRQ_VSEI) | BIT(IRQ_LCOFI)), INT(IRQ_LCOFI));
    h.mideleg &= ~BIT(IRQ_STI);
    assert_int_equal(taken(h, VU, BIT(IRQ_SEI) | BIT(IRQ_STI)), INT(IRQ_STI));
}

/* Enabled at a level: always from below it, never from above, by MIE, SIE and vsstatus.SIE in its
 * own mode. */
static void global_enables(void **state)
{
    struct hart h = hart_in(M);
    (void)state;
    h.hideleg = BIT(IRQ_VSTI);
    for (unsigned on = 0; on < 2; on++) {
        h.mstatus = on ? STATUS_MIE | STATUS_SIE : 0;
        h.vsstatus = on ? STATUS_SIE : 0;
        for (enum mode m = M; m < MODES; m++) {
            bool to_m = m != M || on;
            bool to_hs = m != M && (m != HS || on);
            bool to_vs = m == VU || (m == VS && on);
            assert_int_equal(taken(h, m, BIT(IRQ_MTI)), to_m ? INT(IRQ_MTI) : 0);
            assert_int_equal(taken(h, m, BIT(IRQ_STI)), to_hs ? INT(IRQ_STI) : 0);
            assert_int_equal(taken(h, m, BIT(IRQ_VSSI)), to_hs ? INT(IRQ_VSSI) : 0);
            assert_int_equal(taken(h, m, BIT(IRQ_VSTI)), to_vs ? INT(IRQ_VSTI) : 0);
        }
    }
}

/* "SIE" alone of the other level counts for nothing: vsstatus.SIE not for HS, sstatus.SIE not for
 * VS. */
static void global_enables_are_apart(void **state)
{
    struct hart h = hart_in(M);
    (void)state;
    h.hideleg = BIT(IRQ_VSTI);
    h.vsstatus = STATUS_SIE;
    assert_int_equal(taken(h, HS, BIT(IRQ_STI) | BIT(IRQ_VSTI)), 0);
    h.vsstatus = 0;
    h.mstatus = STATUS_SIE;
    assert_int_equal(taken(h, VS, BIT(IRQ_VSTI)), 0);
    assert_int_equal(taken(h, HS, BIT(IRQ_VSTI)), 0);
}

/* mie masks each interrupt. */
static void disabled_is_not_taken(void **state)
{
    struct hart h = hart_in(U);
    (void)state;
    h.line = BIT(IRQ_SEI) | BIT(IRQ_MEI);
    h.mie = ~(BIT(IRQ_SEI) | BIT(IRQ_MEI));
    assert_int_equal(hart_interrupt(&h), 0);
    assert_false(hart_wakes(&h));
}

/* "wfi": resumes for an interrupt pending and enabled in mie, whatever the global enables and
 * delegation. */
static void wakes_whatever_the_global_enables(void **state)
{
    struct hart h = hart_in(HS);
    (void)state;
    h.hideleg = IRQS_VS;
    h.hvip = BIT(IRQ_VSSI);
    assert_false(hart_wakes(&h));
    h.mie = BIT(IRQ_VSSI);
    assert_true(hart_wakes(&h));
    assert_int_equal(hart_interrupt(&h), 0);
    h.mie = BIT(IRQ_MTI);
    h.line = BIT(IRQ_MTI);
    h.mstatus &= ~STATUS_MIE;
    hart_mode(&h, M);
    assert_true(hart_wakes(&h));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hip_and_hvip),
        cmocka_unit_test(hie_is_a_view_of_mie),
        cmocka_unit_test(vsip_and_vsie_are_gated_by_hideleg),
        cmocka_unit_test(vsie_bits_are_shifted),
        cmocka_unit_test(sip_shows_what_is_delegated),
        cmocka_unit_test(mip_writable_bits),
        cmocka_unit_test(seip_read_modify_write),
        cmocka_unit_test(vs_timer),
        cmocka_unit_test(machine_priority),
        cmocka_unit_test(hypervisor_priority),
        cmocka_unit_test(guest_priority),
        cmocka_unit_test(levels_come_before_priorities),
        cmocka_unit_test(global_enables),
        cmocka_unit_test(global_enables_are_apart),
        cmocka_unit_test(disabled_is_not_taken),
        cmocka_unit_test(wakes_whatever_the_global_enables),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
