/* SPDX-License-Identifier: GPL-2.0 */
/* Has memory of a process mapped anew, so that its folios get another layout. */
#ifndef RMAPCTL_CONVERT_H
#define RMAPCTL_CONVERT_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/**
 * struct convert - the memory
 * @ranges: addresses in the process
 * @nr: how many
 * @max: room for so many
 */
struct convert {
	struct iovec *ranges;
	size_t nr;
	size_t max;
};

/* Returns 0, or -errno after a complaint. */
int convert_add(struct convert *convert, uint64_t address, uint64_t size);

/**
 * convert_all() - have all of it mapped anew
 * @convert: the memory
 * @pid: whose it is
 *
 * What the kernel cannot move, it leaves. That is no failure.
 *
 * Return: 0, or -errno after a complaint if it could not even try.
 */
int convert_all(const struct convert *convert, uint64_t pid);
void convert_free(struct convert *convert);

#endif
