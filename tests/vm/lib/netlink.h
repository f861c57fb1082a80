/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETLINK_H
#define NETLINK_H
/*
 * Generic netlink by hand, so that messages can be wrong.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/netlink.h>

/* One message. The kernel sent @len bytes. */
struct netlink_message {
	char bytes[4096] __attribute__((aligned(__alignof__(struct nlmsghdr))));
	long len;
};

/*
 * Opens a socket that wants the kernel's words with an error; fails the test if
 * it cannot.
 */
int netlink_open(void);

/* Finds the numbers of the family and of its group. Returns 0 or -errno. */
int netlink_family(int fd, const char *name, const char *group, int *family,
		   uint32_t *id);

/* Returns 0 or -errno. */
int netlink_join(int fd, uint32_t group);

/* Sends a request with what follows its header. Returns 0 or -errno. */
int netlink_ask(int fd, int type, int cmd, const void *attrs, size_t len);

/* Sends any bytes. Returns 0 or -errno. */
int netlink_send(int fd, const void *bytes, size_t len);

/*
 * Reads the next message. Returns 0, -EAGAIN if there is none (with @wait:
 * within a minute), or -ENOBUFS if some were lost.
 */
int netlink_next(int fd, struct netlink_message *m, bool wait);

/* The message's type and command; for an error, its number and its words or "". */
int netlink_type(const struct netlink_message *m);
int netlink_cmd(const struct netlink_message *m);
int netlink_error(const struct netlink_message *m);
const char *netlink_words_of_error(const struct netlink_message *m);

/*
 * Returns an attribute; one inside a nest if @nest is not 0. Fails the test if
 * there is none.
 */
const char *netlink_words(const struct netlink_message *m, int nest, int type);
uint64_t netlink_number(const struct netlink_message *m, int nest, int type);

#endif /* NETLINK_H */
