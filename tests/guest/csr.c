/* SPDX-License-Identifier: BSD-2-Clause */
/* The hypervisor's own CSRs as HS sees them: which exist, which bits hold what is written. */
#include "csr.h"
#include "env.h"
#include "test.h"

#define LOW16_OTHERS (0xffffUL & ~VS_IRQS)

static void exist(void)
{
    static const unsigned all[] = {
        CSR_HSTATUS,    CSR_HEDELEG, CSR_HIDELEG,  CSR_HIE,  CSR_HTIMEDELTA, CSR_HGEIE,
        CSR_HCOUNTEREN, CSR_HENVCFG, CSR_HTVAL,    CSR_HIP,  CSR_HVIP,       CSR_HTINST,
        CSR_HGATP,      CSR_HGEIP,   CSR_VSSTATUS, CSR_VSIE, CSR_VSTVEC,     CSR_VSSCRATCH,
        CSR_VSEPC,      CSR_VSCAUSE, CSR_VSTVAL,   CSR_VSIP, CSR_VSTIMECMP,  CSR_VSATP,
    };
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
        uint64_t v;
        if (all[i] == CSR_VSTIMECMP && !sstc)
            continue;
        context("CSR 0x%x", all[i]);
        check_eq(hs_csr_read(all[i], &v), CAUSE_NONE, "cause of a read in HS");
        if (all[i] != CSR_HGEIP)
            check_eq(hs_csr_write(all[i], v), CAUSE_NONE, "cause of a write in HS");
    }
}

/* High halves exist in RV32 only; the holes of the table are nothing at all. */
static void absent(void)
{
    static const unsigned none[] = {0x612, 0x615, 0x61a, 0x25d, 0x655, 0x601, 0x60b,
                                    0x681, 0x201, 0x246, 0x281, 0xe13, 0x2ff, 0x6ff};
    for (unsigned i = 0; i < sizeof none / sizeof none[0]; i++) {
        uint64_t v;
        context("CSR 0x%x", none[i]);
        uint64_t cause = hs_csr_read(none[i], &v);
        check_eq(cause, CAUSE_ILLEGAL, "cause of a read in HS");
        check_eq(me()->caught.stval & 0xffffffff, INSN_CSRRS(A0, none[i], X0), "stval");
        check_eq(hs_csr_write(none[i], 0), CAUSE_ILLEGAL, "cause of a write in HS");
    }
}

static void hgeip_read_only(void)
{
    check_eq(cause_of(MODE_HS, INSN_CSRRW(X0, CSR_HGEIP, A0), 0, 0), CAUSE_ILLEGAL,
             "cause of csrw hgeip");
    check_eq(cause_of(MODE_HS, INSN_CSRRS(A0, CSR_HGEIP, A0), 0, 0), CAUSE_ILLEGAL,
             "cause of csrrs hgeip with rs1 not x0");
    check_eq(cause_of(MODE_HS, INSN_CSRRS(A0, CSR_HGEIP, X0), 0, 0), CAUSE_NONE,
             "cause of csrr hgeip");
}

static void hstatus(void)
{
    const uint64_t rw = HSTATUS_GVA | HSTATUS_SPV | HSTATUS_SPVP | HSTATUS_HU | HSTATUS_VTVM |
                        HSTATUS_VTW | HSTATUS_VTSR;
    /* QEMU holds WPRI bits; furnished or not, they shall be read-only zero. */
    const uint64_t wpri =
        exact ? 0x1fUL | 0xc00UL | 0xc0000UL | (0x1ffUL << 23) | (0x3fffUL << 34) | (0x3fffUL << 50)
              : 0;
    check_bits(hs_csr_put(CSR_HSTATUS, 0), rw, 0, "hstatus after writing 0");
    check_bits(hs_csr_put(CSR_HSTATUS, rw), rw | wpri, rw,
               "hstatus after writing its writable bits");
    check_bits(hs_csr_put(CSR_HSTATUS, ~0UL), rw | wpri, rw, "hstatus after writing ones");
    for (unsigned i = 5; i < 23; i++) {
        uint64_t bit = BIT(i) & rw;
        context("bit %u", i);
        check_bits(hs_csr_put(CSR_HSTATUS, bit), rw, bit, "hstatus");
    }
    hs_csr_put(CSR_HSTATUS, 0);
}

