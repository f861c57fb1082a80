# SPDX-License-Identifier: GPL-2.0
# The questions that the benchmark answers, each with a table: what
# batching buys, what being switchable costs, what exclusive buys. A published
# figure is beside ours only if it is of the same work.
package Goals;
use strict;
use warnings;

my $LARGE = 2 << 20;

# All published figures are wall clock, of 1 GiB of memory, on Intel machines.
my @sizes = map { 1024 * $_ } 16, 32, 64, 128, 256, 512, 1024, 2048;

# Percent, by folio size: what dropping the per-page mapcounts bought,
# Message-ID 20240829165627.2256514-1-david@redhat.com.
my %dropping;
@{$dropping{munmap}}{@sizes} = (-8, -9, -16, -17, -23, -26, -29, -31);
@{$dropping{fork}}{@sizes} = (-9, -12, -15, -15, -16, -16, -17, -21);

# By how many percent munmap was faster when _nr_pages_mapped was changed once a
# call and not once a page, Message-ID 20240807115515.1640951-1-david@redhat.com.
my %once;
@once{@sizes} = (10, 15, 17, 21, 22, 22, 23, 27);

# The series "mm/rmap: interface overhaul", Message-ID
# 20231220224504.646757-1-david@redhat.com, of PTE-mapped THP. It batched PTE-remap
# and nothing else; its MADV_DONTNEED is on each PTE.
my @series = (['remap', 'more than 10 % faster'], ['dontneed-page', '2 % faster']);

# Batched later, with all that a batch of PTEs saves beside rmap.
my @LATER = (
	'Fork and unmapping were batched by later series, together with references, PTEs and the TLB: ' .
		'fork of 2 MiB folios became 30 % faster (Message-ID 20240129124649.189745-1-david@redhat.com), ' .
		'munmap 58 % (20240214204435.167852-1-david@redhat.com). ' .
		'Here, all of that is batched in every column, and only the rmap operations differ: nothing was published of these alone.',
	'Of a COW, and of small folios, one page is one operation in both columns.',
);

sub size_text {
	my ($bytes) = @_;
	return $bytes >= 1 << 20 ? ($bytes >> 20) . ' MiB' : ($bytes >> 10) . ' KiB';
}

