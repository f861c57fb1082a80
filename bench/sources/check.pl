#!/usr/bin/env perl
# SPDX-License-Identifier: GPL-2.0
# check.pl NATIVE: does the benchmark say what it should? Never how long it takes. TAP.
use strict;
use warnings;
use JSON::PP;
use File::Temp 'tempdir';
use Test::More;

my $native = shift or die "usage: check.pl NATIVE\n";
my @ops = qw(remove add add-excl dup dup-excl remove-shared);
my $cells = @ops * 5 * 2 * 2;

# Returns both outputs and the exit status.
sub run {
	my $said = qx($native @_ 2>&1);
	return ($said, $? >> 8);
}

sub content {
	open(my $from, '<', $_[0]) or return '';
	local $/ = undef;
	return scalar <$from>;
}

sub names { return join ' ', map { $_->{name} } @{$_[0]{columns}} }

my $file = tempdir(CLEANUP => 1) . '/json';
my ($text, $status) = run('--quick', '--json', $file);
is($status, 0, 'a quick run ends well: all counts are right');
my @rows = grep { !/^#/ } split /\n/, $text;
my $head = shift @rows;
like($head, qr/^operation +pages +cache +threads +line +store +control +\w/, 'a table has a head');
is(scalar @rows, $cells, 'and a row for each operation, size, cache, and one and two threads');
my $columns = split ' ', $head;
my $cell = qr/ +\d+\.\d\d/;
my $gain = qr/$cell \([\d.]+, [\d.]+-[\d.]+\)/;
my $gains = $columns - 7;
is(scalar(grep { !/^\S+ +\d+ +(?:warm|cold) +[12]$cell{3}(?:$gain){$gains}$/ } @rows), 0, 'of numbers');

my $json = eval { decode_json(content($file)) } // {};
is(scalar @{$json->{cells} // []}, $cells, 'the JSON has as many cells');

# Whose times they are, by what cannot be two CPUs. As the kernel says it of the first one.
my ($cpu) = split /^\n/m, content('/proc/cpuinfo');
my %cpuinfo = map { /^([^\t:]+)\s*: ?(.*)$/ ? ($1 => $2) : () } split /\n/, $cpu;
my %must = (vendor => 'vendor_id', family => 'cpu family', model => 'model', stepping => 'stepping', name => 'model name');
for (sort keys %must) {
	is($json->{cpu}{$_} // '', $cpuinfo{$must{$_}} // '', "the JSON names the CPU's $_");
}
my @facts = map { $cpuinfo{$must{$_}} // 'unknown' } qw(vendor family model stepping name);
like($text, qr/^# CPU: \Q$facts[0]\E family \Q$facts[1]\E, model \Q$facts[2]\E, stepping \Q$facts[3]\E, "\Q$facts[4]\E"$/m,
	'so does the text');

my %names = map { names($_) => 1 } @{$json->{cells} // []};
is(join(', ', keys %names), join(' ', (split ' ', $head)[4 .. $columns - 1]), 'and the same columns');
my @broken = grep {
	my $c = $_;
	grep { !($_->{ns_per_page_low} <= $_->{ns_per_page} && $_->{ns_per_page} <= $_->{ns_per_page_high} &&
		 $_->{gain_low} <= $_->{gain} && $_->{gain} <= $_->{gain_high}) }
	grep { $_->{name} !~ /^(?:line|store)$/ } @{$c->{columns}}
} @{$json->{cells} // []};
is(scalar @broken, 0, 'each median lies in its interval');
is(scalar(grep { my $c = $_; grep { $_->{name} eq 'control' && $_->{gain} != 1 } @{$c->{columns}} }
	  @{$json->{cells} // []}), 0, 'control takes as long as control');

($text, $status) = run(qw(--quick --pages 4 add));
is(scalar(grep { /^add +4 / } split /\n/, $text), 4, 'one operation, one size');
is(scalar(grep { !/^(?:#|operation)/ } split /\n/, $text), 4, 'and no other');
($text, $status) = run(qw(--quick -j --pages 4 add));
is(scalar @{(eval { decode_json($text) } // {})->{cells} // []}, 4, 'JSON in place of text');
($text, $status) = run(qw(--quick --pages 4 --json /nowhere/file add));
isnt($status, 0, 'a file that cannot be written is an error');
($text, $status) = run('fold');
is($status, 2, 'an operation that is none is refused');
like($text, qr/no operation 'fold'; there are: @ops$/, 'with those that are');
($text, $status) = run('--rounds', 3);
is($status, 2, 'so few rounds that there is no interval are refused');
($text, $status) = run('--pages', 5);
is($status, 2, 'so is a size that is not measured');
done_testing();
