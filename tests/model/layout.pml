/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Large folios with and without mapcounts of their pages, in one running kernel: each
 * folio gets its layout at its first mapping and keeps it until its last one is gone,
 * while the layout that is chosen changes, and the key, by which functions know that
 * layouts vary, goes on and off.
 *
 * What stands for what (Linux 7.3 with hosts/7.3/layout.patch):
 *
 *   raise, lower		folio_raise_large_mapcount(), folio_lower_large_mapcount() of
 *				linux/rmap.h, with __folio_choose_layout() and
 *				__folio_forget_layout() of linux/rmap_layout.h
 *   add_ptes, add_pmd,		__folio_add_rmap() and __folio_remove_rmap() of mm/rmap.c
 *   remove_ptes, remove_pmd	while the key is off, rmap_layout_add_ptes() and the others
 *				of mm/rmap_layout.c while it is on
 *   dup_ptes, dup_pmd		__folio_try_dup_anon_rmap(), __folio_dup_file_rmap()
 *   set, settle		rmap_layout_set() and rmap_layout_work() of mm/rmap_layout.c
 *   synchronize		synchronize_rcu(), see hooks.pml
 *   task			page faults, swap-in or migration: map; zap; split of a PMD
 *				(__split_huge_pmd_locked()); fork (copy_present_ptes(),
 *				copy_huge_pmd())
 *
 * The bracket rule: whatever only one layout has, and _entire_mapcount, changes while
 * `large' is not 0. A CPU that adds raises `large' first, one that removes lowers it last.
 *
 * One statement is one access to a shared word. `large' and the bit change together,
 * under the large mapcount lock. A page table is changed by one task alone, as if that
 * held its lock all the time; an operation is a read-side critical section of RCU. The
 * count of folios without mapcounts of their pages is one for each CPU, of which each
 * task has one. Memory is sequentially consistent.
 *
 * 7.3 drops differences of the statistics that have the wrong sign, so these may drift
 * when PTE and PMD mappings race, with one layout, too (mapcount.pml). Here, they are kept.
 */

#ifndef NR
#define NR	2	/* pages of the folio */
#endif
#ifndef TASKS
#define TASKS	2
#endif
#ifndef OPS
#define OPS	3	/* how many things a task does, before it unmaps all */
#endif
#ifndef CHANGES
#define CHANGES	3	/* of the layout */
#endif
#ifdef WITH_FORK
#define MMS	(2 * TASKS)
#else
#define MMS	TASKS
#endif

/* REACH names what must not happen. */
#define AT_NONE		1	/* a folio gets no mapcounts of its pages */
#define AT_PAGE		2	/* a folio gets them while layouts vary */
#define AT_OTHER	3	/* a folio is mapped that has the layout not chosen */
#define AT_KEY_OFF	4	/* the key goes off, after folios without them */
#define AT_SPLIT	5	/* the PMD of such a folio is split */
#define AT_DUP		6	/* such a folio is duplicated */
#define AT_WORK		7	/* the work turns the key off */
#ifndef REACH
#define REACH		0
#endif
#define reached(what)	assert(REACH != what)

/* ---- the folio: counts are those of mappings, without the -1 ----------------- */
#define ENTIRELY	32	/* ENTIRELY_MAPPED */

short large;		/* _large_mapcount */
bit none;		/* FOLIO_MM_IDS_NONE_BIT, in _mm_ids */
short entire;		/* _entire_mapcount */
short mc[NR];		/* _mapcount of each page */
short mapped;		/* _nr_pages_mapped */
short stat;		/* its part of NR_ANON_MAPPED */
short thps;		/* and of NR_ANON_THPS */

/* ---- the layout ---------------------------------------------------------------- */
#ifdef KEY_IS_ON	/* at first */
bit key = 1;		/* rmap_layout_key */
#else
bit key;
#endif
bit chosen;		/* rmap_layout_chosen: none? */
short nr_none[MMS];	/* rmap_layout_nr, per CPU */
bit was_none;		/* nobody reads it, but AT_KEY_OFF */
bit mutex;

/* ---- page tables, and who is in an operation ------------------------------------ */
bit pte[MMS * NR];
bit pmd[MMS];
#define PTE(m, p)	pte[(m) * NR + (p)]

bit busy[MMS];		/* its page table and the counts may differ */
bit inside[MMS];	/* a critical section */
bit awaited[MMS];	/* by the one who has the mutex */

#define mutex_lock()	atomic { mutex == 0 -> mutex = 1 }
#define mutex_unlock()	mutex = 0

inline synchronize()
{
	d_step {
		i = 0;
		do
		:: i < MMS -> awaited[i] = inside[i]; i++
		:: else -> break
		od;
		i = 0
	}
	do
	:: i < MMS -> !awaited[i]; i++
	:: else -> i = 0; break
	od
}

/* ---- the large mapcount, and what changes with it ------------------------------- */

/* @choice: what a first mapping gets. */
inline raise(n, choice)
{
	d_step {
		k = (large == 0 && (choice) -> 1 : 0);
		if
		:: k -> reached(AT_NONE); assert(key); assert(!none); none = 1; was_none = 1
		:: else -> skip
		fi;
		large = large + (n);
		v = large
	}
	if
	:: d_step { k -> nr_none[m]++; k = 0 }
	:: else -> skip
	fi
}

/* Mistakes: the bit stays, or the folio is not uncounted. */
#ifdef KEEPS_BIT
#define forget	false
#else
#define forget	none
#endif
#ifdef KEEPS_COUNT
#define uncount(m)	true
#else
#define uncount(m)	nr_none[m]--
#endif

inline lower(n)
{
	d_step {
		large = large - (n);
		assert(large >= 0);
		v = large;
		k = (large == 0 && forget -> 1 : 0);
		if
		:: k -> none = 0
		:: else -> skip
		fi
	}
	if
	:: d_step { k -> uncount(m); k = 0 }
	:: else -> skip
	fi
}

/* ---- what the layout `page' has --------------------------------------------------- */

