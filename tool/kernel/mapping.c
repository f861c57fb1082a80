// SPDX-License-Identifier: GPL-2.0
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/array.h"
#include "cli/text.h"
#include "kernel/mapping.h"

static bool is_octal(char c)
{
	return c >= '0' && c <= '7';
}

void mapping_decode(char *text)
{
	char *to = text;

	while (*text) {
		if (text[0] == '\\' && is_octal(text[1]) && text[1] < '4' &&
		    is_octal(text[2]) && is_octal(text[3])) {
			char byte = (text[1] - '0') << 6 |
				    (text[2] - '0') << 3 | (text[3] - '0');

			*to++ = byte ? byte : '?';
			text += 4;
		} else {
			*to++ = *text++;
		}
	}
	*to = '\0';
}

bool mapping_parse(char *line, struct mapping *mapping)
{
	int writable, exclusive, migration, at = 0;

	*mapping = (struct mapping){ };
	if (sscanf(line, "pid=%" SCNu64 " address=0x%" SCNx64 " first=%" SCNu64
		   " count=%" SCNu64
		   " level=%15s writable=%d anon_exclusive=%d migration=%d comm=%n",
		   &mapping->pid, &mapping->address, &mapping->first,
		   &mapping->count, mapping->level_text, &writable, &exclusive,
		   &migration, &at) != 8 || !at)
		return false;
	mapping->writable = writable;
	mapping->anon_exclusive = exclusive;
	mapping->migration = migration;
	mapping->level = mapping->level_text;
	mapping->comm = line + at;
	mapping_decode(line + at);
	return true;
}

void mapping_put_header(FILE *to)
{
	fputs("    pid         address     pages  level    comm\n", to);
}

void mapping_put_flags(FILE *to, const struct mapping *mapping)
{
	if (mapping->writable)
		fputs(", writable", to);
	if (mapping->anon_exclusive)
		fputs(", anon-exclusive", to);
	if (mapping->migration)
		fputs(", migration entry", to);
}

static void put_pages(FILE *to, const struct mapping *mapping)
{
	uint64_t first = mapping->first;
	char text[48];

	if (mapping->count == 1)
		snprintf(text, sizeof(text), "%" PRIu64, first);
	else
		snprintf(text, sizeof(text), "%" PRIu64 "-%" PRIu64, first,
			 first + mapping->count - 1);
	fprintf(to, "%8s", text);
}

static void put_mapping_row(FILE *to, const void *rec)
{
	const struct mapping *mapping = rec;

	fprintf(to, "%7" PRIu64 "  %#14" PRIx64 "  ", mapping->pid,
		mapping->address);
	put_pages(to, mapping);
	fprintf(to, "  %-7s  ", mapping->level);
	text_put(to, mapping->pid ? mapping->comm : "(gone)");
	mapping_put_flags(to, mapping);
	fputc('\n', to);
}

#define FIELD(member, type_, what_) {			\
	.key = #member, .label = #member,		\
	.what = what_, .type = type_,			\
	.offset = offsetof(struct mapping, member),	\
}

static const struct out_field fields[] = {
	FIELD(pid, OUT_U64, "the process; 0: it is gone"),
	FIELD(comm, OUT_STR, "its name"),
	FIELD(address, OUT_U64, "where it maps the first of the pages"),
	FIELD(first, OUT_U64, "that page, counted from the head of the folio"),
	FIELD(count, OUT_U64, "how many pages, at consecutive addresses"),
	FIELD(level, OUT_STR, "the entry that maps them: pte, pmd, pud or hugetlb"),
	FIELD(writable, OUT_BOOL, "whether it may write there without a fault"),
	FIELD(anon_exclusive, OUT_BOOL, "whether the pages belong to it alone"),
	FIELD(migration, OUT_BOOL,
	      "whether it is a migration entry, which is no mapping just now"),
};

const struct out_desc mapping_desc = {
	.fields = fields,
	.nr_fields = ARRAY_SIZE(fields),
	.text = put_mapping_row,
};