static void hstatus_vsxl(void)
{
    uint64_t v = FIELD_GET(HSTATUS_VSXL, hs_csr_put(CSR_HSTATUS, 0));
    check(v == 1 || v == 2, "VSXL is 1 or 2 after writing 0");
    v = FIELD_GET(HSTATUS_VSXL, hs_csr_put(CSR_HSTATUS, FIELD_PUT(HSTATUS_VSXL, 3)));
    check(v == 1 || v == 2, "VSXL is 1 or 2 after writing 3");
    v = FIELD_GET(HSTATUS_VSXL, hs_csr_put(CSR_HSTATUS, FIELD_PUT(HSTATUS_VSXL, 2)));
    check_eq(v, 2, "VSXL after writing 2");
}

static uint64_t geie_mask(void)
{
    uint64_t m = hs_csr_put(CSR_HGEIE, ~0UL);
    hs_csr_put(CSR_HGEIE, 0);
    return m;
}

/* The least significant bits come first, apart from bit 0; VGEIN can hold each of their numbers. */
static void hgeie(void)
{
    uint64_t m = geie_mask();
    uint64_t v, geilen = 0;
    while (geilen < 63 && (m & BIT(geilen + 1)))
        geilen++;
    check_eq(m, geilen == 63 ? ~1UL : BIT(geilen + 1) - 2, "hgeie after writing ones");
    check_eq(hs_csr_put(CSR_HGEIE, 0), 0, "hgeie after writing zeros");
    check_eq(hs_csr_read(CSR_HGEIP, &v), CAUSE_NONE, "cause of csrr hgeip");
    check_eq(v & ~m, 0, "hgeip outside of hgeie's bits");
    for (uint64_t n = 0; n <= geilen; n++)
        check_eq(FIELD_GET(HSTATUS_VGEIN, hs_csr_put(CSR_HSTATUS, FIELD_PUT(HSTATUS_VGEIN, n))), n,
                 "hstatus.VGEIN");
    hs_csr_put(CSR_HSTATUS, 0);
    hs_csr_put(CSR_HIE, BIT(IRQ_SGEI));
    hs_csr_read(CSR_HIE, &v);
    if (exact || geilen) /* QEMU's is writable even with GEILEN 0 */
        check_eq(v, geilen ? BIT(IRQ_SGEI) : 0, "hie.SGEIE, writable if and only if GEILEN > 0");
}

static void hedeleg(void)
{
    const uint64_t zero = BIT(9) | BIT(10) | BIT(11) | BIT(16) | (0xfUL << 20);
    const uint64_t rw = 0x1feUL | BIT(12) | BIT(13) | BIT(15);
    uint64_t ones = hs_csr_put(CSR_HEDELEG, ~0UL);
    check_bits(ones, zero, 0, "read-only zero bits of hedeleg");
    check_bits(ones, rw, rw, "writable bits of hedeleg");
    check_eq(hs_csr_put(CSR_HEDELEG, 0), 0, "hedeleg after writing 0: bits are writable or zero");
    for (unsigned i = 0; i < 64; i++) {
        context("bit %u", i);
        check_eq(hs_csr_put(CSR_HEDELEG, BIT(i)), ones & BIT(i), "hedeleg");
    }
}

static void hideleg(void)
{
    uint64_t ones = hs_csr_put(CSR_HIDELEG, ~0UL);
    check_bits(ones, VS_IRQS, VS_IRQS, "bits 2, 6, 10 of hideleg");
    check_bits(ones, BIT(12) | BIT(9) | BIT(5) | BIT(1), 0, "bits 1, 5, 9, 12 of hideleg");
    check_eq(hs_csr_put(CSR_HIDELEG, 0), 0, "hideleg after writing 0");
    for (unsigned i = 0; i < 16; i++) {
        context("bit %u", i);
        check_eq(hs_csr_put(CSR_HIDELEG, BIT(i)), ones & BIT(i), "hideleg");
    }
}

