// SPDX-License-Identifier: GPL-2.0
/* Netlink messages, valid and broken, and their listener. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/genetlink.h>
#include <linux/netlink.h>
#include <linux/rmap_ab.h>

#include "groups.h"
#include "kernel/event.h"
#include "kernel/netlink.h"

#define FAMILY	0x1c
#define GROUP_ID 7
#define WORDS	"get takes no attributes"

/* A message under construction. */
struct message {
	char bytes[2048] __attribute__((aligned(__alignof__(struct nlmsghdr))));
	size_t len;
};

static struct nlmsghdr *header(struct message *m)
{
	return (struct nlmsghdr *)m->bytes;
}

static void begin(struct message *m, int type, int cmd)
{
	struct genlmsghdr *genl = NLMSG_DATA(header(m));

	memset(m, 0, sizeof(*m));
	genl->cmd = cmd;
	m->len = NLMSG_HDRLEN + GENL_HDRLEN;
	header(m)->nlmsg_type = type;
	header(m)->nlmsg_len = m->len;
}

/* Appends an attribute and returns its payload. */
static char *put_attr(struct message *m, int type, const void *data, size_t len)
{
	struct nlattr *attr = (struct nlattr *)(m->bytes + m->len);

	attr->nla_type = type;
	attr->nla_len = NLA_HDRLEN + len;
	if (data)
		memcpy((char *)attr + NLA_HDRLEN, data, len);
	m->len += NLA_ALIGN(attr->nla_len);
	header(m)->nlmsg_len = m->len;
	return (char *)attr + NLA_HDRLEN;
}

static void put_words(struct message *m, int type, const char *words)
{
	put_attr(m, type, words, strlen(words) + 1);
}

static void put_u32(struct message *m, int type, uint32_t number)
{
	put_attr(m, type, &number, sizeof(number));
}

static void put_u64(struct message *m, int type, uint64_t number)
{
	put_attr(m, type, &number, sizeof(number));
}

/* Begins a nest that contains all attributes until nest_end(). */
static size_t nest_begin(struct message *m, int type)
{
	const size_t at = m->len;

	put_attr(m, type, NULL, 0);
	return at;
}

static void nest_end(struct message *m, size_t at)
{
	((struct nlattr *)(m->bytes + at))->nla_len = m->len - at;
}

static void put_audit(struct message *m)
{
	const size_t nest = nest_begin(m, RMAP_AB_A_AUDIT);

	put_words(m, RMAP_AB_A_AUDIT_STATE, "finished");
	put_u32(m, RMAP_AB_A_AUDIT_START, 16);
	put_u64(m, RMAP_AB_A_AUDIT_END, 1ULL << 33);
	put_u32(m, RMAP_AB_A_AUDIT_ELAPSED_US, 12);
	put_u32(m, RMAP_AB_A_AUDIT_CHECKED, 13);
	put_u32(m, RMAP_AB_A_AUDIT_MISMATCHED, 14);
	put_words(m, RMAP_AB_A_AUDIT_STATISTICS, "fine");
	nest_end(m, nest);
}

static void put_fault(struct message *m)
{
	const size_t nest = nest_begin(m, RMAP_AB_A_FAULT);

	put_words(m, RMAP_AB_A_FAULT_NAME, "fail_rmap");
	put_words(m, RMAP_AB_A_FAULT_OPERATION, "dup");
	nest_end(m, nest);
}

