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

struct switched {
	const char *from;
	const char *to;
	bool changed;
	uint64_t last_switch_us;
};

#define FIELD(member, type_, unit_, what_) {			\
	.key = #member, .label = #member, .unit = unit_,	\
	.what = what_, .type = type_,				\
	.offset = offsetof(struct switched, member),		\
}

static const struct out_field fields[] = {
	FIELD(from, OUT_STR, NULL, "the implementation that ran before"),
	FIELD(to, OUT_STR, NULL, "the one that runs now"),
	FIELD(changed, OUT_BOOL, NULL, "false if NAME was in use already"),
	FIELD(last_switch_us, OUT_U64, "us",
	      "the microseconds that the switch took; left out if nothing changed"),
};

#define NR_FIELDS	(ARRAY_SIZE(fields))

static const struct out_desc changed_desc = {
	.fields = fields,
	.nr_fields = NR_FIELDS,
	.line = "{from} -> {to} in {last_switch_us}",
};

static const struct out_desc unchanged_desc = {
	.fields = fields,
	.nr_fields = NR_FIELDS - 1,
	.line = "{to} is in use already: nothing changed",
};

static void complain_unknown(const char *name)
{
	struct names impls;

	if (implementations_read(&impls))
		return;
	if (!names_have(&impls, name))
		names_complain(&impls, "the module");
	names_free(&impls);
}

static bool is_word(const char *s)
{
	if (!*s)
		return false;
	while (*s > ' ' && *s <= '~')
		s++;
	return !*s;
}

/*
 * The kernel has accepted the switch.  Another switch or a revert may have
 * followed it. In that case @name does not run, and this complains.
 */
static int report_switch(struct out *out, const char *name,
			 const struct status *before, const struct status *after)
{
	struct switched rec = {
		.from = before->current,
		.to = after->current,
		.changed = after->switch_seq != before->switch_seq,
		.last_switch_us = after->last_switch_us,
	};

	if (strcmp(after->current, name)) {
		complain("the kernel accepted '%s', but then '%s' took its place",
			 name, after->current);
		complain("state: %s, last revert: %s", after->state,
			 after->last_revert);
		return EXIT_MISMATCH;
	}
	out_record(out, rec.changed ? &changed_desc : &unchanged_desc, &rec);
	return EXIT_FINE;
}

/* Also writes the current name. Only the kernel sees races. */
static int use(struct out *out, const char *name, const struct status *before)
{
	struct status after;
	int ret;

	ret = control_write(RMAP_AB_FILE_IMPLEMENTATION, name);
	if (ret == -EINVAL)
		complain_unknown(name);
	guard_explain(-ret);
	if (ret || status_read(&after))
		return EXIT_KERNEL;
	ret = report_switch(out, name, before, &after);
	status_free(&after);
	return ret;
}

static void use_help(void)
{
	help_fields(&changed_desc);
}

static int do_use(struct out *out, int argc, char **argv)
{
	const char *name = argv[0];
	struct status before;
	int ret;

	(void)argc;
	if (!is_word(name)) {
		complain("'%s' cannot be a name: that is one word of ASCII characters",
			 name);
		return EXIT_USAGE;
	}
	if (status_read(&before))
		return EXIT_KERNEL;
	ret = use(out, name, &before);
	status_free(&before);
	return ret;
}

const struct noun noun_use = {
	.name = "use",
	.args = "NAME",
	.brief = "switch to another implementation",
	.about = "Makes the running kernel use the implementation NAME. When the command\n"
		 "returns, no CPU executes the previous one any more. 'rmapctl status'\n"
		 "lists the names; 'builtin' is the kernel's own code. After a revert (see\n"
		 "'rmapctl help guard') the kernel accepts only that one.",
	.flags = NOUN_JSON,
	.min_args = 1,
	.max_args = 1,
	.words = words_implementations,
	.help = use_help,
	.run = do_use,
};
