/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_CONTROL_LAYERS_H
#define _RMAP_AB_CONTROL_LAYERS_H

struct dentry;

int control_layers_init(struct dentry *dir);

#endif /* _RMAP_AB_CONTROL_LAYERS_H */