/* Makes an event. @without: an attribute that is left out. */
static void make_without(struct message *m, int cmd, uint64_t seq, int without)
{
	static const char *const words[] = {
		[RMAP_AB_A_STATE] = "active",
		[RMAP_AB_A_CURRENT] = "batch",
		[RMAP_AB_A_PREVIOUS] = "builtin",
		[RMAP_AB_A_LAST_REVERT] = "none",
		[RMAP_AB_A_INSTRUMENTED] = "stats guard",
	};

	begin(m, FAMILY, cmd);
	for (int i = 1; i <= RMAP_AB_A_INSTRUMENTED; i++) {
		if (i == without)
			continue;
		if (i == RMAP_AB_A_EVENT_SEQ)
			put_u64(m, i, seq);
		else if (words[i])
			put_words(m, i, words[i]);
		else
			put_u32(m, i, i);
	}
	put_u32(m, RMAP_AB_A_MAX + 1, 1);	/* of a newer module */
	put_audit(m);
	put_fault(m);
}

static void make_message(struct message *m, int cmd, uint64_t seq)
{
	make_without(m, cmd, seq, 0);
}

static void event_has_every_attribute(void **state)
{
	struct message m;
	struct event e;

	(void)state;
	make_message(&m, RMAP_AB_CMD_AUDIT_NTF, 1ULL << 40);
	assert_int_equal(event_parse(&e, header(&m)), 0);
	assert_int_equal(e.cmd, RMAP_AB_CMD_AUDIT_NTF);
	assert_true(e.event_seq == 1ULL << 40);
	assert_string_equal(e.state, "active");
	assert_string_equal(e.current, "batch");
	assert_string_equal(e.previous, "builtin");
	assert_int_equal(e.switch_seq, RMAP_AB_A_SWITCH_SEQ);
	assert_int_equal(e.last_switch_us, RMAP_AB_A_LAST_SWITCH_US);
	assert_int_equal(e.nr_reverts, RMAP_AB_A_NR_REVERTS);
	assert_string_equal(e.last_revert, "none");
	assert_string_equal(e.instrumented, "stats guard");
	assert_true(e.has_audit);
	assert_string_equal(e.audit_state, "finished");
	assert_int_equal(e.start, 16);
	assert_true(e.end == 1ULL << 33);
	assert_int_equal(e.elapsed_us, 12);
	assert_int_equal(e.checked, 13);
	assert_int_equal(e.mismatched, 14);
	assert_string_equal(e.statistics, "fine");
	assert_true(e.has_fault);
	assert_string_equal(e.fault, "fail_rmap");
	assert_string_equal(e.operation, "dup");
}

static void event_needs_every_attribute(void **state)
{
	struct message m;
	struct event e;

	(void)state;
	for (int i = 1; i <= RMAP_AB_A_INSTRUMENTED; i++) {
		make_without(&m, RMAP_AB_CMD_SWITCH_NTF, 1, i);
		assert_int_equal(event_parse(&e, header(&m)), -EBADMSG);
	}
	begin(&m, FAMILY, RMAP_AB_CMD_SWITCH_NTF);
	assert_int_equal(event_parse(&e, header(&m)), -EBADMSG);
}

/* If an attribute comes twice, the last one counts. */
static void event_attributes_must_be_sound(void **state)
{
	static const int words[] = {
		RMAP_AB_A_STATE, RMAP_AB_A_CURRENT, RMAP_AB_A_PREVIOUS,
		RMAP_AB_A_LAST_REVERT, RMAP_AB_A_INSTRUMENTED,
	};
	struct message m;
	struct event e;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		make_message(&m, RMAP_AB_CMD_SWITCH_NTF, 1);
		put_attr(&m, words[i], "no end", 6);
		assert_int_equal(event_parse(&e, header(&m)), -EBADMSG);
		make_message(&m, RMAP_AB_CMD_SWITCH_NTF, 1);
		put_attr(&m, words[i], "", 0);
		assert_int_equal(event_parse(&e, header(&m)), -EBADMSG);
	}
	for (size_t len = 0; len < 12; len++) {
		make_message(&m, RMAP_AB_CMD_SWITCH_NTF, 1);
		put_attr(&m, RMAP_AB_A_EVENT_SEQ, "123456789012", len);
		assert_int_equal(event_parse(&e, header(&m)),
				 len == 4 || len == 8 ? 0 : -EBADMSG);
	}
	make_message(&m, RMAP_AB_CMD_SWITCH_NTF, 1);
	put_attr(&m, RMAP_AB_A_AUDIT, "", 0);
	assert_int_equal(event_parse(&e, header(&m)), -EBADMSG);
	make_message(&m, RMAP_AB_CMD_SWITCH_NTF, 1);
	put_attr(&m, RMAP_AB_A_FAULT, "xxxxxxxx", 8);
	assert_int_equal(event_parse(&e, header(&m)), -EBADMSG);
}

