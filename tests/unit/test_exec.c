/* SPDX-License-Identifier: BSD-2-Clause */
/* The privileged instructions, from their encodings. */
#include "fixture.h"
#include "spec/exec.h"

#define ILLEGAL CAUSE_ILLEGAL
#define VIRTUAL CAUSE_VIRTUAL_INSTRUCTION

#define ECALL           0x00000073u
#define EBREAK          0x00100073u
#define C_EBREAK        0x9002u
#define SRET            0x10200073u
#define MRET            0x30200073u
#define WFI             0x10500073u
#define WRS_NTO         0x00d00073u
#define CBO(which, rs1) (((uint32_t)(which) << 20) | ((rs1) << 15) | 0x200fu)
#define SFENCE_W_INVAL  0x18000073u
#define SFENCE_INVAL_IR 0x18100073u
#define R_TYPE(funct7, rs2, rs1, funct3, rd)                                                       \
    (((uint32_t)(funct7) << 25) | ((uint32_t)(rs2) << 20) | ((uint32_t)(rs1) << 15) |              \
     ((uint32_t)(funct3) << 12) | ((uint32_t)(rd) << 7) | 0x73u)
#define SFENCE_VMA(rs1, rs2)  R_TYPE(0x09, rs2, rs1, 0, 0)
#define SINVAL_VMA(rs1, rs2)  R_TYPE(0x0b, rs2, rs1, 0, 0)
#define HFENCE_VVMA(rs1, rs2) R_TYPE(0x11, rs2, rs1, 0, 0)
#define HFENCE_GVMA(rs1, rs2) R_TYPE(0x31, rs2, rs1, 0, 0)
#define HINVAL_VVMA(rs1, rs2) R_TYPE(0x13, rs2, rs1, 0, 0)
#define HINVAL_GVMA(rs1, rs2) R_TYPE(0x33, rs2, rs1, 0, 0)
#define HLV_W(rd, rs1)        R_TYPE(0x34, 0, rs1, 4, rd)
#define HLVX_HU(rd, rs1)      R_TYPE(0x32, 3, rs1, 4, rd)
#define HSV_D(rs1, rs2)       R_TYPE(0x37, rs2, rs1, 4, 0)
#define CSRRW(rd, csr, rs1)   R_TYPE((csr) >> 5, (csr)&31, rs1, 1, rd)
#define CSRRS(rd, csr, rs1)   R_TYPE((csr) >> 5, (csr)&31, rs1, 2, rd)
#define CSRRC(rd, csr, rs1)   R_TYPE((csr) >> 5, (csr)&31, rs1, 3, rd)
#define CSRRWI(rd, csr, u)    R_TYPE((csr) >> 5, (csr)&31, u, 5, rd)
#define CSRRSI(rd, csr, u)    R_TYPE((csr) >> 5, (csr)&31, u, 6, rd)
#define CSRRCI(rd, csr, u)    R_TYPE((csr) >> 5, (csr)&31, u, 7, rd)

static struct exec run(struct hart *h, uint32_t raw)
{
    struct insn i = decode(raw);
    return hart_exec(h, &i);
}

/* The instruction, tried in each mode on a copy of h: 0 if it is executed, else the cause. */
static void expect_causes(const struct hart *h, uint32_t raw, const unsigned cause[MODES])
{
    for (enum mode m = M; m < MODES; m++) {
        struct hart at = *h;
        hart_mode(&at, m);
        uint64_t pc = at.pc;
        struct exec e = run(&at, raw);
        unsigned got = e.kind == EXEC_TRAP ? (unsigned)e.trap.cause : 0;
        if (got != cause[m]) {
            fail_msg("%08x in %s: cause %u, not %u", raw, mode_name[m], got, cause[m]);
        }
        if (got != 0) { /* "mtval": the instruction; nothing else changes */
            assert_int_equal(e.trap.tval, raw);
            assert_false(e.trap.gva);
            assert_int_equal(e.trap.tval2 | e.trap.tinst, 0);
            assert_int_equal(at.pc, pc);
        }
    }
}

