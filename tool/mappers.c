// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/complain.h"
#include "cli/number.h"
#include "cli/text.h"
#include "help.h"
#include "kernel/control.h"
#include "kernel/mapping.h"
#include "kernel/process.h"
#include "noun.h"

/* The options. */
static struct {
	bool has_pfn, has_pid, has_address;
	uint64_t pfn, pid, address;
} which;

static int take_once(const struct opt *opt, bool *has)
{
	if (*has) {
		complain("--%s can be given only once", opt->name);
		return EXIT_USAGE;
	}
	*has = true;
	return 0;
}

static int take_pfn(const struct opt *opt, const char *arg)
{
	struct range pfns;
	int ret = take_once(opt, &which.has_pfn);

	ret = ret ? ret : range_pages("--pfn", arg, &pfns);
	if (ret)
		return ret;
	if (pfns.first != pfns.last) {
		complain("--pfn %s: give one page frame; its whole folio is looked for",
			 arg);
		return EXIT_USAGE;
	}
	which.pfn = pfns.first;
	return 0;
}

static int take_pid(const struct opt *opt, const char *arg)
{
	int ret = take_once(opt, &which.has_pid);

	return ret ? ret : process_parse(arg, &which.pid);
}

static int take_address(const struct opt *opt, const char *arg)
{
	struct range bytes;
	int ret = take_once(opt, &which.has_address);

	ret = ret ? ret : range_bytes("--addr", arg, &bytes);
	if (ret)
		return ret;
	if (strpbrk(arg, "-+")) {
		complain("--addr %s: give one address; its whole folio is looked for",
			 arg);
		return EXIT_USAGE;
	}
	which.address = bytes.first;
	return 0;
}

static const struct opt options[] = {
	OPT_HEADING("Which page"),
	OPT_CALL("pfn", "N", "a page frame, by its number", take_pfn, NULL,
		 NULL),
	OPT_CALL("pid", "PID", "the process that maps the page; with --addr",
		 take_pid, NULL, words_pids),
	OPT_CALL("addr", "A", "the address at which the process maps the page",
		 take_address, NULL, NULL),
	{ }
};

static int check_options(void)
{
	if (which.has_pfn && (which.has_pid || which.has_address))
		complain("--pfn excludes --pid and --addr");
	else if (which.has_pid && !which.has_address)
		complain("--pid needs --addr: which page of the process?");
	else if (which.has_address && !which.has_pid)
		complain("--addr goes with --pid: an address of which process?");
	else if (!which.has_pfn && !which.has_pid)
		complain("'mappers' needs --pfn, or --pid and --addr: see 'rmapctl help mappers'");
	else
		return 0;
	return EXIT_USAGE;
}

static int find_frame(uint64_t *pfn)
{
	struct process process;
	int ret;

	*pfn = which.pfn;
	if (which.has_pfn)
		return 0;
	ret = process_open(&process, which.pid);
	if (ret)
		return ret;
	ret = pagemap_lookup(&process, which.address, pfn);
	process_close(&process);
	return ret;
}

static bool begins(const char *line, const char *with)
{
	return !strncmp(line, with, strlen(with));
}

/*
 * Converts the page frame to decimal, as rmapctl prints it. The caller frees
 * it.
 */
static char *in_decimal(const char *remark)
{
	static const char frame[] = "page frame ";
	unsigned long long pfn;
	char *rest, *text;

	if (!begins(remark, frame))
		return strdup(remark);
	pfn = strtoull(remark + strlen(frame), &rest, 0);
	return asprintf(&text, "%s%llu%s", frame, pfn, rest) < 0 ? NULL : text;
}

/*
 * The file's remarks are sentences. Two of them are not an answer: that the
 * page frame does not exist, and that the folio's locks could not be taken.
 */
