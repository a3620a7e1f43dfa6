/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Instructions, traps and returns in any order on the whole model: its state stays legal, x0 stays
 * zero, an instruction that traps changes nothing, what a CSR holds can be written back.
 */
#include "input.h"

#include "hart_any.h"
#include "spec/exec.h"

uint64_t any(void)
{
    return 0; /* hart_any.h asks for it; the input comes otherwise */
}

void proof_skip(void)
{
    abort();
}

void proof_fail(const char *file, int line, const char *what)
{
    fprintf(stderr, "%s:%d: %s\n", file, line, what);
    abort();
}

static struct isa take_isa(struct input *in)
{
    struct isa isa = isa_any();
    isa.ext = (take(in, 2) & MASK(EXT_IMSIC, 0)) | BIT(EXT_NONE);
    isa.misa = take(in, 2);
    isa.satp_modes = (uint16_t)((take(in, 2) & MODES) | 1);
    isa.hgatp_modes = (uint16_t)((take(in, 2) & MODES) | 1);
    isa.asid_mask = MASK(15, 0) >> take_below(in, 17);
    isa.vmid_mask = MASK(13, 0) >> take_below(in, 15);
    isa.ppn_mask = MASK(43, 0) >> take_below(in, 20);
    isa.medeleg = take(in, 3);
    isa.mideleg = take(in, 2);
    isa.counteren = take(in, 4);
    isa.menvcfg = take_below(in, 2) ? ENVCFG_USER_BITS | ENVCFG_SHARE_BITS : ENVCFG_FIOM;
    return isa;
}

/* What the hardware and time do. */
static void environment(struct hart *h, struct input *in)
{
    h->time = take_value(in);
    h->line = take(in, 2) & (IRQS_M | BIT(IRQ_SEI));
}

/* A read CSR, written back as it is, stays (but counters don't stand still in between). */
static void write_back(struct hart *h, struct input *in)
{
    const struct csr *c;
    if (csr_find(h, (unsigned)take(in, 2) & 0xfff, true, &c) != CSR_OK) {
        return;
    }
    struct hart before = *h;
    uint64_t v = csr_read(h, c);
    (void)csr_write(h, c, csr_read_modify(h, c, v));
    must(csr_read(h, c) == v);
    if (c->num != CSR_mvip) {
        (void)csr_write(h, c, csr_read_modify(h, c, v));
        must(csr_read(h, c) == v);
    }
    *h = before;
}

static void execute(struct hart *h, uint32_t raw)
{
    struct insn i = decode(raw);
    struct hart before = *h;
    struct exec e = hart_exec(h, &i);
    switch (e.kind) {
    case EXEC_TRAP:
        must(hart_equal(h, &before));
        must(e.trap.cause < 24);
        (void)hart_trap(h, &e.trap);
        break;
    case EXEC_MEMORY:
        must(hart_equal(h, &before));
        h->pc += i.length;
        break;
    case EXEC_XRET:
        must(h->prv <= before.prv);
        break;
    default:
        must(h->pc == before.pc + i.length);
        must(h->prv == before.prv && h->v == before.v);
        break;
    }
}

static void interrupt(struct hart *h)
{
    uint64_t cause = hart_interrupt(h);
    struct hart before = *h;
    if (cause == 0) {
        return;
    }
    must(hart_wakes(h));
    struct trap t = {.cause = cause};
    enum trap_level to = hart_trap(h, &t);
    must(to == TRAP_TO_M || before.prv != PRV_M);
    must(to != TRAP_TO_VS || before.v);
    must(hart_interrupt(h) != cause || to == TRAP_TO_HS); /* disabled there now */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size};
    struct isa isa = take_isa(&in);
    struct hart h;

    hart_reset(&h, &isa, take(&in, 1));
    if (take_below(&in, 2)) {
        isa.mideleg = ~UINT64_C(0);
        hart_enter_s(&h, 0x80200000, 0, 0);
    }
    while (in.left > 0) {
        switch (take_below(&in, 8)) {
        case 0:
            environment(&h, &in);
            break;
        case 1:
            interrupt(&h);
            break;
        case 2:
            h.x[1 + take_below(&in, 31)] = take_value(&in);
            break;
        case 3:
            write_back(&h, &in);
            break;
        case 4: { /* csrrw and its kind, of a register that there is */
            uint32_t word = (uint32_t)take(&in, 4);
            execute(&h, (word & ~0x7fu) | 0x1073);
            break;
        }
        case 5: {
            struct trap t = {.cause = take_below(&in, 24), .tval = take(&in, 2)};
            (void)hart_trap(&h, &t);
            break;
        }
        case 6:
            h.prv = PRV_M; /* as firmware does it: by a trap */
            h.v = 0;
            break;
        default:
            execute(&h, (uint32_t)take(&in, 4));
            break;
        }
        must(hart_is_legal(&h));
    }
    return 0;
}
