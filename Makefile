# SPDX-License-Identifier: BSD-2-Clause
# Hearth: make [BUILD=directory] [FIRMWARE=file] [Q= to see the commands]. `make help` lists the targets.

BUILD ?= build
Q     ?= @
say    = @echo "  $(1) $(@:$(BUILD)/%=%)"
CROSS ?= riscv64-unknown-elf-
CC     = $(CROSS)gcc
NM     = $(CROSS)nm
READELF = $(CROSS)readelf
SIZE   = $(CROSS)size
OBJCOPY = $(CROSS)objcopy
CLANG  ?= clang
HEARTH_CACHE ?= $(HOME)/.cache/hearth
LIBFDT ?= $(HEARTH_CACHE)/libfdt/libfdt
MBEDTLS ?= $(HEARTH_CACHE)/mbedtls

# Firmware to be part of the image, to run in virtual M-mode, and the policy over it (docs/binding.md).
FIRMWARE ?=
FIRMWARE_POLICY ?= none

# Limits that `make size` holds the image to, in bytes.
SIZE_MAX    = 163840
SYMBOLS_MAX = 24576

MARCH    = rv64imac_zicsr_zifencei
WARNINGS = -Wall -Wextra -Wshadow -Wconversion -Werror
CPPFLAGS = -Isrc -I$(BUILD)/gen -isystem $(LIBFDT) -isystem $(MBEDTLS)/include \
           -DPICOLIBC_INTEGER_PRINTF_SCANF $(MBEDTLS_CONFIG)
MBEDTLS_CONFIG = '-DMBEDTLS_CONFIG_FILE="lib/mbedtls_config.h"'
OPTIMIZE = -O2
CODEGEN  = -std=gnu11 $(OPTIMIZE) -g -march=$(MARCH) -mabi=lp64 -mcmodel=medany -ffreestanding \
           -fno-common -ffunction-sections -fdata-sections \
           -fno-stack-protector
CFLAGS   = $(CODEGEN) --specs=picolibc.specs $(WARNINGS)
# picolibc's multilib is found by the plain name; -lp64 code of both names links.
LDFLAGS  = -march=rv64imac -mabi=lp64 --specs=picolibc.specs -DPICOLIBC_INTEGER_PRINTF_SCANF \
           -nostartfiles -static \
           -Wl,--gc-sections -Wl,--no-warn-rwx-segments -Wl,--build-id=none -Wl,--emit-relocs -T src/boot/hearth.ld
VERSION := $(shell git describe --always --dirty 2>/dev/null || echo unknown)

FDT_SRC := fdt.c fdt_ro.c fdt_rw.c fdt_wip.c fdt_sw.c fdt_addresses.c fdt_check.c fdt_strerror.c
MBEDTLS_SRC := sha256.c platform_util.c
SRC_C   := $(filter-out %/asm-offsets.c,$(shell find src -name '*.c' | LC_ALL=C sort))
SRC_S   := $(shell find src -name '*.S' | LC_ALL=C sort)
OBJ     := $(SRC_C:%.c=$(BUILD)/%.o) $(SRC_S:%.S=$(BUILD)/%.o) $(FDT_SRC:%.c=$(BUILD)/libfdt/%.o) \
           $(MBEDTLS_SRC:%.c=$(BUILD)/mbedtls/%.o) $(BUILD)/gen/built-in.o
OFFSETS := $(wildcard src/host/m/asm-offsets.c)
GEN     := $(BUILD)/gen/asm-offsets.h $(BUILD)/gen/version.h

all: $(BUILD)/hearth.elf $(BUILD)/hearth.bin

# What runs once, at boot, or seldom is to be small.
SELDOM = $(addprefix $(BUILD)/src/,host/m/probe.o host/m/start.o host/m/counters.o core/trace.o sbi/pmu%.o \
         $(addprefix drv/,drv.o driver.o reset.o uart%.o aplic.o imsic_tree.o console_guess.o))
