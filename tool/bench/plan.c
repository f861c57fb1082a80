// SPDX-License-Identifier: GPL-2.0
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/plan.h"
#include "bench/statistics.h"
#include "cli/complain.h"
#include "cli/number.h"
#include "kernel/debugfs.h"
#include "noun.h"

#define DEFAULT_SIZE	(1ul << 30)
#define DEFAULT_SAMPLES	10
#define LEAST_COUNTED	2

/* Parses a size such as "64K", "2M" or "1G"; returns 0 after a complaint. */
static size_t parse_size(const char *text)
{
	static const char letters[] = "KMG";
	const char *letter;
	char *end;
	unsigned long number;

	errno = 0;
	number = strtoul(text, &end, 10);
	letter = *end ? strchr(letters, toupper((unsigned char)*end)) : NULL;
	if (!errno && isdigit((unsigned char)*text) && number && letter &&
	    !end[1] && number <= 1ul << 20)
		return number << (10 * (letter - letters + 1));
	complain("'%s' is not a size such as 4K, 64K, 2M or 1G", text);
	return 0;
}

size_t plan_least_samples(void)
{
	return counts_find() ? LEAST_COUNTED : STATS_MIN;
}

static int plan_samples(struct plan *plan, const char *wish)
{
	size_t least = plan_least_samples();
	uint64_t number = DEFAULT_SAMPLES;

	if (wish && !number_decimal(wish, &number)) {
		complain("--samples '%s': that is not a decimal number", wish);
		return EXIT_USAGE;
	}
	if (number < least) {
		complain("--samples %s: too few, at least %zu are needed",
			 wish, least);
		return EXIT_USAGE;
	}
	if (number % 2) {
		complain("--samples %s: give an even number; samples come in pairs, so that a drift of the machine cancels out",
			 wish);
		return EXIT_USAGE;
	}
	plan->samples = number;
	return 0;
}

static int plan_seconds(struct plan *plan, const char *wish)
{
	uint64_t seconds = 0;

	if (wish && (!number_decimal(wish, &seconds) || !seconds)) {
		complain("--time '%s': give a decimal number of seconds, 1 or more",
			 wish);
		return EXIT_USAGE;
	}
	plan->seconds = seconds;
	return 0;
}

static int plan_size(struct plan *plan, const char *wish)
{
	plan->size = wish ? parse_size(wish) : DEFAULT_SIZE;
	if (!plan->size)
		return EXIT_USAGE;
	if (plan->size % (2ul << 20)) {
		complain("--size %s: give a multiple of 2M, the largest folio", wish);
		return EXIT_USAGE;
	}
	return 0;
}

static int add_impl(struct plan *plan, const char *name)
{
	for (size_t i = 0; i < plan->nr_columns; i++) {
		if (!strcmp(plan->columns[i].impl, name)) {
			complain("--impl names '%s' twice", name);
			return EXIT_USAGE;
		}
	}
	if (plan->nr_columns == MAX_COLUMNS) {
		complain("'%s': too many implementations, at most %d can be measured in a run",
			 name, MAX_COLUMNS);
		return EXIT_USAGE;
	}
	if (strlen(name) > RMAP_AB_NAME_MAX) {
		complain("'%s': the name is too long, at most %d characters",
			 name, RMAP_AB_NAME_MAX);
		return EXIT_USAGE;
	}
	strcpy(plan->columns[plan->nr_columns++].impl, name);
	return 0;
}

static int add_known(struct plan *plan, const struct names *impls,
		     const char *wish)
{
	char *copy = strdup(wish), *rest = NULL;
	int ret = copy ? 0 : EXIT_KERNEL;

	for (char *name = copy ? strtok_r(copy, ",", &rest) : NULL;
	     name && !ret; name = strtok_r(NULL, ",", &rest)) {
		if (names_have(impls, name)) {
			ret = add_impl(plan, name);
			continue;
		}
		complain("there is no implementation '%s'", name);
		names_complain(impls, "the module");
		ret = EXIT_USAGE;
	}
	free(copy);
	return ret;
}

static int plan_vanilla(struct plan *plan)
{
	plan->is_vanilla = true;
	if (!debugfs_kernel_has_hooks())
		return add_impl(plan, IMPL_VANILLA);
	complain("this kernel has CONFIG_RMAP_OPS: what it does is not '%s' but 'builtin'",
		 IMPL_VANILLA);
	return EXIT_KERNEL;
}

