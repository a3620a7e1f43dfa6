/* SPDX-License-Identifier: BSD-2-Clause */
/* The windows onto the interrupt files: AIA, "CSRs", and "Indirectly accessed interrupt-file
 * registers". What is behind them exists: csr_access.c. */
#include "spec/csr_rules.h"
#include "spec/imsic.h"

static const struct imsic_file *file_of(const struct hart *h, const struct csr *c)
{
    return c->num == CSR_mireg || c->num == CSR_mtopei ? h->isa->imsic_m : h->isa->imsic_s;
}

static unsigned selected(const struct hart *h, const struct csr *c)
{
    return (unsigned)(c->num == CSR_mireg ? h->miselect : h->siselect);
}

/* "Register numbers 0x71 and 0x73-0x7F are reserved: ... return zero, and writes ... are ignored";
 * the iprio array is read-only zero. */
static bool is_of_file(const struct hart *h, const struct csr *c)
{
    unsigned select = selected(h, c);

    return file_of(h, c) != NULL &&
           (select == IMSIC_EIDELIVERY || select == IMSIC_EITHRESHOLD ||
            (select >= IMSIC_EIP0 && select <= IMSIC_LAST && select % 2 == 0));
}

uint64_t read_ireg(const struct hart *h, const struct csr *c)
{
    return is_of_file(h, c) ? file_of(h, c)->read(h, selected(h, c)) : 0;
}

unsigned write_ireg(struct hart *h, const struct csr *c, uint64_t v)
{
    if (!is_of_file(h, c)) {
        return CSR_EFFECT_NONE;
    }
    file_of(h, c)->write(h, selected(h, c), v);
    return c->effect;
}

uint64_t read_topei(const struct hart *h, const struct csr *c)
{
    const struct imsic_file *f = file_of(h, c);

    return f != NULL ? f->topei(h) : 0;
}

/* Whatever is written. */
unsigned write_topei(struct hart *h, const struct csr *c, uint64_t v)
{
    const struct imsic_file *f = file_of(h, c);

    (void)v;
    if (f == NULL) {
        return CSR_EFFECT_NONE;
    }
    f->claim(h);
    return c->effect;
}
