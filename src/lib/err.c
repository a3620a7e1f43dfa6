/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/err.h"

#include "lib/bits.h"

const char *err_name(int err)
{
    static const char *const name[] = {
        [0] = "success",
        [-ERR_INVALID] = "invalid",
        [-ERR_MISSING] = "missing",
        [-ERR_UNSUPPORTED] = "not supported",
        [-ERR_RANGE] = "out of range",
        [-ERR_OVERLAP] = "overlaps",
        [-ERR_NO_MEMORY] = "too little memory",
    };
    if (err > 0) {
        return name[0];
    }
    return (unsigned)-err < ARRAY_LEN(name) ? name[-err] : "unknown error";
}
