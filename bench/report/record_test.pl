#!/usr/bin/env perl
# SPDX-License-Identifier: GPL-2.0
# Does the picture of a recording have what is in the file? TAP, from made-up looks.
use strict;
use warnings;
use File::Temp qw(tempdir);
use FindBin;
use JSON::PP;
use Test::More;
use lib $FindBin::Bin;
use Record;

my $dir = tempdir(CLEANUP => 1);
my $head = '{"recording":1,"boot_id":"x"}' . "\n";

sub row {
	my ($kind, $order, $folios, %more) = @_;
	my $memory = $folios * (4 << $order);
	return { kind => $kind, order => $order, folios => $folios, memory => $memory, mapped => $memory, more => 0, partial => 0,
		mappings => $folios, %more };
}

sub look { my ($ms, $current, @rows) = @_; return encode_json({ ms => $ms, current => $current, sizes => \@rows }) . "\n" }

sub file {
	my $file = "$dir/looks";
	open my $out, '>', $file or die "$file: $!\n";
	print $out @_;
	close $out;
	return $file;
}

sub failure { my $file = file(@_); eval { Record::looks($file) }; return $@ }

my @looks = Record::looks(file($head, look(0, 'builtin', row('anon', 0, 512), row('anon', 9, 1, more => 1024)), look(1500, 'page', row('anon', 9, 2)),
	$head, look(0, 'page', row('file', 4, 3, partial => 2)), '{"ms":7'));
is(scalar @looks, 3, 'each whole line is a look');
is(join(' ', map { $_->{x} } @looks), '0 1.5 2.5', 'a continued recording goes on a second later');
is(join(', ', map { "$_->[0] $_->[1]" } Record::marks(@looks)), '0 builtin, 1.5 page, 2.5 continued', 'switches are marked, and where it was continued');
is(join(', ', Record::names(@looks)), 'anon 2M, anon 4K, file 64K', 'the most memory comes first');

is(join(', ', map { "$_->[0] $_->[1]" } Record::marks({ x => 0, current => 'page', layout => 'page' }, { x => 1, current => 'page', layout => 'none' })),
	'0 page, 1 page, layout none', 'the layout is said where it is not the usual one');

my $script = Record::script('t', @looks);
like($script, qr/\$R0_0 << EOD\n0 2\n1\.5 4\n2\.5 0\nEOD/, 'memory that is mapped, and none where there is no row');
like($script, qr/\$R1_0 << EOD\n0 1\n1\.5 0\n/, 'memory that is mapped more than once');
like($script, qr/\$R3_2 << EOD\n0 0\n1\.5 0\n2\.5 2\nEOD/, 'folios that are mapped in parts');
like($script, qr/set xlabel "seconds"/, 'a short one is in seconds');
like(Record::script('t', Record::looks(file($head, look(0, 'page'), look(601_000, 'page')))), qr/set xlabel "minutes"/, 'a long one in minutes');

my @many = map { { x => $_ } } 0 .. 5000;
my @thin = Record::thin(@many);
ok(@thin <= $Record::POINTS + 1 && $thin[0]{x} == 0 && $thin[-1]{x} == 5000, 'many looks are thinned, from the first to the last');

like(failure($head), qr/has no look/, 'a file without a look is refused');
like(failure("[]\n"), qr/:1: that is no JSON object/, 'and one that is no recording');
like(failure($head, "{}\n"), qr/:2: that is no look/, 'and other lines');
like(failure(look(0, 'page')), qr/:1: that is no look of a recording/, 'and one without the first line');

SKIP: {
	skip 'there is no gnuplot', 2 if system('command -v gnuplot >/dev/null');
	my $file = file($head, look(0, 'builtin', row('anon', 0, 512)), look(1000, 'page', row('anon', 0, 700)));
	my $said = `perl $FindBin::Bin/record.pl $file $dir/picture`;
	is($said, "2 looks in 1 s, drawn in $dir/picture.svg and $dir/picture.png\n", 'it is drawn');
	open my $in, '<', "$dir/picture.svg" or die "picture.svg: $!\n";
	ok(scalar(grep { /anon 4K/ } <$in>), 'with the name of what is drawn');
}
done_testing();
