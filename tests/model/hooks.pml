/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Replacing the rmap operations while CPUs execute them, and unloading the module
 * that they came from.
 *
 * What stands for what (kernel-hooks.patch: mm/rmap_ops.c; Linux 6.12):
 *
 *   install, restore		__rmap_ops_install(), __rmap_ops_restore()
 *   set_targets		rmap_ops_set_targets(): a batch of static calls changes one
 *				operation after the other, at the latest when it ends
 *   put_back			rmap_ops_put_back()
 *   retire			rmap_ops_retire(): synchronize_rcu_expedited(), module_put()
 *   look			rmap_ops_get(), module_put()
 *   init_fails			a module whose init function installs and fails
 *				(kernel/module/main.c: do_init_module()), and
 *				rmap_ops_module_event()
 *   emergency			rmap_ops_emergency(), after SysRq-B
 *   caller			a CPU in fork, zap, ...: page table lock, the dispatchers of
 *				linux/rmap_ops.h for an operation that is inlined, behind the key,
 *				and for a function, whose call alone changes; unlock. The page
 *				table lock is a read-side critical section of RCU in every
 *				preemption model (kernel/rcu/tree.c: synchronize_rcu(), which
 *				tree_exp.h refers to;
 *				kernel/locking/spinlock_rt.c: rt_spin_lock()).
 *   synchronize		synchronize_rcu(), expedited or not: waits for the sections that have begun, at the
 *				earliest moment at which it may end
 *   rmmod			kernel/module/main.c: try_stop_module(), ->exit(), which frees
 *				the module's data, free_module() with its own synchronize_rcu(),
 *				which frees the text
 *
 *   wrap			module/instrument.c: instrument_wrap() writes the spare frame,
 *				which is then installed; instrument_installed()
 *
 * Sets 1 and 2 belong to one module, set 4 to another. With FRAMES, 1 and 2 are the
 * frames for layers around an implementation; the module changes a frame's content
 * while it is not installed. Set 3 is an implementation by itself.
 *
 * Patching a key or a call is one step: a CPU sees the old or the new instruction, and
 * may still be executing what the old one led to. ->exit() does not wait for the tasks
 * that install and restore: the model protects them less than the module's own debugfs
 * files do.
 *
 * The model leaves out that modules are loaded again. Memory is sequentially consistent.
 */

#ifndef CALLERS
#define CALLERS		2
#endif
#ifndef CHANGES
#define CHANGES		3	/* what the first administrator makes */
#endif
#define TARGETS		2	/* operations: */
#define INLINED		0
#define FUNCTION	1

#define BUILTIN		0
#define IDLE		8	/* what a CPU executes that is in no operation */
#define NOTHING		9	/* NULL */
#define OTHERS		4
#define owner(set)	((set) == OTHERS)	/* of sets 1 to 4; 0 and 1 are modules */
#define OWNERS		2

#define LIVE		0
#define GOING		1
#define GONE		2

bit key;
byte target[TARGETS] = BUILTIN;
byte current = BUILTIN;
bit mutex;

byte state[OWNERS] = LIVE;
byte pins[OWNERS];		/* module_refcount() */
bit no_data[OWNERS];
bit no_text[OWNERS];

/* RCU: who is in a section, and for whose section a grace period waits. */
#define ADMIN		0
#define OTHER		1
#define RMMOD		2	/* and one more for the second module */
#define EMERGENCIES	4
#define WAITERS		5
#ifdef FRAMES
bit changes[3];			/* set 1, 2: the frame is being written */
bit spare;			/* the frame to be written next: set 1 + spare */
#define unchanged(set)	assert(set != 1 && set != 2 || !changes[set])
#else
#define unchanged(set)	skip
#endif

bit inside[CALLERS];
bit awaited[WAITERS * CALLERS];
byte executes[CALLERS];

#ifdef NO_MUTEX
#define mutex_lock()	skip
#else
#define mutex_lock()	atomic { mutex == 0 -> mutex = 1 }
#endif
#define mutex_unlock()	mutex = 0

