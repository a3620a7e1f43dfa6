/* SPDX-License-Identifier: BSD-2-Clause */
#include "lib/log.h"

#include <stdio.h>
#include <string.h>

#include "lib/lock.h"

#define LINE_MAX        200
#define EARLY_MAX       1024
#define URGENT_PATIENCE 1000000u

static struct {
    struct lock lock; /* protects the rest */
    void (*put)(char c);
    size_t early_used;
    char early[EARLY_MAX];
} out;

static void put_all(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (s[i] == '\n') {
            out.put('\r');
        }
        out.put(s[i]);
    }
}

static void keep(const char *s)
{
    size_t n = strlen(s);
    if (n > EARLY_MAX - out.early_used) {
        n = EARLY_MAX - out.early_used;
    }
    memcpy(out.early + out.early_used, s, n);
    out.early_used += n;
}

static void emit(const char *s)
{
    if (out.put == NULL) {
        keep(s);
    } else {
        put_all(s, strlen(s));
    }
}

static void line(const char *level, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

static void line(const char *level, const char *format, va_list args)
{
    char text[LINE_MAX + 1];
    vsnprintf(text, sizeof(text), format, args);
    emit("hearth: ");
    emit(level);
    emit(text);
    emit("\n");
}

void log_open(void (*put)(char c))
{
    lock_take(&out.lock);
    out.put = put;
    put_all(out.early, out.early_used);
    out.early_used = 0;
    lock_drop(&out.lock);
}

void log_bytes(const char *bytes, size_t n)
{
    lock_take(&out.lock);
    for (size_t i = 0; out.put && i < n; i++) {
        out.put(bytes[i]);
    }
    lock_drop(&out.lock);
}

#define LOG_LINE(level, format)                                                                    \
    do {                                                                                           \
        va_list args;                                                                              \
        va_start(args, format);                                                                    \
        lock_take(&out.lock);                                                                      \
        line(level, format, args);                                                                 \
        lock_drop(&out.lock);                                                                      \
        va_end(args);                                                                              \
    } while (0)

void log_info(const char *format, ...)
{
    LOG_LINE("", format);
}

void log_warn(const char *format, ...)
{
    LOG_LINE("warning: ", format);
}

void log_error(const char *format, ...)
{
    LOG_LINE("error: ", format);
}

void log_urgent_list(const char *before, const char *format, va_list args)
{
    bool held = false;
    for (unsigned i = 0; i < URGENT_PATIENCE && !held; i++) {
        held = lock_try(&out.lock);
    }
    line(before, format, args);
    if (held) {
        lock_drop(&out.lock);
    }
}

void log_urgent(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    log_urgent_list("", format, args);
    va_end(args);
}
