// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cli/array.h"
#include "cli/complain.h"
#include "folio/saved.h"
#include "help.h"
#include "kernel/debugfs.h"
#include "kernel/page_size.h"
#include "noun.h"

/* It is raised when something in the files changes its meaning, not for additions. */
#define VERSION		1

#define BOOT_ID		"sys/kernel/random/boot_id"

static const struct {
	const char *key;
	const char *name;
	const char *made_by;
} kinds[] = {
	[SAVED_SNAPSHOT] = { "snapshot", "snapshot", "rmapctl folio --snapshot" },
	[SAVED_RECORDING] = { "recording", "recording", "rmapctl record" },
};

/* ---- writing ---- */

struct saved_head {
	uint64_t version;
	char boot_id[64];
	const char *boot;
	const char *kernel;
	const char *time;
	uint64_t page_size;
	struct out_list words;
};

struct saved_end {
	bool end;
	uint64_t nr;
	const char *time;
};

#define FIELD(struct_, member, key_, what_, type_) {			\
	.key = key_, .label = key_, .what = what_, .type = type_,	\
	.offset = offsetof(struct struct_, member),			\
}

#define HEAD_FIELDS(kind)						\
	FIELD(saved_head, version, kind, "first line: 1, the version of the file", OUT_U64), \
	FIELD(saved_head, boot, "boot_id",				\
	      "the boot, as /proc/sys/kernel/random/boot_id has it", OUT_STR), \
	FIELD(saved_head, kernel, "kernel", "the kernel's version", OUT_STR), \
	FIELD(saved_head, time, "begun", "when it was begun", OUT_STR),	\
	FIELD(saved_head, page_size, "page_size", "of a page, in bytes", OUT_U64), \
	FIELD(saved_head, words, "words", "the words of the command line", OUT_LIST)

static const struct out_field snapshot_fields[] = { HEAD_FIELDS("snapshot") };
static const struct out_field recording_fields[] = { HEAD_FIELDS("recording") };

static const struct out_desc head_descs[] = {
	[SAVED_SNAPSHOT] = { snapshot_fields, ARRAY_SIZE(snapshot_fields), NULL, NULL },
	[SAVED_RECORDING] = { recording_fields, ARRAY_SIZE(recording_fields), NULL, NULL },
};

static const struct out_field end_fields[] = {
	FIELD(saved_end, end, "end", "last line: true", OUT_BOOL),
	FIELD(saved_end, nr, "folios", "how many folios there are", OUT_U64),
	FIELD(saved_end, time, "ended", "when it was ended", OUT_STR),
};

static const struct out_desc end_desc = {
	.fields = end_fields,
	.nr_fields = ARRAY_SIZE(end_fields),
};

static int read_boot_id(char *to, size_t size)
{
	char path[PATH_MAX];
	FILE *file;
	bool is_there;

	snprintf(path, sizeof(path), "%s/" BOOT_ID, debugfs_proc());
	file = fopen(path, "re");
	if (!file)
		return complain_errno(errno, "cannot learn which boot this is: %s", path);
	is_there = fgets(to, size, file) && *to != '\n';
	fclose(file);
	if (is_there) {
		to[strcspn(to, "\n")] = '\0';
		return 0;
	}
	complain("cannot learn which boot this is: %s is empty", path);
	return -EPROTO;
}

int saved_put_head(struct out *out, enum saved_kind kind)
{
	struct saved_head head = {
		.version = VERSION, .boot = head.boot_id, .time = out_now(),
		.page_size = page_size(), .words = { .words = main_argv + 1 },
	};
	struct utsname uts;
	int ret = read_boot_id(head.boot_id, sizeof(head.boot_id));

	if (ret)
		return ret;
	uname(&uts);
	head.kernel = uts.release;
	while (head.words.words[head.words.nr])
		head.words.nr++;
	out_record(out, &head_descs[kind], &head);
	return 0;
}

void saved_put_end(struct out *out, uint64_t nr)
{
	const struct saved_end end = { .end = true, .nr = nr, .time = out_now() };

	out_record(out, &end_desc, &end);
}

void saved_help(enum saved_kind kind)
{
	const struct out_desc *desc = &head_descs[kind];
	struct word words[ARRAY_SIZE(snapshot_fields) + ARRAY_SIZE(end_fields)];
	size_t nr = 0;

	for (size_t i = 0; i < desc->nr_fields; i++)
		words[nr++] = (struct word){ desc->fields[i].key, desc->fields[i].what };
	for (size_t i = 0; kind == SAVED_SNAPSHOT && i < ARRAY_SIZE(end_fields); i++)
		words[nr++] = (struct word){ end_fields[i].key, end_fields[i].what };
	help_words(kind == SAVED_SNAPSHOT ? "Snapshot" : "Recording", words, nr);
}

