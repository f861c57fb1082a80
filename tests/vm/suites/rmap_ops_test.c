// SPDX-License-Identifier: GPL-2.0
/*
 * The tests try the contract of rmap_ops_install() and rmap_ops_restore() with two
 * owners, and how rmap_ab keeps it. On a kernel without the hooks, the module must
 * refuse to load and say why.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/klog.h"
#include "lib/kmod.h"
#include "lib/knob.h"
#include "lib/ops.h"
#include "lib/row.h"
#include "lib/suite.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "lib/truth.h"

static char names[MAX_ROWS][RMAP_AB_NAME_MAX];
static int nr_names;
static const char *hole;

static int use(const char *name)
{
	return text_write(IMPLEMENTATION, name);
}

static bool log_says(const char *words)
{
	static char text[65536];

	return text_read(ERROR_LOG, text, sizeof(text)) > 0 &&
	       strstr(text, words);
}

static long long switch_seq(void)
{
	return text_field(STATUS, "switch_seq");
}

static bool status_is(const char *key, const char *value)
{
	char text[4096], line[128];

	snprintf(line, sizeof(line), "%s: %s\n", key, value);
	return text_read(STATUS, text, sizeof(text)) > 0 &&
	       strstr(text, line);
}

static void back_to_builtin(void)
{
	text_write(RMAP_COUNT "installed", "0");
	use(RMAP_AB_BUILTIN);
}

static void refuses_hole(void)
{
	const int err = text_write(RMAP_COUNT "hole", hole);

	must(err == -EINVAL, "a set without %s(): %d", hole, err);
	must(!text_number(RMAP_COUNT "installed", 1), "nothing is installed");
}

static void knows_no_other_hole(void)
{
	must(text_write(RMAP_COUNT "hole", "folio_frobnicate") == -ENOENT,
	     "there is no such operation");
}

static void installs_twice(void)
{
	must(!text_write(RMAP_COUNT "installed", "1"), "install");
	must(!text_write(RMAP_COUNT "installed", "1"), "install again");
	must(text_number(RMAP_COUNT "installed", 0) == 1, "installed");
	must(!text_write(RMAP_COUNT "installed", "0"), "restore");
	must(!text_write(RMAP_COUNT "installed", "0"), "restore again");
	must(text_number(RMAP_COUNT "installed", 1) == 0, "not installed");
}

static void other_owner_is_busy(void)
{
	must(!use(names[1]), "use %s", names[1]);
	must(text_write(RMAP_COUNT "installed", "1") == -EBUSY,
	     "another module's set is installed");
	must(text_write(RMAP_COUNT "installed", "0") == -EBUSY,
	     "it is not for others to restore");
	must(row_is_current(names[1]), "%s still is in charge", names[1]);
	must(!use(RMAP_AB_BUILTIN), "use builtin");
	must(!text_write(RMAP_COUNT "installed", "1"), "now install");
}

static void rmap_ab_is_refused(void)
{
	must(!text_write(RMAP_COUNT "installed", "1"), "install");
	must(use(names[1]) == -EBUSY, "rmap_ab is refused");
	must(use(RMAP_AB_BUILTIN) == -EBUSY, "so is builtin");
	must(log_says(names[1]), "the refusal is in error_log");
	must(status_is("state", RMAP_AB_STATE_FOREIGN) &&
	     status_is("current", "count"), "status knows who is in charge");
	must(text_number(RMAP_COUNT "installed", 0) == 1, "still installed");
	must(!text_write(RMAP_COUNT "installed", "0"), "restore");
	must(!use(names[1]), "now use %s", names[1]);
}

static void count_is_pinned(void)
{
	must(!text_write(RMAP_COUNT "installed", "1"), "install");
	must(kmod_unload("rmap_count") == -EWOULDBLOCK, "in use");
	must(!text_write(RMAP_COUNT "installed", "0"), "restore");
	must(!kmod_unload("rmap_count"), "unload");
	must(!kmod_load("rmap_count", ""), "load again");
}

static void rmap_ab_is_pinned(void)
{
	int i;

	for (i = 1; i < nr_names; i++) {
		must(!use(names[i]), "use %s", names[i]);
		must(kmod_unload("rmap_ab") == -EWOULDBLOCK, "in use by %s",
		     names[i]);
	}
	must(!use(RMAP_AB_BUILTIN), "use builtin");
	must(!kmod_unload("rmap_ab"), "unload");
	must(!kmod_load("rmap_ab", ""), "load again");
}

static void unknown_name(void)
{
	must(!use(names[1]), "use %s", names[1]);
	must(use("no_such_thing") == -EINVAL, "no such implementation");
	must(log_says("no_such_thing"), "the refusal is in error_log");
	must(row_is_current(names[1]), "%s still is in charge", names[1]);
}

static void every_name(void)
{
	long long before;
	int i;

	for (i = 0; i < nr_names; i++) {
		must(!use(names[i]), "use %s", names[i]);
		must(row_is_current(names[i]), "%s is in charge", names[i]);
		must(status_is("current", names[i]), "and status says so");
		must(status_is("state", i ? RMAP_AB_STATE_ACTIVE :
			       RMAP_AB_STATE_BUILTIN), "its state");
		before = switch_seq();
		must(!use(names[i]), "use %s again", names[i]);
		must(before >= 0 && switch_seq() == before, "that is no switch");
	}
}

static void parameter(void)
{
	char params[64];
	int i;

	must(!kmod_unload("rmap_ab"), "unload");
	for (i = 0; i < nr_names; i++) {
		snprintf(params, sizeof(params), "implementation=%s", names[i]);
		must(!kmod_load("rmap_ab", params), "load with %s", params);
		must(row_is_current(names[i]), "%s is in charge", names[i]);
		must(!use(RMAP_AB_BUILTIN) && !kmod_unload("rmap_ab"), "unload");
	}
	must(kmod_load("rmap_ab", "implementation=no_such_thing") == -EINVAL,
	     "load with a name that there is not");
	must(!kmod_loaded("rmap_ab"), "not loaded");
	must(!kmod_load("rmap_ab", ""), "load");
}

static void parameter_refused(void)
{
	char params[64];

	must(!kmod_unload("rmap_ab"), "unload");
	must(!text_write(RMAP_COUNT "installed", "1"), "install");
	snprintf(params, sizeof(params), "implementation=%s", names[1]);
	must(kmod_load("rmap_ab", params) == -EBUSY,
	     "load while another module's set is installed");
	must(!kmod_loaded("rmap_ab"), "not loaded");
	must(!kmod_load("rmap_ab", ""), "load without a name");
}

#define PARAMETER	"/sys/module/rmap_ab/parameters/implementation"

/* What leads back to builtin where there is no debugfs. */
static void parameter_switches(void)
{
	char text[64], line[64];
	struct stat st;
	int i;

	must(!stat(PARAMETER, &st) && (st.st_mode & 07777) == 0600, "its mode");
	for (i = nr_names - 1; i >= 0; i--) {
		snprintf(line, sizeof(line), "%s\n", names[i]);
		must(!text_write(PARAMETER, line), "write %s", names[i]);
		must(row_is_current(names[i]), "%s is in charge", names[i]);
		must(text_read(PARAMETER, text, sizeof(text)) > 0 &&
		     !strcmp(text, line), "it reads as %s", names[i]);
	}
	must(text_write(PARAMETER, "no_such_thing") == -EINVAL, "no such name");
	must(log_says("no_such_thing"), "the refusal is in error_log");
	must(!kmod_unload("rmap_ab") && !kmod_load("rmap_ab", ""), "not pinned");
}