static int take_sentence(struct out *out, const char *remark)
{
	if ((begins(remark, "page frame ") && strstr(remark, "does not exist")) ||
	    begins(remark, "in use:")) {
		complain("%s", remark);
		return -ENODATA;
	}
	if (out->json) {
		complain("%s", remark);
		return 0;
	}
	text_put(out->to, remark);
	fputc('\n', out->to);
	return 0;
}

static int take_remark(struct out *out, const char *remark)
{
	unsigned long long head, page;
	unsigned int order;
	char kind[32], *text;
	int ret;

	if (sscanf(remark, "folio=0x%llx order=%u kind=%31s page=%llu", &head,
		   &order, kind, &page) == 4) {
		if (!out->json)
			fprintf(out->to, "page %llu of the folio at pfn %llu  %s  order %u\n",
				page, head, kind, order);
		return 0;
	}
	text = in_decimal(remark);
	ret = text ? take_sentence(out, text) : complain_errno(ENOMEM, "mappers");
	free(text);
	return ret;
}

static int mappers_take_line(struct out *out, char *line)
{
	struct mapping mapping;

	line[strcspn(line, "\n")] = '\0';
	if (begins(line, "# "))
		return take_remark(out, line + 2);
	if (!mapping_parse(line, &mapping)) {
		complain("the file '%s' says what rmapctl does not understand: %s",
			 RMAP_AB_FILE_MAPPERS, line);
		return -EPROTO;
	}
	if (!out->nr && !out->json)
		mapping_put_header(out->to);
	out_record(out, &mapping_desc, &mapping);
	return 0;
}

/* Reads the answer line by line. It may have megabytes, so it is not kept. */
static int take_answer(struct out *out, FILE *file)
{
	char *line = NULL;
	size_t size = 0;
	int ret = 0;

	while (!ret && getline(&line, &size, file) > 0)
		ret = mappers_take_line(out, line);
	if (!ret && ferror(file))
		ret = complain_errno(errno, "cannot read the file '%s'",
				     RMAP_AB_FILE_MAPPERS);
	free(line);
	return ret;
}

static int ask(struct out *out, int fd, uint64_t pfn)
{
	char question[32];
	FILE *file;
	int ret;

	snprintf(question, sizeof(question), "%" PRIu64, pfn);
	ret = control_tell(fd, RMAP_AB_FILE_MAPPERS, question);
	file = ret ? NULL : fdopen(fd, "r");
	if (!file) {
		close(fd);
		return ret ? ret : complain_errno(errno, "mappers");
	}
	ret = take_answer(out, file);
	fclose(file);
	return ret;
}

static void mappers_help(void)
{
	help_fields(&mapping_desc);
}

static int do_mappers(struct out *out, int argc, char **argv)
{
	uint64_t pfn;
	int fd, ret = check_options();

	(void)argc;
	(void)argv;
	if (ret)
		return ret;
	fd = control_open_both(RMAP_AB_FILE_MAPPERS);
	if (fd < 0)
		return EXIT_KERNEL;
	if (find_frame(&pfn)) {
		close(fd);
		return EXIT_KERNEL;
	}
	return ask(out, fd, pfn) ? EXIT_KERNEL : EXIT_FINE;
}

const struct noun noun_mappers = {
	.name = "mappers",
	.args = "WHICH...",
	.brief = "show who maps a folio",
	.about = "WHICH: --pfn N | --pid PID --addr A\n"
		 "\n"
		 "Shows who maps the folio that a page frame belongs to: one row for each\n"
		 "process and run of consecutive pages, found through the reverse map.\n"
		 "\n"
		 "A line of its own (with -j on stderr) tells about mappings that are counted,\n"
		 "but were not found: pages that a driver maps have no reverse map, for\n"
		 "instance. It is no error that nobody maps a folio. Numbers are decimal, or\n"
		 "hexadecimal with 0x.",
	.flags = NOUN_JSON,
	.options = options,
	.help = mappers_help,
	.run = do_mappers,
};
