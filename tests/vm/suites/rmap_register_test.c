// SPDX-License-Identifier: GPL-2.0
/*
 * Implementations that other modules register: each is an equal, can always be left, and
 * goes with its module, whatever that does wrong. rmap_own.ko registers them.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/klog.h"
#include "lib/kmod.h"
#include "lib/ops.h"
#include "lib/row.h"
#include "lib/suite.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "lib/tool.h"
#include "lib/truth.h"

#define PARAMETERS "/sys/module/rmap_own/parameters/"
#define STATS RMAP_AB RMAP_AB_FILE_STATS
#define LAYOUT RMAP_AB RMAP_AB_FILE_LAYOUT
#define TRACING "/sys/kernel/tracing/"
#define OWN "own"

static struct {
	unsigned long seconds;
} options = { .seconds = 5 };

static char text[65536];

static int use(const char *name)
{
	return text_write(IMPLEMENTATION, name);
}

static bool is_there(const char *name)
{
	char names[MAX_ROWS][RMAP_AB_NAME_MAX];
	const int nr = row_names(names);
	int i;

	for (i = 0; i < nr; i++)
		if (!strcmp(names[i], name))
			return true;
	return false;
}

static bool file_says(const char *file, const char *words)
{
	return text_read(file, text, sizeof(text)) > 0 && strstr(text, words);
}

static void load(const char *params)
{
	const int err = kmod_load("rmap_own", params);

	must(!err, "load rmap_own %s: %s", params, strerror(-err));
}

static void unload(void)
{
	const int err = kmod_unload("rmap_own");

	must(!err, "unload rmap_own: %s", strerror(-err));
}

static void must_be_refused(const char *params, int err, const char *why)
{
	int got = kmod_load("rmap_own", params);

	/* Linux 7.3 keeps EEXIST for modules that are there already. */
	if (got == -EBUSY && err == -EEXIST)
		got = err;
	must(got == err, "load rmap_own %s: %d instead of %d", params, got, err);
	must(file_says(ERROR_LOG, why), "error_log says: %s", why);
	must(!kmod_loaded("rmap_own"), "it is not loaded");
}

/* Whatever a test has left. */
static void put_back(void)
{
	text_write(PARAMETERS "go", "1");
	text_write(RMAP_AB RMAP_AB_FILE_GUARD, "clear");
	text_write(RMAP_AB RMAP_AB_FILE_GUARD, "0");
	text_write(RMAP_AB RMAP_AB_FILE_STATS_ENABLED, "0");
	text_write(RMAP_AB RMAP_AB_FILE_TRACE_OPS, "0");
	text_write(TRACING "events/rmap_ab/enable", "0");
	use(RMAP_AB_BUILTIN);
	text_write(LAYOUT, RMAP_AB_LAYOUT_PAGE);
	kmod_unload("rmap_own");
}

/* Each page's mapping goes. */
static void map_and_unmap(void)
{
	const size_t size = 64 * 4096;
	char *area = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	must(area != MAP_FAILED, "map an area");
	memset(area, 1, size);
	must(!munmap(area, size), "unmap it");
}

/* ---- an equal ------------------------------------------------------------------ */
static void appears(void)
{
	must(!is_there(OWN), "not before");
	load("");
	must(is_there(OWN), "it is in the file");
	must(row_is_current(RMAP_AB_BUILTIN), "and not in use");
	must(!tool_ask(text, sizeof(text), "status") && strstr(text, OWN),
	     "rmapctl status has it: %s", text);
	unload();
	must(!is_there(OWN), "not after");
}

static void is_used(void)
{
	load("");
	must(!tool_ask(text, sizeof(text), "use " OWN), "rmapctl use: %s", text);
	must(row_is_current(OWN), "it is in charge");
	must(file_says(STATUS, "state: " RMAP_AB_STATE_ACTIVE "\n") &&
	     file_says(STATUS, "current: " OWN "\n"), "status says so");
	map_and_unmap();
	must(text_number(PARAMETERS "calls", 0) >= 64, "it was called");
	must(!text_write("/sys/module/rmap_ab/parameters/implementation", "control"),
	     "leave it by the parameter");
	must(!text_write("/sys/module/rmap_ab/parameters/implementation", OWN),
	     "use it by the parameter");
	must(row_is_current(OWN), "it is in charge again");
}

