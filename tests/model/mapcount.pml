/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The counts of one large anon folio, under everything that may happen to it at
 * the same time. The main question: is the sole-owner path of `exclusive` sound?
 *
 * What stands for what (Linux 6.12):
 *
 *   remove_ptes, add_ptes		__folio_remove_rmap(), __folio_add_rmap() of mm/rmap.c,
 *					level PTE; module: folio_remove_rmap_ptes,
 *					folio_add_anon_rmap_ptes of each impl_*.c; sole-owner paths:
 *					impl_exclusive.c, impl_sole.h
 *   dup_ptes, dup_pmd			__folio_try_dup_anon_rmap() of include/linux/rmap.h
 *   add_pmd, remove_pmd		the same, level PMD; module: impl_common.c
 *   zap				zap_pte_range(), zap_present_folio_ptes() of mm/memory.c,
 *					zap_huge_pmd() of mm/huge_memory.c; its put is
 *					tlb_finish_mmu() -> folios_put_refs()
 *   fork				copy_present_ptes(), copy_huge_pmd()
 *   split				__split_huge_pmd_locked(), without freezing
 *   migrate				try_to_migrate_one(), folio_migrate_mapping(),
 *					remove_migration_pte(); set_pmd_migration_entry(),
 *					remove_migration_pmd()
 *   write				wp_can_reuse_anon_folio(), do_huge_pmd_wp_page()
 *   speculate				folio_try_get() and folio_put(): compaction, page_idle,
 *					GUP-fast, the deferred split scan
 *   poison				memory_failure(): TestSetPageHWPoison() without reference
 *					or lock
 *   put				folio_put_testzero(), then the checks of
 *					free_tail_page_prepare() and page_expected_state()
 *
 * One statement is one access to a shared word: an atomic read-modify-write, a
 * load, a store. Page tables are changed and read under their locks. The token
 * rule is in the callers: a reference is taken before a mapping is counted, and
 * dropped after the mapping is not counted any more.
 *
 * The model leaves out weaker machines: memory is sequentially consistent (the
 * arguments for weaker machines are at the predicates in module/impl_sole.h). A
 * process is one page table with one lock. Pinned pages are not duplicated; the
 * attempt takes and drops its references (PINS). A migration that succeeds ends with
 * this folio unmapped; one that fails ends with all of it mapped again, in the order
 * of the rmap walk: parents before their children. The model has no swap: for the
 * predicate on references, the swap cache's references are like those of
 * `speculate`. For the predicate on the bit they are not, because swap clears and
 * sets it; bit.pml has that.
 *
 * A task does up to OPS of the things that the run allows, in any order, on its part
 * of the folio. It may then exit or live on.
 */

/* ---- the size of the world, set by RUNS ------------------------------------ */
#ifndef NR
#define NR	2	/* pages of the folio */
#endif
#ifndef MMS
#define MMS	3	/* processes, including those to be forked */
#endif
#ifndef PTE_MMS
#define PTE_MMS	2	/* the first so many processes map it by PTEs at first */
#endif
#ifndef PMD_MMS
#define PMD_MMS	0	/* and so many, which follow them, by a PMD */
#endif
#ifndef OPS
#define OPS	1	/* how many things a task does, before it exits or not */
#endif

/*
 * ---- the predicate ---------------------------------------------------------
 * The references that the caller of an operation owns. The operation takes the
 * sole-owner path if there are no others. With 0, it has no such path.
 */
#ifndef REMOVE_MORE
#define REMOVE_MORE	0
#endif
#define REMOVE_OWNED(n)	((n) + REMOVE_MORE)
#ifndef DUP_TIMES
#define DUP_TIMES	2
#endif
#define DUP_OWNED(n)	(DUP_TIMES * (n))
#ifndef SPLIT_OWNED
#define SPLIT_OWNED	NR
#endif
#ifndef REMOVE_PMD_OWNED
#define REMOVE_PMD_OWNED	1
#endif
#ifndef DUP_PMD_OWNED
#define DUP_PMD_OWNED	2
#endif

