/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Virtual M-mode. The firmware runs in physical U, untranslated, nothing delegated: every
 * instruction that only M has, every access that the PMP plan refuses, and every trap comes here.
 * All CSRs are in the model meanwhile, but FS and VS, which the units look at, and the counters,
 * which are the hart's own.
 */
#include "host/m/firmware.h"
#include "core/exit.h"
#include "core/guestmem.h"
#include "core/policy.h"
#include "core/replay.h"
#include "core/request.h"
#include "drv/drv.h"
#include "sbi/sbi.h"

#define UNITS (STATUS_FS | STATUS_VS)
#define CBO   (ENVCFG_CBIE | ENVCFG_CBCFE | ENVCFG_CBZE)
#define ALL   (~UINT64_C(0))

#define INSN_MRET UINT32_C(0x30200073)
#define INSN_WFI  UINT32_C(0x10500073)

/* --- residency --- */

void m_firmware_status(const struct vhart *vh)
{
    uint64_t units =
        vh->os.valid ? 0 : vh->h.mstatus & UNITS; /* what is in them is not the firmware's */

    hw_write(CSR_mstatus, units | SXL_UXL_64 | FIELD_PUT(STATUS_MPP, PRV_U));
}

static void units_merge(struct hart *h, uint64_t mstatus)
{
    h->mstatus = (h->mstatus & ~UNITS) | (mstatus & UNITS);
}

void host_units_clear(struct vhart *vh)
{
    const struct isa *isa = vh->h.isa;

    hw_set(CSR_mstatus, UNITS);
    for (unsigned n = 0; isa_has(isa, EXT_F) && n < 32; n++) {
        host_freg_write(n, 0);
    }
    if (isa_has(isa, EXT_F)) {
        hw_write(HW_fcsr, 0);
    }
    if (isa_has(isa, EXT_V)) {
        m_vector_clear();
    }
}

void m_firmware_load(struct vhart *vh)
{
    struct hart *h = &vh->h;

    vhart_count(vh, EXIT_to_m);
    hw_write(CSR_mideleg, 0);
    hw_write(CSR_medeleg, 0);
    hw_write(CSR_mie, vh->m_irqs);
    m_mip_load(vh, 0); /* what mip shows of SEI now is the wire */
    if (vh->captured) {
        external_release(vh->plic);
        vh->captured = false;
    }
    if (machine.smaia) {
        hw_write(CSR_mvien, 0);
    }
    hw_write(CSR_mcounteren, machine.time_csr ? ALL : ALL & ~COUNTEREN_TM);
    h->scounteren = hw_swap(CSR_scounteren, ALL);
    if (machine.menvcfg) {
        hw_write(CSR_menvcfg, CBO & machine.menvcfg_mask);
        h->senvcfg = hw_swap(CSR_senvcfg, CBO);
    }
    if (vh->below) {
        vh->below = false;
        if (vh->world->firmware->policy->entering != NULL) {
            vh->world->firmware->policy->entering(vh);
        }
    }
    hw_write(CSR_satp, 0);
    m_firmware_status(vh);
    m_pmp_firmware(vh);
    hw_write(CSR_mtvec, (uintptr_t)m_entry_firmware);
    vh->resident = RESIDENT_M;
    hw_sfence_all();
}

/* What HS, VS and U have in common. */
static void environment_load(const struct hart *h)
{
    hw_write(CSR_scounteren, h->scounteren);
    if (machine.menvcfg) {
        hw_write(CSR_senvcfg, h->senvcfg);
    }
}

void m_firmware_unload(struct vhart *vh)
{
    struct hart *h = &vh->h;

    units_merge(h, hw_read(CSR_mstatus));
    environment_load(h);
    m_pmp_below(vh);
    hw_write(CSR_mtvec, (uintptr_t)m_entry_below);
    vh->resident = RESIDENT_NONE;
}

/* --- instructions --- */

/* The instruction at pc: firmware executes what lies there physically, in its own memory mostly. */
static inline bool instruction_at_hand(const struct vhart *vh, uint32_t *raw)
{
    const struct firmware *f = vh->world->firmware;
    uint64_t pc = vh->h.pc;

    if (likely(pc - f->base < f->size - 4)) {
        const uint16_t *p = (const uint16_t *)(uintptr_t)pc;
        *raw = (uint32_t)p[1] << 16 | p[0];
        return true;
    }
    return false;
}

static void trap_take(struct vhart *vh, const struct trap *t)
{
    vhart_count(vh, EXIT_m_trap);
    (void)hart_trap(&vh->h, t);
}

/* Neither CSRs nor so frequent. */
void m_firmware_other(struct vhart *vh, uint32_t raw)
{
    vh->written = true;
    vh->h.time = host_time();
    vhart_count(vh, EXIT_m_other);
    if (raw == INSN_MRET) {
        m_firmware_unload(vh);
        hart_mret(&vh->h);
    } else if (raw == INSN_WFI) {
        m_firmware_wait(vh);
        vh->h.pc += 4;
    } else {
        exit_instruction(vh, raw);
    }
    m_firmware_settle(vh);
}

static last_call void instruction_elsewhere(struct vhart *vh)
{
    struct trap t;
    uint32_t raw;

    if (guest_fetch(vh, &raw, &t)) {
        m_firmware_instruction(vh, raw);
    } else {
        trap_take(vh, &t);
        m_firmware_settle(vh);
    }
}

