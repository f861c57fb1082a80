// SPDX-License-Identifier: GPL-2.0
/*
 * `rmapctl bench run` leaves the machine as it was, whatever ends it: signals,
 * SIGKILL, the death of the process that measures or of the one that puts
 * things back, somebody else's switch. Each time only after it has changed
 * things. What was measured before a signal is kept. With --layout, folios have the
 * layouts that it says.
 *
 * rmapctl_bench_test [KILLS]: how often it is killed for each scenario (10).
 */
#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/knob.h"
#include "lib/row.h"
#include "lib/scenario.h"
#include "lib/suite.h"
#include "lib/tap.h"
#include "lib/text.h"

#define THP	"/sys/kernel/mm/transparent_hugepage/"
#define KHUGEPAGED	THP "khugepaged/"
#define POOL	"/proc/sys/vm/nr_hugepages"
#define ORIGINAL	"page"
#define LAYOUT	RMAP_AB RMAP_AB_FILE_LAYOUT
#define WORDS	"/tmp/rmapctl_bench_test"
#define SAMPLES	"/tmp/samples"

enum { PATIENCE = 60, TIMEOUT = 300 };

/* Everything that the benchmark may change, as text. */
static char before[16384], now[16384];

static size_t add_file(char *to, size_t used, size_t size, const char *path)
{
	long len = text_read(path, to + used, size - used);

	must(len >= 0, "read %s", path);
	return used + len;
}

static void settings_read(char *to, size_t size)
{
	size_t used = 0;
	glob_t found;

	must(!glob(THP "hugepages-*kB/*enabled", 0, NULL, &found), "THP sizes");
	for (size_t i = 0; i < found.gl_pathc; i++)
		used = add_file(to, used, size, found.gl_pathv[i]);
	globfree(&found);
	used = add_file(to, used, size, KHUGEPAGED "scan_sleep_millisecs");
	used = add_file(to, used, size, POOL);
	used = add_file(to, used, size, LAYOUT);
	add_file(to, used, size, IMPLEMENTATION);
}

static bool settings_changed(void)
{
	settings_read(now, sizeof(now));
	return strcmp(before, now);
}

/* Not what the benchmark would choose, so that it has something to put back. */
static void settings_make(void)
{
	knob_set(POOL, "1");
	knob_set(THP "hugepages-64kB/enabled", "always");
	knob_set(THP "hugepages-2048kB/enabled", "inherit");
	knob_try(THP "hugepages-64kB/shmem_enabled", "within_size");
	must(!text_write(IMPLEMENTATION, ORIGINAL), "use " ORIGINAL);
	settings_read(before, sizeof(before));
}

/* NULL: without --layout. */
static const char *layouts;

/* What `bench exec` runs in place of a scenario, for a shell. */
static const char *command;

static void run_command(const char *samples, const char *json)
{
	const char *argv[] = {
		"rmapctl", "bench", "exec", "--samples", samples, "--json", json,
		"--impl", "builtin,exclusive", "--", "sh", "-c", command, NULL
	};

	execvp("rmapctl", (char **)argv);
	_exit(127);
}

/* In the child. */
static void run_bench(const char *scenario, const char *samples, const char *json)
{
	const char *argv[] = {
		"rmapctl", "bench", "run", scenario, "--size", "4M", "--folio", "2M",
		"--samples", samples, "--json", json,
		layouts ? "--layout" : NULL, layouts, "--impl", "builtin,exclusive", NULL
	};
	int fd;

	signal(SIGPIPE, SIG_DFL);
	fd = open(WORDS, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	dup2(fd, STDOUT_FILENO);
	dup2(fd, STDERR_FILENO);
	if (command)
		run_command(samples, json);
	execvp("rmapctl", (char **)argv);
	_exit(127);
}

static pid_t start(const char *scenario, const char *samples, const char *json)
{
	const pid_t pid = fork();

	must(pid >= 0, "fork");
	if (!pid)
		run_bench(scenario, samples, json);
	return pid;
}

static void note_words(void)
{
	static char words[8192];

	if (text_read(WORDS, words, sizeof(words)) > 0)
		printf("rmapctl: %s\n", words);
}

/*
 * Wait until the benchmark has switched @switches times and changed a setting.
 * There is no event for either.
 */
static void wait_for_change(pid_t pid, long long seq, int switches)
{
	const time_t until = time(NULL) + PATIENCE + 5 * switches;

	while (text_field(STATUS, "switch_seq") < seq + switches ||
	       !settings_changed() || row_is_current(ORIGINAL)) {
		if (waitpid(pid, NULL, WNOHANG) || time(NULL) > until) {
			note_words();
			must(0, "it changes settings");
		}
		sched_yield();
	}
	must(text_number(KHUGEPAGED "scan_sleep_millisecs", 0) == UINT_MAX,
	     "khugepaged sleeps");
}

static int wait_for_end(pid_t pid)
{
	int status;

	must(waitpid(pid, &status, 0) == pid, "wait");
	note_words();
	return status;
}

static void must_be_as_before(void)
{
	must(!settings_changed(), "all as before:\n%s\nbut now:\n%s", before,
	     now);
}

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE };

