// SPDX-License-Identifier: GPL-2.0
/*
 * The frame: any implementation, with layers around it.
 *
 * A frame is a set of operations of its own. Each describes the call, shows it
 * to the layers, and calls the implementation's. Without a layer no frame is
 * installed: there is nothing to skip on the way to the implementation.
 *
 * A frame never changes while it is installed. There are two: whatever changes,
 * the implementation inside or the layers around it, is written to the one that
 * is not, and that replaces the other like any set of operations replaces one.
 * So the grace period that ends rmap_ops_install() and rmap_ops_restore() is all
 * that is needed here, too; when it is over, the frame that was replaced is the
 * spare one.
 */

#include <linux/rcupdate.h>
#include <linux/string.h>

#include "guard.h"
#include "impl.h"
#include "inject.h"
#include "instrument.h"
#include "stats.h"
#include "trace_layer.h"

const struct layer *const layers[NR_LAYERS] = {
	[LAYER_TRACE]	= &trace_layer,
	[LAYER_STATS]	= &stats_layer,
	[LAYER_GUARD]	= &guard_layer,
	[LAYER_FAULT]	= &inject_layer,
};

#define CALL_OP_NAME(ret, name, params, args)	[OP_##name] = #name,
const char *const call_op_names[NR_CALL_OPS] = {
	RMAP_OPS_TABLE(CALL_OP_NAME)
};

/**
 * struct frame - what the operations of one frame call
 * @implementation: the innermost
 * @nr_layers: how many of @layers there are
 * @layers: around it, from the outermost
 *
 * Written while no CPU executes the frame's operations, read by these.
 */
struct frame {
	const struct rmap_ops *implementation;
	unsigned int nr_layers;
	const struct layer *layers[NR_LAYERS];
};

enum { NR_FRAMES = 2 };

static struct frame frames[NR_FRAMES];

/* Index of the one not installed. The caller of this file has a lock for it. */
static unsigned int spare;

/* Return: 0 if the operation shall be executed. */
static int frame_before(const struct frame *frame, struct call *call)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < frame->nr_layers; i++)
		if (frame->layers[i]->before)
			err = frame->layers[i]->before(call) ?: err;
	/* A mapping that is not counted, and nobody to tell: never. */
	if (WARN_ON_ONCE(err && !call_may_fail(call)))
		err = 0;
	return err;
}

static void frame_after(const struct frame *frame, struct call *call)
{
	unsigned int i;

	for (i = frame->nr_layers; i--;)
		if (frame->layers[i]->after)
			frame->layers[i]->after(call);
}

#define RUN_void(operation)	({ operation; 0; })
#define RUN_int(operation)	(operation)
#define RESULT_void(result)
#define RESULT_int(result)	(result)

#define FRAME_OP(nr, ret, name, params, args)				\
	static ret frame##nr##_##name params				\
	{								\
		const struct frame *frame = &frames[nr];		\
		const struct rmap_ops *ops = frame->implementation;	\
		struct call call = {					\
			.implementation = ops,				\
			.folio = folio,					\
			.op = OP_##name,				\
			CALL_##name					\
		};							\
									\
		call.result = frame_before(frame, &call);		\
		if (!call.result)					\
			call.result = RUN_##ret(ops->name args);	\
		frame_after(frame, &call);				\
		return RESULT_##ret(call.result);			\
	}

#define FRAME0_OP(ret, name, params, args)	FRAME_OP(0, ret, name, params, args)
#define FRAME1_OP(ret, name, params, args)	FRAME_OP(1, ret, name, params, args)
RMAP_OPS_TABLE(FRAME0_OP)
RMAP_OPS_TABLE(FRAME1_OP)

#define FRAME0_MEMBER(ret, op, params, args)	.op = frame0_##op,
#define FRAME1_MEMBER(ret, op, params, args)	.op = frame1_##op,
static const struct rmap_ops frame_ops[NR_FRAMES] = {
	{
		.name = "instrumented",
		RMAP_OPS_TABLE(FRAME0_MEMBER)
	},
	{
		.name = "instrumented",
		RMAP_OPS_TABLE(FRAME1_MEMBER)
	},
};

static void frame_fill(struct frame *frame,
		       const struct rmap_ops *implementation,
		       unsigned int active)
{
	int i;

	frame->implementation = implementation;
	frame->nr_layers = 0;
	for (i = 0; i < NR_LAYERS; i++)
		if (active & BIT(i))
			frame->layers[frame->nr_layers++] = layers[i];
	/*
	 * Installing makes every CPU fetch the operations' calls anew, where
	 * these are patched code. Where they are pointers, a CPU could follow
	 * the new one and still see the frame as it was before.
	 */
	if (!IS_ENABLED(CONFIG_HAVE_STATIC_CALL))
		synchronize_rcu();
}

static int layers_prepare(const struct rmap_ops *implementation,
			  unsigned int active)
{
	int i, err;

	for (i = 0; i < NR_LAYERS; i++) {
		if (!(active & BIT(i)) || !layers[i]->prepare)
			continue;
		err = layers[i]->prepare(implementation);
		if (err)
			return err;
	}
	return 0;
}

/**
 * instrument_wrap - put layers around an implementation
 * @implementation: the implementation; &rmap_builtin_ops, too
 * @active: BIT(enum layer_id) of each layer
 * @wrapped: set to what has to be installed: without a layer, @implementation
 *
 * Context: Process context, may sleep. A lock of the caller is held until
 * @wrapped has been installed and instrument_installed() has been called, or
 * @wrapped is not going to be installed.
 * Return: 0, or -errno if a layer is not available.
 */
int instrument_wrap(const struct rmap_ops *implementation,
		    unsigned int active, const struct rmap_ops **wrapped)
{
	int err;

	*wrapped = implementation;
	if (!active)
		return 0;
	err = layers_prepare(implementation, active);
	if (err)
		return err;
	frame_fill(&frames[spare], implementation, active);
	*wrapped = &frame_ops[spare];
	return 0;
}

/**
 * instrument_installed - what was wrapped is installed now
 * @wrapped: what instrument_wrap() gave
 *
 * No CPU executes what was installed before, so that may be the next to change.
 *
 * Context: As instrument_wrap().
 */
void instrument_installed(const struct rmap_ops *wrapped)
{
	if (wrapped == &frame_ops[spare])
		spare = !spare;
}

/**
 * instrument_list - the names of layers
 * @text: where to
 * @size: of @text
 * @active: BIT(enum layer_id) of each
 *
 * Context: Any.
 * Return: length of the text; 0 if there is none.
 */
int instrument_list(char *text, size_t size, unsigned int active)
{
	int i, len = 0;

	*text = '\0';
	for (i = 0; i < NR_LAYERS; i++)
		if (active & BIT(i))
			len += scnprintf(text + len, size - len, "%s%s",
					 len ? " " : "", layers[i]->name);
	return len;
}