/* Zicsr: csrrw, csrrs, csrrc and the immediate forms. */
static void csr_forms(void **state)
{
    struct hart h = hart_in(HS);
    uint64_t pc = h.pc;
    (void)state;
    h.vsscratch = 0xf0;
    h.x[5] = 0x3c;
    assert_int_equal(run(&h, CSRRW(6, CSR_vsscratch, 5)).kind, EXEC_DONE);
    assert_int_equal(h.x[6], 0xf0);
    assert_int_equal(h.vsscratch, 0x3c);
    assert_int_equal(h.pc, pc + 4);
    h.x[5] = 0x81;
    run(&h, CSRRS(6, CSR_vsscratch, 5));
    assert_int_equal(h.x[6], 0x3c);
    assert_int_equal(h.vsscratch, 0xbd);
    run(&h, CSRRC(5, CSR_vsscratch, 5)); /* rd = rs1: the operand is the old one */
    assert_int_equal(h.x[5], 0xbd);
    assert_int_equal(h.vsscratch, 0x3c);
    run(&h, CSRRWI(7, CSR_vsscratch, 31));
    assert_int_equal(h.x[7], 0x3c);
    assert_int_equal(h.vsscratch, 31);
    run(&h, CSRRSI(0, CSR_vsscratch, 0));
    assert_int_equal(h.x[0], 0);
    run(&h, CSRRCI(7, CSR_vsscratch, 3));
    assert_int_equal(h.vsscratch, 28);
    run(&h, CSRRSI(7, CSR_vsscratch, 3));
    assert_int_equal(h.vsscratch, 31);
    h.x[5] = 0x40;
    run(&h, CSRRS(0, CSR_vsscratch, 5)); /* nothing is returned, but what was there counts */
    assert_int_equal(h.vsscratch, 0x5f);
    assert_int_equal(h.x[0], 0);
}

/* csrrs and csrrc with x0 (or immediate 0) do not write: a read-only CSR is legal. csrrw, or
 * another register, writes. */
static void csr_x0_does_not_write(void **state)
{
    static const uint32_t reads[] = {CSRRS(5, CSR_time, 0), CSRRC(5, CSR_time, 0),
                                     CSRRSI(5, CSR_time, 0), CSRRCI(5, CSR_time, 0)};
    static const uint32_t writes[] = {CSRRW(5, CSR_time, 0), CSRRS(5, CSR_time, 6),
                                      CSRRC(5, CSR_time, 6), CSRRWI(5, CSR_time, 0),
                                      CSRRSI(5, CSR_time, 1)};
    static const unsigned legal[MODES] = {0},
                          illegal[MODES] = {ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL};
    struct hart h = hart_in(HS);
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(reads); i++) {
        expect_causes(&h, reads[i], legal);
    }
    for (unsigned i = 0; i < ARRAY_LEN(writes); i++) {
        expect_causes(&h, writes[i], illegal); /* x[6] = 0 counts as a write all the same */
    }
}

/* The effect is the write's; a read has none. */
static void csr_effects(void **state)
{
    struct hart h = hart_in(HS);
    (void)state;
    h.x[5] = BIT(IRQ_VSSI);
    assert_int_equal(run(&h, CSRRW(0, CSR_hvip, 5)).csr_effect, CSR_EFFECT_IRQ);
    assert_int_equal(run(&h, CSRRW(0, CSR_hvip, 5)).csr_effect, CSR_EFFECT_NONE);
    assert_int_equal(run(&h, CSRRS(5, CSR_hvip, 0)).csr_effect, CSR_EFFECT_NONE);
    assert_int_equal(run(&h, CSRRCI(5, CSR_hvip, 4)).csr_effect, CSR_EFFECT_IRQ);
}

/* "mip": with csrrs the wire of SEIP is read but not written back. */
static void csrrs_mip_leaves_seip(void **state)
{
    struct hart h = hart_in(M);
    (void)state;
    h.line = BIT(IRQ_SEI);
    run(&h, CSRRSI(5, CSR_mip, 2));
    assert_true(h.x[5] & BIT(IRQ_SEI));
    assert_int_equal(h.mip, BIT(IRQ_SSI));
    h.mip = BIT(IRQ_SEI);
    run(&h, CSRRCI(5, CSR_mip, 2));
    assert_int_equal(h.mip, BIT(IRQ_SEI));
}

/* The causes of csr_find() arrive: an S CSR number reaches the VS CSR, an H one gives 22. */
static void csr_in_a_guest(void **state)
{
    struct hart h = hart_in(VS);
    static const unsigned hstatus[MODES] = {0, 0, ILLEGAL, VIRTUAL, VIRTUAL};
    static const unsigned mstatus[MODES] = {0, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL};
    (void)state;
    h.x[5] = 0x1234;
    run(&h, CSRRW(0, CSR_sscratch, 5));
    assert_int_equal(h.vsscratch, 0x1234);
    assert_int_equal(h.sscratch, 0);
    expect_causes(&h, CSRRS(5, CSR_hstatus, 0), hstatus);
    expect_causes(&h, CSRRS(5, CSR_mstatus, 0), mstatus);
}

