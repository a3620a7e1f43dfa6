# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# Part of tools/run, sourced: what is said to Hearth in a device tree, and firmware's files. Its variables are those of
# tools/run; it sets dtb, loader, payload and initrd_at.
# shellcheck disable=SC2034,SC2154

# What Hearth is asked for stands in the device tree: the machine's own, as QEMU makes it, with a node
# more. $dtb becomes its copy, which nothing else uses.
own_tree() {
    case $machine in virt* | sifive_u*) ;; *) die "$1 works with machines virt and sifive_u" ;; esac
    have fdtput || die "fdtput is not installed: run tools/install"
    [ -z "$dtb" ] || return 0
    mkdir -p "$top/build/dtb"
    find "$top/build/dtb" -name "*.dtb" -mmin +60 -delete 2>/dev/null || true
    dtb=$top/build/dtb/$$.dtb
    qemu-system-riscv64 -M "$machine,dumpdtb=$dtb" ${cpu:+-cpu "$cpu"} -smp "$smp" -m "$mem" \
        -bios none -display none >/dev/null 2>&1 || die "QEMU makes no device tree for $machine"
    fdtput -cp "$dtb" /chosen/hearth
}

# Linux suspends idle harts, then, by SBI HSM.
add_idle_state() {
    own_tree --idle-state
    node=/cpus/idle-states/suspend
    fdtput -cp "$dtb" $node
    fdtput -t s "$dtb" $node compatible riscv,idle-state
    fdtput -t s "$dtb" $node idle-state-name suspend
    fdtput -t x "$dtb" $node riscv,sbi-suspend-param "$idle"
    for property in entry-latency-us exit-latency-us min-residency-us; do
        fdtput -t i "$dtb" $node $property 1
    done
    fdtput -t x "$dtb" $node phandle f0
    n=0
    while [ $n -lt "$smp" ]; do
        fdtput -t x "$dtb" /cpus/cpu@$n cpu-idle-states f0
        n=$((n + 1))
    done
}

# fw_jump goes on 2 MiB behind its first byte: with the kernel there it is what OpenSBI calls fw_payload.
make_payload() {
    [ -n "$kernel" ] || die "fw_payload needs a kernel"
    mkdir -p "$top/build/images"
    payload=$top/build/images/fw_payload-$release.bin
    cp "$(firmware_file fw_jump)" "$payload.$$"
    truncate -s 2M "$payload.$$"
    cat "$kernel" >>"$payload.$$"
    mv "$payload.$$" "$payload"
}

# Without QEMU's -kernel: the command line and the initrd by the tree.
add_payload() {
    own_tree --firmware
    fdtput -t s "$dtb" /chosen bootargs "$append"
    [ -n "$initrd" ] || return 0
    start=$(($(bytes "$mem") / 2))
    [ $start -le $((0x20000000)) ] || start=$((0x20000000))
    start=$((start + 0x80200000))
    # shellcheck disable=SC2046
    fdtput -t x "$dtb" /chosen linux,initrd-start $(cells $start)
    # shellcheck disable=SC2046
    fdtput -t x "$dtb" /chosen linux,initrd-end $(cells $((start + $(stat -Lc %s "$initrd"))))
    initrd_at=$(printf 'loader,file=%s,addr=0x%x,force-raw=on' "$initrd" $start)
}

cells() { printf '%x %x' $(($1 >> 32)) $(($1 & 0xffffffff)); }

# Memory in bytes.
bytes() {
    case $1 in
    *[Gg]) echo $((${1%?} << 30)) ;;
    *[Mm]) echo $((${1%?} << 20)) ;;
    *) echo $(($1 << 20)) ;;
    esac
}

# The firmware's file goes where neither the kernel nor QEMU's place for the initrd is.
add_firmware() {
    own_tree --firmware
    node=/chosen/hearth/firmware
    at=$(($(bytes "$mem") * 3 / 8 / 0x200000 * 0x200000))
    [ $at -le $((0x10000000)) ] || at=$((0x10000000))
    at=$((at + 0x80000000))
    fdtput -t x "$dtb" /chosen/hearth '#address-cells' 2
    fdtput -t x "$dtb" /chosen/hearth '#size-cells' 2
    fdtput -c "$dtb" $node
    # shellcheck disable=SC2046
    fdtput -t x "$dtb" $node reg $(cells $at) $(cells "$(stat -Lc %s "$firmware")")
    # shellcheck disable=SC2046
    [ -z "$load" ] || fdtput -t x "$dtb" $node load $(cells "$load")
    [ -z "$policy" ] || fdtput -t s "$dtb" $node policy "$policy"
    [ ! -r "$digest" ] || digest=$(sha256sum "$digest" | cut -d ' ' -f 1)
    # shellcheck disable=SC2046
    [ -z "$digest" ] ||
        fdtput -t bx "$dtb" $node sha256 $(printf %s "$digest" | sed 's/../& /g')
    [ $offload = yes ] || fdtput "$dtb" $node no-offload
    [ $hypervisor = yes ] || fdtput "$dtb" $node no-hypervisor
    loader=$(printf 'loader,file=%s,addr=0x%x,force-raw=on' "$firmware" $at)
}

firmware_file() {
    case $1 in
    fw_dynamic | fw_jump)
        echo "$("$here/fetch" opensbi)/usr/lib/riscv64-linux-gnu/opensbi/generic/$1.bin"
        ;;
    u-boot) echo "$("$here/fetch" u-boot)/usr/lib/u-boot/qemu-riscv64/u-boot.bin" ;;
    hearth) echo "$top/build/hearth.bin" ;;
    *) echo "$1" ;;
    esac
}
