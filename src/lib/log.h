/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages to the console: one line each, "hearth: " before it. Any hart, any time; lines don't
 * mix. What is said before there is a console is kept (the first 1 KiB of it) and printed by
 * log_open(). Lines over 200 characters are cut.
 */
#ifndef LIB_LOG_H
#define LIB_LOG_H

#include <stdarg.h>

/* From now on lines go to put. */
void log_open(void (*put)(char c));

void log_info(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_warn(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* For panic: doesn't wait for a hart that is in the middle of a line for ever. */
void log_urgent(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_urgent_list(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

#endif