static int nowhere(void *data, uint32_t group)
{
	(void)data;
	(void)group;
	return 0;
}

static int nothing(void *data)
{
	(void)data;
	return 0;
}

static int nobody(void *data, uint16_t family)
{
	(void)data;
	(void)family;
	return 0;
}

/* Reads every field, so that the sanitizers check it. */
static void read_it(void *data, enum event_news news,
		    const struct event *event, uint64_t lost)
{
	size_t *sum = data;

	(void)news;
	(void)lost;
	if (!event)
		return;
	*sum += strlen(event->state) + strlen(event->current) +
		strlen(event->previous) + strlen(event->last_revert) +
		strlen(event->instrumented);
	if (event->has_audit)
		*sum += strlen(event->audit_state) + strlen(event->statistics);
	if (event->has_fault)
		*sum += strlen(event->fault) + strlen(event->operation);
}

static const struct listener_ops quiet = {
	.join = nowhere, .ask_family = nothing, .ask_status = nobody,
	.tell = read_it,
};

/*
 * Copies to memory of exactly that length, so that a read beyond it is noticed.
 */
static int take_copy(const void *bytes, size_t len)
{
	size_t sum = 0;
	struct listener l = {
		.ops = &quiet, .data = &sum, .family = FAMILY, .counted = true,
	};
	char *copy = malloc(len ? len : 1);
	const char *words;
	int ret;

	assert_non_null(copy);
	memcpy(copy, bytes, len);
	ret = listener_take(&l, copy, len, &words);
	if (words)
		sum += strlen(words);
	free(copy);
	assert_true(sum <= len);
	return ret;
}

static void make_family(struct message *m, int cmd, int id)
{
	const uint16_t number = id;
	size_t groups, group;

	begin(m, GENL_ID_CTRL, cmd);
	put_words(m, CTRL_ATTR_FAMILY_NAME, RMAP_AB_FAMILY_NAME);
	put_attr(m, CTRL_ATTR_FAMILY_ID, &number, sizeof(number));
	groups = nest_begin(m, CTRL_ATTR_MCAST_GROUPS);
	for (int i = 1; i <= 2; i++) {
		group = nest_begin(m, i);
		put_words(m, CTRL_ATTR_MCAST_GRP_NAME, i == 1 ? "others" :
			  RMAP_AB_MCGRP_EVENTS);
		put_u32(m, CTRL_ATTR_MCAST_GRP_ID, GROUP_ID + i - 2);
		nest_end(m, group);
	}
	nest_end(m, groups);
}

/*
 * Makes an error as the kernel does: the request's header, its rest unless
 * capped, text.
 */
static void make_error(struct message *m, int err, int type, size_t rest,
		       const char *words)
{
	struct nlmsgerr *error = NLMSG_DATA(header(m));

	memset(m, 0, sizeof(*m));
	error->error = err;
	error->msg.nlmsg_type = type;
	error->msg.nlmsg_len = NLMSG_HDRLEN + rest;
	m->len = NLMSG_HDRLEN + sizeof(*error) + NLMSG_ALIGN(rest);
	header(m)->nlmsg_type = NLMSG_ERROR;
	header(m)->nlmsg_len = m->len;
	if (!rest)
		header(m)->nlmsg_flags |= NLM_F_CAPPED;
	if (!words)
		return;
	header(m)->nlmsg_flags |= NLM_F_ACK_TLVS;
	put_words(m, NLMSGERR_ATTR_MSG, words);
}

