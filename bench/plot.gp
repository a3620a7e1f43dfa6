# SPDX-License-Identifier: BSD-2-Clause
# gnuplot -e "data='FILE'; set output 'FILE.svg'" plot.gp: lines "NAME HEARTH SOFTWARE", multiples of
# what H in hardware needs.
set terminal svg size 1000,560 background "white" font "sans,13"
set title "Instructions, as multiples of H in hardware (1: as fast; logarithmic)"
set style data histograms
set style histogram clustered gap 1
set style fill solid 0.9 noborder
set logscale y
set yrange [0.05:*]
set ytics (0.1, 0.25, 0.5, 1, 1.5, 2, 4, 10, 20, 50, 100, 200, 500, 1000)
set grid ytics lc rgb "#d0d0d0"
set xtics rotate by -45 nomirror
set key top left
set arrow from graph 0, first 1 to graph 1, first 1 nohead lc rgb "#404040" lw 1.5
plot data using 2:xtic(1) title "Hearth" lc rgb "#2f6fb0", \
     data using 3 title "QEMU's software emulation in L1" lc rgb "#c9a227"
