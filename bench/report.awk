# SPDX-License-Identifier: BSD-2-Clause
# Reads what bench/run collected and prints it: form is table, json or plot. One timebase tick is
# 100 ns: 100 instructions with -icount shift=0.

function grouped(n,    s, r) {
    s = sprintf("%.0f", n)
    while (length(s) > 3 && s !~ /^-...$/) {
        r = "," substr(s, length(s) - 2) r
        s = substr(s, 1, length(s) - 3)
    }
    return s r
}

# Instructions of the span between two marks; by time (and remembered as such) without a counter.
function span(side, run, from, to,    n) {
    n = instret[side, run, to] - instret[side, run, from]
    if (instret[side, run, from] == "none" || n <= 0) {
        by_time[side] = 1
        n = (time[side, run, to] - time[side, run, from]) * 100
    }
    return n
}

# The instructions of one side from the mark before LABEL to LABEL, 0 if that side was not run.
function counted(side, run, label,    i, last) {
    last = marks[side, run]
    if (!last)
        return 0
    if (label == "all")
        return span(side, run, 1, last)
    for (i = 2; i <= last; i++)
        if (mark[side, run, i] == label || mark[side, run, i] == "done " label)
            return span(side, run, i - 1, i)
    return 0
}

# The traps of the run beyond those of the run `low`.
function traps(run, low,    i, n, d) {
    delete cause_count
    n = 0
    for (i = 1; i <= causes; i++) {
        d = exits[run, cause[i]] - exits[low, cause[i]]
        cause_count[cause[i]] = d > 0 ? d : 0
        n += cause_count[cause[i]]
    }
    return n
}

function each(n) {
    return n >= 100 ? grouped(n) : sprintf("%.2f", n)
}

function ratio(a, b) {
    if (!a || !b)
        return "-"
    return a / b < 100 ? sprintf("%.2f", a / b) : grouped(a / b)
}

function line(a, b, c, d, e, f, g, h, i) {
    printf "%-10s %13s %13s %6s %15s %6s %11s %8s  %s\n", a, b, c, d, e, f, g, h, i
}

function json_row(name, times, hw, mon, soft, n, what,    i, sep) {
    printf "%s\n  {\"name\": \"%s\", \"what\": \"%s\", \"kernel\": \"%s\", \"times\": %d", comma, name,
        what, name ~ /-7$/ ? "7" : "6.12", times
    if (by_time["hardware"] || by_time["hearth"])
        printf ", \"by_time\": true"
    if (hw)
        printf ", \"hardware\": %.2f", hw
    if (mon)
        printf ", \"hearth\": %.2f", mon
    if (soft)
        printf ", \"software\": %.2f", soft
    if (hw && mon)
        printf ", \"ratio\": %.4f", mon / hw
    if (n) {
        printf ", \"traps\": {"
        for (i = 1; i <= causes; i++)
            if (cause_count[cause[i]]) {
                printf "%s\"%s\": %.0f", sep, cause[i], cause_count[cause[i]]
                sep = ", "
            }
        printf "}"
    }
    printf "}"
    comma = ","
}

# Causes of one row, the commonest first.
function causes_of(name,    i, best, text, left) {
    text = ""
    for (left = 8; left > 0; left--) {
        best = ""
        for (i = 1; i <= causes; i++)
            if (cause_count[cause[i]] > 0 &&
                (best == "" || cause_count[cause[i]] > cause_count[best]))
                best = cause[i]
        if (best == "")
            break
        text = text sprintf("  %s %s", best, grouped(cause_count[best]))
        cause_count[best] = 0
    }
    return sprintf("%-10s%s", name, text)
}

# A row: its figures for one thing each, and the traps for one of them.
function report(k,    name, hw, mon, soft, n) {
    name = names[k]
    hw = counted("hardware", run[k], label[k]) / times[k]
    mon = counted("hearth", run[k], label[k]) / times[k]
    soft = counted("software", s_run[k], s_label[k]) / s_times[k]
    n = below[k] != "-" && mon ? traps(run[k], below[k]) : 0
    if (form == "json")
        json_row(name, times[k], hw, mon, soft, n, what[k])
    else if (form == "plot" && hw && mon)
        printf "%s %.4f %s\n", name, mon / hw, soft ? sprintf("%.4f", soft / hw) : "0"
    else if (form == "table")
        line(name, hw ? grouped(hw) : "-", mon ? grouped(mon) : "-", ratio(mon, hw),
            soft ? grouped(soft) : "-", ratio(soft, mon), n ? each(n / times[k]) : "-",
            n && hw && mon > hw ? grouped((mon - hw) * times[k] / n) : "-", what[k])
    if (n)
        listing = listing causes_of(name) "\n"
}