static void is_pinned(void)
{
	load("");
	must(kmod_unload("rmap_ab") == -EWOULDBLOCK, "rmap_ab stays for it");
	must(!use(OWN), "use it");
	must(kmod_unload("rmap_own") == -EWOULDBLOCK, "in use");
	must(!use(OWN), "use it again");
	must(!use("control"), "use another one");
	unload();
	must(file_says(STATUS, "previous: " OWN "\n"), "status knows its name");
	load("");
	must(!use(OWN) && !use(RMAP_AB_BUILTIN), "use it, and leave it");
	unload();
	must(!kmod_unload("rmap_ab") && !kmod_load("rmap_ab", ""), "rmap_ab may go");
}

static void refused_use_unpins(void)
{
	load("");
	must(!text_write(RMAP_COUNT "installed", "1"), "another module's set");
	must(use(OWN) == -EBUSY, "is in the way");
	must(!text_write(RMAP_COUNT "installed", "0"), "is not any more");
	unload();
}

static void with_layers(void)
{
	static const char *const on[] = {
		RMAP_AB_FILE_STATS_ENABLED, RMAP_AB_FILE_TRACE_OPS, RMAP_AB_FILE_GUARD,
	};
	char path[128];
	size_t i;

	load("");
	must(!use(OWN), "use it");
	for (i = 0; i < sizeof(on) / sizeof(on[0]); i++) {
		snprintf(path, sizeof(path), RMAP_AB "%s", on[i]);
		must(!text_write(path, "1"), "%s on", on[i]);
	}
	must(!text_write(TRACING "trace", "\n"), "forget the trace");
	must(!text_write(TRACING "events/rmap_ab/folio_remove_rmap_ptes/enable", "1"),
	     "the tracepoint");
	map_and_unmap();
	must(!text_write(TRACING "events/rmap_ab/folio_remove_rmap_ptes/enable", "0"),
	     "enough");
	must(file_says(STATS, "\n" OWN " folio_remove_rmap_ptes "), "its counters");
	must(file_says(TRACING "trace", "implementation=" OWN), "its trace");
	must(row_is_current(OWN), "the guard has found nothing");
	must(kmod_unload("rmap_own") == -EWOULDBLOCK, "in use");
	/* Counters of others stay, and go on. */
	must(!use("control"), "use another one");
	map_and_unmap();
	unload();
	must(!file_says(STATS, "\n" OWN " "), "its counters are gone");
	must(file_says(STATS, "\ncontrol "), "those of others are not");
	load("");
	must(!use(OWN), "use it anew");
	map_and_unmap();
	must(file_says(STATS, "\n" OWN " folio_remove_rmap_ptes "), "counted anew");
}

static void is_measured(void)
{
	load("");
	must(!tool_ask(text, sizeof(text), "bench run --impl control," OWN
		       " --size 2M --folio 4K --samples 10 munmap"),
	     "rmapctl bench: %s", text);
	must(strstr(text, OWN), "it has a column: %s", text);
	must(row_is_current(RMAP_AB_BUILTIN), "and is left");
	unload();
}

static void is_audited(void)
{
	load("");
	must(!use(OWN), "use it");
	map_and_unmap();
	must(!tool_ask(text, sizeof(text), "audit"), "rmapctl audit: %s", text);
}

/* ---- how it is left ---------------------------------------------------------------- */
/* The guard finds a call that nobody may make, and of which DEBUG_VM says nothing. */
static void left_by_guard(void)
{
	int tries;

	load("");
	must(!use(OWN), "use it");
	must(!text_write(RMAP_AB RMAP_AB_FILE_GUARD, "1"), "guard on");
	must(!text_write(RMAP_PEEK "wrong_call", "new"), "a wrong call");
	/* Work reverts; nothing else tells of its end. */
	for (tries = 0; tries < 3000 && row_is_current(OWN); tries++)
		usleep(10000);
	must(file_says(STATUS, "state: " RMAP_AB_STATE_REVERTED "\n"), "a revert");
	must(file_says(STATUS, " of " OWN ","), "it names the implementation");
	unload();
	must(file_says(STATUS, " of " OWN ","), "and still does");
}

static void left_by_emergency(void)
{
	int tries;

	load("");
	must(!use(OWN), "use it");
	must(!text_write("/proc/sysrq-trigger", "B"), "press SysRq-B");
	/* Status notices, and lets the module go. */
	for (tries = 0; tries < 3000; tries++) {
		if (!file_says(STATUS, "state: " RMAP_AB_STATE_ACTIVE "\n"))
			break;
		usleep(10000);
	}
	must(row_is_current(RMAP_AB_BUILTIN), "builtin is in charge");
	unload();
}

/* ---- what is refused ----------------------------------------------------------------- */
static void refuses_holes(void)
{
	char params[128], why[160];
	int op;

	for (op = 0; op < NR_OPS; op++) {
		snprintf(params, sizeof(params), "hole=%s", op_names[op]);
		snprintf(why, sizeof(why), "it has no %s()", op_names[op]);
		must_be_refused(params, -EINVAL, why);
		must(klog_says(why), "the kernel's log, too: %s", why);
	}
	must(!is_there(OWN), "it is not there");
}

