/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The architectural state of a virtual hart: every privilege mode that the specification has,
 * whatever the machine underneath. Pure data; csr.h, trap.h, xret.h, walk.h and exec.h give it its
 * semantics.
 *
 * Source: The RISC-V Instruction Set Manual, volume II (privileged architecture, H v1.0), AIA 1.0.
 */
#ifndef SPEC_HART_H
#define SPEC_HART_H

#include "lib/bits.h"

/* Addresses that must not be mixed up: guest-virtual, guest-physical, and physical as the machine
 * has it. For HS-mode, which has no G-stage above it on a machine without worlds, "guest-physical"
 * is the VS view. */
typedef struct {
    uint64_t a;
} gva_t;
typedef struct {
    uint64_t a;
} gpa_t;
typedef struct {
    uint64_t a;
} hpa_t;

enum prv { PRV_U = 0, PRV_S = 1, PRV_M = 3 };

/* Extensions that a virtual hart may have (struct isa, ext). */
enum isa_ext {
    EXT_NONE = 0, /* bit 0 is set in every isa, so that "needs nothing" is a mask like the others */
    EXT_SSTC = 1,
    EXT_SVINVAL,
    EXT_SVADU,
    EXT_SVPBMT,
    EXT_SVNAPOT,
    EXT_SMSTATEEN,
    EXT_SMAIA, /* and Ssaia; no guest interrupt files (GEILEN = 0) */
    EXT_SSCOFPMF,
    EXT_ZICBOM,
    EXT_ZICBOZ,
    EXT_F,            /* mstatus.FS exists */
    EXT_V,            /* mstatus.VS exists */
    EXT_MENVCFG,      /* priv 1.12: menvcfg, senvcfg */
    EXT_H,            /* always, but for firmware that is not to see it */
    EXT_COUNTINHIBIT, /* mcountinhibit */
    EXT_C,
    EXT_IMSIC, /* mstateen0 has a bit for it; its registers are not the model's */
};

/* There are PMP registers for so many entries; those that the hart lacks are read-only zero. */
#define PMP_MAX 16u
/* No board has more custom CSRs. */
#define CUSTOM_MAX 32u

/* What a virtual hart is: constant once the hart runs, shared by the harts of a world. */
struct isa {
    uint64_t ext;        /* BIT(enum isa_ext) */
    uint64_t misa;       /* with H */
    uint16_t satp_modes; /* BIT(mode) supported in satp and vsatp: 0 (Bare), 8, 9, 10 */
    uint16_t hgatp_modes;
    uint64_t asid_mask; /* of satp and vsatp, right-aligned: 0xffff for 16 bits */
    uint64_t vmid_mask;
    uint64_t ppn_mask;  /* physical page number bits that exist */
    uint64_t medeleg;   /* writable bits */
    uint64_t mideleg;   /* writable bits; SSI, STI and SEI are read-only one if they are not here,
                           and so are H's */
    uint64_t counteren; /* writable bits of m-, h- and scounteren */
    uint64_t menvcfg;   /* writable bits (STCE, PBMTE, ADUE, CBO...) */
    uint64_t hpm;       /* BIT(n): there is mhpmcounter n, n from 3; others are read-only zero */
    uint64_t mvendorid, marchid, mimpid;
    /* Interrupt files that mtopei and mireg, stopei and sireg reach (imsic.h); NULL: none, or the
     * hardware's own for S-mode */
    const struct imsic_file *imsic_m, *imsic_s;
    const struct board *board; /* the custom CSRs (board.h); NULL: none */
    uint8_t
        pmp_entries;   /* PMP entries, at most PMP_MAX; 0: no PMP, as in a world without firmware */
    uint8_t pmp_grain; /* log2 of the bytes that PMP can tell apart: 2 and up */
};

static inline bool isa_has(const struct isa *isa, enum isa_ext e)
{
    return (isa->ext & BIT(e)) != 0;
}

/*
 * One virtual hart. Interrupts: what is pending is composed by hart_mip() from the software bits in
 * mip (SSIP, STIP, SEIP, LCOFIP), the wires in line (MSI, MTI, MEI, SEI), hvip and the two timers;
 * mie is the one enable register that sie, hie and vsie are views of.
 *
 * Every field holds a legal value: SXL, UXL and VSXL (64) and the read-only-one bits of mideleg are
 * in the field. SD need not be right: reading the CSR works it out.
 *
 * x[0] is always zero. x and pc come first: the host's entry code saves into them by generated
 * offsets.
 */
struct hart {
    uint64_t x[32];
    uint64_t pc;
    uint8_t prv;     /* enum prv */
    uint8_t v;       /* virtualization mode, 0 or 1; 0 in M */
    bool walk_quick; /* no PMP stands between a walk and tables in the first range of memory: set by
                        hart_reset(), and by who sees pmp_open() of that range change */
    const struct isa *isa;
    uint64_t time;   /* mtime: the host refreshes it before a call that looks at timers */
    uint64_t hartid; /* mhartid */

