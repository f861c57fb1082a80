// SPDX-License-Identifier: GPL-2.0
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/mapper.h"
#include "lib/row.h"

enum { TRIES = 20 };

static void read_answer(uint64_t pfn, char *text, size_t size)
{
	const int fd = open(RMAP_AB RMAP_AB_FILE_MAPPERS, O_RDWR | O_CLOEXEC);
	char command[32];
	const int len = snprintf(command, sizeof(command), "%#llx\n",
				 (unsigned long long)pfn);
	size_t used = 0;
	ssize_t got;

	must(fd >= 0, "open mappers");
	must(write(fd, command, len) == len, "ask who maps %s", command);
	while ((got = read(fd, text + used, size - 1 - used)) > 0)
		used += got;
	close(fd);
	must(!got && used < size - 1, "read all of the answer");
	text[used] = '\0';
}

static bool parse_mapper(const char *line, struct mapper *m)
{
	int comm = 0;

	sscanf(line, "pid=%d address=%llx first=%u count=%u level=%15s writable=%d anon_exclusive=%d migration=%d comm=%n",
	       &m->pid, &m->address, &m->first, &m->count, m->level,
	       &m->writable, &m->exclusive, &m->migration, &comm);
	if (comm)
		snprintf(m->comm, sizeof(m->comm), "%.*s",
			 (int)strcspn(line + comm, "\n"), line + comm);
	return comm;
}

void mapper_ask(uint64_t pfn, struct answer *answer)
{
	const int max = sizeof(answer->mappers) / sizeof(answer->mappers[0]);
	const char *line;

	read_answer(pfn, answer->text, sizeof(answer->text));
	answer->nr = 0;
	answer->kind[0] = '\0';
	for (line = answer->text; *line; line = strchr(line, '\n') + 1) {
		must(strchr(line, '\n'), "a whole line: %s", line);
		sscanf(line, "# folio=%llx order=%u kind=%15s page=%u",
		       &answer->head, &answer->order, answer->kind,
		       &answer->page);
		if (*line == '#')
			continue;
		must(answer->nr < max && parse_mapper(line,
						      &answer->mappers[answer->nr]),
		     "a mapping in: %s", line);
		answer->nr++;
	}
}

static bool same(const struct mapper *a, const struct mapper *b)
{
	return a->pid == b->pid && a->address == b->address &&
	       a->first == b->first && a->count == b->count &&
	       !strcmp(a->level, b->level) && a->writable == b->writable &&
	       a->exclusive == b->exclusive && a->migration == b->migration;
}

static bool has(const struct answer *answer, const struct mapper *m)
{
	int i;

	for (i = 0; i < answer->nr; i++)
		if (same(&answer->mappers[i], m))
			return true;
	return false;
}

static const struct mapper *find_missing(const struct answer *answer,
					 const struct mapper *expected, int nr)
{
	int i;

	for (i = 0; i < nr; i++)
		if (!has(answer, &expected[i]))
			return &expected[i];
	return NULL;
}

void mapper_must(uint64_t pfn, const struct mapper *expected, int nr,
		 const char *when)
{
	const struct timespec pause = { .tv_nsec = 20 * 1000 * 1000 };
	const struct mapper *missing;
	static struct answer answer;
	int i;

	for (i = 0; i < TRIES; i++) {
		mapper_ask(pfn, &answer);
		missing = find_missing(&answer, expected, nr);
		if (!missing && answer.nr == nr)
			return;
		nanosleep(&pause, NULL);
	}
	if (missing)
		must(false, "%s: pid %d maps %u pages from %u at %#llx (%s, writable %d, exclusive %d) in:\n%s",
		     when, missing->pid, missing->count, missing->first,
		     missing->address, missing->level, missing->writable,
		     missing->exclusive, answer.text);
	must(answer.nr == nr, "%s: %d mappings:\n%s", when, nr, answer.text);
}
