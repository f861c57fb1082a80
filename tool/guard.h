/* SPDX-License-Identifier: GPL-2.0 */
/* What a revert means for whoever wants to use something else. */
#ifndef RMAPCTL_GUARD_H
#define RMAPCTL_GUARD_H

/*
 * After the complaint about a write that failed with -@err: what to do, if that
 * is because of a revert.
 */
void guard_explain(int err);

#endif
