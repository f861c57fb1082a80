// SPDX-License-Identifier: GPL-2.0
#include <stdio.h>
#include <sys/wait.h>

#include "lib/check.h"
#include "lib/tool.h"

int tool_vask(char *answer, size_t size, const char *fmt, va_list ap)
{
	char args[256], command[320];
	int status;
	size_t nr;
	FILE *from;

	vsnprintf(args, sizeof(args), fmt, ap);
	snprintf(command, sizeof(command), "rmapctl %s 2>&1", args);
	from = popen(command, "r");
	must(from, "run %s", command);
	nr = fread(answer, 1, size - 1, from);
	answer[nr] = '\0';
	status = pclose(from);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int tool_ask(char *answer, size_t size, const char *fmt, ...)
{
	va_list ap;
	int status;

	va_start(ap, fmt);
	status = tool_vask(answer, size, fmt, ap);
	va_end(ap);
	return status;
}
