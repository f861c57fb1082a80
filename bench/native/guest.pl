#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
# Do the kernel's objects count natively as a guest does? TAP.
#
#	guest.pl COUNTS FEW MANY
#
# COUNTS: of native.pl --count --json; FEW, MANY: files of `rmapctl bench run --json` that
# a guest counted under the plugin, MANY of more memory. A guest does more around the same
# work. What does not grow with the memory goes by subtraction: the rest of the process,
# which is duplicated, too, and the files that a child unmaps when it exits, which cost
# most under `page`. What does (pages and page tables are freed) is the same under each
# implementation, so what is compared is what each has more than builtin.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../report";
use Counts;
use JSON::PP;
use Page;

# Of the guest's count, relative; and what a page may have more or less of it.
my $RELATIVE = 0.01;
my %ABSOLUTE = (instructions => 0.5, locked => 0.05);

my ($file, @guests) = @ARGV;
my ($few, $many) = map { Counts::by(\&Counts::least, $_) } @guests;
my %BYTES = (K => 1024, M => 1 << 20);
my ($nr, $compared) = (0, 0);

sub result {
	my ($ok, $name, @why) = @_;
	printf "%sok %d - %s\n", $ok ? '' : 'not ', ++$nr, $name;
	print "# $_\n" for @why;
}

# What one unit more costs.
sub of_guest {
	my ($cell, $name, $metric) = @_;
	my ($number, $unit) = $cell->{folio} =~ /^(\d+)([KM])$/;
	my $key = "$cell->{work} " . $number * $BYTES{$unit} . " $name";
	my ($less, $more) = ($few->{$key} // return, $many->{$key} // return);
	die "$key: $guests[1] does not have more memory\n" if $more->{units} <= $less->{units};
	return ($more->{$metric} - $less->{$metric}) / ($more->{units} - $less->{units});
}

for my $cell (@{decode_json(Page::slurp($file))->{counts}}) {
	my ($builtin) = grep { $_->{name} eq 'builtin' } @{$cell->{columns}};
	for my $metric (qw(instructions locked)) {
		my $reference = of_guest($cell, 'builtin', $metric) // next;
		my (@wrong, @all);
		for my $column (grep { $_->{name} ne 'builtin' } @{$cell->{columns}}) {
			my $count = of_guest($cell, $column->{name}, $metric) // next;
			my ($more, $natively) = ($count - $reference, $column->{$metric} - $builtin->{$metric});
			my $line = sprintf '%s: %+.2f in a guest, %+.2f natively', $column->{name}, $more, $natively;
			push @all, $line;
			push @wrong, $line if abs($more - $natively) > $RELATIVE * $count + $ABSOLUTE{$metric};
			$compared++;
		}
		result(!@wrong, "$cell->{work} $cell->{folio}: $metric more than builtin, per page", @wrong ? @wrong : @all);
	}
}
result($compared, "$compared counts were compared");
print "1..$nr\n";
exit !$compared;
