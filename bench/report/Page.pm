# SPDX-License-Identifier: GPL-2.0
# Tables and text, once in Markdown and once in HTML: each report is NAME.md and
# NAME.part, which page.pl puts into the one page with the others.
package Page;
use strict;
use warnings;

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

sub escape {
	my ($text) = @_;
	my %entity = ('&' => '&amp;', '<' => '&lt;', '>' => '&gt;', '"' => '&quot;');
	$text =~ s/([&<>"])/$entity{$1}/g;
	return $text;
}

sub new { return bless { markdown => '', html => '' }, shift }

sub heading {
	my ($self, $level, $text) = @_;
	my $html = $level + 1;
	$self->{markdown} .= "\n" . '#' x $level . " $text\n";
	$self->{html} .= "<h$html>" . escape($text) . "</h$html>\n";
}

sub text {
	my ($self, $text) = @_;
	$self->{markdown} .= "\n$text\n";
	$self->{html} .= '<p>' . escape($text) . "</p>\n";
}

sub list {
	my ($self, @items) = @_;
	$self->{markdown} .= "\n" . join('', map { "- $_\n" } @items);
	$self->{html} .= '<ul>' . join('', map { '<li>' . escape($_) . '</li>' } @items) . "</ul>\n";
}

# What the figures say, in sentences that were made from them.
sub answer {
	my ($self, @sentences) = @_;
	return unless @sentences;
	$self->{markdown} .= "\n" . join('', map { "- $_\n" } @sentences);
	$self->{html} .= '<ul class="answer">' . join('', map { '<li>' . escape($_) . '</li>' } @sentences) . "</ul>\n";
}

sub picture {
	my ($self, $base, $what) = @_;
	$self->{markdown} .= "\n![$what]($base.svg)\n";
	$self->{html} .= "<img src=\"$base.svg\" alt=\"" . escape($what) . "\">\n";
}

# Rows of cells, the titles first.
sub table {
	my ($self, $head, @body) = @_;
	$self->{markdown} .= "\n| " . join(' | ', @$head) . " |\n|" . '---:|' x @$head . "\n";
	$self->{markdown} .= '| ' . join(' | ', @$_) . " |\n" for @body;
	$self->{html} .= '<div class="table"><table><tr>' . join('', map { '<th>' . escape($_) . '</th>' } @$head) . "</tr>\n";
	$self->{html} .= '<tr>' . join('', map { '<td>' . escape($_) . '</td>' } @$_) . "</tr>\n" for @body;
	$self->{html} .= "</table></div>\n";
}

# One for who wants to know more; in Markdown, all is there.
sub folded_table {
	my ($self, $title, $head, @body) = @_;
	$self->{markdown} .= "\n$title\n";
	$self->{html} .= '<details><summary>' . escape($title) . "</summary>\n";
	$self->table($head, @body);
	$self->{html} .= "</details>\n";
}

sub write {
	my ($self, $base) = @_;
	spew("$base.md", $self->{markdown} =~ s/^\n//r);
	spew("$base.part", $self->{html});
}

1;
