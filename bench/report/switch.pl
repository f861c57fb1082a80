#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
# How long a switch takes and stalls others, from what rmap_stall_bench has
# printed for several numbers of CPUs, one a line.
#
#	switch.pl DIR ACCELERATOR
use strict;
use warnings;
use FindBin;
use JSON::PP;
use lib $FindBin::Bin;
use Counts;
use Page;
use Plot;

my ($dir, $accel) = @ARGV;
my @runs = map { decode_json($_) } split /\n/, Page::slurp("$dir/switch.json");

sub most { my ($most) = sort { $b <=> $a } @_; return $most }

# Milliseconds.
sub stalls { my ($run, $kind) = @_; return map { $_->{longest_ns} / 1e6 } @{$run->{$kind}} }
sub switch_times { my ($run) = @_; return map { $_ / 1e3 } @{$run->{switch_us}} }

my (@times, @stalls);
for my $run (@runs) {
	my @ms = switch_times($run) or die "no switch in a run with $run->{cpus} CPUs\n";
	push @times, [$run->{cpus}, scalar @ms, map { sprintf '%.1f', $_ } Counts::least(@ms), Counts::median(@ms), most(@ms)];
	my ($without, $with) = map { [stalls($run, $_)] } qw(without with);
	my $switches = 0;
	$switches += $_->{switches} for @{$run->{with}};
	die "no switch while stalls were measured\n" unless $switches;
	push @stalls, [$run->{cpus}, scalar @$with, $switches, map { sprintf '%.2f', $_ } Counts::median(@$without), most(@$without),
		Counts::median(@$with), most(@$with)];
}

my @series = (['a switch', \&switch_times], ['longest stall of a round without switches', sub { stalls($_[0], 'without') }],
	['longest stall of a round with switches', sub { stalls($_[0], 'with') }]);
Plot::points(base => "$dir/switch", title => 'switch', xlabel => 'CPUs of the guest',
	ylabel => 'milliseconds', groups => [map { $_->{cpus} } @runs],
	series => [map { my ($words, $of) = @$_; { title => $words, values => [map { [$of->($_)] } @runs] } } @series]);

my $page = Page->new;
$page->heading(1, 'A switch, under load');
$page->answer(map {
	my $run = $_;
	sprintf 'With %d CPU%s, a switch takes %.1f ms; the longest stall of a round is %.2f ms without switches and %.2f ms with them (medians).',
		$run->{cpus}, $run->{cpus} == 1 ? '' : 's', Counts::median(switch_times($run)), map { Counts::median(stalls($run, $_)) } qw(without with)
} @runs);
$page->list("accelerator: $accel",
	'load: a family of processes for each CPU that fork, fault, unmap, swap and migrate memory of every kind',
	"stall: the longest time between two readings of the clock by a task of real-time priority, one on each CPU, in a round of $runs[0]{round_ms} ms",
	'an emulated machine stalls by itself, as does its host: what counts is how rounds with switches differ from those without');
$page->picture('switch', 'switch');
$page->heading(2, 'Time of a switch, ms');
$page->table(['CPUs', 'switches', 'least', 'median', 'most'], @times);
$page->heading(2, 'Longest stall of a round, ms');
$page->table(['CPUs', 'rounds of each kind', 'switches in them', 'without switches: median', 'most', 'with switches: median', 'most'], @stalls);
$page->write("$dir/switch");
