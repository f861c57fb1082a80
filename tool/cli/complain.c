// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/complain.h"
#include "cli/text.h"

static void put_message(const char *fmt, va_list ap)
{
	char *message;

	fputs("rmapctl: ", stderr);
	if (vasprintf(&message, fmt, ap) < 0) {
		fputs(fmt, stderr);
		return;
	}
	text_put(stderr, message);
	free(message);
}

void complain(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_message(fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
}

int complain_errno(int err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	put_message(fmt, ap);
	va_end(ap);
	fprintf(stderr, ": %s\n", strerror(err));
	return -err;
}
