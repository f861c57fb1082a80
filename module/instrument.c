// SPDX-License-Identifier: GPL-2.0
/*
 * The frame: an implementation with layers around it.
 *
 * A frame is a set of operations of its own. Each operation describes the call,
 * shows it to the layers, and calls the operation of the implementation. If
 * there is no layer, no frame is installed, so a call without layers costs
 * nothing more.
 *
 * A frame never changes while it is installed. There are two frames. If the
 * implementation inside or the layers around it change, the change is written
 * to the frame that is not installed. That frame then replaces the other, as
 * any set of operations replaces another. So the grace period at the end of
 * rmap_ops_install() and rmap_ops_restore() is all that is needed here, too.
 * When it is over, the frame that was replaced is the spare one.
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

#define CALL_OP_NAME(ret, name, ...)	[OP_##name] = #name,
const char *const call_op_names[NR_CALL_OPS] = {
	RMAP_OPS_TABLE(CALL_OP_NAME)
};

/**
 * struct frame - what the operations of one frame call
 * @implementation: the implementation inside
 * @nr_layers: number of @layers
 * @layers: the layers around it, from the outermost to the innermost
 *
 * It is written while no CPU executes the frame's operations, which read it.
 */
struct frame {
	const struct rmap_ops *implementation;
	unsigned int nr_layers;
	const struct layer *layers[NR_LAYERS];
};

enum { NR_FRAMES = 2 };

static struct frame frames[NR_FRAMES];

/* Index of the frame that is not installed; callers hold a lock of theirs. */
static unsigned int spare;

/* Return: 0 if the operation shall be executed, otherwise its result. */
static int frame_before(const struct frame *frame, struct call *call)
{
	unsigned int i;
	int err = 0;

	for (i = 0; i < frame->nr_layers; i++)
		if (frame->layers[i]->before)
			err = frame->layers[i]->before(call) ?: err;
	/* The mapping would not be counted, and the caller would not know. */
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

#define FRAME0_OP(ret, name, params, args, ...)	FRAME_OP(0, ret, name, params, args)
#define FRAME1_OP(ret, name, params, args, ...)	FRAME_OP(1, ret, name, params, args)
RMAP_OPS_TABLE(FRAME0_OP)
RMAP_OPS_TABLE(FRAME1_OP)

#define FRAME0_MEMBER(ret, op, ...)	.op = frame0_##op,
#define FRAME1_MEMBER(ret, op, ...)	.op = frame1_##op,
static struct rmap_ops frame_ops[NR_FRAMES] = {
	{
		.name = "instrumented",
		RMAP_OPS_TABLE(FRAME0_MEMBER)
	},
	{
		.name = "instrumented",
		RMAP_OPS_TABLE(FRAME1_MEMBER)
	},
};

static void frame_fill(unsigned int nr, const struct rmap_ops *implementation,
		       unsigned int active)
{
	struct frame *frame = &frames[nr];
	int i;

	/* A frame knows of layouts what the implementation inside knows. */
	host_ops_set_layouts(&frame_ops[nr], implementation);
	frame->implementation = implementation;
	frame->nr_layers = 0;
	for (i = 0; i < NR_LAYERS; i++)
		if (active & BIT(i))
			frame->layers[frame->nr_layers++] = layers[i];
	/*
	 * If each call of an operation is patched, installing makes every CPU
	 * fetch it anew. If a trampoline is patched, or a pointer is stored, not
	 * every architecture does that: a CPU could take the new way and still see
	 * the old contents of the frame.
	 */
	if (!IS_ENABLED(CONFIG_HAVE_STATIC_CALL_INLINE))
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
 * @implementation: the implementation; may be &rmap_builtin_ops
 * @active: BIT(enum layer_id) of each layer
 * @wrapped: set to what has to be installed: without a layer, @implementation
 *
 * Context: Process context, may sleep. The caller holds a lock of its own until
 * @wrapped has been installed and instrument_installed() has been called, or
 *	until
 * it is certain that @wrapped will not be installed.
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
	frame_fill(spare, implementation, active);
	*wrapped = &frame_ops[spare];
	return 0;
}

/**
 * instrument_installed - note that what was wrapped is now installed
 * @wrapped: what instrument_wrap() gave
 *
 * No CPU executes what was installed before. So that frame may be changed next.
 *
 * Context: As instrument_wrap().
 */
void instrument_installed(const struct rmap_ops *wrapped)
{
	if (wrapped == &frame_ops[spare])
		spare = !spare;
}

/**
 * instrument_list - list the names of layers
 * @text: where to
 * @size: size of @text
 * @active: BIT(enum layer_id) of each layer
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
