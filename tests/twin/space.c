/* SPDX-License-Identifier: BSD-2-Clause */
#include "twin.h"

extern char image_start[], image_end[];

#define RAM 0x80000000UL

/* The guest-physical page by which the VS-stage's table of pages may be known. Programs don't write
 * it: a change without a fence may be seen at any time later. */
#define TABLE_SLOT (W_PAGES - 1)

struct space space;
static uint64_t nothing[2048] __attribute__((aligned(16384))); /* a G-stage without pages */

/* One stage's tables and the entries of its window. */
struct tables {
    uint64_t *root[3]; /* by mode */
    uint64_t *slot[W_SLOTS];
    uint64_t *link; /* the entry that points to the window's pages */
    uint64_t pages; /* their table, as that entry knows it */
};
static struct tables tables[STAGES];

/* Where the window's slots are, relative to its start. */
static uint64_t slot_offset(unsigned slot)
{
    if (slot < W_PAGES)
        return slot * PAGE;
    if (slot < W_PAGES + W_MEGAS - 1)
        return (slot - W_PAGES + 1) * MEGAPAGE;
    return (slot - W_PAGES - W_MEGAS + 2) * GIGAPAGE;
}

static unsigned slot_level(unsigned slot)
{
    return slot < W_PAGES ? 0 : slot < W_PAGES + W_MEGAS - 1 ? 1 : 2;
}

/* Roots of the larger modes above Sv39's. A G-stage's root is four pages, each of which Sv48x4 has
 * to be given as a table of its own. */
static void build_roots(struct tables *t, const struct pt *pt)
{
    unsigned pages = pt->gstage ? 4 : 1;
    t->root[0] = pt->root;
    for (unsigned i = 1; i < 3; i++) {
        t->root[i] = pt_new(MODE_SV39, pt->gstage, 0).root;
        for (unsigned j = 0; j < pages; j++)
            t->root[i][j] = pte_make((uint64_t)t->root[i - 1] + pt->bias + j * PAGE, PTE_V);
    }
}

static void build(enum stage stage, const struct pt *pt)
{
    struct tables *t = &tables[stage];
    uint64_t window = stage == STAGE_G ? TEST_GPA : TEST_VA;
    build_roots(t, pt);
    for (unsigned i = 0; i < W_SLOTS; i++)
        t->slot[i] = pt_entry(pt, window + slot_offset(i), slot_level(i));
    t->link = pt_entry(pt, window, 1);
    t->pages = (uint64_t)t->slot[0] + pt->bias;
}

static void map_image(const struct pt *pt)
{
    for (uint64_t p = (uint64_t)image_start & -MEGAPAGE; p < (uint64_t)image_end; p += MEGAPAGE) {
        pt_map(pt, p, p + pt->bias, PTE_FULL, 1);
        pt_map(pt, p + VU_OFFSET, p + pt->bias, PTE_FULL | PTE_U, 1);
    }
}

static uint64_t root_atp(enum stage stage, unsigned mode, uint64_t id)
{
    uint64_t bias = stage == STAGE_VS ? space.bias : 0;
    return FIELD_PUT(ATP_MODE, MODE_SV39 + mode) | id << 44 |
           ((uint64_t)tables[stage].root[mode] + bias) >> 12;
}

/* A slot of the guest-physical window that programs may write through. */
static unsigned slot_pick(struct rng *r)
{
    unsigned slot = (unsigned)below(r, W_SLOTS);
    return slot + 1 == TABLE_SLOT || slot == TABLE_SLOT ? 0 : slot;
}

static uint64_t table_gpa(void)
{
    return TEST_GPA + slot_offset(TABLE_SLOT);
}

static void fill_sandbox(struct rng *r)
{
    /* c.ebreak all over; at the ends of pages halves of 32-bit instructions. */
    for (unsigned i = 0; i < 2 * SANDBOX; i++) {
        uint64_t *p = (uint64_t *)frames[i % SANDBOX + i / SANDBOX * HALF];
        for (unsigned j = 0; j < 512; j++)
            p[j] = 0x9002900290029002UL;
        p[0] = 0x9002900290020000UL | pick(r, ((const uint16_t[]){0x9002, 0x0010, 0x0001}));
        p[511] = 0x0000900290029002UL | pick(r, ((const uint64_t[]){0x9002, 0x0073, 0x0003})) << 48;
        p[1] = rnd(r) << 8;
    }
}

