# SPDX-License-Identifier: GPL-2.0
# One picture a scenario, as SVG and PNG: what each implementation costs against
# the folio size, and how it changes against the base (builtin, or what is there) and
# against control.
package Plot;
use strict;
use warnings;

# Colours that people with any kind of sight can tell apart: Okabe and Ito.
my %colour = (
	vanilla => '#999999', builtin => '#000000', control => '#56b4e9', page => '#d55e00',
	batch => '#009e73', exclusive => '#cc79a7',
);
my @others = ('#e69f00', '#0072b2', '#f0e442');
my %point = (vanilla => 2, builtin => 7, control => 4, page => 9, batch => 5, exclusive => 11);

my ($PANEL_WIDTH, $PANEL_HEIGHT, $HEIGHT) = (480, 360, 460);

sub size_label {
	my ($bytes) = @_;
	return $bytes >= 1 << 20 ? ($bytes >> 20) . 'M' : ($bytes >> 10) . 'K';
}

sub colour { my ($impl, $i) = @_; return $colour{$impl} // $others[$i % @others] }

sub style {
	my ($impl, $i) = @_;
	return sprintf 'lc rgb "%s" pt %d ps 0.9 lw 2', colour($impl, $i), $point{$impl} // 6;
}

# x is the place of the folio size, so that 4K and 2M get the same room.
sub data {
	my ($arg, $impl, $metric) = @_;
	my $x = 0;
	my $text = '';
	for my $folio (@{$arg->{folios}}) {
		my $row = $arg->{cells}{$folio}{$impl}{$metric};
		$text .= join(' ', $x, map { $row->{$_} // 'NaN' } qw(median change change_low change_high)) . "\n" if $row;
		$x++;
	}
	return $text;
}

sub block { my ($impl, $metric) = @_; (my $name = "D_${impl}_$metric") =~ s/\W/_/g; return "\$$name" }

sub axes {
	my ($arg, $ylabel) = @_;
	my $i = 0;
	my $tics = join ', ', map { sprintf '"%s" %d', size_label($_), $i++ } @{$arg->{folios}};
	return sprintf "set xtics (%s)\nset xrange [-0.5:%g]\nset xlabel \"folio size\"\nset ylabel \"%s\" font \",10\"\n",
		$tics, @{$arg->{folios}} - 0.5, $ylabel;
}

# The axis is linear from 0. It is logarithmic if one value would flatten the others.
sub cost_range {
	my ($arg, $metric) = @_;
	my @values = sort { $a <=> $b } grep { defined && $_ > 0 }
		map { my $folio = $_; map { $arg->{cells}{$folio}{$_}{$metric}{median} } @{$arg->{impls}} } @{$arg->{folios}};
	return "set yrange [0:*]\n" unless @values && $values[-1] > 4 * $values[0];
	my @tics = map { my $decade = 10 ** $_; map { $_ * $decade } 1, 2, 5 } -2 .. 6;
	return sprintf "set logscale y\nset yrange [%g:%g]\nset ytics (%s)\n", $values[0] / 1.3, $values[-1] * 1.3,
		join ', ', map { sprintf '"%g" %g', $_, $_ } @tics;
}

sub cost_panel {
	my ($arg, $panel) = @_;
	my $i = 0;
	my @curves = map {
		sprintf '%s using 1:2 with linespoints %s title "%s"', block($_, $panel->{metric}), style($_, $i++), $_
	} @{$arg->{impls}};
	return axes($arg, $panel->{words}) . cost_range($arg, $panel->{metric}) . "plot " . join(", \\\n  ", @curves) .
		"\nunset logscale y\nset ytics autofreq\n";
}

# Returns the base of a scenario's changes; undef if it has only one column.
sub base {
	my ($cells) = @_;
	my ($any) = grep { defined } map { $_->{against} } map { values %$_ } map { values %$_ } values %$cells;
	return $any;
}

# ---- differences ---------------------------------------------------------------
# Small differences are what a reader looks for, so one series that is far from all others
# does not rule the axis. It is cut off, and its value written where it leaves the picture.

# How many times as far as the next series it must be to be cut off...
our $FAR = 4;
# ... which counts as at least so far: below that, two runs differ as well.
our $NEAR = 0.25;

# series: NAME -> values, of which some may be undef. Returns the ends of the axis: all
# values of all series, but for one that is too far from the others, and 0.
sub limits {
	my ($series) = @_;
	my (%most, @values);
	for my $name (keys %$series) {
		my ($most) = sort { $b <=> $a } map { abs } grep { defined } @{$series->{$name}};
		$most{$name} = $most if defined $most;
	}
	my @names = sort { $most{$b} <=> $most{$a} || $a cmp $b } keys %most;
	shift @names if @names > 1 && $most{$names[0]} > $FAR * ($most{$names[1]} > $NEAR ? $most{$names[1]} : $NEAR);
	@values = sort { $a <=> $b } 0, grep { defined } map { @{$series->{$_}} } @names;
	return @values[0, -1];
}

# The axis, with room: for points on its ends, and where something is cut off for its value.
sub change_axis {
	my ($series) = @_;
	my ($low, $high) = limits($series);
	my $span = $high - $low || 1;
	my @beyond = grep { defined && ($_ < $low || $_ > $high) } map { @$_ } values %$series;
	my $above = grep { $_ > $high } @beyond;
	my $below = grep { $_ < $low } @beyond;
	return ($low, $high, $low - $span * ($below ? 0.35 : 0.08), $high + $span * ($above ? 0.35 : 0.08));
}

# An arrow that leaves the picture, behind it what it points to.
sub cut_mark {
	my ($x, $value, $low, $high, $bottom, $top, $colour) = @_;
	my ($edge, $back, $side) = $value > $high ? ($top, $high, -0.7) : ($bottom, $low, 0.7);
	my $tail = $back + ($edge - $back) * 0.55;
	return sprintf "set arrow from %g,%g to %g,%g head filled size screen 0.006,20 lw 2 lc rgb \"%s\"\n" .
		"set label \"%+.0f\" at %g,%g center offset 0,%g font \",9\" tc rgb \"%s\"\n",
		$x, $tail, $x, $edge, $colour, $value, $x, $tail, $side, $colour;
}

sub percent { my ($from, $to) = @_; return defined $from && defined $to && $from ? 100 * ($to / $from - 1) : undef }

# Rows { change, change_low, change_high }: against what rmapctl has compared with, with its
# intervals; against another one by medians.
sub change_rows {
	my ($arg, $metric, $base, $impl) = @_;
	my @rows;
	for my $folio (@{$arg->{folios}}) {
		my ($from, $to) = map { $arg->{cells}{$folio}{$_}{$metric} // {} } $base, $impl;
		push @rows, ($to->{against} // '') eq $base ? $to : { change => percent($from->{median}, $to->{median}) };
	}
	return @rows;
}

# Side by side, not on top of each other.
sub change_panel {
	my ($arg, $panel, $base) = @_;
	$base //= base($arg->{cells}) // return '';
	my @impls = grep { $_ ne $base } @{$arg->{impls}};
	my %rows = map { $_ => [change_rows($arg, $panel->{metric}, $base, $_)] } @impls;
	my %values = map { my $impl = $_; $impl => [map { $_->{change} } @{$rows{$impl}}] } @impls;
	return '' unless grep { defined } map { @$_ } values %values;
	my ($low, $high, $bottom, $top) = change_axis(\%values);
	my ($i, $data, $marks, @curves) = (0, '', '');
	for my $impl (@impls) {
		my $block = block($impl, "$panel->{metric}_of_$base");
		my ($x, $points) = (($i - $#impls / 2) * 0.12, '');
		for my $row (@{$rows{$impl}}) {
			my $change = $row->{change};
			if (defined $change && ($change < $low || $change > $high)) {
				$marks .= cut_mark($x, $change, $low, $high, $bottom, $top, colour($impl, $i));
			} elsif (defined $change) {
				$points .= join(' ', $x, $change, map { $_ // $change } @$row{qw(change_low change_high)}) . "\n";
			}
			$x++;
		}
		# One that is cut off everywhere is in the key, too.
		$data .= "$block << EOD\n" . ($points || "NaN NaN NaN NaN\n") . "EOD\n";
		push @curves, sprintf '%s using 1:2:3:4 with yerrorbars %s title "%s"', $block, style($impl, $i++), $impl;
	}
	(my $what = $panel->{words}) =~ s/ per .*//;
	return $data . axes($arg, "$what: change against $base, %") . $marks .
		sprintf("set yrange [%g:%g]\nset xzeroaxis lt -1\nplot ", $bottom, $top) . join(", \\\n  ", @curves) .
		"\nunset xzeroaxis\nunset arrow\nunset label\n";
}

# A row for each metric: what it costs, and how that differs.
sub script {
	my ($arg) = @_;
	my @panels = @{$arg->{panels}};
	my $text = "set multiplot layout " . @panels . ",3 title \"$arg->{title}\" font \",15\"\n" .
		"set grid ytics lc rgb \"#dddddd\"\nset key tmargin center horizontal maxrows 2\nset border 3\nset tics nomirror\nset offsets 0,0,graph 0.05,graph 0.05\n";
	for my $panel (@panels) {
		for my $impl (@{$arg->{impls}}) {
			$text .= block($impl, $panel->{metric}) . " << EOD\n" . data($arg, $impl, $panel->{metric}) . "EOD\n";
		}
	}
	my $base = base($arg->{cells}) // '';
	my @bases = ($base, grep { $_ eq 'control' && $_ ne $base } @{$arg->{impls}});
	for my $panel (@panels) {
		my @changes = grep { $_ } map { change_panel($arg, $panel, $_) } grep { $_ } @bases;
		$text .= cost_panel($arg, $panel) . "set offsets 0,0,0,0\n" . join('', @changes) .
			"set multiplot next\n" x (2 - @changes) . "set offsets 0,0,graph 0.05,graph 0.05\n";
	}
	return $text . "unset multiplot\n";
}

sub draw {
	my ($arg, $width, $script, $height) = @_;
	$height //= $HEIGHT;
	for my $kind ([svg => "svg size $width,$height fixed background rgb 'white' font 'DejaVu Sans,12'"],
		[png => "pngcairo size $width,$height background rgb 'white' font 'DejaVu Sans,10'"]) {
		my ($suffix, $terminal) = @$kind;
		open my $gnuplot, '|-', 'gnuplot' or die "gnuplot: $!\n";
		print $gnuplot "set terminal $terminal\nset output '$arg->{base}.$suffix'\n$script";
		close $gnuplot or die "gnuplot failed on $arg->{title}\n";
	}
}

sub scenario {
	my $arg = {@_};
	draw($arg, $PANEL_WIDTH * 3, script($arg), $PANEL_HEIGHT * @{$arg->{panels}} + 30);
}

# Small panels in rows, all with the same series: values by folio size. What is undef is
# left out. The key is in a row of its own.
my @colours = ('#999999', '#000000', '#cc79a7', '#0072b2', @others, '#009e73');

sub grid_panel {
	my ($panel) = @_;
	my ($script, @curves) = ('');
	for my $s (0 .. $#{$panel->{series}}) {
		my $series = $panel->{series}[$s];
		$script .= "\$G$s << EOD\n" . join('', map { $_ . ' ' . ($series->{values}[$_] // 'NaN') . "\n" } 0 .. $#{$series->{values}}) . "EOD\n";
		push @curves, sprintf '$G%d using 1:2 with linespoints lc rgb "%s" pt %d ps 0.6 lw 1.5 notitle', $s, $colours[$s % @colours], $s + 4;
	}
	return $script . axes($panel, '') . "set yrange [*:*]\nset title \"$panel->{title}\"\nplot 0 lc rgb \"#888888\" notitle, \\\n  " .
		join(", \\\n  ", @curves) . "\n";
}

sub grid {
	my $arg = {@_};
	my @panels = @{$arg->{panels}};
	my ($across, $i) = ($arg->{across}, 0);
	my $rows = int((@panels + $across - 1) / $across);
	my $height = $rows * 260 + 90;
	my $top = ($height - 90) / $height;
	my @keys = map {
		my $s = $i++;
		sprintf 'NaN with linespoints lc rgb "%s" pt %d ps 0.9 lw 1.5 title "%s"', $colours[$s % @colours], $s + 4, $_->{title}
	} @{$panels[0]{series}};
	my $script = "set multiplot\nset border 3\nset tics nomirror font \",9\"\nset grid ytics lc rgb \"#dddddd\"\nset offsets 0,0,graph 0.05,graph 0.05\n";
	for my $p (0 .. $#panels) {
		$script .= sprintf "set origin %g,%g\nset size %g,%g\n", ($p % $across) / $across,
			$top * (1 - (int($p / $across) + 1) / $rows), 1 / $across, $top / $rows;
		$script .= grid_panel($panels[$p]);
	}
	$script .= "set origin 0,$top\nset size 1," . (1 - $top) . "\nunset border\nunset tics\nunset grid\nunset xlabel\nset title \"$arg->{title}\" font \",14\"\n" .
		"set key center center horizontal maxrows 2\nset xrange [0:1]\nset yrange [0:1]\nplot " . join(', ', @keys) . "\nunset multiplot\n";
	my $width = 300 * $across;
	draw($arg, $width < 900 ? 900 : $width, $script, $height);
}

# All values of each series at each group, side by side; logarithmic.
sub points {
	my $arg = {@_};
	my @groups = @{$arg->{groups}};
	my $nr = @{$arg->{series}};
	my ($script, @curves) = ('');
	for my $s (0 .. $nr - 1) {
		my $series = $arg->{series}[$s];
		$script .= "\$P$s << EOD\n";
		for my $g (0 .. $#groups) {
			my @values = @{$series->{values}[$g]};
			# Spread, so that one does not hide the other.
			$script .= sprintf "%g %g\n", $g + ($s - ($nr - 1) / 2) * 0.28 + 0.16 * (($_ + 0.5) / @values - 0.5), $values[$_] for 0 .. $#values;
		}
		$script .= "EOD\n";
		push @curves, sprintf '$P%d using 1:2 with points pt 7 ps 0.6 lc rgb "%s" title "%s"', $s,
			('#0072b2', '#999999', '#d55e00', '#009e73')[$s % 4], $series->{title};
	}
	my $i = 0;
	my $tics = join ', ', map { sprintf '"%s" %d', $_, $i++ } @groups;
	$script .= "set key tmargin center maxcols 1\nset border 3\nset tics nomirror\n" .
		"set grid ytics lc rgb \"#dddddd\"\nset logscale y\nset format y \"%g\"\n" .
		"set xtics ($tics)\nset xrange [-0.6:" . ($#groups + 0.6) . "]\nset xlabel \"$arg->{xlabel}\"\nset ylabel \"$arg->{ylabel}\"\n" .
		"plot " . join(", \\\n  ", @curves) . "\n";
	draw($arg, 1.6 * $PANEL_WIDTH, $script);
}

# A panel of bars(); the first one has the key, the last one the names of the groups.
sub bar_panel {
	my ($arg, $p, $top, $bottom) = @_;
	my $panel = $arg->{panels}[$p];
	my @groups = $p == $#{$arg->{panels}} ? @{$arg->{groups}} : map { '' } @{$arg->{groups}};
	my $width = 0.8 / @{$arg->{series}};
	my @colours = ('#bbbbbb', '#666666', '#0072b2', '#d55e00', '#009e73');
	my ($i, $data, @curves) = (0, '');
	for my $s (0 .. $#{$arg->{series}}) {
		my $shift = ($s - $#{$arg->{series}} / 2) * $width;
		$data .= "\$B${p}_$s << EOD\n" . join('', map { sprintf "%g %g\n", $_ + $shift, $panel->{values}[$s][$_] } 0 .. $#groups) . "EOD\n";
		push @curves, sprintf '$B%d_%d using 1:2 with boxes lc rgb "%s" title "%s"', $p, $s, $colours[$s % @colours], $arg->{series}[$s];
	}
	return $data . "set boxwidth $width\nset tmargin at screen $top\nset bmargin at screen $bottom\n" .
		'set xtics rotate by -45 (' . join(', ', map { sprintf '"%s" %d', $_, $i++ } @groups) . ")\n" .
		'set key ' . ($p ? 'off' : 'at screen 0.5,0.995 center top horizontal maxrows 1') . "\n" .
		"set ylabel \"$panel->{words}\"\nplot " . join(", \\\n  ", @curves) . "\n";
}

# One value of each series at each group, as bars; the panels lie on top of each other.
sub bars {
	my $arg = {@_};
	my $nr = @{$arg->{panels}};
	# The rest is for the names of the groups.
	my $room = 0.77 / $nr;
	my $script = "set multiplot\nset border 3\nset tics nomirror\nset grid ytics lc rgb \"#dddddd\"\n" .
		"set style fill solid 0.9 border\nset xrange [-0.6:" . (@{$arg->{groups}} - 0.4) . "]\nset yrange [*<0:0<*]\nset xzeroaxis lt -1\n" .
		"set lmargin 11\nset rmargin 12\nset offsets 0,0,graph 0.05,graph 0.05\n";
	$script .= bar_panel($arg, $_, 0.96 - $_ * $room, 0.98 - ($_ + 1) * $room) for 0 .. $nr - 1;
	draw($arg, 2 * $PANEL_WIDTH, $script . "unset multiplot\n", (0.6 + 0.4 * $nr) * $HEIGHT);
}

# A panel of change_bars(): values of each series at each group, side by side, cut off as in
# other differences. What is undef has no bar.
sub change_bar_panel {
	my ($arg, $panel) = @_;
	my @series = @{$panel->{series}};
	my ($low, $high, $bottom, $top) = change_axis({ map { $_->{title} => $_->{values} } @series });
	my $width = 0.8 / (@series || 1);
	my ($i, $data, $marks, @curves) = (0, '', '');
	for my $s (0 .. $#series) {
		my $colour = colour($series[$s]{title}, $s);
		my $points = '';
		for my $g (0 .. $#{$arg->{groups}}) {
			my $value = $series[$s]{values}[$g] // next;
			my $x = $g + ($s - $#series / 2) * $width;
			my $cut = $value > $high || $value < $low;
			$marks .= cut_mark($x, $value, $low, $high, $bottom, $top, $colour) if $cut;
			$points .= sprintf "%g %g\n", $x, $cut ? $value > 0 ? $high : $low : $value;
		}
		$data .= "\$C$s << EOD\n" . ($points || "NaN NaN\n") . "EOD\n";
		push @curves, sprintf '$C%d using 1:2 with boxes lc rgb "%s" notitle', $s, $colour;
	}
	my $tics = join ', ', map { sprintf '"%s" %d', $_, $i++ } @{$arg->{groups}};
	return $data . "set boxwidth $width\nset xtics ($tics) font \",8\"\nset xrange [-0.6:" . ($#{$arg->{groups}} + 0.6) . "]\n" .
		sprintf("set yrange [%g:%g]\n", $bottom, $top) . "set title \"$panel->{title}\"\nset xzeroaxis lt -1\n$marks" .
		"plot " . join(", \\\n  ", @curves) . "\nunset arrow\nunset label\n";
}

# Small panels in rows, all with the same groups and series. The key is above them.
sub change_bars {
	my $arg = {@_};
	my @panels = @{$arg->{panels}};
	my $rows = int((@panels + $arg->{across} - 1) / $arg->{across});
	my $height = $rows * 300 + 70;
	my $top = ($height - 70) / $height;
	my $script = "set multiplot\nset border 3\nset tics nomirror\nset grid ytics lc rgb \"#dddddd\"\nset style fill solid 0.9 noborder\n";
	for my $p (0 .. $#panels) {
		$script .= sprintf "set origin %g,%g\nset size %g,%g\n", ($p % $arg->{across}) / $arg->{across},
			$top * (1 - (int($p / $arg->{across}) + 1) / $rows), 1 / $arg->{across}, $top / $rows;
		$script .= change_bar_panel($arg, $panels[$p]);
	}
	my $i = 0;
	my @keys = map { sprintf 'NaN with boxes lc rgb "%s" title "%s"', colour($_->{title}, $i++), $_->{title} } @{$panels[0]{series}};
	$script .= "set origin 0,$top\nset size 1," . (1 - $top) . "\nunset border\nunset tics\nunset grid\nunset xzeroaxis\n" .
		"set title \"$arg->{title}\" font \",14\"\nset key center center horizontal maxrows 1\nset xrange [0:1]\nset yrange [0:1]\n" .
		'plot ' . join(', ', @keys) . "\nunset multiplot\n";
	draw($arg, 480 * $arg->{across}, $script, $height);
}

1;
