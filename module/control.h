/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_CONTROL_H
#define _RMAP_AB_CONTROL_H

void control_init(void);
void control_exit(void);

#endif /* _RMAP_AB_CONTROL_H */
