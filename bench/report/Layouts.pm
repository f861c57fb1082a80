# SPDX-License-Identifier: GPL-2.0
# What mapcounts of the pages of large folios cost: the tables of `bench --layouts`, from
# the counts of several kernels.
package Layouts;
use strict;
use warnings;
use Goals;

# counts: NAME -> what Counts::of() returns of layouts-NAME.json. Returns the cells:
# { scenario, folio, units, of => { COLUMN => { instructions, locked } } }, all per unit, in
# order; and the columns. `release` and `mixed` are about what being able to choose costs.
sub cells {
	my ($counts, $order) = @_;
	my (%cell, %seen, @columns);
	my $take = sub {
		my ($column, $name, $what) = @_;
		my ($scenario, $folio) = split / /, $what;
		my $from = $counts->{$name}{$what};
		push @columns, $column unless $seen{$column}++;
		my $to = $cell{$scenario}{$folio} //= { scenario => $scenario, folio => $folio, units => $from->{units}, of => {} };
		$to->{of}{$column} = { map { $_ => $from->{$_} / $from->{units} } qw(instructions locked) };
	};
	$take->('vanilla', 'vanilla', $_) for keys %{$counts->{vanilla}};
	$take->('nomapcount', 'nomapcount', $_) for keys %{$counts->{nomapcount}};
	my %both = map { (split / /)[2] => 1 } keys %{$counts->{layout}};
	for my $column (sort { place($a) cmp place($b) } keys %both) {
		$take->($column, 'layout', $_) for grep { (split / /)[2] eq $column } keys %{$counts->{layout}};
	}
	$take->('release', 'release', $_) for keys %{$counts->{release}};
	$take->('mixed', 'mixed', $_) for keys %{$counts->{mixed}};
	my @cells = map { my $s = $_; map { $cell{$s}{$_} } sort { $a <=> $b } keys %{$cell{$s}} } grep { $cell{$_} } @$order;
	return (\@cells, [grep { !/^(release|mixed)$/ } @columns]);
}

# builtin before others, page before none.
sub place {
	my ($impl, $layout) = split m{/}, $_[0];
	return join ' ', $impl eq 'builtin' ? 0 : 1, $impl, $layout eq 'page' ? 0 : 1;
}

