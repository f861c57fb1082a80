// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/complain.h"
#include "cli/terminal.h"
#include "folio/recording.h"
#include "noun.h"
#include "watch.h"

#define NS_PER_MS	1000000ULL

/**
 * struct record - a recording that is made
 * @interval: from one look to the next, in ns
 * @count: number of looks; 0: until the user ends it
 * @seconds: the same as a time, in ns
 * @append: the file may be there
 * @path: of the file
 * @out: the file: each look is one write, so that an end leaves no half of one
 * @state: where records are read
 */
static struct record {
	struct selection selection;
	struct filter filter;
	uint64_t interval;
	uint64_t count;
	uint64_t seconds;
	bool append;
	const char *path;
	struct out out;
	struct page_state state;
} record = { .interval = NS_PER_SECOND };

static const struct opt options[] = {
	SELECT_OPTIONS(&record.selection),
	FILTER_OPTIONS(record.filter),
	OPT_HEADING("When to look"),
	OPT_CALL("interval", "SECONDS",
		 "from one look to the next, 1 if not given; 0.01 to 86400",
		 watch_take_seconds, &record.interval, NULL),
	OPT_NUMBER("count", "N", "end after this many looks", &record.count, 1,
		   INT64_MAX),
	OPT_CALL("seconds", "SECONDS", "end after this time; 0.01 to 86400",
		 watch_take_seconds, &record.seconds, NULL),
	OPT_FLAG("append", "continue the recording in FILE, if there is one", &record.append),
	{ }
};

/* ---- the file ---- */

/* Returns where the last whole line of the recording ends, or -errno after a complaint. */
static off_t whole_lines(void)
{
	struct saved saved;
	const char *end;
	off_t size;
	int ret = saved_open(&saved, record.path, SAVED_RECORDING);

	if (ret)
		return ret;
	end = memrchr(saved.text, '\n', saved.size);
	size = end ? end + 1 - saved.text : 0;
	if (size < (off_t)saved.size)
		complain("%s was interrupted within a line: that part of a line is cut off",
			 record.path);
	saved_close(&saved);
	return size;
}

static int continue_file(int fd, const struct stat *st)
{
	off_t size;

	if (!st->st_size)
		return 0;
	size = whole_lines();
	if (size < 0)
		return size;
	return ftruncate(fd, size) ? complain_errno(errno, "cannot cut %s", record.path) : 0;
}

static int check_file(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return complain_errno(errno, "%s", record.path);
	/* a terminal, a pipe */
	if (!S_ISREG(st.st_mode))
		return 0;
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		complain("%s is being recorded into already", record.path);
		return -EBUSY;
	}
	if (record.append)
		return continue_file(fd, &st);
	if (!st.st_size)
		return 0;
	complain("%s is there already: give another name, or --append", record.path);
	return -EEXIST;
}

static int open_file(void)
{
	const int fd = open(record.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
	int ret;

	if (fd < 0)
		return complain_errno(errno, "cannot open %s", record.path);
	ret = check_file(fd);
	if (ret) {
		close(fd);
		return ret;
	}
	record.out = (struct out){
		.to = fdopen(fd, "a"), .json = true, .stream = true,
	};
	return record.out.to ? 0 : complain_errno(errno, "%s", record.path);
}

static int file_failed(void)
{
	return record.out.error ? complain_errno(record.out.error, "cannot write %s",
						 record.path) : 0;
}

/* ---- the looks ---- */

static bool is_last(uint64_t tick, uint64_t begin, uint64_t next)
{
	return (record.count && tick + 1 >= record.count) ||
	       (record.seconds && next - begin > record.seconds);
}

static int record_looks(void)
{
	const uint64_t begin = terminal_now();
	uint64_t next = begin;
	static struct look look;
	int ret;

	for (uint64_t tick = 0;; tick++) {
		const uint64_t now = terminal_now();

		ret = look_take(&look, &record.selection, &record.filter, &record.state);
		if (ret)
			return ret;
		look.tick = tick;
		look.ms = (now - begin) / NS_PER_MS;
		look_put(&record.out, &look);
		ret = file_failed();
		next += record.interval;
		if (ret || is_last(tick, begin, next))
			return ret;
		terminal_sleep(next);
	}
}

static int record_file(void)
{
	/* A line has to leave in one piece. */
	static char buffer[256 * 1024];
	int ret = open_file();

	if (ret)
		return ret;
	setvbuf(record.out.to, buffer, _IOFBF, sizeof(buffer));
	ret = saved_put_head(&record.out, SAVED_RECORDING);
	if (!ret)
		ret = file_failed();
	if (!ret)
		ret = record_looks();
	fclose(record.out.to);
	return ret;
}

/* ---- the noun ---- */

static void record_help(void)
{
	kinds_help();
	saved_help(SAVED_RECORDING);
	look_help();
}

static int do_record(struct out *out, int argc, char **argv)
{
	int ret;

	(void)out;
	(void)argc;
	record.path = argv[0];
	select_all_unless_said(&record.selection);
	ret = select_check(&record.selection, "record");
	if (ret)
		return ret;
	if (page_state_open(&record.state))
		return EXIT_KERNEL;
	ret = record_file();
	page_state_close(&record.state);
	return ret ? EXIT_KERNEL : EXIT_FINE;
}

const struct noun noun_record = {
	.name = "record",
	.args = "FILE [WHICH...]",
	.brief = "record how many folios of which size there are",
	.about = SELECT_ARGS "\n"
		 "\n"
		 "Looks at folios again and again, and writes into FILE at each look how many\n"
		 "there are of which kind and size, how they are mapped, and which\n"
		 "implementation counts: a line of JSON. Without WHICH, all folios. It ends\n"
		 "after --count or --seconds, or by a signal; what is written stays readable.\n"
		 "'rmapctl watch --replay FILE' shows it again.",
	.min_args = 1,
	.max_args = 1,
	.words = words_files,
	.options = options,
	.help = record_help,
	.run = do_record,
};