# The median of a metric in a cell, if it was measured.
sub median {
	my ($cell, $scenario, $folio, $impl, $metric) = @_;
	my $row = ($cell->{$scenario}{$folio} // {})->{$impl} or return;
	return $row->{$metric}{median};
}

# From one implementation to another: "from -> to (percent)".
sub change {
	my ($from, $to) = @_;
	return '' unless defined $from && defined $to;
	my $text = sprintf '%.2f -> %.2f', $from, $to;
	return $from ? sprintf('%s (%+.2f %%)', $text, 100 * ($to / $from - 1)) : $text;
}

sub changes {
	my ($cell, $scenario, $folio, $from, $to, @metrics) = @_;
	return map { change(median($cell, $scenario, $folio, $from, $_), median($cell, $scenario, $folio, $to, $_)) } @metrics;
}

sub has { my ($cell, @at) = @_; return defined median($cell, @at) }

# Makes a row for each scenario and folio size that has both columns.
sub rows {
	my ($cell, $from, $to, $metrics, @which) = @_;
	my @body;
	for (@which) {
		my ($scenario, $folio, @more) = @$_;
		next unless has($cell, $scenario, $folio, $from, $metrics->[0]) && has($cell, $scenario, $folio, $to, $metrics->[0]);
		push @body, [$scenario, size_text($folio), changes($cell, $scenario, $folio, $from, $to, @$metrics), @more];
	}
	return @body;
}

sub batching {
	my ($page, $cell, @metrics) = @_;
	my @series_rows = rows($cell, 'page', 'batch', \@metrics, map { [$_->[0], $LARGE, $_->[1]] } @series);
	my @alone = rows($cell, 'page', 'batch', \@metrics, (map { [$_, $LARGE] } qw(fork dontneed munmap cow)),
		map { [$_, 4096] } qw(fork dontneed munmap cow));
	if (@series_rows) {
		$page->heading(2, 'What batching buys: page -> batch, beside the series of 2023');
		$page->table(['', 'folio', @metrics, 'the series (time)'], @series_rows);
	}
	if (@alone) {
		$page->heading(2, 'What batching buys: page -> batch, what the series did not batch');
		$page->text($_) for @LATER;
		$page->table(['', 'folio', @metrics], @alone);
	}
}

sub once_a_call {
	my ($page, $cell, @metrics) = @_;
	my @body = rows($cell, 'batch', 'control', \@metrics, map { ['munmap', $_, "$once{$_} % faster"] } @sizes);
	return unless @body;
	$page->heading(2, 'What one update of _nr_pages_mapped a call buys: batch -> control');
	$page->table(['', 'folio', @metrics, 'published (time)'], @body);
}

sub switchable {
	my ($page, $cell, $order, @metrics) = @_;
	my @body;
	for my $scenario (@$order) {
		for my $folio (sort { $a <=> $b } keys %{$cell->{$scenario}}) {
			my @vanilla = changes($cell, $scenario, $folio, 'vanilla', 'builtin', @metrics);
			my @control = changes($cell, $scenario, $folio, 'builtin', 'control', @metrics);
			push @body, [$scenario, size_text($folio), @vanilla, @control] if grep { $_ } @vanilla, @control;
		}
	}
	return unless @body;
	$page->heading(2, 'What being switchable costs: vanilla -> builtin, and builtin -> control');
	$page->folded_table('All scenarios and folio sizes', ['', 'folio', (map { "vanilla -> builtin: $_" } @metrics), (map { "builtin -> control: $_" } @metrics)], @body);
}

# Beside control, too: what builtin -> control changes is the module's compilation.
sub sole_owner {
	my ($page, $cell, @metrics) = @_;
	my (@body, %both);
	for my $from (qw(builtin control)) {
		for (rows($cell, $from, 'exclusive', \@metrics, map { my $s = $_; map { [$s, $_] } @sizes } qw(munmap fork))) {
			my ($scenario, $folio, @changes) = @$_;
			$both{"$scenario $folio"}{$from} = \@changes;
		}
	}
	for my $scenario (qw(munmap fork)) {
		for my $folio (@sizes) {
			my $row = $both{"$scenario " . size_text($folio)} or next;
			push @body, [$scenario, size_text($folio), (map { @{$row->{$_} // [map { '' } @metrics]} } qw(builtin control)),
				"$dropping{$scenario}{$folio} %"];
		}
	}
	return unless @body;
	$page->heading(2, 'What exclusive buys: builtin -> exclusive, and control -> exclusive');
	$page->text('What control differs from builtin in is no algorithm, but the compilation of the module. ' .
		'The last column is another change for the same work: what was published for dropping the per-page mapcounts, which exclusive keeps.');
	$page->folded_table('All folio sizes', ['', 'folio', (map { my $from = $_; map { "$from -> exclusive: $_" } @metrics } qw(builtin control)),
		'dropping them (time)'], @body);
}

my %words = (ns => 'nanoseconds', instructions => 'instructions', locked => 'locked operations', lines => 'cache lines');

# What a page costs, and by how many percent it costs more under the others.
sub answers {
	my ($cell, @metrics) = @_;
	my @answers;
	for my $scenario (qw(munmap fork)) {
		my ($folio) = sort { $b <=> $a } keys %{$cell->{$scenario} // {}} or next;
		for my $metric (@metrics) {
			my $base = median($cell, $scenario, $folio, 'builtin', $metric) or next;
			my @others = grep { has($cell, $scenario, $folio, $_, $metric) } qw(control page batch exclusive);
			push @answers, sprintf '%s of folios of %s: %.2f %s a page under builtin; %s.', $scenario, size_text($folio), $base, $words{$metric},
				join ', ', map { sprintf '%s %+.1f %%', $_, 100 * (median($cell, $scenario, $folio, $_, $metric) / $base - 1) } @others
				if @others;
		}
	}
	return @answers;
}

# cell: scenario -> folio -> impl -> metric -> row; order: of the scenarios.
sub all {
	my ($page, $cell, $order, @metrics) = @_;
	batching($page, $cell, @metrics);
	once_a_call($page, $cell, @metrics);
	switchable($page, $cell, $order, @metrics);
	sole_owner($page, $cell, @metrics);
}

1;
