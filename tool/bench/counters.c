// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bench/counters.h"

const struct counter cpu_counters[NR_CPU_COUNTERS] = {
	{ PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES },
	{ PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS },
	{ PERF_TYPE_HARDWARE, PERF_COUNT_HW_CACHE_MISSES },
};

/* User space and kernel, as the reverse map is in the kernel. */
static int open_one(const struct counter *counter, pid_t pid, bool from_exec)
{
	struct perf_event_attr attr = {
		.size = sizeof(attr),
		.type = counter->type,
		.config = counter->config,
		.disabled = 1,
		.inherit = 1,
		.enable_on_exec = from_exec,
		.read_format = PERF_FORMAT_TOTAL_TIME_ENABLED |
			       PERF_FORMAT_TOTAL_TIME_RUNNING,
	};

	return syscall(SYS_perf_event_open, &attr, pid, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

int counters_open(struct counters *counters, const struct counter *wanted,
		  size_t nr, pid_t pid, bool from_exec)
{
	int err;

	counters->nr = 0;
	for (size_t i = 0; i < nr; i++) {
		counters->fds[i] = open_one(&wanted[i], pid, from_exec);
		if (counters->fds[i] < 0) {
			err = -errno;
			counters_close(counters);
			return err;
		}
		counters->nr++;
	}
	return 0;
}

void counters_close(struct counters *counters)
{
	while (counters->nr)
		close(counters->fds[--counters->nr]);
}

void counters_enable(const struct counters *counters, bool on)
{
	for (size_t i = 0; i < counters->nr; i++)
		ioctl(counters->fds[i], on ? PERF_EVENT_IOC_ENABLE :
		      PERF_EVENT_IOC_DISABLE, 0);
}

int counters_read(const struct counters *counters, uint64_t *values)
{
	struct {
		uint64_t value, enabled, running;
	} it;

	for (size_t i = 0; i < counters->nr; i++) {
		if (read(counters->fds[i], &it, sizeof(it)) != sizeof(it))
			return -EIO;
		if (it.running != it.enabled)
			return -EBUSY;
		values[i] = it.value;
	}
	return 0;
}

bool counters_have_cpu(void)
{
	static int have = -1;
	struct counters counters;

	if (have < 0 && getenv("RMAPCTL_NO_PMU"))
		have = false;
	if (have < 0) {
		have = !counters_open(&counters, cpu_counters, NR_CPU_COUNTERS, 0, false);
		if (have)
			counters_close(&counters);
	}
	return have;
}
