#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
# Lines that go from one CPU to another while all of them map and unmap one folio: tables,
# sentences and a plot from the raw samples of `bench --transfers`, a file for each machine.
#
#	transfers.pl DIR FILE...
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

my ($dir, @files) = @ARGV;
my (@machines, @order, @impls);
for my $file (@files) {
	my $raw = decode_json(Page::slurp($file));
	for my $cell (@{$raw->{cells}}) {
		push @order, $cell->{scenario} unless grep { $_ eq $cell->{scenario} } @order;
		push @impls, $cell->{impl} unless grep { $_ eq $cell->{impl} } @impls;
	}
	push @machines, { cpus => $raw->{header}{cpus}, raw => $raw, file => $file, ranges => Memory::ranges($raw) };
}
$_->{cells} = [Memory::cells(Counts::of($_->{file}), \@order, \@impls)] for @machines;
my ($base) = ((grep { $_ eq 'control' } @impls), $impls[0]);

sub slips {
	my ($machine) = @_;
	my ($slips, $samples) = (0, 0);
	for my $cell (@{$machine->{raw}{cells}}) {
		$slips += $_ for @{$cell->{samples}{slips}};
		$samples += @{$cell->{samples}{slips}};
	}
	return "$machine->{cpus} CPUs: $slips times in $samples samples, a CPU went on alone because the others did not come";
}

my $raw = $machines[0]{raw};
my $page = Page->new;
$page->heading(1, 'One folio, several CPUs');
$page->answer(map { my $machine = $_; map { Memory::contend_verdict($_, $base, $machine->{cpus}, $machine->{ranges}{"$_->{scenario} $_->{folio}"}) } @{$machine->{cells}} } @machines);
$page->list("kernel: $raw->{header}{kernel}", "accelerator: $raw->{header}{accelerator}",
	sprintf('%d samples in each cell; in each, all processes together map and unmap %d MiB for each CPU',
		scalar @{$raw->{cells}[0]{samples}{transfers}}, $raw->{cells}[0]{size} >> 20),
	'all figures are for each page-operation: a page that is mapped or unmapped by any CPU',
	'all lines: with those of the rest of the kernel, which forks and ends a process for each folio', map { slips($_) } @machines);
my (@titles, %moves);
for my $machine (@machines) {
	for my $cell (@{$machine->{cells}}) {
		my $title = Plot::size_label($cell->{folio}) . ", $machine->{cpus} CPUs";
		push @titles, $title;
		$moves{$title} = [map { exists $cell->{of}{$_} ? Memory::moves($cell, $_) : 0 } @impls];
	}
}
$page->picture('transfers', 'lines of struct pages that move for each page-operation');
for my $machine (@machines) {
	for my $cell (@{$machine->{cells}}) {
		$page->heading(2, "$machine->{cpus} CPUs, a folio of " . Goals::size_text($cell->{folio}));
		$page->table(Memory::contend_table($cell));
	}
}
$page->write("$dir/transfers");
Plot::bars(base => "$dir/transfers", title => 'transfers', groups => \@impls, series => \@titles,
	panels => [{ words => 'lines that move for each page-operation', values => [map { $moves{$_} } @titles] }]);
