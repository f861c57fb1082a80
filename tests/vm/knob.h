/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KNOB_H
#define KNOB_H
/*
 * Settings of the kernel that a test changes. The first change of each is
 * remembered, also across a crash of the test's process, and undone by
 * knobs_restore().
 */

/* Before anything forks. */
void knobs_open(void);

/* Change a setting; fails the test if the kernel refuses. */
void knob_set(const char *path, const char *value);

/* Change it if this kernel has it. */
void knob_try(const char *path, const char *value);

/* Put back all that was changed, last change first. */
void knobs_restore(void);

/* Read a setting: of "a [b] c" it is b. Returns 0 or -errno. */
int knob_get(const char *path, char *value, unsigned long size);

#endif /* KNOB_H */
