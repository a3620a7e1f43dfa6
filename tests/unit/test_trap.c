/* SPDX-License-Identifier: BSD-2-Clause */
/* Where a trap goes, what it writes, and how xRET comes back. */
#include "fixture.h"

#define INT(n) (CAUSE_INTERRUPT | (n))
#define PC     0xffffffff80001234

static struct hart hart_at_pc(enum mode m)
{
    struct hart h = hart_in(m);
    h.pc = PC;
    h.mtvec = 0x80000100;
    h.stvec = 0x80200100;
    h.vstvec = 0x1000;
    return h;
}

/* "Trap Entry": to M unless medeleg/mideleg, to HS unless with V=1 hedeleg/hideleg; never from a
 * higher mode to a lower. */
static void delegation(void **state)
{
    (void)state;
    for (unsigned set = 0; set < 8; set++) {
        struct hart h = hart_in(M);
        bool interrupt = set & 4;
        uint64_t m = set & 1 ? BIT(5) : 0, hyp = set & 2 ? BIT(5) : 0;
        uint64_t cause = interrupt ? INT(5) : 5;
        h.medeleg = interrupt ? ~m : m;
        h.mideleg = interrupt ? m : ~m;
        h.hedeleg = interrupt ? ~hyp : hyp;
        h.hideleg = interrupt ? hyp : ~hyp;
        for (enum mode mode = M; mode < MODES; mode++) {
            enum trap_level to = mode == M || m == 0 ? TRAP_TO_M : TRAP_TO_HS;
            if (to == TRAP_TO_HS && hyp != 0 && (mode == VS || mode == VU)) {
                to = TRAP_TO_VS;
            }
            hart_mode(&h, mode);
            assert_int_equal(trap_target(&h, cause), to);
        }
    }
}

/* Each exception goes by its own bit. */
static void every_cause_has_its_bit(void **state)
{
    struct hart h = hart_in(VU);
    (void)state;
    for (unsigned cause = 0; cause < 24; cause++) {
        h.medeleg = h.hedeleg = BIT(cause);
        for (unsigned other = 0; other < 24; other++) {
            assert_int_equal(trap_target(&h, other), other == cause ? TRAP_TO_VS : TRAP_TO_M);
        }
    }
    h.medeleg = ALL_ONES;
    assert_int_equal(trap_target(&h, 64), TRAP_TO_M); /* no bit */
}

/* "Value of mstatus fields MPV and MPP after a trap into M-mode"; MPIE, MIE, GVA; mepc, mcause,
 * mtval, mtval2, mtinst. */
static void trap_into_m(void **state)
{
    static const uint64_t mpp[MODES] = {3, 1, 0, 1, 0}, mpv[MODES] = {0, 0, 0, 1, 1};
    (void)state;
    for (enum mode m = M; m < MODES; m++) {
        struct hart h = hart_at_pc(m);
        struct trap t = {.cause = 21, .tval = 1, .tval2 = 2, .tinst = 3, .gva = mpv[m]};
        h.medeleg = 0;
        h.mstatus |= STATUS_MIE | (mpv[m] ? 0 : STATUS_GVA);
        struct hart was = h;
        assert_int_equal(hart_trap(&h, &t), TRAP_TO_M);
        assert_int_equal(FIELD_GET(STATUS_MPP, h.mstatus), mpp[m]);
        assert_int_equal(FIELD_GET(STATUS_MPV, h.mstatus), mpv[m]);
        assert_int_equal(FIELD_GET(STATUS_GVA, h.mstatus), mpv[m]);
        assert_true(h.mstatus & STATUS_MPIE);
        assert_false(h.mstatus & STATUS_MIE);
        assert_int_equal(h.mepc, PC);
        assert_int_equal(h.mcause, 21);
        assert_int_equal(h.mtval, 1);
        assert_int_equal(h.mtval2, 2);
        assert_int_equal(h.mtinst, 3);
        assert_int_equal(h.pc, 0x80000100);
        assert_int_equal(h.prv, PRV_M);
        assert_int_equal(h.v, 0);
        assert_int_equal(h.hstatus, was.hstatus);
        assert_int_equal(h.scause, was.scause);
        assert_int_equal(h.htval, was.htval);
    }
}

