// SPDX-License-Identifier: GPL-2.0
/*
 * The audit finds every wrong counter and describes it correctly. It finds nothing
 * where nothing is wrong, under every load. It stays below the limits of its cost.
 * See --help.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "lib/audit.h"
#include "lib/check.h"
#include "lib/clock.h"
#include "lib/klog.h"
#include "lib/knob.h"
#include "lib/pages.h"
#include "lib/row.h"
#include "lib/suite.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "lib/truth.h"
#include "stress/load.h"
#include "suites/audit.h"

static struct {
	unsigned long seconds, cpus, seed, mib;
	bool figures;
} options = { .seconds = 5, .cpus = 2, .seed = 1, .mib = 256 };

/* ---- control ---- */

static void refusals(void)
{
	static const char *const wrong[] = {
		"", "walk", "run 1 2 3", "run x", "run -1", "run 1 ",
		"run 99999999999999999999999",
	};
	static struct audit_answer answer;
	size_t i;

	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		if (strcmp(wrong[i], "run 1 "))
			must(text_append(RMAP_AB RMAP_AB_FILE_AUDIT, wrong[i]) <
			     0 || !*wrong[i], "'%s' is refused", wrong[i]);
	must(!audit_ask(1ULL << 50, 1ULL << 50, &answer) && !answer.scanned,
	     "beyond all memory there is nothing: %s", answer.text);
}

/* Each question has an answer, from its first byte on. */
static void second_question(void)
{
	const int fd = open(RMAP_AB RMAP_AB_FILE_AUDIT, O_RDWR | O_CLOEXEC);
	char text[8192];

	must(fd >= 0, "open audit");
	must(write(fd, "run 0 512", 9) == 9, "the first one");
	text_read_rest(fd, text, sizeof(text));
	must(strstr(text, "\nend: 0x200\n"), "its answer: %s", text);
	must(write(fd, "run 0 1024", 10) == 10, "the second one");
	must(read(fd, text, 7) == 7 && !memcmp(text, "state: ", 7),
	     "its answer, from the start");
	must(write(fd, "run 0 1536", 10) == 10, "the third one");
	text_read_rest(fd, text, sizeof(text));
	must(!memcmp(text, "state: finished\n", 16) &&
	     strstr(text, "\nend: 0x600\n"), "its answer: %s", text);
	must(strstr(text, "\nanon_mapped_low: 0\n") &&
	     strstr(text, "\nanon_mapped_drift: 0\n"),
	     "of a part, no statistic is read: %s", text);
	close(fd);
}

/* ---- nothing is wrong ---- */

static struct {
	char names[MAX_ROWS][RMAP_AB_NAME_MAX];
	int nr;
	atomic_bool stop;
	int err;
} switches;

static void *keep_switching(void *arg)
{
	const struct timespec pause = { .tv_nsec = 50 * 1000 * 1000 };
	int i;

	(void)arg;
	for (i = 0; !atomic_load(&switches.stop) && !switches.err; i++) {
		switches.err = text_write(IMPLEMENTATION,
					  switches.names[i % switches.nr]);
		/* Time for the load to use it. */
		nanosleep(&pause, NULL);
	}
	return NULL;
}

static struct {
	long audits, checked, skipped, undecided;
	char wrong[2048];
} seen;

static bool audit_once(struct audit_answer *answer)
{
	const int err = audit_ask(0, 0, answer);

	seen.audits++;
	seen.checked += answer->checked;
	seen.skipped += answer->skipped;
	seen.undecided += !!strcmp(answer->statistics, "fine");
	if (!err && !answer->mismatched && strcmp(answer->statistics, "drifted"))
		return true;
	if (!seen.wrong[0])
		snprintf(seen.wrong, sizeof(seen.wrong), "error %d:\n%s", err,
			 answer->text);
	return false;
}

static void audit_for(int seconds)
{
	static struct audit_answer answer;
	const time_t until = time(NULL) + seconds;

	do {
		if (!audit_once(&answer) || load_failed())
			break;
	} while (time(NULL) < until);
}

static void report_seen(const char *name)
{
	tap_note("%ld audits, %ld folios checked, %ld skipped, %ld statistics not comparable",
		 seen.audits, seen.checked, seen.skipped, seen.undecided);
	tap_result(name, seen.wrong[0] ? seen.wrong :
		   seen.checked < 100 * seen.audits ? "hardly anything was checked" :
		   NULL);
	memset(&seen, 0, sizeof(seen));
}

static void under_load(const struct row *rows, int nr)
{
	pthread_t switcher;
	const char *wrong;
	char name[80];
	int i;

	load_start(options.cpus, options.seed);
	for (i = 0; i < nr; i++) {
		snprintf(name, sizeof(name), "load/%s", rows[i].name);
		if (row_enter(&rows[i]))
			snprintf(seen.wrong, sizeof(seen.wrong),
				 "cannot put it in charge");
		audit_for(options.seconds);
		report_seen(name);
	}
	if (pthread_create(&switcher, NULL, keep_switching, NULL))
		exit(2);
	audit_for(options.seconds);
	atomic_store(&switches.stop, true);
	pthread_join(switcher, NULL);
	if (switches.err)
		snprintf(seen.wrong, sizeof(seen.wrong), "a switch failed");
	report_seen("load/while-switching");
	text_write(IMPLEMENTATION, RMAP_AB_BUILTIN);
	wrong = load_stop();
	tap_result("load/contents of memory", wrong);
	audit_for(0);
	if (seen.undecided && !seen.wrong[0])
		snprintf(seen.wrong, sizeof(seen.wrong),
			 "the statistics are off on an idle machine");
	report_seen("load/when it is over");
}

