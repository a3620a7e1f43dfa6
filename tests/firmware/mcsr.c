/* SPDX-License-Identifier: BSD-2-Clause */
/* The machine level's CSRs: which exist, which hold what is written, what reading them says. */
#include "low.h"

static void must_exist(const unsigned *csr, unsigned n, bool writable)
{
    for (unsigned i = 0; i < n; i++) {
        uint64_t v = 0;
        context("CSR 0x%x", csr[i]);
        check_eq(m_csr_read(csr[i], &v), CAUSE_NONE, "cause of a read");
        check_eq(m_csr_write(csr[i], v), writable ? CAUSE_NONE : CAUSE_ILLEGAL, "cause of a write");
    }
}

static void exist(void)
{
    static const unsigned rw[] = {
        0x300,        CSR_MISA, CSR_MEDELEG, CSR_MIDELEG, CSR_MIE, CSR_MTVEC,  CSR_MCOUNTEREN,
        CSR_MSCRATCH, CSR_MEPC, CSR_MCAUSE,  CSR_MTVAL,   CSR_MIP, CSR_MCYCLE, CSR_MINSTRET,
        0xb03,        0x323,    0x100,       0x104,       0x105,   0x106,      0x140,
        0x141,        0x142,    0x143,       0x144,       0x180,
    };
    must_exist(rw, sizeof rw / sizeof rw[0], true);
    static const unsigned ro[] = {CSR_MVENDORID, CSR_MARCHID, CSR_MIMPID, CSR_MHARTID,
                                  0xc00,         0xc02,       0xc03};
    must_exist(ro, sizeof ro / sizeof ro[0], false);
}

/* Numbers that no ratified extension of these harts uses. High halves are RV32's. */
static void absent(void)
{
    static const unsigned none[] = {
        0x307, 0x345, 0x349, 0x34c, 0x3ff, 0x310, 0x312, 0x380, 0x390, 0xb01, 0xb20, 0xb80,
        0xb82, 0xc80, 0xc82, 0xc20, 0x321, 0x322, 0x7c0, 0x7ff, 0xbc0, 0xbff, 0xfc0, 0xfff,
        0xf10, 0xf16, 0x5c0, 0x9c0, 0x6c0, 0x740, 0x744, 0x006, 0x181, 0xdff,
    };
    for (unsigned i = 0; i < sizeof none / sizeof none[0]; i++) {
        uint64_t v;
        context("CSR 0x%x", none[i]);
        check_eq(m_csr_read(none[i], &v), CAUSE_ILLEGAL, "cause of a read");
        check_bits(me()->caught.mtval, 0xffffffff,
                   me()->caught.mtval ? INSN_CSRRS(A0, none[i], X0) : 0, "mtval");
        check_eq(m_csr_write(none[i], 0), CAUSE_ILLEGAL, "cause of a write");
    }
}

/* Only a write is illegal: csrrs and csrrc with x0, and csrrsi with 0, don't write. */
static void read_only(void)
{
    static const unsigned ro[] = {CSR_MVENDORID, CSR_MHARTID, 0xc00, 0xc02};
    for (unsigned i = 0; i < sizeof ro / sizeof ro[0]; i++) {
        unsigned c = ro[i];
        context("CSR 0x%x", c);
        check_eq(cause_of(MODE_M, INSN_CSRRS(A0, c, X0), 0, 0), CAUSE_NONE, "csrrs rd, x0");
        check_eq(cause_of(MODE_M, INSN_CSRRC(A0, c, X0), 0, 0), CAUSE_NONE, "csrrc rd, x0");
        check_eq(cause_of(MODE_M, INSN_I(OP_SYSTEM, 6, A0, 0, c), 0, 0), CAUSE_NONE,
                 "csrrsi rd, 0");
        check_eq(cause_of(MODE_M, INSN_I(OP_SYSTEM, 7, A0, 0, c), 0, 0), CAUSE_NONE,
                 "csrrci rd, 0");
        check_eq(cause_of(MODE_M, INSN_CSRRW(X0, c, X0), 0, 0), CAUSE_ILLEGAL, "csrrw x0, x0");
        check_eq(cause_of(MODE_M, INSN_CSRRS(A0, c, A0), 0, 0), CAUSE_ILLEGAL, "csrrs rd, rs1 = 0");
        check_eq(cause_of(MODE_M, INSN_I(OP_SYSTEM, 5, X0, 0, c), 0, 0), CAUSE_ILLEGAL, "csrrwi");
        check_eq(cause_of(MODE_M, INSN_I(OP_SYSTEM, 6, A0, 1, c), 0, 0), CAUSE_ILLEGAL, "csrrsi 1");
    }
}

