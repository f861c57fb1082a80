#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
# The kernel's own objects, run on this CPU: asks the programs of bench/native, and
# prints tables.
#
#	native.pl [OPTION]... [WORK]...
#	--vanilla PROGRAM, --hooks PROGRAM	of a kernel without and with the hooks
#	--anchor PROGRAM			measures the running kernel
#	--json FILE				all of it
#	--rounds N, --quick			how often
#	--folio SIZE,...; --impl NAME,...	only these
#	--count, --contend			these tables instead of times
#	--pages N				of --count: of so much memory (512)
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Getopt::Long;
use JSON::PP;
use Median;
use Server;

my @WORKS = qw(fork munmap exit remap);
my %WHAT = (
	fork => 'copy_page_range(), of memory that nobody else maps',
	munmap => 'unmap_page_range() with its mmu_gather, of such memory',
	exit => 'the same by a child, whose parent maps the memory, too',
	remap => '__split_huge_pmd(): a PMD mapping becomes 512 of PTEs',
);
my %ORDER = ('4K' => 0, '16K' => 2, '32K' => 3, '64K' => 4, '128K' => 5, '256K' => 6, '512K' => 7, '1M' => 8, '2M' => 9);
# Warm: one page table, the struct pages of which fill a first-level cache. Cold: so
# much that reading the clock does not matter.
my ($WARM_PAGES, $COLD_PAGES) = (512, 8192);
my @CONTEND_PAGES = (16, 64, 512);
# A process that did not have its CPU for so much of the time waited for somebody
# else, and not for a cache line.
my $SHARE = 0.95;
my $CONTEND_MS = 5;

my %option = (rounds => 101, folio => '4K,16K,64K,2M', pages => $WARM_PAGES);
GetOptions(\%option, 'vanilla=s', 'hooks=s', 'anchor=s', 'json=s', 'rounds=i', 'quick', 'folio=s', 'impl=s', 'pages=i',
	   'count', 'contend') or exit 2;
my @works = @ARGV ? @ARGV : @WORKS;
$option{rounds} = 6 if $option{quick};
refuse('--rounds: fewer than 6 have no 95 % interval') if $option{rounds} < 6;
for my $work (@works) {
	refuse("there is no '$work'; there are: @WORKS") if !$WHAT{$work};
}
refuse('--pages takes 512, and more of them up to 8192') if $option{pages} % 512 || $option{pages} < 512 || $option{pages} > 8192;
my @folios = split /,/, $option{folio};
for my $folio (@folios) {
	refuse("no folio has $folio") if !defined $ORDER{$folio};
}
$| = 1;

sub refuse { print STDERR "native: $_[0]\n"; exit 2 }

# ---- columns ------------------------------------------------------------------------
sub columns_of {
	my ($server, $named) = @_;
	my @columns;
	for my $name (split ' ', $server->ask('list')) {
		next if $named ? !grep { $_ eq $name } @$named : $name =~ /^\+/;
		push @columns, { server => $server, name => $name };
	}
	return @columns;
}

my $named = $option{impl} ? ['vanilla', split /,/, $option{impl}] : undef;

# A program runs while the others wait. All on one CPU: two CPUs of a virtual machine can
# differ by a tenth, and vanilla is a program of its own.
sub on_one_cpu {
	my ($cpu) = content('/proc/self/status') =~ /^Cpus_allowed_list:.*?(\d+)$/m;
	return defined $cpu ? ('taskset', '--cpu-list', $cpu) : ();
}

# start PREFIX, OPTION...
sub start {
	my ($prefix, @options) = @_;
	my @columns;
	for my $program (grep { defined } @option{qw(vanilla hooks)}) {
		push @columns, columns_of(Server->start(@$prefix, $program, @options), $named);
	}
	if ($named) {
		for my $name (@$named) {
			refuse("there is no implementation '$name'") if $name ne 'vanilla' && !grep { $_->{name} eq $name } @columns;
		}
	}
	return @columns;
}

sub stop {
	my %stopped;
	for my $column (@_) {
		$column->{server}->stop if !$stopped{$column->{server}}++;
	}
}

