// SPDX-License-Identifier: GPL-2.0
/*
 * Preloaded into a program that writes its files byte by byte:
 * split_huge_page_test so writes 36 MiB, for two minutes under emulation.
 * Gathers one-byte writes that follow each other; a file is complete before it
 * is closed, and nobody looks at it earlier.
 */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static char gathered[1 << 16];
static size_t nr_gathered;
static int gathered_fd;

/* The program has been told that these writes succeeded: no way back. */
static void write_gathered(void)
{
	size_t done = 0;

	while (done < nr_gathered) {
		long ret = syscall(SYS_write, gathered_fd, gathered + done, nr_gathered - done);

		if (ret <= 0)
			abort();
		done += ret;
	}
	nr_gathered = 0;
}

ssize_t write(int fd, const void *data, size_t size)
{
	if (fd != gathered_fd || size != 1 || nr_gathered == sizeof(gathered))
		write_gathered();
	if (size != 1)
		return syscall(SYS_write, fd, data, size);
	gathered_fd = fd;
	gathered[nr_gathered++] = *(const char *)data;
	return 1;
}

int close(int fd)
{
	if (fd == gathered_fd)
		write_gathered();
	return syscall(SYS_close, fd);
}
