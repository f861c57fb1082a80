// SPDX-License-Identifier: GPL-2.0
#include <err.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#include "native.h"

#define MEMORY_SIZE	(64UL << 20)
#define STRUCT_PAGE	64
#define HUGE_SIZE	(2UL << 20)

/* ---- failures -------------------------------------------------------------------- */

SIDE_CALLBACK void side_fail(const char *what)
{
	fprintf(stderr, "native: %s\n", what);
	_exit(1);
}

SIDE_CALLBACK void side_message(const char *text)
{
	fprintf(stderr, "native: the kernel's code says: %s%s", text,
		strchr(text, '\n') ? "" : "\n");
}

/* There are no interrupts here to be turned off and on. */
static int is_interrupt_flag(const unsigned char *code)
{
	return *code == 0xfa || *code == 0xfb;	/* cli, sti */
}

/*
 * A function that is not here has the address 0. Then who called it is on top of
 * the stack.
 */
static void fail_at(int sig, const siginfo_t *info, uintptr_t ip, const uintptr_t *sp)
{
	const uintptr_t at = ip ? ip : sp[0];
	char text[256];

	snprintf(text, sizeof(text), "%s at %p, in %s() or what it calls: address %p",
		 strsignal(sig), (void *)ip, symbol_of(at), info->si_addr);
	side_fail(text);
}

static void on_signal(int sig, siginfo_t *info, void *context)
{
	greg_t *regs = ((ucontext_t *)context)->uc_mcontext.gregs;
	unsigned char *code = (unsigned char *)regs[REG_RIP];
	const uintptr_t ip = regs[REG_RIP];

	if (sig == SIGSEGV && ip >= text_start() && ip < text_end() && is_interrupt_flag(code)) {
		*code = 0x90;	/* nop */
		return;
	}
	fail_at(sig, info, ip, (const uintptr_t *)regs[REG_RSP]);
}

/* On a stack of their own: the kernel's code has no red zone to leave alone. */
static void catch_signals(void)
{
	static char stack[64 * 1024];
	const stack_t alternative = { .ss_sp = stack, .ss_size = sizeof(stack) };
	const struct sigaction action = {
		.sa_sigaction = on_signal, .sa_flags = SA_SIGINFO | SA_ONSTACK,
	};
	static const int signals[] = { SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGTRAP, SIGALRM };

	if (sigaltstack(&alternative, NULL))
		err(1, "sigaltstack");
	for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++)
		sigaction(signals[i], &action, NULL);
}

/* ---- memory ------------------------------------------------------------------------ */

/* In huge pages, as a kernel has it. */
static void *map(size_t size, int shared)
{
	char *p = mmap(NULL, size + HUGE_SIZE, PROT_READ | PROT_WRITE,
		       (shared ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		err(1, "memory");
	p = (char *)(((uintptr_t)p + HUGE_SIZE - 1) & ~(HUGE_SIZE - 1));
	madvise(p, size, MADV_HUGEPAGE);
	return p;
}

/* The kernel's code patches itself. */
static void open_text(void)
{
	const uintptr_t page = sysconf(_SC_PAGESIZE);
	const uintptr_t start = text_start() & -page;

	if (mprotect((void *)start, text_end() - start, PROT_READ | PROT_WRITE | PROT_EXEC))
		err(1, "code that can be changed");
}

void machine_start(int shared)
{
	catch_signals();
	open_text();
	side_boot(map(MEMORY_SIZE, shared), MEMORY_SIZE,
		  map(MEMORY_SIZE / 4096 * STRUCT_PAGE, shared));
}

double machine_now(void)
{
	struct timespec t;

	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1e9 + t.tv_nsec;
}
