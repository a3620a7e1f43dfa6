# SPDX-License-Identifier: BSD-2-Clause
# Unit tests of the pure modules, built for and run on the development machine: every
# tests/unit/test_*.c is one cmocka program. Included by the root Makefile; by itself:
# make -f tests/unit/unit.mk unit

UNIT_BUILD    := $(or $(BUILD),build)/unit
UNIT_CC       ?= gcc
UNIT_CFLAGS   ?= -std=gnu11 -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
                 -Wall -Wextra -Wshadow -Wconversion -Werror
UNIT_TIMEOUT  ?= 60

# Pure files outside src/spec and src/vdev, as they come to be.
UNIT_CORE     := $(wildcard src/core/shadow*.c src/host/m/pmp_plan.c)
# Over tests/unit/fake_host.h, which has events of its own in place of pmu_events.c.
UNIT_CORE     += $(wildcard src/sbi/*.c) \
                 $(patsubst %,src/core/%.c,bus exits guestmem misaligned nacl policy protect replay request trace vhart)
# What boots reads trees: with libfdt. log.c is pulled out of the archive only by tests without a log of their own.
UNIT_CORE     += $(patsubst %,src/boot/%.c,firmware fixup isa_string load measure memory next place scan tracing) src/core/policy.c \
                 $(patsubst %,src/lib/%.c,err log sha256 tree) \
                 $(patsubst %,src/drv/%.c,aplic clint driver imsic_tree plic reset uart8250)
UNIT_FDT      := $(patsubst %.c,$(UNIT_BUILD)/libfdt/%.o,$(FDT_SRC) fdt_empty_tree.c)
UNIT_MBEDTLS  := $(MBEDTLS_SRC:%.c=$(UNIT_BUILD)/mbedtls/%.o)
UNIT_SRC      := $(wildcard src/spec/*.c src/vdev/*.c) $(UNIT_CORE)
UNIT_OBJ      := $(UNIT_SRC:%.c=$(UNIT_BUILD)/%.o)
UNIT_TESTS    := $(patsubst tests/unit/%.c,$(UNIT_BUILD)/%,$(sort $(wildcard tests/unit/test_*.c)))

.PHONY: unit unit-build
unit: unit-build
	@failed=; for t in $(UNIT_TESTS); do \
	    timeout $(UNIT_TIMEOUT) $$t > $$t.log 2>&1; status=$$?; \
	    grep -E '^\[  (PASSED|FAILED)  \]' $$t.log | tail -1 | sed "s|^|$${t##*/}: |"; \
	    [ $$status = 0 ] || { failed="$$failed $${t##*/}"; grep -vE '^\[ (RUN|      OK)' $$t.log; }; \
	done; [ -z "$$failed" ] || { echo "unit: failed:$$failed" >&2; exit 1; }

unit-build: $(UNIT_TESTS)

$(UNIT_BUILD)/test_%: $(UNIT_BUILD)/tests/unit/test_%.o $(UNIT_BUILD)/pure.a
	$(UNIT_CC) $(UNIT_CFLAGS) $^ -lcmocka -pthread -o $@

$(UNIT_BUILD)/pure.a: $(UNIT_OBJ) $(UNIT_FDT) $(UNIT_MBEDTLS)
	rm -f $@ && ar rcs $@ $^

$(UNIT_BUILD)/%.o: %.c tests/unit/unit.mk
	@mkdir -p $(@D)
	$(UNIT_CC) $(UNIT_CFLAGS) -Isrc -Itests/unit -isystem $(LIBFDT) -isystem $(MBEDTLS)/include \
	    $(MBEDTLS_CONFIG) -MMD -MP -c $< -o $@

$(UNIT_BUILD)/libfdt/%.o: $(LIBFDT)/%.c
	@mkdir -p $(@D)
	$(UNIT_CC) $(filter-out -W%,$(UNIT_CFLAGS)) -I$(LIBFDT) -c $< -o $@

$(UNIT_BUILD)/mbedtls/%.o: $(MBEDTLS)/library/%.c src/lib/mbedtls_config.h
	@mkdir -p $(@D)
	$(UNIT_CC) $(filter-out -W%,$(UNIT_CFLAGS)) -Isrc -I$(MBEDTLS)/include $(MBEDTLS_CONFIG) -c $< -o $@

.PRECIOUS: $(UNIT_BUILD)/%.o
-include $(UNIT_OBJ:.o=.d) $(UNIT_TESTS:$(UNIT_BUILD)/%=$(UNIT_BUILD)/tests/unit/%.d)

# What the unit tests reach of the pure modules: a build of its own, without sanitizers. Less than this is a failure.
COVERAGE          := $(or $(BUILD),build)/coverage
COVERAGE_LINES    ?= 95
COVERAGE_BRANCHES ?= 90
COVERAGE_FLAGS    := -std=gnu11 -O0 -g --coverage
GCOVR := gcovr --root . --object-directory $(COVERAGE)/unit --filter src/spec/ --filter src/vdev/ $(COVERAGE)/unit/src

.PHONY: coverage
coverage:
	@mkdir -p $(COVERAGE)
	@find $(COVERAGE) -name '*.gcda' -delete
	@$(MAKE) --no-print-directory unit BUILD=$(COVERAGE) UNIT_CFLAGS='$(COVERAGE_FLAGS)' UNIT_TIMEOUT=300 \
	    > $(COVERAGE)/unit.log || { cat $(COVERAGE)/unit.log; exit 1; }
	@$(GCOVR) --branches --html-details $(COVERAGE)/coverage.html --txt
	@$(GCOVR) --txt --print-summary --fail-under-line $(COVERAGE_LINES) --fail-under-branch $(COVERAGE_BRANCHES)
