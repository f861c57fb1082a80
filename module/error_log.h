/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_ERROR_LOG_H
#define _RMAP_AB_ERROR_LOG_H

struct seq_file;

__printf(1, 2) void error_log_add(const char *fmt, ...);
void error_log_show(struct seq_file *m);

#endif /* _RMAP_AB_ERROR_LOG_H */
