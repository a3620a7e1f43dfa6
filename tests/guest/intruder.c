/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A VS program that attacks. It has a megabyte, its own tables in it, its own trap handler, and is
 * random code: loads, stores, atomics and jumps to what is the firmware's, HS's, another guest's,
 * a device's or nobody's; its own tables bent to lead there, vsatp anywhere, fences of all kinds,
 * every CSR, any word at all. Whatever it does, HS's registers stay, another guest and all canaries
 * have what they had, and the firmware answers. The runner compares Hearth's code and constants.
 */
#include "csr.h"
#include "env.h"
#include "fdt.h"
#include "sbi.h"
#include "test.h"

#define BASE    0x40000000UL /* of a guest's memory, as it sees it */
#define OWN     256u         /* frames of a guest; the next as many are the other one's */
#define TARGETS 64u
#define WORDS   512u /* of code */
#define ROUNDS  400u

enum { CODE, ROOT, MIDDLE, LEAVES, TABLE, HANDLER };

static struct pt intruder, other;
static struct region closed[4];
static unsigned closed_count;

static uint64_t lcg;
static uint64_t rnd(void)
{
    lcg = lcg * 6364136223846793005UL + 1442695040888963407UL;
    return lcg ^ lcg >> 29;
}

static unsigned below(unsigned n)
{
    return (unsigned)(rnd() >> 33) % n;
}

static uint64_t guest_address(unsigned frame)
{
    return BASE + frame * PAGE;
}

/* Somebody else's, or nobody's. */
static uint64_t address(void)
{
    const struct region *c = &closed[below(closed_count)];
    switch (below(8)) {
    case 0:
        return c->base + rnd() % c->size;
    case 1:
        return (uint64_t)frames[OWN + below(FRAMES - OWN)];
    case 2:
        return (uint64_t)&lcg & -8UL;
    case 3:
        return 0x2000000UL + (below(0x10000) & ~7u); /* CLINT */
    case 4:
        return 0xc000000UL + (below(0x400000) & ~7u); /* PLIC */
    case 5:
        return NOWHERE;
    case 6:
        return c->base + c->size - 4;
    default:
        return guest_address(below(2 * OWN));
    }
}

/* What the guest finds in its registers: addresses, PTEs, values for vsatp, anything. */
static uint64_t target(void)
{
    switch (below(6)) {
    case 0:
        return pte_make(address() & -PAGE, rnd() & 0xff);
    case 1:
        return pte_make(address() & -PAGE, below(2) ? PTE_FULL : PTE_V);
    case 2:
        return FIELD_PUT(ATP_MODE, 7 + below(4)) | FIELD_PUT(VSATP_ASID, below(4)) |
               address() >> 12;
    case 3:
        return rnd() >> below(64);
    default:
        return address();
    }
}

static uint32_t some_csr(void)
{
    static const uint16_t often[] = {CSR_SATP,    CSR_SIE,      CSR_SIP,    CSR_SSTATUS,
                                     CSR_STVEC,   CSR_STIMECMP, CSR_HGATP,  CSR_HSTATUS,
                                     CSR_HEDELEG, CSR_VSATP,    CSR_SENVCFG};
    return below(4) ? often[below(sizeof often / sizeof often[0])] : below(0x1000);
}

static uint32_t some_word(void)
{
    uint32_t a = 10 + below(8), b = 10 + below(8), f3 = below(8);
    switch (below(16)) {
    case 0:
    case 1:
    case 2: /* another target into a register; s0 has where they are */
        return INSN_LOAD(3, a, S0, 8 * below(TARGETS));
    case 3:
        return INSN_LOAD(below(7), a, b, 0);
    case 4:
        return INSN_STORE(below(4), a, b, 0);
    case 5:
        return INSN_AMO(below(4), 2 + below(2), a, b, 10 + below(8));
    case 6: /* a PTE into one of its tables, which s1 has */
        return INSN_STORE(3, a, S1, 8 * below(256));
    case 7:
        return INSN_CSRRW(a, some_csr(), b);
    case 8:
        return INSN_CSRRS(a, some_csr(), b);
    case 9:
        return INSN_CSRRW(X0, CSR_SATP, a);
    case 10:
        return INSN_SFENCE_VMA(below(2) ? a : X0, below(2) ? b : X0);
    case 11:
        return below(2) ? INSN_HFENCE_GVMA(a, b) : INSN_HLV(0x30 + below(8), below(4), a, b);
    case 12:
        return INSN_I(0x67, 0, T0, a, 0); /* jalr */
    case 13: {
        static const uint32_t system[] = {INSN_ECALL, INSN_EBREAK, INSN_SRET,
                                          INSN_MRET,  INSN_WFI,    INSN_FENCEI};
        return system[below(6)];
    }
    case 14:
        return INSN_R(OP_SYSTEM, f3, rnd() & 0x7f, a, b, rnd() & 31);
    default:
        return (uint32_t)rnd() | 3;
    }
}

/* Memory, tables, code and handler of the next intruder. */
static void make_intruder(void)
{
    static const uint32_t skip[] = {INSN_CSRRS(T0, CSR_SEPC, X0), INSN_I(0x13, 0, T0, T0, 4),
                                    INSN_CSRRW(X0, CSR_SEPC, T0), INSN_SRET};
    uint64_t *root = (uint64_t *)frames[ROOT], *middle = (uint64_t *)frames[MIDDLE];
    for (unsigned i = 0; i < 512; i++) {
        root[i] = middle[i] = 0;
        ((uint64_t *)frames[LEAVES])[i] = pte_make(address() & -PAGE, PTE_FULL);
        ((uint64_t *)frames[TABLE])[i] = target();
        ((uint32_t *)frames[CODE])[i] = some_word();
    }
    root[1] = pte_make(BASE, PTE_FULL);
    root[2] = pte_make(guest_address(MIDDLE), PTE_V);
    for (unsigned i = 0; i < 512; i += 64)
        middle[i] = pte_make(guest_address(LEAVES), PTE_V);
    for (unsigned i = 0; i < 4; i++)
        ((uint32_t *)frames[HANDLER])[i] = skip[i];
    __asm__ volatile("fence.i" ::: "memory");
}

