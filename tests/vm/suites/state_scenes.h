/* SPDX-License-Identifier: GPL-2.0 */
#ifndef STATE_SCENES_H
#define STATE_SCENES_H
/*
 * Folios whose every counter a test knows, because it made them.
 */

struct scene {
	const char *name;
	void (*run)(void);
	unsigned int needs;	/* NEED_*, see lib/scenario.h */
};

/* Ends with an entry without a name. */
extern const struct scene state_scenes[];

#endif /* STATE_SCENES_H */
