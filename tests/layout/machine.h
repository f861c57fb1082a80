/* SPDX-License-Identifier: GPL-2.0 */
#ifndef LAYOUT_MACHINE_H
#define LAYOUT_MACHINE_H
/*
 * What mm/rmap_layout.c and linux/rmap_layout.h need of a kernel, as a machine that
 * checks what they promise.
 *
 * The code under test shares the machine with CPUs that are always about to begin an
 * operation, and always still in one, until the next grace period. Such a CPU has
 * read the key, and if that was on, the choice. At every step of the protocol:
 *
 * - while a first mapping can get no page mapcounts, no CPU is in an operation that
 *   has read the key as off, and so counts in the other order;
 * - when the key goes off, no folio is without page mapcounts, and no CPU can still
 *   map one so.
 *
 * And the bracket rule: nothing of a folio changes, but its large mapcount, while
 * that says that the folio is not mapped; so all is at rest at each first and last
 * mapping.
 */

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#ifndef __always_inline
#define __always_inline		inline __attribute__((__always_inline__))
#endif
#define __init
#define __read_mostly
#define EXPORT_SYMBOL_NS_GPL(symbol, ns)
#define BIT(nr)			(1UL << (nr))
#define likely(x)		(x)
#define unlikely(x)		(x)
#define max(a, b)		((a) > (b) ? (a) : (b))
#define READ_ONCE(x)		(*(const volatile typeof(x) *)&(x))
/* The only such stores are those of the choice. */
#define WRITE_ONCE(x, value)						\
	do {								\
		machine_step();						\
		*(volatile typeof(x) *)&(x) = (value);			\
		machine_step();						\
	} while (0)
#define VM_WARN_ON_ONCE(x)	machine_check(!(x), "VM_WARN_ON_ONCE(" #x ")")
#define might_sleep()		machine_step()
#define pr_warn(...)		(machine.warnings++)
#define __setup(text, fn)	int (*const machine_setup)(char *) = fn

extern int (*const machine_setup)(char *name);

void machine_check(bool ok, const char *what);
void machine_step(void);

/* ---- the key, RCU, one mutex ------------------------------------------------ */
struct static_key_false {
	bool on;
};

#define DECLARE_STATIC_KEY_FALSE(key)	extern struct static_key_false key
#define DEFINE_STATIC_KEY_FALSE(key)	struct static_key_false key
#define static_branch_unlikely(key)	((key)->on)
#define static_key_enabled(key)		((key)->on)
#define static_branch_enable(key)	machine_switch_key(true)
#define static_branch_disable(key)	machine_switch_key(false)

void machine_switch_key(bool on);
void synchronize_rcu(void);

struct mutex {
	bool locked;
};

#define DEFINE_MUTEX(name)	struct mutex name
#define mutex_lock(m)		machine_lock(m)
#define mutex_unlock(m)		machine_unlock(m)
#define lockdep_assert_held(m)	machine_check((m)->locked, "held: " #m)

void machine_lock(struct mutex *mutex);
void machine_unlock(struct mutex *mutex);

/* Of mm/rmap_ops.c: turns the key on, unless the operations in use know no layouts. */
int rmap_ops_let_layouts_vary(void);

/* ---- work that runs when the test says so ------------------------------------ */
struct work_struct {
	void (*function)(struct work_struct *work);
};

#define DECLARE_DELAYED_WORK(name, fn)	struct work_struct name = { fn }
#define schedule_delayed_work(w, delay)	(machine.work = (w))
#define HZ			1

void machine_run_work(void);

/* ---- per-CPU counters ---------------------------------------------------------- */
enum { MACHINE_CPUS = 3 };

#define DECLARE_PER_CPU(type, name)	extern type name[MACHINE_CPUS]
#define DEFINE_PER_CPU(type, name)	type name[MACHINE_CPUS]
#define this_cpu_inc(name)		(name[machine.cpu]++)
#define this_cpu_dec(name)		(name[machine.cpu]--)
#define per_cpu(name, cpu)		(name[cpu])
#define for_each_possible_cpu(cpu)	for (cpu = 0; cpu < MACHINE_CPUS; cpu++)

/* ---- counters, each of which checks the bracket rule ---------------------------- */
typedef struct {
	int value;
} atomic_t;

static inline int atomic_read(const atomic_t *v)
{
	return v->value;
}

int machine_add(atomic_t *v, int i);

/* Of a new folio, which nobody else sees: in any order. */
#define atomic_set(v, i)		((v)->value = (i))
#define atomic_inc(v)			((void)machine_add(v, 1))
#define atomic_add_return_relaxed(i, v)	machine_add(v, i)
#define atomic_sub_return_relaxed(i, v)	machine_add(v, -(i))
#define atomic_inc_and_test(v)		(!machine_add(v, 1))
#define atomic_add_negative(i, v)	(machine_add(v, i) < 0)

/* ---- one large folio ------------------------------------------------------------- */
enum { FOLIO_PAGES = 16, ENTIRELY_MAPPED = 0x800000, FOLIO_PAGES_MAPPED = 0x7fffff };

#define FOLIO_MM_IDS_LOCK_BITNUM	31

struct vm_area_struct;

struct page {
	atomic_t _mapcount;
	bool exclusive;
};

struct folio {
	unsigned long _mm_ids;
	atomic_t _large_mapcount, _entire_mapcount, _nr_pages_mapped;
	struct page pages[FOLIO_PAGES];
	bool small, pmd_mappable;
};

#define folio_test_large(folio)		(!(folio)->small)
#define folio_large_nr_pages(folio)	((void)(folio), (int)FOLIO_PAGES)
#define folio_entire_mapcount(folio)	(atomic_read(&(folio)->_entire_mapcount) + 1)

#define folio_test_pmd_mappable(folio)	((folio)->pmd_mappable)
#define folio_page(folio, i)		(&(folio)->pages[i])
#define PageAnonExclusive(page)		((page)->exclusive)
#define SetPageAnonExclusive(page)	((page)->exclusive = true)
#define ClearPageAnonExclusive(page)	((page)->exclusive = false)

void folio_set_large_mapcount(struct folio *folio, int mapcount, struct vm_area_struct *vma);
void folio_add_large_mapcount(struct folio *folio, int nr, struct vm_area_struct *vma);
int folio_raise_large_mapcount(struct folio *folio, int nr, struct vm_area_struct *vma);
int folio_lower_large_mapcount(struct folio *folio, int nr, struct vm_area_struct *vma);

/* ---- what the tests see, and decide ------------------------------------------------ */
struct machine {
	int cpu;		/* that executes */
	bool refuses;		/* the operations in use know no layouts */
	bool maps_late;		/* an operation maps a folio at the end of each grace period */
	int late;		/* folios that were mapped so, without page mapcounts */
	int warnings;
	struct folio *folio;	/* the one that is counted */
	struct work_struct *work;
};

extern struct machine machine;

void machine_start(struct folio *folio);

/* May an operation that is under way have read that choice? */
bool machine_may_have_read(int layout);

#endif /* LAYOUT_MACHINE_H */
