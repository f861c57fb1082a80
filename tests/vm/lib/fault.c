// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>

#include "lib/check.h"
#include "lib/fault.h"
#include "lib/knob.h"
#include "lib/tap.h"
#include "lib/text.h"

#define DEBUGFS "/sys/kernel/debug/"
#define MAKE_IT_FAIL "/proc/self/make-it-fail"
#define FAIL_NTH "/proc/self/fail-nth"

void fault_need(void)
{
	if (!text_exists(FAIL_NTH))
		tap_skip("no CONFIG_FAULT_INJECTION");
	if (!text_exists(DEBUGFS TRY_DUP))
		tap_skip("no CONFIG_FAULT_INJECTION_DEBUG_FS");
}

void fault_set(const char *fault, const char *knob, int value)
{
	char path[128], text[16];

	snprintf(path, sizeof(path), DEBUGFS "%s/%s", fault, knob);
	snprintf(text, sizeof(text), "%d", value);
	knob_set(path, text);
}

static void begin(const char *fault, int times)
{
	knob_set(FAULT_OPS, "1");
	/* A stack trace for each fault is more than the console can take. */
	fault_set(fault, "verbose", 0);
	fault_set(fault, "times", times);
	fault_set(fault, "probability", 100);
}

void fault_begin(const char *fault, int times)
{
	must(!text_write(MAKE_IT_FAIL, "1"), "make it fail");
	fault_set(fault, "task-filter", 1);
	begin(fault, times);
}

void fault_begin_for_all(const char *fault, int times)
{
	fault_set(fault, "task-filter", 0);
	begin(fault, times);
}

void fault_end(const char *fault)
{
	fault_set(fault, "probability", 0);
}

long long fault_injected(const char *fault)
{
	char path[128];

	snprintf(path, sizeof(path), DEBUGFS "%s/injected", fault);
	return text_number(path, -1);
}

void fault_nth(unsigned int nth)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", nth);
	must(!text_write(FAIL_NTH, text), "fail-nth %u", nth);
}

unsigned int fault_nth_left(void)
{
	return text_number(FAIL_NTH, -1);
}

/* With no look at the stack, no call comes from where these faults are asked for. */
void fault_nth_alone(void)
{
	knob_try(DEBUGFS "failslab/stacktrace-depth", "0");
	knob_try(DEBUGFS "failslab/require-start", "1");
	knob_try(DEBUGFS "fail_page_alloc/stacktrace-depth", "0");
	knob_try(DEBUGFS "fail_page_alloc/require-start", "1");
}

bool fault_nth_is_shared(void)
{
	return (text_exists(DEBUGFS "failslab") ||
		text_exists(DEBUGFS "fail_page_alloc")) &&
	       !text_exists(DEBUGFS "failslab/require-start") &&
	       !text_exists(DEBUGFS "fail_page_alloc/require-start");
}