void space_build(struct rng *r)
{
    pt_reset();
    space.bias = percent(r, 70) ? GPA_ALIAS : 0;
    struct pt s = pt_new(MODE_SV39, false, 0), vs = pt_new(MODE_SV39, false, space.bias),
              g = pt_new(MODE_SV39, true, 0);
    map_image(&s);
    map_image(&vs);
    pt_map(&g, RAM, RAM, PTE_FULL | PTE_U, 2);
    pt_map(&g, RAM + GPA_ALIAS, RAM, PTE_FULL | PTE_U, 2);
    build(STAGE_S, &s);
    build(STAGE_VS, &vs);
    build(STAGE_G, &g);
    fill_sandbox(r);
    space.adue = percent(r, 50);
    space.satp = percent(r, 50) ? 0 : root_atp(STAGE_S, (unsigned)below(r, 3), below(r, 4));
    space.vsatp = percent(r, 15) ? 0 : root_atp(STAGE_VS, (unsigned)below(r, 3), below(r, 4));
    space.hgatp = root_atp(STAGE_G, (unsigned)below(r, 3), below(r, 4));
    if (space.bias == 0 && percent(r, 20))
        space.hgatp = 0;
}

static uint64_t sandbox_page(struct rng *r)
{
    return (uint64_t)frames[below(r, SANDBOX) + below(r, 2) * HALF];
}

/* What an entry of the window may point to, by its level. The address within the page comes from
 * address_pick(): with a larger page it is in the sandbox only if the page's first bytes are. */
static uint64_t target_pick(struct rng *r, enum stage stage, unsigned slot)
{
    unsigned level = slot_level(slot);
    uint64_t bias = stage == STAGE_VS ? space.bias : 0;
    uint64_t half = (uint64_t)frames[below(r, 2) * HALF];
    if (stage == STAGE_G && slot == TABLE_SLOT)
        return (uint64_t)tables[STAGE_VS].slot[0];
    if (stage == STAGE_VS && space.bias != 0 && percent(r, 3))
        return NOWHERE;
    if (percent(r, 2))
        return RAM; /* the firmware's own */
    if (stage == STAGE_VS && percent(r, 60))
        return TEST_GPA + slot_offset(slot_pick(r));
    if (level == 0)
        return sandbox_page(r) + bias;
    return level == 1 ? half + bias : RAM + bias;
}

static uint64_t flags_pick(struct rng *r, enum stage stage, unsigned slot)
{
    uint64_t flags = PTE_FULL;
    unsigned user = stage == STAGE_G ? 93 : 50;
    if (percent(r, 35))
        flags = PTE_V | (rnd(r) & 0xff & ~PTE_U);
    flags |= percent(r, user) ? PTE_U : 0;
    if (percent(r, 15))
        flags &= ~(percent(r, 50) ? PTE_D : PTE_A);
    if (percent(r, 3))
        flags &= ~PTE_V;
    if ((flags & PTE_RWX) == 0)
        flags |= PTE_D; /* not a pointer: what programs write must not become tables */
    flags |= rnd(r) & 0x300;
    /* QEMU sets A and D in VS-level tables without asking the G-stage for W and D. */
    if (stage == STAGE_G && slot == TABLE_SLOT) {
        flags = (flags & ~PTE_W) | PTE_D | ((flags & PTE_R) ? PTE_W : 0);
        flags &= (flags & PTE_R) ? ~0UL : ~PTE_X; /* and reads them by HS's MXR */
    }
    return flags;
}

struct change change_pick(struct rng *r)
{
    unsigned own = !TOP_IS_M ? 1 : has_h ? 4 : 10; /* of ten are satp's */
    struct change c = {.stage = below(r, 10) < own ? STAGE_S : (enum stage)(1 + below(r, 2)),
                       .slot = (unsigned)below(r, W_SLOTS),
                       .by_address = percent(r, 50)};
    unsigned level = slot_level(c.slot);
    uint64_t target = target_pick(r, c.stage, c.slot);
    c.pte = pte_make(target, flags_pick(r, c.stage, c.slot));
    if (level > 0 && percent(r, 4))
        c.pte ^= BIT(10 + below(r, 9 * level)); /* misaligned */
    if (percent(r, 3))
        c.pte ^= BIT(54 + below(r, 10));
    if (percent(r, 6)) {
        c.slot = W_SLOTS;
        c.by_address = false;
        c.pte = pte_make(tables[c.stage].pages, PTE_V);
        if (c.stage == STAGE_VS && space.bias != 0 && percent(r, 70))
            c.pte = pte_make(table_gpa(), PTE_V);
        if (percent(r, 20))
            c.pte ^= BIT(below(r, 10));
    }
    return c;
}

