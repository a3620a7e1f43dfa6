/* SPDX-License-Identifier: BSD-2-Clause */
/* What this hart has, found by trying; and the virtual hart that can be made of it. */
#include "host/m/m.h"

/* The bits of an existing CSR that hold what is written; the old value is put back. */
#define writable(csr)                                                                              \
    ({                                                                                             \
        uint64_t old_ = hw_swap(csr, ~UINT64_C(0));                                                \
        uint64_t got_ = hw_swap(csr, old_);                                                        \
        got_;                                                                                      \
    })

static uint16_t satp_modes(void)
{
    uint16_t modes = BIT(MODE_BARE);

    /* M runs untranslated: nothing happens to Hearth while satp is tried */
    for (unsigned mode = MODE_SV39; mode <= MODE_SV57; mode++) {
        hw_write(CSR_satp, FIELD_PUT(ATP_MODE, (uint64_t)mode));
        if (FIELD_GET(ATP_MODE, hw_read(CSR_satp)) == mode) {
            modes |= (uint16_t)BIT(mode);
        }
    }
    hw_write(CSR_satp, FIELD_PUT(ATP_MODE, (uint64_t)MODE_SV39) | SATP_ASID);
    return modes;
}

static bool has_pmp(void)
{
    uint64_t v;

    if (!hw_try_read(HW_pmpcfg0, &v)) {
        return false;
    }
    hw_write(HW_pmpaddr0, ~UINT64_C(0));
    v = hw_read(HW_pmpaddr0);
    hw_write(HW_pmpaddr0, 0);
    return v != 0;
}

bool host_usable(const char **why)
{
    uint64_t misa = hw_read(CSR_misa);
    uint64_t traps = STATUS_TVM | STATUS_TW | STATUS_TSR;

    *why = NULL;
    if (misa != 0 && !(misa & BIT('S' - 'A'))) {
        *why = "no S-mode";
        return false;
    }
    hw_set(CSR_mstatus, traps);
    if ((hw_read(CSR_mstatus) & traps) != traps) {
        *why = "mstatus has no TVM, TW or TSR";
    }
    hw_clear(CSR_mstatus, traps);
    if (!has_pmp()) {
        *why = "no PMP";
    }
    return *why == NULL;
}

/* The bits that Hearth knows. Others (landing pads, pointer masking, double traps) are the
 * firmware's to switch on by FWFT, for an S-mode that asks; they stay off. */
#define ENVCFG_KNOWN                                                                               \
    (ENVCFG_FIOM | ENVCFG_CBIE | ENVCFG_CBCFE | ENVCFG_CBZE | ENVCFG_ADUE | ENVCFG_PBMTE |         \
     ENVCFG_STCE)

/* Without menvcfg, the older harts: no envcfg at all. */
static void probe_environment(struct machine *m)
{
    uint64_t v;

    m->menvcfg = hw_try_read(CSR_menvcfg, &v);
    m->menvcfg_mask = m->menvcfg ? writable(CSR_menvcfg) & ENVCFG_KNOWN : 0;
    m->sstc = m->menvcfg && (m->menvcfg_mask & ENVCFG_STCE) && hw_try_read(CSR_stimecmp, &v);
    m->smaia = hw_try_read(CSR_mvien, &v) && hw_try_read(CSR_mvip, &v);
    m->mstateen = hw_try_read(CSR_mstateen0, &v) ? writable(CSR_mstateen0) : 0;
    m->mcountinhibit = hw_try_read(CSR_mcountinhibit, &v);
    m->time_csr = hw_try_read(CSR_time, &v);
}

/* A counter is there if it can be read and its event register holds something; a read-only zero one
 * is not. */
static uint64_t hpm_counters(void)
{
    uint64_t present = 0, v;

#define PROBE(i)                                                                                   \
    if (hw_try_read(0xb00 + (i), &v) && hw_try_read(0x320 + (i), &v) &&                            \
        writable(0x320 + (i)) != 0) {                                                              \
        present |= BIT(i);                                                                         \
    }
    HW_EACH_HPM(PROBE)
#undef PROBE
    return present;
}

/* An entry is there if its address holds something, and with it all that are before. Nothing runs
 * under PMP yet. */
