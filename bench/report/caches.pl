#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
# Cache lines and misses of simulated caches: tables, sentences and a plot from the raw samples
# of `bench --caches`.
#
#	caches.pl DIR FILE
use strict;
use warnings;
use FindBin;
use JSON::PP;
use lib $FindBin::Bin;
use Counts;
use Goals;
use Memory;
use Page;
use Plot;

my ($dir, $file) = @ARGV;
my $raw = decode_json(Page::slurp($file));
my (@order, @impls);
for my $cell (@{$raw->{cells}}) {
	push @order, $cell->{scenario} unless grep { $_ eq $cell->{scenario} } @order;
	push @impls, $cell->{impl} unless grep { $_ eq $cell->{impl} } @impls;
}
my @cells = Memory::cells(Counts::of($file), \@order, \@impls);
my ($base) = ((grep { $_ eq 'builtin' } @impls), $impls[0]);

my $page = Page->new;
$page->heading(1, 'Cache lines and cache misses');
$page->answer(map { Memory::verdict($_, $base) } @cells);
$page->list("kernel: $raw->{header}{kernel}", "accelerator: $raw->{header}{accelerator}",
	sprintf('%d samples of %d MiB in each cell', scalar @{$raw->{cells}[0]{samples}{lines}}, $raw->{cells}[0]{size} >> 20),
	"lines: different ones that were touched; L1, L2, L3: misses of that level; per page, in brackets the change against $base",
	'warm: the caches have seen all that came before; cold: they were empty as the work began');
$page->picture('caches', 'change of instructions, locked operations, lines and misses');
for my $cell (@cells) {
	$page->heading(2, Memory::what($cell));
	$page->table(Memory::cache_table($cell, $base));
}
$page->write("$dir/caches");

# A change of what hardly happens says nothing.
sub change { my ($cell, $impl, $metric) = @_; return (Memory::value($cell, $base, $metric) // 0) < 0.05 ? undef : Memory::percent($cell, $base, $impl, $metric) }

my @metrics = ([instructions => 'instr.'], [locked => 'locked'], @Memory::CACHE);
my ($across) = sort { $b <=> $a } map { my $scenario = $_; scalar grep { $_->{scenario} eq $scenario } @cells } @order;
Plot::change_bars(base => "$dir/caches", title => "change against $base, %", across => $across,
	groups => [map { $_->[1] =~ s/, /\\n/r } @metrics],
	panels => [map {
		my $cell = $_;
		{ title => Memory::what($cell), series => [map {
			my $impl = $_;
			{ title => $impl, values => [map { change($cell, $impl, $_->[0]) } @metrics] }
		} grep { $_ ne $base } @{$cell->{impls}}] }
	} @cells]);