static void install(const struct pt *g, uint64_t vmid)
{
    csr_write(hgatp, pt_atp(g, vmid));
    csr_write(vsatp, 0);
    csr_write(hideleg, VS_IRQS);
    csr_write(hcounteren, 7);
}

/* It runs for a millisecond. Wherever it exits, it goes on somewhere in its code. */
static void let_in(void)
{
    install(&intruder, 1);
    csr_write(hedeleg, below(2) ? 0xb1ff : 0);
    csr_write(vstvec, guest_address(HANDLER));
    csr_write(vsstatus, rnd() & (SSTATUS_SIE | SSTATUS_SUM | SSTATUS_MXR | SSTATUS_SPP));
    if (below(2))
        csr_write(vsatp, FIELD_PUT(ATP_MODE, MODE_SV39) | guest_address(ROOT) >> 12);
    timer_set(rdtime() + timebase / 1000);
    csr_set(sie, BIT(IRQ_STI));
    for (unsigned exits = 0; exits < 200; exits++) {
        for (unsigned i = 1; i < 32; i++)
            regs.x[i] = target();
        regs.x[S0] = guest_address(TABLE);
        regs.x[S1] = guest_address(ROOT + below(3));
        regs.x[0] = guest_address(CODE) + 4 * below(WORDS);
        struct trap t = guest_run(&regs, below(8) ? MODE_VS : MODE_VU);
        if (t.scause == CAUSE_IRQ(IRQ_STI))
            break;
    }
    timer_clear();
}

/* The other guest reads its memory, at the intruder's addresses. */
static void other_is_well(void)
{
    static const uint32_t code[] = {INSN_LOAD(3, A1, A0, 0), INSN_ECALL};
    unsigned page = 1 + below(OWN - 1);
    install(&other, 2);
    csr_write(hedeleg, 0);
    csr_write(vsstatus, 0);
    for (unsigned i = 0; i < 2; i++)
        check_eq(((uint32_t *)frames[OWN])[i], code[i], "the other guest's code");
    regs.x[0] = BASE;
    regs.x[A0] = guest_address(page);
    struct trap t = guest_run(&regs, MODE_VS);
    check_eq(t.scause, CAUSE_ECALL_VS, "what ends the other guest");
    check_eq(regs.x[A1], (OWN + page) * 3UL << 32 | 1, "what the other guest reads");
}

static void canaries(void)
{
    for (unsigned f = OWN + 1; f < FRAMES; f++) {
        const uint64_t *p = (const uint64_t *)frames[f];
        for (unsigned i = 0; i < 512; i++) {
            if (p[i] != (f * 3UL << 32 | (i + 1))) {
                fail("frame %u, word %u: expected to stay, seen 0x%lx", f, i, p[i]);
                return;
            }
        }
    }
}

static void make_guests(void)
{
    static const uint32_t code[] = {INSN_LOAD(3, A1, A0, 0), INSN_ECALL};
    env_set(MODE_BARE, MODE_BARE);
    intruder = pt_new(MODE_SV39, true, 0);
    other = pt_new(MODE_SV39, true, 0);
    for (unsigned i = 0; i < OWN; i++) {
        pt_map(&intruder, guest_address(i), (uint64_t)frames[i], PTE_FULL | PTE_U, 0);
        pt_map(&other, guest_address(i), (uint64_t)frames[OWN + i], PTE_FULL | PTE_U, 0);
    }
    for (unsigned f = OWN; f < FRAMES; f++)
        for (unsigned i = 0; i < 512; i++)
            ((uint64_t *)frames[f])[i] = f * 3UL << 32 | (i + 1);
    for (unsigned i = 0; i < 2; i++)
        ((uint32_t *)frames[OWN])[i] = code[i];
    fence_all();
}

static void intruders(uint64_t seed)
{
    uint64_t scratch = csr_read(sscratch), vec = csr_read(stvec);
    closed_count = fdt_reserved(dtb, closed, 4);
    if (closed_count == 0)
        test_fatal("expected the firmware's memory in /reserved-memory, seen nothing there");
    closed_count = closed_count > 4 ? 4 : closed_count;
    watchdog_seconds(30);
    irq_off();
    lcg = seed;
    make_guests();
    for (unsigned round = 0; round < ROUNDS; round++) {
        make_intruder();
        let_in();
        context("seed %lu, round %u", seed, round);
        check_eq(csr_read(sscratch), scratch, "HS's sscratch");
        check_eq(csr_read(stvec), vec, "HS's stvec");
        check_eq(csr_read(satp), 0, "HS's satp");
        check_eq(csr_read(hgatp), pt_atp(&intruder, 1), "hgatp");
        check_eq(csr_read(hideleg), VS_IRQS, "hideleg");
        other_is_well();
        if (round % 16 == 0)
            fence_all();
    }
    canaries();
    struct sbi_ret ret = sbi_call(SBI_EXT_BASE, 3, SBI_EXT_BASE, 0, 0);
    check(ret.error == 0 && ret.value == 1, "the firmware still answers");
    context("%s", "");
}

static void first(void)
{
    intruders(1);
}

static void second(void)
{
    intruders(2);
}

TESTS("intruder", {"first", "norm:H_vm_twostage", first}, {"second", "the same", second});
