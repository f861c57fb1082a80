#!/usr/bin/env perl
# SPDX-License-Identifier: GPL-2.0
# Does the report say what it should beside which figure? TAP, from made-up counts.
use strict;
use warnings;
use FindBin;
use Test::More;
use lib $FindBin::Bin;
use Goals;
use Page;

my @scenarios = qw(remap fork munmap dontneed dontneed-page cow);
my @folios = (4096, 65536, 2 << 20);

# The report on those implementations, as text.
sub said {
	my (%cost) = @_;
	my %cell;
	for my $scenario (@scenarios) {
		for my $folio (@folios) {
			$cell{$scenario}{$folio}{$_} = { instructions => { median => $cost{$_} }, locked => { median => 2 } } for keys %cost;
		}
	}
	my $page = Page->new;
	$page->answer(Goals::answers(\%cell, qw(instructions locked)));
	Goals::all($page, \%cell, \@scenarios, qw(instructions locked));
	return $page->{markdown};
}

# The same, as sections of rows of cells.
sub report {
	my (%sections, $at);
	for (split /\n/, said(@_)) {
		$at = $1 if /^#+ (.*)/;
		push @{$sections{$at}}, [map { s/^\s+|\s+$//gr } split /\|/, s/^\| //r] if /^\|/ && !/^\|-/;
	}
	return \%sections;
}

sub section { my ($sections, $what) = @_; my ($name) = grep { /$what/ } sort keys %$sections; return $name ? $sections->{$name} : [] }

my %cost = (vanilla => 100, builtin => 100, control => 96, page => 300, batch => 120, exclusive => 90);
my $all = report(%cost);

my $said = said(%cost);
like($said, qr/^- munmap of folios of 2 MiB: 100.00 instructions a page under builtin; control -4.0 %, page \+200.0 %, batch \+20.0 %, exclusive -10.0 %\.$/m,
	'a sentence has what was counted');
like($said, qr/^- fork of folios of 2 MiB: 2.00 locked operations a page under builtin; control \+0.0 %/m, 'for each metric');

my ($head, @rows) = @{section($all, 'beside the series')};
is($head->[-1], 'the series (time)', 'the series has a column');
is(join(', ', map { "$_->[0] $_->[1]" } @rows), 'remap 2 MiB, dontneed-page 2 MiB', 'beside what it measured, and nothing else');
like($rows[0][2], qr/^300.00 -> 120.00 \(-60.00 %\)$/, 'from page to batch');

($head, @rows) = @{section($all, 'did not batch')};
is(join(' ', @$head[2 .. $#$head]), 'instructions locked', 'what it did not batch stands alone');
is(scalar(grep { $_->[0] eq 'fork' && $_->[1] eq '2 MiB' } @rows), 1, 'with a row for fork');

($head, @rows) = @{section($all, '_nr_pages_mapped')};
is(join(', ', map { "$_->[0] $_->[1] $_->[-1]" } @rows), 'munmap 64 KiB 17 % faster, munmap 2 MiB 27 % faster',
	'one update of _nr_pages_mapped stands beside munmap');
like($rows[0][2], qr/^120.00 -> 96.00/, 'from batch to control');

($head, @rows) = @{section($all, 'exclusive buys')};
my %column = map { $head->[$_] => $_ } 0 .. $#$head;
like($rows[0][$column{'builtin -> exclusive: instructions'}], qr/\(-10.00 %\)/, 'exclusive is compared with builtin');
like($rows[0][$column{'control -> exclusive: instructions'}], qr/\(-6.25 %\)/, 'and with control');
is(scalar(grep { @$_ != @$head } @rows), 0, 'and each row has all columns');

delete $cost{control};
($head, @rows) = @{section(report(%cost), 'exclusive buys')};
%column = map { $head->[$_] => $_ } 0 .. $#$head;
is($rows[0][$column{'control -> exclusive: instructions'}], '', 'what was not measured is left out');
like($rows[0][$column{'builtin -> exclusive: instructions'}], qr/\(-10.00 %\)/, 'and the rest is there');
is_deeply(report(), {}, 'nothing measured, nothing said');
done_testing();
