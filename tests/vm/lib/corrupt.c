// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "lib/check.h"
#include "lib/corrupt.h"
#include "lib/row.h"
#include "lib/text.h"

int corrupt_try(uint64_t pfn, const char *counter, int delta)
{
	char command[80];

	snprintf(command, sizeof(command), "%#llx %s %d", (unsigned long long)pfn, counter,
		 delta);
	return text_append(RMAP_AB RMAP_AB_FILE_CORRUPT, command);
}

void corrupt(uint64_t pfn, const char *counter, int delta)
{
	must(!corrupt_try(pfn, counter, delta), "corrupt %#llx %s %d",
	     (unsigned long long)pfn, counter, delta);
}