/* "Environment Call": 8 from U and VU, 9 from HS, 10 from VS, 11 from M; mtval zero. */
static void ecall(void **state)
{
    static const unsigned cause[MODES] = {11, 9, 8, 10, 8};
    (void)state;
    for (enum mode m = M; m < MODES; m++) {
        struct hart h = hart_in(m);
        uint64_t pc = h.pc;
        struct exec e = run(&h, ECALL);
        assert_int_equal(e.kind, EXEC_TRAP);
        assert_int_equal(e.trap.cause, cause[m]);
        assert_int_equal(e.trap.tval, 0);
        assert_int_equal(h.pc, pc);
    }
}

/* Breakpoint: mtval holds its address, a guest-virtual one with V=1. */
static void ebreak(void **state)
{
    static const uint32_t raw[] = {EBREAK, C_EBREAK};
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(raw); i++) {
        for (enum mode m = M; m < MODES; m++) {
            struct hart h = hart_in(m);
            struct exec e = run(&h, raw[i]);
            assert_int_equal(e.kind, EXEC_TRAP);
            assert_int_equal(e.trap.cause, CAUSE_BREAKPOINT);
            assert_int_equal(e.trap.tval, h.pc);
            assert_int_equal(e.trap.gva, m == VS || m == VU);
        }
    }
}

/* sret: illegal in U, 22 in VU; TSR in HS only, VTSR in VS only. */
static void sret(void **state)
{
    static const unsigned open[MODES] = {0, 0, ILLEGAL, 0, VIRTUAL},
                          tsr[MODES] = {0, ILLEGAL, ILLEGAL, 0, VIRTUAL};
    static const unsigned vtsr[MODES] = {0, 0, ILLEGAL, VIRTUAL, VIRTUAL};
    struct hart h = hart_in(HS);
    (void)state;
    expect_causes(&h, SRET, open);
    h.mstatus |= STATUS_TSR;
    expect_causes(&h, SRET, tsr);
    h.mstatus &= ~STATUS_TSR;
    h.hstatus |= HSTATUS_VTSR;
    expect_causes(&h, SRET, vtsr);
    h.sepc = 0x1000;
    hart_mode(&h, HS);
    assert_int_equal(run(&h, SRET).kind, EXEC_XRET);
    assert_int_equal(h.pc, 0x1000);
}

/* mret: M only; never HS-qualified, so 2 everywhere else. */
static void mret(void **state)
{
    static const unsigned cause[MODES] = {0, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL};
    struct hart h = hart_in(M);
    (void)state;
    expect_causes(&h, MRET, cause);
    h.mepc = 0x2000;
    assert_int_equal(run(&h, MRET).kind, EXEC_XRET);
    assert_int_equal(h.pc, 0x2000);
    assert_int_equal(h.prv, PRV_U);
}

/* wfi: TW makes it illegal below M, in a guest too; VTW is 22 in VS; U is illegal, VU 22 (if TW =
 * 0). */
static void wfi(void **state)
{
    static const unsigned open[MODES] = {0, 0, ILLEGAL, 0, VIRTUAL},
                          vtw[MODES] = {0, 0, ILLEGAL, VIRTUAL, VIRTUAL};
    static const unsigned tw[MODES] = {0, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL};
    struct hart h = hart_in(HS);
    uint64_t pc = h.pc;
    (void)state;
    expect_causes(&h, WFI, open);
    h.hstatus |= HSTATUS_VTW;
    expect_causes(&h, WFI, vtw);
    assert_int_equal(run(&h, WFI).kind, EXEC_WFI);
    assert_int_equal(h.pc, pc + 4);
    h.mstatus |= STATUS_TW;
    expect_causes(&h, WFI, tw);
}

/* Zawrs, wrs.nto: as wfi under TW and VTW, in VU as well; U-mode may execute it. */
static void wrs_nto(void **state)
{
    static const unsigned open[MODES] = {0}, vtw[MODES] = {0, 0, 0, VIRTUAL, VIRTUAL};
    static const unsigned tw[MODES] = {0, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL};
    struct hart h = hart_in(HS);
    (void)state;
    expect_causes(&h, WRS_NTO, open);
    h.hstatus |= HSTATUS_VTW;
    expect_causes(&h, WRS_NTO, vtw);
    h.mstatus |= STATUS_TW;
    expect_causes(&h, WRS_NTO, tw);
}

