/* SPDX-License-Identifier: GPL-2.0 */
/* Looks at how many folios there are of which size, and files of them. */
#ifndef RMAPCTL_RECORDING_H
#define RMAPCTL_RECORDING_H

#include "folio/saved.h"
#include "folio/select.h"
#include "folio/sizes.h"

/**
 * struct look - what there was at one time
 * @tick: its number, from 0
 * @timestamp: when it was begun
 * @ms: the same, since the first look, in milliseconds
 * @state: of the switch
 * @current: the implementation that runs
 * @switch_seq: how many switches there were
 * @instrumented: what is layered around the implementation
 * @layout: what large folios get at their first mapping; "" if the module does not say
 * @not_present: pages of the processes that nobody has touched
 * @swapped: pages of the processes that are swapped out
 * @sizes: the folios
 */
struct look {
	uint64_t tick;
	char timestamp[64];
	uint64_t ms;
	char state[32];
	char current[RMAP_AB_NAME_MAX];
	uint64_t switch_seq;
	char instrumented[128];
	char layout[16];
	uint64_t not_present;
	uint64_t swapped;
	struct sizes sizes;
};

/**
 * look_take() - look at the switch, and at folios
 * @look: receives what is there, but for @tick and @ms
 * @selection: which folios, a checked one
 * @filter: and which of them
 * @state: an open one
 *
 * Return: 0, or -errno after a complaint.
 */
int look_take(struct look *look, const struct selection *selection,
	      const struct filter *filter, struct page_state *state);

/* Prints a look as JSON, in one line if @out is a stream. */
void look_put(struct out *out, const struct look *look);

/* The fields of that, for a help text. */
void look_help(void);

/**
 * recording_next() - read the next look of a file
 * @saved: an open recording
 * @look: receives it
 *
 * A last line that is cut off is left out: the recording was interrupted. Another
 * first line, where it was continued, is passed over.
 *
 * Return: 1; 0 behind the last one; -errno after a complaint.
 */
int recording_next(struct saved *saved, struct look *look);

#endif
