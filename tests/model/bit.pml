/* SPDX-License-Identifier: GPL-2.0 */
/*
 * PG_anon_exclusive of an anon page, under everything that sets it, clears it, or
 * makes a mapping from something that is none. The question: does a page whose bit is
 * set have one mapping, in the page table whose lock is held, and can no other task map
 * it in the meantime? Then `exclusive` may change its _mapcount by a load and a store.
 * mapcount.pml has the other counters; its bit changes by fork, migration and write
 * faults only.
 *
 * What stands for what (Linux 6.12):
 *
 *   rmap_remove, rmap_dup, rmap_add	folio_remove_rmap_pte(), folio_try_dup_anon_rmap_pte(),
 *					folio_add_anon_rmap_pte(); plain stores: impl_sole.h
 *   zap				zap_pte_range() of mm/memory.c: present PTEs and entries
 *   fork				copy_present_pte(), copy_nonpresent_pte()
 *   move				move_present_pte(), move_swap_pte() of mm/userfaultfd.c;
 *					MOVE_ANY: move_ptes() of mm/mremap.c
 *   swap_in				do_swap_page()
 *   swap_off				unuse_pte() of mm/swapfile.c
 *   reclaim				add_to_swap(), try_to_unmap_one()
 *   write				do_wp_page(): wp_can_reuse_anon_folio(), or a copy
 *   device_out, device_in		page_make_device_exclusive_one(), restore_exclusive_pte()
 *   merge				ksm.c: write_protect_page(), then ksm_get_folio() and
 *					replace_page() in another page table
 *   migrate				try_to_migrate_one(), remove_migration_pte(); it fails
 *   free_swap				folio_free_swap()
 *
 * One statement is one access to a shared word. Page table entries are changed and
 * read under the page table's lock. Each page has one slot of swap; a fault whose page
 * has left the swap cache gets another folio, which the model does not follow. NR pages
 * are one folio; only a small one is reused by a write fault or merged by KSM. A page
 * that moves or is merged goes to a page table that had nothing there. Reclaim and
 * migration leave device-exclusive entries alone.
 *
 * Memory is sequentially consistent. tests/model/litmus has the cases where the order
 * of two accesses matters on weaker machines.
 */

/* ---- the size of the world, set by RUNS ------------------------------------ */
#ifndef NR
#define NR	1	/* pages of the folio */
#endif
#ifndef TABLES
#define TABLES	3	/* page tables, including those to be populated later */
#endif
#ifndef MAPPED
#define MAPPED	1	/* so many map it at first; if it is one, the page is anon-exclusive */
#endif
#ifndef OPS
#define OPS	2	/* how many things such a task does */
#endif
#ifndef OPS_LATER
#define OPS_LATER	1	/* and one that comes later */
#endif

/*
 * ---- mistakes --------------------------------------------------------------
 * BY_MAPCOUNT		a _mapcount of 0 is taken for the bit
 * BY_ENTRY		a page that is mapped by swap-in is taken for exclusive
 * FORK_KEEPS_BIT	fork counts, but leaves the bit
 * FORK_KEEPS_ENTRY	fork leaves an exclusive swap entry exclusive
 * UNMAP_KEEPS_BIT	reclaim leaves the bit when it replaces the PTE
 * MERGE_KEEPS_BIT	KSM leaves the bit when it protects the page
 * WRITE_FORGETS_SWAP	a write fault does not count the swap cache's references
 * SWAPIN_TWO		a swap-in takes two references for one
 * SWAPIN_KSM		a swap-in of a KSM page looks at its references
 */
#ifdef BY_MAPCOUNT
#define is_own(p)	(mc[p] == 0)
#else
#define is_own(p)	exclusive[p]
#endif
#ifdef BY_ENTRY
#define flag_says(x)	true
#else
#define flag_says(x)	(x)
#endif
#ifdef SWAPIN_TWO
#define LOOKED_UP	2
#else
#define LOOKED_UP	1
#endif
#ifdef WRITE_FORGETS_SWAP
#define not_counted	cache
#else
#define not_counted	0
#endif
#ifdef SWAPIN_KSM
#define swapin_ksm	false
#else
#define swapin_ksm	ksm
#endif

/* REACH names something that must not happen. The runs show that no path is dead. */
#define AT_REMOVE	1	/* by the bit */
#define AT_DUP		2
#define AT_ADD_SWAP	3	/* an exclusive swap entry restored */
#define AT_ADD_ONE	4	/* a swap-in that finds one reference */
#define AT_ADD_OFF	5
#define AT_ADD_MIGRATE	6
#define AT_REUSE	7	/* a write fault sets the bit */
#define AT_COPY		8
#define AT_MERGED	9	/* KSM maps a page in another page table */
#define AT_MOVED	10
#define AT_DEVICE	11
#ifndef REACH
#define REACH		0
#endif
#define reached(what)	assert(REACH != what)

