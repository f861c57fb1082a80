// SPDX-License-Identifier: GPL-2.0
/*
 * Each allocation and each registration of the module fails once, while it is
 * loaded, a file is used or a request is made: first the first one, then the
 * second, and so on, until none is left. Each time the failure must be reported,
 * nothing must be half done, and the next try must work. Where there is kmemleak,
 * the lab looks for leaks when the program has ended.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/event.h"
#include "lib/fault.h"
#include "lib/files.h"
#include "lib/klog.h"
#include "lib/kmod.h"
#include "lib/knob.h"
#include "lib/pages.h"
#include "lib/row.h"
#include "lib/scenario.h"
#include "lib/suite.h"
#include "lib/swapdev.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "lib/truth.h"

#define DEBUGFS "/sys/kernel/debug/"

enum { MAX_STEPS = 200, TEXT_SIZE = 16384 };

/* Some implementations, none of them used before. */
static const char *const fresh[] = {
	RMAP_AB_BUILTIN, "control", "page", "batch", "exclusive",
};

enum { NR_FRESH = sizeof(fresh) / sizeof(fresh[0]) };

static const char *target;
static char *memory;
static char answer[TEXT_SIZE];

/* ---- what is done ---- */

static int write_file(const char *name, const char *text)
{
	char path[128];

	snprintf(path, sizeof(path), RMAP_AB "%s", name);
	return text_write(path, text);
}

static int exchange(int fd, const char *question)
{
	if (write(fd, question, strlen(question)) < 0)
		return -errno;
	return read(fd, answer, sizeof(answer)) < 0 ? -errno : 0;
}

