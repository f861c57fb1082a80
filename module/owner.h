/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_OWNER_H
#define _RMAP_AB_OWNER_H
/*
 * The process that an mm belongs to.
 */

#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>

#ifdef CONFIG_MEMCG
/* The kernel knows the owner of each mm. */
static inline struct task_struct *owner_task(struct mm_struct *mm)
{
	return rcu_dereference(mm->owner);
}
#else
/* Search all threads. Meanwhile, no lock is held that others wait for. */
static inline struct task_struct *owner_task(struct mm_struct *mm)
{
	struct task_struct *process, *thread;

	for_each_process_thread(process, thread)
		if (READ_ONCE(thread->mm) == mm)
			return thread;
	return NULL;
}
#endif

/**
 * owner_get - find the process that an mm belongs to
 * @mm: the mm; the caller has a reference
 * @comm: filled in with the name of the process; empty if it is gone
 *
 * A process that exits gives up its mm before the mappings go.
 *
 * Context: Process context, no lock held. May take long.
 * Return: the number of the process, as the current process sees it; 0 if the
 * current process cannot see it, or if it is gone.
 */
static inline pid_t owner_get(struct mm_struct *mm, char comm[TASK_COMM_LEN])
{
	struct task_struct *task;
	pid_t pid = 0;

	comm[0] = '\0';
	rcu_read_lock();
	task = owner_task(mm);
	if (task) {
		pid = task_tgid_vnr(task);
		strscpy(comm, task->group_leader->comm, TASK_COMM_LEN);
	}
	rcu_read_unlock();
	return pid;
}

#endif /* _RMAP_AB_OWNER_H */
