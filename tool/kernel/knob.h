/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Settings of the machine that are changed and put back. This process puts them
 * back, or its keeper does (keeper_start() with knobs_restore()).
 */
#ifndef RMAPCTL_KNOB_H
#define RMAPCTL_KNOB_H

#include <stdbool.h>

/*
 * Called before keeper_start(), so that the keeper sees the changes; 0 or
 * -errno.
 */
int knobs_open(void);

/**
 * knob_set() - change a setting
 * @path: a file of one line: a value, or words of which one is in brackets
 * @value: the new one
 *
 * knobs_restore() puts the first value of the file back.
 *
 * Return: 0, or -errno after a complaint.
 */
int knob_set(const char *path, const char *value);

/* Puts the present value back later, whoever changes it. Returns the same. */
int knob_keep(const char *path);

/* Returns the value, which the caller frees; NULL after a complaint. */
char *knob_read(const char *path);

/* Returns the number in a file, or -1 if there is none. */
long knob_number(const char *path);

/* Restores the last change first. Returns 0, or -errno after complaints. */
int knobs_restore(void);

/* Leaves all settings as they are now. */
void knobs_forget(void);

#endif
