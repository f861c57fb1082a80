#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
# What redis.sh has printed, as tables and a plot: what a snapshot costs, and what
# it does to mapcounts. Fails where a snapshot was not what it should be.
#
#	redis.pl DIR ACCELERATOR
use strict;
use warnings;
use FindBin;
use JSON::PP;
use lib $FindBin::Bin;
use Page;
use Plot;

my ($dir, $accel) = @ARGV;
my @stages = (['before', 'before'], ['during', 'after fork'], ['written', 'after the writes'], ['after', 'afterwards']);
my (@impls, %of);
for (split /\n/, Page::slurp("$dir/redis.txt")) {
	my ($impl, $key, $value) = split / /, $_, 3;
	push @impls, $impl unless $of{$impl};
	$of{$impl}{$key} = $value;
}

for my $impl (@impls) {
	my $run = $of{$impl};
	die "$impl: the snapshot failed\n" unless ($run->{status} // '') eq 'ok';
	die "$impl: the snapshot was over before the clients were\n" unless $run->{saving};
}

# ---- pages by how they are mapped ------------------------------------------
my @kinds = ('PMD, 1', 'PMD, 2', 'PTE, 1', 'PTE, 2', 'small, 1', 'small, 2');

sub kind {
	my ($row, $run) = @_;
	my $by_pmd = $row->{entire_mapcount};
	my $count = $run->{page_mapcount} + $by_pmd;
	return 'other' if $count < 1 || $count > 2;
	return ($row->{order} == 0 ? 'small' : $by_pmd ? 'PMD' : 'PTE') . ", $count";
}

sub pages {
	my ($json) = @_;
	my %nr;
	for my $row (@{decode_json($json)}) {
		$nr{kind($row, $_)} += $_->{count} for @{$row->{runs}};
	}
	return \%nr;
}

my @counts;
for my $impl (@impls) {
	for (@stages) {
		my ($stage, $words) = @$_;
		my $nr = pages($of{$impl}{$stage});
		push @counts, [$impl, $words, map { $nr->{$_} // 0 } @kinds, 'other'];
	}
}

# ---- the page --------------------------------------------------------------
my $page = Page->new;
$page->heading(1, 'Redis: a snapshot while clients write');
$page->list("accelerator: $accel",
	'redis-server with transparent huge pages, values of 1000 bytes, BGSAVE, SET by four clients; one CPU',
	'where an emulator counts, a microsecond is 1000 instructions');
$page->table(['', 'fork, us', 'writes per second', 'copied on write, MiB'], map {
	my $run = $of{$_};
	[$_, $run->{fork_us}, $run->{rate}, sprintf '%.1f', $run->{cow_bytes} / (1 << 20)]
} @impls);
$page->heading(2, 'Pages of the server by how they are mapped, and how often');
$page->table(['', 'when', (map { s/(\w+), (.)/$1 x $2/r } @kinds), 'other'], @counts);
$page->write("$dir/redis");
