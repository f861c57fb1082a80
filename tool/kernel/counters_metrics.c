// SPDX-License-Identifier: GPL-2.0
/*
 * OpenMetrics 1.0. What reads it as the older Prometheus text, such as the
 * textfile collector of node exporter, takes "# EOF" for a comment, and counters
 * for untyped; nothing here means two things.
 */
#include <inttypes.h>

#include "cli/array.h"
#include "kernel/counters.h"

#define LABELS	"implementation=\"%s\",operation=\"%s\""

static const struct metric {
	const char *name;
	const char *help;
	size_t offset;
} metrics[] = {
	{ "rmap_ab_calls", "Calls of rmap operations.",
	  offsetof(struct counters_op, calls) },
	{ "rmap_ab_pages", "Pages that rmap operations were called for.",
	  offsetof(struct counters_op, pages) },
	{ "rmap_ab_busy", "Calls of rmap operations that returned -EBUSY.",
	  offsetof(struct counters_op, busy) },
};

static void put_head(FILE *to, const char *name, const char *type,
		     const char *help)
{
	fprintf(to, "# TYPE %s %s\n# HELP %s %s\n", name, type, name, help);
}

static void put_counter(FILE *to, const struct metric *metric,
			const struct counters *counters)
{
	put_head(to, metric->name, "counter", metric->help);
	for (size_t i = 0; i < counters->nr; i++) {
		const struct counters_op *op = &counters->ops[i];

		fprintf(to, "%s_total{" LABELS "} %" PRIu64 "\n", metric->name,
			op->implementation, op->operation,
			*(const uint64_t *)((const char *)op + metric->offset));
	}
}

static void put_histogram(FILE *to, const char *name,
			  const struct counters_op *op, size_t nr)
{
	uint64_t calls = 0;

	/* The last class has no upper end but infinity. */
	for (size_t i = 0; i + 1 < nr; i++) {
		calls += op->batches[i].calls;
		fprintf(to, "%s_bucket{" LABELS ",le=\"%" PRIu64 ".0\"} %" PRIu64
			"\n", name, op->implementation, op->operation,
			2 * op->batches[i].pages - 1, calls);
	}
	fprintf(to, "%s_bucket{" LABELS ",le=\"+Inf\"} %" PRIu64 "\n", name,
		op->implementation, op->operation, op->calls);
	fprintf(to, "%s_count{" LABELS "} %" PRIu64 "\n", name,
		op->implementation, op->operation, op->calls);
	fprintf(to, "%s_sum{" LABELS "} %" PRIu64 "\n", name,
		op->implementation, op->operation, op->pages);
}

void counters_metrics(FILE *to, const struct counters *counters)
{
	static const char name[] = "rmap_ab_batch_pages";

	put_head(to, "rmap_ab_stats_enabled", "gauge",
		 "Whether calls of rmap operations are counted now.");
	fprintf(to, "rmap_ab_stats_enabled %d\n", counters->enabled);
	for (size_t i = 0; i < ARRAY_SIZE(metrics); i++)
		put_counter(to, &metrics[i], counters);
	put_head(to, name, "histogram", "Pages of a call of an rmap operation.");
	for (size_t i = 0; i < counters->nr; i++)
		put_histogram(to, name, &counters->ops[i],
			      counters->nr_batches);
	fputs("# EOF\n", to);
}
