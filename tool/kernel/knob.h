/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Settings of the machine that are changed, and put back: by this process, or
 * by its keeper (keeper_start() with knobs_restore()).
 */
#ifndef RMAPCTL_KNOB_H
#define RMAPCTL_KNOB_H

#include <stdbool.h>

/* Before keeper_start(), so that the keeper sees what is changed; 0 or -errno. */
int knobs_open(void);

/**
 * knob_set() - change a setting
 * @path: a file of one line: a value, or words of which one is in brackets
 * @value: the new one
 *
 * What the file said at first is put back by knobs_restore().
 *
 * Return: 0, or -errno after a complaint.
 */
int knob_set(const char *path, const char *value);

/* What it says now is put back, whoever changes it. The same. */
int knob_keep(const char *path);

/* What it says, to be freed; NULL after a complaint. */
char *knob_read(const char *path);

/* The number in a file; -1 if there is none. */
long knob_number(const char *path);

/* Last changed first. Returns 0, or -errno after complaints. */
int knobs_restore(void);

/* Leave all as it is now. */
void knobs_forget(void);

#endif
