// SPDX-License-Identifier: GPL-2.0
/*
 * The control file "audit": write "run", "run START" or "run START COUNT", then
 * read the result. Another open file shows meanwhile how far the audit has
 * come.
 *
 * This is the top of the audit: it calls audit_block(), which calls
 * audit_folio(). Nothing below calls back; see audit.h.
 */

#include <linux/debugfs.h>
#include <linux/fs.h>
#include <linux/kref.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/sched/signal.h>
#include <linux/seq_file.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <linux/uaccess.h>

#include "audit.h"
#include "error_log.h"
#include "gate.h"
#include "inject.h"
#include "snapshot.h"
#include "trace.h"

/* Blocks between two reports of progress: 64 MiB. */
#define AUDIT_REPORT_BLOCKS	32
#define AUDIT_COMMAND_MAX	64

/**
 * struct audit_report - a result as readers get it
 * @kref: held by the open files that show it, by the audit, and by audit_last
 * @lock: protects @result
 * @result: a copy, which is renewed from time to time
 */
struct audit_report {
	struct kref kref;
	struct mutex lock;	/* of result */
	struct audit_result result;
};

/* Protects audit_last, and the pointers of open files. */
static DEFINE_MUTEX(audit_lock);
/* The report of the audit that was started last; NULL: there was none. */
static struct audit_report *audit_last;

/* It is told of each audit that ends. Set before the control files exist. */
static void (*audit_listener)(const struct audit_result *result);

/**
 * audit_set_listener - set the function that is told of each audit that ends
 * @listener: called in process context, may sleep; NULL: nobody
 *
 * Context: Before the control files exist, or when they are gone.
 */
void audit_set_listener(void (*listener)(const struct audit_result *result))
{
	audit_listener = listener;
}

static void audit_report_free(struct kref *kref)
{
	kvfree(container_of(kref, struct audit_report, kref));
}

static void audit_report_put(struct audit_report *report)
{
	if (report)
		kref_put(&report->kref, audit_report_free);
}

static void audit_publish(const struct audit *a, struct audit_report *report)
{
	mutex_lock(&report->lock);
	report->result = a->result;
	mutex_unlock(&report->lock);
}

/* The report is for the file @own and for all files that have no audit. */
static struct audit_report *audit_report_new(struct audit_report **own)
{
	struct audit_report *report =
		inject_alloc(kvzalloc(sizeof(*report), GFP_KERNEL_ACCOUNT));

	if (!report)
		return NULL;
	kref_init(&report->kref);
	mutex_init(&report->lock);
	kref_get(&report->kref);
	kref_get(&report->kref);
	mutex_lock(&audit_lock);
	audit_report_put(audit_last);
	audit_report_put(*own);
	audit_last = report;
	*own = report;
	mutex_unlock(&audit_lock);
	return report;
}

static int audit_step(struct audit *a, u64 start)
{
	int i, err = 0;

	for (i = 0; i < AUDIT_REPORT_BLOCKS && !err &&
	     a->result.position < a->result.end; i++)
		err = audit_block(a);
	a->result.position = min(a->result.position, a->result.end);
	audit_sample_sums(a);
	a->result.ns = ktime_get_ns() - start;
	return err;
}

static void audit_tell(const struct audit_result *result)
{
	const u64 mismatched = result->verdicts[AUDIT_MISMATCH];

	trace_rmap_audit(audit_state_text(result), result->start, result->end,
			 result->verdicts[AUDIT_FINE] + mismatched, mismatched);
	if (audit_listener)
		audit_listener(result);
}

static int audit_work(struct audit *a, struct audit_report *report)
{
	const u64 start = ktime_get_ns();
	int err;

	audit_sample_sums(a);
	do {
		audit_publish(a, report);
		err = audit_step(a, start);
		cond_resched();
	} while (a->result.position < a->result.end && !err &&
		 !walk_is_interrupted());
	a->result.state = a->result.position < a->result.end ?
			  AUDIT_INTERRUPTED : AUDIT_FINISHED;
	audit_publish(a, report);
	audit_tell(&a->result);
	return a->result.state == AUDIT_FINISHED ? 0 : -EINTR;
}

