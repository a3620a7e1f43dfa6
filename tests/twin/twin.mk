# SPDX-License-Identifier: BSD-2-Clause
# The program that runs on both machines: make -f tests/twin/twin.mk [BUILD=directory] twin
include tests/guest/guest.mk

twin_objects := main space step insns csrs run record hs
twin_lib := start hart jump sbi test check print fdt pt env
twin_out := $(BUILD)/twin

.PHONY: twin
.DEFAULT_GOAL := twin
twin: $(twin_out)/twin.bin $(twin_out)/firmware.bin

$(twin_out)/twin.elf: $(twin_objects:%=$(twin_out)/%.o) $(twin_lib:%=$(guest_out)/lib/%.o) $(guest_dir)/lib/guest.ld
	$(guest_cross)gcc $(guest_cflags) -static -Wl,--build-id=none -Wl,--no-warn-rwx-segments \
		-T $(guest_dir)/lib/guest.ld -o $@ $(filter %.o,$^)

$(twin_out)/firmware.elf: $(twin_out)/firmware.o
	$(guest_cross)gcc -nostdlib -static -Wl,--build-id=none -Wl,-Ttext=0x80000000 -o $@ $<

$(twin_out)/%.bin: $(twin_out)/%.elf
	$(guest_cross)objcopy -O binary $< $@

$(twin_out)/%.o: tests/twin/%.c
	@mkdir -p $(@D)
	$(guest_cross)gcc $(guest_cflags) -MMD -MP -c -o $@ $<

$(twin_out)/%.o: tests/twin/%.S
	@mkdir -p $(@D)
	$(guest_cross)gcc $(guest_cflags) -MMD -MP -c -o $@ $<

-include $(wildcard $(twin_out)/*.d)