inline synchronize(who)
{
	d_step {
		i = 0;
		do
		:: i < CALLERS -> awaited[(who) * CALLERS + i] = inside[i]; i++
		:: else -> break
		od;
		i = 0
	}
	do
	:: i < CALLERS -> !awaited[(who) * CALLERS + i]; i++
	:: else -> i = 0; break
	od
}

/* What install and restore promise to their callers. */
inline nobody_executes(set)
{
#ifndef NO_PROMISE
	d_step {
		i = 0;
		do
		:: i < CALLERS -> assert(executes[i] != set); i++
		:: else -> break
		od;
		i = 0
	}
#else
	skip
#endif
}

inline set_targets(set)
{
	i = 0;
	do
	:: i < TARGETS -> target[i] = set; i++
	:: else -> break
	od;
	i = 0
}

inline put(set)
{
	if
	:: set != BUILTIN -> assert(pins[owner(set)] > 0); pins[owner(set)]--
	:: else -> skip
	fi
}

/*
 * Mistakes: NO_GRACE does not wait, PUT_FIRST lets the module go before it
 * waits, GRACE_FIRST waits before the last target has changed, FROM_BUILTIN
 * waits only for sets of modules.
 */
inline retire(who, set)
{
#ifdef PUT_FIRST
	put(set);
#endif
#if !defined(NO_GRACE) && !defined(GRACE_FIRST)
#ifdef FROM_BUILTIN
	if
	:: set != BUILTIN -> synchronize(who)
	:: else -> skip
	fi;
#else
	synchronize(who);
#endif
#endif
	nobody_executes(set);
#ifndef PUT_FIRST
	put(set)
#endif
}

/*
 * Mistakes: NULL_TARGET leaves nothing to call, because the key is off;
 * KEY_QUIET assumes that nobody executes the set any more once the key is off.
 */
inline put_back(who)
{
	key = 0;
#ifdef KEY_QUIET
	put(old);
	set_targets(BUILTIN);
	current = BUILTIN
#else
#ifdef NULL_TARGET
	set_targets(NOTHING);
#else
	set_targets(BUILTIN);
#endif
	current = BUILTIN;
	retire(who, old)
#endif
}

inline try_module_get(set, result)
{
#ifdef NO_GET
	d_step { result = 1; pins[owner(set)]++ }
#else
	d_step {
		result = (state[owner(set)] == LIVE -> 1 : 0);
		pins[owner(set)] = pins[owner(set)] + result
	}
#endif
}

inline install(who, set)
{
	mutex_lock();
	old = current;
	if
	:: old == set -> skip
	:: old != set && old != BUILTIN && owner(old) != owner(set) -> skip
	:: state[owner(set)] == GONE -> skip	/* there is no such set */
	:: else ->
		try_module_get(set, got);
		if
		:: got ->
#ifdef GRACE_FIRST
			synchronize(who);
#endif
			set_targets(set);
			current = set;
			key = 1;
			retire(who, old);
			got = 0
		:: else -> skip
		fi
	fi;
	old = 0;
	mutex_unlock()
}

inline restore(who, which)
{
	mutex_lock();
	old = current;
	if
	:: old == BUILTIN -> skip
	:: old != BUILTIN && owner(old) != which -> skip
	:: else -> put_back(who)
	fi;
	old = 0;
	mutex_unlock()
}

/*
 * Switches layers on or off, or changes the implementation inside. Mistake:
 * IN_PLACE changes the frame that is installed.
 */
#ifdef FRAMES
inline wrap(who)
{
#ifdef IN_PLACE
	frame = 2 - spare;
#else
	frame = 1 + spare;
#endif
	changes[frame] = 1;
	changes[frame] = 0;
	install(who, frame);
	if
	:: current == frame -> spare = 2 - frame
	:: else -> skip
	fi;
	frame = 0
}
#endif

