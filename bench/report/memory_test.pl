#!/usr/bin/env perl
# SPDX-License-Identifier: GPL-2.0
# Do the reports on caches and on contention say what differs, and what does not? TAP, from
# made-up counts.
use strict;
use warnings;
use FindBin;
use Test::More;
use lib $FindBin::Bin;
use Memory;

sub cell {
	my (%of) = @_;
	my %same = (instructions => 50, locked => 2, lines => 2.1, warm_l1 => 2.2, warm_l2 => 0.4, warm_l3 => 0, cold_l1 => 2.4, cold_l2 => 2.2, cold_l3 => 2.1);
	return { scenario => 'munmap', folio => 2 << 20, impls => [sort keys %of], of => { map { $_ => { %same, %{$of{$_}} } } keys %of } };
}

my $verdict = Memory::verdict(cell(builtin => {}, page => { instructions => 200, locked => 3, warm_l3 => 0.01 }, exclusive => { locked => 1, warm_l1 => 2.21 }), 'builtin');
like($verdict, qr/lines and misses are those of builtin, within 0.0 % or 0.02 a page/, 'the same memory is said to be the same');
like($verdict, qr/instructions differ \(page \+300.0 %\), locked operations differ \(exclusive -50.0 %, page \+50.0 %\)/, 'beside what differs');
like($verdict, qr/^munmap of folios of 2 MiB: /, 'of what');
$verdict = Memory::verdict(cell(builtin => {}, control => { warm_l1 => 2.233 }), 'builtin');
like($verdict, qr/are those of builtin, within 1.5 %/, 'the largest difference is said');
$verdict = Memory::verdict(cell(builtin => {}, page => { warm_l1 => 3.3, cold_l3 => 1.05 }, exclusive => { lines => 2.2 }), 'builtin');
like($verdict, qr/differ from builtin: lines: exclusive \+4.8 %; L1, warm: page \+50.0 %; L3, cold: page -50.0 %\./, 'other memory is said to be other memory');
like($verdict, qr/instructions are the same within 2 %/, 'and what is the same');
$verdict = Memory::verdict(cell(builtin => {}, page => { warm_l3 => 0.5 }), 'builtin');
like($verdict, qr/L3, warm: page \+100.0 %/, 'something where there was nothing differs');

my ($head, @rows) = Memory::cache_table(cell(builtin => {}, page => { lines => 4.2 }), 'builtin');
my %column = map { $head->[$_] => $_ } 0 .. $#$head;
is($rows[1][$column{lines}], '4.200 (+100.0 %)', 'a table has the change');
is($rows[1][$column{'L1, warm'}], '2.200', 'where there is one');

my $counts = { 'fork 4096 page' => { lines => 300, units => 100 }, 'munmap 65536 page' => { lines => 1, units => 1 },
	'munmap 4096 exclusive' => { lines => 1, units => 1 }, 'munmap 4096 builtin' => { lines => 1, units => 1 } };
my @cells = Memory::cells($counts, [qw(munmap fork)], [qw(builtin page exclusive)]);
is(join(', ', map { "$_->{scenario} $_->{folio} @{$_->{impls}}" } @cells), 'munmap 4096 builtin exclusive, munmap 65536 page, fork 4096 page',
	'cells are in the order of the plan');
is($cells[2]{of}{page}{lines}, 3, 'and per unit');

sub contended {
	my (%moves) = @_;
	return { scenario => 'contend', folio => 65536, impls => [sort keys %moves],
		of => { map { $_ => { folio_transfers => $moves{$_}, folio_invalidations => 0.5 } } keys %moves } };
}
my $range = { map { my ($impl, @ends) = @$_; $impl => { nr => 6, low => $ends[0], high => $ends[1] } }
	['control', 0.99, 1.01], ['exclusive', 1.2, 1.3], ['batch', 1.01, 1.2], ['page', 2.9, 3.1] };
$verdict = Memory::contend_verdict(contended(batch => 0.6, control => 0.5, exclusive => 0.505, page => 2.5), 'control', 2,
	$range);
is($verdict, '2 CPUs, a folio of 64 KiB: under control, 1.00 lines of struct pages move for each page-operation (6 samples: 0.99 to 1.01); ' .
	'under batch, exclusive as many, within 2 % or what samples differ by; page +200.0 %.',
	'what moves between CPUs, and what does not save anything');
$range->{page}{nr} = 3;
unlike(Memory::contend_verdict(contended(control => 0.5, page => 2.5), 'control', 2, $range), qr/\+200/, 'a few samples do not show a difference');
is_deeply(Memory::ranges({ cells => [{ scenario => 'contend', folio => 4096, impl => 'page', units => 2,
	samples => { folio_transfers => [8, 2, 4], folio_invalidations => [0, 0, 1] } }] }),
	{ 'contend 4096' => { page => { nr => 3, low => 1, high => 4 } } }, 'the range of samples, per unit');
done_testing();
