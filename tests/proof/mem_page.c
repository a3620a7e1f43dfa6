/* SPDX-License-Identifier: BSD-2-Clause */
/* replace: mem_at:mem_at_any */
/* cbmc: --unwind 7 */
/*
 * The page that a shadow table may hold (xlate_clip) is the largest around the address that lies in
 * the world's memory, no larger than both stages allow: 4 KiB of something else, if there is none.
 * What lies there mem_at() says (`mem`), who is asked for whole pages.
 */
#include "proof.h"
#include "spec/walk.h"

#define SIZES 5

static struct mem_range range[2];
static struct mem m = {.range = range};
static uint64_t address;
static bool there[SIZES]; /* is the page of 1 << (12 + 9 i) bytes around the address? */

static struct mem_range range_any(void)
{
    uint64_t base = any(), size = any();
    return (struct mem_range){align_down(base, 4096), align_down(size, 4096)};
}

stand_in void *mem_at_any(const struct mem *of, hpa_t pa, uint64_t len)
{
    bool known = false, gives = false;

    for (unsigned i = 0; i < SIZES; i++) {
        bool is = len == BIT(12 + 9 * i) && pa.a == align_down(address, len);
        known = known || is;
        gives = gives || (is && there[i]);
    }
    prove(of == &m && known);
    return gives ? (void *)(uintptr_t)(pa.a + of->bias) : NULL;
}

void prove_mem_page(void);
void prove_mem_page(void)
{
    const unsigned largest = any_below(SIZES);
    struct xlate x = {.pa.a = address = any(), .shift = 12 + 9 * largest};
    unsigned best = 0;

    m.count = 1 + any_below(2);
    m.bias = any();
    range[0] = range_any();
    range[1] = range_any();
    if (!PROVING) { /* make it lie in one, mostly */
        address = x.pa.a = range[0].base + any_below(8) * 4096;
    }
    /* No memory lies at 0. */
    for (unsigned i = 0; i < SIZES; i++) {
        uint64_t size = BIT(12 + 9 * i), page = align_down(address, size);
        there[i] = PROVING ? any_bool() : mem_at(&m, (hpa_t){page}, size) != NULL;
        assume(!there[i] || page + m.bias != 0);
        best = i <= largest && there[i] ? i : best;
    }
    xlate_clip(&x, &m);
    prove(x.shift == 12 + 9 * best);
    prove(x.pa.a == address);
    if (best == SIZES - 1) {
        reached();
    }
    if (best == 0 && largest != 0) {
        reached();
    }
}
