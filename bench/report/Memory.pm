# SPDX-License-Identifier: GPL-2.0
# What the implementations do to memory: the tables and sentences of `bench --caches` and
# `bench --transfers`, from counts per unit of work.
package Memory;
use strict;
use warnings;
use Goals;

# Two implementations do the same if they differ by no more than so many percent, or by so
# little for each page that it is not the pages.
our $SAME = 2;
our $SAME_A_PAGE = 0.02;

# counts: what Counts::of() returns. Returns cells { scenario, folio, impls, of => { IMPL =>
# { METRIC => per unit } } }, the scenarios in order.
sub cells {
	my ($counts, $order, $impls) = @_;
	my (%cell, @cells);
	for my $what (keys %$counts) {
		my ($scenario, $folio, $impl) = split / /, $what;
		my $from = $counts->{$what};
		my $cell = $cell{"$scenario $folio"} //= { scenario => $scenario, folio => $folio, impls => [], of => {} };
		$cell->{of}{$impl} = { map { $_ => $from->{$_} / $from->{units} } grep { $_ ne 'units' } keys %$from };
	}
	for my $scenario (@$order) {
		push @cells, sort { $a->{folio} <=> $b->{folio} } grep { $_->{scenario} eq $scenario } values %cell;
	}
	for my $cell (@cells) {
		$cell->{impls} = [grep { $cell->{of}{$_} } @$impls];
	}
	return @cells;
}

