/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _RMAP_AB_INSTRUMENT_H
#define _RMAP_AB_INSTRUMENT_H
/*
 * Layers around an implementation: they look at every call, or make it fail.
 */

#include "call.h"

/**
 * enum layer_id - the layers, from the outermost to the innermost
 * @LAYER_TRACE: tracepoints
 * @LAYER_STATS: counters
 * @LAYER_GUARD: checks of what each operation leaves behind
 * @LAYER_FAULT: makes operations fail
 * @NR_LAYERS: number of layers
 */
enum layer_id {
	LAYER_TRACE,
	LAYER_STATS,
	LAYER_GUARD,
	LAYER_FAULT,
	NR_LAYERS
};

/**
 * struct layer - a layer
 * @name: its name, for people
 * @prepare: get ready for calls of an implementation, which may already be
 *	     running; NULL: nothing to do
 *	     Context: process context, may sleep
 *	     Return: 0 or -errno, which means that nothing is installed
 * @before: called before the operation; NULL: not needed Context: that of the
 *	    operation, see struct rmap_ops: no sleeping, preemptible on
 *	    PREEMPT_RT Return: 0, or -EBUSY if the operation shall fail without
 *	    being executed, which is only allowed if call_may_fail()
 * @after: called after the operation, with the result; also if @before made the
 *	   operation fail; NULL: not needed
 *	   Context: as @before
 *
 * Another call on the same CPU may come between @before and @after. So what
 * these two share is in struct call.
 */
struct layer {
	const char *name;
	int (*prepare)(const struct rmap_ops *implementation);
	int (*before)(struct call *call);
	void (*after)(struct call *call);
};

extern const struct layer *const layers[NR_LAYERS];

int instrument_wrap(const struct rmap_ops *implementation,
		    unsigned int active, const struct rmap_ops **wrapped);
void instrument_installed(const struct rmap_ops *wrapped);
int instrument_list(char *text, size_t size, unsigned int active);

#endif /* _RMAP_AB_INSTRUMENT_H */
