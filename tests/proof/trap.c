/* SPDX-License-Identifier: BSD-2-Clause */
/* proof: src/spec/trap.c */
/*
 * A trap goes where the delegation registers say and changes what the chapters say, in every state
 * and for every cause, and nothing else. Machine chapter, "medeleg and mideleg", "mstatus",
 * "mtvec"; supervisor chapter, "stvec"; hypervisor chapter, "Trap Entry", "hedeleg and hideleg".
 */
#include "hart_any.h"
#include "spec/trap.h"
#include "words.h"

/* A trap before Hearth's own coding of it. */
struct event {
    bool interrupt;
    unsigned code;
    unsigned pinned; /* a virtual interrupt of the AIA: 1 for HS, 2 for VS, whatever mideleg says */
};

static struct event event_any(const struct hart *h)
{
    struct event e = {.interrupt = any_bool(), .code = any_below(64)};
    if (e.interrupt && h->prv != PRV_M) {
        e.pinned = any_below(h->v ? 3 : 2);
    }
    return e;
}

static uint64_t cause_of(const struct event *e)
{
    return (uint64_t)e->interrupt << 63 | (e->pinned == 2 ? CAUSE_TO_VS : 0) |
           (e->pinned == 1 ? CAUSE_TO_HS : 0) | e->code;
}

/* 3 for M, 1 for HS, 0 for VS. */
static unsigned spec_target(const struct hart *h, const struct event *e)
{
    if (h->prv == 3) {
        return 3; /* "traps never transition from a more- to a less-privileged mode" */
    }
    if (e->pinned != 0) {
        return e->pinned == 1 ? 1 : 0;
    }
    if (!bit(e->interrupt ? h->mideleg : h->medeleg, e->code)) {
        return 3;
    }
    return h->v && bit(e->interrupt ? h->hideleg : h->hedeleg, e->code) ? 0 : 1;
}

static uint64_t spec_vector(uint64_t tvec, bool interrupt, uint64_t code)
{
    uint64_t base = bits(tvec, 63, 2) << 2;
    return bits(tvec, 1, 0) == 1 && interrupt ? base + 4 * code : base;
}

static uint64_t spec_s_stack(uint64_t status, unsigned prv)
{
    status = with_bits(status, 5, 5, bit(status, 1)); /* SPIE = SIE */
    status = with_bits(status, 1, 1, 0);
    return with_bits(status, 8, 8, prv == 1); /* SPP */
}

static void spec_to_m(struct hart *h, const struct event *e, const struct trap *t)
{
    h->mstatus = with_bits(h->mstatus, 7, 7, bit(h->mstatus, 3)); /* MPIE = MIE */
    h->mstatus = with_bits(h->mstatus, 3, 3, 0);
    h->mstatus = with_bits(h->mstatus, 12, 11, h->prv); /* MPP */
    h->mstatus = with_bits(h->mstatus, 39, 39, h->v);   /* MPV */
    h->mstatus = with_bits(h->mstatus, 38, 38, t->gva); /* GVA */
    h->mepc = h->pc;
    h->mcause = (uint64_t)e->interrupt << 63 | e->code;
    h->mtval = t->tval;
    h->mtval2 = t->tval2;
    h->mtinst = t->tinst;
    h->pc = spec_vector(h->mtvec, e->interrupt, e->code);
    h->prv = 3;
    h->v = 0;
}

static void spec_to_hs(struct hart *h, const struct event *e, const struct trap *t)
{
    h->hstatus = with_bits(h->hstatus, 7, 7, h->v); /* SPV */
    if (h->v) {
        h->hstatus = with_bits(h->hstatus, 8, 8, h->prv == 1); /* SPVP */
    }
    h->hstatus = with_bits(h->hstatus, 6, 6, t->gva); /* GVA */
    h->mstatus = spec_s_stack(h->mstatus, h->prv);
    h->sepc = h->pc;
    h->scause = (uint64_t)e->interrupt << 63 | e->code;
    h->stval = t->tval;
    h->htval = t->tval2;
    h->htinst = t->tinst;
    h->pc = spec_vector(h->stvec, e->interrupt, e->code);
    h->prv = 1;
    h->v = 0;
}

static void spec_to_vs(struct hart *h, const struct event *e, const struct trap *t)
{
    /* "VSEI, VSTI, VSSI: translated to 9, 5, 1" */
    bool vs_level =
        e->interrupt && e->pinned == 0 && (e->code == 2 || e->code == 6 || e->code == 10);
    uint64_t code = vs_level ? e->code - 1 : e->code;

    h->vsstatus = spec_s_stack(h->vsstatus, h->prv);
    h->vsepc = h->pc;
    h->vscause = (uint64_t)e->interrupt << 63 | code;
    h->vstval = t->tval;
    h->pc = spec_vector(h->vstvec, e->interrupt, code);
    h->prv = 1;
}

void prove_trap(void);
void prove_trap(void)
{
    struct isa isa = isa_any();
    struct hart h = hart_any(&isa), expected = h;
    struct event e = event_any(&h);
    struct trap t = {.cause = cause_of(&e),
                     .tval = any(),
                     .tval2 = any(),
                     .tinst = any(),
                     .gva = bit(isa.ext, EXT_H) && any_bool()};
    unsigned to = spec_target(&h, &e);
    enum trap_level level;

    prove(trap_target(&h, t.cause) == (to == 3 ? TRAP_TO_M : to == 1 ? TRAP_TO_HS : TRAP_TO_VS));
    level = hart_trap(&h, &t);
    switch (to) {
    case 3:
        prove(level == TRAP_TO_M);
        spec_to_m(&expected, &e, &t);
        reached();
        break;
    case 1:
        prove(level == TRAP_TO_HS);
        spec_to_hs(&expected, &e, &t);
        reached();
        break;
    default:
        prove(level == TRAP_TO_VS);
        spec_to_vs(&expected, &e, &t);
        reached();
        break;
    }
    prove(hart_equal(&h, &expected));
    prove(hart_is_legal(&h));
}
