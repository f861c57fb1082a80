// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <linux/loop.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/swap.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/files.h"
#include "lib/pages.h"
#include "lib/swapdev.h"
#include "lib/text.h"

/* The first page of a swap area, as far as the kernel reads it. */
struct swap_header {
	char boot[1024];
	uint32_t version;
	uint32_t last_page;
	char unused[PAGE - 1024 - 2 * sizeof(uint32_t) - 10];
	char magic[10];
};

_Static_assert(sizeof(struct swap_header) == PAGE, "a header is a page");

static void format(int fd, size_t size)
{
	struct swap_header header = {
		.version = 1,
		.last_page = size / PAGE - 1,
		.magic = { 'S', 'W', 'A', 'P', 'S', 'P', 'A', 'C', 'E', '2' },
	};

	must(!ftruncate(fd, size), "ftruncate");
	must(pwrite(fd, &header, sizeof(header), 0) == sizeof(header),
	     "write a swap header");
}

/* The loop device ends with its last user. */
static void attach(int file, char *path, size_t size)
{
	struct loop_config config = {
		.fd = file,
		.info.lo_flags = LO_FLAGS_AUTOCLEAR,
	};
	const int control = open("/dev/loop-control", O_RDWR | O_CLOEXEC);
	const int nr = ioctl(control, LOOP_CTL_GET_FREE);
	int loop;

	must(nr >= 0, "a free loop device");
	close(control);
	snprintf(path, size, "/dev/loop%d", nr);
	loop = open(path, O_RDWR | O_CLOEXEC);
	must(loop >= 0 && !ioctl(loop, LOOP_CONFIGURE, &config), "set up %s",
	     path);
	must(!swapon(path, SWAP_FLAG_PREFER | SWAP_FLAG_PRIO_MASK), "swapon %s",
	     path);
	close(loop);
}

void swapdev_on(size_t size)
{
	const int file = file_new("/tmp");
	char path[32];

	format(file, size);
	attach(file, path, sizeof(path));
	close(file);
}

void swapdev_off(void)
{
	char text[4096], path[256], *line;

	if (text_read("/proc/swaps", text, sizeof(text)) <= 0)
		return;
	for (line = strchr(text, '\n'); line; line = strchr(line + 1, '\n'))
		if (sscanf(line + 1, "%255s", path) == 1 &&
		    !strncmp(path, "/dev/loop", strlen("/dev/loop")))
			swapoff(path);
}