$(BUILD)/src/boot/%.o $(BUILD)/src/lib/%.o $(BUILD)/libfdt/%.o $(BUILD)/mbedtls/%.o $(SELDOM): OPTIMIZE = -Os

help:
	@echo 'all           $(BUILD)/hearth.elf and $(BUILD)/hearth.bin (default)'
	@echo '              with FIRMWARE=file [FIRMWARE_POLICY=name] that firmware is part of them'
	@echo 'size          fail if the image is larger than $(SIZE_MAX) bytes of text and data'
	@echo 'clang         compile everything with clang, warnings as errors'
	@echo 'cppcheck      static analysis'
	@echo 'coverage      what the unit tests reach of src/spec and src/vdev; less than 95 % of lines or 90 % of branches fails'
	@echo 'format        lay the sources out with clang-format'
	@echo 'format-check  fail if clang-format would change a line'
	@echo 'clean         remove what was built'

$(LIBFDT)/fdt.c:
	tools/fetch libfdt

$(MBEDTLS)/library/sha256.c:
	tools/fetch mbedtls

$(BUILD)/src/%.o: src/%.c $(GEN) Makefile | $(LIBFDT)/fdt.c $(MBEDTLS)/library/sha256.c
	$(call say,CC  )
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/src/%.o: src/%.S $(GEN) Makefile
	$(call say,AS  )
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CODEGEN) -MMD -MP -c $< -o $@

$(BUILD)/libfdt/%.o: $(LIBFDT)/%.c Makefile
	$(call say,CC  )
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CODEGEN) --specs=picolibc.specs -Wall -MMD -MP -c $< -o $@

$(filter-out %/fdt.c,$(FDT_SRC:%=$(LIBFDT)/%)): | $(LIBFDT)/fdt.c

$(BUILD)/mbedtls/%.o: $(MBEDTLS)/library/%.c src/lib/mbedtls_config.h Makefile
	$(call say,CC  )
	@mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(CODEGEN) --specs=picolibc.specs -Wall -MMD -MP -c $< -o $@

$(MBEDTLS)/library/platform_util.c: | $(MBEDTLS)/library/sha256.c

# Writes what the command prints only if it is something else. Two builds may meet here: tests run side by side.
settle = @mkdir -p $(@D) && $(1) > $@.$$$$ && { cmp -s $@.$$$$ $@ && rm $@.$$$$ || mv $@.$$$$ $@; }

$(BUILD)/gen/version.h: FORCE
	$(call settle,echo '#define HEARTH_VERSION "$(VERSION)"')
FORCE:

# The firmware that is part of the image.
$(BUILD)/gen/built-in.S: tools/built-in FORCE
	$(call settle,tools/built-in '$(FIRMWARE)' '$(FIRMWARE_POLICY)')

$(BUILD)/gen/built-in.o: $(BUILD)/gen/built-in.S $(FIRMWARE)
	$(Q)$(CC) $(CODEGEN) -c $< -o $@

# Assembly's offsets are taken from the structures: lines "->NAME value" in the compiler's output.
$(BUILD)/gen/asm-offsets.h: $(OFFSETS) Makefile
	@mkdir -p $(@D)
	@$(if $(OFFSETS),$(CC) -Isrc -MMD -MP -MT $@ -MF $(BUILD)/gen/asm-offsets.d $(CFLAGS) -S $(OFFSETS) \
	    -o $(BUILD)/gen/asm-offsets.s,: > $(BUILD)/gen/asm-offsets.s)
	@sed -n 's/^->\([A-Za-z_0-9]*\) *\(.*\)/#define \1 \2/p' $(BUILD)/gen/asm-offsets.s > $@

# Linked twice: the table of symbols for backtraces and that of pointers for relocation are made of the first link. They stand
# behind all code and data, so that they move none: the second link would give the same.
TABLES = symbols relocs
tables-of = { $(NM) $(1) | tools/symbols && $(READELF) -rW $(1) | tools/relocs; }

