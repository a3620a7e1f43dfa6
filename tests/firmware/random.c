/* SPDX-License-Identifier: BSD-2-Clause */
/* Long random sequences of CSR accesses, returns and traps, made from seeds. What every step gives
 * goes into a digest; the same program has to print the same digests on the bare machine and on
 * Hearth. Bits that either may furnish as it likes are kept out. */
#include "low.h"

#define SEEDS 8u
#define STEPS 1500u

static uint64_t state, digest;

static uint64_t rnd(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void mix(uint64_t v)
{
    for (unsigned i = 0; i < 8; i++, v >>= 8)
        digest = (digest ^ (v & 0xff)) * 0x100000001b3UL;
}

#define STATUS_S (MSTATUS_SIE | MSTATUS_SPIE | MSTATUS_SPP | MSTATUS_FS | MSTATUS_SUM | MSTATUS_MXR)
#define STATUS_M (STATUS_S | MSTATUS_MPIE | MSTATUS_TVM | MSTATUS_TW | MSTATUS_TSR)
#define DELEG    (0xb1ffUL & ~1UL)
#define CAUSES   (BIT(63) | 15)
#define ADDR     0x3ffffffffffUL

/* What may be written, and what is looked at. */
static const struct row {
    unsigned csr;
    uint64_t write, read;
    bool in_s; /* S has it as well */
} rows[] = {
    {0x300, STATUS_M, STATUS_M | MSTATUS_UXL | MSTATUS_SXL | MSTATUS_SD, false},
    {CSR_MEDELEG, DELEG, DELEG, false},
    {CSR_MIE, S_IRQS | M_IRQS, S_IRQS | M_IRQS, false},
    {CSR_MIP, S_IRQS, S_IRQS | BIT(IRQ_MSI), false},
    {CSR_MSCRATCH, ~0UL, ~0UL, false},
    {CSR_MEPC, ~1UL, ~1UL, false},
    {CSR_MCAUSE, CAUSES, CAUSES, false},
    {CSR_MTVAL, ~0UL, ~0UL, false},
    {CSR_MCOUNTEREN, 7, 7, false},
    {CSR_PMPADDR0 + 0, ADDR, ADDR, false},
    {CSR_PMPADDR0 + 1, ADDR, ADDR, false},
    {CSR_PMPADDR0 + 5, ADDR, ADDR, false},
    {CSR_MHARTID, 0, 0, false}, /* any hart may be the first */
    {CSR_SSTATUS, STATUS_S, STATUS_S | MSTATUS_SD, true},
    {CSR_SIE, S_IRQS, S_IRQS, true},
    {CSR_SIP, BIT(IRQ_SSI), S_IRQS, true},
    {CSR_STVEC, ~2UL & ADDR, ~2UL & ADDR, true},
    {CSR_SCOUNTEREN, 7, 7, true},
    {CSR_SSCRATCH, ~0UL, ~0UL, true},
    {CSR_SEPC, ~1UL, ~1UL, true},
    {CSR_SCAUSE, CAUSES, CAUSES, true},
    {CSR_STVAL, ~0UL, ~0UL, true},
    {CSR_SATP, FIELD_PUT(ATP_MODE, MODE_SV39) | 0xffffffff, ~0UL, true},
    {0x7c3, ~0UL, ~0UL, false},
    {0x345, ~0UL, ~0UL, false},
    {0xfc1, ~0UL, ~0UL, false},
};
#define ROWS (sizeof rows / sizeof rows[0])

/* A value of the row's bits: any, few, or all of them. */
static uint64_t value(const struct row *r)
{
    uint64_t v = rnd();
    switch (rnd() % 4) {
    case 0:
        v = BIT(rnd() % 64);
        break;
    case 1:
        v = ~0UL;
        break;
    default:
        break;
    }
    return v & r->write;
}

/* The access in the mode: its trap, or what it reads, and what is there afterwards. */
static void access(enum mode mode, const struct row *r)
{
    static const uint32_t f3[] = {1, 2, 3, 5, 6, 7};
    uint32_t f = f3[rnd() % 6];
    uint64_t v = value(r);
    bool imm = f >= 5;
    uint32_t rs1 = imm ? (uint32_t)(v & 31 & r->write) : rnd() % 4 ? A1 : X0;
    if (r->csr == CSR_MHARTID || (f & 3) != 1 || !imm)
        v = v & r->write;
    if (rs1 == X0 && !imm && f == 1 && !r->write)
        return;
    struct trap t = run_insn(mode, INSN_I(OP_SYSTEM, f, A0, rs1, r->csr), 0x5a5a, v);
    bool done = completed(&t);
    mix(done ? low.x[A0] & r->read : t.mcause);
    if (!done && mode != MODE_M)
        mix(t.mepc - code_pc(mode));
}

static void look(void)
{
    for (unsigned i = 0; i < ROWS; i++) {
        uint64_t v = 0;
        uint64_t cause = m_csr_read(rows[i].csr, &v);
        mix(cause == CAUSE_NONE ? v & rows[i].read : cause);
    }
}

/* An instruction in a lower mode, under whatever state is there now. */
static void below(void)
{
    /* No mret: outside M it leaves an older instruction in QEMU's mtval. */
    static const uint32_t insns[] = {
        INSN_ECALL,
        INSN_EBREAK,
        0xffffffffu,
        0x00200073u, /* uret, which is no instruction any more */
        INSN_NOP,
        INSN_SFENCE_VMA(X0, X0),
        INSN_CSRRS(A0, CSR_INSTRET, X0),
        INSN_CSRRS(A0, CSR_SATP, X0),
        INSN_LOAD(3, A0, A1, 0),
        INSN_STORE(0, A0, A1, 0),
    };
    uint64_t medeleg = csr_read(medeleg), mideleg = csr_read(mideleg), satp = csr_read(satp),
             stvec = csr_read(stvec), pmpcfg = csr_read(pmpcfg0), mie = csr_read(mie);
    csr_write(satp, 0);
    csr_write(stvec, (uint64_t)vector);
    csr_write(pmpcfg0, (uint64_t)(PMP_NAPOT | PMP_RWX) << 56);
    csr_write(mie, 0);
    enum mode m = rnd() & 1 ? MODE_S : MODE_U;
    uint32_t insn = insns[rnd() % (sizeof insns / sizeof insns[0])];
    struct trap t = run_insn(m, insn, 1, rnd() & 1 ? NOWHERE : (uint64_t)frames[1]);
    mix(t.mcause);
    mix(taken_in(&t, MODE_S) ? vector_entry(&t) : t.mepc - code_pc(m));
    mix(FIELD_GET(MSTATUS_MPP, t.mstatus) | (t.mstatus & STATUS_M));
    csr_write(medeleg, medeleg);
    csr_write(mideleg, mideleg);
    csr_write(satp, satp);
    csr_write(stvec, stvec);
    csr_write(pmpcfg0, pmpcfg);
    csr_write(mie, mie);
}

static void configure_pmp(void)
{
    static const uint8_t cfgs[] = {0, PMP_R, PMP_R | PMP_W, PMP_X, PMP_R | PMP_X, PMP_RWX};
    uint64_t cfg = (uint64_t)(PMP_NAPOT | PMP_RWX) << 56;
    for (unsigned i = 0; i < 7; i++)
        cfg |= (uint64_t)(cfgs[rnd() % 6] | (rnd() & 3) << 3) << 8 * i;
    csr_write(pmpcfg0, cfg);
    mix(csr_read(pmpcfg0));
}

static void step(void)
{
    uint64_t r = rnd() % 16;
    if (r < 10)
        access(MODE_M, &rows[rnd() % ROWS]);
    else if (r < 13)
        below();
    else if (r == 13 && pmp_count >= 8)
        configure_pmp();
    else if (r == 14)
        look();
    else
        mix(csr_read(mstatus) & STATUS_M);
}

/* S's accesses to its own CSRs, with translation off and the program in reach. */
static void in_s(void)
{
    for (unsigned i = 0; i < 300; i++) {
        const struct row *r = &rows[rnd() % ROWS];
        csr_write(satp, 0);
        csr_write(mie, 0);
        if (rnd() % 8 == 0)
            csr_write(mstatus, rnd() & (STATUS_M & ~MSTATUS_SIE));
        csr_write(medeleg, 0);
        access(MODE_S, r);
        csr_write(mie, 0);
        csr_write(mip, 0);
    }
}

/* What earlier traps have left in the CSRs is no part of it. */
static void start(void)
{
    for (unsigned i = 0; i < ROWS; i++)
        m_csr_write(rows[i].csr, 0);
    csr_write(mideleg, S_IRQS);
    csr_write(mepc, 0);
    csr_write(mcause, 0);
    csr_write(mtval, 0);
    csr_write(mstatus, 0);
}

static void sequences(void)
{
    watchdog_seconds(55);
    csr_write(mie, 0);
    irq_off();
    for (unsigned seed = 1; seed <= SEEDS; seed++) {
        state = 0x9e3779b97f4a7c15UL * seed;
        digest = 0xcbf29ce484222325UL;
        start();
        for (unsigned i = 0; i < STEPS; i++)
            step();
        look();
        hart_rest();
        csr_write(mie, 0);
        start();
        in_s();
        hart_rest();
        note("digest %u 0x%lx", seed, digest);
    }
    timer_clear();
}

TESTS("random", {"sequences", "Control and Status Registers", sequences});
