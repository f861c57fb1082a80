// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/complain.h"
#include "cli/text.h"
#include "kernel/control.h"
#include "kernel/debugfs.h"

/*
 * Limits the memory that a wrong file can take. Control files are far smaller.
 */
#define MAX_SIZE	0x100000

static char *control_path(const char *root, const char *name)
{
	char *path;

	if (asprintf(&path, "%s/" RMAP_AB_DEBUGFS_DIR "/%s", root, name) < 0)
		return NULL;
	return path;
}

static int control_open(const char *path, int flags)
{
	int fd;

	do {
		fd = open(path, flags | O_CLOEXEC);
	} while (fd < 0 && errno == EINTR);
	return fd < 0 ? -errno : fd;
}

static ssize_t read_some(int fd, char *to, size_t size)
{
	ssize_t nr;

	do {
		nr = read(fd, to, size);
	} while (nr < 0 && errno == EINTR);
	return nr < 0 ? -errno : nr;
}

/* The size of a control file is known only when its end is reached. */
static int read_all(int fd, char *buf)
{
	size_t used = 0;
	ssize_t nr;

	do {
		nr = read_some(fd, buf + used, MAX_SIZE - used);
		if (nr > 0)
			used += nr;
	} while (nr > 0);
	if (nr < 0)
		return nr;
	buf[used] = '\0';
	if (used == MAX_SIZE)
		return -EFBIG;
	return strlen(buf) == used ? 0 : -EBADMSG;
}

static int read_path(const char *path, char **text)
{
	char *buf;
	int fd, ret;

	*text = NULL;
	fd = control_open(path, O_RDONLY);
	if (fd < 0)
		return fd;
	buf = malloc(MAX_SIZE + 1);
	ret = buf ? read_all(fd, buf) : -ENOMEM;
	close(fd);
	if (ret)
		free(buf);
	else
		*text = buf;
	return ret;
}

/*
 * One write is one command. The rest of a short write would be another command,
 * so it is not sent.
 */
static int write_path(const char *path, const char *command)
{
	size_t len = strlen(command);
	ssize_t nr;
	int fd, ret = 0;

	fd = control_open(path, O_WRONLY);
	if (fd < 0)
		return fd;
	do {
		nr = write(fd, command, len);
	} while (nr < 0 && errno == EINTR);
	if (nr < 0)
		ret = -errno;
	else if ((size_t)nr != len)
		ret = -EIO;
	if (close(fd) && !ret && errno != EINTR)
		ret = -errno;
	return ret;
}

static char *read_in(const char *root, const char *name)
{
	char *path = control_path(root, name);
	char *text = NULL;
	int ret = path ? read_path(path, &text) : -ENOMEM;

	if (ret) {
		complain_errno(-ret, "cannot read %s", path ? path : name);
		debugfs_explain(root, -ret);
	}
	free(path);
	return text;
}

char *control_read(const char *name)
{
	char *root = debugfs_root();
	char *text = root ? read_in(root, name) : NULL;

	free(root);
	return text;
}

static int open_in(const char *root, const char *name, int flags)
{
	char *path = control_path(root, name);
	int fd = path ? control_open(path, flags) : -ENOMEM;

	if (fd < 0) {
		complain_errno(-fd, "cannot open %s", path ? path : name);
		debugfs_explain(root, -fd);
	}
	free(path);
	return fd;
}

static int open_name(const char *name, int flags)
{
	char *root = debugfs_root();
	int fd = root ? open_in(root, name, flags) : -ENOENT;

	free(root);
	return fd;
}

int control_open_read(const char *name)
{
	return open_name(name, O_RDONLY);
}

int control_open_both(const char *name)
{
	return open_name(name, O_RDWR);
}

/* Returns the kernel's error log, or "" if it cannot be read. */
static char *error_log(const char *root)
{
	char *path = control_path(root, RMAP_AB_FILE_ERROR_LOG);
	char *text = NULL;

	if (path)
		read_path(path, &text);
	free(path);
	return text ? text : strdup("");
}

