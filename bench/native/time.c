// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <stdlib.h>

#include "native.h"

static int compare(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

/* What reading the clock twice takes. */
static double overhead(void)
{
	static double median;
	double empty[1001];

	if (median > 0)
		return median;
	for (int i = 0; i < 1001; i++) {
		const double start = machine_now();

		empty[i] = machine_now() - start;
	}
	qsort(empty, 1001, sizeof(*empty), compare);
	median = empty[500];
	return median;
}

/* The first run warms the code, and the CPU's guesses about it. */
void command_time(const struct request *request)
{
	const struct work *work = &request->work;
	const char *wrong;
	double start, ns;

	side_impl_use(request->impl);
	work_prepare(work);
	work_run(work);
	work_prepare(work);
	if (request->cold)
		work_flush(work);
	start = machine_now();
	work_run(work);
	ns = machine_now() - start - overhead();
	wrong = work_check(work);
	if (wrong) {
		fprintf(stderr, "native: %s: ", side_impl_name(request->impl));
		side_fail(wrong);
	}
	printf("%.4f\n", (ns > 0 ? ns : 0) / work->nr_pages);
}
