/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HOOKS_MACHINE_H
#define HOOKS_MACHINE_H
/*
 * What mm/rmap_ops.c needs of a kernel, as a machine that checks the protocol.
 *
 * The code under test shares the machine with CPUs that are always about to
 * call an operation, and always still in one. At every step of the protocol
 * some CPUs follow the call targets as these are, and stay there until the next
 * grace period. A module without references can go at any moment. So a set that
 * a CPU may be executing must be pinned, and a target that a CPU may follow
 * must be there.
 */

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

#define CONFIG_MODULES		1
#define CONFIG_HUGETLB_PAGE	1
#define CONFIG_TRANSPARENT_HUGEPAGE 1
#define CONFIG_SYSFS		1

struct folio;
struct page;
struct vm_area_struct;
#define rmap_t			int

#ifndef __always_inline
#define __always_inline		inline __attribute__((__always_inline__))
#endif
#define __init
#define might_sleep()		machine_might_sleep()
#define pr_warn(...)		do { } while (0)
#define WARN_ON_ONCE(x)		machine_check(!(x), "WARN_ON_ONCE(" #x ")")
#define WARN(x, ...)		machine_warn(x)
#define TAINT_TEST		18
#define LOCKDEP_STILL_OK	1
#define add_taint(flag, ok)	(machine_log.taints++)

bool machine_warn(bool condition);

/* ---- modules --------------------------------------------------------------- */
struct module {
	const char *name;
	int refs;
	bool going;
};

enum { MODULE_STATE_COMING, MODULE_STATE_GOING };

bool try_module_get(struct module *module);
void __module_get(struct module *module);
void module_put(struct module *module);

extern struct module machine_modules[2];
#define THIS_MODULE		(&machine_modules[0])

struct notifier_block {
	int (*notifier_call)(struct notifier_block *nb, unsigned long event,
			     void *module);
};

enum { NOTIFY_DONE, NOTIFY_OK };

int register_module_notifier(struct notifier_block *nb);
void machine_module_event(struct module *module, unsigned long event);

/* ---- initcalls, a key, and work that runs when the test says so -------------- */
#define late_initcall(fn)	int (*const machine_initcall)(void) = fn

extern int (*const machine_initcall)(void);

struct work_struct {
	void (*function)(struct work_struct *work);
};

#define DECLARE_WORK(name, fn)	struct work_struct name = { fn }
#define schedule_work(w)	(machine_work = (w))

extern struct work_struct *machine_work;
void machine_run_work(void);

struct sysrq_key_op {
	void (*handler)(unsigned char key);
	const char *help_msg, *action_msg;
	int enable_mask;
};

#define u8			unsigned char
#define SYSRQ_ENABLE_RTNICE	0x100

int register_sysrq_key(unsigned char key, const struct sysrq_key_op *op);
void machine_press(unsigned char key);

/* ---- one mutex ------------------------------------------------------------- */
struct mutex {
	bool locked;
};

#define DEFINE_MUTEX(name)	struct mutex name
#define mutex_lock(m)		machine_lock(m)
#define mutex_unlock(m)		machine_unlock(m)
#define lockdep_assert_held(m)	machine_check((m)->locked, "held: " #m)

void machine_lock(struct mutex *mutex);
void machine_unlock(struct mutex *mutex);
void machine_might_sleep(void);

/* ---- RCU, the key, the targets ---------------------------------------------- */
void synchronize_rcu_expedited(void);

#define rcu_read_lock_any_held()	machine_reader
#define RCU_LOCKDEP_WARN(c, text)	(machine_log.no_reader += (c))

/* A CPU that calls an operation is in a read-side critical section. */
extern bool machine_reader;

struct static_key {
	bool on;
};

struct static_key_false {
	struct static_key key;
};

#define DEFINE_STATIC_KEY_FALSE(key)	struct static_key_false key
/*
 * Must be the last thing before the dispatchers, which need what they fall back
 * to.
 */
#define DECLARE_STATIC_KEY_FALSE(key)					\
	extern struct static_key_false key;				\
	RMAP_OPS_LIST(MACHINE_BUILTIN, MACHINE_NONE, MACHINE_BUILTIN,	\
		      MACHINE_ADAPTED, MACHINE_NONE)			\
	extern struct static_key_false key
#define MACHINE_BUILTIN(ret, op, params, ...)	ret op##_builtin params;
#define MACHINE_ADAPTED(ret, op, params, args, own_params, ...)		\
	ret op##_builtin own_params;
#define MACHINE_NONE(...)

#define static_key_false(key)		((key)->on)
#define static_branch_enable(key)	machine_switch_key(key, true)
#define static_branch_disable(key)	machine_switch_key(key, false)

/*
 * Stands for CONFIG_HAVE_STATIC_CALL_INLINE: without it, all operations are
 * behind the key.
 */
#ifdef KEYED
#define IS_ENABLED(option)	0
#else
#define IS_ENABLED(option)	1
#endif

void machine_switch_key(struct static_key_false *key, bool on);

#define DECLARE_STATIC_CALL(call, fn)	extern typeof(fn) *machine_##call
#define DEFINE_STATIC_CALL(call, fn)	typeof(fn) *machine_##call = fn
#define static_call(call)		machine_##call
/* A kernel that queues changes applies them at the end, one after the other. */
#define static_call_batch_begin()	machine_batch_begin()
#define static_call_batch_end()		machine_batch_end()
#define static_call_update_batched(call, fn)				\
	do {								\
		typeof(machine_##call) to = (fn);			\
		machine_queue(&machine_##call, &to);			\
	} while (0)

void machine_batch_begin(void);
void machine_batch_end(void);
void machine_queue(void *target, const void *to);

/* ---- what the tests see of it ------------------------------------------------ */
/* What has happened since machine_forget(). A protocol error fails the test. */
struct machine_log {
	int targets;		/* changes of a target */
	int grace_periods;
	int key_on, key_off;
	int gets, puts;
	int warnings, taints;
	int no_reader;		/* operations called outside of a critical section */
};

extern struct machine_log machine_log;
extern bool machine_locked;

void machine_forget(void);
void machine_check(bool ok, const char *what);

#endif /* HOOKS_MACHINE_H */
