// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/complain.h"
#include "cli/range.h"
#include "kernel/pagemap.h"
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

/* The first letter of the value that the file `status` has for @key, or 0. */
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

/* It has a directory, but no address space. */
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

static int open_dir(uint64_t pid)
{
	const char *proc = secure_getenv(ENV_PROC);
	char *path;
	int fd;

	if (asprintf(&path, "%s/%" PRIu64, proc ? proc : "/proc", pid) < 0)
		return complain_errno(ENOMEM, "process");
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(path);
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

void process_close(struct process *process)
{
	if (process->maps)
		fclose(process->maps);
	if (process->pagemap >= 0)
		close(process->pagemap);
	close(process->dir);
	free(process->line);
}

static bool parse_area(const char *line, struct area *area)
{
	uint64_t end;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &area->start, &end) != 2)
		return false;
	area->last = end - 1;
	return end > area->start;
}

int process_next_area(struct process *process, struct area *area)
{
	errno = 0;
	if (getline(&process->line, &process->size, process->maps) < 0) {
		if (!errno || errno == ESRCH)
			return 0;
		return complain_errno(errno, "cannot read the maps of process %" PRIu64,
				      process->pid);
	}
	if (parse_area(process->line, area))
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
	struct area area;

	while (file && !size && fgets(line, sizeof(line), file)) {
		if (parse_area(line, &area))
			within = area.start <= address && address <= area.last;
		else if (within && sscanf(line, "KernelPageSize: %" SCNu64, &kb) == 1)
			size = kb * 1024;
	}
	if (file)
		fclose(file);
	return size > (uint64_t)sysconf(_SC_PAGESIZE) ? size : 0;
}
