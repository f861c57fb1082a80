/* SPDX-License-Identifier: GPL-2.0 */
#ifndef FILES_H
#define FILES_H
/*
 * Files to map. They go away with the process.
 */

#include <stddef.h>
#include <stdint.h>

/* An empty file in @dir, without a name. */
int file_new(const char *dir);

/* Write @nr pages of contents as pages_fill() makes them. */
void file_fill(int fd, size_t nr, uint64_t seed);

/* The same page by page: the page cache gets no large folios. */
void file_fill_slowly(int fd, size_t nr, uint64_t seed);

/* A file on a tmpfs of our own whose folios are of PMD size. */
int file_huge(size_t nr_areas);

/* Anonymous shared memory, as a file. */
int file_memfd(size_t nr, unsigned int flags);

#endif /* FILES_H */