static void messages_may_end_anywhere(void **state)
{
	struct message all[3];

	(void)state;
	make_message(&all[0], RMAP_AB_CMD_SWITCH_NTF, 1);
	make_family(&all[1], CTRL_CMD_NEWFAMILY, FAMILY);
	make_error(&all[2], -EINVAL, FAMILY, 24, WORDS);
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		for (size_t len = 0; len < all[i].len; len++) {
			struct message m = all[i];

			assert_int_equal(take_copy(m.bytes, len),
					 len ? -EBADMSG : 0);
			/* The same with a header that agrees. */
			header(&m)->nlmsg_len = len;
			take_copy(m.bytes, len);
		}
}

static void messages_may_be_garbage(void **state)
{
	unsigned int seed = 1;
	struct message m;

	(void)state;
	for (int round = 0; round < 20000; round++) {
		if (round % 3 == 0)
			make_message(&m, RMAP_AB_CMD_AUDIT_NTF, round);
		else if (round % 3 == 1)
			make_family(&m, CTRL_CMD_NEWFAMILY, FAMILY);
		else
			make_error(&m, -EINVAL, FAMILY, 24, WORDS);
		for (int i = rand_r(&seed) % 4; i >= 0; i--)
			m.bytes[rand_r(&seed) % m.len] = rand_r(&seed);
		take_copy(m.bytes, m.len);
	}
}

static void errors_have_words(void **state)
{
	static const size_t rests[] = { 0, 4, 24, 25 };
	const char *words;
	struct message m;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(rests); i++) {
		make_error(&m, -EINVAL, FAMILY, rests[i], WORDS);
		assert_int_equal(genl_parse_error(header(&m), &words), -EINVAL);
		assert_non_null(words);
		assert_string_equal(words, WORDS);
		make_error(&m, -EINVAL, FAMILY, rests[i], NULL);
		assert_int_equal(genl_parse_error(header(&m), &words), -EINVAL);
		assert_null(words);
	}
	make_error(&m, 0, FAMILY, 0, NULL);
	assert_int_equal(genl_parse_error(header(&m), &words), 0);
	make_error(&m, 1, FAMILY, 0, NULL);
	assert_int_equal(genl_parse_error(header(&m), &words), -EBADMSG);
}

/* Records as text what a listener does and tells. */
struct story {
	char text[512];
	int join_error;
	struct listener l;
};

static void story_add(struct story *s, const char *word, uint64_t number)
{
	char text[64];

	snprintf(text, sizeof(text), "%s %llu\n", word,
		 (unsigned long long)number);
	assert_true(strlen(s->text) + strlen(text) < sizeof(s->text));
	strcat(s->text, text);
}

static int told_join(void *data, uint32_t group)
{
	struct story *s = data;

	story_add(s, "join", group);
	return s->join_error;
}

static int told_ask_family(void *data)
{
	story_add(data, "ask-family", 0);
	return 0;
}

static int told_ask_status(void *data, uint16_t family)
{
	story_add(data, "ask", family);
	return 0;
}

static void told(void *data, enum event_news news, const struct event *event,
		 uint64_t lost)
{
	static const char *const words[] = {
		[NEWS_WAITING] = "waiting", [NEWS_START] = "start",
		[NEWS_LOADED] = "loaded", [NEWS_UNLOADED] = "unloaded",
		[NEWS_EVENT] = "event", [NEWS_LOST] = "lost",
	};

	story_add(data, words[news], event ? event->event_seq : lost);
}

static const struct listener_ops telling = {
	.join = told_join, .ask_family = told_ask_family,
	.ask_status = told_ask_status, .tell = told,
};

static int hear(struct story *s, const struct message *m)
{
	const char *words;

	return listener_take(&s->l, m->bytes, m->len, &words);
}

