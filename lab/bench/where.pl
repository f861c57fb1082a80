#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
# In which functions the instructions of a scenario are, a column for each
# implementation, from what the plugin says about blocks. Fails where a column
# does not add up to what was counted.
#
#	where.pl SAMPLES COLUMN BLOCKS SYMBOLS [SAMPLES COLUMN BLOCKS SYMBOLS]...
# SAMPLES: raw samples of one cell; SYMBOLS: as /proc/kallsyms has them.
use strict;
use warnings;
no warnings 'portable';
use FindBin;
use lib $FindBin::Bin;
use Counts;

my $USER = 'user space';
my $REST = 'all others';
my $ROWS = 30;

sub symbols_of {
	my ($file) = @_;
	my @symbols;
	open(my $lines, '<', $file) or die "$file: $!\n";
	while (<$lines>) {
		/^([0-9a-f]+) [tTwW] (\S+)/ or next;
		my ($address, $name) = ($1, $2);
		# What the patch calls the kernel's own; what a compiler makes of a name.
		$name =~ s/^rmap_builtin_//;
		$name =~ s/\..*//;
		push @symbols, [hex $address, $name];
	}
	return [sort { $a->[0] <=> $b->[0] } @symbols];
}

# The last one that does not begin after the address.
sub name_of {
	my ($symbols, $address) = @_;
	my ($low, $high) = (0, scalar @$symbols);
	while ($low < $high) {
		my $middle = int(($low + $high) / 2);
		if ($symbols->[$middle][0] <= $address) { $low = $middle + 1 } else { $high = $middle }
	}
	return $low ? $symbols->[$low - 1][1] : 'unknown';
}

# The first region warms up, as rmapctl does not keep its sample. Of the others,
# the one whose sum is the median.
sub region_of {
	my ($file) = @_;
	my @regions;
	open(my $lines, '<', $file) or die "$file: $!\n";
	while (<$lines>) {
		if (/^region/) {
			push @regions, { sum => 0, blocks => [] };
			next;
		}
		my ($address, $instructions, $locked) = split;
		push @{$regions[-1]{blocks}}, [$address, $instructions, $locked];
		$regions[-1]{sum} += $instructions;
	}
	shift @regions;
	@regions = sort { $a->{sum} <=> $b->{sum} } @regions;
	return $regions[$#regions / 2] // die "$file: no region\n";
}

my (%of, @columns, %cell);
while (my ($samples, $column, $blocks, $file) = splice @ARGV, 0, 4) {
	my $counted = Counts::of($samples);
	my ($cell) = keys %$counted;
	die "$samples: more than one cell\n" if keys %$counted != 1;
	my ($region, $symbols) = (region_of($blocks), symbols_of($file));
	for my $block (@{$region->{blocks}}) {
		my $address = hex $block->[0];
		my $name = $address >> 63 ? name_of($symbols, $address) : $USER;
		$of{$name}{$column} += $block->[1];
	}
	%cell = (%{$counted->{$cell}}, name => $cell =~ s/ \S+$//r) if !%cell;
	push @columns, { name => $column, sum => $region->{sum} };
	my $apart = abs($region->{sum} / $counted->{$cell}{instructions} - 1);
	die sprintf("%s: the blocks have %d instructions, %d were counted\n", $column, $region->{sum}, $counted->{$cell}{instructions})
		if $apart > 0.005;
}

sub spread {
	my ($row) = @_;
	my @values = sort { $a <=> $b } map { $row->{$_->{name}} // 0 } @columns;
	return $values[-1] - $values[0];
}

sub line {
	my ($name, $value_of) = @_;
	printf '%-36s', substr $name, 0, 36;
	printf ' %11s', $value_of->($_) for @columns;
	print "\n";
}

sub numbers {
	my ($name, $row) = @_;
	line($name, sub { sprintf '%.2f', ($row->{$_[0]{name}} // 0) / $cell{units} });
}

# What differs most, then what is most.
sub first { return $_[0]{$columns[0]{name}} // 0 }
my @names = sort { spread($of{$b}) <=> spread($of{$a}) || first($of{$b}) <=> first($of{$a}) || $a cmp $b } keys %of;
my (%rest, $rows);
print "$cell{name}: instructions by function, for each of $cell{units} units\n\n";
line('', sub { $_[0]{name} });
for my $name (@names) {
	my $row = $of{$name};
	if (++$rows <= $ROWS) {
		numbers($name, $row);
	} else {
		$rest{$_} += $row->{$_} for keys %$row;
	}
}
numbers($REST, \%rest) if %rest;
numbers('together', { map { $_->{name} => $_->{sum} } @columns });