/* Mistake: "there are as many mappings as I remove, so all of them are mine". */
#ifdef PREDICATE_MAPCOUNT
#define sole(owned, maps)	(large + 1 == (maps))
#else
#define sole(owned, maps)	(ref == (owned))
#endif

/*
 * The other predicate: the _mapcount of an anon-exclusive page belongs to the
 * page table that maps it, and all counters do if a PMD maps it (`exclusive`).
 * Mistakes: BIT_OF_FIRST takes the first page's bit for all pages of a range;
 * BIT_FOR_ALL also lets the bit decide about the folio's counters.
 */
#ifdef NO_BITS
#define own_page(p)	false
#define own_range(p)	false
#define own_pmd()	false
#else
#define own_pmd()	((flags[0] & EXCLUSIVE) != 0)
#ifdef BIT_FOR_ALL
#define own_range(p)	((flags[p] & EXCLUSIVE) != 0)
#else
#define own_range(p)	false
#endif
#ifdef BIT_OF_FIRST
#define own_page(p)	((flags[start] & EXCLUSIVE) != 0)
#else
#define own_page(p)	((flags[p] & EXCLUSIVE) != 0)
#endif
#endif

/* REACH names an operation whose sole-owner path must not be taken. */
#define AT_REMOVE	1
#define AT_DUP		2
#define AT_SPLIT	3
#define AT_REMOVE_PMD	4
#define AT_DUP_PMD	5
#define AT_REMOVE_BIT	6	/* one page, by its bit */
#define AT_DUP_BIT	7
#define AT_ADD_FLAG	8
#ifndef REACH
#define REACH		0
#endif
#define reached(op)	assert(REACH != op)

/* ---- the folio ------------------------------------------------------------- */
#define ENTIRELY	32	/* ENTIRELY_MAPPED */

short ref;			/* _refcount */
short large = -1;		/* _large_mapcount */
short entire = -1;		/* _entire_mapcount */
short mc[NR] = -1;		/* _mapcount of each page */
short mapped;			/* _nr_pages_mapped */
short stat;			/* its part of NR_ANON_MAPPED */
bit freed;
#define EXCLUSIVE	1	/* PG_anon_exclusive */
#define HWPOISON	2	/* of any page, in another byte than the others */
#define OF_FOLIO	4	/* PG_has_hwpoisoned and others, of the first pages only */
byte flags[NR];

/* ---- page tables ----------------------------------------------------------- */
#define NONE		0
#define PRESENT		1
#define MIGRATION	2	/* a readable migration entry: may be shared */
#define EXCLUSIVELY	3	/* an exclusive one */
byte pte[MMS * NR];
byte pmd[MMS];
bit ptl[MMS];
bit born[MMS];
#define PTE(m, p)	pte[(m) * NR + (p)]

#define lock(m)		atomic { ptl[m] == 0 -> ptl[m] = 1 }
#define unlock(m)	ptl[m] = 0

/* ---- one access each ------------------------------------------------------- */
/*
 * Each of them checks that the folio is there and that no count is below its
 * least.
 */
#define live()		assert(!freed)

inline inc_and_test(x, result)
{
	d_step { live(); x++; result = (x == 0 -> 1 : 0) }
}

inline dec_and_test(x, result)
{
	d_step { live(); x--; assert(x >= -1); result = (x < 0 -> 1 : 0) }
}

inline count_add(x, n)
{
	d_step { live(); x = x + (n); assert(x >= -1) }
}

inline load(x, result)
{
	d_step { live(); result = x }
}

inline store(x, value)
{
	d_step { live(); x = value; assert(x >= -1) }
}

