/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CSR accesses of virtual M, which is most of what firmware traps for. Written as illegal.c is: the
 * commonest save little, and what an access may have to bring about follows only if it changed
 * something.
 */
#include "host/m/firmware.h"

#include "core/bus.h"

#define UNITS (STATUS_FS | STATUS_VS)

/* The counters of virtual M are the hart's own, as far as it has them. */
static inline bool in_counters(const struct csr *c)
{
    return c->offset - offsetof(struct hart, mhpmcounter) <
           sizeof(((struct hart *)0)->mhpmcounter) + sizeof(((struct hart *)0)->mhpmevent);
}

static bool is_event(const struct csr *c)
{
    return c->offset >= offsetof(struct hart, mhpmevent);
}

static bool counts(const struct csr *c)
{
    return in_counters(c) && (host_counters_present() & BIT(c->num & 31)) != 0;
}

static void counter_refresh(struct hart *h, const struct csr *c)
{
    unsigned n = c->num & 31;

    if (is_event(c)) {
        h->mhpmevent[n] = host_event_read(n);
    } else {
        h->mhpmcounter[n] = host_counter_read(n);
    }
}

static void counter_follow(const struct hart *h, const struct csr *c)
{
    unsigned n = c->num & 31;

    if (is_event(c)) {
        host_event_write(n, h->mhpmevent[n]);
    } else {
        host_counter_write(n, h->mhpmcounter[n]);
    }
}

static void units_merge(struct hart *h)
{
    h->mstatus = (h->mstatus & ~UNITS) | (hw_read(CSR_mstatus) & UNITS);
}

/* What a write of virtual M changes in hardware now; the rest follows when M is left. */
static last_call void follow(struct vhart *vh, unsigned num, unsigned effect)
{
    struct hart *h = &vh->h;

    host_effects(vh, effect);
    if (effect & CSR_EFFECT_ENV) {
        if (num == CSR_mstatus || num == CSR_sstatus) {
            m_firmware_status(vh); /* else the hardware's FS and VS are newer */
        }
        m_hs_changed(vh);
    }
    if (effect & CSR_EFFECT_PMP) {
        m_pmp_changed(vh);
    }
    if ((effect & CSR_EFFECT_TIME) && !machine.sstc && (h->menvcfg & ENVCFG_STCE)) {
        host_timer_set(vh, h->stimecmp);
    }
    if (num == CSR_mcountinhibit) {
        if (machine.mcountinhibit) {
            hw_write(CSR_mcountinhibit, h->mcountinhibit);
        } else {
            h->mcountinhibit = 0; /* nothing can stop the hart's counters */
        }
    }
    m_firmware_settle(vh);
}

static bool writes(uint32_t raw)
{
    return (raw >> 12 & 3) == 1 || (raw >> 15 & 31) != 0;
}

static uint64_t operated(const struct hart *h, uint32_t raw, uint64_t base)
{
    unsigned funct3 = raw >> 12 & 7, rs1 = raw >> 15 & 31;

    return csr_operate(funct3, base, funct3 & 4 ? rs1 : h->x[rs1]);
}

/* What a read may look at, brought up to date. */
static void prepare(struct vhart *vh, const struct csr *c)
{
    struct hart *h = &vh->h;

    if (c->num == CSR_sstatus) {
        units_merge(h);
    } else if (c->read != NULL) {
        h->time = host_time();
        h->line = (h->line & ~BIT(IRQ_SEI)) | (hw_read(CSR_mip) & BIT(IRQ_SEI));
        if (h->line & BIT(IRQ_MEI)) {
            host_lines(vh); /* it may have dropped */
        }
    } else if (counts(c)) {
        counter_refresh(h, c);
    }
}

/* The commonest of all, and always there: FS and VS are the hardware's, and a write of the
 * interrupt enables asks for no more than a look at the interrupts. */
static last_call void mstatus(struct vhart *vh, uint32_t raw)
{
    struct hart *h = &vh->h;
    unsigned effect = CSR_EFFECT_NONE;

    units_merge(h);
    uint64_t old = status_with_sd(h->mstatus);
    if (writes(raw)) {
        effect = hart_mstatus_write(h, operated(h, raw, old));
    }
    rd_write(vh, raw, old);
    h->pc += 4;
    if (effect & ~(unsigned)CSR_EFFECT_IRQ) {
        follow(vh, CSR_mstatus, effect);
    } else if (effect && m_firmware_pending(h)) {
        m_firmware_settle(vh);
    }
}

/* mtopei and mireg are a virtual device's: nothing may arrive between their read and their write.
 */
static last_call void of_imsic(struct vhart *vh, uint32_t raw, const struct csr *c)
{
    struct hart *h = &vh->h;

    bus_imsic_lock(vh);
    uint64_t old = csr_read(h, c);
    if (writes(raw)) {
        (void)csr_write(h, c, operated(h, raw, old));
    }
    bus_imsic_unlock(vh);
    rd_write(vh, raw, old);
    h->pc += 4;
    if (writes(raw)) {
        host_lines(vh);
        follow(vh, c->num, CSR_EFFECT_IRQ);
    }
}

/* A register that is more than a field. */
static last_call void special(struct vhart *vh, uint32_t raw, const struct csr *c)
{
    struct hart *h = &vh->h;
    unsigned effect = CSR_EFFECT_NONE;

    prepare(vh, c);
    uint64_t old = csr_read(h, c);
    if (writes(raw)) {
        effect = csr_write(h, c, operated(h, raw, csr_read_modify(h, c, old)));
        if (counts(c)) {
            counter_follow(h, c);
        }
    }
    rd_write(vh, raw, old);
    h->pc += 4;
    if (effect || vh->resident != RESIDENT_M) {
        follow(vh, c->num, effect);
    }
}

static last_call void field_write(struct vhart *vh, uint32_t raw, const struct csr *c, uint64_t old)
{
    struct hart *h = &vh->h;
    unsigned effect = csr_write(h, c, operated(h, raw, old));

    rd_write(vh, raw, old);
    h->pc += 4;
    if (effect) {
        follow(vh, c->num, effect);
    }
}

static inline void csr(struct vhart *vh, uint32_t raw)
{
    struct hart *h = &vh->h;
    const struct csr *c;

    if (raw >> 20 == CSR_mstatus) {
        vhart_count(vh, EXIT_m_csr);
        mstatus(vh, raw);
        return;
    }
    if (unlikely(csr_find(h, raw >> 20, writes(raw), &c) != CSR_OK)) {
        m_firmware_other(vh, raw);
        return;
    }
    vhart_count(vh, EXIT_m_csr);
    if (unlikely((c->num == CSR_mtopei || c->num == CSR_mireg) && h->isa->imsic_m != NULL)) {
        of_imsic(vh, raw, c);
        return;
    }
    if (c->read != NULL || in_counters(c)) {
        special(vh, raw, c);
        return;
    }
    uint64_t old = csr_field_value(h, c);
    if (writes(raw)) {
        field_write(vh, raw, c, old);
        return;
    }
    rd_write(vh, raw, old);
    h->pc += 4;
}

void m_firmware_instruction(struct vhart *vh, uint32_t raw)
{
    if (likely(IS_CSR(raw))) {
        csr(vh, raw);
    } else {
        m_firmware_other(vh, raw);
    }
}