/* ---- the folio ------------------------------------------------------------- */
short ref;			/* _refcount */
short mc[NR] = -1;		/* _mapcount of each page */
bit exclusive[NR];		/* PG_anon_exclusive of each page */
bit cache;			/* PG_swapcache: NR references */
byte slots[NR];			/* swap entries of each page: swap_map */
bit ksm;			/* PageKsm */
bit locked;			/* PG_locked */
bit freed;

/* ---- page tables ----------------------------------------------------------- */
#define NONE		0
#define PRESENT		1
#define SWAP		2	/* a swap entry */
#define SWAP_EXCLUSIVE	3
#define MIGRATION	4
#define MIGRATION_EXCL	5
#define DEVICE		6	/* a device-exclusive entry: it keeps its reference */
byte pte[TABLES * NR];
bit ptl[TABLES];
bit used[TABLES];
#define PTE(t, p)	pte[(t) * NR + (p)]
#define is_swap(t, p)	(PTE(t, p) == SWAP || PTE(t, p) == SWAP_EXCLUSIVE)
#define is_migration(t, p) \
			(PTE(t, p) == MIGRATION || PTE(t, p) == MIGRATION_EXCL)

#define lock(t)		atomic { ptl[t] == 0 -> ptl[t] = 1 }
#define unlock(t)	ptl[t] = 0
#define lock_folio()	atomic { locked == 0 -> locked = 1 }
#define unlock_folio()	locked = 0
#define live()		assert(!freed)

/* Takes two locks, the one of the lower number first, as lock_two_ptls() does. */
inline lock_two(s, d)
{
	if
	:: s < d -> lock(s); lock(d)
	:: else -> lock(d); lock(s)
	fi
}

inline get()
{
	d_step { live(); ref++ }
}

inline put(n)
{
	d_step {
		live();
		ref = ref - (n);
		assert(ref >= 0);
		if
		:: ref == 0 ->
			q = 0;
			do
			:: q < NR -> assert(mc[q] == -1); q++
			:: else -> break
			od;
			q = 0;
			freed = 1
		:: else -> skip
		fi
	}
}

/* folio_try_get() */
inline try_get(result)
{
	d_step {
		result = (ref > 0 -> 1 : 0);
		ref = ref + result
	}
}

/* The same, for a folio that is found in the swap cache. */
inline look_up(result)
{
	d_step {
		result = (cache && ref > 0 -> 1 : 0);
		ref = ref + result
	}
}

/* Drops the swap cache's references when no entry is left. The folio is locked. */
inline free_swap()
{
	d_step {
		i = 0;
		do
		:: i < NR && slots[i] == 0 -> i++
		:: else -> break
		od;
		if
		:: cache && i == NR -> cache = 0; ref = ref - NR; assert(ref > 0)
		:: else -> skip
		fi;
		i = 0
	}
}

/* Finds an unused page table, or TABLES. */
inline find_table(t)
{
	atomic {
		t = 0;
		do
		:: t < TABLES && used[t] -> t++
		:: else -> break
		od;
		if
		:: t < TABLES -> used[t] = 1
		:: else -> skip
		fi
	}
}

/*
 * ---- the operations, of `exclusive` ----------------------------------------
 * A plain change is a load and a store. The assertions are what the bit promises.
 */
inline plain(p, before, after)
{
	d_step { live(); v = mc[p]; assert(v == before) };
	d_step { live(); mc[p] = v + (after) - (before); v = 0 }
}

inline rmap_remove(p)
{
	if
	:: is_own(p) -> reached(AT_REMOVE); plain(p, 0, -1)
	:: else -> d_step { live(); mc[p]--; assert(mc[p] >= -1) }
	fi
}

inline rmap_dup(p)
{
	if
	:: is_own(p) ->
		reached(AT_DUP);
#ifndef FORK_KEEPS_BIT
		exclusive[p] = 0;
#endif
		plain(p, 0, 1)
	:: else -> d_step { live(); mc[p]++ }
	fi
}

inline rmap_add(p, flag)
{
	if
	:: flag_says(flag) -> plain(p, -1, 0)
	:: else -> d_step { live(); mc[p]++ }
	fi;
	if
	:: flag -> exclusive[p] = 1
	:: else -> skip
	fi
}