inline look()
{
	mutex_lock();
	old = current;
	if
	:: old != BUILTIN -> pins[owner(old)]++
	:: else -> skip
	fi;
	mutex_unlock();
	if
	:: old != BUILTIN ->
		assert(!no_data[owner(old)]);
		pins[owner(old)]--
	:: else -> skip
	fi;
	old = 0
}

proctype administrator()
{
	byte i, old, left = CHANGES;
	bit got;
#ifdef FRAMES
	byte frame;
#endif

	do
	:: left > 0 ->
		left--;
		if
#ifdef FRAMES
		:: wrap(ADMIN)
		:: install(ADMIN, 3)
#else
		:: install(ADMIN, 1)
		:: install(ADMIN, 2)
#endif
		:: restore(ADMIN, 0)
		fi
	:: else -> break
	od
}

/* Another module installs its own set, and looks at whatever set is there. */
proctype other()
{
	byte i, old;
	bit got;

	if
	:: install(OTHER, OTHERS); restore(OTHER, 1)
	:: look()
	fi
}

proctype rmmod(byte which)
{
	byte i;
	bit stopped;

	atomic {
		pins[which] == 0 -> state[which] = GOING; stopped = 1
	}
	no_data[which] = 1;
	synchronize(RMMOD + which);
	atomic { no_text[which] = 1; state[which] = GONE }
}

/*
 * A module that is pinned goes all the same. Mistake: NO_NOTIFIER does not
 * notice it. The model does not ask whether its data is in use: ->exit() of a
 * module that is unloaded by force frees it before anybody else is told.
 */
#ifdef INIT_FAILS
proctype init_fails()
{
	byte i, old;
	bit got;

	install(OTHER, OTHERS);
	state[1] = GOING;
#ifndef NO_NOTIFIER
	mutex_lock();
	old = current;
	if
	:: old == OTHERS -> put_back(OTHER)
	:: else -> skip
	fi;
	old = 0;
	mutex_unlock();
#endif
	synchronize(RMMOD + 1);
	atomic { no_text[1] = 1; state[1] = GONE }
}
#endif

/*
 * The key works whoever owns the set, at any moment, and as often as it is
 * pressed.
 */
#ifdef EMERGENCY
proctype emergency()
{
	byte i, old, left = 2;

	do
	:: left > 0 ->
		left--;
		mutex_lock();
		old = current;
		if
		:: old != BUILTIN -> put_back(EMERGENCIES)
		:: else -> skip
		fi;
		old = 0;
		mutex_unlock()
	:: else -> break
	od
}
#endif

#define runs(set)							\
	assert(set == BUILTIN || !no_text[owner(set)]);			\
	assert(set == BUILTIN || !no_data[owner(set)]);			\
	unchanged(set)

inline call(op)
{
	if
	:: key || op == FUNCTION ->
		d_step {
			set = target[op];
			assert(set != NOTHING);
			executes[me] = set
		}
		/*
		 * While a set executes, its text and its data are there, to the
		 * last instruction.
		 */
		runs(set);
		runs(set);
		d_step { executes[me] = IDLE; set = 0 }
	:: else ->
		executes[me] = BUILTIN;
		executes[me] = IDLE
	fi
}

proctype caller(byte me)
{
	byte set, w;

end:	do
	:: true ->
		inside[me] = 1;
		call(INLINED);
		call(FUNCTION);
		d_step {
			inside[me] = 0;
			do
			:: w < WAITERS -> awaited[w * CALLERS + me] = 0; w++
			:: else -> break
			od;
			w = 0
		}
	od
}

init
{
	byte n;

	atomic {
		do
		:: n < CALLERS -> executes[n] = IDLE; run caller(n); n++
		:: else -> break
		od;
		n = 0;
		run administrator();
#ifdef EMERGENCY
		run emergency();
#endif
#ifdef INIT_FAILS
		run init_fails();
#elif !defined(ONE_MODULE)
		run other();
		run rmmod(1);
#endif
		run rmmod(0)
	}
}