# ---- whose figures --------------------------------------------------------------------
sub cpu {
	open(my $lines, '<', '/proc/cpuinfo') or return {};
	my %cpu;
	while (<$lines>) {
		last if /^$/;
		$cpu{$1} = $2 if /^([^\t:]+)\s*: ?(.*)$/;
	}
	return { vendor => $cpu{vendor_id}, family => $cpu{'cpu family'}, model => $cpu{model},
		 stepping => $cpu{stepping}, name => $cpu{'model name'} };
}

sub content {
	open(my $file, '<', $_[0]) or return '';
	local $/;
	return <$file> // '';
}

my %report = (cpu => cpu(), load_average => 0 + (split ' ', content('/proc/loadavg') || 0)[0],
	      cpus => 0 + `nproc`);

sub head {
	my $cpu = $report{cpu};
	printf "# CPU: %s family %s, model %s, stepping %s, \"%s\"\n",
		map { $cpu->{$_} // 'unknown' } qw(vendor family model stepping name);
	printf "# load average %s, %d CPUs\n", $report{load_average}, $report{cpus};
}

# ---- times ------------------------------------------------------------------------------
sub take {
	my ($column, $cell) = @_;
	return $column->{server}->ask("time $cell->{work} $ORDER{$cell->{folio}} $cell->{pages} $cell->{cold} $column->{name}");
}

# Each round there and back, so that what drifts meets all alike.
sub measure {
	my ($cell, $rounds, @columns) = @_;
	my %ns;
	for (1 .. $rounds) {
		my %round;
		$round{$_->{name}} += take($_, $cell) / 2 for @columns, reverse @columns;
		push @{$ns{$_}}, $round{$_} for keys %round;
	}
	my $reference = $ns{builtin} // $ns{$columns[0]{name}};
	for my $column (@columns) {
		my $name = $column->{name};
		my @ratios = map { $ns{$name}[$_] / ($reference->[$_] || 1e-9) } 0 .. $rounds - 1;
		my %result = (name => $name);
		@result{qw(ns_per_page ns_per_page_low ns_per_page_high)} = Median::of(@{$ns{$name}});
		@result{qw(ratio ratio_low ratio_high)} = Median::of(@ratios);
		push @{$cell->{columns}}, \%result;
	}
}

sub times_table {
	my @columns = start([on_one_cpu()]);
	head();
	print "# ns per page; in brackets: times as long as builtin takes\n";
	print "# $_: $WHAT{$_}\n" for @works;
	printf '%-7s %5s %5s', 'work', 'folio', 'cache';
	printf ' %-13s', $_->{name} for @columns;
	print "\n";
	for my $work (@works) {
		for my $folio ($work eq 'remap' ? '2M' : @folios) {
			for my $cold (0, 1) {
				my $rounds = $cold ? int($option{rounds} / 4) : $option{rounds};
				my $cell = { work => $work, folio => $folio, cold => $cold,
					     pages => $cold ? $COLD_PAGES : $WARM_PAGES };
				measure($cell, $rounds < 6 ? 6 : $rounds, @columns);
				push @{$report{times}}, $cell;
				printf '%-7s %5s %5s', $work, $folio, $cold ? 'cold' : 'warm';
				printf ' %6.2f (%.2f)', $_->{ns_per_page}, $_->{ratio} for @{$cell->{columns}};
				print "\n";
			}
		}
	}
	stop(@columns);
}

# ---- counts --------------------------------------------------------------------------------
sub counts_table {
	my @columns = start([]);
	head();
	print "# per page: instructions / locked operations, by single steps\n";
	printf '%-7s %5s', 'work', 'folio';
	printf ' %-14s', $_->{name} for @columns;
	print "\n";
	for my $work (@works) {
		for my $folio ($work eq 'remap' ? '2M' : @folios) {
			my $cell = { work => $work, folio => $folio };
			printf '%-7s %5s', $work, $folio;
			for my $column (@columns) {
				my %functions;
				my ($instructions, $locked) = (0, 0);
				for ($column->{server}->ask_lines("step $work $ORDER{$folio} $option{pages} $column->{name}")) {
					my ($name, $executed, $of_them_locked) = split;
					$functions{$name}{instructions} += $executed;
					$functions{$name}{locked} += $of_them_locked;
					$instructions += $executed;
					$locked += $of_them_locked;
				}
				push @{$cell->{columns}}, { name => $column->{name}, instructions => $instructions,
							    locked => $locked, functions => \%functions };
				printf ' %8.2f / %.2f', $instructions, $locked;
			}
			print "\n";
			push @{$report{counts}}, $cell;
		}
	}
	stop(@columns);
}

# ---- contention ------------------------------------------------------------------------------
# Returns the time, or nothing if somebody else was on a CPU each time.
sub contend {
	my ($column, $pages, $processes) = @_;
	my $order = 0;
	$order++ while 1 << $order < $pages;
	for (1 .. 20) {
		my ($ns, $share) = split ' ', $column->{server}->ask("contend $order $pages $processes $CONTEND_MS $column->{name}");
		return $ns if $share >= $SHARE;
	}
	return;
}

sub contend_row {
	my ($pages, $processes, $rounds, $alone, @columns) = @_;
	my $cell = { pages => $pages, processes => $processes };
	my (%ns, %lines, @handover);
	for (1 .. $rounds) {
		# Where a hypervisor puts two CPUs changes what a line costs between them.
		push @handover, $columns[0]{server}->ask('handover') if $processes > 1;
		for my $column (@columns) {
			my $name = $column->{name};
			my $ns = contend($column, $pages, $processes) // next;
			push @{$ns{$name}}, $ns;
			push @{$lines{$name}}, ($ns - $alone->{$name}) / $handover[-1] if $processes > 1 && $alone->{$name};
		}
	}
	($cell->{line_ns}) = Median::of(@handover) if @handover;
	printf '%5d %9d %7s', $pages, $processes, @handover ? sprintf('%.0f', $cell->{line_ns}) : '-';
	for my $column (@columns) {
		my %result = (name => $column->{name});
		my $values = $ns{$result{name}} or printf(' %-14s', ' never alone'), next;
		$result{n} = @$values;
		@result{qw(ns ns_low ns_high)} = Median::of(@$values);
		$alone->{$result{name}} = $result{ns} if $processes == 1;
		@result{qw(lines lines_low lines_high)} = Median::of(@{$lines{$result{name}}}) if $lines{$result{name}};
		push @{$cell->{columns}}, \%result;
		printf ' %6.2f %-7s', $result{ns}, defined $result{lines} ? sprintf('(%.2f)', $result{lines}) : '';
	}
	print "\n";
	push @{$report{contention}}, $cell;
}

sub contend_table {
	$named ||= [qw(vanilla builtin control page batch exclusive +joined +reverse +staggered +ahead)];
	my @columns = start([], '--shared');
	my @processes = grep { $_ <= $report{cpus} } 1, 2, 4, 8, 16;
	my $rounds = int($option{rounds} / 5) < 6 ? 6 : int($option{rounds} / 5);
	head();
	print "# processes that fork and unmap one folio that all of them map, all the time:\n";
	print "# ns per page and operation; in brackets: in how many transfers of a cache line the rest\n";
	print "# would be spent, beyond what one process takes; line: what a transfer takes, ns\n";
	print "# joined: the folio's counter is changed first; reverse: the last page comes first;\n";
	print "# staggered: each process begins with another page; ahead: lines are asked for before\n";
	printf '%5s %9s %7s', 'pages', 'processes', 'line';
	printf ' %-14s', $_->{name} for @columns;
	print "\n";
	for my $pages (@CONTEND_PAGES) {
		my %alone;
		contend_row($pages, $_, $rounds, \%alone, @columns) for @processes;
	}
	stop(@columns);
}

# ---- all ------------------------------------------------------------------------------------------
if ($option{count}) { counts_table() }
elsif ($option{contend}) { contend_table() }
else { times_table() }
if ($option{json}) {
	open(my $file, '>', $option{json}) or die "$option{json}: $!\n";
	print $file JSON::PP->new->pretty->canonical->encode(\%report);
	close $file or die "$option{json}: $!\n";
}