enum { NR_SIGNALS = sizeof(signals) / sizeof(signals[0]) };

static const char *scenario;

static void signals_come(void)
{
	long long seq;
	int i, status;
	pid_t pid;

	for (i = 0; i < NR_SIGNALS; i++) {
		settings_make();
		seq = text_field(STATUS, "switch_seq");
		pid = start(scenario, "1000", SAMPLES);
		wait_for_change(pid, seq, 1 + i);
		must(!kill(pid, signals[i]), "send a signal");
		status = wait_for_end(pid);
		must(WIFSIGNALED(status) && WTERMSIG(status) == signals[i],
		     "it dies of signal %d, not with status %#x", signals[i],
		     status);
		must_be_as_before();
	}
}

/* Enough for cells with the least number of samples, then it takes more. */
static void a_signal_keeps_what_was_measured(void)
{
	static char text[65536];
	const long long seq = text_field(STATUS, "switch_seq");
	char names[MAX_ROWS][RMAP_AB_NAME_MAX];
	const int nr = row_names(names);
	int status;
	pid_t pid;

	settings_make();
	pid = start(scenario, "1000", SAMPLES);
	wait_for_change(pid, seq, 1 + 7 * nr);
	must(!kill(pid, SIGINT), "send a signal");
	status = wait_for_end(pid);
	must(WIFSIGNALED(status) && WTERMSIG(status) == SIGINT, "status %#x",
	     status);
	must(text_read(SAMPLES, text, sizeof(text)) > 0, "samples are written");
	must(strstr(text, "\"interrupted\":true"), "it says so: %.400s", text);
	must(strstr(text, "\"samples\":{\"ns\":["), "samples: %.400s", text);
	must(text_read(WORDS, text, sizeof(text)) > 0, "words");
	must(strstr(text, "\ninterrupted  "), "the tables say so");
	must(strstr(text, "\nsamples      "), "there are tables");
	must_be_as_before();
}

/*
 * The processes whose parent is @pid, in the order of their start: the one that
 * puts things back, and mostly the one that measures.
 */
static void children_of(pid_t pid, int *keeper, int *worker)
{
	char path[64], text[64] = "";

	*keeper = 0;
	*worker = 0;
	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
	if (text_read(path, text, sizeof(text)) > 0)
		sscanf(text, "%d %d", keeper, worker);
}

static void worker_is_killed(void)
{
	const long long seq = text_field(STATUS, "switch_seq");
	int status, keeper, worker;
	pid_t pid;

	settings_make();
	pid = start(scenario, "1000", SAMPLES);
	wait_for_change(pid, seq, 3);
	do {
		children_of(pid, &keeper, &worker);
	} while (!worker || kill(worker, SIGKILL));
	status = wait_for_end(pid);
	must(WIFEXITED(status) && WEXITSTATUS(status) == 2, "status %#x", status);
	must_be_as_before();
}

