/* SPDX-License-Identifier: GPL-2.0 */
/* What a folio looks like, in text and in JSON. */
#ifndef RMAPCTL_SHOW_H
#define RMAPCTL_SHOW_H

#include <stdio.h>

#include "cli/out.h"
#include "folio/folio.h"

enum show_form {
	SHOW_FOLIO,
	SHOW_PAGES,
	SHOW_CHANGE,
};

/* What goes in front of a folio in JSON, for SHOW_CHANGE. */
struct show_change {
	const char *timestamp;	/* NULL: none */
	uint64_t tick;
	const char *change;
};

/**
 * show() - print a folio, or a row of page frames
 * @out: where to
 * @form: which of them
 * @folio: it
 * @with_address: @folio->at is an address
 */
void show(struct out *out, enum show_form form, const struct folio *folio,
	  bool with_address);

/* The same in JSON for one that has changed. */
void show_change(struct out *out, const struct show_change *change,
		 const struct folio *folio, bool with_address);

/* And for one that is gone. */
void show_gone(struct out *out, const struct show_change *change, uint64_t pfn);

/* The keys of the JSON form and what they mean, for a help text. */
void show_help(enum show_form form);

#endif
