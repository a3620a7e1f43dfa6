# shellcheck shell=sh
# SPDX-License-Identifier: BSD-2-Clause
# What the scripts in tools/ and the hearth command share. Sourced, never run.

HEARTH_CACHE=${HEARTH_CACHE:-${HOME:?}/.cache/hearth}

say() { printf '%s\n' "$*" >&2; }
die() {
    printf '%s: %s\n' "${0##*/}" "$*" >&2
    exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }
