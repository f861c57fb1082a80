/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_CONTROL_H
#define _RMAP_AB_CONTROL_H

/*
 * The control plane. Calls go one way: main.c -> control.c -> control_layers.c,
 * and both create their files by gate_create().
 */

int control_init(void);
void control_exit(void);

#endif /* _RMAP_AB_CONTROL_H */
