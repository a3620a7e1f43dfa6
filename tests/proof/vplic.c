/* SPDX-License-Identifier: BSD-2-Clause */
/* proof: src/vdev/plic.c */
/* cbmc: --unwind 5 -Itests/unit -DVDEV_HARTS=2 -DPLIC_SOURCES=2 -DPLIC_HARTS=2 */
/* host: -Itests/unit -DVDEV_HARTS=2 -DPLIC_SOURCES=2 -DPLIC_HARTS=2 */
/*
 * The virtual PLIC loses no interrupt and invents none: the twin of plic_twin.h with two harts and
 * two sources. From any state of the device, of firmware's and S-mode's contexts and of what is
 * captured, through any two steps of anybody, what the wires say is what a bare machine's would.
 */
#include "proof.h"

#define twin_must(c) prove(c)
#include "plic_twin.h"

#define PRIORITIES 3

static void any_state(void)
{
    for (unsigned i = 1; i <= SOURCES; i++) {
        bool pending = any_bool();
        bare.priority[i] = device.priority[i] = any_below(PRIORITIES);
        bare.level[i] = device.level[i] = any_bool();
        bare.claimed[i] = device.claimed[i] = !pending && any_bool();
        bare.pending[0] |= (uint32_t)(pending ? BIT(i) : 0);
    }
    device.pending[0] = bare.pending[0];
    bare.claims_above_threshold = device.claims_above_threshold = any_bool();
    for (unsigned hart = 0; hart < TWIN_HARTS; hart++) {
        unsigned m = M_OF(hart), s = S_OF(hart);
        twin_firmware(TWIN_ENABLE, m, 1, (uint32_t)any());
        twin_firmware(TWIN_THRESHOLD, m, 1, any_below(PRIORITIES));
        bare.enable[s][0] = device.enable[s][0] = (uint32_t)any() & there(0);
        bare.context[s][0] = device.context[s][0] = any_below(PRIORITIES);
        if (any_bool()) {
            vplic_capture(&p.hart[hart]);
        }
        cached[hart] = (wires(hart) & BIT(IRQ_MEI)) != 0;
    }
    device_gateways(&device);
    device_gateways(&bare);
}

static void any_step(void)
{
    enum twin_act act = (enum twin_act)any_below(TWIN_ACTS);
    uint32_t v = act == TWIN_ENABLE ? (uint32_t)any() : any_below(PRIORITIES);
    twin_step(act, any_bool(), any_below(CONTEXTS), 1 + any_below(SOURCES), v);
    for (unsigned hart = 0; hart < TWIN_HARTS; hart++) {
        twin_check(hart, any_bool());
    }
}

void prove_vplic(void);
void prove_vplic(void)
{
    twin_make();
    any_state();
    any_step();
    any_step();
    if (cached[1]) {
        reached();
    }
    if (twin_taken > 0) {
        reached();
    }
    if (twin_stale > 0) {
        reached();
    }
}
