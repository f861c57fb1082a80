/* SPDX-License-Identifier: GPL-2.0 */
#ifndef OP_H
#define OP_H
/*
 * An operation that is measured, on all pages of each folio of an array, and
 * the floors, which no implementation can beat.
 */

#include "mem.h"

/* The folios of one thread, in the order of their addresses. */
struct folios {
	struct page *pages;
	int nr_folios;
	int nr_pages;		/* of each */
	struct mem_mm mm;
};

/**
 * struct op - an operation
 * @name: its name
 * @what: what it does, in what state
 * @mapcount: of each page, before
 * @change: what it changes that by
 * @refs: references of a folio, for each of its pages
 * @exclusive: are the pages anon-exclusive, before?
 * @run: carries it out on all folios
 */
struct op {
	const char *name;
	const char *what;
	int mapcount;
	int change;
	int refs;
	bool exclusive;
	void (*run)(const struct rmap_ops *ops, struct folios *folios);
};

extern const struct op bench_ops[];
extern const int nr_bench_ops;

/*
 * These are not implementations. They do the least work that every one must do
 * for each page: load its cache line; store a value that does not depend on the
 * old one.
 */
extern const struct rmap_ops floor_line;
extern const struct rmap_ops floor_store;

/**
 * op_prepare - bring the folios into the state that an operation starts from
 * @op: the operation
 * @folios: the folios
 */
void op_prepare(const struct op *op, struct folios *folios);

/**
 * op_check - did the operation do what it should have done?
 * @op: the operation
 * @folios: the folios
 *
 * Return: false if a counter is wrong.
 */
bool op_check(const struct op *op, struct folios *folios);

static inline struct folio *nth_folio(const struct folios *folios, int i)
{
	return (struct folio *)(folios->pages + (long)i * folios->nr_pages);
}

#endif
