/* SPDX-License-Identifier: BSD-2-Clause */
/* What /chosen/hearth/firmware asks for: firmware in virtual M-mode (docs/binding.md). Pure. */
#ifndef BOOT_FIRMWARE_H
#define BOOT_FIRMWARE_H

#include "boot/next.h"
#include "boot/place.h"
#include "core/policy.h"

#define FIRMWARE_SIZE   0x200000 /* taken to be firmware's own from its load address on */
#define FIRMWARE_DIGEST 32       /* bytes of SHA-256 */

struct firmware_asked {
    bool present;
    struct mem_range file; /* where the image lies now */
    bool built_in;         /* in Hearth's own image */
    uint64_t load, size;   /* where it runs, and what it has from there on */
    bool sized;            /* the tree says so; otherwise less may do */
    const struct policy *policy;
    bool offload;
    bool hypervisor;       /* it sees H */
    const uint8_t *sha256; /* FIRMWARE_DIGEST bytes that the file must have, in the tree; or NULL */
};

/*
 * built_in: the image within Hearth's own, size 0 if there is none; policy: what was built in with
 * it; otherwise: the load address if the tree names none. 0, or a negative enum err with a line
 * said. A disabled node, or none and nothing built in: !asked->present.
 */
int firmware_read(const void *fdt, struct mem_range built_in, const char *policy,
                  uint64_t otherwise, struct firmware_asked *asked) must_check;

/*
 * Is there room for it, and nothing of the loader's in its way? p has memory and what stands there;
 * next is what it goes on to. Shortens asked->size to the room there is, and takes in p where the
 * file is and where it is to run.
 */
int firmware_place(const void *fdt, struct place *p, const struct next *next,
                   struct firmware_asked *asked) must_check;

#endif
