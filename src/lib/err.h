/* SPDX-License-Identifier: BSD-2-Clause */
/* What can go wrong inside Hearth, as negative values; 0 and above is success. */
#ifndef LIB_ERR_H
#define LIB_ERR_H

enum err {
    ERR_INVALID = -1,     /* a value that the specification or binding does not allow */
    ERR_MISSING = -2,     /* something needed is not there */
    ERR_UNSUPPORTED = -3, /* allowed, but not handled here */
    ERR_RANGE = -4,       /* outside of what can be counted or addressed */
    ERR_OVERLAP = -5,     /* two things claim the same memory */
    ERR_NO_MEMORY = -6,
};

/* A word or two for a message. Never NULL. */
const char *err_name(int err);

#endif
