#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
# Tables and a plot from the raw samples of `bench --layouts`.
#
#	layouts.pl DIR
use strict;
use warnings;
use FindBin;
use JSON::PP;
use lib $FindBin::Bin;
use Counts;
use Layouts;
use Page;
use Plot;

my ($dir) = @ARGV;
my (%counts, %header, $samples, @order);
for my $name (qw(vanilla nomapcount release layout mixed)) {
	my $raw = decode_json(Page::slurp("$dir/layouts-$name.json"));
	$counts{$name} = Counts::of("$dir/layouts-$name.json");
	$header{$name} = $raw->{header};
	my $cell = $raw->{cells}[0];
	$samples = sprintf '%d samples of %d MiB', scalar @{$cell->{samples}{instructions}}, $cell->{size} >> 20;
	for (map { $_->{scenario} } @{$raw->{cells}}) {
		my $scenario = $_;
		push @order, $scenario unless grep { $_ eq $scenario } @order;
	}
}
my ($cells, $columns) = Layouts::cells(\%counts, \@order);

my $page = Page->new;
$page->heading(1, 'With and without mapcounts of the pages of large folios: what it costs');
$page->answer(Layouts::answers($cells));
$page->list(
	(map { "kernel $_: $header{$_}{kernel}" } qw(vanilla nomapcount release layout)),
	"accelerator: $header{layout}{accelerator}",
	"each cell: instructions / locked operations a page, medians of $samples; counted by an emulator, no times",
	'vanilla and nomapcount: as upstream compiles it, with CONFIG_PAGE_MAPCOUNT and with CONFIG_NO_PAGE_MAPCOUNT',
	'IMPLEMENTATION/LAYOUT: the kernel layout, all columns on one boot; rmapctl has verified the layout of each folio',
	'A -> B: by how many percent B costs more than A',
);
$page->picture('layouts', 'changes by folio size');
Layouts::costs($page, $cells, $columns);
Layouts::choosing($page, $cells);
$page->write("$dir/layouts");

my ($across, @panels) = Layouts::panels($cells, $columns);
Plot::grid(base => "$dir/layouts", title => 'change against page mapcounts as builtin counts them, %', across => $across, panels => \@panels);
Page::spew("$dir/layouts.json", JSON::PP->new->canonical->pretty->encode({ kernels => \%header, columns => $columns, cells => $cells }));