inline count_pages(p, n)
{
	do
	:: d_step { i < n -> k = k + (mc[p + i] == 0 -> 1 : 0); mc[p + i]++; i++ }
	:: else -> break
	od;
	if
	:: d_step { k -> mapped = mapped + k; nr = nr + (mapped < ENTIRELY -> k : 0); k = 0; i = 0 }
	:: else -> i = 0
	fi
}

inline uncount_pages(p, n)
{
	do
	:: d_step { i < n -> assert(mc[p + i] > 0); mc[p + i]--; k = k + (mc[p + i] == 0 -> 1 : 0); i++ }
	:: else -> break
	od;
	if
	:: d_step {
			k -> mapped = mapped - k;
			assert(mapped >= 0);
			nr = nr - (mapped < ENTIRELY -> k : 0);
			k = 0; i = 0
		}
	:: else -> i = 0
	fi
}

inline count_entire()
{
	d_step { r = (entire == 0 -> 1 : 0); entire++ }
}

inline uncount_entire()
{
	d_step { assert(entire > 0); entire--; r = (entire == 0 -> 1 : 0) }
}

inline count_entirely()
{
	if
	:: d_step {
			r -> mapped = mapped + ENTIRELY;
			nr = nr + (mapped < 2 * ENTIRELY -> NR - mapped % ENTIRELY : 0);
			t_nr = t_nr + (mapped < 2 * ENTIRELY -> NR : 0);
			r = 0
		}
	:: else -> skip
	fi
}

inline uncount_entirely()
{
	if
	:: d_step {
			r -> mapped = mapped - ENTIRELY;
			assert(mapped >= 0);
			nr = nr - (mapped < ENTIRELY -> NR - mapped : 0);
			t_nr = t_nr - (mapped < ENTIRELY -> NR : 0);
			r = 0
		}
	:: else -> skip
	fi
}

/* ---- the operations ----------------------------------------------------------------- */

