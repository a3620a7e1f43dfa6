# SPDX-License-Identifier: BSD-2-Clause
# Reads what bench/run collected and prints the table, or JSON. One timebase tick is 100 ns: 100
# instructions with -icount shift=0.

function grouped(n,    s, r) {
    s = sprintf("%.0f", n)
    while (length(s) > 3 && s !~ /^-...$/) {
        r = "," substr(s, length(s) - 2) r
        s = substr(s, 1, length(s) - 3)
    }
    return s r
}

# Instructions of the span between two marks; by time (and remembered as such) without a counter.
function span(side, name, from, to,    n) {
    n = instret[side, name, to] - instret[side, name, from]
    if (instret[side, name, from] == "none" || n <= 0) {
        by_time[side] = 1
        n = (time[side, name, to] - time[side, name, from]) * 100
    }
    return n
}

# The instructions of one side between two marks, 0 if that side was not run. A mark that is not
# positive counts from the last one.
function counted(side, name, from, to,    last) {
    last = marks[side, name]
    if (!last)
        return 0
    return span(side, name, from > 0 ? from : last + from, to > 0 ? to : last + to)
}

function traps(name, low,    i, n, d) {
    delete cause_count
    n = 0
    for (i = 1; i <= causes; i++) {
        d = exits[name, cause[i]] - exits[low, cause[i]]
        cause_count[cause[i]] = d > 0 ? d : 0
        n += cause_count[cause[i]]
    }
    return n
}

function each(n) {
    return n >= 100 ? grouped(n) : sprintf("%.2f", n)
}

function row(a, b, c, d, e, f, g) {
    printf "%-8s %15s %15s %7s %13s %9s  %s\n", a, b, c, d, e, f, g
}

function result(name, times, hw, mon, n, what) {
    row(name, hw ? grouped(hw / times) : "-", mon ? grouped(mon / times) : "-",
        hw && mon ? sprintf("%.2f", mon / hw) : "-", n ? each(n / times) : "-",
        n && hw && mon > hw ? grouped((mon - hw) / n) : "-", what)
}

function json_result(name, times, hw, mon, n, what,    i, sep) {
    printf "%s\n  {\"name\": \"%s\", \"what\": \"%s\", \"times\": %d", comma, name, what, times
    if (by_time["hardware"] || by_time["hearth"])
        printf ", \"by_time\": true"
    if (hw)
        printf ", \"hardware\": %.0f", hw
    if (mon)
        printf ", \"hearth\": %.0f", mon
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

# One row: the run `name` between two marks. Its traps are those beyond the run `low`, if given.
function emit(label, times, name, from, to, low, what,    hw, mon, n) {
    hw = counted("hardware", name, from, to)
    mon = counted("hearth", name, from, to)
    n = low != "" && mon ? traps(name, low) : 0
    if (json == "yes")
        json_result(label, times, hw, mon, n, what)
    else
        result(label, times, hw, mon, n, what)
    if (n)
        listing = listing causes_of(label) "\n"
}

function workload(name) {
    if (name == "boot")
        emit(name, 1, name, 1, 2, below[name], what[name])
    else if (name == "ref") {
        emit("ref-boot", 1, name, 1, 2, "", "start of the VMM to L2 userspace, " what[name])
        emit("ref-fork", times[name], name, -2, -1, "", "fork+exec of /bin/true, " what[name])
        emit("ref", 1, name, 1, 0, below[name], "whole life of that guest")
    } else
        emit(name, times[name], name, job[name] ~ /^bare/ ? 2 : -2, -1, below[name], what[name])
    if (name == "forks")
        emit("total", 1, name, 1, 0, "base", "whole life of the guest of `forks`")
}

# Causes of one workload, the commonest first.
function causes_of(name,    i, best, line, left) {
    line = ""
    for (left = 8; left > 0; left--) {
        best = ""
        for (i = 1; i <= causes; i++)
            if (cause_count[cause[i]] > 0 &&
                (best == "" || cause_count[cause[i]] > cause_count[best]))
                best = cause[i]
        if (best == "")
            break
        line = line sprintf("  %s %s", best, grouped(cause_count[best]))
        cause_count[best] = 0
    }
    return sprintf("%-8s%s", name, line)
}

$1 == "name" {
    names[++n_names] = $2
    times[$2] = $3
    job[$2] = $4
    below[$2] = $5
    for (i = 6; i <= NF; i++)
        what[$2] = what[$2] (i > 6 ? " " : "") $i
}
$1 == "log" { side = $2; log_name = $3 }
/hearth-vmm: .* instret / {
    m = ++marks[side, log_name]
    for (i = 1; i <= NF; i++) {
        if ($i == "instret")
            instret[side, log_name, m] = $(i + 1)
        if ($i == "time")
            time[side, log_name, m] = $(i + 1)
    }
}
/hearth: exit / && side == "hearth" {
    for (i = 1; i <= NF && $i != "exit"; i++)
        ;
    if (!($(i + 1) in known)) {
        known[$(i + 1)] = 1
        cause[++causes] = $(i + 1)
    }
    exits[log_name, $(i + 1)] += $(i + 2)
}

END {
    if (json == "yes")
        printf "{\"cpu\": \"%s\", \"kernel\": \"%s\", \"results\": [", flags, kernel
    else {
        print "Instructions each (-cpu " flags ", Linux " kernel ", one hart)"
        row("each", "H in hardware", "Hearth", "ratio", "traps", "per trap", "what is done")
    }
    for (k = 1; k <= n_names; k++)
        workload(names[k])
    if (json == "yes")
        print "\n]}"
    else {
        print "per trap: instructions more than in hardware, for each trap into the monitor"
        if (!causes && marks["hearth", names[1]])
            print "The monitor printed no counters: no traps are known."
        for (side in by_time)
            print "There was no instruction counter: " side " is by time, waiting included."
        if (listing != "")
            printf "\nTraps by cause\n%s", listing
    }
}
