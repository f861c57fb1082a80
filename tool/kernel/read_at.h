/* SPDX-License-Identifier: GPL-2.0 */
/* pread() of all that is there. */
#ifndef RMAPCTL_READ_AT_H
#define RMAPCTL_READ_AT_H

#include <stddef.h>
#include <sys/types.h>

/* Returns the bytes read, fewer than @size only at the end, or -errno. */
ssize_t read_at(int fd, void *to, size_t size, off_t at);

#endif
