/* SPDX-License-Identifier: GPL-2.0 */
#ifndef HOOKS_MACHINE_H
#define HOOKS_MACHINE_H
/*
 * What mm/rmap_ops.c needs of a kernel, as a machine that checks the protocol.
 *
 * Beside the code under test there are CPUs, always about to call an operation,
 * and always still in one: at every step of the protocol some of them follow the
 * call targets as these are, and stay there until the next grace period. A module
 * without references can go at any moment. So a set that somebody may be executing
 * must be pinned, and a target that somebody may follow must be there.
 */

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

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
#define might_sleep()		machine_might_sleep()
#define pr_warn(...)		do { } while (0)
#define WARN_ON_ONCE(x)		machine_check(!(x), "WARN_ON_ONCE(" #x ")")

/* ---- modules --------------------------------------------------------------- */
struct module {
	int refs;
	bool going;
};

bool try_module_get(struct module *module);
void __module_get(struct module *module);
void module_put(struct module *module);

extern struct module machine_modules[2];
#define THIS_MODULE		(&machine_modules[0])

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
void synchronize_rcu(void);

struct static_key_false {
	bool on;
};

#define DEFINE_STATIC_KEY_FALSE(key)	struct static_key_false key
/* The last thing before the dispatchers, which need what they fall back to. */
#define DECLARE_STATIC_KEY_FALSE(key)					\
	extern struct static_key_false key;				\
	RMAP_OPS_TABLE(MACHINE_BUILTIN)					\
	extern struct static_key_false key
#define MACHINE_BUILTIN(ret, op, params, args)	ret rmap_builtin_##op params;

#define static_branch_unlikely(key)	((key)->on)
#define static_branch_enable(key)	machine_switch_key(key, true)
#define static_branch_disable(key)	machine_switch_key(key, false)

/* Asked about CONFIG_HAVE_STATIC_CALL_INLINE: without it, all is behind the key. */
#ifdef KEYED
#define IS_ENABLED(option)	0
#else
#define IS_ENABLED(option)	1
#endif

void machine_switch_key(struct static_key_false *key, bool on);

#define DECLARE_STATIC_CALL(call, fn)	extern typeof(fn) *machine_##call
#define DEFINE_STATIC_CALL(call, fn)	typeof(fn) *machine_##call = fn
#define static_call(call)		machine_##call
#define static_call_update(call, fn)					\
	do {								\
		machine_##call = (fn);					\
		machine_target_changed();				\
	} while (0)

void machine_target_changed(void);

/* ---- what the tests see of it ------------------------------------------------ */
/* What has happened since machine_forget(); protocol errors fail the test. */
struct machine_log {
	int targets;		/* changes of one */
	int grace_periods;
	int key_on, key_off;
	int gets, puts;
};

extern struct machine_log machine_log;
extern bool machine_locked;

void machine_forget(void);
void machine_check(bool ok, const char *what);

#endif /* HOOKS_MACHINE_H */
