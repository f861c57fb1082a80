/* SPDX-License-Identifier: GPL-2.0 */
#ifndef TEXT_H
#define TEXT_H
/*
 * Small text files of the kernel, in /proc, /sys and debugfs.
 */

#include <stdbool.h>
#include <stddef.h>

/* Reads a whole file, up to @size - 1 bytes. Returns the length or -errno. */
long text_read(const char *path, char *buf, size_t size);

/* Does the same with an open file, from where that is. */
long text_read_rest(int fd, char *buf, size_t size);

/* Writes @text in one go. Returns 0 or -errno. */
int text_write(const char *path, const char *text);

/* Does the same without creating or truncating: one more line of a command file. */
int text_append(const char *path, const char *text);

/* Returns the first number in a file, or @otherwise if it cannot be read. */
long long text_number(const char *path, long long otherwise);

/* Returns the number after "@key " in a file of such lines, or -1. */
long long text_field(const char *path, const char *key);

bool text_exists(const char *path);

#endif /* TEXT_H */