static void hvip(void)
{
    irq_off();
    uint64_t ones = hs_csr_put(CSR_HVIP, ~0UL);
    check_bits(ones, 0xffffUL & ~BIT(13), VS_IRQS, "hvip after writing ones");
    check_eq(hs_csr_put(CSR_HVIP, 0), 0, "hvip after writing 0");
    for (unsigned i = 2; i <= 10; i += 4) {
        context("bit %u", i);
        check_eq(hs_csr_put(CSR_HVIP, BIT(i)), BIT(i), "hvip");
        uint64_t v;
        hs_csr_read(CSR_HIP, &v);
        check_bits(v, 0xffff, BIT(i), "hip, the or of hvip and nothing else");
        hs_csr_read(CSR_SIP, &v);
        check_bits(v, VS_IRQS, 0, "VS bits of sip");
    }
    hs_csr_put(CSR_HVIP, 0);
}

/* VSSIP in hip is hvip's bit and writable through it; VSTIP and VSEIP are read-only in hip. */
static void hip(void)
{
    uint64_t v;
    irq_off();
    hs_csr_put(CSR_HVIP, 0);
    check_bits(hs_csr_put(CSR_HIP, ~0UL), VS_IRQS, BIT(IRQ_VSSI), "hip after writing ones");
    hs_csr_read(CSR_HVIP, &v);
    check_bits(v, VS_IRQS, BIT(IRQ_VSSI), "hvip after writing ones to hip");
    hs_csr_put(CSR_HVIP, VS_IRQS);
    check_bits(hs_csr_put(CSR_HIP, 0), VS_IRQS, BIT(IRQ_VSTI) | BIT(IRQ_VSEI),
               "hip after writing 0");
    hs_csr_read(CSR_HVIP, &v);
    check_bits(v, VS_IRQS, BIT(IRQ_VSTI) | BIT(IRQ_VSEI), "hvip after writing 0 to hip");
    hs_csr_put(CSR_HVIP, 0);
}

static void hie_and_sie(void)
{
    uint64_t v;
    irq_off();
    check_bits(hs_csr_put(CSR_HIE, ~0UL), 0xffffUL & ~BIT(IRQ_SGEI), VS_IRQS,
               "hie after writing ones");
    check_eq(hs_csr_put(CSR_HIE, 0), 0, "hie after writing 0");
    for (unsigned i = 2; i <= 10; i += 4) {
        context("bit %u", i);
        check_eq(hs_csr_put(CSR_HIE, BIT(i)), BIT(i), "hie");
    }
    context("%s", "");
    hs_csr_put(CSR_HIE, 0);
    uint64_t old = csr_read(sie);
    check_bits(hs_csr_put(CSR_SIE, 0xffff), VS_IRQS | BIT(IRQ_SGEI), 0, "VS bits of sie");
    hs_csr_read(CSR_HIE, &v);
    check_eq(v, 0, "hie after writing ones to sie");
    hs_csr_put(CSR_SIE, old);
    hs_csr_put(CSR_HIE, VS_IRQS);
    hs_csr_read(CSR_SIE, &v);
    check_eq(v, old, "sie after writing hie");
    hs_csr_put(CSR_HIE, 0);
}

/* Bits of vsie and vsip are those of hie and hip, one place down, where hideleg is set; 0 else. */
static void vsie_alias(void)
{
    uint64_t v;
    for (unsigned d = 0; d < 8; d++) {
        uint64_t deleg = (d & 1 ? BIT(2) : 0) | (d & 2 ? BIT(6) : 0) | (d & 4 ? BIT(10) : 0);
        context("hideleg 0x%lx", deleg);
        hs_csr_put(CSR_HIDELEG, deleg);
        hs_csr_put(CSR_HIE, VS_IRQS);
        hs_csr_read(CSR_VSIE, &v);
        check_bits(v, 0xffff, deleg >> 1, "vsie with all of hie set");
        hs_csr_put(CSR_VSIE, 0);
        hs_csr_read(CSR_HIE, &v);
        check_bits(v, VS_IRQS, VS_IRQS & ~deleg, "hie after writing 0 to vsie");
        hs_csr_put(CSR_HIE, 0);
        check_bits(hs_csr_put(CSR_VSIE, VS_IRQS >> 1), 0xffff, deleg >> 1,
                   "vsie after writing ones");
        hs_csr_read(CSR_HIE, &v);
        check_bits(v, VS_IRQS, deleg, "hie after writing ones to vsie");
        hs_csr_put(CSR_HIE, 0);
    }
}

