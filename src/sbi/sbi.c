/* SPDX-License-Identifier: BSD-2-Clause */
/* SBI 3.0, "Binary Encoding": the table of extensions, and a call from ecall to result. */
#include "sbi/sbi.h"
#include "core/nacl.h"

#include "sbi/ext.h"
#include "spec/pmp.h"

/* In order of heat. */
static const struct sbi_ext extensions[] = {
    {NACL_EID, NACL_EID, nacl_call, NULL, false, EXIT_sbi_nacl},
    {0x54494D45, 0x54494D45, time_call, NULL, false, EXIT_sbi_timer},
    {0x735049, 0x735049, ipi_call, NULL, false, EXIT_sbi_ipi},
    {0x52464E43, 0x52464E43, rfence_call, NULL, false, EXIT_sbi_rfence},
    {0x48534D, 0x48534D, hsm_call, NULL, false, EXIT_sbi_other},
    {0x504D55, 0x504D55, pmu_call, pmu_present, false, EXIT_sbi_other},
    {0x4442434E, 0x4442434E, dbcn_call, dbcn_present, false, EXIT_sbi_other},
    {0x00, 0x00, legacy_call, NULL, true, EXIT_sbi_timer},
    {0x04, 0x04, legacy_call, NULL, true, EXIT_sbi_ipi},
    {0x05, 0x07, legacy_call, NULL, true, EXIT_sbi_rfence},
    {0x01, 0x03, legacy_call, NULL, true, EXIT_sbi_other},
    {0x08, 0x08, legacy_call, NULL, true, EXIT_sbi_other},
    {0x10, 0x10, base_call, NULL, false, EXIT_sbi_other},
    {0x53525354, 0x53525354, srst_call, srst_present, false, EXIT_sbi_other},
    {0x53555350, 0x53555350, susp_call, NULL, false, EXIT_sbi_other},
    {0x46574654, 0x46574654, fwft_call, NULL, false, EXIT_sbi_other},
    {0x0A000000 | SBI_IMPL_ID, 0x0A000000 | SBI_IMPL_ID, hearth_call, NULL, false, EXIT_sbi_other},
};

static const struct sbi_ext *extension_find(uint64_t eid)
{
    for (const struct sbi_ext *e = extensions; e < extensions + ARRAY_LEN(extensions); e++) {
        if (eid - e->first <= e->last - e->first) {
            return !e->present || e->present() ? e : NULL;
        }
    }
    return NULL;
}

bool sbi_probe(uint64_t eid)
{
    return extension_find(eid) != NULL;
}

void sbi_call(struct vhart *vh)
{
    uint64_t *x = vh->h.x;
    const struct sbi_ext *e = extension_find(x[17]);
    uint64_t value = 0;
    long result = SBI_ERR_NOT_SUPPORTED;

    vhart_count(vh, e ? (enum exit_cause)e->exit : EXIT_sbi_other);
    vh->h.pc += 4;
    if (e) {
        result = e->call(vh, e->legacy ? x[17] : x[16], &x[10], &value);
    }
    if (result == SBI_LEFT) {
        return;
    }
    x[10] = (uint64_t)result;
    if (!e || !e->legacy) {
        x[11] = value;
    }
}

bool sbi_offload(struct vhart *vh, bool certain)
{
    static bool spoken; /* SBI, by a number that no other convention has */
    const struct sbi_ext *e = extension_find(vh->h.x[17]);

    if (e != NULL && !e->legacy && !spoken) {
        spoken = true;
    }
    if (e == NULL || (e->legacy && !spoken && !certain) ||
        (e->exit != EXIT_sbi_timer && e->exit != EXIT_sbi_ipi && e->exit != EXIT_sbi_rfence)) {
        return false;
    }
    sbi_call(vh);
    return true;
}

void sbi_reset(struct vhart *vh)
{
    pmu_reset(vh);
    fwft_reset(vh);
    nacl_reset(vh);
}

long hart_list(const struct vhart *vh, uint64_t mask, uint64_t base, uint64_t *harts)
{
    *harts = 0;
    if (base == ~UINT64_C(0)) {
        *harts = MASK(vh->world->harts - 1, 0);
        return SBI_SUCCESS;
    }
    for (; mask; mask &= mask - 1) {
        uint64_t hartid = base + (uint64_t)__builtin_ctzll(mask);
        const struct vhart *target = hartid >= base ? vhart_by_id(vh->world, hartid) : NULL;
        if (!target) {
            return SBI_ERR_INVALID_PARAM;
        }
        *harts |= BIT(target->index);
    }
    return SBI_SUCCESS;
}

void *shared_memory(const struct vhart *vh, uint64_t low, uint64_t high, uint64_t len)
{
    static uint64_t nothing;

    if (high != 0 || (len != 0 && vh->h.isa->pmp_entries != 0 &&
                      !(pmp_allows(&vh->h, (hpa_t){low}, len, ACCESS_LOAD, PRV_S) &&
                        pmp_allows(&vh->h, (hpa_t){low}, len, ACCESS_STORE, PRV_S)))) {
        return NULL;
    }
    return len == 0 ? &nothing : mem_at(&vh->world->mem, (hpa_t){low}, len);
}

bool start_address_valid(const struct vhart *vh, uint64_t pc)
{
    uint64_t align = isa_has(vh->h.isa, EXT_C) ? 2 : 4;

    return pc % align == 0 && mem_at(&vh->world->mem, (hpa_t){pc}, align) != NULL;
}
