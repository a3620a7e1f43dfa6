/* SPDX-License-Identifier: BSD-2-Clause */
/* AIA: M's interrupt file, and the APLIC's root domain, which is M's. */
#include "dev.h"
#include "low.h"

#define MISELECT    0x350u
#define MIREG       0x351u
#define MTOPEI      0x35cu
#define EIDELIVERY  0x70UL
#define EITHRESHOLD 0x72UL
#define EIP0        0x80UL
#define EIE0        0xc0UL
#define TOPEI(id)   ((uint64_t)(id) << 16 | (id))

static bool begin(void)
{
    if (!dev.imsic_m) {
        note("no IMSIC");
        return false;
    }
    irq_off();
    csr_write(mie, 0);
    return true;
}

static uint64_t indirect(uint64_t reg, uint64_t val)
{
    csr_put(MISELECT, reg);
    return csr_put(MIREG, val);
}

static uint64_t indirect_get(uint64_t reg)
{
    csr_put(MISELECT, reg);
    return csr_get(MIREG);
}

static uint64_t claim(void)
{
    check_eq(cause_of(MODE_M, INSN_CSRRW(A0, MTOPEI, X0), 0, 0), CAUSE_NONE,
             "cause of csrrw mtopei");
    return low.x[A0];
}

static void send(const struct hart *h, uint32_t id)
{
    MMIO32(dev.imsic_m + PAGE * h->hartid) = id;
}

static bool mei(bool on)
{
    for (unsigned i = 0; i < 100000; i++) {
        if (!(csr_read(mip) & BIT(IRQ_MEI)) == !on)
            return true;
    }
    return false;
}

static void file_on(void)
{
    indirect(EIDELIVERY, 1);
    indirect(EITHRESHOLD, 0);
    indirect(EIP0, 0);
    indirect(EIE0, ~1UL);
}

static void file_off(void)
{
    indirect(EIDELIVERY, 0);
    indirect(EIE0, 0);
    indirect(EIP0, 0);
}

static void registers(void)
{
    if (!begin())
        return;
    check_eq(indirect(EIDELIVERY, 1), 1, "eidelivery");
    check_eq(indirect(EIDELIVERY, 0), 0, "eidelivery");
    check_eq(indirect(EITHRESHOLD, 9), 9, "eithreshold");
    check_eq(indirect(EITHRESHOLD, 0), 0, "eithreshold");
    check_eq(indirect(EIE0, ~0UL), ~1UL, "eie0: identity 0 is none");
    check_eq(indirect(EIE0, 0), 0, "eie0");
    check_eq(indirect(EIP0, 0xff00), 0xff00, "eip0");
    check_eq(indirect(EIP0, 0), 0, "eip0");
    csr_put(MISELECT, EIP0 + 1);
    uint64_t v;
    check_eq(m_csr_read(MIREG, &v), CAUSE_ILLEGAL, "cause of mireg, an odd number");
    csr_put(MISELECT, 0);
}

static void msi(void)
{
    if (!begin())
        return;
    file_on();
    check_eq(csr_get(MTOPEI), 0, "mtopei with nothing pending");
    check(mei(false), "MEIP with nothing pending");
    send(me(), 5);
    check(mei(true), "MEIP with 5 pending");
    check_eq(indirect_get(EIP0), BIT(5), "eip0");
    check_eq(csr_get(MTOPEI), TOPEI(5), "mtopei");
    check_eq(csr_get(MTOPEI), TOPEI(5), "mtopei: reading claims nothing");
    check_eq(claim(), TOPEI(5), "the claim");
    check(mei(false), "MEIP once it is claimed");
    check_eq(indirect_get(EIP0), 0, "eip0 once it is claimed");
    file_off();
}

static void order(void)
{
    if (!begin())
        return;
    file_on();
    static const uint32_t ids[] = {40, 7, 63, 12};
    static const uint32_t sorted[] = {7, 12, 40, 63};
    for (unsigned i = 0; i < 4; i++)
        send(me(), ids[i]);
    for (unsigned i = 0; i < 4; i++)
        check_eq(claim(), TOPEI(sorted[i]), "the lowest identity comes first");
    send(me(), 20);
    indirect(EITHRESHOLD, 20);
    check(mei(false), "MEIP, at the threshold");
    check_eq(csr_get(MTOPEI), 0, "mtopei, at the threshold");
    indirect(EITHRESHOLD, 21);
    check(mei(true), "MEIP, below the threshold");
    indirect(EITHRESHOLD, 0);
    indirect(EIE0, 0);
    check(mei(false), "MEIP, not enabled");
    indirect(EIE0, BIT(20));
    indirect(EIDELIVERY, 0);
    check(mei(false), "MEIP, no delivery");
    file_off();
}