/*
 * Each reads the key once. What it adds to the statistics, it keeps until the end; nobody
 * reads them before. The critical section begins as late, and ends as early, as it may.
 */
#define read_key()	d_step { inside[m] = 1; varies = key }

/*
 * Mistakes. CHOICE_TWICE: the folio has the layout that is chosen now, whatever was
 * chosen under the lock. RAISE_LAST, LOWER_FIRST: the order of 7.3, in which a folio that
 * is not mapped has the layout that will be chosen. KEY_TWICE: the key is asked again
 * whether the large mapcount is still to be raised.
 */
#ifdef CHOICE_TWICE
#define layout_given	chosen
#else
#define layout_given	none
#endif
#define layout_guess	(large == 0 -> chosen : none)
#ifdef KEY_TWICE
#define raised		(key)
#else
#define raised		false
#endif

/* Pages that a mapping, or its end, changes the statistics by, without their mapcounts. */
#define none_added(n)	nr = nr + (v == (n) -> NR : 0)
#define none_removed()	nr = nr - (v == 0 -> NR : 0)
#define none_entire(n)	d_step { t_nr = t_nr + (r -> n : 0); r = 0 }

inline add_ptes(p, n)
{
	read_key();
	if
#ifdef RAISE_LAST
	:: varies ->
		l = layout_guess;
		if
		:: l -> raise(n, l); none_added(n)
		:: else -> count_pages(p, n); raise(n, l)
		fi
#else
	:: varies ->
		raise(n, chosen);
		l = layout_given;
		if
		:: l -> none_added(n)
		:: else -> count_pages(p, n)
		fi
#endif
	:: else ->
		count_pages(p, n);
		if
		:: raised -> skip
		:: else -> raise(n, 0)
		fi
	fi
}

inline remove_ptes(p, n)
{
	read_key();
	if
	:: varies ->
		l = none;
		if
#ifdef LOWER_FIRST
		:: !l -> lower(n); uncount_pages(p, n)
#else
		:: !l -> uncount_pages(p, n); lower(n)
#endif
		:: else -> lower(n); none_removed()
		fi
	:: else ->
		lower(n);
		uncount_pages(p, n)
	fi
}

inline add_pmd()
{
	read_key();
	if
#ifdef RAISE_LAST
	:: varies ->
		l = layout_guess;
		count_entire();
		if
		:: l -> none_entire(NR); raise(1, l); none_added(1)
		:: else -> count_entirely(); raise(1, l)
		fi
#else
	:: varies ->
		raise(1, chosen);
		count_entire();
		l = layout_given;
		if
		:: l -> none_entire(NR); none_added(1)
		:: else -> count_entirely()
		fi
#endif
	:: else ->
		count_entire();
		count_entirely();
		raise(1, 0)
	fi
}

inline remove_pmd()
{
	read_key();
	if
	:: varies ->
		l = none;
#ifdef LOWER_FIRST
		lower(1);
		uncount_entire();
		if
		:: l -> none_entire(-NR); none_removed()
		:: else -> uncount_entirely()
		fi
#else
		uncount_entire();
		if
		:: l -> none_entire(-NR); lower(1); none_removed()
		:: else -> uncount_entirely(); lower(1)
		fi
#endif
	:: else ->
		lower(1);
		uncount_entire();
		uncount_entirely()
	fi
}

/* The source's mapping is counted all the while: the order does not matter. */
inline dup_ptes(p, n)
{
	read_key();
	l = (varies && none -> 1 : 0);
	if
	:: l -> reached(AT_DUP)
	:: else ->
		do
		:: d_step { i < n -> assert(mc[p + i] > 0); mc[p + i]++; i++ }
		:: else -> i = 0; break
		od
	fi;
	raise(n, 0)
}

inline dup_pmd()
{
	read_key();
	entire++;
	raise(1, 0)
}

