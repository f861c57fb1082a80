/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KNOB_H
#define KNOB_H
/*
 * Settings of the kernel that tests change. The first change of each is
 * remembered, also across a crash of the process that made it.
 */

/* Before anything forks. */
void knobs_open(void);

/* Change a setting; fails the test if the kernel refuses. */
void knob_set(const char *path, const char *value);

/* Change it if this kernel has it. */
void knob_try(const char *path, const char *value);

/* What has been set so far is what every test starts from. */
void knobs_keep(void);

/* After a test: undo what changed since knobs_keep(). Writes nothing else. */
void knobs_restore(void);

/* At the end: undo all. */
void knobs_close(void);

/* Read a setting: of "a [b] c" it is b. Returns 0 or -errno. */
int knob_get(const char *path, char *value, unsigned long size);

#endif /* KNOB_H */