/* @start and @nr are any numbers; the audit ends where memory ends. */
static int audit_run(struct audit_report **own, unsigned long start,
		     unsigned long nr)
{
	const unsigned long end = snapshot_end_pfn();
	struct audit_report *report;
	struct audit *a;
	int err;

	a = inject_alloc(kvzalloc(sizeof(*a), GFP_KERNEL_ACCOUNT));
	if (!a)
		return -ENOMEM;
	report = audit_report_new(own);
	if (!report) {
		kvfree(a);
		return -ENOMEM;
	}
	a->result.start = min(start, end);
	a->result.end = a->result.start + min(nr, end - a->result.start);
	a->result.position = a->result.start;
	a->result.whole = !a->result.start && a->result.end == end;
	err = audit_work(a, report);
	audit_report_put(report);
	kvfree(a);
	return err;
}

/* Return: 0, or -EINVAL if the word is not the number of a page frame. */
static int audit_number(char **rest, unsigned long *number)
{
	char *word = strsep(rest, " ");

	return word ? kstrtoul(word, 0, number) : 0;
}

static int audit_parse(char *text, unsigned long *start, unsigned long *nr)
{
	char *rest = strim(text), *word = strsep(&rest, " ");
	int err = strcmp(word, "run") ? -EINVAL : 0;

	*start = 0;
	*nr = ULONG_MAX;
	err = err ?: audit_number(&rest, start);
	err = err ?: audit_number(&rest, nr);
	if (err || rest) {
		error_log_add("audit: write 'run', 'run START' or 'run START COUNT', with numbers of page frames");
		return err ?: -EINVAL;
	}
	return 0;
}

/* The next read starts with the first byte of the new result. */
static ssize_t audit_write(struct file *file, const char __user *buf,
			   size_t count, loff_t *ppos)
{
	struct seq_file *s = file->private_data;
	unsigned long start, nr;
	char *text;
	int err;

	if (count > AUDIT_COMMAND_MAX) {
		error_log_add("audit: a command of %zu bytes is too long",
			      count);
		return -EINVAL;
	}
	text = inject_ptr(memdup_user_nul(buf, count));
	if (IS_ERR(text))
		return PTR_ERR(text);
	err = audit_parse(text, &start, &nr);
	kfree(text);
	err = err ?: audit_run(s->private, start, nr);
	/*
	 * After a signal there is a result, too. The kernel uses *ppos only
	 * after success.
	 */
	if (err == -EINTR)
		file->f_pos = 0;
	if (err)
		return err;
	*ppos = 0;
	return count;
}

/* Return: the report of the file's own audit, or else that of the last one. */
static struct audit_report *audit_report_get(struct audit_report **own)
{
	struct audit_report *report;

	mutex_lock(&audit_lock);
	report = *own ?: audit_last;
	if (report)
		kref_get(&report->kref);
	mutex_unlock(&audit_lock);
	return report;
}

static int audit_show(struct seq_file *s, void *unused)
{
	struct audit_report *report = audit_report_get(s->private);

	if (!report) {
		seq_puts(s, "state: none\n");
		return 0;
	}
	mutex_lock(&report->lock);
	audit_show_result(s, &report->result);
	mutex_unlock(&report->lock);
	audit_report_put(report);
	return 0;
}

static int audit_open(struct inode *inode, struct file *file)
{
	struct audit_report **own =
		inject_alloc(kzalloc(sizeof(*own), GFP_KERNEL_ACCOUNT));
	int err;

	if (!own)
		return -ENOMEM;
	err = inject_err(gate_single_open(file, audit_show, own));
	if (err)
		kfree(own);
	return err;
}

static int audit_release(struct inode *inode, struct file *file)
{
	struct seq_file *s = file->private_data;
	struct audit_report **own = s->private;

	audit_report_put(*own);
	kfree(own);
	return single_release(inode, file);
}

/**
 * audit_exit - forget the last result
 *
 * Context: Process context, when the control files are gone.
 */
void audit_exit(void)
{
	audit_report_put(audit_last);
	audit_last = NULL;
}

const struct file_operations audit_fops = {
	.owner		= THIS_MODULE,
	.open		= audit_open,
	.read		= seq_read,
	.write		= audit_write,
	.llseek		= seq_lseek,
	.release	= audit_release,
};