    /* M */
    uint64_t mstatus; /* sstatus is a view of it */
    uint64_t medeleg, mideleg, mie, mip, line, mvien, mvip;
    uint64_t mtvec, mscratch, mepc, mcause, mtval, mtval2, mtinst;
    uint64_t mcounteren, mcountinhibit, menvcfg;
    uint64_t mstateen[4];
    uint64_t sie_aia; /* sie bits that mvien makes separate from mie */

    /* HS and S */
    uint64_t stvec, sscratch, sepc, scause, stval, satp, scounteren, senvcfg, stimecmp;

    /* H */
    uint64_t hstatus, hedeleg, hideleg, hvip, hcounteren, htimedelta, henvcfg, htval, htinst, hgatp;
    uint64_t hstateen[4];
    uint64_t hvien, hvictl, hviprio1; /* AIA */

    /* VS */
    uint64_t vsstatus, vstvec, vsscratch, vsepc, vscause, vstval, vsatp, vstimecmp;
    uint64_t vsie_aia;  /* vsie bits that hvien makes separate from mie */
    uint64_t vsiselect; /* AIA */
    uint64_t siselect, miselect;

    /* [0] mcycle, [2] minstret, [3] mhpmcounter3...; the host refreshes them before they are read
     */
    uint64_t mhpmcounter[32];
    uint64_t mhpmevent[32];

    uint64_t pmpaddr[PMP_MAX]; /* all bits written, whatever the grain lets read */
    uint8_t pmpcfg[PMP_MAX];
    uint64_t
        *custom; /* CUSTOM_MAX words, in the order of the board's rows; or NULL: none of them */
};

/* mstatus, sstatus, vsstatus */
#define STATUS_SIE  BIT(1)
#define STATUS_MIE  BIT(3)
#define STATUS_SPIE BIT(5)
#define STATUS_UBE  BIT(6)
#define STATUS_MPIE BIT(7)
#define STATUS_SPP  BIT(8)
#define STATUS_VS   MASK(10, 9)
#define STATUS_MPP  MASK(12, 11)
#define STATUS_FS   MASK(14, 13)
#define STATUS_XS   MASK(16, 15)
#define STATUS_MPRV BIT(17)
#define STATUS_SUM  BIT(18)
#define STATUS_MXR  BIT(19)
#define STATUS_TVM  BIT(20)
#define STATUS_TW   BIT(21)
#define STATUS_TSR  BIT(22)
#define STATUS_UXL  MASK(33, 32)
#define STATUS_SXL  MASK(35, 34)
#define STATUS_GVA  BIT(38)
#define STATUS_MPV  BIT(39)
#define STATUS_SD   BIT(63)
#define UXL_64      UINT64_C(2)
#define FS_OFF      UINT64_C(0)
#define FS_INITIAL  UINT64_C(1)
#define FS_CLEAN    UINT64_C(2)
#define FS_DIRTY    UINT64_C(3)

/* hstatus */
#define HSTATUS_VSBE  BIT(5)
#define HSTATUS_GVA   BIT(6)
#define HSTATUS_SPV   BIT(7)
#define HSTATUS_SPVP  BIT(8)
#define HSTATUS_HU    BIT(9)
#define HSTATUS_VGEIN MASK(17, 12)
#define HSTATUS_VTVM  BIT(20)
#define HSTATUS_VTW   BIT(21)
#define HSTATUS_VTSR  BIT(22)
#define HSTATUS_VSXL  MASK(33, 32)
/* VSXL is read-only 64; VGEIN, VSBE read-only zero. */
#define HSTATUS_WRITABLE                                                                           \
    (HSTATUS_GVA | HSTATUS_SPV | HSTATUS_SPVP | HSTATUS_HU | HSTATUS_VTVM | HSTATUS_VTW |          \
     HSTATUS_VTSR)

/* satp, vsatp, hgatp */
#define ATP_MODE   MASK(63, 60)
#define SATP_ASID  MASK(59, 44)
#define HGATP_VMID MASK(57, 44)
#define ATP_PPN    MASK(43, 0)
#define MODE_BARE  0u
#define MODE_SV39  8u
#define MODE_SV48  9u
#define MODE_SV57  10u

/* hvictl */
#define HVICTL_VTI    BIT(30)
#define HVICTL_IID    MASK(27, 16)
#define HVICTL_DPR    BIT(9)
#define HVICTL_IPRIOM BIT(8)
#define HVICTL_IPRIO  MASK(7, 0)

/* mtopi, stopi, vstopi */
#define TOPI_IID   MASK(27, 16)
#define TOPI_IPRIO MASK(7, 0)