/* ---- what must be true when nobody is in an operation ----------------------------------- */
inline check()
{
	do
	:: q < MMS ->
		total = total + pmd[q];
		entirely = entirely + pmd[q];
		maps = 0;
		do
		:: maps < NR -> total = total + PTE(q, maps); maps++
		:: else -> break
		od;
		q++
	:: else -> break
	od;
	assert(large == total);
	assert(entire == entirely);
	q = 0;
	do
	:: q < NR ->
		maps = 0; i = 0;
		do
		:: i < MMS -> maps = maps + PTE(i, q); i++
		:: else -> break
		od;
		pages = pages + (maps > 0 -> 1 : 0);
		assert(mc[q] == (none -> 0 : maps));
		q++
	:: else -> break
	od;
	assert(mapped == (none -> 0 : pages + (entirely > 0 -> ENTIRELY : 0)));
	assert(stat == (total == 0 -> 0 : (none || entirely > 0 -> NR : pages)));
	assert(thps == (entirely > 0 -> NR : 0));
	assert(total > 0 || !none);
	assert(key || !none);
	i = 0; k = 0;
	do
	:: i < MMS -> k = k + nr_none[i]; i++
	:: else -> break
	od;
	assert(k == none);
	if
	:: total > 0 && none && !chosen -> reached(AT_OTHER)
	:: total > 0 && !none && chosen -> reached(AT_OTHER)
	:: total > 0 && !none && key -> reached(AT_PAGE)
	:: else -> skip
	fi;
	q = 0; maps = 0; total = 0; entirely = 0; pages = 0; i = 0; k = 0
}

/* ---- the callers ---------------------------------------------------------------------- */

inline leave()
{
	d_step {
		p = 0; n = 0;
		stat = stat + nr; thps = thps + t_nr;
		nr = 0; t_nr = 0; v = 0; l = 0; varies = 0;
		busy[m] = 0; inside[m] = 0; awaited[m] = 0;
		do
		:: i < MMS -> k = k + busy[i]; i++
		:: else -> break
		od;
		i = 0;
		if
		:: k == 0 -> check()
		:: else -> k = 0
		fi
	}
}

#define mapped_at_all	(pmd[m] || PTE(m, 0) || PTE(m, NR - 1))

/* A page table changes in the same step in which an operation begins. */
inline set_ptes(t, from, nr_pages, value)
{
	d_step {
		busy[m] = 1;
		p = from;
		n = nr_pages;
		do
		:: i < n -> PTE(t, p + i) = value; i++
		:: else -> break
		od;
		i = 0
	}
}

inline set_pmd(t, value)
{
	d_step { busy[m] = 1; pmd[t] = value }
}

/* The next range of PTEs from page @from on; n is 0 if there is none. */
inline next_range(from)
{
	d_step {
		p = from; n = 0;
		do
		:: p < NR && !PTE(m, p) -> p++
		:: p + n < NR && PTE(m, p + n) -> n++
		:: else -> break
		od
	}
}

inline zap_ptes()
{
	do
	:: n > 0 ->
		remove_ptes(p, n);
		atomic { next_range(p + n); set_ptes(m, p, n, 0) }
	:: else -> break
	od
}

/* The parent's task holds both locks; the child is not running yet. */
inline fork_ptes(c)
{
	do
	:: n > 0 ->
		dup_ptes(p, n);
		atomic { next_range(p + n); set_ptes(c, p, n, 1) }
	:: else -> break
	od
}