static void vsip_alias(void)
{
    uint64_t v;
    irq_off();
    for (unsigned d = 0; d < 8; d++) {
        uint64_t deleg = (d & 1 ? BIT(2) : 0) | (d & 2 ? BIT(6) : 0) | (d & 4 ? BIT(10) : 0);
        context("hideleg 0x%lx", deleg);
        hs_csr_put(CSR_HIDELEG, deleg);
        hs_csr_put(CSR_HVIP, VS_IRQS);
        hs_csr_read(CSR_VSIP, &v);
        check_bits(v, 0xffff, deleg >> 1, "vsip with all of hvip set");
        hs_csr_put(CSR_HVIP, 0);
        hs_csr_read(CSR_VSIP, &v);
        check_bits(v, 0xffff, 0, "vsip with hvip zero");
        hs_csr_put(CSR_VSIP, BIT(1));
        hs_csr_read(CSR_HVIP, &v);
        check_eq(v, deleg & BIT(2), "hvip after setting vsip.SSIP");
        hs_csr_put(CSR_HVIP, VS_IRQS);
        hs_csr_put(CSR_VSIP, 0);
        hs_csr_read(CSR_HVIP, &v);
        check_eq(v, VS_IRQS & ~(deleg & BIT(2)), "hvip after writing 0 to vsip");
        hs_csr_put(CSR_HVIP, 0);
    }
}

static void hcounteren(void)
{
    check_eq(hs_csr_put(CSR_HCOUNTEREN, 0), 0, "hcounteren after writing 0");
    uint64_t ones = hs_csr_put(CSR_HCOUNTEREN, ~0UL);
    check_eq(ones >> 32, 0, "bits 63 to 32 of hcounteren");
    check_bits(ones, 7, 7, "CY, TM and IR: the counters are there, and HS can grant them");
    for (unsigned i = 0; i < 32; i++) {
        context("bit %u", i);
        check_eq(hs_csr_put(CSR_HCOUNTEREN, BIT(i)), ones & BIT(i), "hcounteren");
    }
}

static void htimedelta(void)
{
    for (unsigned i = 0; i < PATTERNS; i++)
        check_eq(hs_csr_put(CSR_HTIMEDELTA, patterns[i]), patterns[i], "htimedelta");
}

static void htval_htinst(void)
{
    check_eq(hs_csr_put(CSR_HTVAL, 0), 0, "htval after writing 0");
    check_eq(hs_csr_put(CSR_HTINST, 0), 0, "htinst after writing 0");
    /* WARL: any legal value may come back, and each of these is one that traps write. */
    hs_csr_put(CSR_HTVAL, 0x80200000UL >> 2);
    hs_csr_put(CSR_HTINST, 0x3000);
    check_eq(hs_csr_put(CSR_HTVAL, 0), 0, "htval after writing 0 again");
    check_eq(hs_csr_put(CSR_HTINST, 0), 0, "htinst after writing 0 again");
}

static void henvcfg(void)
{
    const uint64_t fields = BIT(0) | (0xfcUL) | (3UL << 32) | BIT(59) | (7UL << 61);
    uint64_t ones = hs_csr_put(CSR_HENVCFG, ~0UL);
    check_eq(ones & ~fields, 0, "WPRI bits of henvcfg");
    check_bits(ones, BIT(0), BIT(0), "henvcfg.FIOM after writing 1");
    check_bits(ones, HENVCFG_STCE, sstc ? HENVCFG_STCE : 0, "henvcfg.STCE after writing 1");
    check_eq(hs_csr_put(CSR_HENVCFG, 0), 0, "henvcfg after writing 0");
    if (exact) /* QEMU holds the reserved encoding */
        check(FIELD_GET(0x30UL, hs_csr_put(CSR_HENVCFG, 0x20)) != 2, "CBIE does not hold 0b10");
    for (unsigned i = 61; i < 64; i++) {
        context("bit %u", i);
        check_bits(hs_csr_put(CSR_HENVCFG, BIT(i)), 7UL << 61, ones & BIT(i), "henvcfg");
    }
}

