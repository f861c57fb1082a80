/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The MM IDs of a large anon folio, which Linux 7.3 changes with _large_mapcount
 * under a bit lock. The questions: may `exclusive' leave that lock out where it
 * owns all references, and is a write fault right that reuses the folio?
 *
 * What stands for what (Linux 7.3):
 *
 *   change			folio_add_large_mapcount(), folio_sub_large_mapcount() of
 *				include/linux/rmap.h: with the lock; module: sole_large_add() of
 *				impl_sole.h: without it
 *   remove, add, dup		the operations on PTEs, see mapcount.pml
 *   zap, fork			zap_present_folio_ptes(), copy_present_ptes()
 *   reuse			__wp_can_reuse_large_anon_folio() of mm/memory.c
 *   migrate			try_to_migrate_one(), remove_migration_pte(): migration,
 *				reclaim, and the copy of khugepaged hold such a reference
 *   freeze			__folio_freeze_and_split_unmapped(): the word of the MM IDs is
 *				`private' of a page that becomes a folio, so it must be 0
 *   speculate			folio_try_get() and folio_put()
 *
 * One statement is one access to a shared word. The lock, the flag, and both IDs
 * are one word: a plain store of it, without the lock, takes the lock from a CPU
 * that holds it. Counters that mapcount.pml has are left out, as are PMD mappings.
 * A process is one page table.
 */

#ifndef NR
#define NR	2	/* pages of the folio */
#endif
#ifndef MMS
#define MMS	3	/* processes, including those to be forked */
#endif
#ifndef MAPPED
#define MAPPED	2	/* the first so many processes map it at first */
#endif
#ifndef OPS
#define OPS	1	/* how many things a process does, before it exits or not */
#endif

/*
 * ---- may the lock be left out? ----------------------------------------------
 * @n: mappings that the call counts. @owned: references that its caller owns.
 * Mistakes: the mapcount, or the flag, in place of the references.
 */
#ifdef PREDICATE_MAPCOUNT
#define alone(n, owned)	(large == (n))
#elif defined(PREDICATE_FLAG)
#define alone(n, owned)	(!shared && large == (n))
#elif defined(NO_LOCK)
#define alone(n, owned)	true
#elif defined(ALWAYS_LOCK)
#define alone(n, owned)	false
#else
#define alone(n, owned)	(ref == (owned))
#endif

/* Mistake: the lock is left out for an anon-exclusive page. */
#ifdef LOCK_BY_BIT
#define bit_is_enough(p)	exclusive[p]
#else
#define bit_is_enough(p)	false
#endif

/* Mistake: the write fault does not compare with the references. */
#ifdef REUSE_BY_FLAG
#define refs_agree	true
#else
#define refs_agree	(large == ref)
#endif

/* REACH names what must not happen. */
#define AT_REMOVE	1
#define AT_DUP		2
#define AT_REUSE	3
#define AT_FREEZE	4
#define AT_NO_SLOT	5
#ifndef REACH
#define REACH		0
#endif
#define reached(what)	assert(REACH != what)

/* ---- the folio: counts are those of mappings, without the -1 ----------------- */
byte ref;
byte large;
byte mc[NR];
bit exclusive[NR];
bit freed;

/* One word; 0 is no ID. Process m has the ID m + 1. */
bit locked;
bit shared;
byte id[2];
byte known[2];		/* the mapcount of each slot */

/* What is true, and nobody reads: the mappings counted in `large' by process. */
byte counted[MMS];
byte most;		/* processes that had it at a time */

#define NONE		0
#define PRESENT		1
#define MIGRATION	2
#define EXCLUSIVELY	3
byte pte[MMS * NR];
bit ptl[MMS];
bit born[MMS];
#define PTE(m, p)	pte[(m) * NR + (p)]

#define lock(m)		atomic { ptl[m] == 0 -> ptl[m] = 1 }
#define unlock(m)	ptl[m] = 0
#define live()		assert(!freed && ref > 0)

inline put(n)
{
	d_step {
		live();
		assert(ref >= n);
		ref = ref - (n);
		if
		:: ref == 0 ->
			assert(large == 0 && mc[0] == 0 && mc[NR - 1] == 0);
			assert(!locked && !shared && !id[0] && !id[1] && !known[0] && !known[1]);
			freed = 1
		:: else -> skip
		fi
	}
}

