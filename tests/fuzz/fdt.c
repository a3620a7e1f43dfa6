/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Device trees, whole and damaged: scanned, memory chosen, fixed up. Nothing is read or written
 * outside the tree, no memory is given to two, and what comes out can be read again.
 */
#include "input.h"

#include <libfdt.h>

#include "boot/fixup.h"
#include "boot/memory.h"
#include "boot/scan.h"
#include "boot/tracing.h"
#include "lib/log.h"

#define MOST  65536
#define IMAGE ((struct mem_range){0x80000000, 0x29000})

static void swallow(char c)
{
    (void)c;
}

static void choose(const void *fdt, struct scan *s)
{
    struct mem_range own[4], rest[64];
    struct place before;
    struct tracing t;
    struct memory m;

    if (memory_choose(&s->place, IMAGE, s->harts, 0x8000, &m) != 0) {
        return;
    }
    before = s->place;
    if (tracing_choose(fdt, &s->place, s->harts, &t) != 0) {
        return;
    }
    must(t.area.size == 0 || (place_is_ram(&before, t.area.base, t.area.size) &&
                              place_overlap(&before, t.area.base, t.area.size, false) == NULL));
    own[0] = m.hearth;
    own[1] = m.areas_range;
    own[2] = m.pool;
    own[3] = t.area;
    must(m.pool_each * s->harts <= m.pool.size && m.pool_each >= MEMORY_POOL_MIN);
    int n = place_without(&s->place, own, 4, rest, 64);
    for (int i = 0; i < n; i++) {
        must(rest[i].size != 0);
        for (unsigned j = 0; j < 4; j++) {
            must(own[j].size == 0 || rest[i].base >= own[j].base + own[j].size ||
                 own[j].base >= rest[i].base + rest[i].size);
        }
    }
}

static void fix(const void *fdt, size_t size, const struct scan *s)
{
    struct mem_range reserve[] = {{0x80000000, 0x80000}, {0, 0}, {0xbf000000, 0x800000}};
    struct fixup f = {s->hartid, s->harts, reserve, 3, {s->harts % 3 != 0, s->harts % 2 != 0}};
    size_t room = size + fixup_room(s->harts + s->others);
    void *tree = malloc(room);

    if (fdt_open_into(fdt, tree, (int)room) == 0 && fixup_tree(tree, &f) == 0) {
        must(fdt_check_full(tree, fdt_totalsize(tree)) == 0);
        must(fdt_path_offset(tree, "/reserved-memory") >= 0);
    }
    free(tree);
}

/* What a driver may ask of any node. */
static void ask(const void *fdt)
{
    struct tree_range r;
    struct tree_irq irq;
    uint64_t v;
    uint32_t v32;

    for (int node = 0; node >= 0; node = fdt_next_node(fdt, node, NULL)) {
        for (unsigned i = 0; i < 3; i++) {
            if (tree_reg(fdt, node, i, &r) == 0) {
                must(r.size > 0 && r.base + (r.size - 1) >= r.base);
            }
            (void)!tree_hart_irq(fdt, node, i, &irq);
        }
        (void)!tree_hartid(fdt, node, &v);
        (void)!tree_u64(fdt, node, "linux,initrd-start", &v);
        (void)!tree_u32(fdt, node, "riscv,ndev", &v32);
        (void)tree_string(fdt, node, "status");
        (void)tree_enabled(fdt, node);
        (void)scan_is_hart(fdt, node);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct scan s;

    if (size < sizeof(struct fdt_header) || size > MOST) {
        return 0;
    }
    uint8_t *fdt = aligned_alloc(8, (size + 7) & ~(size_t)7);
    memcpy(fdt, data, size);
    fdt_set_magic(fdt, FDT_MAGIC); /* the fuzzer need not find these */
    fdt_set_version(fdt, 17);
    fdt_set_last_comp_version(fdt, 16);
    fdt_set_totalsize(fdt, (uint32_t)size);
    log_open(swallow);
    bool good = tree_check(fdt) == 0;
    if (good) {
        ask(fdt);
    }
    if (good && scan_tree(fdt, &s) == 0) {
        must(s.harts > 0 && s.harts <= SCAN_HARTS);
        fix(fdt, size, &s);
        choose(fdt, &s);
    }
    free(fdt);
    return 0;
}
