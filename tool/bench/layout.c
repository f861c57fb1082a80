// SPDX-License-Identifier: GPL-2.0
#include <limits.h>
#include <malloc.h>
#include <stddef.h>
#include <sys/auxv.h>
#include <sys/personality.h>
#include <unistd.h>

#include "bench/layout.h"

/* malloc()'s own to begin with: mallopt(3). */
enum { LARGE = 128 * 1024 };

char **layout_argv;

static void start_anew(void)
{
	const int was = personality(0xffffffff);
	char path[PATH_MAX];
	ssize_t len;

	/* With other rights than the caller's, exec() would randomize again. */
	if (was < 0 || was & ADDR_NO_RANDOMIZE || getauxval(AT_SECURE))
		return;
	/* By its path, or it would be called "exe". */
	len = readlink("/proc/self/exe", path, sizeof(path) - 1);
	if (len <= 0 || personality(was | ADDR_NO_RANDOMIZE) < 0)
		return;
	path[len] = '\0';
	execv(path, layout_argv);
	personality(was);
}

void layout_fix(void)
{
	start_anew();
	/*
	 * Once it is given, it stays: otherwise the second buffer for a control
	 * file, and what follows, would come from the heap and leave it large.
	 */
	mallopt(M_MMAP_THRESHOLD, LARGE);
}
