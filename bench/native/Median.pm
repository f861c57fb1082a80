# SPDX-License-Identifier: GPL-2.0
# Medians, and their 95 % intervals by the sign test, as tool/bench/statistics.h has them.
package Median;
use strict;
use warnings;

# The rank of the lower end, from 0; -1 if there are too few values.
sub rank {
	my ($n) = @_;
	my ($p, $sum, $rank) = (0.5 ** $n, 0, -1);
	for my $k (0 .. $n) {
		$sum += $p;
		last if $sum > 0.025;
		$rank = $k;
		$p *= ($n - $k) / ($k + 1);
	}
	return $rank;
}

# Returns the median, and the interval's ends.
sub of {
	my @x = sort { $a <=> $b } @_;
	my $n = @x;
	my $median = ($x[($n - 1) / 2] + $x[$n / 2]) / 2;
	my $rank = rank($n);
	return ($median, $median, $median) if $rank < 0;
	return ($median, $x[$rank], $x[$n - 1 - $rank]);
}

1;
