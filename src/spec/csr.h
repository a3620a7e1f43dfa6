/* SPDX-License-Identifier: BSD-2-Clause */
/* CSR semantics: who may touch which CSR, what a write leaves behind, what must follow from it. */
#ifndef SPEC_CSR_H
#define SPEC_CSR_H

#include "spec/hart.h"

enum csr_num {
#define CSR(num, name, ...) CSR_##name = (num),
#include "spec/csr.def"
#undef CSR
};

/* What the caller has to do after a write (or'ed). */
enum csr_effect {
    CSR_EFFECT_NONE = 0,
    CSR_EFFECT_IRQ = BIT(0),   /* pending, enabled or delegated interrupts changed */
    CSR_EFFECT_XLATE = BIT(1), /* translation changed: satp, vsatp, hgatp, status bits, envcfg */
    CSR_EFFECT_ENV = BIT(2),   /* a control that a host mirrors in hardware changed */
    CSR_EFFECT_TIME = BIT(3),  /* a deadline or a time offset changed */
    CSR_EFFECT_TRAPPED =
        BIT(4), /* hstatus, htval, htinst: what a trap into HS writes, natively or not */
    CSR_EFFECT_PMP = BIT(5), /* what an entry of the virtual PMP matches or grants changed */
};

enum csr_status { CSR_OK, CSR_STATUS_ILLEGAL, CSR_STATUS_VIRTUAL };

/* Conditions on an access beyond privilege, decided in csr_access.c. */
enum csr_gate {
    GATE_NONE,
    GATE_COUNTER,   /* m-, h- and scounteren, bit num % 32 */
    GATE_STIMECMP,  /* STCE and TM; hvictl.VTI */
    GATE_VSTIMECMP, /* menvcfg.STCE, mcounteren.TM */
    GATE_SATP,      /* TVM, VTVM */
    GATE_HGATP,     /* TVM */
    GATE_SIP,       /* sip, sie: hvictl.VTI */
    GATE_ENVCFG,    /* stateen */
    GATE_STATEEN,   /* stateen, register num % 4 */
    GATE_AIA,       /* stateen */
    GATE_CSRIND,    /* stateen */
    GATE_SIREG,     /* stateen, and what siselect or vsiselect names */
    GATE_STOPEI,    /* stateen, VGEIN */
    GATE_PMP,       /* there only if the hart has entries */
};

/* One CSR: a row of csr.def, 32 bytes of it: finding one is a shift and an addition. */
struct csr {
    uint16_t num;
    uint16_t offset;   /* in struct hart, of the field that holds it; 0 (x[0]) if there is none */
    uint8_t ext;       /* enum isa_ext that it needs */
    uint8_t effect;    /* of a write that changes it */
    uint8_t gate;      /* enum csr_gate */
    bool resident : 1; /* an S-level CSR that hardware may hold while HS or VS runs */
    bool has_vs : 1;   /* with V=1 its number means the VS CSR, num + 0x100 */
    uint64_t wmask;    /* bits that a plain write changes */
    /* NULL: the field as it is; its wmask bits */
    uint64_t (*read)(const struct hart *h, const struct csr *c);
    unsigned (*write)(struct hart *h, const struct csr *c, uint64_t v);
};
_Static_assert(sizeof(struct csr) == 32, "a row is 32 bytes");

/*
 * Finds the CSR that an access of number num reaches in the hart's present mode (with V=1 the
 * number of an S CSR means the VS one), and says whether the access is legal: privilege, existence,
 * read-only, TVM, counteren, stateen, STCE and so on. Returns CSR_OK and *out, or the kind of
 * exception. num < 4096. Hypervisor chapter, "Trap cause codes" on cause 22 against 2.
 */
enum csr_status csr_find(const struct hart *h, unsigned num, bool write,
                         const struct csr **out) must_check;

/* Which row a number has, counted from 1 in csr.def's order; 0: none. */
extern const uint8_t csr_row_of[4096];

/* The row of a number, whatever the mode, or NULL: for dumps, tests and NACL. */
const struct csr *csr_row(unsigned num);

