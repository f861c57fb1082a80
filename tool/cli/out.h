/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The only way to stdout. A noun describes its record once, and both text and
 * JSON are made from that description.
 */
#ifndef RMAPCTL_OUT_H
#define RMAPCTL_OUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Several words, e.g. names. */
struct out_list {
	char **words;
	size_t nr;
};

/* Several numbers. */
struct out_numbers {
	const uint64_t *numbers;
	size_t nr;
};

/* Fields that the description of the record does not have. */
struct out_pairs {
	struct out_pair {
		const char *key;
		const char *value;
	} *pairs;
	size_t nr;
};

/* Records within a record. */
struct out_records {
	const struct out_desc *desc;
	const void *records;
	size_t nr;
	size_t size;	/* of each */
};

enum out_type {
	OUT_STR,	/* const char *; JSON leaves out what is NULL */
	OUT_U64,	/* uint64_t */
	OUT_S64,	/* int64_t */
	OUT_REAL,	/* double; JSON leaves out what is not a number */
	OUT_BOOL,	/* bool */
	OUT_MAYBE,	/* int: 1, 0, or -1 for neither: JSON leaves it out */
	OUT_LIST,	/* struct out_list */
	OUT_NUMBERS,	/* struct out_numbers */
	OUT_RECORDS,	/* struct out_records; only in JSON, if it has a desc */
	OUT_PAIRS,	/* struct out_pairs: each pair a field of its own */
	OUT_JSON,	/* struct json_object *; only in JSON, which leaves out NULL */
};

/**
 * struct out_field - one field of a record
 * @key: JSON key, also the name in a line template
 * @label: the text form prints it in front of the value
 * @unit: the text form prints it behind the value, or NULL
 * @what: its definition, for the help text
 * @type: how it is stored
 * @offset: where it is stored in the record
 */
struct out_field {
	const char *key;
	const char *label;
	const char *unit;
	const char *what;
	enum out_type type;
	size_t offset;
};

/**
 * struct out_desc - a kind of record
 * @fields: its fields, in the order of output
 * @nr_fields: how many
 * @line: text form as one line, in which {key} stands for the field's value
 *	and unit; NULL: a block with one labelled line for each field
 * @text: prints the text form in place of both
 */
struct out_desc {
	const struct out_field *fields;
	size_t nr_fields;
	const char *line;
	void (*text)(FILE *to, const void *rec);
};

/**
 * struct out - where records go, and in which form
 * @to: the file
 * @json: JSON instead of text
 * @pretty: JSON for people
 * @lines: one JSON object on a line after the other, instead of an array
 * @stream: the same, each flushed
 * @timestamp: begin each record of a stream with the time
 * @nr: records so far
 * @error: errno of the first failure, 0 so far
 */
struct out {
	FILE *to;
	bool json;
	bool pretty;
	bool lines;
	bool stream;
	bool timestamp;
	size_t nr;
	int error;
};

/* Prints one record. */
void out_record(struct out *out, const struct out_desc *desc, const void *rec);

/* Called after the last record, also if there was none; returns 0 or -errno. */
int out_end(struct out *out);

/* Returns the local time in ISO 8601 with microseconds, in a static buffer. */
const char *out_now(void);

#endif
