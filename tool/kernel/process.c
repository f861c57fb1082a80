// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/complain.h"
#include "cli/number.h"
#include "kernel/control.h"
#include "kernel/page_size.h"
#include "kernel/process.h"

/* The tests put a directory of their own in place of the real one. */
#define ENV_PROC	"RMAPCTL_PROC"

int process_parse(const char *text, uint64_t *pid)
{
	return number_option("--pid", text, 1, INT32_MAX, pid);
}

static FILE *file_at(int dir, const char *name)
{
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (fd >= 0 && !file)
		close(fd);
	return file;
}

FILE *process_file(const struct process *process, const char *name)
{
	return file_at(process->dir, name);
}

void process_comm(const struct process *process, char *to, size_t size)
{
	FILE *file = process_file(process, "comm");

	*to = '\0';
	if (file && fgets(to, size, file))
		to[strcspn(to, "\n")] = '\0';
	if (file)
		fclose(file);
}

/* Returns the first letter of the value of @key in the file `status`, or 0. */
static char status_letter(int dir, const char *key)
{
	FILE *file = file_at(dir, "status");
	size_t len = strlen(key);
	char line[256], letter = 0;

	while (file && !letter && fgets(line, sizeof(line), file))
		if (!strncmp(line, key, len) && line[len] == ':')
			letter = line[len + 1 + strspn(line + len + 1, " \t")];
	if (file)
		fclose(file);
	return letter;
}

static int complain_gone(const struct process *process)
{
	complain("process %" PRIu64 " exited meanwhile, or executed another program",
		 process->pid);
	return -ESRCH;
}

/* Complains that the process has a directory, but no address space. */
static int complain_empty(const struct process *process)
{
	if (status_letter(process->dir, "Kthread") == '1')
		complain("process %" PRIu64 " is a kernel thread: it has no memory of its own",
			 process->pid);
	else if (status_letter(process->dir, "State") == 'Z')
		complain("process %" PRIu64 " is a zombie: it has exited, and its memory is gone",
			 process->pid);
	else
		complain("process %" PRIu64 " has no memory of its own: it is about to exit, or a kernel thread",
			 process->pid);
	return -ESRCH;
}

static int complain_open(const struct process *process, const char *name,
			 int err)
{
	if (err == ESRCH)
		return complain_empty(process);
	if (err == ENOENT)
		return complain_gone(process);
	complain_errno(err, "cannot open %s of process %" PRIu64, name,
		       process->pid);
	if (err == EACCES || err == EPERM)
		complain("only root may look into every process: try again with sudo");
	return -err;
}

/* Returns a file descriptor, or -1 with errno. */
static int try_dir(uint64_t pid)
{
	const char *proc = secure_getenv(ENV_PROC);
	char *path;
	int fd;

	if (asprintf(&path, "%s/%" PRIu64, proc ? proc : "/proc", pid) < 0) {
		errno = ENOMEM;
		return -1;
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(path);
	return fd;
}

static int open_dir(uint64_t pid)
{
	const int fd = try_dir(pid);

	if (fd >= 0)
		return fd;
	if (errno != ENOENT && errno != ESRCH)
		return complain_errno(errno, "cannot open process %" PRIu64,
				      pid);
	complain("there is no process %" PRIu64, pid);
	return -ESRCH;
}

static int open_files(struct process *process)
{
	process->pagemap = openat(process->dir, "pagemap",
				  O_RDONLY | O_CLOEXEC);
	if (process->pagemap < 0)
		return complain_open(process, "the pagemap", errno);
	if (!pagemap_is_alive(process))
		return complain_empty(process);
	process->maps = file_at(process->dir, "maps");
	if (!process->maps)
		return complain_open(process, "the maps", errno);
	return 0;
}

int process_open(struct process *process, uint64_t pid)
{
	int ret;

	*process = (struct process){
		.pid = pid,
		.dir = open_dir(pid),
		.pagemap = -1,
	};
	if (process->dir < 0)
		return process->dir;
	ret = open_files(process);
	if (ret)
		process_close(process);
	return ret;
}

int process_try(struct process *process, uint64_t pid)
{
	*process = (struct process){ .pid = pid, .dir = try_dir(pid) };
	if (process->dir < 0)
		return -errno == -ENOENT ? -ESRCH : -errno;
	process->pagemap = openat(process->dir, "pagemap",
				  O_RDONLY | O_CLOEXEC);
	process->maps = file_at(process->dir, "maps");
	if (process->pagemap >= 0 && process->maps &&
	    pagemap_is_alive(process))
		return 0;
	process_close(process);
	return -ESRCH;
}

void process_close(struct process *process)
{
	if (process->maps)
		fclose(process->maps);
	if (process->pagemap >= 0)
		close(process->pagemap);
	close(process->dir);
	free(process->line);
}

static bool parse_vma(const char *line, struct vma *vma)
{
	uint64_t end;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &vma->start, &end) != 2)
		return false;
	vma->last = end - 1;
	return end > vma->start;
}

int process_next_vma(struct process *process, struct vma *vma)
{
	errno = 0;
	if (getline(&process->line, &process->size, process->maps) < 0) {
		if (!errno || errno == ESRCH)
			return 0;
		return complain_errno(errno, "cannot read the maps of process %" PRIu64,
				      process->pid);
	}
	if (parse_vma(process->line, vma))
		return 1;
	complain("the maps of process %" PRIu64 " are garbled: %s",
		 process->pid, process->line);
	return -EPROTO;
}

