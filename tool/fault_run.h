/* SPDX-License-Identifier: GPL-2.0 */
/* Runs a command in which calls fail. */
#ifndef RMAPCTL_FAULT_RUN_H
#define RMAPCTL_FAULT_RUN_H

#include <stdint.h>

#include "cli/out.h"

/**
 * fault_run() - run a command in which calls fail, and in no other
 * @out: gets a record of what failed
 * @nth: only the Nth call of the command fails; 0: the knobs decide
 * @argc: number of words
 * @argv: names of faults, each with its "knob=value"s, then the command
 *
 * All settings are restored when the command ends. Signals are passed on to the
 * command.
 *
 * Return: the command's exit status; 128 plus the number of the signal that ended
 * it; 127 if it cannot be run; EXIT_USAGE or EXIT_KERNEL after a complaint.
 */
int fault_run(struct out *out, uint64_t nth, int argc, char **argv);

#endif