static void keeper_is_killed(void)
{
	const long long seq = text_field(STATUS, "switch_seq");
	int status, keeper, worker;
	pid_t pid;

	settings_make();
	pid = start(scenario, "1000", SAMPLES);
	wait_for_change(pid, seq, 2);
	children_of(pid, &keeper, &worker);
	must(keeper && !kill(keeper, SIGKILL), "kill %d", keeper);
	must(!kill(pid, SIGTERM), "send a signal");
	status = wait_for_end(pid);
	must(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "status %#x",
	     status);
	must_be_as_before();
}

/* A first run says when a system call begins or ends: one of these is chosen. */
static long step(pid_t pid, long nr, int *status)
{
	int signal = 0;
	long i;

	for (i = 0; i < nr; i++) {
		must(!ptrace(PTRACE_SYSCALL, pid, NULL, signal), "ptrace");
		must(waitpid(pid, status, 0) == pid, "wait");
		if (!WIFSTOPPED(*status))
			break;
		signal = WSTOPSIG(*status);
		/* exec(), and what was asked for */
		if (signal == SIGTRAP)
			signal = 0;
	}
	return i;
}

/*
 * @nr stops after its start it is killed; returns how many there were. When all
 * of its children have ended, nobody holds the pipe any more.
 */
static long run_and_kill(long nr)
{
	int over[2], status;
	long stops;
	char byte;
	pid_t pid;

	must(!pipe(over), "pipe");
	pid = fork();
	must(pid >= 0, "fork");
	if (!pid) {
		close(over[0]);
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		run_bench(scenario, "6", SAMPLES);
	}
	close(over[1]);
	must(waitpid(pid, &status, 0) == pid && WIFSTOPPED(status), "exec");
	stops = step(pid, nr, &status);
	if (stops == nr) {
		must(!kill(pid, SIGKILL), "kill");
		wait_for_end(pid);
	}
	must(!read(over[0], &byte, 1), "the end of all");
	close(over[0]);
	return stops;
}

static unsigned long nr_kills = 10;

static void it_is_killed(void)
{
	unsigned long changed = 0;
	long all, at;

	settings_make();
	all = run_and_kill(1000000);
	must_be_as_before();
	srandom(getpid());
	for (unsigned long i = 0; i < nr_kills; i++) {
		const long long seq = text_field(STATUS, "switch_seq");

		/* Half of the run is a preparation that changes nothing. */
		at = all / 4 + random() % (all - all / 4);
		run_and_kill(at);
		changed += text_field(STATUS, "switch_seq") > seq;
		must(!settings_changed(), "killed after %ld of %ld\n%s\nbut now:\n%s",
		     at, all, before, now);
	}
	must(changed > nr_kills / 3, "only %lu of %lu had changed something",
	     changed, nr_kills);
}

/* It says so at once, and what is there stays until there is something. */
static void result_cannot_be_written(void)
{
	char text[64];
	long long seq;
	int status;

	settings_make();
	seq = text_field(STATUS, "switch_seq");
	status = wait_for_end(start(scenario, "6", "/nowhere/samples"));
	must(WIFEXITED(status) && WEXITSTATUS(status) == 2, "status %#x", status);
	must(text_field(STATUS, "switch_seq") == seq, "nothing was measured");
	must_be_as_before();
	close(open(SAMPLES, O_WRONLY | O_CREAT, 0600));
	must(!text_write(SAMPLES, "precious"), "a file");
	status = wait_for_end(start(scenario, "7", SAMPLES));
	must(WIFEXITED(status) && WEXITSTATUS(status) == 1, "status %#x", status);
	must(text_read(SAMPLES, text, sizeof(text)) > 0 &&
	     !strcmp(text, "precious"), "it is still there");
}

static void all_is_well(void)
{
	int status;

	settings_make();
	status = wait_for_end(start(scenario, "6", SAMPLES));
	must(!status, "status %#x", status);
	must_be_as_before();
}

/* His choice stays; the rest is put back. */
static void somebody_else_switches(void)
{
	const long long seq = text_field(STATUS, "switch_seq");
	int status;
	pid_t pid;

	settings_make();
	pid = start(scenario, "1000", SAMPLES);
	wait_for_change(pid, seq, 2);
	/* Not once: between the last look and a switch there is a moment. */
	do {
		must(!text_write(IMPLEMENTATION, "batch"), "use batch");
	} while (!waitpid(pid, &status, WNOHANG));
	note_words();
	must(WIFEXITED(status) && WEXITSTATUS(status) == 2, "status %#x", status);
	must(row_is_current("batch"), "batch is in use");
	must(!text_write(IMPLEMENTATION, ORIGINAL), "use " ORIGINAL);
	must_be_as_before();
}