/* mstateen0, hstateen0 */
#define STATEEN_SE     BIT(63) /* of every register: sstateenN, hstateenN */
#define STATEEN_ENVCFG BIT(62)
#define STATEEN_CSRIND BIT(60)
#define STATEEN_AIA    BIT(59)
#define STATEEN_IMSIC  BIT(58)

/* menvcfg, henvcfg, senvcfg */
#define ENVCFG_FIOM  BIT(0)
#define ENVCFG_CBIE  MASK(5, 4)
#define ENVCFG_CBCFE BIT(6)
#define ENVCFG_CBZE  BIT(7)
#define ENVCFG_ADUE  BIT(61)
#define ENVCFG_PBMTE BIT(62)
#define ENVCFG_STCE  BIT(63)

/* mcounteren and its kind */
#define COUNTEREN_CY BIT(0)
#define COUNTEREN_TM BIT(1)
#define COUNTEREN_IR BIT(2)

/* Interrupts */
enum irq {
    IRQ_SSI = 1,
    IRQ_VSSI = 2,
    IRQ_MSI = 3,
    IRQ_STI = 5,
    IRQ_VSTI = 6,
    IRQ_MTI = 7,
    IRQ_SEI = 9,
    IRQ_VSEI = 10,
    IRQ_MEI = 11,
    IRQ_SGEI = 12,
    IRQ_LCOFI = 13,
};
#define CAUSE_INTERRUPT BIT(63)
#define IRQS_S          (BIT(IRQ_SSI) | BIT(IRQ_STI) | BIT(IRQ_SEI))
#define IRQS_VS         (BIT(IRQ_VSSI) | BIT(IRQ_VSTI) | BIT(IRQ_VSEI))
#define IRQS_H          (IRQS_VS | BIT(IRQ_SGEI)) /* what hie and hip hold */
#define IRQS_M          (BIT(IRQ_MSI) | BIT(IRQ_MTI) | BIT(IRQ_MEI))

/* Exceptions */
enum cause {
    CAUSE_FETCH_MISALIGNED = 0,
    CAUSE_FETCH_ACCESS = 1,
    CAUSE_ILLEGAL = 2,
    CAUSE_BREAKPOINT = 3,
    CAUSE_LOAD_MISALIGNED = 4,
    CAUSE_LOAD_ACCESS = 5,
    CAUSE_STORE_MISALIGNED = 6,
    CAUSE_STORE_ACCESS = 7,
    CAUSE_ECALL_U = 8, /* from U and VU */
    CAUSE_ECALL_HS = 9,
    CAUSE_ECALL_VS = 10,
    CAUSE_ECALL_M = 11,
    CAUSE_FETCH_PAGE = 12,
    CAUSE_LOAD_PAGE = 13,
    CAUSE_STORE_PAGE = 15,
    CAUSE_FETCH_GUEST_PAGE = 20,
    CAUSE_LOAD_GUEST_PAGE = 21,
    CAUSE_VIRTUAL_INSTRUCTION = 22,
    CAUSE_STORE_GUEST_PAGE = 23,
};

/* What H adds: the exceptions of guests. */
#define CAUSES_H (BIT(CAUSE_ECALL_VS) | MASK(CAUSE_STORE_GUEST_PAGE, CAUSE_FETCH_GUEST_PAGE))

/* The writable bits of medeleg: H's exceptions can always be delegated; environment calls from M
 * cannot occur below it (machine chapter, "medeleg"). */
static inline uint64_t isa_medeleg(const struct isa *isa)
{
    uint64_t bits = isa_has(isa, EXT_H) ? isa->medeleg | CAUSES_H : isa->medeleg & ~CAUSES_H;
    return bits & ~BIT(CAUSE_ECALL_M);
}

/*
 * A trap to be taken. tval2 is what htval or mtval2 gets (a guest-physical address >> 2, or 0),
 * tinst what htinst or mtinst gets (a transformed instruction, a pseudo-instruction, or 0), gva
 * whether tval is a guest-virtual address.
 */
struct trap {
    uint64_t cause;
    uint64_t tval;
    uint64_t tval2;
    uint64_t tinst;
    bool gva;
};

/* The state at reset: M-mode, every CSR zero but for *XL = 64 and what is read-only one; x and pc
 * zero. Custom registers are board_reset()'s. */
void hart_reset(struct hart *h, const struct isa *isa, uint64_t hartid);

/*
 * The state in which firmware starts an S-mode system, after hart_reset(): HS-mode, everything
 * delegated but its own ecalls, all counters, state and menvcfg features enabled; S-level CSRs
 * zero.
 */
void hart_enter_s(struct hart *h, uint64_t pc, uint64_t a0, uint64_t a1);

#endif
