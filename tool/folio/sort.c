// SPDX-License-Identifier: GPL-2.0
/*
 * External merge sort: the arena is filled, sorted and written out as one
 * piece; in the end the pieces are merged.  With too many of them, they become
 * one first.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/complain.h"
#include "folio/sort.h"
#include "kernel/control.h"

/* A folio in the arena and in the file; its runs follow. */
struct item {
	int64_t key;
	uint64_t seq;
	struct folio folio;
};

#define PIECE_BUFFER	32768

/* A sorted piece of the file; the rest is for merging it. */
struct piece {
	off_t at;		/* what is not in the buffer yet */
	off_t end;
	char *buffer;
	size_t used;
	size_t nr;
	bool done;
	struct item item;	/* the first that is not merged */
	size_t max_runs;
};

struct sort {
	struct sort_key key;
	uint64_t seq;
	char *arena;
	size_t size;
	size_t used;
	struct item **items;	/* those in the arena */
	size_t nr_items;
	size_t max_items;
	FILE *file;		/* the pieces */
	struct piece pieces[SORT_PIECES];
	size_t nr_pieces;
};

static int complain_file(int err)
{
	return complain_errno(err ? err : EIO, "cannot sort in a temporary file (TMPDIR says where it is)");
}

static FILE *temporary(void)
{
	const char *dir = secure_getenv("TMPDIR");
	char *path;
	int fd;

	if (asprintf(&path, "%s/rmapctl.XXXXXX", dir ? dir : "/tmp") < 0)
		return NULL;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	free(path);
	return fd < 0 ? NULL : fdopen(fd, "w+");
}

struct sort *sort_new(const struct sort_key *key, size_t arena)
{
	struct sort *sort = calloc(1, sizeof(*sort));

	if (sort)
		sort->arena = malloc(arena);
	if (sort && sort->arena) {
		sort->key = *key;
		sort->size = arena;
		return sort;
	}
	free(sort);
	complain_errno(ENOMEM, "sort");
	return NULL;
}

static void piece_free(struct piece *piece)
{
	free(piece->buffer);
	free(piece->item.folio.runs);
	*piece = (struct piece){ };
}

void sort_free(struct sort *sort)
{
	for (size_t i = 0; i < sort->nr_pieces; i++)
		piece_free(&sort->pieces[i]);
	if (sort->file)
		fclose(sort->file);
	free(sort->items);
	free(sort->arena);
	free(sort);
}

static bool is_before(const struct item *a, const struct item *b)
{
	return a->key != b->key ? a->key < b->key : a->seq < b->seq;
}

static int compare(const void *a, const void *b)
{
	return is_before(*(struct item *const *)a, *(struct item *const *)b) ?
	       -1 : 1;
}

static void sort_items(struct sort *sort)
{
	if (sort->nr_items)
		qsort(sort->items, sort->nr_items, sizeof(*sort->items),
		      compare);
}

static int write_item(FILE *to, const struct item *item, const struct run *runs)
{
	size_t nr = item->folio.nr_runs;

	if (fwrite(item, sizeof(*item), 1, to) == 1 &&
	    (!nr || fwrite(runs, sizeof(*runs), nr, to) == nr))
		return 0;
	return complain_file(errno);
}

/* The arena becomes the newest piece. */
static int spill(struct sort *sort)
{
	struct piece *piece = &sort->pieces[sort->nr_pieces];
	int ret = 0;

	if (!sort->file)
		sort->file = temporary();
	if (!sort->file)
		return complain_file(errno);
	sort_items(sort);
	if (fseeko(sort->file, 0, SEEK_END))
		return complain_file(errno);
	piece->at = ftello(sort->file);
	for (size_t i = 0; i < sort->nr_items && !ret; i++)
		ret = write_item(sort->file, sort->items[i],
				 sort->items[i]->folio.runs);
	piece->end = ftello(sort->file);
	sort->nr_pieces++;
	sort->nr_items = 0;
	sort->used = 0;
	if (!ret && fflush(sort->file))
		ret = complain_file(errno);
	return ret;
}

static int piece_refill(struct piece *piece, int fd)
{
	size_t size = PIECE_BUFFER;
	ssize_t nr;

	if ((off_t)size > piece->end - piece->at)
		size = piece->end - piece->at;
	nr = size ? read_at(fd, piece->buffer, size, piece->at) : 0;
	if (nr <= 0)
		return complain_file(nr ? -nr : EIO);
	piece->at += nr;
	piece->used = 0;
	piece->nr = nr;
	return 0;
}

static int piece_read(struct piece *piece, int fd, void *to, size_t size)
{
	size_t some;
	int ret = 0;

	for (; size && !ret; size -= some) {
		if (piece->used == piece->nr)
			ret = piece_refill(piece, fd);
		some = ret ? 0 : piece->nr - piece->used;
		if (some > size)
			some = size;
		to = mempcpy(to, piece->buffer + piece->used, some);
		piece->used += some;
	}
	return ret;
}

