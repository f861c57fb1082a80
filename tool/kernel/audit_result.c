// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <linux/rmap_ab.h>
#include <stdlib.h>
#include <string.h>

#include "cli/array.h"
#include "cli/complain.h"
#include "cli/number.h"
#include "cli/text.h"
#include "kernel/audit_result.h"

#define FIELD(rec, member, key_, type_, what_) {		\
	.key = key_, .label = key_, .what = what_, .type = type_, \
	.offset = offsetof(struct rec, member),			\
}

#define DIFFERENCE(member, type_)	\
	FIELD(audit_difference, member, #member, type_, NULL)

static const struct out_field difference_fields[] = {
	DIFFERENCE(counter, OUT_STR),
	DIFFERENCE(first, OUT_U64),
	DIFFERENCE(count, OUT_U64),
	DIFFERENCE(says, OUT_S64),
	DIFFERENCE(tables, OUT_S64),
};

static const struct out_desc difference_desc = {
	.fields = difference_fields,
	.nr_fields = ARRAY_SIZE(difference_fields),
};

#define MISMATCH(member, type_)	\
	FIELD(audit_mismatch, member, #member, type_, NULL)

static const struct out_field mismatch_fields[] = {
	MISMATCH(head_pfn, OUT_U64),
	MISMATCH(order, OUT_U64),
	MISMATCH(kind, OUT_STR),
	MISMATCH(layout, OUT_STR),
	MISMATCH(walked, OUT_BOOL),
	MISMATCH(nr_differences, OUT_U64),
	MISMATCH(nr_mappers, OUT_U64),
	MISMATCH(differences, OUT_RECORDS),
	MISMATCH(mappers, OUT_RECORDS),
};

static const struct out_desc mismatch_desc = {
	.fields = mismatch_fields,
	.nr_fields = ARRAY_SIZE(mismatch_fields),
};

#define RESULT(member, type_, what_)	\
	FIELD(audit_result, member, #member, type_, what_)
#define SUM(sum, member, what_)		\
	FIELD(audit_result, sum.member, #sum "_" #member, OUT_S64, what_)
#define SUMS(sum, name)							\
	SUM(sum, counted, "pages mapped, as the counters add up"),	\
	SUM(sum, low, "the least that " name " was meanwhile"),		\
	SUM(sum, high, "the most that it was"),				\
	SUM(sum, drift, "how far they are from each other"),		\
	SUM(sum, allowed, "how far they may be")

/* The keys of the control file, and so of JSON. */
static const struct out_field fields[] = {
	RESULT(state, OUT_STR, "finished, or interrupted by a signal"),
	RESULT(start, OUT_U64, "the first page frame"),
	RESULT(end, OUT_U64, "the one after the last"),
	RESULT(position, OUT_U64,
	       "all before this one has been looked at; after an interrupt, a "
	       "little behind it, too"),
	RESULT(elapsed_us, OUT_U64, "the microseconds that it took"),
	RESULT(scanned, OUT_U64, "page frames before the position"),
	RESULT(folios, OUT_U64, "folios that were looked at"),
	RESULT(checked, OUT_U64, "folios that were compared"),
	RESULT(checked_pages, OUT_U64, "pages of those that were fine"),
	RESULT(mappings, OUT_U64, "the mappings of those"),
	RESULT(walks, OUT_U64, "folios that were looked at one by one"),
	RESULT(mismatched, OUT_U64, "folios with a wrong counter"),
	RESULT(skipped_locked, OUT_U64, "somebody kept its lock"),
	RESULT(skipped_contended, OUT_U64,
	       "somebody kept a lock of its reverse map"),
	RESULT(skipped_unstable, OUT_U64,
	       "its mappings changed all the time"),
	RESULT(skipped_no_rmap, OUT_U64,
	       "mapped by a driver, without a reverse map"),
	RESULT(skipped_ksm, OUT_U64, "KSM does not know all mappings yet"),
	RESULT(skipped_stack, OUT_U64, "in a stack that exec() is moving"),
	RESULT(skipped_device, OUT_U64, "memory of a device"),
	RESULT(skipped_too_many, OUT_U64, "too many aliases to tell apart"),
	RESULT(skipped_unmapped, OUT_U64,
	       "anon, counted as not mapped, and nobody found who maps it"),
	RESULT(statistics, OUT_STR,
	       "of the kernel: fine, drifted, undecided (too much moved) or not-compared"),
	SUMS(anon_mapped, "NR_ANON_MAPPED"),
	SUMS(file_mapped, "NR_FILE_MAPPED"),
	RESULT(mismatches, OUT_RECORDS, "the first 16 mismatches in full"),
};

const struct out_desc audit_result_desc = {
	.fields = fields,
	.nr_fields = ARRAY_SIZE(fields),
	.text = audit_result_put,
};

/* Appends a zeroed record. Returns NULL if memory ran out. */
static void *add_record(struct out_records *list)
{
	char *records = reallocarray((void *)list->records, list->nr + 1,
				     list->size);

	if (!records)
		return NULL;
	list->records = records;
	records += list->nr++ * list->size;
	return memset(records, 0, list->size);
}

static void *last(const struct out_records *list)
{
	return list->nr ? (char *)list->records + (list->nr - 1) * list->size :
			  NULL;
}

static bool set_number(const struct out_field *field, char *at,
		       const char *value)
{
	bool negative = field->type == OUT_S64 && *value == '-';
	uint64_t number;

	if (number_parse(value + negative, &number))
		return false;
	*(uint64_t *)at = negative ? -number : number;
	return true;
}

/* A key that is not known comes from a newer module. */
static bool take_pair(struct audit_result *result, const char *key,
		      const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		char *at = (char *)result + fields[i].offset;

		if (strcmp(fields[i].key, key))
			continue;
		if (fields[i].type != OUT_STR)
			return set_number(&fields[i], at, value);
		*(const char **)at = value;
		return true;
	}
	return true;
}

static bool take_mismatch(struct audit_result *result, const char *line)
{
	struct audit_mismatch *m = add_record(&result->mismatches);
	int walked;

	if (!m)
		return false;
	m->differences = (struct out_records){
		.desc = &difference_desc, .size = sizeof(struct audit_difference),
	};
	m->mappers = (struct out_records){
		.desc = &mapping_desc, .size = sizeof(struct mapping),
	};
	if (sscanf(line, "folio=0x%" SCNx64 " order=%" SCNu64
		   " kind=%31s walked=%d differences=%" SCNu64 " mappers=%" SCNu64,
		   &m->head_pfn, &m->order, m->kind_text, &walked,
		   &m->nr_differences, &m->nr_mappers) != 6)
		return false;
	if (strstr(line, " layout=" RMAP_AB_LAYOUT_NONE))
		m->layout = RMAP_AB_LAYOUT_NONE;
	m->walked = walked;
	return true;
}

static bool take_difference(struct audit_mismatch *m, const char *line)
{
	struct audit_difference *d = m ? add_record(&m->differences) : NULL;

	return d && sscanf(line, "counter=%31s first=%" SCNu64 " count=%" SCNu64
			   " says=%" SCNd64 " tables=%" SCNd64,
			   d->counter_text, &d->first, &d->count, &d->says,
			   &d->tables) == 5;
}

static bool take_mapping(struct audit_mismatch *m, char *line)
{
	struct mapping *mapping = m ? add_record(&m->mappers) : NULL;

	return mapping && mapping_parse(line, mapping);
}

static bool take_line(struct audit_result *result, char *line)
{
	char *value = strstr(line, ": ");

	if (!value)
		return false;
	*value = '\0';
	value += 2;
	if (!strcmp(line, "mismatch"))
		return take_mismatch(result, value);
	if (!strcmp(line, "  difference"))
		return take_difference(last(&result->mismatches), value);
	if (!strcmp(line, "  mapper"))
		return take_mapping(last(&result->mismatches), value);
	return take_pair(result, line, value);
}

/* The records no longer move, so they may point into themselves. */
static void settle(struct audit_result *result)
{
	struct audit_mismatch *m = (void *)result->mismatches.records;

	for (size_t i = 0; i < result->mismatches.nr; i++) {
		struct audit_difference *d = (void *)m[i].differences.records;
		struct mapping *mapping = (void *)m[i].mappers.records;

		m[i].kind = m[i].kind_text;
		for (size_t j = 0; j < m[i].differences.nr; j++)
			d[j].counter = d[j].counter_text;
		for (size_t j = 0; j < m[i].mappers.nr; j++)
			mapping[j].level = mapping[j].level_text;
	}
}

int audit_result_parse(char *text, struct audit_result *result)
{
	char *rest;

	*result = (struct audit_result){
		.state = "", .statistics = "not-compared",
		.mismatches = {
			.desc = &mismatch_desc,
			.size = sizeof(struct audit_mismatch),
		},
	};
	for (char *line = strtok_r(text, "\n", &rest); line;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (take_line(result, line))
			continue;
		complain("the audit's result has a line that rmapctl does not understand: %s",
			 line);
		return -EPROTO;
	}
	settle(result);
	return 0;
}

void audit_result_free(struct audit_result *result)
{
	const struct audit_mismatch *m = result->mismatches.records;

	for (size_t i = 0; i < result->mismatches.nr; i++) {
		free((void *)m[i].differences.records);
		free((void *)m[i].mappers.records);
	}
	free((void *)result->mismatches.records);
}

bool audit_result_is_wrong(const struct audit_result *result)
{
	return result->mismatched || !strcmp(result->statistics, "drifted");
}

/* ---- in words ---- */

/* The result of an audit in words. */


static const char *plural(uint64_t nr)
{
	return nr == 1 ? "" : "s";
}

/* Prints the reasons, which are the definitions of the fields. */
static void put_skipped(FILE *to, const struct audit_result *result)
{
	for (size_t i = 0; i < audit_result_desc.nr_fields; i++) {
		const struct out_field *field = &audit_result_desc.fields[i];
		uint64_t nr = *(uint64_t *)((char *)result + field->offset);

		if (strncmp(field->key, "skipped_", 8) || !nr)
			continue;
		fprintf(to, "skipped     %" PRIu64 "  %s\n", nr, field->what);
	}
}

static void put_sum(FILE *to, const char *name, const struct audit_sum *sum)
{
	fprintf(to, "  %s: %" PRId64 " to %" PRId64 " pages, the counters add up to %" PRId64
		": drift %" PRId64 ", allowed %" PRId64 "\n", name, sum->low,
		sum->high, sum->counted, sum->drift, sum->allowed);
}

static void put_sums(FILE *to, const struct audit_result *result)
{
	fprintf(to, "statistics  %s\n", result->statistics);
	if (!strcmp(result->statistics, "not-compared"))
		return;
	put_sum(to, "NR_ANON_MAPPED", &result->anon_mapped);
	put_sum(to, "NR_FILE_MAPPED", &result->file_mapped);
}

static bool is_of_pages(const struct audit_difference *d)
{
	return !strcmp(d->counter, "page_mapcount");
}

static void put_difference(FILE *to, const struct audit_mismatch *m,
			   const struct audit_difference *d)
{
	int64_t more = d->says - d->tables;
	uint64_t nr = more < 0 ? -more : more;

	if (!strcmp(d->counter, "layout_none")) {
		fputs("  layout none: of a folio that nobody maps\n", to);
		return;
	}
	if (!strcmp(d->counter, "maybe_mapped_shared")) {
		fputs("  maybe_mapped_shared: the kernel says no, but more than one mm maps the folio\n",
		      to);
		return;
	}
	fprintf(to, "  %s", d->counter);
	if (!strcmp(d->counter, "mm_mapcount"))
		fprintf(to, " of slot %" PRIu64, d->first);
	else if (is_of_pages(d) && d->count == 1)
		fprintf(to, " of page %" PRIu64, d->first);
	else if (is_of_pages(d))
		fprintf(to, " of each of the pages %" PRIu64 "-%" PRIu64,
			d->first, d->first + d->count - 1);
	fprintf(to, ": the counter says %" PRId64, d->says);
	if (m->layout && (is_of_pages(d) || !strcmp(d->counter, "nr_pages_mapped"))) {
		fputs(", but pages of layout none are not counted\n", to);
		return;
	}
	fprintf(to, ", the page tables say %" PRId64, d->tables);
	/* This counter combines a count and a flag. */
	if (!strcmp(d->counter, "nr_pages_mapped"))
		fputc('\n', to);
	else if (more > 0)
		fprintf(to, ":\n    %" PRIu64 " mapping%s counted, but missing in the page tables\n",
			nr, nr == 1 ? " is" : "s are");
	else
		fprintf(to, ":\n    %" PRIu64 " mapping%s in the page tables, but missing in the counter\n",
			nr, nr == 1 ? " is" : "s are");
}

static void put_mapping(FILE *to, const struct mapping *m)
{
	fprintf(to, "  process %" PRIu64 " (", m->pid);
	text_put(to, m->comm);
	if (!m->count) {
		fprintf(to, ") has an area over it at %#" PRIx64 ", but maps none of its pages there:\n"
			"    a missing mapping may have been here\n",
			m->address);
		return;
	}
	fprintf(to, ") maps page%s %" PRIu64, plural(m->count), m->first);
	if (m->count > 1)
		fprintf(to, "-%" PRIu64, m->first + m->count - 1);
	fprintf(to, " at %#" PRIx64 ", by %s", m->address, m->level);
	mapping_put_flags(to, m);
	fputc('\n', to);
}

static void put_more(FILE *to, uint64_t all, size_t told, const char *what)
{
	if (all > told)
		fprintf(to, "  and %" PRIu64 " more %s\n", all - told, what);
}

static void put_mismatch(FILE *to, const struct audit_mismatch *m)
{
	const struct audit_difference *d = m->differences.records;
	const struct mapping *mapping = m->mappers.records;

	fprintf(to, "\nmismatch: the folio at pfn %" PRIu64 " (%#" PRIx64 "), %s, order %" PRIu64 "%s\n",
		m->head_pfn, m->head_pfn, m->kind, m->order,
		m->layout ? ", layout none" : "");
	for (size_t i = 0; i < m->differences.nr; i++)
		put_difference(to, m, &d[i]);
	put_more(to, m->nr_differences, m->differences.nr, "differences");
	if (!m->walked)
		fputs("  its mappings could not be looked for: nothing is counted, so it has no reverse map\n",
		      to);
	else if (!m->nr_mappers)
		fputs("  nobody was found who maps it\n", to);
	for (size_t i = 0; i < m->mappers.nr; i++)
		put_mapping(to, &mapping[i]);
	put_more(to, m->nr_mappers, m->mappers.nr, "mappings or areas");
}

void audit_result_put(FILE *to, const void *rec)
{
	const struct audit_result *result = rec;
	const struct audit_mismatch *m = result->mismatches.records;

	fprintf(to, "%-10s  in %" PRIu64 ".%03" PRIu64 " s\n", result->state,
		result->elapsed_us / 1000000, result->elapsed_us / 1000 % 1000);
	fprintf(to, "scanned     %" PRIu64 " page frame%s: %" PRIu64 " folio%s\n",
		result->scanned, plural(result->scanned), result->folios,
		plural(result->folios));
	fprintf(to, "checked     %" PRIu64 " folio%s: %" PRIu64 " page%s, %" PRIu64 " mapping%s\n",
		result->checked, plural(result->checked),
		result->checked_pages, plural(result->checked_pages),
		result->mappings, plural(result->mappings));
	put_skipped(to, result);
	fprintf(to, "mismatched  %" PRIu64 "\n", result->mismatched);
	put_sums(to, result);
	for (size_t i = 0; i < result->mismatches.nr; i++)
		put_mismatch(to, &m[i]);
	put_more(to, result->mismatched, result->mismatches.nr, "mismatches");
}