/* All six forms, the register 0 and the immediate among them, and the old value in rd. */
static void forms(void)
{
    const unsigned c = CSR_MSCRATCH;
    csr_put(c, 0xf0);
    check_eq(cause_of(MODE_M, INSN_CSRRW(A0, c, A0), 0x1234, 0), CAUSE_NONE, "csrrw");
    check_eq(low.x[A0], 0xf0, "rd of csrrw with rd = rs1");
    check_eq(csr_get(c), 0x1234, "mscratch after csrrw");
    cause_of(MODE_M, INSN_CSRRS(A0, c, A1), 0, 0xf);
    check_eq(low.x[A0], 0x1234, "rd of csrrs");
    check_eq(csr_get(c), 0x123f, "mscratch after csrrs");
    cause_of(MODE_M, INSN_CSRRC(A0, c, A1), 0, 0x30);
    check_eq(low.x[A0], 0x123f, "rd of csrrc");
    check_eq(csr_get(c), 0x120f, "mscratch after csrrc");
    cause_of(MODE_M, INSN_I(OP_SYSTEM, 5, A0, 31, c), 0, 0);
    check_eq(low.x[A0], 0x120f, "rd of csrrwi");
    cause_of(MODE_M, INSN_I(OP_SYSTEM, 7, A0, 1, c), 0, 0);
    check_eq(low.x[A0], 31, "rd of csrrci");
    cause_of(MODE_M, INSN_I(OP_SYSTEM, 6, A0, 1, c), 0, 0);
    check_eq(low.x[A0], 30, "rd of csrrsi");
    check_eq(csr_get(c), 31, "mscratch after csrrsi");
    cause_of(MODE_M, INSN_CSRRW(X0, c, X0), 0, 0);
    check_eq(csr_get(c), 0, "mscratch after csrrw x0, x0");
}

static void holds_all(void)
{
    static const unsigned all[] = {CSR_MSCRATCH, CSR_MTVAL, 0x140, 0x143};
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
        context("CSR 0x%x", all[i]);
        for (unsigned k = 0; k < PATTERNS; k++)
            check_eq(csr_put(all[i], patterns[k]), patterns[k], "read back");
    }
}

static void mepc(void)
{
    if (exact) /* QEMU holds it */
        check_eq(csr_put(CSR_MEPC, 0x80000001UL), 0x80000000UL, "mepc: bit 0 is zero");
    check_eq(csr_put(CSR_MEPC, 0x80000002UL), 0x80000002UL, "mepc: bit 1 holds with C");
    check_eq(csr_put(CSR_MEPC, 0), 0, "mepc");
}

static void mtvec(void)
{
    check_eq(csr_put(CSR_MTVEC, (uint64_t)trap_entry), (uint64_t)trap_entry, "mtvec, direct");
    check_bits(csr_put(CSR_MTVEC, 0x80000100UL | 1), 3, 1, "mtvec.MODE 1");
    csr_write(mtvec, 0x80000100UL);
    uint64_t v = csr_read(mtvec);
    csr_write(mtvec, 0x80000100UL | 2);
    uint64_t w = csr_read(mtvec);
    csr_write(mtvec, (uint64_t)trap_entry);
    check_eq(v, 0x80000100UL, "mtvec.BASE");
    check((w & 3) < 2, "mtvec.MODE is 0 or 1 after writing 2");
}

static void mcause(void)
{
    for (uint64_t n = 0; n < 16; n++) {
        check_eq(csr_put(CSR_MCAUSE, n), n, "mcause");
        check_eq(csr_put(CSR_MCAUSE, CAUSE_IRQ(n)), CAUSE_IRQ(n), "mcause");
    }
}

static uint64_t mpp_after(uint64_t mpp)
{
    return FIELD_GET(MSTATUS_MPP, csr_put(0x300, FIELD_PUT(MSTATUS_MPP, mpp)));
}