$1 == "row" {
    k = ++rows
    names[k] = $2
    run[k] = $3
    label[k] = $4
    times[k] = $5
    s_run[k] = $6
    s_label[k] = $7
    s_times[k] = $8
    below[k] = $9
    for (i = 10; i <= NF; i++)
        what[k] = what[k] (i > 10 ? " " : "") $i
}
$1 == "trace" {
    t = ++traces
    t_name[t] = $2
    t_run[t] = $3
    for (i = 4; i <= NF; i++)
        t_what[t] = t_what[t] (i > 4 ? " " : "") $i
}
$1 == "scale" {
    s = ++scales
    s_name[s] = $2
    s_of[s] = $3
    harts[s] = $4
    guests[s] = $5
}
$1 == "bench-trace:" && $3 ~ /^[0-9]+$/ {
    t_causes[log_run] = t_causes[log_run] " " $2
    t_count[log_run, $2] = $3
    t_spent[log_run, $2] = $5
    t_most[log_run, $2] = $7
    t_median[log_run, $2] = $8
}
/^HEARTH-COUNT: instret/ { whole[log_run] = $3 }
$1 == "log" { side = $2; log_run = $3 }
/hearth-vmm: .*: instret / {
    m = ++marks[side, log_run]
    text = $0
    sub(/^.*hearth-vmm: /, "", text)
    sub(/: instret .*/, "", text)
    mark[side, log_run, m] = text
    for (i = 1; i <= NF; i++) {
        if ($i == "instret")
            instret[side, log_run, m] = $(i + 1)
        if ($i == "time")
            time[side, log_run, m] = $(i + 1)
    }
}
/hearth: exit / && side == "hearth" {
    for (i = 1; i <= NF && $i != "exit"; i++)
        ;
    if (!($(i + 1) in known)) {
        known[$(i + 1)] = 1
        cause[++causes] = $(i + 1)
    }
    exits[log_run, $(i + 1)] += $(i + 2)
}

# What Hearth spends by cause in one run.
function trace_report(t,    r, n, c, i) {
    r = t_run[t]
    if (!(r in t_causes))
        return
    n = split(t_causes[r], c, " ")
    if (form == "json")
        printf "%s\n  {\"name\": \"%s\", \"what\": \"%s\", \"causes\": {", (t > 1 ? "," : ""), t_name[t], t_what[t]
    else if (form == "table") {
        printf "\n%s: instructions in Hearth (%s)\n", t_name[t], t_what[t]
        printf "%-14s %10s %9s %9s %9s %6s\n", "cause", "exits", "each", "median", "most", "share"
    }
    for (i = 1; i <= n; i++)
        if (form == "json")
            printf "%s\"%s\": {\"exits\": %d, \"instructions\": %.0f, \"median\": %d, \"most\": %d}", (i > 1 ? ", " : ""), c[i],
                t_count[r, c[i]], t_spent[r, c[i]], t_median[r, c[i]], t_most[r, c[i]]
        else if (form == "table")
            printf "%-14s %10s %9.1f %9s %9s %5.1f%%\n", c[i], grouped(t_count[r, c[i]]),
                t_spent[r, c[i]] / t_count[r, c[i]], t_median[r, c[i]] ? t_median[r, c[i]] : "-",
                grouped(t_most[r, c[i]]),
                100 * t_spent[r, c[i]] / t_spent[r, "all"]
    if (form == "json")
        printf "}}"
}

function median(r, c) {
    return t_median[r, c] ? t_median[r, c] : "-"
}

function scale_report(s,    r) {
    r = s_of[s]
    if (!(r in whole))
        return
    if (form == "json")
        printf "%s\n  {\"name\": \"%s\", \"harts\": %d, \"guests\": %d, \"ecall_vs\": %d, \"csr_h\": %d, \"sret_enter\": %d, \"sbi_nacl\": %d, \"a_call\": %.1f}",
            (s > 1 ? "," : ""), s_name[s], harts[s], guests[s], t_median[r, "ecall_vs"], t_median[r, "csr_h"],
            t_median[r, "sret_enter"], t_median[r, "sbi_nacl"], whole[r] / guests[s] / 10000
    else if (form == "table") {
        if (s == 1 || s_name[s] != s_name[s - 1]) {
            printf "\n%s: instructions in Hearth an exit (median), and in the whole machine a call\n", s_name[s]
            printf "%5s %6s %10s %9s %9s %11s %9s %11s\n", "harts", "guests", "exits", "ecall_vs", "csr_h",
                "sret_enter", "sbi_nacl", "whole, call"
        }
        printf "%5d %6d %10s %9s %9s %11s %9s %11.0f\n", harts[s], guests[s], grouped(t_count[r, "all"]),
            median(r, "ecall_vs"), median(r, "csr_h"), median(r, "sret_enter"), median(r, "sbi_nacl"),
            whole[r] / guests[s] / 10000
    }
}

END {
    if (form == "json")
        printf "{\"commit\": \"%s\", \"cpu\": \"%s\", \"results\": [", commit, flags
    else if (form == "table") {
        print "Instructions each (Hearth " commit ", -cpu " flags ", one hart)"
        line("each", "H in hardware", "Hearth", "ratio", "software", "ratio", "traps", "per trap", "what is done")
    }
    for (k = 1; k <= rows; k++)
        report(k)
    if (form == "json")
        printf "\n], \"traces\": ["
    for (t = 1; t <= traces; t++)
        trace_report(t)
    if (form == "json")
        printf "\n], \"scale\": ["
    for (s = 1; s <= scales; s++)
        scale_report(s)
    if (form == "json")
        print "\n]}"
    else if (form == "table") {
        print "ratio: Hearth to hardware, and QEMU's software emulation to Hearth"
        print "per trap: instructions more than in hardware, for each trap into the monitor"
        if (!causes && marks["hearth", run[1]])
            print "The monitor printed no counters: no traps are known."
        for (side in by_time)
            print "There was no instruction counter: " side " is by time, waiting included."
        if (listing != "")
            printf "\nTraps by cause, of all that is done together\n%s", listing
    }
}
