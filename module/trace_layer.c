// SPDX-License-Identifier: GPL-2.0
/*
 * The layer that hits a tracepoint at every call, named like the operation.
 */

#include "trace_layer.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

#define TRACE_CALL(ret, name, ...)		\
	case OP_##name:				\
		trace_##name(call);		\
		break;

static void trace_after(struct call *call)
{
	switch (call->op) {
	RMAP_OPS_TABLE(TRACE_CALL)
	case NR_CALL_OPS:
		break;
	}
}

const struct layer trace_layer = {
	.name	= "trace",
	.after	= trace_after,
};