/* "henvcfg": a cache-block instruction refused with V=1 is virtual if menvcfg allows it, else
 * illegal; with V=0 illegal. */
static void cache_blocks(void **state)
{
    enum { INVAL = 0, CLEAN = 1, FLUSH = 2, ZERO = 4 };
    static const struct {
        unsigned which;
        uint64_t enable;
    } of[] = {
        {INVAL, ENVCFG_CBIE}, {CLEAN, ENVCFG_CBCFE}, {FLUSH, ENVCFG_CBCFE}, {ZERO, ENVCFG_CBZE}};
    static const unsigned none[MODES] = {ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL};
    static const unsigned allowed[MODES] = {ILLEGAL, ILLEGAL, ILLEGAL, VIRTUAL, VIRTUAL};
    struct hart h = hart_in(HS);
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(of); i++) {
        h.menvcfg = of[i].enable;
        expect_causes(&h, CBO(of[i].which, 5u), allowed);
        h.menvcfg = ~of[i].enable;
        expect_causes(&h, CBO(of[i].which, 5u), none);
    }
}

/* sfence.vma and sinval.vma: illegal in U, 22 in VU; TVM in HS only, VTVM in VS only. */
static void sfence(void **state)
{
    static const uint32_t raw[] = {SFENCE_VMA(0, 0), SINVAL_VMA(0, 0)};
    static const unsigned open[MODES] = {0, 0, ILLEGAL, 0, VIRTUAL},
                          tvm[MODES] = {0, ILLEGAL, ILLEGAL, 0, VIRTUAL};
    static const unsigned vtvm[MODES] = {0, 0, ILLEGAL, VIRTUAL, VIRTUAL};
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(raw); i++) {
        struct hart h = hart_in(HS);
        expect_causes(&h, raw[i], open);
        h.mstatus |= STATUS_TVM;
        expect_causes(&h, raw[i], tvm);
        h.mstatus &= ~STATUS_TVM;
        h.hstatus |= HSTATUS_VTVM;
        expect_causes(&h, raw[i], vtvm);
    }
}

/* Svinval: sfence.w.inval and sfence.inval.ir are not affected by TVM and VTVM; all five are
 * illegal without it. */
static void svinval(void **state)
{
    static const uint32_t order[] = {SFENCE_W_INVAL, SFENCE_INVAL_IR};
    static const uint32_t all[] = {SFENCE_W_INVAL, SFENCE_INVAL_IR, SINVAL_VMA(1, 2),
                                   HINVAL_VVMA(1, 2), HINVAL_GVMA(1, 2)};
    static const unsigned open[MODES] = {0, 0, ILLEGAL, 0, VIRTUAL};
    static const unsigned none[MODES] = {ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL};
    struct hart h = hart_in(HS);
    (void)state;
    h.mstatus |= STATUS_TVM;
    h.hstatus |= HSTATUS_VTVM;
    for (unsigned i = 0; i < ARRAY_LEN(order); i++) {
        struct hart at = h;
        expect_causes(&h, order[i], open);
        struct exec e = run(&at, order[i]);
        assert_int_equal(e.kind, EXEC_FENCE);
        assert_int_equal(e.fence.kind, FENCE_NONE);
    }
    test_isa.ext &= ~BIT(EXT_SVINVAL);
    for (unsigned i = 0; i < ARRAY_LEN(all); i++) {
        expect_causes(&h, all[i], none);
    }
}

/* "Hypervisor Memory-Management Fence Instructions": 22 with V=1, 2 in U; TVM for GVMA alone, never
 * VTVM. */
static void hfence(void **state)
{
    static const uint32_t vvma[] = {HFENCE_VVMA(0, 0), HINVAL_VVMA(0, 0)};
    static const uint32_t gvma[] = {HFENCE_GVMA(0, 0), HINVAL_GVMA(0, 0)};
    static const unsigned open[MODES] = {0, 0, ILLEGAL, VIRTUAL, VIRTUAL};
    static const unsigned tvm[MODES] = {0, ILLEGAL, ILLEGAL, VIRTUAL, VIRTUAL};
    (void)state;
    for (unsigned i = 0; i < 2; i++) {
        struct hart h = hart_in(HS);
        h.hstatus |= HSTATUS_VTVM;
        expect_causes(&h, vvma[i], open);
        expect_causes(&h, gvma[i], open);
        h.mstatus |= STATUS_TVM;
        expect_causes(&h, vvma[i], open);
        expect_causes(&h, gvma[i], tvm);
    }
}

