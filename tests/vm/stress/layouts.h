/* SPDX-License-Identifier: GPL-2.0 */
#ifndef STRESS_LAYOUTS_H
#define STRESS_LAYOUTS_H
/*
 * Changes of the layout of large folios under a load, at random moments, beside
 * all else that a stress program does. See lib/layout.h.
 */

enum { LAYOUTS_RESULTS = 4 };

/*
 * Begins, before there is a load. @file is where to write the layout's name;
 * NULL: only rmap_layout.ko is asked. Returns NULL, or why it is not possible.
 */
const char *layouts_start(const char *file, unsigned int seed);

/* While the load stands still and has just been looked at: which folios are there? */
void layouts_note(void);

/* When the load has ended: ends the changes, and prints the results. */
void layouts_finish(void);

#endif /* STRESS_LAYOUTS_H */
