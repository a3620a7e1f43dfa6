/* SPDX-License-Identifier: BSD-2-Clause */
/* The little of a C library that the compiler and the tests ask for. */
#include "check.h"

#include <stddef.h>

void *memset(void *d, int c, size_t n);
void *memcpy(void *d, const void *s, size_t n);
int memcmp(const void *a, const void *b, size_t n);

void *memset(void *d, int c, size_t n)
{
    unsigned char *p = d;
    while (n--)
        *p++ = (unsigned char)c;
    return d;
}

void *memcpy(void *d, const void *s, size_t n)
{
    unsigned char *p = d;
    const unsigned char *q = s;
    while (n--)
        *p++ = *q++;
    return d;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const unsigned char *p = a, *q = b;
    for (; n; n--, p++, q++) {
        if (*p != *q)
            return *p - *q;
    }
    return 0;
}

struct out {
    char *buf;
    unsigned size, len;
};

static void put(struct out *o, char c)
{
    if (o->len + 1 < o->size)
        o->buf[o->len++] = c;
}

static void put_number(struct out *o, uint64_t v, unsigned base)
{
    char digits[20];
    unsigned n = 0;
    do
        digits[n++] = "0123456789abcdef"[v % base];
    while (v /= base);
    while (n)
        put(o, digits[--n]);
}

static void put_signed(struct out *o, long v)
{
    if (v < 0)
        put(o, '-');
    put_number(o, v < 0 ? -(uint64_t)v : (uint64_t)v, 10);
}

static void put_string(struct out *o, const char *s)
{
    while (*s)
        put(o, *s++);
}

int format(char *buf, unsigned size, const char *fmt, va_list ap)
{
    struct out o = {.buf = buf, .size = size};
    for (; *fmt; fmt++) {
        if (*fmt != '%') {
            put(&o, *fmt);
            continue;
        }
        bool wide = *++fmt == 'l';
        if (wide)
            fmt++;
        switch (*fmt) {
        case 's':
            put_string(&o, va_arg(ap, const char *));
            break;
        case 'c':
            put(&o, (char)va_arg(ap, int));
            break;
        case 'd':
            put_signed(&o, wide ? va_arg(ap, long) : va_arg(ap, int));
            break;
        case 'u':
            put_number(&o, wide ? va_arg(ap, uint64_t) : va_arg(ap, unsigned), 10);
            break;
        case 'x':
            put_number(&o, wide ? va_arg(ap, uint64_t) : va_arg(ap, unsigned), 16);
            break;
        default:
            put(&o, *fmt);
        }
    }
    buf[o.len] = 0;
    return (int)o.len;
}