/* HFENCE.VVMA is for the VMID in hgatp: there are four in use. */
static void fence_vs(uint64_t va, bool by_address)
{
    if (!has_h)
        return;
    uint64_t hgatp = csr_read(hgatp);
    uint64_t ids = FIELD_GET(ATP_MODE, hgatp) == MODE_BARE ? 1 : 4;
    for (uint64_t id = 0; id < ids; id++) {
        csr_write(hgatp, (hgatp & ~HGATP_VMID) | FIELD_PUT(HGATP_VMID, id));
        if (by_address)
            __asm__ volatile("hfence.vvma %0, zero" ::"r"(va) : "memory");
        else
            __asm__ volatile("hfence.vvma" ::: "memory");
    }
    csr_write(hgatp, hgatp);
}

void fence_everything(void)
{
    fence_vs(0, false);
    if (has_h)
        __asm__ volatile("hfence.gvma" ::: "memory");
    __asm__ volatile("sfence.vma; fence.i" ::: "memory");
}

void change_apply(const struct change *c)
{
    struct tables *t = &tables[c->stage];
    uint64_t offset = c->slot < W_SLOTS ? slot_offset(c->slot) : 0;
    *(c->slot < W_SLOTS ? t->slot[c->slot] : t->link) = c->pte;
    __asm__ volatile("fence rw, rw" ::: "memory");
    if (c->stage == STAGE_S)
        __asm__ volatile("sfence.vma" ::: "memory");
    else if (c->stage == STAGE_VS)
        fence_vs(TEST_VA + offset, c->by_address);
    else if (c->by_address)
        __asm__ volatile("hfence.gvma %0, zero" ::"r"((TEST_GPA + offset) >> 2) : "memory");
    else
        __asm__ volatile("hfence.gvma" ::: "memory");
}

uint64_t atp_pick(struct rng *r, enum stage stage)
{
    uint64_t good = root_atp(stage, (unsigned)below(r, 3), below(r, 4));
    if (percent(r, 65))
        return good;
    if (percent(r, 50) && (stage != STAGE_G || space.bias == 0))
        return 0;
    if (stage == STAGE_S ||
        (stage == STAGE_VS && percent(r, 50))) /* modes that there aren't: reserved, or Sv64 */
        return (good & ~ATP_MODE) | pick(r, ((const uint64_t[]){1, 2, 5, 7, 11, 13, 15})) << 60;
    /* Tables in the firmware's memory, or where the G-stage has nothing. */
    uint64_t bad = percent(r, 50) ? NOWHERE : table_gpa();
    if (space.bias == 0)
        bad = RAM;
    if (stage == STAGE_G)
        bad = (uint64_t)nothing;
    return (good & ~ATP_PPN) | bad >> 12;
}

static bool is_root(enum stage stage, uint64_t atp)
{
    for (unsigned mode = 0; mode < 3; mode++) {
        uint64_t id = stage == STAGE_G ? HGATP_VMID : VSATP_ASID;
        if ((atp & ~id) == root_atp(stage, mode, 0))
            return true;
    }
    return false;
}

bool space_works(uint64_t vsatp, uint64_t hgatp)
{
    if (hgatp != 0 && !is_root(STAGE_G, hgatp))
        return false;
    return vsatp == 0 || (is_root(STAGE_VS, vsatp) && (hgatp != 0 || space.bias == 0));
}

static uint64_t offset_pick(struct rng *r)
{
    switch (below(r, 10)) {
    case 0:
        return PAGE - 1 - below(r, 8); /* into the next page, if it is long enough */
    case 1:
        return below(r, PAGE);
    case 2:
        return 2 * below(r, PAGE / 2);
    default:
        return 8 * below(r, PAGE / 8);
    }
}

static uint64_t window_address(struct rng *r, uint64_t window)
{
    unsigned slot = percent(r, 70) ? (unsigned)below(r, W_PAGES - 2) : slot_pick(r);
    uint64_t a = window + slot_offset(slot) + offset_pick(r);
    if (slot_level(slot) == 1)
        a += below(r, SANDBOX) * PAGE;
    if (slot_level(slot) == 2)
        a += sandbox_page(r) - RAM;
    return a;
}

