// SPDX-License-Identifier: GPL-2.0
/*
 * The tests compare the module's implementations with a model, on the host.
 *
 * A run prints its seed; RMAP_SEED=N repeats the random sequences of that run.
 * RMAP_PLANS=N sets how many sequences each implementation gets.
 *
 * If the sources of another module are compiled in (OWN), its implementations are
 * tested, and no others.
 */
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "impls.h"

/* Does the test belong to what this program is about? Its name begins with whose it is. */
static bool is_wanted(const char *name)
{
	size_t len;

	for (int i = NR_MODULE_IMPLS; i < nr_impls; i++) {
		len = strlen(impls[i]->name);
		if (!strncmp(name, impls[i]->name, len) && name[len] == '/')
			return true;
	}
	return nr_impls == NR_MODULE_IMPLS;
}

void suite_add(struct suite *suite, const char *name, CMUnitTestFunction fn,
	       CMFixtureFunction teardown, void *state)
{
	if (!is_wanted(name)) {
		free((char *)name);
		if (teardown)
			teardown(&state);
		return;
	}
	suite->tests = reallocarray(suite->tests, suite->nr + 1,
				    sizeof(*suite->tests));
	if (!suite->tests)
		abort();
	suite->tests[suite->nr++] = (struct CMUnitTest) {
		.name = name,
		.test_func = fn,
		.teardown_func = teardown,
		.initial_state = state,
	};
}

int main(void)
{
	struct suite suite = { 0 };
	int failed;

	cases_add(&suite);
	checks_add(&suite);
	paths_add(&suite);
	order_add(&suite);
	property_add(&suite);
	tally_add(&suite);
	failed = _cmocka_run_group_tests("implementations", suite.tests,
					 suite.nr, NULL, NULL);
	for (size_t i = 0; i < suite.nr; i++)
		free((char *)suite.tests[i].name);
	free(suite.tests);
	return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
