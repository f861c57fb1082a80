/* SPDX-License-Identifier: GPL-2.0 */
/* Explains a refusal after a revert. */
#ifndef RMAPCTL_GUARD_H
#define RMAPCTL_GUARD_H

/*
 * Says what to do if a write failed with -@err because of a revert. Call it after
 * the complaint about the write.
 */
void guard_explain(int err);

#endif
