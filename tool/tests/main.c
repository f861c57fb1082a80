// SPDX-License-Identifier: GPL-2.0
/* All groups as one, so that stdout is one TAP stream with one plan. */
#include <stdlib.h>
#include <string.h>

#include "groups.h"

#define COUNT(name)	+ name##_tests.nr
#define ADD(name)	\
	mempcpy(all + nr, name##_tests.tests, \
		name##_tests.nr * sizeof(*all)); \
	nr += name##_tests.nr;

int main(void)
{
	struct CMUnitTest *all = calloc(0 GROUPS(COUNT), sizeof(*all));
	size_t nr = 0;
	int failed;

	if (!all)
		return 1;
	GROUPS(ADD)
	/* some of them, as with RMAPCTL_TESTS='diff_*' */
	cmocka_set_test_filter(getenv("RMAPCTL_TESTS"));
	failed = _cmocka_run_group_tests("rmapctl", all, nr, NULL, NULL);
	free(all);
	return failed ? 1 : 0;
}