/*
 * "Value of hstatus field SPV and sstatus field SPP after a trap into HS-mode"; SPVP only if V was
 * 1; GVA; SPIE, SIE; sepc, scause, stval, htval, htinst.
 */
static void trap_into_hs(void **state)
{
    static const uint64_t spp[MODES] = {0, 1, 0, 1, 0}, spv[MODES] = {0, 0, 0, 1, 1};
    (void)state;
    for (enum mode m = HS; m < MODES; m++) {
        for (unsigned spvp = 0; spvp < 2; spvp++) {
            struct hart h = hart_at_pc(m);
            struct trap t = {.cause = 21, .tval = 1, .tval2 = 2, .tinst = 3, .gva = true};
            h.mstatus |= STATUS_SIE;
            h.hstatus |= FIELD_PUT(HSTATUS_SPVP, spvp) | (spv[m] ? 0 : HSTATUS_SPV);
            h.vsstatus |= STATUS_SIE;
            uint64_t vsstatus = h.vsstatus,
                     m_bits = h.mstatus & (STATUS_MPP | STATUS_MPIE | STATUS_MPV);
            assert_int_equal(hart_trap(&h, &t), TRAP_TO_HS);
            assert_int_equal(FIELD_GET(STATUS_SPP, h.mstatus), spp[m]);
            assert_int_equal(FIELD_GET(HSTATUS_SPV, h.hstatus), spv[m]);
            assert_int_equal(FIELD_GET(HSTATUS_SPVP, h.hstatus), spv[m] ? spp[m] : spvp);
            assert_true(h.hstatus & HSTATUS_GVA);
            assert_true(h.mstatus & STATUS_SPIE);
            assert_false(h.mstatus & STATUS_SIE);
            assert_int_equal(h.sepc, PC);
            assert_int_equal(h.scause, 21);
            assert_int_equal(h.stval, 1);
            assert_int_equal(h.htval, 2);
            assert_int_equal(h.htinst, 3);
            assert_int_equal(h.pc, 0x80200100);
            assert_int_equal(h.prv, PRV_S);
            assert_int_equal(h.v, 0);
            assert_int_equal(h.vsstatus, vsstatus);
            assert_int_equal(h.mstatus & (STATUS_MPP | STATUS_MPIE | STATUS_MPV), m_bits);
        }
    }
}

/* htval and htinst are written by every trap into HS-mode, and GVA cleared by one without a
 * guest-virtual address. */
static void trap_into_hs_always_writes(void **state)
{
    struct hart h = hart_at_pc(VS);
    struct trap t = {.cause = CAUSE_ECALL_VS};
    (void)state;
    h.htval = h.htinst = h.stval = 0x55;
    h.hstatus |= HSTATUS_GVA;
    hart_trap(&h, &t);
    assert_int_equal(h.htval | h.htinst | h.stval, 0);
    assert_false(h.hstatus & HSTATUS_GVA);
}

/* "Value of vsstatus field SPP after a trap into VS-mode"; hstatus and HS-level sstatus are not
 * modified, V stays 1. */
static void trap_into_vs(void **state)
{
    (void)state;
    for (enum mode m = VS; m <= VU; m++) {
        struct hart h = hart_at_pc(m);
        struct trap t = {.cause = 13, .tval = 1, .gva = true};
        h.hedeleg = BIT(13);
        h.vsstatus |= STATUS_SIE;
        h.mstatus |= STATUS_SIE;
        struct hart was = h;
        assert_int_equal(hart_trap(&h, &t), TRAP_TO_VS);
        assert_int_equal(FIELD_GET(STATUS_SPP, h.vsstatus), m == VS);
        assert_true(h.vsstatus & STATUS_SPIE);
        assert_false(h.vsstatus & STATUS_SIE);
        assert_int_equal(h.vsepc, PC);
        assert_int_equal(h.vscause, 13);
        assert_int_equal(h.vstval, 1);
        assert_int_equal(h.pc, 0x1000);
        assert_int_equal(h.prv, PRV_S);
        assert_int_equal(h.v, 1);
        assert_int_equal(h.mstatus, was.mstatus);
        assert_int_equal(h.hstatus, was.hstatus);
        assert_int_equal(h.sepc, was.sepc);
        assert_int_equal(h.htval, was.htval);
    }
}

