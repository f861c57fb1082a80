// SPDX-License-Identifier: GPL-2.0
/* What a reader must know of the machine to judge a result. */
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "bench/machine.h"

/* The rest of the first line that begins with @key; false without one. */
static bool line_of(const char *path, const char *key, char *to, size_t size)
{
	FILE *file = fopen(path, "re");
	bool found = false;
	char line[256];

	while (file && !found && fgets(line, sizeof(line), file)) {
		if (strncmp(line, key, strlen(key)))
			continue;
		line[strcspn(line, "\n")] = '\0';
		snprintf(to, size, "%s", line + strlen(key) +
			 strspn(line + strlen(key), "\t :"));
		found = true;
	}
	if (file)
		fclose(file);
	return found;
}

/* Emulated, on a hypervisor, or neither; CPUID calls TCG "TCGTCGTCGTCG". */
static void describe_accel(char *to, size_t size)
{
	char flags[4096] = "";
	char vendor[13] = "";

#ifdef __x86_64__
	unsigned int a = 0x40000000, b, c, d;
	FILE *file = fopen("/proc/cpuinfo", "re");

	while (file && fgets(flags, sizeof(flags), file))
		if (!strncmp(flags, "flags", 5))
			break;
	if (file)
		fclose(file);
	if (strstr(flags, " hypervisor")) {
		asm volatile("cpuid" : "+a" (a), "=b" (b), "=c" (c), "=d" (d));
		memcpy(vendor, &b, 4);
		memcpy(vendor + 4, &c, 4);
		memcpy(vendor + 8, &d, 4);
	}
#endif
	if (!strcmp(vendor, "TCGTCGTCGTCG"))
		snprintf(to, size, "emulated (TCG): times mean nothing");
	else if (*vendor)
		snprintf(to, size, "virtual (%.12s)", vendor);
	else if (strstr(flags, " hypervisor"))
		snprintf(to, size, "virtual");
	else
		snprintf(to, size, "none seen");
}

void machine_describe(struct machine *machine)
{
	struct utsname name;

	*machine = (struct machine){ .cpu = "?", .thp = "?" };
	uname(&name);
	snprintf(machine->kernel, sizeof(machine->kernel), "%.64s %.80s",
		 name.release, name.version);
	line_of("/proc/cpuinfo", "model name", machine->cpu,
		sizeof(machine->cpu));
	line_of("/sys/kernel/mm/transparent_hugepage/enabled", "",
		machine->thp, sizeof(machine->thp));
	describe_accel(machine->accel, sizeof(machine->accel));
	machine->cpus = sysconf(_SC_NPROCESSORS_ONLN);
	machine->memory = (size_t)sysconf(_SC_PHYS_PAGES) * getpagesize();
}