static int piece_room(struct piece *piece, struct run **runs, size_t nr)
{
	struct run *more;

	if (nr <= piece->max_runs)
		return 0;
	more = reallocarray(*runs, nr, sizeof(*more));
	if (!more)
		return complain_errno(ENOMEM, "sort");
	*runs = more;
	piece->max_runs = nr;
	return 0;
}

/* Makes the next item the first. */
static int piece_next(struct piece *piece, int fd)
{
	struct run *runs = piece->item.folio.runs;
	struct item *item = &piece->item;
	int ret;

	if (piece->at == piece->end && piece->used == piece->nr) {
		piece->done = true;
		return 0;
	}
	ret = piece_read(piece, fd, item, sizeof(*item));
	item->folio.runs = runs;
	if (!ret)
		ret = piece_room(piece, &item->folio.runs, item->folio.nr_runs);
	if (!ret)
		ret = piece_read(piece, fd, item->folio.runs,
				 item->folio.nr_runs * sizeof(*runs));
	return ret;
}

static int piece_start(struct piece *piece, int fd)
{
	piece->buffer = malloc(PIECE_BUFFER);
	if (!piece->buffer)
		return complain_errno(ENOMEM, "sort");
	return piece_next(piece, fd);
}

static struct piece *first_piece(struct sort *sort)
{
	struct piece *first = NULL;

	for (size_t i = 0; i < sort->nr_pieces; i++) {
		struct piece *piece = &sort->pieces[i];

		if (!piece->done &&
		    (!first || is_before(&piece->item, &first->item)))
			first = piece;
	}
	return first;
}

static int merge(struct sort *sort,
		 int (*visit)(void *data, struct item *item), void *data)
{
	int fd = fileno(sort->file), ret = 0;
	struct piece *piece;

	for (size_t i = 0; i < sort->nr_pieces && !ret; i++)
		ret = piece_start(&sort->pieces[i], fd);
	while (!ret && (piece = first_piece(sort))) {
		ret = visit(data, &piece->item);
		if (!ret)
			ret = piece_next(piece, fd);
	}
	for (size_t i = 0; i < sort->nr_pieces; i++)
		piece_free(&sort->pieces[i]);
	sort->nr_pieces = 0;
	return ret;
}

static int visit_write(void *data, struct item *item)
{
	return write_item(data, item, item->folio.runs);
}

/* All pieces become one, in a new file. */
static int join(struct sort *sort)
{
	FILE *to = temporary();
	int ret;

	if (!to)
		return complain_file(errno);
	ret = merge(sort, visit_write, to);
	if (!ret && fflush(to))
		ret = complain_file(errno);
	fclose(sort->file);
	sort->file = to;
	sort->pieces[0] = (struct piece){ .end = ftello(to) };
	sort->nr_pieces = 1;
	return ret;
}

/* Room in the arena for @size bytes and one more item. */
static int make_room(struct sort *sort, size_t size)
{
	int ret = 0;

	if (sort->used + size > sort->size) {
		if (sort->nr_pieces == SORT_PIECES)
			ret = join(sort);
		if (!ret)
			ret = spill(sort);
	}
	if (!ret && sort->nr_items == sort->max_items) {
		size_t max = sort->max_items ? 2 * sort->max_items : 1024;
		struct item **items = reallocarray(sort->items, max,
						   sizeof(*items));

		if (!items)
			return complain_errno(ENOMEM, "sort");
		sort->items = items;
		sort->max_items = max;
	}
	return ret;
}

int sort_add(struct sort *sort, const struct folio *folio)
{
	size_t runs = folio->nr_runs * sizeof(*folio->runs);
	size_t size = sizeof(struct item) + runs;
	int64_t key = sort_key_value(&sort->key, folio);
	struct item *item;
	int ret;

	if (size > sort->size)
		return complain_errno(E2BIG, "sort");
	ret = make_room(sort, size);
	if (ret)
		return ret;
	item = (struct item *)(sort->arena + sort->used);
	*item = (struct item){
		.key = key,
		.seq = sort->seq++,
		.folio = *folio,
	};
	item->folio.runs = (struct run *)(item + 1);
	if (runs)
		memcpy(item->folio.runs, folio->runs, runs);
	sort->items[sort->nr_items++] = item;
	sort->used += size;
	return 0;
}

struct folio_visit {
	int (*visit)(void *data, struct folio *folio);
	void *data;
};

static int visit_folio(void *data, struct item *item)
{
	const struct folio_visit *visit = data;

	return visit->visit(visit->data, &item->folio);
}

int sort_end(struct sort *sort, int (*visit)(void *data, struct folio *folio),
	     void *data)
{
	struct folio_visit each = { visit, data };
	int ret = 0;

	if (sort->nr_pieces == SORT_PIECES)
		ret = join(sort);
	if (!ret && sort->nr_pieces)
		ret = spill(sort);
	if (ret)
		return ret;
	if (sort->nr_pieces)
		return merge(sort, visit_folio, &each);
	sort_items(sort);
	for (size_t i = 0; i < sort->nr_items && !ret; i++)
		ret = visit_folio(&each, sort->items[i]);
	return ret;
}