static void refuses_names(void)
{
	static const struct {
		const char *params;
		int err;
		const char *why;
	} table[] = {
		{ "name=builtin", -EEXIST, "'builtin' of module rmap_own is not registered" },
		{ "name=exclusive", -EEXIST, "there is an implementation of that name" },
		{ "name=vanilla", -EINVAL, "its name is reserved" },
		{ "name=a,b", -EINVAL, "its name has more than" },
		{ "name=[a]", -EINVAL, "does not begin with a lower-case letter" },
		{ "name=\"a b\"", -EINVAL, "its name has more than" },
		{ "name=Own", -EINVAL, "does not begin with" },
		{ "name=\"\"", -EINVAL, "it has no name" },
		{ "name=a23456789012345678901234567890123", -EINVAL, "at most 31 characters" },
	};
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		must_be_refused(table[i].params, table[i].err, table[i].why);
	load("name=a234567890123456789012345678901");
	must(!use("a234567890123456789012345678901"), "31 characters are fine");
}

static void refuses_too_many(void)
{
	char names[MAX_ROWS][RMAP_AB_NAME_MAX];
	int before = row_names(names);

	must_be_refused("copies=9", -ENOSPC, "registered too many");
	must(row_names(names) == before, "none is left");
	load("copies=8");
	must(row_names(names) == before + 8, "8 are fine");
	must(!use("own7"), "use the last one");
	must(kmod_unload("rmap_own") == -EWOULDBLOCK, "in use");
	must(!use("own3") && !use(RMAP_AB_BUILTIN), "use another one");
	unload();
	must(row_names(names) == before, "all are gone");
}

/* Nothing of a module is used that may still fail to load, and be freed. */
static void refuses_while_loading(void)
{
	int status = -1, tries;
	pid_t child;

	child = fork();
	if (!child)
		_exit(!!kmod_load("rmap_own", "wait=1"));
	must(child > 0, "fork");
	for (tries = 0; tries < 3000 && !is_there(OWN); tries++)
		usleep(10000);
	must(is_there(OWN), "it is there");
	must(use(OWN) == -EAGAIN, "but cannot be used");
	must(file_says(ERROR_LOG, "its module is being loaded"), "error_log says why");
	must(!text_write(PARAMETERS "go", "1"), "go on");
	must(waitpid(child, &status, 0) == child && !status, "it is loaded");
	must(!use(OWN), "now it can");
}

static void forgets_on_failure(void)
{
	must(kmod_load("rmap_own", "fail=1") == -ECANCELED, "its init function fails");
	must(!is_there(OWN), "it is gone");
	must(klog_says("goes without rmap_ab_unregister() of 'own'"), "the log says why");
	load("");
	must(!use(OWN), "and can come again");
}

static void forgets_on_exit(void)
{
	load("forget=1 copies=3");
	must(!use("own1") && !use(RMAP_AB_BUILTIN), "use one");
	unload();
	must(!is_there(OWN) && !is_there("own1") && !is_there("own2"), "all are gone");
	must(klog_says("goes without rmap_ab_unregister() of 'own2'"), "the log says so");
	load("");
	must(!use(OWN), "it can come again");
}

/* ---- at the same time ----------------------------------------------------------------- */
static bool stop_now;

static void on_alarm(int signal)
{
	(void)signal;
	stop_now = true;
}