static void mstatus_fields(void)
{
    static const uint64_t bits[] = {MSTATUS_SIE, MSTATUS_SPIE, MSTATUS_MPIE,
                                    MSTATUS_SPP, MSTATUS_SUM,  MSTATUS_MXR,
                                    MSTATUS_TVM, MSTATUS_TW,   MSTATUS_TSR};
    irq_off();
    uint64_t all = 0;
    for (unsigned i = 0; i < sizeof bits / sizeof bits[0]; i++) {
        context("bit 0x%lx", bits[i]);
        check_bits(csr_put(0x300, bits[i]), bits[i], bits[i], "mstatus, set");
        check_bits(csr_put(0x300, 0), bits[i], 0, "mstatus, clear");
        all |= bits[i];
    }
    context("%s", "");
    const uint64_t wpri = BIT(0) | BIT(2) | BIT(4);
    check_bits(csr_put(0x300, all | wpri), all | wpri, all, "mstatus, all at once, WPRI bits zero");
    check_eq(FIELD_GET(MSTATUS_UXL, csr_put(0x300, 0)), 2, "UXL is 64");
    check_eq(FIELD_GET(MSTATUS_SXL, csr_put(0x300, 0)), 2, "SXL is 64");
}

static void mstatus_mpp(void)
{
    irq_off();
    check_eq(mpp_after(0), 0, "MPP after 0");
    check_eq(mpp_after(1), 1, "MPP after 1");
    check_eq(mpp_after(3), 3, "MPP after 3");
    check(mpp_after(2) != 2, "MPP is never 2");
}

static void mstatus_sd(void)
{
    irq_off();
    for (uint64_t fs = 0; fs < 4; fs++) {
        context("FS %lu", fs);
        uint64_t v = csr_put(0x300, FIELD_PUT(MSTATUS_FS, fs));
        check_eq(FIELD_GET(MSTATUS_FS, v), fs, "FS");
        check_eq(v >> 63, fs == 3, "SD");
    }
    check_eq(csr_put(0x300, MSTATUS_SD) >> 63, 0, "SD is read-only");
}

static void sstatus_view(void)
{
    const uint64_t view =
        MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_FS | MSTATUS_SUM | MSTATUS_MXR;
    irq_off();
    csr_put(0x300, view | MSTATUS_MPIE | MSTATUS_TVM | MSTATUS_TW | MSTATUS_TSR);
    uint64_t s = csr_get(0x100);
    check_bits(s, view, view, "sstatus shows mstatus");
    check_bits(s,
               MSTATUS_MIE | MSTATUS_MPIE | MSTATUS_MPP | MSTATUS_TVM | MSTATUS_TW | MSTATUS_TSR |
                   MSTATUS_MPRV,
               0, "sstatus hides M's bits");
    csr_put(0x100, 0);
    uint64_t m = csr_get(0x300);
    check_bits(m, view, 0, "mstatus after writing 0 to sstatus");
    check_bits(m, MSTATUS_MPIE | MSTATUS_TVM | MSTATUS_TW | MSTATUS_TSR,
               MSTATUS_MPIE | MSTATUS_TVM | MSTATUS_TW | MSTATUS_TSR,
               "M's own bits after writing 0 to sstatus");
}

static void misa(void)
{
    uint64_t v = csr_get(CSR_MISA);
    check_eq(v >> 62, 2, "misa.MXL");
    const char *must = "IMASUC";
    for (; *must; must++) {
        context("letter %c", *must);
        check_bits(v, BIT(*must - 'A'), BIT(*must - 'A'), "misa");
    }
    context("%s", "");
    csr_put(CSR_MISA, 0);
    check_eq(csr_get(CSR_MISA) >> 62, 2, "misa.MXL after writing 0");
    csr_put(CSR_MISA, v);
    check_eq(csr_get(CSR_MISA), v, "misa");
}

static void medeleg(void)
{
    uint64_t ones = csr_put(CSR_MEDELEG, ~0UL);
    const uint64_t rw = BIT(1) | BIT(2) | BIT(3) | BIT(4) | BIT(5) | BIT(6) | BIT(7) | BIT(8) |
                        BIT(12) | BIT(13) | BIT(15);
    check_bits(ones, rw, rw, "medeleg");
    if (exact) /* QEMU holds it */
        check_bits(ones, BIT(11), 0, "medeleg[11]: an ECALL from M is never delegated");
    check_bits(csr_put(CSR_MEDELEG, 0), rw | BIT(9), 0, "medeleg");
    if (has_h)
        check_bits(ones, BIT(10) | (15UL << 20), BIT(10) | (15UL << 20), "medeleg of H");
}

