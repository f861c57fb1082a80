#!/usr/bin/perl
# SPDX-License-Identifier: GPL-2.0
# One page of all that was measured: prints it.
#
#	page.pl DIR
#
# DIR has NAME.part, the figures of a section, and NAME.command, what they were made with.
use strict;
use warnings;
use FindBin;
use lib $FindBin::Bin;
use Page;
use Sections;

my ($dir) = @ARGV;
my $lab = './lab/run';

# A part has a title of its own for who reads it alone.
sub figures {
	my ($section) = @_;
	my $part = Page::slurp("$dir/$section->{name}.part");
	$part =~ s{^\s*<h2>.*?</h2>\n?}{};
	die "$section->{name}: there is no figure\n" unless $part =~ /<(table|img|pre)/;
	return $part;
}

sub command {
	my ($section) = @_;
	my $file = "$dir/$section->{name}.command";
	my $text = -e $file ? Page::slurp($file) : "$lab $section->{command}";
	chomp $text;
	return $text;
}

# Nothing that was measured is left out, and nothing is shown without its caveats.
my %known = map { $_->{name} => 1 } @Sections::sections;
for (glob "$dir/*.part") {
	my ($name) = m{([^/]+)\.part$};
	die "Sections.pm does not say what $name is\n" unless $known{$name};
}

sub is_measured { my ($section) = @_; return -e "$dir/$section->{name}.part" }

# The question comes first, and the caveat where somebody has seen the figure.
sub section {
	my ($section) = @_;
	my ($title, $question, $method, $command) = map { Page::escape($_) } @$section{qw(title question method)}, command($section);
	my $caveats = join '', map { '<li>' . Page::escape($_) . "</li>\n" } @{$section->{caveats}};
	my $figures = figures($section);
	return <<END;
<section id="$section->{name}">
<h2>$title</h2>
<p class="question">$question</p>
<dl>
<dt>Method</dt><dd>$method</dd>
<dt>Command</dt><dd><code>$command</code></dd>
</dl>
$figures
<div class="caveat"><h3>What this does not show</h3>
<ul>
$caveats</ul></div>
</section>
END
}

sub contents {
	my @lines = map {
		my ($title, $question) = map { Page::escape($_) } @$_{qw(title question)};
		is_measured($_) ? "<li><a href=\"#$_->{name}\">$title</a>: $question</li>\n" :
			"<li class=\"missing\">$title: not measured here; <code>" . Page::escape("$lab $_->{command}") . "</code> does that</li>\n"
	} @Sections::sections;
	return "<nav><h2>Questions</h2>\n<ol>\n" . join('', @lines) . "</ol></nav>\n";
}

print Page::slurp("$FindBin::Bin/head.html"), contents(), map { section($_) } grep { is_measured($_) } @Sections::sections;
