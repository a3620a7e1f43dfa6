/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the loader to the guest. The boot hart reads the tree, chooses memory, sets up the world and
 * opens the gate; every hart then says what it has; the boot hart, knowing the least of all harts,
 * fixes the tree up and leaves for the kernel.
 */
#include "boot/boot.h"

#include <string.h>

#include "boot/built_in.h"
#include "boot/devices.h"
#include "boot/firmware.h"
#include "boot/fixup.h"
#include "boot/layout.h"
#include "boot/load.h"
#include "boot/measure.h"
#include "boot/memory.h"
#include "boot/move.h"
#include "boot/next.h"
#include "boot/scan.h"
#include "boot/tracing.h"
#include "core/trace.h"
#include "core/world.h"
#include "drv/drv.h"
#include "host/host.h"
#include "lib/log.h"
#include "lib/panic.h"
#include "sbi/sbi.h"
#include "version.h"

_Static_assert(sizeof(struct vhart) + HART_STACK <= HART_AREA, "HART_AREA is too small");
_Static_assert(HARTS_MAX >= SCAN_HARTS, "world and scan disagree");

struct world world0;
struct machine machine;

/* start.S reads these once the gate is open. */
uint64_t boot_hartid[HARTS_MAX], boot_stack[HARTS_MAX];
uint32_t boot_harts;

static struct scan scan;
static struct memory memory;
static struct tracing tracing;
static struct next next;
static struct firmware_asked asked;
static struct firmware firmware;
static struct measure measured;
static uint64_t info_page; /* fw_dynamic's block for the firmware */
static void *tree;         /* what the kernel, or the firmware, gets */

_Noreturn void boot_fail(void)
{
    __atomic_store_n(&boot_gate, GATE_STOP, __ATOMIC_RELEASE);
    drv_fail();
}

static void must(int err)
{
    if (err != 0) {
        boot_fail();
    }
}

/*
 * A hart without S-mode runs this only if no other hart did so for a while. If the tree lists
 * others, they may be late; the same if it doesn't list this one.
 */
static void check_hart(uint64_t hartid)
{
    const char *why;
    bool usable = host_usable(&why), listed = false;
    for (unsigned i = 0; i < scan.harts; i++) {
        listed = listed || scan.hartid[i] == hartid;
    }
    if (listed && usable) {
        return;
    }
    if (listed) {
        log_error("hart %lu can't run Hearth: %s", (unsigned long)hartid, why);
        boot_fail();
    }
    if (usable) {
        log_warn("hart %lu stays out: the device tree has no enabled cpu with an MMU of that id",
                 (unsigned long)hartid);
    }
    boot_step_back(hartid);
}

static void banner(void)
{
    log_info("version %s, %s, %u hart%s%s, %lu MiB", HEARTH_VERSION, scan.model, scan.harts,
             scan.harts == 1 ? "" : "s", scan.others != 0 ? " (and some without S-mode)" : "",
             (unsigned long)(place_total(&scan.place) >> 20));
}

static int check_tree(const void *fdt)
{
    int err = fdt == NULL || (uintptr_t)fdt % 8 != 0 ? -FDT_ERR_BADMAGIC : tree_check(fdt);
    bool header = err != -FDT_ERR_BADMAGIC && err != -FDT_ERR_BADVERSION &&
                  fdt_totalsize(fdt) <= TREE_SIZE_MAX;
    drv_early(header ? fdt : NULL);
    if (err != 0) {
        log_error("device tree at %lx: there is none, or it is damaged (%s)",
                  (unsigned long)(uintptr_t)fdt, fdt_strerror(err));
    }
    return err;
}

/* What the loader put into memory, besides what the tree says. */
static int take_loaded(const void *fdt)
{
    struct place *p = &scan.place;
    const struct taken *t =
        next.image.size == 0 ? NULL : place_overlap(p, next.image.base, next.image.size, false);
    if (t != NULL && !next.measured && t->range.base > next.pc) {
        next.image.size = t->range.base - next.pc;
    } else if (t != NULL) {
        log_error("%s at %lx overlaps the kernel at %lx-%lx", t->what, (unsigned long)t->range.base,
                  (unsigned long)next.pc, (unsigned long)(next.pc + next.image.size - 1));
        return ERR_OVERLAP;
    }
    int err = place_take(p, (uintptr_t)fdt, fdt_totalsize(fdt), "the device tree");
    if (err == 0 && next.image.size != 0) {
        err = place_take(p, next.image.base, next.image.size, "the kernel");
    }
    return err;
}