/* ---- figures ---- */

/* The quickest of some: the others were disturbed. */
static double time_audit(struct audit_answer *answer)
{
	double best = 1e9, start;
	int i;

	for (i = 0; i < 7; i++) {
		start = clock_now();
		must(!audit_ask(0, 0, answer), "audit");
		if (clock_now() - start < best)
			best = clock_now() - start;
	}
	return best;
}

static double time_user_space(void)
{
	static char report[1024];
	double best = 1e9, start;
	int i;

	for (i = 0; i < 3; i++) {
		start = clock_now();
		must(!truth_check_all(report, sizeof(report)), "%s", report);
		if (clock_now() - start < best)
			best = clock_now() - start;
	}
	return best;
}

static void measure(size_t mib, double *kernel, double *user, bool huge)
{
	const size_t nr = mib * 256;
	static struct audit_answer answer;
	char *p = pages_map(nr * PAGE, PMD);

	madvise(p, nr * PAGE, huge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
	pages_fill(p, 0, nr, 1);
	*kernel = time_audit(&answer);
	*user = time_user_space();
	tap_note("%4zu MiB mapped by %s: audit %7.1f ms (%6.1f ns a page, %lld walks), user space %7.1f ms: %.1f times",
		 mib, huge ? "2 MiB folios" : "small folios", *kernel * 1e3,
		 *kernel / nr * 1e9, answer.walks, *user * 1e3,
		 *user / *kernel);
	must(!answer.mismatched, "%s", answer.text);
	pages_unmap(p, nr * PAGE);
}

/* The first figure is without: what it costs to look at the machine's rest. */
static void figures(void)
{
	double kernel[4], user[4], slope[2];
	int i;

	tap_note("each figure is the best of some; ns a page include the rest of the machine");
	for (i = 0; i < 4; i++)
		measure(i ? options.mib >> (3 - i) : 1, &kernel[i], &user[i],
			false);
	slope[0] = (kernel[2] - kernel[1]) / (options.mib / 4.0);
	slope[1] = (kernel[3] - kernel[2]) / (options.mib / 2.0);
	tap_note("cost of a further MiB: %.3f ms, then %.3f ms", slope[0] * 1e3,
		 slope[1] * 1e3);
	/* Exact only with --icount; but so much noise there never is. */
	must(kernel[3] - kernel[0] < 2 * 4 * (kernel[1] - kernel[0]),
	     "four times the pages cost about four times as much");
	for (i = 1; i < 4; i++)
		must(user[i] > 5 * kernel[i], "5 times faster than user space");
	measure(options.mib, &kernel[0], &user[0], true);
	must(user[0] > 5 * kernel[0], "5 times faster than user space");
}

/* ---- all of it ---- */

static const struct suite_case control_cases[] = {
	{ "control/refusals", refusals, 0 },
	{ "control/second-question", second_question, 0 },
	{ 0 }
};

static const struct suite_case *const audit_cases[] = {
	audit_planted, audit_matrix, control_cases, audit_crowd,
};

enum { NR_CASES = sizeof(audit_cases) / sizeof(audit_cases[0]) };

static const char *prepare_audit_suite(void)
{
	switches.nr = row_names(switches.names);
	return NULL;
}

static void run_figures(void)
{
	tap_hooks.verbose = true;
	tap_hooks.timeout = 600;
	tap_plan(1);
	tap_run("figures", figures);
}

static void run_audit_suite(void)
{
	const bool load = !options.figures && tap_is_asked_for("load");
	unsigned int nr = load ? suite_nr_rows + 4 : 0;
	int i;

	if (options.figures) {
		run_figures();
		return;
	}
	for (i = 0; i < NR_CASES; i++)
		nr += suite_count(audit_cases[i]);
	tap_plan(nr);
	for (i = 0; i < NR_CASES; i++)
		suite_run_cases(audit_cases[i], "");
	if (!load)
		return;
	knob_try("/sys/kernel/mm/ksm/sleep_millisecs", "20");
	knob_try("/sys/kernel/mm/ksm/run", "1");
	under_load(suite_rows, suite_nr_rows);
	tap_result("no warning in the kernel's log", klog_warning());
}

static const struct suite_option audit_options[] = {
	{ "seconds", "N", "load under each implementation (5)",
	  .number = &options.seconds },
	{ "cpus", "N", "processes of load, each with children (2)",
	  .number = &options.cpus },
	{ "seed", "N", "for the random numbers of the load (1)",
	  .number = &options.seed },
	{ "figures", NULL,
	  "measure instead: audits of three sizes, and the same check from user space",
	  .flag = &options.figures },
	{ "mib", "N", "the largest of the sizes (256)", .number = &options.mib },
	{ 0 }
};

static const struct suite audit_suite = {
	.what = "Plants errors in every counter and expects the audit to find each. Then runs the "
		"audit under load, and while implementations are switched: it must find nothing.",
	.options = audit_options,
	.flags = SUITE_ROWS | SUITE_IMPL | SUITE_CORRUPT | SUITE_SETTINGS,
	.timeout = 300,
	.prepare = prepare_audit_suite,
	.after = knobs_restore,
	.run = run_audit_suite,
};

int main(int argc, char **argv)
{
	return suite_main(&audit_suite, argc, argv);
}
