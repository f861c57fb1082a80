/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FILES_H
#define FILES_H
/*
 * Files to map. They go away with the process.
 */

#include <stddef.h>
#include <stdint.h>

/* Returns an empty file in @dir, without a name. */
int file_new(const char *dir);

/* Writes @nr pages of contents as pages_fill() makes them. */
void file_fill(int fd, size_t nr, uint64_t seed);

/* Does the same page by page, so that the page cache gets no large folios. */
void file_fill_slowly(int fd, size_t nr, uint64_t seed);

/* Returns a file on a tmpfs of our own whose folios are of PMD size. */
int file_huge(size_t nr_areas);

/* Returns anonymous shared memory, as a file. */
int file_memfd(size_t nr, unsigned int flags);

#endif /* FILES_H */
