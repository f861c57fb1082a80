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
# A block in which a fault comes counts as a whole, twice.
my $APART = 0.005;

sub symbols_of {
	my ($file) = @_;
	my @symbols;
	open(my $lines, '<', $file) or die "$file: $!\n";
	while (<$lines>) {
		/^([0-9a-f]+) [tTwW] (\S+)/ or next;
		my ($address, $name) = ($1, $2);
		# What a compiler makes of a name; what the patch calls the kernel's own.
		$name =~ s/\..*//;
		$name =~ s/_builtin$//;
		push @symbols, [hex $address, $name];
	}
	return [sort { $a->[0] <=> $b->[0] } @symbols];
}

# Returns the last function that does not begin after the address.
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

# What differs most comes first, then what is most.
my (@columns, %cell);
my @metrics = qw(instructions locked);

sub values_of {
	my ($row) = @_;
	return map { $row->{$_} // 0 } @columns;
}

sub spread {
	my @values = sort { $a <=> $b } values_of(@_);
	return $values[-1] - $values[0];
}

sub line { printf '%-36s' . ' %11s' x @columns . "\n", substr(shift, 0, 36), @_ }

sub numbers {
	my ($name, $row) = @_;
	line($name, map { sprintf '%.2f', $_ / $cell{units} } values_of($row));
}

sub table {
	my ($metric, $of) = @_;
	my @names = sort {
		spread($of->{$b}) <=> spread($of->{$a}) || (values_of($of->{$b}))[0] <=> (values_of($of->{$a}))[0] || $a cmp $b
	} grep { grep { $_ } values_of($of->{$_}) } keys %$of;
	my ($rows, %rest, %sum) = 0;
	print "$cell{name}: $metric by function, for each of $cell{units} units\n\n";
	line('', @columns);
	for my $name (@names) {
		my $row = $of->{$name};
		$sum{$_} += $row->{$_} for keys %$row;
		if (++$rows <= $ROWS) {
			numbers($name, $row);
		} else {
			$rest{$_} += $row->{$_} for keys %$row;
		}
	}
	numbers($REST, \%rest) if %rest;
	numbers('together', \%sum);
}

my %of = map { $_ => {} } @metrics;
while (my ($samples, $column, $blocks, $file) = splice @ARGV, 0, 4) {
	my $counted = Counts::of($samples);
	my ($cell) = keys %$counted;
	die "$samples: more than one cell\n" if keys %$counted != 1;
	my ($region, $symbols) = (region_of($blocks), symbols_of($file));
	for my $block (@{$region->{blocks}}) {
		my $address = hex $block->[0];
		my $name = $address >> 63 ? name_of($symbols, $address) : $USER;
		$of{instructions}{$name}{$column} += $block->[1];
		$of{locked}{$name}{$column} += $block->[2];
	}
	%cell = (%{$counted->{$cell}}, name => $cell =~ s/ \S+$//r) if !%cell;
	push @columns, $column;
	my ($sum, $should) = ($region->{sum}, $counted->{$cell}{instructions});
	die "$column: the blocks have $sum instructions, $should were counted\n" if abs($sum / $should - 1) > $APART;
}
table($metrics[0], $of{$metrics[0]});
print "\n";
table($metrics[1], $of{$metrics[1]});
