/* SPDX-License-Identifier: GPL-2.0 */
/* Messages of rmapctl on stderr. */
#ifndef RMAPCTL_COMPLAIN_H
#define RMAPCTL_COMPLAIN_H

/**
 * complain() - print "rmapctl: ", the message and a newline to stderr
 * @fmt: like printf(); control characters in the result are shown, not obeyed
 */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same, followed by ": " and the text for @err. Returns -@err. */
int complain_errno(int err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

#endif
