/* SPDX-License-Identifier: GPL-2.0 */
/* Folios for people, in 80 columns. */
#ifndef RMAPCTL_SHOW_TEXT_H
#define RMAPCTL_SHOW_TEXT_H

#include <stdint.h>
#include <stdio.h>

#include "folio/view.h"

#define SHOW_NO_ADDRESS	UINT64_MAX

void show_text_folio(FILE *to, const struct folio *folio, uint64_t address);
void show_text_pages(FILE *to, const struct folio *folio, uint64_t address);

/* The same for a small folio, and fast; returns false if it is none. */
bool show_text_small(FILE *to, const struct folio *folio, uint64_t address);

/* Hands out the words for the flags of a folio. */
void show_flags(const struct folio *folio,
		void (*put)(void *data, const char *word), void *data);

/* The lines above the rows of show_text_pages(). */
void show_text_pages_header(FILE *to);

/* "4 KiB", "2 MiB", ..., in a static buffer. */
const char *show_size(uint64_t pages);

/* Does stdout take colours? */
bool show_has_colour(void);

/* What the strip and the letters mean, for a help text. */
void show_text_folio_help(void);
void show_text_pages_help(void);

#endif
