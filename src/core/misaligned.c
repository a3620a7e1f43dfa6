/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/misaligned.h"

#include "core/guestmem.h"
#include "host/host.h"
#include "spec/csr.h"
#include "spec/replay.h"
#include "spec/trap.h"

static void result_write(struct hart *h, const struct insn *i, uint64_t value)
{
    if (i->is_float) {
        host_freg_write(i->rd, insn_loaded(i, value));
        hart_dirty(h, STATUS_FS); /* the unit was on, or the instruction would have been illegal */
    } else if (i->rd != 0) {
        h->x[i->rd] = insn_loaded(i, value);
    }
}

static bool load(struct vhart *vh, const struct insn *i, uint64_t va, struct trap *fault)
{
    struct access_as as = {.access = ACCESS_LOAD, .prv = vh->h.prv, .v = vh->h.v != 0};
    uint64_t value = 0;

    pmu_event(&vh->pmu, FW_MISALIGNED_LOAD);
    if (!guest_load(vh, as, va, &value, i->width, fault)) {
        return false;
    }
    result_write(&vh->h, i, value);
    return true;
}

static bool store(struct vhart *vh, const struct insn *i, uint64_t va, struct trap *fault)
{
    struct access_as as = {.access = ACCESS_STORE, .prv = vh->h.prv, .v = vh->h.v != 0};
    uint64_t value = i->is_float ? host_freg_read(i->rs2) : vh->h.x[i->rs2];

    pmu_event(&vh->pmu, FW_MISALIGNED_STORE);
    return guest_store(vh, as, va, &value, i->width, fault);
}

void misaligned_access(struct vhart *vh, const struct trap *t)
{
    struct trap fault = *t;
    struct insn i;
    uint32_t raw;
    bool done;

    vhart_count(vh, EXIT_misaligned);
    host_unload(vh);
    if (!guest_fetch(vh, &raw, &fault)) {
        host_reflect(vh, &fault);
        return;
    }
    i = decode(raw);
    if ((i.op != OP_LOAD && i.op != OP_STORE) || i.width > sizeof(uint64_t)) {
        host_reflect(vh, t);
        return;
    }
    uint64_t va = insn_address(&vh->h, &i);
    done = i.op == OP_LOAD ? load(vh, &i, va, &fault) : store(vh, &i, va, &fault);
    if (done) {
        vh->h.pc += i.length;
        return;
    }
    if (fault.tinst == 0) {
        fault.tinst = insn_transform(&i, (unsigned)(fault.tval - va));
    }
    host_reflect(vh, &fault);
}