/* A fork costs more or less by where things lie. */
static void nothing_is_random(void)
{
	const long long seq = text_field(STATUS, "switch_seq");
	unsigned long personality = 0;
	char path[64], word[32] = "";
	pid_t pid;

	settings_make();
	pid = start(scenario, "1000", SAMPLES);
	wait_for_change(pid, seq, 1);
	snprintf(path, sizeof(path), "/proc/%d/personality", pid);
	if (text_read(path, word, sizeof(word)) > 0)
		personality = strtoul(word, NULL, 16);
	snprintf(path, sizeof(path), "/proc/%d/comm", pid);
	text_read(path, word, sizeof(word));
	must(!kill(pid, SIGTERM), "send a signal");
	wait_for_end(pid);
	must(personality & ADDR_NO_RANDOMIZE, "its personality is %#lx",
	     personality);
	must(!strncmp(word, "rmapctl", strlen("rmapctl")), "its name is %s",
	     word);
	must_be_as_before();
}

/* ---- layouts ---- */

/* Where its memory is. */
#define AREA_AT	0x100000000000ULL

static bool has_layouts(void)
{
	char names[64];

	must(text_read(LAYOUT, names, sizeof(names)) > 0, "read layout");
	return strstr(names, RMAP_AB_LAYOUT_NONE);
}

/* The benchmark finds @first, and begins with another one: it has something to put back. */
static void layouts_make(const char *first, const char *which)
{
	if (!has_layouts())
		tap_skip("the kernel has no CONFIG_RMAP_LAYOUT");
	knob_set(LAYOUT, first);
	layouts = which;
	settings_make();
}

static void refused(int code, const char *words)
{
	static char text[4096];
	const int status = wait_for_end(start(scenario, "6", SAMPLES));

	must(WIFEXITED(status) && WEXITSTATUS(status) == code, "status %#x", status);
	must(text_read(WORDS, text, sizeof(text)) > 0 && strstr(text, words), "'%s' in '%s'",
	     words, text);
	must_be_as_before();
}

static void layouts_are_refused(void)
{
	settings_make();
	layouts = "page,none";
	if (!has_layouts()) {
		refused(2, "this kernel has no layouts to choose from");
		return;
	}
	layouts = "none,none";
	refused(1, "--layout names 'none' twice");
	layouts = "page,total";
	refused(1, "there is no layout 'total'");
}

static bool read_word(const char *path, uint64_t at, void *to, size_t size)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : pread(fd, to, size, at);

	if (fd >= 0)
		close(fd);
	return got == (ssize_t)size;
}

/*
 * Looks at what the process that measures has mapped, if there is one and its memory is
 * there. Returns false if not.
 */
static bool folio_of_worker(pid_t bench, struct rmap_ab_page *page)
{
	int keeper, worker;
	char path[64];
	uint64_t entry;

	children_of(bench, &keeper, &worker);
	snprintf(path, sizeof(path), "/proc/%d/pagemap", worker);
	if (!worker || !read_word(path, AREA_AT / 4096 * 8, &entry, sizeof(entry)) ||
	    !(entry >> 63))
		return false;
	return read_word(RMAP_AB RMAP_AB_FILE_PAGE_STATE,
			 (entry & ((1ULL << 55) - 1)) * sizeof(*page), page,
			 sizeof(*page)) &&
	       page->order && page->large_mapcount > 0;
}

/* rmapctl verifies it, too; this does not rely on that. There is no event to wait for. */
static void wait_for_both(pid_t pid)
{
	const time_t until = time(NULL) + 4 * PATIENCE;
	struct rmap_ab_page page;
	unsigned int seen = 0;

	while (seen != 3) {
		if (folio_of_worker(pid, &page))
			seen |= page.flags & RMAP_AB_FOLIO_LAYOUT_NONE ? 2 : 1;
		if (waitpid(pid, NULL, WNOHANG) || time(NULL) > until) {
			note_words();
			must(0, "folios of both layouts: %u", seen);
		}
		sched_yield();
	}
}

