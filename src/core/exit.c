/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/exit.h"
#include "core/guestmem.h"
#include "core/misaligned.h"
#include "host/host.h"
#include "spec/replay.h"

#define SHIFT_4K  12u
#define CBO_ZERO  4 /* imm of cbo.zero */
#define cold_path __attribute__((noinline, cold))

/* --- faults of a guest --- */

/* htinst and what goes with it: the instruction that made the access, if the fault is a guest-page
 * fault of its own. */
static void complete_tinst(struct vhart *vh, enum access access, struct trap *t)
{
    struct insn i;
    uint32_t raw;
    bool guest_page = t->cause == CAUSE_LOAD_GUEST_PAGE || t->cause == CAUSE_STORE_GUEST_PAGE;

    if (!guest_page || t->tinst != 0 || access == ACCESS_FETCH || !host_fetch(vh, &raw)) {
        return;
    }
    i = decode(raw);
    t->tinst = insn_transform(&i, (unsigned)(t->tval - (vh->h.x[i.rs1] + (uint64_t)i.imm)));
}

static uint64_t access_fault(enum access access)
{
    static const uint8_t cause[] = {
        [ACCESS_LOAD] = CAUSE_LOAD_ACCESS,
        [ACCESS_STORE] = CAUSE_STORE_ACCESS,
        [ACCESS_FETCH] = CAUSE_FETCH_ACCESS,
    };

    return cause[access];
}

/* RAM of the world, or a device that HS may reach itself. */
static bool may_reach(const struct world *w, hpa_t pa)
{
    hpa_t page = {align_down(pa.a, BIT(SHIFT_4K))};

    return mem_at(&w->mem, page, BIT(SHIFT_4K)) != NULL || host_mmio_ok(page.a, BIT(SHIFT_4K));
}

/* Can a table of the current root's mode have an entry for va? */
static bool addressable(const struct vhart *vh, uint64_t va)
{
    unsigned bits = 39 + 9 * (vh->shadow.current->mode - MODE_SV39);

    return (uint64_t)sext(va, bits) == va;
}

static void fill(struct vhart *vh, enum access access, uint64_t va, struct xlate *x)
{
    const struct hart *h = &vh->h;
    bool bare = FIELD_GET(ATP_MODE, h->vsatp) == MODE_BARE;
    uint64_t leaf;
    struct trap t;

    vhart_count(vh, EXIT_shadow_fill);
    xlate_clip(x, &vh->world->mem);
    leaf = shadow_leaf(x, h->prv, bare, (h->mstatus & STATUS_MXR) != 0);
    if (unlikely(leaf == 0 || !addressable(vh, va))) {
        t = (struct trap){.cause = access_fault(access), .tval = va, .gva = true};
        vh->written = true;
        misaligned_access(
            vh, &t); /* no entry can grant this one: it is made for the guest, or refused */
        return;
    }
    bool fence = shadow_map(&vh->shadow, va, x, leaf);
    if (shadow_expect(&vh->shadow, va) || fence) {
        host_fence_shadow(vh, va);
    }
    shadow_remember(&vh->shadow, h, va, x);
}

/* What faulted as a store is cbo.clean, cbo.flush or cbo.inval. */
static cold_path bool manages_cache(struct vhart *vh)
{
    struct insn i;
    uint32_t raw;

    if (!isa_has(vh->h.isa, EXT_ZICBOM) || !host_fetch(vh, &raw)) {
        return false;
    }
    i = decode(raw);
    return i.op == OP_CBO && i.imm != CBO_ZERO;
}

/* Cache management is let through wherever a load is, and leaves D alone; its faults are a store's
 * all the same: chapter "CMO", "Traps". */
static cold_path bool walk_managing(struct vhart *vh, uint64_t va, struct xlate *x, struct trap *t)
{
    struct access_as as = {.access = ACCESS_LOAD, .prv = vh->h.prv, .v = true};

    if (walk(&vh->h, &vh->world->mem, as, va, x, t)) {
        return true;
    }
    t->cause += CAUSE_STORE_PAGE - CAUSE_LOAD_PAGE;
    return false;
}
_Static_assert(CAUSE_STORE_PAGE - CAUSE_LOAD_PAGE == CAUSE_STORE_ACCESS - CAUSE_LOAD_ACCESS &&
                   CAUSE_STORE_PAGE - CAUSE_LOAD_PAGE ==
                       CAUSE_STORE_GUEST_PAGE - CAUSE_LOAD_GUEST_PAGE,
               "a store's fault is as far from a load's in each of the three");

/* The instruction is looked at only where it matters: if a store would fail, or might set D. */
static bool walk_for(struct vhart *vh, struct access_as as, uint64_t va, struct xlate *x,
                     struct trap *t)
{
    bool store = as.access == ACCESS_STORE;

    if (unlikely(store && (vh->h.menvcfg & ENVCFG_ADUE) != 0) && manages_cache(vh)) {
        return walk_managing(vh, va, x, t);
    }
    return walk(&vh->h, &vh->world->mem, as, va, x, t) ||
           (store && manages_cache(vh) && walk_managing(vh, va, x, t));
}

/* A fault that is the guest's or its hypervisor's. */
static void reflect_fault(struct vhart *vh, enum access access, struct trap *t)
{
    complete_tinst(vh, access, t);
    vhart_count(vh, t->cause >= CAUSE_FETCH_GUEST_PAGE ? EXIT_fault_hs : EXIT_fault_vs);
    (void)shadow_expect(&vh->shadow, t->tval);
    vh->shadow.fault_g = t->tval2 != 0;
    vh->shadow.fault_gpa = t->tval2 << 2;
    host_reflect(vh, t);
}

