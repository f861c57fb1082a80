/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KNOB_H
#define KNOB_H
/*
 * Settings of the kernel that tests change. The first change of each is
 * remembered, even if the process that made it crashes.
 */

/* Call it before anything forks. */
void knobs_open(void);

/* Changes a setting; fails the test if the kernel refuses. */
void knob_set(const char *path, const char *value);

/* Changes it if this kernel has it. */
void knob_try(const char *path, const char *value);

/* Makes the present settings those that every test starts from. */
void knobs_keep(void);

/*
 * Call it after a test: undoes what changed since knobs_keep(), and writes
 * nothing else.
 */
void knobs_restore(void);

/* Call it at the end: undoes everything. */
void knobs_close(void);

/* Reads a setting; of "a [b] c" that is b. Returns 0 or -errno. */
int knob_get(const char *path, char *value, unsigned long size);

#endif /* KNOB_H */