static void both_layouts_are_measured(void)
{
	static char text[65536];
	int status;
	pid_t pid;

	layouts_make("none", "page,none");
	pid = start(scenario, "1000", SAMPLES);
	wait_for_both(pid);
	must(!kill(pid, SIGTERM), "send a signal");
	status = wait_for_end(pid);
	must(WIFSIGNALED(status), "status %#x", status);
	must_be_as_before();
	must(!wait_for_end(start(scenario, "6", SAMPLES)), "it ends");
	must_be_as_before();
	must(text_read(SAMPLES, text, sizeof(text)) > 0, "samples");
	must(strstr(text, "\"impl\":\"exclusive\",\"layout\":\"page\",") &&
	     strstr(text, "\"impl\":\"builtin\",\"layout\":\"none\","), "both layouts: %.400s",
	     text);
	must(text_read(WORDS, text, sizeof(text)) > 0 && strstr(text, "  exclusive/none\n"),
	     "both in the table");
}

static void it_is_killed_between_layouts(void)
{
	layouts_make("page", "none,page");
	it_is_killed();
}

static void somebody_else_chooses_a_layout(void)
{
	const long long seq = text_field(STATUS, "switch_seq");
	char now[16];
	int status;
	pid_t pid;

	layouts_make("page", "page");
	pid = start(scenario, "1000", SAMPLES);
	wait_for_change(pid, seq, 2);
	must(!text_write(LAYOUT, RMAP_AB_LAYOUT_NONE), "choose none");
	status = wait_for_end(pid);
	must(WIFEXITED(status) && WEXITSTATUS(status) == 2, "status %#x", status);
	must(!knob_get(LAYOUT, now, sizeof(now)) && !strcmp(now, RMAP_AB_LAYOUT_NONE),
	     "his choice stays: %s", now);
	must(!text_write(LAYOUT, RMAP_AB_LAYOUT_PAGE), "choose page");
	must_be_as_before();
}

/* ---- a command of the user's ---- */

#define SEEN	"/tmp/seen"

static void start_over(void)
{
	settings_make();
	unlink(SEEN);
}

/* The first run warms up; then columns take turns, forth and back. */
static void command_runs_under_each(void)
{
	static const char *const order[] = {
		"builtin", "builtin", "exclusive", "exclusive", "builtin",
		"builtin", "exclusive", "exclusive", "builtin",
		"builtin", "exclusive", "exclusive", "builtin",
	};
	char text[4096], *at = text;

	start_over();
	command = "grep -o '\\[.*\\]' " IMPLEMENTATION " >>" SEEN;
	must(!wait_for_end(start("", "6", SAMPLES)), "it is measured");
	must(text_read(SEEN, text, sizeof(text)) > 0, "the command has run");
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		const size_t len = strlen(order[i]);

		must(at[0] == '[' && !strncmp(at + 1, order[i], len) && at[1 + len] == ']',
		     "run %zu is under %s: %s", i, order[i], at);
		at += len + 3;
	}
	must(!*at, "and no other: %s", at);
	must(text_read(SAMPLES, text, sizeof(text)) > 0 && strstr(text, "\"user_ns\":["),
	     "samples: %.400s", text);
	must_be_as_before();
}

static void command_fails(void)
{
	char text[4096];
	int status;

	start_over();
	command = "grep -q '\\[builtin\\]' " IMPLEMENTATION;
	status = wait_for_end(start("", "6", SAMPLES));
	must(WIFEXITED(status) && WEXITSTATUS(status) == 2, "status %#x", status);
	must(text_read(WORDS, text, sizeof(text)) > 0 &&
	     strstr(text, "sh ended with exit status 1") &&
	     strstr(text, "that was under 'exclusive', in sample 1"), "%s", text);
	must_be_as_before();
}

