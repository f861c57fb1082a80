// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded into programs that expect a real machine. Limits of time that they
 * set for themselves are $SLOWER times as long; MADV_COLLAPSE is tried again
 * where the kernel says that it may succeed another time (madvise(2)): somebody
 * held a page for a moment, which takes longer here.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

enum { TRIES = 4 };

unsigned int alarm(unsigned int seconds)
{
	const char *slower = getenv("SLOWER");

	return syscall(SYS_alarm, seconds * (slower ? atoi(slower) : 1));
}

int madvise(void *addr, size_t length, int advice)
{
	int tries = 1, ret;

	do {
		ret = syscall(SYS_madvise, addr, length, advice);
	} while (ret && advice == MADV_COLLAPSE && tries++ < TRIES &&
		 (errno == EAGAIN || errno == EBUSY));
	return ret;
}
