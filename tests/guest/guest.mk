# SPDX-License-Identifier: BSD-2-Clause
# Bare-metal programs that state the rules of the hypervisor chapter; one ELF a topic.
# Included by the root Makefile; alone: make -f tests/guest/guest.mk guest
BUILD ?= build

guest_topics := cost csr csrreg vscsr traps priv perm twostage implicit htinst hlv fences spaces churn irq timer extirq msi smp rfence protect sbi hsm nacl naclmem switch services remote hostile intruder reboot trace
guest_lib := start hart jump sbi test check print fdt pt env probe worker nacl
guest_dir := tests/guest
guest_out := $(BUILD)/guest
guest_cross ?= riscv64-unknown-elf-

guest_cflags := -std=gnu11 -O2 -g -march=rv64imac_zicsr_zifencei -mabi=lp64 -mcmodel=medany \
	-ffreestanding -nostdlib -fno-builtin -fno-pic -fno-common -mno-relax -fno-strict-aliasing \
	-fno-tree-loop-distribute-patterns -Wall -Wextra -Wshadow -Wconversion -Werror \
	-I$(guest_dir)/lib -I$(guest_out)

.PHONY: guest
guest: $(guest_topics:%=$(guest_out)/%.elf) $(guest_topics:%=$(guest_out)/%.bin)

$(guest_out)/%.elf: $(guest_out)/%.o $(guest_lib:%=$(guest_out)/lib/%.o) $(guest_dir)/lib/guest.ld
	$(guest_cross)gcc $(guest_cflags) -static -Wl,--build-id=none -Wl,--no-warn-rwx-segments \
		-T $(guest_dir)/lib/guest.ld -o $@ $(filter %.o,$^)

$(guest_out)/%.bin: $(guest_out)/%.elf
	$(guest_cross)objcopy -O binary $< $@

$(guest_out)/%.o: $(guest_dir)/%.c
	@mkdir -p $(@D)
	$(guest_cross)gcc $(guest_cflags) -MMD -MP -c -o $@ $<

$(guest_out)/lib/%.o: $(guest_dir)/lib/%.S $(guest_out)/offsets.h
	@mkdir -p $(@D)
	$(guest_cross)gcc $(guest_cflags) -MMD -MP -c -o $@ $<

$(guest_out)/offsets.h: $(guest_dir)/lib/offsets.c $(guest_dir)/lib/hart.h
	@mkdir -p $(@D)
	$(guest_cross)gcc $(guest_cflags) -S -o - $< | sed -n 's/^#DEFINE/#define/p' > $@

.PRECIOUS: $(guest_out)/%.o $(guest_out)/lib/%.o
-include $(wildcard $(guest_out)/*.d $(guest_out)/lib/*.d)
