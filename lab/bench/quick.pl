#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
# Does the benchmark measure what it says, twice the same?  TAP from the raw
# samples of two runs; what is compared are counts, never times.
#
#	quick.pl RMAPCTL FILE FILE
use strict;
use warnings;
use JSON::PP;

my ($rmapctl, @files) = @ARGV;
my $DETERMINED = 0.001;
my $nr = 0;

sub result {
	my ($ok, $name, @why) = @_;
	printf "%sok %d - %s\n", $ok ? '' : 'not ', ++$nr, $name;
	print "# $_\n" for @why;
}

# Of all cells: name -> metric -> median per unit.
sub medians {
	my ($file) = @_;
	open my $in, '-|', $rmapctl, '-j', 'bench', 'show', $file or die "$rmapctl: $!\n";
	my $rows = decode_json(do { local $/; <$in> });
	close $in or die "$rmapctl bench show $file failed\n";
	my %cells;
	$cells{"$_->{scenario} $_->{folio} $_->{impl}"}{$_->{metric}} = $_->{median} for @$rows;
	return \%cells;
}

my ($first, $second) = map { medians($_) } @files;

# ---- shape -----------------------------------------------------------------
my %folios_of = (
	(map { $_ => [4096, 65536, 2097152] } qw(munmap fork exit cow dontneed
		dontneed-page fault shmem-map shmem-unmap swap-out swap-in)),
	(map { $_ => [2097152] } qw(remap hugetlb-fork hugetlb-unmap)),
);
my @impls = qw(builtin control page batch exclusive);

my @missing;
for my $scenario (sort keys %folios_of) {
	for my $folio (@{$folios_of{$scenario}}) {
		push @missing, grep { !$first->{$_} } map { "$scenario $folio $_" } @impls;
	}
}
result(!@missing, 'every scenario with its folio sizes under every implementation', @missing);

my @empty = grep { !($first->{$_}{instructions} // 0) || !defined $first->{$_}{locked} } sort keys %$first;
result(!@empty, 'every cell has instructions', @empty);

# ---- determinism -----------------------------------------------------------
my @apart;
for my $cell (sort keys %$first) {
	for my $metric (qw(instructions locked)) {
		my ($a, $b) = map { $_->{$cell}{$metric} // 0 } $first, $second;
		next if abs($a - $b) <= $DETERMINED * $a;
		push @apart, sprintf '%s: %s %.4f, then %.4f', $cell, $metric, $a, $b;
	}
}
result(!@apart, 'two runs agree within 0.1 %', @apart);

# ---- negative controls -----------------------------------------------------
sub metric {
	my ($scenario, $folio, $impl, $metric) = @_;
	return $first->{"$scenario $folio $impl"}{$metric} // 0;
}

my @different;
for my $scenario (sort keys %folios_of) {
	for my $folio (@{$folios_of{$scenario}}) {
		my ($builtin, $control) = map { metric($scenario, $folio, $_, 'locked') } qw(builtin control);
		push @different, "$scenario $folio: $builtin, $control" if abs($builtin - $control) > 0.002 * $builtin;
	}
}
result(!@different, 'control executes the same locked operations as builtin', @different);

for my $scenario (qw(munmap fork cow)) {
	my ($control, $batch) = map { metric($scenario, 4096, $_, 'instructions') } qw(control batch);
	result(abs($batch - $control) < 0.01 * $control, "$scenario of small folios: batch and control within 1 %",
		"$control, $batch");
}

# ---- that a difference is seen where there is one --------------------------
for my $scenario (qw(remap fork munmap)) {
	my ($page, $batch) = map { metric($scenario, 2097152, $_, 'instructions') } qw(page batch);
	result($batch < $page, "$scenario of 2 MiB folios: batch executes less than page", "$page, $batch");
}
my ($builtin, $exclusive) = map { metric('munmap', 2097152, $_, 'locked') } qw(builtin exclusive);
result($exclusive < 0.75 * $builtin, 'munmap of 2 MiB folios: exclusive saves locked operations', "$builtin, $exclusive");

print "1..$nr\n";
