/* SPDX-License-Identifier: GPL-2.0 */
#ifndef EVENT_H
#define EVENT_H
/*
 * A reader of rmap_ab's events. If one of these functions cannot do its work,
 * the test fails.
 */

#include <stdint.h>

#include "lib/netlink.h"

/* The numbers of the family and of its group, since the last event_open(). */
extern int event_family;
extern uint32_t event_group;

/* Opens the reader: it sees what happens from now on. */
int event_open(void);

/* Asks for the status. The test must have read all earlier events. */
void event_get(int fd, struct netlink_message *m);

/* Returns the number of the last event so far. */
uint64_t event_seq(void);

/*
 * Returns the next event: a command, with the number after @seq, which becomes
 * that number.
 */
void event_next(int fd, struct netlink_message *m, int cmd, uint64_t *seq);

/* Checks that there is no event. */
void event_none(int fd);

/* Returns an attribute; one inside a nest if @nest is not 0. */
void event_has(const struct netlink_message *m, int nest, int type,
	       const char *words);

/* Checks that all attributes of the status are what the file says now. */
void event_is_status(const struct netlink_message *m);

#endif /* EVENT_H */
