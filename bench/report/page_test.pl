#!/usr/bin/env perl
# SPDX-License-Identifier: GPL-2.0
# Can a reader understand the page without us, and see what differs? TAP, from made-up figures.
use strict;
use warnings;
use File::Temp;
use FindBin;
use Test::More;
use lib $FindBin::Bin;
use Page;
use Plot;
use Sections;

# ---- axes ----------------------------------------------------------------------
sub limits { return join ' ', Plot::limits({@_}) }

is(limits(page => [300, 40], batch => [7, 6], exclusive => [-4, undef]), '-4 7', 'what is far from all others does not rule the axis');
is(limits(page => [20, 3], batch => [7, 6]), '0 20', 'what is near them does');
is(limits(page => [1, 0], batch => [0.1, 0]), '0 1', 'what differs hardly at all is not the measure');
is(limits(page => [-90], exclusive => [5], batch => [2]), '0 5', 'a fall is cut off, too');
is(limits(page => [300], batch => [50], exclusive => [2]), '0 50', 'but one series only');
is(limits(page => [300]), '0 300', 'and none that is alone');
is(limits(page => [undef]), '0 0', 'nothing is no range');

my %cells;
for (['builtin', 100], ['control', 98], ['page', 404], ['batch', 107], ['exclusive', 95]) {
	my ($impl, $cost) = @$_;
	$cells{4096}{$impl}{instructions} = { median => $cost, $impl eq 'builtin' ? () : (against => 'builtin', change => $cost - 100) };
}
my %plot = (folios => [4096], impls => [qw(builtin control page batch exclusive)], cells => \%cells);
my %panel = (metric => 'instructions', words => 'instructions per page');

# The points of an implementation, and the range.
sub points { my ($script, $impl) = @_; return $script =~ /^\$D_${impl}_\S+ << EOD\n(.*?)EOD$/ms ? $1 : 'none' }
sub range { my ($script) = @_; return $script =~ /^set yrange \[(\S+):(\S+)\]$/m ? ($1, $2) : () }

my $script = Plot::change_panel(\%plot, \%panel);
my ($bottom, $top) = range($script);
ok($top > 7 && $top < 20, "the axis ends at $top");
ok($bottom < -5 && $bottom > -10, "and begins at $bottom");
like($script, qr/^set label "\+304" at/m, 'the value of what is cut off is written');
is(() = $script =~ /^set arrow/mg, 1, 'at an arrow');
is(points($script, 'page'), "NaN NaN NaN NaN\n", 'and is no point');
like($script, qr/title "page"/, 'but it is in the key');
like(points($script, 'exclusive'), qr/^\S+ -5 -5 -5$/, 'others are points');
like($script, qr/^unset arrow\nunset label$/m, 'no mark stays for the next panel');

$script = Plot::change_panel(\%plot, \%panel, 'control');
like($script, qr/"instructions: change against control, %"/, 'against control');
my ($change) = points($script, 'exclusive') =~ /^\S+ (\S+)/;
is(sprintf('%.2f', $change), '-3.06', 'by the medians');
unlike($script, qr/title "control"/, 'which is no curve then');

# ---- the page --------------------------------------------------------------------
my %seen;
for my $section (@Sections::sections) {
	my @missing = grep { !length($section->{$_} // '') } qw(name title question method command);
	push @missing, 'caveats' unless @{$section->{caveats} // []};
	is("@missing", '', "$section->{name} says all that it must");
	like($section->{question} // '', qr/\?$/, 'and asks something');
	ok(!$seen{$section->{name}}++, 'once');
}

my $dir = File::Temp->newdir;
my @made = qw(exact transfers);

# The page, or '' if it cannot be made.
sub made {
	open my $page, '-|', $^X, "$FindBin::Bin/page.pl", "$dir" or die "page.pl: $!\n";
	local $/;
	my $text = <$page>;
	return close($page) ? $text : '';
}

for my $name (@made) {
	my $page = Page->new;
	$page->heading(1, 'its own title');
	$page->answer("the answer of $name");
	$page->table(['a', 'b'], [1, "<$name>"]);
	$page->write("$dir/$name");
}
Page::spew("$dir/exact.command", "./lab/run bench --folio 2M 'a&b'\n");
my $html = made();
my %of = $html =~ m{<section id="(\w+)">(.*?)</section>}gs;
is(join(' ', sort keys %of), 'exact transfers', 'a section for each thing that was measured');
for my $name (@made) {
	my ($section) = grep { $_->{name} eq $name } @Sections::sections;
	my $at = 0;
	my @order = map { Page::escape($_) } @$section{qw(title question method)};
	for my $part (@order, '<code>./lab/run', "the answer of $name", "&lt;$name&gt;", map { Page::escape($_) } @{$section->{caveats}}) {
		my $where = index $of{$name}, $part, $at;
		ok($where >= $at, "$name has, in order: " . substr $part, 0, 40);
		$at = $where if $where >= 0;
	}
	unlike($of{$name}, qr/its own title/, 'and one title');
}
like($of{exact}, qr{<code>./lab/run bench --folio 2M 'a&amp;b'</code>}, 'the command is the one that was run');
like($html, qr{<a href="#exact">}, 'the contents lead to what is there');
like($html, qr{not measured here; <code>./lab/run bench --native</code>}, 'and say how to have the rest');

sub refused {
	my ($name) = @_;
	open my $saved, '>&', \*STDERR or die;
	open STDERR, '>', '/dev/null' or die;
	is(made(), '', $name);
	open STDERR, '>&', $saved or die;
}

Page::spew("$dir/redis.part", "<h2>Redis</h2>\n<p>nothing</p>\n");
refused('a section without a figure is refused');
unlink "$dir/redis.part";
isnt(made(), '', 'and all is well without it');
Page::spew("$dir/new.part", "<h2>New</h2>\n<pre>1</pre>\n");
refused('figures with nothing around them are refused');

# ---- the lab has the options -------------------------------------------------------
my $help = Page::slurp("$FindBin::Bin/../../lab/core/help.sh");
my $bench = Page::slurp("$FindBin::Bin/../lab/bench.sh");
for (map { $_->{command} } @Sections::sections) {
	my ($mode) = /bench (--\w+)/ or next;
	ok($help =~ /^ {20}\Q$mode\E /m, "help has $mode");
	ok($bench =~ /\Q$mode\E\b/, 'and bench takes it');
}
done_testing();