/* What a fence names: rs1 an address (shifted left by 2 for GVMA), rs2 an ASID or VMID of the
 * implemented bits, x0 all. */
static void fence_operands(void **state)
{
    struct hart h = hart_in(HS);
    uint64_t pc = h.pc;
    (void)state;
    h.x[5] = 0x80001000;
    test_isa.asid_mask = 0xff;
    test_isa.vmid_mask = 0x7f;
    h.x[6] = 0xf87;
    struct exec e = run(&h, SFENCE_VMA(5, 6));
    assert_int_equal(e.kind, EXEC_FENCE);
    assert_int_equal(e.fence.kind, FENCE_VMA);
    assert_false(e.fence.all_addresses || e.fence.all_ids);
    assert_int_equal(e.fence.address, 0x80001000);
    assert_int_equal(e.fence.id, 0x87);
    assert_int_equal(h.pc, pc + 4);
    e = run(&h, HFENCE_VVMA(0, 6));
    assert_int_equal(e.fence.kind, FENCE_VVMA);
    assert_true(e.fence.all_addresses);
    assert_false(e.fence.all_ids);
    assert_int_equal(e.fence.id, 0x87);
    e = run(&h, HINVAL_GVMA(5, 6));
    assert_int_equal(e.fence.kind, FENCE_GVMA);
    assert_int_equal(e.fence.address, UINT64_C(0x80001000) << 2);
    assert_int_equal(e.fence.id, 0x07);
    h.x[6] = 0; /* a register other than x0 that holds zero names ASID 0 */
    e = run(&h, SFENCE_VMA(5, 6));
    assert_false(e.fence.all_ids);
    e = run(&h, SFENCE_VMA(5, 0));
    assert_true(e.fence.all_ids);
}

/* HLV, HLVX, HSV: 22 with V=1; U needs HU; as VS or VU by SPVP, not SPP. */
static void hypervisor_loads_and_stores(void **state)
{
    static const uint32_t raw[] = {HLV_W(7, 5), HLVX_HU(7, 5), HSV_D(5, 6)};
    static const unsigned open[MODES] = {0, 0, ILLEGAL, VIRTUAL, VIRTUAL},
                          hu[MODES] = {0, 0, 0, VIRTUAL, VIRTUAL};
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(raw); i++) {
        struct hart h = hart_in(HS);
        expect_causes(&h, raw[i], open);
        h.hstatus |= HSTATUS_HU;
        expect_causes(&h, raw[i], hu);
        for (unsigned spvp = 0; spvp < 2; spvp++) {
            uint64_t pc = h.pc;
            h.hstatus = FIELD_SET(HSTATUS_SPVP, h.hstatus, spvp);
            h.mstatus = FIELD_SET(STATUS_SPP, h.mstatus, !spvp);
            struct exec e = run(&h, raw[i]);
            assert_int_equal(e.kind, EXEC_MEMORY);
            assert_int_equal(e.as.prv, spvp);
            assert_true(e.as.v);
            assert_int_equal(e.as.access, i == 2 ? ACCESS_STORE : ACCESS_LOAD);
            assert_int_equal(e.as.hlvx, i == 1);
            assert_int_equal(h.pc, pc); /* not done yet */
        }
    }
}

/* What the model does not know is an illegal instruction, with its own bits in mtval. */
static void unknown_instructions(void **state)
{
    static const uint32_t raw[] = {0x0000, 0xffffffff, 0x7b200073 /* dret */, 0x00003003 /* ld */,
                                   0x00004073};
    static const unsigned none[MODES] = {ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL, ILLEGAL};
    struct hart h = hart_in(HS);
    (void)state;
    for (unsigned i = 0; i < ARRAY_LEN(raw); i++) {
        expect_causes(&h, raw[i], none);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(csr_forms),
        cmocka_unit_test(csr_x0_does_not_write),
        cmocka_unit_test(csr_effects),
        cmocka_unit_test(csrrs_mip_leaves_seip),
        cmocka_unit_test(csr_in_a_guest),
        cmocka_unit_test(ecall),
        cmocka_unit_test(ebreak),
        cmocka_unit_test(sret),
        cmocka_unit_test(mret),
        cmocka_unit_test(wfi),
        cmocka_unit_test(wrs_nto),
        cmocka_unit_test(cache_blocks),
        cmocka_unit_test(sfence),
        cmocka_unit_test(svinval),
        cmocka_unit_test(hfence),
        cmocka_unit_test(fence_operands),
        cmocka_unit_test(hypervisor_loads_and_stores),
        cmocka_unit_test(unknown_instructions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