/* The specification's, or the vendor's, name of a row. */
const char *csr_name(const struct csr *c);

/* The field that a row names, as it is: for the model itself. */
static inline uint64_t *csr_field(struct hart *h, const struct csr *c)
{
    return (uint64_t *)(void *)((char *)h + c->offset);
}

static inline uint64_t csr_field_value(const struct hart *h, const struct csr *c)
{
    return *(const uint64_t *)(const void *)((const char *)h + c->offset);
}

/* Replaces the bits of mask; returns effect if that changed the field. */
static inline unsigned csr_assign(uint64_t *field, uint64_t v, uint64_t mask, unsigned effect)
{
    uint64_t old = *field;
    uint64_t new = old ^ ((old ^ v) & mask);
    *field = new;
    return new != old ? effect : CSR_EFFECT_NONE;
}

/* What NACL reads and writes at every exit and entry, out of the rows of csr.def. */
#define STATUS_VISIBLE                                                                             \
    (STATUS_SIE | STATUS_SPIE | STATUS_SPP | STATUS_SUM | STATUS_MXR | STATUS_FS | STATUS_VS |     \
     STATUS_UXL)

/* SD: FS or VS is Dirty, all ones. */
static inline uint64_t status_with_sd(uint64_t status)
{
    bool dirty = (status & STATUS_FS) == STATUS_FS || (status & STATUS_VS) == STATUS_VS;
    return (status & ~STATUS_SD) | (dirty ? STATUS_SD : 0);
}

static inline uint64_t hart_vsstatus(const struct hart *h)
{
    return status_with_sd(h->vsstatus & STATUS_VISIBLE);
}

/* The bits of sstatus and vsstatus that a write changes: FS and VS as far as there is a unit. */
#define SSTATUS_CONTROL (STATUS_SIE | STATUS_SPIE | STATUS_SPP | STATUS_SUM | STATUS_MXR)
static inline uint64_t hart_units(const struct hart *h)
{
    return (isa_has(h->isa, EXT_F) ? STATUS_FS : 0) | (isa_has(h->isa, EXT_V) ? STATUS_VS : 0);
}
static inline uint64_t hart_sstatus_writable(const struct hart *h)
{
    return SSTATUS_CONTROL | hart_units(h);
}

static inline uint64_t hart_hvip_writable(const struct hart *h)
{
    return IRQS_VS | (isa_has(h->isa, EXT_SMAIA) ? BIT(IRQ_LCOFI) : 0);
}

/* Returns whether it changed. */
static inline bool hart_hvip_write(struct hart *h, uint64_t v)
{
    return csr_assign(&h->hvip, v, hart_hvip_writable(h), 1) != 0;
}

/* Returns the effects (enum csr_effect). */
unsigned hart_mstatus_write(struct hart *h, uint64_t v);

static inline void hart_hstatus_write(struct hart *h, uint64_t v)
{
    (void)csr_assign(&h->hstatus, v, HSTATUS_WRITABLE, 0);
}

/* Value as a read gives it. No checks. Timers and hip/sip/mip look at h->time. */
static inline uint64_t csr_read(const struct hart *h, const struct csr *c)
{
    return likely(c->read == NULL) ? csr_field_value(h, c) : c->read(h, c);
}

/* Writes, WARL applied. No checks. Returns the effects (enum csr_effect), none if nothing changed.
 */
static inline unsigned csr_write(struct hart *h, const struct csr *c, uint64_t v)
{
    return likely(c->write == NULL) ? csr_assign(csr_field(h, c), v, c->wmask, c->effect)
                                    : c->write(h, c, v);
}

/*
 * What csrrs and csrrc combine their operand with: the value read, but for mip.SEIP, where only the
 * software-writable bit takes part (machine-level chapter, "mip and mie").
 */
uint64_t csr_read_modify(const struct hart *h, const struct csr *c, uint64_t read);

/* The floating-point (STATUS_FS) or vector (STATUS_VS) state changed: Dirty, at both levels if V=1
 * (vsstatus, "FS"). */
void hart_dirty(struct hart *h, uint64_t field);

#endif
