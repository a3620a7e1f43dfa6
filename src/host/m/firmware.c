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

static void status_load(const struct hart *h)
{
    hw_write(CSR_mstatus, (h->mstatus & UNITS) | SXL_UXL_64 | FIELD_PUT(STATUS_MPP, PRV_U));
}

static void units_merge(struct hart *h, uint64_t mstatus)
{
    h->mstatus = (h->mstatus & ~UNITS) | (mstatus & UNITS);
}

void m_firmware_load(struct vhart *vh)
{
    struct hart *h = &vh->h;

    if (vh->captured) {
        drivers.external->release(h->hartid);
        vh->captured = false;
    }
    hw_write(CSR_mideleg, 0);
    hw_write(CSR_medeleg, 0);
    hw_write(CSR_mie, vh->m_irqs);
    hw_clear(CSR_mip, IRQS_S); /* what mip shows of SEI now is the wire */
    if (machine.smaia) {
        hw_write(CSR_mvien, 0);
    }
    hw_write(CSR_mcounteren, machine.time_csr ? ALL : ALL & ~COUNTEREN_TM);
    h->scounteren = hw_swap(CSR_scounteren, ALL);
    if (machine.menvcfg) {
        hw_write(CSR_menvcfg, CBO & machine.menvcfg_mask);
        h->senvcfg = hw_swap(CSR_senvcfg, CBO);
    }
    hw_write(CSR_satp, 0);
    status_load(h);
    m_pmp_firmware(vh);
    hw_write(CSR_mtvec, (uintptr_t)m_entry_firmware);
    vh->resident = RESIDENT_M;
    hw_sfence_all();
}

void m_firmware_unload(struct vhart *vh)
{
    struct hart *h = &vh->h;

    units_merge(h, hw_read(CSR_mstatus));
    hw_write(CSR_scounteren, h->scounteren);
    if (machine.menvcfg) {
        hw_write(CSR_senvcfg, h->senvcfg);
    }
    if (machine.mstateen) {
        hw_write(CSR_mstateen0, h->mstateen[0]);
    }
    m_pmp_below(vh);
    hw_write(CSR_mtvec, (uintptr_t)m_entry_below);
    vh->resident = RESIDENT_NONE;
}

/* --- instructions --- */

/* The counters of virtual M are the hart's own, as far as it has them. */
static bool is_counter(const struct csr *c)
{
    return c->offset - offsetof(struct hart, mhpmcounter) <
               sizeof(((struct hart *)0)->mhpmcounter) + sizeof(((struct hart *)0)->mhpmevent) &&
           (host_counters_present() & BIT(c->num & 31)) != 0;
}

static void counter_refresh(struct hart *h, const struct csr *c)
{
    unsigned n = c->num & 31;

    if (c->offset >= offsetof(struct hart, mhpmevent)) {
        h->mhpmevent[n] = host_event_read(n);
    } else {
        h->mhpmcounter[n] = host_counter_read(n);
    }
}

static void counter_follow(const struct hart *h, const struct csr *c)
{
    unsigned n = c->num & 31;

    if (c->offset >= offsetof(struct hart, mhpmevent)) {
        host_event_write(n, h->mhpmevent[n]);
    } else {
        host_counter_write(n, h->mhpmcounter[n]);
    }
}

/* What a write of virtual M changes in hardware now; the rest follows when M is left. */
static void effects(struct vhart *vh, const struct csr *c, unsigned effect)
{
    struct hart *h = &vh->h;

    host_effects(vh, effect);
    if (effect & (CSR_EFFECT_XLATE | CSR_EFFECT_ENV)) { /* FS and VS are controls */
        status_load(h);
    }
    if (effect & CSR_EFFECT_PMP) {
        m_pmp_changed(vh);
    }
    if ((effect & CSR_EFFECT_TIME) && !machine.sstc && (h->menvcfg & ENVCFG_STCE)) {
        host_timer_set(vh, h->stimecmp);
    }
    if (c->num == CSR_mcountinhibit) {
        if (machine.mcountinhibit) {
            hw_write(CSR_mcountinhibit, h->mcountinhibit);
        } else {
            h->mcountinhibit = 0; /* nothing can stop the hart's counters */
        }
    }
    m_hs_changed(vh);
}

