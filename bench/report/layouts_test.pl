#!/usr/bin/env perl
# SPDX-License-Identifier: GPL-2.0
# Does the report on layouts compare what it should? TAP, from made-up counts.
use strict;
use warnings;
use FindBin;
use Test::More;
use lib $FindBin::Bin;
use Layouts;
use Page;

my @folios = (2 << 20, 65536);

# NAME -> COLUMN -> what 512 pages cost: instructions, locked.
my %cost = (
	vanilla => { vanilla => [51200, 1024] },
	nomapcount => { vanilla => [40960, 512] },
	release => { builtin => [51200, 1024] },
	layout => { 'exclusive/none' => [35840, 0], 'builtin/none' => [41472, 512], 'exclusive/page' => [43520, 0],
		'builtin/page' => [51203, 1024] },
	mixed => { 'builtin/page' => [51271, 1024] },
);

sub counts {
	my %counts;
	for my $name (keys %cost) {
		for my $column (keys %{$cost{$name}}) {
			my ($instructions, $locked) = @{$cost{$name}{$column}};
			$counts{$name}{"$_ $column"} = { instructions => $instructions, locked => $locked, units => 512 }
				for map { my $folio = $_; map { "$_ $folio" } qw(munmap fork) } @folios;
		}
	}
	return \%counts;
}

# The report, as sections of rows of cells.
sub report {
	my ($cells, $columns) = @_;
	my $page = Page->new;
	Layouts::costs($page, $cells, $columns);
	Layouts::choosing($page, $cells);
	my (%sections, $at);
	for (split /\n/, $page->{markdown}) {
		$at = $1 if /^#+ (.*)/;
		push @{$sections{$at}}, [map { s/^\s+|\s+$//gr } split /\|/, s/^\| //r] if /^\|/ && !/^\|-/;
	}
	return \%sections;
}

my ($cells, $columns) = Layouts::cells(counts(), [qw(fork munmap)]);
is(join(', ', @$columns), 'vanilla, nomapcount, builtin/page, builtin/none, exclusive/page, exclusive/none',
	'columns: kernels first, then builtin, page before none');
is(join(', ', map { "$_->{scenario} $_->{folio}" } @$cells), 'fork 65536, fork 2097152, munmap 65536, munmap 2097152',
	'cells: scenarios as they were measured, small folios first');

my $sections = report($cells, $columns);
my ($head, @rows) = @{$sections->{fork}};
my %column = map { $head->[$_] => $_ } 0 .. $#$head;
my $row = $rows[0];
is($row->[0], '64 KiB', 'a row for each folio size');
is($row->[$column{nomapcount}], '80.00 / 1.00', 'costs are per page');
is($row->[$column{'vanilla -> nomapcount'}], '-20.0 % / -50.0 %', 'what is compiled is compared with what is compiled');
is($row->[$column{'builtin/page -> builtin/none'}], '-19.0 % / -50.0 %', 'none with page, on one boot');
is($row->[$column{'exclusive/page -> exclusive/none'}], '-17.6 % / -', 'nothing is no part of nothing');
is($row->[$column{'builtin/page -> exclusive/page'}], '-15.0 % / -100.0 %', 'exact counts of exclusive with those of builtin');
is($row->[$column{'builtin/none -> exclusive/page'}], '+4.9 % / -100.0 %', 'and with none');

($head, @rows) = @{$sections->{'What being able to choose costs'}};
%column = map { $head->[$_] => $_ } 0 .. $#$head;
($row) = grep { $_->[0] eq 'munmap' && $_->[1] eq '2 MiB' } @rows;
is($row->[$column{'key off, instructions a folio'}], '+3.0', 'the key is off: a difference for each folio');
is($row->[$column{'key on, instructions a folio'}], '+68.0', 'the key is on: beside that');
($row) = grep { $_->[0] eq 'munmap' && $_->[1] eq '64 KiB' } @rows;
is($row->[$column{'key on, instructions a folio'}], '+2.1', 'a folio of 16 pages');

is(join("\n", Layouts::answers($cells)), join("\n", map { "$_ of folios of 2 MiB, change of instructions / locked operations " .
	'from page mapcounts as the kernel has them: upstream compiled without them -20.0 % / -50.0 %; builtin with the layout none -19.0 % / -50.0 %; ' .
	'exclusive, which keeps them, -15.0 % / -100.0 %.' } qw(munmap fork)), 'sentences have what the largest folios show');

my ($across, @panels) = Layouts::panels($cells, $columns);
is("$across: " . join(', ', map { $_->{title} } @panels),
	'2: fork: instructions, munmap: instructions, fork: locked, munmap: locked', 'a panel for each scenario and metric');
is(join(', ', map { "$_->{title} " . sprintf '%.1f', $_->{values}[1] } @{$panels[0]{series}}),
	'nomapcount, of vanilla -20.0, builtin/none -19.0, exclusive/page -15.0, exclusive/none -30.0',
	'curves: all against mapcounts as the kernel has them');

delete $cost{$_} for qw(nomapcount release mixed);
($cells, $columns) = Layouts::cells(counts(), [qw(fork munmap)]);
$sections = report($cells, $columns);
ok(!$sections->{'What being able to choose costs'}, 'what was not measured is left out');
is(scalar(grep { /nomapcount/ } @{$sections->{fork}[0]}), 0, 'columns, too');
done_testing();
