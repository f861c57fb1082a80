# SPDX-License-Identifier: GPL-2.0
# What `rmapctl record` has written: looks at how many folios there are of which kind and size.
package Record;
use strict;
use warnings;
use JSON::PP;
use Plot;

# More series than that nobody tells apart, and more points than that nobody sees.
my $SERIES = 7;
our $POINTS = 2000;

my @COLOURS = ('#000000', '#d55e00', '#0072b2', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#999999');

my @PANELS = (
	{ words => 'mapped, MiB', value => sub { $_[0]{mapped} / 1024 } },
	{ words => 'mapped more than once, MiB', value => sub { $_[0]{more} / 1024 } },
	{ words => 'mapcounts together, thousands', value => sub { $_[0]{mappings} / 1000 } },
	{ words => 'folios mapped in parts', value => sub { $_[0]{partial} } },
);

# Returns looks { x, current, begun, rows => { NAME => row } }; x in seconds. Where the recording was
# continued, the time between is a second, as nobody knows what was there.
sub looks {
	my ($file) = @_;
	my ($base, $x, $begun, @looks) = (0, 0, 0);
	open my $in, '<', $file or die "$file: $!\n";
	while (my $line = <$in>) {
		# The recorder was interrupted within it.
		last unless $line =~ /\n\z/;
		my $object = eval { decode_json($line) };
		die "$file:$.: that is no JSON object\n" unless ref $object eq 'HASH';
		if ($object->{recording}) {
			($base, $begun) = (@looks ? $x + 1 : 0, 1);
			next;
		}
		die "$file:$.: that is no look of a recording\n" unless $begun && ref $object->{sizes} eq 'ARRAY';
		$x = $base + $object->{ms} / 1000;
		push @looks, { x => $x, current => $object->{current}, layout => $object->{layout}, begun => $object->{ms} == 0 && @looks > 0,
			rows => { map { name($_) => $_ } @{$object->{sizes}} } };
	}
	die "$file has no look\n" unless @looks;
	return @looks;
}

# Folios of the same kind and size.
sub name {
	my ($row) = @_;
	my $pages = $row->{folios} ? $row->{memory} / $row->{folios} : 0;
	return "$row->{kind} " . Plot::size_label($pages << 10);
}

# The names of those that ever were the most memory, the largest first.
sub names {
	my %most;
	for my $look (@_) {
		for my $name (keys %{$look->{rows}}) {
			my $memory = $look->{rows}{$name}{memory};
			$most{$name} = $memory if $memory > ($most{$name} // 0);
		}
	}
	my @names = sort { $most{$b} <=> $most{$a} || $a cmp $b } keys %most;
	return @names > $SERIES ? @names[0 .. $SERIES - 1] : @names;
}

# Each n-th look, the last one too.
sub thin {
	my $step = int(@_ / $POINTS) + 1;
	return @_[grep { $_ % $step == 0 || $_ == $#_ } 0 .. $#_];
}

# A line across all panels where another implementation or layout is chosen, and where the
# recording was continued; [x, words].
sub marks {
	my ($current, @marks) = ('');
	for my $look (@_) {
		push @marks, [$look->{x}, 'continued'] if $look->{begun};
		my $now = $look->{current} . (($look->{layout} // 'page') eq 'page' ? '' : ", layout $look->{layout}");
		push @marks, [$look->{x}, $now] if $now ne $current;
		$current = $now;
	}
	return @marks;
}

sub script {
	my ($title, @looks) = @_;
	my @names = names(@looks);
	my $minutes = $looks[-1]{x} > 600 ? 60 : 1;
	my $end = $looks[-1]{x} / $minutes || 1;
	my @shown = thin(@looks);
	my $script = "set multiplot layout " . @PANELS . ",1 title \"$title\" font \",14\"\n" .
		"set border 3\nset tics nomirror\nset grid ytics lc rgb \"#dddddd\"\nset lmargin 12\n" .
		"set xrange [0:$end]\nset yrange [0:1<*]\nset key outside right top\nset rmargin 20\nset offsets 0,0,graph 0.06,0\n";
	for my $mark (marks(@looks)) {
		my $x = $mark->[0] / $minutes;
		$script .= "set arrow from $x, graph 0 to $x, graph 1 nohead lc rgb \"#888888\" dt 2\n" .
			"set label \"$mark->[1]\" at $x, graph 1.05 font \",9\" tc rgb \"#555555\"\n";
	}
	for my $p (0 .. $#PANELS) {
		my @curves;
		for my $n (0 .. $#names) {
			$script .= "\$R${p}_$n << EOD\n" . join('', map {
				my $row = $_->{rows}{$names[$n]};
				sprintf "%.10g %.10g\n", $_->{x} / $minutes, $row ? $PANELS[$p]{value}->($row) : 0;
			} @shown) . "EOD\n";
			push @curves, sprintf '$R%d_%d using 1:2 with steps lw 1.5 lc rgb "%s" title "%s"', $p, $n, $COLOURS[$n], $names[$n];
		}
		$script .= "set xlabel \"" . ($p < $#PANELS ? '' : $minutes > 1 ? 'minutes' : 'seconds') . "\"\n" .
			"set ylabel \"$PANELS[$p]{words}\" font \",10\"\nplot " . (join(", \\\n  ", @curves) || '0 notitle') . "\n";
	}
	return $script . "unset multiplot\n";
}

1;
