/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Functions for a noun's @help. Each prints one list below a title, as help or,
 * for `rmapctl manual`, as a part of a manual page.
 */
#ifndef RMAPCTL_HELP_H
#define RMAPCTL_HELP_H

#include "cli/out.h"

/* A word that is printed or typed, and what it means. */
struct word {
	const char *name;
	const char *what;
};

void help_words(const char *title, const struct word *words, size_t nr);

/* The fields that have a definition. */
void help_fields(const struct out_desc *desc);

/* Only for help. */
void help_text(const char *text);

#endif