static void probe_pmp(struct machine *m)
{
    uint64_t v;

    hw_write(HW_pmpcfg0, 0);
    m->pmp_grain = 2 + (unsigned)__builtin_ctzll(writable(HW_pmpaddr0));
    m->pmp_entries = 0;
#define PROBE(n)                                                                                   \
    if (hw_try_read(HW_pmpaddr0 + (n), &v) && writable(HW_pmpaddr0 + (n)) != 0) {                  \
        m->pmp_entries++;                                                                          \
    }
    HW_EACH_PMP(PROBE)
#undef PROBE
}

void host_probe(struct machine *m)
{
    uint64_t misa = hw_read(CSR_misa);
    uint64_t v;

    probe_environment(m);
    m->misa = misa;
    m->hpm = hpm_counters();
    probe_pmp(m);
    m->satp_modes = satp_modes();
    m->asid_mask = FIELD_GET(SATP_ASID, hw_read(CSR_satp));
    hw_write(CSR_satp, 0);
    m->medeleg = writable(CSR_medeleg);
    m->mideleg = writable(CSR_mideleg);
    if (!hw_try_read(CSR_scountovf, &v)) {
        m->mideleg &= ~BIT(IRQ_LCOFI); /* QEMU has the bit without Sscofpmf */
    }
}

/* The H of QEMU and of silicon: VMID as wide as 14 bits, ASID as the hart's own. */
void host_isa(const struct machine *m, struct isa *isa)
{
    isa->ext |= BIT(EXT_NONE) | BIT(EXT_H);
    isa->ext |= m->mcountinhibit ? BIT(EXT_COUNTINHIBIT) : 0;
    isa->ext |= BIT(EXT_MENVCFG); /* what the hardware has not is the model's */
    isa->ext |= BIT(EXT_SSTC);    /* likewise */
    isa->ext |= m->menvcfg_mask & ENVCFG_ADUE ? BIT(EXT_SVADU) : 0;
    isa->ext |= m->menvcfg_mask & ENVCFG_PBMTE ? BIT(EXT_SVPBMT) : 0;
    isa->ext |= m->menvcfg_mask & ENVCFG_CBZE ? BIT(EXT_ZICBOZ) : 0;
    isa->ext |= m->menvcfg_mask & ENVCFG_CBCFE ? BIT(EXT_ZICBOM) : 0;
    isa->ext |= m->mstateen ? BIT(EXT_SMSTATEEN) : 0;
    isa->ext |= m->mstateen & STATEEN_IMSIC ? BIT(EXT_IMSIC) : 0;
    isa->ext |= m->smaia ? BIT(EXT_SMAIA) : 0;
    isa->ext |= m->mideleg & BIT(IRQ_LCOFI) ? BIT(EXT_SSCOFPMF) : 0;
    isa->ext |= m->misa & BIT('F' - 'A') ? BIT(EXT_F) : 0;
    isa->ext |= m->misa & BIT('V' - 'A') ? BIT(EXT_V) : 0;
    isa->ext |= m->misa & BIT('C' - 'A') ? BIT(EXT_C) : 0;
    isa->misa = m->misa | BIT('H' - 'A');
    isa->satp_modes = m->satp_modes;
    isa->hgatp_modes = m->satp_modes;
    isa->asid_mask = m->asid_mask;
    isa->vmid_mask = FIELD_GET(HGATP_VMID, HGATP_VMID);
    isa->ppn_mask = ATP_PPN;
    isa->medeleg =
        m->medeleg | BIT(CAUSE_ECALL_VS) | MASK(CAUSE_STORE_GUEST_PAGE, CAUSE_FETCH_GUEST_PAGE);
    isa->mideleg = m->mideleg & (IRQS_S | BIT(IRQ_LCOFI));
    isa->counteren = 0xffffffff;
    isa->menvcfg = m->menvcfg_mask | ENVCFG_STCE;
    isa->hpm = m->hpm;
    isa->mvendorid = hw_read(CSR_mvendorid);
    isa->marchid = hw_read(CSR_marchid);
    isa->mimpid = hw_read(CSR_mimpid);
}

bool host_isa_firmware(const struct machine *m, struct isa *isa)
{
    isa->mideleg &= ~IRQS_S;
    isa->ext |= BIT(EXT_COUNTINHIBIT); /* who has menvcfg is expected to have it: read-only zero */
    isa->pmp_grain = (uint8_t)m->pmp_grain;
    isa->pmp_entries = (uint8_t)m_pmp_room();
    return isa->pmp_entries != 0;
}