static int ask(const char *name, const char *question)
{
	char path[128];
	int fd, err;

	snprintf(path, sizeof(path), RMAP_AB "%s", name);
	fd = open(path, O_RDWR | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	err = exchange(fd, question);
	close(fd);
	return err;
}

static int ask_of_memory(const char *name, const char *form)
{
	char question[64];

	snprintf(question, sizeof(question), form,
		 (unsigned long long)page_frame(memory));
	return ask(name, question);
}

static int ask_folio(void)
{
	return ask_of_memory(RMAP_AB_FILE_FOLIO, "%llu");
}

static int ask_mappers(void)
{
	return ask_of_memory(RMAP_AB_FILE_MAPPERS, "%llu");
}

static int run_audit(void)
{
	return ask_of_memory(RMAP_AB_FILE_AUDIT, "run %llu 1");
}

static int ask_file_pfns(void)
{
	const int fd = file_new("/tmp");
	char question[64];
	int err;

	file_fill(fd, 2, 1);
	snprintf(question, sizeof(question), "%d 0 1", fd);
	err = ask(RMAP_AB_FILE_FILE_PFNS, question);
	close(fd);
	return err;
}

static int read_page_state(void)
{
	const long len = text_read(RMAP_AB RMAP_AB_FILE_PAGE_STATE, answer, 256);

	return len < 0 ? len : 0;
}

static int read_page_mappings(void)
{
	const long len = text_read(RMAP_AB RMAP_AB_FILE_PAGE_MAPPINGS, answer,
				   256);

	return len < 0 ? len : 0;
}

/* By nothing. */
static int damage(void)
{
	char command[64];

	snprintf(command, sizeof(command), "%llu page_mapcount 0",
		 (unsigned long long)page_frame(memory));
	return text_append(RMAP_AB RMAP_AB_FILE_CORRUPT, command);
}

static int use_target(void)
{
	return write_file(RMAP_AB_FILE_IMPLEMENTATION, target);
}

static int count(void)
{
	return write_file(RMAP_AB_FILE_STATS_ENABLED, "1");
}

static int guard(void)
{
	return write_file(RMAP_AB_FILE_GUARD, "1");
}

static int trace(void)
{
	return write_file(RMAP_AB_FILE_TRACE_OPS, "1");
}

static int let_fail(void)
{
	return write_file(RMAP_AB_FILE_FAULT_OPS, "1");
}

static int reader = -1;

/* The request, as a reader makes it; it gets an answer in any case. */
static int ask_netlink(void)
{
	struct netlink_message m;
	int err;

	err = netlink_ask(reader, event_family, RMAP_AB_CMD_GET, NULL, 0);
	if (err)
		return err;
	must(!netlink_next(reader, &m, true), "an answer");
	if (netlink_type(&m) != NLMSG_ERROR) {
		must(netlink_cmd(&m) == RMAP_AB_CMD_GET, "the answer");
		event_is_status(&m);
		return 0;
	}
	must(strstr(netlink_words_of_error(&m), "no memory"), "it says '%s'",
	     netlink_words_of_error(&m));
	return netlink_error(&m);
}

/* ---- before, and after ---- */

static void rest(void)
{
	static const char *const layers[] = {
		RMAP_AB_FILE_GUARD, RMAP_AB_FILE_STATS_ENABLED,
		RMAP_AB_FILE_TRACE_OPS, RMAP_AB_FILE_FAULT_OPS,
	};
	size_t i;

	for (i = 0; i < sizeof(layers) / sizeof(layers[0]); i++)
		must(!write_file(layers[i], "0"), "%s off", layers[i]);
	must(!write_file(RMAP_AB_FILE_IMPLEMENTATION, RMAP_AB_BUILTIN),
	     "back to builtin");
}

/* The counters of what was counted once stay: so, another one each time. */
static void use_fresh(unsigned int nth)
{
	target = fresh[nth % NR_FRESH];
	must(!use_target(), "use %s", target);
}

static void count_and_aim(unsigned int nth)
{
	must(!count(), "count");
	target = fresh[nth];
	must(nth < NR_FRESH, "an implementation for each step");
}

static void aim(unsigned int nth)
{
	(void)nth;
	target = "page";
}

/* One that does not listen: events are no answers. */
static void find_family(unsigned int nth)
{
	(void)nth;
	close(event_open());
	if (reader < 0)
		reader = netlink_open();
}

/**
 * struct sweep - one thing to do
 * @name: of the test
 * @prepare: called first
 * @act: do it; returns 0 or -errno
 * @least: so many steps of it can fail
 */
static const struct sweep {
	const char *name;
	void (*prepare)(unsigned int nth);
	int (*act)(void);
	unsigned int least;
} sweeps[] = {
	{ "implementation", aim, use_target, 1 },
	{ "stats_enabled", use_fresh, count, 3 },
	{ "implementation-counted", count_and_aim, use_target, 3 },
	{ "guard", NULL, guard, 1 },
	{ "trace_ops", NULL, trace, 1 },
	{ "fault_ops", NULL, let_fail, 1 },
	{ "folio", NULL, ask_folio, 3 },
	{ "mappers", NULL, ask_mappers, 3 },
	{ "audit", NULL, run_audit, 5 },
	{ "file_pfns", NULL, ask_file_pfns, 3 },
	{ "page_state", NULL, read_page_state, 1 },
	{ "page_mappings", NULL, read_page_mappings, 1 },
	{ "corrupt", NULL, damage, 1 },
	{ "netlink-get", find_family, ask_netlink, 1 },
};

enum { NR_SWEEPS = sizeof(sweeps) / sizeof(sweeps[0]) };

static const struct sweep *current;

static void read_status(char *status)
{
	must(text_read(STATUS, status, TEXT_SIZE) > 0, "read status");
}

/* Step @nth fails. Returns -1 if there are not so many, else how often. */
static int step(const struct sweep *sweep, unsigned int nth)
{
	static char before[TEXT_SIZE], after[TEXT_SIZE];
	const long long injected = fault_injected(FAIL_AB);
	unsigned int left;
	int err, hits;

	if (sweep->prepare)
		sweep->prepare(nth);
	read_status(before);
	fault_nth(nth);
	err = sweep->act();
	left = fault_nth_left();
	fault_nth(0);
	hits = fault_injected(FAIL_AB) - injected;
	must(!hits == !!left || fault_nth_is_shared(),
	     "step %u: %d faults, %u to come", nth, hits, left);
	if (hits) {
		must(err == -ENOMEM, "step %u: %s", nth, strerror(-err));
		read_status(after);
		must(!strcmp(before, after), "step %u: before:\n%safter:\n%s",
		     nth, before, after);
		must(!sweep->act(), "step %u: the next try works", nth);
	} else {
		must(!err || !left, "no fault, and yet %s", strerror(-err));
	}
	rest();
	return left ? -1 : hits;
}

static void run_sweep(void)
{
	unsigned int nth, failed = 0;
	int hits;

	must(!kmod_load("rmap_ab", "allow_corrupt=1"), "load rmap_ab");
	fault_need();
	memory = small_map(1);
	pages_fill(memory, 0, 1, 1);
	for (nth = 1; nth < MAX_STEPS; nth++) {
		hits = step(current, nth);
		if (hits < 0)
			break;
		failed += hits;
	}
	must(nth < MAX_STEPS, "an end");
	must(failed >= current->least, "%u of %u steps have failed", failed,
	     current->least);
	counts_agree("after all of them");
	must(!klog_warning(), "no warning");
	must(!kmod_unload("rmap_ab"), "it unloads");
}

/* ---- loading ---- */

static void must_be_gone(unsigned int nth)
{
	static const char *const left[] = {
		RMAP_AB, DEBUGFS TRY_DUP, DEBUGFS TRY_SHARE, DEBUGFS FAIL_AB,
	};
	size_t i;

	must(!kmod_loaded("rmap_ab"), "step %u: not loaded", nth);
	for (i = 0; i < sizeof(left) / sizeof(left[0]); i++)
		must(!text_exists(left[i]), "step %u: %s is gone", nth, left[i]);
}

static int load(void)
{
	return kmod_load("rmap_ab", "implementation=batch allow_corrupt=1");
}

static void unload(unsigned int nth)
{
	must(row_is_current("batch"), "step %u: batch is in use", nth);
	rest();
	must(!kmod_unload("rmap_ab"), "step %u: it unloads", nth);
	must_be_gone(nth);
}

static void loading(void)
{
	unsigned int nth, left = 0, failed = 0;
	int err;

	if (!text_exists("/proc/self/fail-nth"))
		tap_skip("no CONFIG_FAULT_INJECTION");
	klog_open();
	for (nth = 1; nth < MAX_STEPS && !left; nth++) {
		fault_nth(nth);
		err = load();
		left = fault_nth_left();
		fault_nth(0);
		if (err) {
			must(!left && err == -ENOMEM, "step %u: %s", nth,
			     strerror(-err));
			failed++;
			must_be_gone(nth);
			must(!load(), "step %u: the next try works", nth);
		} else {
			must(left || fault_nth_is_shared(),
			     "step %u: what has failed is said", nth);
		}
		unload(nth);
	}
	must(left, "an end");
	must(failed >= 20, "%u steps have failed", failed);
	must(!klog_warning(), "no warning");
}

/* ---- loading, while somebody opens what appears ---- */

static const char *const opened_files[] = {
	RMAP_AB_FILE_IMPLEMENTATION, RMAP_AB_FILE_STATUS, RMAP_AB_FILE_ERROR_LOG,
	RMAP_AB_FILE_PAGE_STATE, RMAP_AB_FILE_PAGE_MAPPINGS,
	RMAP_AB_FILE_FOLIO, RMAP_AB_FILE_MAPPERS, RMAP_AB_FILE_AUDIT,
	RMAP_AB_FILE_CORRUPT, RMAP_AB_FILE_SOLE_OWNER,
	RMAP_AB_FILE_FILE_PFNS, RMAP_AB_FILE_GUARD, RMAP_AB_FILE_STATS,
	RMAP_AB_FILE_STATS_ENABLED, RMAP_AB_FILE_TRACE_OPS,
	RMAP_AB_FILE_FAULT_OPS,
};

enum {
	NR_OPENED = sizeof(opened_files) / sizeof(opened_files[0]),
	MAX_LOADS = 200,
};

/* What the opener has got so far. */
static volatile struct opened {
	unsigned long files, refusals;
} *opened;

static void open_for_ever(const char *name)
{
	const int flags = strcmp(name, RMAP_AB_FILE_CORRUPT) ? O_RDONLY :
							       O_WRONLY;
	char path[128];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	snprintf(path, sizeof(path), RMAP_AB "%s", name);
	while (true) {
		if (open(path, flags | O_CLOEXEC) >= 0)
			opened->files++;
		else if (errno == EAGAIN)
			opened->refusals++;
		else
			must(errno == ENOENT, "%s: %s", name, strerror(errno));
	}
}

/*
 * The file is there for a moment, until the module says that it does not know the
 * implementation. An open one would outlive the module's code.
 */
static void load_opened(const char *name)
{
	pid_t opener;
	int i;

	opened->files = 0;
	opened->refusals = 0;
	opener = fork();
	must(opener >= 0, "fork");
	if (!opener)
		open_for_ever(name);
	for (i = 0; i < MAX_LOADS && !opened->refusals && !opened->files; i++)
		must(kmod_load("rmap_ab", "implementation=none allow_corrupt=1") == -EINVAL,
		     "no such implementation");
	must(!opened->files, "%s could be opened", name);
	must(opened->refusals, "%s was met", name);
	kill(opener, SIGKILL);
	must(waitpid(opener, NULL, 0) == opener, "the opener's end");
	must_be_gone(i);
}

static void loading_opened(void)
{
	int i;

	if (sysconf(_SC_NPROCESSORS_ONLN) < 2)
		tap_skip("one CPU: nobody else runs while the file is there");
	klog_open();
	opened = mmap(NULL, sizeof(*opened), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(opened != MAP_FAILED, "memory to share");
	for (i = 0; i < NR_OPENED; i++)
		load_opened(opened_files[i]);
	must(!klog_warning(), "no warning");
	must(!load(), "it can be loaded");
	unload(0);
}

/* ---- all of it ---- */

/* The kernel's own code is available under every failure. */
static void builtin_always(void)
{
	must(!load(), "load rmap_ab");
	fault_need();
	fault_set(FAIL_AB, "verbose", 0);
	fault_set(FAIL_AB, "times", -1);
	fault_set(FAIL_AB, "probability", 100);
	must(write_file(RMAP_AB_FILE_IMPLEMENTATION, "page") == -ENOMEM,
	     "nothing else can");
	must(row_is_current("batch"), "it is as it was");
	must(!write_file(RMAP_AB_FILE_IMPLEMENTATION, RMAP_AB_BUILTIN),
	     "builtin");
	knobs_restore();
	must(!kmod_unload("rmap_ab"), "it unloads");
}

/* A test that has failed leaves the module loaded. */
static void after_inject_test(void)
{
	swapdev_off();
	knobs_restore();
	write_file(RMAP_AB_FILE_GUARD, "0");
	write_file(RMAP_AB_FILE_STATS_ENABLED, "0");
	write_file(RMAP_AB_FILE_TRACE_OPS, "0");
	write_file(RMAP_AB_FILE_FAULT_OPS, "0");
	write_file(RMAP_AB_FILE_IMPLEMENTATION, RMAP_AB_BUILTIN);
	kmod_unload("rmap_ab");
}

static const char *prepare_inject_suite(void)
{
	if (!kmod_has_hooks() || kmod_loaded("rmap_ab"))
		return "no hooks, or rmap_ab is loaded";
	fault_nth_alone();
	return NULL;
}

static void run_inject_suite(void)
{
	char name[64];
	int i;

	tap_plan(NR_SWEEPS + 3);
	tap_run("load", loading);
	tap_run("load-opened", loading_opened);
	for (i = 0; i < NR_SWEEPS; i++) {
		current = &sweeps[i];
		snprintf(name, sizeof(name), "sweep/%s", current->name);
		tap_run(name, run_sweep);
	}
	tap_run("builtin-always", builtin_always);
}

static const struct suite inject_suite = {
	.what = "Makes each allocation and registration of the module fail once.",
	.timeout = 200,
	.prepare = prepare_inject_suite,
	.after = after_inject_test,
	.audit = truth_check_mapped,
	.run = run_inject_suite,
};

int main(int argc, char **argv)
{
	return suite_main(&inject_suite, argc, argv);
}
