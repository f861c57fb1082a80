#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
# Makes tables from the output of redis.sh: the cost of a snapshot, and its
# effect on mapcounts. Fails if a snapshot was not as expected.
#
#	redis.pl DIR ACCELERATOR
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Counts;
use Page;

my ($dir, $accel) = @ARGV;
my @stages = (['before', 'before'], ['during', 'after fork'], ['written', 'after the writes'], ['after', 'afterwards']);
my (@impls, %of, %forks);
for (split /\n/, Page::slurp("$dir/redis.txt")) {
	my ($impl, $key, $value) = split / /, $_, 3;
	push @impls, $impl unless $of{$impl};
	$of{$impl}{$key} = $value;
	push @{$forks{$impl}}, $value if $key eq 'fork_us';
}

for my $impl (@impls) {
	my $run = $of{$impl};
	die "$impl: the snapshot failed\n" unless ($run->{status} // '') eq 'ok';
	die "$impl: the snapshot was over before the clients were\n" unless $run->{saving};
}

# ---- pages by how they are mapped ------------------------------------------
# By PMD, by PTE, or small ones, and by how many processes.
my @kinds = ('PMD x 1', 'PMD x 2', 'PMD + PTE', 'PTE x 1', 'PTE x 2', 'small x 1', 'small x 2');
my %is_kind = map { $_ => 1 } @kinds;

sub kind {
	my ($order, $by_pmd, $by_pte) = @_;
	return "small x $by_pte" if !$order;
	return $by_pte ? 'PMD + PTE' : "PMD x $by_pmd" if $by_pmd;
	return "PTE x $by_pte";
}

# They are many, and flat: JSON::PP would take a minute.
sub pages {
	my ($json) = @_;
	my %nr;
	while ($json =~ /\{([^{}]*)\}/g) {
		my $row = $1;
		my ($count, @how) = map { $row =~ /"$_":(\d+)/ ? $1 : die "no $_ in {$row}\n" }
			qw(count order entire_mapcount page_mapcount);
		my $kind = kind(@how);
		$nr{$is_kind{$kind} ? $kind : 'other'} += $count;
	}
	die "the server has no pages\n" unless %nr;
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
my ($base) = ((grep { $_ eq 'builtin' } @impls), $impls[0]);
my $fork = Counts::median(@{$forks{$base}});
$page->answer(sprintf('A fork of the server takes %d us under %s; %s (medians).', $fork, $base,
	join ', ', map { sprintf '%s %+.1f %%', $_, 100 * (Counts::median(@{$forks{$_}}) / $fork - 1) } grep { $_ ne $base } @impls)) if @impls > 1;
$page->list("accelerator: $accel",
	'redis-server with transparent huge pages, values of 1000 bytes; one CPU, SCHED_FIFO: a fork is not the child, too',
	'forks: BGSAVE while nobody writes; then one while four clients SET',
	'where an emulator counts, a microsecond is 1000 instructions');
$page->table(['', 'forks', 'fork, us: median', 'least', 'most', 'writes per second', 'copied on write, MiB'], map {
	my $run = $of{$_};
	my @us = sort { $a <=> $b } @{$forks{$_}};
	[$_, scalar @us, Counts::median(@us), @us[0, -1], $run->{rate}, sprintf '%.1f', $run->{cow_bytes} / (1 << 20)]
} @impls);
$page->heading(2, 'Pages of the server by how they are mapped, and how often');
$page->table(['', 'when', @kinds, 'other'], @counts);
$page->write("$dir/redis");