inline try_get(result)
{
	d_step { result = (ref > 0 -> 1 : 0); ref = ref + result }
}

/* ---- _large_mapcount and the MM IDs ------------------------------------------- */

/* The truth changes when `large' does. */
inline count(m, n)
{
	d_step {
		live();
		large = v + (n);
		counted[m] = counted[m] + (n);
		q = 0; k = 0;
		do
		:: q < MMS -> k = k + (counted[q] > 0 -> 1 : 0); q++
		:: else -> break
		od;
		if
		:: k > most -> most = k
		:: k == 0 -> most = 0
		:: else -> skip
		fi;
		q = 0; k = 0
	}
}

/* The rules of both versions; x is the word, as it was read. */
inline new_word(m, n)
{
	d_step {
		live();
		if
		:: x0 == m + 1 -> q = 0
		:: x1 == m + 1 -> q = 1
		:: else -> q = 2
		fi;
		if
		:: (n) > 0 && q == 2 && (x0 == 0 || x1 == 0) ->
			q = (x0 == 0 -> 0 : 1);
			if
			:: q == 0 -> x0 = m + 1
			:: else -> x1 = m + 1
			fi;
			known[q] = n;
			xf = (v + (n) == (n) -> xf : 1)
		:: (n) > 0 && q == 2 && x0 != 0 && x1 != 0 -> reached(AT_NO_SLOT)
		:: (n) > 0 && q < 2 -> known[q] = known[q] + (n)
		:: (n) < 0 && q < 2 && known[q] + (n) > 0 -> known[q] = known[q] + (n); q = 3
		:: (n) < 0 && q < 2 && known[q] + (n) <= 0 ->
			known[q] = 0;
			if
			:: q == 0 -> x0 = 0
			:: else -> x1 = 0
			fi
		:: else -> skip
		fi;
		if
		:: (n) < 0 && q < 3 && (known[0] == v + (n) || known[1] == v + (n)) -> xf = 0
		:: else -> skip
		fi;
		q = 0
	}
}

#define read_word()	d_step { live(); x0 = id[0]; x1 = id[1]; xf = shared; xl = locked }
#define store_word()	d_step { live(); id[0] = x0; id[1] = x1; shared = xf; locked = xl; x0 = 0; x1 = 0; xf = 0; xl = 0 }

/* @sole: without the lock. Locals of the caller: v, k, q, x0, x1, xf, xl. */
inline change(m, n, sole)
{
	if
	:: sole -> skip
	:: else -> atomic { !locked -> live(); locked = 1 }
	fi;
	d_step { live(); v = large };
	count(m, n);
	read_word();
	new_word(m, n);
	store_word();
	if
	:: sole -> skip
	:: else -> d_step { live(); assert(locked); locked = 0 }
	fi;
	v = 0
}

/* ---- the operations, each under the page table lock ---------------------------- */

/* Lowered first. A page's count is lowered by a plain store if that is enough. */
inline remove(m, p, n)
{
	sole = (alone(n, n) || bit_is_enough(p) -> 1 : 0);
	if
	:: sole -> reached(AT_REMOVE)
	:: else -> skip
	fi;
	change(m, -(n), sole);
	i = 0;
	do
	:: i < n && (sole || exclusive[p + i]) ->
		d_step { live(); v = mc[p + i] };
		d_step { live(); assert(v > 0); mc[p + i] = v - 1; v = 0; i++ }
	:: i < n && !(sole || exclusive[p + i]) ->
		d_step { live(); assert(mc[p + i] > 0); mc[p + i]--; i++ }
	:: i >= n -> break
	od;
	atomic { i = 0; sole = 0 }
}

/* Raised last. */
inline add(m, p, n, owned)
{
	sole = (alone(n, owned) -> 1 : 0);
	i = 0;
	do
	:: i < n && sole ->
		d_step { live(); v = mc[p + i] };
		d_step { live(); mc[p + i] = v + 1; v = 0; i++ }
	:: i < n && !sole ->
		d_step { live(); mc[p + i]++; i++ }
	:: i >= n -> i = 0; break
	od;
	change(m, n, sole);
	sole = 0
}

