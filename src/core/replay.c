/* SPDX-License-Identifier: BSD-2-Clause */
#include "core/replay.h"

#include "core/guestmem.h"
#include "host/host.h"
#include "spec/csr.h"
#include "spec/replay.h"

static void result_write(struct hart *h, const struct insn *i, uint64_t value)
{
    if (i->is_float) {
        host_freg_write(i->rd, insn_loaded(i, value));
        hart_dirty(h, STATUS_FS); /* the unit was on, or the instruction had been illegal */
    } else if (i->rd != 0) {
        h->x[i->rd] = insn_loaded(i, value);
    }
}

static bool plain(struct vhart *vh, const struct insn *i, struct access_as as, uint64_t va,
                  struct trap *fault)
{
    uint64_t value = 0;

    if (i->op == OP_STORE) {
        value = i->is_float ? host_freg_read(i->rs2) : vh->h.x[i->rs2];
        return guest_store(vh, as, va, &value, i->width, fault);
    }
    if (!guest_load(vh, as, va, &value, i->width, fault)) {
        return false;
    }
    result_write(&vh->h, i, value);
    return true;
}

/* May fail although nothing has changed. */
static bool exchange(void *ram, unsigned width, uint64_t old, uint64_t becomes)
{
    uint32_t *word = (uint32_t *)align_down((uintptr_t)ram, 4);
    unsigned shift = (unsigned)((uintptr_t)ram & 3) * 8;
    uint32_t mask = width == 4 ? UINT32_MAX : (uint32_t)(BIT(width * 8) - 1) << shift;

    if (width == 8) {
        return __atomic_compare_exchange_n((uint64_t *)ram, &old, becomes, false, __ATOMIC_SEQ_CST,
                                           __ATOMIC_SEQ_CST);
    }
    uint32_t was = __atomic_load_n(word, __ATOMIC_RELAXED);
    uint32_t wanted = (was & ~mask) | ((uint32_t)becomes << shift & mask);
    return ((was ^ (uint32_t)old << shift) & mask) == 0 &&
           __atomic_compare_exchange_n(word, &was, wanted, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

static uint64_t loaded(const void *ram, unsigned width)
{
    switch (width) {
    case 1:
        return __atomic_load_n((const uint8_t *)ram, __ATOMIC_SEQ_CST);
    case 2:
        return __atomic_load_n((const uint16_t *)ram, __ATOMIC_SEQ_CST);
    case 4:
        return __atomic_load_n((const uint32_t *)ram, __ATOMIC_SEQ_CST);
    default:
        return __atomic_load_n((const uint64_t *)ram, __ATOMIC_SEQ_CST);
    }
}

/* `to` is RAM, aligned. */
static void atomic(struct hart *h, const struct insn *i, void *to)
{
    uint64_t old, becomes;

    do {
        old = loaded(to, i->width);
        becomes = insn_stored(i, h->x[i->rs2], old, h->x[i->rd]);
    } while (!exchange(to, i->width, old, becomes));
    result_write(h, i, old);
}

/*
 * LR and SC: the reservation is the value. A store in between that puts back what was there goes
 * unseen.
 */
static void load_reserved(struct vhart *vh, const struct insn *i, void *from)
{
    vh->reservation = (struct reservation){from, i->width, loaded(from, i->width)};
    result_write(&vh->h, i, vh->reservation.value);
}

static void store_conditional(struct vhart *vh, const struct insn *i, void *to)
{
    struct reservation r = vh->reservation;
    bool stored =
        r.at == to && r.width == i->width && exchange(to, i->width, r.value, vh->h.x[i->rs2]);

    vh->reservation.at = NULL;
    if (i->rd != 0) {
        vh->h.x[i->rd] = !stored;
    }
}

static bool atomically(struct vhart *vh, const struct insn *i, struct access_as as, uint64_t va,
                       struct trap *fault)
{
    void *ram = guest_pointer(vh, as, va, i->width, fault);

    if (ram == NULL) {
        return false;
    }
    if (i->op == OP_LR) {
        load_reserved(vh, i, ram);
    } else if (i->op == OP_SC) {
        store_conditional(vh, i, ram);
    } else {
        atomic(&vh->h, i, ram);
    }
    return true;
}

/*
 * A block, whatever its size, lies in one page; the PMP is asked for one of the usual size. "CMO":
 * leave to load or to store is enough to manage it; a fault is a store's, tval is rs1's value.
 */
static bool block(struct vhart *vh, const struct insn *i, struct access_as as, uint64_t va,
                  struct trap *fault)
{
    enum { USUAL = 64 };
    bool zeroes = (insn_access(i) & INSN_WRITES) != 0;
    uint64_t at = align_down(va, USUAL);
    void *ram = NULL;

    if (!isa_has(vh->h.isa, zeroes ? EXT_ZICBOZ : EXT_ZICBOM)) {
        return false;
    }
    if (!zeroes) {
        as.access = ACCESS_LOAD;
        ram = guest_pointer(vh, as, at, USUAL, fault);
    }
    as.access = ACCESS_STORE;
    if (ram == NULL) {
        ram = guest_pointer(vh, as, at, USUAL, fault);
    }
    if (ram != NULL) {
        host_block((unsigned)i->imm, ram);
    } else if (at != va && guest_pointer(vh, as, va, 1, fault) != NULL) {
        fault->tval = va; /* it is another part that the PMP closes */
    }
    return ram != NULL;
}

bool replay(struct vhart *vh, const struct insn *i, struct trap *fault)
{
    unsigned access = insn_access(i);
    bool aligns = i->op != OP_LOAD && i->op != OP_STORE, stores = (access & INSN_WRITES) != 0;
    struct access_as as = access_explicit(&vh->h, stores ? ACCESS_STORE : ACCESS_LOAD);
    uint64_t va = insn_address(&vh->h, i);

    if (access == 0 || i->op == OP_HLV || i->op == OP_HSV || i->width > sizeof(uint64_t)) {
        return false;
    }
    if (access & INSN_BLOCK) {
        if (block(vh, i, as, va, fault)) {
            return true;
        }
    } else if (aligns && va % i->width != 0) {
        uint64_t cause = stores ? CAUSE_STORE_MISALIGNED : CAUSE_LOAD_MISALIGNED;
        *fault = (struct trap){.cause = cause, .tval = va, .gva = as.v};
    } else if (aligns ? atomically(vh, i, as, va, fault) : plain(vh, i, as, va, fault)) {
        return true;
    }
    if (fault->tinst == 0) {
        fault->tinst = insn_transform(i, (unsigned)(fault->tval - va));
    }
    return false;
}
