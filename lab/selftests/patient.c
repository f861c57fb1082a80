// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded into programs that expect a real machine. Limits of time that they
 * set for themselves are $SLOWER times as long: 6.12's programs use alarm(),
 * 7.3's poll(). MADV_COLLAPSE is tried again where the kernel says that it may
 * succeed another time (madvise(2)): somebody held a page for a moment, which
 * takes longer here. So is MADV_PAGEOUT where it left pages, which it tells
 * nobody.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

enum { TRIES = 4 };

static int slower(void)
{
	const char *value = getenv("SLOWER");

	return value ? atoi(value) : 1;
}

unsigned int alarm(unsigned int seconds)
{
	return syscall(SYS_alarm, seconds * slower());
}

/* Without a limit, it is negative, and stays so. */
int poll(struct pollfd *fds, nfds_t nr_fds, int timeout_ms)
{
	return syscall(SYS_poll, fds, nr_fds, timeout_ms * slower());
}

static bool any_resident(void *addr, size_t length)
{
	size_t page_size = getpagesize(), nr_pages = (length + page_size - 1) / page_size;
	unsigned char *resident = malloc(nr_pages);
	bool any = false;

	if (resident && !mincore(addr, length, resident))
		for (size_t i = 0; i < nr_pages && !any; i++)
			any = resident[i] & 1;
	free(resident);
	return any;
}

/*
 * A page that the program has just touched waits in a batch of the CPU that it
 * ran on then, and MADV_PAGEOUT empties that of its own CPU only (6.12
 * lru_add_drain()): if the program has moved on, no page is taken.
 */
static void page_out_on_each_cpu(void *addr, size_t length)
{
	cpu_set_t allowed, one;

	if (sched_getaffinity(0, sizeof(allowed), &allowed))
		return;
	for (int cpu = 0; cpu < CPU_SETSIZE && any_resident(addr, length); cpu++) {
		if (!CPU_ISSET(cpu, &allowed))
			continue;
		CPU_ZERO(&one);
		CPU_SET(cpu, &one);
		if (!sched_setaffinity(0, sizeof(one), &one))
			syscall(SYS_madvise, addr, length, MADV_PAGEOUT);
	}
	sched_setaffinity(0, sizeof(allowed), &allowed);
}

static int page_out(void *addr, size_t length)
{
	int ret = syscall(SYS_madvise, addr, length, MADV_PAGEOUT);

	for (int tries = 1; !ret && tries < TRIES && any_resident(addr, length); tries++)
		page_out_on_each_cpu(addr, length);
	return ret;
}

static int collapse(void *addr, size_t length)
{
	int tries = 1, ret;

	do {
		ret = syscall(SYS_madvise, addr, length, MADV_COLLAPSE);
	} while (ret && tries++ < TRIES && (errno == EAGAIN || errno == EBUSY));
	return ret;
}

int madvise(void *addr, size_t length, int advice)
{
	switch (advice) {
	case MADV_COLLAPSE:
		return collapse(addr, length);
	case MADV_PAGEOUT:
		return page_out(addr, length);
	default:
		return syscall(SYS_madvise, addr, length, advice);
	}
}
