// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/kmod.h"
#include "lib/layout.h"
#include "lib/text.h"

#define RMAP_LAYOUT "/sys/kernel/debug/rmap_layout/"

enum { SETTLE_SECONDS = 30 };

static int folios = -1;

/* Only what is built for a kernel with layouts has the module. */
bool layouts_open(void)
{
	const int err = kmod_load("rmap_layout", "");

	if (err && err != -EEXIST)
		return false;
	if (folios < 0)
		folios = open(RMAP_LAYOUT "folios", O_RDONLY | O_CLOEXEC);
	return folios >= 0;
}

bool layouts_read(uint64_t first, uint64_t nr, uint64_t *words)
{
	const ssize_t size = nr * sizeof(*words);

	if (folios < 0) {
		memset(words, 0, size);
		return true;
	}
	return pread(folios, words, size, first * sizeof(*words)) == size;
}

int layouts_choose(const char *layout)
{
	return text_write(RMAP_LAYOUT "layout", layout);
}

long long layouts_nr_none(void)
{
	return text_number(RMAP_LAYOUT "nr_none", -1);
}

bool layouts_vary(void)
{
	return text_number(RMAP_LAYOUT "varies", -1);
}

const char *layouts_settle(void)
{
	const struct timespec tenth = { .tv_nsec = 100 * 1000 * 1000 };
	const time_t end = time(NULL) + SETTLE_SECONDS;
	static char words[96];

	if (layouts_choose("page"))
		return "page cannot be chosen";
	/* No event tells: the kernel looks once a second. */
	while ((layouts_nr_none() || layouts_vary()) && time(NULL) < end)
		nanosleep(&tenth, NULL);
	if (!layouts_nr_none() && !layouts_vary())
		return NULL;
	snprintf(words, sizeof(words), "%lld folios are left, the key is %s", layouts_nr_none(),
		 layouts_vary() ? "on" : "off");
	return words;
}
