/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/misaligned.h"

#include "core/guestmem.h"
#include "core/replay.h"
#include "host/host.h"

void misaligned_access(struct vhart *vh, const struct trap *t)
{
    struct trap fault = *t;
    struct insn i;
    uint32_t raw;

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
    pmu_event(&vh->pmu, i.op == OP_LOAD ? FW_MISALIGNED_LOAD : FW_MISALIGNED_STORE);
    if (replay(vh, &i, &fault)) {
        vh->h.pc += i.length;
    } else {
        host_reflect(vh, &fault);
    }
}