static void hgatp_mode(void)
{
    unsigned paged = 0;
    for (uint64_t m = 0; m < 16; m++) {
        context("MODE %lu", m);
        uint64_t got = FIELD_GET(ATP_MODE, hs_csr_put(CSR_HGATP, FIELD_PUT(ATP_MODE, m)));
        check(got == 0 || (got >= 8 && got <= 10), "hgatp.MODE holds a defined mode");
        if (m == 0)
            check_eq(got, 0, "hgatp.MODE after writing Bare");
        if (m >= 8 && m <= 10 && got == m)
            paged++;
    }
    context("%s", "");
    check(paged > 0, "hgatp.MODE holds one of Sv39x4, Sv48x4, Sv57x4");
    /* Where vsatp translates with a mode of n bits, nothing hinders hgatp's form of it, and
     * Sv48 implies Sv39. */
    check(!env_has_g(MODE_SV48) || env_has_g(MODE_SV39), "Sv48x4 implies Sv39x4");
    check(!env_has_g(MODE_SV57) || env_has_g(MODE_SV48), "Sv57x4 implies Sv48x4");
}

static void hgatp_fields(void)
{
    uint64_t mode = FIELD_PUT(ATP_MODE, MODE_SV39);
    uint64_t got = hs_csr_put(CSR_HGATP, mode | 0x80203UL);
    if (exact) { /* QEMU holds these bits */
        check_eq(got & ATP_PPN, 0x80200UL, "hgatp.PPN after writing 0x80203");
        check_bits(hs_csr_put(CSR_HGATP, mode | (3UL << 58)), 3UL << 58, 0, "hgatp bits 59:58");
    }
    uint64_t vmid = FIELD_GET(HGATP_VMID, hs_csr_put(CSR_HGATP, mode | HGATP_VMID));
    check((vmid & (vmid + 1)) == 0, "VMID's low bits are implemented first");
    for (unsigned i = 0; i < 14; i++) {
        context("VMID bit %u", i);
        check_eq(FIELD_GET(HGATP_VMID, hs_csr_put(CSR_HGATP, mode | BIT(44 + i))), vmid & BIT(i),
                 "VMID");
    }
    hs_csr_put(CSR_HGATP, 0);
}

/* "A write to hgatp with an unsupported MODE is not ignored": PPN is WARL on its own. */
static void hgatp_bad_mode(void)
{
    uint64_t mode = FIELD_PUT(ATP_MODE, MODE_SV39);
    hs_csr_put(CSR_HGATP, mode | 0x80200UL);
    uint64_t got = hs_csr_put(CSR_HGATP, FIELD_PUT(ATP_MODE, 15) | 0x80300UL);
    if (exact) /* QEMU ignores the whole write */
        check_eq(got & ATP_PPN, 0x80300UL, "hgatp.PPN after a write with MODE 15");
    uint64_t m = FIELD_GET(ATP_MODE, got);
    check(m == 0 || (m >= 8 && m <= 10), "MODE after that is a defined one");
    hs_csr_put(CSR_HGATP, 0);
}

TESTS("csr",                                                        /**/
      {"exist", "norm:H_csrs_hs_not_vs", exist},                    /**/
      {"absent", "norm:H_illegal_high_half", absent},               /**/
      {"hgeip_read_only", "norm:hgeip_sz_acc_op", hgeip_read_only}, /**/
      {"hstatus", "hypervisor: hstatus", hstatus},                  /**/
      {"hstatus_vsxl", "norm:hstatus_vsxl_64", hstatus_vsxl},       /**/
      {"hgeie", "norm:geilen", hgeie},                              /**/
      {"hedeleg", "norm:hedeleg_acc", hedeleg},                     /**/
      {"hideleg", "norm:hideleg_acc", hideleg},                     /**/
      {"hvip", "norm:hvip_acc", hvip},                              /**/
      {"hip", "norm:hip_vssip_vssie_op", hip},                      /**/
      {"hie_and_sie", "norm:sie_hip_hie_mutex", hie_and_sie},       /**/
      {"vsie_alias", "norm:vsip_vsie_ssi", vsie_alias},             /**/
      {"vsip_alias", "norm:vsip_vsie_ssi", vsip_alias},             /**/
      {"hcounteren", "norm:hcounteren_warl", hcounteren},           /**/
      {"htimedelta", "norm:htimedelta_sz_acc_op", htimedelta},      /**/
      {"htval_htinst", "norm:htval_val", htval_htinst},             /**/
      {"henvcfg", "norm:henvcfg_sz_acc_op", henvcfg},               /**/
      {"hgatp_mode", "norm:hgatp_mode_warl", hgatp_mode},           /**/
      {"hgatp_fields", "norm:hgatp_vmid_lsbs", hgatp_fields},       /**/
      {"hgatp_bad_mode", "norm:hgatp_mode_warl", hgatp_bad_mode});
