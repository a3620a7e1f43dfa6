/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages to the console: one line each, "hearth: " before it. Any hart, any time; lines don't
 * mix. What is said before there is a console is kept (the first 1 KiB of it) and printed by
 * log_open(). Lines over 200 characters are cut.
 */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include <stdarg.h>
#include <stddef.h>

/* From now on lines go to put. */
void log_open(void (*put)(char c));

void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Bytes of somebody else's, as they are, through put: not in the middle of a message. Before
 * log_open(): thrown away. */
void log_bytes(const char *bytes, size_t n);

/* For panic: doesn't wait for a hart that is in the middle of a line for ever. */
void log_urgent(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_urgent_list(const char *before, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

#endif
