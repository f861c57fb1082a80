/* SPDX-License-Identifier: GPL-2.0 */
/* Where the memory of the processes that measure lies. */
#ifndef RMAPCTL_BENCH_LAYOUT_H
#define RMAPCTL_BENCH_LAYOUT_H

/* The words of the command line; main() sets it. */
extern char **layout_argv;

/**
 * layout_fix() - have everything at the same addresses in each run
 *
 * A fork copies page tables, and how many of their entries it looks at depends
 * on how the process lies in them, and on what it has freed. So this starts the
 * program anew without address space layout randomization, unless it runs so
 * already or may not, and has large buffers go back to the system. Nothing may
 * have been printed, allocated or changed before.
 */
void layout_fix(void);

#endif
