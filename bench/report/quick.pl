#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
# Does the benchmark measure what it says, twice the same?  TAP from the raw
# samples of the plan `quick` (guest.sh), BASE-NAME-1.json and -2.json, taken on a
# vanilla machine, on the same once more, and on two switchable ones. What is compared are
# counts, never times.
#
#	quick.pl BASE [COSTS]
#
# COSTS: a file of the host kernel, lines "SCENARIO FOLIO INSTRUCTIONS": what being
# switchable may cost there, where it is not what is said below.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Counts;

my ($base, $costs) = @ARGV;
my $nr = 0;

sub result {
	my ($ok, $name, @why) = @_;
	printf "%sok %d - %s\n", $ok ? '' : 'not ', ++$nr, $name;
	print "# $_\n" for @why;
}

my ($first, $second, $vanilla, $again) =
	map { Counts::of("$base-$_-1.json", "$base-$_-2.json") } qw(first second vanilla again);

sub count {
	my ($cell, $impl, $metric) = @_;
	my $from = $impl eq 'vanilla' ? $vanilla : $first;
	return ($from->{"$cell $impl"} // {})->{$metric} // 0;
}

# ---- shape -----------------------------------------------------------------
my ($SMALL, $LARGE) = (4096, 2 << 20);
my @impls = qw(builtin control page batch exclusive);
my @cells = ((map { "$_ $LARGE" } qw(munmap fork exit cow dontneed dontneed-page remap fault
	shmem-map shmem-unmap hugetlb-fork hugetlb-unmap swap-out swap-in)),
	(map { "$_ $SMALL" } qw(munmap fork cow)));

my @empty;
for my $cell (@cells) {
	push @empty, map { "$cell $_" } grep { !count($cell, $_, 'instructions') || !count($cell, $_, 'locked') } @impls, 'vanilla';
}
result(!@empty, 'every scenario is counted under every implementation and on the vanilla kernel', @empty);

# A clock that counts instructions cannot say how long it will take.
my @times = grep { !/^\[\d+\/\d+\] [a-z-]+ \d+K$/ } my @progress = grep { /^\[/ } lines("$base-first.log");
result(@progress && !@times, 'progress says nothing about time', @times);

sub lines {
	open(my $file, '<', $_[0]) or die "$_[0]: $!\n";
	chomp(my @lines = <$file>);
	return @lines;
}

# ---- determinism -----------------------------------------------------------
# compare NAME, COUNTS, COUNTS, INSTRUCTIONS: of two machines, which may differ by so many
# more.
sub compare {
	my ($name, $one, $other, $more) = @_;
	local $Counts::BESIDE{instructions} = $Counts::BESIDE{instructions} + $more;
	my @apart;

	for my $cell (sort keys %$one) {
		for my $metric (qw(instructions locked)) {
			my ($x, $y) = map { $_->{$cell}{$metric} // 0 } $one, $other;
			push @apart, "$cell: $metric $x, then $y" unless Counts::same($metric, $x, $y);
		}
	}
	result(!@apart, $name, @apart);
}

# Of each eighth clone, so many go into the entropy pool. Which one that is depends on
# random numbers.
my $POOL = 1586;

compare('a machine booted anew counts the same', $vanilla, $again, 0);
compare('machines with other random numbers count the same', $first, $second, $POOL);

# ---- negative controls -----------------------------------------------------
# What one more for each page, or for each tenth, would give; the rest of the process
# and of the machine is not the same here. Swap-in is compared on one machine only:
# workingset_refault() counts more for a page that it takes for recently evicted, and
# that depends on how much memory is in use.
for my $other (qw(vanilla control)) {
	my @different;
	for my $cell (@cells) {
		next if $other eq 'vanilla' && $cell =~ /^swap-in/;
		my ($builtin, $locked) = map { count($cell, $_, 'locked') } 'builtin', $other;
		my $allowed = 64 + 0.1 * count($cell, 'builtin', 'units');
		push @different, "$cell: $builtin, $locked" if abs($builtin - $locked) > $allowed;
	}
	result(!@different, "$other executes as many locked operations as builtin", @different);
}

# ---- what being switchable costs ---------------------------------------------
# Instructions a unit that builtin may cost more than vanilla. What is a function in
# the vanilla kernel costs nothing. What is inlined there has a no-op, and what the
# compiler makes of it: 2 instructions at fork of an order-0 folio, which were 6 when
# the branch was static_branch_unlikely(). Beside that, where a process is forked, it
# has some pages more (it talks to the module: 8 at most, of 170 instructions each),
# and the pool may get its share.
my ($NOTHING, $NOOP) = (0.1, 2);
my ($BESIDE, $BESIDE_FORK) = ($Counts::BESIDE{instructions}, 8 * 170 + $POOL);
my %costs = (
	(map {; "$_ $LARGE" => [$NOTHING, $BESIDE] } qw(munmap dontneed dontneed-page remap shmem-map shmem-unmap)),
	"munmap $SMALL" => [$NOTHING, $BESIDE],
	"fork $LARGE" => [$NOTHING, $BESIDE_FORK],
	"fork $SMALL" => [$NOOP, $BESIDE_FORK],
);
for (grep { !/^#/ } defined $costs ? lines($costs) : ()) {
	my ($scenario, $folio, $instructions) = split;
	die "$costs: there is no limit for $scenario of $folio bytes\n" unless $costs{"$scenario $folio"};
	$costs{"$scenario $folio"}[0] = $instructions;
}
for my $cell (sort keys %costs) {
	my ($each, $beside) = @{$costs{$cell}};
	my ($vanilla, $builtin) = map { count($cell, $_, 'instructions') } qw(vanilla builtin);
	my $units = count($cell, 'builtin', 'units');
	result($builtin - $vanilla <= $each * $units + $beside, "$cell: builtin costs at most $each instructions a unit",
		sprintf('%d, then %d: %+.2f a unit; %d may be beside it', $vanilla, $builtin, ($builtin - $vanilla) / $units, $beside));
}

for my $scenario (qw(munmap fork cow)) {
	my ($control, $batch) = map { count("$scenario $SMALL", $_, 'instructions') } qw(control batch);
	result(abs($batch - $control) < 0.01 * $control, "$scenario of small folios: batch and control within 1 %",
		"$control, $batch");
}

# What exclusive asks must cost next to nothing where the answer is no. Swap-in
# depends on what ran before.
my @dearer;
for my $cell (grep { !/^swap-in/ } @cells) {
	my ($control, $exclusive) = map { count($cell, $_, 'instructions') } qw(control exclusive);
	push @dearer, "$cell: $control, $exclusive" if $exclusive > 1.01 * $control + $BESIDE;
}
result(!@dearer, 'exclusive costs at most 1 % more instructions than control', @dearer);

# ---- that a difference is seen where there is one --------------------------
for my $scenario (qw(remap fork munmap)) {
	my ($page, $batch) = map { count("$scenario $LARGE", $_, 'instructions') } qw(page batch);
	result($batch < 0.95 * $page, "$scenario of 2 MiB folios: batch executes less than page", "$page, $batch");
}
my ($builtin, $exclusive) = map { count("munmap $LARGE", $_, 'locked') } qw(builtin exclusive);
result($exclusive < 0.75 * $builtin, 'munmap of 2 MiB folios: exclusive saves locked operations', "$builtin, $exclusive");

print "1..$nr\n";