int process_check(const struct process *process)
{
	return pagemap_is_alive(process) ? 0 : complain_gone(process);
}

uint64_t process_huge_page(const struct process *process, uint64_t address)
{
	FILE *file = file_at(process->dir, "smaps");
	uint64_t size = 0, kb;
	bool within = false;
	char line[512];
	struct vma vma;

	while (file && !size && fgets(line, sizeof(line), file)) {
		if (parse_vma(line, &vma))
			within = vma.start <= address && address <= vma.last;
		else if (within && sscanf(line, "KernelPageSize: %" SCNu64, &kb) == 1)
			size = kb * 1024;
	}
	if (file)
		fclose(file);
	return size > (uint64_t)sysconf(_SC_PAGESIZE) ? size : 0;
}

/* ---- page tables ---- */

/* PAGEMAP_SCAN, which is younger than the headers of some systems. */
struct scan {
	uint64_t size;
	uint64_t flags;
	uint64_t start;
	uint64_t end;
	uint64_t walk_end;
	uint64_t vec;
	uint64_t vec_len;
	uint64_t max_pages;
	uint64_t category_inverted;
	uint64_t category_mask;
	uint64_t category_anyof_mask;
	uint64_t return_mask;
};

struct scan_region {
	uint64_t start;
	uint64_t end;
	uint64_t categories;
};

#define SCAN_IOCTL	_IOWR('f', 16, struct scan)
#define SCAN_PRESENT	(1 << 3)
#define SCAN_SWAPPED	(1 << 4)

ssize_t pagemap_read(const struct process *process, uint64_t address,
		     uint64_t *entries, size_t nr)
{
	const size_t size = sizeof(*entries);
	off_t at = address / page_size() * size;
	ssize_t got = read_at(process->pagemap, entries, nr * size, at);

	if (got < 0 && got != -ESRCH)
		return complain_errno(-got, "cannot read the pagemap of process %" PRIu64,
				      process->pid);
	return got < 0 ? 0 : got / (ssize_t)size;
}

uint64_t pagemap_skip_holes(const struct process *process, uint64_t address,
			    uint64_t last)
{
	struct scan_region region;
	struct scan scan = {
		.size = sizeof(scan),
		.start = address,
		.end = last + 1,
		.vec = (uintptr_t)&region,
		.vec_len = 1,
		.max_pages = 1,
		.category_anyof_mask = SCAN_PRESENT | SCAN_SWAPPED,
		.return_mask = SCAN_PRESENT | SCAN_SWAPPED,
	};
	int nr = ioctl(process->pagemap, SCAN_IOCTL, &scan);

	if (nr < 0)
		return address;
	return nr ? region.start : last + 1;
}

bool pagemap_is_alive(const struct process *process)
{
	uint64_t entry;

	return read_at(process->pagemap, &entry, sizeof(entry), 0) ==
	       sizeof(entry);
}

static int complain_not_mapped(const struct process *process, uint64_t address)
{
	complain("address 0x%" PRIx64 " is not mapped in process %" PRIu64 ": see /proc/%" PRIu64 "/maps",
		 address, process->pid, process->pid);
	return -EFAULT;
}

static int complain_not_present(const struct process *process,
				uint64_t address, uint64_t entry)
{
	uint64_t huge = process_huge_page(process, address);

	if (pagemap_is_swapped(entry))
		complain("the page at 0x%" PRIx64 " of process %" PRIu64 " is swapped out (or just migrating): it has no page frame",
			 address, process->pid);
	else if (huge)
		complain("the huge page (%" PRIu64 " kB) at 0x%" PRIx64 " of process %" PRIu64 " is not present: nobody has touched it yet",
			 huge / 1024, address, process->pid);
	else
		complain("the page at 0x%" PRIx64 " of process %" PRIu64 " is not present: nobody has touched it yet",
			 address, process->pid);
	return -ENODATA;
}

static int complain_hidden(const struct process *process)
{
	complain("the kernel hides the page frames of process %" PRIu64 ": that needs CAP_SYS_ADMIN",
		 process->pid);
	return -EPERM;
}

/* Returns 1 if a VMA contains @address, 0 if none does, or -errno. */
static int find_vma(struct process *process, uint64_t address)
{
	struct vma vma;
	int ret;

	do {
		ret = process_next_vma(process, &vma);
		if (ret == 1 && vma.start <= address && address <= vma.last)
			return 1;
	} while (ret == 1);
	return ret;
}

int pagemap_lookup(struct process *process, uint64_t address, uint64_t *pfn)
{
	uint64_t entry;
	ssize_t nr;
	int ret = find_vma(process, address);

	if (ret < 0)
		return ret;
	nr = ret ? pagemap_read(process, address, &entry, 1) : 0;
	if (nr < 0)
		return nr;
	ret = process_check(process);
	if (ret)
		return ret;
	if (!nr)
		return complain_not_mapped(process, address);
	if (!pagemap_is_present(entry))
		return complain_not_present(process, address, entry);
	*pfn = pagemap_pfn(entry);
	return *pfn ? 0 : complain_hidden(process);
}
