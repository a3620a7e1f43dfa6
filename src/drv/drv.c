/* SPDX-License-Identifier: BSD-2-Clause */
#include "drv/drv.h"

#include <string.h>

#include "drv/driver.h"
#include "lib/log.h"
#include "lib/panic.h"

static const struct driver *const consoles[] = {&drv_uart8250, &drv_uart_sifive};
static const struct driver *const resets[] = {
    &drv_test, &drv_syscon_poweroff, &drv_syscon_reboot, &drv_gpio_restart, &drv_gpio_poweroff,
};
static const struct driver *const devices[] = {
    &drv_clint, &drv_aclint_mswi, &drv_aclint_mtimer, &drv_plic, &drv_imsic, &drv_aplic,
};

static bool matches(const void *fdt, int node, const struct driver *d)
{
    for (const char *const *c = d->compatible; *c != NULL; c++) {
        if (fdt_node_check_compatible(fdt, node, *c) == 0) {
            return true;
        }
    }
    return false;
}

/* Every row that matches, in the table's order. */
static int probe_node(const void *fdt, int node, const struct driver *const *row, unsigned rows)
{
    for (unsigned i = 0; i < rows; i++) {
        if (matches(fdt, node, row[i])) {
            int err = row[i]->probe(fdt, node);
            if (err != 0) {
                return err;
            }
        }
    }
    return 0;
}

/* The node of /chosen's stdout-path: a path or an alias, up to a colon. */
static int stdout_node(const void *fdt)
{
    int chosen = fdt_path_offset(fdt, "/chosen");
    const char *path = chosen < 0 ? NULL : tree_string(fdt, chosen, "stdout-path");
    if (path == NULL) {
        return ERR_MISSING;
    }
    const char *colon = strchr(path, ':');
    return fdt_path_offset_namelen(fdt, path,
                                   (int)(colon == NULL ? strlen(path) : (size_t)(colon - path)));
}

static void find_console(const void *fdt)
{
    int node = stdout_node(fdt);
    if (node >= 0 && probe_node(fdt, node, consoles, ARRAY_LEN(consoles)) != 0) {
        drivers.console = NULL;
    }
    int tried = node;
    for (node = 0; drivers.console == NULL && node >= 0; node = fdt_next_node(fdt, node, NULL)) {
        if (node != tried && tree_enabled(fdt, node) &&
            probe_node(fdt, node, consoles, ARRAY_LEN(consoles)) != 0) {
            drivers.console = NULL;
        }
    }
}

void drv_early(const void *fdt)
{
    if (fdt != NULL) {
        find_console(fdt);
    }
    if (drivers.console == NULL) {
        console_guess();
    }
    if (drivers.console != NULL) {
        log_open(drivers.console->put);
    }
    if (fdt == NULL) {
        return;
    }
    for (int node = 0; node >= 0; node = fdt_next_node(fdt, node, NULL)) {
        if (tree_enabled(fdt, node)) {
            (void)!probe_node(fdt, node, resets,
                              ARRAY_LEN(resets)); /* said; then that way is not there */
        }
    }
}

int drv_probe(const void *fdt)
{
    for (int node = 0; node >= 0; node = fdt_next_node(fdt, node, NULL)) {
        if (!tree_enabled(fdt, node) || fdt_getprop(fdt, node, "compatible", NULL) == NULL) {
            continue;
        }
        int err = probe_node(fdt, node, devices, ARRAY_LEN(devices));
        if (err != 0) {
            return err;
        }
    }
    if (drivers.timer == NULL) {
        return tree_refuse(fdt, 0, NULL, ERR_MISSING,
                           "no timer: neither a CLINT nor an ACLINT mtimer");
    }
    if (drivers.ipi == NULL) {
        return tree_refuse(fdt, 0, NULL, ERR_MISSING,
                           "nothing to interrupt harts by: no CLINT, ACLINT mswi or M-level IMSIC");
    }
    return 0;
}

void drv_fail(void)
{
    if (drivers.reset != NULL && drivers.reset->can(RESET_SHUTDOWN)) {
        drivers.reset->reset(RESET_SHUTDOWN, true);
    }
    park();
}
