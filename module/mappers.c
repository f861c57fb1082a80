// SPDX-License-Identifier: GPL-2.0
/*
 * The control file "mappers": write the number of a page frame, then read which
 * processes map its folio.
 */

#include <linux/debugfs.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string_helpers.h>
#include <linux/uaccess.h>

#include "error_log.h"
#include "gate.h"
#include "hooks.h"
#include "host_read.h"
#include "inject.h"
#include "mappers.h"
#include "owner.h"
#include "snapshot.h"

/* The most lines of one list: 4 MiB. */
#define MAPPERS_MAX	65536U
#define MAPPERS_START	128U
/* Attempts at locks that others hold; ms to wait before the last attempt. */
#define MAPPERS_TRIES	12
#define MAPPERS_WAIT_MS	64

/**
 * struct mappers_file - an open file and its answer
 * @lock: one command or one reader at a time
 * @asked: true if there is an answer
 * @pfn: the question
 * @list: the answer
 * @err: result of the walk; -ENXIO: no such page frame; -ESRCH: no folio in use
 * @head_pfn: of the folio
 * @order: of the folio
 * @kind: of the folio
 * @mapcount: mappings, as the folio's own counter says
 * @seen: for the walk
 */
struct mappers_file {
	struct mutex lock;	/* of all that follows */
	bool asked;
	unsigned long pfn;
	struct mappers list;
	int err;
	unsigned long head_pfn;
	unsigned int order;
	enum rmap_ab_kind kind;
	int mapcount;
	struct walk_seen seen;
};

static struct mapper *mappers_add(struct mappers *m)
{
	struct mapper *mapper = m->nr < m->max ? &m->mapper[m->nr] : NULL;

	m->nr++;
	if (!mapper)
		return NULL;
	mmgrab(m->mm);
	*mapper = (struct mapper) { .mm = m->mm };
	return mapper;
}

static void mappers_put_mm(struct mapper *mapper)
{
	if (mapper->mm)
		mmdrop(mapper->mm);
	mapper->mm = NULL;
}

static void mappers_vma(struct walk *w, struct vm_area_struct *vma)
{
	struct mappers *m = container_of(w, struct mappers, walk);
	const pgoff_t start = host_start_index(vma, folio_test_anon(w->folio));
	const pgoff_t index = max(folio_pgoff(w->folio), start);
	struct mapper *mapper;

	m->mm = vma->vm_mm;
	m->fresh = true;
	if (!m->empty || folio_test_ksm(w->folio))
		return;
	mapper = mappers_add(m);
	if (mapper)
		mapper->entry = (struct walk_entry) {
			.address = vma->vm_start +
				   ((index - start) << PAGE_SHIFT),
		};
}

/* Return: true if @next continues @last in every respect. */
static bool mappers_continues(const struct walk_entry *last,
			      const struct walk_entry *next)
{
	return last->level == WALK_PTE && next->level == WALK_PTE &&
	       next->address == last->address +
				((unsigned long)last->nr << PAGE_SHIFT) &&
	       next->first == last->first + last->nr &&
	       next->writable == last->writable &&
	       next->anon_exclusive == last->anon_exclusive &&
	       next->migration == last->migration;
}

static void mappers_entry(struct walk *w, const struct walk_entry *entry)
{
	struct mappers *m = container_of(w, struct mappers, walk);
	struct mapper *mapper = NULL;

	if (!entry->migration)
		m->mappings++;
	if (m->nr && m->nr <= m->max)
		mapper = &m->mapper[m->nr - 1];
	if (mapper && !m->fresh && mappers_continues(&mapper->entry, entry)) {
		mapper->entry.nr++;
		return;
	}
	/* The first mapping of a VMA takes the place holder of the VMA. */
	if (!(mapper && m->fresh && m->empty && !mapper->entry.nr))
		mapper = mappers_add(m);
	if (mapper)
		mapper->entry = *entry;
	m->fresh = false;
}

/**
 * mappers_name - after the walk: find the processes of the mappings
 * @m: the list
 *
 * This is not done during the walk, because it may take long, and the walk
 * holds locks that others wait for.
 *
 * Context: Process context. May sleep.
 */
void mappers_name(struct mappers *m)
{
	struct mm_struct *mm = NULL;
	unsigned int i;

	for (i = 0; i < min(m->nr, m->max); i++) {
		struct mapper *mapper = &m->mapper[i];

		/* @mm is only compared: its reference is gone. */
		if (i && mapper->mm == mm) {
			mapper->pid = mapper[-1].pid;
			strscpy(mapper->comm, mapper[-1].comm,
				sizeof(mapper->comm));
		} else {
			mapper->pid = owner_get(mapper->mm, mapper->comm);
			cond_resched();
		}
		mm = mapper->mm;
		mappers_put_mm(mapper);
	}
}

