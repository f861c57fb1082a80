/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_ERROR_LOG_H
#define _RMAP_AB_ERROR_LOG_H

#include <linux/compiler.h>
#include <linux/types.h>

struct seq_file;

/* The length of the longest line, with the terminating NUL. */
#define ERROR_LOG_TEXT_MAX	160

__printf(1, 2) void error_log_add(const char *fmt, ...);
void error_log_last(char *text, size_t size);
void error_log_show(struct seq_file *m);

#endif /* _RMAP_AB_ERROR_LOG_H */
