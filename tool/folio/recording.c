// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cli/array.h"
#include "cli/complain.h"
#include "folio/recording.h"
#include "folio/walk.h"
#include "help.h"
#include "status.h"

/* ---- taking ---- */

static void copy_word(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from ? from : "");
}

static int take_status(struct look *look)
{
	struct status status;
	int ret = status_read(&status);

	if (ret)
		return ret;
	copy_word(look->state, sizeof(look->state), status.state);
	copy_word(look->current, sizeof(look->current), status.current);
	copy_word(look->instrumented, sizeof(look->instrumented), status.instrumented);
	look->switch_seq = status.switch_seq;
	for (size_t i = 0; i < status.more.nr; i++)
		if (!strcmp(status.more.pairs[i].key, RMAP_AB_FILE_LAYOUT))
			copy_word(look->layout, sizeof(look->layout), status.more.pairs[i].value);
	status_free(&status);
	return 0;
}

int look_take(struct look *look, const struct selection *selection,
	      const struct filter *filter, struct page_state *state)
{
	struct folio_walk walk;
	struct folio *folio;
	int ret;

	*look = (struct look){ };
	copy_word(look->timestamp, sizeof(look->timestamp), out_now());
	ret = take_status(look);
	if (!ret)
		ret = folio_walk_begin(&walk, selection, state);
	if (ret)
		return ret;
	while ((ret = folio_walk_next(&walk, &folio)) == 1)
		if (filter_takes(filter, folio))
			sizes_add(&look->sizes, folio);
	look->not_present = walk.frames.missing.not_present;
	look->swapped = walk.frames.missing.swapped;
	folio_walk_end(&walk);
	return ret;
}

/* ---- writing ---- */

struct shown_look {
	uint64_t tick;
	const char *timestamp;
	uint64_t ms;
	const char *state;
	const char *current;
	uint64_t switch_seq;
	const char *instrumented;
	const char *layout;
	uint64_t not_present;
	uint64_t swapped;
	struct out_records sizes;
};

#define FIELD(member, type_, what_) {					\
	.key = #member, .label = #member, .what = what_, .type = type_,	\
	.offset = offsetof(struct shown_look, member),			\
}

static const struct out_field fields[] = {
	FIELD(tick, OUT_U64, "the number of the look, from 0"),
	FIELD(timestamp, OUT_STR, "when it was begun"),
	FIELD(ms, OUT_U64, "the same in milliseconds since the first look"),
	FIELD(state, OUT_STR, "of the switch, as in status"),
	FIELD(current, OUT_STR, "the implementation that ran when the look was begun"),
	FIELD(switch_seq, OUT_U64, "how many switches there had been"),
	FIELD(instrumented, OUT_STR, "what was layered around the implementation"),
	FIELD(layout, OUT_STR, "what large folios got at their first mapping, as in layout"),
	FIELD(not_present, OUT_U64, "pages of the processes that nobody has touched"),
	FIELD(swapped, OUT_U64, "pages of the processes that are swapped out or migrating"),
	FIELD(sizes, OUT_RECORDS,
	      "a row for each kind and order of folio, with the fields of folio --summary"),
};

static const struct out_desc desc = {
	.fields = fields,
	.nr_fields = ARRAY_SIZE(fields),
};

void look_put(struct out *out, const struct look *look)
{
	static struct sizes_row rows[RMAP_AB_NR_KINDS * SIZES_ORDERS];
	struct sizes sizes = look->sizes;
	struct shown_look shown = {
		.tick = look->tick,
		.timestamp = look->timestamp,
		.ms = look->ms,
		.state = look->state,
		.current = look->current,
		.switch_seq = look->switch_seq,
		.instrumented = look->instrumented,
		.layout = *look->layout ? look->layout : NULL,
		.not_present = look->not_present,
		.swapped = look->swapped,
		.sizes = { &sizes_desc, rows, 0, sizeof(rows[0]) },
	};
	const struct sizes_row *row;
	size_t at = 0;

	while ((row = sizes_next(&sizes, &at)))
		rows[shown.sizes.nr++] = *row;
	out_record(out, &desc, &shown);
}

void look_help(void)
{
	help_fields(&desc);
}

/* ---- reading ---- */

/* Returns whether the row makes sense. */
static bool read_row(struct look *look, struct json_object *object)
{
	const char *kind = saved_word(object, "kind");
	struct sizes_row *row = kind ? sizes_row(&look->sizes, kind,
						 saved_number(object, "order")) : NULL;

	if (!row)
		return false;
	/* What is no word is a number of 64 bits. */
	for (size_t i = 0; i < sizes_desc.nr_fields; i++) {
		const struct out_field *field = &sizes_desc.fields[i];

		if (field->type != OUT_STR)
			*(int64_t *)((char *)row + field->offset) =
				saved_number(object, field->key);
	}
	return true;
}

static bool read_look(struct look *look, struct json_object *object)
{
	struct json_object *rows = json_object_object_get(object, "sizes");
	bool fine = json_object_is_type(rows, json_type_array);

	*look = (struct look){
		.tick = saved_number(object, "tick"),
		.ms = saved_number(object, "ms"),
		.switch_seq = saved_number(object, "switch_seq"),
		.not_present = saved_number(object, "not_present"),
		.swapped = saved_number(object, "swapped"),
	};
	copy_word(look->timestamp, sizeof(look->timestamp), saved_word(object, "timestamp"));
	copy_word(look->state, sizeof(look->state), saved_word(object, "state"));
	copy_word(look->current, sizeof(look->current), saved_word(object, "current"));
	copy_word(look->instrumented, sizeof(look->instrumented),
		  saved_word(object, "instrumented"));
	copy_word(look->layout, sizeof(look->layout), saved_word(object, "layout"));
	for (size_t i = 0; fine && i < json_object_array_length(rows); i++)
		fine = read_row(look, json_object_array_get_idx(rows, i));
	return fine;
}

int recording_next(struct saved *saved, struct look *look)
{
	struct json_object *object;
	struct saved_line line;
	bool is_head, fine;

	do {
		if (!saved_next(saved, &line) || !line.is_whole)
			return 0;
		object = saved_object(saved, &line);
		if (!object)
			return -EPROTO;
		is_head = json_object_object_get_ex(object, "recording", NULL);
		fine = is_head || read_look(look, object);
		json_object_put(object);
	} while (is_head);
	if (fine)
		return 1;
	complain("%s:%" PRIu64 ": that is no look of a recording", saved->path, saved->line);
	return -EPROTO;
}
