// SPDX-License-Identifier: BSD-2-Clause
// What the vCPU has, by KVM's one-reg interface. The ids are Linux's user-space ABI; kernel headers
// on the building machine may be older than the kernel that runs this, so they are named here.
#include "vmm.h"
#include <linux/kvm.h>
#include <string.h>
#include <sys/ioctl.h>

#define REG_U64       (KVM_REG_RISCV | KVM_REG_SIZE_U64)
#define REG_CONFIG    (REG_U64 | KVM_REG_RISCV_CONFIG)
#define REG_ISA_EXT   (REG_U64 | KVM_REG_RISCV_ISA_EXT)
#define REG_TIMER     (REG_U64 | KVM_REG_RISCV_TIMER)
#define CONFIG_ISA    0u
#define CONFIG_ZICBOM 1u
#define CONFIG_ZICBOZ 5u
#define CONFIG_SATP   6u
#define ISA_ZICBOM    11u
#define ISA_ZICBOZ    12u
#define SATP_SV39     8u
#define SATP_SV48     9u
#define SATP_SV57     10u

// Index: KVM_RISCV_ISA_EXT_*. The single letters (0 to 6, 15) are in CONFIG_ISA.
static const char *const ext_names[] = {
    [7] = "svpbmt",  [8] = "sstc",      [9] = "svinval",   [10] = "zihintpause", [11] = "zicbom",
    [12] = "zicboz", [13] = "zbb",      [16] = "svnapot",  [17] = "zba",         [18] = "zbs",
    [19] = "zicntr", [20] = "zicsr",    [21] = "zifencei", [22] = "zihpm",       [24] = "zicond",
    [25] = "zbc",    [26] = "zbkb",     [27] = "zbkc",     [28] = "zbkx",        [29] = "zknd",
    [30] = "zkne",   [31] = "zknh",     [32] = "zkr",      [33] = "zksed",       [34] = "zksh",
    [35] = "zkt",    [46] = "zfh",      [47] = "zfhmin",   [48] = "zihintntl",   [51] = "zfa",
    [53] = "zacas",  [54] = "sscofpmf", [55] = "zimop",    [56] = "zca",         [57] = "zcb",
    [58] = "zcd",    [60] = "zcmop",    [61] = "zawrs",    [64] = "svade",       [65] = "svadu",
    [66] = "svvptc", [67] = "zabha",    [68] = "ziccrse",
};
#define N_EXT ((unsigned)(sizeof(ext_names) / sizeof(ext_names[0])))

int reg_get(int vcpu, uint64_t id, uint64_t *value)
{
    struct kvm_one_reg reg = {.id = id, .addr = (uintptr_t)value};
    return ioctl(vcpu, KVM_GET_ONE_REG, &reg);
}

int reg_set(int vcpu, uint64_t id, uint64_t value)
{
    struct kvm_one_reg reg = {.id = id, .addr = (uintptr_t)&value};
    return ioctl(vcpu, KVM_SET_ONE_REG, &reg);
}

static uint64_t config(int vcpu, unsigned index, uint64_t otherwise)
{
    uint64_t value;
    return reg_get(vcpu, REG_CONFIG | index, &value) == 0 ? value : otherwise;
}

static unsigned ext_index(const char *name, size_t len)
{
    for (unsigned i = 0; i < N_EXT; i++)
        if (ext_names[i] != NULL && strlen(ext_names[i]) == len &&
            memcmp(ext_names[i], name, len) == 0)
            return i;
    die("no extension that can be dropped: %.*s", (int)len, name);
}

// An extension that the host has not is gone already: KVM then refuses to touch it.
void isa_drop(int vcpu, const char *drop)
{
    uint64_t on;
    while (drop != NULL && *drop != '\0') {
        size_t len = strcspn(drop, ",");
        unsigned i = ext_index(drop, len);
        if (reg_get(vcpu, REG_ISA_EXT | i, &on) == 0 && on != 0 &&
            reg_set(vcpu, REG_ISA_EXT | i, 0) < 0)
            die_errno("KVM does not let %s be switched off", ext_names[i]);
        drop += len + (drop[len] == ',');
    }
}

static const char *mmu_type(uint64_t satp_mode)
{
    switch (satp_mode) {
    case SATP_SV57:
        return "riscv,sv57";
    case SATP_SV48:
        return "riscv,sv48";
    default:
        return "riscv,sv39";
    }
}

void isa_read(int vcpu, struct hart_isa *isa)
{
    uint64_t on;
    *isa = (struct hart_isa){.base = config(vcpu, CONFIG_ISA, 0)};
    isa->mmu = mmu_type(config(vcpu, CONFIG_SATP, SATP_SV39));
    for (unsigned i = 0; i < N_EXT; i++) {
        if (ext_names[i] != NULL && reg_get(vcpu, REG_ISA_EXT | i, &on) == 0 && on != 0)
            isa->ext[isa->n_ext++] = ext_names[i];
    }
    if (reg_get(vcpu, REG_ISA_EXT | ISA_ZICBOM, &on) == 0 && on != 0)
        isa->zicbom_block = config(vcpu, CONFIG_ZICBOM, 0);
    if (reg_get(vcpu, REG_ISA_EXT | ISA_ZICBOZ, &on) == 0 && on != 0)
        isa->zicboz_block = config(vcpu, CONFIG_ZICBOZ, 0);
    if (reg_get(vcpu, REG_TIMER | KVM_REG_RISCV_TIMER_REG(frequency), &isa->timebase) < 0)
        die_errno("KVM does not tell the timebase frequency");
}
