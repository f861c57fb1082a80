// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <unistd.h>

#include "cli/complain.h"
#include "cli/number.h"
#include "cli/terminal.h"
#include "kernel/control.h"
#include "kernel/stats.h"
#include "metrics.h"
#include "noun.h"
#include "status.h"

#define NS_PER_SECOND	1000000000ULL

/* The options. */
static struct {
	bool on;
	bool off;
	bool reset;
	bool openmetrics;
	bool prometheus;
	const char *output;
	bool watch;
	uint64_t interval;
	uint64_t count;
} asked;

static const struct opt options[] = {
	OPT_FLAG("on", "count from now on", &asked.on),
	OPT_FLAG("off", "stop counting; what was counted stays", &asked.off),
	OPT_FLAG("reset", "begin again at 0", &asked.reset),
	OPT_FLAG("watch", "print the counters again and again, with what they grew by a second",
		 &asked.watch),
	OPT_NUMBER("interval", "SECONDS",
		   "with --watch: from one time to the next, 1 if not given",
		   &asked.interval, 1, 86400),
	OPT_NUMBER("count", "N", "with --watch: end after this many times",
		   &asked.count, 1, INT64_MAX),
	OPT_FLAG("prometheus", "print Prometheus text, for node exporter's textfile collector",
		 &asked.prometheus),
	OPT_FLAG("openmetrics", "print OpenMetrics text, for whatever reads that",
		 &asked.openmetrics),
	OPT_TEXT("output", "FILE",
		 "with one of these: into FILE, which others never see half written",
		 &asked.output, words_files),
	{ }
};

static bool asks_metrics(void)
{
	return asked.openmetrics || asked.prometheus;
}

static int check_asked(const struct out *out)
{
	if (asked.on && asked.off)
		complain("--on and --off: which of them?");
	else if (asked.openmetrics && asked.prometheus)
		complain("--openmetrics and --prometheus: which of them?");
	else if (asks_metrics() && out->json)
		complain("metrics are a form of their own: leave out -j");
	else if (asks_metrics() && asked.watch)
		complain("metrics are printed once, for a collector: leave out --watch");
	else if (asked.output && !asks_metrics())
		complain("--output is for --prometheus and --openmetrics");
	else if ((asked.interval || asked.count) && !asked.watch)
		complain("--interval and --count are for --watch");
	else
		return 0;
	return EXIT_USAGE;
}

/* Acts in this order so that no unwanted call is counted. */
static int act(void)
{
	int ret = 0;

	if (asked.off)
		ret = control_write(RMAP_AB_FILE_STATS_ENABLED, "0");
	if (!ret && asked.reset)
		ret = control_write(RMAP_AB_FILE_STATS, "0");
	if (!ret && asked.on)
		ret = control_write(RMAP_AB_FILE_STATS_ENABLED, "1");
	return ret;
}

/* Prints a hint, on stderr, as it is not part of the statistics. */
static void hint(const struct stats *stats)
{
	if (stats->enabled)
		return;
	complain(stats->nr ?
		 "nothing is counted any more: these are calls of before" :
		 "nothing has been counted");
	complain("'rmapctl stats --on' turns counting on");
}

static void show_once(struct out *out, const struct stats *stats,
		      const struct stats_look *before)
{
	stats_show(out, stats, before);
	if (!out->json && !stats->nr && stats->enabled)
		fputs("no operation has been called\n", out->to);
	hint(stats);
}

/* Prints nothing, and leaves FILE as it was, unless it has all of it. */
static int metrics_once(struct out *out)
{
	const enum metrics_form form = asked.prometheus ? METRICS_PROMETHEUS :
				       METRICS_OPENMETRICS;
	struct status status;
	struct stats stats;
	int ret = 0;

	if (status_read(&status))
		return EXIT_KERNEL;
	if (stats_read(&stats)) {
		status_free(&status);
		return EXIT_KERNEL;
	}
	if (asked.output)
		ret = metrics_write(asked.output, form, &stats, &status);
	else
		metrics_put(out->to, form, &stats, &status);
	stats_free(&stats);
	status_free(&status);
	return ret ? EXIT_KERNEL : EXIT_FINE;
}

static int stats_once(struct out *out)
{
	struct stats stats;

	if (stats_read(&stats))
		return EXIT_KERNEL;
	show_once(out, &stats, NULL);
	stats_free(&stats);
	return EXIT_FINE;
}

/* The look before, for rates. */
static struct {
	struct stats stats;
	uint64_t at;
	bool is_there;
} last;

static int stats_again(struct out *out)
{
	struct stats_look before = { .stats = &last.stats };
	struct stats stats;
	uint64_t at;

	if (stats_read(&stats))
		return EXIT_KERNEL;
	at = terminal_now();
	before.seconds = (at - last.at) / (double)NS_PER_SECOND;
	show_once(out, &stats, last.is_there && at > last.at ? &before : NULL);
	if (last.is_there)
		stats_free(&last.stats);
	last.stats = stats;
	last.at = at;
	last.is_there = true;
	return EXIT_FINE;
}

/*
 * Prints statistics repeatedly. A signal may end it, as nothing is to be
 * restored.
 */
static int stats_watch(struct out *out)
{
	const bool clear = !out->json && isatty(fileno(out->to));
	const uint64_t interval = asked.interval ? asked.interval : 1;
	uint64_t deadline = terminal_now();
	int ret = EXIT_FINE;

	out->stream = out->json;
	for (uint64_t i = 0; !ret; i++) {
		if (clear)
			fputs(TERMINAL_HOME TERMINAL_REST, out->to);
		else if (i && !out->json)
			fputc('\n', out->to);
		ret = stats_again(out);
		if (fflush(out->to) || out->error || i + 1 == asked.count)
			break;
		deadline += interval * NS_PER_SECOND;
		terminal_sleep(deadline);
	}
	return ret;
}

static int do_stats(struct out *out, int argc, char **argv)
{
	int ret = check_asked(out);

	(void)argc;
	(void)argv;
	if (ret)
		return ret;
	if (act())
		return EXIT_KERNEL;
	if (asked.watch)
		return stats_watch(out);
	if (asks_metrics())
		return metrics_once(out);
	if (asked.on || asked.off || asked.reset)
		return EXIT_FINE;
	return stats_once(out);
}

const struct noun noun_stats = {
	.name = "stats",
	.args = "",
	.brief = "show how often each operation was called",
	.about = "Shows what has been counted: for each implementation and operation the\n"
		 "calls, and as bars, how many pages they were for. Counting is off until it\n"
		 "is turned on, and costs time while it is on. With --on, --off or --reset the\n"
		 "counters are shown only if --watch, --prometheus or --openmetrics is given, too.",
	.flags = NOUN_JSON,
	.options = options,
	.help = stats_help,
	.run = do_stats,
};