static void hear_event(struct story *s, int family, int cmd, uint64_t seq)
{
	struct message m;

	make_message(&m, cmd, seq);
	header(&m)->nlmsg_type = family;
	assert_int_equal(hear(s, &m), 0);
}

static void hear_family(struct story *s, int cmd, int id)
{
	struct message m;

	make_family(&m, cmd, id);
	assert_int_equal(hear(s, &m), 0);
}

static void hear_no_family(struct story *s)
{
	struct message m;

	make_error(&m, -ENOENT, GENL_ID_CTRL, 0, NULL);
	assert_int_equal(hear(s, &m), 0);
}

static void check_story(struct story *s, const char *text)
{
	assert_string_equal(s->text, text);
	s->text[0] = '\0';
}

static void story_begin(struct story *s)
{
	*s = (struct story){ .l = { .ops = &telling } };
	s->l.data = s;
	assert_int_equal(listener_begin(&s->l), 0);
	check_story(s, "ask-family 0\n");
}

static void story_start(struct story *s, uint64_t seq)
{
	story_begin(s);
	hear_family(s, CTRL_CMD_NEWFAMILY, FAMILY);
	check_story(s, "join 7\nask 28\n");
	hear_event(s, FAMILY, RMAP_AB_CMD_GET, seq);
	assert_int_equal(strncmp(s->text, "start ", 6), 0);
	s->text[0] = '\0';
}

static void listener_counts_what_it_missed(void **state)
{
	struct story s;

	(void)state;
	story_start(&s, 5);
	hear_event(&s, FAMILY, RMAP_AB_CMD_SWITCH_NTF, 6);
	hear_event(&s, FAMILY, RMAP_AB_CMD_SWITCH_NTF, 7);
	check_story(&s, "event 6\nevent 7\n");
	hear_event(&s, FAMILY, RMAP_AB_CMD_SWITCH_NTF, 11);
	check_story(&s, "lost 3\nevent 11\n");
	hear_event(&s, FAMILY, RMAP_AB_CMD_GET, 11);
	check_story(&s, "");
	hear_event(&s, FAMILY, RMAP_AB_CMD_GET, 13);
	check_story(&s, "lost 2\n");
	hear_event(&s, FAMILY, RMAP_AB_CMD_SWITCH_NTF, 14);
	check_story(&s, "event 14\n");
}

static void listener_may_hear_an_event_first(void **state)
{
	struct story s;

	(void)state;
	story_begin(&s);
	hear_family(&s, CTRL_CMD_NEWFAMILY, FAMILY);
	hear_event(&s, FAMILY, RMAP_AB_CMD_SWITCH_NTF, 9);
	hear_event(&s, FAMILY, RMAP_AB_CMD_GET, 9);
	check_story(&s, "join 7\nask 28\nevent 9\nstart 9\n");
}

static void listener_asks_after_an_overrun(void **state)
{
	struct story s;

	(void)state;
	story_start(&s, 5);
	listener_lost(&s.l);
	hear_event(&s, FAMILY, RMAP_AB_CMD_SWITCH_NTF, 6);
	listener_lost(&s.l);
	assert_int_equal(listener_catch_up(&s.l), 0);
	check_story(&s, "event 6\nask-family 0\n");
	hear_family(&s, CTRL_CMD_NEWFAMILY, FAMILY);
	hear_event(&s, FAMILY, RMAP_AB_CMD_GET, 8);
	check_story(&s, "ask 28\nlost 2\n");
}

static void listener_sees_the_module_go_and_come(void **state)
{
	struct story s;

	(void)state;
	story_start(&s, 5);
	hear_family(&s, CTRL_CMD_DELFAMILY, FAMILY + 1);
	check_story(&s, "");
	hear_family(&s, CTRL_CMD_DELFAMILY, FAMILY);
	check_story(&s, "unloaded 0\n");
	hear_event(&s, FAMILY, RMAP_AB_CMD_SWITCH_NTF, 9);
	check_story(&s, "");
	hear_family(&s, CTRL_CMD_NEWFAMILY, FAMILY + 1);
	hear_event(&s, FAMILY + 1, RMAP_AB_CMD_GET, 0);
	hear_event(&s, FAMILY + 1, RMAP_AB_CMD_SWITCH_NTF, 1);
	check_story(&s, "join 7\nask 29\nloaded 0\nevent 1\n");
}

