// SPDX-License-Identifier: GPL-2.0
/* The result of an audit in words. */
#include <inttypes.h>
#include <string.h>

#include "cli/text.h"
#include "kernel/audit_result.h"

static const char *plural(uint64_t nr)
{
	return nr == 1 ? "" : "s";
}

/* The reasons are the definitions of the fields. */
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

static void put_difference(FILE *to, const struct audit_difference *d)
{
	int64_t more = d->says - d->tables;
	uint64_t nr = more < 0 ? -more : more;

	fprintf(to, "  %s", d->counter);
	if (is_of_pages(d) && d->count == 1)
		fprintf(to, " of page %" PRIu64, d->first);
	else if (is_of_pages(d))
		fprintf(to, " of each of the pages %" PRIu64 "-%" PRIu64,
			d->first, d->first + d->count - 1);
	fprintf(to, ": the counter says %" PRId64 ", the page tables say %" PRId64,
		d->says, d->tables);
	/* That one is made of a count and a flag. */
	if (!strcmp(d->counter, "nr_pages_mapped"))
		fputc('\n', to);
	else if (more > 0)
		fprintf(to, ":\n    %" PRIu64 " mapping%s counted, but missing in the page tables\n",
			nr, nr == 1 ? " is" : "s are");
	else
		fprintf(to, ":\n    %" PRIu64 " mapping%s in the page tables, but missing in the counter\n",
			nr, nr == 1 ? " is" : "s are");
}

static void put_mapper(FILE *to, const struct mapper *m)
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
	mapper_put_flags(to, m);
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
	const struct mapper *mapper = m->mappers.records;

	fprintf(to, "\nmismatch: the folio at pfn %" PRIu64 " (%#" PRIx64 "), %s, order %" PRIu64 "\n",
		m->head_pfn, m->head_pfn, m->kind, m->order);
	for (size_t i = 0; i < m->differences.nr; i++)
		put_difference(to, &d[i]);
	put_more(to, m->nr_differences, m->differences.nr, "differences");
	if (!m->walked)
		fputs("  its mappings could not be looked for: nothing is counted, so it has no reverse map\n",
		      to);
	else if (!m->nr_mappers)
		fputs("  nobody was found who maps it\n", to);
	for (size_t i = 0; i < m->mappers.nr; i++)
		put_mapper(to, &mapper[i]);
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
