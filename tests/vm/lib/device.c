// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <linux/ioctl.h>
#include <linux/types.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "lib/check.h"
#include "lib/device.h"
#include "lib/pages.h"
#include "lib/text.h"

/* lib/test_hmm_uapi.h */
struct hmm_dmirror_cmd {
	__u64 addr;
	__u64 ptr;
	__u64 npages;
	__u64 cpages;
	__u64 faults;
};

#define HMM_DMIRROR_MIGRATE_TO_DEV _IOWR('H', 0x02, struct hmm_dmirror_cmd)
#define HMM_DMIRROR_EXCLUSIVE _IOWR('H', 0x05, struct hmm_dmirror_cmd)

int device_open(void)
{
	const int fd = open("/dev/hmm_dmirror0", O_RDWR | O_CLOEXEC);

	must(fd >= 0, "open the device");
	return fd;
}

/* The driver copies what the device sees of the pages to a buffer. */
static int ask(int device, unsigned long request, char *p, size_t nr, char *seen,
	       size_t *done)
{
	struct hmm_dmirror_cmd cmd = {
		.addr = (uintptr_t)p,
		.ptr = (uintptr_t)seen,
		.npages = nr,
	};

	if (ioctl(device, request, &cmd))
		return -errno;
	*done = cmd.cpages;
	return 0;
}

static int command(int device, unsigned long request, char *p, size_t nr)
{
	char *seen = small_map(nr);
	size_t done = 0;
	const int err = ask(device, request, p, nr, seen, &done);

	if (!err) {
		must(done == nr, "all pages: %zu", done);
		pages_verify(seen, 0, nr, 1);
	}
	pages_unmap(seen, nr * PAGE);
	return err;
}

/* Threads share the buffer, because nobody looks at what the device sees. */
static int try_command(int device, unsigned long request, char *p, size_t nr)
{
	static char seen[PMD];
	size_t done = 0;

	return nr > PMD_PAGES ? -EINVAL : ask(device, request, p, nr, seen, &done);
}

int device_take(int device, char *p, size_t nr)
{
	return command(device, HMM_DMIRROR_MIGRATE_TO_DEV, p, nr);
}

int device_reserve(int device, char *p, size_t nr)
{
	return command(device, HMM_DMIRROR_EXCLUSIVE, p, nr);
}

int device_try_take(int device, char *p, size_t nr)
{
	return try_command(device, HMM_DMIRROR_MIGRATE_TO_DEV, p, nr);
}

int device_try_reserve(int device, char *p, size_t nr)
{
	return try_command(device, HMM_DMIRROR_EXCLUSIVE, p, nr);
}

void device_frames(uint64_t *first, uint64_t *last)
{
	static char text[65536];
	unsigned long long start, end;
	const char *line;

	*first = UINT64_MAX;
	*last = 0;
	must(text_read("/proc/iomem", text, sizeof(text)) > 0, "/proc/iomem");
	for (line = text; line; line = strchr(line, '\n')) {
		line += *line == '\n';
		if (sscanf(line, " %llx-%llx : hmm_dmirror", &start, &end) == 2 &&
		    !strncmp(strchr(line, ':'), ": hmm_dmirror", 13)) {
			*first = start / PAGE < *first ? start / PAGE : *first;
			*last = end / PAGE > *last ? end / PAGE : *last;
		}
	}
	must(*last, "memory of hmm_dmirror in /proc/iomem");
}