proctype task(byte m; byte ops)
{
	byte i, n, p;
	short k, v, nr, t_nr;
	byte maps, total, entirely, pages, q;
	bit l, r, varies;
	byte forked;

	do
	:: ops > 0 ->
		ops--;
		if
		:: atomic { !mapped_at_all -> set_ptes(m, 0, NR, 1) }
			add_ptes(p, n)
#ifdef WITH_HOLES
		:: atomic { !mapped_at_all -> set_ptes(m, 0, 1, 1) }
			add_ptes(p, n)
		:: atomic { !pmd[m] && !PTE(m, NR - 1) -> set_ptes(m, NR - 1, 1, 1) }
			add_ptes(p, n)
		:: atomic { PTE(m, 0) -> set_ptes(m, 0, 1, 0) }
			remove_ptes(p, n)
		:: atomic { PTE(m, NR - 1) -> set_ptes(m, NR - 1, 1, 0) }
			remove_ptes(p, n)
#endif
#ifdef WITH_PMD
		:: atomic { !mapped_at_all -> set_pmd(m, 1) }
			add_pmd()
		:: atomic { pmd[m] -> set_pmd(m, 0); set_ptes(m, 0, NR, 1) }
			if
			:: none -> reached(AT_SPLIT)
			:: else -> skip
			fi;
			add_ptes(p, n);
			remove_pmd()
#endif
#ifdef WITH_FORK
		:: atomic { pmd[m] && !forked -> set_pmd(m + TASKS, 1) }
			dup_pmd();
			forked = 1
		:: atomic { !pmd[m] && mapped_at_all && !forked -> next_range(0); set_ptes(m + TASKS, p, n, 1) }
			fork_ptes(m + TASKS);
			forked = 1
#endif
		:: atomic { !pmd[m] && mapped_at_all -> next_range(0); set_ptes(m, p, n, 0) }
			zap_ptes()
		:: atomic { pmd[m] -> set_pmd(m, 0) }
			remove_pmd()
		fi;
		leave();
#ifdef WITH_FORK
		if
		:: forked == 1 -> forked = 2; run task(m + TASKS, 0)
		:: else -> skip
		fi
#endif
	:: else -> break
	od;
	if
	:: atomic { !pmd[m] && mapped_at_all -> next_range(0); set_ptes(m, p, n, 0) }
		zap_ptes();
		leave()
	:: atomic { pmd[m] -> set_pmd(m, 0) }
		remove_pmd();
		leave()
	:: else -> skip
	fi
}

/* ---- the choice -------------------------------------------------------------------------- */

/*
 * Mistake NO_COUNT: the key goes off whatever is left. Otherwise it goes off if no
 * folio is left; no more can come.
 */
inline settle()
{
	i = 0; sum = 0;
	do
	:: i < MMS -> sum = sum + nr_none[i]; i++
	:: else -> i = 0; break
	od;
	if
#ifdef NO_COUNT
	:: key ->
#else
	:: sum == 0 && key ->
#endif
		d_step {
			if
			:: was_none -> reached(AT_KEY_OFF)
			:: else -> skip
			fi;
			key = 0;
			assert(!none)
		}
	:: else -> skip
	fi;
	sum = 0
}

/* Mistakes: no grace period after the key has gone on, or after the choice. */
#ifdef NO_GRACE_ON
#define synchronize_on()	skip
#else
#define synchronize_on()	synchronize()
#endif
#ifdef NO_GRACE_OFF
#define synchronize_off()	skip
#else
#define synchronize_off()	synchronize()
#endif

inline set(to)
{
	mutex_lock();
	if
	:: (to) && !key -> key = 1; synchronize_on()
	:: else -> skip
	fi;
	chosen = to;
	synchronize_off();
	if
	:: !(to) -> settle()
	:: else -> skip
	fi;
	mutex_unlock()
}

proctype admin()
{
	byte i, changes;
	short sum;

	do
	:: changes < CHANGES -> changes++; set(changes % 2)
	:: else -> break
	od
}

/* May find the mutex and the choice in any state. */
proctype work()
{
	byte i;
	short sum;

	mutex_lock();
	if
	:: !chosen && key ->
		settle();
		if
		:: !key -> reached(AT_WORK)
		:: else -> skip
		fi
	:: else -> skip
	fi;
	mutex_unlock()
}

init
{
	byte m, i, k, maps, total, entirely, pages, q;

	atomic {
		do
		:: m < TASKS -> run task(m, OPS); m++
		:: else -> m = 0; break
		od;
		run admin();
#ifdef WITH_WORK
		run work();
#endif
	}
	_nr_pr == 1;
	d_step { check() }
	assert(large == 0 && stat == 0 && thps == 0 && mapped == 0);
}
