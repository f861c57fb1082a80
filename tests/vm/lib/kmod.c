// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/kmod.h"
#include "lib/text.h"

int kmod_load(const char *name, const char *params)
{
	char path[128];
	int fd, err = 0;

	snprintf(path, sizeof(path), "/lib/modules/%s.ko", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (syscall(SYS_finit_module, fd, params, 0))
		err = -errno;
	close(fd);
	return err;
}

int kmod_unload(const char *name)
{
	return syscall(SYS_delete_module, name, O_NONBLOCK) ? -errno : 0;
}

bool kmod_loaded(const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/module/%s/initstate", name);
	return text_exists(path);
}

bool kmod_has_hooks(void)
{
	FILE *symbols = fopen("/proc/kallsyms", "re");
	char line[512];
	bool found = false;

	if (!symbols)
		return false;
	while (!found && fgets(line, sizeof(line), symbols))
		found = strstr(line, " __rmap_ops_install\n");
	fclose(symbols);
	return found;
}