/* "hideleg": 10, 6, 2 appear to VS-mode as 9, 5, 1; taken by HS they keep their codes. */
static void vs_interrupts_are_translated(void **state)
{
    (void)state;
    for (unsigned irq = 2; irq <= 10; irq += 4) {
        struct hart h = hart_at_pc(VS);
        struct trap t = {.cause = INT(irq)};
        h.hideleg = BIT(irq);
        hart_trap(&h, &t);
        assert_int_equal(h.vscause, INT(irq - 1));
        h = hart_at_pc(VS);
        hart_trap(&h, &t);
        assert_int_equal(h.scause, INT(irq));
    }
    struct hart h = hart_at_pc(VS); /* an exception with such a number is not an interrupt */
    struct trap t = {.cause = CAUSE_ILLEGAL};
    h.hedeleg = BIT(CAUSE_ILLEGAL);
    hart_trap(&h, &t);
    assert_int_equal(h.vscause, CAUSE_ILLEGAL);
}

/* "mtvec": Vectored: interrupts at BASE + 4 * cause, exceptions at BASE. In VS by the translated
 * cause. */
static void vectored(void **state)
{
    struct hart h = hart_at_pc(U);
    struct trap irq = {.cause = INT(IRQ_MTI)}, exception = {.cause = 5};
    (void)state;
    hart_trap(&h, &irq);
    assert_int_equal(h.pc, 0x80000100); /* Direct */
    h = hart_at_pc(U);
    h.mtvec |= 1;
    hart_trap(&h, &irq);
    assert_int_equal(h.pc, 0x8000011c);
    h = hart_at_pc(U);
    h.stvec |= 1;
    irq.cause = INT(IRQ_SEI);
    hart_trap(&h, &irq);
    assert_int_equal(h.pc, 0x80200124);
    h = hart_at_pc(U);
    h.stvec |= 1;
    hart_trap(&h, &exception);
    assert_int_equal(h.pc, 0x80200100);
    h = hart_at_pc(VS);
    h.vstvec |= 1;
    h.hideleg = IRQS_VS;
    irq.cause = INT(IRQ_VSTI);
    hart_trap(&h, &irq);
    assert_int_equal(h.pc, 0x1000 + 4 * 5);
}

/* "MRET": mode by MPP and MPV (ignored if MPP = 3); MPV=0, MPP=0, MIE=MPIE, MPIE=1; MPRV=0 unless
 * it stays in M. */
static void mret(void **state)
{
    (void)state;
    for (unsigned mpv = 0; mpv < 2; mpv++) {
        for (unsigned mpp = 0; mpp <= 3; mpp += mpp == 1 ? 2 : 1) {
            for (unsigned mpie = 0; mpie < 2; mpie++) {
                struct hart h = hart_in(M);
                h.mepc = PC;
                h.mstatus |= FIELD_PUT(STATUS_MPP, mpp) | FIELD_PUT(STATUS_MPV, mpv) |
                             FIELD_PUT(STATUS_MPIE, mpie) | FIELD_PUT(STATUS_MIE, !mpie) |
                             STATUS_MPRV;
                hart_mret(&h);
                assert_int_equal(h.prv, mpp);
                assert_int_equal(h.v, mpp != 3 && mpv);
                assert_int_equal(h.pc, PC);
                assert_false(h.mstatus & (STATUS_MPP | STATUS_MPV));
                assert_int_equal(FIELD_GET(STATUS_MIE, h.mstatus), mpie);
                assert_true(h.mstatus & STATUS_MPIE);
                assert_int_equal(FIELD_GET(STATUS_MPRV, h.mstatus), mpp == 3);
            }
        }
    }
}

