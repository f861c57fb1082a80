// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/rmap_ab.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "lib/check.h"
#include "lib/event.h"
#include "lib/row.h"
#include "lib/text.h"

int event_family;
uint32_t event_group;

int event_open(void)
{
	int fd = netlink_open();

	must(!netlink_family(fd, RMAP_AB_FAMILY_NAME, RMAP_AB_MCGRP_EVENTS,
			     &event_family, &event_group), "the family");
	must(!netlink_join(fd, event_group), "join");
	return fd;
}

void event_get(int fd, struct netlink_message *m)
{
	must(!netlink_ask(fd, event_family, RMAP_AB_CMD_GET, NULL, 0), "ask");
	must(!netlink_next(fd, m, true), "an answer");
	must(netlink_type(m) == event_family &&
	     netlink_cmd(m) == RMAP_AB_CMD_GET,
	     "type %d, command %d", netlink_type(m), netlink_cmd(m));
}

uint64_t event_seq(void)
{
	struct netlink_message m;
	int fd = event_open();

	event_get(fd, &m);
	close(fd);
	return netlink_number(&m, 0, RMAP_AB_A_EVENT_SEQ);
}

void event_next(int fd, struct netlink_message *m, int cmd, uint64_t *seq)
{
	must(!netlink_next(fd, m, true), "an event");
	must(netlink_type(m) == event_family && netlink_cmd(m) == cmd,
	     "type %d, command %d instead of %d", netlink_type(m),
	     netlink_cmd(m), cmd);
	must(netlink_number(m, 0, RMAP_AB_A_EVENT_SEQ) == ++*seq,
	     "its number is %llu", (unsigned long long)*seq);
}

void event_none(int fd)
{
	struct netlink_message m;

	must(netlink_next(fd, &m, false) == -EAGAIN, "nothing else");
}

void event_has(const struct netlink_message *m, int nest, int type,
	       const char *words)
{
	must(!strcmp(netlink_words(m, nest, type), words), "'%s', not '%s'",
	     words, netlink_words(m, nest, type));
}

void event_is_status(const struct netlink_message *m)
{
	static const struct {
		const char *key;
		int type;
		bool number;
	} lines[] = {
		{ "state", RMAP_AB_A_STATE, false },
		{ "current", RMAP_AB_A_CURRENT, false },
		{ "previous", RMAP_AB_A_PREVIOUS, false },
		{ "switch_seq", RMAP_AB_A_SWITCH_SEQ, true },
		{ "last_switch_us", RMAP_AB_A_LAST_SWITCH_US, true },
		{ "nr_reverts", RMAP_AB_A_NR_REVERTS, true },
		{ "last_revert", RMAP_AB_A_LAST_REVERT, false },
		{ "instrumented", RMAP_AB_A_INSTRUMENTED, false },
	};
	char text[4096], line[512];
	size_t i;

	must(text_read(STATUS, text, sizeof(text)) > 0, "status");
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const int type = lines[i].type;

		/* It was sent during a switch that has failed meanwhile. */
		if (type == RMAP_AB_A_STATE &&
		    !strcmp(netlink_words(m, 0, type), RMAP_AB_STATE_SWITCHING))
			continue;
		if (lines[i].number)
			snprintf(line, sizeof(line), "%s: %llu\n", lines[i].key,
				 (unsigned long long)netlink_number(m, 0, type));
		else
			snprintf(line, sizeof(line), "%s: %s\n", lines[i].key,
				 netlink_words(m, 0, type));
		must(strstr(text, line), "'%s' in:\n%s", line, text);
	}
}
