// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>
#include <linux/rmap_ab.h>
#include <netlink/attr.h>
#include <netlink/genl/genl.h>
#include <netlink/msg.h>

#include "cli/array.h"
#include "kernel/event.h"

enum take_type { TAKE_NUMBER, TAKE_WORDS };

/* Where an attribute goes. */
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
	if (attrs[RMAP_AB_A_AUDIT] &&
	    !take_audit(event, attrs[RMAP_AB_A_AUDIT]))
		return -EBADMSG;
	if (attrs[RMAP_AB_A_FAULT] &&
	    !take_fault(event, attrs[RMAP_AB_A_FAULT]))
		return -EBADMSG;
	return 0;
}
