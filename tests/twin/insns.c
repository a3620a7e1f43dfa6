/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory accesses, fences, and what else is privileged. */
#include "twin.h"

static const char *const widths = "bhwd";

/*
 * The address of an access as another mode, which Hearth makes for the hart. Where a page may be
 * nowhere, as without a G-stage, it doesn't go across two: which half reports its fault is not
 * specified, and QEMU looks for memory after all translation.
 */
static uint64_t foreign(uint64_t address, enum mode as)
{
    bool nowhere = space.bias == 0 || (as != MODE_VS && as != MODE_VU);
    return nowhere && address % PAGE > PAGE - 8 ? address & -8UL : address;
}

/* The same for what MPRV makes such an access; offset: the instruction's. */
static uint64_t operand(const struct step *s, uint64_t address, int offset)
{
    uint64_t n = (uint64_t)(int64_t)offset;
    return s->as == s->mode ? address : foreign(address + n, s->as) - n;
}

static void load_or_store(struct rng *r, struct step *s)
{
    static const char *const loads[] = {"lb", "lh", "lw", "ld", "lbu", "lhu", "lwu"};
    uint64_t address = address_pick(r, s->as);
    int imm = percent(r, 70) ? 0 : (int)below(r, 64) - 32;
    unsigned a = reg_with(s, operand(s, address, imm));
    if (percent(r, 50)) {
        unsigned f3 = (unsigned)below(r, 7);
        unsigned rd = percent(r, 10) ? a : reg_with(s, rnd(r));
        insn_add(s, INSN_LOAD(f3, rd, a, imm), "%s x%u, %d(x%u)", loads[f3], rd, imm, a);
    } else {
        static const uint64_t values[] = {0, ~0UL, 0x9002900290029002UL, 0x10001, 0x90020000UL};
        unsigned f3 = (unsigned)below(r, 4), v = reg_with(s, pick(r, values));
        insn_add(s, INSN_STORE(f3, v, a, imm), "s%c x%u, %d(x%u)", widths[f3], v, imm, a);
    }
}

/* Of registers that nothing else in the step uses: what a load leaves in one is not to be found in
 * a CSR, reserved bits and all. False if there are none left. */
static bool compressed(struct rng *r, struct step *s)
{
    static const struct {
        uint16_t insn;
        const char *name;
    } forms[] = {{0x4000, "c.lw"}, {0x6000, "c.ld"}, {0xc000, "c.sw"}, {0xe000, "c.sd"}};
    unsigned first = s->regs < 3 ? 8 : 5 + s->regs;
    if (first > 15)
        return false;
    unsigned a = first + (unsigned)below(r, 16 - first), d = first + (unsigned)below(r, 16 - first);
    unsigned f = (unsigned)below(r, 4);
    s->x[a] = operand(s, address_pick(r, s->as), 0);
    s->regs = (a > d ? a : d) - 4;
    insn_add(s, forms[f].insn | (a - 8) << 7 | (d - 8) << 2, "%s x%u, (x%u)", forms[f].name, d, a);
    return true;
}

static void atomic(struct rng *r, struct step *s)
{
    static const struct {
        unsigned f5;
        const char *name;
    } ops[] = {{0, "amoadd"},  {1, "amoswap"},  {4, "amoxor"},
               {12, "amoand"}, {28, "amomaxu"}, {2, "lr"}};
    /* QEMU looks whether it may load first, so that another fault than the store's may win: what
     * faults here can be neither loaded nor stored. */
    bool faults = s->n + 1 >= MAX_INSNS || s->mode == MODE_TOP || percent(r, 25);
    uint64_t address = faults ? TEST_VA + PAGE * (W_PAGES + below(r, 64)) : address_pick(r, s->as);
    unsigned i = (unsigned)below(r, 6), f3 = 2 + (unsigned)below(r, 2);
    unsigned a = reg_with(s, percent(r, 90) ? address & -8UL : operand(s, address, 0));
    unsigned d = reg_with(s, rnd(r)), v = ops[i].f5 == 2 ? 0 : reg_with(s, 0);
    if (!faults)
        insn_add(s, INSN_STORE(3, v, a, 0), "sd x%u, (x%u)", v, a);
    insn_add(s, INSN_AMO(ops[i].f5, f3, d, a, v), "%s.%c x%u, x%u, (x%u)", ops[i].name, widths[f3],
             d, v, a);
    if (ops[i].f5 == 2 && s->n < MAX_INSNS && s->mode != MODE_TOP)
        insn_add(s, INSN_AMO(3, f3, d, a, v), "sc.%c x%u, x%u, (x%u)", widths[f3], d, v, a);
}

