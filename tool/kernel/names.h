/* SPDX-License-Identifier: GPL-2.0 */
/* The implementations that the loaded module has. */
#ifndef RMAPCTL_NAMES_H
#define RMAPCTL_NAMES_H

#include <stdbool.h>

#include "cli/out.h"

struct names {
	char *text;		/* what the words of @list are part of */
	struct out_list list;
};

/* Returns 0, or -errno after a complaint; only then nothing is to be freed. */
int names_read(struct names *names);
void names_free(struct names *names);

bool names_have(const struct names *names, const char *name);

/* "rmapctl: the module has: ..." on stderr */
void names_complain(const struct names *names);

#endif