$(BUILD)/gen/tables-0.S: $(TABLES:%=tools/%) Makefile
	@mkdir -p $(@D)
	@for t in $(TABLES); do tools/$$t < /dev/null; done > $@

$(BUILD)/gen/tables-1.S: $(BUILD)/hearth-0.elf
	$(call say,TAB )
	@$(call tables-of,$<) > $@

$(BUILD)/gen/tables-%.o: $(BUILD)/gen/tables-%.S
	$(Q)$(CC) $(CODEGEN) -c $< -o $@

$(BUILD)/hearth-0.elf: $(OBJ) $(BUILD)/gen/tables-0.o src/boot/hearth.ld
	$(Q)$(CC) $(LDFLAGS) $(OBJ) $(BUILD)/gen/tables-0.o -o $@

$(BUILD)/hearth.elf: $(BUILD)/hearth-0.elf $(BUILD)/gen/tables-1.o
	$(call say,LD  )
	$(Q)$(CC) $(LDFLAGS) $(OBJ) $(BUILD)/gen/tables-1.o -o $@
	@$(call tables-of,$@) | cmp - $(BUILD)/gen/tables-1.S

$(BUILD)/hearth.bin: $(BUILD)/hearth.elf
	$(call say,BIN )
	$(Q)$(OBJCOPY) -O binary $< $@

size: $(BUILD)/hearth.elf
	@$(SIZE) -A $< | awk -v max=$(SIZE_MAX) '$$1 ~ /^\.(text|rodata|data|symbols)$$/ { n += $$2 } \
	    END { printf "text and data: %d bytes of %d\n", n, max; exit n > max }'
	@$(SIZE) -A $< | awk -v max=$(SYMBOLS_MAX) '$$1 == ".symbols" { \
	    printf "symbols: %d bytes of %d\n", $$2, max; exit $$2 > max }'

# clang has no picolibc of its own: it is given the headers of GCC's.
PICOLIBC = $(dir $(shell $(CC) -print-file-name=picolibc.specs))
CLANGFLAGS = --target=riscv64-unknown-elf -march=rv64imac -mabi=lp64 -mcmodel=medany -std=gnu11 -O2 \
             -ffreestanding -fno-common $(WARNINGS) -isystem $(PICOLIBC_INCLUDE)
PICOLIBC_INCLUDE = /usr/lib/picolibc/riscv64-unknown-elf/include
clang: $(SRC_C:%.c=$(BUILD)/clang/%.o)
$(BUILD)/clang/%.o: %.c $(GEN) Makefile | $(LIBFDT)/fdt.c $(MBEDTLS)/library/sha256.c
	$(call say,CLANG)
	@mkdir -p $(@D)
	$(Q)$(CLANG) $(CPPFLAGS) $(CLANGFLAGS) -MMD -MP -c $< -o $@

cppcheck: $(GEN) | $(LIBFDT)/fdt.c $(MBEDTLS)/library/sha256.c
	@cppcheck --quiet --std=c11 --platform=unix64 --error-exitcode=1 --inline-suppr \
	    --enable=warning,performance,portability -Isrc -I$(BUILD)/gen -D__riscv --suppress=missingInclude \
	    --suppress=normalCheckLevelMaxBranches \
	    $(SRC_C)

FORMAT_FILES = $(shell git ls-files '*.c' '*.h')
format:
	@clang-format -i $(FORMAT_FILES)
format-check:
	@clang-format --dry-run -Werror $(FORMAT_FILES)

clean:
	rm -rf $(filter-out $(BUILD)/images,$(wildcard $(BUILD)/*))

.PHONY: FORCE all help size clang cppcheck format format-check clean
.DELETE_ON_ERROR:
.SECONDARY:

-include tests/unit/unit.mk
-include tests/guest/guest.mk
-include tests/firmware/firmware.mk
-include $(OBJ:.o=.d) $(BUILD)/gen/asm-offsets.d $(SRC_C:%.c=$(BUILD)/clang/%.d)
