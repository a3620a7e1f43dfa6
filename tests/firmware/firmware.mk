# SPDX-License-Identifier: BSD-2-Clause
# Bare-metal programs in M-mode that state the rules which firmware relies on; one ELF a topic.
# Included by the root Makefile behind guest.mk; alone: make -f tests/firmware/firmware.mk firmware
ifndef guest_dir
include tests/guest/guest.mk
endif

firmware_topics := mcsr mtrap deleg xret mirq storm stormx pingpong mclint mplic pmp mprv access random mhyp mhostile protect msbi maia cost
firmware_lib := start frame dev low
firmware_dir := tests/firmware
firmware_out := $(BUILD)/firmware
# What is the same below M and in it: the runner, printing, trees, page tables.
firmware_shared := jump check print fdt pt

firmware_cflags := $(filter-out -I%,$(guest_cflags)) -I$(firmware_dir)/lib -I$(guest_dir)/lib -I$(firmware_out)
firmware_objects := $(firmware_lib:%=$(firmware_out)/lib/%.o) $(firmware_shared:%=$(guest_out)/lib/%.o)

.PHONY: firmware
firmware: $(firmware_topics:%=$(firmware_out)/%.elf) $(firmware_topics:%=$(firmware_out)/%.bin)

$(firmware_out)/%.elf: $(firmware_out)/%.o $(firmware_objects) $(guest_dir)/lib/guest.ld
	$(guest_cross)gcc $(firmware_cflags) -static -Wl,--build-id=none -Wl,--no-warn-rwx-segments \
		-Wl,--defsym=image_base=0x80000000 -T $(guest_dir)/lib/guest.ld -o $@ $(filter %.o,$^)

$(firmware_out)/%.bin: $(firmware_out)/%.elf
	$(guest_cross)objcopy -O binary $< $@

$(firmware_out)/%.o: $(firmware_dir)/%.c
	@mkdir -p $(@D)
	$(guest_cross)gcc $(firmware_cflags) -MMD -MP -c -o $@ $<

$(firmware_out)/lib/%.o: $(firmware_dir)/lib/%.S $(firmware_out)/offsets.h
	@mkdir -p $(@D)
	$(guest_cross)gcc $(firmware_cflags) -MMD -MP -c -o $@ $<

$(firmware_out)/offsets.h: $(firmware_dir)/lib/offsets.c $(firmware_dir)/lib/frame.h
	@mkdir -p $(@D)
	$(guest_cross)gcc $(firmware_cflags) -S -o - $< | sed -n 's/^#DEFINE/#define/p' > $@

.PRECIOUS: $(firmware_out)/%.o $(firmware_out)/lib/%.o
-include $(wildcard $(firmware_out)/*.d $(firmware_out)/lib/*.d)
