// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "cli/array.h"
#include "help.h"
#include "noun.h"

struct version {
	const char *version;
};

static const struct out_field fields[] = {
	{ .key = "version", .type = OUT_STR,
	  .what = "the version of rmapctl, not of the module",
	  .offset = offsetof(struct version, version) },
};

static const struct out_desc version_desc = {
	.fields = fields,
	.nr_fields = ARRAY_SIZE(fields),
	.line = "rmapctl {version}",
};

static void version_help(void)
{
	help_fields(&version_desc);
}

static int do_version(struct out *out, int argc, char **argv)
{
	const struct version rec = { .version = RMAPCTL_VERSION };

	(void)argc;
	(void)argv;
	out_record(out, &version_desc, &rec);
	return EXIT_FINE;
}

const struct noun noun_version = {
	.name = "version",
	.args = "",
	.brief = "print the version",
	.about = "Prints the version of rmapctl.",
	.flags = NOUN_JSON,
	.help = version_help,
	.run = do_version,
};