/* M's: its own memory, which programs must not write, lies below the frames. */
static uint64_t physical_pick(struct rng *r)
{
    static const uint64_t places[] = {NOWHERE, 1UL << 38, -PAGE, -8UL, 1UL << 63, TEST_VA};
    return percent(r, 85) ? sandbox_page(r) + offset_pick(r) : pick(r, places);
}

uint64_t address_pick(struct rng *r, enum mode mode)
{
    if (mode == MODE_M)
        return physical_pick(r);
    bool guest = mode == MODE_VS || mode == MODE_VU;
    uint64_t user = mode == MODE_VU || mode == MODE_U || percent(r, 10) ? VU_OFFSET : 0;
    unsigned kind = (unsigned)below(r, 100);
    if (guest && space.vsatp == 0)
        kind += 30;
    if (kind < 78)
        return window_address(r, TEST_VA);
    if (kind < 84)
        return sandbox_page(r) + offset_pick(r) + user;
    if (kind < 86) {
        /* Below RAM there are devices, which Hearth reaches in M's stead with aligned accesses
         * only. */
        uint64_t ram = TOP_IS_M ? RAM + 64 : RAM;
        return pick(r,
                    ((const uint64_t[]){0, ram, NOWHERE, 1UL << 38, -PAGE, -8UL, 1UL << 63,
                                        1UL << 41, 1UL << 50, 0x3fffffffffUL, 0x7fffffffffffUL}));
    }
    if (kind < 88)
        return window_address(r, TEST_VA) ^ BIT(38 + below(r, 26));
    return window_address(r, guest ? TEST_GPA : TEST_VA);
}

uint64_t image_in(enum mode mode, const void *p)
{
    uint64_t atp = mode == MODE_VS || mode == MODE_VU ? csr_read(vsatp) : csr_read(satp);
    bool user = mode == MODE_U || mode == MODE_VU;
    return (uint64_t)p + (user && atp >> 60 != MODE_BARE ? VU_OFFSET : 0);
}

uint64_t space_digest(void)
{
    uint64_t d = 0;
    for (unsigned i = 0; i < STAGES; i++) {
        for (unsigned j = 0; j < W_SLOTS; j++)
            d = d * 31 + *tables[i].slot[j];
        d = d * 31 + *tables[i].link;
    }
    for (unsigned i = 0; i < 2 * SANDBOX; i++) {
        /* Most of what a step costs: four sums, so that there is little else than loads. */
        const uint64_t *p = (uint64_t *)frames[i % SANDBOX + i / SANDBOX * HALF];
        uint64_t a = 0, b = 0, c = 0, e = 0;
        for (unsigned j = 0; j < 512; j += 4) {
            a = (a ^ p[j]) * 31;
            b = (b ^ p[j + 1]) * 37;
            c = (c ^ p[j + 2]) * 41;
            e = (e ^ p[j + 3]) * 43;
        }
        d = mix(d ^ a) + mix(d ^ b) + mix(d ^ c) + mix(d ^ e);
    }
    return mix(d);
}

static void show_change(bool loud, const char *what, uint64_t i, uint64_t now, uint64_t *seen)
{
    if (loud && now != *seen)
        say("  %s %lx: 0x%lx -> 0x%lx", what, i, *seen, now);
    *seen = now;
}

void space_changes(bool loud)
{
    static const char *const names[] = {"satp slot", "vsatp slot", "hgatp slot"};
    static uint64_t slots[STAGES][W_SLOTS + 1], sandbox[2 * SANDBOX][512];
    for (unsigned i = 0; i < STAGES; i++) {
        for (unsigned j = 0; j < W_SLOTS; j++)
            show_change(loud, names[i], j, *tables[i].slot[j], &slots[i][j]);
        show_change(loud, names[i], W_SLOTS, *tables[i].link, &slots[i][W_SLOTS]);
    }
    for (unsigned i = 0; i < 2 * SANDBOX; i++) {
        const uint64_t *p = (uint64_t *)frames[i % SANDBOX + i / SANDBOX * HALF];
        for (unsigned j = 0; j < 512; j++) {
            if (p[j] != sandbox[i][j] && p[j] == 0x9002900290029002UL)
                sandbox[i][j] = p[j];
            show_change(loud, "memory", (uint64_t)(p + j), p[j], &sandbox[i][j]);
        }
    }
}
