/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Hearth goes out of the way: firmware is linked where Hearth was loaded. The boot hart copies the
 * image, starts from the beginning in the copy, and the harts that wait follow it there.
 */
#ifndef BOOT_MOVE_H
#define BOOT_MOVE_H

#include "boot/place.h"

/* The first byte of the image when the machine was switched on. */
uint64_t move_origin(void);

/* Is this the copy? */
bool move_done(void);

/*
 * Finds room (p has all that must not be touched) for the image and the harts' areas, and goes on
 * there with boot_cold(hartid, fdt, info). Returns ERR_NO_MEMORY, with a line said, if there is no
 * room. Nothing but variables with an initial value keep what they hold.
 */
int move_away(const struct place *p, unsigned harts, uint64_t hartid, void *fdt,
              const uint64_t *info) must_check;

/*
 * In the copy, before anything is written to where Hearth was: waits until so many other harts are
 * here. A hart that came later would begin in what stands there then, in real M-mode. ERR_MISSING,
 * with a line said, if they don't come within a second.
 */
int move_complete(unsigned others) must_check;

#endif
