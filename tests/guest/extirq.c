/* SPDX-License-Identifier: BSD-2-Clause */
/* A real external interrupt (a 16550's by the PLIC) beside VS's own: SEIP belongs to HS, VSEIP to
 * VS, neither hides the other. Also a device handed through to the guest. */
#include "csr.h"
#include "env.h"
#include "fdt.h"
#include "probe.h"
#include "test.h"

#define UART_THR 0
#define UART_IER 1
#define UART_IIR 2
#define UART_SCR 7

static struct machine {
    uint64_t uart, plic;
    uint32_t irq, context_index;
    uint32_t intc; /* phandle of the boot hart's interrupt controller */
    bool uart_found, plic_found, context_found;
} m;

static bool same(const char *a, const char *b)
{
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

/* Whether one of the strings of a compatible property is name. */
static bool compatible(const struct fdt_prop *p, const char *name)
{
    const char *s = (const char *)p->data, *end = s + p->len;
    if (!same(p->name, "compatible"))
        return false;
    for (; s < end; s++) {
        if (same(s, name))
            return true;
        while (s < end && *s)
            s++;
    }
    return false;
}

static uint64_t unit(const char *node)
{
    uint64_t v = 0;
    while (*node && *node != '@')
        node++;
    for (node++; *node; node++)
        v = v * 16 + (uint64_t)(*node <= '9' ? *node - '0' : *node - 'a' + 10);
    return v;
}

static bool find_devices(const struct fdt_prop *p, void *arg)
{
    const char *node = p->path[p->depth - 1];
    (void)arg;
    if (compatible(p, "ns16550a")) {
        m.uart = unit(node);
        m.uart_found = true;
    }
    if (compatible(p, "riscv,plic0") || compatible(p, "sifive,plic-1.0.0")) {
        m.plic = unit(node);
        m.plic_found = true;
    }
    if (p->depth == 4 && fdt_named(p->path[1], "cpus") && same(p->name, "phandle") &&
        unit(p->path[2]) == me()->hartid)
        m.intc = fdt_u32(p->data);
    return false;
}

static bool find_lines(const struct fdt_prop *p, void *arg)
{
    const char *node = p->path[p->depth - 1];
    (void)arg;
    if (unit(node) == m.uart && same(p->name, "interrupts"))
        m.irq = fdt_u32(p->data);
    if (unit(node) != m.plic || !same(p->name, "interrupts-extended"))
        return false;
    for (uint32_t i = 0; i + 8 <= p->len; i += 8) {
        if (fdt_u32(p->data + i) == m.intc && fdt_u32(p->data + i + 4) == IRQ_SEI) {
            m.context_index = i / 8;
            m.context_found = true;
        }
    }
    return false;
}

static volatile uint32_t *plic(uint64_t offset)
{
    return (volatile uint32_t *)(m.plic + offset);
}

static volatile uint8_t *uart(uint64_t reg)
{
    return (volatile uint8_t *)(m.uart + reg);
}

static volatile uint32_t *claim(void)
{
    return plic(0x200004 + 0x1000UL * m.context_index);
}

/* Prepares the line; false if the machine has no PLIC or no such UART. */
static bool setup(void)
{
    m = (struct machine){0};
    fdt_each(dtb, find_devices, 0);
    if (m.uart_found && m.plic_found)
        fdt_each(dtb, find_lines, 0);
    if (!m.context_found || m.irq == 0 || m.irq > 31) {
        note("no PLIC with a 16550 on this machine");
        return false;
    }
    irq_off();
    *uart(UART_IER) = 0;
    *plic(4UL * m.irq) = 1;
    *plic(0x2000 + 0x80UL * m.context_index) = BIT(m.irq);
    *plic(0x200000 + 0x1000UL * m.context_index) = 0;
    while (*claim())
        *claim() = m.irq;
    env_set(MODE_BARE, MODE_SV39);
    vs_vector_set(1);
    csr_write(hideleg, VS_IRQS);
    csr_write(hie, VS_IRQS);
    csr_write(sie, BIT(IRQ_SEI) | BIT(IRQ_STI));
    return true;
}

/* The transmitter is empty: its interrupt enable is the interrupt. */
static void line_up(void)
{
    *uart(UART_IER) = 2;
}

/* Takes the line down and completes the interrupt; checks that it was the UART's. */
static void line_down(void)
{
    *uart(UART_IER) = 0;
    uint32_t n = *claim();
    check_eq(n, m.irq, "interrupt claimed");
    *claim() = n;
}

static bool seip_becomes(bool want)
{
    uint64_t end = rdtime() + PATIENCE;
    do {
        if (((csr_read(sip) >> IRQ_SEI) & 1) == want)
            return true;
    } while (rdtime() < end);
    return false;
}

static void pending(void)
{
    if (!setup())
        return;
    for (unsigned i = 0; i < 4; i++) {
        context("round %u", i);
        check(seip_becomes(false), "SEIP is clear at rest");
        line_up();
        check(seip_becomes(true), "SEIP is set with the line up");
        check_bits(csr_read(hip), BIT(IRQ_VSEI), 0, "hip.VSEIP");
        line_down();
        check(seip_becomes(false), "SEIP is clear with the line down");
    }
    csr_write(sie, BIT(IRQ_STI));
}

static volatile uint64_t hs_cause;
static bool on_sei(const struct trap *t)
{
    if (t->scause != CAUSE_IRQ(IRQ_SEI))
        return false;
    hs_cause = t->scause;
    line_down();
    return true;
}

static void taken_in_hs(void)
{
    if (!setup())
        return;
    me()->irq = on_sei;
    for (unsigned i = 0; i < 4; i++) {
        hs_cause = 0;
        irq_on();
        line_up();
        uint64_t end = rdtime() + PATIENCE;
        while (!hs_cause && rdtime() < end)
            ;
        irq_off();
        context("round %u", i);
        check_eq(hs_cause, CAUSE_IRQ(IRQ_SEI), "scause");
    }
    csr_write(sie, BIT(IRQ_STI));
}

/* The line is up, or goes up, while a guest runs that never stops: HS gets it, VSEIP set or not. */
static void out_of_guest(void)
{
    static const uint32_t spin = 0x0000006f;
    if (!setup())
        return;
    for (unsigned i = 0; i < 8; i++) {
        enum mode mode = i & 1 ? MODE_VS : MODE_VU;
        bool vsei = i & 2, vseie = i & 4;
        if (vsei && vseie && mode == MODE_VU)
            continue; /* VU would be interrupted by it */
        csr_write(hie, vseie ? VS_IRQS : 0);
        csr_write(hvip, vsei ? BIT(IRQ_VSEI) : 0);
        csr_write(vsstatus, 0);
        line_up();
        struct trap t = run_insn(mode, spin, 0, 0);
        context("%s, VSEIP %u, VSEIE %u", name_of(mode), vsei, vseie);
        check_eq(t.scause, CAUSE_IRQ(IRQ_SEI), "scause");
        check_bits(t.hstatus, HSTATUS_SPV, HSTATUS_SPV, "hstatus.SPV");
        check(!taken_in_vs(&t), "it is not VS's");
        line_down();
        check_eq(csr_read(hvip), vsei ? BIT(IRQ_VSEI) : 0, "hvip");
        check(seip_becomes(false), "SEIP is clear with the line down");
    }
    csr_write(hvip, 0);
    csr_write(sie, BIT(IRQ_STI));
}

/* HS masks the line: VS does not see it, nor does its own bit change. */
static void masked(void)
{
    if (!setup())
        return;
    csr_write(sie, BIT(IRQ_STI));
    for (unsigned i = 0; i < 16; i++) {
        bool line = i & 1, vsei = i & 2, seie = i & 4, sie = i & 8;
        if (line)
            line_up();
        csr_write(hvip, vsei ? BIT(IRQ_VSEI) : 0);
        csr_write(hie, seie ? BIT(IRQ_VSEI) : 0);
        csr_write(vsstatus, sie ? SSTATUS_SIE : 0);
        struct trap t = run_insn(MODE_VS, INSN_CSRRS(A0, CSR_SIP, X0), 0, 0);
        context("line %u, VSEIP %u, VSEIE %u, SIE %u", line, vsei, seie, sie);
        if (vsei && seie && sie) {
            check(taken_in_vs(&t), "VS takes its own");
            check_eq(csr_read(vscause), CAUSE_IRQ(IRQ_SEI), "vscause");
        } else if (check(completed(&t), "nothing is taken")) {
            check_bits(regs.x[A0], BIT(IRQ_SEI), vsei ? BIT(IRQ_SEI) : 0, "SEIP that VS reads");
        }
        check(seip_becomes(line), "SEIP of HS is the line");
        check_bits(csr_read(hip), BIT(IRQ_VSEI), vsei ? BIT(IRQ_VSEI) : 0, "hip.VSEIP");
        csr_write(hvip, 0);
        if (line)
            line_down();
    }
}

/* VS writes all of sip: neither SEIP nor VSEIP changes. */
static void vs_writes_sip(void)
{
    if (!setup())
        return;
    csr_write(sie, BIT(IRQ_STI));
    csr_write(hie, 0);
    for (unsigned i = 0; i < 4; i++) {
        bool line = i & 1, vsei = i & 2;
        if (line)
            line_up();
        csr_write(hvip, vsei ? BIT(IRQ_VSEI) : 0);
        run_insn(MODE_VS, INSN_CSRRW(X0, CSR_SIP, A0), line ? 0 : ~0UL, 0);
        context("line %u, VSEIP %u", line, vsei);
        check(seip_becomes(line), "SEIP of HS is the line");
        check_bits(csr_read(hvip), BIT(IRQ_VSEI), vsei ? BIT(IRQ_VSEI) : 0, "hvip.VSEIP");
        csr_write(hvip, 0);
        if (line)
            line_down();
    }
}

/* The device's page in the guest: its registers, and its interrupt raised by the guest itself. */
static void handed_through(void)
{
    for (unsigned paged = 0; paged < 2; paged++) {
        if (!setup())
            return;
        env_set(paged ? MODE_SV39 : MODE_BARE, MODE_SV39);
        pt_map(&env.g, TEST_GPA, m.uart & -PAGE, PTE_FULL | PTE_U, 0);
        if (paged)
            pt_map(&env.vs, TEST_VA, TEST_GPA, PTE_FULL, 0);
        fence_all();
        uint64_t va = (paged ? TEST_VA : TEST_GPA) + (m.uart & (PAGE - 1));
        for (uint64_t v = 1; v < 256; v *= 2) {
            struct trap t = run_insn(MODE_VS, INSN_STORE(0, A1, A0, UART_SCR), va, v);
            context("%s, scratch register 0x%lx", paged ? "Sv39" : "Bare", v);
            check(completed(&t), "the store completes");
            check_eq(*uart(UART_SCR), v, "the register, read in HS");
            t = run_insn(MODE_VS, INSN_LOAD(4, A0, A0, UART_SCR), va, 0);
            check(completed(&t), "the load completes");
            check_eq(regs.x[A0], v, "the register, read in VS");
        }
        const uint32_t code[] = {INSN_STORE(0, A1, A0, UART_IER), 0x0000006f};
        struct trap t = run_code(MODE_VS, code, 2, va, 2);
        context("%s, the interrupt", paged ? "Sv39" : "Bare");
        check_eq(t.scause, CAUSE_IRQ(IRQ_SEI), "scause");
        line_down();
    }
    csr_write(sie, BIT(IRQ_STI));
}

TESTS("extirq",                                               /**/
      {"pending", "machine: mip.SEIP", pending},              /**/
      {"taken_in_hs", "norm:hideleg_hs", taken_in_hs},        /**/
      {"out_of_guest", "norm:hideleg_hs", out_of_guest},      /**/
      {"masked", "norm:vsip_vsie_sei", masked},               /**/
      {"vs_writes_sip", "norm:vsip_vsie_sei", vs_writes_sip}, /**/
      {"handed_through", "norm:H_vm_twostage", handed_through});