/* What isn't known of a fault at va, found by a walk. */
static cold_path void fault_unknown(struct vhart *vh, struct access_as as, uint64_t va)
{
    struct xlate x;
    struct trap t;

    if (!walk_for(vh, as, va, &x, &t)) {
        reflect_fault(vh, (enum access)as.access, &t);
        return;
    }
    if (!may_reach(vh->world, x.pa)) {
        t = (struct trap){.cause = access_fault(as.access), .tval = va, .gva = true};
        host_reflect(vh, &t);
        return;
    }
    fill(vh, (enum access)as.access, va, &x);
}

/* A fault that is known, without a walk. */
static void fault_known(struct vhart *vh, enum shadow_again done, enum access access, uint64_t va)
{
    static const uint8_t page[] = {CAUSE_LOAD_PAGE, CAUSE_STORE_PAGE, CAUSE_FETCH_PAGE};
    static const uint8_t guest_page[] = {CAUSE_LOAD_GUEST_PAGE, CAUSE_STORE_GUEST_PAGE,
                                         CAUSE_FETCH_GUEST_PAGE};
    struct trap t = {.cause = page[access], .tval = va, .gva = true};

    if (done == SHADOW_GUEST_PAGE_FAULT) {
        t.cause = guest_page[access];
        t.tval2 = (vh->shadow.fault_gpa | (va & (BIT(SHIFT_4K) - 1))) >> 2;
    }
    reflect_fault(vh, access, &t);
}

static __attribute__((noinline)) void fault_unfilled(struct vhart *vh, enum shadow_again done,
                                                     enum access access, uint64_t va)
{
    struct access_as as = {.access = (uint8_t)access, .prv = vh->h.prv, .v = true};

    if (done == SHADOW_UNKNOWN || (done == SHADOW_DENIED && manages_cache(vh))) {
        fault_unknown(vh, as, va);
    } else {
        fault_known(vh, done, access, va);
    }
}

bool exit_guest_fault(struct vhart *vh, enum access access, uint64_t va)
{
    enum shadow_again done = shadow_again(&vh->shadow, &vh->h, &vh->world->mem, access, va);

    if (unlikely(done != SHADOW_FILLED && done != SHADOW_REPLACED)) {
        fault_unfilled(vh, done, access, va);
        return false;
    }
    vhart_count(vh, EXIT_shadow_fill);
    if (unlikely(shadow_expect(&vh->shadow, va) || done == SHADOW_REPLACED)) {
        host_fence_shadow(vh, va);
    }
    return true;
}

/* --- instructions --- */

/* HLV, HLVX, HSV: V = 0, or U with HU. */
static void exit_hypervisor_access(struct vhart *vh, const struct insn *i)
{
    struct hart *h = &vh->h;
    struct access_as as = {
        .prv = h->hstatus & HSTATUS_SPVP ? PRV_S : PRV_U, .v = true, .hlvx = i->hlvx};
    uint64_t value = 0;
    struct trap t;
    bool ok;

    vhart_count(vh, EXIT_hlv);
    if (i->op == OP_HSV) {
        as.access = ACCESS_STORE;
        value = h->x[i->rs2];
        ok = guest_store(vh, as, h->x[i->rs1], &value, i->width, &t);
    } else {
        as.access = ACCESS_LOAD;
        ok = guest_load(vh, as, h->x[i->rs1], &value, i->width, &t);
    }
    if (!ok) {
        if (t.cause >= CAUSE_FETCH_GUEST_PAGE && t.tinst == 0) {
            t.tinst = insn_transform(i, (unsigned)(t.tval - h->x[i->rs1]));
        }
        t.gva = true;
        host_reflect(vh, &t);
        return;
    }
    if (i->op == OP_HLV && i->rd != 0) {
        h->x[i->rd] = insn_loaded(i, value);
    }
    h->pc += 4;
}

static void count_fence(struct vhart *vh, const struct fence *f)
{
    vhart_count(vh, f->kind == FENCE_VMA ? EXIT_sfence : EXIT_hfence);
}

static bool touches_resident(const struct hart *h, const struct insn *i)
{
    const struct csr *c;

    if (i->op == OP_SRET || i->op == OP_MRET) {
        return true;
    }
    return i->op == OP_CSR && csr_find(h, i->csr, false, &c) == CSR_OK && c->resident;
}

static void count_instruction(struct vhart *vh, const struct insn *i, bool v)
{
    if (i->op == OP_CSR) {
        vhart_count(vh, v ? EXIT_csr_vs : EXIT_csr_h);
    } else if (i->op == OP_SRET) {
        vhart_count(vh, v ? EXIT_sret_vs : EXIT_sret_enter);
    } else if (i->op == OP_WFI) {
        vhart_count(vh, EXIT_wfi);
    }
}

void exit_instruction(struct vhart *vh, uint32_t raw)
{
    struct insn i = decode(raw);
    struct exec e;

    if (touches_resident(&vh->h, &i)) {
        host_unload(vh);
    }
    count_instruction(vh, &i, vh->h.v);
    e = hart_exec(&vh->h, &i);
    switch (e.kind) {
    case EXEC_DONE:
        host_effects(vh, e.csr_effect);
        break;
    case EXEC_TRAP:
        vhart_count(vh, EXIT_illegal);
        host_reflect(vh, &e.trap);
        break;
    case EXEC_FENCE:
        count_fence(vh, &e.fence);
        host_fence_guest(vh, &e.fence, vh->h.hgatp);
        break;
    case EXEC_MEMORY:
        exit_hypervisor_access(vh, &i);
        break;
    default: /* xret, wfi: all done */
        break;
    }
}
