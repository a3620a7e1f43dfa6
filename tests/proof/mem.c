/* SPDX-License-Identifier: BSD-2-Clause */
/* parts: 9 */
/* cbmc: --unwind 6 --unwindset prove_mem.0:10 */
/*
 * What mem_at() gives lies in the world's memory, all of it, and it gives what does. Of lengths a
 * proof has words and pages, each a case of its own; a test has any.
 */
#include "proof.h"
#include "spec/mem.h"
#include "words.h"

#ifdef PART
#define SIZE PART
#else
#define SIZE any_below(9)
#endif

static struct mem_range range[2];

static struct mem_range range_any(void)
{
    struct mem_range r = {.base = bits(any(), 43, 0) << 12, .size = bits(any(), 43, 0) << 12};
    if (!PROVING) { /* make it one */
        r.base = (r.base & UINT64_C(0x7ffffffffff000)) + 4096;
        r.size = (r.size & UINT64_C(0x7ffffffffff000)) + 4096;
    }
    assume(r.base != 0 && r.size != 0 && r.base + r.size <= UINT64_C(1) << 56);
    return r;
}

/* Do all bytes lie in it? */
static bool holds(const struct mem_range *r, uint64_t pa, uint64_t len)
{
    return pa >= r->base && pa - r->base < r->size && r->size - (pa - r->base) >= len;
}

static bool gives(const struct mem *m, uint64_t pa, uint64_t len)
{
    uintptr_t at = (uintptr_t)mem_at(m, (hpa_t){pa}, len);
    prove(at == 0 || at == pa);
    return at != 0;
}

/* One range; and two give what one of them gives. */
static void prove_at(const struct mem *m, uint64_t pa, uint64_t len)
{
    const struct mem one = {.range = &range[0], .count = 1, .bias = 0};
    const struct mem other = {.range = &range[1], .count = 1, .bias = 0};

    bool first = gives(&one, pa, len);
    prove(first == holds(&range[0], pa, len));
    prove(gives(m, pa, len) == (first || (m->count == 2 && gives(&other, pa, len))));
    reached();
}

void prove_mem(void);
void prove_mem(void)
{
    const struct mem m = {.range = range, .count = 1 + any_below(2), .bias = 0};
    static const uint8_t sizes[] = {0, 1, 2, 3, 12, 21, 30, 39, 48};
    const unsigned which = SIZE;
    uint64_t pa = any();

    range[0] = range_any();
    range[1] = range_any();
    for (unsigned i = 0; i < ARRAY_LEN(sizes); i++) {
        if (i == which) {
            prove_at(&m, pa, BIT(sizes[i]));
        }
    }
    if (!PROVING) {
        pa = range[0].base + (any_bool() ? pa % range[0].size : pa);
        prove_at(&m, pa, 1 + any() % range[0].size);
    }
}
