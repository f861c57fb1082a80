/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_IMPL_DETECT_H
#define _RMAP_AB_IMPL_DETECT_H
/*
 * The detector: does another CPU count where `exclusive` relies on being alone?
 *
 * It is an option of the build (make RMAP_AB_DETECT=y; the lab sets it for its
 * debug kernel). Each predicate is compared with what the counters say. Each
 * plain store becomes a compare-and-exchange that fails if the counter has
 * changed since it was read; now and then, a delay widens the window in
 * between. Everything that the detector finds is a warning. Without the option,
 * none of it is compiled.
 */

#include <linux/atomic.h>

#ifdef RMAP_AB_DETECT

#include <linux/bug.h>
#include <linux/processor.h>
#include <linux/timex.h>

/* Wait about a microsecond, now and then. */
static __always_inline void sole_wait(void)
{
	int i;

	if ((get_cycles() >> 4) % 16)
		return;
	for (i = 0; i < 200; i++)
		cpu_relax();
}

static __always_inline void sole_store(atomic_t *counter, int old, int new)
{
	int seen;

	sole_wait();
	seen = atomic_cmpxchg(counter, old, new);
	if (seen == old)
		return;
	WARN_ONCE(1, "exclusive: a count changed from %d to %d while it was being set to %d\n",
		  old, seen, new);
	/* Repair the counter, so that one mistake is one warning. */
	atomic_add(new - old, counter);
}

static __always_inline void sole_store_word(unsigned long *word,
					    unsigned long old,
					    unsigned long new)
{
	unsigned long seen;

	sole_wait();
	seen = cmpxchg(word, old, new);
	if (seen == old)
		return;
	WARN_ONCE(1, "exclusive: the MM IDs changed from %lx to %lx while they were being set to %lx\n",
		  old, seen, new);
	WRITE_ONCE(*word, new);
}

static __always_inline void sole_store_byte(u8 *byte, u8 clear, u8 set)
{
	const u8 old = READ_ONCE(*byte), new = (old & ~clear) | set;
	u8 seen;

	sole_wait();
	seen = cmpxchg(byte, old, new);
	if (seen == old)
		return;
	WARN_ONCE(1, "exclusive: flags of a page changed from %x to %x while they were being set to %x\n",
		  old, seen, new);
	WRITE_ONCE(*byte, (seen & ~clear) | set);
}

#define SOLE_PROMISE(cond)						\
	WARN_ONCE(!(cond), "exclusive: this is not so: %s\n", #cond)

#else /* RMAP_AB_DETECT */

static __always_inline void sole_store(atomic_t *counter, int old, int new)
{
	atomic_set(counter, new);
}

static __always_inline void sole_store_word(unsigned long *word,
					    unsigned long old,
					    unsigned long new)
{
	WRITE_ONCE(*word, new);
}

static __always_inline void sole_store_byte(u8 *byte, u8 clear, u8 set)
{
	/* Only we write this byte, and C writes none beside it. One instruction on x86. */
	data_race(*byte = (*byte & ~clear) | set);
}

#define SOLE_PROMISE(cond)	((void)sizeof((long)(cond)))

#endif /* RMAP_AB_DETECT */

/* The counters of a large anon folio that has @n PTE mappings and no other. */
#define SOLE_PROMISE_PTES(folio, n) do {				\
	SOLE_PROMISE(atomic_read(&(folio)->_large_mapcount) == (n) - 1);	\
	SOLE_PROMISE(atomic_read(&(folio)->_entire_mapcount) == -1);	\
	SOLE_PROMISE(atomic_read(&(folio)->_nr_pages_mapped) ==		\
		     (host_is_none(folio) ? 0 : (n)));			\
} while (0)

/* The counters of a large anon folio that has one PMD mapping and no other. */
#define SOLE_PROMISE_PMD(folio) do {					\
	SOLE_PROMISE(atomic_read(&(folio)->_large_mapcount) == 0);	\
	SOLE_PROMISE(atomic_read(&(folio)->_entire_mapcount) == 0);	\
	SOLE_PROMISE(atomic_read(&(folio)->_nr_pages_mapped) ==		\
		     (host_is_none(folio) ? 0 : ENTIRELY_MAPPED));	\
} while (0)

#endif /* _RMAP_AB_IMPL_DETECT_H */
