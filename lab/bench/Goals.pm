# SPDX-License-Identifier: GPL-2.0
# The questions that the benchmark is there to answer, each with a table: what
# batching buys, what being switchable costs, what exclusive buys.
package Goals;
use strict;
use warnings;

my $LARGE = 2 << 20;

# Wall clock, percent, by folio size: what dropping the per-page mapcounts bought,
# Message-ID 20240829165627.2256514-1-david@redhat.com.
my @sizes = map { 1024 * $_ } 16, 32, 64, 128, 256, 512, 1024, 2048;
my %dropping;
@{$dropping{munmap}}{@sizes} = (-8, -9, -16, -17, -23, -26, -29, -31);
@{$dropping{fork}}{@sizes} = (-9, -12, -15, -15, -16, -16, -17, -21);

# What the series "mm/rmap: interface overhaul" says of 1 GiB of PTE-mapped THP.
my @claims = (
	['remap', 'at least 10 % less'], ['fork', 'at least 4 % less'],
	['dontneed', 'at least 2 % less'], ['munmap', 'not more'], ['cow', 'not more'],
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

sub batching {
	my ($page, $cell, @metrics) = @_;
	my @body;
	for (@claims) {
		my ($scenario, $claim) = @$_;
		next unless has($cell, $scenario, $LARGE, 'page', $metrics[0]) && has($cell, $scenario, $LARGE, 'batch', $metrics[0]);
		push @body, [$scenario, '2 MiB', changes($cell, $scenario, $LARGE, 'page', 'batch', @metrics), $claim];
	}
	for my $scenario (qw(fork dontneed munmap cow)) {
		next unless has($cell, $scenario, 4096, 'page', $metrics[0]) && has($cell, $scenario, 4096, 'batch', $metrics[0]);
		push @body, [$scenario, '4 KiB', changes($cell, $scenario, 4096, 'page', 'batch', @metrics), 'within 1 %'];
	}
	return unless @body;
	$page->heading(2, 'What batching buys: page -> batch');
	$page->table(['', 'folio', @metrics, 'the series'], @body);
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
	$page->table(['', 'folio', (map { "vanilla -> builtin: $_" } @metrics), (map { "builtin -> control: $_" } @metrics)], @body);
}

sub sole_owner {
	my ($page, $cell, @metrics) = @_;
	my @body;
	for my $scenario (qw(munmap fork)) {
		for my $folio (@sizes) {
			next unless has($cell, $scenario, $folio, 'builtin', $metrics[0]) && has($cell, $scenario, $folio, 'exclusive', $metrics[0]);
			push @body, [$scenario, size_text($folio), changes($cell, $scenario, $folio, 'builtin', 'exclusive', @metrics),
				"$dropping{$scenario}{$folio} %"];
		}
	}
	return unless @body;
	$page->heading(2, 'What exclusive buys: builtin -> exclusive');
	$page->text('The last column is what was published for dropping the per-page mapcounts (wall clock, another machine): exclusive keeps them.');
	$page->table(['', 'folio', @metrics, 'dropping them'], @body);
}

# cell: scenario -> folio -> impl -> metric -> row; order: of the scenarios.
sub all {
	my ($page, $cell, $order, @metrics) = @_;
	batching($page, $cell, @metrics);
	switchable($page, $cell, $order, @metrics);
	sole_owner($page, $cell, @metrics);
}

1;
