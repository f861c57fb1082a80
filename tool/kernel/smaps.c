// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/complain.h"
#include "kernel/smaps.h"

static int complain_smaps(const struct process *process, const char *name,
			  int err)
{
	if (err == ESRCH)
		return -ESRCH;
	complain_errno(err, "cannot read %s of process %" PRIu64, name,
		       process->pid);
	if (err == ENOENT)
		complain("it needs a kernel with CONFIG_PROC_PAGE_MONITOR");
	return -err;
}

/* Takes "Key:   123 kB", if it is one of ours. */
static void take_size(const char *line, struct smaps_sizes *sizes)
{
	char key[32];
	uint64_t kib;

	if (sscanf(line, "%31[A-Za-z_]: %" SCNu64 " kB", key, &kib) != 2)
		return;
	if (!strcmp(key, "Rss"))
		sizes->rss = kib;
	else if (!strcmp(key, "Pss"))
		sizes->pss = kib;
	else if (!strcmp(key, "Private_Clean") || !strcmp(key, "Private_Dirty"))
		sizes->uss += kib;
}

/* Returns whether the line begins a VMA: "start-end rwxp offset dev ino name". */
static bool take_vma(char *line, struct smaps_vma *vma)
{
	uint64_t start, end;
	int at = 0;

	if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %*s %*s %*s %n", &start,
		   &end, &at) != 2 || !at || end <= start)
		return false;
	line[strcspn(line, "\n")] = '\0';
	*vma = (struct smaps_vma){ .vma = { start, end - 1 } };
	snprintf(vma->name, sizeof(vma->name), "%.*s",
		 (int)sizeof(vma->name) - 1, line + at);
	return true;
}

int smaps_rollup(const struct process *process, struct smaps_sizes *sizes)
{
	FILE *file = process_file(process, "smaps_rollup");
	char *line = NULL;
	size_t size = 0;

	*sizes = (struct smaps_sizes){ };
	if (!file)
		return complain_smaps(process, "smaps_rollup", errno);
	while (getline(&line, &size, file) > 0)
		take_size(line, sizes);
	free(line);
	fclose(file);
	return pagemap_is_alive(process) ? 0 : -ESRCH;
}

static int add_vma(struct smaps *smaps, const struct smaps_vma *vma)
{
	struct smaps_vma *vmas = reallocarray(smaps->vmas, smaps->nr + 1,
					      sizeof(*vmas));

	if (!vmas)
		return complain_errno(ENOMEM, "smaps");
	vmas[smaps->nr++] = *vma;
	smaps->vmas = vmas;
	return 0;
}

static int take_lines(FILE *file, struct smaps *smaps)
{
	struct smaps_vma vma;
	char *line = NULL;
	size_t size = 0;
	int ret = 0;

	while (!ret && getline(&line, &size, file) > 0)
		if (take_vma(line, &vma))
			ret = add_vma(smaps, &vma);
		else if (smaps->nr)
			take_size(line, &smaps->vmas[smaps->nr - 1].sizes);
	free(line);
	return ret;
}

static int read_vmas(const struct process *process, const char *name,
		     struct smaps *smaps)
{
	FILE *file = process_file(process, name);
	int ret;

	*smaps = (struct smaps){ };
	if (!file)
		return complain_smaps(process, name, errno);
	ret = take_lines(file, smaps);
	fclose(file);
	if (!ret && !pagemap_is_alive(process))
		ret = -ESRCH;
	if (ret)
		smaps_free(smaps);
	return ret;
}

int smaps_read(const struct process *process, struct smaps *smaps)
{
	return read_vmas(process, "smaps", smaps);
}

int smaps_read_vmas(const struct process *process, struct smaps *smaps)
{
	return read_vmas(process, "maps", smaps);
}

void smaps_free(struct smaps *smaps)
{
	free(smaps->vmas);
	*smaps = (struct smaps){ };
}
