/* SPDX-License-Identifier: GPL-2.0 */
/* Reads the module's file `status`. */
#ifndef RMAPCTL_STATUS_H
#define RMAPCTL_STATUS_H

#include <stdint.h>

#include "cli/out.h"
#include "kernel/control.h"

struct status {
	char *text;		/* holds all strings here */
	const char *state;
	const char *current;
	uint64_t switch_seq;
	uint64_t last_switch_us;
	uint64_t nr_reverts;
	const char *last_revert;
	const char *instrumented;
	struct out_pairs more;	/* keys of a newer module */
	struct out_list implementations;	/* from a file of its own */
};

/*
 * Returns 0, or -errno after a complaint. The caller frees it unless it fails.
 */
int status_read(struct status *status);
void status_free(struct status *status);

#endif
