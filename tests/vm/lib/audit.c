// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/audit.h"
#include "lib/check.h"
#include "lib/row.h"

/* Returns the number after "@key: ", or -1 if there is none. */
static long long field(const char *text, const char *key)
{
	char line[64];
	const char *at;

	snprintf(line, sizeof(line), "\n%s: ", key);
	at = strstr(text, line);
	return at ? strtoll(at + strlen(line), NULL, 0) : -1;
}

static long long sum_skipped(const char *text)
{
	long long sum = 0;
	const char *at = text;

	while ((at = strstr(at, "\nskipped_"))) {
		at = strchr(at, ':');
		sum += strtoll(at + 1, NULL, 10);
	}
	return sum;
}

static void parse(struct audit_answer *answer)
{
	const char *text = answer->text, *at = strstr(text, "\nstatistics: ");

	answer->elapsed_us = field(text, "elapsed_us");
	answer->scanned = field(text, "scanned");
	answer->checked = field(text, "checked");
	answer->mismatched = field(text, "mismatched");
	answer->walks = field(text, "walks");
	answer->mappings = field(text, "mappings");
	answer->skipped = sum_skipped(text);
	if (!at || sscanf(at, "\nstatistics: %15s", answer->statistics) != 1)
		strcpy(answer->statistics, "?");
}

int audit_ask(uint64_t start, uint64_t nr, struct audit_answer *answer)
{
	const int fd = open(RMAP_AB RMAP_AB_FILE_AUDIT, O_RDWR | O_CLOEXEC);
	size_t used = 0;
	char command[64];
	ssize_t got;
	int len, err = 0;

	if (fd < 0)
		return -errno;
	len = nr ? snprintf(command, sizeof(command), "run %#llx %llu\n",
			    (unsigned long long)start, (unsigned long long)nr) :
	      snprintf(command, sizeof(command), "run\n");
	if (write(fd, command, len) != len)
		err = -errno;
	while ((got = read(fd, answer->text + used,
			   sizeof(answer->text) - 1 - used)) > 0)
		used += got;
	answer->text[used] = '\0';
	close(fd);
	parse(answer);
	return err;
}

void audit_must_be_fine(uint64_t start, uint64_t nr, const char *when)
{
	static struct audit_answer answer;

	must(!audit_ask(start, nr, &answer), "audit");
	must(!answer.mismatched && answer.checked >= 0, "%s: audit:\n%s", when,
	     answer.text);
}

const char *audit_difference(const struct audit_answer *answer,
			     const char *counter)
{
	char words[64];

	snprintf(words, sizeof(words), "difference: counter=%s ", counter);
	return strstr(answer->text, words);
}
