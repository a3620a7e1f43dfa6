// SPDX-License-Identifier: BSD-2-Clause
// json_check FILE: status 0 if the file is one JSON text (RFC 8259) with an array "traceEvents",
// each of whose members is an object with "name", "ph", "pid" and "tid", and if that is "X", "ts"
// and "dur"; of a "tid" none begins before the last has ended. Prints the number of "X" of category
// "exit", and the sum of their "instructions".
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 16
#define TIDS      64
#define EPSILON   0.0006 // timestamps have three digits behind the point

static const char *p;
static struct {
    bool name, ph, pid, tid, ts, dur;
    char kind, category[8];
    unsigned thread;
    double from, length, instructions;
} event;
static double ended[TIDS];
static unsigned long exits, instructions;

static void bad(const char *why)
{
    fprintf(stderr, "json_check: %s at: %.60s\n", why, p);
    exit(1);
}

static void blank(void)
{
    p += strspn(p, " \t\r\n");
}

static void expect(char c)
{
    blank();
    if (*p != c)
        bad("something else is expected");
    p++;
}

static bool next_is(char c)
{
    blank();
    if (*p != c)
        return false;
    p++;
    return true;
}

// A string without its escapes undone; at most room - 1 bytes of it.
static void string(char *to, size_t room)
{
    size_t n = 0;
    expect('"');
    for (; *p != '"'; p++) {
        if ((unsigned char)*p < ' ')
            bad("a control character in a string");
        if (*p == '\\' && (p++, strchr("\"\\/bfnrtu", *p) == NULL))
            bad("an unknown escape");
        if (n + 1 < room)
            to[n++] = *p;
    }
    to[n] = '\0';
    p++;
}

static double number(void)
{
    const char *start = p;
    p += *p == '-';
    if (!isdigit((unsigned char)*p) || (*p == '0' && isdigit((unsigned char)p[1])))
        bad("no number");
    p += strspn(p, "0123456789");
    if (*p == '.' && !isdigit((unsigned char)*++p))
        bad("no digit behind the point");
    p += strspn(p, "0123456789");
    if (*p == 'e' || *p == 'E')
        bad("an exponent, which is not written here");
    return strtod(start, NULL);
}

static void value(unsigned depth, bool in_events, const char *key);

static void note_string(const char *key, const char *s)
{
    event.name |= strcmp(key, "name") == 0;
    if (strcmp(key, "ph") == 0) {
        event.ph = true;
        event.kind = s[0];
    }
    if (strcmp(key, "cat") == 0)
        snprintf(event.category, sizeof(event.category), "%s", s);
}

static void note_number(const char *key, double v)
{
    event.pid |= strcmp(key, "pid") == 0;
    if (strcmp(key, "tid") == 0) {
        event.tid = v >= 0 && v < TIDS;
        event.thread = event.tid ? (unsigned)v : 0;
    } else if (strcmp(key, "ts") == 0) {
        event.ts = true;
        event.from = v;
    } else if (strcmp(key, "dur") == 0) {
        event.dur = true;
        event.length = v;
    } else if (strcmp(key, "instructions") == 0) {
        event.instructions = v;
    }
}

static void event_end(void)
{
    if (!event.name || !event.ph || !event.pid || !event.tid)
        bad("an event before here lacks name, ph, pid or tid");
    if (event.kind != 'X')
        return;
    if (!event.ts || !event.dur || event.from + EPSILON < ended[event.thread])
        bad("an event before here lacks ts or dur, or begins before the last one has ended");
    ended[event.thread] = event.from + event.length;
    if (strcmp(event.category, "exit") == 0) {
        exits++;
        instructions += (unsigned long)event.instructions;
    }
}

static void object(unsigned depth, bool in_events)
{
    char key[64];
    if (next_is('}'))
        return;
    do {
        string(key, sizeof(key));
        expect(':');
        value(depth + 1, in_events || strcmp(key, "traceEvents") == 0, key);
    } while (next_is(','));
    expect('}');
}

static void array(unsigned depth, bool in_events)
{
    if (next_is(']'))
        return;
    do {
        memset(&event, 0, sizeof(event));
        value(depth + 1, in_events, "");
        if (in_events)
            event_end();
    } while (next_is(','));
    expect(']');
}

static void value(unsigned depth, bool in_events, const char *key)
{
    char s[64];
    if (depth > DEPTH_MAX)
        bad("too deep");
    blank();
    if (*p == '"') {
        string(s, sizeof(s));
        note_string(key, s);
    } else if (next_is('{')) {
        object(depth, in_events);
    } else if (next_is('[')) {
        array(depth, in_events);
    } else {
        note_number(key, number());
    }
}

int main(int argc, char **argv)
{
    FILE *f = argc == 2 ? fopen(argv[1], "rb") : NULL;
    if (f == NULL || fseek(f, 0, SEEK_END) != 0)
        return 2;
    size_t size = (size_t)ftell(f);
    char *text = calloc(size + 1, 1);
    rewind(f);
    if (text == NULL || fread(text, 1, size, f) != size)
        return 2;
    p = text;
    value(0, false, "");
    blank();
    if (p != text + size)
        bad("more behind the end");
    printf("%lu %lu\n", exits, instructions);
    return 0;
}
