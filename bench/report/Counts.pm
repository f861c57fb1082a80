# SPDX-License-Identifier: GPL-2.0
# What was counted, from files of raw samples (`rmapctl bench run --json`).
package Counts;
use strict;
use warnings;
use JSON::PP;
use Page;

# Runs differ by no more than this, relative to the count...
our $DETERMINED = 0.001;
# ... and by work that is not on the measured memory: the process itself is
# forked, too; slabs are refilled; a timer tick falls into one region and not
# into the other.
our %BESIDE = (instructions => 1000, locked => 16, lines => 1000);

sub median {
	my @x = sort { $a <=> $b } @_;
	return ($x[$#x / 2] + $x[@x / 2]) / 2;
}

# What falls into a sample by chance, as a timer tick does, only adds to it.
sub least {
	my ($least) = sort { $a <=> $b } @_;
	return $least;
}

# "SCENARIO FOLIO COLUMN" -> { metric => median of a whole sample }, and the number of
# its units. COLUMN is IMPLEMENTATION, or IMPLEMENTATION/LAYOUT if it has a layout.
sub of { return by(\&median, @_) }

# The same, with what CHOOSE makes of the samples.
sub by {
	my ($choose, @files) = @_;
	my %of;
	for my $file (@files) {
		for my $cell (@{decode_json(Page::slurp($file))->{cells}}) {
			my $samples = $cell->{samples};
			my %counts = map { $_ => $choose->(@{$samples->{$_}}) } grep { $_ ne 'ns' } keys %$samples;
			my $column = join '/', grep { defined } @$cell{qw(impl layout)};
			$of{"$cell->{scenario} $cell->{folio} $column"} = { %counts, units => $cell->{units} };
		}
	}
	return \%of;
}

# Is it the same count? Between two machines that did the same.
sub same {
	my ($metric, $x, $y) = @_;
	return abs($x - $y) <= $DETERMINED * $x + $BESIDE{$metric};
}

1;
