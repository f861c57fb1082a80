// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/scenario.h"
#include "lib/text.h"
#include "suites/reach.h"

#define TRACING "/sys/kernel/tracing/"
#define GROUP "rmap_vm_test"

static char functions[NR_OPS][128];	/* as a kprobe names them */
static bool all_of_rmap_ab;
static char wrong[512];

bool reach_provable(const struct row *row)
{
	return row->kind == ROW_COUNT || row->kind == ROW_MODULE;
}

static const char *complain(const char *fmt, ...)
	__attribute__((format(printf, 1, 2)));

static const char *complain(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(wrong, sizeof(wrong), fmt, args);
	va_end(args);
	return wrong;
}

/*
 * A line "operation: function [module]"; without a module, it is a function of the kernel,
 * which an implementation of another module than rmap_ab may have in its set.
 */
static const char *note_function(const char *line)
{
	char op[64], function[64], module[32] = "";
	char *to;

	if (sscanf(line, "%63[^:]: %63s [%31[^]]]", op, function, module) < 2)
		return complain("not a function: %s", line);
	if (op_by_name(op) == NR_OPS)
		return complain("an operation that no scenario knows: %s", op);
	to = functions[op_by_name(op)];
	snprintf(to, sizeof(functions[0]), "%s%s%s", module, *module ? ":" : "", function);
	all_of_rmap_ab &= !strcmp(module, "rmap_ab");
	return NULL;
}

/*
 * Another module may have one function for several operations. Then it is proved that one
 * of these was called.
 */
static const char *check_distinct(void)
{
	int op, other;

	for (op = 0; op < NR_OPS; op++) {
		if (!functions[op][0])
			return complain("%s has no function", op_names[op]);
		for (other = 0; all_of_rmap_ab && other < op; other++)
			if (!strcmp(functions[op], functions[other]))
				return complain("%s is both %s and %s",
						functions[op], op_names[other],
						op_names[op]);
	}
	return NULL;
}

static const char *find_functions(void)
{
	static char text[8192];
	const char *error = NULL;
	char *line;

	memset(functions, 0, sizeof(functions));
	all_of_rmap_ab = true;
	if (text_read(RMAP_PEEK "functions", text, sizeof(text)) <= 0)
		return "cannot read rmap_peek's functions";
	for (line = strtok(text, "\n"); line && !error;
	     line = strtok(NULL, "\n"))
		error = note_function(line);
	return error ? error : check_distinct();
}

/*
 * What the kernel can never call is a warning and nothing else there, and has no
 * place for a probe.
 */
static bool is_probed(int op)
{
	if (PUD_OPS & BIT(op))
		return false;
	return !need_missing(NEED_THP) || !(PMD_OPS & BIT(op));
}

static const char *add_probes(void)
{
	char command[256];
	int op, err;

	for (op = 0; op < NR_OPS; op++) {
		if (!is_probed(op))
			continue;
		snprintf(command, sizeof(command), "p:" GROUP "/%s %s\n",
			 op_names[op], functions[op]);
		err = text_append(TRACING "kprobe_events", command);
		if (err)
			return complain("no kprobe on %s: %s", functions[op],
					strerror(-err));
	}
	/* The events count, nobody reads them. */
	text_write(TRACING "tracing_on", "0");
	err = text_write(TRACING "events/" GROUP "/enable", "1");
	return err ? "cannot enable the kprobes" : NULL;
}

static void remove_probes(void)
{
	char command[128];
	int op;

	text_write(TRACING "events/" GROUP "/enable", "0");
	for (op = 0; op < NR_OPS; op++) {
		snprintf(command, sizeof(command), "-:" GROUP "/%s\n",
			 op_names[op]);
		text_append(TRACING "kprobe_events", command);
	}
	text_write(TRACING "tracing_on", "1");
}

const char *reach_start(const struct row *row)
{
	const char *error;

	if (row->kind != ROW_MODULE)
		return NULL;
	error = find_functions();
	if (!error)
		error = add_probes();
	if (error)
		remove_probes();
	return error;
}

void reach_stop(const struct row *row)
{
	if (row->kind == ROW_MODULE)
		remove_probes();
}

/* Lines "operation: N", or of kprobe_profile: "operation N missed". */
int reach_read(const struct row *row, unsigned long long hits[NR_OPS])
{
	static char text[16384];
	const long len = text_read(row->kind == ROW_COUNT ? RMAP_COUNT "counts" :
				   TRACING "kprobe_profile", text, sizeof(text));
	unsigned long long nr, missed;
	char name[64], *line;
	int op, found = 0, expected = 0;

	if (len < 0)
		return len;
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		missed = 0;
		if (sscanf(line, " %63[^: ]%*[: ]%llu %llu", name, &nr,
			   &missed) < 2 || op_by_name(name) == NR_OPS)
			continue;
		hits[op_by_name(name)] = nr + missed;
		found++;
	}
	for (op = 0; op < NR_OPS; op++)
		expected += row->kind == ROW_COUNT || is_probed(op);
	return found == expected ? 0 : -ENODATA;
}
