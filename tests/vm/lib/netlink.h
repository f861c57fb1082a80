/* SPDX-License-Identifier: GPL-2.0 */
#ifndef NETLINK_H
#define NETLINK_H
/*
 * Generic netlink by hand, so that the messages can be wrong.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <linux/netlink.h>

/* One message; @len is what the kernel sent. */
struct netlink_message {
	char bytes[4096] __attribute__((aligned(__alignof__(struct nlmsghdr))));
	long len;
};

/* A socket that wants the kernel's words; fails the test if there is none. */
int netlink_open(void);

/* The family's number and that of its group. Returns 0 or -errno. */
int netlink_family(int fd, const char *name, const char *group, int *family,
		   uint32_t *id);

/* Returns 0 or -errno. */
int netlink_join(int fd, uint32_t group);

/* Send a request with what comes after its header. Returns 0 or -errno. */
int netlink_ask(int fd, int type, int cmd, const void *attrs, size_t len);

/* Send any bytes. Returns 0 or -errno. */
int netlink_send(int fd, const void *bytes, size_t len);

/*
 * The next message; returns 0, -EAGAIN if there is none (with @wait: for a
 * minute), -ENOBUFS if some were lost.
 */
int netlink_next(int fd, struct netlink_message *m, bool wait);

/* Its type, its command; of an error, the error and the words or "". */
int netlink_type(const struct netlink_message *m);
int netlink_cmd(const struct netlink_message *m);
int netlink_error(const struct netlink_message *m);
const char *netlink_words_of_error(const struct netlink_message *m);

/* An attribute; of a nest, if @nest is not 0. Fails the test if it is not there. */
const char *netlink_words(const struct netlink_message *m, int nest, int type);
uint64_t netlink_number(const struct netlink_message *m, int nest, int type);

#endif /* NETLINK_H */