/* ---- reading ---- */

/* Returns 0, or -errno after a complaint. */
static int read_all(struct saved *saved, int fd)
{
	size_t room = 0;
	ssize_t nr;

	do {
		if (saved->size == room) {
			char *text = realloc(saved->text, room = 2 * room + 65536);

			if (!text)
				return complain_errno(ENOMEM, "%s", saved->path);
			saved->text = text;
		}
		nr = read(fd, saved->text + saved->size, room - saved->size);
		if (nr < 0)
			return complain_errno(errno, "cannot read %s", saved->path);
		saved->size += nr;
	} while (nr);
	return 0;
}

bool saved_next(struct saved *saved, struct saved_line *line)
{
	const char *begin = saved->text + saved->at, *end;
	const size_t left = saved->size - saved->at;

	if (!left)
		return false;
	end = memchr(begin, '\n', left);
	*line = (struct saved_line){ begin, end ? (size_t)(end - begin) : left, end };
	saved->at += line->len + line->is_whole;
	saved->line++;
	return true;
}

struct json_object *saved_parse(const struct saved_line *line)
{
	static struct json_tokener *tokener;
	struct json_object *object;

	if (!tokener)
		tokener = json_tokener_new();
	if (!tokener || line->len > INT_MAX)
		return NULL;
	json_tokener_reset(tokener);
	object = json_tokener_parse_ex(tokener, line->text, line->len);
	if (json_object_is_type(object, json_type_object) &&
	    json_tokener_get_parse_end(tokener) == line->len)
		return object;
	json_object_put(object);
	return NULL;
}

struct json_object *saved_object(const struct saved *saved, const struct saved_line *line)
{
	struct json_object *object = saved_parse(line);

	if (object)
		return object;
	if (line->is_whole)
		complain("%s:%" PRIu64 ": that is no JSON object", saved->path, saved->line);
	else
		complain("%s is cut off in line %" PRIu64, saved->path, saved->line);
	return NULL;
}

int64_t saved_number(struct json_object *object, const char *key)
{
	return json_object_get_int64(json_object_object_get(object, key));
}

const char *saved_word(struct json_object *object, const char *key)
{
	struct json_object *word = json_object_object_get(object, key);

	return json_object_is_type(word, json_type_string) ?
	       json_object_get_string(word) : NULL;
}

/* The file is something else: what? */
static int complain_kind(const struct saved *saved, const struct saved_line *line,
			 enum saved_kind kind)
{
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (!json_object_object_get_ex(saved->head, kinds[i].key, NULL))
			continue;
		complain("%s is a %s, but a %s is needed: what '%s' makes",
			 saved->path, kinds[i].name, kinds[kind].name, kinds[kind].made_by);
		return -EINVAL;
	}
	if (line->len && *line->text == '[')
		complain("%s is a list as -j prints it, which does not say of which boot it is: "
			 "make a %s with '%s'",
			 saved->path, kinds[kind].name, kinds[kind].made_by);
	else
		complain("%s is no %s: make one with '%s'", saved->path, kinds[kind].name,
			 kinds[kind].made_by);
	return -EINVAL;
}

static int check_head(struct saved *saved, enum saved_kind kind)
{
	struct saved_line line = { };
	int64_t version;

	if (!saved_next(saved, &line)) {
		complain("%s is empty", saved->path);
		return -EINVAL;
	}
	saved->head = saved_parse(&line);
	if (!json_object_object_get_ex(saved->head, kinds[kind].key, NULL))
		return complain_kind(saved, &line, kind);
	version = saved_number(saved->head, kinds[kind].key);
	if (version != VERSION) {
		complain("%s has the version %" PRId64 ", and this rmapctl knows %d only",
			 saved->path, version, VERSION);
		return -EINVAL;
	}
	if (saved_word(saved->head, "boot_id"))
		return 0;
	complain("%s does not say of which boot it is", saved->path);
	return -EINVAL;
}

int saved_open(struct saved *saved, const char *path, enum saved_kind kind)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), ret;

	*saved = (struct saved){ .path = path };
	if (fd < 0)
		return complain_errno(errno, "cannot open %s", path);
	ret = read_all(saved, fd);
	close(fd);
	if (!ret)
		ret = check_head(saved, kind);
	if (ret)
		saved_close(saved);
	return ret;
}

void saved_close(struct saved *saved)
{
	json_object_put(saved->head);
	free(saved->text);
	*saved = (struct saved){ };
}
