// SPDX-License-Identifier: GPL-2.0
/*
 * NR_ANON_MAPPED and NR_FILE_MAPPED are compared with the sum over all folios.
 */

#include <linux/math.h>
#include <linux/minmax.h>
#include <linux/mm.h>
#include <linux/mmzone.h>
#include <linux/nodemask.h>
#include <linux/percpu.h>
#include <linux/vmstat.h>

#include "audit.h"

/*
 * The kernel's own functions lose some pages when PMD and PTE mappings of one
 * folio race ("nr = 0" in mm/rmap.c), with any implementation.
 */
#define AUDIT_DRIFT_RACES	64

static const enum node_stat_item items[] = {
	[AUDIT_ANON]	= NR_ANON_MAPPED,
	[AUDIT_FILE]	= NR_FILE_MAPPED,
};

static_assert(ARRAY_SIZE(items) == NR_AUDIT_SUMS);

/* The sum includes what the CPUs have not yet added to the total. */
static long audit_read_statistic(enum node_stat_item item)
{
	long sum = atomic_long_read(&vm_node_stat[item]);
	int nid, cpu;

	for_each_online_node(nid)
		for_each_online_cpu(cpu)
			sum += per_cpu_ptr(NODE_DATA(nid)->per_cpu_nodestats,
					   cpu)->vm_node_stat_diff[item];
	return sum;
}

/**
 * audit_count_mapped - add the mapped pages of a folio to the sum
 * @a: the audit
 * @anon: true if the folio is anon; otherwise it counts as a file's
 * @nr: number of pages
 *
 * Context: Any.
 */
void audit_count_mapped(struct audit *a, bool anon, long nr)
{
	a->result.sums[anon ? AUDIT_ANON : AUDIT_FILE].counted += nr;
}

/**
 * audit_sample_sums - note the values of the statistics
 * @a: the audit; nothing is noted if it covers only a part of memory, about
 *     which the statistics say nothing
 *
 * Context: Process context.
 */
void audit_sample_sums(struct audit *a)
{
	int i;

	if (!a->result.whole)
		return;
	for (i = 0; i < NR_AUDIT_SUMS; i++) {
		struct audit_sum *sum = &a->result.sums[i];
		const long now = audit_read_statistic(items[i]);

		/* This is the first sample if no time has passed. */
		if (!a->result.ns) {
			sum->low = now;
			sum->high = now;
		}
		sum->low = min(sum->low, now);
		sum->high = max(sum->high, now);
	}
}

/**
 * audit_drift - return how far a sum is from the statistic
 * @result: the result
 * @which: AUDIT_ANON or AUDIT_FILE
 *
 * Context: Any.
 * Return: pages; 0 if the statistic had this value at some time.
 */
long audit_drift(const struct audit_result *result, int which)
{
	const struct audit_sum *sum = &result->sums[which];

	if (!result->whole)
		return 0;
	return sum->counted - clamp(sum->counted, sum->low, sum->high);
}

/**
 * audit_drift_allowed - return how far a sum may be from the statistic
 * @result: the result
 * @which: AUDIT_ANON or AUDIT_FILE
 *
 * Pages that moved while the audit passed may have been counted twice, or not
 * at all. Memory of devices is in the statistics and not in the audit.
 *
 * Context: Any.
 * Return: pages.
 */
long audit_drift_allowed(const struct audit_result *result, int which)
{
	const struct audit_sum *sum = &result->sums[which];

	return AUDIT_DRIFT_RACES + 2 * (sum->high - sum->low) +
	       result->verdicts[AUDIT_DEVICE];
}

/**
 * audit_is_settled - did the statistics stand still in all samples?
 * @result: the result
 *
 * Context: Any.
 * Return: true if they did. Otherwise a drift proves nothing.
 */
bool audit_is_settled(const struct audit_result *result)
{
	int i;

	for (i = 0; i < NR_AUDIT_SUMS; i++)
		if (result->sums[i].low != result->sums[i].high)
			return false;
	return true;
}

/**
 * audit_sums_drifted - is a statistic further off than it may be?
 * @result: the result
 *
 * Context: Any.
 * Return: true if it is.
 */
bool audit_sums_drifted(const struct audit_result *result)
{
	int i;

	for (i = 0; i < NR_AUDIT_SUMS; i++)
		if (abs(audit_drift(result, i)) >
		    audit_drift_allowed(result, i))
			return true;
	return false;
}
