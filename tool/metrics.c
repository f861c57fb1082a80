// SPDX-License-Identifier: GPL-2.0
/*
 * Metrics in the two text formats. Node exporter's textfile collector reads the
 * older one alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/array.h"
#include "cli/complain.h"
#include "metrics.h"

#define LABELS	"implementation=\"%s\",operation=\"%s\""

static const struct metric {
	const char *name;
	const char *help;
	size_t offset;
} metrics[] = {
	{ "rmap_ab_calls", "Calls of rmap operations.",
	  offsetof(struct stats_op, calls) },
	{ "rmap_ab_pages", "Pages that rmap operations were called for.",
	  offsetof(struct stats_op, pages) },
	{ "rmap_ab_busy", "Calls of rmap operations that returned -EBUSY.",
	  offsetof(struct stats_op, busy) },
};

static void put_head(FILE *to, const char *name, const char *type,
		     const char *help)
{
	fprintf(to, "# TYPE %s %s\n# HELP %s %s\n", name, type, name, help);
}

static void put_counter_head(FILE *to, enum metrics_form form, const char *name,
			     const char *help)
{
	char total[64];

	snprintf(total, sizeof(total), "%s%s", name,
		 form == METRICS_PROMETHEUS ? "_total" : "");
	put_head(to, total, "counter", help);
}

static void put_counter(FILE *to, enum metrics_form form,
			const struct metric *metric, const struct stats *stats)
{
	put_counter_head(to, form, metric->name, metric->help);
	for (size_t i = 0; i < stats->nr; i++) {
		const struct stats_op *op = &stats->ops[i];

		fprintf(to, "%s_total{" LABELS "} %" PRIu64 "\n", metric->name,
			op->implementation, op->operation,
			*(const uint64_t *)((const char *)op + metric->offset));
	}
}

static void put_histogram(FILE *to, const char *name,
			  const struct stats_op *op, size_t nr)
{
	uint64_t calls = 0;

	/* The upper end of the last class is infinity. */
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

static void put_stats(FILE *to, enum metrics_form form, const struct stats *stats)
{
	static const char name[] = "rmap_ab_batch_pages";

	put_head(to, "rmap_ab_stats_enabled", "gauge",
		 "Whether calls of rmap operations are counted now.");
	fprintf(to, "rmap_ab_stats_enabled %d\n", stats->enabled);
	for (size_t i = 0; i < ARRAY_SIZE(metrics); i++)
		put_counter(to, form, &metrics[i], stats);
	put_head(to, name, "histogram", "Pages of a call of an rmap operation.");
	for (size_t i = 0; i < stats->nr; i++)
		put_histogram(to, name, &stats->ops[i], stats->nr_batches);
}

/* Another module's name may have any character. */
static void put_label(FILE *to, const char *name, const char *value)
{
	fprintf(to, "%s=\"", name);
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			fputc('\\', to);
		fputc(*value, to);
	}
	fputc('"', to);
}

/* The older format has no type for a metric that is all labels. */
static void put_status(FILE *to, enum metrics_form form, const struct status *status)
{
	if (form == METRICS_OPENMETRICS)
		put_head(to, "rmap_ab", "info", "What counts mappings now.");
	else
		put_head(to, "rmap_ab_info", "gauge", "What counts mappings now.");
	fputs("rmap_ab_info{", to);
	put_label(to, "implementation", status->current);
	fputc(',', to);
	put_label(to, "state", status->state);
	fputs("} 1\n", to);
	put_counter_head(to, form, "rmap_ab_switches",
			 "Switches since the module was loaded.");
	fprintf(to, "rmap_ab_switches_total %" PRIu64 "\n", status->switch_seq);
	put_counter_head(to, form, "rmap_ab_reverts",
			 "Times that an error, or SysRq-B, led back to builtin.");
	fprintf(to, "rmap_ab_reverts_total %" PRIu64 "\n", status->nr_reverts);
}

void metrics_put(FILE *to, enum metrics_form form, const struct stats *stats,
		 const struct status *status)
{
	put_status(to, form, status);
	put_stats(to, form, stats);
	if (form == METRICS_OPENMETRICS)
		fputs("# EOF\n", to);
}

/* ---- into a file ---- */

/* mkostemp() makes it for its owner alone; collectors are somebody else. */
static FILE *new_file(char *name)
{
	const mode_t mask = umask(0);
	int fd = mkostemp(name, O_CLOEXEC), err;
	FILE *file = NULL;

	umask(mask);
	if (fd < 0)
		return NULL;
	if (!fchmod(fd, 0666 & ~mask))
		file = fdopen(fd, "w");
	if (file)
		return file;
	err = errno;
	close(fd);
	unlink(name);
	errno = err;
	return NULL;
}

static int close_file(FILE *file)
{
	const bool bad = ferror(file);

	if (fclose(file))
		return -errno;
	return bad ? -EIO : 0;
}

int metrics_write(const char *path, enum metrics_form form,
		  const struct stats *stats, const struct status *status)
{
	int err = -ENOMEM;
	char *name;
	FILE *file;

	if (asprintf(&name, "%s.XXXXXX", path) < 0)
		return complain_errno(-err, "cannot write '%s'", path);
	file = new_file(name);
	if (!file) {
		err = -errno;
		goto out;
	}
	metrics_put(file, form, stats, status);
	err = close_file(file);
	if (!err && rename(name, path))
		err = -errno;
	if (err)
		unlink(name);
out:
	free(name);
	return err ? complain_errno(-err, "cannot write '%s'", path) : 0;
}
