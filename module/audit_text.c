// SPDX-License-Identifier: GPL-2.0
/*
 * The result of an audit as text: first "key: value" lines, then a line
 * "mismatch:" for each mismatch. The indented lines below it say what differs
 * and which processes map the folio.
 */

#include <linux/math64.h>
#include <linux/seq_file.h>
#include <linux/time64.h>

#include "audit.h"
#include "snapshot.h"

static const char *const audit_state_texts[] = {
	[AUDIT_RUNNING]		= "running",
	[AUDIT_FINISHED]	= "finished",
	[AUDIT_INTERRUPTED]	= "interrupted",
};

static_assert(ARRAY_SIZE(audit_state_texts) == NR_AUDIT_STATES);

static const char *const counter_texts[] = {
	[AUDIT_PAGE_MAPCOUNT]	= "page_mapcount",
	[AUDIT_ENTIRE_MAPCOUNT]	= "entire_mapcount",
	[AUDIT_LARGE_MAPCOUNT]	= "large_mapcount",
	[AUDIT_NR_PAGES_MAPPED]	= "nr_pages_mapped",
	[AUDIT_MM_MAPCOUNT]	= "mm_mapcount",
	[AUDIT_MAYBE_SHARED]	= "maybe_mapped_shared",
	[AUDIT_LAYOUT_NONE]	= "layout_none",
};

static_assert(ARRAY_SIZE(counter_texts) == NR_AUDIT_COUNTERS);

static const char *const verdict_texts[] = {
	[AUDIT_FINE]		= "fine",
	[AUDIT_MISMATCH]	= "mismatched",
	[AUDIT_LOCKED]		= "skipped_locked",
	[AUDIT_CONTENDED]	= "skipped_contended",
	[AUDIT_UNSTABLE]	= "skipped_unstable",
	[AUDIT_NO_RMAP]		= "skipped_no_rmap",
	[AUDIT_KSM]		= "skipped_ksm",
	[AUDIT_STACK]		= "skipped_stack",
	[AUDIT_DEVICE]		= "skipped_device",
	[AUDIT_TOO_MANY]	= "skipped_too_many",
	[AUDIT_UNMAPPED]	= "skipped_unmapped",
};

static_assert(ARRAY_SIZE(verdict_texts) == NR_AUDIT_VERDICTS);

static const char *const sum_texts[] = {
	[AUDIT_ANON]	= "anon_mapped",
	[AUDIT_FILE]	= "file_mapped",
};

static_assert(ARRAY_SIZE(sum_texts) == NR_AUDIT_SUMS);

/**
 * audit_state_text - return the word for how far an audit has come
 * @result: its result
 *
 * Context: Any.
 * Return: the word, a constant.
 */
const char *audit_state_text(const struct audit_result *result)
{
	return audit_state_texts[result->state];
}

/**
 * audit_statistics_text - return the word for what the statistics say
 * @result: the result
 *
 * Context: Any.
 * Return: the word, a constant.
 */
const char *audit_statistics_text(const struct audit_result *result)
{
	if (!result->whole || result->state != AUDIT_FINISHED)
		return "not-compared";
	if (!audit_sums_drifted(result))
		return "fine";
	return audit_is_settled(result) ? "drifted" : "undecided";
}

static void audit_show_sum(struct seq_file *s,
			   const struct audit_result *result, int which)
{
	const struct audit_sum *sum = &result->sums[which];
	const char *name = sum_texts[which];

	seq_printf(s, "%s_counted: %ld\n", name, sum->counted);
	seq_printf(s, "%s_low: %ld\n", name, sum->low);
	seq_printf(s, "%s_high: %ld\n", name, sum->high);
	seq_printf(s, "%s_drift: %ld\n", name, audit_drift(result, which));
	seq_printf(s, "%s_allowed: %ld\n", name,
		   audit_drift_allowed(result, which));
}

static void audit_show_mismatch(struct seq_file *s,
				const struct audit_mismatch *m)
{
	const struct audit_difference *d;
	unsigned int i;

	seq_printf(s, "mismatch: folio=%#lx order=%u kind=%s walked=%d differences=%u mappers=%u%s\n",
		   m->head_pfn, m->order, snapshot_kind_text(m->kind), m->walked,
		   m->nr_differences, m->nr_mappers,
		   m->none ? " layout=" RMAP_AB_LAYOUT_NONE : "");
	for (i = 0; i < min(m->nr_differences, AUDIT_MAX_DIFFERENCES); i++) {
		d = &m->differences[i];
		seq_printf(s, "  difference: counter=%s first=%u count=%u says=%d tables=%d\n",
			   counter_texts[d->counter], d->first, d->nr, d->says,
			   d->tables);
	}
	for (i = 0; i < min(m->nr_mappers, AUDIT_MAX_MAPPERS); i++) {
		seq_puts(s, "  mapper: ");
		mappers_show(s, &m->mappers[i]);
	}
}

/**
 * audit_show_result - print a result
 * @s: where to
 * @result: the result; the audit may still be at work
 *
 * Context: Process context.
 */
void audit_show_result(struct seq_file *s, const struct audit_result *result)
{
	u64 folios = 0;
	int i;

	for (i = 0; i < NR_AUDIT_VERDICTS; i++)
		folios += result->verdicts[i];
	seq_printf(s, "state: %s\n", audit_state_text(result));
	seq_printf(s, "start: %#lx\n", result->start);
	seq_printf(s, "end: %#lx\n", result->end);
	seq_printf(s, "position: %#lx\n", result->position);
	seq_printf(s, "elapsed_us: %llu\n",
		   div_u64(result->ns, NSEC_PER_USEC));
	seq_printf(s, "scanned: %lu\n", result->position - result->start);
	seq_printf(s, "folios: %llu\n", folios);
	seq_printf(s, "checked: %llu\n", result->verdicts[AUDIT_FINE] +
		   result->verdicts[AUDIT_MISMATCH]);
	seq_printf(s, "checked_pages: %llu\n", result->pages);
	seq_printf(s, "mappings: %llu\n", result->mappings);
	seq_printf(s, "walks: %llu\n", result->walks);
	for (i = AUDIT_MISMATCH; i < NR_AUDIT_VERDICTS; i++)
		seq_printf(s, "%s: %llu\n", verdict_texts[i],
			   result->verdicts[i]);
	seq_printf(s, "statistics: %s\n", audit_statistics_text(result));
	for (i = 0; i < NR_AUDIT_SUMS; i++)
		audit_show_sum(s, result, i);
	for (i = 0; i < result->nr_mismatches; i++)
		audit_show_mismatch(s, &result->mismatches[i]);
}
