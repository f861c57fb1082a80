#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
# mutate.pl TREE MUTANT: puts one deliberate bug into a copy of the sources, and
# prints which file that was. A mutant is a text file:
#
#	what: the bug, in words
#	file: where
#	test: SUITE: the name of a test that must fail
#	in: a text; the bug is behind its first occurrence (optional)
#	-lines as they are, without this sign: once in the file, or once behind `in`
#	+lines instead
#
# One that does not apply any more is an error: it tests nothing.
use strict;
use warnings;

my ($tree, $mutant) = @ARGV;
my (%key, $old, $new);

$old = $new = '';
open(my $in, '<', $mutant) or die "$mutant: $!\n";
while (<$in>) {
	if (/^-(.*\n)/s) {
		$old .= $1;
	} elsif (/^\+(.*\n)/s) {
		$new .= $1;
	} elsif (/^(what|file|test|in): (.+)$/) {
		$key{$1} = $2;
	} elsif (!/^(#|$)/) {
		die "$mutant:$.: neither a key nor a changed line\n";
	}
}
defined $key{$_} or die "$mutant: no `$_'\n" for qw(what file test);
length $old or die "$mutant: no line to change\n";

my $file = "$tree/$key{file}";
open(my $fh, '<', $file) or die "$mutant: $file: $!\n";
my $text = do { local $/; <$fh> };
close $fh;

my $from = 0;
if (defined $key{in}) {
	$from = index($text, $key{in});
	$from >= 0 or die "$mutant: there is no `$key{in}' in $key{file}\n";
}
# Whole lines.
my @at = ();
for (my $i = index($text, $old, $from); $i >= 0; $i = index($text, $old, $i + 1)) {
	push @at, $i if $i == 0 || substr($text, $i - 1, 1) eq "\n";
}
@at > 0 or die "$mutant: its lines are not in $key{file} any more\n";
defined $key{in} || @at == 1 or die "$mutant: its lines are more than once in $key{file}; say where with `in'\n";

substr($text, $at[0], length $old) = $new;
open($fh, '>', $file) or die "$file: $!\n";
print $fh $text;
close $fh or die "$file: $!\n";
print "$key{file}\n";
