// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <inttypes.h>
#include <linux/rmap_ab.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>
#include <stdio.h>
#include <string.h>

#include "cli/array.h"
#include "cli/out.h"
#include "cli/text.h"
#include "help.h"
#include "kernel/event.h"

enum take_type { TAKE_NUMBER, TAKE_WORDS };

/* The member of struct event that an attribute goes to. */
struct take {
	int attribute;
	enum take_type type;
	size_t offset;
};

#define NUMBER(name, member)	\
	{ RMAP_AB_A_##name, TAKE_NUMBER, offsetof(struct event, member) }
#define WORDS(name, member)	\
	{ RMAP_AB_A_##name, TAKE_WORDS, offsetof(struct event, member) }

static const struct take of_all[] = {
	NUMBER(EVENT_SEQ, event_seq),
	WORDS(STATE, state),
	WORDS(CURRENT, current),
	WORDS(PREVIOUS, previous),
	NUMBER(SWITCH_SEQ, switch_seq),
	NUMBER(LAST_SWITCH_US, last_switch_us),
	NUMBER(NR_REVERTS, nr_reverts),
	WORDS(LAST_REVERT, last_revert),
	WORDS(INSTRUMENTED, instrumented),
};

/* A module that knows no layouts does not send these. */
static const struct take of_layout[] = {
	WORDS(LAYOUT, layout),
	NUMBER(NR_FOLIOS_NONE, nr_folios_none),
};

static const struct take of_audit[] = {
	WORDS(AUDIT_STATE, audit_state),
	NUMBER(AUDIT_START, start),
	NUMBER(AUDIT_END, end),
	NUMBER(AUDIT_ELAPSED_US, elapsed_us),
	NUMBER(AUDIT_CHECKED, checked),
	NUMBER(AUDIT_MISMATCHED, mismatched),
	WORDS(AUDIT_STATISTICS, statistics),
};

static const struct take of_fault[] = {
	WORDS(FAULT_NAME, fault),
	WORDS(FAULT_OPERATION, operation),
};

static bool is_words(const struct nlattr *attr)
{
	const char *s = nla_data(attr);
	const int len = nla_len(attr);

	return len > 0 && !s[len - 1];
}

static bool take_number(uint64_t *number, const struct nlattr *attr)
{
	if (nla_len(attr) == sizeof(uint32_t))
		*number = nla_get_u32(attr);
	else if (nla_len(attr) == sizeof(uint64_t))
		*number = nla_get_u64(attr);
	else
		return false;
	return true;
}

static bool take_one(struct event *event, const struct take *take,
		     const struct nlattr *attr)
{
	void *to = (char *)event + take->offset;

	if (!attr)
		return false;
	if (take->type == TAKE_NUMBER)
		return take_number(to, attr);
	if (!is_words(attr))
		return false;
	*(const char **)to = nla_data(attr);
	return true;
}

static bool take_each(struct event *event, struct nlattr **attrs,
		      const struct take *takes, size_t nr)
{
	for (size_t i = 0; i < nr; i++)
		if (!take_one(event, &takes[i], attrs[takes[i].attribute]))
			return false;
	return true;
}

static bool take_audit(struct event *event, struct nlattr *nest)
{
	struct nlattr *attrs[RMAP_AB_A_AUDIT_MAX + 1];

	event->has_audit = true;
	return !nla_parse_nested(attrs, RMAP_AB_A_AUDIT_MAX, nest, NULL) &&
	       take_each(event, attrs, of_audit, ARRAY_SIZE(of_audit));
}

static bool take_fault(struct event *event, struct nlattr *nest)
{
	struct nlattr *attrs[RMAP_AB_A_FAULT_MAX + 1];

	event->has_fault = true;
	return !nla_parse_nested(attrs, RMAP_AB_A_FAULT_MAX, nest, NULL) &&
	       take_each(event, attrs, of_fault, ARRAY_SIZE(of_fault));
}

int event_parse(struct event *event, const struct nlmsghdr *message)
{
	struct nlmsghdr *nlh = (struct nlmsghdr *)message;
	struct nlattr *attrs[RMAP_AB_A_MAX + 1];

	*event = (struct event){ };
	if (!genlmsg_valid_hdr(nlh, 0) ||
	    genlmsg_parse(nlh, 0, attrs, RMAP_AB_A_MAX, NULL) ||
	    !take_each(event, attrs, of_all, ARRAY_SIZE(of_all)))
		return -EBADMSG;
	event->cmd = genlmsg_hdr(nlh)->cmd;
	if (attrs[RMAP_AB_A_LAYOUT] &&
	    !take_each(event, attrs, of_layout, ARRAY_SIZE(of_layout)))
		return -EBADMSG;
	if (attrs[RMAP_AB_A_AUDIT] &&
	    !take_audit(event, attrs[RMAP_AB_A_AUDIT]))
		return -EBADMSG;
	if (attrs[RMAP_AB_A_FAULT] &&
	    !take_fault(event, attrs[RMAP_AB_A_FAULT]))
		return -EBADMSG;
	return 0;
}

/* ---- as a line, or JSON ---- */

#define MAX_FIELDS	32

/**
 * struct shown_event - what is printed
 * @timestamp: the time, or NULL for none
 * @event: the word for what has happened
 * @kind: enum rmap_ab_cmd of an event, else 0
 * @of: the event
 * @lost: number of lost events
 */
struct shown_event {
	const char *timestamp;
	const char *event;
	int kind;
	struct event of;
	uint64_t lost;
};

#define FIELD_AT(member, key_, type_, what_) {				\
	.key = key_, .label = key_, .what = what_, .type = type_,	\
	.offset = offsetof(struct shown_event, member),			\
}
#define FIELD(member, type, what)	FIELD_AT(of.member, #member, type, what)

static const struct out_field time_field =
	FIELD_AT(timestamp, "timestamp", OUT_STR, "the time when it was read; only with -t");
static const struct out_field event_field =
	FIELD_AT(event, "event", OUT_STR, "what has happened: the first word of the line");
static const struct out_field lost_field =
	FIELD_AT(lost, "lost", OUT_U64,
		 "of an overrun: the number of events; 0 if nobody can know, "
		 "because the module was removed meanwhile");

static const struct out_field status_fields[] = {
	FIELD(event_seq, OUT_U64,
	      "the number of the event since the module was loaded"),
	FIELD(state, OUT_STR, "as in status, at the moment of the event"),
	FIELD(current, OUT_STR, "as in status"),
	FIELD(previous, OUT_STR,
	      "the implementation that was in use before"),
	FIELD(switch_seq, OUT_U64, "as in status"),
	FIELD(last_switch_us, OUT_U64, "as in status"),
	FIELD(nr_reverts, OUT_U64, "as in status"),
	FIELD(last_revert, OUT_STR, "as in status"),
	FIELD(instrumented, OUT_STR, "as in status"),
};

static const struct out_field layout_fields[] = {
	FIELD(layout, OUT_STR,
	      "what large folios get at their first mapping: page or none, as in layout"),
	FIELD(nr_folios_none, OUT_U64, "as in layout"),
};

static const struct out_field audit_fields[] = {
	FIELD(audit_state, OUT_STR, "of an audit: finished or interrupted"),
	FIELD(start, OUT_U64, "its first page frame"),
	FIELD(end, OUT_U64, "the one after the last"),
	FIELD(elapsed_us, OUT_U64, "the microseconds that it took"),
	FIELD(checked, OUT_U64, "the folios compared with page tables"),
	FIELD(mismatched, OUT_U64, "how many of them were wrong"),
	FIELD(statistics, OUT_STR, "as in audit"),
};

static const struct out_field fault_fields[] = {
	FIELD(fault, OUT_STR, "of a fault: its name"),
	FIELD(operation, OUT_STR, "what it made fail"),
};

static const char *const cmd_names[] = {
	[RMAP_AB_CMD_SWITCH_NTF] = "switch",
	[RMAP_AB_CMD_LAYERS_NTF] = "layers",
	[RMAP_AB_CMD_REVERT_NTF] = "revert",
	[RMAP_AB_CMD_CLEAR_NTF] = "clear",
	[RMAP_AB_CMD_AUDIT_NTF] = "audit",
	[RMAP_AB_CMD_FAULT_NTF] = "fault",
	[RMAP_AB_CMD_LAYOUT_NTF] = "layout",
};

static const char *const news_names[] = {
	[NEWS_WAITING] = "waiting",
	[NEWS_START] = "start",
	[NEWS_LOADED] = "load",
	[NEWS_UNLOADED] = "unload",
	[NEWS_LOST] = "overrun",
};

static const char *cmd_name(int cmd)
{
	if (cmd < 0 || (size_t)cmd >= ARRAY_SIZE(cmd_names) || !cmd_names[cmd])
		return "unknown";
	return cmd_names[cmd];
}

static void put_status(FILE *to, const struct event *e)
{
	text_put(to, e->current);
	fputs(" in use, ", to);
	text_put(to, e->state);
	fputs(", instrumented: ", to);
	text_put(to, e->instrumented);
}

static void put_switch(FILE *to, const struct event *e)
{
	text_put(to, e->previous);
	fputs(" -> ", to);
	text_put(to, e->current);
	fprintf(to, " in %" PRIu64 " us", e->last_switch_us);
}

static void put_audit(FILE *to, const struct event *e)
{
	text_put(to, e->audit_state);
	if (e->end > e->start)
		fprintf(to, ", page frames %" PRIu64 "-%" PRIu64, e->start,
			e->end - 1);
	else
		fputs(", no page frames", to);
	fprintf(to, ", %" PRIu64 " folios checked, %" PRIu64 " mismatched, "
		"statistics ", e->checked, e->mismatched);
	text_put(to, e->statistics);
	fprintf(to, ", %" PRIu64 " us", e->elapsed_us);
}

static void put_fault(FILE *to, const struct event *e)
{
	text_put(to, e->fault);
	fputs(" in ", to);
	text_put(to, e->operation);
}

static void put_layout(FILE *to, const struct event *e)
{
	text_put(to, e->layout);
	fprintf(to, ", %" PRIu64 " folios without page mapcounts", e->nr_folios_none);
}

static void put_event(FILE *to, const struct shown_event *shown)
{
	const struct event *e = &shown->of;

	if (shown->kind == RMAP_AB_CMD_SWITCH_NTF)
		put_switch(to, e);
	else if (shown->kind == RMAP_AB_CMD_REVERT_NTF)
		text_put(to, e->last_revert);
	else if (shown->kind == RMAP_AB_CMD_AUDIT_NTF && e->has_audit)
		put_audit(to, e);
	else if (shown->kind == RMAP_AB_CMD_FAULT_NTF && e->has_fault)
		put_fault(to, e);
	else if (shown->kind == RMAP_AB_CMD_LAYOUT_NTF && e->layout)
		put_layout(to, e);
	else
		put_status(to, e);
}

static void put_text(FILE *to, const void *rec)
{
	const struct shown_event *shown = rec;

	if (shown->timestamp)
		fprintf(to, "[%s] ", shown->timestamp);
	fprintf(to, "%s: ", shown->event);
	if (!strcmp(shown->event, news_names[NEWS_LOST])) {
		if (shown->lost)
			fprintf(to, "%" PRIu64, shown->lost);
		else
			fputs("an unknown number of", to);
		fprintf(to, " event%s lost", shown->lost == 1 ? "" : "s");
	} else if (shown->of.state) {
		put_event(to, shown);
	} else {
		fputs("the module is not loaded", to);
	}
	fputc('\n', to);
}

#define ADD(fields)							\
	nr += add_fields(all + nr, fields, ARRAY_SIZE(fields))

static size_t add_fields(struct out_field *to, const struct out_field *fields,
			 size_t nr)
{
	memcpy(to, fields, nr * sizeof(*fields));
	return nr;
}

/* Chooses the fields that have something to say. */
static size_t choose(struct out_field all[MAX_FIELDS],
		     const struct shown_event *shown, bool lost)
{
	size_t nr = 0;

	if (shown->timestamp)
		all[nr++] = time_field;
	all[nr++] = event_field;
	if (lost)
		all[nr++] = lost_field;
	if (shown->of.state)
		ADD(status_fields);
	if (shown->of.layout)
		ADD(layout_fields);
	if (shown->kind == RMAP_AB_CMD_AUDIT_NTF && shown->of.has_audit)
		ADD(audit_fields);
	if (shown->kind == RMAP_AB_CMD_FAULT_NTF && shown->of.has_fault)
		ADD(fault_fields);
	return nr;
}

void event_show(struct out *out, enum event_news news,
		const struct event *event, uint64_t lost)
{
	struct shown_event shown = {
		.timestamp = out->timestamp ? out_now() : NULL,
		.event = news == NEWS_EVENT ? cmd_name(event->cmd) :
			 news_names[news],
		.kind = news == NEWS_EVENT ? event->cmd : 0,
		.lost = lost,
	};
	struct out_field all[MAX_FIELDS];
	struct out_desc desc = { .fields = all, .text = put_text };

	if (event)
		shown.of = *event;
	desc.nr_fields = choose(all, &shown, news == NEWS_LOST);
	out_record(out, &desc, &shown);
}

static const struct word lines[] = {
	{ "start", "how things are when it begins to listen" },
	{ "switch", "another implementation is in use" },
	{ "layers", "other layers are around it" },
	{ "revert", "an error, or SysRq-B, led back to builtin: the reason" },
	{ "clear", "somebody cleared a revert, everything can be used again" },
	{ "audit", "an audit has ended" },
	{ "fault", "a fault was injected" },
	{ "layout", "large folios get another layout at their first mapping" },
	{ "overrun", "events were lost, because they came faster than they could be read" },
	{ "unload", "the module is gone; it waits for the next one" },
	{ "load", "there is a module" },
	{ "waiting", "there was no module when it began" },
};

void event_help(void)
{
	struct out_field all[MAX_FIELDS] = {
		time_field, event_field, lost_field,
	};
	struct out_desc desc = { .fields = all };
	size_t nr = 3;

	ADD(status_fields);
	ADD(layout_fields);
	ADD(audit_fields);
	ADD(fault_fields);
	desc.nr_fields = nr;
	help_words("Lines", lines, ARRAY_SIZE(lines));
	help_fields(&desc);
}
