/* SPDX-License-Identifier: GPL-2.0 */
/* What a folio looks like, in text and in JSON. */
#ifndef RMAPCTL_SHOW_H
#define RMAPCTL_SHOW_H

#include <stdio.h>

#include "out.h"
#include "view.h"

/* Lines are made for terminals of this width. */
#define SHOW_COLUMNS	80

/* How folios are shown; @pid: as part of a process, so with addresses. */
enum show_form {
	SHOW_FOLIO,
	SHOW_PAGES,
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

/* The keys of the JSON form and what they mean, for a help text. */
void show_help(enum show_form form);

#endif
