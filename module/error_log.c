// SPDX-License-Identifier: GPL-2.0
/*
 * The last refusals, in words: an errno alone does not tell a user what to do.
 */

#include <linux/ktime.h>
#include <linux/math64.h>
#include <linux/seq_file.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "error_log.h"

#define ERROR_LOG_LINES		32

struct error_log_line {
	u64 ns;				/* since boot, as in the kernel log */
	char text[ERROR_LOG_TEXT_MAX];
};

/* Protects what follows. */
static DEFINE_SPINLOCK(error_log_lock);
static struct error_log_line error_log[ERROR_LOG_LINES];
static unsigned int error_log_nr;	/* lines ever added */

/**
 * error_log_add - note a refusal or a revert
 * @fmt: one sentence, without a newline
 *
 * The new line replaces the oldest one. A long line is cut.
 *
 * Context: Any but NMI and interrupts.
 */
void error_log_add(const char *fmt, ...)
{
	struct error_log_line *line;
	va_list args;

	va_start(args, fmt);
	spin_lock(&error_log_lock);
	line = &error_log[error_log_nr++ % ERROR_LOG_LINES];
	line->ns = ktime_get_boottime_ns();
	vscnprintf(line->text, sizeof(line->text), fmt, args);
	spin_unlock(&error_log_lock);
	va_end(args);
}

/**
 * error_log_last - copy the newest line
 * @text: where to; becomes empty if there is no line
 * @size: of @text
 *
 * Context: Process context.
 */
void error_log_last(char *text, size_t size)
{
	spin_lock(&error_log_lock);
	strscpy(text, error_log_nr ?
		error_log[(error_log_nr - 1) % ERROR_LOG_LINES].text : "",
		size);
	spin_unlock(&error_log_lock);
}

/**
 * error_log_show - print the lines that are kept, the oldest first
 * @m: where to
 *
 * Context: Process context.
 */
void error_log_show(struct seq_file *m)
{
	unsigned int i, first;

	spin_lock(&error_log_lock);
	first = error_log_nr > ERROR_LOG_LINES ?
		error_log_nr - ERROR_LOG_LINES : 0;
	for (i = first; i < error_log_nr; i++) {
		struct error_log_line *line = &error_log[i % ERROR_LOG_LINES];
		u64 us = div_u64(line->ns, NSEC_PER_USEC);
		u32 rest;

		us = div_u64_rem(us, USEC_PER_SEC, &rest);
		seq_printf(m, "[%5llu.%06u] %s\n", us, rest, line->text);
	}
	spin_unlock(&error_log_lock);
}