static int plan_impls(struct plan *plan, const char *wish)
{
	struct names impls;
	int ret = 0;

	if (wish && !strcmp(wish, IMPL_VANILLA))
		return plan_vanilla(plan);
	if (implementations_read(&impls)) {
		complain("a kernel without the hooks can be measured as --impl %s",
			 IMPL_VANILLA);
		return EXIT_KERNEL;
	}
	if (wish)
		ret = add_known(plan, &impls, wish);
	for (size_t i = 0; !wish && !ret && i < impls.list.nr; i++)
		ret = add_impl(plan, impls.list.words[i]);
	names_free(&impls);
	if (!ret && !plan->nr_columns) {
		complain("--impl: name at least one implementation");
		ret = EXIT_USAGE;
	}
	return ret;
}

/* ---- layouts ---- */

/* The layouts that the user wants. */
struct wanted_layouts {
	char of[MAX_COLUMNS][MAX_LAYOUT];
	size_t nr;
};

static int add_layout(struct wanted_layouts *wanted, const struct names *known,
		      const char *name)
{
	if (!names_have(known, name)) {
		complain("there is no layout '%s'", name);
		names_complain(known, "the kernel");
		return EXIT_USAGE;
	}
	for (size_t i = 0; i < wanted->nr; i++) {
		if (!strcmp(wanted->of[i], name)) {
			complain("--layout names '%s' twice", name);
			return EXIT_USAGE;
		}
	}
	if (wanted->nr == MAX_COLUMNS || strlen(name) >= MAX_LAYOUT) {
		complain("--layout '%s': too many layouts, or too long a name", name);
		return EXIT_USAGE;
	}
	strcpy(wanted->of[wanted->nr++], name);
	return 0;
}

static int parse_layouts(struct wanted_layouts *wanted, const struct names *known,
			 const char *wish)
{
	char *copy = strdup(wish), *rest = NULL;
	int ret = copy ? 0 : EXIT_KERNEL;

	for (char *name = copy ? strtok_r(copy, ",", &rest) : NULL;
	     name && !ret; name = strtok_r(NULL, ",", &rest))
		ret = add_layout(wanted, known, name);
	free(copy);
	if (!ret && !wanted->nr) {
		complain("--layout: name at least one layout");
		ret = EXIT_USAGE;
	}
	return ret;
}

/* Each implementation becomes a column for each layout, side by side. */
static int cross(struct plan *plan, const struct wanted_layouts *wanted)
{
	const size_t nr = plan->nr_columns;

	if (nr * wanted->nr > MAX_COLUMNS) {
		complain("%zu implementations with %zu layouts are too many, at most %d columns can be measured in a run",
			 nr, wanted->nr, MAX_COLUMNS);
		return EXIT_USAGE;
	}
	/* From the last, as they move to the right. */
	for (size_t i = nr * wanted->nr; i-- > 0;) {
		plan->columns[i] = plan->columns[i / wanted->nr];
		strcpy(plan->columns[i].layout, wanted->of[i % wanted->nr]);
	}
	plan->nr_columns = nr * wanted->nr;
	plan->has_layouts = true;
	return 0;
}

static int plan_layouts(struct plan *plan, const char *wish)
{
	struct wanted_layouts wanted = { };
	struct names known;
	int ret;

	if (!wish)
		return 0;
	if (plan->is_vanilla) {
		complain("'%s' has one layout, which was chosen when it was compiled: --layout needs the module",
			 IMPL_VANILLA);
		return EXIT_USAGE;
	}
	if (layouts_read(&known))
		return EXIT_KERNEL;
	if (known.list.nr < 2) {
		complain("this kernel has no layouts to choose from: that needs Linux 7.3 with CONFIG_RMAP_LAYOUT");
		ret = EXIT_KERNEL;
	} else {
		ret = parse_layouts(&wanted, &known, wish);
	}
	names_free(&known);
	return ret ? ret : cross(plan, &wanted);
}

/* ---- cells ---- */

static int plan_add_cell(struct plan *plan, const struct scenario *scenario,
			 size_t folio)
{
	struct plan_cell *cells = reallocarray(plan->cells, plan->nr_cells + 1,
					       sizeof(*cells));

	if (!cells) {
		complain_errno(ENOMEM, "plan");
		return EXIT_KERNEL;
	}
	cells[plan->nr_cells++] = (struct plan_cell){ scenario, folio };
	plan->cells = cells;
	return 0;
}

