# SPDX-License-Identifier: GPL-2.0
# What a reader must know beside the figures of each kind of measurement. The figures are
# the report's that measured; this is what is asked, how it is found out, and what the answer
# does not say. In the order of the page.
package Sections;
use strict;
use warnings;

my $COUNTS = 'These are counts of an emulator, not times: an instruction may take a fraction of a ' .
	'nanosecond or a hundred. An atomic increment is one instruction where a plain read, add and write are three, so look at both.';
my $COMPILED = 'A part of what exclusive gains over builtin is the compilation of the module, which control has, too. ' .
	'So compare it with control.';

our @sections = (
	{
		name => 'exact', title => 'What each implementation costs', command => 'bench',
		question => 'How many instructions and locked operations does each implementation take for the same work?',
		method => 'Each sample is a new process with new folios of a verified size. The implementations take turns on one boot. ' .
			'An emulator counts all that is executed, by the kernel and by the process, between two markers around the work: ' .
			'one munmap(), one fork(), and so on. Costs are given per page of the memory, or per folio.',
		caveats => [$COUNTS, $COMPILED,
			'The process that is forked or unmapped has pages of its own, which weigh in every column.',
			'A published figure stands beside ours only if it is of the same work, and it is a time.'],
	},
	{
		name => 'caches', title => 'Cache lines and cache misses', command => 'bench --caches',
		question => 'Do the implementations touch different cache lines, or miss caches more or less often?',
		method => 'Beside instructions and locked operations, the emulator simulates data caches: each access of the region, by its physical ' .
			'address, looks into three levels, set-associative with least recently used replacement, of the sizes of a core of AMD Zen 4 ' .
			'(L1 32 KiB of 8 ways, L2 1 MiB of 8, L3 32 MiB of 16; lines of 64 bytes). Warm caches have seen all that happened before, ' .
			'such as the making of the folios and the check of their struct pages. Cold ones are empty when the region begins.',
		caveats => ['The caches are warm from the second sample on: before the first one nothing is simulated. With four samples, the median does not see it.',
			'There is no prefetcher, and what is touched in order is what a real one fetches ahead: a real CPU misses less.',
			'Only data accesses count: no instruction fetches, and no page-table walks by the CPU.',
			'One CPU has all of the last level to itself. In the real one, eight cores share it, and it is filled with what L2 drops.',
			'A miss counts the same whether the CPU must wait for it or not.'],
	},
	{
		name => 'transfers', title => 'One folio, several CPUs', command => 'bench --transfers',
		question => 'When processes on several CPUs fork and unmap the same folio, how often does a cache line go from one CPU to another?',
		method => 'On each CPU of the guest, a process forks over and over, and the child unmaps one large folio that all of them map. ' .
			'The emulator keeps a directory of who has which line, as the MESI protocol does, with caches that never run full. ' .
			'A transfer is an access to a line that another CPU has modified; an invalidation is a write to a line of which others have clean copies. ' .
			'Those of the struct pages of the folio are counted by themselves. A page-operation is one page mapped or unmapped by any CPU.',
		caveats => ['The CPUs are emulated. They take turns by single accesses to memory, so each is as fast as the others, and a transfer costs no time. ' .
				'On a real machine, whoever has a line does more before it loses it, or waits longer for it.',
			'The order is that of turns. The values are those of the emulated threads, which are in step by some hundred accesses only: ' .
				'a lock that is fought for may be so for longer or shorter than here.',
			'It is counts, not times. bench --native --contend has nanoseconds.'],
	},
	{
		name => 'layouts', title => 'With and without mapcounts of the pages of large folios', command => '--host 7.3 bench --layouts',
		question => 'What does it cost to know how often each page of a large folio is mapped?',
		method => 'Linux 7.3 with a second patch, whose large folios have mapcounts of their pages (page) or none (none), as it is chosen at run time, ' .
			'on one boot; beside it, upstream compiled both ways. Counted as in the section on what each implementation costs.',
		caveats => [$COUNTS, 'What is lost without these mapcounts is in the section after this one.'],
	},
	{
		name => 'accuracy', title => 'What is lost without page mapcounts', command => '--host 7.3 bench --accuracy',
		question => 'How wrong is what the kernel says about memory, if it does not know how often each page is mapped?',
		method => 'Workloads are stopped at the same points under both layouts. What the kernel says (PSS, USS, bit 56 of pagemap, AnonPages, Mapped) ' .
			'is compared with what the page tables of all processes say.',
		caveats => ['The workloads are few, and were chosen because the kernel could be wrong there. They show how wrong it can be, not how wrong it mostly is.'],
	},
	{
		name => 'functions', title => 'Where the instructions are', command => 'bench --functions --folio 4K fork',
		question => 'Which functions of the kernel execute more or fewer instructions under another implementation?',
		method => 'The emulator counts how often each block of code runs in one scenario, on a machine of its own for each column. ' .
			'The symbols of the kernel and the module say which function a block is in.',
		caveats => [$COUNTS, 'What a compiler has put into another function counts as that one.'],
	},
	{
		name => 'wall', title => 'Time', command => 'bench --wall',
		question => 'How many nanoseconds does the same work take?',
		method => 'The scenarios of the first section in a virtual machine on this CPU (KVM). Medians; ~ marks what may be chance.',
		caveats => ['It is the time on one CPU model. Others differ most in what a locked operation costs.', $COMPILED],
	},
	{
		name => 'switch', title => 'What a switch costs', command => 'bench --switch',
		question => 'How long does it take to switch to another implementation under load, and how long does that stall others?',
		method => 'Processes fork, fault, unmap, swap and migrate on every CPU. A task of real-time priority on each CPU reads the clock; ' .
			'its longest wait between two readings is a stall. Rounds with and without switches take turns.',
		caveats => ['Where the machine is emulated it stalls by itself. What counts is the difference between rounds with switches and those without.',
			'Emulated CPUs wait for each other longer than real ones, most of all if there are more of them than real ones.'],
	},
	{
		name => 'redis', title => 'A real program', command => 'bench --redis',
		question => 'Does a server that forks to save a snapshot notice the implementation?',
		method => 'redis-server with transparent huge pages saves snapshots, the last one while clients write, under each implementation.',
		caveats => ['Where an emulator counts, a microsecond is 1000 instructions, and a cache miss costs nothing.',
			'Most of that memory is mapped by PMDs, which are one operation for 512 pages.'],
	},
	{
		name => 'native-time', title => "The kernel's own code, by the clock", command => 'bench --native',
		question => 'How many nanoseconds does the same work take in the kernel\'s own functions on a real CPU?',
		method => "vmlinux.o and rmap_ab.ko, as they were built for the guests, are linked into a program that has page tables and struct pages. " .
			"It calls the kernel's fork, zap and split of page tables, under each implementation, which take turns. " .
			'Warm: one page table that has been used before. Cold: 16, flushed from all caches.',
		caveats => ['Allocation, flushes of the TLB, system calls and exceptions are not in it. So a whole munmap() gains less than what is here.',
			'It is the time on one CPU model. A hypervisor gives a CPU more or less of a core, so compare the columns of a row.'],
	},
	{
		name => 'native-count', title => "The kernel's own code, counted without an emulator", command => 'bench --native --count',
		question => 'Do the functions that are timed execute what they execute in a guest?',
		method => 'The same program, one instruction after the other. bench --native --agree compares the differences between implementations with those of a guest.',
		caveats => ['What is not in the program is not in the counts: allocation, flushes of the TLB, system calls.'],
	},
	{
		name => 'native-contend', title => 'One folio, several CPUs, by the clock', command => 'bench --native --contend',
		question => 'How much longer does an operation on a page take while other processes do the same to the same folio?',
		method => "Processes fork and unmap one folio, all the time, by the kernel's own functions, on struct pages in shared memory. " .
			'What the transfer of one cache line takes is measured beside each row.',
		caveats => ['Transfers are derived from times, not counted. bench --transfers counts them in an emulator.',
			'What a transfer takes depends on which cores the hypervisor has chosen.'],
	},
	{
		name => 'sources', title => 'The sources alone, by the clock', command => 'bench --native --sources',
		question => 'How many nanoseconds do the loops of the implementations take on a real CPU?',
		method => "The implementations' own sources, compiled for user space, are called for arrays of 64-byte struct pages, with warm and with cold caches.",
		caveats => ['It is the counter work alone, without page tables, statistics and the rest of the kernel: a whole munmap() gains far less.',
			'It is the time on one CPU model.'],
	},
);

1;
