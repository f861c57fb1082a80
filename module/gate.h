/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_GATE_H
#define _RMAP_AB_GATE_H

struct file;
struct seq_file;

void gate_open(void);
void gate_close(void);
int gate_check(void);
int gate_single_open(struct file *file,
		     int (*show)(struct seq_file *m, void *unused), void *data);

#endif /* _RMAP_AB_GATE_H */
