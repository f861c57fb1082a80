/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files for later: a JSON object on each line. The first one says what the file is
 * and of which boot, as page frames of two boots have nothing in common.
 */
#ifndef RMAPCTL_SAVED_H
#define RMAPCTL_SAVED_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cli/out.h"

enum saved_kind {
	SAVED_SNAPSHOT,
	SAVED_RECORDING,
};

/* Prints the first line. Returns 0, or -errno after a complaint. */
int saved_put_head(struct out *out, enum saved_kind kind);

/* Prints the last line of a snapshot: how many lines there are between. */
void saved_put_end(struct out *out, uint64_t nr);

/* What these lines have, for a help text. */
void saved_help(enum saved_kind kind);

/**
 * struct saved - a file that is read
 * @path: its name
 * @text: all of it
 * @size: of @text
 * @at: internal: what is not read yet begins here
 * @line: number of the line that was read last
 * @head: the first one
 */
struct saved {
	const char *path;
	char *text;
	size_t size;
	size_t at;
	uint64_t line;
	struct json_object *head;
};

/* Part of the text: a line without its end. */
struct saved_line {
	const char *text;
	size_t len;
	bool is_whole;	/* it has an end */
};

/**
 * saved_open() - read a file and its head
 * @saved: it
 * @path: its name
 * @kind: what it should be
 *
 * Return: 0, or -errno after a complaint; only then it is not to be closed.
 */
int saved_open(struct saved *saved, const char *path, enum saved_kind kind);
void saved_close(struct saved *saved);

/* The next line. Returns false behind the last one. */
bool saved_next(struct saved *saved, struct saved_line *line);

/* The object of a line that was read; NULL if it is none. The caller puts it. */
struct json_object *saved_parse(const struct saved_line *line);

/* The same with a complaint. */
struct json_object *saved_object(const struct saved *saved, const struct saved_line *line);

/* A number or a word of an object; 0 or NULL if there is none. */
int64_t saved_number(struct json_object *object, const char *key);
const char *saved_word(struct json_object *object, const char *key);

#endif
