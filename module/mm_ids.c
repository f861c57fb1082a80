// SPDX-License-Identifier: GPL-2.0
/*
 * The control file "mm_ids": a line for each process with the MM ID of its mm.
 * A reader of page_state finds MM IDs there, and learns here whose they are.
 *
 * An mm keeps its ID until it is gone. Then another mm may get the ID.
 */

#include <linux/fs.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/pid_namespace.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include <linux/seq_file.h>
#include <linux/string.h>
#include <linux/string_helpers.h>

#include "gate.h"
#include "mm_ids.h"

/* Return: the MM ID of a process; 0 if it has no mm. */
static u32 mm_ids_of(struct task_struct *process)
{
	struct task_struct *thread;
	u32 id = 0;

	/* The first thread may be gone before the others. */
	for_each_thread(process, thread) {
		task_lock(thread);
		/* A kernel thread only borrows an mm. */
		if (thread->mm && !(thread->flags & PF_KTHREAD))
			id = host_id_of_mm(thread->mm);
		task_unlock(thread);
		if (id)
			break;
	}
	return id;
}

static void mm_ids_show_process(struct seq_file *s, struct task_struct *process,
				u32 id)
{
	char comm[TASK_COMM_LEN];

	strscpy(comm, process->comm, sizeof(comm));
	seq_printf(s, "mm_id=%u pid=%d comm=", id, task_tgid_vnr(process));
	seq_escape_mem(s, comm, strlen(comm),
		       ESCAPE_NP | ESCAPE_OCTAL | ESCAPE_APPEND, "\\");
	seq_putc(s, '\n');
}

/* Return: false if there is no process from number @nr on. */
static bool mm_ids_show_next(struct seq_file *s, int *nr)
{
	struct task_struct *process;
	struct pid *pid;
	u32 id;

	rcu_read_lock();
	pid = idr_get_next(&init_pid_ns.idr, nr);
	process = pid ? pid_task(pid, PIDTYPE_TGID) : NULL;
	if (process) {
		id = mm_ids_of(process);
		if (id)
			mm_ids_show_process(s, process, id);
	}
	rcu_read_unlock();
	return pid;
}

static int mm_ids_show(struct seq_file *s, void *unused)
{
	int nr;

	if (!HOST_HAS_MM_IDS) {
		seq_puts(s, "# this kernel has no MM IDs\n");
		return 0;
	}
	for (nr = 1; mm_ids_show_next(s, &nr); nr++) {
		/* The answer will be made again, with more room. */
		if (seq_has_overflowed(s))
			break;
		if (signal_pending(current))
			return -EINTR;
		cond_resched();
	}
	return 0;
}

static int mm_ids_open(struct inode *inode, struct file *file)
{
	return gate_single_open(file, mm_ids_show, NULL);
}

const struct file_operations mm_ids_fops = {
	.owner		= THIS_MODULE,
	.open		= mm_ids_open,
	.read		= seq_read,
	.llseek		= seq_lseek,
	.release	= single_release,
};
