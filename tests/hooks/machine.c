// SPDX-License-Identifier: GPL-2.0
/*
 * The machine under mm/rmap_ops.c: see machine.h.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#define CONFIG_RMAP_OPS 1
#include <linux/rmap.h>
#include "sets.h"

struct module machine_modules[2] = { { .name = "ours" }, { .name = "theirs" } };
struct machine_log machine_log;
bool machine_locked;
bool machine_reader;
struct work_struct *machine_work;

static struct notifier_block *notifier;
static const struct sysrq_key_op *sysrq[256];

/* The sets that some CPU may be executing. */
static bool executed[NR_SETS];

/* Targets that are about to change, as functions of any type. */
#define MAX_QUEUED	64
static struct {
	void *target;
	void (*to)(void);
} queue[MAX_QUEUED];
static int nr_queued;
static bool batching;

void machine_check(bool ok, const char *what)
{
	if (!ok)
		fail_msg("%s", what);
}

void machine_forget(void)
{
	memset(&machine_log, 0, sizeof(machine_log));
}

/* Targets that no dispatcher has declared, as the kernel never calls them. */
#define TARGET(ret, op, ...)						\
	DECLARE_STATIC_CALL(rmap_##op, *((struct rmap_ops *)0)->op);
RMAP_OPS_LIST(MACHINE_NONE, MACHINE_NONE, MACHINE_NONE, MACHINE_NONE, TARGET)

/*
 * Marks the sets that the targets belong to: some CPU follows each target now.
 * While the key is off, inlined operations are the kernel's own.
 */
static void follow_targets(void)
{
	executed[SET_BUILTIN] |= !rmap_ops_key.key.on;
#define FOLLOW(ret, op, ...)						\
	machine_check(machine_rmap_##op, #op ": the target is NULL");	\
	for (int set = 0; set < NR_SETS; set++)				\
		if (machine_rmap_##op == sets[set]->op)			\
			executed[set] = true;
	RMAP_OPS_TABLE(FOLLOW)
}

/* Every set that a CPU may be executing must be pinned. */
static void check_pinned(void)
{
	for (int set = 0; set < NR_SETS; set++)
		machine_check(!executed[set] || !set_owners[set] ||
			      set_owners[set]->refs > 0,
			      "a set may be executed, and its module is not pinned");
}

/*
 * A CPU may have passed the key before it went off, so the key does not matter
 * here.
 */
static void step(void)
{
	follow_targets();
	check_pinned();
}

bool machine_may_execute(enum set set)
{
	return executed[set];
}

bool try_module_get(struct module *module)
{
	step();
	if (module && module->going)
		return false;
	__module_get(module);
	return true;
}

void __module_get(struct module *module)
{
	machine_check(machine_locked, "a module is pinned without the mutex");
	if (!module)
		return;
	module->refs++;
	machine_log.gets++;
}

void module_put(struct module *module)
{
	if (!module)
		return;
	machine_check(module->refs > 0, "a module is put more often than got");
	module->refs--;
	machine_log.puts++;
	step();
}

void machine_lock(struct mutex *mutex)
{
	machine_check(!mutex->locked, "deadlock");
	mutex->locked = true;
	machine_locked = true;
	step();
}

void machine_unlock(struct mutex *mutex)
{
	machine_check(mutex->locked, "unlocked twice");
	step();
	mutex->locked = false;
	machine_locked = false;
}

void machine_might_sleep(void)
{
}

bool machine_warn(bool condition)
{
	machine_log.warnings += condition;
	return condition;
}

int register_module_notifier(struct notifier_block *nb)
{
	notifier = nb;
	return 0;
}

void machine_module_event(struct module *module, unsigned long event)
{
	step();
	notifier->notifier_call(notifier, event, module);
}

int register_sysrq_key(unsigned char key, const struct sysrq_key_op *op)
{
	machine_check(!sysrq[key], "the key is taken");
	sysrq[key] = op;
	return 0;
}

/* The handler runs in an interrupt, where nothing can wait. */
void machine_press(unsigned char key)
{
	const struct machine_log before = machine_log;

	sysrq[key]->handler(key);
	machine_check(!memcmp(&before, &machine_log, sizeof(before)),
		      "a key changes the set in an interrupt");
}

void machine_run_work(void)
{
	struct work_struct *work = machine_work;

	machine_work = NULL;
	if (work)
		work->function(work);
}

/* Every CPU leaves the set that it was in, and soon enters what is there now. */
void synchronize_rcu_expedited(void)
{
	machine_check(!batching, "a grace period before the targets have changed");
	step();
	machine_log.grace_periods++;
	memset(executed, 0, sizeof(executed));
}

void machine_switch_key(struct static_key_false *key, bool on)
{
	machine_check(machine_locked, "the key changes without the mutex");
	machine_check(!batching, "the key changes before the targets have");
	step();
	key->key.on = on;
	if (on)
		machine_log.key_on++;
	else
		machine_log.key_off++;
	step();
}

void machine_batch_begin(void)
{
	machine_check(machine_locked, "targets change without the mutex");
	machine_check(!batching, "a batch in a batch");
	batching = true;
}

void machine_queue(void *target, const void *to)
{
	machine_check(batching, "a target changes outside of a batch");
	machine_check(nr_queued < MAX_QUEUED, "more changes than targets");
	queue[nr_queued].target = target;
	memcpy(&queue[nr_queued++].to, to, sizeof(queue->to));
	step();
}

void machine_batch_end(void)
{
	machine_check(batching, "no batch to end");
	for (int i = 0; i < nr_queued; i++) {
		memcpy(queue[i].target, &queue[i].to, sizeof(queue->to));
		machine_log.targets++;
		step();
	}
	nr_queued = 0;
	batching = false;
}