/* Returns the last line without its newline and its leading "[time] ". */
static char *last_line(char *text)
{
	char *end = text + strlen(text);
	char *line;

	if (end > text && end[-1] == '\n')
		*--end = '\0';
	line = strrchr(text, '\n');
	line = line ? line + 1 : text;
	end = *line == '[' ? strstr(line, "] ") : NULL;
	return end ? end + 2 : line;
}

/* Prints the kernel's words. An unchanged log is about an earlier refusal. */
static void complain_words(const char *root, const char *before)
{
	char *after = error_log(root);

	if (before && after && *after && strcmp(before, after))
		complain("the kernel says: %s", last_line(after));
	free(after);
}

static int write_in(const char *root, const char *name, const char *command)
{
	char *before = error_log(root);
	char *path = control_path(root, name);
	int ret = path ? write_path(path, command) : -ENOMEM;

	if (ret) {
		complain_errno(-ret, "cannot write '%s' to %s", command,
			       path ? path : name);
		complain_words(root, before);
		debugfs_explain(root, -ret);
	}
	free(path);
	free(before);
	return ret;
}

static int tell_in(const char *root, int fd, const char *name,
		   const char *command)
{
	char *before = error_log(root);
	size_t len = strlen(command);
	ssize_t nr = write(fd, command, len);
	int ret = nr < 0 ? -errno : (size_t)nr == len ? 0 : -EIO;

	if (ret && ret != -EINTR) {
		complain_errno(-ret, "cannot write '%s' to the file '%s'",
			       command, name);
		complain_words(root, before);
	}
	free(before);
	return ret;
}

int control_tell(int fd, const char *name, const char *command)
{
	char *root = debugfs_root();
	int ret = root ? tell_in(root, fd, name, command) : -ENOENT;

	free(root);
	return ret;
}

int control_write(const char *name, const char *command)
{
	char *root = debugfs_root();
	int ret = root ? write_in(root, name, command) : -ENOENT;

	free(root);
	return ret;
}

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

/* ---- files that list names: the implementations, the layouts ---- */

static int list_add(struct out_list *list, char *word)
{
	char **words = reallocarray(list->words, list->nr + 1, sizeof(*words));

	if (!words)
		return complain_errno(ENOMEM, "list of names");
	words[list->nr++] = word;
	list->words = words;
	return 0;
}

/* The brackets only mark the current one, which `status` names as well. */
static int names_parse(struct names *names, const char *file)
{
	const char *between = " []\n";
	char *rest;
	int ret;

	for (char *word = strtok_r(names->text, between, &rest); word;
	     word = strtok_r(NULL, between, &rest)) {
		ret = list_add(&names->list, word);
		if (ret)
			return ret;
	}
	if (!names->list.nr)
		return complain_errno(EPROTO, "the file '%s' names none", file);
	return 0;
}

static int names_read(struct names *names, const char *file)
{
	int ret;

	*names = (struct names){ .text = control_read(file) };
	if (!names->text)
		return -EIO;
	ret = names_parse(names, file);
	if (ret)
		names_free(names);
	return ret;
}

int implementations_read(struct names *names)
{
	return names_read(names, RMAP_AB_FILE_IMPLEMENTATION);
}

int layouts_read(struct names *names)
{
	return names_read(names, RMAP_AB_FILE_LAYOUT);
}

void names_free(struct names *names)
{
	free(names->list.words);
	free(names->text);
}

bool names_have(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->list.nr; i++)
		if (!strcmp(names->list.words[i], name))
			return true;
	return false;
}

void names_complain(const struct names *names, const char *who)
{
	fprintf(stderr, "rmapctl: %s has:", who);
	for (size_t i = 0; i < names->list.nr; i++) {
		fputc(' ', stderr);
		text_put(stderr, names->list.words[i]);
	}
	fputc('\n', stderr);
}
