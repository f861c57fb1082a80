/* SPDX-License-Identifier: GPL-2.0 */
/* What has become of a folio from one snapshot to the next. */
#ifndef RMAPCTL_DIFFERENCE_H
#define RMAPCTL_DIFFERENCE_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "cli/out.h"
#include "folio/folio.h"

enum difference_kind {
	DIFFERENCE_NEW,
	DIFFERENCE_GONE,
	DIFFERENCE_REUSED,
	DIFFERENCE_SPLIT,
	DIFFERENCE_CHANGED,
	DIFFERENCE_KINDS
};

/**
 * struct difference - one of them
 * @kind: which
 * @change: internal
 * @pfn: the first page frame
 * @order: of the folio, as it was unless it is new
 * @folio_kind: the same
 * @index: the same
 * @parts: DIFFERENCE_SPLIT: how many folios of it are there
 * @racy: one of the two changed while it was looked at
 * @before: the folio; of a changed one, only what is different; NULL: there is none
 * @after: the same
 */
struct difference {
	enum difference_kind kind;
	const char *change;
	uint64_t pfn;
	uint64_t order;
	const char *folio_kind;
	uint64_t index;
	uint64_t parts;
	bool racy;
	struct json_object *before;
	struct json_object *after;
};

/**
 * difference_compare() - compare a folio of two snapshots
 * @before: the folio; receives what is different
 * @after: the same
 *
 * What may change without a change of the folio is not compared: whether somebody
 * just held its lock, and where a process maps it.
 *
 * Return: whether there is a difference.
 */
bool difference_compare(struct json_object *before, struct json_object *after);

/* Prints one; as text, those that lie side by side and do not differ share a line. */
void difference_put(struct out *out, struct difference *difference);

/* As text, prints what is not printed yet, and how many there were of each kind. */
void difference_end(struct out *out, uint64_t same);

/* "new", ... and the fields, for a help text. */
void difference_help(void);

#endif