/* ---- what a task does ------------------------------------------------------- */
/* The references go after the lock, when the TLB has been flushed. */
inline zap(t)
{
	lock(t);
	p = 0;
	do
	:: p < NR && PTE(t, p) == PRESENT ->
		PTE(t, p) = NONE;
		rmap_remove(p);
		d_step { gathered++; p++ }
	:: p < NR && PTE(t, p) == DEVICE ->
		d_step { PTE(t, p) = NONE; gathered++; p++ }
	:: p < NR && is_swap(t, p) ->
		d_step { PTE(t, p) = NONE; slots[p]--; p++ }
	:: p < NR && (is_migration(t, p) || PTE(t, p) == NONE) ->
		d_step { PTE(t, p) = NONE; p++ }
	:: else -> p = 0; break
	od;
	unlock(t);
	if
	:: gathered -> put(gathered); gathered = 0
	:: else -> skip
	fi
}

/* A device-exclusive entry is made present first. */
inline fork(s, d)
{
	lock(d);
	lock(s);
	p = 0;
	do
	:: p < NR && PTE(s, p) == DEVICE ->
		rmap_add(p, false);
		PTE(s, p) = PRESENT
	:: p < NR && PTE(s, p) == PRESENT ->
		get();
		rmap_dup(p);
		d_step { PTE(d, p) = PRESENT; p++ }
	:: p < NR && is_swap(s, p) ->
		d_step {
#ifndef FORK_KEEPS_ENTRY
			PTE(s, p) = SWAP;
#endif
			PTE(d, p) = PTE(s, p);
			slots[p]++;
			p++
		}
	:: p < NR && is_migration(s, p) ->
		d_step { PTE(s, p) = MIGRATION; PTE(d, p) = MIGRATION; p++ }
	:: p < NR && PTE(s, p) == NONE -> p++
	:: else -> p = 0; break
	od;
	unlock(s);
	unlock(d)
}

#ifdef MOVE_ANY
#define moves(s)	(PTE(s, 0) == PRESENT)
#else
#define moves(s)	(PTE(s, 0) == PRESENT && exclusive[0])
#endif

/* It counts nothing, as the mapping is the same one. */
inline move(s, d)
{
	lock_two(s, d);
	if
	:: moves(s) || PTE(s, 0) == SWAP_EXCLUSIVE ->
		reached(AT_MOVED);
		d_step { PTE(d, 0) = PTE(s, 0); PTE(s, 0) = NONE }
	:: else -> skip
	fi;
	unlock(s);
	unlock(d)
}

#ifdef SWAP_ACTS
/*
 * The reference of the look-up becomes the mapping's. Some swap devices need
 * the page unchanged while they write it; the entry's mark is then ignored.
 */
inline swap_in(t, at)
{
	lock(t);
	r = (is_swap(t, at) -> 1 : 0);
	unlock(t);
	if
	:: r -> look_up(r)
	:: else -> skip
	fi;
	if
	:: r ->
		r = 0;
		lock_folio();
		lock(t);
		if
		:: cache && is_swap(t, at) ->
			assert(!exclusive[at]);
			flag = (PTE(t, at) == SWAP_EXCLUSIVE && !ksm -> 1 : 0);
			if
			:: flag -> reached(AT_ADD_SWAP)
			:: true -> flag = 0
			fi;
			d_step { slots[at]--; PTE(t, at) = NONE };
			free_swap();
			if
			:: !flag && !swapin_ksm && ref <= LOOKED_UP ->
				reached(AT_ADD_ONE);
				flag = 1
			:: else -> skip
			fi;
			rmap_add(at, flag);
			d_step { PTE(t, at) = PRESENT; flag = 0 };
			unlock(t);
			unlock_folio()
		:: else ->
			unlock(t);
			unlock_folio();
			put(1)
		fi
	:: else -> skip
	fi
}
#endif

/*
 * A write fault on a page that is not exclusive. The page is reused if this is
 * the only reference. Otherwise it is copied, and removed once the copy is
 * there.
 */
inline write(t)
{
	lock(t);
	r = 0;
	if
	:: PTE(t, 0) == PRESENT && !exclusive[0] ->
		if
		:: NR == 1 && !ksm && ref <= 1 + cache ->
			atomic {
				if
				:: !locked -> locked = 1; r = 1
				:: else -> skip
				fi
			}
		:: else -> skip
		fi;
		if
		:: r ->
			r = 0;
			free_swap();
			if
			:: !ksm && ref - not_counted == 1 ->
				reached(AT_REUSE);
				exclusive[0] = 1;
				r = 1
			:: else -> skip
			fi;
			unlock_folio()
		:: else -> skip
		fi;
		if
		:: r -> r = 0; unlock(t)
		:: else ->
			get();
			unlock(t);
			lock(t);
			if
			:: PTE(t, 0) == PRESENT && !exclusive[0] ->
				reached(AT_COPY);
				PTE(t, 0) = NONE;
				rmap_remove(0);
				unlock(t);
				put(1)
			:: else -> unlock(t)
			fi;
			put(1)
		fi
	:: else -> unlock(t)
	fi
}