/* Returns whether a change may end so, beside others. EINTR: the alarm has come. */
static bool is_fine(int err)
{
	static const int fine[] = {
		0, -EINTR, -EBUSY, -EEXIST, -EWOULDBLOCK, -ENOENT, -EINVAL, -ENODEV,
	};
	size_t i;

	for (i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		if (err == fine[i])
			return true;
	return false;
}

/* Returns 0, or what is wrong. */
static int be_busy(int what, unsigned int random)
{
	static const char *const some[] = { OWN, "control", OWN, "exclusive", RMAP_AB_BUILTIN };
	char names[MAX_ROWS][RMAP_AB_NAME_MAX];

	switch (what) {
	case 0:
		return is_fine(kmod_load("rmap_own", "")) ? 0 : 1;
	case 1:
		return is_fine(kmod_unload("rmap_own")) ? 0 : 2;
	case 2:
	case 3:
		return is_fine(use(some[random % 5])) ? 0 : 3;
	case 4:
		return row_names(names) >= 5 && text_read(STATUS, text, sizeof(text)) > 0 &&
		       text_read(STATS, text, sizeof(text)) > 0 ? 0 : 4;
	default:
		text_write(RMAP_AB RMAP_AB_FILE_STATS_ENABLED, random % 2 ? "1" : "0");
	}
	return 0;
}

enum { NR_BUSY = 6 };

static void busy(int what)
{
	unsigned int random = what + 1;
	int wrong;

	signal(SIGALRM, on_alarm);
	alarm(options.seconds);
	while (!stop_now) {
		random = random * 1664525 + 1013904223;
		wrong = be_busy(what, random >> 16);
		if (wrong)
			_exit(wrong);
		map_and_unmap();
	}
	_exit(0);
}

static void all_at_once(void)
{
	pid_t children[NR_BUSY];
	int i, status;

	for (i = 0; i < NR_BUSY; i++) {
		children[i] = fork();
		if (!children[i])
			busy(i);
		must(children[i] > 0, "fork");
	}
	for (i = 0; i < NR_BUSY; i++) {
		must(waitpid(children[i], &status, 0) == children[i], "wait");
		must(!status, "process %d: status %#x", i, status);
	}
	must(!use(RMAP_AB_BUILTIN), "use builtin");
	kmod_unload("rmap_own");
	must(!kmod_loaded("rmap_own") && !is_there(OWN), "it can always be left");
}

/* ---- layouts ------------------------------------------------------------------------ */
static void layouts_unknown(void)
{
	if (!file_says(LAYOUT, RMAP_AB_LAYOUT_NONE))
		tap_skip("no CONFIG_RMAP_LAYOUT");
	load("layouts=0");
	must(!use(OWN), "use it");
	must(text_write(LAYOUT, RMAP_AB_LAYOUT_NONE) == -EBUSY, "none is refused");
	must(file_says(ERROR_LOG, "'own' of another module does not know folios"),
	     "error_log says why");
	must(!text_write(RMAP_AB RMAP_AB_FILE_STATS_ENABLED, "1"), "count");
	must(text_write(LAYOUT, RMAP_AB_LAYOUT_NONE) == -EBUSY, "in a frame, too");
	must(!use("control"), "leave it");
	must(!text_write(LAYOUT, RMAP_AB_LAYOUT_NONE), "none");
	must(use(OWN) == -EOPNOTSUPP, "it is refused, in a frame");
	must(!text_write(RMAP_AB RMAP_AB_FILE_STATS_ENABLED, "0"), "do not count");
	must(use(OWN) == -EOPNOTSUPP, "and without");
	must(file_says(ERROR_LOG, "own: refused: it does not know folios"), "and why");
	unload();
	load("layouts=1");
	must(!use(OWN), "one that knows them is fine");
	map_and_unmap();
	must(!text_write(LAYOUT, RMAP_AB_LAYOUT_PAGE), "page");
}

static const struct suite_case register_cases[] = {
	{ "equal/appears", appears, 0 },
	{ "equal/is-used", is_used, 0 },
	{ "equal/is-pinned", is_pinned, 0 },
	{ "equal/a-refused-use-unpins", refused_use_unpins, 0 },
	{ "equal/with-layers", with_layers, 0 },
	{ "equal/is-measured", is_measured, 0 },
	{ "equal/is-audited", is_audited, 0 },
	{ "left/by-the-guard", left_by_guard, 0 },
	{ "left/by-the-emergency-key", left_by_emergency, 0 },
	{ "refused/holes", refuses_holes, 0 },
	{ "refused/names", refuses_names, 0 },
	{ "refused/too-many", refuses_too_many, 0 },
	{ "refused/while-it-is-loading", refuses_while_loading, 0 },
	{ "forgotten/its-init-fails", forgets_on_failure, 0 },
	{ "forgotten/its-exit-says-nothing", forgets_on_exit, 0 },
	{ "layouts/unknown", layouts_unknown, 0 },
	{ "busy/all-at-once", all_at_once, 0 },
	{ 0 }
};

static void run_register_suite(void)
{
	tap_plan(suite_count(register_cases));
	suite_run_cases(register_cases, "");
}

static const struct suite_option register_options[] = {
	{ "seconds", "N", "how long all happens at once (5)", .number = &options.seconds },
	{ 0 }
};

static const struct suite register_suite = {
	.what = "Tries implementations that another module registers: that they are equals, that "
		"each can be left, and that they go with their module, whatever it does wrong.",
	.options = register_options,
	.flags = SUITE_ROWS | SUITE_ANY_ROW,
	.timeout = 120,
	.after = put_back,
	.audit = truth_check_mapped,
	.run = run_register_suite,
};

int main(int argc, char **argv)
{
	return suite_main(&register_suite, argc, argv);
}