static volatile uint64_t got;
static bool take(struct trap *t)
{
    if (t->mcause != CAUSE_IRQ(IRQ_MEI))
        return false;
    if (claim() == TOPEI(33))
        got = got + 1;
    return true;
}

static void taken(void)
{
    if (!begin())
        return;
    watchdog_seconds(30);
    file_on();
    me()->irq = take;
    got = 0;
    csr_write(mie, BIT(IRQ_MEI) | BIT(IRQ_MTI));
    for (unsigned i = 1; i <= 1000; i++) {
        irq_on();
        send(me(), 33);
        while (got != i)
            ;
        irq_off();
    }
    check_eq(got, 1000, "interrupts");
    csr_write(mie, BIT(IRQ_MEI));
    send(me(), 33);
    mei(true);
    struct trap t = run_insn(MODE_S, INSN_NOP, 0, 0);
    check_eq(t.mcause, CAUSE_IRQ(IRQ_MEI), "mcause from S");
    file_off();
}

static void other(void)
{
    file_on();
    me()->irq = take;
    csr_write(mie, BIT(IRQ_MEI));
    irq_on();
    me()->irqs[0] = 1;
    while (got < 100)
        ;
    irq_off();
    file_off();
}

static void to_another_hart(void)
{
    if (!begin())
        return;
    got = 0;
    harts[1].irqs[0] = 0;
    if (!hart_give(1, other))
        return;
    uint64_t start = now() + PATIENCE;
    while (!harts[1].irqs[0] && !harts[1].failed && now() < start)
        ;
    for (unsigned i = 1; i <= 100; i++) {
        send(&harts[1], 33);
        uint64_t end = now() + PATIENCE;
        while (got != i && now() < end)
            ;
        if (!check_eq(got, i, "MSIs at the other hart"))
            break;
    }
    got = 100;
    hart_wait(1);
}

/* APLIC */
static volatile uint32_t *aplic(uint64_t off)
{
    return &MMIO32(dev.aplic_m + off);
}

static void root_domain(void)
{
    if (!begin() || !dev.aplic_m)
        return;
    uint32_t src = dev.uart_irq;
    file_on();
    *aplic(0x1bc0) = (uint32_t)(dev.imsic_m >> 12); /* mmsiaddrcfg, and h: LHXW 4 */
    *aplic(0x1bc4) = 4u << 12;
    check_eq(*aplic(0x1bc0), dev.imsic_m >> 12, "mmsiaddrcfg");
    *aplic(0) = 1u << 8 | 1u << 2; /* domaincfg: IE, by MSI */
    check_bits(*aplic(0), 1u << 8 | 1u << 2, 1u << 8 | 1u << 2, "domaincfg");
    uint32_t old = *aplic(4 * src);
    *aplic(4 * src) = 4; /* sourcecfg: rising edge */
    check_eq(*aplic(4 * src), 4, "sourcecfg");
    *aplic(0x3000 + 4 * src) = (uint32_t)me()->hartid << 18 | 9;
    check_eq(*aplic(0x3000 + 4 * src), (uint32_t)me()->hartid << 18 | 9, "target");
    *aplic(0x1edc) = src; /* setienum */
    uart_line(true);
    check(mei(true), "MEIP when the line rises");
    check_eq(claim(), TOPEI(9), "the identity that target says");
    uart_line(false);
    check(mei(false), "MEIP afterwards");
    *aplic(0x1cdc) = src; /* setipnum */
    check(mei(true), "MEIP by setipnum");
    check_eq(claim(), TOPEI(9), "the identity by setipnum");
    *aplic(0x1fdc) = src; /* clrienum */
    *aplic(0x1cdc) = src;
    check(mei(false), "MEIP, the source not enabled");
    *aplic(4 * src) = old;
    file_off();
}

TESTS("maia", {"registers", "AIA: IMSIC", registers}, {"msi", "AIA: IMSIC, mtopei", msi},
      {"order", "AIA: IMSIC", order}, {"taken", "AIA: IMSIC", taken},
      {"to_another_hart", "AIA: IMSIC", to_another_hart},
      {"root_domain", "AIA: APLIC", root_domain});
