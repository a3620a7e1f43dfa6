/* SPDX-License-Identifier: BSD-2-Clause */
/* The CSR table and the way through it. */
#include "spec/board.h"
#include "spec/csr_rules.h"

/* The vocabulary of csr.def. */
enum { R = 1, V = 2 };
enum {
    IRQ = CSR_EFFECT_IRQ,
    XLATE = CSR_EFFECT_XLATE,
    ENV = CSR_EFFECT_ENV,
    TIME = CSR_EFFECT_TIME,
    TRAPPED = CSR_EFFECT_TRAPPED,
    PROTECT = CSR_EFFECT_PMP,
    CONTEXT = IRQ | XLATE | ENV, /* a status register holds all of it */
};
/* No hart has it: what a number without a row needs. */
#define EXT_NEVER 63
/* The first number whose two highest bits say read-only. */
#define CSR_READ_ONLY 0xC00u

#define ALL     (~UINT64_C(0))
#define EPC     (~UINT64_C(1)) /* IALIGN = 16 */
#define TVEC    (~UINT64_C(2)) /* BASE and MODE 0 or 1 */
#define SELECT  MASK(8, 0)     /* what siselect and vsiselect must hold at least */
#define HSTATUS HSTATUS_WRITABLE
/* hypervisor chapter, "Bits of hedeleg that must be writable or must be read-only zero" */
#define HEDELEG  (MASK(8, 0) | BIT(12) | BIT(13) | BIT(15) | BIT(18) | BIT(19))
#define HVICTL   (HVICTL_VTI | HVICTL_IID | HVICTL_DPR | HVICTL_IPRIOM | HVICTL_IPRIO)
#define HVIPRIO1 (MASK(15, 8) | MASK(31, 24) | MASK(47, 40)) /* SSI, STI, LCOFI */
#define LOCAL    BIT(IRQ_LCOFI)
#define MVIEN    (BIT(IRQ_SSI) | BIT(IRQ_SEI) | LOCAL)

enum {
    ROW_NONE,
#define CSR(num, name, ...) ROW_##name,
#include "spec/csr.def"
#undef CSR
    ROW_COUNT
};
_Static_assert(ROW_COUNT <= 256, "a row number fits a byte");

static const struct csr rows[ROW_COUNT] = {
    [ROW_NONE] = {.ext = EXT_NEVER},
#define CSR(n, nm, field_, ext_, wmask_, effect_, gate_, flags, read_, write_)                     \
    [ROW_##nm] = {                                                                                 \
        .num = (n),                                                                                \
        .offset = offsetof(struct hart, field_),                                                   \
        .ext = EXT_##ext_,                                                                         \
        .effect = (effect_),                                                                       \
        .gate = GATE_##gate_,                                                                      \
        .resident = ((flags)&R) != 0,                                                              \
        .has_vs = ((flags)&V) != 0,                                                                \
        .wmask = (wmask_),                                                                         \
        .read = (read_),                                                                           \
        .write = (write_),                                                                         \
    },
#include "spec/csr.def"
#undef CSR
};
_Static_assert(offsetof(struct hart, x) == 0, "offset 0 is x[0], which reads as zero");

const uint8_t csr_row_of[4096] = {
#define CSR(num, name, ...) [num] = ROW_##name,
#include "spec/csr.def"
#undef CSR
};

static const char *const names[ROW_COUNT] = {
#define CSR(num, name, ...) [ROW_##name] = #name,
#include "spec/csr.def"
#undef CSR
};

const char *csr_name(const struct csr *c)
{
    bool custom = c < rows || c >= rows + ROW_COUNT; /* then the first of a struct board_csr */
    return custom ? ((const struct board_csr *)(const void *)c)->name : names[c - rows];
}

static const struct csr *row_at(unsigned num)
{
    return &rows[csr_row_of[num & (ARRAY_LEN(csr_row_of) - 1)]];
}

const struct csr *csr_row(unsigned num)
{
    const struct csr *c = row_at(num);
    return c != &rows[ROW_NONE] ? c : NULL;
}

/* Bits 9:8 of a number are the least privilege that may access it: U, S, hypervisor, M. */
static bool privileged(const struct hart *h, unsigned num)
{
    unsigned rank = h->prv == PRV_S ? 2 : h->prv;
    return ((num >> 8) & 3) <= rank;
}

/* What the specification doesn't give the hart, its vendor may. */
static __attribute__((noinline)) enum csr_status find_custom(const struct hart *h, unsigned num,
                                                             bool write, const struct csr **out)
{
    const struct csr *c = board_csr_row(h, num);
    if (c == NULL || (write && num >= CSR_READ_ONLY)) {
        return CSR_STATUS_ILLEGAL;
    }
    return csr_access(h, c, write, out);
}

enum csr_status csr_find(const struct hart *h, unsigned num, bool write, const struct csr **out)
{
    const struct csr *c = row_at(num);
    if (unlikely(!isa_has(h->isa, c->ext) || (write && num >= CSR_READ_ONLY))) {
        return find_custom(h, num, write, out);
    }
    if (likely(!h->v && c->gate == GATE_NONE)) {
        *out = c;
        return privileged(h, num) ? CSR_OK : CSR_STATUS_ILLEGAL;
    }
    return csr_access(h, c, write, out);
}

uint64_t csr_read_modify(const struct hart *h, const struct csr *c, uint64_t read)
{
    return c->num == CSR_mip ? FIELD_SET(BIT(IRQ_SEI), read, FIELD_GET(BIT(IRQ_SEI), h->mip))
                             : read;
}