/**
 * mappers_drop - after a walk that failed: forget what it found
 * @m: the list
 *
 * Context: Process context. May sleep.
 */
void mappers_drop(struct mappers *m)
{
	unsigned int i;

	for (i = 0; i < min(m->nr, m->max); i++)
		mappers_put_mm(&m->mapper[i]);
	m->nr = 0;
}

/**
 * mappers_begin - empty the list and prepare the walk that fills it
 * @m: the list; the caller sets its room, @m->empty, and the walk's folio,
 *     flags and memory
 *
 * After the walk, the caller calls mappers_name() or mappers_drop().
 *
 * Context: Any.
 */
void mappers_begin(struct mappers *m)
{
	m->walk.vma = mappers_vma;
	m->walk.entry = mappers_entry;
	m->nr = 0;
	m->mappings = 0;
	m->fresh = true;
}

/**
 * mappers_show - print one line
 * @s: where to
 * @mapper: the mapper
 *
 * The name comes last. Backslashes and characters that are not printable become
 * octal numbers, so that a line stays a line whatever a process calls itself.
 *
 * Context: Process context.
 */
void mappers_show(struct seq_file *s, const struct mapper *mapper)
{
	const struct walk_entry *e = &mapper->entry;

	seq_printf(s, "pid=%d address=%#lx first=%u count=%u level=%s writable=%d anon_exclusive=%d migration=%d comm=",
		   mapper->pid, e->address, e->first, e->nr,
		   walk_level_text(e->level), e->writable, e->anon_exclusive,
		   e->migration);
	seq_escape_mem(s, mapper->comm, strlen(mapper->comm),
		       ESCAPE_NP | ESCAPE_OCTAL | ESCAPE_APPEND, "\\");
	seq_putc(s, '\n');
}

static int mappers_walk_once(struct walk *w)
{
	int err;

	if (!folio_trylock(w->folio))
		return walk_folio_unlocked(w);
	err = walk_folio(w);
	folio_unlock(w->folio);
	return err;
}

static int mappers_walk(struct mappers *m)
{
	unsigned int i, ms;
	int err = -EAGAIN;

	for (i = 0; i < MAPPERS_TRIES && err == -EAGAIN; i++) {
		ms = min(1U << i >> 1, MAPPERS_WAIT_MS);
		if (i && (msleep_interruptible(ms), walk_is_interrupted()))
			return -EINTR;
		mappers_begin(m);
		err = mappers_walk_once(&m->walk);
		if (err)
			mappers_drop(m);
	}
	return err;
}

/* A walk cannot allocate memory, because reclaim takes the same locks. */
static bool mappers_grow(struct mappers *m, unsigned int nr)
{
	struct mapper *mapper =
		inject_alloc(kvmalloc_array(nr, sizeof(*mapper),
					    GFP_KERNEL_ACCOUNT));

	if (!mapper)
		return false;
	kvfree(m->mapper);
	m->mapper = mapper;
	m->max = nr;
	return true;
}

static int mappers_collect(struct mappers *m)
{
	unsigned int nr = MAPPERS_START;
	int err;

	do {
		nr = clamp(2 * m->nr, nr, MAPPERS_MAX);
		mappers_drop(m);
		if (m->max < nr && !mappers_grow(m, nr))
			return -ENOMEM;
		err = mappers_walk(m);
	} while (!err && m->nr > m->max && m->max < MAPPERS_MAX);
	if (!err)
		mappers_name(m);
	return err;
}

static int mappers_ask(struct mappers_file *f, unsigned long pfn)
{
	struct folio *folio = walk_get_folio(pfn);
	struct dev_pagemap *pgmap = NULL;

	if (!folio)
		folio = walk_get_device_folio(pfn, &pgmap);
	f->asked = false;
	f->pfn = pfn;
	f->list.nr = 0;
	f->list.mappings = 0;
	f->err = pfn_to_online_page(pfn) ? -ESRCH : -ENXIO;
	if (!folio) {
		f->asked = true;
		return 0;
	}
	f->head_pfn = folio_pfn(folio);
	f->order = folio_order(folio);
	f->kind = walk_kind(folio);
	f->err = -ENOENT;
	f->list.walk.folio = folio;
	f->list.walk.flags = WALK_MIGRATION;
	f->list.walk.seen = &f->seen;
	if (f->kind != RMAP_AB_KIND_NONE)
		f->err = mappers_collect(&f->list);
	f->mapcount = folio_mapcount(folio);
	folio_put(folio);
	put_dev_pagemap(pgmap);
	if (f->err == -EINTR || f->err == -ENOMEM)
		return f->err;
	/* The rest are answers. */
	f->asked = true;
	return 0;
}