/* The page stays exclusive, though nothing maps it. */
inline device_out(t)
{
	lock(t);
	if
	:: PTE(t, 0) == PRESENT && exclusive[0] ->
		reached(AT_DEVICE);
		PTE(t, 0) = DEVICE;
		rmap_remove(0)
	:: else -> skip
	fi;
	unlock(t)
}

inline device_in(t)
{
	lock(t);
	if
	:: PTE(t, 0) == DEVICE ->
		rmap_add(0, false);
		PTE(t, 0) = PRESENT
	:: else -> skip
	fi;
	unlock(t)
}

proctype task(byte t; byte ops)
{
	short v;
	byte p, q, i, gathered, other;
	bit r, flag;

	do
	:: ops > 0 ->
		ops--;
		if
#ifdef WITH_FORK
		:: find_table(other);
			if
			:: other < TABLES ->
				fork(t, other);
				run task(other, OPS_LATER)
			:: else -> skip
			fi;
			other = 0
#endif
#ifdef WITH_MOVE
		:: find_table(other);
			if
			:: other < TABLES ->
				move(t, other);
				run task(other, OPS_LATER)
			:: else -> skip
			fi;
			other = 0
#endif
#ifdef SWAP_ACTS
		:: swap_in(t, 0)
#if NR > 1
		:: swap_in(t, NR - 1)
#endif
#endif
#ifdef WITH_WRITE
		:: write(t)
#endif
#ifdef WITH_DEVICE
		:: device_out(t)
		:: device_in(t)
#endif
		:: true -> break
		fi
	:: else -> break
	od;
	/* The task exits, or lives on. */
	if
	:: zap(t)
	:: true -> skip
	fi
}

/* ---- what others do ---------------------------------------------------------- */
#ifdef WITH_RECLAIM
/* An exclusive page is shared first. A pinned one stays. */
proctype reclaim()
{
	short v;
	byte p, q, t;
	bit r, flag;

	try_get(r);
	if
	:: r ->
		lock_folio();
		if
		:: !cache -> d_step { cache = 1; ref = ref + NR }
		:: else -> skip
		fi;
		do
		:: t < TABLES ->
			lock(t);
			do
			:: p < NR && PTE(t, p) == PRESENT ->
				flag = exclusive[p];
				PTE(t, p) = NONE;
#ifndef UNMAP_KEEPS_BIT
				exclusive[p] = 0;
#endif
				slots[p]++;
				PTE(t, p) = (flag -> SWAP_EXCLUSIVE : SWAP);
				rmap_remove(p);
				put(1);
				d_step { p++; flag = 0 }
			:: p < NR && PTE(t, p) != PRESENT -> p++
			:: else -> p = 0; break
			od;
			unlock(t);
			t++
		:: else -> break
		od;
		unlock_folio();
		put(1)
	:: else -> skip
	fi
}
#endif

#ifdef WITH_SWAPOFF
proctype swap_off()
{
	short v;
	byte p, q, t, i;
	bit r, flag;

	do
	:: t < TABLES ->
		look_up(r);
		if
		:: r ->
			r = 0;
			lock_folio();
			lock(t);
			do
			:: p < NR && cache && is_swap(t, p) ->
				flag = (PTE(t, p) == SWAP_EXCLUSIVE -> 1 : 0);
				get();
				if
				:: flag -> reached(AT_ADD_OFF)
				:: else -> skip
				fi;
				rmap_add(p, flag);
				d_step { PTE(t, p) = PRESENT; slots[p]--; p++; flag = 0 }
			:: p < NR && !(cache && is_swap(t, p)) -> p++
			:: else -> p = 0; break
			od;
			unlock(t);
			free_swap();
			unlock_folio();
			put(1)
		:: else -> skip
		fi;
		t++
	:: else -> break
	od
}
#endif

#ifdef WITH_MERGE
/*
 * KSM merges the page if only mappings, the swap cache and KSM itself have
 * references. The stable tree has none. Later, a copy is replaced by the page.
 */
