#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
# functions.pl OBJECT - the instructions of an object's functions, in a form in
# which two objects can be compared: functions by name, addresses relative to
# the function, no padding. The order in which a compiler emits functions is
# not part of what they do.
use strict;
use warnings;

my $object = shift // die "usage: functions.pl OBJECT\n";
my (%start_of, %code, $function, $start);

# Section symbols plus an offset are how relocations name static functions.
sub load_symbols {
	open(my $symbols, '-|', 'objdump', '-t', $object) or die "objdump: $!\n";
	while (<$symbols>) {
		/^([0-9a-f]+) .{6}F (\S+)\s+[0-9a-f]+ (?:\.hidden )?(\S+)$/ or next;
		push @{$start_of{$2}}, [hex $1, $3];
	}
	close $symbols or die "objdump failed\n";
	@$_ = sort { $b->[0] <=> $a->[0] } @$_ for values %start_of;
}

# SECTION+OFFSET as FUNCTION+OFFSET; a relative operand counts from its end.
sub name_target {
	my ($type, $section, $offset) = @_;
	my $at = hex($offset) + ($type =~ /PC32|PLT32/ ? 4 : 0);

	for my $symbol (@{$start_of{$section} // []}) {
		return sprintf '%s+0x%x', $symbol->[1], $at - $symbol->[0] if $symbol->[0] <= $at;
	}
	return "$section+$offset";
}

sub take_line {
	my ($line) = @_;

	if ($line =~ /^([0-9a-f]+) <(.+)>:$/) {
		($start, $function) = (hex $1, $2);
	} elsif ($line =~ /^\s+([0-9a-f]+): (R_\S+)\t(.*)$/) {
		my ($at, $type, $target) = (hex($1) - $start, $2, $3);
		$target =~ s/^(\.[\w.]+)\+0x([0-9a-f]+)$/name_target($type, $1, $2)/e;
		push @{$code{$function}}, sprintf "%x: %s %s", $at, $type, $target;
	} elsif ($line =~ /^\s+([0-9a-f]+):\t(.*?)\s*$/) {
		my ($at, $text) = (hex($1) - $start, $2);
		# The absolute address of a target that is named as well.
		$text =~ s/\b[0-9a-f]+ (<)/$1/;
		push @{$code{$function}}, sprintf "%x: %s", $at, $text;
	}
}

load_symbols();
open(my $dump, '-|', 'objdump', '-dr', '--no-show-raw-insn', $object) or die "objdump: $!\n";
take_line($_) while <$dump>;
close $dump or die "objdump failed\n";

for my $name (sort keys %code) {
	my $lines = $code{$name};

	# Bits of all functions, in their order.
	s/(\.altinstr_\w+)\+\w+/$1/ for @$lines;
	if ($name =~ /^\.altinstr_/) {
		s/^[0-9a-f]+: // for @$lines;
		$lines = [sort @$lines];
	}
	pop @$lines while @$lines && $lines->[-1] =~ /: (?:data16 |cs )*(?:nop\w?\b|xchg +%ax,%ax|int3)/;
	print map { "$name $_\n" } @$lines;
}