static void jump(struct rng *r, struct step *s)
{
    uint64_t to = address_pick(r, s->mode);
    unsigned a = reg_with(s, to & ~1UL), d = reg_with(s, 0);
    insn_add(s, INSN_I(0x67, 0, d, a, 0), "jalr x%u, (x%u)", d, a);
    if (s->mode == MODE_TOP)
        s->sie = true; /* it may jump in a circle, and only an interrupt ends that */
    s->n = s->n > 1 ? s->n : 1;
}

static void hypervisor_access(struct rng *r, struct step *s)
{
    static const struct {
        uint8_t f7, rs2;
        const char *name;
    } ops[] = {{0x30, 0, "hlv.b"},  {0x30, 1, "hlv.bu"},   {0x32, 0, "hlv.h"},
               {0x32, 1, "hlv.hu"}, {0x32, 3, "hlvx.hu"},  {0x34, 0, "hlv.w"},
               {0x34, 1, "hlv.wu"}, {0x34, 3, "hlvx.wu"},  {0x36, 0, "hlv.d"},
               {0x31, 32, "hsv.b"}, {0x33, 32, "hsv.h"},   {0x35, 32, "hsv.w"},
               {0x37, 32, "hsv.d"}, {0x30, 3, "hlvx.bu?"}, {0x36, 1, "hlv.du?"}};
    unsigned i = (unsigned)below(r, percent(r, 95) ? 13 : 15);
    if (s->no_hlvx && ops[i].name[3] == 'x')
        i = 8; /* hlv.d */
    s->hlv = true;
    s->hlvx |= ops[i].name[3] == 'x';
    enum mode as = percent(r, 70) ? MODE_VS : MODE_VU;
    uint64_t address = foreign(address_pick(r, as), as);
    unsigned a = reg_with(s, address);
    if (ops[i].rs2 == 32) {
        unsigned v = reg_with(s, 0x9002900290029002UL);
        insn_add(s, INSN_HSV(ops[i].f7, v, a), "%s x%u, (x%u)", ops[i].name, v, a);
    } else {
        unsigned d = percent(r, 10) ? a : reg_with(s, rnd(r));
        insn_add(s, INSN_HLV(ops[i].f7, ops[i].rs2, d, a), "%s x%u, (x%u)", ops[i].name, d, a);
    }
}

static void fence(struct rng *r, struct step *s)
{
    static const struct {
        uint8_t f7;
        const char *name;
    } ops[] = {{0x09, "sfence.vma"}, {0x11, "hfence.vvma"}, {0x31, "hfence.gvma"},
               {0x0b, "sinval.vma"}, {0x13, "hinval.vvma"}, {0x33, "hinval.gvma"}};
    unsigned i = (unsigned)below(r, percent(r, 95) ? 3 : 6);
    unsigned a = percent(r, 40) ? 0 : reg_with(s, address_pick(r, s->mode) >> (i == 2 ? 2 : 0));
    unsigned id = percent(r, 50) ? 0 : reg_with(s, below(r, 4));
    insn_add(s, INSN_R(OP_SYSTEM, 0, ops[i].f7, 0, a, id), "%s x%u, x%u", ops[i].name, a, id);
}

/* Of f0 to f3, which hold the same at the beginning of every sequence. */
static void floating(struct rng *r, struct step *s)
{
    unsigned f = (unsigned)below(r, 4), a = reg_with(s, operand(s, address_pick(r, s->as), 0));
    unsigned f3 = 2 + (unsigned)below(r, 2), d = reg_with(s, 0);
    switch (below(r, 5)) {
    case 0:
        insn_add(s, INSN_I(OP_LOAD_FP, f3, f, a, 0), "fl%c f%u, (x%u)", widths[f3], f, a);
        break;
    case 1:
        insn_add(s, INSN_S(OP_STORE_FP, f3, a, f, 0), "fs%c f%u, (x%u)", widths[f3], f, a);
        break;
    case 2:
        insn_add(s, INSN_R(0x53, 0, 0x71, d, f, 0), "fmv.x.d x%u, f%u", d, f);
        break;
    case 3:
        insn_add(s, INSN_R(0x53, 0, 0x79, f, d, 0), "fmv.d.x f%u, x%u", f, d);
        break;
    default:
        insn_add(s, INSN_I(OP_SYSTEM, 2, d, 0, 3), "csrr x%u, fcsr", d);
    }
}

