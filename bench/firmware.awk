# SPDX-License-Identifier: BSD-2-Clause
# Reads what bench/firmware has collected in `out` and prints the tables, or JSON.

function grouped(n,    s, r) {
    s = sprintf("%.0f", n)
    while (length(s) > 3 && s !~ /^-...$/) {
        r = "," substr(s, length(s) - 2) r
        s = substr(s, 1, length(s) - 3)
    }
    return s r
}

function lines_of(file, what,    line, f, work) {
    while ((getline line <file) > 0) {
        sub(/\r$/, "", line)
        split(line, f, " ")
        if (what == "single" && f[1] == "#" && (f[2] == "cost" || f[2] == "asked"))
            value[side, f[2], f[3]] = f[4]
        if (what == "linux" && f[1] == "HEARTH-FW:")
            work = f[2]
        if (what == "linux" && f[1] == "HEARTH-COUNT:") {
            instret[side, n, work] = f[3]
            ticks[side, n, work] = f[5]
        }
    }
    close(file)
}

# How often Hearth was entered between two marks, by cause.
function counts_of(work,    line, f, d, before) {
    while ((getline line <(out "/" side "-" n "." work "-begin")) > 0) {
        split(line, f, " ")
        before[f[1]] = f[2]
    }
    while ((getline line <(out "/" side "-" n "." work "-end")) > 0) {
        split(line, f, " ")
        d = f[2] - before[f[1]]
        exits[side, n, work, f[1]] = d
        traps[side, n, work] += d
        if (!(f[1] in known)) {
            known[f[1]] = 1
            cause[++causes] = f[1]
        }
    }
}

function row(a, b, c, d, e) {
    printf "%-16s %14s %14s %14s  %s\n", a, b, c, d, e
}

function single(name, what,    i, v) {
    for (i = 1; i <= n_sides; i++) {
        v[i] = value[side_of[i], "cost", name]
        if (json == "yes")
            printf "%s\n  {\"name\": \"%s\", \"side\": \"%s\", \"instructions\": %d}", comma, name, side_of[i], v[i]
        if (json == "yes")
            comma = ","
    }
    if (json != "yes")
        row(name, grouped(v[1]), grouped(v[2]), grouped(v[3]), what)
}

function singles() {
    if (json != "yes")
        row("each", "bare machine", "on Hearth", "no offload", "instructions of the whole machine")
    single("csr_write", "csrw of an M CSR")
    single("csr_read", "csrr of an M CSR")
    single("mstatus", "a write of mstatus that changes it")
    single("sfence", "sfence.vma in M")
    single("mtimecmp_store", "store to the virtual mtimecmp")
    single("switch", "mret to S, ECALL back to M")
    single("timer", "MTI: raised by a store, taken, lowered by a store, mret")
    single("set_timer", "SBI set_timer of S")
    single("send_ipi", "SBI send_ipi of S to itself")
    single("remote_fence", "SBI remote_fence_i of S to itself")
    single("time", "rdtime in S")
    single("time_moved", "rdtime in S once firmware has written mtime")
    single("time_denied", "rdtime in S that mcounteren denies: firmware's to emulate")
}

function workload(work, what,    i, s, v, k, list) {
    for (i = 1; i <= n_sides; i++) {
        s = side_of[i]
        v[i] = instret[s, n, work]
        if (json == "yes") {
            printf "%s\n  {\"name\": \"%s\", \"harts\": %d, \"side\": \"%s\", \"instructions\": %d, \"seconds\": %.3f, \"traps\": %d, \"world_switches\": %d}", comma,
                work, n, s, v[i], ticks[s, n, work] / 1e7, traps[s, n, work], exits[s, n, work, "to_m"]
            comma = ","
        }
    }
    if (json == "yes")
        return
    row(work, grouped(v[1]), grouped(v[2]), grouped(v[3]), what)
    row("  ratio", "1", ratio(v[2], v[1]), ratio(v[3], v[1]), "")
    row("  traps/s", "-", per_second(side_of[2], work, traps[side_of[2], n, work]),
        per_second(side_of[3], work, traps[side_of[3], n, work]), "entries into Hearth, in the machine's time")
    row("  switches/s", "-", per_second(side_of[2], work, exits[side_of[2], n, work, "to_m"]),
        per_second(side_of[3], work, exits[side_of[3], n, work, "to_m"]), "world switches: S to M and back")
    for (i = 2; i <= n_sides; i++) {
        list = ""
        for (k = 1; k <= causes; k++)
            if (exits[side_of[i], n, work, cause[k]] > 0)
                list = list sprintf(" %s %s", cause[k], grouped(exits[side_of[i], n, work, cause[k]]))
        print "  " side_of[i] ":" list
    }
}

function ratio(a, b) {
    return b ? sprintf("%.4f", a / b) : "-"
}

function per_second(s, work, k) {
    return ticks[s, n, work] ? sprintf("%.1f", k / (ticks[s, n, work] / 1e7)) : "-"
}

BEGIN {
    n_sides = split(sides, side_of, " ")
    n_smp = split(smp, smp_of, " ")
    for (i = 1; i <= n_sides; i++) {
        side = side_of[i]
        if (parts ~ /single/)
            lines_of(out "/" side ".single", "single")
        for (j = 1; j <= n_smp && parts ~ /linux/; j++) {
            n = smp_of[j]
            lines_of(out "/" side "-" n ".linux", "linux")
            counts_of("forks")
            counts_of("timers")
        }
    }
    if (json == "yes")
        printf "{\"results\": ["
    if (parts ~ /single/)
        singles()
    for (j = 1; j <= n_smp && parts ~ /linux/; j++) {
        n = smp_of[j]
        if (json != "yes")
            row("\nLinux, " n (n > 1 ? " harts" : " hart"), " bare OpenSBI", "on Hearth", "no offload", "instructions of the whole machine")
        workload("forks", "400 times fork and exec of /bin/true, by a shell")
        workload("timers", "1000 times asleep for 1 ms")
    }
    if (json == "yes")
        print "\n]}"
}