/* What a read may look at, brought up to date. */
static void prepare(struct vhart *vh, const struct csr *c)
{
    struct hart *h = &vh->h;

    if (c->read != NULL) {
        h->time = host_time();
        h->line = (h->line & ~BIT(IRQ_SEI)) | (hw_read(CSR_mip) & BIT(IRQ_SEI));
        if (h->line & BIT(IRQ_MEI)) {
            host_lines(vh); /* it may have dropped */
        }
    } else if (unlikely(is_counter(c))) {
        counter_refresh(h, c);
    }
}

/* The same as exec_csr() on the model. False: not legal, nothing done. */
static bool csr_access(struct vhart *vh, uint32_t raw)
{
    struct hart *h = &vh->h;
    unsigned funct3 = raw >> 12 & 7, rs1 = raw >> 15 & 31;
    bool writes = (funct3 & 3) == 1 || rs1 != 0;
    const struct csr *c;
    uint64_t old;

    if (csr_find(h, raw >> 20, writes, &c) != CSR_OK) {
        return false;
    }
    vhart_count(vh, EXIT_m_csr);
    prepare(vh, c);
    old = csr_read(h, c);
    if (writes) {
        uint64_t base = csr_read_modify(h, c, old), operand = funct3 & 4 ? rs1 : h->x[rs1];
        unsigned effect = csr_write(h, c, csr_operate(funct3, base, operand));
        if (unlikely(is_counter(c))) {
            counter_follow(h, c);
        }
        if (effect) {
            effects(vh, c, effect);
        }
    }
    rd_write(vh, raw, old);
    h->pc += 4;
    return true;
}

/* The instruction at pc: firmware executes what lies there physically. */
static bool instruction_at(struct vhart *vh, uint32_t *raw, struct trap *fault)
{
    const uint16_t *p = mem_at(&vh->world->mem, (hpa_t){vh->h.pc}, 4);

    if (likely(p != NULL)) {
        *raw = (uint32_t)p[1] << 16 | p[0];
        return true;
    }
    *raw = (uint32_t)hw_read(CSR_mtval);
    return *raw != 0 || guest_fetch(vh, raw, fault);
}

static void trap_take(struct vhart *vh, const struct trap *t)
{
    vhart_count(vh, EXIT_m_trap);
    (void)hart_trap(&vh->h, t);
}

static void instruction(struct vhart *vh)
{
    struct trap t = {.cause = CAUSE_ILLEGAL, .tval = hw_read(CSR_mtval)};
    uint32_t raw;

    if (!instruction_at(vh, &raw, &t)) {
        trap_take(vh, &t);
        return;
    }
    if (likely(IS_CSR(raw)) && csr_access(vh, raw)) {
        return;
    }
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
    if (!instruction_at(vh, &raw, &fault)) {
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

void m_trap_firmware(struct vhart *vh, uint64_t cause, uint64_t mstatus)
{
    units_merge(&vh->h, mstatus);
    if (likely(cause == CAUSE_ILLEGAL)) {
        instruction(vh);
    } else if ((int64_t)cause < 0) {
        m_interrupt(vh, cause);
    } else {
        exception(vh, cause);
    }
    m_firmware_interrupt(vh);
    if (vh->resident == RESIDENT_M && vh->h.prv == PRV_M) {
        m_pmp_follow(vh);
        return;
    }
    host_unload(vh);
    m_settle(vh);
}

/* --- below the firmware --- */

static void call(struct vhart *vh)
{
    const struct trap t = {.cause = CAUSE_ECALL_HS};

    if (vh->world->firmware->offload && sbi_offload(vh)) {
        vhart_count(vh, EXIT_offload);
        return;
    }
    host_reflect(vh, &t);
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
