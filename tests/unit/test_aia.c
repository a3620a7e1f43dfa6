/* SPDX-License-Identifier: BSD-2-Clause */
/* The Advanced Interrupt Architecture at the hart: mvien and mvip, hvien, hvictl, stopi, vstopi. */
#include "fixture.h"

#define INT(n)           (CAUSE_INTERRUPT | (n))
#define TOPI(iid, iprio) (FIELD_PUT(TOPI_IID, iid) | (iprio))

static void take(struct hart *h)
{
    struct trap t = {.cause = hart_interrupt(h)};
    assert_true(t.cause & CAUSE_INTERRUPT);
    hart_trap(h, &t);
}

/* "Interrupt filtering and virtual interrupts": with mideleg 0 and mvien 1, sip is mvip's and sie
 * is a bit of its own. */
static void mvien_makes_sei_virtual(void **state)
{
    struct hart h = hart_in(U);
    (void)state;
    put(&h, CSR_mideleg, BIT(IRQ_SSI) | BIT(IRQ_STI));
    put(&h, CSR_mvien, BIT(IRQ_SEI));
    h.line = BIT(IRQ_SEI);
    assert_int_equal(get(&h, CSR_sip), 0); /* the wire is M's */
    put(&h, CSR_sie, BIT(IRQ_SEI));
    assert_int_equal(get(&h, CSR_mie), 0);
    assert_int_equal(hart_interrupt(&h), 0);
    put(&h, CSR_mie, BIT(IRQ_SEI));
    assert_int_equal(hart_interrupt(&h), INT(IRQ_SEI));
    assert_int_equal(trap_target(&h, hart_interrupt(&h)), TRAP_TO_M);
    h.line = 0;
    put(&h, CSR_mvip, BIT(IRQ_SEI));
    assert_int_equal(get(&h, CSR_mip), 0); /* "does not include the value of bit 9 of mvip" */
    assert_int_equal(get(&h, CSR_sip), BIT(IRQ_SEI));
    assert_true(hart_wakes(&h));
    assert_int_equal(get(&h, CSR_mtopi), 0);
    assert_int_equal(get(&h, CSR_stopi), TOPI(IRQ_SEI, 1));
    take(&h);
    assert_int_equal(h.prv, PRV_S);
    assert_int_equal(h.scause, INT(IRQ_SEI));
}

/* sie where only mvien is set: a bit of its own, gone with mvien; sip's SSIP is then mvip's, and
 * the guest may clear it. */
static void mvien_makes_ssi_virtual(void **state)
{
    struct hart h = hart_in(U);
    (void)state;
    put(&h, CSR_mideleg, BIT(IRQ_STI));
    put(&h, CSR_mvien, BIT(IRQ_SSI));
    assert_int_equal(get(&h, CSR_sie), 0);
    put(&h, CSR_mvip, BIT(IRQ_SSI));
    assert_false(hart_wakes(&h)); /* pending, not enabled */
    put(&h, CSR_sie, BIT(IRQ_SSI) | BIT(IRQ_SEI));
    assert_int_equal(get(&h, CSR_sie), BIT(IRQ_SSI));
    assert_true(hart_wakes(&h));
    put(&h, CSR_sip, 0);
    assert_int_equal(get(&h, CSR_mvip), 0);
    assert_false(hart_wakes(&h)); /* enabled, not pending */
    put(&h, CSR_sip, BIT(IRQ_SSI));
    assert_int_equal(get(&h, CSR_mvip), BIT(IRQ_SSI));
    assert_int_equal(get(&h, CSR_mip), 0);
    put(&h, CSR_mvien, 0);
    assert_int_equal(get(&h, CSR_sie), 0);
    assert_int_equal(get(&h, CSR_sip), 0);
    assert_int_equal(get(&h, CSR_mvip), 0); /* mip's again */
    put(&h, CSR_mideleg, BIT(IRQ_LCOFI));   /* delegated: sip is mip's, mvip is left alone */
    put(&h, CSR_mvip, BIT(IRQ_LCOFI));
    put(&h, CSR_sip, 0);
    assert_int_equal(get(&h, CSR_mvip), BIT(IRQ_LCOFI));
    assert_int_equal(get(&h, CSR_sip), 0);
}

