// SPDX-License-Identifier: GPL-2.0
/*
 * The tests compare the module's implementations with a model, on the host.
 *
 * A run prints its seed; RMAP_SEED=N repeats the random sequences of that run.
 * RMAP_PLANS=N sets how many sequences each implementation gets.
 */
#include <stdlib.h>

#include "cases.h"

void suite_add(struct suite *suite, const char *name, CMUnitTestFunction fn,
	       CMFixtureFunction teardown, void *state)
{
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