/* Still user 0, as root in a container may be. */
static int without_cap_sys_admin(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &header, data))
		return -errno;
	data[0].effective &= ~(1U << CAP_SYS_ADMIN);
	return syscall(SYS_capset, &header, data) ? -errno : 0;
}

/* Returns how many files of the directory do not say EPERM; below 0: none is there. */
static int files_that_open(const char *dir)
{
	DIR *files = opendir(dir);
	struct dirent *entry;
	char path[512];
	int nr = 0, open_nr = 0, fd;
	struct stat st;

	while (files && (entry = readdir(files))) {
		snprintf(path, sizeof(path), "%s%s", dir, entry->d_name);
		if (stat(path, &st) || !S_ISREG(st.st_mode))
			continue;
		nr++;
		fd = open(path, st.st_mode & 0400 ? O_RDONLY : O_WRONLY);
		open_nr += fd >= 0 || errno != EPERM;
	}
	return nr ? open_nr : -1;
}

static void needs_capability(void)
{
	int status = -1;
	pid_t child;

	child = fork();
	if (!child) {
		if (without_cap_sys_admin())
			_exit(99);
		if (text_write(PARAMETER, names[1]) != -EPERM)
			_exit(98);
		_exit(files_that_open(RMAP_AB));
	}
	must(child > 0 && waitpid(child, &status, 0) == child, "fork");
	must(!status, "without CAP_SYS_ADMIN: status %#x", status);
	must(row_is_current(RMAP_AB_BUILTIN), "nothing has changed");
}

static void modes(void)
{
	static const struct {
		const char *file;
		unsigned int mode;
	} table[] = {
		{ IMPLEMENTATION, 0600 },
		{ STATUS, 0400 },
		{ ERROR_LOG, 0400 },
	};
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		must(!stat(table[i].file, &st), "stat %s", table[i].file);
		must((st.st_mode & 07777) == table[i].mode, "mode of %s: %o",
		     table[i].file, st.st_mode & 07777);
	}
}

