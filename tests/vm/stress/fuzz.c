// SPDX-License-Identifier: GPL-2.0
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/rmap_ab.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/row.h"
#include "stress/fuzz.h"

enum { MAX_FILES = 32, MAX_PROCESSES = 16, SIZE = 65536 };

struct file {
	char name[64], path[128];
	bool readable, writable;
};

static struct file files[MAX_FILES];
static int nr_files;
static pid_t pids[MAX_PROCESSES];
static int nr_pids;
static unsigned int state;
static uint64_t nr_frames;

static struct {
	atomic_ullong calls, records, racy, used[MAX_FILES];
	char wrong[256];
} *shared;

/* Nobody here damages the counts: the fuzzer leaves this file to others. */
static void add_file(const char *name)
{
	struct file *file = &files[nr_files];
	struct stat st;

	snprintf(file->name, sizeof(file->name), "%s", name);
	snprintf(file->path, sizeof(file->path), RMAP_AB "%s", name);
	if (*name == '.' || !strcmp(name, RMAP_AB_FILE_CORRUPT) ||
	    stat(file->path, &st) || !S_ISREG(st.st_mode))
		return;
	file->readable = st.st_mode & 0400;
	file->writable = st.st_mode & 0200;
	nr_files++;
}

static void list_files(void)
{
	DIR *dir = opendir(RMAP_AB);
	struct dirent *entry;

	must(dir, "open " RMAP_AB);
	while ((entry = readdir(dir)) && nr_files < MAX_FILES)
		add_file(entry->d_name);
	closedir(dir);
	must(nr_files > 3, "some files: %d", nr_files);
}

static unsigned int any(unsigned int n)
{
	return (unsigned int)rand_r(&state) % n;
}

/* Mostly inside the file, sometimes near its end, sometimes anywhere. */
static off_t any_offset(void)
{
	const off_t end = nr_frames * sizeof(struct rmap_ab_page);
	const off_t anywhere = (off_t)any(RAND_MAX) << any(32);

	switch (any(8)) {
	case 0:
		return anywhere;
	case 1:
		return -anywhere;
	case 2:
		return end - (off_t)any(1000) + (off_t)any(1000);
	case 3:
		return any(10000);
	default:
		return anywhere % end;
	}
}

static const char *sense(uint64_t pfn, const struct rmap_ab_page *r)
{
	static const struct rmap_ab_page absent;

	if (!(r->flags & RMAP_AB_PAGE_PRESENT))
		return memcmp(r, &absent, sizeof(*r)) ? "absent, but not all 0" : NULL;
	if (r->kind >= RMAP_AB_NR_KINDS)
		return "a value that there is not";
	if (r->head_pfn > pfn || pfn - r->head_pfn >= 1ULL << r->order ||
	    r->head_pfn & ((1ULL << r->order) - 1))
		return "not in its folio";
	if (!(r->flags & RMAP_AB_FOLIO_MM_IDS) && (r->mm_id || r->mm_mapcount))
		return "a slot of no folio";
	if (r->flags & RMAP_AB_PAGE_RACY)
		return NULL;
	if (r->page_mapcount < 0 || r->entire_mapcount < 0 ||
	    r->large_mapcount < 0 || r->nr_pages_mapped < 0 || r->refcount < 0)
		return "a negative count";
	if (r->nr_pages_mapped > 1LL << r->order)
		return "more pages mapped than there are";
	return NULL;
}

/* What was read, from the start of a record on. */
static void check_records(off_t pos, const char *buf, ssize_t len)
{
	const struct rmap_ab_page *r = (const void *)buf;
	const uint64_t pfn = pos / sizeof(*r);
	const size_t nr = len / sizeof(*r);
	const char *wrong;
	size_t i;

	for (i = 0; i < nr; i++) {
		wrong = sense(pfn + i, &r[i]);
		if (wrong) {
			snprintf(shared->wrong, sizeof(shared->wrong),
				 "frame %#llx: %s: head %#llx order %u kind %u flags %#x page %d entire %d large %d nr_pages_mapped %d refs %d",
				 (unsigned long long)(pfn + i), wrong,
				 (unsigned long long)r[i].head_pfn, r[i].order,
				 r[i].kind, r[i].flags, r[i].page_mapcount,
				 r[i].entire_mapcount, r[i].large_mapcount,
				 r[i].nr_pages_mapped, r[i].refcount);
			_exit(1);
		}
		atomic_fetch_add(&shared->racy, !!(r[i].flags & RMAP_AB_PAGE_RACY));
	}
	atomic_fetch_add(&shared->records, nr);
}

static void read_somewhere(const struct file *file, int fd)
{
	static char buf[SIZE] __attribute__((aligned(8)));
	const bool records = !strcmp(file->name, RMAP_AB_FILE_PAGE_STATE);
	const size_t size = any(4) ? any(sizeof(buf)) : any(200);
	const bool placed = any(4);
	off_t pos = any_offset();
	ssize_t len;

	if (records && any(2))
		pos -= pos % (off_t)sizeof(struct rmap_ab_page);
	len = placed ? pread(fd, buf, size, pos) : read(fd, buf, size);
	if (records && placed && len > 0 &&
	    pos % (off_t)sizeof(struct rmap_ab_page) == 0)
		check_records(pos, buf, len);
}