# In percent; undef if one is missing, or it is of nothing.
sub change {
	my ($cell, $metric, $from, $to) = @_;
	my ($x, $y) = map { ($cell->{of}{$_} // {})->{$metric} } $from, $to;
	return defined $x && defined $y && $x ? 100 * ($y / $x - 1) : undef;
}

sub both { my ($cell, $column) = @_; my $of = $cell->{of}{$column} or return ''; return sprintf '%.2f / %.2f', @$of{qw(instructions locked)} }

sub both_changes {
	my ($cell, $from, $to) = @_;
	my @of = map { change($cell, $_, $from, $to) } qw(instructions locked);
	return '' unless defined $of[0];
	return join ' / ', map { defined ? sprintf('%+.1f %%', $_) : '-' } @of;
}

# What is compared: from, to.
sub pairs {
	my ($columns) = @_;
	my %has = map { $_ => 1 } @$columns;
	my @impls = map { m{^(.*)/page$} && $has{"$1/none"} ? $1 : () } @$columns;
	my @pairs = (['vanilla', 'nomapcount'], (map { ["$_/page", "$_/none"] } @impls),
		['builtin/page', 'exclusive/page'], ['builtin/none', 'exclusive/page']);
	return grep { $has{$_->[0]} && $has{$_->[1]} } @pairs;
}

sub costs {
	my ($page, $cells, $columns) = @_;
	my @pairs = pairs($columns);
	my ($last, @rows) = ('');
	my $flush = sub {
		return unless @rows;
		$page->heading(2, $last);
		$page->table(['folio', @$columns, map { join ' -> ', @$_ } @pairs], @rows);
		@rows = ();
	};
	for my $cell (@$cells) {
		$flush->() if $cell->{scenario} ne $last;
		$last = $cell->{scenario};
		push @rows, [Goals::size_text($cell->{folio}), (map { both($cell, $_) } @$columns), map { both_changes($cell, @$_) } @pairs];
	}
	$flush->();
}

# What the largest folios show, in sentences.
sub answers {
	my ($cells) = @_;
	my @answers;
	for my $scenario (qw(munmap fork)) {
		my ($cell) = reverse grep { $_->{scenario} eq $scenario } @$cells or next;
		my @changes = map {
			my ($words, @pair) = @$_;
			my $changes = both_changes($cell, @pair);
			$changes ? "$words $changes" : ()
		} (['upstream compiled without them', 'vanilla', 'nomapcount'], ['builtin with the layout none', 'builtin/page', 'builtin/none'],
			['exclusive, which keeps them,', 'builtin/page', 'exclusive/page']);
		push @answers, "$scenario of folios of " . Goals::size_text($cell->{folio}) .
			', change of instructions / locked operations from page mapcounts as the kernel has them: ' . join('; ', @changes) . '.' if @changes;
	}
	return @answers;
}

# A difference for each folio: an operation on it is once or more often.
sub a_folio {
	my ($cell, $metric, $from, $to) = @_;
	my ($x, $y) = map { ($cell->{of}{$_} // {})->{$metric} } $from, $to;
	return '' unless defined $x && defined $y;
	return sprintf '%+.1f', ($y - $x) * $cell->{folio} / 4096;
}

# The same kernel code, without and with the patch for layouts, and while it must ask.
sub choosing {
	my ($page, $cells) = @_;
	my @steps = (['release', 'builtin/page'], ['builtin/page', 'mixed']);
	my @rows;
	for my $cell (grep { $_->{of}{release} && $_->{of}{'builtin/page'} } @$cells) {
		push @rows, [$cell->{scenario}, Goals::size_text($cell->{folio}), (map { both($cell, $_) } 'release', 'builtin/page', 'mixed'),
			map { my $step = $_; map { a_folio($cell, $_, @$step) } qw(instructions locked) } @steps];
	}
	return unless @rows;
	$page->heading(2, 'What being able to choose costs');
	$page->text('builtin, whose folios have mapcounts of their pages: on the kernel release, which has no layouts; on layout, where ' .
		'none is not in use (the key is off); and there while some other folio has none (the key is on). ' .
		'Instructions / locked operations a page, and the differences a folio.');
	$page->table(['', 'folio', 'release', 'layout: key off', 'layout: key on', 'key off, instructions a folio', 'locked',
		'key on, instructions a folio', 'locked'], @rows);
}

# The curves of the picture: what each does to the cost that upstream has.
sub curves {
	my ($columns) = @_;
	my %has = map { $_ => 1 } @$columns;
	return grep { $has{$_->[1]} && $has{$_->[2]} } ['nomapcount, of vanilla', 'vanilla', 'nomapcount'],
		map { [$_, 'builtin/page', $_] } grep { m{/} && $_ ne 'builtin/page' && !/^control/ } @$columns;
}

# Panels for Plot::grid(): a column for each scenario, a row for each metric.
sub panels {
	my ($cells, $columns) = @_;
	my (@panels, @scenarios);
	for my $cell (@$cells) {
		push @scenarios, $cell->{scenario} unless grep { $_ eq $cell->{scenario} } @scenarios;
	}
	for my $metric (qw(instructions locked)) {
		for my $scenario (@scenarios) {
			my @of = grep { $_->{scenario} eq $scenario } @$cells;
			push @panels, { title => "$scenario: $metric", folios => [map { $_->{folio} } @of], series =>
				[map { my ($title, $from, $to) = @$_; { title => $title, values => [map { change($_, $metric, $from, $to) } @of] } }
					curves($columns)] };
		}
	}
	return (scalar @scenarios, @panels);
}

1;
