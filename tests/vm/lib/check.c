// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/check.h"

void must_fail(const char *file, int line, const char *cond,
	       const char *fmt, ...)
{
	const int err = errno;
	char words[1024];
	va_list args;

	va_start(args, fmt);
	vsnprintf(words, sizeof(words), fmt, args);
	va_end(args);
	print_error("%s: not true: %s (errno: %s)\n", words, cond,
		    strerror(err));
	_fail(file, line);
	abort();
}
