/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * AIA's virtual devices under any sequence of accesses. The M-level interrupt files beside a plain
 * one of bits (AIA 1.0, chapter 3): registers, claims and wires are the same, and whose wire is
 * another was told. The root domain of an APLIC beside a bare one (aplic_twin.h).
 */
#include "input.h"

#define twin_must(c) must(c)
#include "aplic_twin.h"
#include "vdev/imsic.h"

#define PAGES 4
static const uint8_t owner[PAGES] = {2, VDEV_NOBODY, 63, 0};

/* A file as the specification has it: a bit an identity. */
struct plain {
    bool pending[2048], enabled[2048];
    uint64_t eidelivery, eithreshold;
};

static struct vimsic imsic;
static struct vimsic_file file[VDEV_HARTS];
static struct plain plain[VDEV_HARTS];
static struct input *arriving;

static unsigned plain_top(const struct plain *f)
{
    for (unsigned i = 1; i <= imsic.identities; i++) {
        if (f->pending[i] && f->enabled[i]) {
            return f->eithreshold == 0 || i < f->eithreshold ? i : 0;
        }
    }
    return 0;
}

static bool plain_wire(const struct plain *f)
{
    return f->eidelivery != 0 && plain_top(f) != 0;
}

static void plain_pend(struct plain *f, uint64_t identity)
{
    if (identity >= 1 && identity <= imsic.identities) {
        f->pending[identity] = true;
    }
}

/* Mostly one that there is, and a low one. */
static unsigned take_identity(struct input *in)
{
    unsigned how = (unsigned)take(in, 1);
    return how < 200   ? how % 70
           : how < 250 ? imsic.identities + 225 - how
                       : (unsigned)take(in, 2) % 0x180;
}

/* Bits of eip or eie, from identity first on. */
static uint64_t plain_bits(bool *of, unsigned first, uint64_t mask, uint64_t v)
{
    uint64_t old = 0;
    for (unsigned i = 0; i < 64; i++) {
        old |= (uint64_t)of[first + i] << i;
        if ((mask >> i & 1) != 0 && first + i >= 1 && first + i <= imsic.identities) {
            of[first + i] = v >> i & 1;
        }
    }
    return old;
}

/* What is at the hart's physical file: nobody's identities, too. */
static unsigned claim(void)
{
    unsigned identity = take_below(arriving, 4) == 0 ? 0 : take_identity(arriving);
    plain_pend(&plain[owner[0]], identity);
    return identity;
}

static void imsic_page(struct input *in)
{
    uint64_t page = take_below(in, PAGES + 2), at = take_below(in, 4) ? 0 : take_below(in, 0x1000);
    struct vdev_access a = {.offset = page * imsic.stride + at,
                            .len = take_below(in, 8) ? 4 : 1u << take_below(in, 4),
                            .write = take_below(in, 4) != 0,
                            .value = take_identity(in)};
    bool fits = a.len == 4 && at % 4 == 0;
    bool there = fits && a.write && at == 0 && page < PAGES && owner[page] != VDEV_NOBODY;
    uint64_t told = 0;
    if (there) {
        struct plain *f = &plain[owner[page]];
        bool before = plain_wire(f);
        plain_pend(f, a.value);
        told = before != plain_wire(f) ? BIT(owner[page]) : 0;
    }
    must(vimsic_ops.access(&imsic, &a) == fits);
    must((told & ~a.lines) == 0 && (a.lines & ~(there ? BIT(owner[page]) : 0)) == 0);
    must(a.ssip == 0 && (!fits || a.write || a.value == 0));
}

static void imsic_register(struct input *in, unsigned hart)
{
    struct plain *f = &plain[hart];
    static const uint8_t often[] = {0x70, 0x70, 0x72, 0x72, 0x80, 0x82, 0xc0, 0xc2};
    unsigned how = (unsigned)take(in, 1),
             select = how < 192 ? often[how % 8] : (unsigned)take(in, 2) % 0x180;
    uint64_t mask = how & 8 ? ~UINT64_C(0) : take_value(in), v = take_value(in);
    uint64_t old = 0, expected = 0;
    bool done = vimsic_register(&imsic, &file[hart], select, mask, v, &old);
    bool there = select == 0x70 || select == 0x72 || (select >= 0x80 && select <= 0xff);
    must(done == (there && select % 2 == 0));
    if (!done) {
        return;
    }
    if (select == 0x70) {
        expected = f->eidelivery;
        f->eidelivery = ((expected & ~mask) | (v & mask)) & 1;
    } else if (select == 0x72) {
        expected = f->eithreshold;
        f->eithreshold = ((expected & ~mask) | (v & mask)) & imsic.identities;
    } else {
        expected =
            plain_bits(select < 0xc0 ? f->pending : f->enabled, (select & 0x3e) * 32, mask, v);
    }
    must(old == expected);
}