/* The folio sizes that the user wants. None means all. */
struct sizes {
	size_t of[MAX_FOLIOS];
	size_t nr;
	bool used[MAX_FOLIOS];
};

static int parse_folios(struct sizes *sizes, const char *wish)
{
	char *copy = strdup(wish), *rest = NULL;
	int ret = copy ? 0 : EXIT_KERNEL;

	for (char *word = copy ? strtok_r(copy, ",", &rest) : NULL;
	     word && !ret; word = strtok_r(NULL, ",", &rest)) {
		if (sizes->nr == MAX_FOLIOS) {
			complain("--folio names too many sizes, at most %d",
				 MAX_FOLIOS);
			ret = EXIT_USAGE;
			break;
		}
		sizes->of[sizes->nr] = parse_size(word);
		if (!sizes->of[sizes->nr++])
			ret = EXIT_USAGE;
	}
	free(copy);
	return ret;
}

static bool is_wanted(struct sizes *wanted, size_t folio)
{
	for (size_t i = 0; i < wanted->nr; i++) {
		if (wanted->of[i] == folio) {
			wanted->used[i] = true;
			return true;
		}
	}
	return !wanted->nr;
}

static int add_scenario(struct plan *plan, const struct scenario *scenario,
			struct sizes *wanted, bool by_name)
{
	size_t folios[MAX_FOLIOS], nr = machine_folios(scenario->kind, folios);
	size_t before = plan->nr_cells;
	int ret = 0;

	if (!by_name && machine_cpus() < scenario->cpus)
		return 0;
	for (size_t i = 0; i < nr && !ret; i++)
		if (folios[i] <= plan->size && is_wanted(wanted, folios[i]))
			ret = plan_add_cell(plan, scenario, folios[i]);
	if (ret || plan->nr_cells > before)
		return machine_refuses(scenario, plan->size) ? EXIT_KERNEL : ret;
	if (!by_name)
		return 0;
	complain("%s: this machine has no folios of that size for it: see 'rmapctl bench list'",
		 scenario->name);
	return EXIT_KERNEL;
}

static int complain_unused(const struct sizes *wanted)
{
	for (size_t i = 0; i < wanted->nr; i++) {
		if (wanted->used[i])
			continue;
		complain("this machine has no folios of %zu KiB: see 'rmapctl bench list'",
			 wanted->of[i] >> 10);
		return EXIT_KERNEL;
	}
	return 0;
}

static int plan_cells(struct plan *plan, const struct plan_wish *wish)
{
	struct sizes wanted = { };
	const struct scenario *scenario;
	int ret = wish->folios ? parse_folios(&wanted, wish->folios) : 0;

	for (int i = 0; i < wish->nr_scenarios && !ret; i++) {
		scenario = scenario_find(wish->scenarios[i]);
		ret = scenario ? add_scenario(plan, scenario, &wanted, true) :
		      EXIT_USAGE;
	}
	if (!wish->nr_scenarios)
		for (scenario = scenarios; scenario->name && !ret; scenario++)
			ret = add_scenario(plan, scenario, &wanted, false);
	return ret ? ret : complain_unused(&wanted);
}

/* A command has one cell, and memory of its own. */
static int plan_command(struct plan *plan, const struct plan_wish *wish)
{
	static const struct scenario none;

	if (wish->size || wish->folios) {
		complain("a command has memory of its own: --size and --folio are for 'bench run'");
		return EXIT_USAGE;
	}
	plan->command = wish->command;
	return plan_add_cell(plan, &none, 0);
}

int plan_make(struct plan *plan, const struct plan_wish *wish)
{
	int ret;

	*plan = (struct plan){ };
	ret = plan_samples(plan, wish->samples);
	if (!ret)
		ret = plan_seconds(plan, wish->seconds);
	if (!ret)
		ret = plan_size(plan, wish->size);
	if (!ret)
		ret = plan_impls(plan, wish->impls);
	if (!ret)
		ret = plan_layouts(plan, wish->layouts);
	if (!ret && geteuid()) {
		complain("only root can measure: try again with sudo");
		ret = EXIT_KERNEL;
	}
	if (ret)
		return ret;
	if (wish->command)
		return plan_command(plan, wish);
	if (!counts_find() && !machine_has_clock())
		return EXIT_KERNEL;
	return plan_cells(plan, wish);
}

void plan_free(struct plan *plan)
{
	free(plan->cells);
}
