// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/text.h"

long text_read_rest(int fd, char *buf, size_t size)
{
	size_t len = 0;
	long got = 0;

	while (len < size - 1) {
		got = read(fd, buf + len, size - 1 - len);
		if (got <= 0)
			break;
		len += got;
	}
	buf[len] = '\0';
	return got < 0 ? -errno : (long)len;
}

long text_read(const char *path, char *buf, size_t size)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	long len;

	if (fd < 0)
		return -errno;
	len = text_read_rest(fd, buf, size);
	close(fd);
	return len;
}

static int write_with(const char *path, const char *text, int flags)
{
	const int fd = open(path, O_WRONLY | O_CLOEXEC | flags);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) < 0)
		err = -errno;
	close(fd);
	return err;
}

int text_write(const char *path, const char *text)
{
	return write_with(path, text, O_TRUNC);
}

int text_append(const char *path, const char *text)
{
	return write_with(path, text, O_APPEND);
}

long long text_number(const char *path, long long otherwise)
{
	char buf[64];

	if (text_read(path, buf, sizeof(buf)) <= 0)
		return otherwise;
	return strtoll(buf, NULL, 10);
}

long long text_field(const char *path, const char *key)
{
	const size_t len = strlen(key);
	char buf[16384], *line, *rest;

	if (text_read(path, buf, sizeof(buf)) <= 0)
		return -1;
	for (line = strtok_r(buf, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest))
		if (!strncmp(line, key, len) && strchr(" :\t", line[len]))
			return strtoll(line + len + 1, NULL, 10);
	return -1;
}

bool text_exists(const char *path)
{
	return !access(path, F_OK);
}
