/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_SWITCH_H
#define _RMAP_AB_SWITCH_H
/*
 * The implementation in use, and how it is changed.
 */

#include <linux/types.h>
#include <linux/rmap_ab.h>

#include "error_log.h"
#include "instrument.h"

struct rmap_ops;
struct seq_file;

/* Room for the names of all layers. */
#define SWITCH_LAYERS_MAX	128

/**
 * enum switch_state - what the rmap core of this system is
 * @SWITCH_BUILTIN: the kernel's own code
 * @SWITCH_ACTIVE: an implementation of this module, or one that is registered
 * @SWITCH_SWITCHING: a switch is under way at this moment
 * @SWITCH_FOREIGN: a set of operations that belongs to another module
 * @SWITCH_REVERTED: the kernel's own code, after an error, until switch_clear()
 * @NR_SWITCH_STATES: number of states
 */
enum switch_state {
	SWITCH_BUILTIN,
	SWITCH_ACTIVE,
	SWITCH_SWITCHING,
	SWITCH_FOREIGN,
	SWITCH_REVERTED,
	NR_SWITCH_STATES
};

/**
 * enum switch_change - a change that the listener is told of
 * @SWITCH_CHANGED: another implementation is in use
 * @SWITCH_LAYERED: other layers are around it
 * @SWITCH_IS_REVERTED: there was a revert; comes after the above, if there was
 *			anything to change
 * @SWITCH_CLEARED: a user has seen the revert
 */
enum switch_change {
	SWITCH_CHANGED,
	SWITCH_LAYERED,
	SWITCH_IS_REVERTED,
	SWITCH_CLEARED,
};

/**
 * struct switch_status - what users are told
 * @state: the state
 * @current_name: the implementation in use; during a switch, the one that is
 *	left
 * @previous_name: the implementation before that
 * @seq: number of switches so far
 * @last_us: time that the last switch took, until no CPU executed the previous
 *	     implementation any more
 * @instrumented: names of the layers around it; or "none"
 * @nr_reverts: number of reverts so far
 * @last_revert: reason of the last revert; or "none"
 */
struct switch_status {
	enum switch_state state;
	char current_name[RMAP_AB_NAME_MAX];
	char previous_name[RMAP_AB_NAME_MAX];
	u64 seq;
	u64 last_us;
	char instrumented[SWITCH_LAYERS_MAX];
	u64 nr_reverts;
	char last_revert[ERROR_LOG_TEXT_MAX];
};

int switch_to_name(const char *name);
int switch_layer(enum layer_id layer, bool on);
bool switch_has_layer(enum layer_id layer);
void switch_revert(const char *reason);
void switch_forget(const struct rmap_ops *ops);
void switch_clear(void);
void switch_notice(void);
bool switch_is_foreign(char *name);
void switch_get_status(struct switch_status *status);
void switch_set_listener(void (*listener)(enum switch_change change));
const char *switch_state_text(enum switch_state state);
void switch_show_names(struct seq_file *m);

#endif /* _RMAP_AB_SWITCH_H */
