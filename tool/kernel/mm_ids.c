// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/complain.h"
#include "kernel/control.h"
#include "kernel/mapping.h"
#include "kernel/mm_ids.h"

/* What was read; the names point into @text. */
static struct {
	bool is_read;
	char *text;
	struct mm_owner *owners;
	size_t nr;
} known;

/* The lowest number comes first, as in the file: so the order is kept. */
static int compare(const void *a, const void *b)
{
	const struct mm_owner *x = a, *y = b;

	if (x->mm_id != y->mm_id)
		return x->mm_id < y->mm_id ? -1 : 1;
	return x->pid < y->pid ? -1 : x->pid > y->pid;
}

static size_t count_lines(const char *text)
{
	size_t nr = 0;

	while ((text = strchr(text, '\n'))) {
		text++;
		nr++;
	}
	return nr;
}

static int take_owner(char *line)
{
	struct mm_owner *owner = &known.owners[known.nr];
	int at = 0;

	if (*line == '#')
		return 0;
	if (sscanf(line, "mm_id=%" SCNu64 " pid=%" SCNu64 " comm=%n",
		   &owner->mm_id, &owner->pid, &at) != 2 || !at) {
		complain("the file '%s' says what rmapctl does not understand: %s",
			 RMAP_AB_FILE_MM_IDS, line);
		return -EPROTO;
	}
	mapping_decode(line + at);
	owner->comm = line + at;
	known.nr++;
	return 0;
}

/* After a complaint, nobody is known. */
static void read_owners(void)
{
	char *next, *line;

	known.is_read = true;
	known.text = control_read(RMAP_AB_FILE_MM_IDS);
	if (!known.text)
		return;
	known.owners = calloc(count_lines(known.text) + 1,
			      sizeof(*known.owners));
	if (!known.owners) {
		complain_errno(ENOMEM, RMAP_AB_FILE_MM_IDS);
		return;
	}
	for (line = known.text; *line; line = next) {
		next = strchrnul(line, '\n');
		if (*next)
			*next++ = '\0';
		if (take_owner(line))
			break;
	}
	qsort(known.owners, known.nr, sizeof(*known.owners), compare);
}

const struct mm_owner *mm_owner(uint32_t mm_id)
{
	size_t low = 0, high, middle;

	if (!known.is_read)
		read_owners();
	for (high = known.nr; low < high;) {
		middle = (low + high) / 2;
		if (known.owners[middle].mm_id < mm_id)
			low = middle + 1;
		else
			high = middle;
	}
	return low < known.nr && known.owners[low].mm_id == mm_id ?
	       &known.owners[low] : NULL;
}

void mm_owners_forget(void)
{
	free(known.owners);
	free(known.text);
	memset(&known, 0, sizeof(known));
}