static void mideleg(void)
{
    uint64_t ones = csr_put(CSR_MIDELEG, ~0UL);
    check_bits(ones, S_IRQS, S_IRQS, "mideleg");
    check_bits(ones, M_IRQS, 0, "mideleg of M's own interrupts");
    uint64_t zeros = csr_put(CSR_MIDELEG, 0);
    check_bits(zeros, S_IRQS | M_IRQS, mideleg_fixed, "mideleg");
    if (has_h)
        check_bits(zeros, VS_IRQS | BIT(12), VS_IRQS | (ones & BIT(12)),
                   "mideleg of VS's interrupts: read-only 1");
}

static void mie(void)
{
    irq_off();
    check_bits(csr_put(CSR_MIE, ~0UL), S_IRQS | M_IRQS, S_IRQS | M_IRQS, "mie");
    check_bits(csr_get(CSR_MIE), BIT(0) | BIT(4) | BIT(8), 0, "mie");
    check_eq(csr_put(CSR_MIE, 0), 0, "mie");
    for (unsigned i = 0; i < 12; i++) {
        if ((S_IRQS | M_IRQS) & BIT(i))
            check_eq(csr_put(CSR_MIE, BIT(i)), BIT(i), "mie");
    }
    csr_put(CSR_MIE, 0);
}

/* S's bits of mip are M's to write; M's own are wires. */
static void mip(void)
{
    irq_off();
    csr_put(CSR_MIE, 0);
    timer_clear();
    check_bits(csr_put(CSR_MIP, ~0UL), S_IRQS | M_IRQS, S_IRQS, "mip after writing ones");
    check_bits(csr_put(CSR_MIP, 0), S_IRQS | M_IRQS, 0, "mip after writing 0");
    for (unsigned i = 1; i < 10; i += 4)
        check_bits(csr_put(CSR_MIP, BIT(i)), S_IRQS | M_IRQS, BIT(i), "mip");
    csr_put(CSR_MIP, 0);
}

/* sip and sie show what mideleg gives to S, and S may write SSIP only. */
static void sip_view(void)
{
    irq_off();
    csr_put(CSR_MIE, 0);
    for (unsigned d = 0; d < 8; d++) {
        uint64_t deleg = (d & 1 ? BIT(1) : 0) | (d & 2 ? BIT(5) : 0) | (d & 4 ? BIT(9) : 0);
        context("mideleg 0x%lx", deleg);
        deleg |= mideleg_fixed;
        csr_put(CSR_MIDELEG, deleg);
        csr_put(CSR_MIP, S_IRQS);
        csr_put(CSR_MIE, S_IRQS);
        check_bits(csr_get(CSR_SIP), S_IRQS, deleg, "sip");
        check_bits(csr_get(CSR_SIE), S_IRQS, deleg, "sie");
        csr_put(CSR_SIP, 0);
        check_bits(csr_get(CSR_MIP), S_IRQS, S_IRQS & ~(deleg & BIT(1)),
                   "mip after writing 0 to sip");
        csr_put(CSR_SIE, 0);
        check_bits(csr_get(CSR_MIE), S_IRQS, S_IRQS & ~deleg, "mie after writing 0 to sie");
        csr_put(CSR_SIE, S_IRQS);
        check_bits(csr_get(CSR_MIE), S_IRQS, S_IRQS, "mie after writing ones to sie");
        csr_put(CSR_MIP, 0);
        csr_put(CSR_MIE, 0);
    }
}

static void mcounteren(void)
{
    check_bits(csr_put(CSR_MCOUNTEREN, ~0UL), 7, 7, "mcounteren");
    check_eq(csr_get(CSR_MCOUNTEREN) >> 32, 0, "mcounteren, bits 63 to 32");
    check_eq(csr_put(CSR_MCOUNTEREN, 0), 0, "mcounteren");
}

static void counters_count(void)
{
    uint64_t c = csr_get(CSR_MCYCLE), i = csr_get(CSR_MINSTRET);
    for (volatile unsigned k = 0; k < 1000; k = k + 1)
        ;
    check(csr_get(CSR_MCYCLE) - c >= 1000, "mcycle counts");
    check(csr_get(CSR_MINSTRET) - i >= 1000, "minstret counts instructions");
    if (has_time) {
        uint64_t t = csr_get(CSR_TIME);
        while (csr_get(CSR_TIME) == t)
            ;
    }
    check((csr_get(CSR_CYCLE) - csr_get(CSR_MCYCLE)) + BIT(40) < BIT(41), "cycle is mcycle");
}