/* ---- the callers ---------------------------------------------------------------- */

inline batch(m, p)
{
	d_step {
		n = 1;
		do
		:: p + n < NR && PTE(m, p + n) == PRESENT -> n++
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

/* Mistake: the references go before the mappings are uncounted. */
#ifdef REFS_FIRST
#define put_before(n)	put(n)
#define put_after(n)	skip
#else
#define put_before(n)	skip
#define put_after(n)	put(n)
#endif

inline zap(m, from, end)
{
	lock(m);
	p = from;
	do
	:: p < end && PTE(m, p) == PRESENT ->
		batch(m, p);
		n = (p + n > end -> end - p : n);
		set_ptes(m, p, n, NONE);
		put_before(n);
		remove(m, p, n);
		d_step { gathered = gathered + n; p = p + n; n = 0 }
	:: p < end && PTE(m, p) != PRESENT -> d_step { PTE(m, p) = NONE; p++ }
	:: p >= end -> p = 0; break
	od;
	unlock(m);
	if
	:: gathered -> put_after(gathered); gathered = 0
	:: else -> skip
	fi
}

/* From page @from on, as if the first one were in a VMA with MADV_DONTFORK. */
inline fork(m, c, from)
{
	lock(c);
	lock(m);
	p = from;
	do
	:: p < NR && PTE(m, p) == PRESENT ->
		batch(m, p);
		d_step { live(); ref = ref + n };
		d_step {
			q = 0;
			do
			:: q < n -> exclusive[p + q] = 0; q++
			:: else -> break
			od;
			q = 0
		};
		if
		:: alone(n, 2 * n) -> reached(AT_DUP)
		:: else -> skip
		fi;
		add(c, p, n, 2 * n);
		set_ptes(c, p, n, PRESENT);
		d_step { p = p + n; n = 0 }
	:: p < NR && PTE(m, p) != PRESENT ->
		d_step {
			PTE(m, p) = (PTE(m, p) == NONE -> NONE : MIGRATION);
			PTE(c, p) = PTE(m, p);
			p++
		}
	:: p >= NR -> p = 0; break
	od;
	unlock(m);
	unlock(c)
}

/*
 * A write fault of process @m on page @p. If it reuses the page, nobody else may
 * have the folio, or have anything left to do with it.
 */
inline reuse(m, p)
{
	lock(m);
	if
	:: PTE(m, p) == PRESENT && !shared && large > 1 && refs_agree ->
		atomic { !locked -> live(); locked = 1 };
		if
		:: !shared && refs_agree ->
			d_step {
				reached(AT_REUSE);
				q = 0;
				do
				:: q < MMS * NR ->
					assert(q / NR == m || pte[q] == NONE);
					q++
				:: else -> break
				od;
				q = 0;
				assert(counted[m] == large && mc[p] == 1)
			};
			exclusive[p] = 1
		:: else -> skip
		fi;
		d_step { live(); assert(locked); locked = 0 }
	:: else -> skip
	fi;
	unlock(m)
}

proctype task(byte m; byte ops)
{
	byte v, i, k, n, p, q, c, gathered, x0, x1;
	bit xf, xl, sole;

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
			:: c < MMS -> fork(m, c, 1); run task(c, 0)
#endif
			:: else -> skip
			fi;
			c = 0
#endif
#ifdef WITH_HOLES
		:: zap(m, 0, 1)
		:: zap(m, 1, NR)
#endif
#ifdef WITH_REUSE
		:: reuse(m, 0)
		:: reuse(m, NR - 1)
#endif
		:: true -> break
		fi
	:: else -> break
	od;
	if
	:: zap(m, 0, NR)
	:: true -> skip
	fi
}

#ifdef WITH_MIGRATE
proctype migrate()
{
	byte v, i, k, n, p, q, m, x0, x1;
	bit xf, xl, sole, r;

	try_get(r);
	if
	:: r ->
		do
		:: m < MMS ->
			lock(m);
			do
			:: p < NR && PTE(m, p) == PRESENT ->
				PTE(m, p) = (exclusive[p] -> EXCLUSIVELY : MIGRATION);
				exclusive[p] = 0;
				remove(m, p, 1);
				put(1);
				p++
			:: p < NR && PTE(m, p) != PRESENT -> p++
			:: p >= NR -> p = 0; break
			od;
			unlock(m);
			m++
		:: else -> m = 0; break
		od;
		/* Nobody can take a reference of a frozen folio. */
		if
		:: d_step { ref == 1 -> ref = 0 };
			reached(AT_FREEZE);
			assert(!freed && large == 0);
			assert(!locked && !shared && !id[0] && !id[1]);
			ref = 1
		:: true -> skip
		fi;
		do
		:: m < MMS ->
			lock(m);
			do
			:: p < NR && PTE(m, p) >= MIGRATION ->
				d_step { live(); ref++ };
				add(m, p, 1, 1);
				if
				:: PTE(m, p) == EXCLUSIVELY -> exclusive[p] = 1
				:: else -> skip
				fi;
				PTE(m, p) = PRESENT;
				p++
			:: p < NR && PTE(m, p) < MIGRATION -> p++
			:: p >= NR -> p = 0; break
			od;
			unlock(m);
			m++
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
	bit r;

	try_get(r);
	if
	:: r -> put(1)
	:: else -> skip
	fi
}
#endif

/* ---- what must be true when all is quiet ------------------------------------------ */
/*
 * What the kernel promises of the flag: never wrong about a folio of several
 * processes, and right about one of a single process if no more than two had it
 * at a time since nobody had it.
 */
inline check()
{
	d_step {
		assert(!locked);
		m = 0; total = 0; mms = 0;
		do
		:: m < MMS ->
			p = 0; maps = 0;
			do
			:: p < NR -> maps = maps + (PTE(m, p) == PRESENT -> 1 : 0); p++
			:: else -> break
			od;
			assert(counted[m] == maps);
			assert(most > 2 || maps == 0 ||
			       (id[0] == m + 1 && known[0] == maps) ||
			       (id[1] == m + 1 && known[1] == maps));
			assert(id[0] != m + 1 || (known[0] > 0 && known[0] <= maps));
			assert(id[1] != m + 1 || (known[1] > 0 && known[1] <= maps));
			total = total + maps;
			mms = mms + (maps > 0 -> 1 : 0);
			m++
		:: else -> break
		od;
		assert(large == total && (freed || ref == total));
		assert(freed == (total == 0 -> 1 : 0));
		assert(total < 2 || shared || mms == 1);
		assert(total < 2 || !shared || mms > 1 || most > 2);
		assert(id[0] == 0 || id[0] != id[1]);
		p = 0;
		do
		:: p < NR ->
			m = 0; maps = 0;
			do
			:: m < MMS -> maps = maps + (PTE(m, p) == PRESENT -> 1 : 0); m++
			:: else -> break
			od;
			assert(mc[p] == maps);
			assert(!exclusive[p] || maps <= 1);
			p++
		:: else -> break
		od
	}
}

init
{
	byte m, p, maps, total, mms;

	atomic {
		do
		:: m < MAPPED ->
			p = 0;
			do
			:: p < NR -> PTE(m, p) = PRESENT; mc[p]++; p++
			:: else -> break
			od;
			born[m] = 1;
			counted[m] = NR;
			if
			:: m < 2 -> id[m] = m + 1; known[m] = NR
			:: else -> skip
			fi;
			m++
		:: else -> break
		od;
		p = 0;
		do
		:: p < NR -> exclusive[p] = (MAPPED == 1 -> 1 : 0); p++
		:: else -> break
		od;
		ref = MAPPED * NR;
		large = ref;
		shared = (MAPPED > 1 -> 1 : 0);
		most = MAPPED;
		m = 0; p = 0;
		do
		:: m < MAPPED -> run task(m, OPS); m++
		:: else -> break
		od;
		m = 0;
#ifdef WITH_MIGRATE
		run migrate();
#endif
#ifdef WITH_SPECULATE
		run speculate();
#endif
	}
	_nr_pr == 1;
	check()
}