/* Bits 1, 5 and 9 of mvip are those of mip where mvien is zero and they are writable there. */
static void mvip_aliases_mip(void **state)
{
    struct hart h = hart_in(M);
    (void)state;
    h.menvcfg = 0;
    put(&h, CSR_mvip, ALL_ONES);
    assert_int_equal(get(&h, CSR_mvip), IRQS_S | BIT(IRQ_LCOFI));
    assert_int_equal(get(&h, CSR_mip), IRQS_S);
    put(&h, CSR_mip, 0);
    assert_int_equal(get(&h, CSR_mvip), BIT(IRQ_LCOFI));
    put(&h, CSR_mvien, BIT(IRQ_SSI));
    put(&h, CSR_mvip, BIT(IRQ_SSI));
    assert_int_equal(get(&h, CSR_mip), 0);
    put(&h, CSR_mip, BIT(IRQ_SSI));
    put(&h, CSR_mvip, 0);
    assert_int_equal(get(&h, CSR_mip), BIT(IRQ_SSI));
    assert_int_equal(get(&h, CSR_mvip), 0);
    h.menvcfg = ENVCFG_STCE; /* STIP is not writable in mip: read-only zero in mvip */
    put(&h, CSR_mvip, BIT(IRQ_STI));
    assert_int_equal(get(&h, CSR_mvip), 0);
}

/* mvien.SEI = 1: "bit SEIP in mip is read-only" and is the wire alone. */
static void mip_seip_is_the_wire_with_mvien(void **state)
{
    struct hart h = hart_in(M);
    (void)state;
    put(&h, CSR_mvien, BIT(IRQ_SEI));
    put(&h, CSR_mip, BIT(IRQ_SEI));
    assert_int_equal(get(&h, CSR_mvip), 0);
    put(&h, CSR_mvip, BIT(IRQ_SEI));
    put(&h, CSR_mip, 0);
    assert_int_equal(get(&h, CSR_mvip), BIT(IRQ_SEI));
    assert_int_equal(get(&h, CSR_mip), 0);
    h.line = BIT(IRQ_SEI);
    assert_int_equal(get(&h, CSR_mip), BIT(IRQ_SEI));
    put(&h, CSR_mvien, 0); /* "changing bit 9 of mvien does not affect bit 9 of mvip" */
    assert_int_equal(get(&h, CSR_mvip), BIT(IRQ_SEI));
}

/* "The effects of hideleg and hvien on vsip and vsie for major interrupts 13-63". */
static void hvien_injects_local_interrupts(void **state)
{
    struct hart h = hart_in(VU);
    (void)state;
    put(&h, CSR_hvip, BIT(IRQ_LCOFI));
    put(&h, CSR_vsie, BIT(IRQ_LCOFI));
    assert_int_equal(get(&h, CSR_vsip) | get(&h, CSR_vsie), 0);
    put(&h, CSR_hvien, BIT(IRQ_LCOFI));
    assert_int_equal(get(&h, CSR_vsip), BIT(IRQ_LCOFI));
    assert_int_equal(hart_interrupt(&h), 0);
    put(&h, CSR_vsie, BIT(IRQ_LCOFI));
    assert_int_equal(get(&h, CSR_vsie), BIT(IRQ_LCOFI));
    assert_int_equal(get(&h, CSR_mie), 0);
    take(&h);
    assert_int_equal(h.v, 1);
    assert_int_equal(h.prv, PRV_S);
    assert_int_equal(h.vscause, INT(IRQ_LCOFI));
    put(&h, CSR_vsip, 0); /* sticky: the guest clears it */
    assert_int_equal(get(&h, CSR_hvip), 0);
}

/* A guest with hideleg = pending = enabled = s (bits as VS sees them). */
static struct hart guest(uint64_t s)
{
    struct hart h = hart_in(VU);
    put(&h, CSR_hideleg, IRQS_VS);
    put(&h, CSR_hie, s << 1);
    put(&h, CSR_hvip, s << 1);
    return h;
}

/* "vstopi" without hviprio and hvictl: the default order, IPRIO 1; zero if nothing is pending and
 * enabled. */
