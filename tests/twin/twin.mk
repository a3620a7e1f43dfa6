# SPDX-License-Identifier: BSD-2-Clause
# The program that runs on both machines, in HS and as firmware: make -f tests/twin/twin.mk [BUILD=directory] twin
include tests/guest/guest.mk
include tests/firmware/firmware.mk

twin_objects := main space step insns csrs run record
twin_out := $(BUILD)/twin
# Of hs/ and m/.
twin_top := run top csrs
twin_hs_lib := start hart jump sbi test check print fdt pt env
twin_m_lib := start frame dev
twin_m_shared := jump check print fdt pt

twin_hs_objects := $(twin_top:%=$(twin_out)/hs/top/%.o) $(twin_objects:%=$(twin_out)/hs/%.o) \
	$(twin_hs_lib:%=$(guest_out)/lib/%.o)
twin_m_objects := $(twin_top:%=$(twin_out)/m/top/%.o) $(twin_objects:%=$(twin_out)/m/%.o) \
	$(twin_m_lib:%=$(firmware_out)/lib/%.o) $(twin_m_shared:%=$(guest_out)/lib/%.o)
twin_hs_cflags := -Itests/twin -Itests/twin/hs $(guest_cflags) -I$(firmware_dir)/lib
twin_m_cflags := -Itests/twin -Itests/twin/m $(firmware_cflags)

.PHONY: twin
.DEFAULT_GOAL := twin
twin: $(twin_out)/twin.bin $(twin_out)/firmware.bin $(twin_out)/twin-m.bin

$(twin_out)/twin.elf: $(twin_hs_objects) $(guest_dir)/lib/guest.ld
	$(guest_cross)gcc $(guest_cflags) -static -Wl,--build-id=none -Wl,--no-warn-rwx-segments \
		-T $(guest_dir)/lib/guest.ld -o $@ $(filter %.o,$^)

$(twin_out)/twin-m.elf: $(twin_m_objects) $(guest_dir)/lib/guest.ld
	$(guest_cross)gcc $(guest_cflags) -static -Wl,--build-id=none -Wl,--no-warn-rwx-segments \
		-Wl,--defsym=image_base=0x80000000 -T $(guest_dir)/lib/guest.ld -o $@ $(filter %.o,$^)

$(twin_out)/firmware.elf: $(twin_out)/hs/top/firmware.o
	$(guest_cross)gcc -nostdlib -static -Wl,--build-id=none -Wl,-Ttext=0x80000000 -o $@ $<

$(twin_out)/%.bin: $(twin_out)/%.elf
	$(guest_cross)objcopy -O binary $< $@

define twin_rules
$(twin_out)/$(1)/%.o: tests/twin/%.c
	@mkdir -p $$(@D)
	$(guest_cross)gcc $(twin_$(1)_cflags) -MMD -MP -c -o $$@ $$<

$(twin_out)/$(1)/top/%.o: tests/twin/$(1)/%.c
	@mkdir -p $$(@D)
	$(guest_cross)gcc $(twin_$(1)_cflags) -MMD -MP -c -o $$@ $$<

$(twin_out)/$(1)/top/%.o: tests/twin/$(1)/%.S
	@mkdir -p $$(@D)
	$(guest_cross)gcc $(twin_$(1)_cflags) -MMD -MP -c -o $$@ $$<
endef
$(eval $(call twin_rules,hs))
$(eval $(call twin_rules,m))

-include $(wildcard $(twin_out)/*/*.d $(twin_out)/*/*/*.d)
