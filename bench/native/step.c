// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include "native.h"

/* How often each instruction was executed, by its address. */
static uint32_t *executed;

/* ---- what is locked ------------------------------------------------------------------ */

static int is_prefix(unsigned char byte)
{
	static const unsigned char prefixes[] = {
		0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x66, 0x67, 0xf2, 0xf3
	};

	return !!memchr(prefixes, byte, sizeof(prefixes));
}

/* With a LOCK prefix, or an XCHG with memory: as bench/region.h has it. */
static int is_locked(const unsigned char *code)
{
	while (is_prefix(*code))
		code++;
	if (*code == 0xf0)
		return 1;
	if ((*code & 0xf0) == 0x40)	/* REX */
		code++;
	return (code[0] == 0x86 || code[0] == 0x87) && code[1] >> 6 != 3;
}

/* ---- one run, step by step ------------------------------------------------------------- */

/*
 * With the trap flag, each instruction ends with a signal before the next one,
 * which the handler counts. A handler is not traced itself.
 */
static void on_step(int sig, siginfo_t *info, void *context)
{
	const uintptr_t ip = ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];

	(void)sig;
	(void)info;
	if (ip >= text_start() && ip < text_end())
		executed[ip - text_start()]++;
}

/* It calls @run between two changes of the flag; what is not the kernel's is not counted. */
static void step(void (*run)(const struct work *work), const struct work *work)
{
	__asm__ volatile("pushfq\n\t"
			 "orq $0x100, (%%rsp)\n\t"
			 "popfq" : : : "memory", "cc");
	run(work);
	__asm__ volatile("pushfq\n\t"
			 "andq $~0x100, (%%rsp)\n\t"
			 "popfq" : : : "memory", "cc");
}

static void run(const struct request *request)
{
	const struct sigaction action = {
		.sa_sigaction = on_step, .sa_flags = SA_SIGINFO | SA_ONSTACK,
	};
	const struct work *work = &request->work;
	struct sigaction before;
	const char *wrong;

	work_prepare(work);
	work_run(work);
	work_prepare(work);
	sigaction(SIGTRAP, &action, &before);
	step(work_run, work);
	sigaction(SIGTRAP, &before, NULL);
	wrong = work_check(work);
	if (wrong)
		side_fail(wrong);
}

/* ---- the table -------------------------------------------------------------------------- */

static void print_function(const char *name, double instructions, double locked,
			   const struct request *request)
{
	const double pages = request->work.nr_pages;

	if (instructions)
		printf("%s %.4f %.4f\n", name, instructions / pages, locked / pages);
}

/* A line for each function: per page, instructions and locked ones; then an empty line. */
void command_step(const struct request *request)
{
	const size_t size = text_end() - text_start();
	double instructions = 0, locked = 0;
	const char *name = "";

	executed = calloc(size, sizeof(*executed));
	if (!executed)
		err(1, "memory");
	side_impl_use(request->impl);
	run(request);
	for (size_t i = 0; i < size; i++) {
		const uintptr_t address = text_start() + i;
		const char *function;

		if (!executed[i])
			continue;
		function = symbol_of(address);
		if (strcmp(function, name)) {
			print_function(name, instructions, locked, request);
			name = function;
			instructions = 0;
			locked = 0;
		}
		instructions += executed[i];
		if (is_locked((const unsigned char *)address))
			locked += executed[i];
	}
	print_function(name, instructions, locked, request);
	printf("\n");
	free(executed);
}
