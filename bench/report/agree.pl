#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
# Do two runs agree?  Compares the medians of all counts in pairs of files of raw
# samples; says by how much they differ, and exits 1 if that is more than 0.1 %.
#
#	agree.pl FILE FILE...
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Counts;

my ($nr, $worst, $where, @apart) = (0, 0, 'none');
while (my ($x, $y) = splice @ARGV, 0, 2) {
	my ($first, $second) = (Counts::of($x), Counts::of($y));
	for my $cell (sort keys %$first) {
		my $other = $second->{$cell} // die "$y lacks $cell\n";
		for my $metric (grep { $_ ne 'units' } sort keys %{$first->{$cell}}) {
			my ($a, $b) = map { $_->{$metric} } $first->{$cell}, $other;
			my $by = $a ? abs($b / $a - 1) : $b;
			$nr++;
			($worst, $where) = ($by, "$cell $metric") if $by > $worst;
			push @apart, sprintf '%s: %s %d, then %d: %.2f %%', $cell, $metric, $a, $b, 100 * $by if $by > $Counts::DETERMINED;
		}
	}
}
print "$_\n" for @apart;
printf "%d of %d medians of two runs agree within 0.1 %%; the worst: %.3f %% (%s)\n", $nr - @apart, $nr, 100 * $worst, $where;
exit 1 if @apart || !$nr;