/* "SRET ... when V=0": mode by SPP and SPV; SPV=0, SPP=0, SIE=SPIE, SPIE=1; SPVP and vsstatus stay.
 */
static void sret_from_hs(void **state)
{
    (void)state;
    for (unsigned set = 0; set < 8; set++) {
        struct hart h = hart_in(HS);
        unsigned spp = set & 1, spv = set >> 1 & 1, spie = set >> 2;
        h.sepc = PC;
        h.vsepc = 0x10;
        h.hstatus |= FIELD_PUT(HSTATUS_SPV, spv) | HSTATUS_SPVP;
        h.vsstatus |= STATUS_SPP;
        uint64_t vsstatus = h.vsstatus;
        h.mstatus |= FIELD_PUT(STATUS_SPP, spp) | FIELD_PUT(STATUS_SPIE, spie) |
                     FIELD_PUT(STATUS_SIE, !spie) | STATUS_MPRV;
        hart_sret(&h);
        assert_int_equal(h.prv, spp);
        assert_int_equal(h.v, spv);
        assert_int_equal(h.pc, PC);
        assert_false(h.hstatus & HSTATUS_SPV);
        assert_true(h.hstatus & HSTATUS_SPVP);
        assert_false(h.mstatus & (STATUS_SPP | STATUS_MPRV));
        assert_int_equal(FIELD_GET(STATUS_SIE, h.mstatus), spie);
        assert_true(h.mstatus & STATUS_SPIE);
        assert_int_equal(h.vsstatus, vsstatus);
    }
}

/* "SRET ... when V=1": by vsstatus; hstatus and sstatus are untouched. */
static void sret_from_vs(void **state)
{
    (void)state;
    for (unsigned spp = 0; spp < 2; spp++) {
        struct hart h = hart_in(VS);
        h.vsepc = PC;
        h.hstatus |= HSTATUS_SPV;
        h.vsstatus |= FIELD_PUT(STATUS_SPP, spp) | STATUS_SPIE;
        struct hart was = h;
        hart_sret(&h);
        assert_int_equal(h.prv, spp);
        assert_int_equal(h.v, 1);
        assert_int_equal(h.pc, PC);
        assert_int_equal(h.vsstatus, (was.vsstatus | STATUS_SIE) & ~STATUS_SPP);
        assert_int_equal(h.hstatus, was.hstatus);
        assert_int_equal(h.mstatus, was.mstatus);
    }
}

/* A trap and its return lead back to the same mode with the same enables. */
static void trap_and_return(void **state)
{
    (void)state;
    for (enum mode m = HS; m < MODES; m++) {
        for (unsigned to_m = 0; to_m < 2; to_m++) {
            struct hart h = hart_at_pc(m);
            struct trap t = {.cause = 2};
            h.medeleg = to_m ? 0 : BIT(2);
            struct hart was = h;
            hart_trap(&h, &t);
            if (to_m) {
                hart_mret(&h);
            } else {
                hart_sret(&h);
            }
            assert_int_equal(h.prv, was.prv);
            assert_int_equal(h.v, was.v);
            assert_int_equal(h.pc, was.pc);
            assert_int_equal(h.mstatus & (STATUS_SIE | STATUS_MIE),
                             was.mstatus & (STATUS_SIE | STATUS_MIE));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(delegation),
        cmocka_unit_test(every_cause_has_its_bit),
        cmocka_unit_test(trap_into_m),
        cmocka_unit_test(trap_into_hs),
        cmocka_unit_test(trap_into_hs_always_writes),
        cmocka_unit_test(trap_into_vs),
        cmocka_unit_test(vs_interrupts_are_translated),
        cmocka_unit_test(vectored),
        cmocka_unit_test(mret),
        cmocka_unit_test(sret_from_hs),
        cmocka_unit_test(sret_from_vs),
        cmocka_unit_test(trap_and_return),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
