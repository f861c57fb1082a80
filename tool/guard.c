// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/array.h"
#include "cli/complain.h"
#include "guard.h"
#include "help.h"
#include "kernel/control.h"
#include "noun.h"
#include "status.h"

/* Its name among the layers of the status. */
#define GUARD_LAYER	"guard"

#define ON		"on"
#define OFF		"off"
#define REVERTED	"reverted"

struct guard {
	const char *guard;
	const char *current;
	uint64_t nr_reverts;
	const char *last_revert;
};

#define FIELD(member, type_, label_, what_) {			\
	.key = #member, .label = label_, .what = what_,		\
	.type = type_, .offset = offsetof(struct guard, member), \
}

static const struct out_field fields[] = {
	FIELD(guard, OUT_STR, "guard",
	      "its state: on, off, or reverted, which is off since it has "
	      "found something, and not cleared"),
	FIELD(current, OUT_STR, "current",
	      "the name of the implementation that runs"),
	FIELD(nr_reverts, OUT_U64, "reverts",
	      "the number of times that an error, or SysRq-B, led back to builtin"),
	FIELD(last_revert, OUT_STR, "last revert",
	      "the reason for the last of them: what was wrong, who left or found it, where"),
};

static const struct out_desc guard_desc = {
	.fields = fields,
	.nr_fields = ARRAY_SIZE(fields),
};

static bool clear;

static bool has_word(const char *words, const char *word)
{
	size_t len = strlen(word), nr;

	for (; *words; words += nr + strspn(words + nr, " ")) {
		nr = strcspn(words, " ");
		if (nr == len && !strncmp(words, word, len))
			return true;
	}
	return false;
}

static const char *guard_state(const struct status *status)
{
	if (!strcmp(status->state, RMAP_AB_STATE_REVERTED))
		return REVERTED;
	return has_word(status->instrumented, GUARD_LAYER) ? ON : OFF;
}

void guard_explain(int err)
{
	if (err != EUCLEAN)
		return;
	complain("to see what was found: rmapctl guard, and dmesg");
	complain("then, to allow it again: rmapctl guard --clear");
}

/* Somebody else's command or a revert may have come after ours. */
static int guard_check(const struct guard *now, const char *wanted)
{
	if (!wanted || !strcmp(now->guard, wanted))
		return EXIT_FINE;
	complain("the kernel accepted '%s', but now the guard is %s", wanted,
		 now->guard);
	complain("last revert: %s", now->last_revert);
	return EXIT_MISMATCH;
}

/* @wanted: the state that it must have, or NULL if it is only shown. */
static int guard_report(struct out *out, const char *wanted)
{
	struct status status;
	struct guard now;
	int ret;

	if (status_read(&status))
		return EXIT_KERNEL;
	now = (struct guard){
		.guard = guard_state(&status),
		.current = status.current,
		.nr_reverts = status.nr_reverts,
		.last_revert = status.last_revert,
	};
	ret = guard_check(&now, wanted);
	if (!ret)
		out_record(out, &guard_desc, &now);
	status_free(&status);
	return ret;
}

static int guard_command(struct out *out, const char *text, const char *wanted)
{
	int ret = control_write(RMAP_AB_FILE_GUARD, text);

	if (!ret)
		return guard_report(out, wanted);
	guard_explain(-ret);
	return EXIT_KERNEL;
}

static const struct opt options[] = {
	OPT_FLAG("clear",
		 "allow implementations and the guard again after a revert; switches to none",
		 &clear),
	{ }
};

/*
 * Turns the guard off. After a revert it is already off and stays 'reverted'.
 */
static int guard_off(struct out *out, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return guard_command(out, "0", NULL);
}

static int guard_on(struct out *out, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return guard_command(out, "1", ON);
}

static const struct verb verbs[] = {
	{ ON, "", "check from now on; switching implementations keeps it on",
	  NULL, guard_on },
	{ OFF, "", "leave nothing of it in the way of an operation", NULL,
	  guard_off },
	{ }
};

static void guard_help(void)
{
	help_fields(&guard_desc);
}

static int do_guard(struct out *out, int argc, char **argv)
{
	const struct verb *verb;

	if (argc && clear) {
		complain("'--clear' and '%s' are two commands: give one", argv[0]);
		return EXIT_USAGE;
	}
	if (clear)
		return guard_command(out, "clear", NULL);
	if (!argc)
		return guard_report(out, NULL);
	verb = verb_find(&noun_guard, argv[0]);
	return verb ? verb->run(out, argc - 1, argv + 1) : EXIT_USAGE;
}

const struct noun noun_guard = {
	.name = "guard",
	.args = "[on|off]",
	.brief = "check every operation, revert on an error",
	.about = "Checks every operation of whatever implementation runs, 'builtin', too:\n"
		 "that no counter is too low, that new folios are counted right, that\n"
		 "nothing of an unmapped one is left, that anon-exclusive pages are mapped\n"
		 "once, that the counters of a folio fit together. When it finds an error,\n"
		 "the kernel's own code takes over at once and the guard is off; nothing\n"
		 "else can be used before somebody clears that.\n"
		 "\n"
		 "It sees a counter that is too high when the last mapping of anonymous memory\n"
		 "goes, if nobody else holds a reference then; of large folios perhaps before,\n"
		 "when counters do not fit together. It never sees it in small folios of files\n"
		 "and in KSM pages: 'rmapctl audit' counts how often those are mapped.\n"
		 "\n"
		 "Without a word, it shows its state.",
	.flags = NOUN_JSON,
	.max_args = 1,
	.verbs = verbs,
	.options = options,
	.help = guard_help,
	.run = do_guard,
};
