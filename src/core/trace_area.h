/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a trace looks like in memory, for Hearth and for who reads it: an operating system on these
 * harts (it may; the memory is reserved but not closed), or an emulator's host. Stands alone.
 *
 *   +0                       struct trace_head
 *   +TRACE_HEAD_SIZE         part of hart 0: struct trace_hart, then its ring of records
 *   +part_size               part of hart 1 ...
 */
#ifndef CORE_TRACE_AREA_H
#define CORE_TRACE_AREA_H

#include <stdint.h>

#define TRACE_MAGIC     UINT64_C(0x4543415254414548) /* "HEATRACE" */
#define TRACE_VERSION   1
#define TRACE_HEAD_SIZE 4096
#define TRACE_CAUSES    64
#define TRACE_NAME      16
#define TRACE_RING      4096 /* offset of the ring in a hart's part */

struct trace_head {
    uint64_t magic;
    uint32_t version, harts;
    uint32_t causes; /* enum exit_cause; `causes` itself stands for "none was counted" */
    uint32_t record_size;
    uint64_t part_size; /* of a hart */
    uint64_t records;   /* in a ring, a power of two */
    uint64_t timebase;  /* Hz */
    char name[TRACE_CAUSES][TRACE_NAME];
};

/* Sums over a cause, since tracing began. */
struct trace_sum {
    uint64_t count, instructions, most;
};

/* One exit: from the trap to the mret. */
struct trace_record {
    uint64_t time;    /* mtime at its end */
    uint64_t instret; /* at its beginning */
    uint64_t pc;      /* mepc at its beginning */
    uint32_t spent;   /* instructions, the tracing's own not counted; 0: not known */
    uint8_t cause;    /* enum exit_cause */
    uint8_t mcause;   /* bit 7: interrupt */
    uint8_t from, to; /* modes: prv, bit 2: V */
};

enum trace_inside {
    TRACE_NONE,
    TRACE_EXIT,
    TRACE_EXIT_FIRMWARE, /* of virtual M, whatever mstatus.MPP */
};

struct trace_hart {
    uint64_t hartid;
    uint64_t written; /* records ever; the last `records` of them are in the ring */
    struct trace_sum sum[TRACE_CAUSES];
    /* Hearth's own notes of the exit that is going on. Nothing in the area is believed: what stands
     * here goes into a record, never into an address. */
    uint64_t instret, mepc, mcause, mstatus;
    uint8_t v, inside; /* enum trace_inside */
    uint32_t session;
    uint64_t seen[TRACE_CAUSES]; /* vhart.exits when the last exit ended */
};

#endif