sub value { my ($cell, $impl, $metric) = @_; return ($cell->{of}{$impl} // {})->{$metric} }

sub percent {
	my ($cell, $base, $impl, $metric) = @_;
	my ($from, $to) = map { value($cell, $_, $metric) } $base, $impl;
	return defined $from && defined $to && $from ? 100 * ($to / $from - 1) : undef;
}

# By how much do two differ, in percent? 0 if that is nothing for each page.
sub difference {
	my ($cell, $base, $impl, $metric) = @_;
	my ($from, $to) = map { value($cell, $_, $metric) // 0 } $base, $impl;
	return 0 if abs($to - $from) <= $SAME_A_PAGE;
	return $from ? 100 * ($to / $from - 1) : 100;
}

# The implementations with the least and the most: "exclusive -12.0 %", "page +300.0 %", or
# nothing of what is the same as the base.
sub farthest {
	my ($cell, $base, $metric) = @_;
	my @apart = sort { $a->[1] <=> $b->[1] } map { [$_, difference($cell, $base, $_, $metric)] } grep { $_ ne $base } @{$cell->{impls}};
	return unless @apart;
	return map { sprintf '%s %+.1f %%', @$_ } (grep { $_->[1] < -$SAME } $apart[0]), (grep { $_->[1] > $SAME } $apart[-1]);
}

our @CACHE = (
	[lines => 'lines'], [warm_l1 => 'L1, warm'], [warm_l2 => 'L2, warm'], [warm_l3 => 'L3, warm'],
	[cold_l1 => 'L1, cold'], [cold_l2 => 'L2, cold'], [cold_l3 => 'L3, cold'],
);
my @EXECUTED = ([instructions => 'instructions'], [locked => 'locked operations']);

sub what { my ($cell) = @_; return "$cell->{scenario} of folios of " . Goals::size_text($cell->{folio}) }

# The farthest value of any implementation and metric, in percent.
sub spread {
	my ($cell, $base, @metrics) = @_;
	my ($most) = sort { $b <=> $a } 0, map {
		my $metric = $_->[0];
		map { abs difference($cell, $base, $_, $metric) } @{$cell->{impls}}
	} @metrics;
	return $most;
}

# Is it the same memory that they touch?
sub verdict {
	my ($cell, $base) = @_;
	my (@apart, @executed);
	for (@CACHE) {
		my ($metric, $words) = @$_;
		my @far = farthest($cell, $base, $metric);
		push @apart, "$words: " . join(', ', @far) if @far;
	}
	for (@EXECUTED) {
		my ($metric, $words) = @$_;
		my @far = farthest($cell, $base, $metric);
		push @executed, @far ? "$words differ (" . join(', ', @far) . ')' : "$words are the same within $SAME %";
	}
	my $memory = @apart ? 'lines and misses differ from ' . "$base: " . join('; ', @apart) :
		sprintf 'lines and misses are those of %s, within %.1f %% or %.2f a page', $base, spread($cell, $base, @CACHE), $SAME_A_PAGE;
	return what($cell) . ": $memory. Of what is executed, " . join(', ', @executed) . '.';
}

sub number { my ($value) = @_; return defined $value ? sprintf($value < 10 ? '%.3f' : '%.1f', $value) : '' }

# With what it is in percent of the base, where that is not the same.
sub number_text {
	my ($cell, $base, $impl, $metric) = @_;
	my $text = number(value($cell, $impl, $metric));
	my $apart = $impl eq $base ? 0 : difference($cell, $base, $impl, $metric);
	return abs $apart > 0.05 ? sprintf('%s (%+.1f %%)', $text, $apart) : $text;
}

sub cache_table {
	my ($cell, $base) = @_;
	my @metrics = (@EXECUTED, @CACHE);
	return (['', map { $_->[1] } @metrics], map {
		my $impl = $_;
		[$impl, map { number_text($cell, $base, $impl, $_->[0]) } @metrics]
	} @{$cell->{impls}});
}

# ---- several CPUs ----------------------------------------------------------------
# The lines of struct pages that move in each sample, for each unit of work, from raw cells.
sub ranges {
	my ($raw) = @_;
	my %range;
	for my $from (@{$raw->{cells}}) {
		my ($transfers, $invalidations) = @{$from->{samples}}{qw(folio_transfers folio_invalidations)};
		my @moves = sort { $a <=> $b } map { ($transfers->[$_] + $invalidations->[$_]) / $from->{units} } 0 .. $#$transfers;
		$range{"$from->{scenario} $from->{folio}"}{$from->{impl}} = { nr => scalar @moves, low => $moves[0], high => $moves[-1] };
	}
	return \%range;
}

# Lines of the folio's struct pages that go from one CPU to another, for either reason.
sub moves { my ($cell, $impl) = @_; return value($cell, $impl, 'folio_transfers') + value($cell, $impl, 'folio_invalidations') }

our @CONTEND = (
	['instructions', sub { value(@_, 'instructions') }], ['locked', sub { value(@_, 'locked') }],
	['accesses to the struct pages', sub { value(@_, 'folio_accesses') }],
	['transfers of them', sub { value(@_, 'folio_transfers') }],
	['invalidations of them', sub { value(@_, 'folio_invalidations') }],
	['transfers of all lines', sub { value(@_, 'transfers') }],
	['invalidations of all', sub { value(@_, 'invalidations') }],
);

sub contend_table {
	my ($cell) = @_;
	return (['', map { $_->[0] } @CONTEND], map {
		my $impl = $_;
		[$impl, map { number($_->[1]->($cell, $impl)) } @CONTEND]
	} @{$cell->{impls}});
}

# Which CPU comes when is chance, so samples differ. Two implementations differ if no sample
# of one is among those of the other, and there are so many that this is hardly chance: of
# twice 4 samples, it is so once in 35 times.
our $SAMPLES = 4;

sub are_apart {
	my ($x, $y) = @_;
	return $x->{nr} >= $SAMPLES && $y->{nr} >= $SAMPLES && ($x->{high} < $y->{low} || $y->{high} < $x->{low});
}

# range: of this cell, what ranges() returns.
sub contend_verdict {
	my ($cell, $base, $cpus, $range) = @_;
	my $from = moves($cell, $base);
	return "$cpus CPUs, " . Goals::size_text($cell->{folio}) . ': no line has moved.' unless $from;
	my (@same, @apart);
	for my $impl (grep { $_ ne $base } @{$cell->{impls}}) {
		my $change = 100 * (moves($cell, $impl) / $from - 1);
		if (abs $change <= $SAME || !are_apart(@$range{$base, $impl})) {
			push @same, $impl;
		} else {
			push @apart, sprintf '%s %+.1f %%', $impl, $change;
		}
	}
	return sprintf '%d CPUs, a folio of %s: under %s, %.2f lines of struct pages move for each page-operation (%d samples: %.2f to %.2f)%s%s.', $cpus,
		Goals::size_text($cell->{folio}), $base, $from, @{$range->{$base}}{qw(nr low high)},
		@same ? '; under ' . join(', ', @same) . " as many, within $SAME % or what samples differ by" : '', @apart ? '; ' . join(', ', @apart) : '';
}

1;
