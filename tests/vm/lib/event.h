/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EVENT_H
#define EVENT_H
/*
 * A reader of rmap_ab's events. All of this fails the test if it cannot.
 */

#include <stdint.h>

#include "lib/netlink.h"

/* The family's number, and that of its group, since the last event_open(). */
extern int event_family;
extern uint32_t event_group;

/* From now on what happens can be read here. */
int event_open(void);

/* Ask how things are; what has happened before must have been read. */
void event_get(int fd, struct netlink_message *m);

/* The number of the last event so far. */
uint64_t event_seq(void);

/* The next event: a command, with the number after @seq, which becomes that. */
void event_next(int fd, struct netlink_message *m, int cmd, uint64_t *seq);

/* There is none. */
void event_none(int fd);

/* An attribute; of a nest, if @nest is not 0. */
void event_has(const struct netlink_message *m, int nest, int type,
	       const char *words);

/* All attributes of the status are as the file has them now. */
void event_is_status(const struct netlink_message *m);

#endif /* EVENT_H */
