// SPDX-License-Identifier: GPL-2.0
/*
 * Counters, one set per implementation, per CPU.
 *
 * Nothing is lost: a CPU adds to its own counters in one instruction, in
 * whatever context, and to reset means to remember what the sums were. The sets
 * stay until the module goes; of an implementation that was never counted there
 * is none.
 */

#include <linux/log2.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "inject.h"
#include "stats.h"

/* Batches of 1, 2-3, 4-7 pages and so on; the last one has all larger ones. */
#define STATS_NR_BATCHES	19
/* Implementations: more than there are. */
#define STATS_MAX_SETS		8

struct stats_op {
	unsigned long pages;
	unsigned long busy;
	unsigned long batches[STATS_NR_BATCHES];	/* their sum: calls */
};

struct stats_cpu {
	struct stats_op ops[NR_CALL_OPS];
};

/**
 * struct stats_set - counters of one implementation
 * @implementation: which
 * @counted: never decreases
 * @reset: sums of @counted at the last reset; protected by stats_lock
 */
struct stats_set {
	const struct rmap_ops *implementation;
	struct stats_cpu __percpu *counted;
	struct stats_cpu reset;
};

/*
 * Held to add a set, and to read or reset. An entry never changes once a frame
 * counts in it.
 */
static DEFINE_MUTEX(stats_lock);
static struct stats_set *stats_sets[STATS_MAX_SETS];

static struct stats_set *set_new(const struct rmap_ops *implementation)
{
	struct stats_set *set = inject_alloc(kzalloc(sizeof(*set), GFP_KERNEL));

	if (!set)
		return NULL;
	set->implementation = implementation;
	set->counted = inject_alloc(alloc_percpu(struct stats_cpu));
	if (!set->counted) {
		kfree(set);
		return NULL;
	}
	return set;
}

/* Return: the place of an implementation's set, or the first free one. */
static struct stats_set **set_place(const struct rmap_ops *implementation)
{
	int i;

	for (i = 0; i < STATS_MAX_SETS; i++)
		if (!stats_sets[i] ||
		    stats_sets[i]->implementation == implementation)
			return &stats_sets[i];
	return NULL;
}

static int stats_prepare(const struct rmap_ops *implementation)
{
	struct stats_set **place;
	int err = 0;

	mutex_lock(&stats_lock);
	place = set_place(implementation);
	if (WARN_ON_ONCE(!place))
		err = -ENOSPC;
	else if (!*place)
		*place = set_new(implementation);
	if (!err && !*place)
		err = -ENOMEM;
	mutex_unlock(&stats_lock);
	return err;
}

static void stats_after(struct call *call)
{
	const struct stats_set *set = *set_place(call->implementation);
	const unsigned int batch = min(ilog2(call->nr_pages),
				       STATS_NR_BATCHES - 1);
	const enum call_op op = call->op;

	this_cpu_inc(set->counted->ops[op].batches[batch]);
	this_cpu_add(set->counted->ops[op].pages, call->nr_pages);
	if (call->result)
		this_cpu_inc(set->counted->ops[op].busy);
}

const struct layer stats_layer = {
	.name		= "stats",
	.prepare	= stats_prepare,
	.after		= stats_after,
};

static void op_add(struct stats_op *sum, const struct stats_op *op)
{
	int i;

	sum->pages += READ_ONCE(op->pages);
	sum->busy += READ_ONCE(op->busy);
	for (i = 0; i < STATS_NR_BATCHES; i++)
		sum->batches[i] += READ_ONCE(op->batches[i]);
}

static void op_subtract(struct stats_op *sum, const struct stats_op *op)
{
	int i;

	sum->pages -= op->pages;
	sum->busy -= op->busy;
	for (i = 0; i < STATS_NR_BATCHES; i++)
		sum->batches[i] -= op->batches[i];
}

static void op_sum(struct stats_op *sum, const struct stats_set *set,
		   enum call_op op)
{
	int cpu;

	memset(sum, 0, sizeof(*sum));
	for_each_possible_cpu(cpu)
		op_add(sum, &per_cpu_ptr(set->counted, cpu)->ops[op]);
}

static void op_show(struct seq_file *m, const struct stats_set *set,
		    enum call_op op)
{
	struct stats_op sum;
	unsigned long calls = 0;
	int i;

	op_sum(&sum, set, op);
	op_subtract(&sum, &set->reset.ops[op]);
	for (i = 0; i < STATS_NR_BATCHES; i++)
		calls += sum.batches[i];
	if (!calls)
		return;
	seq_printf(m, "%s %s %lu %lu %lu", set->implementation->name,
		   call_op_names[op], calls, sum.pages, sum.busy);
	for (i = 0; i < STATS_NR_BATCHES; i++)
		seq_printf(m, " %lu", sum.batches[i]);
	seq_putc(m, '\n');
}

/**
 * stats_show - print what was counted since the last reset
 * @m: where to
 *
 * A line for each operation that was called, below one with the columns' names;
 * a batch's is the least number of its pages.
 *
 * Context: Process context, may sleep.
 */
void stats_show(struct seq_file *m)
{
	enum call_op op;
	int i;

	seq_puts(m, "implementation operation calls pages busy");
	for (i = 0; i < STATS_NR_BATCHES; i++)
		seq_printf(m, " %lu", 1UL << i);
	seq_putc(m, '\n');

	mutex_lock(&stats_lock);
	for (i = 0; i < STATS_MAX_SETS && stats_sets[i]; i++)
		for (op = 0; op < NR_CALL_OPS; op++)
			op_show(m, stats_sets[i], op);
	mutex_unlock(&stats_lock);
}

/**
 * stats_reset - begin again at 0
 *
 * Context: Process context, may sleep.
 */
void stats_reset(void)
{
	enum call_op op;
	int i;

	mutex_lock(&stats_lock);
	for (i = 0; i < STATS_MAX_SETS && stats_sets[i]; i++)
		for (op = 0; op < NR_CALL_OPS; op++)
			op_sum(&stats_sets[i]->reset.ops[op], stats_sets[i], op);
	mutex_unlock(&stats_lock);
}

/**
 * stats_exit - free the counters
 *
 * Context: Process context, may sleep. Nothing counts any more, for good.
 */
void stats_exit(void)
{
	int i;

	for (i = 0; i < STATS_MAX_SETS && stats_sets[i]; i++) {
		free_percpu(stats_sets[i]->counted);
		kfree(stats_sets[i]);
	}
}