proctype merge()
{
	short v;
	byte p, q, t;
	bit r;

	try_get(r);
	if
	:: r ->
		r = 0;
		lock_folio();
		do
		:: t < TABLES && !r ->
			lock(t);
			if
			:: PTE(t, 0) == PRESENT && mc[0] + 1 + 1 + cache == ref ->
#ifndef MERGE_KEEPS_BIT
				exclusive[0] = 0;
#endif
				r = 1
			:: else -> skip
			fi;
			unlock(t);
			t++
		:: else -> break
		od;
		if
		:: r -> ksm = 1
		:: else -> skip
		fi;
		unlock_folio();
		put(1);
		r = 0;
		if
		:: ksm -> try_get(r)
		:: else -> skip
		fi;
		if
		:: r ->
			find_table(t);
			if
			:: t < TABLES ->
				lock_folio();
				lock(t);
				reached(AT_MERGED);
				get();
				rmap_add(0, false);
				PTE(t, 0) = PRESENT;
				unlock(t);
				unlock_folio();
				run task(t, OPS_LATER)
			:: else -> skip
			fi;
			put(1)
		:: else -> skip
		fi
	:: else -> skip
	fi
}
#endif

#ifdef WITH_MIGRATE
proctype migrate()
{
	short v;
	byte p, q, t;
	bit r, flag;

	try_get(r);
	if
	:: r ->
		lock_folio();
		do
		:: t < TABLES ->
			lock(t);
			do
			:: p < NR && PTE(t, p) == PRESENT ->
				flag = exclusive[p];
				PTE(t, p) = NONE;
				exclusive[p] = 0;
				PTE(t, p) = (flag -> MIGRATION_EXCL : MIGRATION);
				rmap_remove(p);
				put(1);
				d_step { p++; flag = 0 }
			:: p < NR && PTE(t, p) != PRESENT -> p++
			:: else -> p = 0; break
			od;
			unlock(t);
			t++
		:: else -> t = 0; break
		od;
		do
		:: t < TABLES ->
			lock(t);
			do
			:: p < NR && is_migration(t, p) ->
				get();
				flag = (PTE(t, p) == MIGRATION_EXCL -> 1 : 0);
				if
				:: flag -> reached(AT_ADD_MIGRATE)
				:: else -> skip
				fi;
				rmap_add(p, flag);
				d_step { PTE(t, p) = PRESENT; p++; flag = 0 }
			:: p < NR && !is_migration(t, p) -> p++
			:: else -> p = 0; break
			od;
			unlock(t);
			t++
		:: else -> break
		od;
		unlock_folio();
		put(1)
	:: else -> skip
	fi
}
#endif

/* ---- what must be true when all is quiet ------------------------------------- */
/*
 * The counts follow from the page tables. A page whose bit is set has one
 * mapping or one device-exclusive entry, and no swap entry. If it has neither,
 * the bit is stale.
 */
inline check()
{
	d_step {
		refs = 0;
		p = 0;
		do
		:: p < NR ->
			maps = 0; entries = 0; devices = 0;
			t = 0;
			do
			:: t < TABLES ->
				maps = maps + (PTE(t, p) == PRESENT -> 1 : 0);
				entries = entries + (is_swap(t, p) -> 1 : 0);
				devices = devices + (PTE(t, p) == DEVICE -> 1 : 0);
				assert(!is_migration(t, p));
				t++
			:: else -> break
			od;
			assert(freed || mc[p] == maps - 1);
			assert(slots[p] == entries);
			assert(freed || !exclusive[p] || maps + devices + entries <= 1);
			refs = refs + maps + devices;
			p++
		:: else -> break
		od;
		assert(ref == refs + (cache -> NR : 0));
		assert(freed == (ref == 0))
	}
}

init
{
	byte t, p, maps, entries, devices, refs;

	atomic {
		do
		:: t < MAPPED ->
			p = 0;
			do
			:: p < NR -> PTE(t, p) = PRESENT; p++
			:: else -> break
			od;
			used[t] = 1;
			t++
		:: else -> break
		od;
		p = 0;
		do
		:: p < NR ->
			mc[p] = MAPPED - 1;
			exclusive[p] = (MAPPED == 1 -> 1 : 0);
			p++
		:: else -> break
		od;
		ref = MAPPED * NR;
		t = 0;
		do
		:: t < MAPPED -> run task(t, OPS); t++
		:: else -> break
		od;
		t = 0; p = 0;
#ifdef WITH_RECLAIM
		run reclaim();
#endif
#ifdef WITH_SWAPOFF
		run swap_off();
#endif
#ifdef WITH_MERGE
		run merge();
#endif
#ifdef WITH_MIGRATE
		run migrate();
#endif
	}
	_nr_pr == 1;
	check()
}