/* With a new module, events before the listener joined count as lost. */
static void listener_misses_what_is_before_it_joins(void **state)
{
	struct story s;

	(void)state;
	story_start(&s, 5);
	hear_family(&s, CTRL_CMD_DELFAMILY, FAMILY);
	hear_family(&s, CTRL_CMD_NEWFAMILY, FAMILY + 1);
	s.text[0] = '\0';
	hear_event(&s, FAMILY + 1, RMAP_AB_CMD_GET, 2);
	check_story(&s, "lost 2\nloaded 2\n");
}

static void listener_missed_a_reload(void **state)
{
	struct story s;

	(void)state;
	story_start(&s, 5);
	listener_lost(&s.l);
	hear_family(&s, CTRL_CMD_NEWFAMILY, FAMILY + 1);
	hear_event(&s, FAMILY + 1, RMAP_AB_CMD_GET, 0);
	check_story(&s, "lost 0\nunloaded 0\njoin 7\nask 29\nloaded 0\n");
	listener_lost(&s.l);
	hear_no_family(&s);
	check_story(&s, "lost 0\nunloaded 0\n");
}

static void listener_waits_for_the_module(void **state)
{
	struct story s;

	(void)state;
	story_begin(&s);
	hear_no_family(&s);
	check_story(&s, "waiting 0\n");
	hear_no_family(&s);
	check_story(&s, "");
	/* The module may go before the listener can join. */
	s.join_error = -ENOENT;
	hear_family(&s, CTRL_CMD_NEWFAMILY, FAMILY);
	check_story(&s, "join 7\n");
	s.join_error = 0;
	hear_family(&s, CTRL_CMD_NEWFAMILY, FAMILY);
	hear_event(&s, FAMILY, RMAP_AB_CMD_GET, 0);
	check_story(&s, "join 7\nask 28\nloaded 0\n");
}

static void listener_fails_as_it_is_told(void **state)
{
	struct message m;
	struct story s;

	(void)state;
	story_begin(&s);
	s.join_error = -EPERM;
	make_family(&m, CTRL_CMD_NEWFAMILY, FAMILY);
	assert_int_equal(hear(&s, &m), -EPERM);
	story_start(&s, 1);
	make_error(&m, -EPERM, FAMILY, 0, WORDS);
	assert_int_equal(hear(&s, &m), -EPERM);
	make_error(&m, -ENOENT, FAMILY, 0, NULL);
	assert_int_equal(hear(&s, &m), 0);
	make_error(&m, 0, FAMILY, 0, NULL);
	assert_int_equal(hear(&s, &m), 0);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(event_has_every_attribute),
	cmocka_unit_test(event_needs_every_attribute),
	cmocka_unit_test(event_attributes_must_be_sound),
	cmocka_unit_test(messages_may_end_anywhere),
	cmocka_unit_test(messages_may_be_garbage),
	cmocka_unit_test(errors_have_words),
	cmocka_unit_test(listener_counts_what_it_missed),
	cmocka_unit_test(listener_may_hear_an_event_first),
	cmocka_unit_test(listener_asks_after_an_overrun),
	cmocka_unit_test(listener_sees_the_module_go_and_come),
	cmocka_unit_test(listener_misses_what_is_before_it_joins),
	cmocka_unit_test(listener_missed_a_reload),
	cmocka_unit_test(listener_waits_for_the_module),
	cmocka_unit_test(listener_fails_as_it_is_told),
};

GROUP(monitor, tests);
