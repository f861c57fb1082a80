/* SPDX-License-Identifier: GPL-2.0 */
/* A sample that is a command of the user's. */
#ifndef RMAPCTL_BENCH_COMMAND_H
#define RMAPCTL_BENCH_COMMAND_H

#include "bench/sample.h"

/**
 * command_run() - run a command, and measure it and the children it has waited for
 * @argv: the command, closed by NULL
 * @sample: receives the result
 *
 * What it reads from stdin and writes to stdout is nothing: it is run many times. It
 * has our stderr.
 *
 * Return: 0; -EINTR if a signal ended the run; another -errno after a complaint, also
 * if its exit status is not 0.
 */
int command_run(char **argv, struct sample *sample);

/* What the table calls it: the last part of its path. */
const char *command_name(char **argv);

#endif
