// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <string.h>

#include "bench/choice.h"
#include "cli/complain.h"
#include "kernel/control.h"
#include "status.h"

/*
 * Is nothing around the implementation? Counters and guards would be measured,
 * too.
 */
static bool is_bare(const struct status *status)
{
	if (!strcmp(status->instrumented, "none"))
		return true;
	complain("instrumentation is on (%s): it would be measured, too; turn it off",
		 status->instrumented);
	return false;
}

/* Returns the layout in the status, "" if there is none. */
static const char *layout_of(const struct status *status)
{
	for (size_t i = 0; i < status->more.nr; i++)
		if (!strcmp(status->more.pairs[i].key, RMAP_AB_FILE_LAYOUT))
			return status->more.pairs[i].value;
	return "";
}

static int choice_note(struct choice *choice, bool has_layouts)
{
	struct status status;
	int ret = status_read(&status);

	if (ret)
		return ret;
	if (!is_bare(&status))
		ret = -EBUSY;
	strncpy(choice->current.impl, status.current, RMAP_AB_NAME_MAX);
	if (has_layouts)
		strncpy(choice->current.layout, layout_of(&status), MAX_LAYOUT - 1);
	choice->switch_seq = status.switch_seq;
	status_free(&status);
	return ret;
}

int choice_begin(struct choice *choice, const struct plan *plan)
{
	int ret = plan->is_vanilla ? 0 : choice_note(choice, plan->has_layouts);

	choice->has_layouts = plan->has_layouts;
	choice->wanted = choice->current;
	choice->original = choice->current;
	return ret;
}

int choice_check(struct choice *choice, const struct plan *plan)
{
	struct choice now = { };
	int ret;

	if (plan->is_vanilla)
		return 0;
	ret = choice_note(&now, plan->has_layouts);
	if (!ret && now.switch_seq != choice->switch_seq) {
		complain("somebody else has switched to '%s': the benchmark ends",
			 now.current.impl);
		ret = -EBUSY;
	}
	if (!ret && strcmp(now.current.layout, choice->current.layout)) {
		complain("somebody else has chosen the layout '%s': the benchmark ends",
			 now.current.layout);
		ret = -EBUSY;
	}
	return ret;
}

static int choice_use(struct choice *choice, const struct plan *plan, const char *name)
{
	struct choice now = { };
	int ret;

	if (!strcmp(choice->current.impl, name))
		return 0;
	ret = choice_check(choice, plan);
	if (ret)
		return ret;
	strcpy(choice->wanted.impl, name);
	ret = control_write(RMAP_AB_FILE_IMPLEMENTATION, name);
	if (!ret)
		ret = choice_note(&now, false);
	if (ret)
		return ret;
	if (strcmp(now.current.impl, name) ||
	    now.switch_seq != choice->switch_seq + 1)
		return complain_errno(EBUSY, "the kernel accepted '%s', but '%s' runs",
				      name, now.current.impl);
	strcpy(choice->current.impl, name);
	choice->switch_seq = now.switch_seq;
	return 0;
}

static int choice_lay_out(struct choice *choice, const struct plan *plan,
			  const char *layout)
{
	int ret;

	if (!strcmp(choice->current.layout, layout))
		return 0;
	ret = choice_check(choice, plan);
	if (ret)
		return ret;
	strcpy(choice->wanted.layout, layout);
	ret = control_write(RMAP_AB_FILE_LAYOUT, layout);
	if (ret)
		return ret;
	strcpy(choice->current.layout, layout);
	return choice_check(choice, plan);
}

int choice_switch(struct choice *choice, const struct plan *plan,
		  const struct column *column)
{
	int ret = plan->is_vanilla ? 0 : choice_use(choice, plan, column->impl);

	return ret ? ret : choice_lay_out(choice, plan, column->layout);
}

int choice_end(const struct choice *choice)
{
	const struct column *original = &choice->original;
	bool impl_is_ours, layout_is_ours;
	struct status status;
	int ret = 0;

	/* A vanilla kernel has nothing to choose from. */
	if (!*original->impl)
		return 0;
	if (status_read(&status))
		return -EIO;
	impl_is_ours = status.switch_seq == choice->switch_seq ||
		       (status.switch_seq == choice->switch_seq + 1 &&
			!strcmp(status.current, choice->wanted.impl));
	layout_is_ours = !strcmp(layout_of(&status), choice->current.layout) ||
			 !strcmp(layout_of(&status), choice->wanted.layout);
	if (impl_is_ours && strcmp(status.current, original->impl))
		ret = control_write(RMAP_AB_FILE_IMPLEMENTATION, original->impl);
	if (choice->has_layouts && layout_is_ours &&
	    strcmp(layout_of(&status), original->layout) &&
	    control_write(RMAP_AB_FILE_LAYOUT, original->layout))
		ret = -EIO;
	status_free(&status);
	return ret;
}