static void mappers_explain_missing(struct seq_file *s, struct mappers_file *f)
{
	const long missing = f->mapcount - (long)f->list.mappings;

	if (f->list.nr > f->list.max)
		seq_printf(s, "# %u lines more: too many for one answer\n",
			   f->list.nr - f->list.max);
	else if (f->list.walk.overflow)
		seq_puts(s, "# perhaps more: too many to tell which are the same\n");
	else if (missing > 0)
		seq_printf(s, "# %ld more are counted, but not found: they have no reverse map (a driver's vm_insert_page(), a KSM page before ksmd has passed by), or they changed while being looked for\n",
			   missing);
}

static void mappers_explain(struct seq_file *s, struct mappers_file *f)
{
	switch (f->err) {
	case -ENXIO:
		seq_printf(s, "# page frame %#lx does not exist\n", f->pfn);
		return;
	case -ESRCH:
		seq_printf(s, "# page frame %#lx is free, or about to be\n",
			   f->pfn);
		return;
	}
	seq_printf(s, "# folio=%#lx order=%u kind=%s page=%lu\n", f->head_pfn,
		   f->order, snapshot_kind_text(f->kind), f->pfn - f->head_pfn);
	switch (f->err) {
	case -ENOENT:
		if (f->mapcount > 0)
			seq_printf(s, "# mapped %d times, without a reverse map: by a driver (vm_insert_page() and the like)\n",
				   f->mapcount);
		else
			seq_puts(s, "# not mapped, and without a reverse map\n");
		return;
	case -ENODATA:
		seq_puts(s, "# not mapped\n");
		return;
	case -EAGAIN:
		seq_puts(s, "# in use: its locks were not to be had; try again\n");
		return;
	}
	if (!f->list.nr)
		seq_puts(s, "# not mapped\n");
	mappers_explain_missing(s, f);
}

static int mappers_file_show(struct seq_file *s, void *unused)
{
	struct mappers_file *f = s->private;
	unsigned int i;

	mutex_lock(&f->lock);
	if (!f->asked) {
		seq_puts(s, "# write the number of a page frame to this file, then read it\n");
		goto unlock;
	}
	mappers_explain(s, f);
	for (i = 0; i < min(f->list.nr, f->list.max); i++)
		mappers_show(s, &f->list.mapper[i]);
unlock:
	mutex_unlock(&f->lock);
	return 0;
}

static int mappers_open(struct inode *inode, struct file *file)
{
	struct mappers_file *f =
		inject_alloc(kvzalloc(sizeof(*f), GFP_KERNEL_ACCOUNT));
	int err;

	if (!f)
		return -ENOMEM;
	mutex_init(&f->lock);
	err = inject_err(gate_single_open(file, mappers_file_show, f));
	if (err)
		kvfree(f);
	return err;
}

/* The next read starts with the first byte of the new answer. */
static ssize_t mappers_write(struct file *file, const char __user *buf,
			     size_t count, loff_t *ppos)
{
	struct seq_file *s = file->private_data;
	struct mappers_file *f = s->private;
	unsigned long pfn;
	int err;

	err = kstrtoul_from_user(buf, count, 0, &pfn);
	if (err) {
		error_log_add("mappers: write one number, that of a page frame");
		return err;
	}
	err = mutex_lock_interruptible(&f->lock);
	if (err)
		return err;
	err = mappers_ask(f, pfn);
	mutex_unlock(&f->lock);
	if (err)
		return err;
	*ppos = 0;
	return count;
}

static int mappers_release(struct inode *inode, struct file *file)
{
	struct seq_file *s = file->private_data;
	struct mappers_file *f = s->private;

	kvfree(f->list.mapper);
	kvfree(f);
	return single_release(inode, file);
}

const struct file_operations mappers_fops = {
	.owner		= THIS_MODULE,
	.open		= mappers_open,
	.read		= seq_read,
	.write		= mappers_write,
	.llseek		= seq_lseek,
	.release	= mappers_release,
};