static struct mem_range image_range(void)
{
    return (struct mem_range){(uintptr_t)image_start,
                              (uintptr_t)image_end - (uintptr_t)image_start};
}

/* What the loader brought, firmware's place among it. The loader's block is used once: it may lie
 * in memory that is given away. */
static int find_loaded(const void *fdt, const uint64_t *info)
{
    struct mem_range built_in = {(uintptr_t)built_in_start,
                                 (uintptr_t)built_in_end - (uintptr_t)built_in_start};
    uint64_t behind = move_origin() + 0x200000;
    if (move_origin() % 0x1000 != 0) {
        log_error("loaded at %lx, which is not a multiple of 4096", (unsigned long)move_origin());
        return ERR_INVALID;
    }
    int err = firmware_read(fdt, built_in, built_in_policy, move_origin(), &asked);
    if (err == 0) {
        err = (asked.present ? next_find_firmware : next_find)(info, behind, &scan.place, &next);
    }
    err = err != 0 ? err : take_loaded(fdt);
    return err != 0 || !asked.present ? err : firmware_place(fdt, &scan.place, &next, &asked);
}

/* Is Hearth where the firmware is to be? */
static bool in_the_way(void)
{
    struct mem_range own = image_range();
    return asked.present && own.base < asked.load + asked.size && asked.load < own.base + own.size;
}

static int choose_info(void)
{
    info_page = memory_find(&scan.place, LOAD_INFO_SIZE, LOAD_INFO_SIZE);
    if (info_page == 0) {
        log_error("too little memory: no %u KiB free for the firmware's information",
                  LOAD_INFO_SIZE >> 10);
        return ERR_NO_MEMORY;
    }
    return place_take(&scan.place, info_page, LOAD_INFO_SIZE, "the firmware's information");
}

static int choose_memory(const void *fdt)
{
    int err = memory_choose(&scan.place, image_range(), scan.harts, HART_AREA, &memory);
    err = err != 0 ? err : tracing_choose(fdt, &scan.place, scan.harts, &tracing);
    return err != 0 || !asked.present ? err : choose_info();
}

static void close(struct mem_range r)
{
    if (r.size == 0) {
        return;
    }
    if (machine.closed_count == MACHINE_CLOSED) {
        log_error("more than %u ranges of memory and M-level devices to close to the guest",
                  MACHINE_CLOSED);
        boot_fail();
    }
    machine.closed[machine.closed_count++] = r;
}

/* The firmware's memory is a range of its own, the last: a virtual PMP closes it to S, and the
 * first is to be open. */
static int world_ranges(const struct mem_range *own, unsigned count)
{
    struct mem_range hole[5];
    unsigned holes = 0;
    for (; holes < count; holes++) {
        hole[holes] = own[holes];
    }
    if (!asked.present) {
        return place_without(&scan.place, hole, holes, world0.range, WORLD_RANGES);
    }
    hole[holes++] = (struct mem_range){asked.load, asked.size};
    int n = place_without(&scan.place, hole, holes, world0.range, WORLD_RANGES - 1);
    if (n >= 0) {
        world0.range[n++] = hole[holes - 1];
    }
    return n;
}

static int set_up_world(void)
{
    /* The last one HS may read. */
    struct mem_range own[] = {memory.hearth, memory.areas_range, memory.pool, tracing.area};
    int n = world_ranges(own, ARRAY_LEN(own));
    if (n < 0) {
        log_error("memory is in more than %u pieces", WORLD_RANGES);
        return n;
    }
    world0.mem = (struct mem){.range = world0.range, .count = (unsigned)n};
    world0.timebase = scan.timebase;
    machine.hearth = memory.hearth;
    machine.areas = memory.areas_range;
    machine.pool = memory.pool;
    for (unsigned i = 0; i < ARRAY_LEN(own) - 1; i++) {
        close(own[i]);
    }
    for (unsigned i = 0; i < drivers.closed_count; i++) {
        close(drivers.closed[i]);
    }
    return 0;
}

/* Each hart's area: struct vhart at the bottom, the stack from the top down; its part of the pool.
 */