inline put(n)
{
	d_step {
		live();
		ref = ref - (n);
		assert(ref >= 0);
		if
		:: ref == 0 ->
			assert(large == -1 && entire == -1 && mapped == 0);
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

/*
 * The statistic is a function P of _nr_pages_mapped alone: NR if the folio is
 * mapped entirely, otherwise the number of its pages that PTEs map. Each change
 * of _nr_pages_mapped accounts for the difference that it makes.
 *
 * 6.12 drops differences of the wrong sign, where a page was counted twice for
 * a moment, so its statistic may drift. EXACT keeps them.
 */
#ifdef EXACT
#define clamp(x)	(x)
#else
#define clamp(x)	((x) < 0 -> 0 : (x))
#endif

/* The difference after _nr_pages_mapped has changed to @m, by @n pages. */
#define by_pte(m, n)	((m) < ENTIRELY -> (n) : 0)
/* The difference after ENTIRELY has been taken from, or added to give, @m. */
#define by_pmd_gone(m)	((m) < ENTIRELY -> clamp(NR - (m)) : 0)
#define by_pmd_new(m)	((m) < 2 * ENTIRELY -> clamp(NR - (m) % ENTIRELY) : 0)

inline account(n)
{
	if
	:: n != 0 -> d_step { stat = stat + (n); nr = 0 }
	:: else -> skip
	fi
}

/*
 * PG_anon_exclusive changes by an atomic bit operation or, as a mistake, a
 * plain one.
 */
inline clear_exclusive(p)
{
#ifdef PLAIN_BITS
	v = flags[p];
	flags[p] = v & (HWPOISON | OF_FOLIO);
	v = 0
#else
	flags[p] = flags[p] & (HWPOISON | OF_FOLIO)
#endif
}

inline set_exclusive(p)
{
#ifdef PLAIN_BITS
	v = flags[p];
	flags[p] = v | EXCLUSIVE;
	v = 0
#else
	flags[p] = flags[p] | EXCLUSIVE
#endif
}

/*
 * Where the call owns all references, by a plain store of the byte that has it, but not of
 * the first pages (impl_flag.h). Mistakes: the whole word, or the first pages, too.
 */
#ifndef FIRST_BY_BYTE
#define FIRST_BY_BYTE	1
#endif
inline store_exclusive(p, what)
{
	if
	:: (p) >= FIRST_BY_BYTE ->
		v = flags[p];
#ifdef WORD_STORE
		flags[p] = (v & (HWPOISON | OF_FOLIO)) | what;
#else
		flags[p] = (flags[p] & HWPOISON) | (v & OF_FOLIO) | what;
#endif
		v = 0
	:: else -> flags[p] = (flags[p] & (HWPOISON | OF_FOLIO)) | what
	fi
}

/*
 * ---- the operations --------------------------------------------------------
 * Each under the page table lock. Locals of the caller: i, v, k, nr, fast, r.
 * The ordinary path is that of 6.12; with STEPS_PAGE, some processes' is that of
 * `page` and `batch`, where _nr_pages_mapped is counted page by page, as when a live
 * switch is under way.
 */
#ifdef STEPS_PAGE
#define by_page(m)	((m) % 2)
#else
#define by_page(m)	0
#endif

inline remove_ptes(m, p, n, owned)
{
	start = p;
	fast = (owned != 0 && sole(owned, n) || own_range(p) -> 1 : 0);
	if
	:: fast ->
		reached(AT_REMOVE);
		load(large, v);
		store(large, v - (n));
		i = 0; k = 0;
		do
		:: i < n ->
			load(mc[p + i], v);
			d_step { live(); mc[p + i] = v - 1; assert(v >= 0); k = k + (v == 0 -> 1 : 0); i++ }
		:: else -> break
		od;
		load(mapped, v);
		store(mapped, v - k);
		d_step { nr = by_pte(v - k, k); v = 0 }
	:: !fast && by_page(m) ->
		count_add(large, -(n));
		i = 0;
		do
		:: i < n ->
			dec_and_test(mc[p + i], r);
			if
			:: r -> d_step { live(); mapped--; assert(mapped >= 0); nr = nr + by_pte(mapped, 1) }
			:: else -> skip
			fi;
			i++
		:: else -> break
		od
	:: else ->
		count_add(large, -(n));
		i = 0; k = 0;
		do
		:: i < n ->
			if
			:: own_page(p + i) ->
				reached(AT_REMOVE_BIT);
				load(mc[p + i], v);
				d_step { store(mc[p + i], v - 1); r = (v == 0 -> 1 : 0) };
				v = 0
			:: else -> dec_and_test(mc[p + i], r)
			fi;
			d_step { k = k + r; i++ }
		:: else -> break
		od;
		if
		:: k -> d_step { live(); mapped = mapped - k; assert(mapped >= 0); nr = by_pte(mapped, k) }
		:: else -> skip
		fi
	fi;
	atomic { i = 0; k = 0; r = 0; start = 0; fast = 0 };
	account(-nr)
}

inline add_ptes(m, p, n, owned, exclusive)
{
	fast = (owned != 0 && sole(owned, n) -> 1 : 0);
	if
	:: fast ->
		reached(AT_SPLIT);
		i = 0; k = 0;
		do
		:: i < n ->
			load(mc[p + i], v);
			d_step { live(); mc[p + i] = v + 1; k = k + (v == -1 -> 1 : 0) };
			if
			:: (exclusive) -> store_exclusive(p + i, EXCLUSIVE)
			:: else -> skip
			fi;
			i++
		:: else -> break
		od;
		load(mapped, v);
		store(mapped, v + k);
		d_step { nr = by_pte(v + k, k) };
		load(large, v);
		store(large, v + (n));
		v = 0
	:: !fast && by_page(m) ->
		i = 0;
		do
		:: i < n ->
			inc_and_test(mc[p + i], r);
			if
			:: r -> d_step { live(); mapped++; nr = nr + by_pte(mapped, 1) }
			:: else -> skip
			fi;
			i++
		:: else -> break
		od;
		count_add(large, n)
	:: else ->
		i = 0; k = 0;
		do
		:: i < n ->
			if
#ifndef NO_BITS
			:: (exclusive) ->
				reached(AT_ADD_FLAG);
				load(mc[p + i], v);
				d_step { store(mc[p + i], v + 1); r = (v == -1 -> 1 : 0) };
				v = 0
#endif
			:: else -> inc_and_test(mc[p + i], r)
			fi;
			d_step { k = k + r; i++ }
		:: else -> break
		od;
		if
		:: k -> d_step { live(); mapped = mapped + k; nr = by_pte(mapped, k) }
		:: else -> skip
		fi;
		count_add(large, n)
	fi;
	atomic { i = 0; k = 0; r = 0 };
	account(nr);
	do
	:: i < n && !fast && (exclusive) -> set_exclusive(p + i); i++
	:: else -> atomic { i = 0; fast = 0; break }
	od
}

inline dup_ptes(m, p, n, owned)
{
	start = p;
	fast = (owned != 0 && sole(owned, n) -> 1 : 0);
	i = 0;
	if
	:: fast ->
		reached(AT_DUP);
		do
		:: i < n ->
			store_exclusive(p + i, 0);
			load(mc[p + i], v);
			store(mc[p + i], v + 1);
			i++
		:: else -> break
		od;
		load(large, v);
		store(large, v + (n));
		v = 0
	:: else ->
		do
		:: i < n ->
			if
			:: own_page(p + i) ->
				reached(AT_DUP_BIT);
				clear_exclusive(p + i);
				load(mc[p + i], v);
				store(mc[p + i], v + 1);
				v = 0
			:: else ->
				clear_exclusive(p + i);
				count_add(mc[p + i], 1)
			fi;
			i++
		:: else -> break
		od;
		count_add(large, n)
	fi;
	atomic { i = 0; start = 0; fast = 0 }
}

inline add_pmd()
{
	inc_and_test(entire, r);
	if
	:: r -> d_step { live(); mapped = mapped + ENTIRELY; nr = by_pmd_new(mapped) }
	:: else -> skip
	fi;
	count_add(large, 1);
	r = 0;
	account(nr)
}

inline remove_pmd(owned)
{
	fast = (sole(owned, 1) || own_pmd() -> 1 : 0);
	if
	:: fast ->
		reached(AT_REMOVE_PMD);
		load(large, v);
		store(large, v - 1);
		load(entire, v);
		d_step { store(entire, v - 1); r = (v == 0 -> 1 : 0) };
		if
		:: r ->
			load(mapped, v);
			store(mapped, v - ENTIRELY);
			d_step { nr = by_pmd_gone(v - ENTIRELY); v = 0 }
		:: else -> v = 0
		fi
	:: else ->
		count_add(large, -1);
		dec_and_test(entire, r);
		if
		:: r ->
			d_step {
				live();
				mapped = mapped - ENTIRELY;
				assert(mapped >= 0);
				nr = by_pmd_gone(mapped)
			}
		:: else -> skip
		fi
	fi;
	atomic { r = 0; fast = 0 };
	account(-nr)
}

inline dup_pmd(owned)
{
	fast = (sole(owned, 1) || own_pmd() -> 1 : 0);
	clear_exclusive(0);
	if
	:: fast ->
		reached(AT_DUP_PMD);
		load(entire, v);
		store(entire, v + 1);
		load(large, v);
		store(large, v + 1);
		v = 0
	:: else ->
		count_add(entire, 1);
		count_add(large, 1)
	fi;
	fast = 0
}

/*
 * ---- the callers -----------------------------------------------------------
 */
/*
 * folio_pte_batch(): n = the number of consecutive present PTEs from @p on,
 * below @end.
 */
inline batch(m, p, end)
{
	d_step {
		n = 1;
		do
		:: p + n < end && PTE(m, p + n) == PRESENT -> n++
		:: else -> break
		od
	}
}

inline set_ptes(m, p, n, value)
{
	d_step {
		q = 0;
		do
		:: q < n -> PTE(m, p + q) = value; q++
		:: else -> break
		od;
		q = 0
	}
}

/* The references go after the lock, when the gathered pages are flushed. */
inline zap(m, from, end)
{
	lock(m);
	if
	:: pmd[m] == PRESENT ->
		pmd[m] = NONE;
		remove_pmd(REMOVE_PMD_OWNED);
		gathered = 1
	:: pmd[m] >= MIGRATION -> pmd[m] = NONE
	:: else ->
		p = from;
		do
		:: p < end && PTE(m, p) == PRESENT ->
			batch(m, p, end);
			set_ptes(m, p, n, NONE);
			remove_ptes(m, p, n, REMOVE_OWNED(n));
			d_step { gathered = gathered + n; p = p + n; n = 0 }
		:: p < end && PTE(m, p) != PRESENT ->
			d_step { PTE(m, p) = NONE; p++ }
		:: else -> break
		od;
		p = 0
	fi;
	unlock(m);
	if
	:: gathered -> put(gathered); gathered = 0
	:: else -> skip
	fi
}

/*
 * The child takes all that the parent has from page @from on, and migration
 * entries, too.
 */
inline fork(m, c, from)
{
	lock(c);
	lock(m);
	if
	:: pmd[m] == PRESENT ->
		count_add(ref, 1);
		dup_pmd(DUP_PMD_OWNED);
		pmd[c] = PRESENT
	:: pmd[m] >= MIGRATION -> pmd[m] = MIGRATION; pmd[c] = MIGRATION
	:: else ->
		p = from;
		do
		:: p < NR && PTE(m, p) == PRESENT ->
			batch(m, p, NR);
			count_add(ref, n);
#ifdef PINS
			if
			:: true -> put(n)	/* -EBUSY: nothing counted */
			:: true ->
#endif
				dup_ptes(m, p, n, DUP_OWNED(n));
				set_ptes(c, p, n, PRESENT);
#ifdef PINS
			fi;
#endif
			d_step { p = p + n; n = 0 }
		:: p < NR && PTE(m, p) != PRESENT ->
			d_step {
				PTE(m, p) = (PTE(m, p) == NONE -> NONE : MIGRATION);
				PTE(c, p) = PTE(m, p);
				p++
			}
		:: else -> break
		od;
		p = 0
	fi;
	unlock(m);
	unlock(c)
}

inline split(m)
{
	lock(m);
	if
	:: pmd[m] == PRESENT ->
		count_add(ref, NR - 1);
		add_ptes(m, 0, NR, SPLIT_OWNED, (flags[0] & EXCLUSIVE) != 0);
		set_ptes(m, 0, NR, PRESENT);
		pmd[m] = NONE;
		remove_pmd(REMOVE_PMD_OWNED)
	:: else -> skip
	fi;
	unlock(m)
}

/* A write fault: the page is ours again if there is no other reference. */
inline write(m, p)
{
	lock(m);
	if
	:: (PTE(m, p) == PRESENT || pmd[m] == PRESENT) && ref == 1 ->
		if
		:: PTE(m, p) == PRESENT -> set_exclusive(p)
		:: else -> set_exclusive(0)
		fi
	:: else -> skip
	fi;
	unlock(m)
}

#ifdef WITH_MIGRATE
/* An exclusive page is shared first: folio_try_share_anon_rmap_*(). */
#define entry_of(p)	(flags[p] & EXCLUSIVE -> EXCLUSIVELY : MIGRATION)

inline unmap_for_migration(m)
{
	lock(m);
	if
	:: pmd[m] == PRESENT ->
		pmd[m] = entry_of(0);
		clear_exclusive(0);
		remove_pmd(REMOVE_PMD_OWNED);
		put(1)
	:: else ->
		p = 0;
		do
		:: p < NR && PTE(m, p) == PRESENT ->
			PTE(m, p) = entry_of(p);
			clear_exclusive(p);
			remove_ptes(m, p, 1, REMOVE_OWNED(1));
			put(1);
			p++
		:: p < NR && PTE(m, p) != PRESENT -> p++
		:: else -> break
		od;
		p = 0
	fi;
	unlock(m)
}

inline map_after_migration(m)
{
	lock(m);
	if
	:: pmd[m] >= MIGRATION && moved -> pmd[m] = NONE
	:: pmd[m] >= MIGRATION && !moved ->
		count_add(ref, 1);
		add_pmd();
		if
		:: pmd[m] == EXCLUSIVELY -> set_exclusive(0)
		:: else -> skip
		fi;
		pmd[m] = PRESENT
	:: else ->
		p = 0;
		do
		:: p < NR && PTE(m, p) >= MIGRATION && moved ->
			d_step { PTE(m, p) = NONE; p++ }
		:: p < NR && PTE(m, p) >= MIGRATION && !moved ->
			count_add(ref, 1);
			add_ptes(m, p, 1, 1, PTE(m, p) == EXCLUSIVELY);
			atomic { PTE(m, p) = PRESENT; p++ }
		:: p < NR && PTE(m, p) < MIGRATION -> p++
		:: else -> break
		od;
		p = 0
	fi;
	unlock(m)
}

proctype migrate()
{
	short v, nr;
	byte i, k, p, q, m, start;
	bit r, fast, moved;

	try_get(r);
	if
	:: r ->
		r = 0;
		do
		:: m < MMS -> unmap_for_migration(m); m++
		:: else -> m = 0; break
		od;
		/*
		 * Nobody else has the folio, so it may move. Somebody may still
		 * be in the way.
		 */
		if
		:: ref == 1 -> moved = 1
		:: true -> skip
		fi;
		do
		:: m < MMS -> map_after_migration(m); m++
		:: else -> m = 0; break
		od;
		put(1)
	:: else -> skip
	fi
}
#endif

#ifdef WITH_SPECULATE
proctype speculate()
{
	byte q;
	bit r;

	try_get(r);
	if
	:: r -> put(1)
	:: else -> skip
	fi
}
#endif

#ifdef WITH_POISON
bit poisoned;

proctype poison()
{
	byte q;

	do
	:: q < NR -> flags[q] = flags[q] | HWPOISON | (q < 1 -> OF_FOLIO : 0); q++
	:: else -> break
	od;
	poisoned = 1
}
#endif

/* A process that has the folio mapped, or its child. */
proctype task(byte m; byte ops)
{
	short v, nr;
	byte i, k, n, p, q, c, gathered, start;
	bit r, fast;

	do
	:: ops > 0 ->
		ops--;
		if
#ifdef WITH_FORK
		:: c = MMS;
			atomic {
				do
				:: c > 0 && born[c - 1] -> c--
				:: else -> break
				od;
				if
				:: c > 0 -> c--; born[c] = 1
				:: else -> c = MMS
				fi
			}
			if
			:: c < MMS -> fork(m, c, 0); run task(c, 0)
#ifdef WITH_HOLES
			/* As if the first page were in a VMA with MADV_DONTFORK. */
			:: c < MMS && pmd[m] == NONE -> fork(m, c, 1); run task(c, 0)
#endif
			:: else -> skip
			fi;
			c = 0
#endif
#ifdef WITH_SPLIT
		:: split(m)
#endif
#ifdef WITH_HOLES
		:: zap(m, 0, 1)
		:: zap(m, 1, NR)
#endif
#ifdef WITH_WRITE
		:: write(m, 0)
		:: write(m, NR - 1)
#endif
		:: true -> break
		fi
	:: else -> break
	od;
	/* The task exits, or lives on. */
	if
	:: zap(m, 0, NR)
	:: true -> skip
	fi
}

/* ---- what must be true when all is quiet ------------------------------------ */
/* The counts follow from the page tables, which are the truth. */
inline check()
{
	d_step {
		total = 0; entirely = 0; pages = 0;
		m = 0;
		do
		:: m < MMS -> entirely = entirely + (pmd[m] == PRESENT -> 1 : 0); m++
		:: else -> break
		od;
		p = 0;
		do
		:: p < NR ->
			maps = 0;
			m = 0;
			do
			:: m < MMS -> maps = maps + (PTE(m, p) == PRESENT -> 1 : 0); m++
			:: else -> break
			od;
			assert(freed || mc[p] == maps - 1);
			assert(!(flags[p] & EXCLUSIVE) || maps + entirely <= 1);
#ifdef WITH_POISON
			assert(!poisoned || (flags[p] & HWPOISON));
			assert(!poisoned || p > 0 || (flags[p] & OF_FOLIO));
#endif
			total = total + maps;
			pages = pages + (maps > 0 -> 1 : 0);
			p++
		:: else -> break
		od;
		assert(freed == (total + entirely == 0 -> 1 : 0));
		assert(ref == total + entirely);
		assert(large == total + entirely - 1);
		assert(entire == entirely - 1);
		assert(mapped == pages + (entirely > 0 -> ENTIRELY : 0));
#ifndef ANY_STAT
		assert(stat == (entirely > 0 -> NR : pages))
#endif
	}
}

init
{
	byte m, p, maps, total, entirely, pages;

	atomic {
		do
		:: m < PTE_MMS ->
			p = 0;
			do
			:: p < NR -> PTE(m, p) = PRESENT; p++
			:: else -> break
			od;
			born[m] = 1;
			m++
		:: m >= PTE_MMS && m < PTE_MMS + PMD_MMS ->
			pmd[m] = PRESENT;
			born[m] = 1;
			m++
		:: else -> break
		od;
		p = 0;
		do
		:: p < NR ->
			mc[p] = PTE_MMS - 1;
			flags[p] = (PTE_MMS + PMD_MMS == 1 &&
				    (PTE_MMS == 1 || p == 0) -> EXCLUSIVE : 0);
			p++
		:: else -> break
		od;
		ref = PTE_MMS * NR + PMD_MMS;
		large = ref - 1;
		entire = PMD_MMS - 1;
		mapped = (PTE_MMS > 0 -> NR : 0) + (PMD_MMS > 0 -> ENTIRELY : 0);
		stat = NR;
		m = 0;
		do
		:: m < PTE_MMS + PMD_MMS -> run task(m, OPS); m++
		:: else -> break
		od;
		m = 0; p = 0;
#ifdef WITH_MIGRATE
		run migrate();
#endif
#ifdef WITH_SPECULATE
		run speculate();
#endif
#ifdef WITH_POISON
		run poison();
#endif
	}
	_nr_pr == 1;
	check()
}
