#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
# What is lost without page mapcounts: tables and a plot from what accuracy_guest.sh has
# printed. Fails if the kernel is wrong with page mapcounts, but for one known bug.
#
#	accuracy.pl DIR
use strict;
use warnings;
use FindBin;
use JSON::PP;
use lib $FindBin::Bin;
use Page;
use Plot;

my ($dir) = @ARGV;
my @layouts = qw(page none);
my @sizes = (64, 2048);

# ---- what was measured -------------------------------------------------------
# A state is a stage of a workload with folios of one size under one layout.
my (@stages, %seen, %states);
for (split /\n/, Page::slurp("$dir/accuracy.txt")) {
	my ($workload, $stage, $kib, $layout, $names, $json) = split / /, $_, 6;
	my ($machine, %by_pid);
	for my $record (@{decode_json($json)}) {
		die "$workload $stage: something changed meanwhile\n" if $record->{racy};
		if (defined $record->{pid}) {
			$by_pid{$record->{pid}} = $record;
		} else {
			$machine = $record;
		}
	}
	my @processes;
	for (split /,/, $names) {
		my ($name, $pid) = split /:/;
		push @processes, { %{$by_pid{$pid} // die "$workload $stage: no process $pid\n"}, name => $name };
	}
	push @stages, [$workload, $stage] unless $seen{"$workload $stage"}++;
	$states{"$workload $stage"}{$kib}{$layout} = {
		workload => $workload, stage => $stage, folio_kib => $kib, layout => $layout,
		processes => \@processes, machine => $machine, others => [values %by_pid],
	};
}

sub state_of {
	my ($stage, $kib, $layout) = @_;
	return $states{"@$stage"}{$kib}{$layout} // die "@$stage, $kib KiB, layout $layout was not measured\n";
}

sub of_layout {
	my ($layout) = @_;
	return map { my $stage = $_; map { state_of($stage, $_, $layout) } @sizes } @stages;
}

die "nothing was measured\n" unless @stages;
for my $workload (qw(fork-unmap fork-write unmap shmem redis compiler)) {
	die "no $workload was measured\n" unless grep { $_->[0] eq $workload } @stages;
}

# ---- with page mapcounts, the kernel is right -----------------------------------
sub bits_off { my ($process) = @_; return $process->{exclusive_wrong} + $process->{exclusive_missing} }

# Linux 7.3 gives all pages that a PMD maps the bit 56 of the first one.
sub bits_explained { my ($state) = @_; return $state->{folio_kib} >= 2048 }

my @unexplained;
for my $state (of_layout('page')) {
	my $what = "$state->{workload} $state->{stage}, $state->{folio_kib} KiB";
	my $machine = $state->{machine};
	for (@{$state->{others}}) {
		push @unexplained, "$what: $_->{comm}: PSS $_->{pss_error}, USS $_->{uss_error} KiB" if $_->{pss_error} || $_->{uss_error};
		push @unexplained, "$what: $_->{comm}: bit 56 of " . bits_off($_) . ' pages' if bits_off($_) && !bits_explained($state);
	}
	push @unexplained, "$what: $_ $machine->{$_}" for grep { $machine->{$_} } qw(anon_pages_error mapped_error);
	for my $record ($machine, @{$state->{others}}) {
		push @unexplained, "$what: $_ $record->{$_}" for grep { $record->{$_} } qw(partial_unnoticed partial_wrong);
	}
}
die "with page mapcounts, the kernel is wrong, and nobody knows why:\n", map { "  $_\n" } @unexplained if @unexplained;

# ---- figures of a state -----------------------------------------------------------
sub sum { my ($state, $key) = @_; my $sum = 0; $sum += $_->{$key} for @{$state->{processes}}; return $sum }

# Of what may be nothing.
sub percent {
	my ($error, $of) = @_;
	return $error ? $of ? 100 * $error / $of : undef : 0;
}

# The process about which the kernel is most wrong, in KiB. If it is so about several, the
# one of which that is most.
sub worst {
	my ($state, $error, $of) = @_;
	my ($worst) = sort { abs $b->{$error} <=> abs $a->{$error} || $a->{$of} <=> $b->{$of} } @{$state->{processes}};
	return $worst;
}

sub signed { my ($n) = @_; return $n ? sprintf('%+d', $n) : '0' }

sub error {
	my ($error, $of) = @_;
	my $percent = percent($error, $of);
	return signed($error) . ($error && defined $percent ? sprintf(' (%+.1f %%)', $percent) : '');
}

sub worst_error {
	my ($state, $error, $of) = @_;
	my $worst = worst($state, $error, $of);
	return $worst->{$error} ? "$worst->{name}: " . error($worst->{$error}, $worst->{$of}) : '0';
}

# Of the statistic that is more wrong.
sub worst_statistic {
	my ($machine) = @_;
	my ($percent) = sort { $b <=> $a } map { percent($machine->{$_ . '_error'}, $machine->{$_ . '_tables'}) } qw(anon_pages mapped);
	return $percent;
}

sub names { my ($state) = @_; return ($state->{workload}, $state->{stage}, Plot::size_label($state->{folio_kib} << 10)) }

my @head = ('workload', 'stage', 'folios', 'PSS of all, KiB', 'error', 'worst process', 'USS of all, KiB', 'error', 'worst process',
	'bit 56: set wrongly', 'missing', 'AnonPages, KiB', 'error', 'Mapped, KiB', 'error', 'partially mapped folios', 'unnoticed');

sub row {
	my ($state) = @_;
	my $machine = $state->{machine};
	return [names($state),
		sum($state, 'pss_tables'), error(sum($state, 'pss_error'), sum($state, 'pss_tables')), worst_error($state, 'pss_error', 'pss_tables'),
		sum($state, 'uss_tables'), error(sum($state, 'uss_error'), sum($state, 'uss_tables')), worst_error($state, 'uss_error', 'uss_tables'),
		sum($state, 'exclusive_wrong'), sum($state, 'exclusive_missing'),
		(map { ($machine->{$_ . '_tables'}, error($machine->{$_ . '_error'}, $machine->{$_ . '_tables'})) } qw(anon_pages mapped)),
		$machine->{partial}, $machine->{partial_unnoticed}];
}

sub process_row {
	my ($state, $process) = @_;
	return [names($state), $process->{name}, @$process{qw(rss_tables pss_tables)}, error($process->{pss_error}, $process->{pss_tables}),
		$process->{uss_tables}, error($process->{uss_error}, $process->{uss_tables}), $process->{exclusive_tables}, bits_off($process)];
}

# ---- the plot ------------------------------------------------------------------------
sub bars {
	my ($figure) = @_;
	return map {
		my ($layout, $kib) = @$_;
		[map { $figure->(state_of($_, $kib, $layout)) } @stages]
	} (['page', 64], ['page', 2048], ['none', 64], ['none', 2048]);
}

sub worst_percent {
	my ($error, $of) = @_;
	return sub { my $worst = worst($_[0], $error, $of); return percent(@$worst{$error, $of}) // 0 };
}

Plot::bars(base => "$dir/accuracy", title => 'accuracy', groups => [map { "@$_" } @stages],
	series => ['page, 64K', 'page, 2M', 'none, 64K', 'none, 2M'],
	panels => [
		{ words => 'PSS: error, %', values => [bars(worst_percent('pss_error', 'pss_tables'))] },
		{ words => 'USS: error, %', values => [bars(worst_percent('uss_error', 'uss_tables'))] },
		{ words => 'mapped: error, %', values => [bars(sub { worst_statistic($_[0]{machine}) })] },
		{ words => 'unnoticed, %', values => [bars(sub { percent(@{$_[0]{machine}}{qw(partial_unnoticed partial)}) })] },
	]);

# ---- the page -------------------------------------------------------------------------
my @page_states = of_layout('page');
my @buggy = grep { grep { bits_off($_) } @{$_->{processes}} } @page_states;

my $page = Page->new;
$page->heading(1, 'What is lost without page mapcounts');
# The process about which the kernel is most wrong anywhere, of what it has.
sub most_wrong {
	my ($words, $error, $of) = @_;
	my ($most, $where) = (0, '');
	for my $state (of_layout('none')) {
		for my $process (@{$state->{processes}}) {
			my $percent = percent(@$process{$error, $of}) // next;
			($most, $where) = ($percent, join(' ', names($state))) if abs $percent > abs $most;
		}
	}
	return $most ? sprintf('Without page mapcounts, the %s of a process is off by up to %+.0f %% (%s).', $words, $most, $where) :
		"Without page mapcounts, the $words of each process is right.";
}

$page->answer(most_wrong('PSS', 'pss_error', 'pss_tables'), most_wrong('USS', 'uss_error', 'uss_tables'));
$page->list('the same workloads, stopped at the same points: with folios that have mapcounts of their pages (page), and with new ones that have none (none)',
	'PSS, USS, bit 56 of pagemap, AnonPages and Mapped: what the page tables say, and by how much the kernel is off',
	'folios: the size of new anon and shared folios; cc1 is a file on XFS, whose page cache has folios of several sizes',
	'the percentages are of what the page tables say; AnonPages and Mapped are those of the machine',
	'the plot has, of each state, the process about which the kernel is most wrong in KiB, that of AnonPages and Mapped which is more wrong, ' .
	'and how many of the partially mapped folios were not noticed');
$page->picture('accuracy', 'error of PSS, USS, AnonPages and Mapped, over workloads');
$page->heading(2, 'Without page mapcounts');
$page->table(\@head, map { row($_) } of_layout('none'));
$page->heading(2, 'With page mapcounts');
$page->text('PSS, USS, AnonPages, Mapped and partial mappings are right in each of ' . @page_states . ' states. ' .
	'Bit 56 is wrong in ' . @buggy . ' of them, by a bug of Linux 7.3: all pages that a PMD maps have the bit of the first one.');
$page->table(\@head, map { row($_) } @buggy) if @buggy;
$page->heading(2, 'Without page mapcounts: each process');
$page->table(['workload', 'stage', 'folios', 'process', 'RSS, KiB', 'PSS, KiB', 'error', 'USS, KiB', 'error', 'pages mapped once', 'bit 56 wrong'],
	map { my $state = $_; map { process_row($state, $_) } @{$state->{processes}} } of_layout('none'));
$page->write("$dir/accuracy");

delete $_->{others} for map { of_layout($_) } @layouts;
Page::spew("$dir/accuracy.json", JSON::PP->new->canonical->encode([map { of_layout($_) } @layouts]) . "\n");