static void set_up_harts(void)
{
    for (unsigned i = 0; i < scan.harts; i++) {
        uint64_t area = memory.areas + (uint64_t)i * HART_AREA;
        uint64_t pool = memory.pool.base + i * memory.pool_each;
        struct vhart *vh = (struct vhart *)(uintptr_t)area;
        memset(vh, 0, sizeof(*vh));
        vh->hartid = vh->h.hartid = scan.hartid[i];
        vh->h.isa = &world0.isa;
        vh->world = &world0;
        vh->index = i;
        vh->stack = area + HART_AREA;
        vh->hsm = HSM_STOPPED;
        shadow_init(&vh->shadow, (void *)(uintptr_t)pool, pool, memory.pool_each);
        vharts[i] = vh;
        boot_hartid[i] = scan.hartid[i];
        boot_stack[i] = vh->stack;
    }
    world0.harts = scan.harts;
    boot_harts = scan.harts;
}

/*
 * /chosen/hearth: measure (empty) asks for the measured boot. kernel-size: as many bytes of the
 * kernel count; otherwise as many as it says that it needs.
 */
static int measure_loaded(const void *fdt)
{
    int node = fdt_path_offset(fdt, "/chosen/hearth");
    struct mem_range kernel = next.measured ? next.image : (struct mem_range){next.pc, 0};
    uint64_t size;
    if (node < 0 || fdt_getprop(fdt, node, "measure", NULL) == NULL) {
        return 0;
    }
    int err = tree_u64(fdt, node, "kernel-size", &size);
    if (err == 0 && next.image.size != 0) {
        if (!place_is_ram(&scan.place, next.pc, size)) {
            return tree_refuse(fdt, node, "kernel-size", ERR_RANGE, "more than there is memory");
        }
        kernel.size = size;
    }
    if (scan.initrd.size != 0 && !place_is_ram(&scan.place, scan.initrd.base, scan.initrd.size)) {
        return tree_refuse(fdt, fdt_path_offset(fdt, "/chosen"), "linux,initrd-start", ERR_RANGE,
                           "can't be measured: not in memory");
    }
    if (asked.present) {
        measure_add(&measured, "firmware", asked.file);
    }
    measure_add(&measured, "kernel", kernel);
    measure_add(&measured, "initrd", scan.initrd);
    return err == ERR_MISSING ? 0 : err;
}

static int check_firmware(const void *fdt)
{
    if (!asked.present || asked.sha256 == NULL || measure_is(asked.file, asked.sha256)) {
        return 0;
    }
    return tree_refuse(fdt, fdt_path_offset(fdt, "/chosen/hearth/firmware"), "sha256", ERR_INVALID,
                       "the image has another one");
}

/* The tree where it is, if there is room behind it, or else a copy. */
static int open_tree(void *fdt)
{
    struct place *p = &scan.place;
    uint64_t size = fdt_totalsize(fdt),
             room = fixup_room(scan.harts + scan.others) + (measured.count != 0 ? MEASURE_ROOM : 0),
             behind = room + (asked.present ? LOAD_TREE_ROOM : 0), at = (uintptr_t)fdt;
    if (!place_is_ram(p, at, size + behind) || place_overlap(p, at + size, behind, true) != NULL ||
        (next.image.size != 0 && at < next.image.base + next.image.size &&
         next.image.base < at + size)) {
        at = memory_find(p, size + behind, 0x1000);
    }
    if (at == 0) {
        log_error("too little memory: no %lu KiB free for the device tree",
                  (unsigned long)((size + behind) >> 10));
        return ERR_NO_MEMORY;
    }
    tree = (void *)(uintptr_t)at;
    int err = fdt_open_into(fdt, tree, (int)(size + room));
    if (err != 0) {
        log_error("device tree at %lx: %s", (unsigned long)(uintptr_t)fdt, fdt_strerror(err));
    }
    return err;
}

