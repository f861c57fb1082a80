/* SPDX-License-Identifier: GPL-2.0 */
/* The module's control files: read one whole, write one command. */
#ifndef RMAPCTL_CONTROL_H
#define RMAPCTL_CONTROL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include <linux/rmap_ab.h>

#include "cli/out.h"

/**
 * control_read() - read a control file
 * @name: the file, RMAP_AB_FILE_...
 *
 * Return: what it says, to be freed; NULL after a complaint.
 */
char *control_read(const char *name);

/**
 * control_open_read() - open a control file that is not text
 * @name: the file, RMAP_AB_FILE_...
 *
 * Return: a file descriptor, to be closed; -errno after a complaint.
 */
int control_open_read(const char *name);

/* The same for a control file that takes a command and answers it. */
int control_open_both(const char *name);

/**
 * control_tell() - write one command to an open control file
 * @fd: from control_open_both()
 * @name: the file, RMAP_AB_FILE_...
 * @command: written in one write, which a signal may end
 *
 * A refusal is printed together with the words that the kernel has for it.
 *
 * Return: 0; -EINTR, without a complaint; or -errno after one.
 */
int control_tell(int fd, const char *name, const char *command);

/**
 * control_write() - give a control file one command
 * @name: the file, RMAP_AB_FILE_...
 * @command: written in one write, with nothing before or after it
 *
 * A refusal is printed together with the words that the kernel has for it.
 *
 * Return: 0, or -errno after a complaint.
 */
int control_write(const char *name, const char *command);

/*
 * Reads with pread() until @size bytes or the end; returns the length or
 * -errno.
 */
ssize_t read_at(int fd, void *to, size_t size, off_t at);

/**
 * struct names - what a control file lets one choose from
 * @text: holds the words of @list
 * @list: the names
 */
struct names {
	char *text;
	struct out_list list;
};

/*
 * The implementations of the loaded module, and the layouts of the kernel. Both
 * return 0, or -errno after a complaint. The caller frees @names unless they fail.
 */
int implementations_read(struct names *names);
int layouts_read(struct names *names);
void names_free(struct names *names);

bool names_have(const struct names *names, const char *name);

/* "rmapctl: WHO has: ..." on stderr */
void names_complain(const struct names *names, const char *who);

#endif
