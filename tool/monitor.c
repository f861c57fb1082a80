// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <linux/netlink.h>
#include <linux/rmap_ab.h>
#include <netlink/socket.h>

#include "cli/complain.h"
#include "cli/number.h"
#include "kernel/event.h"
#include "kernel/netlink.h"
#include "noun.h"

/* nlctrl's description of a family is far smaller. */
#define MESSAGES_MAX	0x8000

/**
 * struct monitor - the state of the noun
 * @count: lines to print; 0: no limit
 */
static struct monitor {
	struct out *out;
	struct nl_sock *sock;
	struct listener listener;
	uint64_t count;
} monitor;

static const struct opt options[] = {
	OPT_NUMBER("count", "N", "end after this many lines", &monitor.count, 1,
		   INT64_MAX),
	{ }
};

static int monitor_join(void *data, uint32_t group)
{
	(void)data;
	return genl_join(monitor.sock, group);
}

static int ask_family(void *data)
{
	(void)data;
	return genl_ask_family(monitor.sock, RMAP_AB_FAMILY_NAME);
}

static int ask_status(void *data, uint16_t family)
{
	(void)data;
	return genl_ask(monitor.sock, family, RMAP_AB_CMD_GET,
			RMAP_AB_FAMILY_VERSION);
}

static bool monitor_is_done(void)
{
	return monitor.out->error ||
	       (monitor.count && monitor.out->nr >= monitor.count);
}

static void monitor_tell(void *data, enum event_news news,
			 const struct event *event, uint64_t lost)
{
	(void)data;
	if (!monitor_is_done())
		event_show(monitor.out, news, event, lost);
}

static const struct listener_ops ops = {
	.join = monitor_join,
	.ask_family = ask_family,
	.ask_status = ask_status,
	.tell = monitor_tell,
};

static int complain_failure(int err, const char *words)
{
	if (err == -EPERM)
		complain("events are for root only, in the first user namespace");
	else if (err == -EBADMSG)
		complain("a netlink message makes no sense");
	else
		complain_errno(-err, "cannot listen to events");
	if (words)
		complain("the kernel says: %s", words);
	return EXIT_KERNEL;
}

/* After a loss, this reads all remaining messages before it asks for more. */
static int listen(void)
{
	static char buf[MESSAGES_MAX]
		__attribute__((aligned(__alignof__(struct nlmsghdr))));
	struct listener *listener = &monitor.listener;
	const char *words = NULL;
	bool lost = false;
	ssize_t len;
	int ret = 0;

	while (!ret && !monitor_is_done()) {
		len = genl_receive(monitor.sock, buf, sizeof(buf), !lost);
		if (len == -ENOBUFS) {
			listener_lost(listener);
			lost = true;
		} else if (len == -EAGAIN) {
			lost = false;
			ret = listener_catch_up(listener);
		} else if (len < 0) {
			ret = len;
		} else {
			ret = listener_take(listener, buf, len, &words);
		}
	}
	return ret ? complain_failure(ret, words) : EXIT_FINE;
}

static int do_monitor(struct out *out, int argc, char **argv)
{
	int ret;

	(void)argc;
	(void)argv;
	monitor.out = out;
	out->stream = true;
	monitor.listener = (struct listener){ .ops = &ops };
	monitor.sock = genl_open();
	if (!monitor.sock)
		return EXIT_KERNEL;
	ret = listener_begin(&monitor.listener) ? EXIT_KERNEL : listen();
	nl_socket_free(monitor.sock);
	return ret;
}

const struct noun noun_monitor = {
	.name = "monitor",
	.args = "[OPTION]",
	.brief = "print events as they happen",
	.about = "Prints a line for each event, as it comes. The module may be loaded,\n"
		 "removed and loaded again meanwhile. Events that come faster than they can\n"
		 "be read are lost; a line of its own counts them.",
	.flags = NOUN_JSON | NOUN_TIME,
	.options = options,
	.help = event_help,
	.run = do_monitor,
};