static int make_tree(void *fdt)
{
    struct mem_range reserve[] = {memory.hearth,
                                  memory.areas_range,
                                  memory.pool,
                                  tracing.area,
                                  {info_page, asked.present ? LOAD_INFO_SIZE : 0}};
    for (unsigned i = 0; i < ARRAY_LEN(reserve); i++) {
        if (reserve[i].size != 0 && !place_is_ram(&scan.place, reserve[i].base, reserve[i].size)) {
            reserve[i].size = 0; /* the image is in a memory of its own */
        }
    }
    int err = open_tree(fdt);
    uint64_t hartid[HARTS_MAX];
    for (unsigned i = 0; i < world0.harts; i++) {
        hartid[i] = vharts[i]->h.hartid;
    }
    struct fixup f = {hartid, world0.harts, reserve, ARRAY_LEN(reserve),
                      .see = {!asked.present || asked.hypervisor, asked.present}};
    err = err != 0 ? err : fixup_tree(tree, &f);
    err = err != 0 ? err : tracing_tell(tree, &tracing);
    return err != 0 || measured.count == 0 ? err : measure_tree(tree, &measured);
}

/* /chosen/hearth: exit-counters (empty) asks for the table of exits when the system goes down. */
static void read_options(const void *fdt)
{
    int node = fdt_path_offset(fdt, "/chosen/hearth");
    exits_report = node >= 0 && fdt_getprop(fdt, node, "exit-counters", NULL) != NULL;
}

/* After everything that still needs what the firmware is copied over. */
static void set_up_firmware(uint64_t hartid)
{
    if (!asked.present) {
        return;
    }
    must(devices_make(&world0));
    load_firmware(&asked, &next, hartid, info_page, (uintptr_t)tree, &firmware);
    world0.firmware = &firmware;
    if (!host_isa_firmware(&machine, &world0.isa)) {
        log_error("%u PMP entries are too few to run firmware", machine.pmp_entries);
        boot_fail();
    }
    world0.isa.board = scan.board;
    if (!asked.hypervisor) {
        world0.isa.ext &= ~BIT(EXT_H);
        world0.isa.misa &= ~BIT('H' - 'A');
    }
    log_info("firmware at %lx-%lx, policy %s%s%s", (unsigned long)asked.load,
             (unsigned long)(asked.load + asked.size - 1), asked.policy->name,
             asked.offload ? "" : ", no offload", move_done() ? "; Hearth has moved" : "");
}

/* Tracing, if it is asked for: no hart has left for its guest yet. */
static void start_tracing(void)
{
    if (tracing.area.size != 0) {
        trace_setup(tracing.area.base, tracing.part_size);
        host_trace_hooks(true);
        host_fence_i();
        log_info("trace at %lx, %lu KiB a hart", (unsigned long)tracing.area.base,
                 (unsigned long)(tracing.part_size >> 10));
    }
}

static void say_places(void)
{
    log_info("own memory %lx-%lx, shadow tables %lx-%lx; kernel at %lx, device tree at %lx",
             (unsigned long)memory.hearth.base,
             (unsigned long)(memory.hearth.base + memory.hearth.size - 1),
             (unsigned long)memory.pool.base,
             (unsigned long)(memory.pool.base + memory.pool.size - 1), (unsigned long)next.pc,
             (unsigned long)(uintptr_t)tree);
}

static uint64_t self;

static void leave(void)
{
    host_fence_i();
    host_start(vhart_by_id(&world0, self), world0.firmware != NULL ? firmware.entry : next.pc,
               (uintptr_t)tree);
}

_Noreturn void boot_cold(uint64_t hartid, void *fdt, const uint64_t *info)
{
    must(check_tree(fdt));
    must(scan_tree(fdt, &scan));
    check_hart(hartid);
    if (!move_done()) {
        banner();
    }
    must(find_loaded(fdt, info));
    if (in_the_way()) {
        must(move_away(&scan.place, scan.harts, hartid, fdt, info));
    }
    must(drv_probe(fdt));
    pmu_probe(fdt);
    read_options(fdt);
    must(choose_memory(fdt));
    must(set_up_world());
    set_up_harts();
    gather_harts(hartid);
    must(move_done() ? move_complete(scan.harts + scan.others - 1) : 0);
    world0.isa.ext = scan.isa_ext;
    host_isa(&machine, &world0.isa);
    must(check_firmware(fdt));
    must(measure_loaded(fdt));
    must(make_tree(fdt));
    start_tracing();
    say_places();
    set_up_firmware(hartid);
    if (drivers.ipi->init != NULL) {
        drivers.ipi->init();
    }
    self = hartid;
    gather_release();
    boot_on_stack(vhart_by_id(&world0, hartid)->stack, leave);
}
