/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_EVENTS_H
#define _RMAP_AB_EVENTS_H
/*
 * Events: users learn of changes without asking.
 */

#include "switch.h"

struct audit_result;

int events_init(void);
void events_exit(void);
void events_switch(enum switch_change change);
void events_layout(void);
void events_audit(const struct audit_result *result);
void events_fault(const char *name, const char *operation);

#endif /* _RMAP_AB_EVENTS_H */