static void vstopi_default_order(void **state)
{
    struct hart h = guest(IRQS_S);
    (void)state;
    assert_int_equal(get(&h, CSR_vstopi), TOPI(IRQ_SEI, 1));
    h = guest(BIT(IRQ_SSI) | BIT(IRQ_STI));
    assert_int_equal(get(&h, CSR_vstopi), TOPI(IRQ_SSI, 1));
    put(&h, CSR_hie, 0);
    assert_int_equal(get(&h, CSR_vstopi), 0);
}

/* IPRIOM = 1: "if the priority number is within the range 1 to 255, IPRIO is that value; else 0 or
 * 255". */
static void vstopi_shows_iprio(void **state)
{
    struct hart h = guest(BIT(IRQ_SEI));
    (void)state;
    put(&h, CSR_hvictl, HVICTL_IPRIOM);
    assert_int_equal(get(&h, CSR_vstopi), TOPI(IRQ_SEI, 255)); /* 256 */
    put(&h, CSR_hvictl, HVICTL_IPRIOM | FIELD_PUT(HVICTL_IID, 9) | 17);
    assert_int_equal(get(&h, CSR_vstopi), TOPI(IRQ_SEI, 17));
    h = guest(BIT(IRQ_STI));
    put(&h, CSR_hvictl, HVICTL_IPRIOM);
    assert_int_equal(get(&h, CSR_vstopi), TOPI(IRQ_STI, 255)); /* below an SEI by default */
    put(&h, CSR_hviprio1, (uint64_t)40 << 24);
    assert_int_equal(get(&h, CSR_vstopi), TOPI(IRQ_STI, 40));
    put(&h, CSR_hviprio1, (uint64_t)1 << 24);
    assert_int_equal(get(&h, CSR_vstopi), TOPI(IRQ_STI, 1));
    put(&h, CSR_hviprio1, (uint64_t)255 << 24);
    assert_int_equal(get(&h, CSR_vstopi), TOPI(IRQ_STI, 255));
}

/* "hviprio1": a number raises an interrupt over those with a larger one; ties go by the default
 * order. */
static void hviprio_orders(void **state)
{
    struct hart h = guest(IRQS_S);
    (void)state;
    put(&h, CSR_hviprio1, (uint64_t)255 << 24); /* STI 255 < SEI 256 */
    assert_int_equal(get(&h, CSR_vstopi), TOPI(IRQ_STI, 1));
    assert_int_equal(hart_interrupt(&h), INT(IRQ_VSTI));
    put(&h, CSR_hviprio1, ((uint64_t)255 << 24) | (255 << 8));
    assert_int_equal(get(&h, CSR_vstopi), TOPI(IRQ_SSI, 1));
    put(&h, CSR_hvictl, FIELD_PUT(HVICTL_IID, 9) | 255); /* SEI 255: wins the tie */
    assert_int_equal(get(&h, CSR_vstopi), TOPI(IRQ_SEI, 1));
    put(&h, CSR_hvictl, FIELD_PUT(HVICTL_IID, 9));
    assert_int_equal(get(&h, CSR_vstopi), TOPI(IRQ_SSI, 1));
}

/* VTI = 1: the interrupt of hvictl in place of what vsip and vsie give, but for SEI. */
static void hvictl_gives_the_interrupt(void **state)
{
    struct hart h = guest(BIT(IRQ_STI));
    (void)state;
    put(&h, CSR_hvictl, HVICTL_VTI | FIELD_PUT(HVICTL_IID, 9));
    assert_int_equal(get(&h, CSR_vstopi), 0); /* how "none" is said */
    assert_int_equal(hart_interrupt(&h), 0);
    put(&h, CSR_hvictl, HVICTL_VTI | FIELD_PUT(HVICTL_IID, 43));
    assert_int_equal(get(&h, CSR_vstopi), TOPI(43, 1));
    assert_int_equal(get(&h, CSR_vsip), BIT(IRQ_STI)); /* "no effect on mip, sip, hip, or vsip" */
    take(&h);
    assert_int_equal(h.vscause, INT(43));
    assert_int_equal(h.v, 1);
    h = guest(0);
    put(&h, CSR_hideleg, 0); /* nothing delegated: still to VS, with the cause as it is */
    put(&h, CSR_hvictl, HVICTL_VTI | FIELD_PUT(HVICTL_IID, IRQ_STI));
    take(&h);
    assert_int_equal(h.vscause, INT(IRQ_STI));
    h = guest(0);
    put(&h, CSR_hvictl, HVICTL_VTI); /* IID 0 */
    assert_int_equal(get(&h, CSR_vstopi), TOPI(0, 1));
    assert_true(hart_wakes(&h));
    take(&h);
    assert_int_equal(h.vscause, INT(0));
}

