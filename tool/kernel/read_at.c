// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <unistd.h>

#include "kernel/read_at.h"

ssize_t read_at(int fd, void *to, size_t size, off_t at)
{
	size_t used = 0;
	ssize_t nr;

	do {
		nr = pread(fd, (char *)to + used, size - used, at + used);
		if (nr > 0)
			used += nr;
	} while ((nr > 0 && used < size) || (nr < 0 && errno == EINTR));
	return nr < 0 ? -errno : (ssize_t)used;
}