static void counters_writable(void)
{
    csr_write(mcycle, 0x123456789abUL << 16);
    check(csr_read(mcycle) - (0x123456789abUL << 16) < BIT(32),
          "mcycle goes on from what is written");
    csr_write(minstret, 0x223456789abUL << 16);
    check(csr_read(minstret) - (0x223456789abUL << 16) < BIT(32),
          "minstret goes on from what is written");
    check(csr_read(cycle) - (0x123456789abUL << 16) < BIT(32), "cycle shows mcycle");
    check(csr_read(instret) - (0x223456789abUL << 16) < BIT(32), "instret shows minstret");
    csr_write(mcycle, 0);
    csr_write(minstret, 0);
    check(csr_read(mcycle) < BIT(32), "mcycle after writing 0");
}

static void inhibit(void)
{
    uint64_t v;
    if (m_csr_read(CSR_MCOUNTINHIBIT, &v) != CAUSE_NONE) {
        note("no mcountinhibit");
        return;
    }
    check_bits(csr_put(CSR_MCOUNTINHIBIT, 0), 7, 0, "mcountinhibit");
    v = csr_put(CSR_MCOUNTINHIBIT, 7);
    check_bits(v, 2, 0, "mcountinhibit: TM is read-only zero");
    if (!(v & 5)) {
        note("mcountinhibit is read-only zero");
        return;
    }
    check_eq(v & 5, 5, "mcountinhibit: CY and IR");
    uint64_t c = csr_get(CSR_MCYCLE), i = csr_get(CSR_MINSTRET);
    for (volatile unsigned k = 0; k < 1000; k = k + 1)
        ;
    check_eq(csr_get(CSR_MCYCLE), c, "mcycle while it is inhibited");
    check_eq(csr_get(CSR_MINSTRET), i, "minstret while it is inhibited");
    csr_write(mcycle, 77);
    check_eq(csr_read(mcycle), 77, "mcycle, written while inhibited");
    csr_put(CSR_MCOUNTINHIBIT, 0);
    for (volatile unsigned k = 0; k < 1000; k = k + 1)
        ;
    v = csr_get(CSR_MCYCLE);
    check(v > 77 + 1000 && v < BIT(40), "mcycle goes on afterwards");
}

/* Counters below M: mcounteren, then scounteren for U. */
static void counters_below(void)
{
    for (unsigned n = 0; n < 3; n++) {
        uint32_t insn = INSN_CSRRS(A0, 0xc00 + n, X0);
        if (n == 1 && !has_time)
            continue;
        context("counter %u", n);
        csr_write(mcounteren, BIT(n));
        csr_write(scounteren, 0);
        check_eq(cause_of(MODE_S, insn, 0, 0), CAUSE_NONE, "cause in S, mcounteren set");
        check_eq(cause_of(MODE_U, insn, 0, 0), CAUSE_ILLEGAL, "cause in U, scounteren clear");
        csr_write(scounteren, BIT(n));
        check_eq(cause_of(MODE_U, insn, 0, 0), CAUSE_NONE, "cause in U, both set");
        csr_write(mcounteren, 7 & ~BIT(n));
        check_eq(cause_of(MODE_S, insn, 0, 0), CAUSE_ILLEGAL, "cause in S, mcounteren clear");
        check_eq(cause_of(MODE_U, insn, 0, 0), CAUSE_ILLEGAL, "cause in U, mcounteren clear");
    }
}

/* M's CSRs are nobody else's. */
static void not_below(void)
{
    static const unsigned all[] = {0x300,      CSR_MISA,    CSR_MIE,     CSR_MSCRATCH, CSR_MIP,
                                   CSR_MCYCLE, CSR_MHARTID, CSR_PMPCFG0, CSR_PMPADDR0, 0x323};
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
        context("CSR 0x%x", all[i]);
        check_eq(cause_of(MODE_S, INSN_CSRRS(A0, all[i], X0), 0, 0), CAUSE_ILLEGAL, "cause in S");
        check_eq(cause_of(MODE_U, INSN_CSRRS(A0, all[i], X0), 0, 0), CAUSE_ILLEGAL, "cause in U");
    }
    context("%s", "");
    check_eq(cause_of(MODE_U, INSN_CSRRS(A0, 0x100, X0), 0, 0), CAUSE_ILLEGAL,
             "cause of sstatus in U");
    check_eq(cause_of(MODE_S, INSN_CSRRS(A0, 0x100, X0), 0, 0), CAUSE_NONE,
             "cause of sstatus in S");
}