static void imsic_claim(unsigned hart, bool take_it)
{
    unsigned top = plain_top(&plain[hart]);
    must(vimsic_topei(&imsic, &file[hart], take_it) == ((uint64_t)top << 16 | top));
    if (take_it) {
        plain[hart].pending[top] = false;
    }
}

static void imsic_wire(unsigned hart)
{
    struct vdev_lines l = {.deadline = VDEV_NEVER};
    vimsic_ops.lines(&imsic, hart, 0, &l);
    must(l.up == (plain_wire(&plain[hart]) ? BIT(IRQ_MEI) : 0) && l.deadline == VDEV_NEVER);
}

static void fuzz_imsic(struct input *in)
{
    memset(file, 0, sizeof(file));
    memset(plain, 0, sizeof(plain));
    imsic = (struct vimsic){.identities = 64 * (1 + take_below(in, 32)) - 1,
                            .stride = UINT64_C(0x1000) << take_below(in, 4),
                            .file = file};
    memset(imsic.hart, VDEV_NOBODY, sizeof(imsic.hart));
    memcpy(imsic.hart, owner, sizeof(owner));
    for (unsigned i = 0; i < PAGES && take_below(in, 4) != 0; i++) {
        struct plain *f = &plain[owner[i] % VDEV_HARTS];
        file[owner[i] % VDEV_HARTS].eidelivery = f->eidelivery = 1;
        for (unsigned id = 1; id <= imsic.identities; id++) {
            f->enabled[id] = true;
            file[owner[i] % VDEV_HARTS].eie[id / 64] |= BIT(id % 64);
        }
    }
    arriving = in;
    while (in->left > 0) {
        unsigned which = take_below(in, PAGES), hart = owner[which == 1 ? 3 : which];
        switch (take_below(in, 4)) {
        case 0:
            imsic_page(in);
            break;
        case 1:
            imsic_claim(hart, take_below(in, 2) != 0);
            break;
        case 2:
            imsic.claim = claim;
            imsic_wire(owner[0]);
            imsic.claim = NULL;
            break;
        default:
            imsic_register(in, hart);
            break;
        }
        for (unsigned i = 0; i < PAGES; i++) {
            if (owner[i] != VDEV_NOBODY) {
                imsic_wire(owner[i]);
            }
        }
    }
    imsic_wire(1); /* has no page */
}

static void aplic_anywhere(struct input *in)
{
    struct vdev_access a = {.offset = take(in, 2) & 0x7fff,
                            .len = 1u << take_below(in, 4),
                            .write = take_below(in, 2) != 0,
                            .value = take(in, 4)};
    struct vaplic before = vaplic;
    struct aplic_device under = beneath;
    if (a.len == 4 && a.offset % 4 == 0) {
        aplic_twin_access((uint32_t)a.offset, a.write, (uint32_t)a.value);
        return;
    }
    must(!vaplic_ops.access(&vaplic, &a) && (a.lines | a.ssip) == 0);
    must(memcmp(&vaplic, &before, sizeof(before)) == 0);
    must(memcmp(&beneath, &under, sizeof(under)) == 0);
}

static void fuzz_aplic(struct input *in)
{
    aplic_twin_make(take_below(in, 2) != 0);
    while (in->left > 0) {
        unsigned how = take_below(in, 256);
        if (how % 8 == 0) {
            aplic_anywhere(in);
        } else if (how % 8 < 3) {
            aplic_twin_input(1 + take_below(in, APLIC_SOURCES), (how & 8) != 0);
        } else {
            uint32_t at = aplic_twin_register((uint32_t)take(in, 2));
            aplic_twin_access(at, (how & 8) != 0, aplic_twin_value(at, (uint32_t)take(in, 2)));
        }
        for (unsigned i = 0; i < APLIC_IDCS; i++) {
            aplic_twin_check(i, (how >> (4 + i) & 1) != 0);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size};
    (take_below(&in, 2) ? fuzz_imsic : fuzz_aplic)(&in);
    return 0;
}