static inline void instruction(struct vhart *vh)
{
    uint32_t raw;

    if (likely(instruction_at_hand(vh, &raw))) {
        m_firmware_instruction(vh, raw);
    } else {
        instruction_elsewhere(vh);
    }
}

/* --- everything else --- */

/*
 * A load or store that the hart refused: a virtual device, or MPRV, or the firmware may not make
 * it. The replay finds out, and finds the fault.
 */
static void access(struct vhart *vh, uint64_t cause)
{
    struct hart *h = &vh->h;
    struct trap t = {.cause = cause, .tval = hw_read(CSR_mtval)}, fault = t;
    struct insn i;
    uint32_t raw;

    vhart_count(vh, EXIT_m_access);
    vh->written = true;
    if (!instruction_at_hand(vh, &raw) && !guest_fetch(vh, &raw, &fault)) {
        trap_take(vh, &t);
        return;
    }
    i = decode(raw);
    if (replay(vh, &i, &fault)) {
        h->pc += i.length;
    } else {
        trap_take(vh, &fault);
    }
}

static void exception(struct vhart *vh, uint64_t cause)
{
    struct trap t = {.cause = cause, .tval = hw_read(CSR_mtval)};

    switch (cause) {
    case CAUSE_LOAD_ACCESS:
    case CAUSE_STORE_ACCESS:
        access(vh, cause);
        return;
    case CAUSE_ECALL_U:
        t = (struct trap){.cause = CAUSE_ECALL_M};
        break;
    default:
        break;
    }
    trap_take(vh, &t);
}

/* Something below firmware is about to run, if the policy lets it; else the firmware has tried to
 * execute what it may not. */
static void leave(struct vhart *vh)
{
    const struct policy *p = vh->world->firmware->policy;
    struct hart *h = &vh->h;
    struct trap t = {.cause = CAUSE_ILLEGAL};

    if (p->leaving == NULL) {
        vh->below = true;
        return;
    }
    vh->below = p->leaving(vh);
    if (!vh->below) {
        h->prv = PRV_M;
        h->v = 0;
        trap_take(vh, &t);
        return;
    }
    m_hs_changed(vh);
    environment_load(h);
}

/* The end of every exit of firmware that may have changed more than a register. */
void m_firmware_settle(struct vhart *vh)
{
    m_firmware_interrupt(vh);
    if (likely(vh->resident == RESIDENT_M && vh->h.prv == PRV_M)) {
        m_pmp_follow(vh);
        return;
    }
    host_unload(vh);
    if (vh->h.prv != PRV_M) {
        leave(vh);
    }
    m_settle(vh);
}

static last_call void trapped(struct vhart *vh, uint64_t cause)
{
    if ((int64_t)cause < 0) {
        m_interrupt(vh, cause);
    } else {
        exception(vh, cause);
    }
    m_firmware_settle(vh);
}

void m_trap_firmware(struct vhart *vh, uint64_t cause)
{
    if (likely(cause == CAUSE_ILLEGAL)) {
        instruction(vh);
    } else {
        trapped(vh, cause);
    }
}

/* --- below the firmware --- */

static void call(struct vhart *vh)
{
    const struct trap t = {.cause = CAUSE_ECALL_HS};
    const struct firmware *f = vh->world->firmware;
    enum policy_call who = POLICY_FIRMWARE;
    bool supervised = f->policy->call != NULL;

    if ((f->offload || supervised) && sbi_offload(vh, supervised)) {
        vhart_count(vh, EXIT_offload);
        return;
    }
    if (supervised) {
        vh->written = true;
        who = f->policy->call(vh);
    }
    if (who == POLICY_FIRMWARE) {
        host_reflect(vh, &t);
    } else if (who == POLICY_BUILT_IN) {
        sbi_call(vh);
    }
}

/* A refused load or store of HS or U: the virtual PMP may leave a virtual device to it. */
static void access_below(struct vhart *vh, uint64_t cause)
{
    struct hart *h = &vh->h;
    struct trap t = {.cause = cause, .tval = hw_read(CSR_mtval), .gva = h->v}, fault = t;
    struct insn i;
    uint32_t raw;

    vh->written = true;
    if (!host_fetch(vh, &raw)) {
        return; /* the tables have changed: it runs again */
    }
    i = decode(raw);
    host_unload(vh);
    if (replay(vh, &i, &fault)) {
        h->pc += i.length;
    } else {
        host_reflect(vh, &fault);
    }
}

static bool trapped_below(struct vhart *vh, uint64_t cause)
{
    const struct trap guest_call = {.cause = CAUSE_ECALL_VS};

    if ((int64_t)cause < 0) {
        m_interrupt(vh, cause);
    } else if (cause == CAUSE_ECALL_HS && !vh->h.v) {
        call(vh);
    } else if (cause == CAUSE_ECALL_HS && !(vh->h.medeleg & BIT(CAUSE_ECALL_VS))) {
        host_reflect(vh, &guest_call);
    } else if (cause == CAUSE_LOAD_ACCESS || cause == CAUSE_STORE_ACCESS) {
        access_below(vh, cause);
    } else {
        return false;
    }
    return true;
}

void m_trap_below(struct vhart *vh, uint64_t cause, uint64_t mstatus)
{
    if (!trapped_below(vh, cause)) {
        m_trap(vh, cause, mstatus);
        return;
    }
    m_firmware_interrupt(vh);
    m_settle(vh);
}
