/* SPDX-License-Identifier: GPL-2.0 */
/* How much memory is in folios of which kind and size, and how it is mapped. */
#ifndef RMAPCTL_SUMMARY_H
#define RMAPCTL_SUMMARY_H

#include "folio/list.h"

/**
 * summary_show() - print a row for each kind and size of folio
 * @list: says where to look, what of it to take, and where to print
 * @by_vma: begin anew in each VMA of the process
 * @by_process: begin anew with each process, and then with all of them together
 *
 * Return: an exit code, after a complaint if it is not EXIT_FINE.
 */
int summary_show(struct list *list, bool by_vma, bool by_process);

/* The keys of the JSON form and what they mean, for a help text. */
void summary_help(void);

#endif