/* ---- names for kprobes, bpftrace, livepatch: see docs/control-files.md ---- */
#define KPROBES	"/sys/kernel/tracing/kprobe_events"
#define PROBE	"rmap_ops_test"

/* Small pages that are forked and unmapped: one-page operations and ranges. */
static void fork_and_unmap(void)
{
	const size_t size = 64 * 4096;
	char *area = mmap(NULL, size, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int status = -1;
	pid_t child;

	must(area != MAP_FAILED, "map an area");
	memset(area, 1, size);
	child = fork();
	if (!child)
		_exit(0);
	must(child > 0 && waitpid(child, &status, 0) == child && !status,
	     "fork");
	must(!munmap(area, size), "unmap it");
}

/* How often a kprobe on @symbol strikes while an area is forked and unmapped. */
static long long hits(const char *symbol)
{
	char command[256];
	long long nr, err;

	snprintf(command, sizeof(command), "p:" PROBE "/it %s\n", symbol);
	err = text_append(KPROBES, command);
	must(!err, "a kprobe on %s: %s", symbol, strerror(-err));
	err = text_write("/sys/kernel/tracing/events/" PROBE "/enable", "1");
	if (!err)
		fork_and_unmap();
	nr = text_field("/sys/kernel/tracing/kprobe_profile", "  it ");
	text_write("/sys/kernel/tracing/events/" PROBE "/enable", "0");
	text_append(KPROBES, "-:" PROBE "/it\n");
	must(!err, "enable it: %s", strerror(-err));
	return nr;
}

static void trace_builtin(void)
{
	must(!use(RMAP_AB_BUILTIN), "use builtin");
	must(hits("folio_remove_rmap_ptes_builtin") >= 64, "one for each page");
	must(!use(names[1]), "use %s", names[1]);
	must(!hits("folio_remove_rmap_ptes_builtin"), "none, it is not in use");
}

static void trace_implementation(void)
{
	must(!use("control"), "use control");
	must(hits("rmap_ab:control_folio_remove_rmap_ptes") >= 64,
	     "a function of the kernel");
	must(hits("rmap_ab:control_folio_try_dup_anon_rmap_pte") >= 64,
	     "what the kernel has inlined");
	must(!use(RMAP_AB_BUILTIN), "use builtin");
	must(!hits("rmap_ab:control_folio_remove_rmap_ptes"), "not in use");
}

/* ---- what a switch does to other CPUs ------------------------------------------- */
/*
 * The patching of all call sites is three rounds of interrupts, that of the key is
 * another three. A grace period may ask each CPU once or twice.
 */
enum { MOST_INTERRUPTS = 9, SWITCHES_LOOKED_AT = 10 };

/* Function call interrupts that all CPUs have had; below 0: this is not x86. */
static long long function_calls(void)
{
	static char text[65536];
	long long sum = 0;
	char *at, *end;

	if (text_read("/proc/interrupts", text, sizeof(text)) <= 0)
		return -1;
	at = strstr(text, "CAL:");
	if (!at)
		return -1;
	for (at += strlen("CAL:");; at = end) {
		const long long one = strtoll(at, &end, 10);

		if (end == at)
			return sum;
		sum += one;
	}
}

/* A CPU may be interrupted for other reasons, too: so the least of some switches. */
static long long fewest_interrupts(const char *from, const char *to)
{
	long long before, least = LLONG_MAX, nr;
	int i;

	for (i = 0; i < SWITCHES_LOOKED_AT; i++) {
		must(!use(from), "use %s", from);
		before = function_calls();
		must(!use(to), "use %s", to);
		nr = function_calls() - before;
		if (nr < least)
			least = nr;
	}
	return least;
}

static void interrupts_few(void)
{
	const long others = sysconf(_SC_NPROCESSORS_ONLN) - 1;
	int i;

	if (others < 1)
		tap_skip("one CPU: nobody to interrupt");
	if (function_calls() < 0)
		tap_skip("/proc/interrupts has no CAL, as on x86");
	for (i = 1; i < nr_names; i++) {
		const long long there = fewest_interrupts(names[i - 1], names[i]);

		tap_note("%s to %s: %lld interrupts on %ld other CPUs", names[i - 1],
			 names[i], there, others);
		must(there >= others, "%lld: they are counted", there);
		must(there <= MOST_INTERRUPTS * others, "%s to %s: %lld interrupts",
		     names[i - 1], names[i], there);
	}
}

/* ---- the emergency key ------------------------------------------------------------ */
/* The key is answered by work, of whose end nothing else tells. */
static void press_until_builtin(void)
{
	int tries;

	must(!text_write("/proc/sysrq-trigger", "B"), "press SysRq-B");
	for (tries = 0; tries < 3000; tries++) {
		if (text_number(RMAP_COUNT "installed", 1) == 0 &&
		    !status_is("state", RMAP_AB_STATE_ACTIVE))
			return;
		usleep(10000);
	}
	must(false, "builtin is not put back");
}

static void emergency_foreign(void)
{
	must(!text_write(RMAP_COUNT "installed", "1"), "install");
	press_until_builtin();
	must(!kmod_unload("rmap_count"), "its module is not pinned any more");
	must(!kmod_load("rmap_count", ""), "load again");
	must(!use(names[1]), "use %s", names[1]);
}

static void emergency_ours(void)
{
	must(!use(names[1]), "use %s", names[1]);
	must(!text_write(RMAP_AB "stats_enabled", "1"), "count");
	press_until_builtin();
	must(status_is("state", RMAP_AB_STATE_REVERTED) &&
	     status_is("current", RMAP_AB_BUILTIN) &&
	     status_is("instrumented", "none"), "status knows");
	must(row_is_current(RMAP_AB_BUILTIN), "so does implementation");
	must(log_says("SysRq-B"), "error_log says why");
	must(use(names[1]) == -EUCLEAN, "somebody has to see it first");
	must(!text_write(RMAP_AB "guard", "clear"), "seen");
	must(!use(names[1]), "use %s", names[1]);
}

/* A kernel without the hooks. */
static void refuses_to_load(void)
{
	int err;

	if (!text_exists("/lib/modules/rmap_ab.ko"))
		tap_skip("no rmap_ab.ko in this guest");
	klog_open();
	err = kmod_load("rmap_ab", "");
	must(err, "rmap_ab.ko does not load");
	must(!kmod_loaded("rmap_ab"), "not loaded");
	must(klog_says("CONFIG_RMAP_OPS"), "the kernel log says why (%d)", err);
}

static const struct suite_case ops_cases[] = {
	{ "install/no-other-hole", knows_no_other_hole, 0 },
	{ "install/twice", installs_twice, 0 },
	{ "install/other-owner-is-busy", other_owner_is_busy, 0 },
	{ "install/rmap_ab-is-refused", rmap_ab_is_refused, 0 },
	{ "unload/count-is-pinned", count_is_pinned, 0 },
	{ "unload/rmap_ab-is-pinned", rmap_ab_is_pinned, 0 },
	{ "use/unknown-name", unknown_name, 0 },
	{ "use/every-name", every_name, 0 },
	{ "load/parameter", parameter, 0 },
	{ "load/parameter-is-refused", parameter_refused, 0 },
	{ "load/parameter-switches", parameter_switches, 0 },
	{ "debugfs/modes", modes, 0 },
	{ "debugfs/needs-a-capability", needs_capability, 0 },
	{ "trace/builtin", trace_builtin, 0 },
	{ "trace/implementation", trace_implementation, 0 },
	{ "switch/interrupts-few", interrupts_few, 0 },
	{ "emergency/another-module's", emergency_foreign, 0 },
	{ "emergency/ours", emergency_ours, 0 },
	{ 0 }
};

static void test_hole(enum rmap_op op)
{
	char name[128];

	hole = op_names[op];
	snprintf(name, sizeof(name), "install/refused-without-%s", hole);
	tap_run(name, refuses_hole);
}

static const char *prepare_ops_suite(void)
{
	if (suite_rows[0].kind == ROW_VANILLA)
		return NULL;
	nr_names = row_names(names);
	return nr_names < 2 ? "rmap_ab offers nothing to use" : NULL;
}

static void run_ops_suite(void)
{
	int op;

	if (suite_rows[0].kind == ROW_VANILLA) {
		tap_plan(1);
		tap_run("load/refused-without-hooks", refuses_to_load);
		return;
	}
	tap_hooks.after = back_to_builtin;
	tap_plan(NR_OPS + suite_count(ops_cases));
	for (op = 0; op < NR_OPS; op++)
		test_hole(op);
	suite_run_cases(ops_cases, "");
}

static const struct suite ops_suite = {
	.what = "Tries the contract of rmap_ops_install() and rmap_ops_restore() with two owners, "
		"and what rmap_ab makes of it.",
	.flags = SUITE_ROWS | SUITE_ANY_ROW,
	.timeout = 120,
	.prepare = prepare_ops_suite,
	.audit = truth_check_mapped,
	.run = run_ops_suite,
};

int main(int argc, char **argv)
{
	return suite_main(&ops_suite, argc, argv);
}
