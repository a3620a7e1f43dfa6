/* SPDX-License-Identifier: BSD-2-Clause */
#include "spec/board.h"

#include <string.h>

#define ALL (~UINT64_C(0))

static uint64_t *word_of(const struct hart *h, const struct csr *c)
{
    return &h->custom[(const struct board_csr *)(const void *)c - h->isa->board->csr];
}

static uint64_t read_custom(const struct hart *h, const struct csr *c)
{
    return *word_of(h, c);
}

static unsigned write_custom(struct hart *h, const struct csr *c, uint64_t v)
{
    return csr_assign(word_of(h, c), v, c->wmask, c->effect);
}

/* Number, name, writable bits, value at reset. */
#define CSR(number, name_, mask, reset_)                                                           \
    {                                                                                              \
        .row = {.num = (number),                                                                   \
                .ext = EXT_NONE,                                                                   \
                .wmask = (mask),                                                                   \
                .read = read_custom,                                                               \
                .write = write_custom},                                                            \
        .name = (name_), .reset = (reset_)                                                         \
    }

/* U74-MC Core Complex Manual, "SiFive Feature Disable CSR": bits 3:0, 9, 17:16; all of them set at
 * reset. */
#define FEATURES UINT64_C(0x3020f)
static const struct board_csr sifive_u7_csr[] = {
    CSR(0x7c1, "feature_disable", FEATURES, FEATURES),
};
static const char *const sifive_u7[] = {"sifive,u74-mc", "sifive,u74", "sifive,bullet0", NULL};

/* C910, C906 user manuals, "Machine mode extended registers" and "Supervisor mode extended
 * registers". mxstatus.PM and sxstatus.PM say the mode, which is M to who reads them here. Of
 * mcor, mcins and the like only commands are written, which are done at once. */
#define PM MASK(31, 30)
static const struct board_csr thead_c9_csr[] = {
    CSR(0x7c0, "mxstatus", MASK(29, 0), PM),
    CSR(0x7c1, "mhcr", MASK(31, 0), 0),
    CSR(0x7c2, "mcor", 0, 0),
    CSR(0x7c3, "mccr2", ALL, 0),
    CSR(0x7c4, "mcer2", ALL, 0),
    CSR(0x7c5, "mhint", ALL, 0),
    CSR(0x7c6, "mrmr", ALL, 0),
    CSR(0x7c7, "mrvbr", ALL, 0),
    CSR(0x7c8, "mcer", ALL, 0),
    CSR(0x7c9, "mcounterwen", MASK(31, 0), 0),
    CSR(0x7ca, "mcounterinten", MASK(31, 0), 0),
    CSR(0x7cb, "mcounterof", MASK(31, 0), 0),
    CSR(0x7cc, "mhint2", ALL, 0),
    CSR(0x7cd, "mhint3", ALL, 0),
    CSR(0x7ce, "mhint4", ALL, 0),
    CSR(0x7d2, "mcins", 0, 0),
    CSR(0x7d3, "mcindex", MASK(31, 0), 0),
    CSR(0x7d4, "mcdata0", 0, 0),
    CSR(0x7d5, "mcdata1", 0, 0),
    CSR(0x7d6, "meicr", 0, 0),
    CSR(0x7d7, "meicr2", 0, 0),
    CSR(0xfc0, "mcpuid", 0, 0),
    CSR(0xfc1, "mapbaddr", 0, 0),
    CSR(0x5c0, "sxstatus", MASK(29, 0), PM),
    CSR(0x5c1, "shcr", MASK(31, 0), 0),
    CSR(0x5c2, "scer2", ALL, 0),
    CSR(0x5c3, "scer", ALL, 0),
    CSR(0x5c4, "scounterinten", MASK(31, 0), 0),
    CSR(0x5c5, "scounterof", MASK(31, 0), 0),
};
static const char *const thead_c9[] = {"thead,c906", "thead,c908", "thead,c910", "thead,c920",
                                       NULL};

/* AndeStar V5 specification, "Machine Mode CSRs". A read-only configuration of zero says that none
 * of the optional features is there. */
static const struct board_csr andes_45_csr[] = {
    CSR(0x7c4, "mxstatus", MASK(31, 0), 0),
    CSR(0x7c5, "mpft_ctl", MASK(31, 0), 0),
    CSR(0x7ca, "mcache_ctl", MASK(31, 0), 0),
    CSR(0x7cb, "mcctlbeginaddr", ALL, 0),
    CSR(0x7cc, "mcctlcommand", 0, 0),
    CSR(0x7cd, "mcctldata", 0, 0),
    CSR(0x7ce, "mcounterwen", MASK(31, 0), 0),
    CSR(0x7cf, "mcounterinten", MASK(31, 0), 0),
    CSR(0x7d0, "mmisc_ctl", MASK(31, 0), 0),
    CSR(0x7d1, "mcountermask_m", MASK(31, 0), 0),
    CSR(0x7d2, "mcountermask_s", MASK(31, 0), 0),
    CSR(0x7d3, "mcountermask_u", MASK(31, 0), 0),
    CSR(0x7d4, "mcounterovf", MASK(31, 0), 0),
    CSR(0x7d5, "mslideleg", MASK(31, 0), 0),
    CSR(0xfc0, "micm_cfg", 0, 0),
    CSR(0xfc1, "mdcm_cfg", 0, 0),
    CSR(0xfc2, "mmsc_cfg", 0, 0),
};
static const char *const andes_45[] = {"andestech,ax45mp", "andestech,nx45v", NULL};

static const struct board boards[] = {
    {sifive_u7, sifive_u7_csr, ARRAY_LEN(sifive_u7_csr)},
    {thead_c9, thead_c9_csr, ARRAY_LEN(thead_c9_csr)},
    {andes_45, andes_45_csr, ARRAY_LEN(andes_45_csr)},
};
_Static_assert(ARRAY_LEN(thead_c9_csr) <= CUSTOM_MAX, "there is a word for each");
_Static_assert(ARRAY_LEN(andes_45_csr) <= CUSTOM_MAX, "there is a word for each");

const struct board *board_find(const char *compatible)
{
    for (unsigned i = 0; i < ARRAY_LEN(boards); i++) {
        for (const char *const *s = boards[i].compatible; *s != NULL; s++) {
            if (strcmp(*s, compatible) == 0) {
                return &boards[i];
            }
        }
    }
    return NULL;
}

const struct csr *board_csr_row(const struct hart *h, unsigned num)
{
    const struct board *b = h->isa->board;

    for (unsigned i = 0; b != NULL && h->custom != NULL && i < b->count; i++) {
        if (b->csr[i].row.num == num) {
            return &b->csr[i].row;
        }
    }
    return NULL;
}

void board_reset(struct hart *h, uint64_t *words)
{
    const struct board *b = h->isa->board;

    h->custom = words;
    for (unsigned i = 0; b != NULL && i < b->count; i++) {
        words[i] = b->csr[i].reset;
    }
}
