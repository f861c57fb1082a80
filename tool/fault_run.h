/* SPDX-License-Identifier: GPL-2.0 */
/* A command with faults of its own. */
#ifndef RMAPCTL_FAULT_RUN_H
#define RMAPCTL_FAULT_RUN_H

#include <stdint.h>

#include "cli/out.h"

/**
 * fault_run() - run a command in which calls fail, and in no other
 * @out: where it is said what failed
 * @nth: the Nth call of the command fails; 0: those that the knobs say
 * @argc: number of words
 * @argv: names of faults, each with its "knob=value"s, then the command
 *
 * Whatever was changed is put back when the command ends, or a signal comes,
 * which the command gets, too.
 *
 * Return: the command's exit status; 128 and the number of the signal that ended
 * it; 127 if there is none; EXIT_USAGE or EXIT_KERNEL after a complaint.
 */
int fault_run(struct out *out, uint64_t nth, int argc, char **argv);

#endif
