#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
# Tables in Markdown, plots by gnuplot, and one HTML page, from the table that
# `rmapctl -j bench show` has printed.
#
#	report.pl DIR NAME TITLE FILE...
use strict;
use warnings;
use FindBin;
use JSON::PP;
use lib $FindBin::Bin;
use Plot;

my ($dir, $name, $title, @files) = @ARGV;
my $rows = decode_json(slurp("$dir/$name-table.json"));
my @headers = map { decode_json(slurp($_))->{header} } @files;

sub slurp {
	my ($path) = @_;
	open my $in, '<', $path or die "$path: $!\n";
	local $/;
	return <$in>;
}

sub spew {
	my ($path, $text) = @_;
	open my $out, '>', $path or die "$path: $!\n";
	print $out $text;
	close $out or die "$path: $!\n";
}

# ---- the rows by what they are about ---------------------------------------
my (@scenarios, @impls, %cell, %metrics);
for my $row (@$rows) {
	my ($scenario, $impl) = @$row{qw(scenario impl)};
	push @scenarios, $scenario unless grep { $_ eq $scenario } @scenarios;
	push @impls, $impl unless grep { $_ eq $impl } @impls;
	$cell{$scenario}{$row->{folio}}{$impl}{$row->{metric}} = $row;
	$metrics{$row->{metric}} = 1;
}
# Times say nothing where instructions are counted.
my @metrics = $metrics{instructions} ? grep { $metrics{$_} } qw(instructions locked lines) : ('ns');
my %words = (
	ns => 'nanoseconds', instructions => 'instructions',
	locked => 'locked operations', lines => 'cache lines touched',
);

sub folios { return sort { $a <=> $b } keys %{$cell{$_[0]}} }

sub size_text {
	my ($bytes) = @_;
	return $bytes >= 1 << 20 ? ($bytes >> 20) . ' MiB' : ($bytes >> 10) . ' KiB';
}

sub value_text {
	my ($row) = @_;
	return '' unless $row;
	my $text = sprintf $row->{median} < 10 ? '%.3f' : $row->{median} < 100 ? '%.2f' : '%.1f', $row->{median};
	return $text unless defined $row->{change};
	return sprintf '%s (%+.2f %%%s)', $text, $row->{change}, $row->{p} < 0.05 || $metrics{instructions} ? '' : ' ~';
}

# ---- tables ----------------------------------------------------------------
sub table {
	my ($scenario, $metric) = @_;
	my @lines = (['folio', @impls]);
	for my $folio (folios($scenario)) {
		push @lines, [size_text($folio), map { value_text($cell{$scenario}{$folio}{$_}{$metric}) } @impls];
	}
	return @lines;
}

sub unit { my ($any) = values %{(values %{$cell{$_[0]}})[0]}; return $any->{$metrics[0]}{unit} }

sub markdown_table {
	my ($head, @body) = @_;
	my $text = '| ' . join(' | ', @$head) . " |\n|" . '---:|' x @$head . "\n";
	$text .= '| ' . join(' | ', @$_) . " |\n" for @body;
	return $text;
}

sub escape {
	my ($text) = @_;
	my %entity = ('&' => '&amp;', '<' => '&lt;', '>' => '&gt;', '"' => '&quot;');
	$text =~ s/([&<>"])/$entity{$1}/g;
	return $text;
}

sub html_table {
	my ($head, @body) = @_;
	my $text = '<table><tr>' . join('', map { '<th>' . escape($_) . '</th>' } @$head) . "</tr>\n";
	$text .= '<tr>' . join('', map { '<td>' . escape($_) . '</td>' } @$_) . "</tr>\n" for @body;
	return "$text</table>\n";
}

# ---- what was measured on what ---------------------------------------------
sub sample_text {
	my $raw = decode_json(slurp($files[-1]))->{cells}[0];
	my ($any) = values %{$raw->{samples}};
	return sprintf '%d samples of %d MiB in each cell', scalar @$any, $raw->{size} >> 20;
}

sub notes {
	my @notes = map { "kernel: $_->{kernel}" } @headers;
	my $h = $headers[0];
	push @notes, sprintf 'machine: %s, %d CPUs, %d MiB', $h->{cpu}, $h->{cpus}, $h->{memory} >> 20;
	push @notes, "accelerator: $h->{accelerator}", sample_text();
	push @notes, 'cells: median (change against builtin)' .
		($metrics{instructions} ? '' : '; ~: may be chance (Mann-Whitney, p >= 0.05)');
	return @notes;
}

# ---- plots -----------------------------------------------------------------
my %picture;
for my $scenario (@scenarios) {
	my @folios = folios($scenario);
	my @panels = map { { metric => $_, words => $words{$_} . ' per ' . unit($scenario) } } @metrics;
	$picture{$scenario} = "$name-$scenario";
	Plot::scenario(base => "$dir/$picture{$scenario}", title => $scenario, panels => \@panels,
		folios => \@folios, impls => \@impls, cells => $cell{$scenario});
}

# ---- the two pages ---------------------------------------------------------
my $markdown = "# $title\n\n" . join('', map { "- $_\n" } notes());
my $html = '<!doctype html><meta charset="utf-8"><title>rmap_ab: ' . escape($title) . "</title>\n" .
	"<style>body{font:15px sans-serif;margin:2em;max-width:1500px}table{border-collapse:collapse;margin:1em 0}" .
	"th,td{border:1px solid #bbb;padding:.2em .6em;text-align:right;white-space:nowrap}th{background:#eee}" .
	"img{max-width:100%}</style>\n<h1>" . escape($title) . "</h1>\n<ul>" .
	join('', map { '<li>' . escape($_) . '</li>' } notes()) . "</ul>\n";
for my $scenario (@scenarios) {
	$markdown .= "\n## $scenario\n![$scenario]($picture{$scenario}.svg)\n";
	$html .= '<h2>' . escape($scenario) . "</h2>\n<img src=\"$picture{$scenario}.svg\" alt=\"$scenario\">\n";
	for my $metric (@metrics) {
		my $words = "$words{$metric} per " . unit($scenario);
		$markdown .= "\n$words\n\n" . markdown_table(table($scenario, $metric));
		$html .= "<p>$words</p>\n" . html_table(table($scenario, $metric));
	}
}
spew("$dir/$name.md", $markdown);
spew("$dir/$name.html", $html);
