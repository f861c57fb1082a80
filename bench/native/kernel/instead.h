/* SPDX-License-Identifier: GPL-2.0 */
#ifndef INSTEAD_H
#define INSTEAD_H
/*
 * The kernel's functions that are replaced, and why: see the table in instead.c.
 */

void instead_install(void);

#endif
