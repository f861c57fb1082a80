/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_IMPL_DETECT_H
#define _RMAP_AB_IMPL_DETECT_H
/*
 * The detector: does anybody count where `exclusive` believes that nobody can?
 *
 * An option of the build (make RMAP_AB_DETECT=y; the lab sets it for its debug
 * kernel). Each predicate is compared with what the counters say, and each plain
 * store is a compare-and-exchange that fails if the counter has changed since it
 * was read, with a window in between now and then. Whatever it finds is a warning.
 * Without the option, nothing of it is compiled.
 */

#include <linux/atomic.h>

#ifdef RMAP_AB_DETECT

#include <linux/bug.h>
#include <linux/processor.h>
#include <linux/timex.h>

/* Now and then, about a microsecond. */
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
	/* As it should have been: one mistake is one warning. */
	atomic_add(new - old, counter);
}

#define SOLE_PROMISE(cond)						\
	WARN_ONCE(!(cond), "exclusive: this is not so: %s\n", #cond)

#else /* RMAP_AB_DETECT */

static __always_inline void sole_store(atomic_t *counter, int old, int new)
{
	atomic_set(counter, new);
}

#define SOLE_PROMISE(cond)	((void)sizeof((long)(cond)))

#endif /* RMAP_AB_DETECT */

/* What the counters of a large anon folio are if @n PTE mappings are all it has. */
#define SOLE_PROMISE_PTES(folio, n) do {				\
	SOLE_PROMISE(atomic_read(&(folio)->_large_mapcount) == (n) - 1);	\
	SOLE_PROMISE(atomic_read(&(folio)->_entire_mapcount) == -1);	\
	SOLE_PROMISE(atomic_read(&(folio)->_nr_pages_mapped) == (n));	\
} while (0)

/* And if one PMD mapping is. */
#define SOLE_PROMISE_PMD(folio) do {					\
	SOLE_PROMISE(atomic_read(&(folio)->_large_mapcount) == 0);	\
	SOLE_PROMISE(atomic_read(&(folio)->_entire_mapcount) == 0);	\
	SOLE_PROMISE(atomic_read(&(folio)->_nr_pages_mapped) == ENTIRELY_MAPPED); \
} while (0)

#endif /* _RMAP_AB_IMPL_DETECT_H */