/* IID has 12 bits, and each value is an interrupt of its own: none is taken for one that has the
 * same low bits. */
static void hvictl_iid_is_whole(void **state)
{
    static const unsigned iids[] = {65, 69, 73, 64, 2049, 4095};
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(iids); i++) {
        struct hart h = guest(IRQS_S);
        put(&h, CSR_hie, 0);
        put(&h, CSR_hvictl, HVICTL_VTI | FIELD_PUT(HVICTL_IID, iids[i]));
        assert_int_equal(trap_target(&h, hart_interrupt(&h)), TRAP_TO_VS);
        take(&h);
        assert_int_equal(h.vscause, INT(iids[i]));
    }
}

/* DPR: against an SEI of the same nominal priority, 0 is before and 1 behind. */
static void hvictl_dpr(void **state)
{
    struct hart h = guest(BIT(IRQ_SEI));
    uint64_t vti = HVICTL_VTI | HVICTL_IPRIOM | FIELD_PUT(HVICTL_IID, 5);
    (void)state;
    put(&h, CSR_hvictl, vti);
    assert_int_equal(get(&h, CSR_vstopi), TOPI(5, 0)); /* priority 0, above: highest */
    put(&h, CSR_hvictl, vti | HVICTL_DPR);
    assert_int_equal(get(&h, CSR_vstopi), TOPI(IRQ_SEI, 255)); /* lowest: behind 256 */
    put(&h, CSR_hvictl, vti | HVICTL_DPR | 200);
    assert_int_equal(get(&h, CSR_vstopi), TOPI(5, 200));
    put(&h, CSR_hvip, 0);
    put(&h, CSR_hvictl, vti | HVICTL_DPR);
    assert_int_equal(get(&h, CSR_vstopi), TOPI(5, 255));
}

/* "Interrupt traps to VS-mode": only in VS with SIE, or VU. */
static void vstopi_needs_v(void **state)
{
    struct hart h = guest(0);
    (void)state;
    put(&h, CSR_hvictl, HVICTL_VTI | FIELD_PUT(HVICTL_IID, 13));
    hart_mode(&h, VS);
    assert_int_equal(hart_interrupt(&h), 0);
    put(&h, CSR_vsstatus, STATUS_SIE);
    assert_int_not_equal(hart_interrupt(&h), 0);
    hart_mode(&h, U);
    assert_int_equal(hart_interrupt(&h), 0);
}

/* "stopi": neither undelegated interrupts nor those of hideleg; VS-level ones that HS takes. */
static void stopi_is_the_hypervisors(void **state)
{
    struct hart h = guest(BIT(IRQ_STI));
    (void)state;
    assert_int_equal(get(&h, CSR_stopi), 0);
    put(&h, CSR_hideleg, 0);
    assert_int_equal(get(&h, CSR_stopi), TOPI(IRQ_VSTI, 1));
    h.line = BIT(IRQ_MTI);
    h.mie |= BIT(IRQ_MTI);
    assert_int_equal(get(&h, CSR_stopi), TOPI(IRQ_VSTI, 1));
    assert_int_equal(get(&h, CSR_mtopi), TOPI(IRQ_MTI, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mvien_makes_sei_virtual),
        cmocka_unit_test(mvien_makes_ssi_virtual),
        cmocka_unit_test(mvip_aliases_mip),
        cmocka_unit_test(mip_seip_is_the_wire_with_mvien),
        cmocka_unit_test(hvien_injects_local_interrupts),
        cmocka_unit_test(vstopi_default_order),
        cmocka_unit_test(vstopi_shows_iprio),
        cmocka_unit_test(hviprio_orders),
        cmocka_unit_test(hvictl_gives_the_interrupt),
        cmocka_unit_test(hvictl_iid_is_whole),
        cmocka_unit_test(hvictl_dpr),
        cmocka_unit_test(vstopi_needs_v),
        cmocka_unit_test(stopi_is_the_hypervisors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
