/* SPDX-License-Identifier: GPL-2.0 */
/* Every folio of a selection, once. */
#ifndef RMAPCTL_FOLIOS_H
#define RMAPCTL_FOLIOS_H

#include "folio/seen.h"
#include "folio/select.h"
#include "folio/view.h"

/**
 * struct folios - a walk
 * @view: an open one
 * @missing: selected pages without a page frame
 * @not_folios: page frames that are in no folio
 * @twice: a folio may have been visited twice, because there were too many
 * @visit: called for each folio; returns 0, or -errno to end the walk
 * @again: or NULL; called for a small folio before it is put together; returns
 *	true if all is done for it, as it is like the one before
 * @data: for @visit and @again
 * @end: where the machine's page frames end, if the walk came there; 0: it
 *	did not
 * @seen: internal: only a process can lead to a folio from several places
 * @last: internal: the folio that was visited last
 * @step: internal: from one page to the next in an extent's @at
 */
struct folios {
	struct view *view;
	struct missing missing;
	uint64_t not_folios;
	bool twice;
	int (*visit)(void *data, struct folio *folio);
	bool (*again)(void *data, const struct rmap_ab_page *page, uint64_t at);
	void *data;
	uint64_t end;
	struct seen *seen;
	struct range last;
	uint64_t step;
};

/* Returns 0, or -errno: what @visit returned, or after a complaint. */
int folios_walk(struct folios *folios, const struct selection *selection);

#endif
