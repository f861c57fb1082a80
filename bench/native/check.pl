#!/usr/bin/env perl
# SPDX-License-Identifier: GPL-2.0
# check.pl PROGRAM: does the benchmark of the kernel's objects say what it should, and do
# they leave the right counts? Never how long it takes. TAP.
use strict;
use warnings;
no warnings 'qw'; # sizes with commas
use FindBin;
use lib $FindBin::Bin;
use File::Temp 'tempdir';
use JSON::PP;
use Median;
use Server;
use Test::More;

my $program = shift or die "usage: check.pl PROGRAM\n";
my $json = tempdir(CLEANUP => 1) . '/json';

sub run {
	my $said = qx($^X $FindBin::Bin/native.pl --hooks $program --json $json @_ 2>&1);
	return ($said, $? >> 8);
}

sub result {
	open(my $file, '<', $json) or return {};
	local $/ = undef;
	return eval { decode_json(<$file>) } // {};
}

# ---- the counts of folios ---------------------------------------------------------------
my $server = Server->start($program);
my @names = split ' ', $server->ask('list');
my @impls = grep { !/^\+/ } @names;
cmp_ok(scalar @impls, '>=', 5, "there are implementations: @impls");
is($impls[0], 'builtin', 'the first is builtin');
for my $order (0, 2, 4, 9) {
	my @wrong = grep { $_ } map {
		my $said = $server->ask("round $order 1024 $_");
		$said eq 'right' ? '' : "$_: $said";
	} @impls;
	is("@wrong", '', "order $order: after fork and zap, every struct page is what it was");
}
$server->stop;

# ---- instructions -------------------------------------------------------------------------
my ($text, $status) = run(qw(--count --folio 4K,2M fork munmap));
is($status, 0, 'counting ends well') or diag($text);
my %count;
for my $cell (@{result()->{counts} // []}) {
	$count{"$cell->{work} $cell->{folio} $_->{name}"} = $_ for @{$cell->{columns}};
}
sub of { return $count{$_[0]}{$_[1]} // 0 }

# What the sources say, whatever compiler it was.
is(of('munmap 4K builtin', 'functions')->{folio_remove_rmap_ptes}{locked}, 1,
	'one locked operation removes a small folio');
is(scalar(grep { of('munmap 2M control', 'functions')->{$_} } 'folio_remove_rmap_ptes'), 0,
	'control does not call the function of builtin');
cmp_ok(of('munmap 2M builtin', 'locked') - of('munmap 2M exclusive', 'locked'), '>', 0.99,
	'exclusive removes each page of a large folio without a locked operation');
cmp_ok(of('fork 2M builtin', 'locked') - of('fork 2M exclusive', 'locked'), '>', 1.9,
	'and duplicates it without two');
cmp_ok(of('munmap 2M page', 'instructions'), '>', 2 * of('munmap 2M builtin', 'instructions'),
	'page costs more than twice as much as builtin to unmap');
my @apart = grep {
	my $cell = $count{$_};
	my $sum = 0;
	$sum += $_->{instructions} for values %{$cell->{functions}};
	abs($sum - $cell->{instructions}) > 0.01;
} keys %count;
is("@apart", '', 'the functions add up');

# ---- what it needs to run anywhere ------------------------------------------------------------
like(qx(readelf -SW $program), qr/ \.kernel\.tables +PROGBITS .* WA /, 'the kernel may write to the tables that patch it');

# ---- times ----------------------------------------------------------------------------------
($text, $status) = run(qw(--quick --folio 64K munmap remap));
is($status, 0, 'a quick run ends well') or diag($text);
is(scalar(grep { /^(?:munmap|remap) +\d+[KM] +(?:warm|cold)(?: +\d+\.\d\d \(\d+\.\d\d\)){5}$/ } split /\n/, $text), 4,
	'a line for each work, size and cache');
my $where = tempdir(CLEANUP => 1);
open(my $script, '>', "$where/native") or die;
print $script "#!/bin/sh\nsed -n 's/^Cpus_allowed_list:.//p' /proc/self/status >$where/cpus\nexec $program \"\$@\"\n";
close $script;
chmod 0755, "$where/native";
run('--hooks', "$where/native", qw(--quick --folio 64K remap));
like(qx(cat $where/cpus), qr/^\d+$/, 'a program runs on one CPU');
like($text, qr/^# CPU: \S+ family \d+, model \d+/m, 'and whose times they are');
my @broken = grep {
	grep { !($_->{ns_per_page_low} <= $_->{ns_per_page} && $_->{ns_per_page} <= $_->{ns_per_page_high}) } @{$_->{columns}}
} @{result()->{times} // [{ columns => [{}] }]};
is(scalar @broken, 0, 'each median lies in its interval');

($text, $status) = run(qw(--quick --contend --impl builtin,exclusive,+ahead));
is($status, 0, 'so does one of contention') or diag($text);
is(scalar(grep { /^ *(?:16|64|512) +1 +- +(?:\d+\.\d\d +|never alone +){3}$/ } split /\n/, $text), 3, 'with a line for each size');

# ---- what is refused ---------------------------------------------------------------------------
($text, $status) = run(qw(--quick fold));
is($status, 2, 'work that is none is refused');
($text, $status) = run(qw(--rounds 3 fork));
is($status, 2, 'so are rounds that have no interval');
($text, $status) = run(qw(--quick --impl mine fork));
is($status, 2, 'and an implementation that is none');

# ---- medians -------------------------------------------------------------------------------------
is_deeply([Median::of(1 .. 6)], [3.5, 1, 6], 'six values: the interval is all of them');
is_deeply([Median::of(1 .. 20)], [10.5, 6, 15], 'twenty: the sixth to the fifteenth');
done_testing();