static void seek_somewhere(int fd)
{
	static const int whences[] = { SEEK_SET, SEEK_CUR, SEEK_END, SEEK_DATA,
				       SEEK_HOLE, 77 };

	(void)lseek(fd, any_offset(), whences[any(6)]);
	if (any(2))
		(void)lseek(fd, 0, SEEK_SET);
}

static void write_something(const struct file *file, int fd)
{
	static const char *const words[] = {
		"", "\n", "0", "1", "-1", "run", "run 0 100", "run 5 1", "stop",
		"99999999999999999999999", "junk", "builtin", "0x", "%s%n",
	};
	char text[256];
	size_t len, i;

	if (any(3)) {
		len = snprintf(text, sizeof(text), "%llu\n",
			       (unsigned long long)any(nr_frames));
	} else if (any(3)) {
		len = snprintf(text, sizeof(text), "%s", words[any(14)]);
	} else {
		len = any(sizeof(text));
		for (i = 0; i < len; i++)
			text[i] = any(256);
	}
	/* A switch takes long, and has a stress program of its own. */
	if (strcmp(file->name, RMAP_AB_FILE_IMPLEMENTATION) || text[0] != 'b')
		(void)!write(fd, text, len);
}

static void use(int index)
{
	const struct file *file = &files[index];
	const int mode = file->readable && file->writable ? O_RDWR :
			 file->readable ? O_RDONLY : O_WRONLY;
	const int fd = open(file->path, mode | O_CLOEXEC);
	int i, calls = 1 + any(8);

	if (fd < 0)
		return;
	/* A child then reads through the same open file. */
	if (!any(16) && !fork()) {
		read_somewhere(file, fd);
		_exit(0);
	}
	for (i = 0; i < calls; i++) {
		if (file->writable && !any(3))
			write_something(file, fd);
		else if (!any(5))
			seek_somewhere(fd);
		else
			read_somewhere(file, fd);
	}
	close(fd);
	atomic_fetch_add(&shared->calls, calls);
	atomic_fetch_add(&shared->used[index], calls);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
}

static void __attribute__((noreturn)) run(unsigned int seed)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setpgid(0, 0);
	/* The load that changes what is read comes first. */
	setpriority(PRIO_PROCESS, 0, 10);
	state = seed;
	for (;;)
		use(any(nr_files));
}

static void learn_frames(void)
{
	const int fd = open(RMAP_AB RMAP_AB_FILE_PAGE_STATE, O_RDONLY | O_CLOEXEC);

	must(fd >= 0, "open page_state");
	nr_frames = lseek(fd, 0, SEEK_END) / sizeof(struct rmap_ab_page);
	close(fd);
}

void fuzz_start(int nr, unsigned int seed)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	must(shared != MAP_FAILED, "shared memory");
	/* Once these processes are gone, we must wait for their children. */
	must(!prctl(PR_SET_CHILD_SUBREAPER, 1), "a subreaper");
	list_files();
	learn_frames();
	for (nr_pids = 0; nr_pids < nr && nr_pids < MAX_PROCESSES; nr_pids++) {
		pids[nr_pids] = fork();
		if (!pids[nr_pids])
			run(seed + nr_pids);
		/* The second process to do it finds it done. */
		setpgid(pids[nr_pids], pids[nr_pids]);
	}
}

/* fuzz_stop() finds a process that has ended. */
void fuzz_pause(void)
{
	int i;

	for (i = 0; i < nr_pids; i++)
		kill(pids[i], SIGSTOP);
	for (i = 0; i < nr_pids; i++)
		waitid(P_PID, pids[i], NULL, WSTOPPED | WEXITED | WNOWAIT);
}

void fuzz_resume(void)
{
	int i;

	for (i = 0; i < nr_pids; i++)
		kill(pids[i], SIGCONT);
}

/* Ends its children as well: a process that has a file open keeps the module. */
static void stop(pid_t pid)
{
	int status;

	kill(-pid, SIGKILL);
	must(waitpid(pid, &status, 0) == pid, "wait for one that reads");
	if (!WIFSIGNALED(status) && !shared->wrong[0])
		strcpy(shared->wrong, "one ended by itself");
	while (waitpid(-pid, NULL, 0) > 0)
		;
}

/* Returns the first file that was never used, or NULL. */
static const char *unused(void)
{
	int i;

	for (i = 0; i < nr_files; i++)
		if (!atomic_load(&shared->used[i]))
			return files[i].name;
	return NULL;
}

bool fuzz_used_all(void)
{
	return !unused();
}

const char *fuzz_stop(void)
{
	const char *never;
	int i;

	for (i = 0; i < nr_pids; i++)
		stop(pids[i]);
	never = unused();
	if (never && !shared->wrong[0])
		snprintf(shared->wrong, sizeof(shared->wrong),
			 "%s was never used", never);
	return shared->wrong[0] ? shared->wrong : NULL;
}

unsigned long long fuzz_calls(void)
{
	return shared->calls;
}

unsigned long long fuzz_records(void)
{
	return shared->records;
}

unsigned long long fuzz_racy(void)
{
	return shared->racy;
}
