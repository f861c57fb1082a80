// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/klog.h"

static const char *const warnings[] = {
	"BUG:", "WARNING:", "Oops", "Bad page", "Bad rss-counter", "KASAN:",
	"INFO: task", "INFO: rcu", "detected stall", "possible circular",
	"possible recursive", "inconsistent lock", "unable to handle",
	"general protection", "page_table_check", "sleeping function",
};

static int kmsg = -1;
static char message[8192];

void klog_open(void)
{
	kmsg = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg >= 0)
		lseek(kmsg, 0, SEEK_END);
}

/* EPIPE: messages were lost before they were read. The next ones follow. */
static const char *next_message(void)
{
	ssize_t len;

	do {
		len = read(kmsg, message, sizeof(message) - 1);
	} while (len < 0 && (errno == EPIPE || errno == EINTR));
	if (len <= 0)
		return NULL;
	message[len] = '\0';
	return message;
}

const char *klog_warning(void)
{
	const char *text;
	size_t i;

	while ((text = next_message()))
		for (i = 0; i < sizeof(warnings) / sizeof(warnings[0]); i++)
			if (strstr(text, warnings[i]))
				return text;
	return NULL;
}

bool klog_says(const char *words)
{
	const char *text;

	while ((text = next_message()))
		if (strstr(text, words))
			return true;
	return false;
}