static void satp_warl(void)
{
    uint64_t old = csr_put(CSR_SATP, 0);
    check_eq(old, 0, "satp after 0");
    uint64_t v = csr_put(CSR_SATP, FIELD_PUT(ATP_MODE, MODE_SV39) | 0x80000);
    check_eq(v, FIELD_PUT(ATP_MODE, MODE_SV39) | 0x80000, "satp with Sv39");
    check_eq(csr_put(CSR_SATP, FIELD_PUT(ATP_MODE, 5UL) | 0x90000), v,
             "satp after a MODE that there is not: no effect");
    csr_put(CSR_SATP, 0);
}

static void menvcfg(void)
{
    uint64_t v;
    if (m_csr_read(CSR_MENVCFG, &v) != CAUSE_NONE) {
        note("no menvcfg");
        return;
    }
    uint64_t ones = csr_put(CSR_MENVCFG, ~0UL);
    check_eq(csr_put(CSR_MENVCFG, 0), 0, "menvcfg after writing 0");
    for (unsigned i = 0; i < 64; i++) {
        context("bit %u", i);
        if (i != 4 && i != 5) /* CBIE is one field */
            check_eq(csr_put(CSR_MENVCFG, BIT(i)), ones & BIT(i), "menvcfg");
    }
    csr_put(CSR_MENVCFG, 0);
}

static void h_exists(void)
{
    uint64_t v;
    static const unsigned h[] = {CSR_MTINST,  CSR_MTVAL2, CSR_HSTATUS,   CSR_HEDELEG,
                                 CSR_HIDELEG, CSR_HIE,    CSR_HGATP,     CSR_VSSTATUS,
                                 CSR_VSATP,   CSR_HVIP,   CSR_HTIMEDELTA};
    if (has_h) {
        must_exist(h, sizeof h / sizeof h[0], true);
        return;
    }
    for (unsigned i = 0; i < sizeof h / sizeof h[0]; i++) {
        context("CSR 0x%x, misa.H 0", h[i]);
        check_eq(m_csr_read(h[i], &v), CAUSE_ILLEGAL, "cause");
    }
}

TESTS("mcsr", {"exist", "Privileged, CSR Listing", exist},
      {"absent", "Privileged, CSR Address Mapping Conventions", absent},
      {"read_only", "Zicsr", read_only}, {"forms", "Zicsr", forms},
      {"holds_all", "norm:mscratch", holds_all},
      {"mepc", "Machine Exception Program Counter", mepc},
      {"mtvec", "Machine Trap-Vector Base-Address", mtvec}, {"mcause", "Machine Cause", mcause},
      {"mstatus_fields", "Machine Status", mstatus_fields},
      {"mstatus_mpp", "Privilege and Global Interrupt-Enable Stack", mstatus_mpp},
      {"mstatus_sd", "Extension Context Status", mstatus_sd},
      {"sstatus_view", "Supervisor Status", sstatus_view}, {"misa", "Machine ISA", misa},
      {"medeleg", "Machine Trap Delegation", medeleg},
      {"mideleg", "Machine Trap Delegation", mideleg}, {"mie", "Machine Interrupt Registers", mie},
      {"mip", "Machine Interrupt Registers", mip},
      {"sip_view", "Supervisor Interrupt Registers", sip_view},
      {"mcounteren", "Machine Counter-Enable", mcounteren},
      {"counters_count", "Hardware Performance Monitor", counters_count},
      {"counters_writable", "Hardware Performance Monitor", counters_writable},
      {"inhibit", "Machine Counter-Inhibit", inhibit},
      {"counters_below", "Machine Counter-Enable", counters_below},
      {"not_below", "CSR Address Mapping Conventions", not_below},
      {"satp", "Supervisor Address Translation and Protection", satp_warl},
      {"menvcfg", "Machine Environment Configuration", menvcfg},
      {"h_exists", "Hypervisor CSRs", h_exists});