/* Its input is nothing, so it stays until the signal has reached it. */
static void command_is_ended_by_a_signal(void)
{
	int status;
	pid_t pid;

	start_over();
	command = "grep -q '\\[builtin\\]' " IMPLEMENTATION " || "
		  "{ echo $$ >" SEEN "; exec sleep 1000; }";
	pid = start("", "6", SAMPLES);
	while (!text_number(SEEN, 0)) {
		must(!waitpid(pid, NULL, WNOHANG), "it runs");
		sched_yield();
	}
	must(!kill(pid, SIGTERM), "send a signal");
	status = wait_for_end(pid);
	must(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM, "status %#x", status);
	must(kill(text_number(SEEN, 0), 0), "the command has ended, too");
	must_be_as_before();
}

static const struct suite_case command_cases[] = {
	{ "runs under each", command_runs_under_each, 0 },
	{ "fails", command_fails, 0 },
	{ "is ended by a signal", command_is_ended_by_a_signal, 0 },
	{ 0 }
};

static const struct suite_case layout_cases[] = {
	{ "layouts are refused", layouts_are_refused, 0 },
	{ "both layouts are measured", both_layouts_are_measured, 0 },
	{ "it is killed between layouts", it_is_killed_between_layouts, 0 },
	{ "somebody else chooses a layout", somebody_else_chooses_a_layout, 0 },
	{ 0 }
};

static const struct suite_case bench_cases[] = {
	{ "it ends by itself", all_is_well, 0 },
	{ "nothing is random", nothing_is_random, 0 },
	{ "signals", signals_come, 0 },
	{ "a signal keeps what was measured", a_signal_keeps_what_was_measured, 0 },
	{ "it is killed", it_is_killed, 0 },
	{ "the process that measures is killed", worker_is_killed, 0 },
	{ "the process that puts things back is killed", keeper_is_killed, 0 },
	{ "the result cannot be written", result_cannot_be_written, 0 },
	{ "somebody else switches", somebody_else_switches, 0 },
	{ 0 }
};

/* Whoever ends the process that measures must end those that it has started, too. */
static const struct suite_case several_cases[] = {
	{ "it ends by itself", all_is_well, 0 },
	{ "signals", signals_come, 0 },
	{ "it is killed", it_is_killed, 0 },
	{ "the process that measures is killed", worker_is_killed, 0 },
	{ "the process that puts things back is killed", keeper_is_killed, 0 },
	{ 0 }
};

/* Its processes are those of contend; what they do is its own. */
static const struct suite_case library_cases[] = {
	{ "it ends by itself", all_is_well, 0 },
	{ 0 }
};

/* One for each kind of settings. */
static const char *const scenarios[] = { "fork", "shmem-map", "hugetlb-fork" };

enum { NR_SCENARIOS = sizeof(scenarios) / sizeof(scenarios[0]) };

static void run_bench_suite(void)
{
	char prefix[64];
	int i;

	tap_hooks.timeout = TIMEOUT + 10 * nr_kills;
	tap_plan(suite_count(bench_cases) * NR_SCENARIOS + suite_count(several_cases) +
		 suite_count(library_cases) + suite_count(layout_cases) +
		 suite_count(command_cases));
	for (i = 0; i < NR_SCENARIOS; i++) {
		scenario = scenarios[i];
		snprintf(prefix, sizeof(prefix), "%s: ", scenario);
		suite_run_cases(bench_cases, prefix);
	}
	scenario = "contend";
	suite_run_cases(several_cases, "contend: ");
	scenario = "library";
	suite_run_cases(library_cases, "library: ");
	scenario = scenarios[0];
	suite_run_cases(layout_cases, "fork: ");
	suite_run_cases(command_cases, "a command ");
	/* A module in charge cannot be unloaded. */
	text_write(IMPLEMENTATION, RMAP_AB_BUILTIN);
}

static const struct suite_option bench_options[] = {
	{ "kills", "N", "how often each process is killed", .number = &nr_kills },
	{ 0 }
};

static const struct suite bench_suite = {
	.what = "Ends rmapctl bench in every way and expects the machine as it was.",
	.options = bench_options,
	.operand = "kills",
	.flags = SUITE_ROWS,
	.after = knobs_restore,
	.run = run_bench_suite,
};

int main(int argc, char **argv)
{
	return suite_main(&bench_suite, argc, argv);
}
