/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _LINUX_ATOMIC_H
#define _LINUX_ATOMIC_H
/*
 * Atomic operations are, on x86, the instructions that the kernel has for them.
 *
 * Under ThreadSanitizer, atomic_set() is not an atomic store. The module's
 * sources rely on nobody else touching a counter between atomic_read() and
 * atomic_set(); ThreadSanitizer reports whoever does as a data race. Each step
 * may also let another thread go first, so that whatever can happen between two
 * steps does happen.
 *
 * In the unit tests without threads, a test may look at the counters at each
 * step (kernel_watch), and at the counter that is about to change
 * (kernel_changes). An operation also leaves notes in shim_seen: how many
 * counters it changed by a locked instruction, and whether it stored to a
 * counter without a read barrier after its last look at the reference count.
 * x86 needs no such barrier, so no run would ever fail without that note. And it
 * notes how many flags of pages it changed by an atomic operation, and how many by a
 * plain store of the whole word, which others change at any time. The build that
 * measures natively has none of this.
 */

#include <linux/types.h>

#ifdef __SANITIZE_THREAD__
void shim_step(void);
#define shim_stored(v)		shim_step()
#define shim_changes(v)		shim_step()
#elif defined(SHIM_DEBUG_VM)
struct shim_seen {
	int locked;
	int locks;
	int unlocks;
	bool fenced;
	bool fenced_outside;	/* of a lock that is held */
	bool unfenced_store;
	int flags;
	int plain_words;
};
extern __thread struct shim_seen shim_seen;
extern void (*kernel_watch)(void);
extern void (*kernel_changes)(const void *counter);

static inline void shim_watch(void)
{
	if (kernel_watch)
		kernel_watch();
}

static inline void shim_changing(const void *counter)
{
	if (kernel_changes)
		kernel_changes(counter);
	shim_watch();
}

static inline void shim_changes(const void *counter)
{
	shim_seen.locked++;
	shim_changing(counter);
}

static inline void shim_fenced(bool fenced)
{
	shim_seen.fenced = fenced;
}

static inline void shim_stored(const void *counter)
{
	shim_seen.unfenced_store |= !shim_seen.fenced;
	shim_changing(counter);
}

#define shim_changes_flags()		((void)shim_seen.flags++)
#define shim_stores_flags()		((void)shim_seen.plain_words++)
#else
#define shim_changes(v)		((void)0)
#define shim_stored(v)		((void)0)
#define shim_fenced(fenced)	((void)0)
#endif

typedef struct {
	int counter;
} atomic_t;

static __always_inline int atomic_read(const atomic_t *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

static __always_inline void atomic_set(atomic_t *v, int i)
{
	shim_stored(v);
#ifdef __SANITIZE_THREAD__
	v->counter = i;
#else
	__atomic_store_n(&v->counter, i, __ATOMIC_RELAXED);
#endif
}

static __always_inline void atomic_add(int i, atomic_t *v)
{
	shim_changes(v);
	__atomic_fetch_add(&v->counter, i, __ATOMIC_RELAXED);
}

static __always_inline void atomic_sub(int i, atomic_t *v)
{
	shim_changes(v);
	__atomic_fetch_sub(&v->counter, i, __ATOMIC_RELAXED);
}

static __always_inline void atomic_inc(atomic_t *v)
{
	atomic_add(1, v);
}

static __always_inline void atomic_dec(atomic_t *v)
{
	atomic_sub(1, v);
}

static __always_inline int atomic_add_return_relaxed(int i, atomic_t *v)
{
	shim_changes(v);
	return __atomic_add_fetch(&v->counter, i, __ATOMIC_RELAXED);
}

static __always_inline int atomic_sub_return_relaxed(int i, atomic_t *v)
{
	shim_changes(v);
	return __atomic_sub_fetch(&v->counter, i, __ATOMIC_RELAXED);
}

static __always_inline int atomic_inc_return_relaxed(atomic_t *v)
{
	return atomic_add_return_relaxed(1, v);
}

static __always_inline int atomic_dec_return_relaxed(atomic_t *v)
{
	return atomic_sub_return_relaxed(1, v);
}

static __always_inline bool atomic_inc_and_test(atomic_t *v)
{
	shim_changes(v);
	return !__atomic_add_fetch(&v->counter, 1, __ATOMIC_SEQ_CST);
}

static __always_inline bool atomic_sub_and_test(int i, atomic_t *v)
{
	shim_changes(v);
	return !__atomic_sub_fetch(&v->counter, i, __ATOMIC_SEQ_CST);
}

static __always_inline bool atomic_add_negative(int i, atomic_t *v)
{
	shim_changes(v);
	return __atomic_add_fetch(&v->counter, i, __ATOMIC_SEQ_CST) < 0;
}

static __always_inline int atomic_cmpxchg(atomic_t *v, int old, int new)
{
	shim_changes(v);
	__atomic_compare_exchange_n(&v->counter, &old, new, false,
				    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
	return old;
}

#define cmpxchg(p, old, new)	({					\
	__typeof__(*(p)) shim_old = (old);				\
									\
	shim_changes(p);						\
	__atomic_compare_exchange_n(p, &shim_old, new, false,		\
				    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST); \
	shim_old;							\
})

static __always_inline bool test_bit(unsigned int nr, const unsigned long *p)
{
	return __atomic_load_n(p, __ATOMIC_RELAXED) >> nr & 1;
}

#ifndef shim_changes_flags
#define shim_changes_flags()	((void)0)
#define shim_stores_flags()	((void)0)
#endif

static __always_inline void set_bit(unsigned int nr, unsigned long *p)
{
	shim_changes_flags();
	__atomic_fetch_or(p, BIT(nr), __ATOMIC_RELAXED);
}

static __always_inline void clear_bit(unsigned int nr, unsigned long *p)
{
	shim_changes_flags();
	__atomic_fetch_and(p, ~BIT(nr), __ATOMIC_RELAXED);
}

static __always_inline void __set_bit(unsigned int nr, unsigned long *p)
{
	shim_stores_flags();
	*p |= BIT(nr);
}

static __always_inline void __clear_bit(unsigned int nr, unsigned long *p)
{
	shim_stores_flags();
	*p &= ~BIT(nr);
}

/*
 * ThreadSanitizer does not know fences. Here, a fence turns each earlier
 * folio_ref_count() of the thread into an acquire. Without a fence, what
 * another thread did before it dropped its reference races with what this
 * thread does.
 */
#ifdef __SANITIZE_THREAD__
void shim_ref_read(const atomic_t *ref);
void shim_ref_acquire(void);
#define shim_fence(order)		shim_ref_acquire()
#else
#define shim_fence(order)	({					\
	shim_fenced(true);						\
	__atomic_thread_fence(order);					\
})
#endif
#define smp_mb()			shim_fence(__ATOMIC_SEQ_CST)
#define smp_mb__after_atomic()		shim_fence(__ATOMIC_SEQ_CST)
#define smp_rmb()			shim_fence(__ATOMIC_ACQUIRE)
#define smp_acquire__after_ctrl_dep()	shim_fence(__ATOMIC_ACQUIRE)

#endif
