#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
# Makes tables and plots from the output of `rmapctl -j bench show`.
#
#	report.pl DIR NAME TITLE FILE...
use strict;
use warnings;
use FindBin;
use JSON::PP;
use lib $FindBin::Bin;
use Goals;
use Page;
use Plot;

my ($dir, $name, $title, @files) = @ARGV;
my $rows = decode_json(Page::slurp("$dir/$name-table.json"));
my @headers = map { decode_json(Page::slurp($_))->{header} } @files;

# ---- the rows by what they are about ---------------------------------------
my (@scenarios, @impls, %cell, %metrics);
for my $row (@$rows) {
	my ($scenario, $impl) = @$row{qw(scenario impl)};
	push @scenarios, $scenario unless grep { $_ eq $scenario } @scenarios;
	push @impls, $impl unless grep { $_ eq $impl } @impls;
	$cell{$scenario}{$row->{folio}}{$impl}{$row->{metric}} = $row;
	$metrics{$row->{metric}} = 1;
}
# Where instructions are counted, times mean nothing.
my @metrics = $metrics{instructions} ? grep { $metrics{$_} } qw(instructions locked lines) : ('ns');
my %words = (
	ns => 'nanoseconds', instructions => 'instructions',
	locked => 'locked operations', lines => 'cache lines touched',
);

sub folios { return sort { $a <=> $b } keys %{$cell{$_[0]}} }

sub value_text {
	my ($row) = @_;
	return '' unless $row;
	my $text = sprintf $row->{median} < 10 ? '%.3f' : $row->{median} < 100 ? '%.2f' : '%.1f', $row->{median};
	return $text unless defined $row->{change};
	return sprintf '%s (%+.2f %%%s)', $text, $row->{change}, $row->{p} < 0.05 || $metrics{instructions} ? '' : ' ~';
}

# ---- tables ----------------------------------------------------------------
sub table {
	my ($scenario, $metric) = @_;
	my @lines = (['folio', @impls]);
	for my $folio (folios($scenario)) {
		push @lines, [Goals::size_text($folio), map { value_text($cell{$scenario}{$folio}{$_}{$metric}) } @impls];
	}
	return @lines;
}

sub unit { my ($any) = values %{(values %{$cell{$_[0]}})[0]}; return $any->{$metrics[0]}{unit} }

# ---- what was measured on what ---------------------------------------------
sub sample_text {
	my $raw = decode_json(Page::slurp($files[-1]))->{cells}[0];
	my ($any) = values %{$raw->{samples}};
	return sprintf '%d samples of %d MiB in each cell', scalar @$any, $raw->{size} >> 20;
}

sub notes {
	my @notes = map { "kernel: $_->{kernel}" } @headers;
	my $h = $headers[0];
	push @notes, sprintf 'machine: %s, %d CPUs, %d MiB', $h->{cpu}, $h->{cpus}, $h->{memory} >> 20;
	push @notes, "accelerator: $h->{accelerator}", sample_text();
	my $base = Plot::base($cell{$scenarios[0]}) // 'nothing';
	push @notes, "cells: median (change against $base)" .
		($metrics{instructions} ? '' : '; ~: may be chance (Mann-Whitney, p >= 0.05)');
	return @notes;
}

# ---- plots -----------------------------------------------------------------
my %picture;
for my $scenario (@scenarios) {
	my @folios = folios($scenario);
	my @panels = map { { metric => $_, words => $words{$_} . ' per ' . unit($scenario) } } @metrics;
	$picture{$scenario} = "$name-$scenario";
	Plot::scenario(base => "$dir/$picture{$scenario}", title => $scenario, panels => \@panels,
		folios => \@folios, impls => \@impls, cells => $cell{$scenario});
}

# ---- the page --------------------------------------------------------------
my $page = Page->new;
$page->heading(1, $title);
$page->answer(Goals::answers(\%cell, @metrics));
$page->list(notes());
Goals::all($page, \%cell, \@scenarios, @metrics);
for my $scenario (@scenarios) {
	$page->heading(2, $scenario);
	$page->picture($picture{$scenario}, $scenario);
	for my $metric (@metrics) {
		$page->folded_table("$words{$metric} per " . unit($scenario), table($scenario, $metric));
	}
}
$page->write("$dir/$name");