static void cache_block(struct rng *r, struct step *s)
{
    static const char *const ops[] = {"inval", "clean", "flush", "", "zero"};
    unsigned op = pick(r, ((const unsigned[]){0, 1, 2, 4, 4}));
    uint64_t address;
    do
        address = address_pick(r, s->as);
    while (address >> 56); /* QEMU doesn't mind that nothing is there, only what the PMP says */
    if (TOP_IS_M)          /* QEMU: the trap value is the block's address, not rs1's */
        address &= -64UL;
    unsigned a = reg_with(s, address);
    /* QEMU: in a guest the VS-stage's want of W comes before the G-stage's fault; under MPRV it
     * does not mind that nothing is there. */
    if (op < 4 && (s->mode == MODE_VS || s->mode == MODE_VU || s->as != s->mode)) {
        unsigned d = reg_with(s, 0);
        if (s->n + 1 < MAX_INSNS)
            insn_add(s, INSN_LOAD(0, d, a, 0), "lb x%u, 0(x%u)", d, a);
        else
            op = 4;
    }
    insn_add(s, INSN_I(0x0f, 2, 0, a, op), "cbo.%s (x%u)", ops[op], a);
}

static void other(struct rng *r, struct step *s)
{
    static const struct {
        uint32_t insn;
        const char *name;
    } ops[] = {{INSN_SRET, "sret"},
               {INSN_SRET, "sret"},
               {INSN_SRET, "sret"},
               {INSN_EBREAK, "ebreak"},
               {0x9002, "c.ebreak"},
               {INSN_WFI, "wfi"},
               {0x00000000, "illegal 0"},
               {0xffffffff, "illegal ~0"},
               {0x70200073, "mnret"},
               {0x00200073, "uret"},
               {0x18000073, "sfence.w.inval"},
               {0x18100073, "sfence.inval.ir"},
               {0x00d00073, "wrs.nto"},
               {0x01d00073, "wrs.sto"},
               {0x0000100f, "fence.i"},
               {INSN_ECALL, "ecall"}};
    unsigned i = (unsigned)below(r, sizeof ops / sizeof *ops);
    if (!TOP_IS_M && s->mode == MODE_HS && (ops[i].insn == INSN_SRET || ops[i].insn == INSN_ECALL))
        i = 3;
    if (s->mode == MODE_VU && ops[i].insn == INSN_SRET)
        i = 3; /* QEMU: 2 instead of 22 */
    if (ops[i].insn == INSN_WFI && s->n > 0)
        i = 3; /* only at once is it sure to go on */
    s->waits |= ops[i].insn == INSN_WFI;
    s->returns |= ops[i].insn == INSN_SRET;
    if (s->mode == MODE_M && i == 0) { /* outside M QEMU leaves an older instruction in mtval */
        s->returns = true;
        insn_add(s, INSN_MRET, "mret");
        return;
    }
    insn_add(s, ops[i].insn, "%s", ops[i].name);
}

void insn_pick(struct rng *r, struct step *s)
{
    unsigned hlv = s->mode == MODE_HS ? 45 : s->mode == MODE_U ? 30 : s->mode == MODE_M ? 15 : 4;
    if (percent(r, has_h ? hlv : 4) && !s->henvcfg) {
        hypervisor_access(r, s);
        return;
    }
    unsigned kind = (unsigned)below(r, 100);
    if (kind < 38)
        load_or_store(r, s);
    else if (kind < 42)
        floating(r, s);
    else if (kind < 45)
        cache_block(r, s);
    else if (kind < 50 && compressed(r, s))
        return;
    else if (kind < 60)
        atomic(r, s);
    else if (kind < 72)
        jump(r, s);
    else if (kind < 86)
        fence(r, s);
    else
        other(r, s);
}
