// SPDX-License-Identifier: GPL-2.0
/*
 * Loads and unloads the module in a loop while a load changes mappings, one
 * process reads all its files, and others hold them open. One process switches
 * and is killed in the middle of a switch. With --layouts, the layout of large
 * folios changes at the same time, by another module.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/kmod.h"
#include "lib/layout.h"
#include "lib/row.h"
#include "lib/tap.h"
#include "lib/text.h"
#include "stress/stress.h"

enum { NR_FILES = 3, PAUSE_EVERY = 5, WRITES_BEFORE_KILL = 3, TRIES = 100000 };

static const char *const files[NR_FILES] = {
	IMPLEMENTATION, STATUS, ERROR_LOG,
};

static char names[MAX_ROWS][RMAP_AB_NAME_MAX];
static int nr_names;
static unsigned int state;
static struct {
	int rounds, held, refused;
	int with_none;		/* unloaded while folios had no page mapcounts */
} done;

static const char *random_name(int first)
{
	return names[first + rand_r(&state) % (nr_names - first)];
}

/* Files come and go with the module, so reads may fail. They only must end. */
static pid_t start_reader(void)
{
	static char text[65536];
	const pid_t pid = fork();
	int i;

	if (pid)
		return pid;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (i = 0;; i++)
		(void)text_read(files[i % NR_FILES], text, sizeof(text));
}

static void __attribute__((noreturn)) write_names(int told)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	for (;;) {
		(void)text_write(files[0], random_name(0));
		(void)!write(told, "", 1);
	}
}

/* A writer that dies, most likely in the middle of a switch. */
static void kill_writer(void)
{
	char bytes[WRITES_BEFORE_KILL];
	int told[2], i;
	pid_t pid;

	must(!pipe(told), "a pipe");
	pid = fork();
	if (!pid) {
		state ^= getpid();
		write_names(told[1]);
	}
	close(told[1]);
	for (i = 0; i < WRITES_BEFORE_KILL; i++)
		must(read(told[0], bytes, 1) == 1, "the writer writes");
	kill(pid, SIGKILL);
	must(waitpid(pid, NULL, 0) == pid, "the writer is dead");
	close(told[0]);
}

static void load(void)
{
	char params[64];
	const char *name = random_name(0);

	snprintf(params, sizeof(params), "implementation=%s", name);
	must(!kmod_load("rmap_ab", params), "load with %s", params);
	must(row_is_current(name), "%s is in charge", name);
}

static void refuse_unload(void)
{
	must(!text_write(files[0], random_name(1)), "use one of the module's");
	must(kmod_unload("rmap_ab") == -EWOULDBLOCK, "in use");
	done.refused++;
	must(!text_write(files[0], RMAP_AB_BUILTIN), "use builtin");
}

/* The reader may have a file open at any moment. That does no harm. */
static void unload_now(void)
{
	int err, i;

	for (i = 0; i < TRIES; i++) {
		err = kmod_unload("rmap_ab");
		if (err != -EWOULDBLOCK)
			break;
		sched_yield();
	}
	must(!err, "unload: %s", strerror(-err));
	must(!kmod_loaded("rmap_ab"), "not loaded");
	must(!text_exists(RMAP_AB), "its directory is gone");
}

/*
 * With files open, the kernel may refuse to unload the module. Either is well,
 * as long as the open files can be read and closed, whatever they give.
 */
static void unload_with_open_files(void)
{
	int fds[NR_FILES], i, err;
	char byte;

	for (i = 0; i < NR_FILES; i++) {
		fds[i] = open(files[i], O_RDONLY | O_CLOEXEC);
		must(fds[i] >= 0, "open %s", files[i]);
	}
	err = kmod_unload("rmap_ab");
	must(!err || err == -EWOULDBLOCK, "unload with open files: %s",
	     strerror(-err));
	done.held += !err;
	for (i = 0; i < NR_FILES; i++) {
		(void)!read(fds[i], &byte, 1);
		close(fds[i]);
	}
	if (err)
		unload_now();
}

static void round_trip(void)
{
	load();
	kill_writer();
	refuse_unload();
	done.with_none += layouts_nr_none() > 0;
	if (rand_r(&state) % 2)
		unload_with_open_files();
	else
		unload_now();
	done.rounds++;
}

static void learn_names(void)
{
	must(!kmod_load("rmap_ab", ""), "load");
	nr_names = row_names(names);
	must(nr_names > 1, "something to switch to");
	must(!kmod_unload("rmap_ab"), "unload");
}

static void run(void)
{
	while (stress_goes_on(done.rounds)) {
		round_trip();
		if (done.rounds % PAUSE_EVERY == 1 && !stress_pause())
			break;
	}
}

int main(int argc, char **argv)
{
	struct stress_options options = { .seconds = 60, .cpus = 2, .least = 10, .seed = 1 };
	pid_t reader;

	stress_parse(argc, argv, "rounds", &options);
	state = options.seed;
	if (kmod_loaded("rmap_ab") || !kmod_has_hooks()) {
		fputs("rmap_load_stress: needs CONFIG_RMAP_OPS and no rmap_ab\n",
		      stderr);
		return 2;
	}
	learn_names();
	reader = start_reader();
	stress_start(&options, 2 + options.layouts);
	run();
	kill(reader, SIGKILL);
	waitpid(reader, NULL, 0);
	tap_note("%d rounds; refused while active %d times, unloaded with open files %d times",
		 done.rounds, done.refused, done.held);
	tap_result("loaded and unloaded under load", stress_judge("rounds", done.rounds));
	tap_result("not loaded at the end",
		   kmod_loaded("rmap_ab") ? "rmap_ab is loaded" : NULL);
	if (options.layouts)
		tap_result("unloaded while folios had no page mapcounts",
			   done.with_none ? NULL : "never");
	return stress_finish();
}
