/* SPDX-License-Identifier: BSD-2-Clause */
#include "fdt.h"

#define FDT_BEGIN_NODE 1u
#define FDT_END_NODE   2u
#define FDT_PROP       3u
#define FDT_NOP        4u

uint32_t fdt_u32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

uint64_t fdt_u64(const uint8_t *p)
{
    return (uint64_t)fdt_u32(p) << 32 | fdt_u32(p + 4);
}

static uint32_t length(const char *s)
{
    uint32_t n = 0;
    while (s[n])
        n++;
    return n;
}

bool fdt_named(const char *node, const char *name)
{
    while (*name && *node == *name) {
        node++;
        name++;
    }
    return !*name && (!*node || *node == '@');
}

void fdt_each(const void *dtb, bool (*fn)(const struct fdt_prop *p, void *arg), void *arg)
{
    const uint8_t *base = dtb;
    const uint8_t *p = base + fdt_u32(base + 8);
    const char *strings = (const char *)base + fdt_u32(base + 12);
    struct fdt_prop prop = {.depth = 0};
    for (;;) {
        uint32_t token = fdt_u32(p);
        p += 4;
        if (token == FDT_BEGIN_NODE) {
            if (prop.depth < 8)
                prop.path[prop.depth] = (const char *)p;
            prop.depth++;
            p += (length((const char *)p) + 4) & ~3u;
        } else if (token == FDT_END_NODE) {
            prop.depth--;
        } else if (token == FDT_PROP) {
            prop.len = fdt_u32(p);
            prop.name = strings + fdt_u32(p + 4);
            prop.data = p + 8;
            p += 8 + ((prop.len + 3) & ~3u);
            if (prop.depth <= 8 && fn(&prop, arg))
                return;
        } else if (token != FDT_NOP) {
            return;
        }
    }
}

struct regions {
    struct region *out;
    unsigned max, n, depth;
    const char *node;
};

static bool take_reg(const struct fdt_prop *p, void *arg)
{
    struct regions *r = arg;
    if (p->depth != r->depth || !fdt_named(p->path[1], r->node) || !fdt_named(p->name, "reg"))
        return false;
    for (uint32_t i = 0; i + 16 <= p->len; i += 16, r->n++) {
        if (r->n < r->max)
            r->out[r->n] = (struct region){fdt_u64(p->data + i), fdt_u64(p->data + i + 8)};
    }
    return false;
}

unsigned fdt_reserved(const void *dtb, struct region *out, unsigned max)
{
    struct regions r = {.out = out, .max = max, .depth = 3, .node = "reserved-memory"};
    fdt_each(dtb, take_reg, &r);
    return r.n;
}

unsigned fdt_memory(const void *dtb, struct region *out, unsigned max)
{
    struct regions r = {.out = out, .max = max, .depth = 2, .node = "memory"};
    fdt_each(dtb, take_reg, &r);
    return r.n;
}
