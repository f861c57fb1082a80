// SPDX-License-Identifier: GPL-2.0
/*
 * Counters: each implementation has one set, with counters for each CPU.
 *
 * A set stays until its implementation goes, or this module. An implementation
 * that was never counted has no set.
 */

#include <linux/log2.h>
#include <linux/mutex.h>
#include <linux/percpu.h>
#include <linux/rcupdate.h>
#include <linux/seq_file.h>
#include <linux/slab.h>

#include "inject.h"
#include "registry.h"
#include "stats.h"
#include "tally.h"

/* Batches of 1, 2-3, 4-7 pages, and so on; the last one has all larger ones. */
#define STATS_NR_BATCHES	19
#define STATS_MAX_SETS		REGISTRY_MAX

struct stats_op {
	unsigned long pages;
	unsigned long busy;
	unsigned long batches[STATS_NR_BATCHES];	/* their sum: calls */
};

struct stats_cpu {
	struct stats_op ops[NR_CALL_OPS];
};

/* The same counters, as the numbers of a tally. */
#define STATS_OP_NUMBERS	(sizeof(struct stats_op) / sizeof(long))
#define STATS_NUMBERS		(sizeof(struct stats_cpu) / sizeof(long))

/**
 * struct stats_set - counters of one implementation
 * @implementation: the implementation
 * @counted: what each CPU has counted
 * @reset: for @tally
 * @tally: reads and resets @counted; stats_lock is its lock
 */
struct stats_set {
	const struct rmap_ops *implementation;
	struct stats_cpu __percpu *counted;
	unsigned long reset[STATS_NUMBERS];
	struct tally tally;
};

/*
 * Held to add or remove a set, and to read or reset the counters. An entry does
 * not change while a frame counts in it. But a frame looks at the entries of others
 * to find its own.
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
	set->tally = (struct tally){
		.counted = (const unsigned long __percpu *)set->counted,
		.reset = set->reset,
		.nr = STATS_NUMBERS,
	};
	return set;
}

/* Return: the place of an implementation's set, or NULL. */
static struct stats_set **set_place(const struct rmap_ops *implementation)
{
	const struct stats_set *set;
	int i;

	for (i = 0; i < STATS_MAX_SETS; i++) {
		set = READ_ONCE(stats_sets[i]);
		if (set && set->implementation == implementation)
			return &stats_sets[i];
	}
	return NULL;
}

static struct stats_set **set_free_place(void)
{
	int i;

	for (i = 0; i < STATS_MAX_SETS; i++)
		if (!stats_sets[i])
			return &stats_sets[i];
	return NULL;
}

static int stats_prepare(const struct rmap_ops *implementation)
{
	struct stats_set **place, *set;
	int err = 0;

	mutex_lock(&stats_lock);
	if (set_place(implementation))
		goto unlock;
	place = set_free_place();
	if (WARN_ON_ONCE(!place)) {
		err = -ENOSPC;
		goto unlock;
	}
	set = set_new(implementation);
	if (!set) {
		err = -ENOMEM;
		goto unlock;
	}
	/* The reader is set_place() of a frame that looks for another one. */
	smp_store_release(place, set);
unlock:
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

static void op_show(struct seq_file *m, const struct stats_set *set,
		    enum call_op op)
{
	struct stats_op sum;
	unsigned long calls = 0;
	int i;

	tally_read(&set->tally, op * STATS_OP_NUMBERS, STATS_OP_NUMBERS,
		   (unsigned long *)&sum);
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
 * The first line has the names of the columns. Below it is a line for each
 * operation that was called. The name of a batch is the least number of its
 * pages.
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
	for (i = 0; i < STATS_MAX_SETS; i++)
		for (op = 0; stats_sets[i] && op < NR_CALL_OPS; op++)
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
	int i;

	mutex_lock(&stats_lock);
	for (i = 0; i < STATS_MAX_SETS; i++)
		if (stats_sets[i])
			tally_reset(&stats_sets[i]->tally);
	mutex_unlock(&stats_lock);
}

static void set_drop(struct stats_set *set)
{
	if (!set)
		return;
	free_percpu(set->counted);
	kfree(set);
}

/**
 * stats_forget - free the counters of an implementation that goes
 * @implementation: it is not in use, and cannot be used any more
 *
 * Context: Process context. May sleep, for an RCU grace period.
 */
void stats_forget(const struct rmap_ops *implementation)
{
	struct stats_set **place, *set = NULL;

	mutex_lock(&stats_lock);
	place = set_place(implementation);
	if (place) {
		set = *place;
		WRITE_ONCE(*place, NULL);
	}
	mutex_unlock(&stats_lock);
	/* A frame may be looking at it: an operation is an RCU read-side section. */
	if (set)
		synchronize_rcu();
	set_drop(set);
}

/**
 * stats_exit - free the counters
 *
 * Context: Process context, may sleep. No layer counts any more, nor will
 * again.
 */
void stats_exit(void)
{
	int i;

	for (i = 0; i < STATS_MAX_SETS; i++)
		set_drop(stats_sets[i]);
}
